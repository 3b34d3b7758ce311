//! Logging in and out, and what is logged in where.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use lanyard_api::{
    App, Failure, Problem, cursor::Page, fields::Time, input, input::JsonBody, session::Person,
};
use lanyard_core::{account::AccountEmail, password::Password};
use lanyard_storage::sessions;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    DONE, audit, login,
    visitor::{SessionOut, Visitor, forget_session},
};

/// What a session is called in paths by whoever is in it.
const CURRENT: &str = "current";

input! {
    /// What somebody logs in with.
    pub struct NewSession {
        /// The address.
        #[schema(value_type = String, max_length = 254, example = "jane@thepost.example")]
        email: AccountEmail,
        /// The password.
        #[schema(value_type = String, format = Password, min_length = 1, max_length = 1024, example = "four random words would do")]
        password: Password,
        /// Six digits of the authenticator app, or a recovery code.
        #[schema(max_length = 64, example = "123456")]
        code: Option<Code>,
    }
}

/// A code as it is typed.
pub type Code = String;

/// A session, in the list of its holder.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionEntry {
    /// What it is called; no secret.
    id: Uuid,
    /// Whether it is the one that asks.
    current: bool,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When it was last used, to the minute.
    #[schema(value_type = String, format = DateTime)]
    last_seen_at: Time,
    /// When it ends at the latest.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Time,
    /// What the browser called itself.
    user_agent: String,
    /// Where the log-in came from.
    #[schema(example = "192.0.2.1")]
    address: String,
}

/// Log in
#[utoipa::path(
    post, path = "/v1/sessions", tag = "Sessions", operation_id = "log_in",
    request_body = NewSession,
    responses(
        (status = 201, description = "A session. Set-Cookie holds its id", body = SessionOut),
        (status = 401, description = "Something is wrong, and it isn't said what; or a code is needed as well (`code-required`)"),
    ),
)]
pub(in crate::manage) async fn log_in(
    State(app): State<App>,
    visitor: Visitor,
    body: JsonBody<NewSession>,
) -> Result<Response, Failure> {
    // First of all: whoever has no place in the queue costs nothing.
    let turn = app.passwords.queue()?;
    let NewSession {
        email,
        password,
        code,
    } = body.value;
    let password = Arc::new(password);
    let opened = login::log_in(&app, &turn, visitor, &email, &password, code.as_deref()).await?;
    Ok(opened.answer(StatusCode::CREATED))
}

/// List your sessions, the newest first
#[utoipa::path(
    get, path = "/v1/sessions", tag = "Sessions", operation_id = "list_sessions",
    responses((status = 200, description = "All of them, on one page: there are 50 at the most", body = Page<SessionEntry>)),
)]
pub(in crate::manage) async fn list(
    State(app): State<App>,
    person: Person,
) -> Result<Json<Page<SessionEntry>>, Failure> {
    let session = person.session;
    let rows = sessions::list(&app.database, session.account, app.clock.now()).await?;
    let entry = |row: sessions::SessionRow| SessionEntry {
        id: row.id,
        current: row.id == session.id,
        created_at: Time(row.created_at),
        last_seen_at: Time(row.last_seen_at),
        expires_at: Time(row.expires_at),
        user_agent: row.user_agent,
        address: row.address,
    };
    Ok(Json(Page {
        data: rows.into_iter().map(entry).collect(),
        next_cursor: None,
    }))
}

/// End a session; `current` logs out
#[utoipa::path(
    delete, path = "/v1/sessions/{session}", tag = "Sessions", operation_id = "end_session",
    params(("session" = String, Path, description = "Id of the session, or `current`")),
    responses((status = 204, description = "It has ended, on every server")),
)]
pub(in crate::manage) async fn end(
    State(app): State<App>,
    person: Person,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let session = person.session;
    let id = match name.as_str() {
        CURRENT => session.id,
        name => name.parse().map_err(|_| Problem::NotFound)?,
    };
    let mut tx = app.database.platform().await?;
    let ended = sessions::end(&mut tx, session.account, id).await?;
    // Somebody who logs out twice at once is logged out.
    if !ended && id != session.id {
        return Err(Problem::NotFound.into());
    }
    if ended {
        let detail = json!({ "session": id });
        audit(
            &app,
            &mut tx,
            session.account,
            "account.session.end",
            &detail,
        )
        .await?;
        tx.commit().await?;
    }
    let mut response = DONE.into_response();
    if id == session.id {
        forget_session(&mut response);
    }
    Ok(response)
}

/// End all your sessions but this one
#[utoipa::path(
    delete, path = "/v1/sessions", tag = "Sessions", operation_id = "end_other_sessions",
    responses((status = 204, description = "They have ended, on every server")),
)]
pub(in crate::manage) async fn end_others(
    State(app): State<App>,
    person: Person,
) -> Result<StatusCode, Failure> {
    let session = person.session;
    let mut tx = app.database.platform().await?;
    let ended = sessions::end_all(&mut tx, session.account, Some(session.id)).await?;
    let detail = json!({ "sessions": ended });
    audit(
        &app,
        &mut tx,
        session.account,
        "account.sessions.end",
        &detail,
    )
    .await?;
    tx.commit().await?;
    Ok(DONE)
}
