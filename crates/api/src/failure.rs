//! From what went wrong inside to what the client is told and the log says.

use axum::response::{IntoResponse, Response};
use lanyard_core::token::{IssueError, Refusal};
use lanyard_storage::StorageError;

use crate::{Problem, middleware::Note};

/// A problem and what the log says of it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) problem: Problem,
    pub(crate) note: Note,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.problem.into_response();
        response.extensions_mut().insert(self.note);
        response
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            note: Note {
                reason: Some(problem.code()),
                ..Note::default()
            },
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let problem = match refusal {
            Refusal::TooLong => Problem::TokenTooLong,
            Refusal::Expired => Problem::TokenExpired,
            Refusal::NotYetValid => Problem::TokenNotActive,
            _ => Problem::TokenInvalid,
        };
        Self {
            problem,
            note: Note {
                reason: Some(refusal.reason()),
                ..Note::default()
            },
        }
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        let problem = if error.is_temporary() {
            Problem::Unavailable
        } else {
            Problem::Internal
        };
        let note = Note {
            reason: Some(problem.code()),
            error: Some(error.to_string().into()),
            ..Note::default()
        };
        Self { problem, note }
    }
}

impl From<IssueError> for Failure {
    fn from(error: IssueError) -> Self {
        match error {
            IssueError::EmailAsUserId => Problem::EmailAsUserId.into(),
            IssueError::ReservedUserId => Problem::UserIdReserved.into(),
            IssueError::Key(error) => {
                let note = Note {
                    reason: Some("signing-failed"),
                    error: Some(error.to_string().into()),
                    ..Note::default()
                };
                Self {
                    problem: Problem::Internal,
                    note,
                }
            }
        }
    }
}

pub(crate) async fn wrong_method() -> Failure {
    Problem::MethodNotAllowed.into()
}

pub(crate) async fn no_route() -> Failure {
    Problem::NotFound.into()
}
