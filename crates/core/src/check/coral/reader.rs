//! Rules about the reader that the token describes, `user`.

use serde_json::Value;

use super::{
    super::{
        Reader, kind_of,
        rule::{Finding, Rule},
    },
    Coral,
};
use crate::{
    token::{MAX_EMAIL, coral_shows_avatar, coral_takes_uri, looks_like_email},
    user::{Role, UserId},
};

pub(super) fn rules<'a>() -> [Rule<Coral<'a>>; 15] {
    [
        Rule::new("coral-user", "The token has a `user` object", user),
        Rule::new("coral-user-id", "`user.id` is a text", |coral| {
            text(coral, "id")
        }),
        Rule::new("coral-user-email", "`user.email` is a text", |coral| {
            text(coral, "email")
        }),
        Rule::new("coral-user-username", "`user.username` is a text", username),
        Rule::new(
            "coral-username-not-provided",
            "A reader with a `url` has a username",
            not_provided,
        ),
        Rule::new(
            "coral-email-shape",
            "The address looks like one",
            email_shape,
        ),
        Rule::new(
            "coral-email-length",
            "The address has at most 100 characters",
            email_length,
        ),
        Rule::new(
            "coral-email-verified",
            "The address is known to be the reader's",
            email_verified,
        ),
        Rule::new("coral-id-private", "The id gives nobody away", id_private),
        Rule::new(
            "coral-user-badges",
            "`user.badges` is a list of texts",
            badges,
        ),
        Rule::new("coral-user-role", "`user.role` is a role of Coral's", role),
        Rule::new(
            "coral-role-ceiling",
            "The role is no higher than the deployment allows",
            ceiling,
        ),
        Rule::new("coral-user-url", "`user.url` is an absolute URI", |coral| {
            uri(coral, "url")
        }),
        Rule::new(
            "coral-user-avatar",
            "`user.avatar` is an absolute URI",
            |coral| uri(coral, "avatar"),
        ),
        Rule::new(
            "coral-avatar-ending",
            "The picture has an ending that Coral shows",
            avatar_ending,
        ),
    ]
}

const NO_USER: &str = "there is no `user` to look into";

fn user(coral: &Coral<'_>) -> Finding {
    match coral.case.token.claim("user") {
        Some(Value::Object(_)) => Finding::pass("it has"),
        found => Finding::fail(
            found.map_or_else(
                || "there is no `user`; Coral finds no reader in `sub`".to_owned(),
                |other| format!("`user` is {}", kind_of(other)),
            ),
            r#"sign {"user":{"id":"…","email":"…","username":"…"}}"#,
        ),
    }
}

/// A text that has to be there.
fn text(coral: &Coral<'_>, name: &str) -> Finding {
    let Some(user) = coral.user() else {
        return Finding::skip(NO_USER);
    };
    let detail = match user.get(name) {
        Some(Value::String(text)) if !text.is_empty() => {
            return Finding::pass(format!("it is `{text}`"));
        }
        Some(Value::String(_)) => "it is empty".to_owned(),
        Some(other) => format!("it is {}, and Coral wants a text", kind_of(other)),
        None => "it is missing".to_owned(),
    };
    Finding::fail(detail, format!("put the reader's {name} there, as a text"))
}

fn username(coral: &Coral<'_>) -> Finding {
    match (coral.member("username"), coral.member("url")) {
        (None, Some(_)) => Finding::skip("it is missing, and there is a `user.url`"),
        _ => text(coral, "username"),
    }
}

/// Coral has a message of its own for a reader without a username: it sends them to their `url` to choose one.
fn not_provided(coral: &Coral<'_>) -> Finding {
    match (coral.member("username"), coral.member("url")) {
        (None, Some(url)) => Finding::fail(
            format!(
                "there is no username, so Coral answers USERNAME_NOT_PROVIDED and sends the reader to {url}"
            ),
            "give the reader a username before they get a token",
        ),
        (_, None) => Finding::skip("it has no `user.url`"),
        (Some(_), Some(_)) => Finding::pass("they have"),
    }
}

fn email<'a>(coral: &'a Coral<'_>) -> Option<&'a str> {
    let email = coral.member("email")?.as_str()?;
    (!email.is_empty()).then_some(email)
}

const NO_EMAIL: &str = "there is no address";

fn email_shape(coral: &Coral<'_>) -> Finding {
    match email(coral) {
        None => Finding::skip(NO_EMAIL),
        Some(email) if looks_like_email(email) => Finding::pass("it does"),
        Some(email) => Finding::fail(
            format!(
                "`{email}` isn't like name@host.example: Coral makes no account of it (EMAIL_INVALID_FORMAT)"
            ),
            "put a whole e-mail address there, without blanks",
        ),
    }
}

