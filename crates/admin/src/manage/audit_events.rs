//! The audit log: who did what, and the proof that nobody changed it.

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use lanyard_api::{
    App, Caller, Direction, Failure, Problem, Slot,
    cursor::{List, Page},
    fields::{Limit, Time},
    input::Query,
    query,
};
use lanyard_core::id::TenantId;
use lanyard_storage::{
    StorageError,
    audit::{self, Filter},
};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::audit::ShownEvent;

/// Events that an export reads at a time.
const PAGE: i64 = 1_000;

query! {
    /// Which events.
    pub struct AuditQuery {
        /// How many; 50 unless said.
        #[param(value_type = Option<i64>, minimum = 1, maximum = 200, nullable = false)]
        limit: Limit,
        /// Where to begin: `next_cursor` of the page before.
        #[param(nullable = false)]
        cursor: Option<String>,
        /// Of this actor only.
        #[param(nullable = false)]
        actor: Option<String>,
        /// Of this act only, such as `key.rotate`.
        #[param(nullable = false)]
        action: Option<String>,
        /// On this thing only.
        #[param(nullable = false)]
        target: Option<String>,
        /// The earliest.
        #[param(value_type = Option<String>, format = DateTime, nullable = false)]
        from: Option<Time>,
        /// The time after the latest.
        #[param(value_type = Option<String>, format = DateTime, nullable = false)]
        to: Option<Time>,
    }
}

impl AuditQuery {
    /// What is asked, and how the list is called in cursors.
    pub(super) fn filter(&self) -> (Filter, String) {
        let micros = |time: Option<Time>| time.map(|time| time.0.saturating_mul(1_000_000));
        let filter = Filter {
            actor: self.actor.clone(),
            action: self.action.clone(),
            target: self.target.clone(),
            from: micros(self.from),
            to: micros(self.to),
        };
        let name = format!("audit-events {filter:?}");
        (filter, name)
    }

    /// The place in the log that the cursor stands for.
    pub(super) fn before(&self, app: &App, list: &List<'_>) -> Result<Option<i64>, Failure> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        let place = list.place(app, cursor)?.parse();
        Ok(Some(place.map_err(|_| Problem::CursorInvalid)?))
    }
}

/// Whether a log is whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogVerdict {
    /// Whether no event was changed or removed.
    intact: bool,
    /// How many events fit together from the first on.
    events: i64,
    /// The newest of them: its number, a colon and its hash. Keep it elsewhere, and a log that is cut or written anew
    /// later is found out (`lanyard audit verify --expect`).
    #[schema(example = "7:3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea")]
    head: Option<String>,
    /// What is wrong, where something is.
    fault: Option<String>,
}

/// List the newsroom's audit events, the newest first
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/audit-events", tag = "audit", operation_id = "list_audit_events",
    params(("tenant" = String, Path, description = "Newsroom"), AuditQuery),
    responses((status = 200, description = "A page of them", body = Page<ShownEvent>)),
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<AuditQuery>,
) -> Result<Json<Page<ShownEvent>>, Failure> {
    let (filter, name) = query.filter();
    let list = List {
        owner: caller.tenant.id.0.as_bytes(),
        query: &name,
    };
    let before = query.before(&app, &list)?;
    let mut tx = caller.read(&app).await?;
    let events = audit::list(&mut tx, &filter, before, query.limit.0 + 1).await?;
    tx.end().await?;
    let events = events.into_iter().map(ShownEvent::from).collect();
    Ok(Json(list.page(
        &app,
        events,
        query.limit.0,
        |event: &ShownEvent| event.sequence.to_string(),
    )?))
}

/// Download all audit events, the oldest first, as a line of JSON each
///
/// The download is an event itself, and the last line.
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/audit-events/export", tag = "audit", operation_id = "export_audit_events",
    params(("tenant" = String, Path, description = "Newsroom")),
    responses((status = 200, description = "The log", body = String, content_type = "application/x-ndjson")),
)]
pub(super) async fn export(State(app): State<App>, caller: Caller) -> Result<Response, Failure> {
    let mut act = caller.act(&app).await?;
    act.audit(
        "audit_events.export",
        caller.tenant.slug.as_str(),
        &json!({}),
    )
    .await?;
    act.done().await?;
    let tenant = caller.tenant.id;
    let pages = stream::try_unfold(0, move |last| {
        let app = app.clone();
        async move { page_after(&app, tenant, last).await }
    });
    let kind = HeaderValue::from_static("application/x-ndjson");
    let name = HeaderValue::from_static("attachment; filename=\"audit-events.ndjson\"");
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, Body::from_stream(pages)).into_response())
}

/// The lines after an event, and the number of the last of them. A transaction for each page: a client that reads
/// slowly holds no connection.
async fn page_after(
    app: &App,
    tenant: TenantId,
    last: i64,
) -> Result<Option<(String, i64)>, StorageError> {
    let mut tx = app.database.read(tenant).await?;
    let events = audit::after(&mut tx, last, PAGE).await?;
    tx.end().await?;
    let Some(end) = events.last().map(|event| event.sequence) else {
        return Ok(None);
    };
    let mut lines = String::new();
    for event in events {
        let line = serde_json::to_string(&ShownEvent::from(event))
            .map_err(|_| StorageError::Corrupt("an audit event".to_owned()))?;
        lines.push_str(&line);
        lines.push('\n');
    }
    Ok(Some((lines, end)))
}

/// Prove that no audit event was changed or removed
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/audit-events/verify", tag = "audit", operation_id = "verify_audit_events",
    params(("tenant" = String, Path, description = "Newsroom")),
    responses((status = 200, description = "Whether the log is whole", body = LogVerdict)),
)]
pub(super) async fn verify(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<LogVerdict>, Failure> {
    let _slot = Slot::take(&app, caller.tenant.id, Direction::Verify)?;
    let mut tx = caller.read(&app).await?;
    let verdict = audit::verify(&mut tx, None).await?;
    tx.end().await?;
    Ok(Json(match verdict {
        Ok(head) => LogVerdict {
            intact: true,
            events: head.sequence,
            head: Some(head.to_string()),
            fault: None,
        },
        Err(fault) => LogVerdict {
            intact: false,
            events: fault.place() - 1,
            head: None,
            fault: Some(fault.to_string()),
        },
    }))
}
