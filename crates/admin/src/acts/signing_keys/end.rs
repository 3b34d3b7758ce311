//! Keys that end: in due course, or at once.

use lanyard_core::{
    id::{DeploymentId, Kid},
    signing_key::KeyState,
};
use lanyard_storage::{
    WriteTx,
    keys::{self, KeyRow},
};
use serde_json::json;

use super::{Refused, find};
use crate::acts::By;

/// A key that has ended, and the state that it was in.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The key, as it is now.
    pub(crate) key: KeyRow,
    /// What it was.
    pub(crate) was: KeyState,
}

/// Ends a key that no longer signs, before its time. One that has ended so already stays as it is.
pub(crate) async fn retire(
    tx: &mut WriteTx,
    by: By<'_>,
    deployment: DeploymentId,
    kid: &Kid,
) -> Result<Ended, Refused> {
    let now = by.clock.now();
    let was = find(tx, deployment, kid).await?.state;
    match was.at(now) {
        KeyState::Active => return Err(Refused::Signs(kid.clone())),
        KeyState::Revoked => return Err(Refused::Revoked(kid.clone())),
        state => {
            if keys::retire(tx, kid, now).await? {
                let detail = json!({ "was": state.name() });
                by.audit(tx, "key.retire", kid.as_str(), &detail).await?;
            }
        }
    }
    let key = find(tx, deployment, kid).await?;
    Ok(Ended { key, was })
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
    let key = find(tx, deployment, kid).await?;
    Ok(Ended { key, was })
}
