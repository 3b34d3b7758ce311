//! Making a token.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::{
    json::push_string, key::KeyError, signing_key::SigningKey, tenant::Policy, user::UserId,
};

/// `typ` of the issuing tokens that are made here, so that none can pass for a reader's (RFC 8725, section 3.11).
pub const ISSUING_TYPE: &str = "issuing+jwt";

/// Why no token is issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// Talk looks a reader up by id and by the addresses of its own accounts alike.
    #[error(
        "the user's id looks like an e-mail address, and Talk would take it for the account that has the address; \
         use another id, or allow such ids for the tenant"
    )]
    EmailAsUserId,
    /// The id is the subject of issuing tokens.
    #[error("the user's id is the subject of issuing tokens, so no reader can have it")]
    ReservedUserId,
    /// Signing failed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Whether a reader with this id may have tokens of the deployment.
///
/// # Errors
/// The id may not be used, and why.
pub fn check_user(policy: &Policy, user: &UserId) -> Result<(), IssueError> {
    if user.looks_like_email() && !policy.allow_email_ids {
        return Err(IssueError::EmailAsUserId);
    }
    if user.as_str() == policy.issuing.subject.as_str() {
        return Err(IssueError::ReservedUserId);
    }
    Ok(())
}

/// Issues a reader's token: `now` in unix seconds, `token_id` random (UUIDv4).
///
/// # Errors
/// The id may not be used, or the key can't sign.
pub fn issue(
    policy: &Policy,
    key: &SigningKey,
    user: &UserId,
    now: i64,
    token_id: Uuid,
) -> Result<String, IssueError> {
    check_user(policy, user)?;
    let mut claims = registered(
        now,
        Some(now + policy.token_lifetime),
        policy.audience.as_str(),
        policy,
    );
    let mut depth = 0;
    for name in policy.user_id_claim.as_str().split('.') {
        claims.push_str(if depth == 0 { "," } else { "{" });
        push_string(&mut claims, name);
        claims.push(':');
        depth += 1;
    }
    push_string(&mut claims, user.as_str());
    claims.extend(std::iter::repeat_n('}', depth - 1));
    push_token_id(&mut claims, token_id);
    sign(key, key.header(), &claims)
}

/// Issues an issuing token, with which a CMS can ask for readers' tokens as it asked the demo service.
///
/// # Errors
/// The key can't sign.
pub fn issue_issuing(
    policy: &Policy,
    key: &SigningKey,
    now: i64,
    expires_at: Option<i64>,
    token_id: Uuid,
) -> Result<String, IssueError> {
    let header = format!(
        r#"{{"alg":"{}","typ":"{ISSUING_TYPE}","kid":"{}"}}"#,
        key.algorithm(),
        key.kid
    );
    let mut claims = registered(now, expires_at, policy.issuing.audience.as_str(), policy);
    claims.push_str(",\"sub\":");
    push_string(&mut claims, policy.issuing.subject.as_str());
    push_token_id(&mut claims, token_id);
    sign(key, &URL_SAFE_NO_PAD.encode(header), &claims)
}

/// `iat`, `exp`, `aud` and `iss`, in the demo service's order, the object left open.
fn registered(now: i64, expires_at: Option<i64>, audience: &str, policy: &Policy) -> String {
    let mut claims = String::with_capacity(320);
    let mut digits = itoa::Buffer::new();
    claims.push_str("{\"iat\":");
    claims.push_str(digits.format(now));
    if let Some(expires_at) = expires_at {
        claims.push_str(",\"exp\":");
        claims.push_str(digits.format(expires_at));
    }
    claims.push_str(",\"aud\":");
    push_string(&mut claims, audience);
    claims.push_str(",\"iss\":");
    push_string(&mut claims, policy.issuer.as_str());
    claims
}

fn push_token_id(claims: &mut String, token_id: Uuid) {
    claims.push_str(",\"jti\":\"");
    claims.push_str(
        token_id
            .hyphenated()
            .encode_lower(&mut Uuid::encode_buffer()),
    );
    claims.push_str("\"}");
}

fn sign(key: &SigningKey, header: &str, claims: &str) -> Result<String, IssueError> {
    let mut token = String::with_capacity(header.len() + claims.len() * 4 / 3 + 128);
    token.push_str(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(claims, &mut token);
    let signature = key.material.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}
