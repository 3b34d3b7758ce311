//! The tenants as whoever runs the platform sees them.

use lanyard_core::{id::DeploymentId, quota::Quota, tenant::TenantStatus};
use uuid::Uuid;

use crate::{Change, Database, ReadTx, StorageError, WriteTx};

/// A tenant in the platform's list; times in unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformTenant {
    /// Its id.
    pub id: Uuid,
    /// Its name in URLs.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// `active` or `suspended`.
    pub status: String,
    /// Why it is suspended.
    pub suspended_reason: Option<String>,
    /// When it was made.
    pub created_at: i64,
}

/// Which tenants to list; what is `None` doesn't matter.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// What the slug or the name holds, in any case.
    pub search: Option<String>,
    /// Whether it is served.
    pub status: Option<TenantStatus>,
}

/// Tenants by slug, from after one.
///
/// # Errors
/// The database fails.
pub async fn list(
    database: &Database,
    filter: &Filter,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<PlatformTenant>, StorageError> {
    let status = filter.status.map(|status| match status {
        TenantStatus::Active => "active",
        TenantStatus::Suspended => "suspended",
    });
    Ok(sqlx::query_as!(
        PlatformTenant,
        r#"select id as "id!", slug as "slug!", name as "name!", status as "status!", suspended_reason,
                  extract(epoch from created_at)::bigint as "created_at!"
           from platform_tenants($1, $2, $3, $4)"#,
        filter.search,
        status,
        after,
        limit
    )
    .fetch_all(&database.pool)
    .await?)
}

/// How much a tenant has, and what it may have where that isn't the platform's default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holdings {
    /// Of the tenant's own settings.
    pub settings_version: i64,
    /// Why it is suspended.
    pub suspended_reason: Option<String>,
    /// When it was made, in unix seconds.
    pub created_at: i64,
    /// Readers in the directory.
    pub users: i64,
    /// Deployments.
    pub deployments: i64,
    /// Signing keys that haven't ended.
    pub signing_keys: i64,
    /// API keys that weren't revoked.
    pub api_keys: i64,
    /// Members.
    pub members: i64,
}

