//! What the whole platform's requests came to.

use axum::{Json, extract::State};
use lanyard_api::{
    App, Failure,
    fields::{FieldError, Time},
    input::Query,
    query,
};
use lanyard_storage::platform_tenants;
use serde::Serialize;
use utoipa::ToSchema;

use super::Admin;

const DAY: i64 = 86_400;
/// Counts are kept for so long.
const LONGEST: i64 = 401 * DAY;
/// Tenants that are told, the busiest first.
const TENANTS: i64 = 100;

query! {
    /// Which time.
    pub struct PlatformUsageQuery {
        /// The beginning; the day before `to` unless said.
        #[param(value_type = Option<String>, format = DateTime, nullable = false)]
        from: Option<Time>,
        /// The end; now unless said.
        #[param(value_type = Option<String>, format = DateTime, nullable = false)]
        to: Option<Time>,
    }
}

/// Requests of one kind that ended in one way.
#[derive(Debug, Serialize, ToSchema)]
pub struct OperationUsage {
    /// What was asked.
    #[schema(example = "validate")]
    operation: String,
    /// `ok`, or why it was refused.
    #[schema(example = "ok")]
    reason: String,
    /// How many.
    count: i64,
}

/// One newsroom's requests.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantUsage {
    /// Which.
    #[schema(example = "the-post")]
    tenant: String,
    /// How many.
    count: i64,
    /// How many of them were refused.
    refused: i64,
}

/// The platform's usage, in whole hours.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlatformUsage {
    /// The beginning of the first hour.
    #[schema(value_type = String, format = DateTime)]
    from: Time,
    /// The end.
    #[schema(value_type = String, format = DateTime)]
    to: Time,
    /// By kind and outcome.
    operations: Vec<OperationUsage>,
    /// The hundred busiest newsrooms.
    tenants: Vec<TenantUsage>,
}

/// Read the whole platform's usage
#[utoipa::path(
    get, path = "/v1/platform/usage", tag = "platform", operation_id = "get_platform_usage",
    params(PlatformUsageQuery),
    responses((status = 200, description = "Its usage", body = PlatformUsage)),
)]
pub(super) async fn get(
    State(app): State<App>,
    _admin: Admin,
    Query(query): Query<PlatformUsageQuery>,
) -> Result<Json<PlatformUsage>, Failure> {
    let to = query.to.map_or_else(|| app.clock.now() + 1, |to| to.0);
    let from = query.from.map_or(to - DAY, |from| from.0);
    let from = from - from.rem_euclid(3_600);
    if from >= to || to - from > LONGEST {
        let detail = "must lie before `to`, and no more than 400 days";
        return Err(Failure::fields([FieldError::parameter("from", detail)]));
    }
    let operations = platform_tenants::usage_by_operation(&app.database, from, to).await?;
    let tenants = platform_tenants::usage_by_tenant(&app.database, from, to, TENANTS).await?;
    Ok(Json(PlatformUsage {
        from: Time(from),
        to: Time(to),
        operations: operations
            .into_iter()
            .map(|total| OperationUsage {
                operation: total.operation,
                reason: total.reason,
                count: total.count,
            })
            .collect(),
        tenants: tenants
            .into_iter()
            .map(|total| TenantUsage {
                tenant: total.slug,
                count: total.count,
                refused: total.refused,
            })
            .collect(),
    }))
}
