//! A reader as Coral 5 to 9 takes one from a token, and Coral's own rules for it.

use crate::{
    json::push_string,
    profile::Ceiling,
    user::{Email, Role, User},
};

/// The longest e-mail address of a new Coral user, in UTF-16 units as JavaScript counts them.
pub(crate) const MAX_EMAIL: usize = 100;

/// The endings of pictures that Coral shows; it drops others without a word.
const PICTURES: [&str; 5] = [".jpg", ".jpeg", ".gif", ".png", ".webp"];

/// Why Coral would refuse a reader's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CoralFault {
    /// `user.email` is required.
    #[error("the reader has no e-mail address, and Coral refuses a token without one")]
    NoEmail,
    /// A new user's address has to look like one, and be short.
    #[error(
        "the reader's e-mail address isn't one that Coral takes: at most 100 characters, like name@host.example"
    )]
    BadEmail,
    /// `user.username` is required.
    #[error("the reader has no username, and Coral refuses a token without one")]
    NoUsername,
}

impl CoralFault {
    /// The member of the reader's record that is wrong.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::NoEmail | Self::BadEmail => "email",
            Self::NoUsername => "username",
        }
    }
}

/// All that Coral would refuse in a reader; the id is judged apart, since that rule is the tenant's.
#[must_use]
pub fn coral_faults(reader: Option<&User>) -> Vec<CoralFault> {
    let email = reader.and_then(|reader| reader.email.as_ref());
    let mut faults = Vec::new();
    match email {
        None => faults.push(CoralFault::NoEmail),
        Some(email) if !takes_email(email) => faults.push(CoralFault::BadEmail),
        Some(_) => {}
    }
    if reader.is_none_or(|reader| reader.username.is_none()) {
        faults.push(CoralFault::NoUsername);
    }
    faults
}

fn takes_email(email: &Email) -> bool {
    let text: &str = email.as_ref();
    looks_like_email(text) && text.encode_utf16().count() <= MAX_EMAIL
}

/// Coral's own pattern, `^\S+@\S+.\S+$`, as JavaScript reads it: the point stands for any one character.
pub(crate) fn looks_like_email(text: &str) -> bool {
    let blank = |c: char| (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}';
    let ends_line = |c: char| matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}');
    text.match_indices('@').any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + 1..]);
        let after: Vec<char> = after.chars().collect();
        let [first, inner @ .., last] = &after[..] else {
            return false;
        };
        let mut blanks = inner.iter().copied().filter(|c| blank(*c));
        !before.is_empty()
            && !before.chars().any(blank)
            && !inner.is_empty()
            && !blank(*first)
            && !blank(*last)
            && blanks.next().is_none_or(|only| !ends_line(only))
            && blanks.next().is_none()
    })
}

/// Whether Coral takes a text for the address of a page or a picture: an absolute URI (RFC 3986, section 4.3), with each
/// part in the characters that it may have.
pub(crate) fn coral_takes_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let good_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let good_path = match rest.strip_prefix("//") {
        Some(after) => {
            let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
            is_authority(authority) && is_of(path, b":@/")
        }
        None => !rest.is_empty() && is_of(rest, b":@/"),
    };
    good_scheme && good_path && is_of(query, b":@/?") && is_of(fragment, b":@/?")
}

/// `[user@]host[:port]`
fn is_authority(text: &str) -> bool {
    let (user, place) = text.rsplit_once('@').unwrap_or(("", text));
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let good_place = match place.strip_prefix('[') {
        Some(rest) => rest.split_once(']').is_some_and(|(address, port)| {
            address.parse::<std::net::Ipv6Addr>().is_ok()
                && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
        }),
        None => {
            let (host, port) = place.split_once(':').unwrap_or((place, ""));
            !host.is_empty() && is_of(host, b"") && is_port(port)
        }
    };
    good_place && is_of(user, b":")
}

/// Whether a text has only unreserved characters, sub-delimiters and whole escapes (RFC 3986, sections 2.1 to 2.3), and
/// some more.
fn is_of(text: &str, more: &[u8]) -> bool {
    let plain = |byte: u8| {
        byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=%".contains(&byte) || more.contains(&byte)
    };
    let whole = |after: &str| {
        let digits = after.as_bytes().get(..2);
        digits.is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit))
    };
    text.bytes().all(plain) && text.split('%').skip(1).all(whole)
}

/// Whether Coral shows the picture at this address.
#[must_use]
pub fn coral_shows_avatar(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    path.find('/').is_some_and(|slash| {
        PICTURES
            .iter()
            .any(|ending| path[slash..].ends_with(ending))
    })
}

