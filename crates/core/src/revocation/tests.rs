//! Revocations: what each refuses, from which second on, and for how long.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use super::{Revocation, Revocations, Subject};
use crate::{
    id::{ApiKeyId, Kid},
    key::Algorithm,
    signing_key::{KeySet, SigningKey},
    tenant::{CLOCK_SKEW, MAX_TOKEN_LIFETIME},
    token::{
        Refusal, Verified,
        tests::{NOW, generated, imported, issue, material, policy},
        verify,
    },
    user::UserId,
};

fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

fn reader(issued_at: Option<i64>) -> Verified {
    Verified {
        key: Arc::new(generated("k", material(Algorithm::HS256))),
        user: Some(user("reader-1")),
        token_id: Some("t".into()),
        issued_at,
        expires_at: Some(NOW + 3600),
    }
}

/// Every subject that a reader's token can be refused for, but the token itself.
fn subjects() -> [(Subject, Refusal); 3] {
    [
        (Subject::User("reader-1".into()), Refusal::UserTokensRevoked),
        (Subject::Key("k".into()), Refusal::KeyRevoked),
        (Subject::Tenant, Refusal::TenantTokensRevoked),
    ]
}

fn holding(revocations: &[Revocation]) -> Revocations {
    let mut held = Revocations::default();
    for revocation in revocations {
        held.add(revocation);
    }
    held
}

#[test]
fn nothing_is_revoked_at_first() {
    let held = Revocations::default();
    assert!(held.is_empty());
    assert_eq!(held.len(), 0);
    assert_eq!(held.refusal(&reader(None)), None);
    assert!(!held.user_is_disabled(&user("reader-1")));
    assert!(!held.api_key_is_revoked(ApiKeyId(Uuid::nil())));
}

#[test]
fn a_token_is_revoked_by_its_id() {
    let held = holding(&[Revocation::token("t", Some(NOW + 3600))]);
    assert!(!held.is_empty());
    assert_eq!(
        held.refusal(&reader(Some(NOW))),
        Some(Refusal::TokenRevoked)
    );
    for other in ["T", "t ", "", "tt"] {
        let mut token = reader(Some(NOW));
        token.token_id = Some(other.into());
        assert_eq!(held.refusal(&token), None, "{other:?}");
    }
    let mut token = reader(Some(NOW));
    token.token_id = None;
    assert_eq!(held.refusal(&token), None, "no id");
}

#[test]
fn what_was_issued_up_to_and_in_the_second_is_dead() {
    for (subject, refusal) in subjects() {
        let held = holding(&[Revocation::before(subject.clone(), NOW)]);
        for (issued_at, expected) in [
            (NOW - 1, Some(refusal)),
            (NOW, Some(refusal)),
            (NOW + 1, None),
            (i64::MIN, Some(refusal)),
            (i64::MAX, None),
        ] {
            let got = held.refusal(&reader(Some(issued_at)));
            assert_eq!(got, expected, "{subject:?} at {issued_at}");
        }
        let undated = held.refusal(&reader(None));
        assert_eq!(undated, Some(refusal), "{subject:?} without iat");
    }
}

#[test]
fn a_standing_revocation_refuses_whatever_is_issued() {
    for (subject, refusal) in subjects() {
        let refusal = match refusal {
            Refusal::UserTokensRevoked => Refusal::UserDisabled,
            other => other,
        };
        let held = holding(&[Revocation::standing(subject.clone(), NOW)]);
        for issued_at in [None, Some(NOW), Some(NOW + 1), Some(i64::MAX)] {
            let got = held.refusal(&reader(issued_at));
            assert_eq!(got, Some(refusal), "{subject:?} {issued_at:?}");
        }
    }
}

#[test]
fn a_revocation_is_of_no_effect_on_others() {
    for subject in [
        Subject::User("READER-1".into()),
        Subject::User("t".into()),
        Subject::Key("K".into()),
        Subject::Key("reader-1".into()),
        Subject::Token("reader-1".into()),
        Subject::ApiKey(ApiKeyId(Uuid::nil())),
    ] {
        for revocation in [
            Revocation::standing(subject.clone(), NOW),
            Revocation::before(subject.clone(), NOW),
        ] {
            let held = holding(&[revocation]);
            assert_eq!(held.refusal(&reader(None)), None, "{subject:?}");
            assert_eq!(held.len(), 1);
        }
    }
}

#[test]
fn an_issuing_token_has_no_user_to_be_revoked_for() {
    let token = Verified {
        user: None,
        ..reader(Some(NOW))
    };
    for (subject, refusal) in subjects() {
        let expected = match subject {
            Subject::User(_) => None,
            _ => Some(refusal),
        };
        let held = holding(&[Revocation::before(subject, NOW)]);
        assert_eq!(held.refusal(&token), expected);
    }
}

