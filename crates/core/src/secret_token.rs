//! Secrets that we make and hand out once: session ids, links in letters, marks of devices.

use std::fmt;

use aws_lc_rs::{constant_time, digest::SHA256, error::Unspecified, hmac};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

const LENGTH: usize = 32;

/// 256 random bits, written as 43 characters of base64url; only the hash is ever stored.
pub struct SecretToken(Zeroizing<[u8; LENGTH]>);

impl fmt::Debug for SecretToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretToken(..)")
    }
}

impl SecretToken {
    /// Makes a new one.
    ///
    /// # Errors
    /// The system has no random bytes.
    pub fn generate() -> Result<Self, Unspecified> {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        aws_lc_rs::rand::fill(&mut bytes[..])?;
        Ok(Self(bytes))
    }

    /// Reads one that somebody presents; `None` when it can't be one. Each has one spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let decoded = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        let mut bytes = Zeroizing::new([0; LENGTH]);
        (decoded.len() == LENGTH).then(|| bytes.copy_from_slice(&decoded))?;
        Some(Self(bytes))
    }

    /// What it is stored and looked up by (SHA-256). Whoever reads a hash can't present it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.copy_from_slice(aws_lc_rs::digest::digest(&SHA256, &self.0[..]).as_ref());
        hash
    }

    /// The token itself, to be handed out.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(&self.0[..]))
    }

    /// Another secret that only the holder of this one can be given: HMAC-SHA256 under it, as base64url. It gives
    /// nothing of this one away.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.tag(purpose))
    }

    /// Whether `text` is what [`Self::derive`] gives, in constant time.
    #[must_use]
    pub fn has_derived(&self, purpose: &str, text: &str) -> bool {
        let tag = self.tag(purpose);
        URL_SAFE_NO_PAD
            .decode(text)
            .is_ok_and(|given| constant_time::verify_slices_are_equal(&given, tag.as_ref()).is_ok())
    }

    fn tag(&self, purpose: &str) -> hmac::Tag {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0[..]);
        hmac::sign(&key, purpose.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::SecretToken;

    #[test]
    fn a_token_reads_back_in_one_spelling_only() {
        let token = SecretToken::generate().unwrap();
        let text = token.reveal();
        assert_eq!(text.len(), 43);
        assert_eq!(SecretToken::parse(&text).unwrap().hash(), token.hash());
        assert_ne!(SecretToken::generate().unwrap().hash(), token.hash());
        let padded = format!("{}=", *text);
        let tail = format!("{}B", "A".repeat(42));
        for bad in ["", "A", &text[1..], &padded, &tail, "é", &"A".repeat(4096)] {
            assert!(SecretToken::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(format!("{token:?}"), "SecretToken(..)");
    }

    #[test]
    fn what_is_derived_belongs_to_one_token_and_one_purpose() {
        let (token, other) = (
            SecretToken::generate().unwrap(),
            SecretToken::generate().unwrap(),
        );
        let derived = token.derive("csrf");
        assert!(token.has_derived("csrf", &derived));
        for bad in [
            "",
            "é",
            &derived[1..],
            &other.derive("csrf"),
            &token.derive("x"),
        ] {
            assert!(!token.has_derived("csrf", bad), "{bad}");
        }
    }
}
