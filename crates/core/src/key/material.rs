//! Key material that signs and verifies.

use std::fmt;

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use super::{Algorithm, Jwk, KeyError, Signature, pem, private::PrivateKey, public::PublicKey};

/// The least HMAC secret for HS256, in bytes, that a newsroom may insist on; HS384 and HS512 have no such choice.
pub(super) const WEAK_SECRET_LEN: usize = 16;

/// A key in the form its primitive wants, so that signing and verifying cost the primitive and no more.
///
/// It can't be cloned and prints nothing but its algorithm.
pub struct KeyMaterial {
    algorithm: Algorithm,
    form: Form,
}

enum Form {
    Secret {
        secret: Zeroizing<Vec<u8>>,
        key: Box<hmac::Key>,
    },
    Pair {
        private: Box<PrivateKey>,
        public: PublicKey,
    },
    Public(PublicKey),
}

/// First byte of the stored form, so that the three can't be taken for each other.
mod tag {
    pub(super) const SECRET: u8 = 1;
    pub(super) const PKCS8: u8 = 2;
    pub(super) const SPKI: u8 = 3;
}

impl KeyMaterial {
    /// An HMAC key of the secret's own bytes.
    pub(super) fn from_secret(algorithm: Algorithm, secret: &[u8]) -> Result<Self, KeyError> {
        let (hash, floor) = match algorithm {
            Algorithm::HS256 => (hmac::HMAC_SHA256, WEAK_SECRET_LEN),
            Algorithm::HS384 => (hmac::HMAC_SHA384, algorithm.hash_len()),
            Algorithm::HS512 => (hmac::HMAC_SHA512, algorithm.hash_len()),
            _ => return Err(KeyError::Stored(algorithm)),
        };
        if secret.len() < floor {
            return Err(KeyError::SecretTooShort {
                algorithm,
                bytes: secret.len(),
                wanted: floor,
            });
        }
        let key = Box::new(hmac::Key::new(hash, secret));
        let secret = Zeroizing::new(secret.to_vec());
        let form = Form::Secret { secret, key };
        Ok(Self { algorithm, form })
    }

    pub(super) fn from_private(
        algorithm: Algorithm,
        private: PrivateKey,
    ) -> Result<Self, KeyError> {
        let public = PublicKey::from_raw(algorithm, private.public_raw())?;
        let private = Box::new(private);
        let form = Form::Pair { private, public };
        Ok(Self { algorithm, form })
    }

    pub(super) const fn from_public(algorithm: Algorithm, public: PublicKey) -> Self {
        let form = Form::Public(public);
        Self { algorithm, form }
    }

    /// The one algorithm that this key is for.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether the private half is held; false for an imported public key.
    pub const fn can_sign(&self) -> bool {
        !matches!(self.form, Form::Public(_))
    }

    /// Signs `message`: the raw JWS signature (RFC 7515, section 5.1, step 5).
    ///
    /// # Errors
    /// [`KeyError::VerifyOnly`] without a private half; [`KeyError::Signing`] if the primitive fails.
    pub fn sign(&self, message: &[u8]) -> Result<Signature, KeyError> {
        match &self.form {
            Form::Secret { key, .. } => Ok(Signature::new(hmac::sign(key, message).as_ref())),
            Form::Pair { private, .. } => private.sign(message).map_err(|_| KeyError::Signing),
            Form::Public(_) => Err(KeyError::VerifyOnly(self.algorithm)),
        }
    }