#[test]
fn only_a_standing_revocation_disables_a_user() {
    let subject = Subject::User("reader-1".into());
    let before = holding(&[Revocation::before(subject.clone(), NOW)]);
    assert!(!before.user_is_disabled(&user("reader-1")));
    let standing = holding(&[Revocation::standing(subject, NOW)]);
    assert!(standing.user_is_disabled(&user("reader-1")));
    assert!(!standing.user_is_disabled(&user("reader-2")));
}

#[test]
fn an_api_key_is_revoked_by_either_mark() {
    let [id, other] = [1, 2].map(|number| ApiKeyId(Uuid::from_u128(number)));
    for revocation in [
        Revocation::before(Subject::ApiKey(id), NOW),
        Revocation::standing(Subject::ApiKey(id), NOW),
    ] {
        let held = holding(&[revocation]);
        assert!(held.api_key_is_revoked(id));
        assert!(!held.api_key_is_revoked(other));
    }
}

#[test]
fn a_token_issued_at_the_earliest_second_outlives_all_marks() {
    let kid: Kid = "k".parse().unwrap();
    let reader_1 = user("reader-1");
    let mut held = Revocations::default();
    assert_eq!(held.earliest_issue(&reader_1, &kid), i64::MIN);
    for (subject, second) in [
        (Subject::User("reader-2".into()), None),
        (Subject::Key("other".into()), None),
        (Subject::Token("t2".into()), None),
        (Subject::User("reader-1".into()), Some(NOW - 5)),
        (Subject::Tenant, Some(NOW - 3)),
        (Subject::Key("k".into()), Some(NOW)),
        (Subject::Tenant, Some(NOW - 2)),
    ] {
        let before = held.earliest_issue(&reader_1, &kid);
        let at = second.unwrap_or(NOW + 100);
        held.add(&Revocation::before(subject.clone(), at));
        let earliest = held.earliest_issue(&reader_1, &kid);
        let expected = second.map_or(before, |second| before.max(second + 1));
        assert_eq!(earliest, expected, "{subject:?}");
        if second.is_some() {
            assert_eq!(held.refusal(&reader(Some(earliest))), None, "{subject:?}");
            assert!(
                held.refusal(&reader(Some(earliest - 1))).is_some(),
                "{subject:?}"
            );
        }
    }
    held.add(&Revocation {
        before: Some(i64::MAX),
        ..Revocation::before(Subject::Tenant, NOW)
    });
    assert_eq!(held.earliest_issue(&reader_1, &kid), i64::MAX);
}

#[test]
fn a_token_issued_in_the_second_of_a_revocation_waits_for_the_next() {
    let key = Arc::new(generated("k", material(Algorithm::HS256)));
    let keys = KeySet::new(vec![Arc::clone(&key)]);
    let held = holding(&[Revocation::before(Subject::User("reader-1".into()), NOW)]);
    let earliest = held.earliest_issue(&user("reader-1"), &key.kid);
    for (issued_at, expected) in [
        (NOW, Some(Refusal::UserTokensRevoked)),
        (NOW.max(earliest), None),
    ] {
        let token = issue(&policy(), &key, &user("reader-1"), issued_at, Uuid::nil()).unwrap();
        let verified = verify(&policy(), &keys, &token, NOW).unwrap();
        assert_eq!(held.refusal(&verified), expected);
    }
}

