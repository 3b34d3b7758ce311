//! Tenants and their deployments.

use std::collections::HashMap;

use lanyard_core::{
    id::{DeploymentId, Slug, TenantId},
    quota::Quota,
    tenant::{ClaimText, IssuingRule, Policy, TenantStatus, TokenProfile},
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Change, Database, ReadTx, StorageError, WriteTx, error::stored, platform_tenants::QuotaColumns,
};

/// A tenant that is to be made, with its `default` deployment.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// Its id.
    pub id: TenantId,
    /// Its name in URLs.
    pub slug: Slug,
    /// Its name for people.
    pub name: String,
    /// The rules of its first deployment.
    pub policy: Policy,
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
    /// All deployments, by name.
    pub deployment_ids: HashMap<Slug, DeploymentId>,
    /// The rules of the deployments that issue.
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

/// Makes a tenant; the transaction goes on for its first key and the audit event.
///
/// # Errors
/// [`StorageError::Conflict`] with `tenants_slug_key` or `issuers_pkey` when the slug or the issuer is taken.
pub async fn create(database: &Database, new: &NewTenant) -> Result<WriteTx, StorageError> {
    let mut tx = database.write_new(new.id).await?;
    let policy = &new.policy;
    sqlx::query!(
        "insert into tenants (id, slug, name, accept_issuing_tokens, issuing_subject, issuing_audience, allow_email_ids)
         values ($1, $2, $3, $4, $5, $6, $7)",
        new.id.0,
        new.slug.as_str(),
        new.name,
        policy.issuing.accepted,
        policy.issuing.subject.as_str(),
        policy.issuing.audience.as_str(),
        policy.allow_email_ids
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "insert into issuers (issuer, tenant_id) values ($1, $2)",
        policy.issuer.as_str(),
        new.id.0
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "insert into deployments (tenant_id, id, name, issuer, audience, user_id_claim, token_lifetime)
         values ($1, $2, $3, $4, $5, $6, $7)",
        new.id.0,
        policy.deployment.0,
        policy.name.as_str(),
        policy.issuer.as_str(),
        policy.audience.as_str(),
        policy.user_id_claim.as_str(),
        policy.token_lifetime
    )
    .execute(tx.connection())
    .await?;
    Ok(tx)
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

/// Sets whether the tenant accepts issuing tokens.
///
/// # Errors
/// The database fails.
pub async fn set_accept_issuing_tokens(
    tx: &mut WriteTx,
    accepted: bool,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update tenants set accept_issuing_tokens = $2 where id = $1",
        tx.tenant.0,
        accepted
    )
    .execute(tx.connection())
    .await?;
    tx.changed(Change::Tenant);
    Ok(())
}

/// Reads the tenant and its deployments' rules.
///
/// # Errors
/// The database fails, or a row is damaged.
pub async fn load(tx: &mut ReadTx) -> Result<Option<TenantRecord>, StorageError> {
    let Some(row) = sqlx::query!(
        "select slug, name, status, version, accept_issuing_tokens, issuing_subject, issuing_audience, allow_email_ids,
                max_users, max_deployments, max_signing_keys, max_api_keys, max_members, requests_per_second
         from tenants where id = $1",
        tx.tenant.0
    )
    .fetch_optional(tx.connection())
    .await?
    else {
        return Ok(None);
    };
    let issuing = IssuingRule {
        accepted: row.accept_issuing_tokens,
        subject: stored(
            "issuing subject",
            ClaimText::parse("issuing subject", &row.issuing_subject),
        )?,
        audience: stored(
            "issuing audience",
            ClaimText::parse("issuing audience", &row.issuing_audience),
        )?,
    };
    let quota = QuotaColumns {
        users: row.max_users,
        deployments: row.max_deployments,
        signing_keys: row.max_signing_keys,
        api_keys: row.max_api_keys,
        members: row.max_members,
        requests_per_second: row.requests_per_second,
    };
    let (deployment_ids, policies) = deployments(tx, &issuing, row.allow_email_ids).await?;
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
        deployment_ids,
        policies,
    }))
}

/// The tenant's deployments: all by name, and the rules of those that issue.
async fn deployments(
    tx: &mut ReadTx,
    issuing: &IssuingRule,
    allow_email_ids: bool,
) -> Result<(HashMap<Slug, DeploymentId>, Vec<Policy>), StorageError> {
    let deployments = sqlx::query!(
        r#"select id, name, kind = 'talk' as "talk!", coalesce(issuer, '') as "issuer!",
                  coalesce(audience, '') as "audience!", user_id_claim, token_lifetime
           from deployments where tenant_id = $1 order by id"#,
        tx.tenant.0
    )
    .fetch_all(tx.connection())
    .await?;
    let mut deployment_ids = HashMap::with_capacity(deployments.len());
    for deployment in &deployments {
        let name = stored("deployment name", deployment.name.parse())?;
        deployment_ids.insert(name, DeploymentId(deployment.id));
    }
    let policies = deployments
        .into_iter()
        .filter(|deployment| deployment.talk)
        .map(|deployment| {
            Ok(Policy {
                deployment: DeploymentId(deployment.id),
                name: stored("deployment name", deployment.name.parse())?,
                profile: TokenProfile::Talk,
                issuer: stored("issuer", ClaimText::parse("issuer", &deployment.issuer))?,
                audience: stored(
                    "audience",
                    ClaimText::parse("audience", &deployment.audience),
                )?,
                user_id_claim: stored("user id claim", deployment.user_id_claim.parse())?,
                token_lifetime: deployment.token_lifetime,
                issuing: issuing.clone(),
                allow_email_ids,
            })
        })
        .collect::<Result<_, StorageError>>()?;
    Ok((deployment_ids, policies))
}
