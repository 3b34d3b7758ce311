//! A rule of a product, and what is found when it is tried.

use super::report::{Check, Outcome};

/// A rule about `S`: the token and whatever else its product looks at.
pub(super) struct Rule<S> {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) judge: fn(&S) -> Finding,
}

impl<S> Rule<S> {
    pub(super) const fn new(
        id: &'static str,
        title: &'static str,
        judge: fn(&S) -> Finding,
    ) -> Self {
        Self { id, title, judge }
    }
}

/// What trying a rule found.
pub(super) struct Finding {
    outcome: Outcome,
    detail: String,
    mend: Option<String>,
}

impl Finding {
    /// The rule is kept.
    pub(super) fn pass(detail: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Pass,
            detail: detail.into(),
            mend: None,
        }
    }

    /// The rule is broken, and the product refuses the token.
    pub(super) fn fail(detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Fail,
            detail: detail.into(),
            mend: Some(mend.into()),
        }
    }

    /// The rule is broken, and the product takes the token all the same.
    pub(super) fn warn(detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Warning,
            ..Self::fail(detail, mend)
        }
    }

    /// There was nothing to try the rule on.
    pub(super) fn skip(detail: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::NotApplicable,
            ..Self::pass(detail)
        }
    }

    pub(super) fn into_check(self, id: &'static str, title: &'static str) -> Check {
        Check {
            id,
            title,
            outcome: self.outcome,
            detail: self.detail,
            mend: self.mend,
        }
    }
}

/// Tries all rules on `subject`; without one none can be tried.
pub(super) fn try_all<S>(
    rules: impl IntoIterator<Item = Rule<S>>,
    subject: Option<&S>,
) -> Vec<Check> {
    let unread = || Finding::skip("the token can't be read");
    rules
        .into_iter()
        .map(|rule| {
            let finding = subject.map_or_else(unread, rule.judge);
            finding.into_check(rule.id, rule.title)
        })
        .collect()
}