/// A token of an imported key, of which little is asked.
fn undated(key: &SigningKey, claims: &str) -> String {
    let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{}"}}"#, key.algorithm()));
    let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims));
    let signature = key.material.sign(message.as_bytes()).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn a_date_of_issue_that_lies_ahead_saves_no_token() {
    let key = Arc::new(imported("k", material(Algorithm::HS256)));
    let keys = KeySet::new(vec![Arc::clone(&key)]);
    let held = holding(&[Revocation::before(Subject::Tenant, NOW)]);
    let revoked = Some(Refusal::TenantTokensRevoked);
    for (iat, expected) in [
        (r#""iat":"1900000000","#.to_owned(), revoked),
        (String::new(), revoked),
        (format!(r#""iat":{},"#, NOW + 61), revoked),
        (format!(r#""iat":{},"#, NOW), revoked),
        (format!(r#""iat":{},"#, NOW + 1), None),
        (format!(r#""iat":{},"#, NOW + 60), None),
    ] {
        let claims = format!(
            r#"{{{iat}"exp":{},"aud":"talk","iss":"https://talk.example","sub":"reader-1"}}"#,
            NOW + 3600
        );
        let verified = verify(&policy(), &keys, &undated(&key, &claims), NOW).unwrap();
        assert_eq!(held.refusal(&verified), expected, "{iat:?}");
    }
}

#[test]
fn tokens_are_forgotten_once_they_have_expired_everywhere() {
    let mut held = holding(&[
        Revocation::token("a", Some(NOW)),
        Revocation::token("b", Some(NOW + 1)),
        Revocation::token("c", Some(i64::MAX)),
        Revocation::before(Subject::Tenant, NOW),
        Revocation::standing(Subject::User("x".into()), NOW),
    ]);
    assert_eq!(held.len(), 4);
    assert_eq!(held.prune(NOW + CLOCK_SKEW - 1), 0);
    assert_eq!(held.prune(NOW + CLOCK_SKEW), 1, "a");
    assert_eq!(held.prune(NOW + CLOCK_SKEW), 0);
    assert_eq!(held.prune(NOW + CLOCK_SKEW + 1), 1, "b");
    assert_eq!(held.prune(i64::MAX - 1), 0);
    assert_eq!(held.len(), 2);
    assert!(held.user_is_disabled(&user("x")));
    assert!(!held.is_empty());
}

#[test]
fn a_second_mark_never_weakens_the_first() {
    for (subject, _) in subjects() {
        let standing = Revocation::standing(subject.clone(), NOW);
        let late = Revocation::before(subject.clone(), NOW);
        let early = Revocation::before(subject.clone(), NOW - 100);
        for pair in [[&standing, &early], [&early, &standing]] {
            let held = holding(&pair.map(Clone::clone));
            assert!(
                held.refusal(&reader(Some(NOW + 1))).is_some(),
                "{subject:?}"
            );
        }
        for pair in [[&late, &early], [&early, &late]] {
            let held = holding(&pair.map(Clone::clone));
            assert!(held.refusal(&reader(Some(NOW))).is_some(), "{subject:?}");
            assert!(
                held.refusal(&reader(Some(NOW + 1))).is_none(),
                "{subject:?}"
            );
        }
    }
}

#[test]
fn a_revoked_token_is_remembered_for_the_longest_time_given() {
    let (long, short) = (
        Revocation::token("t", Some(NOW + 3600)),
        Revocation::token("t", Some(NOW + 10)),
    );
    let for_ever = Revocation::token("t", None);
    for pair in [
        [&long, &short],
        [&short, &long],
        [&for_ever, &short],
        [&short, &for_ever],
    ] {
        let mut held = holding(&pair.map(Clone::clone));
        held.prune(NOW + 3599);
        let got = held.refusal(&reader(Some(NOW)));
        assert_eq!(got, Some(Refusal::TokenRevoked), "{pair:?}");
    }
}

#[test]
fn a_revocation_lasts_as_long_as_what_it_refuses() {
    let before = Revocation::before(Subject::Tenant, NOW);
    assert_eq!((before.standing, before.before), (false, Some(NOW)));
    assert_eq!(
        before.expires_at,
        Some(NOW + MAX_TOKEN_LIFETIME + CLOCK_SKEW)
    );
    let standing = Revocation::standing(Subject::Tenant, NOW);
    assert_eq!((standing.standing, standing.before), (true, Some(NOW)));
    assert_eq!(standing.expires_at, None);
    let token = Revocation::token("t", Some(NOW));
    assert_eq!((token.standing, token.before), (true, None));
    assert_eq!(token.expires_at, Some(NOW + CLOCK_SKEW));
    let far = Revocation::token("t", Some(i64::MAX));
    assert_eq!(far.expires_at, Some(i64::MAX));
    let for_ever = Revocation::token("t", None);
    assert_eq!((for_ever.standing, for_ever.expires_at), (true, None));
}

#[test]
fn a_subject_reads_back_from_its_columns_and_its_json() {
    for subject in [
        Subject::Token("t".into()),
        Subject::Token("".into()),
        Subject::User("é\u{202e} \"'\\".into()),
        Subject::Key("k".into()),
        Subject::ApiKey(ApiKeyId(Uuid::from_u128(7))),
        Subject::Tenant,
    ] {
        let (kind, text) = subject.columns();
        assert_eq!(Subject::from_columns(kind, &text), Some(subject.clone()));
        for revocation in [
            Revocation::before(subject.clone(), NOW),
            Revocation::standing(subject, NOW),
        ] {
            let json = serde_json::to_string(&revocation).unwrap();
            assert_eq!(
                serde_json::from_str::<Revocation>(&json).unwrap(),
                revocation,
                "{json}"
            );
        }
    }
    for (kind, text) in [
        ("", ""),
        ("Token", "t"),
        ("api_key", ""),
        ("api_key", "k"),
        ("apikey", "t"),
    ] {
        assert_eq!(Subject::from_columns(kind, text), None, "{kind} {text}");
    }
}
