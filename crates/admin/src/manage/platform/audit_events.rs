//! The platform's own log: what happened to accounts, and to the platform itself.

use axum::{Json, extract::State};
use lanyard_api::{
    App, Failure,
    cursor::{List, Page},
    input::Query,
};
use lanyard_storage::platform_events;

use super::Admin;
use crate::{audit::ShownEvent, manage::audit_events::AuditQuery};

/// List the platform's audit events, the newest first
#[utoipa::path(
    get, path = "/v1/platform/audit-events", tag = "platform", operation_id = "list_platform_audit_events",
    params(AuditQuery),
    responses((status = 200, description = "A page of them", body = Page<ShownEvent>)),
)]
pub(super) async fn list(
    State(app): State<App>,
    _admin: Admin,
    Query(query): Query<AuditQuery>,
) -> Result<Json<Page<ShownEvent>>, Failure> {
    let (filter, name) = query.filter();
    let list = List {
        owner: b"platform",
        query: &name,
    };
    let before = query.before(&app, &list)?;
    let limit = query.limit.0;
    let events = platform_events::list(&app.database, &filter, before, limit + 1).await?;
    let events = events.into_iter().map(ShownEvent::from).collect();
    let page = list.page(&app, events, limit, |event: &ShownEvent| {
        event.sequence.to_string()
    })?;
    Ok(Json(page))
}
