//! Talk v4's settings for a deployment, as Talk's code reads them (not as its documents tell).
//!
//! - `TALK_JWT_SECRET` holds one key. For HS* its text is the key, to the letter; for RS* and ES* it is JSON with PEMs.
//! - `TALK_JWT_SECRETS` holds an array, in which every token must find its `kid`; the first entry signs.
//! - `TALK_JWT_ALG` is one algorithm for all of them.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::{
    key::{Algorithm, TalkForm},
    signing_key::{KeySet, KeyState, Origin, SigningKey},
    tenant::Policy,
};

/// Why Talk can't be given settings for these keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TalkError {
    /// It is another product.
    #[error("the deployment is a Coral, which has no TALK_JWT_* settings")]
    Coral,
    /// There is nothing to verify with.
    #[error(
        "the deployment has no active key; make one with `lanyard key create`, or activate one"
    )]
    NoKey,
    /// Talk's library doesn't know the algorithm.
    #[error(
        "Talk v4 doesn't know {0}; rotate to a key of HS256 to HS512, RS256 to RS512, ES256 or ES384"
    )]
    UnknownAlgorithm(Algorithm),
    /// Talk pins one algorithm for all keys.
    #[error(
        "the live keys have two algorithms ({0} and {1}), and Talk v4 takes one for all (TALK_JWT_ALG); \
         retire the keys of one of them first"
    )]
    TwoAlgorithms(Algorithm, Algorithm),
    /// An HMAC key that is no text can't be written into a setting.
    #[error("key `{0}` isn't text, so Talk can't be given it")]
    NotText(String),
}

/// Talk's settings, to be written into its environment.
#[derive(Debug)]
pub struct TalkSettings {
    /// Names and values, in the order to print them. A value may be secret.
    pub variables: Vec<(&'static str, Zeroizing<String>)>,
    /// What the person who applies them must know.
    pub notes: Vec<String>,
}

impl TalkSettings {
    /// The settings as lines of an .env file.
    #[must_use]
    pub fn env(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::new());
        for (place, (name, value)) in self.variables.iter().enumerate() {
            if place > 0 {
                text.push('\n');
            }
            text.push_str(&env_line(name, value));
        }
        text
    }
}

/// Settings with which Talk accepts the deployment's tokens at `now`. Private PEMs are left out unless asked for.
///
/// # Errors
/// Talk can't be given these keys, and why.
pub fn settings(
    policy: &Policy,
    keys: &KeySet,
    with_private: bool,
    now: i64,
) -> Result<TalkSettings, TalkError> {
    let claims = policy.claims.talk().ok_or(TalkError::Coral)?;
    let keys = live_keys(keys, now);
    let first = keys.first().ok_or(TalkError::NoKey)?;
    if first.state != KeyState::Active {
        return Err(TalkError::NoKey);
    }
    let algorithm = first.algorithm();
    if matches!(algorithm, Algorithm::EdDSA | Algorithm::ES512) {
        return Err(TalkError::UnknownAlgorithm(algorithm));
    }
    if let Some(other) = keys.iter().find(|key| key.algorithm() != algorithm) {
        return Err(TalkError::TwoAlgorithms(algorithm, other.algorithm()));
    }
    let mut notes = Vec::new();
    let mut variables = vec![
        ("TALK_JWT_ISSUER", Zeroizing::new(claims.issuer.to_string())),
        (
            "TALK_JWT_AUDIENCE",
            Zeroizing::new(claims.audience.to_string()),
        ),
        ("TALK_JWT_ALG", Zeroizing::new(algorithm.name().to_owned())),
    ];
    if !claims.user_id_claim.is_sub() {
        variables.push((
            "TALK_JWT_USER_ID_CLAIM",
            Zeroizing::new(claims.user_id_claim.as_str().to_owned()),
        ));
    }
    let as_one = |key: &SigningKey| {
        matches!(
            key.origin,
            Origin::Imported {
                form: TalkForm::Secret,
                ..
            }
        )
    };
    if let [key] = keys[..]
        && as_one(key)
    {
        variables.push(("TALK_JWT_SECRET", one(key, with_private)?));
    } else {
        variables.push(("TALK_JWT_SECRETS", several(&keys, with_private)?));
        if let Some(key) = keys.iter().find(|key| as_one(key)) {
            notes.push(format!(
                "With TALK_JWT_SECRETS Talk refuses every token without a `kid`. Tokens issued here carry one; those \
                 that your CMS signed itself with `{}` may not: let them expire first.",
                key.kid
            ));
        }
    }
    if !algorithm.is_symmetric() && !with_private {
        notes.push(
            "Without a private key Talk verifies these tokens, but can't sign logins of its own; --with-private \
             prints it."
                .to_owned(),
        );
    }
    Ok(TalkSettings { variables, notes })
}

