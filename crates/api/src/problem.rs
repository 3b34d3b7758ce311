//! What goes wrong, as answers: problem+json (RFC 9457). The only file that knows status codes of errors.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use lanyard_core::token::{IssueError, Refusal};
use lanyard_storage::StorageError;

use crate::middleware::Note;

/// Everything that a client is told when it doesn't get what it asked for, a variant per meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// No credentials.
    CredentialsMissing,
    /// The request contradicts itself: two Authorization headers, or one that isn't text.
    RequestInvalid,
    /// The token or the key isn't good, or there is no such tenant.
    TokenInvalid,
    /// The token was good once.
    TokenExpired,
    /// The token will be good later.
    TokenNotActive,
    /// A token was to be issued for nobody in the directory.
    ReaderUnknown,
    /// The token is good, but the reader is not in the directory.
    ReaderGone,
    /// The reader's id looks like an e-mail address.
    EmailAsUserId,
    /// The reader's id is reserved.
    UserIdReserved,
    /// The deployment has no key that signs.
    NoActiveKey,
    /// The token has no `jti`, so it can't be revoked by itself.
    TokenWithoutId,
    /// A parameter is missing.
    ParameterMissing,
    /// The body isn't JSON.
    BodyMalformed,
    /// The body is neither JSON nor a form.
    BodyTypeUnsupported,
    /// The body is too long.
    BodyTooLarge,
    /// The body didn't arrive in time.
    BodyTimeout,
    /// The path can't be read.
    PathInvalid,
    /// There is nothing here.
    NotFound,
    /// Not with this method.
    MethodNotAllowed,
    /// Something that is needed is away.
    Unavailable,
    /// A fault of ours.
    Internal,
}

impl Problem {
    const fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::CredentialsMissing => (
                StatusCode::UNAUTHORIZED,
                "credentials-missing",
                "Send credentials as `Authorization: Bearer …`.",
            ),
            Self::RequestInvalid => (
                StatusCode::BAD_REQUEST,
                "request-invalid",
                "The Authorization header is sent twice, or isn't ASCII text.",
            ),
            Self::TokenInvalid => (
                StatusCode::UNAUTHORIZED,
                "token-invalid",
                "The token or key is not good here.",
            ),
            Self::TokenExpired => (
                StatusCode::UNAUTHORIZED,
                "token-expired",
                "The token has expired.",
            ),
            Self::TokenNotActive => (
                StatusCode::UNAUTHORIZED,
                "token-not-active",
                "The token is not good yet.",
            ),
            Self::ReaderUnknown => (
                StatusCode::UNAUTHORIZED,
                "reader-unknown",
                "No reader with this id may have a token.",
            ),
            Self::ReaderGone => (
                StatusCode::NOT_FOUND,
                "reader-not-found",
                "The token is good, but its reader is not in the directory.",
            ),
            Self::EmailAsUserId => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "user-id-looks-like-email",
                "The id looks like an e-mail address, which Talk would take for the account that has it. Use another id.",
            ),
            Self::UserIdReserved => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "user-id-reserved",
                "The id is the subject of issuing tokens.",
            ),
            Self::NoActiveKey => (
                StatusCode::CONFLICT,
                "no-active-key",
                "The deployment has no key that signs. Make or activate one.",
            ),
            Self::TokenWithoutId => (
                StatusCode::BAD_REQUEST,
                "token-without-id",
                "The token has no `jti`, so it can't be told from others. Revoke its reader's tokens, or its key.",
            ),
            Self::ParameterMissing => (
                StatusCode::BAD_REQUEST,
                "parameter-missing",
                "The parameter `token` is missing.",
            ),
            Self::BodyMalformed => (
                StatusCode::BAD_REQUEST,
                "body-malformed",
                "The body must be a JSON object, each member once.",
            ),
            Self::BodyTypeUnsupported => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "body-type-unsupported",
                "Send the body as application/x-www-form-urlencoded or application/json.",
            ),
            Self::BodyTooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "body-too-large",
                "The body is longer than 64 KiB.",
            ),
            Self::BodyTimeout => (
                StatusCode::REQUEST_TIMEOUT,
                "body-timeout",
                "The body didn't arrive in time.",
            ),
            Self::PathInvalid => (
                StatusCode::BAD_REQUEST,
                "path-invalid",
                "The path isn't valid UTF-8 once decoded.",
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "not-found",
                "There is nothing at this path.",
            ),
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "This path doesn't take this method.",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Something that is needed is away for the moment. Try again.",
            ),
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "That is our fault, and it is logged.",
            ),
        }
    }

    /// The challenge (RFC 6750, section 3): no error code where no credentials were sent.
    const fn challenge(self) -> Option<&'static str> {
        match self {
            Self::CredentialsMissing => Some("Bearer realm=\"lanyard\""),
            Self::TokenInvalid
            | Self::TokenExpired
            | Self::TokenNotActive
            | Self::ReaderUnknown => Some("Bearer realm=\"lanyard\", error=\"invalid_token\""),
            _ => None,
        }
    }

    /// The name that a client can rely on, without its prefix.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.parts().1
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, code, detail) = self.parts();
        let title = status.canonical_reason().unwrap_or_default();
        let body = serde_json::json!({
            "type": format!("urn:lanyard:problem:{code}"),
            "title": title,
            "status": status.as_u16(),
            "detail": detail,
        });
        let mut response = (status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(challenge) = self.challenge() {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(challenge),
            );
        }
        if self == Self::Unavailable {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

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
