//! The audit chain, read back.

use lanyard_core::audit::{self, Event};

use crate::{ReadTx, StorageError};

/// An event as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Place in the chain, from one.
    pub sequence: i64,
    /// When, in unix microseconds.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// On which thing.
    pub target: String,
    /// More, as JSON text.
    pub detail: String,
}

/// Walks the tenant's chain from its start; the sequence of the first event that doesn't fit, if one doesn't.
///
/// # Errors
/// The database fails.
pub async fn verify(tx: &mut ReadTx) -> Result<Result<i64, i64>, StorageError> {
    let (mut previous, mut count) = ([0; 32], 0);
    loop {
        let rows = sqlx::query!(
            "select sequence, at, actor, action, target, detail, hash from audit_events
             where tenant_id = $1 and sequence > $2 order by sequence limit 1000",
            tx.tenant.0,
            count
        )
        .fetch_all(tx.connection())
        .await?;
        if rows.is_empty() {
            return Ok(Ok(count));
        }
        for row in rows {
            let event = Event {
                at: row.at,
                actor: &row.actor,
                action: &row.action,
                target: &row.target,
                detail: &row.detail,
            };
            let hash = audit::chain(&previous, tx.tenant, count + 1, &event);
            if row.sequence != count + 1 || row.hash != hash {
                return Ok(Err(count + 1));
            }
            (previous, count) = (hash, row.sequence);
        }
    }
}
