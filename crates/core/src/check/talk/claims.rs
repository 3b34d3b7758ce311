//! Rules about the claims that Talk looks at.

use serde_json::Value;

use super::{
    super::{
        kind_of,
        rule::{Finding, Rule},
        time,
    },
    Talk,
};
use crate::user::UserId;

pub(super) fn rules<'a>() -> [Rule<Talk<'a>>; 12] {
    [
        Rule::new(
            "talk-issuer",
            "`iss` is Talk's issuer to the letter",
            issuer,
        ),
        Rule::new(
            "talk-audience",
            "`aud` is or holds Talk's audience",
            audience,
        ),
        Rule::new("talk-exp", "The token hasn't ended", expiry),
        Rule::new("talk-exp-present", "It says when it ends", expiry_present),
        Rule::new("talk-nbf", "It has begun", not_before),
        Rule::new("talk-jti-present", "It has an id of its own", id_present),
        Rule::new(
            "talk-jti-unique",
            "The token's id can't be another's",
            id_unique,
        ),
        Rule::new(
            "talk-pat",
            "It doesn't pass for a personal access token",
            personal,
        ),
        Rule::new(
            "talk-user-id-present",
            "The reader's id is where Talk looks for it",
            user_id_present,
        ),
        Rule::new(
            "talk-user-id-text",
            "The reader's id is a text",
            user_id_text,
        ),
        Rule::new(
            "talk-user-id-empty",
            "The reader's id isn't empty",
            user_id_empty,
        ),
        Rule::new(
            "talk-user-id-email",
            "The reader's id isn't an e-mail address",
            user_id_email,
        ),
    ]
}

/// The fewest characters of a `jti` that nobody makes twice or guesses.
pub(in super::super) const LEAST_ID: usize = 16;

fn issuer(talk: &Talk<'_>) -> Finding {
    if talk.is_on("TALK_JWT_DISABLE_ISSUER") {
        return Finding::skip("TALK_JWT_DISABLE_ISSUER is TRUE, so Talk takes any");
    }
    let settings = talk.settings;
    let set = ["TALK_JWT_ISSUER", "TALK_ROOT_URL"]
        .into_iter()
        .find_map(|name| Some((settings.get(name)?, name)));
    let deployments = talk.case.question.deployment.policy.claims.talk();
    let (wanted, name) = match (set, deployments) {
        (Some(set), _) => set,
        (None, Some(talk)) => (talk.issuer.as_str(), "the deployment's issuer"),
        (None, None) => {
            return Finding::skip("neither TALK_JWT_ISSUER nor TALK_ROOT_URL was pasted");
        }
    };
    let mend = "make both the same text: change TALK_JWT_ISSUER and restart Talk, or the deployment's issuer";
    let Some(issuer) = talk.case.token.claim("iss") else {
        return Finding::fail(format!("there is no `iss`, and {name} is `{wanted}`"), mend);
    };
    let Value::String(issuer) = issuer else {
        return Finding::fail(
            format!("`iss` is {}, and {name} is `{wanted}`", kind_of(issuer)),
            mend,
        );
    };
    if issuer == wanted {
        return Finding::pass(format!("both are `{wanted}`"));
    }
    let why = if issuer.trim_end_matches('/') == wanted.trim_end_matches('/') {
        let more = if issuer.len() > wanted.len() {
            "`iss` has"
        } else {
            "the setting has"
        };
        format!(": {more} a slash too many at its end, and Talk compares to the letter")
    } else if issuer.eq_ignore_ascii_case(wanted) {
        ": they differ in upper and lower case, and Talk compares to the letter".to_owned()
    } else if wanted.trim_matches(['"', '\'', ' ']) == issuer {
        ": the setting has quotes or blanks around it that belong to its value".to_owned()
    } else if issuer.split_once("://").map(|(_, rest)| rest)
        == wanted.split_once("://").map(|(_, rest)| rest)
    {
        ": one has http, the other https".to_owned()
    } else {
        String::new()
    };
    Finding::fail(
        format!("`iss` is `{issuer}`, and {name} is `{wanted}`{why}"),
        mend,
    )
}

fn audience(talk: &Talk<'_>) -> Finding {
    if talk.is_on("TALK_JWT_DISABLE_AUDIENCE") {
        return Finding::skip("TALK_JWT_DISABLE_AUDIENCE is TRUE, so Talk takes any");
    }
    let wanted = talk.settings.get("TALK_JWT_AUDIENCE").unwrap_or("talk");
    let found = match talk.case.token.claim("aud") {
        Some(Value::String(audience)) if audience == wanted => {
            return Finding::pass(format!("it is `{wanted}`"));
        }
        Some(Value::Array(list)) if list.iter().any(|audience| audience == wanted) => {
            return Finding::pass(format!("it holds `{wanted}`"));
        }
        None => "there is no `aud`".to_owned(),
        Some(Value::String(audience))
            if audience
                == talk
                    .case
                    .question
                    .deployment
                    .policy
                    .issuing
                    .audience
                    .as_str() =>
        {
            format!("`aud` is `{audience}`: this is an issuing token, which a CMS shows to Lanyard")
        }
        Some(other) => format!("`aud` is {other}"),
    };
    Finding::fail(
        format!("{found}, and Talk's audience is `{wanted}`"),
        "sign with that `aud`, or set TALK_JWT_AUDIENCE to the deployment's audience and restart Talk",
    )
}