fn email_length(coral: &Coral<'_>) -> Finding {
    match email(coral).map(|email| email.to_lowercase().encode_utf16().count()) {
        None => Finding::skip(NO_EMAIL),
        Some(length) if length <= MAX_EMAIL => Finding::pass(format!("it has {length}")),
        Some(length) => Finding::fail(
            format!("it has {length}: Coral makes no account of it"),
            "use a shorter address",
        ),
    }
}

fn email_verified(coral: &Coral<'_>) -> Finding {
    match coral.case.question.reader {
        Reader::Known { user, .. } if user.email_verified == Some(false) => Finding::warn(
            "the directory says that nobody has verified the address, and Coral takes every address for verified: who names somebody \
             else's logs in as them",
            "verify addresses before readers get tokens",
        ),
        Reader::Known { user, .. } if user.email_verified == Some(true) => Finding::pass("it is"),
        _ => Finding::skip("the directory doesn't say"),
    }
}

fn id_private(coral: &Coral<'_>) -> Finding {
    let Some(id) = coral
        .member("id")
        .and_then(Value::as_str)
        .filter(|id| !id.is_empty())
    else {
        return Finding::skip("there is none");
    };
    let is_email = UserId::parse(id).is_ok_and(|id| id.looks_like_email());
    if is_email || coral.member("username").and_then(Value::as_str) == Some(id) {
        return Finding::warn(
            format!(
                "`{id}` is the reader's {}, and Coral's API shows ids to everybody",
                if is_email {
                    "e-mail address, or looks like one"
                } else {
                    "username"
                }
            ),
            "use an id that says nothing of the reader",
        );
    }
    Finding::pass("it doesn't look as if it did")
}

fn badges(coral: &Coral<'_>) -> Finding {
    const MEND: &str = "write a list of texts, `[]` for none, or leave it out";
    match coral.member("badges") {
        None => Finding::pass("there are none"),
        Some(Value::Null) => Finding::fail("it is null, and Coral takes that for a fault", MEND),
        Some(Value::Array(list)) => match list
            .iter()
            .find(|badge| badge.as_str().is_none_or(str::is_empty))
        {
            None => Finding::pass(format!("it has {}", list.len())),
            Some(odd) => Finding::fail(
                format!("it holds {odd}, which is no text or an empty one"),
                MEND,
            ),
        },
        Some(other) => Finding::fail(format!("it is {}", kind_of(other)), MEND),
    }
}

const ROLES: &str = "COMMENTER, MEMBER, STAFF, MODERATOR or ADMIN";

fn role(coral: &Coral<'_>) -> Finding {
    match coral.member("role") {
        None => Finding::pass("there is none, so Coral keeps the one it knows"),
        Some(Value::String(role)) if Role::parse(role).is_ok() => {
            Finding::pass(format!("it is {role}"))
        }
        Some(other) => Finding::fail(
            format!("it is {other}, and Coral knows {ROLES}"),
            "write one of these in upper case, or leave it out",
        ),
    }
}

fn ceiling(coral: &Coral<'_>) -> Finding {
    let Some(own) = coral.case.question.deployment.policy.claims.coral() else {
        return Finding::skip("the deployment isn't a Coral");
    };
    let role = coral.member("role").and_then(Value::as_str);
    let Some(role) = role.and_then(|role| Role::parse(role).ok()) else {
        return Finding::skip("there is no role");
    };
    if Some(role) <= own.ceiling.max_role {
        return Finding::pass(format!("{role} is allowed"));
    }
    Finding::warn(
        format!(
            "the token makes its reader {role}, which no token of Lanyard's for this deployment does; Coral believes it"
        ),
        "find out who signs with Coral's secret, or raise the deployment's highest role",
    )
}

fn uri(coral: &Coral<'_>, name: &str) -> Finding {
    match coral.member(name) {
        None => Finding::pass("there is none"),
        Some(Value::String(address)) if coral_takes_uri(address) => Finding::pass("it is"),
        Some(other) => Finding::fail(
            format!("it is {other}, and Coral refuses the whole token for that"),
            "write an address such as https://news.example/ann, with other characters escaped, or leave it out",
        ),
    }
}

fn avatar_ending(coral: &Coral<'_>) -> Finding {
    match coral.member("avatar").and_then(Value::as_str) {
        Some(address) if !coral_takes_uri(address) => Finding::skip("it is no address"),
        Some(address) if !coral_shows_avatar(address) => Finding::warn(
            format!(
                "`{address}` doesn't end in .jpg, .jpeg, .gif, .png or .webp: Coral drops it without a word"
            ),
            "use a picture with such an ending",
        ),
        Some(_) => Finding::pass("it has"),
        None => Finding::skip("there is no picture"),
    }
}
