//! How keys stand: what was counted of them, and how far a rotation has come.

use lanyard_core::{
    id::{DeploymentId, Kid},
    rotation::{self, KeyLife, KeyUse, Rotation, Step},
    tenant::Policy,
};
use lanyard_storage::{
    ReadTx, StorageError, WriteTx, key_use,
    keys::{self, KeyRow},
};

/// A key, with what was counted of it.
#[derive(Debug)]
pub(crate) struct Known {
    /// The key.
    pub(crate) row: KeyRow,
    /// Its life.
    pub(crate) life: KeyLife,
}

impl Known {
    /// A key that begins: nothing can have been counted of it.
    pub(crate) fn new(row: KeyRow) -> Self {
        let life = row.life(KeyUse::default());
        Self { row, life }
    }

    /// A key as it is within a write.
    pub(crate) async fn now(tx: &mut WriteTx, row: KeyRow, now: i64) -> Result<Self, StorageError> {
        let mut uses = key_use::of_now(tx, [&row.kid], now).await?;
        let life = row.life(uses.remove(&row.kid).unwrap_or_default());
        Ok(Self { row, life })
    }
}

/// Keys as they are, in their order.
pub(crate) async fn known(
    tx: &mut ReadTx,
    rows: Vec<KeyRow>,
    now: i64,
) -> Result<Vec<Known>, StorageError> {
    let mut uses = key_use::of(tx, rows.iter().map(|row| &row.kid), now).await?;
    let with_use = rows.into_iter().map(|row| {
        let life = row.life(uses.remove(&row.kid).unwrap_or_default());
        Known { row, life }
    });
    Ok(with_use.collect())
}

/// All keys of a deployment, the oldest first.
pub(crate) async fn all(
    tx: &mut ReadTx,
    deployment: DeploymentId,
    now: i64,
) -> Result<Vec<Known>, StorageError> {
    let mut rows = keys::list(tx, deployment, None, i64::MAX).await?;
    rows.reverse();
    known(tx, rows, now).await
}

/// How far the rotation of these keys has come.
pub(crate) fn rotation(keys: &[Known], now: i64) -> Rotation<&Kid> {
    let lives: Vec<_> = keys.iter().map(|key| (&key.row.kid, &key.life)).collect();
    rotation::rotation(&lives, now)
}

/// What nobody counts: an issuing token lives for as long as its key, and a CMS may hold one.
pub(crate) const ISSUING_ENDS: &str =
    "Issuing tokens of the old key end with it; an API key outlives rotations.";

/// What to do next, in one line.
pub(crate) fn next(step: Step, policy: &Policy) -> String {
    let text = step.next(policy.claims.kind());
    match step {
        Step::Overlap | Step::Retire if policy.issuing.accepted => format!("{text} {ISSUING_ENDS}"),
        _ => text.to_owned(),
    }
}
