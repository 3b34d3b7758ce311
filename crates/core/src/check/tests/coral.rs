//! Coral's rows.

use serde_json::json;

use super::{CORAL, NOW, Row, SECRET, broken, secret_key};
use crate::{
    key::{Algorithm, generate},
    revocation::Revocation,
};

const OTHER: &str = "ssosec_9e8b7a69584736251403f2e1d0c9b8a7968574635241302f1e0d5f1c0d";

/// What stands after the prefix, decoded.
fn hex() -> Vec<u8> {
    let digits = &CORAL["ssosec_".len()..];
    (0..digits.len() / 2)
        .map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap())
        .collect()
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = keys();
    rows.extend(reader());
    rows.extend(claims());
    rows.extend(oidc());
    rows
}

fn two() -> Vec<crate::signing_key::SigningKey> {
    vec![secret_key("k", CORAL), secret_key("other", OTHER)]
}

fn keys() -> Vec<Row> {
    vec![
        Row::coral()
            .settings(SECRET)
            .signed_with(SECRET)
            .warns("coral-secret-prefix"),
        Row::coral()
            .header("alg", "HS512")
            .breaks("coral-algorithm"),
        Row::coral()
            .signed_by(&super::of_material(
                "k",
                generate(Algorithm::ES256).unwrap(),
            ))
            .breaks("coral-algorithm"),
        Row::coral()
            .with_keys(two())
            .without_kid()
            .warns("coral-kid-present"),
        Row::coral()
            .with_keys(two())
            .header("kid", "K")
            .breaks("coral-kid-known"),
        Row::coral()
            .with_keys(two())
            .header("kid", 7)
            .breaks("coral-kid-known"),
        Row::coral()
            .signed_with("another")
            .breaks("coral-signature"),
        Row::coral()
            .signed_with(&CORAL["ssosec_".len()..])
            .breaks("coral-signature"),
        Row::coral().signed_with(hex()).breaks("coral-signature"),
        Row::coral()
            .with_keys(two())
            .signed_with(OTHER)
            .breaks("coral-signature"),
        Row {
            neighbour: Some(secret_key("theirs", CORAL)),
            ..Row::coral()
        }
        .warns("coral-secret-own"),
    ]
}

fn reader() -> Vec<Row> {
    let record = json!({ "id": "reader-1", "email_verified": false });
    vec![
        Row::coral().without("user").breaks("coral-user"),
        Row::coral().claim("user", json!(null)).breaks("coral-user"),
        Row::coral().without("user.id").breaks("coral-user-id"),
        Row::coral().user("id", 7).breaks("coral-user-id"),
        Row::coral().user("id", "").breaks("coral-user-id"),
        Row::coral()
            .without("user.email")
            .breaks("coral-user-email"),
        Row::coral()
            .user("email", json!(null))
            .breaks("coral-user-email"),
        Row::coral()
            .without("user.username")
            .without("user.url")
            .breaks("coral-user-username"),
        Row::coral()
            .user("username", json!(null))
            .breaks("coral-user-username"),
        Row::coral()
            .without("user.username")
            .breaks("coral-username-not-provided"),
        Row::coral()
            .user("email", "ann")
            .breaks("coral-email-shape"),
        Row::coral()
            .user("email", "ann@b")
            .breaks("coral-email-shape"),
        Row::coral()
            .user("email", "ann smith@post.example")
            .breaks("coral-email-shape"),
        Row::coral()
            .user("email", format!("{}@post.example", "a".repeat(90)))
            .breaks("coral-email-length"),
        Row::coral()
            .reader(&record, false)
            .warns("coral-email-verified"),
        Row::coral()
            .user("id", "ann@post.example")
            .warns("coral-id-private"),
        Row::coral().user("id", "ann").warns("coral-id-private"),
        Row::coral()
            .user("badges", json!(null))
            .breaks("coral-user-badges"),
        Row::coral()
            .user("badges", "staff")
            .breaks("coral-user-badges"),
        Row::coral()
            .user("badges", json!(["staff", 7]))
            .breaks("coral-user-badges"),
        Row::coral().user("role", "staff").breaks("coral-user-role"),
        Row::coral().user("role", "OWNER").breaks("coral-user-role"),
        Row::coral()
            .user("role", json!(null))
            .breaks("coral-user-role"),
        Row::coral()
            .user("role", "ADMIN")
            .warns("coral-role-ceiling"),
        Row::coral().user("url", "/ann").breaks("coral-user-url"),
        Row::coral()
            .user("url", json!(null))
            .breaks("coral-user-url"),
        Row::coral()
            .user("avatar", "ann.png")
            .breaks("coral-user-avatar"),
        Row::coral()
            .user("avatar", "https://post.example/ä.png")
            .breaks("coral-user-avatar"),
        Row::coral()
            .user("avatar", "https://post.example/ann.svg")
            .warns("coral-avatar-ending"),
    ]
}

