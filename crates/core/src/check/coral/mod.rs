//! What single sign-on of Coral 5 to 9 makes of the token, under the secrets that were pasted or those that were imported.

mod claims;
mod keys;
mod reader;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{
    Question, Section, TokenProfile, Verdict,
    case::Case,
    nothing,
    rule::{Rule, try_all},
    settings::BareSecret,
    verdict,
};
use crate::{key::Algorithm, signing_key::SigningKey};

const ID: &str = "coral";
const TITLE: &str = "Coral's single sign-on";

/// A secret that is active in Coral.
pub(super) struct Secret {
    kid: Option<String>,
    text: Zeroizing<String>,
}

/// A token, and the Coral that it is shown to.
pub(super) struct Coral<'a> {
    case: &'a Case<'a>,
    secrets: Vec<Secret>,
    /// Whether the secrets were pasted.
    pasted: bool,
}

pub(super) fn rules<'a>() -> Vec<Rule<Coral<'a>>> {
    let mut rules = Vec::from(keys::rules());
    rules.extend(reader::rules());
    rules.extend(claims::rules());
    rules
}

/// Whether it matters what Coral makes of the token.
pub(super) fn is_asked(question: &Question<'_>) -> bool {
    let pasted = question
        .settings
        .map_or(&[][..], |settings| &settings.secrets);
    counts(question) || pasted.iter().any(BareSecret::is_corals)
}

/// Whether Coral's verdict decides for the deployment that was asked about.
pub(super) fn counts(question: &Question<'_>) -> bool {
    question.is_for(TokenProfile::Coral)
}

pub(super) fn section(question: &Question<'_>, case: Option<&Case<'_>>, readable: bool) -> Section {
    if !is_asked(question) {
        return nothing(
            ID,
            TITLE,
            "the deployment isn't a Coral, and no secret of Coral's was pasted",
        );
    }
    let pasted = question
        .settings
        .is_some_and(|settings| !settings.secrets.is_empty());
    let secrets = if pasted {
        of_pasted(question)
    } else {
        of_deployment(question)
    };
    let coral = case.map(|case| Coral {
        case,
        secrets,
        pasted,
    });
    let checks = try_all(rules(), coral.as_ref());
    let verdict = verdict(&checks, readable, Verdict::Refused);
    Section {
        id: ID,
        title: TITLE,
        counts: counts(question),
        verdict,
        summary: match verdict {
            Verdict::Accepted => "the reader is logged in",
            _ => "the token is refused, and the whole request with it (401 TOKEN_INVALID)",
        }
        .to_owned(),
        checks,
    }
}

/// The pasted secrets that are still active.
fn of_pasted(question: &Question<'_>) -> Vec<Secret> {
    let pasted = question
        .settings
        .map_or(&[][..], |settings| &settings.secrets);
    let active = pasted
        .iter()
        .filter(|secret| secret.inactive_at.is_none_or(|end| end > question.now));
    active
        .map(|secret| Secret {
            kid: secret.kid.clone(),
            text: secret.text.clone(),
        })
        .collect()
}

/// The imported secrets that Coral should have: those that verify, and those that soon will.
fn of_deployment(question: &Question<'_>) -> Vec<Secret> {
    let secret = |key: &SigningKey| {
        Some(Secret {
            kid: Some(key.kid.to_string()),
            text: Zeroizing::new(key.material.secret_text()?.to_owned()),
        })
    };
    let keys = question.deployment.keys.published(question.now);
    let keys = keys.filter(|key| key.algorithm() == Algorithm::HS256);
    keys.filter_map(|key| secret(key)).collect()
}

impl Coral<'_> {
    /// The token's `user`, if it is an object.
    fn user(&self) -> Option<&Map<String, Value>> {
        self.case.token.claim("user")?.as_object()
    }

    /// A member of `user`.
    fn member(&self, name: &str) -> Option<&Value> {
        self.user()?.get(name)
    }
}
