//! What happens to every request, in one function, so that its order can be read.

use std::{borrow::Cow, panic::AssertUnwindSafe, time::Instant};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Version, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;

use lanyard_core::id::Slug;
use lanyard_storage::{OK, OTHER};

use crate::{
    App, Problem, body,
    failure::Failure,
    limit::{self, Fields, Told},
    session,
};

/// What a handler tells the log about its request. Never a token, a secret, or a reader's id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Note {
    pub(crate) reason: Option<&'static str>,
    pub(crate) token_id: Option<Box<str>>,
    pub(crate) error: Option<Cow<'static, str>>,
    /// The limits that the request ran into, for the answer's headers.
    pub(crate) limits: Option<Box<Fields>>,
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(crate) fn wrap(routes: Router<App>, app: App) -> Router<App> {
    routes.layer(from_fn_with_state(app, around))
}

/// A request id, the handler (a panic of which is a 500 and no more), headers, a count, one line in the log.
async fn around(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    // Shares its text with the request's.
    let uri = request.uri().clone();
    let tenant = tenant_of(uri.path());
    let operation = route
        .as_ref()
        .and_then(|route| limit::operation(&method, route.as_str()));
    let counted = operation.zip(tenant);
    // Asked for now, since the tenant may be forgotten by the end; and then again, since this request may load it.
    let meter = counted.and_then(|(_, tenant)| app.views.meter(tenant));
    let told = uri.path().starts_with("/v1/").then(Told::default);
    if let Some(told) = &told {
        request.extensions_mut().insert(told.clone());
    }
    let request_id = app.next_request_id();
    let outcome = match admit(&app, request) {
        Ok(request) => AssertUnwindSafe(next.run(request)).catch_unwind().await,
        Err(failure) => Ok(failure.into_response()),
    };
    let mut response = match outcome {
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
    // Only what says otherwise itself may be kept.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(REQUEST_ID, request_id.clone());
    if let Some(told) = told {
        told.write(headers);
    }
    let note = response
        .extensions_mut()
        .remove::<Note>()
        .unwrap_or_default();
    if let Some(limits) = &note.limits {
        limits.write(response.headers_mut());
    }
    let microseconds = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    if let Some((operation, tenant)) = counted
        && let Some(meter) = meter.or_else(|| app.views.meter(tenant))
    {
        let failed = response.status().as_u16() >= 400;
        let reason = note.reason.unwrap_or(if failed { OTHER } else { OK });
        meter.count(operation, reason, microseconds);
    }
    // Not the path itself: people put tokens where they don't belong.
    tracing::info!(
        target: "lanyard::request",
        method = method.as_str(),
        route = route.as_ref().map(MatchedPath::as_str),
        tenant,
        status = response.status().as_u16(),
        microseconds,
        request_id = request_id.to_str().unwrap_or_default(),
        reason = note.reason,
        jti = note.token_id.as_deref(),
        error = note.error.as_deref(),
    );
    response
}

/// What no handler should see.
fn admit(app: &App, request: Request) -> Result<Request, Failure> {
    if !has_one_host(&request) {
        return Err(Problem::HostInvalid.into());
    }
    let (parts, body) = request.into_parts();
    session::check_site(app, &parts)?;
    Ok(Request::from_parts(parts, body::drained(body)))
}

/// RFC 9112, section 3.2: a server must refuse anything else of HTTP/1.1.
fn has_one_host(request: &Request) -> bool {
    request.version() < Version::HTTP_11
        || request.headers().get_all(header::HOST).iter().count() == 1
}

/// The tenant that a path names, if it could be one.
fn tenant_of(path: &str) -> Option<&str> {
    let rest = path
        .strip_prefix("/t/")
        .or_else(|| path.strip_prefix("/v1/tenants/"))?;
    let name = rest.split('/').next()?;
    Slug::is_shaped(name).then_some(name)
}
