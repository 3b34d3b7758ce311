//! Talk v4's rows.

use serde_json::json;

use super::{CORAL, NOW, Outcome, Row, SECRET, env, good_secret, mac, of_material, secret_key};
use crate::{
    key::{Algorithm, KeyMaterial, generate},
    revocation::{Revocation, Subject},
    signing_key::SigningKey,
    token::tests::policy,
};

pub(super) fn ec() -> SigningKey {
    of_material("ec", generate(Algorithm::ES256).unwrap())
}

/// Talk's JSON for a key, with its line breaks written like this.
pub(super) fn pair(key: &KeyMaterial, newline: &str) -> String {
    let pem = key.public_pem().unwrap();
    let private = key.private_pem().unwrap();
    let escaped = |pem: &str| pem.trim_end().replace('\n', newline);
    format!(
        r#"{{"public":"{}","private":"{}"}}"#,
        escaped(&pem),
        escaped(&private)
    )
}

pub(super) fn asymmetric(key: &KeyMaterial, secret: &str) -> String {
    env(&format!(
        "TALK_JWT_ALG={}\nTALK_JWT_SECRET={secret}",
        key.algorithm()
    ))
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = keys();
    rows.extend(claims());
    rows.extend(reader());
    rows
}

fn keys() -> Vec<Row> {
    let two = || {
        let mut old = secret_key("old", "xT7mQ2wLbN9sKd4RhYv6JfPa3GcUeZq8");
        old.state = crate::signing_key::KeyState::Retiring { until: NOW + 60 };
        vec![secret_key("k", SECRET), old]
    };
    let es = ec();
    let der = {
        let mut der = vec![0x30, 0x44];
        der.extend([7; 68]);
        der
    };
    let public = es.material.public_pem().unwrap();
    let es_settings = asymmetric(&es.material, &pair(&es.material, "\\n"));
    vec![
        Row::talk().header("alg", "HS384").breaks("talk-algorithm"),
        Row::talk()
            .header("alg", "HS256")
            .without_kid()
            .signed_with(&public)
            .settings(&es_settings)
            .breaks("talk-algorithm"),
        Row::talk()
            .header("alg", json!(null))
            .breaks("talk-algorithm"),
        Row::talk()
            .with_keys(two())
            .without_kid()
            .breaks("talk-kid-present"),
        Row::talk().without_kid().breaks("talk-kid-present"),
        Row::talk().header("kid", 7).breaks("talk-kid-present"),
        Row::talk()
            .with_keys(two())
            .header("kid", "K")
            .breaks("talk-kid-known"),
        Row::talk()
            .signed_with("another secret")
            .breaks("talk-signature"),
        Row::talk()
            .signed_with(format!("{SECRET}\n"))
            .breaks("talk-signature"),
        Row::talk()
            .signed_with(SECRET)
            .settings(env(&format!("TALK_JWT_SECRET='\"{SECRET}\"'")))
            .breaks("talk-signature"),
        Row::talk()
            .with_keys(two())
            .signed_with("xT7mQ2wLbN9sKd4RhYv6JfPa3GcUeZq8")
            .breaks("talk-signature"),
        // Talk has other settings than Lanyard prints.
        Row::talk()
            .settings(env("TALK_JWT_SECRET=xT7mQ2wLbN9sKd4RhYv6JfPa3GcUeZq8"))
            .breaks("talk-signature"),
        Row::talk()
            .signed_by(&es)
            .settings(&es_settings)
            .pasted(move |token| {
                use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
                let (message, _) = token.rsplit_once('.').unwrap();
                format!("{message}.{}", URL_SAFE_NO_PAD.encode(&der))
            })
            .breaks("talk-signature"),
        Row {
            neighbour: Some(secret_key("theirs", SECRET)),
            ..Row::talk()
        }
        .warns("talk-secret-own"),
    ]
}

