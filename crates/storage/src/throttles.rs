//! Counts of attempts. They survive a restart, and hold for all nodes together.

use lanyard_core::throttle::Bucket;
use sqlx::PgConnection;

use crate::{Database, PlatformTx, StorageError, WriteTx};

/// Whether something may be attempted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// It may, and is counted already: a hundred attempts at once are a hundred.
    Admitted {
        /// Whether it is the first that makes others wait, in the last of the buckets.
        tripped: bool,
    },
    /// Not before this many seconds.
    Blocked {
        /// At least one.
        wait: i64,
    },
}

/// Counts an attempt in every bucket, unless one of them says to wait; then it counts in none.
///
/// # Errors
/// The database fails.
pub async fn attempt(
    database: &Database,
    buckets: &[Bucket],
    now: i64,
) -> Result<Attempt, StorageError> {
    let mut tx = database.platform().await?;
    let attempt = attempt_on(tx.connection(), buckets, now).await?;
    // What was counted before a bucket that says to wait counts in none.
    if matches!(attempt, Attempt::Admitted { .. }) {
        tx.commit().await?;
    }
    Ok(attempt)
}

/// The same within a change to a tenant: what isn't committed isn't counted.
///
/// # Errors
/// The database fails.
pub async fn attempt_now(
    tx: &mut WriteTx,
    buckets: &[Bucket],
    now: i64,
) -> Result<Attempt, StorageError> {
    attempt_on(tx.connection(), buckets, now).await
}

async fn attempt_on(
    connection: &mut PgConnection,
    buckets: &[Bucket],
    now: i64,
) -> Result<Attempt, StorageError> {
    let mut tripped = false;
    let mut ordered: Vec<&Bucket> = buckets.iter().collect();
    // Two attempts that lock the same rows lock them in the same order.
    ordered.sort_unstable_by_key(|bucket| bucket.key);
    for bucket in ordered {
        let Some(count) = count(connection, bucket, now).await? else {
            return blocked(connection, bucket, now).await;
        };
        let is_last = buckets.last() == Some(bucket);
        tripped |= is_last && bucket.rule.trips_at(count);
    }
    Ok(Attempt::Admitted { tripped })
}

/// Counts one attempt, unless it has to wait.
async fn count(
    connection: &mut PgConnection,
    bucket: &Bucket,
    now: i64,
) -> Result<Option<i32>, StorageError> {
    let count = sqlx::query_scalar!(
        "insert into throttles as old (key, failures, last_failure_at, blocked_until)
         values ($1, 1, to_timestamp($2::bigint), to_timestamp($2::bigint))
         on conflict (key) do update
         set failures = case when old.last_failure_at < to_timestamp($3::bigint) then 1 else old.failures + 1 end,
             last_failure_at = to_timestamp($2::bigint)
         where old.blocked_until <= to_timestamp($2::bigint)
         returning failures",
        &bucket.key[..],
        now,
        now - bucket.rule.forget_after
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(count) = count else { return Ok(None) };
    let wait = bucket.rule.wait_after(count);
    if wait > 0 {
        sqlx::query!(
            "update throttles set blocked_until = to_timestamp($2::bigint) where key = $1",
            &bucket.key[..],
            now + wait
        )
        .execute(connection)
        .await?;
    }
    Ok(Some(count))
}

async fn blocked(
    connection: &mut PgConnection,
    bucket: &Bucket,
    now: i64,
) -> Result<Attempt, StorageError> {
    let until = sqlx::query_scalar!(
        r#"select extract(epoch from blocked_until)::bigint as "until!" from throttles where key = $1"#,
        &bucket.key[..]
    )
    .fetch_optional(connection)
    .await?;
    let wait = until.map_or(1, |until| (until - now).max(1));
    Ok(Attempt::Blocked { wait })
}

/// After attempts that turned out well: what was counted in some buckets is forgotten, and in others this one attempt is
/// taken back, while those before it stay counted.
///
/// # Errors
/// The database fails.
pub async fn settle(
    tx: &mut PlatformTx,
    forget: &[Bucket],
    take_back: &[Bucket],
    now: i64,
) -> Result<(), StorageError> {
    let forgotten = forget.iter().map(|bucket| (bucket, true));
    let mut all: Vec<_> = forgotten
        .chain(take_back.iter().map(|bucket| (bucket, false)))
        .collect();
    // In the order of `attempt`, with which this could block otherwise.
    all.sort_unstable_by_key(|(bucket, _)| bucket.key);
    for (bucket, forget) in all {
        if forget {
            sqlx::query!("delete from throttles where key = $1", &bucket.key[..])
                .execute(tx.connection())
                .await?;
        } else {
            // It was admitted, so nothing had to wait when it was made.
            sqlx::query!(
                "update throttles set failures = greatest(failures - 1, 0), blocked_until = to_timestamp($2::bigint)
                 where key = $1",
                &bucket.key[..],
                now
            )
            .execute(tx.connection())
            .await?;
        }
    }
    Ok(())
}
