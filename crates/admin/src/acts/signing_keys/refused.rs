//! Why something isn't done to a key.

use lanyard_core::{
    id::{IdError, Kid},
    key::{ImportError, KeyError},
    signing_key::KeyState,
};
use lanyard_storage::{StorageError, fingerprints::Shared};

use super::Needed;
use crate::output::time;

/// Why something isn't done to a key. Whoever asked is told in the words of the way that they asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// The tenant has no such deployment.
    #[error("there is no such deployment")]
    NoDeployment,
    /// Coral takes no secret from outside.
    #[error("Coral makes its signing secrets itself: copy one from its admin, and import it")]
    CoralMakesSecrets,
    /// Coral verifies with one algorithm.
    #[error("Coral takes HS256 only")]
    CoralAlgorithm,
    /// The deployment has no such key.
    #[error("there is no key `{0}`")]
    NoKey(Kid),
    /// Nothing signs, so there is nothing to put another key in the place of.
    #[error("there is no active key to rotate")]
    NoActive,
    /// Another key of the tenant has the id.
    #[error("the tenant has a key `{0}` already")]
    KidTaken(Kid),
    /// The key signs, so it can't just end.
    #[error("`{0}` signs")]
    Signs(Kid),
    /// Only a pending key can be activated.
    #[error("key `{}` is {}", .0, .1.name())]
    NotPending(Kid, KeyState),
    /// Readers may have tokens of the key.
    #[error("{}", still_needed(.0, .1))]
    Needed(Kid, Needed),
    /// The key is in use where it shouldn't be.
    #[error("{}", in_use(*.0))]
    Reused(Shared),
    /// The key has been revoked, and stays so.
    #[error("key `{0}` is revoked")]
    Revoked(Kid),
    /// Another key signs than when whoever asked last looked.
    #[error("somebody else has just changed this deployment's keys")]
    Meanwhile,
    /// There is no private half.
    #[error("the key has no private half, so it can never sign")]
    CantSign,
    /// The imported text names the key otherwise than whoever imports it.
    #[error("the key calls itself `{0}`")]
    OtherKid(String),
    /// The imported text names the key by something that is no `kid`.
    #[error(transparent)]
    Kid(#[from] IdError),
    /// The imported text is no key, or none that is safe.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// No key could be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

fn still_needed(kid: &Kid, needed: &Needed) -> String {
    let tokens = match needed.live_tokens {
        Some(0) => "no token that was issued here would be refused".to_owned(),
        Some(1) => "at most one reader's token would be refused".to_owned(),
        Some(count) => format!("at most {count} readers' tokens would be refused"),
        None => "readers' tokens would be refused, nobody knows how many".to_owned(),
    };
    let others = if needed.others_sign {
        ", besides those that others may have signed with it, which nobody counts"
    } else {
        ""
    };
    let until = time(needed.until);
    format!("`{kid}` is still needed: {tokens}{others}. It is safe to retire from {until} on")
}

/// What is said of a key that is in use elsewhere: never where.
pub(crate) const fn in_use(shared: Shared) -> &'static str {
    match shared {
        Shared::Here => {
            "another deployment of this newsroom has this secret, or has had it, or it was revoked here. Under one secret a \
             token for one would pass for a token for the other: make a new one"
        }
        Shared::Elsewhere => {
            "another newsroom has this secret; it isn't secret any more. Make a new one"
        }
    }
}
