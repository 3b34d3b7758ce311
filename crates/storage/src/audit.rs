//! The audit chain, read back.

use lanyard_core::{
    audit::{Event, Fault, Head, Walk},
    id::TenantId,
};
use sqlx::PgConnection;

use crate::{ReadTx, StorageError};

/// Events that are read at a time.
pub(crate) const PAGE: i64 = 1_000;

/// An event as it is stored.
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
    /// The event's hash, over the one before it too.
    pub hash: Vec<u8>,
}

impl AuditEvent {
    /// Goes one event further along a chain.
    pub(crate) fn step(&self, walk: &mut Walk) -> Result<(), Fault> {
        let event = Event {
            at: self.at,
            actor: &self.actor,
            action: &self.action,
            target: &self.target,
            detail: &self.detail,
        };
        walk.step(self.sequence, &event, &self.hash)
    }

    pub(crate) fn head(&self) -> Result<Head, StorageError> {
        head_of(self.sequence, &self.hash)
    }
}

/// The end of a chain, from the columns of its last event.
pub(crate) fn head_of(sequence: i64, hash: &[u8]) -> Result<Head, StorageError> {
    let hash = hash
        .try_into()
        .map_err(|_| StorageError::Corrupt("the hash of an audit event".to_owned()))?;
    Ok(Head { sequence, hash })
}

/// Which events to list; what is `None` doesn't matter.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Who.
    pub actor: Option<String>,
    /// What.
    pub action: Option<String>,
    /// On which thing.
    pub target: Option<String>,
    /// The earliest, in unix microseconds.
    pub from: Option<i64>,
    /// The time after the latest, in unix microseconds.
    pub to: Option<i64>,
}

/// Events that the filter lets through, the newest first, from before a place in the chain.
///
/// # Errors
/// The database fails.
pub async fn list(
    tx: &mut ReadTx,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<AuditEvent>, StorageError> {
    Ok(sqlx::query_as!(
        AuditEvent,
        "select sequence, at, actor, action, target, detail, hash from audit_events
         where tenant_id = $1 and sequence < $2
           and ($3::text is null or actor = $3) and ($4::text is null or action = $4)
           and ($5::text is null or target = $5)
           and ($6::bigint is null or at >= $6) and ($7::bigint is null or at < $7)
         order by sequence desc limit $8",
        tx.tenant.0,
        before.unwrap_or(i64::MAX),
        filter.actor,
        filter.action,
        filter.target,
        filter.from,
        filter.to,
        limit
    )
    .fetch_all(tx.connection())
    .await?)
}

/// Events from after a place in the chain, the oldest first.
///
/// # Errors
/// The database fails.
pub async fn after(
    tx: &mut ReadTx,
    sequence: i64,
    limit: i64,
) -> Result<Vec<AuditEvent>, StorageError> {
    Ok(sqlx::query_as!(
        AuditEvent,
        "select sequence, at, actor, action, target, detail, hash from audit_events
         where tenant_id = $1 and sequence > $2 order by sequence limit $3",
        tx.tenant.0,
        sequence,
        limit
    )
    .fetch_all(tx.connection())
    .await?)
}

/// The end of the tenant's chain, as it is stored.
///
/// # Errors
/// The database fails, or the hash is none.
pub async fn head(tx: &mut ReadTx) -> Result<Head, StorageError> {
    let tenant = tx.tenant;
    head_on(tx.connection(), tenant).await
}

pub(crate) async fn head_on(
    connection: &mut PgConnection,
    tenant: TenantId,
) -> Result<Head, StorageError> {
    let row = sqlx::query!(
        "select sequence, hash from audit_events where tenant_id = $1 order by sequence desc limit 1",
        tenant.0
    )
    .fetch_optional(connection)
    .await?;
    row.map_or_else(
        || Ok(Head::default()),
        |row| head_of(row.sequence, &row.hash),
    )
}

/// Walks the tenant's chain from its start to its end, which it tells, or to where it is broken. `expected` is an
/// event that it has to hold.
///
/// # Errors
/// The database fails.
pub async fn verify(
    tx: &mut ReadTx,
    expected: Option<Head>,
) -> Result<Result<Head, Fault>, StorageError> {
    let mut walk = Walk::new(tx.tenant, expected);
    loop {
        let events = after(tx, walk.head().sequence, PAGE).await?;
        if events.is_empty() {
            return Ok(walk.end());
        }
        for event in events {
            if let Err(fault) = event.step(&mut walk) {
                return Ok(Err(fault));
            }
        }
    }
}
