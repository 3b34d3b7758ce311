//! What goes wrong, as answers: problem+json (RFC 9457). The only file that knows status codes of errors.

use std::borrow::Cow;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::fields::FieldError;

/// A row each: meaning, variant, status, the name that clients can rely on, what they are told.
macro_rules! problems {
    ($(#[doc = $doc:literal] $variant:ident $status:ident $code:literal $detail:literal;)*) => {
        /// Everything that a client is told when it doesn't get what it asked for, a variant per meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Problem {
            $(#[doc = $doc] $variant,)*
        }

        impl Problem {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The status that it is answered with.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self {
                    $(Self::$variant => StatusCode::$status,)*
                }
            }

            /// The name that a client can rely on, without its prefix.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }

            /// What people are told.
            #[must_use]
            pub const fn detail(self) -> &'static str {
                match self {
                    $(Self::$variant => $detail,)*
                }
            }
        }
    };
}

#[rustfmt::skip]
problems! {
    /// No credentials.
    CredentialsMissing UNAUTHORIZED "credentials-missing" "Send credentials as `Authorization: Bearer …`.";
    /// The request contradicts itself: two Authorization headers, or one that isn't text.
    RequestInvalid BAD_REQUEST "request-invalid" "The Authorization header is sent twice, or isn't ASCII text.";
    /// The token or the key isn't good, or there is no such tenant.
    TokenInvalid UNAUTHORIZED "token-invalid" "The token or key is not good here.";
    /// The token is longer than any that is issued.
    TokenTooLong REQUEST_HEADER_FIELDS_TOO_LARGE "token-too-long" "The token is longer than 8 KiB.";
    /// The token was good once.
    TokenExpired UNAUTHORIZED "token-expired" "The token has expired.";
    /// The token will be good later.
    TokenNotActive UNAUTHORIZED "token-not-active" "The token is not good yet.";
    /// A token was to be issued for nobody in the directory.
    ReaderUnknown UNAUTHORIZED "reader-unknown" "No reader with this id may have a token.";
    /// The token is good, but the reader is not in the directory.
    ReaderGone NOT_FOUND "reader-not-found" "The token is good, but its reader is not in the directory.";
    /// The reader's id looks like an e-mail address.
    EmailAsUserId UNPROCESSABLE_ENTITY "user-id-looks-like-email" "The id looks like an e-mail address, which Talk would take for the account that has it. Use another id.";
    /// The reader's id is reserved.
    UserIdReserved UNPROCESSABLE_ENTITY "user-id-reserved" "The id is the subject of issuing tokens.";
    /// The deployment has no key that signs.
    NoActiveKey CONFLICT "no-active-key" "The deployment has no key that signs. Make or activate one.";
    /// The token has no `jti`, so it can't be revoked by itself.
    TokenWithoutId BAD_REQUEST "token-without-id" "The token has no `jti`, so it can't be told from others. Revoke its reader's tokens, or its key.";
    /// The tenant has no deployment of this name.
    DeploymentUnknown UNPROCESSABLE_ENTITY "deployment-unknown" "The tenant has no deployment of this name.";
    /// The exchange code was redeemed, is too old, or never was.
    CodeInvalid BAD_REQUEST "code-invalid" "The code was used, is older than a minute, or isn't one of this newsroom. Ask the newsroom's site for a new one.";
    /// A page of another site presents an exchange code.
    OriginNotAllowed FORBIDDEN "origin-not-allowed" "This newsroom doesn't allow pages of this origin to exchange codes. An admin adds it to `allowed_origins` in the settings.";
    /// Coral would refuse the reader.
    CoralRefuses UNPROCESSABLE_ENTITY "reader-unfit-for-coral" "Coral would refuse a token for this reader.";
    /// Coral makes its signing secrets itself.
    CoralMakesSecrets CONFLICT "coral-makes-its-secrets" "Coral makes its signing secrets itself. Copy one from its admin, and import it.";
    /// Coral isn't reached.
    CoralUnreachable FAILED_DEPENDENCY "coral-unreachable" "Coral isn't reached at the deployment's root URL.";
    /// Coral doesn't take the admin token.
    CoralRefused UNPROCESSABLE_ENTITY "coral-refused" "Coral doesn't take the admin token.";
    /// Coral answers what no Coral does.
    CoralUnexpected FAILED_DEPENDENCY "coral-unexpected" "What answers at the deployment's root URL doesn't answer as Coral does.";
    /// A URL leads where nothing is called.
    OutboundForbidden UNPROCESSABLE_ENTITY "outbound-forbidden" "The URL leads to where Lanyard calls nothing.";
    /// The directory has no such reader.
    UserUnknown NOT_FOUND "user-not-found" "The directory has no reader with this id. Send the whole record instead of the id to add one.";
    /// The reader is disabled.
    UserDisabled CONFLICT "user-disabled" "The reader is disabled and gets no tokens. Enable the reader first.";
    /// Another key of the tenant has this id.
    KidTaken CONFLICT "kid-taken" "The newsroom has a key with this id already. Choose another.";
    /// Readers may have tokens of the key that is to be retired.
    KeyStillNeeded CONFLICT "key-still-needed" "Readers may have tokens of this key, which would be refused. Wait for their end, or send `force`.";
    /// The key is in use elsewhere.
    KeyReused CONFLICT "key-reused" "This key is in use elsewhere, so it can't keep the two apart. Make a new one.";
    /// There is no Host header, or there are several.
    HostInvalid BAD_REQUEST "host-invalid" "Send one Host header (RFC 9112, section 3.2).";
    /// A parameter is missing.
    ParameterMissing BAD_REQUEST "parameter-missing" "The parameter `token` is missing.";
    /// The body isn't JSON.
    BodyMalformed BAD_REQUEST "body-malformed" "The body must be a JSON object, each member once.";
    /// The body is neither JSON nor a form.
    BodyTypeUnsupported UNSUPPORTED_MEDIA_TYPE "body-type-unsupported" "Send the body as application/x-www-form-urlencoded or application/json.";
    /// The body is too long.
    BodyTooLarge PAYLOAD_TOO_LARGE "body-too-large" "The body is longer than 64 KiB.";
    /// The body didn't arrive in time.
    BodyTimeout REQUEST_TIMEOUT "body-timeout" "The body didn't arrive in time.";
    /// The path can't be read.
    PathInvalid BAD_REQUEST "path-invalid" "The path isn't valid UTF-8 once decoded.";
    /// There is nothing here.
    NotFound NOT_FOUND "not-found" "There is nothing at this path.";
    /// Not with this method.
    MethodNotAllowed METHOD_NOT_ALLOWED "method-not-allowed" "This path doesn't take this method.";
    /// The body isn't sent as JSON.
    JsonExpected UNSUPPORTED_MEDIA_TYPE "json-expected" "Send the body as application/json.";
    /// Members or parameters are wrong; `errors` has each.
    FieldsInvalid UNPROCESSABLE_ENTITY "fields-invalid" "Some fields are wrong; `errors` tells each.";
    /// The query isn't readable, or names a parameter twice.
    QueryMalformed BAD_REQUEST "query-malformed" "The query names a parameter twice, or isn't readable.";
    /// The cursor isn't one of this list, or is too old.
    CursorInvalid BAD_REQUEST "cursor-invalid" "The cursor isn't one of this list, or is older than a day. Begin again without one.";
    /// The address, the password or the code is wrong.
    LoginRefused UNAUTHORIZED "login-refused" "The address, the password or the code is wrong.";
    /// The password is right, and a code is needed as well.
    CodeRequired UNAUTHORIZED "code-required" "Send a code of your authenticator app, or a recovery code, as `code`.";
    /// The link was used, is too old, or never was.
    LinkInvalid BAD_REQUEST "link-invalid" "This link isn't good any more. Ask for a new one.";
    /// Nobody can register without being invited, or at all.
    RegistrationClosed FORBIDDEN "registration-closed" "Not everybody can register here, or make a newsroom. Ask for an invitation, or the platform's admin.";
    /// The session has ended, or never was.
    SessionInvalid UNAUTHORIZED "session-invalid" "The session has ended. Log in again.";
    /// An API key can't do this.
    SessionNeeded FORBIDDEN "session-needed" "No API key can do this: it takes somebody who is logged in.";
    /// The request comes from a page of another site.
    CrossSite FORBIDDEN "cross-site-request" "Only pages of this platform's own may do this; send its origin in the Origin header.";
    /// The CSRF token is missing or wrong.
    CsrfTokenInvalid FORBIDDEN "csrf-token-invalid" "Send the session's CSRF token in the X-CSRF-Token header.";
    /// The member's role doesn't allow it.
    RoleInsufficient FORBIDDEN "role-insufficient" "Your role in this newsroom doesn't allow this. Ask an owner.";
    /// The API key's scopes don't allow it.
    ScopeInsufficient FORBIDDEN "scope-insufficient" "The API key doesn't have the scope that this needs.";
    /// The API key is limited to other deployments.
    DeploymentOutOfReach FORBIDDEN "deployment-out-of-reach" "The API key is limited to other deployments.";
    /// The password must be proved first.
    PasswordProofNeeded FORBIDDEN "password-proof-needed" "Prove your password first (POST /v1/account/prove), then try again within ten minutes.";
    /// The tenant is suspended and can't be changed.
    TenantSuspended FORBIDDEN "tenant-suspended" "The newsroom is suspended. Ask the platform's admin.";
    /// Somebody else has changed it since.
    PreconditionFailed PRECONDITION_FAILED "precondition-failed" "It has changed since you saw it. Read it again, and decide anew.";
    /// The Idempotency-Key isn't one.
    IdempotencyKeyInvalid BAD_REQUEST "idempotency-key-invalid" "Send one Idempotency-Key of 1 to 255 visible ASCII characters.";
    /// The Idempotency-Key was used for another request.
    IdempotencyKeyReused UNPROCESSABLE_ENTITY "idempotency-key-reused" "This Idempotency-Key was used for another request. Choose a new one.";
    /// The thing's state doesn't allow it.
    StateConflict CONFLICT "state-conflict" "What this is in now doesn't allow that.";
    /// Too many requests in too short a time.
    RateLimited TOO_MANY_REQUESTS "rate-limited" "Too many requests. Try again after the time that Retry-After says.";
    /// The tenant has as many as it may have.
    QuotaExceeded CONFLICT "quota-exceeded" "The newsroom has as many of these as it may. Remove some, or ask the platform's admin for more.";
    /// The slug is another newsroom's, or looks like it.
    SlugTaken CONFLICT "slug-taken" "Another newsroom has this name in URLs, or one that looks like it. Choose another `slug`.";
    /// The issuer is another newsroom's.
    IssuerTaken CONFLICT "issuer-taken" "Another newsroom has this issuer, and no two may share one. If it is yours, ask the platform's admin to release it.";
    /// The newsroom's last owner can't go.
    LastOwner CONFLICT "last-owner" "A newsroom keeps one owner. Make somebody else an owner first.";
    /// The invitation isn't good.
    InvitationInvalid NOT_FOUND "invitation-invalid" "The invitation is used, withdrawn, or older than seven days. Ask for a new one.";
    /// The invitation is to another address.
    InvitationNotYours FORBIDDEN "invitation-not-yours" "The invitation is to another address than your account's. Log in with that one.";
    /// Something that is needed is away.
    Unavailable SERVICE_UNAVAILABLE "unavailable" "Something that is needed is away for the moment. Try again.";
    /// A fault of ours.
    Internal INTERNAL_SERVER_ERROR "internal" "That is our fault, and it is logged.";
}

