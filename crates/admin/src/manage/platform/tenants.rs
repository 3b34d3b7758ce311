//! All tenants: found, looked at, suspended, resumed.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use lanyard_api::{
    App, Failure, Problem,
    cursor::{List, Page},
    etag::etag,
    fields::{Faults, Field, Limit, Name, OneOf, Time},
    input,
    input::{JsonBody, Query},
    query,
};
use lanyard_core::tenant::TenantStatus;
use lanyard_storage::{
    platform_tenants::{self, DeploymentRow, Filter, Holdings, PlatformTenant},
    tenants,
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Admin, NamedTenant, TenantAct, quota::QuotaOut};

/// The time over which a tenant's requests are told, in seconds.
const USAGE_SPAN: i64 = 30 * 86_400;

/// Whether a tenant is served.
#[derive(Debug, Clone, Copy)]
pub struct Status(TenantStatus);

impl OneOf for Status {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("active", Self(TenantStatus::Active)),
        ("suspended", Self(TenantStatus::Suspended)),
    ];
}

impl Field for Status {
    fn read(value: &Value) -> Result<Self, Faults> {
        Self::one_of(value)
    }
}

query! {
    /// Which tenants.
    pub struct TenantsQuery {
        /// How many; 50 unless said.
        #[param(value_type = Option<i64>, minimum = 1, maximum = 200, nullable = false)]
        limit: Limit,
        /// Where to begin: `next_cursor` of the page before.
        #[param(nullable = false)]
        cursor: Option<String>,
        /// What the slug or the name holds, in any case.
        #[param(nullable = false)]
        search: Option<String>,
        /// Only those that are `active`, or `suspended`.
        #[param(value_type = Option<String>, pattern = "^(active|suspended)$", nullable = false)]
        status: Option<Status>,
    }
}

/// A newsroom as the platform lists it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlatformTenantOut {
    /// Its id.
    id: Uuid,
    /// Its name in URLs.
    #[schema(example = "the-post")]
    slug: String,
    /// Its name for people.
    #[schema(example = "The Post")]
    name: String,
    /// Whether it is served.
    #[schema(pattern = "^(active|suspended)$", example = "active")]
    status: String,
    /// Why it is suspended.
    suspended_reason: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
}

impl From<PlatformTenant> for PlatformTenantOut {
    fn from(row: PlatformTenant) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            name: row.name,
            status: row.status,
            suspended_reason: row.suspended_reason,
            created_at: Time(row.created_at),
        }
    }
}

/// How much a newsroom has.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoldingsOut {
    /// Readers in the directory.
    users: i64,
    /// Deployments.
    deployments: i64,
    /// Signing keys that haven't ended.
    signing_keys: i64,
    /// API keys that weren't revoked.
    api_keys: i64,
    /// Members.
    members: i64,
}

/// A deployment, as far as the platform is concerned.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlatformDeploymentOut {
    /// Its name in URLs.
    #[schema(example = "default")]
    name: String,
    /// `talk` or `coral`.
    #[schema(pattern = "^(talk|coral)$", example = "talk")]
    kind: String,
    /// Its issuer; Coral's tokens have none.
    #[schema(example = "https://talk.the-post.example")]
    issuer: Option<String>,
}

/// A newsroom, with what it has, may have and did.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlatformTenantDetail {
    #[serde(flatten)]
    #[schema(inline)]
    about: PlatformTenantOut,
    /// What it has.
    holdings: HoldingsOut,
    /// What it may have.
    quota: QuotaOut,
    /// Its deployments.
    deployments: Vec<PlatformDeploymentOut>,
    /// How many requests it had in the last 30 days.
    requests: i64,
    /// How many of them were refused.
    refused: i64,
}

input! {
    /// Why a newsroom is suspended.
    pub struct Suspension {
        /// The reason, for its owners to read.
        #[schema(value_type = String, min_length = 1, max_length = 255, example = "Unpaid since March")]
        reason: Name,
    }
}

/// List all newsrooms, by slug
#[utoipa::path(
    get, path = "/v1/platform/tenants", tag = "platform", operation_id = "list_platform_tenants",
    params(TenantsQuery),
    responses((status = 200, description = "A page of them", body = Page<PlatformTenantOut>)),
)]
pub(super) async fn list(
    State(app): State<App>,
    _admin: Admin,
    Query(query): Query<TenantsQuery>,
) -> Result<Json<Page<PlatformTenantOut>>, Failure> {
    let filter = Filter {
        search: query.search,
        status: query.status.map(|status| status.0),
    };
    let name = format!("platform tenants {filter:?}");
    let list = List {
        owner: b"platform",
        query: &name,
    };
    let after = match &query.cursor {
        Some(cursor) => Some(list.place(&app, cursor)?),
        None => None,
    };
    let limit = query.limit.0;
    let rows = platform_tenants::list(&app.database, &filter, after.as_deref(), limit + 1).await?;
    let rows = rows.into_iter().map(PlatformTenantOut::from).collect();
    let page = list.page(&app, rows, limit, |row: &PlatformTenantOut| {
        row.slug.clone()
    })?;
    Ok(Json(page))
}

