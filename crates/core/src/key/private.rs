//! Private keys, parsed once.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    error::{KeyRejected, Unspecified},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RsaEncoding, RsaKeyPair,
    },
};
use zeroize::Zeroizing;

use super::{
    Algorithm, KeyError, Signature,
    der::{self, Reader},
    kind::Kind,
};

const PKCS8: &str = "PKCS#8 PrivateKeyInfo";
const PKCS1: &str = "RSAPrivateKey";
const SEC1: &str = "ECPrivateKey";

/// A checked private key in the primitive's own form, and its PKCS#8 for storing.
pub(super) struct PrivateKey {
    pair: Pair,
    pkcs8: Zeroizing<Vec<u8>>,
}

enum Pair {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Ec(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl PrivateKey {
    pub(super) fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let make = || -> Result<Pair, Unspecified> {
            Ok(match scheme(algorithm).ok_or(Unspecified)? {
                Scheme::Rsa(padding) => Pair::Rsa(RsaKeyPair::generate(KeySize::Rsa3072)?, padding),
                Scheme::Ec(curve) => Pair::Ec(EcdsaKeyPair::generate(curve)?),
                Scheme::Ed25519 => Pair::Ed25519(Ed25519KeyPair::generate()?),
            })
        };
        Self::new(make().map_err(|_| KeyError::Generation)?)
    }

    /// Reads PKCS#8 (RFC 5208; RFC 5958 for Ed25519 with its public key).
    pub(super) fn from_pkcs8(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, KeyError> {
        let mut fields = der::sequence(pkcs8, PKCS8)?;
        let read = |fields: &mut Reader<'_>| {
            fields.unsigned()?;
            Kind::read(Reader::new(fields.read(der::SEQUENCE)?))
        };
        read(&mut fields)
            .ok_or(KeyError::Malformed(PKCS8))?
            .expect(algorithm)?;
        if matches!(Kind::of(algorithm), Some(Kind::Rsa)) {
            // A short key is told by its length, not as "damaged".
            let inner = fields.read(der::OCTET_STRING);
            check_rsa(inner.ok_or(KeyError::Malformed(PKCS8))?)?;
        }
        Self::parse(algorithm, |scheme| {
            Ok(match scheme {
                Scheme::Rsa(padding) => Pair::Rsa(RsaKeyPair::from_pkcs8(pkcs8)?, padding),
                Scheme::Ec(curve) => Pair::Ec(EcdsaKeyPair::from_pkcs8(curve, pkcs8)?),
                Scheme::Ed25519 => Pair::Ed25519(Ed25519KeyPair::from_pkcs8(pkcs8)?),
            })
        })
    }

    /// Reads an `RSAPrivateKey` (RFC 8017, A.1.2), what `RSA PRIVATE KEY` holds.
    pub(super) fn from_pkcs1(algorithm: Algorithm, der: &[u8]) -> Result<Self, KeyError> {
        Kind::Rsa.expect(algorithm)?;
        check_rsa(der)?;
        Self::parse(algorithm, |scheme| match scheme {
            Scheme::Rsa(padding) => Ok(Pair::Rsa(RsaKeyPair::from_der(der)?, padding)),
            Scheme::Ec(_) | Scheme::Ed25519 => Err(Unspecified.into()),
        })
    }

    /// Reads an `ECPrivateKey` (RFC 5915), what `EC PRIVATE KEY` holds. It must name its curve.
    pub(super) fn from_sec1(algorithm: Algorithm, der: &[u8]) -> Result<Self, KeyError> {
        let mut fields = der::sequence(der, SEC1)?;
        let curve = named_curve(&mut fields).ok_or(KeyError::Malformed(SEC1))?;
        Kind::from_curve(curve).expect(algorithm)?;
        Self::parse(algorithm, |scheme| match scheme {
            Scheme::Ec(curve) => Ok(Pair::Ec(EcdsaKeyPair::from_private_key_der(curve, der)?)),
            Scheme::Rsa(_) | Scheme::Ed25519 => Err(Unspecified.into()),
        })
    }

    /// Takes an EC scalar or an Ed25519 seed with its public key, as a JWK holds them.
    pub(super) fn from_scalar(
        algorithm: Algorithm,
        scalar: &[u8],
        public: &[u8],
    ) -> Result<Self, KeyError> {
        Self::parse(algorithm, |scheme| {
            Ok(match scheme {
                Scheme::Rsa(_) => return Err(Unspecified.into()),
                Scheme::Ec(curve) => Pair::Ec(EcdsaKeyPair::from_private_key_and_public_key(
                    curve, scalar, public,
                )?),
                Scheme::Ed25519 => {
                    Pair::Ed25519(Ed25519KeyPair::from_seed_and_public_key(scalar, public)?)
                }
            })
        })
    }

    fn parse(
        algorithm: Algorithm,
        read: impl FnOnce(Scheme) -> Result<Pair, KeyRejected>,
    ) -> Result<Self, KeyError> {
        let scheme = scheme(algorithm).ok_or(KeyError::Stored(algorithm))?;
        Self::new(read(scheme).map_err(|_| KeyError::Inconsistent)?)
    }

    fn new(pair: Pair) -> Result<Self, KeyError> {
        let export = || -> Result<Vec<u8>, Unspecified> {
            Ok(match &pair {
                Pair::Rsa(pair, _) => AsDer::<Pkcs8V1Der<'_>>::as_der(pair)?.as_ref().to_vec(),
                Pair::Ec(pair) => pair.to_pkcs8v1()?.as_ref().to_vec(),
                Pair::Ed25519(pair) => AsDer::<Pkcs8V1Der<'_>>::as_der(pair)?.as_ref().to_vec(),
            })
        };
        let pkcs8 = Zeroizing::new(export().map_err(|_| KeyError::Inconsistent)?);
        Ok(Self { pair, pkcs8 })
    }

    /// The key as PKCS#8 DER, version 1.
    pub(super) fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The public half in the raw form of `PublicKey`.
    pub(super) fn public_raw(&self) -> &[u8] {
        match &self.pair {
            Pair::Rsa(pair, _) => pair.public_key().as_ref(),
            Pair::Ec(pair) => pair.public_key().as_ref(),
            Pair::Ed25519(pair) => pair.public_key().as_ref(),
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Signature, Unspecified> {
        let random = SystemRandom::new();
        Ok(match &self.pair {
            Pair::Rsa(pair, padding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*padding, &random, message, &mut signature)?;
                Signature::from_vec(signature)
            }
            Pair::Ec(pair) => Signature::new(pair.sign(&random, message)?.as_ref()),
            Pair::Ed25519(pair) => Signature::new(pair.try_sign(message)?.as_ref()),
        })
    }
}

/// Whether `der` is PKCS#8 of whatever kind.
pub(super) fn is_pkcs8(der: &[u8]) -> bool {
    der::sequence(der, PKCS8).is_ok_and(|mut fields| {
        fields.unsigned().is_some()
            && fields
                .read(der::SEQUENCE)
                .and_then(|identifier| Kind::read(Reader::new(identifier)))
                .is_some()
    })
}

/// The curve's OID in an `ECPrivateKey`, past its version and scalar.
fn named_curve<'a>(fields: &mut Reader<'a>) -> Option<&'a [u8]> {
    const PARAMETERS: u8 = 0xa0;
    fields.unsigned()?;
    fields.read(der::OCTET_STRING)?;
    Reader::new(fields.read(PARAMETERS)?).read(der::OID)
}

