//! The dashboard: the files that `web/` is built to, from this binary alone. A debug build reads them from the disk.
//!
//! Its pages have paths of their own, and are all one document, whose script shows the page of the path.

use aws_lc_rs::rand;
use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use lanyard_api::{Failure, Problem};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Files;

/// Where files lie whose names change with what is in them.
const ASSETS: &str = "assets/";
/// What the document has where the nonce belongs (`web/vite.config.ts`).
const NONCE_PLACE: &str = "{{nonce}}";
const NONCE_BYTES: usize = 16;

/// First parts of paths that programs call: what isn't there is told to them as a problem, not as a page.
const NOT_PAGES: [&str; 7] = ["v1", "t", "docs", "assets", "livez", "readyz", "metrics"];

const CSP: HeaderName = header::CONTENT_SECURITY_POLICY;
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// Answers what no route does.
pub(super) async fn answer(
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let path = uri.path().trim_start_matches('/');
    let first = path.split('/').next().unwrap_or_default();
    if !matches!(method, Method::GET | Method::HEAD) {
        return Err(Problem::NotFound.into());
    }
    if path.starts_with(ASSETS) {
        return asset(path, &headers);
    }
    // `/robots.txt` is no page, nor is what scanners ask for.
    if NOT_PAGES.contains(&first) || first.contains('.') {
        return Err(Problem::NotFound.into());
    }
    page()
}

/// A file, compressed for whoever takes it so. Its name changes with it, so nobody needs to ask again.
fn asset(path: &str, headers: &HeaderMap) -> Result<Response, Failure> {
    // The compressed files are no files of their own.
    let kind = kind(path).ok_or(Problem::NotFound)?;
    let compressed = takes_brotli(headers)
        .then(|| Files::get(&format!("{path}.br")))
        .flatten();
    let encoding = compressed.as_ref().map(|_| "br");
    let file = compressed
        .or_else(|| Files::get(path))
        .ok_or(Problem::NotFound)?;
    let tag = tag(&file)?;
    let known = headers.get_all(header::IF_NONE_MATCH).iter().any(|value| {
        let text = value.to_str().unwrap_or_default();
        text.split(',').any(|known| known.trim() == tag)
    });
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, kind)], file.data).into_response()
    };
    let answered = response.headers_mut();
    answered.insert(header::ETAG, tag);
    answered.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    answered.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    if let Some(encoding) = encoding {
        answered.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Ok(response)
}

/// The document, with a nonce that is good for this answer only.
fn page() -> Result<Response, Failure> {
    let Some(file) = Files::get("index.html") else {
        return Ok(not_built());
    };
    let mut nonce = [0; NONCE_BYTES];
    rand::fill(&mut nonce).map_err(|_| Problem::Internal)?;
    let nonce = STANDARD.encode(nonce);
    let text = String::from_utf8_lossy(&file.data).replace(NONCE_PLACE, &nonce);
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
         connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    let policy = HeaderValue::from_str(&policy).map_err(|_| Problem::Internal)?;
    let headers = [
        (header::CONTENT_TYPE, HTML),
        (CSP, policy),
        // A path names newsrooms and readers, which is nobody else's business.
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("same-origin"),
        ),
        (OPENER_POLICY, HeaderValue::from_static("same-origin")),
    ];
    Ok((headers, text).into_response())
}

/// What a build without Node has.
fn not_built() -> Response {
    let text = "This build has no dashboard. `script/server` makes one; or run `npm ci` and `npm run build` in `web/`, \
                and build again.\nThe API is all there: /docs/ describes it.\n";
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, TEXT)], text).into_response()
}

/// The media type of a file, by its name; none for what isn't to be served.
fn kind(path: &str) -> Option<HeaderValue> {
    let (_, extension) = path.rsplit_once('.')?;
    let kind = match extension {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        _ => return None,
    };
    Some(HeaderValue::from_static(kind))
}

/// Whether the client takes Brotli (RFC 9110, section 12.5.3).
fn takes_brotli(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .any(|value| {
            value.to_str().unwrap_or_default().split(',').any(|entry| {
                let mut parts = entry.split(';').map(str::trim);
                let named = parts
                    .next()
                    .is_some_and(|name| name.eq_ignore_ascii_case("br"));
                let refused =
                    parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
                named && !refused
            })
        })
}

/// The strong tag of what is sent: a hash of it (RFC 9110, section 8.8.3).
fn tag(file: &EmbeddedFile) -> Result<HeaderValue, Failure> {
    let hash = STANDARD.encode(file.metadata.sha256_hash());
    HeaderValue::from_str(&format!("\"{hash}\"")).map_err(|_| Problem::Internal.into())
}
