//! What is due next in a run, by what both sides show.

use lanyard_core::{
    id::Kid,
    signing_key::{KeySet, KeyState},
};
use lanyard_storage::coral_rotations::RotationRow;

use super::plan::is_same;
use crate::coral::{Secret, Secrets};

/// For how many seconds Coral may still do what it was asked, though the answer was lost.
const SETTLES: i64 = 30;

/// The one thing that is due.
#[derive(Debug)]
pub(super) enum Step<'a> {
    /// Ask Coral for a new secret.
    Ask,
    /// Coral has one: make it a key here.
    Import(&'a Secret),
    /// It is one: sign with it.
    Activate(Kid),
    /// It signs.
    Finish,
}

/// Why nothing can be done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// Coral was asked, and may be at it, for so many seconds more.
    Settling(i64),
    /// Coral doesn't show the secret that it made.
    NotShown(String),
    /// Somebody has ended the new key.
    Ended(String),
    /// Somebody has imported something else under the new secret's id.
    Other(String),
}

/// Looks for what came of asking Coral rather than ask again: a secret that wasn't there before.
pub(super) fn next<'a>(
    run: &RotationRow,
    keys: &KeySet,
    secrets: &'a Secrets,
    now: i64,
) -> Result<Step<'a>, Stuck> {
    if let Some(kid) = &run.new_kid {
        // Of several servers of Coral's one may not have heard of it yet, and would refuse its tokens.
        let secret = secrets.get(kid).filter(|secret| secret.is_active(now));
        let secret = secret.ok_or_else(|| Stuck::NotShown(kid.clone()))?;
        let key = keys.get(kid);
        if key.is_some_and(|key| !is_same(key, secret)) {
            return Err(Stuck::Other(kid.clone()));
        }
        return match key.map(|key| key.state.at(now)) {
            Some(KeyState::Active) => Ok(Step::Finish),
            Some(KeyState::Pending) => {
                Ok(key.map_or(Step::Ask, |key| Step::Activate(key.kid.clone())))
            }
            _ => Err(Stuck::Ended(kid.clone())),
        };
    }
    let mut new = secrets.list.iter().filter(|secret| {
        secret.is_active(now) && !run.kids_before.iter().any(|kid| kid == secret.kid.as_str())
    });
    // Somebody may have rotated in Coral's admin too. The last is the one that stays.
    if let Some(secret) = new.next_back() {
        return Ok(Step::Import(secret));
    }
    match run.asked_at {
        Some(asked_at) if now < asked_at + SETTLES => {
            Err(Stuck::Settling(asked_at + SETTLES - now))
        }
        _ => Ok(Step::Ask),
    }
}