    /// Whether `signature` is this key's over `message`; of exactly the right length, compared in constant time
    /// for HMAC.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.form {
            Form::Secret { key, .. } => hmac::verify(key, message, signature).is_ok(),
            Form::Pair { public, .. } | Form::Public(public) => public.verify(message, signature),
        }
    }

    /// The form that gets sealed: a tag byte, then the HMAC secret, PKCS#8 DER, or `SubjectPublicKeyInfo` DER.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        match &self.form {
            Form::Secret { secret, .. } => tagged(tag::SECRET, secret),
            Form::Pair { private, .. } => tagged(tag::PKCS8, private.pkcs8()),
            Form::Public(public) => tagged(tag::SPKI, &public.to_spki()),
        }
    }

    /// Reads what [`Self::to_bytes`] wrote and checks it as an import does.
    ///
    /// # Errors
    /// [`KeyError::Stored`] for a form that `algorithm` hasn't, and whatever is wrong with the key itself.
    pub fn from_bytes(algorithm: Algorithm, bytes: &[u8]) -> Result<Self, KeyError> {
        match bytes.split_first() {
            Some((&tag::SECRET, secret)) if algorithm.is_symmetric() => {
                Self::from_secret(algorithm, secret)
            }
            Some((&tag::PKCS8, der)) if !algorithm.is_symmetric() => {
                Self::from_private(algorithm, PrivateKey::from_pkcs8(algorithm, der)?)
            }
            Some((&tag::SPKI, der)) if !algorithm.is_symmetric() => Ok(Self::from_public(
                algorithm,
                PublicKey::from_spki(algorithm, der)?,
            )),
            _ => Err(KeyError::Stored(algorithm)),
        }
    }

    /// The public key for a JWKS; `None` for HMAC, which has none.
    pub fn public_jwk(&self, kid: &str) -> Option<Jwk> {
        Jwk::new(self.algorithm, self.public()?, kid)
    }

    /// The public key as `PUBLIC KEY` PEM; `None` for HMAC.
    pub fn public_pem(&self) -> Option<String> {
        let spki = self.public()?.to_spki();
        Some(String::clone(&pem::encode("PUBLIC KEY", &spki)))
    }

    /// The private key as `PRIVATE KEY` PEM (PKCS#8); `None` for HMAC and without a private half.
    pub fn private_pem(&self) -> Option<Zeroizing<String>> {
        match &self.form {
            Form::Pair { private, .. } => Some(pem::encode("PRIVATE KEY", private.pkcs8())),
            Form::Secret { .. } | Form::Public(_) => None,
        }
    }

    /// The HMAC secret, where it is text. Talk may need it encoded: see [`crate::talk`].
    pub fn secret_text(&self) -> Option<&str> {
        match &self.form {
            Form::Secret { secret, .. } => str::from_utf8(secret).ok(),
            Form::Pair { .. } | Form::Public(_) => None,
        }
    }

    /// What the key is, whatever it goes by: a tag, then the secret or the public key.
    pub(super) fn identity(&self) -> (u8, &[u8]) {
        match &self.form {
            Form::Secret { secret, .. } => {
                // HMAC fills a key up with zeros (RFC 2104, section 2): with or without them it is the same key.
                let end = secret.iter().rposition(|byte| *byte != 0);
                (tag::SECRET, &secret[..end.map_or(0, |last| last + 1)])
            }
            Form::Pair { public, .. } | Form::Public(public) => (tag::SPKI, public.raw()),
        }
    }

    /// The public half; `None` for HMAC.
    pub(super) const fn public(&self) -> Option<&PublicKey> {
        match &self.form {
            Form::Secret { .. } => None,
            Form::Pair { public, .. } | Form::Public(public) => Some(public),
        }
    }
}

/// Whether `signature` is what HMAC makes of `message` under any bytes at all. It tells how somebody else signed: a secret
/// that is tried here may be too short or too well known to be a key, and signs nothing.
pub(crate) fn hmac_matches(
    algorithm: Algorithm,
    secret: &[u8],
    message: &[u8],
    signature: &[u8],
) -> bool {
    let hash = match algorithm {
        Algorithm::HS256 => hmac::HMAC_SHA256,
        Algorithm::HS384 => hmac::HMAC_SHA384,
        Algorithm::HS512 => hmac::HMAC_SHA512,
        _ => return false,
    };
    hmac::verify(&hmac::Key::new(hash, secret), message, signature).is_ok()
}

fn tagged(tag: u8, key: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(1 + key.len()));
    bytes.push(tag);
    bytes.extend_from_slice(key);
    bytes
}

impl fmt::Debug for KeyMaterial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KeyMaterial")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
