//! What is refused although its signature is good.
//!
//! A revocation is *standing* (until it is lifted) or names a second: whatever was issued up to and in that second is
//! dead. A token issued afterwards carries a later `iat`, see [`Revocations::earliest_issue`].

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{
    id::{ApiKeyId, Kid},
    tenant::{CLOCK_SKEW, MAX_TOKEN_LIFETIME},
    token::{Refusal, Verified},
    user::UserId,
};

/// What a revocation is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "subject", rename_all = "snake_case")]
pub enum Subject {
    /// One token, by `jti`.
    Token(Box<str>),
    /// All tokens of a user.
    User(Box<str>),
    /// All tokens signed by a key.
    Key(Box<str>),
    /// An API key.
    ApiKey(ApiKeyId),
    /// All tokens of the tenant.
    Tenant,
}

impl Subject {
    /// The subject as two columns: kind and text (empty for the tenant).
    #[must_use]
    pub fn columns(&self) -> (&'static str, String) {
        match self {
            Self::Token(text) => ("token", text.to_string()),
            Self::User(text) => ("user", text.to_string()),
            Self::Key(text) => ("key", text.to_string()),
            Self::ApiKey(id) => ("api_key", id.to_string()),
            Self::Tenant => ("tenant", String::new()),
        }
    }

    /// The inverse of [`Self::columns`].
    #[must_use]
    pub fn from_columns(kind: &str, text: &str) -> Option<Self> {
        match kind {
            "token" => Some(Self::Token(text.into())),
            "user" => Some(Self::User(text.into())),
            "key" => Some(Self::Key(text.into())),
            "api_key" => text.parse().ok().map(|id| Self::ApiKey(ApiKeyId(id))),
            "tenant" => Some(Self::Tenant),
            _ => None,
        }
    }
}

/// A revocation; both marks may be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// What it is about.
    #[serde(flatten)]
    pub subject: Subject,
    /// Refuses everything until it is lifted.
    pub standing: bool,
    /// Refuses what was issued up to and in this second.
    pub before: Option<i64>,
    /// The second after which nothing that it refuses can still be alive; `None` while it stands.
    pub expires_at: Option<i64>,
}

impl Revocation {
    /// Revokes one token, for ever if it has no `exp`. Kept for longer than the token could be taken for good by a clock that is behind.
    #[must_use]
    pub fn token(token_id: &str, expires_at: Option<i64>) -> Self {
        Self {
            subject: Subject::Token(token_id.into()),
            standing: true,
            before: None,
            expires_at: expires_at.map(|second| second.saturating_add(CLOCK_SKEW)),
        }
    }

    /// Revokes all that was issued for `subject` up to `now`. It is kept for as long as any token may live that says when
    /// it was made and when it ends; one that says neither, under an imported key, is refused for that long only.
    #[must_use]
    pub fn before(subject: Subject, now: i64) -> Self {
        let expires_at = Some(now + MAX_TOKEN_LIFETIME + CLOCK_SKEW);
        Self {
            subject,
            standing: false,
            before: Some(now),
            expires_at,
        }
    }

    /// Revokes `subject` until it is lifted, and what was issued up to `now` even then.
    #[must_use]
    pub fn standing(subject: Subject, now: i64) -> Self {
        Self {
            subject,
            standing: true,
            before: Some(now),
            expires_at: None,
        }
    }
}

/// What is known of one subject.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    standing: bool,
    before: Option<i64>,
}

impl Mark {
    fn refuses(self, issued_at: Option<i64>) -> bool {
        // A token that doesn't say when it was made may have been made before.
        self.standing
            || self
                .before
                .is_some_and(|second| issued_at.is_none_or(|issued_at| issued_at <= second))
    }
}

/// All live revocations of a tenant, in memory: what isn't here isn't revoked.
#[derive(Debug, Default)]
pub struct Revocations {
    tokens: HashMap<Box<str>, i64>,
    users: HashMap<Box<str>, Mark>,
    keys: HashMap<Box<str>, Mark>,
    api_keys: HashMap<ApiKeyId, Mark>,
    tenant: Mark,
}

impl Revocations {
    /// Adds a revocation. A second mark never weakens an earlier one.
    pub fn add(&mut self, revocation: &Revocation) {
        let mark = match &revocation.subject {
            Subject::Token(token_id) => {
                let expires_at = revocation.expires_at.unwrap_or(i64::MAX);
                let held = self.tokens.entry(token_id.clone()).or_insert(expires_at);
                *held = expires_at.max(*held);
                return;
            }
            Subject::User(id) => self.users.entry(id.clone()).or_default(),
            Subject::Key(kid) => self.keys.entry(kid.clone()).or_default(),
            Subject::ApiKey(id) => self.api_keys.entry(*id).or_default(),
            Subject::Tenant => &mut self.tenant,
        };
        mark.standing |= revocation.standing;
        mark.before = mark.before.max(revocation.before);
    }

    /// Forgets revoked tokens that have expired by themselves, and tells how many.
    pub fn prune(&mut self, now: i64) -> usize {
        let before = self.tokens.len();
        self.tokens.retain(|_, expires_at| *expires_at > now);
        before - self.tokens.len()
    }

    /// Why a token with a good signature is refused, if it is.
    #[must_use]
    pub fn refusal(&self, token: &Verified) -> Option<Refusal> {
        if token
            .token_id
            .as_ref()
            .is_some_and(|token_id| self.tokens.contains_key(token_id))
        {
            return Some(Refusal::TokenRevoked);
        }
        if let Some(mark) = token
            .user
            .as_ref()
            .and_then(|user| self.users.get(user.as_str()))
        {
            if mark.standing {
                return Some(Refusal::UserDisabled);
            }
            if mark.refuses(token.issued_at) {
                return Some(Refusal::UserTokensRevoked);
            }
        }
        if self
            .keys
            .get(token.key.kid.as_str())
            .is_some_and(|mark| mark.refuses(token.issued_at))
        {
            return Some(Refusal::KeyRevoked);
        }
        self.tenant
            .refuses(token.issued_at)
            .then_some(Refusal::TenantTokensRevoked)
    }

    /// Whether the user may get no token at all.
    #[must_use]
    pub fn user_is_disabled(&self, user: &UserId) -> bool {
        self.users
            .get(user.as_str())
            .is_some_and(|mark| mark.standing)
    }

    /// Whether the API key may not be used.
    #[must_use]
    pub fn api_key_is_revoked(&self, id: ApiKeyId) -> bool {
        self.api_keys
            .get(&id)
            .is_some_and(|mark| mark.refuses(None))
    }

    /// The earliest `iat` at which a new token of the user outlives all that was revoked.
    #[must_use]
    pub fn earliest_issue(&self, user: &UserId, kid: &Kid) -> i64 {
        [
            self.users.get(user.as_str()),
            self.keys.get(kid.as_str()),
            Some(&self.tenant),
        ]
        .into_iter()
        .flatten()
        .filter_map(|mark| mark.before)
        .max()
        .map_or(i64::MIN, |second| second.saturating_add(1))
    }

    /// How many subjects have marks.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tokens.len() + self.users.len() + self.keys.len() + self.api_keys.len()
    }

    /// Whether nothing is revoked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0 && !self.tenant.standing && self.tenant.before.is_none()
    }
}

#[cfg(test)]
mod tests;
