//! Passwords of accounts: which are good enough, and how they are kept.

mod hash;
mod policy;

use std::fmt;

use serde::{Deserialize, Deserializer, de::Error as _};
use zeroize::Zeroizing;

pub use hash::{HashError, Verdict, hash, verify};
pub use policy::{PasswordProblem, check_new};

/// Most bytes of a password. More is refused before anything is computed; nothing is ever cut off.
pub const MAX_BYTES: usize = 1024;

/// A password in clear, as somebody sent it: 1 to 1,024 bytes.
pub struct Password(Zeroizing<String>);

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(..)")
    }
}

impl Password {
    /// Takes a text; `None` when it is empty or too long for any password.
    #[must_use]
    pub fn parse(text: String) -> Option<Self> {
        let text = Zeroizing::new(text);
        (1..=MAX_BYTES).contains(&text.len()).then_some(Self(text))
    }

    fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(String::deserialize(deserializer)?)
            .ok_or_else(|| D::Error::custom("must have 1 to 1024 bytes"))
    }
}
