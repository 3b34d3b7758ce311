//! Keys that don't verify yet or any more.

use super::*;

fn in_state(state: KeyState) -> Bench {
    let mut key = generated("k", material(Algorithm::HS256));
    key.state = state;
    Bench::of(key)
}

/// The one header that needs no parsing has to meet the same rules as all others.
fn both_headers(bench: &Bench) -> [String; 2] {
    let message = message(bench.header().text(), claims().text());
    let (_, payload) = message.split_once('.').unwrap();
    let own = format!("{}.{payload}", bench.key.header());
    [message, own].map(|message| sign(&bench.key.material, &message))
}

#[test]
fn pending_retired_and_revoked_keys_do_not_verify() {
    for (state, expected) in [
        (KeyState::Active, OK),
        (KeyState::Pending, Err(Refusal::KeyPending)),
        (KeyState::Retired, Err(Refusal::KeyRetired)),
        (KeyState::Revoked, Err(Refusal::KeyRevoked)),
    ] {
        let bench = in_state(state);
        for token in both_headers(&bench) {
            bench.check([(format!("{state:?}"), token, expected)]);
        }
    }
}

#[test]
fn a_retiring_key_verifies_until_its_time_has_come() {
    for (until, expected) in [
        (NOW + 2, OK),
        (NOW + 1, OK),
        (NOW, Err(Refusal::KeyRetired)),
        (NOW - 1, Err(Refusal::KeyRetired)),
    ] {
        let bench = in_state(KeyState::Retiring { until });
        for token in both_headers(&bench) {
            bench.check([(format!("until now + {}", until - NOW), token, expected)]);
        }
    }
}

#[test]
fn a_retiring_key_signs_nothing_new() {
    let since = NOW - 1000;
    let cases = [
        ("before", since - 1, OK),
        ("as it stopped", since, OK),
        ("by a clock that is behind", since + 60, OK),
        ("afterwards", since + 61, Err(Refusal::BadIssuedAt)),
        ("now", NOW, Err(Refusal::BadIssuedAt)),
    ]
    .map(|(name, iat, expected)| (name, claims().set("iat", iat), expected));
    for make in [generated, imported] {
        let mut key = make("k", material(Algorithm::HS256));
        key.state = KeyState::Retiring { until: NOW + 1 };
        key.retiring_since = Some(since);
        let exempt = key.origin != Origin::Generated;
        Bench::of(key).check_claims(
            cases
                .clone()
                .map(|(name, claims, expected)| (name, claims, if exempt { OK } else { expected })),
        );
    }
}

#[test]
fn the_state_is_told_before_the_signature_is_checked() {
    let bench = in_state(KeyState::Revoked);
    let forged = token(&message(bench.header().text(), claims().text()), [7; 32]);
    bench.check([("forged".into(), forged, Err(Refusal::KeyRevoked))]);
}
