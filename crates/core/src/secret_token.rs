//! Secrets that a browser or a letter carries: session ids, links that are good once. Kept as SHA-256 only.

use std::fmt;

use aws_lc_rs::{error::Unspecified, rand};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::audit::digest;

const LENGTH: usize = 32;

/// 256 random bits, as text: base64url without padding (RFC 4648, section 5).
pub struct SecretToken(Zeroizing<String>);

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
        rand::fill(&mut bytes[..])?;
        Ok(Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(&bytes[..]))))
    }

    /// Reads one that somebody presents; `None` when it can't be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        (bytes.len() == LENGTH).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The hash under which it is stored and looked up.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        digest(self.0.as_bytes())
    }

    /// The secret itself, for the one place that hands it out.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::SecretToken;

    #[test]
    fn a_token_reads_back_and_nothing_else_does() {
        let token = SecretToken::generate().unwrap();
        let again = SecretToken::parse(token.reveal()).unwrap();
        assert_eq!(token.hash(), again.hash());
        assert_eq!(format!("{token:?}"), "SecretToken(..)");
        let longer = format!("{}A", token.reveal());
        for bad in ["", "abc", &longer, "\"quoted\"", &"=".repeat(43)] {
            assert!(SecretToken::parse(bad).is_none(), "{bad}");
        }
    }
}
