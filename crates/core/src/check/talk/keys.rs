//! Rules about the token's key: which one Talk takes, and whether it made the signature.

use super::{
    super::{
        readings::Reading,
        rule::{Finding, Rule},
    },
    Talk, algorithm,
    keyring::{Form, TalkKey},
};
use crate::key::{Algorithm, hmac_matches};

pub(super) fn rules<'a>() -> [Rule<Talk<'a>>; 5] {
    [
        Rule::new(
            "talk-algorithm",
            "The token's algorithm is TALK_JWT_ALG",
            the_algorithm,
        ),
        Rule::new(
            "talk-kid-present",
            "The token names its key, where Talk has TALK_JWT_SECRETS",
            kid_present,
        ),
        Rule::new(
            "talk-kid-known",
            "Talk has the key that it names",
            kid_known,
        ),
        Rule::new("talk-signature", "The key made the signature", signature),
        Rule::new(
            "talk-secret-own",
            "The secret is used for nothing else",
            secret_own,
        ),
    ]
}

const STOPPED: &str = "Talk's settings have to be mended first";

fn the_algorithm(talk: &Talk<'_>) -> Finding {
    let token = talk.case.token;
    if algorithm(talk.settings).is_none() {
        return Finding::skip("TALK_JWT_ALG has to be mended first");
    }
    if !token.is_signed() {
        return Finding::skip("the token isn't signed");
    }
    let wanted = talk.alg();
    match token.alg() {
        Some(alg) if alg == wanted => Finding::pass(format!("both are {alg}")),
        Some(alg) if signed_with_public_key(talk) => Finding::fail(
            format!(
                "its `alg` is {alg}, and it is signed with the public key as if that were a secret: a known attack"
            ),
            "find out who made it",
        ),
        alg => Finding::fail(
            format!(
                "its `alg` is `{}`, and Talk takes {wanted} and nothing else",
                alg.unwrap_or("missing")
            ),
            format!(
                "sign with a key of {wanted}, or set TALK_JWT_ALG to the algorithm of the keys"
            ),
        ),
    }
}

/// Whether somebody tried to pass the public key off as a secret (RFC 8725, section 2.1).
fn signed_with_public_key(talk: &Talk<'_>) -> bool {
    let token = talk.case.token;
    let Some(algorithm) = token.algorithm() else {
        return false;
    };
    talk.keyring.keys.iter().any(|key| match &key.form {
        Form::Public(public) => public.public_pem().is_some_and(|pem| {
            [pem.as_str(), pem.trim_end()].iter().any(|pem| {
                hmac_matches(algorithm, pem.as_bytes(), token.message(), &token.signature)
            })
        }),
        _ => false,
    })
}

fn kid_present(talk: &Talk<'_>) -> Finding {
    let kid = talk.case.token.header.get("kid");
    if !talk.keyring.works() {
        return Finding::skip(STOPPED);
    }
    match (talk.keyring.several, talk.case.token.kid()) {
        (false, None) => Finding::pass("with TALK_JWT_SECRET none is needed"),
        (false, Some(kid)) => Finding::pass(format!("it names `{kid}`, which Talk ignores with TALK_JWT_SECRET")),
        (true, Some(kid)) => Finding::pass(format!("it names `{kid}`")),
        (true, None) => Finding::fail(
            match kid {
                None => "the header has no `kid`, and with TALK_JWT_SECRETS Talk tries no key without one".to_owned(),
                Some(other) => format!("its `kid` is {}, and Talk wants a text", super::super::kind_of(other)),
            },
            "sign with a `kid` in the header; Lanyard always does. Tokens without one end with the change from TALK_JWT_SECRET to \
             TALK_JWT_SECRETS",
        ),
    }
}

