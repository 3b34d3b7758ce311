//! Readers' tokens and issuing tokens are never taken for each other.

use super::*;
use crate::{
    tenant::SettingError,
    token::{ISSUING_TYPE, issue_issuing, verify_issuing},
};

/// An issuing token's claims, as the demo service has them.
fn demo() -> Object {
    Object::default()
        .add("iat", NOW - 10)
        .add("aud", r#""TALK_TOKEN_EXAMPLE_AUDIENCE""#)
        .add("iss", r#""https://talk.example""#)
        .add("sub", r#""TALK_TOKEN_EXAMPLE""#)
}

fn reader(bench: &Bench) -> String {
    let user = UserId::parse("reader-1").unwrap();
    issue(&bench.policy, &bench.key, &user, NOW, Uuid::from_u128(7)).unwrap()
}

fn issuing(bench: &Bench) -> String {
    issue_issuing(&bench.policy, &bench.key, NOW, None, Uuid::from_u128(7)).unwrap()
}

fn verify_as_issuing(bench: &Bench, token: &str) -> Result<Verified, Refusal> {
    verify_issuing(&bench.policy, &bench.keys, token, NOW)
}

#[test]
fn an_issuing_token_that_was_made_here_verifies_as_one() {
    for algorithm in Algorithm::ALL {
        for expires_at in [None, Some(NOW + 1)] {
            let bench = Bench::generated(algorithm);
            let id = Uuid::from_u128(7);
            let token = issue_issuing(&bench.policy, &bench.key, NOW, expires_at, id).unwrap();
            let verified = verify_as_issuing(&bench, &token).unwrap();
            assert_eq!(verified.user, None);
            assert_eq!(verified.token_id.as_deref(), Some(id.to_string().as_str()));
            assert_eq!(verified.issued_at, Some(NOW));
            assert_eq!(verified.expires_at, expires_at);
            assert_eq!(verified.key.kid, bench.key.kid);
        }
    }
    let bench = Bench::generated(Algorithm::HS256);
    let id = Uuid::from_u128(7);
    let token = issue_issuing(&bench.policy, &bench.key, NOW - 5, Some(NOW), id).unwrap();
    assert_eq!(
        verify_as_issuing(&bench, &token).unwrap_err(),
        Refusal::Expired
    );
}

#[test]
fn neither_passes_for_the_other() {
    for bench in [
        Bench::generated(Algorithm::ES256),
        Bench::imported(Algorithm::HS256),
    ] {
        let (reader, issuing) = (reader(&bench), issuing(&bench));
        let demo = bench.sign(bench.header().text(), demo().text());
        assert!(bench.verify(&reader).is_ok());
        assert!(verify_as_issuing(&bench, &issuing).is_ok());
        assert!(verify_as_issuing(&bench, &demo).is_ok());
        let wrong = Err(Refusal::WrongPurpose);
        bench.check([
            ("102: issuing as reader's".into(), issuing, wrong),
            ("102: demo form as reader's".into(), demo, wrong),
        ]);
        let got = verify_as_issuing(&bench, &reader).unwrap_err();
        assert_eq!(got, Refusal::WrongAudience, "102: reader's as issuing");
    }
}

#[test]
fn equal_audiences_are_no_setting_and_would_change_nothing() {
    for (audience, equal) in [
        ("TALK_TOKEN_EXAMPLE_AUDIENCE", true),
        ("talk_token_example_audience", false),
        ("TALK_TOKEN_EXAMPLE_AUDIENCE/", false),
        ("TALK_TOKEN_EXAMPLE_AUDIENC\u{415}", false),
    ] {
        for mut bench in [
            Bench::generated(Algorithm::ES256),
            Bench::imported(Algorithm::HS256),
        ] {
            talk_of(&mut bench.policy).audience = ClaimText::parse("audience", audience).unwrap();
            let same = SettingError::SameAudience(audience.into());
            let checked = IssuingRule::demo(true).check(&talk_of(&mut bench.policy).audience);
            assert_eq!(checked, if equal { Err(same) } else { Ok(()) });
            let (reader, issuing) = (reader(&bench), issuing(&bench));
            let demo = demo().set("aud", format!("\"{audience}\""));
            let demo = bench.sign(bench.header().text(), demo.text());
            assert_eq!(bench.verify(&reader).is_ok(), !equal, "{audience}");
            for token in [&issuing, &demo] {
                let got = bench.verify(token).unwrap_err();
                assert_eq!(got, Refusal::WrongPurpose, "102: {audience}");
            }
            let got = verify_as_issuing(&bench, &reader).unwrap_err();
            let expected = if equal {
                Refusal::WrongPurpose
            } else {
                Refusal::WrongAudience
            };
            assert_eq!(got, expected, "102: {audience}");
        }
    }
}

#[test]
fn issuing_tokens_can_be_switched_off() {
    let mut bench = Bench::generated(Algorithm::HS256);
    let (token, rubbish) = (issuing(&bench), "x");
    bench.policy.issuing.accepted = false;
    for token in [token.as_str(), rubbish] {
        let got = verify_as_issuing(&bench, token).unwrap_err();
        assert_eq!(got, Refusal::IssuingTokensOff);
    }
}

#[test]
fn the_demo_form_is_taken_without_typ_exp_jti_and_kid() {
    for bench in [
        Bench::generated(Algorithm::HS256),
        Bench::imported(Algorithm::HS256),
        Bench::generated(Algorithm::RS256),
    ] {
        let plain = bench.header().without("kid");
        for (header, expected) in [
            (plain.clone(), OK),
            (plain.clone().without("typ"), OK),
            (plain.clone().set("typ", r#""jwt""#), OK),
            (plain.clone().set("typ", format!("\"{ISSUING_TYPE}\"")), OK),
            (bench.header(), OK),
            (
                plain.clone().set("typ", r#""at+jwt""#),
                Err(Refusal::WrongType),
            ),
            (plain.set("kid", r#""x""#), Err(Refusal::UnknownKey)),
        ] {
            let token = bench.sign(header.text(), demo().text());
            let got = verify_as_issuing(&bench, &token);
            assert_eq!(got.map(|_| ()), expected, "{}", header.text());
        }
    }
}

#[test]
fn an_issuing_token_obeys_the_claims_that_it_has() {
    let bench = Bench::generated(Algorithm::HS256);
    let with = |name: &str, value: &str| demo().set(name, value);
    let cases = [
        (
            "wrong subject",
            with("sub", r#""reader-1""#),
            Err(Refusal::WrongPurpose),
        ),
        (
            "no subject",
            demo().without("sub"),
            Err(Refusal::WrongPurpose),
        ),
        (
            "readers' audience",
            with("aud", r#""talk""#),
            Err(Refusal::WrongAudience),
        ),
        (
            "no audience",
            demo().without("aud"),
            Err(Refusal::WrongAudience),
        ),
        (
            "wrong issuer",
            with("iss", r#""x""#),
            Err(Refusal::WrongIssuer),
        ),
        (
            "no issuer",
            demo().without("iss"),
            Err(Refusal::WrongIssuer),
        ),
        ("no iat", demo().without("iat"), OK),
        ("80: exp now", demo().add("exp", NOW), Err(Refusal::Expired)),
        ("80: exp now + 1", demo().add("exp", NOW + 1), OK),
        (
            "74: exp string",
            with("exp", r#""9""#),
            Err(Refusal::BadExpiry),
        ),
        ("74: exp null", with("exp", "null"), Err(Refusal::BadExpiry)),
        (
            "77: exp 2^63",
            with("exp", "9223372036854775808"),
            Err(Refusal::BadExpiry),
        ),
        (
            "81: nbf now + 1",
            demo().add("nbf", NOW + 1),
            Err(Refusal::NotYetValid),
        ),
        (
            "82: nbf null",
            with("nbf", "null"),
            Err(Refusal::BadNotBefore),
        ),
        (
            "94: twice",
            demo().add("sub", r#""TALK_TOKEN_EXAMPLE""#),
            Err(Refusal::Malformed),
        ),
    ];
    check(
        cases.map(|(name, claims, expected)| {
            let token = bench.sign(bench.header().text(), claims.text());
            (name.to_owned(), token, expected)
        }),
        |token| verify_as_issuing(&bench, token),
    );
}

#[test]
fn an_issuing_token_needs_a_key_that_verifies() {
    for (state, expected) in [
        (KeyState::Pending, Refusal::KeyPending),
        (KeyState::Retired, Refusal::KeyRetired),
        (KeyState::Revoked, Refusal::KeyRevoked),
    ] {
        let mut key = generated("k", material(Algorithm::HS256));
        key.state = state;
        let bench = Bench::of(key);
        let got = verify_as_issuing(&bench, &issuing(&bench)).unwrap_err();
        assert_eq!(got, expected);
    }
}

#[test]
fn no_reader_is_given_the_subject_of_issuing_tokens() {
    use crate::token::IssueError;
    for path in ["sub", "user.id"] {
        let mut bench = Bench::generated(Algorithm::HS256);
        talk_of(&mut bench.policy).user_id_claim = path.parse().unwrap();
        for (id, reserved) in [("TALK_TOKEN_EXAMPLE", true), ("a@b", false)] {
            let user = UserId::parse(id).unwrap();
            let error = issue(&bench.policy, &bench.key, &user, NOW, Uuid::nil()).unwrap_err();
            assert_eq!(
                matches!(error, IssueError::ReservedUserId),
                reserved,
                "{id}"
            );
            assert_eq!(
                matches!(error, IssueError::EmailAsUserId),
                !reserved,
                "{id}"
            );
        }
    }
}