/// What a tenant has.
///
/// # Errors
/// The database fails.
pub async fn holdings(tx: &mut ReadTx) -> Result<Option<Holdings>, StorageError> {
    Ok(sqlx::query_as!(
        Holdings,
        r#"select settings_version, suspended_reason, extract(epoch from created_at)::bigint as "created_at!",
                  (select count(*) from users where tenant_id = $1) as "users!",
                  (select count(*) from deployments where tenant_id = $1) as "deployments!",
                  (select count(*) from signing_keys
                   where tenant_id = $1 and state in ('pending', 'active', 'retiring')) as "signing_keys!",
                  (select count(*) from api_keys where tenant_id = $1 and revoked_at is null) as "api_keys!",
                  (select count(*) from memberships where tenant_id = $1) as "members!"
           from tenants where id = $1"#,
        tx.tenant.0
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// A deployment, as far as the platform is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentRow {
    /// Its name in URLs.
    pub name: String,
    /// `talk` or `coral`.
    pub kind: String,
    /// Its issuer; Coral's tokens have none.
    pub issuer: Option<String>,
}

/// The tenant's deployments, by name.
///
/// # Errors
/// The database fails.
pub async fn deployments(tx: &mut ReadTx) -> Result<Vec<DeploymentRow>, StorageError> {
    Ok(sqlx::query_as!(
        DeploymentRow,
        "select name, kind, issuer from deployments where tenant_id = $1 order by name",
        tx.tenant.0
    )
    .fetch_all(tx.connection())
    .await?)
}

/// What a tenant may have; the platform's default where `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QuotaColumns {
    /// Readers in the directory.
    pub users: Option<i64>,
    /// Deployments.
    pub deployments: Option<i32>,
    /// Signing keys that haven't ended.
    pub signing_keys: Option<i32>,
    /// API keys that haven't ended.
    pub api_keys: Option<i32>,
    /// Members and open invitations.
    pub members: Option<i32>,
    /// Requests to the management API in a second, over a while.
    pub requests_per_second: Option<i32>,
}

impl QuotaColumns {
    /// What that comes to.
    #[must_use]
    pub fn quota(self) -> Quota {
        let default = Quota::default();
        Quota {
            users: self.users.unwrap_or(default.users),
            deployments: self.deployments.map_or(default.deployments, i64::from),
            signing_keys: self.signing_keys.map_or(default.signing_keys, i64::from),
            api_keys: self.api_keys.map_or(default.api_keys, i64::from),
            members: self.members.map_or(default.members, i64::from),
            requests_per_second: self
                .requests_per_second
                .map_or(default.requests_per_second, i64::from),
        }
    }
}

/// The version of the tenant's own settings, which nobody else can change now.
///
/// # Errors
/// The database fails.
pub async fn settings_version(tx: &mut WriteTx) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        "select settings_version from tenants where id = $1",
        tx.tenant.0
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Sets what a tenant may have; gives the new version of its settings.
///
/// # Errors
/// The database fails.
pub async fn set_quota(tx: &mut WriteTx, quota: &QuotaColumns) -> Result<i64, StorageError> {
    let version = sqlx::query_scalar!(
        "update tenants set max_users = $2, max_deployments = $3, max_signing_keys = $4, max_api_keys = $5,
                max_members = $6, requests_per_second = $7, settings_version = settings_version + 1
         where id = $1 returning settings_version",
        tx.tenant.0,
        quota.users,
        quota.deployments,
        quota.signing_keys,
        quota.api_keys,
        quota.members,
        quota.requests_per_second
    )
    .fetch_one(tx.connection())
    .await?;
    tx.changed(Change::Tenant);
    Ok(version)
}

/// The issuer of a deployment whose own was taken away.
#[must_use]
pub fn released_issuer(deployment: DeploymentId) -> String {
    format!("urn:lanyard:released:{deployment}")
}

/// Takes an issuer away from the tenant, and gives its deployments that have it [`released_issuer`]. Tells which they
/// are; `None` when the tenant doesn't have the issuer.
///
/// # Errors
/// The database fails.
pub async fn release_issuer(
    tx: &mut WriteTx,
    issuer: &str,
) -> Result<Option<Vec<DeploymentId>>, StorageError> {
    let tenant = tx.tenant.0;
    let had = sqlx::query!(
        "delete from issuers where tenant_id = $1 and issuer = $2",
        tenant,
        issuer
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    if had == 0 {
        return Ok(None);
    }
    let deployments: Vec<_> = sqlx::query_scalar!(
        "select id from deployments where tenant_id = $1 and issuer = $2 order by id",
        tenant,
        issuer
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(DeploymentId)
    .collect();
    for deployment in &deployments {
        let released = released_issuer(*deployment);
        sqlx::query!(
            "update deployments set issuer = $3, version = version + 1 where tenant_id = $1 and id = $2",
            tenant,
            deployment.0,
            released
        )
        .execute(tx.connection())
        .await?;
        sqlx::query!(
            "insert into issuers (issuer, tenant_id) values ($1, $2) on conflict (issuer) do nothing",
            released,
            tenant
        )
        .execute(tx.connection())
        .await?;
    }
    tx.changed(Change::Tenant);
    Ok(Some(deployments))
}

/// What one kind of request came to, on the whole platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationTotal {
    /// Such as `issue`.
    pub operation: String,
    /// `ok`, or why it was refused.
    pub reason: String,
    /// How many.
    pub count: i64,
}

/// What one tenant's requests came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantTotal {
    /// Which.
    pub slug: String,
    /// How many requests.
    pub count: i64,
    /// How many of them were refused.
    pub refused: i64,
}

/// All requests from `from` until before `to`, in unix seconds, by kind and outcome.
///
/// # Errors
/// The database fails.
pub async fn usage_by_operation(
    database: &Database,
    from: i64,
    to: i64,
) -> Result<Vec<OperationTotal>, StorageError> {
    Ok(sqlx::query_as!(
        OperationTotal,
        r#"select operation as "operation!", reason as "reason!", count as "count!"
           from usage_by_operation(to_timestamp($1::bigint), to_timestamp($2::bigint))"#,
        from,
        to
    )
    .fetch_all(&database.pool)
    .await?)
}

/// The busiest tenants in the same time.
///
/// # Errors
/// The database fails.
pub async fn usage_by_tenant(
    database: &Database,
    from: i64,
    to: i64,
    limit: i64,
) -> Result<Vec<TenantTotal>, StorageError> {
    Ok(sqlx::query_as!(
        TenantTotal,
        r#"select slug as "slug!", count as "count!", refused as "refused!"
           from usage_by_tenant(to_timestamp($1::bigint), to_timestamp($2::bigint), $3)"#,
        from,
        to,
        limit
    )
    .fetch_all(&database.pool)
    .await?)
}

/// One tenant's requests in a time: how many, and how many of them were refused.
///
/// # Errors
/// The database fails.
pub async fn usage_total(tx: &mut ReadTx, from: i64, to: i64) -> Result<(i64, i64), StorageError> {
    let row = sqlx::query!(
        r#"select coalesce(sum(count), 0)::bigint as "count!",
                  coalesce(sum(count) filter (where reason <> 'ok'), 0)::bigint as "refused!"
           from usage_hourly
           where tenant_id = $1 and hour >= to_timestamp($2::bigint) and hour < to_timestamp($3::bigint)"#,
        tx.tenant.0,
        from,
        to
    )
    .fetch_one(tx.connection())
    .await?;
    Ok((row.count, row.refused))
}