fn claims() -> Vec<Row> {
    vec![
        Row::talk()
            .claim("iss", "https://talk.example/")
            .breaks("talk-issuer"),
        Row::talk()
            .settings(format!(
                "TALK_ROOT_URL=https://talk.example/\nTALK_JWT_SECRET={SECRET}"
            ))
            .breaks("talk-issuer"),
        Row::talk().without("iss").breaks("talk-issuer"),
        Row::talk()
            .claim("iss", json!(["https://talk.example"]))
            .breaks("talk-issuer"),
        Row::talk().claim("aud", "other").breaks("talk-audience"),
        Row::talk()
            .claim("aud", json!(["other", "Talk"]))
            .breaks("talk-audience"),
        Row::talk().without("aud").breaks("talk-audience"),
        Row::talk()
            .claim("aud", "TALK_TOKEN_EXAMPLE_AUDIENCE")
            .breaks("talk-audience"),
        Row::talk().claim("exp", NOW).breaks("talk-exp"),
        Row::talk().claim("exp", "2030").breaks("talk-exp"),
        Row::talk().claim("exp", json!(null)).breaks("talk-exp"),
        Row::talk()
            .claim("exp", (NOW + 60) * 1000)
            .warns("talk-exp"),
        Row::talk().without("exp").warns("talk-exp-present"),
        Row::talk().claim("nbf", NOW + 1).breaks("talk-nbf"),
        Row::talk().claim("nbf", "now").breaks("talk-nbf"),
        Row::talk().claim("nbf", NOW - 10).warns("talk-nbf"),
        Row::talk().without("jti").warns("talk-jti-present"),
        Row::talk().claim("jti", "").warns("talk-jti-present"),
        Row::talk().claim("jti", 7).warns("talk-jti-present"),
        Row::talk().claim("jti", "post:1").warns("talk-jti-unique"),
        Row::talk().claim("pat", true).breaks("talk-pat"),
        Row::talk().claim("pat", false).warns("talk-pat"),
        Row::talk().without("sub").breaks("talk-user-id-present"),
        Row::talk()
            .settings(format!("{}TALK_JWT_USER_ID_CLAIM=user.id\n", good_secret()))
            .breaks("talk-user-id-present"),
        Row::talk().claim("sub", 7).breaks("talk-user-id-text"),
        Row::talk()
            .claim("sub", json!({ "$ne": "x" }))
            .breaks("talk-user-id-text"),
        Row::talk().claim("sub", "").breaks("talk-user-id-empty"),
        Row::talk()
            .claim("sub", "ann@post.example")
            .warns("talk-user-id-email"),
    ]
}

fn reader() -> Vec<Row> {
    let japanese = json!({ "id": "reader-1", "username": "日本" });
    vec![
        Row::talk()
            .claim("x", "x".repeat(6_200))
            .breaks("talk-size"),
        Row::talk().claim("x", "x".repeat(4_700)).warns("talk-size"),
        Row {
            unknown: true,
            ..Row::talk()
        }
        .warns("talk-user-known"),
        Row::talk().reader(&japanese, false).warns("talk-username"),
        Row::talk().claim("username", "12").warns("talk-username"),
        Row {
            revoked: Some(Revocation::token(super::JTI, Some(NOW + 3600))),
            ..Row::talk()
        }
        .warns("talk-revocation"),
        Row {
            revoked: Some(Revocation::standing(Subject::User("reader-1".into()), NOW)),
            ..Row::talk()
        }
        .warns("talk-revocation"),
        Row {
            revoked: Some(Revocation::before(Subject::Tenant, NOW)),
            ..Row::talk()
        }
        .warns("talk-revocation"),
        Row::talk()
            .reader(&json!({ "id": "reader-1" }), true)
            .warns("talk-revocation"),
    ]
}

/// What the rule says of a row.
fn detail(row: Row) -> String {
    let id = row.id;
    let report = row.report();
    let check = report.checks().find(|check| check.id == id).unwrap();
    assert_ne!(check.outcome, Outcome::Pass, "{id}");
    format!(
        "{} {}",
        check.detail,
        check.mend.as_deref().unwrap_or_default()
    )
}

#[test]
fn an_issuer_with_a_slash_too_many_is_called_that() {
    let said = detail(
        Row::talk()
            .claim("iss", "https://talk.example/")
            .breaks("talk-issuer"),
    );
    assert!(
        said.contains("`https://talk.example/`") && said.contains("`iss` has a slash too many"),
        "{said}"
    );
    let settings = format!("TALK_ROOT_URL=https://talk.example/\nTALK_JWT_SECRET={SECRET}");
    let said = detail(Row::talk().settings(settings).breaks("talk-issuer"));
    assert!(
        said.contains("TALK_ROOT_URL") && said.contains("the setting has a slash too many"),
        "{said}"
    );
}

#[test]
fn a_switch_turns_a_rule_off_and_a_list_will_do_for_an_audience() {
    let off = format!(
        "TALK_JWT_SECRET={SECRET}\nTALK_JWT_DISABLE_ISSUER=TRUE\nTALK_JWT_DISABLE_AUDIENCE=TRUE"
    );
    let row = Row::talk().settings(off).claim("iss", "x").without("aud");
    assert_eq!(super::broken(row.report().section("talk").unwrap()), []);
    let row = Row::talk().claim("aud", json!(["x", "talk"]));
    assert_eq!(super::broken(row.report().section("talk").unwrap()), []);
    let asked = Row::talk().settings(format!("{}TALK_JWT_USER_ID_CLAIM=user.id", good_secret()));
    let row = asked.claim("user", json!({ "id": "7" }));
    assert_eq!(super::broken(row.report().section("talk").unwrap()), []);
}

#[test]
fn a_kid_is_ignored_with_one_secret() {
    let report = Row::talk()
        .header("kid", "whatever")
        .settings(good_secret())
        .report();
    let talk = report.section("talk").unwrap();
    assert_eq!(super::broken(talk), []);
    let check = talk
        .checks
        .iter()
        .find(|check| check.id == "talk-kid-present")
        .unwrap();
    assert!(check.detail.contains("ignores"), "{}", check.detail);
}

