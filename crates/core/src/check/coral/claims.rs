//! Rules about the token's times and its own id, and what else Coral does with it.

use serde_json::Value;

use super::{
    super::{
        Refusal, kind_of,
        rule::{Finding, Rule},
        talk::LEAST_ID,
        time,
    },
    Coral,
};

pub(super) fn rules<'a>() -> [Rule<Coral<'a>>; 9] {
    [
        Rule::new("coral-exp", "The token hasn't ended", expiry),
        Rule::new("coral-exp-present", "It says when it ends", expiry_present),
        Rule::new("coral-nbf", "It has begun", not_before),
        Rule::new(
            "coral-iat-present",
            "It says when it was made",
            issued_present,
        ),
        Rule::new("coral-iat", "It was made in the past", issued),
        Rule::new("coral-jti-present", "It has an id of its own", id_present),
        Rule::new(
            "coral-jti-unguessable",
            "The id can't be guessed",
            id_unguessable,
        ),
        Rule::new(
            "coral-size",
            "It fits into the 16 kB of headers that Coral reads",
            size,
        ),
        Rule::new(
            "coral-revocation",
            "Lanyard hasn't revoked what Coral still takes",
            revocation,
        ),
    ]
}

/// What Coral's server reads of headers, in bytes, and what stands around the token.
const HEADERS: usize = 16 * 1024;
const AROUND: usize = "authorization: Bearer \r\n".len();

fn expiry(coral: &Coral<'_>) -> Finding {
    let token = coral.case.token;
    match (token.claim("exp"), token.number_claim("exp")) {
        (None, _) => Finding::skip("it has no `exp`"),
        (Some(other), None) => Finding::fail(
            format!("`exp` is {}, and has to be a number", kind_of(other)),
            "write `exp` as unix seconds, without quotes",
        ),
        (_, Some(end)) if end <= coral.case.question.now() => Finding::fail(
            format!("it ended at {}", time(end)),
            "ask for a new token; the embed's refreshAccessToken does",
        ),
        (_, Some(end)) => Finding::pass(format!("it ends at {}", time(end))),
    }
}

fn expiry_present(coral: &Coral<'_>) -> Finding {
    match coral.case.token.claim("exp") {
        Some(_) => Finding::pass("it does"),
        None => Finding::warn(
            "there is no `exp`: logging out does nothing, and nothing ends the session",
            "sign with an `exp`",
        ),
    }
}

fn not_before(coral: &Coral<'_>) -> Finding {
    let token = coral.case.token;
    match (token.claim("nbf"), token.number_claim("nbf")) {
        (None, _) => Finding::pass("it has no `nbf`"),
        (Some(other), None) => Finding::fail(
            format!("`nbf` is {}, and has to be a number", kind_of(other)),
            "leave `nbf` out",
        ),
        (_, Some(start)) if start > coral.case.question.now() => Finding::fail(
            format!("it begins at {}", time(start)),
            "leave `nbf` out, and set the clocks right",
        ),
        (_, Some(start)) => Finding::pass(format!("it began at {}", time(start))),
    }
}

fn issued_present(coral: &Coral<'_>) -> Finding {
    match coral.case.token.claim("iat") {
        Some(_) => Finding::pass("it does"),
        None => Finding::warn(
            "there is no `iat`: Coral makes the reader's account once, and never again changes name, e-mail address or role",
            "sign with an `iat` of now",
        ),
    }
}

fn issued(coral: &Coral<'_>) -> Finding {
    let token = coral.case.token;
    match (token.claim("iat"), token.number_claim("iat")) {
        (None, _) => Finding::skip("it has no `iat`"),
        (Some(other), None) => Finding::fail(
            format!("`iat` is {}, and has to be a number", kind_of(other)),
            "write `iat` as unix seconds, without quotes",
        ),
        (_, Some(made)) if made > coral.case.question.now() => Finding::warn(
            format!(
                "it was made at {}, which lies ahead: until then Coral takes no later change of the reader",
                time(made)
            ),
            "set the clock right that writes `iat`",
        ),
        (_, Some(made)) => Finding::pass(format!("it was made at {}", time(made))),
    }
}

fn id_present(coral: &Coral<'_>) -> Finding {
    match coral.case.token.claim("jti") {
        Some(Value::String(id)) if !id.is_empty() => Finding::pass(format!("it is `{id}`")),
        None => Finding::warn(
            "there is no `jti`: Coral shows no `Sign Out`, and logging out does nothing",
            "give each token a `jti` of its own, such as a random UUID",
        ),
        Some(other) => Finding::fail(
            match other {
                Value::String(_) => "`jti` is empty, which Coral refuses".to_owned(),
                other => format!("`jti` is {}, and has to be a text", kind_of(other)),
            },
            "make `jti` a text, such as a random UUID",
        ),
    }
}

/// Coral's log-out believes any token that it can decode, and its list of revoked ones is shared by all tenants.
fn id_unguessable(coral: &Coral<'_>) -> Finding {
    match coral.case.token.text_claim("jti") {
        Some("") | None => Finding::skip("it has no `jti`"),
        Some(id) if id.chars().count() < LEAST_ID => Finding::warn(
            format!(
                "`{id}` is so short that it can be guessed, and whoever guesses it can log the reader out"
            ),
            "make `jti` random, such as a UUID",
        ),
        Some(_) => Finding::pass("it is long enough to be random"),
    }
}

fn size(coral: &Coral<'_>) -> Finding {
    let length = coral.case.token.text.len();
    if length + AROUND > HEADERS {
        return Finding::fail(
            format!("it has {length} bytes, more than Coral's server reads of headers (431)"),
            "put less into the token",
        );
    }
    Finding::pass(format!("it has {length} bytes"))
}

/// Coral verifies alone, and hears of nothing.
fn revocation(coral: &Coral<'_>) -> Finding {
    let what = match coral.case.question.verdict() {
        Err(Refusal::TokenRevoked) => "the token is revoked here",
        Err(Refusal::UserTokensRevoked) => "the reader's tokens are revoked here",
        Err(Refusal::TenantTokensRevoked) => "all tokens are revoked here",
        Err(Refusal::UserDisabled) => "the reader is disabled here",
        _ => return Finding::pass("nothing is revoked"),
    };
    Finding::warn(
        format!(
            "{what}, and Coral verifies alone: by these rules it takes the token until it ends"
        ),
        "to end it there too, log the reader out in Coral, ban them, or deactivate the secret in Coral's admin",
    )
}
