//! The checker: why a token would or wouldn't be accepted by Talk v4, by Coral and by Lanyard, rule by rule.
//!
//! Each product's rules are a table ([`rule::Rule`]), tried one by one on what was pasted. The token is taken apart here, and
//! not by the code that issues and verifies: what is wrong with it is exactly what that code would refuse to look at. A rule
//! that another one has to go before says so instead of failing too, so that what fails is what has to be mended.
//!
//! - `talk`, `coral` and `oidc` replay the two products as their code behaves; `lanyard` says what [`crate::token::verify`] says.
//! - Where no settings were pasted, Talk is judged by those that Lanyard prints for it, and Coral by the secrets imported.

mod case;
mod coral;
mod decoded;
mod lanyard;
mod oidc;
mod pasted;
mod readings;
mod report;
mod rule;
pub mod settings;
mod talk;
#[cfg(test)]
mod tests;
mod wiped;

pub use case::{Deployment, Question, Reader};
pub use report::{Check, Outcome, Report, Section, SettingsFound, Taken, Unread, Verdict};

use serde_json::Value;

use self::{
    case::Case,
    decoded::{Decoded, Pasted},
};
use crate::{
    profile::TokenProfile, signing_key::KeySet, tenant::Policy, token::Refusal, user::UserId,
};

/// The token in what was pasted, without what people paste along with it.
#[must_use]
pub fn cleaned(pasted: &str) -> String {
    Pasted::find(pasted).text
}

/// The reader whom a token names, if one of the deployment's keys signed it. Nobody learns from any other token who is in
/// the directory.
#[must_use]
pub fn reader_of(policy: &Policy, keys: &KeySet, pasted: &str) -> Option<UserId> {
    let token = Decoded::read(&Pasted::find(pasted).text).ok()?;
    case::signer(keys, &token)?;
    let id = token.at(policy.claims.user_id_path())?.as_str()?;
    UserId::parse(id).ok()
}

/// The names of all rules, product by product.
pub fn rules() -> impl Iterator<Item = &'static str> {
    let token = pasted::rules().map(|rule| rule.id).into_iter();
    let talk = talk::rules().into_iter().map(|rule| rule.id);
    let coral = coral::rules().into_iter().map(|rule| rule.id);
    let oidc = oidc::rules().map(|rule| rule.id).into_iter();
    let lanyard = lanyard::RULES.iter().map(|(id, _)| *id);
    token.chain(talk).chain(coral).chain(oidc).chain(lanyard)
}

/// Checks a token.
#[must_use]
pub fn check(question: &Question<'_>) -> Report {
    let pasted = Pasted::find(question.token);
    let decoded = Decoded::read(&pasted.text);
    let case = decoded
        .as_ref()
        .ok()
        .map(|token| Case::new(question, token));
    let token = pasted::section(&pasted, &decoded);
    let readable = token.first_failure().is_none();
    let sections = vec![
        token,
        talk::section(question, case.as_ref(), readable),
        coral::section(question, case.as_ref(), readable),
        oidc::section(question, case.as_ref(), readable),
        lanyard::section(question),
    ];
    let decoded = decoded.ok();
    let text = |name: &str| Some(decoded.as_ref()?.text_claim(name)?.to_owned());
    let path = question.deployment.policy.claims.user_id_path();
    let user = decoded.as_ref().and_then(|token| token.at(path)?.as_str());
    let (reason, detail) = reason(&sections, question);
    Report {
        accepted: reason.is_none(),
        purpose: question.purpose(),
        reason,
        detail,
        user: user.map(str::to_owned),
        user_known: match question.reader {
            Reader::NotAsked => None,
            Reader::Unknown => Some(false),
            Reader::Known { .. } => Some(true),
        },
        kid: decoded
            .as_ref()
            .and_then(|token| token.kid().map(str::to_owned)),
        jti: text("jti"),
        expires_at: decoded.as_ref().and_then(|token| {
            let second = token.claim("exp")?.as_i64()?;
            jiff::Timestamp::from_second(second).ok()
        }),
        product: question.deployment.policy.claims.kind().name(),
        settings: question.settings.map(settings::Settings::found),
        header: decoded.as_ref().map(|token| token.header.clone()),
        claims: decoded.map(|token| token.claims),
        sections,
    }
}

/// Why the token isn't accepted, if it isn't: Lanyard's reason first, then what the product refuses.
fn reason(sections: &[Section], question: &Question<'_>) -> (Option<&'static str>, Option<String>) {
    if let Err(refusal) = question.verdict() {
        return (Some(refusal.reason()), Some(refusal.to_string()));
    }
    let refusing = sections
        .iter()
        .filter(|section| section.counts)
        .find_map(Section::first_failure);
    match refusing {
        Some(check) => (Some(check.id), Some(check.detail.clone())),
        None => (None, None),
    }
}

/// What a product makes of a token of which these rules were tried.
fn verdict(checks: &[Check], readable: bool, refused: Verdict) -> Verdict {
    let broken = checks.iter().any(|check| check.outcome == Outcome::Fail);
    if readable && !broken {
        Verdict::Accepted
    } else {
        refused
    }
}

/// A section of a product that there was nothing to judge by.
fn nothing(id: &'static str, title: &'static str, summary: &str) -> Section {
    Section {
        id,
        title,
        counts: false,
        verdict: Verdict::NotApplicable,
        summary: summary.to_owned(),
        checks: Vec::new(),
    }
}

/// A time for people, as RFC 3339 beside the number that the token has.
fn time(seconds: f64) -> String {
    let whole = format!("{seconds:.0}").parse().ok();
    let time = whole.and_then(|second| jiff::Timestamp::from_second(second).ok());
    time.map_or_else(|| seconds.to_string(), |time| format!("{seconds} ({time})"))
}

/// What a value is, for people.
const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