/// One newsroom, with what it has, may have and did
#[utoipa::path(
    get, path = "/v1/platform/tenants/{tenant}", tag = "platform", operation_id = "get_platform_tenant",
    params(("tenant" = String, Path, description = "Newsroom")),
    responses((
        status = 200, description = "The newsroom", body = PlatformTenantDetail,
        headers(("ETag" = String, description = "Version of its settings, for If-Match")),
    )),
)]
pub(super) async fn get(
    State(app): State<App>,
    _admin: Admin,
    tenant: NamedTenant,
) -> Result<Response, Failure> {
    let mut tx = app.database.read(tenant.id).await?;
    let record = tenants::load(&mut tx).await?.ok_or(Problem::NotFound)?;
    let held = platform_tenants::holdings(&mut tx)
        .await?
        .ok_or(Problem::NotFound)?;
    let deployments = platform_tenants::deployments(&mut tx).await?;
    let now = app.clock.now();
    let (requests, refused) =
        platform_tenants::usage_total(&mut tx, now - USAGE_SPAN, now + 1).await?;
    tx.end().await?;
    let version = held.settings_version;
    let detail = PlatformTenantDetail {
        quota: record.quota.into(),
        about: PlatformTenantOut {
            id: tenant.id.0,
            slug: record.slug.to_string(),
            name: record.name,
            status: match record.status {
                TenantStatus::Active => "active".to_owned(),
                TenantStatus::Suspended => "suspended".to_owned(),
            },
            suspended_reason: held.suspended_reason.clone(),
            created_at: Time(held.created_at),
        },
        holdings: held.into(),
        deployments: deployments.into_iter().map(Into::into).collect(),
        requests,
        refused,
    };
    Ok(([(header::ETAG, etag(version))], Json(detail)).into_response())
}

impl From<Holdings> for HoldingsOut {
    fn from(held: Holdings) -> Self {
        Self {
            users: held.users,
            deployments: held.deployments,
            signing_keys: held.signing_keys,
            api_keys: held.api_keys,
            members: held.members,
        }
    }
}

impl From<DeploymentRow> for PlatformDeploymentOut {
    fn from(row: DeploymentRow) -> Self {
        Self {
            name: row.name,
            kind: row.kind,
            issuer: row.issuer,
        }
    }
}

/// Suspend a newsroom: it is served no more, and can't be changed
#[utoipa::path(
    post, path = "/v1/platform/tenants/{tenant}/suspend", tag = "platform", operation_id = "suspend_tenant",
    params(("tenant" = String, Path, description = "Newsroom")),
    request_body = Suspension,
    responses((status = 204, description = "It is suspended")),
)]
pub(super) async fn suspend(
    State(app): State<App>,
    admin: Admin,
    tenant: NamedTenant,
    body: JsonBody<Suspension>,
) -> Result<StatusCode, Failure> {
    let reason = body.value.reason.0;
    let mut act = TenantAct::begin(&app, &admin, tenant.id).await?;
    if tenants::set_status(&mut act.tx, TenantStatus::Suspended, Some(&reason)).await? {
        let detail = json!({ "reason": reason });
        act.audit("tenant.suspend", tenant.slug.as_str(), &detail)
            .await?;
        act.commit().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Serve a suspended newsroom again
#[utoipa::path(
    post, path = "/v1/platform/tenants/{tenant}/resume", tag = "platform", operation_id = "resume_tenant",
    params(("tenant" = String, Path, description = "Newsroom")),
    responses((status = 204, description = "It is served")),
)]
pub(super) async fn resume(
    State(app): State<App>,
    admin: Admin,
    tenant: NamedTenant,
) -> Result<StatusCode, Failure> {
    let mut act = TenantAct::begin(&app, &admin, tenant.id).await?;
    if tenants::set_status(&mut act.tx, TenantStatus::Active, None).await? {
        act.audit("tenant.resume", tenant.slug.as_str(), &json!({}))
            .await?;
        act.commit().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
