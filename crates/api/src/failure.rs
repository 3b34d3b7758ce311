//! From what went wrong inside to what the client is told and the log says.

use std::borrow::Cow;

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use lanyard_core::token::{IssueError, Refusal};
use lanyard_storage::StorageError;

use crate::{Problem, fields::FieldError, middleware::Note, problem::Document};

/// What a handler gives up with: a problem and what the log says of it, or an answer that is ready already.
#[derive(Debug)]
pub struct Failure {
    pub(crate) problem: Problem,
    pub(crate) note: Note,
    extra: Option<Box<Extra>>,
}

/// What few failures have.
#[derive(Debug, Default)]
struct Extra {
    detail: Option<Cow<'static, str>>,
    errors: Vec<FieldError>,
    retry_after: Option<i64>,
    answered: Option<Response>,
}

impl Failure {
    /// Fields that are wrong.
    pub fn fields(errors: impl IntoIterator<Item = FieldError>) -> Self {
        let mut failure = Self::from(Problem::FieldsInvalid);
        failure.extra().errors = errors.into_iter().collect();
        failure
    }

    /// One field of the body that is wrong.
    pub fn field(pointer: &str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::fields([FieldError::at(pointer, detail)])
    }

    /// The same problem, said more exactly. No secret, and nothing of other tenants.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.extra().detail = Some(detail.into());
        self
    }

    /// What the client is told, but for the fields.
    pub(crate) fn text(&self) -> Cow<'static, str> {
        let extra = self.extra.as_ref();
        extra
            .and_then(|extra| extra.detail.clone())
            .unwrap_or(Cow::Borrowed(self.problem.detail()))
    }

    /// The same, with the seconds after which to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: i64) -> Self {
        self.extra().retry_after = Some(seconds.max(1));
        self
    }

    /// The same, with more for the log: never a secret.
    #[must_use]
    pub fn logged(mut self, error: impl std::fmt::Display) -> Self {
        self.note.error = Some(error.to_string().into());
        self
    }

    /// No failure at all, but an answer that ends the handler.
    pub(crate) fn answered(response: Response) -> Self {
        let mut failure = Self::from(Problem::Internal);
        failure.note.reason = None;
        failure.extra().answered = Some(response);
        failure
    }

    /// What the client is told where the failure is one of several in an answer.
    pub(crate) fn into_document(self) -> Document {
        let extra = self.extra.map(|extra| *extra).unwrap_or_default();
        self.problem.document(extra.detail, extra.errors)
    }

    fn extra(&mut self) -> &mut Extra {
        self.extra.get_or_insert_default()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let extra = self.extra.map(|extra| *extra).unwrap_or_default();
        let mut response = match extra.answered {
            Some(response) => response,
            None => self.problem.answer(extra.detail, extra.errors),
        };
        if let Some(seconds) = extra.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
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
            extra: None,
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
            extra: None,
        }
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        if let StorageError::QuotaReached { .. } = error {
            return Self::from(Problem::QuotaExceeded);
        }
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
        let failure = Self {
            problem,
            note,
            extra: None,
        };
        match error {
            StorageError::ReadOnly(_) => failure.detail(
                "The database takes no writes at this moment; nothing was changed. Try again after the time that Retry-After says.",
            ),
            _ => failure,
        }
    }
}

impl From<IssueError> for Failure {
    fn from(error: IssueError) -> Self {
        match error {
            IssueError::EmailAsUserId => Problem::EmailAsUserId.into(),
            IssueError::ReservedUserId => Problem::UserIdReserved.into(),
            IssueError::NoIssuingTokens => Problem::Internal.into(),
            IssueError::Coral(fault) => {
                let detail = format!("Coral would refuse a token for this reader: {fault}.");
                Self::from(Problem::CoralRefuses).detail(detail)
            }
            IssueError::Key(error) => {
                let note = Note {
                    reason: Some("signing-failed"),
                    error: Some(error.to_string().into()),
                    ..Note::default()
                };
                Self {
                    problem: Problem::Internal,
                    note,
                    extra: None,
                }
            }
        }
    }
}

pub(crate) async fn wrong_method() -> Failure {
    Problem::MethodNotAllowed.into()
}
