//! Making a token.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use super::coral::{CoralFault, coral_faults, push_user};
use crate::{
    json::push_string,
    key::KeyError,
    profile::{Ceiling, Claims, TalkClaims},
    signing_key::SigningKey,
    tenant::Policy,
    user::{Role, User, UserId},
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
    /// Coral would refuse the reader.
    #[error(transparent)]
    Coral(#[from] CoralFault),
    /// Coral's tokens have no audience, by which issuing tokens are told from readers'.
    #[error("a Coral deployment has no issuing tokens; use an API key")]
    NoIssuingTokens,
    /// Signing failed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// The token that is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The reader's id.
    pub user: &'a UserId,
    /// The reader's record, for deployments that say more of a reader than the id ([`Policy::needs_record`]).
    pub record: Option<&'a User>,
    /// How far whoever asks may raise the reader in Coral; the deployment's own ceiling counts as well.
    pub ceiling: Ceiling,
    /// Now, in unix seconds.
    pub now: i64,
    /// Its `jti`, random (UUIDv4).
    pub token_id: Uuid,
}

impl Wanted<'_> {
    /// The role that the token carries, which makes an administrator where it is [`Role::Admin`].
    #[must_use]
    pub fn role(&self, policy: &Policy) -> Option<Role> {
        let ceiling = policy.claims.coral()?.ceiling.meet(self.ceiling);
        ceiling.role(self.record?)
    }
}

/// Whether a reader may have tokens of the deployment.
///
/// # Errors
/// The id may not be used, or Coral would refuse the reader, and why.
pub fn check_user(policy: &Policy, user: &UserId, record: Option<&User>) -> Result<(), IssueError> {
    if user.looks_like_email() && !policy.allow_email_ids {
        return Err(IssueError::EmailAsUserId);
    }
    match &policy.claims {
        Claims::Talk(_) if user.as_str() == policy.issuing.subject.as_str() => {
            Err(IssueError::ReservedUserId)
        }
        Claims::Talk(_) => Ok(()),
        Claims::Coral(_) => match coral_faults(record)[..] {
            [] => Ok(()),
            [first, ..] => Err(first.into()),
        },
    }
}

/// Issues a reader's token.
///
/// # Errors
/// The reader may not have one, or the key can't sign.
pub fn issue(policy: &Policy, key: &SigningKey, wanted: &Wanted<'_>) -> Result<String, IssueError> {
    check_user(policy, wanted.user, wanted.record)?;
    let expires_at = Some(wanted.now + policy.token_lifetime);
    let mut claims = String::with_capacity(320);
    match (&policy.claims, wanted.record) {
        (Claims::Talk(talk), record) => {
            push_times(&mut claims, wanted.now, expires_at);
            push_registered(&mut claims, talk.audience.as_str(), talk);
            push_talk_user(&mut claims, talk, wanted.user, record);
        }
        (Claims::Coral(coral), Some(record)) => {
            push_times(&mut claims, wanted.now, expires_at);
            claims.push(',');
            push_user(&mut claims, record, coral.ceiling.meet(wanted.ceiling));
        }
        (Claims::Coral(_), None) => return Err(CoralFault::NoEmail.into()),
    }
    push_token_id(&mut claims, wanted.token_id);
    sign(key, key.header(), &claims)
}

/// The reader as Talk looks one up, with as much besides as the deployment is set to tell.
fn push_talk_user(claims: &mut String, talk: &TalkClaims, user: &UserId, record: Option<&User>) {
    let mut depth = 0;
    for name in talk.user_id_claim.as_str().split('.') {
        claims.push_str(if depth == 0 { "," } else { "{" });
        push_string(claims, name);
        claims.push(':');
        depth += 1;
    }
    push_string(claims, user.as_str());
    claims.extend(std::iter::repeat_n('}', depth - 1));
    let Some(record) = record.filter(|_| !talk.profile.is_empty()) else {
        return;
    };
    let texts = [
        (
            talk.profile.username,
            ",\"username\":",
            record.username.as_ref().map(AsRef::<str>::as_ref),
        ),
        (
            talk.profile.email,
            ",\"email\":",
            record.email.as_ref().map(AsRef::<str>::as_ref),
        ),
    ];
    for (carried, name, text) in texts {
        if let Some(text) = text.filter(|_| carried) {
            claims.push_str(name);
            push_string(claims, text);
        }
    }
    if let Some(since) = record.member_since.filter(|_| talk.profile.member_since) {
        claims.push_str(",\"memberSince\":");
        claims.push_str(itoa::Buffer::new().format(since));
    }
}

/// Issues an issuing token, with which a CMS can ask for readers' tokens as it asked the demo service.
///
/// # Errors
/// The deployment is a Coral, or the key can't sign.
pub fn issue_issuing(
    policy: &Policy,
    key: &SigningKey,
    now: i64,
    expires_at: Option<i64>,
    token_id: Uuid,
) -> Result<String, IssueError> {
    let talk = policy.claims.talk().ok_or(IssueError::NoIssuingTokens)?;
    let header = format!(
        r#"{{"alg":"{}","typ":"{ISSUING_TYPE}","kid":"{}"}}"#,
        key.algorithm(),
        key.kid
    );
    let mut claims = String::with_capacity(320);
    push_times(&mut claims, now, expires_at);
    push_registered(&mut claims, policy.issuing.audience.as_str(), talk);
    claims.push_str(",\"sub\":");
    push_string(&mut claims, policy.issuing.subject.as_str());
    push_token_id(&mut claims, token_id);
    sign(key, &URL_SAFE_NO_PAD.encode(header), &claims)
}

/// `iat` and `exp`, first and in the demo service's order; the object is left open.
fn push_times(claims: &mut String, now: i64, expires_at: Option<i64>) {
    let mut digits = itoa::Buffer::new();
    claims.push_str("{\"iat\":");
    claims.push_str(digits.format(now));
    if let Some(expires_at) = expires_at {
        claims.push_str(",\"exp\":");
        claims.push_str(digits.format(expires_at));
    }
}

fn push_registered(claims: &mut String, audience: &str, talk: &TalkClaims) {
    claims.push_str(",\"aud\":");
    push_string(claims, audience);
    claims.push_str(",\"iss\":");
    push_string(claims, talk.issuer.as_str());
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
