//! Rules about the reader, and about what travels with the token.

use super::{
    super::{
        Reader, Refusal,
        rule::{Finding, Rule},
        time,
    },
    Talk,
};

pub(super) fn rules<'a>() -> [Rule<Talk<'a>>; 4] {
    [
        Rule::new(
            "talk-size",
            "It fits into the 8 kB of headers that Talk reads",
            size,
        ),
        Rule::new(
            "talk-user-known",
            "Talk's look-up finds the reader",
            user_known,
        ),
        Rule::new(
            "talk-username",
            "Talk can make a name of the username",
            username,
        ),
        Rule::new(
            "talk-revocation",
            "Lanyard hasn't revoked what Talk still takes",
            revocation,
        ),
    ]
}

/// What Node 8 reads of headers, in bytes.
const HEADERS: usize = 8 * 1024;
/// The name of the header and what always stands beside it.
const AROUND: usize = "authorization: Bearer \r\n".len();
/// What a browser's other headers take, cookies not counted.
const BESIDES: usize = 2 * 1024;

fn size(talk: &Talk<'_>) -> Finding {
    let length = talk.case.token.text.len();
    if length + AROUND > HEADERS {
        return Finding::fail(
            format!("it has {length} bytes, more than Talk's server reads of headers"),
            "put less into the token",
        );
    }
    if length + AROUND + BESIDES > HEADERS {
        return Finding::warn(
            format!(
                "it has {length} bytes, which leaves little room for cookies and other headers"
            ),
            "put less into the token",
        );
    }
    Finding::pass(format!("it has {length} bytes"))
}

fn user_known(talk: &Talk<'_>) -> Finding {
    match talk.case.question.reader {
        Reader::NotAsked => {
            Finding::skip("nobody looked: no key of this deployment signed the token")
        }
        Reader::Known { .. } => Finding::pass("the directory has them"),
        Reader::Unknown => Finding::warn(
            "nobody in the directory has this id: unless Talk knows the reader already, its look-up gets 404 and they are anonymous",
            "put the reader into the directory",
        ),
    }
}

/// Talk keeps letters of the Latin alphabet and `_` of a username, and nothing else.
fn username(talk: &Talk<'_>) -> Finding {
    let of_record = match talk.case.question.reader {
        Reader::Known { user, .. } => user.username.as_ref().map(AsRef::as_ref),
        Reader::NotAsked | Reader::Unknown => None,
    };
    let Some(name) = talk.case.token.text_claim("username").or(of_record) else {
        return Finding::skip("neither the token nor the directory has a username");
    };
    if name.contains(|c: char| c.is_ascii_alphabetic() || c == '_' || c == ' ') {
        return Finding::pass("it can");
    }
    Finding::warn(
        format!(
            "`{name}` has none of the letters a to z, and Talk drops all others: a reader whom it doesn't know yet gets an error (500)"
        ),
        "give the reader a username with such letters",
    )
}

/// Talk verifies alone, and hears of nothing.
fn revocation(talk: &Talk<'_>) -> Finding {
    let what = match talk.case.question.verdict() {
        Err(Refusal::TokenRevoked) => "the token is revoked here",
        Err(Refusal::UserTokensRevoked) => "the reader's tokens are revoked here",
        Err(Refusal::TenantTokensRevoked) => "all tokens are revoked here",
        Err(Refusal::UserDisabled) => "the reader is disabled here",
        _ => return Finding::pass("nothing is revoked"),
    };
    let until = match talk.case.token.number_claim("exp") {
        Some(end) => format!("until {}", time(end)),
        None => "for ever".to_owned(),
    };
    Finding::warn(
        format!("{what}, and Talk verifies alone: by these rules it takes the token {until}"),
        "to end it there too, log the reader out in Talk, ban them, or take the key out of Talk's settings",
    )
}
