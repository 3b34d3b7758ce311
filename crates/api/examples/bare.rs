//! What the benchmark measures Lanyard against: the same accept loop and router, which answer the same bytes to anybody
//! without looking at the request.
//!
//! Usage: `bare ADDRESS USER_BODY TOKEN_BODY`

use std::{future::pending, io};

use axum::{
    Router,
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
    routing::get,
};
use bytes::Bytes;
use lanyard_api::{Limits, serve};
use tokio::net::TcpListener;

/// The headers of Lanyard's answers, with a request id as long as one of Lanyard's.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        HeaderName::from_static("x-request-id"),
        HeaderValue::from_static("0123456789abcdef-12345"),
    ),
];

fn answer(status: StatusCode, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().extend(HEADERS);
    response
}

// Multi-threaded, as the server is; TOKIO_WORKER_THREADS sets both.
#[tokio::main]
async fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(user), Some(token), None) = (
        arguments.next(),
        arguments.next(),
        arguments.next(),
        arguments.next(),
    ) else {
        return Err(io::Error::other("usage: bare ADDRESS USER_BODY TOKEN_BODY"));
    };
    let (user, token) = (Bytes::from(user), Bytes::from(token));
    let router = Router::new().route(
        "/t/{tenant}/",
        get(async move || answer(StatusCode::OK, user.clone()))
            .post(async move || answer(StatusCode::CREATED, token.clone())),
    );
    serve(
        TcpListener::bind(address).await?,
        router,
        Limits::default(),
        pending(),
    )
    .await
}
