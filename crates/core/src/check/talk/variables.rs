//! Rules about Talk's settings themselves: most of them keep Talk from starting.

use super::{
    super::{
        readings::{Reading, inner_secret, talk_loses},
        rule::{Finding, Rule},
    },
    Talk, algorithm,
};
use crate::key::{self, Algorithm, ImportError, ImportOptions};

pub(super) fn rules<'a>() -> [Rule<Talk<'a>>; 13] {
    [
        Rule::new(
            "talk-alg-known",
            "TALK_JWT_ALG is an algorithm that Talk knows",
            alg_known,
        ),
        Rule::new("talk-secret-set", "A secret is set", secret_set),
        Rule::new(
            "talk-one-setting",
            "Each setting stands there once, and one of SECRET and SECRETS",
            one_setting,
        ),
        Rule::new(
            "talk-secrets-list",
            "TALK_JWT_SECRETS is a JSON list of objects",
            list,
        ),
        Rule::new(
            "talk-secrets-kid",
            "Each entry of TALK_JWT_SECRETS has a `kid` that is a text",
            entry_kid,
        ),
        Rule::new(
            "talk-secrets-kid-once",
            "No `kid` of TALK_JWT_SECRETS stands there twice",
            kid_once,
        ),
        Rule::new(
            "talk-secret-json",
            "An asymmetric key is JSON with `public`",
            asymmetric_json,
        ),
        Rule::new(
            "talk-pem-newlines",
            "The line breaks of its PEM are written as \\n",
            newlines,
        ),
        Rule::new("talk-pem", "Its PEM is a key of the algorithm", pem),
        Rule::new(
            "talk-private-key",
            "Talk has a private key to sign its own logins with",
            private_key,
        ),
        Rule::new(
            "talk-secret-literal",
            "A secret that looks like JSON is meant to the letter",
            literal,
        ),
        Rule::new(
            "talk-secret-base64",
            "What follows `base64:` is UTF-8 text once decoded",
            base64,
        ),
        Rule::new(
            "talk-secret-strength",
            "The secret can't be guessed",
            strength,
        ),
    ]
}

const STOPPED: &str = "Talk doesn't start with it";

fn alg_known(talk: &Talk<'_>) -> Finding {
    let alg = talk.alg();
    if algorithm(talk.settings).is_some() {
        return Finding::pass(format!("it is {alg}"));
    }
    let known: Vec<_> = Algorithm::ALL
        .into_iter()
        .filter(|known| known.is_known_to_talk())
        .map(Algorithm::name)
        .collect();
    Finding::fail(
        format!("it is `{alg}`, and Talk v4 verifies nothing with that"),
        format!("use a key of one of {}", known.join(", ")),
    )
}

fn secret_set(talk: &Talk<'_>) -> Finding {
    let ring = &talk.keyring;
    if let Some(fault) = &ring.faults.empty {
        return Finding::fail(format!("{fault}: {STOPPED}"), "give each entry its secret");
    }
    if algorithm(talk.settings).is_none() {
        return Finding::skip("TALK_JWT_ALG has to be mended first");
    }
    let set = ["TALK_JWT_SECRETS", "TALK_JWT_SECRET"]
        .into_iter()
        .find(|name| talk.settings.get(name).is_some());
    match set {
        Some(name) => Finding::pass(format!("{name} is set")),
        None if ring.set => Finding::fail(
            format!("it is empty: {STOPPED}"),
            "set it to the key's secret",
        ),
        None => Finding::skip("no secret is known for this Talk"),
    }
}

fn one_setting(talk: &Talk<'_>) -> Finding {
    let variables = &talk.settings.variables;
    let twice = variables.iter().enumerate().find(|(at, variable)| {
        let before = &variables[..*at];
        before.iter().any(|other| other.name == variable.name)
    });
    if let Some((_, variable)) = twice {
        return Finding::warn(
            format!(
                "{} is set twice; the last one counts (line {})",
                variable.name, variable.line
            ),
            "leave one of them out",
        );
    }
    if talk.settings.get("TALK_JWT_SECRETS").is_some()
        && talk.settings.get("TALK_JWT_SECRET").is_some()
    {
        return Finding::warn(
            "both TALK_JWT_SECRETS and TALK_JWT_SECRET are set; the first counts, and the other's tokens are refused",
            "leave TALK_JWT_SECRET out, and let its tokens end first or give its key an entry of TALK_JWT_SECRETS",
        );
    }
    Finding::pass("each does")
}

fn list(talk: &Talk<'_>) -> Finding {
    match talk.keyring.faults.list {
        Some(fault) => Finding::fail(
            format!("{fault}: {STOPPED}"),
            r#"write it as [{"kid":"…","secret":"…"}], in one line, in single quotes where the file has quotes"#,
        ),
        None if talk.keyring.several => {
            Finding::pass(format!("it has {} entries", talk.keyring.keys.len()))
        }
        None => Finding::skip("TALK_JWT_SECRETS isn't set"),
    }
}

fn entry_kid(talk: &Talk<'_>) -> Finding {
    match &talk.keyring.faults.kid {
        Some(fault) => Finding::fail(
            format!("{fault}: {STOPPED}"),
            "give each entry a `kid` of its own, in quotes",
        ),
        None if talk.keyring.several => Finding::pass("each has one"),
        None => Finding::skip("TALK_JWT_SECRETS isn't set"),
    }
}

