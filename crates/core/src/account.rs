//! Accounts: people who run newsrooms or the platform.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::user::Email;

/// An account (UUIDv7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub Uuid);

impl fmt::Display for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The e-mail address of an account, trimmed and in lower case: two spellings are one account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct AccountEmail(Box<str>);

/// Not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address")]
pub struct NoEmail;

impl AccountEmail {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountEmail {
    type Err = NoEmail;

    fn from_str(text: &str) -> Result<Self, NoEmail> {
        let text = text.trim().to_lowercase();
        // Mail goes there, so it has to be plain enough for every server: no quotes, no comments, no address literals.
        let (local, domain) = text.rsplit_once('@').ok_or(NoEmail)?;
        let plain_local = local
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte))
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let plain = (1..=64).contains(&local.len())
            && plain_local
            && domain.contains('.')
            && domain.split('.').all(label)
            && text.len() <= 254;
        if !plain || Email::try_from(text.clone()).is_err() {
            return Err(NoEmail);
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for AccountEmail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::AccountEmail;

    #[test]
    fn spellings_of_an_address_are_one_and_odd_ones_are_refused() {
        let email: AccountEmail = " Ann.Lee+desk@The-Post.Example ".parse().unwrap();
        assert_eq!(email.as_str(), "ann.lee+desk@the-post.example");
        for bad in [
            "",
            "ann",
            "ann@",
            "@a.b",
            "ann@localhost",
            "a b@c.d",
            "\"a\"@c.d",
            "a@[127.0.0.1]",
            "a@b.c\r\nBcc: x@y.z",
            "a..b@c.d",
            "a@-b.c",
            "é@c.d",
        ] {
            assert!(bad.parse::<AccountEmail>().is_err(), "{bad}");
        }
    }
}
