//! The row of the table of authorisation that a request falls under.

use axum::{extract::MatchedPath, http::request::Parts};

use crate::{
    Problem,
    access::{self, Need},
    failure::Failure,
};

/// What the request's route needs.
pub(crate) fn of(parts: &Parts) -> Result<Need, Failure> {
    parts
        .extensions
        .get::<MatchedPath>()
        .and_then(|path| access::need(&parts.method, path.as_str()))
        .ok_or_else(|| missing(parts))
}

/// A route that isn't in the table, or takes another kind of caller than the table says: ours to mend, and closed until
/// then.
pub(crate) fn missing(parts: &Parts) -> Failure {
    let mut failure = Failure::from(Problem::Internal);
    let route = parts.extensions.get::<MatchedPath>();
    failure.note.error = Some(
        format!(
            "the table of authorisation doesn't fit {} {}",
            parts.method,
            route.map_or("?", MatchedPath::as_str)
        )
        .into(),
    );
    failure
}
