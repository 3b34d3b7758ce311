use super::{COUNTED_WITHIN, KeyLife, KeyUse, Step, Waiting, rotation};
use crate::{
    key::TalkForm,
    profile::TokenProfile,
    signing_key::{KeyState, Origin},
    tenant::CLOCK_SKEW,
};

const HOUR: i64 = 3_600;
const LIFETIME: i64 = 6 * HOUR;
const MADE: i64 = 1_000_000;
/// When another key took its place.
const ROTATED: i64 = MADE + 90 * 86_400;

/// A key that was made here, signed until another took its place a minute and more ago, and was counted.
fn old() -> KeyLife {
    KeyLife {
        state: KeyState::Retiring {
            until: ROTATED + LIFETIME + CLOCK_SKEW,
        },
        origin: Origin::Generated,
        created_at: MADE,
        first_used_at: Some(MADE + 10),
        retiring_since: Some(ROTATED),
        longest_lifetime: LIFETIME,
        counted_from: MADE,
        usage: KeyUse {
            last_issued_at: Some(ROTATED - 5),
            last_seen_at: Some(ROTATED + 100),
            alive: 12,
        },
    }
}

fn imported(accept_lifetime: i64) -> KeyLife {
    KeyLife {
        origin: Origin::Imported {
            accept_lifetime,
            form: TalkForm::Secret,
        },
        state: KeyState::Retiring {
            until: ROTATED + accept_lifetime + CLOCK_SKEW,
        },
        ..old()
    }
}

#[test]
fn a_key_is_needed_until_the_last_token_that_it_signed_has_ended() {
    let key = old();
    let end = ROTATED - 5 + LIFETIME + CLOCK_SKEW;
    for now in [ROTATED + COUNTED_WITHIN, end - CLOCK_SKEW - 1] {
        assert_eq!(key.safe_to_retire_at(now), Some(end));
        assert_eq!(key.waiting(now), Some(Waiting::LastToken));
        assert_eq!(key.live_tokens(now), Some(12));
        assert!(!key.is_safe_to_retire(now));
    }
    assert!(key.is_safe_to_retire(end));
    assert_eq!((key.waiting(end), key.live_tokens(end)), (None, Some(0)));
}

#[test]
fn a_key_that_signed_long_ago_or_never_is_safe_once_all_servers_have_said_so() {
    let mut key = old();
    key.usage.last_issued_at = Some(ROTATED - LIFETIME);
    // Another server may have signed this very moment.
    let early = ROTATED + COUNTED_WITHIN - 1;
    let latest = ROTATED + LIFETIME + CLOCK_SKEW;
    assert_eq!(key.safe_to_retire_at(early), Some(latest));
    assert_eq!(key.safe_to_retire_at(ROTATED), Some(latest));
    assert!(key.is_safe_to_retire(ROTATED + COUNTED_WITHIN));
    // That it signs is written down before it first does.
    key.first_used_at = None;
    key.usage = KeyUse::default();
    assert!(key.is_safe_to_retire(ROTATED));
    assert_eq!(key.live_tokens(ROTATED), Some(0));
}

#[test]
fn a_key_whose_count_was_lost_with_its_server_is_needed_for_as_long_as_its_first_token_may_live() {
    let mut key = old();
    key.first_used_at = Some(ROTATED - 5);
    key.usage = KeyUse::default();
    let end = ROTATED - 5 + LIFETIME + CLOCK_SKEW;
    let now = ROTATED + COUNTED_WITHIN;
    assert_eq!(
        (key.live_tokens(now), key.safe_to_retire_at(now)),
        (None, Some(end))
    );
    assert!(key.is_safe_to_retire(end));
    assert_eq!(key.live_tokens(end), Some(0));
}

#[test]
fn tokens_that_had_a_shorter_life_than_the_longest_end_as_they_were_counted() {
    let mut key = old();
    key.longest_lifetime = 90 * 86_400;
    let until = ROTATED + key.longest_lifetime + CLOCK_SKEW;
    key.state = KeyState::Retiring { until };
    let now = ROTATED + LIFETIME + HOUR;
    assert_eq!(key.live_tokens(now), Some(12));
    assert!(!key.is_safe_to_retire(now));
    key.usage.alive = 0;
    assert!(key.is_safe_to_retire(now));
    assert!(!key.is_safe_to_retire(ROTATED + COUNTED_WITHIN - 1));
}

