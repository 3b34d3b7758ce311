//! Browsers in which somebody has logged in before. A mark proves nothing but that; only its hash is kept.

use lanyard_core::account::AccountId;

use crate::{Database, PlatformTx, StorageError};

/// How many an account has at the most; the one that was used least recently goes first.
const MAX_DEVICES: i64 = 50;

/// Whether the mark of this hash is of this account.
///
/// # Errors
/// The database fails.
pub async fn is_known(
    database: &Database,
    account: AccountId,
    hash: &[u8; 32],
) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from account_devices where hash = $1 and account_id = $2) as "known!""#,
        &hash[..],
        account.0
    )
    .fetch_one(&database.pool)
    .await?)
}

/// Remembers a browser, or that it was used.
///
/// # Errors
/// The database fails.
pub async fn remember(
    tx: &mut PlatformTx,
    account: AccountId,
    hash: &[u8; 32],
    now: i64,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into account_devices (hash, account_id, created_at, last_used_at)
         values ($1, $2, to_timestamp($3::bigint), to_timestamp($3::bigint))
         on conflict (hash) do update set last_used_at = excluded.last_used_at
         where account_devices.account_id = excluded.account_id",
        &hash[..],
        account.0,
        now
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "delete from account_devices where hash in (
             select hash from account_devices where account_id = $1 order by last_used_at desc, hash offset $2)",
        account.0,
        MAX_DEVICES
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Forgets all browsers of an account: one of them may be somebody else's.
///
/// # Errors
/// The database fails.
pub async fn forget_all(tx: &mut PlatformTx, account: AccountId) -> Result<(), StorageError> {
    sqlx::query!(
        "delete from account_devices where account_id = $1",
        account.0
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
