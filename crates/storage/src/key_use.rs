//! How signing keys are used: how many tokens each signed, by when these end, and when one was last seen.

use std::collections::HashMap;

use lanyard_core::id::{Kid, TenantId};
use lanyard_core::rotation::KeyUse;
use sqlx::PgConnection;

use crate::{
    Database, KeyMeter, ReadTx, StorageError, WriteTx,
    batches::{Batch, Batches},
    error::stored,
    meter::{KeyCount, Used},
};

const HOUR: i64 = 3_600;

/// Which tokens are counted together: those of a key that end within one hour, by the end of that hour.
type Key = (TenantId, Kid, i64);

/// How many tokens, and when the last was issued.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum {
    issued: u64,
    last_issued: i64,
}

/// Counts that aren't known to be in the database.
pub(crate) type KeySums = Batches<Key, Sum>;

/// Adds what a meter counted to the sums.
pub(crate) fn gather(sums: &mut KeySums, tenant: TenantId, kid: &Kid, count: KeyCount) {
    let end_of_hour = (count.last_end.div_euclid(HOUR) + 1) * HOUR;
    let sum = sums.sum((tenant, kid.clone(), end_of_hour));
    sum.issued = sum.issued.saturating_add(count.issued);
    sum.last_issued = sum.last_issued.max(count.last_issued);
}

/// Adds a batch, unless the database has it.
pub(crate) async fn add(
    database: &Database,
    batch: Batch<'_, Key, Sum>,
) -> Result<(), StorageError> {
    let Batch {
        process,
        number,
        sums: batch,
    } = batch;
    let tenants: Vec<_> = batch.iter().map(|((tenant, ..), _)| tenant.0).collect();
    let kids: Vec<_> = batch
        .iter()
        .map(|((_, kid, _), _)| kid.as_str().to_owned())
        .collect();
    let expiries: Vec<_> = batch.iter().map(|((.., expiry), _)| *expiry).collect();
    let counts: Vec<_> = batch
        .iter()
        .map(|(_, sum)| i64::try_from(sum.issued).unwrap_or(i64::MAX))
        .collect();
    let last: Vec<_> = batch.iter().map(|(_, sum)| sum.last_issued).collect();
    sqlx::query!(
        "select add_key_use($1, $2, $3, $4, $5, $6, $7)",
        process,
        number,
        &tenants,
        &kids,
        &expiries,
        &counts,
        &last
    )
    .execute(&database.pool)
    .await?;
    Ok(())
}

/// Counts one token at once, of a process that gathers nothing; `issued_at` and `expires_at` are its `iat` and `exp`.
///
/// # Errors
/// The database fails.
pub async fn count(
    database: &Database,
    tenant: TenantId,
    kid: &Kid,
    issued_at: i64,
    expires_at: i64,
) -> Result<(), StorageError> {
    let mut sums = KeySums::default();
    let one = KeyCount {
        issued: 1,
        last_issued: issued_at,
        last_end: expires_at,
    };
    gather(&mut sums, tenant, kid, one);
    match sums.next() {
        Some(batch) => add(database, batch).await,
        None => Ok(()),
    }
}

/// Notes when tokens of keys were last seen.
pub(crate) async fn note_seen(
    database: &Database,
    seen: &[Used<Kid, KeyMeter>],
) -> Result<(), StorageError> {
    let tenants: Vec<_> = seen.iter().map(|seen| seen.tenant.0).collect();
    let kids: Vec<_> = seen
        .iter()
        .map(|seen| seen.id.as_str().to_owned())
        .collect();
    let seconds: Vec<_> = seen.iter().map(|seen| seen.at).collect();
    sqlx::query!(
        "select note_key_seen($1, $2, $3)",
        &tenants,
        &kids,
        &seconds
    )
    .execute(&database.pool)
    .await?;
    Ok(())
}

/// What was counted of these keys, as far as servers have said; `now` in unix seconds.
///
/// # Errors
/// The database fails.
pub async fn of(
    tx: &mut ReadTx,
    kids: impl IntoIterator<Item = &Kid>,
    now: i64,
) -> Result<HashMap<Kid, KeyUse>, StorageError> {
    let tenant = tx.tenant;
    read(tx.connection(), tenant, kids, now).await
}

/// The same within a write.
///
/// # Errors
/// The database fails.
pub async fn of_now(
    tx: &mut WriteTx,
    kids: impl IntoIterator<Item = &Kid>,
    now: i64,
) -> Result<HashMap<Kid, KeyUse>, StorageError> {
    let tenant = tx.tenant;
    read(tx.connection(), tenant, kids, now).await
}

async fn read(
    connection: &mut PgConnection,
    tenant: TenantId,
    kids: impl IntoIterator<Item = &Kid>,
    now: i64,
) -> Result<HashMap<Kid, KeyUse>, StorageError> {
    let kids: Vec<_> = kids
        .into_iter()
        .map(|kid| kid.as_str().to_owned())
        .collect();
    let rows = sqlx::query!(
        r#"select kid, extract(epoch from last_issued_at)::bigint as last_issued_at,
                  extract(epoch from last_seen_at)::bigint as last_seen_at,
                  (select coalesce(sum(issued), 0)::bigint from key_use_hourly as hourly
                   where hourly.tenant_id = $1 and hourly.kid = key_use.kid
                     and expires_by > to_timestamp($3::bigint)) as "alive!"
           from key_use where tenant_id = $1 and kid = any($2)"#,
        tenant.0,
        &kids,
        now
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let usage = KeyUse {
                last_issued_at: row.last_issued_at,
                last_seen_at: row.last_seen_at,
                alive: row.alive,
            };
            Ok((stored("kid", row.kid.parse())?, usage))
        })
        .collect()
}
