//! Fingerprints of keys, by which one that is in use elsewhere is known again.

use std::fmt;

use aws_lc_rs::{hmac, rand};
use zeroize::Zeroizing;

use super::{KeyError, KeyMaterial};

/// Keeps fingerprints apart from all else that is made with HMAC.
const PURPOSE: &[u8] = b"lanyard key fingerprint 1";

/// What is left of a key so that it can be compared: HMAC-SHA256 (RFC 2104) under the platform's [`FingerprintKey`].
///
/// Without that key nobody can try guesses against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

/// The platform's key for fingerprints. It must stay the same for as long as they are compared.
pub struct FingerprintKey(hmac::Key);

impl FingerprintKey {
    /// Length of the key in bytes.
    pub const LENGTH: usize = 32;

    /// Random bytes for a new key.
    ///
    /// # Errors
    /// [`KeyError::Generation`] if the system gives no randomness.
    pub fn generate() -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let mut bytes = Zeroizing::new(vec![0; Self::LENGTH]);
        rand::fill(&mut bytes).map_err(|_| KeyError::Generation)?;
        Ok(bytes)
    }

    /// The key of these bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// A key's fingerprint. All that verify the same signatures have the same, whatever algorithm and `kid` they go by:
    /// of a key pair the public half counts.
    #[must_use]
    pub fn of(&self, material: &KeyMaterial) -> Fingerprint {
        let (kind, bytes) = material.identity();
        let mut context = hmac::Context::with_key(&self.0);
        context.update(PURPOSE);
        context.update(&[kind]);
        context.update(bytes);
        let mut print = [0; 32];
        print.copy_from_slice(context.sign().as_ref());
        Fingerprint(print)
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("FingerprintKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::FingerprintKey;
    use crate::key::{Algorithm, ImportOptions, KeyMaterial, generate, import};

    fn secret(text: &str, algorithm: Algorithm) -> KeyMaterial {
        let options = ImportOptions {
            algorithm,
            accept_weak: false,
        };
        import(text.as_bytes(), options).unwrap().material
    }

    #[test]
    fn one_secret_has_one_fingerprint_and_another_platform_another() {
        const TEXT: &str = "nine-wild-Otters-drum-under-7-bridges!";
        let (here, there) = (FingerprintKey::new(&[1; 32]), FingerprintKey::new(&[2; 32]));
        let key = secret(TEXT, Algorithm::HS256);
        assert_eq!(here.of(&key), here.of(&secret(TEXT, Algorithm::HS256)));
        assert_ne!(here.of(&key), there.of(&key));
        let other = secret(&TEXT.replace('7', "8"), Algorithm::HS256);
        assert_ne!(here.of(&key), here.of(&other));
        assert_eq!(format!("{here:?}"), "FingerprintKey(..)");
    }

    #[test]
    fn the_algorithm_and_how_a_secret_is_written_make_no_difference() {
        let key = FingerprintKey::new(&[1; 32]);
        let text = generate(Algorithm::HS512).unwrap();
        let text = text.secret_text().unwrap().to_owned();
        let prints = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512]
            .map(|algorithm| key.of(&secret(&text, algorithm)));
        assert!(prints.iter().all(|print| *print == prints[0]));
        let entry = format!(r#"{{"kid":"a","secret":"{text}"}}"#);
        assert_eq!(key.of(&secret(&entry, Algorithm::HS256)), prints[0]);
        // HMAC fills a short key up with zeros (RFC 2104, section 2), so these sign alike.
        let longer = [text.as_bytes(), &[0]].concat();
        let longer = KeyMaterial::from_secret(Algorithm::HS512, &longer).unwrap();
        let shorter = secret(&text, Algorithm::HS512);
        let signature = shorter.sign(b"x").unwrap();
        assert!(longer.verify(b"x", signature.as_ref()));
        assert_eq!(key.of(&longer), key.of(&shorter));
    }

    #[test]
    fn the_public_half_tells_a_key_pair() {
        let key = FingerprintKey::new(&[1; 32]);
        for algorithm in [Algorithm::ES256, Algorithm::EdDSA] {
            let pair = generate(algorithm).unwrap();
            let public = secret(&pair.public_pem().unwrap(), algorithm);
            assert!(!public.can_sign());
            assert_eq!(key.of(&pair), key.of(&public), "{algorithm}");
            let other = generate(algorithm).unwrap();
            assert_ne!(key.of(&pair), key.of(&other), "{algorithm}");
        }
    }

    #[test]
    fn a_new_key_is_random() {
        let (one, two) = (
            FingerprintKey::generate().unwrap(),
            FingerprintKey::generate().unwrap(),
        );
        assert_eq!(one.len(), FingerprintKey::LENGTH);
        assert_ne!(one, two);
    }
}
