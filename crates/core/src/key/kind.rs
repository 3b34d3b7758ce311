//! Which family and curve a key belongs to, as its algorithm identifier says (RFC 5280, section 4.1.2.7).

use super::{
    Algorithm, KeyError,
    der::{self, Reader},
};

/// A curve of RFC 7518, section 6.2.1.1.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    /// The name in a JWK's `crv`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// Bytes in a coordinate and in a private scalar.
    pub(super) const fn coordinate_len(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    const fn oid(self) -> &'static [u8] {
        match self {
            Self::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
            Self::P384 => &[0x2b, 0x81, 0x04, 0x00, 0x22],
            Self::P521 => &[0x2b, 0x81, 0x04, 0x00, 0x23],
        }
    }

    fn from_oid(oid: &[u8]) -> Option<Self> {
        [Self::P256, Self::P384, Self::P521]
            .into_iter()
            .find(|curve| curve.oid() == oid)
    }
}

/// The kinds of asymmetric key that are told apart, if only to say what was given.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Rsa,
    RsaPss,
    Ec(Curve),
    OtherCurve,
    Ed25519,
    Other,
}

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

impl Kind {
    /// The kind that `algorithm` signs with; `None` for HMAC.
    pub(super) const fn of(algorithm: Algorithm) -> Option<Self> {
        match algorithm {
            Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => None,
            Algorithm::RS256 | Algorithm::RS384 | Algorithm::RS512 => Some(Self::Rsa),
            Algorithm::ES256 => Some(Self::Ec(Curve::P256)),
            Algorithm::ES384 => Some(Self::Ec(Curve::P384)),
            Algorithm::ES512 => Some(Self::Ec(Curve::P521)),
            Algorithm::EdDSA => Some(Self::Ed25519),
        }
    }

    /// Words for a message.
    pub(super) const fn describe(self) -> &'static str {
        match self {
            Self::Rsa => "an RSA key",
            Self::RsaPss => "an RSA key for PSS only",
            Self::Ec(Curve::P256) => "an EC key on P-256",
            Self::Ec(Curve::P384) => "an EC key on P-384",
            Self::Ec(Curve::P521) => "an EC key on P-521",
            Self::OtherCurve => "an EC key on another curve",
            Self::Ed25519 => "an Ed25519 key",
            Self::Other => "a key of another kind",
        }
    }

    /// Refuses a key of another kind than `algorithm`'s.
    pub(super) fn expect(self, algorithm: Algorithm) -> Result<(), KeyError> {
        match Self::of(algorithm) {
            Some(wanted) if wanted == self => Ok(()),
            wanted => Err(KeyError::Mismatch {
                algorithm,
                wanted: wanted.map_or("a shared secret", Self::describe),
                found: self.describe(),
            }),
        }
    }

    /// Reads the content of an `AlgorithmIdentifier`; parameters have their one legal form (RFC 3279, RFC 8410).
    pub(super) fn read(mut identifier: Reader<'_>) -> Option<Self> {
        let kind = match identifier.read(der::OID)? {
            RSA => {
                identifier.read(der::NULL).filter(|null| null.is_empty())?;
                Self::Rsa
            }
            EC if identifier.peek(der::OID) => Self::from_curve(identifier.read(der::OID)?),
            // Curves written out by their parameters are how CVE-2020-0601 was exploited.
            EC => return Some(Self::OtherCurve),
            ED25519 => Self::Ed25519,
            RSA_PSS => return Some(Self::RsaPss),
            _ => return Some(Self::Other),
        };
        identifier.is_empty().then_some(kind)
    }

    /// The kind of an EC key on the curve named by `oid`.
    pub(super) fn from_curve(oid: &[u8]) -> Self {
        Curve::from_oid(oid).map_or(Self::OtherCurve, Self::Ec)
    }

    /// The `AlgorithmIdentifier` as DER; `None` for kinds that are never written.
    pub(super) fn identifier(self) -> Option<Vec<u8>> {
        let (oid, parameters) = match self {
            Self::Rsa => (RSA, der::element(der::NULL, &[])),
            Self::Ec(curve) => (EC, der::element(der::OID, &[curve.oid()])),
            Self::Ed25519 => (ED25519, zeroize::Zeroizing::new(Vec::new())),
            Self::RsaPss | Self::OtherCurve | Self::Other => return None,
        };
        let oid = der::element(der::OID, &[oid]);
        Some(der::element(der::SEQUENCE, &[&oid, &parameters]).to_vec())
    }
}
