//! Exchange codes: what a reader's browser gets from its newsroom's site, and gives for a token. `lyx_<random><checksum>`,
//! good once and for a minute, kept as SHA-256 only.

use std::fmt;

use aws_lc_rs::{
    digest::{SHA256, digest},
    error::Unspecified,
};
use zeroize::Zeroizing;

use crate::checksummed::{self, LENGTH};

/// What every code begins with, so that secret scanners know one.
const PREFIX: &str = "lyx_";

/// For how many seconds a code is good.
pub const LIFETIME: i64 = 60;

/// A code in clear.
pub struct ExchangeCode(Zeroizing<String>);

impl fmt::Debug for ExchangeCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ExchangeCode(..)")
    }
}

impl ExchangeCode {
    /// Makes a new one.
    ///
    /// # Errors
    /// The system has no random bytes.
    pub fn generate() -> Result<Self, Unspecified> {
        let mut text = Zeroizing::new(PREFIX.to_owned());
        checksummed::push_random(&mut text)?;
        Ok(Self(text))
    }

    /// Reads one that somebody presents; `None` when it can't be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let secret = text.strip_prefix(PREFIX)?;
        let good = secret.len() == LENGTH && checksummed::is_whole(text);
        good.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// What it is stored and looked up by (SHA-256). Whoever reads a hash can't present it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, self.0.as_bytes()).as_ref());
        hash
    }

    /// The code itself, to be handed out.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// After how many seconds a browser should get the next token: early enough that one failure leaves time for another try.
/// `lifetime` is the token's own, in seconds.
#[must_use]
pub const fn refresh_after(lifetime: i64) -> i64 {
    lifetime - lifetime / 10
}

#[cfg(test)]
mod tests {
    use super::{ExchangeCode, refresh_after};

    #[test]
    fn a_code_reads_back_and_a_mistyped_one_does_not() {
        let code = ExchangeCode::generate().unwrap();
        let text = code.reveal().to_owned();
        assert_eq!((&text[..4], text.len()), ("lyx_", 42));
        assert_eq!(ExchangeCode::parse(&text).unwrap().hash(), code.hash());
        assert_ne!(ExchangeCode::generate().unwrap().hash(), code.hash());
        assert_eq!(format!("{code:?}"), "ExchangeCode(..)");
        for index in 0..text.len() {
            let mut typed: Vec<char> = text.chars().collect();
            typed[index] = if typed[index] == 'x' { 'y' } else { 'x' };
            let typed: String = typed.into_iter().collect();
            assert!(ExchangeCode::parse(&typed).is_none(), "{typed}");
        }
        let longer = format!("{text}0");
        for bad in ["", "lyx_", "é", &text[1..], &text[..41], &longer] {
            assert!(ExchangeCode::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_next_token_comes_before_the_last_one_ends() {
        assert_eq!(refresh_after(60), 54);
        assert_eq!(refresh_after(6 * 3600), 19_440);
    }
}
