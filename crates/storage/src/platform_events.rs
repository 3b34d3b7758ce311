//! The platform's own audit chain, read back: what happened to accounts and to the platform itself.

use lanyard_core::audit::{self, Event};

use crate::{Database, StorageError, audit::AuditEvent, platform::PLATFORM};

/// How many events are read at once.
const BATCH: i64 = 1000;

/// Events, the newest first, from before a place in the chain.
///
/// # Errors
/// The database fails.
pub async fn list(
    database: &Database,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<AuditEvent>, StorageError> {
    Ok(sqlx::query_as!(
        AuditEvent,
        "select sequence, at, actor, action, target, detail from platform_events
         where sequence < $1 order by sequence desc limit $2",
        before.unwrap_or(i64::MAX),
        limit
    )
    .fetch_all(&database.pool)
    .await?)
}

/// Walks the chain from its start: how many events there are, or the place of the first that doesn't fit.
///
/// # Errors
/// The database fails.
pub async fn verify(database: &Database) -> Result<Result<i64, i64>, StorageError> {
    let (mut previous, mut count) = ([0; 32], 0);
    loop {
        let rows = sqlx::query!(
            "select sequence, at, actor, action, target, detail, hash from platform_events
             where sequence > $1 order by sequence limit $2",
            count,
            BATCH
        )
        .fetch_all(&database.pool)
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
            let hash = audit::chain(&previous, PLATFORM, count + 1, &event);
            if row.sequence != count + 1 || row.hash != hash {
                return Ok(Err(count + 1));
            }
            (previous, count) = (hash, row.sequence);
        }
    }
}