/// Writes `"user":{…}`, in which what is absent is left out: Coral takes `null` for a fault, and what isn't there for "as
/// it was". So are addresses that Coral doesn't take: the reader matters more than a link.
pub(super) fn push_user(claims: &mut String, reader: &User, ceiling: Ceiling) {
    claims.push_str("\"user\":{\"id\":");
    push_string(claims, reader.id.as_str());
    let url = reader.url.as_ref().map(AsRef::as_ref);
    let avatar = reader.avatar.as_ref().map(AsRef::as_ref);
    let texts = [
        ("email", reader.email.as_ref().map(AsRef::as_ref)),
        ("username", reader.username.as_ref().map(AsRef::as_ref)),
        ("role", ceiling.role(reader).map(Role::as_str)),
        ("url", url.filter(|address| coral_takes_uri(address))),
        (
            "avatar",
            avatar.filter(|address| coral_takes_uri(address) && coral_shows_avatar(address)),
        ),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            claims.push_str(",\"");
            claims.push_str(name);
            claims.push_str("\":");
            push_string(claims, text);
        }
    }
    if let Some(badges) = reader.badges.as_ref().filter(|_| ceiling.badges) {
        claims.push_str(",\"badges\":[");
        for (at, badge) in badges.iter().enumerate() {
            if at > 0 {
                claims.push(',');
            }
            push_string(claims, badge);
        }
        claims.push(']');
    }
    claims.push('}');
}

#[cfg(test)]
mod tests {
    use super::{CoralFault, coral_faults, coral_shows_avatar, coral_takes_uri, looks_like_email};
    use crate::user::User;

    fn faults(record: &str) -> Vec<CoralFault> {
        coral_faults(Some(&User::from_json(record.as_bytes()).unwrap()))
    }

    #[test]
    fn coral_wants_an_email_address_and_a_username() {
        assert_eq!(
            faults(r#"{"id":"1"}"#),
            [CoralFault::NoEmail, CoralFault::NoUsername]
        );
        assert_eq!(coral_faults(None).len(), 2);
        assert_eq!(faults(r#"{"id":"1","email":"a@b.c","username":"a"}"#), []);
        for email in ["a@b", "a@bc", &format!("{}@post.example", "a".repeat(90))] {
            let record = format!(r#"{{"id":"1","email":"{email}","username":"a"}}"#);
            assert_eq!(faults(&record), [CoralFault::BadEmail], "{email}");
        }
    }

    #[test]
    fn coral_shows_pictures_with_five_endings() {
        for (address, shown) in [
            ("https://post.example/a.png", true),
            ("https://post.example/a.webp?size=1", true),
            ("https://post.example/a.svg", false),
            ("https://post.example/a?b=.png", false),
            ("https://post.example#.png", false),
            ("https://post.png", false),
        ] {
            assert_eq!(coral_shows_avatar(address), shown, "{address}");
        }
    }

    #[test]
    fn an_address_is_matched_as_javascript_matches_it() {
        for good in [
            "a@b.c",
            "a@bcd",
            "@@@@@",
            "a@b c",
            "é@é.é",
            "a@b@c.d",
            "a\u{85}@b.c",
        ] {
            assert!(looks_like_email(good), "{good}");
        }
        for bad in [
            "",
            "a@bc",
            "@b.c",
            "a b@c.d",
            "a@ b.c",
            "a@b.c ",
            "a@b\nc",
            "a@b  c",
            "a\u{feff}@b.c",
        ] {
            assert!(!looks_like_email(bad), "{bad}");
        }
    }

    #[test]
    fn an_absolute_uri_is_told_from_what_only_looks_like_one() {
        for good in [
            "https://post.example",
            "https://u:p@post.example:8080/a;b?c=/?d#e",
            "http://[::1]:3000/",
            "mailto:ann@post.example",
            "https://post.example/%C3%A9",
        ] {
            assert!(coral_takes_uri(good), "{good}");
        }
        for bad in [
            "",
            "/a.png",
            "post.example",
            "//post.example/",
            "https://",
            "https:///a",
            "https://a b",
            "https://é.example",
            "https://a/%zz",
            "http://a[b/",
            "http://a@b@c/",
            "http://a:b/",
            "http://[1]/",
            "https://a/[b]",
            "1a:b",
            "a:",
            "https://a/#b#c",
        ] {
            assert!(!coral_takes_uri(bad), "{bad}");
        }
    }
}
