//! Judging a token: the key is chosen by `kid`, the algorithm by the key, and nothing by the token.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    ISSUING_TYPE, Refusal,
    claims::{Claim, Claims},
    header::Header,
};
use crate::{
    id::Kid,
    profile::{self, TalkClaims},
    signing_key::{KeySet, KeyState, Origin, SigningKey},
    tenant::{CLOCK_SKEW, Policy},
    user::UserId,
};

/// The longest token that is looked at, in bytes.
pub const MAX_TOKEN_LENGTH: usize = 8 * 1024;

/// The longest signature that a key of ours makes, in bytes: RSA's with 8,192 bits.
const MAX_SIGNATURE_LENGTH: usize = 1_024;

/// The most keys tried for a token that names none.
const MAX_GUESSES: usize = 8;

/// The longest `jti` that is remembered, in bytes.
const MAX_TOKEN_ID_LENGTH: usize = 255;

/// What a good token says.
#[derive(Debug, Clone)]
pub struct Verified {
    /// The key that signed it.
    pub key: Arc<SigningKey>,
    /// The reader; `None` in an issuing token.
    pub user: Option<UserId>,
    /// Its `jti`, where it has one.
    pub token_id: Option<Box<str>>,
    /// Its `iat`, where that can be believed: one that lies ahead says nothing of when the token was made.
    pub issued_at: Option<i64>,
    /// Its `exp`; issuing tokens may have none.
    pub expires_at: Option<i64>,
}

/// A token whose signature was found good, and nothing else yet.
struct Signed {
    key: Arc<SigningKey>,
    payload: Vec<u8>,
    typing: Typing,
    named_key: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Typing {
    Jwt,
    Issuing,
    Missing,
    Other,
}

/// Judges a reader's token at `now` (unix seconds).
///
/// # Errors
/// The first rule that it breaks. [`Refusal::Expired`] and [`Refusal::NotYetValid`] are only said of a token whose
/// signature is good.
pub fn verify(policy: &Policy, keys: &KeySet, token: &str, now: i64) -> Result<Verified, Refusal> {
    let signed = open(keys, token, now)?;
    let claims = Claims::parse(&signed.payload, policy)?;
    let imported = match signed.key.origin {
        Origin::Imported {
            accept_lifetime, ..
        } => Some(accept_lifetime),
        Origin::Generated => None,
    };
    match signed.typing {
        Typing::Jwt => {}
        Typing::Issuing => return Err(Refusal::WrongPurpose),
        Typing::Missing | Typing::Other if imported.is_some() => {}
        Typing::Missing | Typing::Other => return Err(Refusal::WrongType),
    }
    if imported.is_none() && !signed.named_key {
        return Err(Refusal::MissingKey);
    }
    check_purpose(policy, &claims)?;
    let user = user_id(policy, &claims)?;
    let expires_at = claims.expiry.present().ok_or(Refusal::BadExpiry)?;
    check_times(&claims, now)?;
    check_lifetime(policy, &signed.key, &claims, expires_at, now)?;
    let token_id = token_id(&claims, imported.is_some())?;
    Ok(Verified {
        user: Some(user),
        token_id,
        issued_at: believable(claims.issued_at, now),
        expires_at: Some(expires_at),
        key: signed.key,
    })
}

/// Judges an issuing token, as the demo service mints them: its own subject and audience, and perhaps no `exp`.
///
/// # Errors
/// The first rule that it breaks.
pub fn verify_issuing(
    policy: &Policy,
    keys: &KeySet,
    token: &str,
    now: i64,
) -> Result<Verified, Refusal> {
    let talk = policy.claims.talk().filter(|_| policy.issuing.accepted);
    let talk = talk.ok_or(Refusal::IssuingTokensOff)?;
    let signed = open(keys, token, now)?;
    let claims = Claims::parse(&signed.payload, policy)?;
    if signed.typing == Typing::Other {
        return Err(Refusal::WrongType);
    }
    check_issuer(talk, &claims)?;
    if !claims.for_issuing {
        return Err(Refusal::WrongAudience);
    }
    match &claims.subject {
        Claim::Present(text) if *text == policy.issuing.subject.as_str() => {}
        _ => return Err(Refusal::WrongPurpose),
    }
    if claims.expiry == Claim::Invalid {
        return Err(Refusal::BadExpiry);
    }
    check_times(&claims, now)?;
    Ok(Verified {
        user: None,
        token_id: token_id(&claims, true)?,
        issued_at: believable(claims.issued_at, now),
        expires_at: claims.expiry.present(),
        key: signed.key,
    })
}

/// What tells a token from all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its `jti`, where it has a usable one.
    pub token_id: Option<Box<str>>,
    /// Its `exp`, where it has one.
    pub expires_at: Option<i64>,
}