fn kid_once(talk: &Talk<'_>) -> Finding {
    match &talk.keyring.faults.twice {
        Some(kid) => Finding::fail(
            format!("`{kid}` stands there twice: {STOPPED}"),
            "give each entry a `kid` of its own",
        ),
        None if talk.keyring.several => Finding::pass("none does"),
        None => Finding::skip("TALK_JWT_SECRETS isn't set"),
    }
}

/// Whether the settings' keys are asymmetric.
fn is_asymmetric(talk: &Talk<'_>) -> bool {
    talk.keyring.set && algorithm(talk.settings).is_some_and(|algorithm| !algorithm.is_symmetric())
}

const SYMMETRIC: &str = "there is no asymmetric key in the settings";

fn asymmetric_json(talk: &Talk<'_>) -> Finding {
    match talk.keyring.faults.json {
        Some(fault) => Finding::fail(
            format!("{fault}: {STOPPED}"),
            r#"write it as {"public":"-----BEGIN PUBLIC KEY-----\\n…","private":"…"}"#,
        ),
        None if is_asymmetric(talk) => Finding::pass("it is"),
        None => Finding::skip(SYMMETRIC),
    }
}

fn newlines(talk: &Talk<'_>) -> Finding {
    match talk.keyring.faults.newlines {
        true => Finding::fail(
            "the PEM's line breaks are lost, or stand bare in the JSON, where none may: Talk can't read the key",
            "write each line break of the PEM as \\\\n inside the JSON",
        ),
        false if is_asymmetric(talk) => Finding::pass("they are"),
        false => Finding::skip(SYMMETRIC),
    }
}

fn pem(talk: &Talk<'_>) -> Finding {
    match &talk.keyring.faults.pem {
        Some(fault) => Finding::fail(fault, "use the public key that belongs to TALK_JWT_ALG"),
        None if is_asymmetric(talk) => Finding::pass("it is"),
        None => Finding::skip(SYMMETRIC),
    }
}

fn private_key(talk: &Talk<'_>) -> Finding {
    if !talk.pasted || !is_asymmetric(talk) {
        return Finding::skip("no asymmetric key was pasted");
    }
    match talk.keyring.keys.first() {
        Some(first) if !first.signs => Finding::warn(
            "the first key has no `private`: Talk verifies tokens, but nobody can log in to Talk itself with a password",
            "add the private key, unless all logins go through tokens",
        ),
        _ => Finding::pass("it has one"),
    }
}

fn literal(talk: &Talk<'_>) -> Finding {
    let Some(key) = talk
        .keyring
        .keys
        .iter()
        .find(|key| key.secret().and_then(inner_secret).is_some())
    else {
        return Finding::skip("no secret looks like JSON");
    };
    if key.read_otherwise(talk.case.token) == Some(Reading::InnerSecret) {
        return Finding::fail(
            "the secret is written as JSON, and the token is signed with the `secret` inside it. Whatever its documentation says, Talk \
             v4 takes the text to the letter for HS256, HS384 and HS512, braces and all",
            "set TALK_JWT_SECRET to the inner secret alone, or sign with the whole text",
        );
    }
    Finding::warn(
        "the secret is written as JSON, and Talk v4 takes that to the letter, braces and all, whatever its documentation says",
        "whoever signs must use the whole text too",
    )
}

fn base64(talk: &Talk<'_>) -> Finding {
    let Some(key) = talk
        .keyring
        .keys
        .iter()
        .find(|key| key.secret().is_some_and(talk_loses))
    else {
        return Finding::pass("no secret loses anything");
    };
    let detail = "the secret begins with `base64:` and isn't UTF-8 text once decoded: Talk v4 puts U+FFFD in the place of what it can't \
                  read, so no other library makes the same key of it";
    let mend = "rotate to a secret of printable ASCII without that prefix; until then sign with what Talk makes of it, as Lanyard does \
                with an imported one";
    match key.read_otherwise(talk.case.token) {
        Some(Reading::Base64Bytes) => Finding::fail(
            format!("{detail}. The token is signed with the bytes themselves"),
            mend,
        ),
        _ => Finding::warn(detail, mend),
    }
}

fn strength(talk: &Talk<'_>) -> Finding {
    let Some(algorithm) = algorithm(talk.settings).filter(|algorithm| algorithm.is_symmetric())
    else {
        return Finding::skip("there is no secret in the settings");
    };
    let options = ImportOptions {
        algorithm,
        accept_weak: false,
    };
    for secret in talk.keyring.keys.iter().filter_map(|key| key.secret()) {
        let guessable = match key::import(secret.as_bytes(), options) {
            Err(ImportError::Common | ImportError::LowVariety) => {
                "it is in every word list, or might as well be"
            }
            Err(ImportError::TooShort { .. } | ImportError::Repeats { .. }) => {
                "it is shorter than its algorithm wants"
            }
            _ => continue,
        };
        return Finding::warn(
            format!("{guessable}: whoever guesses it can log in as anybody"),
            "rotate to a secret that was made at random",
        );
    }
    Finding::pass("nothing speaks for that")
}