fn kid_known(talk: &Talk<'_>) -> Finding {
    if !talk.keyring.works() {
        return Finding::skip(STOPPED);
    }
    let Some(kid) = talk.case.token.kid() else {
        return Finding::skip("the token names no key");
    };
    if !talk.keyring.several {
        return Finding::skip("with TALK_JWT_SECRET the `kid` is ignored");
    }
    if talk.keyring.key_for(talk.case.token).is_some() {
        return Finding::pass(format!("it has `{kid}`"));
    }
    let known: Vec<_> = talk
        .keyring
        .keys
        .iter()
        .filter_map(|key| key.kid.as_deref())
        .collect();
    let now = talk.case.question.now;
    let lanyards = talk.case.question.deployment.keys.get(kid);
    let (what, mend) = match lanyards {
        Some(key) if talk.pasted => (
            format!("; Lanyard has it, and it is {}", key.state.at(now).name()),
            "set TALK_JWT_SECRETS to what Lanyard prints now, and restart Talk",
        ),
        Some(key) => (
            format!(
                "; Lanyard doesn't print it any more, since it is {}",
                key.state.at(now).name()
            ),
            "ask for a new token",
        ),
        None => (
            String::new(),
            "sign with one of these, or add the key to TALK_JWT_SECRETS",
        ),
    };
    Finding::fail(
        format!(
            "it names `{kid}`, and TALK_JWT_SECRETS has {}{what}",
            known.join(", ")
        ),
        mend,
    )
}

fn signature(talk: &Talk<'_>) -> Finding {
    let token = talk.case.token;
    if !talk.keyring.set {
        return Finding::skip("no secret is known for this Talk");
    }
    if token.alg() != Some(talk.alg()) || !token.is_signed() {
        return Finding::skip("the algorithm has to be mended first");
    }
    let Some(key) = talk.keyring.key_for(token) else {
        return Finding::skip("Talk has no key for it");
    };
    if key.made(token) {
        return Finding::pass("it did");
    }
    match key.read_otherwise(token) {
        Some(Reading::InnerSecret | Reading::Base64Bytes) if is_told_elsewhere(key) => {
            Finding::skip("it is signed with another reading of the secret, as is said above")
        }
        Some(reading) => Finding::fail(
            format!("it is signed with {reading}, and Talk takes the setting to the letter"),
            "make both sides use the very same text, and look for quotes, blanks and line breaks around it",
        ),
        None => not_by(talk, key),
    }
}

/// Whether a rule of the settings tells that the secret was read in another way.
fn is_told_elsewhere(key: &TalkKey) -> bool {
    use super::super::readings::{inner_secret, talk_loses};
    key.secret()
        .is_some_and(|secret| inner_secret(secret).is_some() || talk_loses(secret))
}

/// Who made the signature instead.
fn not_by(talk: &Talk<'_>, key: &TalkKey) -> Finding {
    let token = talk.case.token;
    let mut others = talk
        .keyring
        .keys
        .iter()
        .filter(|other| other.kid != key.kid);
    if let Some(other) = others.find(|other| other.made(token)) {
        return Finding::fail(
            format!(
                "its `kid` is `{}`, and it is signed with the key `{}`",
                key.kid.as_deref().unwrap_or_default(),
                other.kid.as_deref().unwrap_or_default()
            ),
            "name in `kid` the key that signs",
        );
    }
    let is_der = token.signature.first() == Some(&0x30)
        && token.algorithm().and_then(Algorithm::signature_len) != Some(token.signature.len());
    if talk.alg().starts_with("ES") && is_der {
        return Finding::fail(
            "its signature is DER; a JSON Web Token has the two numbers one after the other (RFC 7518, section 3.4)",
            "sign with a JWT library",
        );
    }
    Finding::fail(
        talk.case.stranger("Talk"),
        "give Talk the settings that Lanyard prints for this deployment, or sign with the secret that Talk has",
    )
}

fn secret_own(talk: &Talk<'_>) -> Finding {
    match (talk.case.own, talk.case.other) {
        (Some(_), Some((name, key))) => Finding::warn(
            format!(
                "the deployment `{name}` has the same secret (key `{}`): a token for one may pass at the other",
                key.kid
            ),
            "rotate one of them to a secret of its own",
        ),
        (None, _) => Finding::skip("no key of this deployment signed the token"),
        (Some(_), None) => Finding::pass("no other deployment of the newsroom has it"),
    }
}