fn claims() -> Vec<Row> {
    vec![
        Row::coral().claim("exp", NOW).breaks("coral-exp"),
        Row::coral().claim("exp", "2030").breaks("coral-exp"),
        Row::coral().without("exp").warns("coral-exp-present"),
        Row::coral().claim("nbf", NOW + 1).breaks("coral-nbf"),
        Row::coral().without("iat").warns("coral-iat-present"),
        Row::coral().claim("iat", "now").breaks("coral-iat"),
        Row::coral().claim("iat", NOW + 600).warns("coral-iat"),
        Row::coral().without("jti").warns("coral-jti-present"),
        Row::coral().claim("jti", 7).breaks("coral-jti-present"),
        Row::coral()
            .claim("jti", "post:7")
            .warns("coral-jti-unguessable"),
        Row::coral()
            .claim("x", "x".repeat(13_000))
            .breaks("coral-size"),
        Row {
            revoked: Some(Revocation::token(super::JTI, Some(NOW + 3600))),
            ..Row::coral()
        }
        .warns("coral-revocation"),
    ]
}

fn oidc() -> Vec<Row> {
    let both = || {
        let row = Row::coral().of("coral-oidc");
        row.claim("sub", "reader-1")
            .claim("iss", "https://post.example")
            .claim("aud", "talk")
    };
    vec![both().breaks("coral-oidc-mistaken")]
        .into_iter()
        .chain([nonce()])
        .collect()
}

/// In RS256 both rules of an ID token are broken, so the row of the second has a token that the first lets pass.
fn nonce() -> Row {
    let row = Row::coral().of("coral-oidc").header("alg", "RS256");
    row.claim("sub", "reader-1")
        .claim("iss", "https://post.example")
        .claim("aud", "talk")
        .breaks("coral-oidc-nonce")
}

#[test]
fn a_list_for_an_audience_is_good_in_talk_and_in_coral() {
    let row = Row::coral()
        .claim("sub", "1")
        .claim("iss", "x")
        .claim("aud", json!(["talk"]));
    let report = row.report();
    assert_eq!(broken(report.section("coral").unwrap()), []);
    assert_eq!(broken(report.section("coral-oidc").unwrap()), []);
    assert_eq!(
        report.reason,
        Some("wrong_issuer"),
        "Lanyard makes no such token"
    );
}

#[test]
fn another_reading_of_the_secret_is_named() {
    for (signed_with, words) in [
        (
            CORAL.as_bytes()["ssosec_".len()..].to_vec(),
            "without its prefix `ssosec_`,",
        ),
        (hex(), "decoded from hexadecimal"),
    ] {
        let report = Row::coral().signed_with(signed_with).report();
        let failure = report.section("coral").unwrap().first_failure().unwrap();
        assert!(failure.detail.contains(words), "{}", failure.detail);
    }
}

#[test]
fn a_secret_that_has_ended_in_coral_takes_no_more_tokens() {
    let list = |end: &str| {
        format!(
            r#"[{{"kid":"k","secret":"{CORAL}","inactiveAt":{end}}},{{"kid":"new","secret":"{OTHER}","inactiveAt":null}}]"#
        )
    };
    let coral = |end: &str| {
        broken(
            Row::coral()
                .settings(list(end))
                .report()
                .section("coral")
                .unwrap(),
        )
    };
    assert_eq!(coral("null"), []);
    assert_eq!(coral("\"2030-01-01T00:00:00Z\""), []);
    let ended = coral("\"2020-01-01T00:00:00.000Z\"");
    assert_eq!(
        ended.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
        ["coral-signature"]
    );
}

#[test]
fn with_one_secret_any_kid_will_do() {
    let row = Row::coral().header("kid", "whatever").settings(CORAL);
    assert_eq!(broken(row.report().section("coral").unwrap()), []);
}
