//! Versions of settings (RFC 9110, section 8.8.3): whoever changes them can say which they saw.

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, header, request::Parts},
};

use crate::{App, Problem, failure::Failure};

/// The version of a thing as a header has it.
#[must_use]
pub fn etag(version: i64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// What If-Match says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Vec<String>);

impl FromRequestParts<App> for IfMatch {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Failure> {
        let mut tags = Vec::new();
        for value in parts.headers.get_all(header::IF_MATCH) {
            let text = value.to_str().map_err(|_| Problem::PreconditionFailed)?;
            tags.extend(text.split(',').map(|tag| tag.trim().to_owned()));
        }
        Ok(Self(tags))
    }
}

impl IfMatch {
    /// Whether the client says that the thing is there, in whatever version.
    #[must_use]
    pub fn is_given(&self) -> bool {
        !self.0.is_empty()
    }

    /// Goes on only if the thing is still as the client saw it.
    ///
    /// # Errors
    /// [`Problem::PreconditionFailed`] when it isn't.
    pub fn check(&self, version: i64) -> Result<(), Failure> {
        let now = format!("\"{version}\"");
        if self.0.is_empty() || self.0.iter().any(|tag| *tag == now || tag == "*") {
            Ok(())
        } else {
            Err(Problem::PreconditionFailed.into())
        }
    }
}
