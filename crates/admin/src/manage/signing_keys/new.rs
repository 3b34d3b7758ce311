//! What is answered of a key that begins.

use lanyard_api::{Act, App, Caller, Failure, Problem, Who, fields::Time};
use lanyard_core::{
    id::Kid,
    signing_key::{KeySet, SigningKey},
    talk::{self, Wanted},
};
use lanyard_storage::keys::{self, KeyRow, Replaced};
use serde::Serialize;
use utoipa::ToSchema;

use super::{SigningKeyOut, refused::in_json};
use crate::acts::signing_keys::{Begun, ISSUING_ENDS, Known, Seen};

/// What became of the key that signed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReplacedKeyOut {
    /// Its id.
    kid: String,
    /// Until when it verifies what it signed; `null` where it never signed anything, and so ended at once.
    #[schema(value_type = Option<String>, format = DateTime)]
    verifies_until: Option<Time>,
}

impl ReplacedKeyOut {
    fn new(replaced: Replaced) -> Self {
        Self {
            kid: replaced.kid,
            verifies_until: replaced.until.map(Time),
        }
    }
}

/// A key that was just made, shown.
#[derive(Serialize, ToSchema)]
pub(super) struct NewKeyOut {
    #[serde(flatten)]
    #[schema(inline)]
    about: SigningKeyOut,
    /// The secret; `null` for a key pair. Later only an owner can have it shown.
    secret: Option<String>,
    /// The public key as PEM; `null` for a secret.
    public_key: Option<String>,
    /// Talk's new settings as lines of an .env file. `null` where they would hold other keys' secrets: then an owner
    /// exports them. Also where Talk can't be given the keys, as `notes` says.
    talk_settings: Option<String>,
    /// What became of the key that signed.
    replaced: Option<ReplacedKeyOut>,
    /// What is to be done now.
    notes: Vec<String>,
}

/// The answer to a key that was made here.
pub(super) async fn shown(
    app: &App,
    caller: &Caller,
    act: &mut Act,
    seen: &Seen,
    begun: Begun,
) -> Result<NewKeyOut, Failure> {
    let now = app.clock.now();
    let known = known(act, seen, &begun.key.kid).await?;
    let mut sets = keys::load_now(&mut act.tx, &app.master_keys, app.clock.now()).await?;
    let set = sets.remove(&seen.policy.deployment).unwrap_or_default();
    let mut notes = after_replacing(begun.replaced.is_some(), &begun.key, seen);
    let talk_settings = match talk::settings(&seen.policy, &set, Wanted::all(false), now) {
        Ok(_) if holds_others_secrets(&set, &begun.key, now) && !is_operator(caller) => {
            notes.push("Talk's settings hold other keys' secrets too: an owner gets them from …/signing-keys/export.".into());
            None
        }
        Ok(settings) => {
            notes.extend(settings.notes.iter().map(|note| in_json(note)));
            Some(settings.env().to_string())
        }
        Err(error) => {
            notes.push(format!("Talk can't be given these keys: {error}."));
            None
        }
    };
    Ok(NewKeyOut {
        about: SigningKeyOut::new(&known, seen.policy.claims.kind(), now),
        secret: begun.key.material.secret_text().map(str::to_owned),
        public_key: begun.key.material.public_pem(),
        talk_settings,
        replaced: begun.replaced.map(ReplacedKeyOut::new),
        notes,
    })
}

/// Whether Talk's settings would show more than the new key.
fn holds_others_secrets(set: &KeySet, new: &SigningKey, now: i64) -> bool {
    set.published(now)
        .any(|key| key.kid != new.kid && key.algorithm().is_symmetric())
}

/// Whether the caller may be shown keys that are there already. Owners have them exported, with a proof of the password
/// and an event of its own.
fn is_operator(caller: &Caller) -> bool {
    matches!(caller.who, Who::Operator(_))
}

/// What is to be done once another key signs.
fn after_replacing(replaced: bool, new: &SigningKey, seen: &Seen) -> Vec<String> {
    let mut notes = Vec::new();
    if !replaced {
        return notes;
    }
    notes.push(
        "Give Talk its new settings now: it refuses tokens of a key that it doesn't have.".into(),
    );
    if let Some(old) = seen
        .active
        .as_ref()
        .filter(|old| old.algorithm != new.algorithm())
    {
        notes.push(format!(
            "Talk takes one algorithm for all keys. It must not get {} while tokens of `{}` live.",
            new.algorithm(),
            old.kid
        ));
    }
    if seen.policy.issuing.accepted {
        notes.push(ISSUING_ENDS.into());
    }
    notes
}

async fn known(act: &mut Act, seen: &Seen, kid: &Kid) -> Result<Known, Failure> {
    let row = keys::get_now(&mut act.tx, seen.policy.deployment, kid.as_str()).await?;
    Ok(Known::new(row.ok_or(Problem::Internal)?))
}

/// A key that was imported.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportedKeyOut {
    #[serde(flatten)]
    #[schema(inline)]
    about: SigningKeyOut,
    /// What you must know about the key.
    warnings: Vec<String>,
    /// What became of the key that signed.
    replaced: Option<ReplacedKeyOut>,
    /// What is to be done now.
    notes: Vec<String>,
}

impl ImportedKeyOut {
    pub(super) async fn new(
        act: &mut Act,
        seen: &Seen,
        begun: Begun,
        warnings: Vec<String>,
        now: i64,
    ) -> Result<Self, Failure> {
        let known = known(act, seen, &begun.key.kid).await?;
        Ok(Self {
            about: SigningKeyOut::new(&known, seen.policy.claims.kind(), now),
            warnings,
            notes: after_replacing(begun.replaced.is_some(), &begun.key, seen),
            replaced: begun.replaced.map(ReplacedKeyOut::new),
        })
    }
}

/// A key that signs from now on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ActivatedKeyOut {
    #[serde(flatten)]
    #[schema(inline)]
    about: SigningKeyOut,
    /// What became of the key that signed.
    replaced: Option<ReplacedKeyOut>,
    /// What is to be done now.
    notes: Vec<String>,
}

impl ActivatedKeyOut {
    pub(super) fn new(key: KeyRow, replaced: Option<Replaced>, seen: &Seen, now: i64) -> Self {
        let mut notes = Vec::new();
        if replaced.is_some() && seen.policy.issuing.accepted {
            notes.push(ISSUING_ENDS.into());
        }
        Self {
            about: SigningKeyOut::new(&Known::new(key), seen.policy.claims.kind(), now),
            replaced: replaced.map(ReplacedKeyOut::new),
            notes,
        }
    }
}
