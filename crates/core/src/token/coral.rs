//! A reader as Coral 5 to 9 takes one from a token, and Coral's own rules for it.

use crate::{
    json::push_string,
    profile::Ceiling,
    user::{Email, Role, User},
};

/// The longest e-mail address of a new Coral user, in UTF-16 units as JavaScript counts them.
const MAX_EMAIL: usize = 100;

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

/// Coral's own pattern: something, an `@`, and three characters or more.
fn takes_email(email: &Email) -> bool {
    let text: &str = email.as_ref();
    let at = text.char_indices().skip(1).find(|(_, c)| *c == '@');
    at.is_some_and(|(at, _)| text[at + 1..].chars().count() >= 3)
        && text.encode_utf16().count() <= MAX_EMAIL
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
/// it was".
pub(super) fn push_user(claims: &mut String, reader: &User, ceiling: Ceiling) {
    claims.push_str("\"user\":{\"id\":");
    push_string(claims, reader.id.as_str());
    let avatar = reader.avatar.as_ref().map(AsRef::as_ref);
    let texts = [
        ("email", reader.email.as_ref().map(AsRef::as_ref)),
        ("username", reader.username.as_ref().map(AsRef::as_ref)),
        ("role", ceiling.role(reader).map(Role::as_str)),
        ("url", reader.url.as_ref().map(AsRef::as_ref)),
        (
            "avatar",
            avatar.filter(|address| coral_shows_avatar(address)),
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
    use super::{CoralFault, coral_faults, coral_shows_avatar};
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
}
