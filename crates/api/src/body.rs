//! Reading bodies: bounded in length and time, and only in the forms that a route takes.

use std::time::Duration;

use axum::{body::Body, http::HeaderMap, http::header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::Problem;

/// The longest body, in bytes.
const MAX_BODY: usize = 64 * 1024;
/// How long a body may take to arrive.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// What a Content-Type says of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContentType {
    Json,
    Form,
    Other,
}

impl ContentType {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let Some(text) = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
        else {
            return Self::Other;
        };
        let (media, parameters) = text.split_once(';').unwrap_or((text, ""));
        let charset = parameters.trim().to_ascii_lowercase();
        if charset.starts_with("charset")
            && !matches!(charset.as_str(), "charset=utf-8" | "charset=\"utf-8\"")
        {
            return Self::Other;
        }
        let media = media.trim();
        if media.eq_ignore_ascii_case("application/json") {
            Self::Json
        } else if media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            Self::Form
        } else {
            Self::Other
        }
    }
}

pub(crate) async fn read(body: Body) -> Result<Bytes, Problem> {
    match tokio::time::timeout(MAX_WAIT, Limited::new(body, MAX_BODY).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Problem::BodyTooLarge),
        // The client went away, or broke the framing.
        Ok(Err(_)) => Err(Problem::BodyMalformed),
        Err(_) => Err(Problem::BodyTimeout),
    }
}
