//! The JWS algorithms that Lanyard signs and verifies with.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A JWS algorithm (RFC 7518, section 3.1; RFC 8037, section 3.1 for `EdDSA`, here with Ed25519 only).
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Algorithm {
    /// HMAC with SHA-256.
    HS256,
    /// HMAC with SHA-384.
    HS384,
    /// HMAC with SHA-512.
    HS512,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RS384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RS512,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// ECDSA on P-384 with SHA-384.
    ES384,
    /// ECDSA on P-521 with SHA-512.
    ES512,
    /// EdDSA on Ed25519.
    EdDSA,
}

impl Algorithm {
    /// Every algorithm, in the order of RFC 7518.
    pub const ALL: [Self; 10] = [
        Self::HS256,
        Self::HS384,
        Self::HS512,
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::ES256,
        Self::ES384,
        Self::ES512,
        Self::EdDSA,
    ];

    /// The name in a JWS header's `alg`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HS256 => "HS256",
            Self::HS384 => "HS384",
            Self::HS512 => "HS512",
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::ES512 => "ES512",
            Self::EdDSA => "EdDSA",
        }
    }

    /// Whether one secret both signs and verifies (HMAC).
    pub const fn is_symmetric(self) -> bool {
        matches!(self, Self::HS256 | Self::HS384 | Self::HS512)
    }

    /// Whether Talk v4's library knows it.
    pub const fn is_known_to_talk(self) -> bool {
        !matches!(self, Self::EdDSA | Self::ES512)
    }

    /// Bytes in a signature; `None` for RSA, where it is the modulus's length.
    pub const fn signature_len(self) -> Option<usize> {
        match self {
            Self::HS256 => Some(32),
            Self::HS384 => Some(48),
            Self::HS512 | Self::ES256 | Self::EdDSA => Some(64),
            Self::ES384 => Some(96),
            Self::ES512 => Some(132),
            Self::RS256 | Self::RS384 | Self::RS512 => None,
        }
    }

    /// Bytes that the algorithm's hash puts out (SHA-512 for `EdDSA`).
    pub const fn hash_len(self) -> usize {
        match self {
            Self::HS256 | Self::RS256 | Self::ES256 => 32,
            Self::HS384 | Self::RS384 | Self::ES384 => 48,
            Self::HS512 | Self::RS512 | Self::ES512 | Self::EdDSA => 64,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// A name that is none of [`Algorithm::ALL`]; the name itself isn't kept.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "not an algorithm; use one of HS256, HS384, HS512, RS256, RS384, RS512, ES256, ES384, ES512, EdDSA"
)]
pub struct UnknownAlgorithm;

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    /// Exact, case-sensitive names only (RFC 7515, section 4.1.1).
    fn from_str(name: &str) -> Result<Self, UnknownAlgorithm> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
            .ok_or(UnknownAlgorithm)
    }
}

impl Serialize for Algorithm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Algorithm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl de::Visitor<'_> for Name {
            type Value = Algorithm;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("the name of a JWS algorithm")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Algorithm, E> {
                name.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Name)
    }
}

#[cfg(test)]
mod tests {
    use super::Algorithm;

    #[test]
    fn every_name_reads_back_as_itself() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
            let json = serde_json::to_string(&algorithm).unwrap();
            assert_eq!(json, format!("\"{}\"", algorithm.name()));
            assert_eq!(serde_json::from_str::<Algorithm>(&json).unwrap(), algorithm);
        }
    }

    #[test]
    fn nothing_but_the_exact_name_is_an_algorithm() {
        for name in [
            "", "none", "hs256", "HS256 ", " HS256", "HS1", "PS256", "ES256K", "Ed25519", "eddsa",
            "HS256\0",
        ] {
            assert!(name.parse::<Algorithm>().is_err(), "{name}");
            assert!(
                serde_json::from_value::<Algorithm>(name.into()).is_err(),
                "{name}"
            );
        }
        assert!(serde_json::from_str::<Algorithm>("256").is_err());
    }
}
