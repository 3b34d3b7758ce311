//! Lanyard's rows, and those of what was pasted.

use serde_json::json;

use super::{Deployment, NOW, Outcome, Row, SECRET, broken, check, secret_key};
use crate::{
    check::{Question, Reader, reader_of},
    revocation::{Revocation, Subject},
    signing_key::{KeySet, KeyState},
    tenant::IssuingRule,
    token::tests::policy,
};

pub(super) fn rows() -> Vec<Row> {
    let row = || Row::talk().of("lanyard");
    let mut rows = vec![
        Row {
            served: false,
            ..row()
        }
        .breaks("lanyard-served"),
        row().claim("x", "x".repeat(7_000)).breaks("lanyard-size"),
        row().header("crit", json!(["x"])).breaks("lanyard-format"),
        row().header("typ", "at+jwt").breaks("lanyard-format"),
        row().header("kid", "other").breaks("lanyard-key-known"),
        row().header("alg", "HS512").breaks("lanyard-algorithm"),
        row()
            .with_state(KeyState::Pending)
            .breaks("lanyard-key-state"),
        row()
            .with_state(KeyState::Retired)
            .breaks("lanyard-key-state"),
        row()
            .with_state(KeyState::Revoked)
            .breaks("lanyard-key-state"),
        row().signed_with("x").breaks("lanyard-signature"),
        row()
            .claim("iss", "https://talk.example/")
            .breaks("lanyard-issuer"),
        row().claim("aud", "x").breaks("lanyard-audience"),
        row().without("sub").breaks("lanyard-user-id"),
        row().claim("sub", "a@b").breaks("lanyard-user-id"),
        row().claim("exp", NOW).breaks("lanyard-times"),
        row().without("exp").breaks("lanyard-times"),
        row().claim("iat", NOW + 600).breaks("lanyard-times"),
        row().claim("nbf", NOW + 600).breaks("lanyard-times"),
        row().without("jti").breaks("lanyard-token-id"),
        Row {
            revoked: Some(Revocation::before(Subject::User("reader-1".into()), NOW)),
            ..row()
        }
        .breaks("lanyard-revoked"),
        row()
            .reader(&json!({ "id": "reader-1" }), true)
            .breaks("lanyard-reader-enabled"),
        Row {
            unknown: true,
            ..row()
        }
        .warns("lanyard-reader-known"),
    ];
    let issuing = Row {
        policy: crate::tenant::Policy {
            issuing: IssuingRule::demo(false),
            ..policy()
        },
        ..row()
            .claim("sub", "TALK_TOKEN_EXAMPLE")
            .claim("aud", "TALK_TOKEN_EXAMPLE_AUDIENCE")
    };
    rows.push(issuing.breaks("lanyard-purpose"));
    rows.extend(pasted());
    rows
}

fn pasted() -> Vec<Row> {
    let row = || Row::talk().of("token");
    let part = |token: &str, at: usize, with: &str| {
        let mut parts: Vec<_> = token.split('.').collect();
        parts[at] = with;
        parts.join(".")
    };
    let repeated = "eyJzdWIiOiIxIiwic3ViIjoiMiJ9";
    vec![
        row()
            .pasted(|token| format!("Bearer {token}\n"))
            .warns("token-clean"),
        row()
            .pasted(|token| token.rsplit_once('.').unwrap().0.to_owned())
            .breaks("token-parts"),
        row()
            .pasted(|token| format!("{token}.a.b"))
            .breaks("token-parts"),
        row().pasted(|_| String::new()).breaks("token-parts"),
        row()
            .pasted(|token| format!("{token}="))
            .breaks("token-base64url"),
        row()
            .pasted(|token| token.replace('.', ".+"))
            .breaks("token-base64url"),
        row()
            .pasted(move |token| part(token, 1, "W10"))
            .breaks("token-json"),
        row()
            .pasted(move |token| part(token, 1, repeated))
            .warns("token-members-once"),
        row()
            .header("alg", "none")
            .pasted(move |token| part(token, 2, ""))
            .breaks("token-signed"),
    ]
}

#[test]
fn what_lanyard_says_of_an_issuing_token_is_all_that_counts() {
    let row = Row::talk()
        .claim("sub", "TALK_TOKEN_EXAMPLE")
        .claim("aud", "TALK_TOKEN_EXAMPLE_AUDIENCE");
    let report = row.report();
    assert!(report.accepted);
    assert_eq!(report.purpose, Some("issuing"));
    assert_eq!(broken(report.section("lanyard").unwrap()), []);
    assert!(report.section("talk").unwrap().checks.is_empty());
}

#[test]
fn a_reader_is_looked_for_only_if_a_key_of_the_deployment_signed() {
    let keys = KeySet::new(vec![secret_key("k", SECRET).into()]);
    let policy = policy();
    let named = |token: &str| reader_of(&policy, &keys, token).map(|id| id.to_string());
    assert_eq!(named(&Row::talk().token()), Some("reader-1".to_owned()));
    assert_eq!(
        named(&format!("Bearer {}", Row::talk().claim("exp", 1).token())),
        Some("reader-1".to_owned())
    );
    assert_eq!(named(&Row::talk().signed_with("x").token()), None);
    assert_eq!(named("hello"), None);
}

#[test]
fn no_report_repeats_a_pasted_secret() {
    let canary = "canary-Zq4vT9xWm2LrK8sNbJ6hYd3GcPeUaQ7f";
    for settings in [
        format!("TALK_JWT_SECRET={canary}"),
        format!("TALK_JWT_SECRET='{canary}"),
        format!("TALK_JWT_SECRETS=[{{\"kid\":7,\"secret\":\"{canary}\"}}]"),
        format!("TALK_JWT_SECRETS={canary}"),
        format!("TALK_JWT_ALG=RS256\nTALK_JWT_SECRET={canary}"),
        format!("data:\n  TALK_JWT_SECRET: {canary}\nkind: Secret"),
        format!("Environment=\"TALK_JWT_SECRET={canary}"),
        canary.to_owned(),
        format!("ssosec_{canary}"),
        format!("{canary}\n{canary}"),
        format!("[{{\"secret\":\"{canary}\"}}]"),
    ] {
        let report = Row::talk().settings(&settings).report();
        let text = format!("{report:?}{}", serde_json::to_string(&report).unwrap());
        assert!(!text.contains("canary"), "{settings}: {text}");
        let read = crate::check::settings::Settings::read(&settings);
        assert!(!format!("{read:?}").contains("canary"), "{settings}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_everywhere_and_every_rule_says_so() {
    let keys = KeySet::new(vec![secret_key("k", SECRET).into()]);
    let policy = policy();
    let report = check(&Question {
        token: "nonsense",
        settings: None,
        deployment: Deployment {
            policy: &policy,
            keys: &keys,
        },
        neighbours: &[],
        verdict: &super::verdict(&policy, &keys, "nonsense", None),
        reader: Reader::NotAsked,
        now: NOW,
    });
    assert_eq!((report.accepted, report.reason), (false, Some("malformed")));
    let talk = report.section("talk").unwrap();
    assert_eq!(talk.verdict, super::Verdict::Anonymous);
    assert!(
        talk.checks
            .iter()
            .all(|check| check.outcome == Outcome::NotApplicable)
    );
}