fn expiry(talk: &Talk<'_>) -> Finding {
    let token = talk.case.token;
    match (token.claim("exp"), token.number_claim("exp")) {
        (None, _) => Finding::skip("it has no `exp`"),
        (Some(other), None) => Finding::fail(
            format!("`exp` is {}, and has to be a number", kind_of(other)),
            "write `exp` as unix seconds, without quotes",
        ),
        (_, Some(end)) if end <= talk.case.question.now() => Finding::fail(
            format!("it ended at {}; Talk gives no leeway", time(end)),
            "ask for a new token; if it is new, set the clocks right",
        ),
        (_, Some(end)) if end > 100_000_000_000.0 => Finding::warn(
            format!(
                "`exp` is {end}, more than three thousand years ahead: milliseconds instead of seconds?"
            ),
            "write `exp` as unix seconds",
        ),
        (_, Some(end)) => Finding::pass(format!("it ends at {}", time(end))),
    }
}

fn expiry_present(talk: &Talk<'_>) -> Finding {
    match talk.case.token.claim("exp") {
        Some(_) => Finding::pass("it does"),
        None => Finding::warn(
            "there is no `exp`: Talk takes the token for ever, logging out is an error (500) there, and the token can't be revoked",
            "sign with an `exp`",
        ),
    }
}

fn not_before(talk: &Talk<'_>) -> Finding {
    let token = talk.case.token;
    match (token.claim("nbf"), token.number_claim("nbf")) {
        (None, _) => Finding::pass("it has no `nbf`"),
        (Some(other), None) => Finding::fail(
            format!("`nbf` is {}, and has to be a number", kind_of(other)),
            "leave `nbf` out",
        ),
        (_, Some(start)) if start > talk.case.question.now() => Finding::fail(
            format!("it begins at {}; Talk gives no leeway", time(start)),
            "leave `nbf` out, and set the clocks right",
        ),
        (_, Some(start)) => Finding::warn(
            format!(
                "it began at {}: a Talk whose clock is behind refuses it",
                time(start)
            ),
            "leave `nbf` out",
        ),
    }
}

fn id_present(talk: &Talk<'_>) -> Finding {
    match talk.case.token.claim("jti") {
        Some(Value::String(id)) if !id.is_empty() => Finding::pass(format!("it is `{id}`")),
        Some(Value::String(_)) | None => Finding::warn(
            "there is no `jti`: when one reader logs out, Talk revokes every token without one, of every reader",
            "give each token a `jti` of its own, such as a random UUID",
        ),
        Some(other) => Finding::warn(
            format!(
                "`jti` is {}: Talk can't tell it from others that are written alike",
                kind_of(other)
            ),
            "make `jti` a text, such as a random UUID",
        ),
    }
}

fn id_unique(talk: &Talk<'_>) -> Finding {
    match talk.case.token.text_claim("jti") {
        Some("") | None => Finding::skip("it has no `jti`"),
        Some(id) if id.chars().count() < LEAST_ID => Finding::warn(
            format!(
                "`{id}` is so short that another token may have it, and would be logged out with this one"
            ),
            "make `jti` random, such as a UUID",
        ),
        Some(_) => Finding::pass("it is long enough to be random"),
    }
}

fn personal(talk: &Talk<'_>) -> Finding {
    match talk.case.token.claim("pat") {
        None => Finding::pass("it has no `pat`"),
        Some(Value::Null | Value::Bool(false)) => Finding::warn(
            "it has a `pat`, if one that says no: Talk keeps that name for its own personal access tokens",
            "leave `pat` out",
        ),
        Some(_) => Finding::fail(
            "it has a `pat`: Talk takes it for a personal access token, and finds its `jti` among nobody's",
            "leave `pat` out",
        ),
    }
}

fn user_id_present(talk: &Talk<'_>) -> Finding {
    let path = talk.path();
    match talk.case.token.at(path) {
        Some(Value::Null) | None => Finding::fail(
            format!("there is nothing at `{path}`, where Talk looks for the reader's id"),
            "sign the id at that place, or set TALK_JWT_USER_ID_CLAIM to where it is",
        ),
        Some(_) => Finding::pass(format!("there is something at `{path}`")),
    }
}

fn user_id_text(talk: &Talk<'_>) -> Finding {
    let path = talk.path();
    match talk.case.token.at(path) {
        Some(Value::Null) | None => Finding::skip("there is none"),
        Some(Value::String(_)) => Finding::pass("it is"),
        Some(Value::Object(_)) => Finding::fail(
            format!(
                "`{path}` is an object, which Talk hands to its database as a question: it may log in as somebody else"
            ),
            "sign the id as a text",
        ),
        Some(other) => Finding::fail(
            format!("`{path}` is {}, and Talk's ids are texts", kind_of(other)),
            "sign the id as a text, in quotes",
        ),
    }
}

fn user_id_empty(talk: &Talk<'_>) -> Finding {
    match talk.case.token.at(talk.path()).and_then(Value::as_str) {
        None => Finding::skip("it is no text"),
        Some("") => Finding::fail(
            "it is empty, which is an error (500) in Talk",
            "sign the reader's id",
        ),
        Some(id) => Finding::pass(format!("it is `{id}`")),
    }
}

fn user_id_email(talk: &Talk<'_>) -> Finding {
    let id = talk.case.token.at(talk.path()).and_then(Value::as_str);
    let Some(id) = id.filter(|id| !id.is_empty()) else {
        return Finding::skip("there is none");
    };
    if UserId::parse(id).is_ok_and(|id| id.looks_like_email()) {
        return Finding::warn(
            format!(
                "`{id}` looks like an e-mail address: Talk logs in as the account that has it, whoever that is"
            ),
            "use an id that is no address",
        );
    }
    Finding::pass("it doesn't look like one")
}
