//! What goes wrong, as answers: problem+json (RFC 9457). The only file that knows status codes of errors.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// Everything that a client is told when it doesn't get what it asked for, a variant per meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// No credentials.
    CredentialsMissing,
    /// The request contradicts itself: two Authorization headers, or one that isn't text.
    RequestInvalid,
    /// The token or the key isn't good, or there is no such tenant.
    TokenInvalid,
    /// The token is longer than any that is issued.
    TokenTooLong,
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
    /// The tenant has no deployment of this name.
    DeploymentUnknown,
    /// There is no Host header, or there are several.
    HostInvalid,
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
    /// More requests than the tenant or the API key may make.
    RateLimited,
    /// Something that is needed is away.
    Unavailable,
    /// A fault of ours.
    Internal,
}

impl Problem {
    /// The status that it is answered with.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::CredentialsMissing
            | Self::TokenInvalid
            | Self::TokenExpired
            | Self::TokenNotActive
            | Self::ReaderUnknown => StatusCode::UNAUTHORIZED,
            Self::RequestInvalid
            | Self::TokenWithoutId
            | Self::ParameterMissing
            | Self::HostInvalid
            | Self::BodyMalformed
            | Self::PathInvalid => StatusCode::BAD_REQUEST,
            Self::ReaderGone | Self::NotFound => StatusCode::NOT_FOUND,
            Self::EmailAsUserId | Self::UserIdReserved | Self::DeploymentUnknown => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::NoActiveKey => StatusCode::CONFLICT,
            Self::BodyTypeUnsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TokenTooLong => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The name that a client can rely on, without its prefix.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::CredentialsMissing => "credentials-missing",
            Self::RequestInvalid => "request-invalid",
            Self::TokenInvalid => "token-invalid",
            Self::TokenTooLong => "token-too-long",
            Self::TokenExpired => "token-expired",
            Self::TokenNotActive => "token-not-active",
            Self::ReaderUnknown => "reader-unknown",
            Self::ReaderGone => "reader-not-found",
            Self::EmailAsUserId => "user-id-looks-like-email",
            Self::UserIdReserved => "user-id-reserved",
            Self::NoActiveKey => "no-active-key",
            Self::TokenWithoutId => "token-without-id",
            Self::DeploymentUnknown => "deployment-unknown",
            Self::HostInvalid => "host-invalid",
            Self::ParameterMissing => "parameter-missing",
            Self::BodyMalformed => "body-malformed",
            Self::BodyTypeUnsupported => "body-type-unsupported",
            Self::BodyTooLarge => "body-too-large",
            Self::BodyTimeout => "body-timeout",
            Self::PathInvalid => "path-invalid",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::RateLimited => "rate-limited",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    const fn detail(self) -> &'static str {
        match self {
            Self::CredentialsMissing => "Send credentials as `Authorization: Bearer …`.",
            Self::RequestInvalid => "The Authorization header is sent twice, or isn't ASCII text.",
            Self::TokenInvalid => "The token or key is not good here.",
            Self::TokenTooLong => "The token is longer than 8 KiB.",
            Self::TokenExpired => "The token has expired.",
            Self::TokenNotActive => "The token is not good yet.",
            Self::ReaderUnknown => "No reader with this id may have a token.",
            Self::ReaderGone => "The token is good, but its reader is not in the directory.",
            Self::EmailAsUserId => {
                "The id looks like an e-mail address, which Talk would take for the account that has it. Use another id."
            }
            Self::UserIdReserved => "The id is the subject of issuing tokens.",
            Self::NoActiveKey => "The deployment has no key that signs. Make or activate one.",
            Self::TokenWithoutId => {
                "The token has no `jti`, so it can't be told from others. Revoke its reader's tokens, or its key."
            }
            Self::DeploymentUnknown => "The tenant has no deployment of this name.",
            Self::HostInvalid => "Send one Host header (RFC 9112, section 3.2).",
            Self::ParameterMissing => "The parameter `token` is missing.",
            Self::BodyMalformed => "The body must be a JSON object, each member once.",
            Self::BodyTypeUnsupported => {
                "Send the body as application/x-www-form-urlencoded or application/json."
            }
            Self::BodyTooLarge => "The body is longer than 64 KiB.",
            Self::BodyTimeout => "The body didn't arrive in time.",
            Self::PathInvalid => "The path isn't valid UTF-8 once decoded.",
            Self::NotFound => "There is nothing at this path.",
            Self::MethodNotAllowed => "This path doesn't take this method.",
            Self::RateLimited => "Too many requests. Come again after the seconds in Retry-After.",
            Self::Unavailable => "Something that is needed is away for the moment. Try again.",
            Self::Internal => "That is our fault, and it is logged.",
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
}

/// The members of RFC 9457, section 3.1.
#[derive(Serialize)]
struct Document {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: &'static str,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let document = Document {
            r#type: format!("urn:lanyard:problem:{}", self.code()),
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: self.detail(),
        };
        let mut response = (status, Json(document)).into_response();
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
