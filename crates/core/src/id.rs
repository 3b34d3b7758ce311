//! Identifiers that can't be mistaken for one another.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::confusable;

macro_rules! uuid_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }
    };
}

uuid_id! {
    /// A tenant, for ever: slugs can change or be taken again, this can't (UUIDv7).
    TenantId
}
uuid_id! {
    /// A deployment of a tenant (UUIDv7).
    DeploymentId
}
uuid_id! {
    /// An API key of a tenant (UUIDv7).
    ApiKeyId
}
uuid_id! {
    /// Somebody's account; it belongs to no tenant (UUIDv7).
    AccountId
}

/// Why a text is no identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not a slug.
    #[error("a name has 1 to 63 characters: a-z, 0-9 and hyphens between them")]
    Slug,
    /// A slug that looks like a route, or like the operator's own.
    #[error("this name is reserved")]
    Reserved,
    /// Not a key id.
    #[error(
        "a key id has 1 to 128 characters: visible ASCII without spaces, quotes or backslashes"
    )]
    Kid,
}

/// The name of a tenant or a deployment in a URL: 1 to 63 of `a-z`, `0-9` and inner hyphens, as in a DNS label
/// (RFC 1123, section 2.1), lower case only.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Slug(Box<str>);

impl Slug {
    /// The name given to a tenant's first deployment.
    #[must_use]
    pub fn default_deployment() -> Self {
        Self("default".into())
    }

    /// The text of the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Slug {
    /// Whether a text is made like a slug; it may still look like a reserved name. Each request asks this of its path, so
    /// it allocates nothing.
    #[must_use]
    pub fn is_shaped(text: &str) -> bool {
        let inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
        let bytes = text.as_bytes();
        // "xn--" would render as whatever the punycode says.
        (1..=63).contains(&bytes.len())
            && bytes.iter().all(inner)
            && !text.starts_with('-')
            && !text.ends_with('-')
            && !text.starts_with("xn--")
    }
}

impl FromStr for Slug {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if !Self::is_shaped(text) {
            return Err(IdError::Slug);
        }
        if confusable::is_reserved(text) {
            return Err(IdError::Reserved);
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The id of a signing key (`kid`, RFC 7515, section 4.1.4): case-sensitive and unique within a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Kid(Box<str>);

impl Kid {
    /// An id that tells people when the key was made (`now`, unix seconds), with eight digits of `random`.
    #[must_use]
    pub fn dated(now: i64, random: Uuid) -> Self {
        let day = jiff::Timestamp::from_second(now)
            .unwrap_or_default()
            .strftime("%Y-%m-%d")
            .to_string();
        let random = random.simple().to_string();
        Self(format!("{day}-{}", &random[..8]).into())
    }

    /// The text of the id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Kid {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        // Every kid can stand in a header, a log line, a .env file and JSON without being escaped.
        let plain =
            |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\' | b'`');
        if (1..=128).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.into()))
        } else {
            Err(IdError::Kid)
        }
    }
}

impl fmt::Display for Kid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{IdError, Kid, Slug};

    #[test]
    fn a_slug_is_a_lower_case_dns_label() {
        for good in ["demo", "a", "the-post", "news24", &"a".repeat(63)] {
            assert!(good.parse::<Slug>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "-a",
            "a-",
            "A",
            "a_b",
            "a.b",
            "xn--a",
            "é",
            "a/b",
            &"a".repeat(64),
        ] {
            assert_eq!(bad.parse::<Slug>(), Err(IdError::Slug), "{bad}");
        }
        for reserved in ["admin", "adm1n", "well--known"] {
            assert_eq!(reserved.parse::<Slug>(), Err(IdError::Reserved));
        }
    }

    #[test]
    fn a_kid_needs_no_escaping_anywhere() {
        assert!("2026-11-key.1".parse::<Kid>().is_ok());
        let dated = Kid::dated(1_700_000_000, Uuid::from_u128(0xabc << 100));
        assert_eq!(dated.as_str(), "2023-11-14-0000abc0");
        assert_eq!(dated.as_str().parse(), Ok(dated));
        for bad in [
            "",
            "a b",
            "a\"b",
            "a\nb",
            "a\\b",
            "k\u{0}",
            "clé",
            &"k".repeat(129),
        ] {
            assert!(bad.parse::<Kid>().is_err(), "{bad:?}");
        }
    }
}
