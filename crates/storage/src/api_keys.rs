//! API keys: the hash is all that is kept.

use std::collections::HashMap;

use lanyard_core::{
    api_key::{ApiKey, ApiKeyHash, PlainApiKey},
    id::ApiKeyId,
    revocation::{Revocation, Subject},
};

use crate::{Change, ReadTx, StorageError, WriteTx, revocations};

/// An API key as it is listed; times in unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyRow {
    /// Its id.
    pub id: ApiKeyId,
    /// What its owner calls it.
    pub name: String,
    /// Its last four characters.
    pub tail: String,
    /// When it was made.
    pub created_at: i64,
    /// When it ends.
    pub expires_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
}

/// Stores a new key.
///
/// # Errors
/// The database fails.
pub async fn create(
    tx: &mut WriteTx,
    key: &ApiKey,
    plain: &PlainApiKey,
    now: i64,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into api_keys (tenant_id, id, name, hash, tail, created_at, expires_at)
         values ($1, $2, $3, $4, $5, to_timestamp($6::bigint), to_timestamp($7::bigint))",
        tx.tenant.0,
        key.id.0,
        key.name,
        &plain.hash().0[..],
        plain.tail(),
        now,
        key.expires_at
    )
    .execute(tx.connection())
    .await?;
    tx.changed(Change::Tenant);
    Ok(())
}

/// All keys, the newest first.
///
/// # Errors
/// The database fails.
pub async fn list(tx: &mut ReadTx) -> Result<Vec<ApiKeyRow>, StorageError> {
    let rows = sqlx::query!(
        r#"select id, name, tail, extract(epoch from created_at)::bigint as "created_at!",
                  extract(epoch from expires_at)::bigint as expires_at,
                  extract(epoch from revoked_at)::bigint as revoked_at
           from api_keys where tenant_id = $1 order by id desc"#,
        tx.tenant.0
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ApiKeyRow {
            id: ApiKeyId(row.id),
            name: row.name,
            tail: row.tail,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        })
        .collect())
}

/// Revokes a key; false when there is no such key. A second time changes nothing.
///
/// # Errors
/// The database fails.
pub async fn revoke(tx: &mut WriteTx, id: ApiKeyId, now: i64) -> Result<bool, StorageError> {
    let found = sqlx::query!(
        "update api_keys set revoked_at = coalesce(revoked_at, to_timestamp($3::bigint)) where tenant_id = $1 and id = $2",
        tx.tenant.0,
        id.0,
        now
    )
    .execute(tx.connection())
    .await?
    .rows_affected()
        > 0;
    if found {
        revocations::add(tx, &Revocation::standing(Subject::ApiKey(id), now)).await?;
        tx.changed(Change::Tenant);
    }
    Ok(found)
}

/// The keys that aren't revoked, by hash; some may have expired.
///
/// # Errors
/// The database fails.
pub async fn usable(tx: &mut ReadTx) -> Result<HashMap<ApiKeyHash, ApiKey>, StorageError> {
    let rows = sqlx::query!(
        "select id, name, hash, extract(epoch from expires_at)::bigint as expires_at
         from api_keys where tenant_id = $1 and revoked_at is null",
        tx.tenant.0
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            let hash = <[u8; 32]>::try_from(row.hash)
                .map_err(|_| StorageError::Corrupt("the hash of an API key".to_owned()))?;
            Ok((
                ApiKeyHash(hash),
                ApiKey {
                    id: ApiKeyId(row.id),
                    name: row.name,
                    expires_at: row.expires_at,
                },
            ))
        })
        .collect()
}
