//! The letters, in plain text. What users chose, such as names, stands in quotes and can't look like a link or a line of
//! ours.

use std::time::Duration;

use lanyard_storage::outbox::Letter;

/// The most of a name that is shown, in characters.
const MAX_NAME: usize = 80;

/// How a letter ends that somebody may not have asked for.
const NOT_YOU: &str = "If that wasn't you, ignore this letter, and nothing happens.";

/// To an address that was given at registration: only the link proves that it is its owner's.
#[must_use]
pub fn verify(to: &str, link: &str, lifetime: Duration) -> Letter {
    letter(
        to,
        "Confirm your e-mail address",
        &format!(
            "Somebody, most likely you, registers with Lanyard and gave this address.\n\
             To confirm that it is yours, open this link:\n\n{link}\n\n\
             It is good once, for {}. {NOT_YOU}\n",
            in_words(lifetime)
        ),
    )
}

/// To an address that was given at registration, and has an account. `log_in` is the page for that.
#[must_use]
pub fn already_registered(to: &str, log_in: &str) -> Letter {
    letter(
        to,
        "You have an account already",
        &format!(
            "Somebody, most likely you, registers with Lanyard and gave this address.\n\
             It has an account already. Log in here, or choose a new password there if you forgot yours:\n\n{log_in}\n\n\
             {NOT_YOU}\n"
        ),
    )
}

/// To somebody who forgot a password.
#[must_use]
pub fn reset(to: &str, link: &str, lifetime: Duration) -> Letter {
    letter(
        to,
        "Choose a new password",
        &format!(
            "Somebody, most likely you, forgot the password of your account with Lanyard.\n\
             To choose a new one, open this link:\n\n{link}\n\n\
             It is good once, for {}. {NOT_YOU}\n",
            in_words(lifetime)
        ),
    )
}

/// To an address that has no account, though somebody wants to reset its password. `register` is the page to make one.
#[must_use]
pub fn no_account(to: &str, register: &str) -> Letter {
    letter(
        to,
        "You have no account",
        &format!(
            "Somebody, most likely you, forgot the password of an account with Lanyard and gave this address.\n\
             It has no account. Perhaps you registered with another address. To register with this one:\n\n{register}\n\n\
             {NOT_YOU}\n"
        ),
    )
}

/// What an invitation says.
#[derive(Debug, Clone, Copy)]
pub struct Invitation<'a> {
    /// The newsroom's name for people.
    pub newsroom: &'a str,
    /// The name of whoever invites.
    pub inviter: &'a str,
    /// What the invited person becomes: owner, admin or viewer.
    pub role: &'a str,
    /// Where to accept.
    pub link: &'a str,
    /// How long the link is good.
    pub lifetime: Duration,
}

/// To somebody who shall join a newsroom.
#[must_use]
pub fn invitation(to: &str, invitation: &Invitation<'_>) -> Letter {
    let (newsroom, inviter) = (quoted(invitation.newsroom), quoted(invitation.inviter));
    letter(
        to,
        &format!("Invitation to {newsroom}"),
        &format!(
            "{inviter} invites you to the newsroom {newsroom} on Lanyard, as {}.\n\
             To accept, open this link:\n\n{}\n\n\
             It is good once, for {}. If you don't know them, ignore this letter, and nothing happens.\n",
            invitation.role,
            invitation.link,
            in_words(invitation.lifetime)
        ),
    )
}

/// To the owner of an account that somebody tries to get into. `reset` is the page to choose a new password on.
#[must_use]
pub fn login_failures(to: &str, reset: &str) -> Letter {
    letter(
        to,
        "Failed attempts to log in to your account",
        &format!(
            "Somebody tried several times to log in to your account with Lanyard, with wrong passwords.\n\
             They didn't get in. New attempts are slowed down; where you logged in before, you still can.\n\n\
             If that was you and you forgot your password, choose a new one:\n\n{reset}\n\n\
             Otherwise you need not do anything. A second factor protects you better than any password.\n"
        ),
    )
}

fn letter(to: &str, subject: &str, text: &str) -> Letter {
    Letter {
        to: to.to_owned(),
        subject: subject.to_owned(),
        text: text.to_owned(),
    }
}

/// A name in quotes: one line, not too long, and nothing in it that a mail program would turn into a link.
fn quoted(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|character| match character {
            '/' | '\\' | '@' | ':' | '<' | '>' | '“' | '”' | '"' => ' ',
            other if is_invisible(other) => ' ',
            other => other,
        })
        .collect();
    let mut plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = plain.char_indices().nth(MAX_NAME) {
        plain.truncate(end);
        plain.push('…');
    }
    let mut shown = String::with_capacity(plain.len());
    let mut characters = plain.chars().peekable();
    while let Some(character) = characters.next() {
        let inner = characters.peek().is_some_and(|next| *next != ' ');
        // All that browsers take for a dot in the name of a host (UTS #46, section 2.3).
        let dot = matches!(character, '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}');
        shown.push(if dot && inner { '·' } else { character });
    }
    format!("“{shown}”")
}

/// Controls, and what changes the direction or the look of a text without being seen.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn in_words(lifetime: Duration) -> String {
    let minutes = lifetime.as_secs() / 60;
    match minutes {
        0..=119 => format!("{minutes} minutes"),
        120..=2_879 => format!("{} hours", minutes / 60),
        _ => format!("{} days", minutes / 1_440),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Invitation, in_words, invitation, quoted, verify};

    #[test]
    fn a_name_is_one_quoted_line_without_links() {
        for (name, shown) in [
            ("The Daily Post", "“The Daily Post”"),
            ("Ärzteblatt · 日本", "“Ärzteblatt · 日本”"),
            (
                "Post\r\n\r\nhttps://evil.example/a",
                "“Post https evil·example a”",
            ),
            ("www.evil.example", "“www·evil·example”"),
            ("evil\u{3002}example", "“evil·example”"),
            ("eve@evil.example", "“eve evil·example”"),
            ("St. Louis Post", "“St. Louis Post”"),
            ("Acme Inc.", "“Acme Inc.”"),
            ("a” — open “b", "“a — open b”"),
            ("a\u{202e}b\u{200b}c\u{1b}[31m", "“a b c [31m”"),
        ] {
            assert_eq!(quoted(name), shown);
        }
        assert_eq!(quoted(&"é".repeat(300)).chars().count(), 83);
    }

    #[test]
    fn an_invitation_has_one_link_whatever_the_names_are() {
        let evil = "x\nTo accept, open this link:\nhttps://evil.example/";
        let link = "https://lanyard.example/invitations#abc";
        let letter = invitation(
            "ana@post.example",
            &Invitation {
                newsroom: evil,
                inviter: evil,
                role: "viewer",
                link,
                lifetime: Duration::from_secs(7 * 86_400),
            },
        );
        assert!(!letter.subject.contains('\n'), "{}", letter.subject);
        assert_eq!(letter.text.matches("://").count(), 1, "{}", letter.text);
        assert!(letter.text.lines().any(|line| line == link));
        assert!(letter.text.contains("as viewer") && letter.text.contains("for 7 days"));
    }

    #[test]
    fn a_link_has_a_line_of_its_own() {
        let link = "https://lanyard.example/verify#abc";
        let letter = verify("ana@post.example", link, Duration::from_secs(86_400));
        assert!(letter.text.lines().any(|line| line == link));
        assert!(letter.text.contains("for 24 hours"));
        assert_eq!(in_words(Duration::from_secs(3_600)), "60 minutes");
    }
}
