//! Accounts: who people are to Lanyard, apart from any newsroom.

use std::{fmt, str::FromStr};

use serde::Serialize;

pub use crate::id::AccountId;

/// Most bytes of a local part (RFC 5321, section 4.5.3.1.1).
const MAX_LOCAL_PART: usize = 64;
/// Most bytes of an address: a path of 256 without its angle brackets (RFC 5321, section 4.5.3.1.3).
const MAX_ADDRESS: usize = 254;
/// Most characters of a name.
const MAX_NAME: usize = 255;

/// Why a text is no address or name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// Not an address that mail can be sent to.
    #[error("must be an e-mail address such as jane@news.example")]
    Email,
    /// Not a name.
    #[error("must have 1 to 255 characters, none of them invisible")]
    Name,
}

/// The e-mail address of an account: trimmed and in lower case, so that one mailbox has one account.
///
/// A dot-atom before the `@` and a host name after it (RFC 5321, section 4.1.2), all ASCII: no two addresses look
/// alike, and none needs quoting in a header. A host name in another script is written as its `xn--` form.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct AccountEmail(Box<str>);

impl AccountEmail {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.0
            .split_once('@')
            .map_or("", |(local_part, _)| local_part)
    }
}

impl FromStr for AccountEmail {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        let text = text.trim_matches(' ');
        let (local_part, host) = text.split_once('@').ok_or(AccountError::Email)?;
        let good = text.len() <= MAX_ADDRESS
            && local_part.len() <= MAX_LOCAL_PART
            && local_part.split('.').all(is_atom)
            && host.split('.').all(is_label);
        if good {
            Ok(Self(text.to_ascii_lowercase().into()))
        } else {
            Err(AccountError::Email)
        }
    }
}

impl fmt::Display for AccountEmail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for AccountEmail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AccountEmail(..)")
    }
}

/// An atom (RFC 5322, section 3.2.3).
fn is_atom(text: &str) -> bool {
    let special = |byte| b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || special(byte))
}

/// A label of a host name (RFC 1123, section 2.1).
fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// What somebody is called, as it is shown to colleagues: 1 to 255 characters without white space around them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PersonName(Box<str>);

impl PersonName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PersonName {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        let text = text.trim();
        let length = text.chars().count();
        if (1..=MAX_NAME).contains(&length) && !text.chars().any(is_invisible) {
            Ok(Self(text.into()))
        } else {
            Err(AccountError::Name)
        }
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Control characters, line breaks, and what turns or hides the text beside it. The joiners U+200C and U+200D stay:
/// Persian and Indic names are written with them.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::{AccountEmail, AccountError, PersonName};

    #[test]
    fn an_address_is_read_as_one_mailbox() {
        let email: AccountEmail = " Jane.Doe+x@News.Example ".parse().unwrap();
        assert_eq!(email.as_str(), "jane.doe+x@news.example");
        assert_eq!(email.local_part(), "jane.doe+x");
        assert!("owner@localhost".parse::<AccountEmail>().is_ok());
        assert_eq!(format!("{email:?}"), "AccountEmail(..)");
    }

    #[test]
    fn what_needs_quoting_or_looks_like_another_is_no_address() {
        let long = format!("{}@b.example", "a".repeat(65));
        let longer = format!("a@{}example", "b123456789.".repeat(23));
        for bad in [
            "",
            "jane",
            "@news.example",
            "jane@",
            "a@b@c",
            "a..b@c",
            ".a@c",
            "a.@c",
            "a b@c",
            "\"a\"@c",
            "a@c.",
            "a@-c",
            "a@c d",
            "a@[127.0.0.1]",
            "jane@nëws.example",
            "jаne@news.example",
            "a@c\r\nBcc: x@y",
            "a\0@c",
            "Jane <a@c>",
            "a@c,b@c",
            &long,
            &longer,
        ] {
            assert_eq!(
                bad.parse::<AccountEmail>(),
                Err(AccountError::Email),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_name_hides_nothing() {
        for good in [
            "Jane",
            " Jane Doe ",
            "日本",
            "می\u{200c}خواهم",
            &"é".repeat(255),
        ] {
            assert_eq!(good.parse::<PersonName>().unwrap().as_str(), good.trim());
        }
        for bad in [
            "",
            "  ",
            "a\0",
            "a\nb",
            "a\u{202e}b",
            "\u{200b}",
            "a\u{2066}b",
            &"é".repeat(256),
        ] {
            assert_eq!(
                bad.parse::<PersonName>(),
                Err(AccountError::Name),
                "{bad:?}"
            );
        }
    }
}
