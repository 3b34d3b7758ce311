//! What the checker answers.

use serde::Serialize;
use serde_json::{Map, Value};

use super::settings::Form;

/// What became of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Kept.
    Pass,
    /// Broken, and the product refuses the token for it.
    Fail,
    /// Broken, and the product takes the token all the same: something else will go wrong.
    Warning,
    /// The rule doesn't concern this token or these settings, or another one has to be mended first.
    NotApplicable,
}

/// What a product makes of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The reader is let in.
    Accepted,
    /// The request fails.
    Refused,
    /// The request goes on as if nobody had logged in. So Talk v4 refuses a token: it is no error there.
    Anonymous,
    /// There was nothing to judge.
    NotApplicable,
}

/// One rule, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The rule's name, which stays.
    pub id: &'static str,
    /// The rule in plain words.
    pub title: &'static str,
    /// What became of it.
    pub outcome: Outcome,
    /// What was found, with the values. Never a secret.
    pub detail: String,
    /// What to do about it; `None` where nothing needs doing.
    pub mend: Option<String>,
}

/// The rules of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// The product's name, which stays: `token`, `talk`, `coral`, `coral-oidc` or `lanyard`.
    pub id: &'static str,
    /// The product in plain words.
    pub title: &'static str,
    /// Whether the verdict counts for the deployment that was asked about.
    pub counts: bool,
    /// What the product makes of the token.
    pub verdict: Verdict,
    /// The same in a sentence.
    pub summary: String,
    /// Its rules, in the order in which they are best mended.
    pub checks: Vec<Check>,
}

impl Section {
    /// The first rule for which the token is refused.
    #[must_use]
    pub fn first_failure(&self) -> Option<&Check> {
        let mut checks = self.checks.iter();
        checks.find(|check| check.outcome == Outcome::Fail)
    }
}

/// A setting that was found in what was pasted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Its name.
    pub name: String,
    /// The line that it begins in, from 1.
    pub line: usize,
    /// Its value, unless that is secret.
    pub value: Option<String>,
}

/// A line of what was pasted that couldn't be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// The line, from 1.
    pub line: usize,
    /// Why not, and what to paste instead.
    pub reason: String,
}

/// What was found in the pasted settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettingsFound {
    /// The form that they were taken for.
    pub form: Form,
    /// What was taken from them.
    pub taken: Vec<Taken>,
    /// What couldn't be read.
    pub unread: Vec<Unread>,
}

/// All that the checker says of a token.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Whether the deployment's product and Lanyard both take the token.
    pub accepted: bool,
    /// What the token is for: `reader` or `issuing`; `None` where that can't be told.
    pub purpose: Option<&'static str>,
    /// Why it isn't accepted, as a stable word: Lanyard's reason, or else the first rule that it breaks.
    pub reason: Option<&'static str>,
    /// The same in a sentence.
    pub detail: Option<String>,
    /// The reader's id, as the deployment finds it.
    pub user: Option<String>,
    /// Whether the reader is in the directory; `None` where nobody looked, as for a token that the deployment's keys didn't
    /// sign.
    pub user_known: Option<bool>,
    /// The key that it names.
    pub kid: Option<String>,
    /// Its own id.
    pub jti: Option<String>,
    /// When it ends.
    pub expires_at: Option<jiff::Timestamp>,
    /// The deployment's product.
    pub product: &'static str,
    /// What was pasted besides the token.
    pub settings: Option<SettingsFound>,
    /// The token's header, where it can be read.
    pub header: Option<Map<String, Value>>,
    /// The token's claims, where they can be read.
    pub claims: Option<Map<String, Value>>,
    /// The rules, product by product.
    pub sections: Vec<Section>,
}

impl Report {
    /// The section of this name.
    #[must_use]
    pub fn section(&self, id: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.id == id)
    }

    /// All rules that were looked at.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        self.sections.iter().flat_map(|section| &section.checks)
    }
}