impl Problem {
    /// The challenge (RFC 6750, section 3): no error code where no credentials were sent.
    const fn challenge(self) -> Option<&'static str> {
        match self {
            Self::CredentialsMissing
            | Self::SessionInvalid
            | Self::LoginRefused
            | Self::CodeRequired => Some("Bearer realm=\"lanyard\""),
            Self::TokenInvalid
            | Self::TokenExpired
            | Self::TokenNotActive
            | Self::ReaderUnknown => Some("Bearer realm=\"lanyard\", error=\"invalid_token\""),
            Self::ScopeInsufficient => {
                Some("Bearer realm=\"lanyard\", error=\"insufficient_scope\"")
            }
            _ => None,
        }
    }

    /// The document, with what is known beyond the problem itself.
    pub(crate) fn document(
        self,
        detail: Option<Cow<'static, str>>,
        errors: Vec<FieldError>,
    ) -> Document {
        let status = self.status();
        Document {
            r#type: format!("urn:lanyard:problem:{}", self.code()),
            title: status.canonical_reason().unwrap_or_default().into(),
            status: status.as_u16(),
            detail: detail.unwrap_or(Cow::Borrowed(self.detail())),
            errors,
        }
    }

    /// The answer: the document, and the headers that go with the problem.
    pub(crate) fn answer(
        self,
        detail: Option<Cow<'static, str>>,
        errors: Vec<FieldError>,
    ) -> Response {
        let status = self.status();
        let document = self.document(detail, errors);
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

/// A problem as it is answered (RFC 9457, section 3.1).
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct Document {
    /// `urn:lanyard:problem:` and the problem's name; docs/problems.md has all.
    pub r#type: String,
    /// The status in words.
    #[schema(value_type = String)]
    pub title: Cow<'static, str>,
    /// The status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What went wrong, for people.
    #[schema(value_type = String)]
    pub detail: Cow<'static, str>,
    /// Each wrong field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<FieldError>>, nullable = false)]
    pub errors: Vec<FieldError>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.answer(None, Vec::new())
    }
}
