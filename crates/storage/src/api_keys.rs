//! API keys: the hash is all that is kept.

use std::collections::{BTreeSet, HashMap};

use lanyard_core::{
    api_key::{ApiKey, ApiKeyHash, PlainApiKey},
    id::{ApiKeyId, DeploymentId, TenantId},
    profile::Ceiling,
    revocation::{Revocation, Subject},
    scope::Scope,
    user::Role,
};

use sqlx::PgConnection;

use crate::{
    Change, ReadTx, StorageError, WriteTx, deployments::ceiling, error::stored, revocations,
};

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
    /// When it was last used, to the minute.
    pub last_used_at: Option<i64>,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// How far its tokens may raise a reader in Coral.
    pub ceiling: Ceiling,
    /// The deployments that it is limited to, by name.
    pub deployments: Option<Vec<String>>,
    /// The same by id, with those that are gone.
    pub deployment_ids: Option<Vec<DeploymentId>>,
    /// Who made it, as the audit log names actors.
    pub created_by: String,
}

/// Stores a new key.
///
/// # Errors
/// The database fails.
pub async fn create(
    tx: &mut WriteTx,
    key: &ApiKey,
    plain: &PlainApiKey,
    by: &str,
    now: i64,
) -> Result<(), StorageError> {
    let scopes: Vec<_> = key
        .scopes
        .iter()
        .map(|scope| scope.name().to_owned())
        .collect();
    let deployments: Option<Vec<_>> = key
        .deployments
        .as_ref()
        .map(|listed| listed.iter().map(|deployment| deployment.0).collect());
    sqlx::query!(
        "insert into api_keys (tenant_id, id, name, hash, tail, created_at, expires_at, scopes, deployments, created_by,
                               max_role, badges)
         values ($1, $2, $3, $4, $5, to_timestamp($6::bigint), to_timestamp($7::bigint), $8, $9, $10, $11, $12)",
        tx.tenant.0,
        key.id.0,
        key.name,
        &plain.hash().0[..],
        plain.tail(),
        now,
        key.expires_at,
        &scopes,
        deployments.as_deref(),
        by,
        key.ceiling.max_role.map(Role::as_str),
        key.ceiling.badges
    )
    .execute(tx.connection())
    .await?;
    tx.changed(Change::Tenant);
    Ok(())
}

/// A page of the keys, the newest first, from before this one on.
///
/// # Errors
/// The database fails, or a row is damaged.
pub async fn list(
    tx: &mut ReadTx,
    before: Option<ApiKeyId>,
    limit: i64,
) -> Result<Vec<ApiKeyRow>, StorageError> {
    let tenant = tx.tenant;
    rows(tx.connection(), tenant, None, before, limit).await
}

/// One key.
///
/// # Errors
/// The database fails, or the row is damaged.
pub async fn get(tx: &mut ReadTx, id: ApiKeyId) -> Result<Option<ApiKeyRow>, StorageError> {
    let tenant = tx.tenant;
    Ok(rows(tx.connection(), tenant, Some(id), None, 1)
        .await?
        .pop())
}

/// One key, as this transaction leaves it.
///
/// # Errors
/// The database fails, or the row is damaged.
pub async fn get_now(tx: &mut WriteTx, id: ApiKeyId) -> Result<Option<ApiKeyRow>, StorageError> {
    let tenant = tx.tenant;
    Ok(rows(tx.connection(), tenant, Some(id), None, 1)
        .await?
        .pop())
}

async fn rows(
    connection: &mut PgConnection,
    tenant: TenantId,
    id: Option<ApiKeyId>,
    before: Option<ApiKeyId>,
    limit: i64,
) -> Result<Vec<ApiKeyRow>, StorageError> {
    let rows = sqlx::query!(
        r#"select id, name, tail, extract(epoch from created_at)::bigint as "created_at!",
                  extract(epoch from expires_at)::bigint as expires_at,
                  extract(epoch from revoked_at)::bigint as revoked_at,
                  extract(epoch from last_used_at)::bigint as last_used_at,
                  scopes, created_by, max_role, badges, deployments as deployment_ids,
                  case when deployments is not null then
                      array(select deployments.name from deployments
                            where deployments.tenant_id = $1 and deployments.id = any (api_keys.deployments)
                            order by 1)
                  end as deployments
           from api_keys
           where tenant_id = $1 and ($2::uuid is null or id = $2) and ($3::uuid is null or id < $3)
           order by id desc limit $4"#,
        tenant.0,
        id.map(|id| id.0),
        before.map(|id| id.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(ApiKeyRow {
                id: ApiKeyId(row.id),
                name: row.name,
                tail: row.tail,
                created_at: row.created_at,
                expires_at: row.expires_at,
                revoked_at: row.revoked_at,
                last_used_at: row.last_used_at,
                scopes: scopes(&row.scopes)?,
                ceiling: ceiling(row.max_role.as_deref(), row.badges)?,
                deployments: row.deployments,
                deployment_ids: row
                    .deployment_ids
                    .map(|listed| listed.into_iter().map(DeploymentId).collect()),
                created_by: row.created_by,
            })
        })
        .collect()
}

fn scopes(names: &[String]) -> Result<BTreeSet<Scope>, StorageError> {
    names
        .iter()
        .map(|name| stored("the scope of an API key", name.parse()))
        .collect()
}

/// Lets a key end at `expires_at`, if it would end later; false when there is no such key, or it is revoked.
///
/// # Errors
/// The database fails.
pub async fn expire(tx: &mut WriteTx, id: ApiKeyId, expires_at: i64) -> Result<bool, StorageError> {
    let found = sqlx::query!(
        "update api_keys set expires_at = least(expires_at, to_timestamp($3::bigint))
         where tenant_id = $1 and id = $2 and revoked_at is null",
        tx.tenant.0,
        id.0,
        expires_at
    )
    .execute(tx.connection())
    .await?
    .rows_affected()
        > 0;
    tx.changed(Change::Tenant);
    Ok(found)
}

/// Notes that a key has had a token with the role ADMIN; false when that is known, or there is no such key.
///
/// # Errors
/// The database fails.
pub async fn mark_admin(tx: &mut WriteTx, id: ApiKeyId, now: i64) -> Result<bool, StorageError> {
    let marked = sqlx::query!(
        "update api_keys set first_admin_at = to_timestamp($3::bigint)
         where tenant_id = $1 and id = $2 and first_admin_at is null",
        tx.tenant.0,
        id.0,
        now
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    Ok(marked > 0)
}

/// How many keys are neither revoked nor expired.
///
/// # Errors
/// The database fails.
pub async fn count(tx: &mut WriteTx, now: i64) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from api_keys
           where tenant_id = $1 and revoked_at is null
             and (expires_at is null or expires_at > to_timestamp($2::bigint))"#,
        tx.tenant.0,
        now
    )
    .fetch_one(tx.connection())
    .await?)
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
        "select id, name, hash, scopes, deployments, max_role, badges, extract(epoch from expires_at)::bigint as expires_at
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
                    scopes: scopes(&row.scopes)?,
                    deployments: row
                        .deployments
                        .map(|listed| listed.into_iter().map(DeploymentId).collect()),
                    ceiling: ceiling(row.max_role.as_deref(), row.badges)?,
                },
            ))
        })
        .collect()
}