#[test]
fn whoever_signed_instead_is_named() {
    let said = detail(
        Row::talk()
            .settings(env("TALK_JWT_SECRET=xT7mQ2wLbN9sKd4RhYv6JfPa3GcUeZq8"))
            .breaks("talk-signature"),
    );
    assert!(said.contains("this deployment's key `k`"), "{said}");
    let theirs = Row {
        neighbour: Some(secret_key("theirs", "xT7mQ2wLbN9sKd4RhYv6JfPa3GcUeZq8")),
        ..Row::talk().signed_with("xT7mQ2wLbN9sKd4RhYv6JfPa3GcUeZq8")
    };
    let said = detail(theirs.breaks("talk-signature"));
    assert!(
        said.contains("key `theirs` of the deployment `other`"),
        "{said}"
    );
    let said = detail(
        Row::talk()
            .signed_with(format!("{SECRET}\n"))
            .breaks("talk-signature"),
    );
    assert!(said.contains("newline"), "{said}");
    for (secret, words) in [
        (SECRET.as_bytes(), "quotes around"),
        (mac("HS256", b"a", b"b").as_slice(), "no secret and no key"),
    ] {
        let settings = env(&format!("TALK_JWT_SECRET='\"{SECRET}\"'"));
        let row = Row::talk()
            .with_keys(Vec::new())
            .signed_with(secret)
            .settings(settings);
        let said = detail(row.breaks("talk-signature"));
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn a_key_that_has_ended_is_told_from_one_that_was_never_known() {
    let mut old = secret_key("old", "xT7mQ2wLbN9sKd4RhYv6JfPa3GcUeZq8");
    old.state = crate::signing_key::KeyState::Retired;
    let keys = vec![secret_key("k", SECRET), old];
    let row = Row::talk()
        .with_keys(keys)
        .header("kid", "old")
        .signed_with("xT7mQ2wLbN9sKd4RhYv6JfPa3GcUeZq8");
    let said = detail(row.breaks("talk-kid-known"));
    assert!(said.contains("since it is retired"), "{said}");
}

#[test]
fn a_deployment_whose_algorithm_talk_does_not_know_says_so() {
    for algorithm in [Algorithm::EdDSA, Algorithm::ES512] {
        let key = of_material("ed", generate(algorithm).unwrap());
        let row = Row::talk().signed_by(&key).with_keys(vec![key]);
        let found = row.report();
        assert_eq!(
            super::broken(found.section("talk").unwrap()),
            [("talk-alg-known", Outcome::Fail)]
        );
        assert_eq!(super::broken(found.section("lanyard").unwrap()), []);
        assert!(!found.accepted);
    }
}

#[test]
fn while_keys_of_two_algorithms_live_talk_is_judged_by_those_of_the_token() {
    let mut old = secret_key("old", SECRET);
    old.state = crate::signing_key::KeyState::Retiring { until: NOW + 60 };
    let new = ec();
    let row = Row::talk().signed_by(&new).with_keys(vec![new, old]);
    assert!(row.report().accepted);
}

#[test]
fn a_secret_that_was_pasted_alone_is_that_of_the_deployment() {
    for settings in [
        SECRET.to_owned(),
        format!(r#"[{{"kid":"k","secret":"{SECRET}"}}]"#),
    ] {
        let row = Row::talk()
            .settings(&settings)
            .with_keys(vec![secret_key("j", "xT7mQ2wLbN9sKd4RhYv6JfPa3GcUeZq8")]);
        let report = row.report();
        assert_eq!(
            super::broken(report.section("talk").unwrap()),
            [],
            "{settings}"
        );
    }
    // Talk's settings are looked at for a Coral too, if they are there.
    let row = Row::coral().settings(good_secret()).signed_with(CORAL);
    let report = row.report();
    assert!(report.accepted && report.section("talk").unwrap().first_failure().is_some());
    assert_eq!(policy().claims.kind().name(), "talk");
}

#[test]
fn settings_without_a_secret_are_judged_with_the_deployments_keys() {
    let key = ec();
    let row = |settings: &str| {
        Row::talk()
            .signed_by(&key)
            .with_keys(vec![ec_of(&key)])
            .settings(settings)
    };
    for settings in [
        "TALK_JWT_ISSUER=https://talk.example",
        "TALK_JWT_AUDIENCE=talk\nTALK_JWT_ALG=ES256",
    ] {
        assert_eq!(
            super::broken(row(settings).report().section("talk").unwrap()),
            [],
            "{settings}"
        );
    }
    let found = row("TALK_ROOT_URL=https://talk.example/").report();
    assert_eq!(
        super::broken(found.section("talk").unwrap()),
        [("talk-issuer", Outcome::Fail)]
    );
}

/// The same key once more.
fn ec_of(key: &SigningKey) -> SigningKey {
    of_material(
        "ec",
        KeyMaterial::from_bytes(key.algorithm(), &key.material.to_bytes()).unwrap(),
    )
}

#[test]
fn a_secret_of_corals_is_not_taken_for_one_of_talks() {
    let report = Row::talk().settings(CORAL).report();
    assert!(report.accepted);
    assert_eq!(
        report.section("coral").unwrap().verdict,
        super::Verdict::Refused
    );
}
