//! Tenants and their deployments.

use std::collections::BTreeSet;

use lanyard_core::{
    confusable,
    deployment::Deployment,
    id::{Slug, TenantId},
    origin::{Origin, Origins},
    quota::Quota,
    tenant::{ClaimText, IssuingRule, Policy, TenantStatus},
};
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    Change, Database, ReadTx, StorageError, WriteTx, deployments, error::stored,
    platform_tenants::QuotaColumns,
};

/// The constraint that is broken when a tenant has that slug.
pub const SLUG_TAKEN: &str = "tenants_slug_key";
/// The constraint that is broken when a tenant's slug looks like that one.
pub const LOOK_TAKEN: &str = "tenants_skeleton_key";

/// A tenant that is to be made, with its `default` deployment.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// Its name in URLs.
    pub slug: Slug,
    /// Its name for people.
    pub name: String,
    /// Its first deployment.
    pub deployment: Deployment,
    /// How issuing tokens are told from readers'.
    pub issuing: IssuingRule,
    /// Whether an id that looks like an e-mail address may be used.
    pub allow_email_ids: bool,
}

/// A tenant as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantRow {
    /// Its id.
    pub id: Uuid,
    /// Its name in URLs.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// `active` or `suspended`.
    pub status: String,
    /// When it was made, in unix seconds.
    pub created_at: i64,
}

/// A tenant with its deployments' rules.
#[derive(Debug, Clone)]
pub struct TenantRecord {
    /// Its name in URLs.
    pub slug: Slug,
    /// Its name for people.
    pub name: String,
    /// Whether it is served.
    pub status: TenantStatus,
    /// Moves with every change.
    pub version: i64,
    /// How much it may have.
    pub quota: Quota,
    /// The sites whose pages may exchange codes for tokens.
    pub allowed_origins: Origins,
    /// The rules of all deployments, the oldest first.
    pub policies: Vec<Policy>,
}

/// The tenant that has this slug.
///
/// # Errors
/// The database fails.
pub async fn find(database: &Database, slug: &str) -> Result<Option<TenantId>, StorageError> {
    let id = sqlx::query_scalar!("select tenant_id_by_slug($1) as id", slug)
        .fetch_one(&database.pool)
        .await?;
    Ok(id.map(TenantId))
}

/// All tenants, by slug.
///
/// # Errors
/// The database fails.
pub async fn list(database: &Database) -> Result<Vec<TenantRow>, StorageError> {
    let rows = sqlx::query_as!(
        TenantRow,
        r#"select id as "id!", slug as "slug!", name as "name!", status as "status!",
                  extract(epoch from created_at)::bigint as "created_at!" from all_tenants()"#
    )
    .fetch_all(&database.pool)
    .await?;
    Ok(rows)
}

/// The tenant as it is listed.
///
/// # Errors
/// The database fails.
pub async fn get(tx: &mut ReadTx) -> Result<Option<TenantRow>, StorageError> {
    let tenant = tx.tenant;
    row_of(tx.connection(), tenant).await
}

/// The same, while the tenant is locked.
///
/// # Errors
/// The database fails.
pub async fn get_now(tx: &mut WriteTx) -> Result<Option<TenantRow>, StorageError> {
    let tenant = tx.tenant;
    row_of(tx.connection(), tenant).await
}

async fn row_of(
    connection: &mut PgConnection,
    tenant: TenantId,
) -> Result<Option<TenantRow>, StorageError> {
    Ok(sqlx::query_as!(
        TenantRow,
        r#"select id, slug, name, status, extract(epoch from created_at)::bigint as "created_at!"
           from tenants where id = $1"#,
        tenant.0
    )
    .fetch_optional(connection)
    .await?)
}

/// The slug of the tenant that has an issuer.
///
/// # Errors
/// The database fails.
pub async fn issuer_holder(
    database: &Database,
    issuer: &str,
) -> Result<Option<String>, StorageError> {
    Ok(
        sqlx::query_scalar!("select issuer_holder($1) as slug", issuer)
            .fetch_one(&database.pool)
            .await?,
    )
}

/// Stores a tenant with its first deployment, in a transaction that [`Database::write_new`] has begun; false when its
/// issuer is another tenant's. `now` is in unix seconds.
///
/// # Errors
/// [`StorageError::Conflict`] with [`SLUG_TAKEN`] or [`LOOK_TAKEN`].
pub async fn create(tx: &mut WriteTx, new: &NewTenant, now: i64) -> Result<bool, StorageError> {
    sqlx::query!(
        "insert into tenants (id, slug, skeleton, name, accept_issuing_tokens, issuing_subject, issuing_audience,
                              allow_email_ids, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9::bigint))",
        tx.tenant.0,
        new.slug.as_str(),
        confusable::skeleton(new.slug.as_str()),
        new.name,
        new.issuing.accepted,
        new.issuing.subject.as_str(),
        new.issuing.audience.as_str(),
        new.allow_email_ids,
        now
    )
    .execute(tx.connection())
    .await?;
    if let Some(issuer) = new.deployment.issuer()
        && !deployments::claim_issuer(tx, issuer).await?
    {
        return Ok(false);
    }
    deployments::insert(tx, &new.deployment, now).await?;
    Ok(true)
}

/// A tenant's own settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Its name for people.
    pub name: String,
    /// How issuing tokens are told from readers', and whether they are accepted.
    pub issuing: IssuingRule,
    /// Whether an id that looks like an e-mail address may be used.
    pub allow_email_ids: bool,
    /// The sites whose pages may exchange codes for tokens.
    pub allowed_origins: Origins,
    /// Moves with every change of them.
    pub version: i64,
}

