//! Why a token is refused.

/// A reason each; the answer to the client tells fewer of them apart than the log does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// Over 8 KiB.
    #[error("the token is longer than 8 KiB")]
    TooLong,
    /// Not three segments of strict base64url, or a segment isn't strict JSON of the right shape.
    #[error("the token is malformed")]
    Malformed,
    /// The header has a member that changes how the token is to be read (`crit`, `b64`, `zip`, `enc`, `cty`).
    #[error("the header asks for an extension that isn't supported")]
    UnsupportedHeader,
    /// `typ` names another kind of token, or is missing where it must not be (RFC 8725, section 3.11).
    #[error("`typ` is not that of a token for this purpose")]
    WrongType,
    /// No key of the deployment has this `kid`.
    #[error("the key id is unknown")]
    UnknownKey,
    /// The token names no key, and its key isn't one that may be guessed.
    #[error("the token names no key")]
    MissingKey,
    /// `alg` is not the key's algorithm.
    #[error("the algorithm is not that of the key")]
    WrongAlgorithm,
    /// The key is not active yet.
    #[error("the key is not active yet")]
    KeyPending,
    /// The key is retired.
    #[error("the key is retired")]
    KeyRetired,
    /// The key is revoked.
    #[error("the key is revoked")]
    KeyRevoked,
    /// The signature doesn't match.
    #[error("the signature is wrong")]
    BadSignature,
    /// `exp` is missing, no time, or too far away.
    #[error("`exp` is missing, not a time, or further away than allowed")]
    BadExpiry,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` lies ahead.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// `nbf` is no time.
    #[error("`nbf` is not a time")]
    BadNotBefore,
    /// `iat` is missing, no time, ahead, after `exp`, or outside the life of the key.
    #[error("`iat` is missing, not a time, or outside the life of the key")]
    BadIssuedAt,
    /// `iss` is not the deployment's.
    #[error("the issuer is another")]
    WrongIssuer,
    /// `aud` doesn't hold the deployment's audience.
    #[error("the audience is another")]
    WrongAudience,
    /// The id path holds no usable string.
    #[error("there is no usable user id")]
    BadUserId,
    /// The id looks like an e-mail address.
    #[error("the user id looks like an e-mail address")]
    EmailAsUserId,
    /// `jti` is missing or unusable.
    #[error("`jti` is missing or unusable")]
    BadTokenId,
    /// An issuing token where a reader's is wanted, or the reverse.
    #[error("the token was made for another purpose")]
    WrongPurpose,
    /// There is no such tenant or deployment, or it is suspended.
    #[error("there is no such tenant or deployment, or it is suspended")]
    NotServed,
    /// No API key of the tenant is this one, or it has ended.
    #[error("the API key is unknown, expired or revoked")]
    UnknownApiKey,
    /// The tenant doesn't accept issuing tokens.
    #[error("issuing tokens are not accepted here")]
    IssuingTokensOff,
    /// This token was revoked.
    #[error("the token is revoked")]
    TokenRevoked,
    /// All tokens that the user had were revoked, or the user was deleted.
    #[error("the user's tokens are revoked")]
    UserTokensRevoked,
    /// The user is disabled.
    #[error("the user is disabled")]
    UserDisabled,
    /// All of the tenant's tokens up to a time were revoked.
    #[error("the tenant's tokens are revoked")]
    TenantTokensRevoked,
}

impl Refusal {
    /// A short, stable word for logs and counters.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::Malformed => "malformed",
            Self::UnsupportedHeader => "unsupported_header",
            Self::WrongType => "wrong_type",
            Self::UnknownKey => "unknown_key",
            Self::MissingKey => "missing_key",
            Self::WrongAlgorithm => "wrong_algorithm",
            Self::KeyPending => "key_pending",
            Self::KeyRetired => "key_retired",
            Self::KeyRevoked => "key_revoked",
            Self::BadSignature => "bad_signature",
            Self::BadExpiry => "bad_expiry",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::BadNotBefore => "bad_not_before",
            Self::BadIssuedAt => "bad_issued_at",
            Self::WrongIssuer => "wrong_issuer",
            Self::WrongAudience => "wrong_audience",
            Self::BadUserId => "bad_user_id",
            Self::EmailAsUserId => "email_as_user_id",
            Self::BadTokenId => "bad_token_id",
            Self::WrongPurpose => "wrong_purpose",
            Self::NotServed => "not_served",
            Self::UnknownApiKey => "unknown_api_key",
            Self::IssuingTokensOff => "issuing_tokens_off",
            Self::TokenRevoked => "token_revoked",
            Self::UserTokensRevoked => "user_tokens_revoked",
            Self::UserDisabled => "user_disabled",
            Self::TenantTokensRevoked => "tenant_tokens_revoked",
        }
    }

    /// Whether newer knowledge of the tenant's keys could turn this refusal around: another node may just have made
    /// or activated the key.
    #[must_use]
    pub const fn may_be_news(self) -> bool {
        matches!(
            self,
            Self::UnknownKey | Self::KeyPending | Self::UnknownApiKey
        )
    }
}
