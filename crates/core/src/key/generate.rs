//! New keys.

use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::{Algorithm, KeyError, KeyMaterial, private::PrivateKey};

/// Makes a key: RSA with 3072 bits; for HMAC a secret in the base64url alphabet with as many random bytes as the
/// hash has (RFC 7518, section 3.2).
///
/// Such a secret is the same bytes to every reader: Talk takes secrets as text, and one that begins with `base64:`
/// differently again. This alphabet has no colon.
///
/// # Errors
/// [`KeyError::Generation`] if the system gives no randomness.
pub fn generate(algorithm: Algorithm) -> Result<KeyMaterial, KeyError> {
    if !algorithm.is_symmetric() {
        return KeyMaterial::from_private(algorithm, PrivateKey::generate(algorithm)?);
    }
    let mut random = Zeroizing::new(vec![0; algorithm.hash_len()]);
    rand::fill(&mut random).map_err(|_| KeyError::Generation)?;
    let text = Zeroizing::new(URL_SAFE_NO_PAD.encode(&*random));
    KeyMaterial::from_secret(algorithm, text.as_bytes())
}
