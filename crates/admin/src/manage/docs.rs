//! The description, and pages to read it on, from this binary alone.

use std::sync::Arc;

use axum::{
    Router,
    extract::Path,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use lanyard_api::{App, Problem};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

use super::openapi;

const CSP: HeaderName = header::CONTENT_SECURITY_POLICY;

pub(super) fn routes(document: &OpenApi) -> Router<App> {
    let json: Arc<str> = openapi::text(document).unwrap_or_default().into();
    let config = Arc::new(Config::from("/openapi.json"));
    Router::new()
        .route(
            "/openapi.json",
            get(move || {
                let json = Arc::clone(&json);
                async move {
                    let kind = HeaderValue::from_static("application/json");
                    ([(header::CONTENT_TYPE, kind)], json.to_string())
                }
            }),
        )
        .route("/docs", get(|| async { Redirect::permanent("/docs/") }))
        .route(
            "/docs/",
            get({
                let config = Arc::clone(&config);
                move || async move { asset("index.html", config) }
            }),
        )
        .route(
            "/docs/{asset}",
            get(move |Path(name): Path<String>| async move { asset(&name, config) }),
        )
}

/// A file of the reader that is built in.
fn asset(name: &str, config: Arc<Config<'static>>) -> Response {
    let file = match utoipa_swagger_ui::serve(name, config) {
        Ok(Some(file)) => file,
        Ok(None) => return Problem::NotFound.into_response(),
        Err(_) => return Problem::Internal.into_response(),
    };
    let kind = HeaderValue::from_str(&file.content_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    // Its script sets styles as it goes; nothing is loaded from elsewhere.
    let policy = HeaderValue::from_static(
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    (
        StatusCode::OK,
        [(header::CONTENT_TYPE, kind), (CSP, policy)],
        file.bytes.into_owned(),
    )
        .into_response()
}