/// Names a token of whatever purpose so that it can be revoked: its signature is good, and it isn't dead already. Whether
/// it would be accepted today is another question, and might be answered differently tomorrow.
///
/// # Errors
/// It isn't a token of this deployment, its key has ended, or it has expired.
pub fn name(policy: &Policy, keys: &KeySet, token: &str, now: i64) -> Result<Named, Refusal> {
    let signed = open(keys, token, now)?;
    let claims = Claims::parse(&signed.payload, policy)?;
    match &policy.claims {
        profile::Claims::Coral(_) => check_coral(&claims)?,
        profile::Claims::Talk(talk) => {
            check_issuer(talk, &claims)?;
            if !claims.for_readers && !claims.for_issuing {
                return Err(Refusal::WrongAudience);
            }
        }
    }
    let expires_at = claims.expiry.present();
    if expires_at.is_some_and(|expiry| expiry <= now) {
        return Err(Refusal::Expired);
    }
    Ok(Named {
        token_id: token_id(&claims, true)?,
        expires_at,
    })
}

/// Splits the token, chooses the key and checks the signature.
fn open(keys: &KeySet, token: &str, now: i64) -> Result<Signed, Refusal> {
    if token.len() > MAX_TOKEN_LENGTH {
        return Err(Refusal::TooLong);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
    let (header, payload) = message.split_once('.').ok_or(Refusal::Malformed)?;
    if header.is_empty() || payload.is_empty() || signature.is_empty() || payload.contains('.') {
        return Err(Refusal::Malformed);
    }
    let mut room = [0; MAX_SIGNATURE_LENGTH];
    let length = URL_SAFE_NO_PAD
        .decode_slice(signature, &mut room)
        .map_err(|_| Refusal::Malformed)?;
    let signature = room.get(..length).unwrap_or_default();
    // All tokens that a key signed here carry one and the same header: nothing in it needs parsing again.
    let (key, typing, named_key) = match keys.by_header(header) {
        Some(key) => {
            usable(key, now)?;
            if !key.material.verify(message.as_bytes(), signature) {
                return Err(Refusal::BadSignature);
            }
            (Arc::clone(key), Typing::Jwt, true)
        }
        None => open_foreign(keys, header, message.as_bytes(), signature, now)?,
    };
    let payload = URL_SAFE_NO_PAD
        .decode(payload)
        .map_err(|_| Refusal::Malformed)?;
    Ok(Signed {
        key,
        payload,
        typing,
        named_key,
    })
}

/// The same for a header that isn't ours to the letter.
fn open_foreign(
    keys: &KeySet,
    header: &str,
    message: &[u8],
    signature: &[u8],
    now: i64,
) -> Result<(Arc<SigningKey>, Typing, bool), Refusal> {
    let header = URL_SAFE_NO_PAD
        .decode(header)
        .map_err(|_| Refusal::Malformed)?;
    let header = Header::parse(&header)?;
    let typing = if header.is_type("JWT") {
        Typing::Jwt
    } else if header.is_type(ISSUING_TYPE) {
        Typing::Issuing
    } else if header.is_untyped() {
        Typing::Missing
    } else {
        Typing::Other
    };
    if let Some(kid) = &header.kid {
        // What can't be a kid of ours isn't worth a question to anybody.
        let kid: Kid = kid.parse().map_err(|_| Refusal::Malformed)?;
        let key = keys.get(kid.as_str()).ok_or(Refusal::UnknownKey)?;
        if key.algorithm().name() != header.algorithm {
            return Err(Refusal::WrongAlgorithm);
        }
        usable(key, now)?;
        return if key.material.verify(message, signature) {
            Ok((Arc::clone(key), typing, true))
        } else {
            Err(Refusal::BadSignature)
        };
    }
    // The one that signs is the likeliest.
    let active = keys.active();
    let others = keys
        .iter()
        .filter(|key| active.is_none_or(|active| !Arc::ptr_eq(active, key)));
    let mut of_algorithm = active
        .into_iter()
        .chain(others)
        .filter(|key| key.state.verifies(now) && key.algorithm().name() == header.algorithm)
        .take(MAX_GUESSES)
        .peekable();
    if of_algorithm.peek().is_none() {
        return Err(if keys.iter().next().is_some() {
            Refusal::WrongAlgorithm
        } else {
            Refusal::MissingKey
        });
    }
    match of_algorithm.find(|key| key.material.verify(message, signature)) {
        Some(key) => Ok((Arc::clone(key), typing, false)),
        None => Err(Refusal::BadSignature),
    }
}

fn usable(key: &SigningKey, now: i64) -> Result<(), Refusal> {
    match key.state.at(now) {
        KeyState::Active | KeyState::Retiring { .. } => Ok(()),
        KeyState::Pending => Err(Refusal::KeyPending),
        KeyState::Retired => Err(Refusal::KeyRetired),
        KeyState::Revoked => Err(Refusal::KeyRevoked),
    }
}

/// Whether a token is a reader's, of this very deployment.
fn check_purpose(policy: &Policy, claims: &Claims<'_>) -> Result<(), Refusal> {
    let talk = match &policy.claims {
        profile::Claims::Coral(_) => return check_coral(claims),
        profile::Claims::Talk(talk) => talk,
    };
    check_issuer(talk, claims)?;
    let issuing_subject =
        matches!(&claims.subject, Claim::Present(text) if *text == policy.issuing.subject.as_str());
    if issuing_subject || claims.for_issuing {
        return Err(Refusal::WrongPurpose);
    }
    if !claims.for_readers {
        return Err(Refusal::WrongAudience);
    }
    Ok(())
}

fn check_issuer(talk: &TalkClaims, claims: &Claims<'_>) -> Result<(), Refusal> {
    match &claims.issuer {
        Claim::Present(issuer) if *issuer == talk.issuer.as_str() => Ok(()),
        _ => Err(Refusal::WrongIssuer),
    }
}

/// Coral's tokens name neither issuer nor audience nor subject. One that does was made for somebody else, and with
/// sign-in by OpenID Connect switched on Coral would take it for an ID token.
fn check_coral(claims: &Claims<'_>) -> Result<(), Refusal> {
    if claims.issuer != Claim::Absent {
        return Err(Refusal::WrongIssuer);
    }
    if claims.has_audience {
        return Err(Refusal::WrongAudience);
    }
    if claims.subject != Claim::Absent {
        return Err(Refusal::WrongPurpose);
    }
    Ok(())
}

/// `exp` and `nbf` to the second, as the demo service and Talk have it: at `exp` a token is no longer good.
fn check_times(claims: &Claims<'_>, now: i64) -> Result<(), Refusal> {
    if claims.not_before == Claim::Invalid {
        return Err(Refusal::BadNotBefore);
    }
    if claims.expiry.present().is_some_and(|expiry| expiry <= now) {
        return Err(Refusal::Expired);
    }
    if claims.not_before.present().is_some_and(|start| start > now) {
        return Err(Refusal::NotYetValid);
    }
    Ok(())
}

/// How long the token lives, and whether its `iat` fits: what was issued here has to fit the life of its key.
fn check_lifetime(
    policy: &Policy,
    key: &SigningKey,
    claims: &Claims<'_>,
    expires_at: i64,
    now: i64,
) -> Result<(), Refusal> {
    if let Origin::Imported {
        accept_lifetime, ..
    } = key.origin
    {
        let start = claims
            .issued_at
            .present()
            .map_or(now, |issued_at| issued_at.min(now));
        return if expires_at - start > accept_lifetime {
            Err(Refusal::BadExpiry)
        } else {
            Ok(())
        };
    }
    let issued_at = claims.issued_at.present().ok_or(Refusal::BadIssuedAt)?;
    let signed_until = key.retiring_since.unwrap_or(i64::MAX - CLOCK_SKEW) + CLOCK_SKEW;
    if issued_at > now + CLOCK_SKEW
        || issued_at > expires_at
        || issued_at < key.created_at - CLOCK_SKEW
        || issued_at > signed_until
    {
        return Err(Refusal::BadIssuedAt);
    }
    // A lifetime that was shortened since does not cut off tokens issued before: they were promised theirs.
    if expires_at - issued_at > key.longest_lifetime.max(policy.token_lifetime) {
        return Err(Refusal::BadExpiry);
    }
    Ok(())
}

fn user_id(policy: &Policy, claims: &Claims<'_>) -> Result<UserId, Refusal> {
    let Claim::Present(text) = &claims.user_id else {
        return Err(Refusal::BadUserId);
    };
    // A `sub` beside another id path may be anything, but a string.
    if claims.subject == Claim::Invalid {
        return Err(Refusal::BadUserId);
    }
    let id = UserId::parse(text).map_err(|_| Refusal::BadUserId)?;
    if id.looks_like_email() && !policy.allow_email_ids {
        return Err(Refusal::EmailAsUserId);
    }
    Ok(id)
}

fn token_id(claims: &Claims<'_>, lenient: bool) -> Result<Option<Box<str>>, Refusal> {
    match &claims.token_id {
        Claim::Present(text)
            if !text.is_empty()
                && text.len() <= MAX_TOKEN_ID_LENGTH
                && !text.chars().any(char::is_control) =>
        {
            Ok(Some(text.as_ref().into()))
        }
        _ if lenient => Ok(None),
        _ => Err(Refusal::BadTokenId),
    }
}

fn believable(issued_at: Claim<i64>, now: i64) -> Option<i64> {
    issued_at
        .present()
        .filter(|issued_at| *issued_at <= now + CLOCK_SKEW)
}
