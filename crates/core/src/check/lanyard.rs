//! What Lanyard itself says of the token, as `GET /t/{tenant}/` would.

use super::{Check, Question, Reader, Refusal, Section, Verdict, rule::Finding, verdict};

/// The rules, in the order in which they are tried: the refusal tells how far the token got.
pub(super) const RULES: &[(&str, &str)] = &[
    ("lanyard-served", "The newsroom is served"),
    ("lanyard-size", "The token has at most 8 KiB"),
    (
        "lanyard-format",
        "It is strict JSON in strict base64url, without extensions",
    ),
    ("lanyard-key-known", "A key of the deployment is named"),
    ("lanyard-algorithm", "Its algorithm is that of the key"),
    ("lanyard-key-state", "The key is in use"),
    ("lanyard-signature", "The key made the signature"),
    ("lanyard-issuer", "Its issuer is the deployment's"),
    (
        "lanyard-purpose",
        "It was made for readers, or is an issuing token where those are accepted",
    ),
    ("lanyard-audience", "Its audience is the deployment's"),
    ("lanyard-user-id", "It names a reader"),
    (
        "lanyard-times",
        "It is in force, and lives no longer than allowed",
    ),
    ("lanyard-token-id", "It has an id of its own"),
    ("lanyard-revoked", "It wasn't revoked"),
    ("lanyard-reader-enabled", "The reader is enabled"),
    ("lanyard-reader-known", "The reader is in the directory"),
];

const fn rule_of(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NotServed => "lanyard-served",
        Refusal::TooLong => "lanyard-size",
        Refusal::Malformed | Refusal::UnsupportedHeader | Refusal::WrongType => "lanyard-format",
        Refusal::UnknownKey | Refusal::MissingKey | Refusal::UnknownApiKey => "lanyard-key-known",
        Refusal::WrongAlgorithm => "lanyard-algorithm",
        Refusal::KeyPending | Refusal::KeyRetired | Refusal::KeyRevoked => "lanyard-key-state",
        Refusal::BadSignature => "lanyard-signature",
        Refusal::WrongPurpose | Refusal::IssuingTokensOff => "lanyard-purpose",
        Refusal::WrongIssuer => "lanyard-issuer",
        Refusal::WrongAudience => "lanyard-audience",
        Refusal::BadUserId | Refusal::EmailAsUserId => "lanyard-user-id",
        Refusal::BadExpiry
        | Refusal::Expired
        | Refusal::NotYetValid
        | Refusal::BadNotBefore
        | Refusal::BadIssuedAt => "lanyard-times",
        Refusal::BadTokenId => "lanyard-token-id",
        Refusal::TokenRevoked | Refusal::UserTokensRevoked | Refusal::TenantTokensRevoked => {
            "lanyard-revoked"
        }
        Refusal::UserDisabled => "lanyard-reader-enabled",
    }
}

const fn mend(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NotServed => "the platform's admin can resume the newsroom",
        Refusal::TooLong => "put less into the token",
        Refusal::Malformed => {
            "sign with a JWT library, and write each claim once and in its own type"
        }
        Refusal::UnsupportedHeader => {
            "leave `crit`, `b64`, `zip`, `enc` and `cty` out of the header"
        }
        Refusal::WrongType => "set `typ` to `JWT`",
        Refusal::UnknownKey | Refusal::MissingKey | Refusal::UnknownApiKey => {
            "sign with a key of this deployment and name it in `kid`, or import the key that signs; is the token for another \
             deployment?"
        }
        Refusal::WrongAlgorithm => "sign with the algorithm of the key that `kid` names",
        Refusal::KeyPending => "activate the key, once Talk or Coral knows it",
        Refusal::KeyRetired | Refusal::KeyRevoked => "ask for a new token; the key has ended",
        Refusal::BadSignature => "sign with the key's own secret, to the letter",
        Refusal::WrongPurpose => {
            "show readers' tokens to Talk and Coral, and issuing tokens to Lanyard only"
        }
        Refusal::IssuingTokensOff => "use an API key, or let the newsroom accept issuing tokens",
        Refusal::WrongIssuer => {
            "`iss` must be the deployment's issuer to the letter; Coral's tokens have none"
        }
        Refusal::WrongAudience => {
            "`aud` must be or hold the deployment's audience; Coral's tokens have none"
        }
        Refusal::BadUserId => "put the reader's id, a text, where the deployment looks for it",
        Refusal::EmailAsUserId => "use another id, or allow such ids for the newsroom",
        Refusal::BadExpiry => "set `exp`, as unix seconds, within the lifetime that the key allows",
        Refusal::Expired => "ask for a new token",
        Refusal::NotYetValid | Refusal::BadNotBefore => {
            "leave `nbf` out, or set the clock that writes it"
        }
        Refusal::BadIssuedAt => {
            "set `iat` to now, as unix seconds, and check the clock that writes it"
        }
        Refusal::BadTokenId => "give each token a `jti` of its own, such as a random UUID",
        Refusal::TokenRevoked | Refusal::UserTokensRevoked | Refusal::TenantTokensRevoked => {
            "ask for a new token"
        }
        Refusal::UserDisabled => "enable the reader",
    }
}

pub(super) fn section(question: &Question<'_>) -> Section {
    let checks = checks(question);
    Section {
        id: "lanyard",
        title: "Lanyard",
        counts: true,
        verdict: verdict(&checks, true, Verdict::Refused),
        summary: match (question.verdict(), question.purpose()) {
            (Err(refusal), _) => refusal.to_string(),
            (_, Some("issuing")) => {
                "it is an issuing token, with which a CMS asks for readers' tokens".to_owned()
            }
            _ => "it is a reader's token".to_owned(),
        },
        checks,
    }
}

fn checks(question: &Question<'_>) -> Vec<Check> {
    let refusal = question.verdict().err();
    let broken = refusal.map(rule_of);
    let mut reached = true;
    RULES
        .iter()
        .map(|&(id, title)| {
            let finding = match refusal {
                Some(refusal) if broken == Some(id) => {
                    reached = false;
                    Finding::fail(refusal.to_string(), mend(refusal))
                }
                _ if !reached => Finding::skip("it didn't get this far"),
                _ if id == "lanyard-reader-known" => known(question.reader),
                _ => Finding::pass("kept"),
            };
            finding.into_check(id, title)
        })
        .collect()
}

fn known(reader: Reader<'_>) -> Finding {
    match reader {
        Reader::NotAsked => Finding::skip("it names no reader"),
        Reader::Unknown => Finding::warn(
            "the token is good, but nobody in the directory has this id: whoever asks Lanyard who it is gets 404",
            "put the reader into the directory",
        ),
        Reader::Known { .. } => Finding::pass("they are"),
    }
}
