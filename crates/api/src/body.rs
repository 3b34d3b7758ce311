//! Reading bodies: bounded in length and time, and only in the forms that a route takes.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{body::Body, http::HeaderMap, http::header};
use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::time::timeout;

use crate::Problem;

/// The longest body, in bytes.
const MAX_BODY: usize = 64 * 1024;
/// How long a body may take to arrive.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// How long a verdict on credentials holds while a body arrives.
pub(crate) const JUDGED_FOR: Duration = Duration::from_secs(1);

/// The most that is read of a body that nobody wants, in bytes, and for how long.
const MAX_DISCARDED: usize = 1 << 20;
const MAX_DISCARD_WAIT: Duration = Duration::from_secs(2);

/// What a Content-Type says of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContentType {
    Json,
    MergePatch,
    Ndjson,
    Csv,
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
        match media.to_ascii_lowercase().as_str() {
            "application/json" => Self::Json,
            "application/merge-patch+json" => Self::MergePatch,
            "application/x-ndjson" => Self::Ndjson,
            "text/csv" => Self::Csv,
            "application/x-www-form-urlencoded" => Self::Form,
            _ => Self::Other,
        }
    }
}

/// Reads a body to its end.
pub(crate) async fn read(body: Body) -> Result<Bytes, Problem> {
    read_up_to(body, MAX_BODY).await
}

/// Reads a body of at most `most` bytes to its end.
pub(crate) async fn read_up_to(mut body: Body, most: usize) -> Result<Bytes, Problem> {
    let mut bytes = BytesMut::new();
    let reading = async {
        while let Some(frame) = body.frame().await {
            // The client went away, or broke the framing.
            let frame = frame.map_err(|_| Problem::BodyMalformed)?;
            if let Some(data) = frame.data_ref() {
                if bytes.len() + data.len() > most {
                    return Err(Problem::BodyTooLarge);
                }
                bytes.extend_from_slice(data);
            }
        }
        Ok(())
    };
    match timeout(MAX_WAIT, reading).await {
        Ok(Ok(())) => Ok(bytes.freeze()),
        Ok(Err(problem)) => Err(problem),
        Err(_) => Err(Problem::BodyTimeout),
    }
}

/// A body that is read on when whoever had it lets go of it: a connection that is closed on a client that still sends can
/// cost it the answer.
pub(crate) fn drained(body: Body) -> Body {
    if body.is_end_stream() {
        return body;
    }
    Body::new(Drained(Some(body)))
}

struct Drained(Option<Body>);

impl http_body::Body for Drained {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match &mut self.0 {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0
            .as_ref()
            .map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl Drop for Drained {
    fn drop(&mut self) {
        if let Some(body) = self.0.take()
            && !body.is_end_stream()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(discard(body));
        }
    }
}

/// Reads on without keeping anything, within bounds.
async fn discard(mut body: Body) {
    let mut left = MAX_DISCARDED;
    let reading = async {
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                return;
            }
        }
    };
    let _ = timeout(MAX_DISCARD_WAIT, reading).await;
}
