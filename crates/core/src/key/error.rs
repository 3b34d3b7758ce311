//! What can be wrong with key material, whatever form it came in.

use super::Algorithm;

/// Why key material can't be used. No variant holds any of the material.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Signing with a key of which only the public half is held.
    #[error("this {0} key has no private half: it verifies and can't sign")]
    VerifyOnly(Algorithm),
    /// The primitive failed to sign; with a checked key this doesn't happen.
    #[error("signing failed")]
    Signing,
    /// No key could be made; the system gave no randomness or memory.
    #[error("no key could be made")]
    Generation,
    /// The stored form is empty, cut short, or of the wrong family.
    #[error("the stored key isn't readable as {0} key material")]
    Stored(Algorithm),
    /// An HMAC secret below the floor that no option lowers.
    #[error("the secret has {bytes} bytes; {algorithm} wants at least {wanted}")]
    SecretTooShort {
        /// What the secret is for.
        algorithm: Algorithm,
        /// Its length in bytes.
        bytes: usize,
        /// The least length in bytes.
        wanted: usize,
    },
    /// A DER structure that isn't a key, or with something left over.
    #[error("the key can't be read: its {0} is malformed")]
    Malformed(&'static str),
    /// A key of another family or curve than the algorithm's.
    #[error("{algorithm} wants {wanted}, and this is {found}")]
    Mismatch {
        /// What the key is for.
        algorithm: Algorithm,
        /// The kind of key that it takes.
        wanted: &'static str,
        /// The kind that was given.
        found: &'static str,
    },
    /// An RSA modulus outside 2048 to 8192 bits.
    #[error(
        "the RSA key has {bits} bits; it must have 2048 to 8192. Make a new one with `openssl genrsa 3072`"
    )]
    RsaSize {
        /// Length of the modulus in bits.
        bits: usize,
    },
    /// An even RSA modulus.
    #[error("the RSA modulus is even, so this is no RSA key")]
    RsaModulus,
    /// An RSA exponent that is even, below 3, or longer than 33 bits.
    #[error("the RSA public exponent must be odd, at least 3 and at most 33 bits; 65537 is usual")]
    RsaExponent,
    /// A modulus from the generator broken in 2017 (CVE-2017-15361).
    #[error(
        "the RSA key was made by a generator whose keys can be factored (ROCA, CVE-2017-15361); make a new one"
    )]
    RsaRoca,
    /// A point that isn't on its curve, is at infinity, or has the wrong length.
    #[error("the public key isn't a point on {0}")]
    Point(&'static str),
    /// A private key that the primitive refuses: inconsistent or out of range.
    #[error("the private key is damaged: its parts don't fit together")]
    Inconsistent,
    /// A public and a private key that aren't a pair.
    #[error("the private key and the public key don't belong together")]
    NotAPair,
}
