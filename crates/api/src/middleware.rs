//! What happens to every request, in one function, so that its order can be read.

use std::{borrow::Cow, panic::AssertUnwindSafe, time::Instant};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;

use crate::{App, Problem};

/// What a handler tells the log about its request. Never a token, a secret, or a reader's id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Note {
    pub(crate) reason: Option<&'static str>,
    pub(crate) token_id: Option<Box<str>>,
    pub(crate) error: Option<Cow<'static, str>>,
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(crate) fn wrap(routes: Router<App>, app: App) -> Router<App> {
    routes.layer(from_fn_with_state(app, around))
}

/// A request id, the handler (a panic of which is a 500 and no more), headers, one line in the log.
async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let uri = request.uri().clone();
    let request_id = app.next_request_id();
    let mut response = match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            let mut response = Problem::Internal.into_response();
            let error = Some(Cow::Borrowed("the handler panicked"));
            response.extensions_mut().insert(Note {
                reason: Some("panic"),
                error,
                ..Note::default()
            });
            response
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        headers.insert(REQUEST_ID, value);
    }
    let note = response
        .extensions_mut()
        .remove::<Note>()
        .unwrap_or_default();
    let microseconds = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    // The path alone: a query may hold what shouldn't be in it.
    tracing::info!(
        target: "lanyard::request",
        method = method.as_str(),
        path = uri.path(),
        status = response.status().as_u16(),
        microseconds,
        request_id = request_id.as_str(),
        reason = note.reason,
        jti = note.token_id.as_deref(),
        error = note.error.as_deref(),
    );
    response
}
