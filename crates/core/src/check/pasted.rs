//! What was pasted as the token: whether it is one at all.

use super::{
    Section, Verdict,
    decoded::{Decoded, Pasted, Unreadable},
    rule::{Finding, Rule, try_all},
    verdict,
};

pub(super) struct Text<'a> {
    pasted: &'a Pasted,
    decoded: &'a Result<Decoded, Unreadable>,
}

pub(super) fn rules<'a>() -> [Rule<Text<'a>>; 6] {
    [
        Rule::new("token-clean", "Nothing but the token was pasted", clean),
        Rule::new(
            "token-parts",
            "It has three parts: header, payload, signature",
            parts,
        ),
        Rule::new(
            "token-base64url",
            "Each part is base64url without padding",
            base64url,
        ),
        Rule::new("token-json", "Header and payload are JSON objects", json),
        Rule::new(
            "token-members-once",
            "Neither names a member twice",
            members_once,
        ),
        Rule::new("token-signed", "It is signed", signed),
    ]
}

pub(super) fn section(pasted: &Pasted, decoded: &Result<Decoded, Unreadable>) -> Section {
    let checks = try_all(rules(), Some(&Text { pasted, decoded }));
    let verdict = verdict(&checks, true, Verdict::Refused);
    Section {
        id: "token",
        title: "The token itself",
        counts: true,
        verdict,
        summary: match verdict {
            Verdict::Accepted => "it can be read",
            _ => "it can't be read as a signed JSON Web Token",
        }
        .to_owned(),
        checks,
    }
}

fn clean(text: &Text<'_>) -> Finding {
    match &text.pasted.removed[..] {
        [] => Finding::pass("nothing stood around it"),
        removed => Finding::warn(
            format!("{} didn't belong to it", removed.join(", ")),
            "it was checked without that; whoever sends it must leave it out too",
        ),
    }
}

fn parts(text: &Text<'_>) -> Finding {
    match text.decoded {
        Err(Unreadable::Parts { detail, mend }) => Finding::fail(detail, *mend),
        _ => Finding::pass("it has three parts"),
    }
}

fn base64url(text: &Text<'_>) -> Finding {
    const MEND: &str = "encode each part as base64url without padding (RFC 7515, section 2)";
    match text.decoded {
        Err(Unreadable::Parts { .. }) => Finding::skip("it hasn't three parts"),
        Err(Unreadable::Base64(part)) => Finding::fail(format!("the {part} isn't base64url"), MEND),
        Ok(token) if token.loose => Finding::fail(
            "a part has `=` at its end, or bits left over; strict readers refuse that",
            MEND,
        ),
        _ => Finding::pass("each is"),
    }
}

fn json(text: &Text<'_>) -> Finding {
    match text.decoded {
        Err(Unreadable::Json(part)) => Finding::fail(
            format!("the {part} isn't a JSON object in UTF-8"),
            "sign a JSON object; a JWT library makes one",
        ),
        Err(_) => Finding::skip("the parts can't be decoded"),
        Ok(_) => Finding::pass("both are"),
    }
}

fn members_once(text: &Text<'_>) -> Finding {
    match text.decoded {
        Err(_) => Finding::skip("they can't be read"),
        Ok(token) if token.repeats => Finding::warn(
            "a name stands there twice, or a text holds half a character: Talk and Coral take the last one, and Lanyard refuses the \
             token",
            "write each member once",
        ),
        Ok(_) => Finding::pass("each is there once"),
    }
}

fn signed(text: &Text<'_>) -> Finding {
    match text.decoded {
        Err(_) => Finding::skip("it can't be read"),
        Ok(token) if token.is_signed() => Finding::pass("it has a signature"),
        Ok(token) => Finding::fail(
            format!(
                "its signature is empty{}: anybody could have made it",
                match token.alg() {
                    Some(alg) => format!(" and its `alg` is `{alg}`"),
                    None => String::new(),
                }
            ),
            "sign it; nobody accepts `alg: none`",
        ),
    }
}
