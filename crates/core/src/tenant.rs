//! Tenants and their deployments: who issues, for whom, and by which rules.

use std::{fmt, str::FromStr};

use serde::Serialize;

use crate::{
    id::{DeploymentId, Slug},
    profile::Claims,
};

/// Seconds that two of our own clocks may differ: a token may carry an `iat` that lies this far ahead.
///
/// `exp` and `nbf` get no leeway, since neither the demo service nor Talk gives any.
pub const CLOCK_SKEW: i64 = 60;

/// Seconds within which every node has heard of a change, even when notifications are lost.
pub const PROPAGATION: i64 = 5;

/// The lifetime of a reader's token unless a deployment sets its own: six hours.
pub const DEFAULT_TOKEN_LIFETIME: i64 = 6 * 3600;

/// The longest lifetime of a token that can be set or accepted: 400 days. Revocations are kept for as long.
pub const MAX_TOKEN_LIFETIME: i64 = 400 * 86_400;

/// The lifetime accepted under a key imported from the demo service: 260 days, since its "6 hours" are 250 days.
pub const DEMO_ACCEPT_LIFETIME: i64 = 260 * 86_400;

/// Why a setting is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// Empty, too long, or with control characters or white space at its ends.
    #[error(
        "{0} must have 1 to 255 characters, none of them control characters, and no space at either end"
    )]
    Text(&'static str),
    /// Not a claim path.
    #[error(
        "a claim path is 1 to 4 names of letters, digits, _ and - joined by dots, such as `sub` or `user.id`"
    )]
    Path,
    /// A claim path that names a registered claim.
    #[error("the user's id can't live in `{0}`: that claim has a meaning of its own")]
    PathTaken(String),
    /// Out of range.
    #[error("a token lifetime is 60 seconds to 400 days")]
    Lifetime,
    /// An issuer that Lanyard keeps for itself.
    #[error("an issuer that begins with urn:lanyard: is Lanyard's own")]
    IssuerReserved,
    /// Not where a Talk or Coral could be found.
    #[error(
        "a root URL is like https://talk.news.example/, without a password, a query or a fragment"
    )]
    RootUrl,
    /// No product that tokens are made for.
    #[error("a kind is talk or coral")]
    Kind,
    /// No claim that a token can carry.
    #[error("`{0}` is none of the claims username, email and memberSince")]
    ProfileClaim(String),
    /// The audience of readers' tokens may not be that of issuing tokens.
    #[error("the audience of readers' tokens must differ from that of issuing tokens (`{0}`)")]
    SameAudience(String),
}

/// Whether a tenant is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TenantStatus {
    /// Served.
    Active,
    /// Answered like a tenant that doesn't exist.
    Suspended,
}

/// The text of an `iss` or `aud` claim, compared byte for byte (RFC 7519, sections 4.1.1 and 4.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct ClaimText(Box<str>);

impl ClaimText {
    /// Parses the value of the setting called `name`.
    ///
    /// # Errors
    /// [`SettingError::Text`] with that name.
    pub fn parse(name: &'static str, text: &str) -> Result<Self, SettingError> {
        let length = text.chars().count();
        if !(1..=255).contains(&length) || text.trim() != text || text.chars().any(char::is_control)
        {
            return Err(SettingError::Text(name));
        }
        Ok(Self(text.into()))
    }

    /// A text that is known to be good.
    pub(crate) fn constant(text: &'static str) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClaimText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Where the reader's id sits in a token: `sub`, or a dot path such as `user.id` (Talk's `TALK_JWT_USER_ID_CLAIM`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ClaimPath(Box<str>);

impl ClaimPath {
    /// The path that Talk uses unless it is told otherwise.
    #[must_use]
    pub fn sub() -> Self {
        Self("sub".into())
    }

    /// Whether this is `sub` itself.
    #[must_use]
    pub fn is_sub(&self) -> bool {
        &*self.0 == "sub"
    }

    /// The path as Talk takes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClaimPath {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let name = |part: &str| {
            !part.is_empty()
                && part.len() <= 64
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
                // Talk sets the path with lodash: these would reach JavaScript's own objects.
                && !matches!(part, "__proto__" | "constructor" | "prototype")
        };
        let parts: Vec<&str> = text.split('.').collect();
        if parts.len() > 4 || !parts.iter().all(|part| name(part)) {
            return Err(SettingError::Path);
        }
        // `pat` would make Talk take the token for a personal access token.
        if matches!(
            parts[0],
            "iss" | "aud" | "exp" | "nbf" | "iat" | "jti" | "pat"
        ) || (parts[0] == "sub" && parts.len() > 1)
        {
            return Err(SettingError::PathTaken(parts[0].to_owned()));
        }
        Ok(Self(text.into()))
    }
}

/// How issuing tokens of the demo service are told from readers' tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuingRule {
    /// Whether such tokens are accepted at all; API keys always are.
    pub accepted: bool,
    /// Their `sub`.
    pub subject: ClaimText,
    /// Their `aud`.
    pub audience: ClaimText,
}

impl IssuingRule {
    /// What the demo service uses unless it is configured otherwise.
    #[must_use]
    pub fn demo(accepted: bool) -> Self {
        Self {
            accepted,
            subject: ClaimText::constant("TALK_TOKEN_EXAMPLE"),
            audience: ClaimText::constant("TALK_TOKEN_EXAMPLE_AUDIENCE"),
        }
    }

    /// Checks that readers' tokens of this audience can be told from issuing tokens.
    ///
    /// # Errors
    /// [`SettingError::SameAudience`].
    pub fn check(&self, readers: &ClaimText) -> Result<(), SettingError> {
        if *readers == self.audience {
            return Err(SettingError::SameAudience(readers.to_string()));
        }
        Ok(())
    }
}

/// A deployment's rules: everything but its keys that decides what a token says and whether one is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The deployment that the rules belong to.
    pub deployment: DeploymentId,
    /// Its name in URLs.
    pub name: Slug,
    /// What its tokens say.
    pub claims: Claims,
    /// Lifetime of a new token, and the cap for those signed by keys made here, in seconds.
    pub token_lifetime: i64,
    /// How issuing tokens look.
    pub issuing: IssuingRule,
    /// Whether an id that looks like an e-mail address may be used. Talk takes such an id for the account that has
    /// the address, so the tenant has to insist.
    pub allow_email_ids: bool,
}

impl Policy {
    /// Whether its tokens say more of a reader than the id.
    #[must_use]
    pub const fn needs_record(&self) -> bool {
        match &self.claims {
            Claims::Talk(talk) => !talk.profile.is_empty(),
            Claims::Coral(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ClaimPath, ClaimText};

    #[test]
    fn a_claim_path_never_names_a_registered_claim_or_a_javascript_object() {
        for good in ["sub", "user.id", "a.b.c.d", "user_id"] {
            assert!(good.parse::<ClaimPath>().is_ok(), "{good}");
        }
        for bad in [
            "",
            ".",
            "a.",
            "exp",
            "pat",
            "jti.x",
            "sub.x",
            "__proto__.x",
            "a.constructor",
            "a b",
            "a.b.c.d.e",
        ] {
            assert!(bad.parse::<ClaimPath>().is_err(), "{bad}");
        }
    }

    #[test]
    fn claim_texts_are_kept_byte_for_byte() {
        assert_eq!(
            ClaimText::parse("issuer", "https://a.example/")
                .unwrap()
                .as_str(),
            "https://a.example/"
        );
        for bad in ["", " a", "a\n", "a\u{0}b"] {
            assert!(ClaimText::parse("issuer", bad).is_err(), "{bad:?}");
        }
    }
}