/// Checks the public numbers of an `RSAPrivateKey` before the primitive sees it.
fn check_rsa(der: &[u8]) -> Result<(), KeyError> {
    let mut numbers = der::sequence(der, PKCS1)?;
    match (numbers.unsigned(), numbers.unsigned(), numbers.unsigned()) {
        // Version 0: two primes.
        (Some([]), Some(modulus), Some(exponent)) => super::rsa::check(modulus, exponent),
        _ => Err(KeyError::Malformed(PKCS1)),
    }
}

enum Scheme {
    Rsa(&'static dyn RsaEncoding),
    Ec(&'static EcdsaSigningAlgorithm),
    Ed25519,
}

fn scheme(algorithm: Algorithm) -> Option<Scheme> {
    Some(match algorithm {
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => return None,
        Algorithm::RS256 => Scheme::Rsa(&signature::RSA_PKCS1_SHA256),
        Algorithm::RS384 => Scheme::Rsa(&signature::RSA_PKCS1_SHA384),
        Algorithm::RS512 => Scheme::Rsa(&signature::RSA_PKCS1_SHA512),
        Algorithm::ES256 => Scheme::Ec(&signature::ECDSA_P256_SHA256_FIXED_SIGNING),
        Algorithm::ES384 => Scheme::Ec(&signature::ECDSA_P384_SHA384_FIXED_SIGNING),
        Algorithm::ES512 => Scheme::Ec(&signature::ECDSA_P521_SHA512_FIXED_SIGNING),
        Algorithm::EdDSA => Scheme::Ed25519,
    })
}
