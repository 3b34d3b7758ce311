//! Keys that end: in due course, or at once.

use lanyard_core::{
    id::{DeploymentId, Kid},
    signing_key::{KeyState, Origin},
};
use lanyard_storage::{WriteTx, keys};
use serde_json::{Value, json};

use super::{Known, Refused, find};
use crate::acts::By;

/// A key that has ended, and the state that it was in.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The key, as it is now.
    pub(crate) key: Known,
    /// What it was.
    pub(crate) was: KeyState,
}

/// Why a key can't be retired yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Needed {
    /// From when on it isn't needed, as far as one can know; in unix seconds.
    pub(crate) until: i64,
    /// How many tokens would be refused, at most; `None` where some may not have been counted.
    pub(crate) live_tokens: Option<i64>,
    /// Whether others may have signed more, which nobody counts.
    pub(crate) others_sign: bool,
}

/// Ends a key that no longer signs, before its time. One that has ended so already stays as it is. One of which there may
/// be good tokens goes only by `force`.
pub(crate) async fn retire(
    tx: &mut WriteTx,
    by: By<'_>,
    deployment: DeploymentId,
    kid: &Kid,
    force: bool,
) -> Result<Ended, Refused> {
    let now = by.clock.now();
    let row = find(tx, deployment, kid).await?;
    let before = Known::now(tx, row, now).await?;
    let was = before.row.state;
    match was.at(now) {
        KeyState::Active => return Err(Refused::Signs(kid.clone())),
        KeyState::Revoked => return Err(Refused::Revoked(kid.clone())),
        state => {
            let needed = needed(&before, now);
            if let Some(needed) = needed.filter(|_| !force) {
                return Err(Refused::Needed(kid.clone(), needed));
            }
            if keys::retire(tx, kid, now).await? {
                let mut detail = json!({ "was": state.name() });
                if let Some(needed) = needed {
                    detail["forced"] = Value::Bool(true);
                    detail["live_tokens"] = needed.live_tokens.into();
                }
                by.audit(tx, "key.retire", kid.as_str(), &detail).await?;
            }
        }
    }
    ended(tx, deployment, kid, was, now).await
}

/// Who still needs a key, if anybody does.
fn needed(key: &Known, now: i64) -> Option<Needed> {
    let until = key.life.safe_to_retire_at(now).filter(|at| *at > now)?;
    Some(Needed {
        until,
        live_tokens: key.life.live_tokens(now),
        others_sign: matches!(key.row.origin, Origin::Imported { .. }),
    })
}

/// Ends a key at once, whatever its state.
pub(crate) async fn revoke(
    tx: &mut WriteTx,
    by: By<'_>,
    deployment: DeploymentId,
    kid: &Kid,
) -> Result<Ended, Refused> {
    let now = by.clock.now();
    let was = find(tx, deployment, kid).await?.state.at(now);
    keys::revoke(tx, kid, now).await?;
    let detail = json!({ "was": was.name() });
    by.audit(tx, "key.revoke", kid.as_str(), &detail).await?;
    ended(tx, deployment, kid, was, now).await
}

async fn ended(
    tx: &mut WriteTx,
    deployment: DeploymentId,
    kid: &Kid,
    was: KeyState,
    now: i64,
) -> Result<Ended, Refused> {
    let row = find(tx, deployment, kid).await?;
    let key = Known::now(tx, row, now).await?;
    Ok(Ended { key, was })
}
