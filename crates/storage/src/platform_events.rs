//! The platform's own audit chain, read back: what happened to accounts and to the platform itself.

use lanyard_core::audit::{Fault, Head, Walk};

use crate::{
    Database, StorageError,
    audit::{AuditEvent, Filter, PAGE},
    platform::PLATFORM,
};

/// Events that the filter lets through, the newest first, from before a place in the chain.
///
/// # Errors
/// The database fails.
pub async fn list(
    database: &Database,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<AuditEvent>, StorageError> {
    Ok(sqlx::query_as!(
        AuditEvent,
        "select sequence, at, actor, action, target, detail, hash from platform_events
         where sequence < $1
           and ($2::text is null or actor = $2) and ($3::text is null or action = $3)
           and ($4::text is null or target = $4)
           and ($5::bigint is null or at >= $5) and ($6::bigint is null or at < $6)
         order by sequence desc limit $7",
        before.unwrap_or(i64::MAX),
        filter.actor,
        filter.action,
        filter.target,
        filter.from,
        filter.to,
        limit
    )
    .fetch_all(&database.pool)
    .await?)
}

/// Events from after a place in the chain, the oldest first.
///
/// # Errors
/// The database fails.
pub async fn after(
    database: &Database,
    sequence: i64,
    limit: i64,
) -> Result<Vec<AuditEvent>, StorageError> {
    Ok(sqlx::query_as!(
        AuditEvent,
        "select sequence, at, actor, action, target, detail, hash from platform_events
         where sequence > $1 order by sequence limit $2",
        sequence,
        limit
    )
    .fetch_all(&database.pool)
    .await?)
}

/// The end of the chain, as it is stored.
///
/// # Errors
/// The database fails, or the hash is none.
pub async fn head(database: &Database) -> Result<Head, StorageError> {
    let last = list(database, &Filter::default(), None, 1).await?;
    last.first()
        .map_or_else(|| Ok(Head::default()), AuditEvent::head)
}

/// Walks the chain from its start to its end, which it tells, or to where it is broken. `expected` is an event that it
/// has to hold.
///
/// # Errors
/// The database fails.
pub async fn verify(
    database: &Database,
    expected: Option<Head>,
) -> Result<Result<Head, Fault>, StorageError> {
    let mut walk = Walk::new(PLATFORM, expected);
    loop {
        let events = after(database, walk.head().sequence, PAGE).await?;
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