/// The active key first, since Talk signs with the first; then those that still verify, then those to come.
fn live_keys(keys: &KeySet, now: i64) -> Vec<&SigningKey> {
    let order = |key: &&SigningKey| match key.state.at(now) {
        KeyState::Active => Some(0),
        KeyState::Retiring { .. } => Some(1),
        KeyState::Pending => Some(2),
        KeyState::Retired | KeyState::Revoked => None,
    };
    let mut live: Vec<_> = keys
        .iter()
        .map(AsRef::as_ref)
        .filter(|key| order(key).is_some())
        .collect();
    live.sort_by_key(order);
    live
}

fn one(key: &SigningKey, with_private: bool) -> Result<Zeroizing<String>, TalkError> {
    if key.algorithm().is_symmetric() {
        return hmac_text(key, false);
    }
    Ok(Zeroizing::new(
        Value::Object(pem_members(key, with_private)).to_string(),
    ))
}

fn several(keys: &[&SigningKey], with_private: bool) -> Result<Zeroizing<String>, TalkError> {
    let mut entries = Vec::with_capacity(keys.len());
    for key in keys {
        let mut entry = Map::from_iter([("kid".to_owned(), json!(key.kid.as_str()))]);
        if key.algorithm().is_symmetric() {
            entry.insert("secret".to_owned(), json!(hmac_text(key, true)?.as_str()));
        } else {
            entry.extend(pem_members(key, with_private));
        }
        entries.push(Value::Object(entry));
    }
    Ok(Zeroizing::new(Value::Array(entries).to_string()))
}

/// The text from which Talk makes the very key. What can't stand in one line goes as `base64:`, which Talk decodes to
/// UTF-8 text; so does what starts like that.
fn hmac_text(key: &SigningKey, in_json: bool) -> Result<Zeroizing<String>, TalkError> {
    let text = key
        .material
        .secret_text()
        .ok_or_else(|| TalkError::NotText(key.kid.to_string()))?;
    // An .env file has no quotes for a text with an apostrophe and these.
    let quotable = !text.contains('\'') || !(in_json || text.contains(['"', '\\', '$', '`']));
    let plain = quotable
        && !text.chars().any(char::is_control)
        && text.trim() == text
        && !text.starts_with("base64:");
    Ok(Zeroizing::new(if plain {
        text.to_owned()
    } else {
        format!("base64:{}", STANDARD.encode(text))
    }))
}

/// `public` and, if wished, `private`: PEMs whose newlines are written as a backslash and an n, as Talk wants them.
fn pem_members(key: &SigningKey, with_private: bool) -> Map<String, Value> {
    let escaped = |pem: &str| json!(pem.trim_end().replace('\n', "\\n"));
    let mut members = Map::new();
    if let Some(pem) = key.material.public_pem() {
        members.insert("public".to_owned(), escaped(&pem));
    }
    if with_private && let Some(pem) = key.material.private_pem() {
        members.insert("private".to_owned(), escaped(&pem));
    }
    members
}

/// A line of an .env file. A value is quoted only where a reader of such files would otherwise cut or change it.
#[must_use]
pub fn env_line(name: &str, value: &str) -> Zeroizing<String> {
    let needs_quotes = value.is_empty()
        || value.trim() != value
        || value.contains(['#', '$', '`'])
        || value.starts_with(['"', '\''])
        || value.ends_with(['"', '\'']);
    Zeroizing::new(match needs_quotes {
        false => format!("{name}={value}"),
        true if !value.contains('\'') => format!("{name}='{value}'"),
        true => format!("{name}=\"{value}\""),
    })
}

#[cfg(test)]
mod tests;
