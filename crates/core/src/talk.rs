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
    /// An HMAC key that is no text can't be written into a setting.
    #[error("key `{0}` isn't text, so Talk can't be given it")]
    NotText(String),
}

/// What stands for a secret that whoever asks may not see.
pub const HIDDEN: &str = "…";

/// Which secrets the settings hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    /// None: [`HIDDEN`] stands for each. The settings are the same else, so that they can be shown to anybody.
    Hidden,
    /// Those without which Talk can't verify.
    Shown,
    /// Private keys too, so that Talk can sign logins of its own.
    WithPrivate,
}

/// What settings are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Which secrets they hold.
    pub secrets: Secrets,
    /// Whether Talk is to take several keys although it has one secret: every live token carries a `kid` by now.
    pub several: bool,
}

impl Wanted {
    /// What Talk needs, with private keys if wished.
    #[must_use]
    pub const fn all(with_private: bool) -> Self {
        Self {
            secrets: if with_private {
                Secrets::WithPrivate
            } else {
                Secrets::Shown
            },
            several: false,
        }
    }

    /// What anybody may see.
    pub const HIDDEN: Self = Self {
        secrets: Secrets::Hidden,
        several: false,
    };
}

/// Talk's settings, to be written into its environment. No value has a control character in it.
#[derive(Debug)]
pub struct TalkSettings {
    /// Names and values, in the order to print them. The last is of keys, and may be secret.
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

/// Settings with which Talk accepts the deployment's tokens at `now`.
///
/// They change as little as they can. A key that waits is left out where Talk could take it only by refusing tokens that
/// live: beside one secret, unless `several` are wanted, and where it has another algorithm.
///
/// # Errors
/// Talk can't be given these keys, and why.
pub fn settings(
    policy: &Policy,
    keys: &KeySet,
    wanted: Wanted,
    now: i64,
) -> Result<TalkSettings, TalkError> {
    let claims = policy.claims.talk().ok_or(TalkError::Coral)?;
    let all = live_keys(keys, now);
    let first = all.first().ok_or(TalkError::NoKey)?;
    if first.state != KeyState::Active {
        return Err(TalkError::NoKey);
    }
    let algorithm = first.algorithm();
    if !algorithm.is_known_to_talk() {
        return Err(TalkError::UnknownAlgorithm(algorithm));
    }
    let one = is_one_secret(&all, now) && !wanted.several;
    let (keys, left_out): (Vec<_>, Vec<_>) = all
        .iter()
        .copied()
        .partition(|key| key.algorithm() == algorithm && !(one && key.state == KeyState::Pending));
    let mut notes: Vec<_> = left_out
        .iter()
        .map(|key| why_left_out(key, first, now))
        .collect();
    let text = |value: &str| Zeroizing::new(value.to_owned());
    let mut variables = vec![
        ("TALK_JWT_ISSUER", text(claims.issuer.as_str())),
        ("TALK_JWT_AUDIENCE", text(claims.audience.as_str())),
        ("TALK_JWT_ALG", text(algorithm.name())),
    ];
    if !claims.user_id_claim.is_sub() {
        let path = claims.user_id_claim.as_str();
        variables.push(("TALK_JWT_USER_ID_CLAIM", text(path)));
    }
    if one {
        variables.push(("TALK_JWT_SECRET", single(first, wanted.secrets)?));
    } else {
        variables.push(("TALK_JWT_SECRETS", several(&keys, wanted.secrets)?));
        if let Some(key) = keys.iter().find(|key| was_one_secret(key)) {
            notes.push(format!(
                "With TALK_JWT_SECRETS Talk refuses every token without a `kid`. Tokens issued here carry one; those \
                 that your CMS signed itself with `{}` may not, nor do the logins that Talk signed: let them expire \
                 first.",
                key.kid
            ));
        }
    }
    if !algorithm.is_symmetric() && wanted.secrets != Secrets::WithPrivate {
        notes.push(
            "Without a private key Talk verifies these tokens, but can't sign logins of its own; --with-private \
             prints it."
                .to_owned(),
        );
    }
    if wanted.secrets == Secrets::Hidden && algorithm.is_symmetric() {
        notes.push(format!(
            "`{HIDDEN}` stands for a secret. An owner exports the settings with it, and so does the command line where \
             the database is."
        ));
    }
    Ok(TalkSettings { variables, notes })
}

/// Whether Talk was given the key as its only secret, without a `kid`.
pub(crate) fn was_one_secret(key: &SigningKey) -> bool {
    matches!(
        key.origin,
        Origin::Imported {
            form: TalkForm::Secret,
            ..
        }
    )
}

/// Whether Talk has one secret, and there is no other key whose tokens live. `live` begins with the active key.
fn is_one_secret(live: &[&SigningKey], now: i64) -> bool {
    let Some(first) = live.first() else {
        return false;
    };
    let others = live[1..].iter();
    let mut others = others.filter(|key| key.algorithm() == first.algorithm());
    was_one_secret(first) && !others.any(|key| key.state.verifies(now))
}

/// Why Talk isn't told of a key that lives.
fn why_left_out(key: &SigningKey, active: &SigningKey, now: i64) -> String {
    let (kid, algorithm) = (&key.kid, key.algorithm());
    if algorithm == active.algorithm() {
        return format!(
            "Key `{kid}` waits, and isn't among the settings: to take it beside `{}` Talk would refuse every token \
             without a `kid`. The plan for a rotation says how to get there.",
            active.kid
        );
    }
    let (here, own) = (active.algorithm(), &active.kid);
    if key.state.verifies(now) {
        return format!(
            "Talk takes one algorithm for all keys ({here}, of `{own}`), so it refuses the tokens that `{kid}` \
             ({algorithm}) signed."
        );
    }
    format!(
        "Key `{kid}` ({algorithm}) waits, and isn't among the settings: Talk takes one algorithm for all keys ({here}, \
         of `{own}`). The plan for a rotation says what a change costs."
    )
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

fn single(key: &SigningKey, secrets: Secrets) -> Result<Zeroizing<String>, TalkError> {
    if key.algorithm().is_symmetric() {
        return hmac_text(key, secrets, false);
    }
    Ok(Zeroizing::new(
        Value::Object(pem_members(key, secrets)).to_string(),
    ))
}

fn several(keys: &[&SigningKey], secrets: Secrets) -> Result<Zeroizing<String>, TalkError> {
    let mut entries = Vec::with_capacity(keys.len());
    for key in keys {
        let mut entry = Map::from_iter([("kid".to_owned(), json!(key.kid.as_str()))]);
        if key.algorithm().is_symmetric() {
            let text = hmac_text(key, secrets, true)?;
            entry.insert("secret".to_owned(), json!(text.as_str()));
        } else {
            entry.extend(pem_members(key, secrets));
        }
        entries.push(Value::Object(entry));
    }
    Ok(Zeroizing::new(Value::Array(entries).to_string()))
}

/// The text from which Talk makes the very key. What can't stand in one line goes as `base64:`, which Talk decodes to
/// UTF-8 text; so does what starts like that.
fn hmac_text(
    key: &SigningKey,
    secrets: Secrets,
    in_json: bool,
) -> Result<Zeroizing<String>, TalkError> {
    let text = key
        .material
        .secret_text()
        .ok_or_else(|| TalkError::NotText(key.kid.to_string()))?;
    if secrets == Secrets::Hidden {
        return Ok(Zeroizing::new(HIDDEN.to_owned()));
    }
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
fn pem_members(key: &SigningKey, secrets: Secrets) -> Map<String, Value> {
    let escaped = |pem: &str| json!(pem.trim_end().replace('\n', "\\n"));
    let mut members = Map::new();
    if let Some(pem) = key.material.public_pem() {
        members.insert("public".to_owned(), escaped(&pem));
    }
    if secrets == Secrets::WithPrivate
        && let Some(pem) = key.material.private_pem()
    {
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