#[test]
fn what_was_signed_before_counting_began_is_not_known_and_not_forgotten() {
    let mut key = old();
    key.counted_from = ROTATED - HOUR;
    key.usage = KeyUse::default();
    let now = ROTATED + COUNTED_WITHIN;
    assert_eq!(key.live_tokens(now), None);
    let end = ROTATED - HOUR + LIFETIME + CLOCK_SKEW;
    assert_eq!(key.safe_to_retire_at(now), Some(end));
    assert_eq!(key.live_tokens(end), Some(0));
    // Counting begins later than the key stopped signing.
    key.counted_from = ROTATED + HOUR;
    let end = ROTATED + LIFETIME + CLOCK_SKEW;
    assert_eq!(key.safe_to_retire_at(now), Some(end));
    assert_eq!(key.live_tokens(end), Some(0));
}

#[test]
fn others_who_sign_with_an_imported_key_are_waited_for_from_when_they_were_last_seen() {
    let accepted = 30 * 86_400;
    let mut key = imported(accepted);
    let now = ROTATED + COUNTED_WITHIN;
    let end = ROTATED + 100 + accepted + CLOCK_SKEW;
    assert_eq!(key.safe_to_retire_at(now), Some(end));
    assert_eq!(key.waiting(now), Some(Waiting::OthersTokens));
    key.usage.last_seen_at = None;
    let end = ROTATED + accepted + CLOCK_SKEW;
    assert_eq!(key.safe_to_retire_at(now), Some(end));
    // Our own may live longer than theirs.
    let mut key = imported(60);
    key.usage.last_seen_at = None;
    assert_eq!(key.waiting(now), Some(Waiting::LastToken));
    // One that only verifies never stopped signing, since it never began.
    let mut key = imported(accepted);
    (key.first_used_at, key.retiring_since) = (None, None);
    key.usage = KeyUse::default();
    let end = MADE + accepted + CLOCK_SKEW;
    assert_eq!(key.safe_to_retire_at(MADE), Some(end));
}

#[test]
fn a_key_that_signs_is_never_safe_to_retire_and_one_that_waits_always_is() {
    let mut key = old();
    for state in [KeyState::Active, KeyState::Retired, KeyState::Revoked] {
        key.state = state;
        assert_eq!(key.safe_to_retire_at(ROTATED + 400 * 86_400), None);
        assert!(!key.is_safe_to_retire(ROTATED));
        assert_eq!(key.waiting(ROTATED), None);
    }
    // Its time has come by itself.
    key.state = KeyState::Retiring { until: ROTATED };
    assert_eq!(key.safe_to_retire_at(ROTATED), None);
    for mut key in [old(), imported(86_400)] {
        (key.state, key.first_used_at) = (KeyState::Pending, None);
        assert!(key.is_safe_to_retire(MADE));
        assert_eq!(key.waiting(MADE), Some(Waiting::ToBeKnown));
    }
    assert_eq!(
        Waiting::ToBeKnown.text(TokenProfile::Talk),
        "waiting until Talk knows it"
    );
}

#[test]
fn a_rotation_goes_step_by_step() {
    let now = ROTATED + COUNTED_WITHIN;
    let (mut one, mut two, three) = (old(), old(), old());
    one.state = KeyState::Active;
    (two.state, two.first_used_at) = (KeyState::Pending, None);
    let of = |keys: &[(&'static str, &KeyLife)], now: i64| {
        let found = rotation(keys, now);
        (found.step, found.signs, found.key, found.at)
    };
    assert_eq!(of(&[], now), (Step::NoKey, None, None, None));
    assert_eq!(
        of(&[("1", &one)], now),
        (Step::Steady, Some("1"), None, None)
    );
    assert_eq!(
        of(&[("1", &one), ("2", &two)], now),
        (Step::Waiting, Some("1"), Some("2"), None)
    );
    assert_eq!(
        of(&[("3", &three), ("1", &one)], now),
        (
            Step::Overlap,
            Some("1"),
            Some("3"),
            three.safe_to_retire_at(now)
        )
    );
    let mut unused = old();
    unused.first_used_at = None;
    assert_eq!(
        of(&[("3", &three), ("4", &unused), ("1", &one)], now),
        (Step::Retire, Some("1"), Some("4"), None)
    );
    let later = now + 90 * 86_400;
    assert_eq!(
        of(&[("3", &three), ("1", &one)], later),
        (Step::Steady, Some("1"), None, None)
    );
    for profile in [TokenProfile::Talk, TokenProfile::Coral] {
        for step in [
            Step::NoKey,
            Step::Steady,
            Step::Waiting,
            Step::Overlap,
            Step::Retire,
        ] {
            assert!(step.next(profile).ends_with('.'), "{}", step.name());
        }
    }
}