/// Reads the tenant's own settings.
///
/// # Errors
/// The database fails, or the row is damaged.
pub async fn settings(tx: &mut ReadTx) -> Result<Option<Settings>, StorageError> {
    let tenant = tx.tenant;
    settings_of(tx.connection(), tenant).await
}

/// The same, while the tenant is locked.
///
/// # Errors
/// The database fails, or the row is damaged.
pub async fn settings_now(tx: &mut WriteTx) -> Result<Option<Settings>, StorageError> {
    let tenant = tx.tenant;
    settings_of(tx.connection(), tenant).await
}

async fn settings_of(
    connection: &mut PgConnection,
    tenant: TenantId,
) -> Result<Option<Settings>, StorageError> {
    let row = sqlx::query!(
        "select name, accept_issuing_tokens, issuing_subject, issuing_audience, allow_email_ids, allowed_origins,
                settings_version
         from tenants where id = $1",
        tenant.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Settings {
            name: row.name,
            issuing: issuing_rule(
                row.accept_issuing_tokens,
                &row.issuing_subject,
                &row.issuing_audience,
            )?,
            allow_email_ids: row.allow_email_ids,
            allowed_origins: origins(&row.allowed_origins)?,
            version: row.settings_version,
        })
    })
    .transpose()
}

/// Changes the tenant's own settings, and gives their new version.
///
/// # Errors
/// The database fails.
pub async fn set_settings(tx: &mut WriteTx, settings: &Settings) -> Result<i64, StorageError> {
    let origins = settings.allowed_origins.iter();
    let origins: Vec<_> = origins.map(|origin| origin.as_str().to_owned()).collect();
    let version = sqlx::query_scalar!(
        "update tenants set name = $2, accept_issuing_tokens = $3, issuing_subject = $4, issuing_audience = $5,
                allow_email_ids = $6, allowed_origins = $7, settings_version = settings_version + 1
         where id = $1 returning settings_version",
        tx.tenant.0,
        settings.name,
        settings.issuing.accepted,
        settings.issuing.subject.as_str(),
        settings.issuing.audience.as_str(),
        settings.allow_email_ids,
        &origins
    )
    .fetch_one(tx.connection())
    .await?;
    tx.changed(Change::Tenant);
    Ok(version)
}

fn origins(texts: &[String]) -> Result<Origins, StorageError> {
    let parsed = texts.iter().map(|text| text.parse::<Origin>());
    let parsed = stored(
        "an allowed origin",
        parsed.collect::<Result<BTreeSet<_>, _>>(),
    )?;
    stored("the allowed origins", parsed.try_into())
}

fn issuing_rule(
    accepted: bool,
    subject: &str,
    audience: &str,
) -> Result<IssuingRule, StorageError> {
    Ok(IssuingRule {
        accepted,
        subject: stored(
            "issuing subject",
            ClaimText::parse("issuing subject", subject),
        )?,
        audience: stored(
            "issuing audience",
            ClaimText::parse("issuing audience", audience),
        )?,
    })
}

/// Suspends a tenant or serves it again; false when that was so already.
///
/// # Errors
/// The database fails.
pub async fn set_status(
    tx: &mut WriteTx,
    status: TenantStatus,
    reason: Option<&str>,
) -> Result<bool, StorageError> {
    let text = match status {
        TenantStatus::Active => "active",
        TenantStatus::Suspended => "suspended",
    };
    let changed = sqlx::query!(
        "update tenants set status = $2, suspended_reason = $3 where id = $1 and status <> $2",
        tx.tenant.0,
        text,
        reason
    )
    .execute(tx.connection())
    .await?
    .rows_affected()
        > 0;
    tx.changed(Change::Tenant);
    Ok(changed)
}

/// Reads the tenant and its deployments' rules.
///
/// # Errors
/// The database fails, or a row is damaged.
pub async fn load(tx: &mut ReadTx) -> Result<Option<TenantRecord>, StorageError> {
    let Some(row) = sqlx::query!(
        "select slug, name, status, version, accept_issuing_tokens, issuing_subject, issuing_audience, allow_email_ids,
                allowed_origins, max_users, max_deployments, max_signing_keys, max_api_keys, max_members, requests_per_second
         from tenants where id = $1",
        tx.tenant.0
    )
    .fetch_optional(tx.connection())
    .await?
    else {
        return Ok(None);
    };
    let issuing = issuing_rule(
        row.accept_issuing_tokens,
        &row.issuing_subject,
        &row.issuing_audience,
    )?;
    let quota = QuotaColumns {
        users: row.max_users,
        deployments: row.max_deployments,
        signing_keys: row.max_signing_keys,
        api_keys: row.max_api_keys,
        members: row.max_members,
        requests_per_second: row.requests_per_second,
    };
    let deployments = deployments::all(tx).await?;
    let policies = deployments
        .iter()
        .map(|deployment| deployment.policy(&issuing, row.allow_email_ids))
        .collect();
    Ok(Some(TenantRecord {
        slug: stored("slug", row.slug.parse())?,
        name: row.name,
        status: if row.status == "active" {
            TenantStatus::Active
        } else {
            TenantStatus::Suspended
        },
        version: row.version,
        quota: quota.quota(),
        allowed_origins: origins(&row.allowed_origins)?,
        policies,
    }))
}
