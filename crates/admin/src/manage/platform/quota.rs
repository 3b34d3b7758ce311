//! How much a tenant may have.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use lanyard_api::{
    App, Failure,
    etag::{IfMatch, etag},
    fields::{Faults, Field},
    input,
    input::JsonBody,
};
use lanyard_core::quota::Quota;
use lanyard_storage::platform_tenants::{self, QuotaColumns};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Admin, NamedTenant, TenantAct};

/// The most that a quota can be.
const MOST: i32 = 1_000_000_000;

/// The most of each thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuotaOut {
    /// Readers in the directory.
    #[schema(example = 5_000_000)]
    users: i64,
    /// Deployments.
    #[schema(example = 50)]
    deployments: i64,
    /// Signing keys that haven't ended.
    #[schema(example = 100)]
    signing_keys: i64,
    /// API keys that haven't ended.
    #[schema(example = 100)]
    api_keys: i64,
    /// Members and open invitations.
    #[schema(example = 200)]
    members: i64,
    /// Requests to the management API in a second, over a while.
    #[schema(example = 200)]
    requests_per_second: i64,
}

impl From<Quota> for QuotaOut {
    fn from(quota: Quota) -> Self {
        Self {
            users: quota.users,
            deployments: quota.deployments,
            signing_keys: quota.signing_keys,
            api_keys: quota.api_keys,
            members: quota.members,
            requests_per_second: quota.requests_per_second,
        }
    }
}

/// A number of things, from one.
#[derive(Debug, Clone, Copy)]
pub struct Most(i32);

impl Field for Most {
    fn read(value: &Value) -> Result<Self, Faults> {
        match i32::try_from(i64::read(value)?) {
            Ok(number @ 1..=MOST) => Ok(Self(number)),
            _ => Err(Faults::one(format!("must be 1 to {MOST}"))),
        }
    }
}

input! {
    /// What a newsroom may have. What isn't said, or is `null`, is as the platform has it.
    pub struct QuotaIn {
        /// Readers in the directory.
        #[schema(value_type = Option<i64>, minimum = 1, maximum = 1_000_000_000, example = 20_000_000)]
        users: Option<Most>,
        /// Deployments.
        #[schema(value_type = Option<i64>, minimum = 1, maximum = 1_000_000_000)]
        deployments: Option<Most>,
        /// Signing keys that haven't ended.
        #[schema(value_type = Option<i64>, minimum = 1, maximum = 1_000_000_000)]
        signing_keys: Option<Most>,
        /// API keys that haven't ended.
        #[schema(value_type = Option<i64>, minimum = 1, maximum = 1_000_000_000)]
        api_keys: Option<Most>,
        /// Members and open invitations.
        #[schema(value_type = Option<i64>, minimum = 1, maximum = 1_000_000_000)]
        members: Option<Most>,
        /// Requests to the management API in a second, over a while.
        #[schema(value_type = Option<i64>, minimum = 1, maximum = 1_000_000_000)]
        requests_per_second: Option<Most>,
    }
}

/// Say how much a newsroom may have
///
/// What it has already above a lower number stays; it gets no more.
#[utoipa::path(
    put, path = "/v1/platform/tenants/{tenant}/quota", tag = "platform", operation_id = "set_quota",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("If-Match" = Option<String>, Header, description = "The ETag that you saw: nothing is changed if there is another now"),
    ),
    request_body = QuotaIn,
    responses(
        (
            status = 200, description = "What it may have now", body = QuotaOut,
            headers(("ETag" = String, description = "Version of its settings, for If-Match")),
        ),
        (status = 412, description = "Its settings have changed since you saw them"),
    ),
)]
pub(super) async fn set(
    State(app): State<App>,
    admin: Admin,
    tenant: NamedTenant,
    if_match: IfMatch,
    body: JsonBody<QuotaIn>,
) -> Result<Response, Failure> {
    let new = body.value;
    let most = |number: Option<Most>| number.map(|number| number.0);
    let columns = QuotaColumns {
        users: most(new.users).map(i64::from),
        deployments: most(new.deployments),
        signing_keys: most(new.signing_keys),
        api_keys: most(new.api_keys),
        members: most(new.members),
        requests_per_second: most(new.requests_per_second),
    };
    let mut act = TenantAct::begin(&app, &admin, tenant.id).await?;
    if_match.check(platform_tenants::settings_version(&mut act.tx).await?)?;
    let version = platform_tenants::set_quota(&mut act.tx, &columns).await?;
    let detail = json!({
        "users": columns.users, "deployments": columns.deployments, "signing_keys": columns.signing_keys,
        "api_keys": columns.api_keys, "members": columns.members,
        "requests_per_second": columns.requests_per_second,
    });
    act.audit("tenant.set_quota", tenant.slug.as_str(), &detail)
        .await?;
    act.commit().await?;
    let quota = QuotaOut::from(columns.quota());
    Ok(([(header::ETAG, etag(version))], Json(quota)).into_response())
}
