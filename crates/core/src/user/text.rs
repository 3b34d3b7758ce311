//! The texts of a user, each checked once and then carried as a type of its own.

use std::{borrow::Borrow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::error::{Problem, UserError};

/// Most characters (Unicode scalar values) of an id, a username or a badge.
pub const MAX_NAME_CHARS: usize = 255;
/// Most bytes of an e-mail address: a forward path of 256 without its angle brackets (RFC 5321, section 4.5.3.1.3).
pub const MAX_EMAIL_BYTES: usize = 254;
/// Most characters of a URL.
pub const MAX_URL_CHARS: usize = 2048;

/// Gives a text type its reading, printing and (de)serialising; the type's `check` decides what it may hold.
macro_rules! text_type {
    ($name:ident, $field:literal, $check:expr) => {
        impl $name {
            /// Checks `text` and takes it as it is: nothing is trimmed, folded or normalised.
            ///
            /// # Errors
            #[doc = concat!("[`UserError::Field`] for `", $field, "`.")]
            pub fn parse(text: &str) -> Result<Self, UserError> {
                Self::try_from(text)
            }

            /// The text as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<&str> for $name {
            type Error = UserError;

            fn try_from(text: &str) -> Result<Self, UserError> {
                $check(text).map_err(UserError::at($field))?;
                Ok(Self(text.into()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = UserError;

            fn try_from(text: String) -> Result<Self, UserError> {
                $check(&text).map_err(UserError::at($field))?;
                Ok(Self(text.into_boxed_str()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::try_from(String::deserialize(deserializer)?).map_err(D::Error::custom)
            }
        }
    };
}

/// A reader's id: the newsroom's own string, 1 to 255 characters, compared byte for byte.
///
/// Never normalised: whether `é` was typed as one character or as two, the id is the one that the newsroom's system
/// wrote. Control characters and the line breaks U+2028 and U+2029 are refused, since ids are printed in logs and
/// reports; invisible and bidirectional characters aren't.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(Box<str>);

text_type!(UserId, "id", check_name);

impl UserId {
    /// Whether the id could be taken for an e-mail address. Talk looks a token's `sub` up among the ids of linked
    /// profiles too, so a reader whose id is somebody's address can log in as that somebody.
    #[must_use]
    pub fn looks_like_email(&self) -> bool {
        has_inner_at(&self.0)
    }
}

/// Lets a map keyed by ids be asked with a `&str`; both hash and compare by bytes.
impl Borrow<str> for UserId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// An e-mail address, as leniently as Coral reads one: something, `@`, something, no white space, at most 254 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(Box<str>);

text_type!(Email, "email", check_email);

/// The name shown beside a comment: 1 to 255 characters, no control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Username(Box<str>);

text_type!(Username, "username", check_name);

/// An absolute `http` or `https` URL in the characters of RFC 3986, at most 2,048 of them.
///
/// Coral refuses the whole token, and so the reader, for a `url` or an `avatar` that isn't one. Other schemes are
/// refused because the address ends in a link.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Url(Box<str>);

text_type!(Url, "url", check_url);

impl Url {
    /// As [`Url::parse`], for a member of another name than `url`.
    pub(super) fn parse_for(field: &'static str, text: String) -> Result<Self, UserError> {
        check_url(&text).map_err(UserError::at(field))?;
        Ok(Self(text.into_boxed_str()))
    }
}

/// An id, a username or a badge.
pub(super) fn check_name(text: &str) -> Result<(), Problem> {
    if text.is_empty() {
        return Err(Problem::Empty);
    }
    // No text of so few bytes has more characters, and most ids are that short.
    if text.len() > MAX_NAME_CHARS && text.chars().count() > MAX_NAME_CHARS {
        return Err(Problem::TooLong(MAX_NAME_CHARS));
    }
    if text.chars().any(breaks_a_line) {
        return Err(Problem::ControlCharacter);
    }
    Ok(())
}

fn check_email(text: &str) -> Result<(), Problem> {
    let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    if plain && text.len() <= MAX_EMAIL_BYTES && has_inner_at(text) {
        Ok(())
    } else {
        Err(Problem::NotEmail)
    }
}

fn check_url(text: &str) -> Result<(), Problem> {
    if text.len() > MAX_URL_CHARS {
        return Err(Problem::TooLong(MAX_URL_CHARS));
    }
    let is_url = web_address(text).is_some_and(|(authority, rest)| {
        !authority.is_empty()
            && authority
                .bytes()
                .all(|b| is_url_byte(b) || matches!(b, b'[' | b']'))
            && rest.bytes().all(|b| is_url_byte(b) || b == b'#')
            && rest.bytes().filter(|&b| b == b'#').count() <= 1
            && percent_signs_are_escapes(text)
    });
    if is_url { Ok(()) } else { Err(Problem::NotUrl) }
}

/// What stands between `http://` and the path, and what follows.
fn web_address(text: &str) -> Option<(&str, &str)> {
    let (scheme, after) = text.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    Some(after.split_at(after.find(['/', '?', '#']).unwrap_or(after.len())))
}

/// The reserved and unreserved characters of RFC 3986, section 2, without `#`, `[` and `]`, which have one place each.
fn is_url_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?@!$&'()*+,;=%".contains(&byte)
}

fn percent_signs_are_escapes(text: &str) -> bool {
    text.split('%').skip(1).all(|after| {
        let digits = after.as_bytes().get(..2);
        digits.is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit))
    })
}

fn breaks_a_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether an `@` has something on both sides.
fn has_inner_at(text: &str) -> bool {
    text.char_indices()
        .any(|(at, c)| c == '@' && at > 0 && at + 1 < text.len())
}

#[cfg(test)]
mod tests {
    use super::{Email, Url, UserId, Username};

    #[test]
    fn an_id_is_kept_byte_for_byte() {
        for id in [
            "1",
            " 1",
            "é",
            "e\u{301}",
            "a\u{200b}b",
            "\u{202e}x",
            "../..",
            "日本",
        ] {
            assert_eq!(UserId::parse(id).expect(id).as_str(), id);
        }
        assert_ne!(UserId::parse("é"), UserId::parse("e\u{301}"));
        assert_ne!(UserId::parse("A"), UserId::parse("a"));
    }

    #[test]
    fn an_id_has_1_to_255_characters_none_of_them_a_control_character() {
        assert!(UserId::parse(&"é".repeat(255)).is_ok());
        for id in [
            String::new(),
            "é".repeat(256),
            "a\0".into(),
            "a\nb".into(),
            "a\u{7f}".into(),
            "a\u{85}".into(),
            "a\u{2028}".into(),
            "\u{2029}a".into(),
        ] {
            assert!(UserId::parse(&id).is_err(), "{id:?}");
        }
    }

    #[test]
    fn an_id_that_could_be_an_email_address_is_told() {
        for (id, expected) in [
            ("a@b", true),
            ("a@b@", true),
            ("@a@b", true),
            ("@bob", false),
            ("bob@", false),
            ("@", false),
            ("bob", false),
            ("é@", false),
        ] {
            assert_eq!(
                UserId::parse(id).expect(id).looks_like_email(),
                expected,
                "{id}"
            );
        }
    }

    #[test]
    fn an_email_is_something_at_something_without_spaces() {
        for email in ["bob@coralproject.net", "a@b", "ü@ü.de", "a@b@c"] {
            assert!(Email::parse(email).is_ok(), "{email}");
        }
        let long = format!("{}@b.example", "a".repeat(250));
        for email in [
            "",
            "bob",
            "@b",
            "a@",
            "a b@c",
            "a@b\u{a0}",
            "a@b\n",
            "a\u{0}@b",
            &long,
        ] {
            assert!(Email::parse(email).is_err(), "{email:?}");
        }
    }

    #[test]
    fn a_username_may_have_spaces_but_no_control_characters() {
        assert!(Username::parse("Jane Doe 99").is_ok());
        for name in ["", "a\tb", "a\u{9b}b"] {
            assert!(Username::parse(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_url_is_absolute_and_of_the_web() {
        for url in [
            "https://news.example/u/1?a=1&b=%20#top",
            "http://[::1]:80",
            "HTTPS://x.example/a.png",
        ] {
            assert!(Url::parse(url).is_ok(), "{url}");
        }
        let long = format!("https://x.example/{}", "a".repeat(2048));
        for url in [
            "",
            "/a.png",
            "//x.example/a",
            "javascript:alert(1)",
            "data:image/png;base64,AA==",
            "https://",
            "https:///a",
            "https://x.example/a b",
            "https://x.example/é",
            "https://x.example/%zz",
            "https://x.example/%4",
            "https://x.example/a[]=1",
            "https://x.example/#a#b",
            "https://x.example/\u{0}",
            "https://x.example/\"><script>",
            &long,
        ] {
            assert!(Url::parse(url).is_err(), "{url:?}");
        }
    }

    #[test]
    fn a_text_is_serialised_as_itself_and_checked_when_read_back() {
        let id = UserId::parse("a\"b").expect("id");
        let json = serde_json::to_string(&id).expect("JSON");
        assert_eq!(json, r#""a\"b""#);
        assert_eq!(serde_json::from_str::<UserId>(&json).expect("id"), id);
        assert!(serde_json::from_str::<UserId>(r#""""#).is_err());
        assert!(serde_json::from_str::<UserId>("1").is_err());
    }
}
