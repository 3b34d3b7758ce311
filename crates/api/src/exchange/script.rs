//! `lanyard.js`, which a newsroom's pages load: the same for everybody, so that any cache may keep it.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use lanyard_core::audit::digest;

const TEXT: &str = include_str!("lanyard.js");

const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/javascript; charset=utf-8"),
    ),
    (
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=86400"),
    ),
    // It is no secret, and pages may ask for it with `integrity`, which takes CORS.
    (
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    ),
];

/// The script for a newsroom's pages
///
/// It gives `Lanyard.token`, `Lanyard.refresh` (Coral's `refreshAccessToken`) and `Lanyard.keep` (Talk v4). It finds the
/// newsroom's own address in the `src` that it was loaded from, and is the same for all newsrooms.
#[utoipa::path(
    get, path = "/t/{tenant}/lanyard.js", tag = "tokens", operation_id = "get_script",
    params(("tenant" = String, Path, description = "Newsroom")),
    security(()),
    responses(
        (
            status = 200, description = "The script", body = String, content_type = "text/javascript",
            headers(("ETag" = String, description = "Its version")),
        ),
        (status = 304, description = "The browser has it already"),
    ),
)]
pub(super) async fn get(headers: HeaderMap) -> Response {
    let hash = digest(TEXT.as_bytes());
    let version: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let etag = format!("\"{version}\"");
    let mut tags = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        // A proxy that compresses calls it weak.
        .map(|tag| tag.trim().trim_start_matches("W/"));
    let mut response = match tags.any(|tag| tag == etag || tag == "*") {
        true => (StatusCode::NOT_MODIFIED, HEADERS).into_response(),
        false => (HEADERS, TEXT).into_response(),
    };
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}
