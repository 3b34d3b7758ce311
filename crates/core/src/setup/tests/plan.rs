//! Plans, from every place that a deployment may stand at.

use super::{coral, set, talk, with_site};
use crate::{
    key::{Algorithm, TalkForm},
    setup::{Plan, plan},
    signing_key::{KeySet, KeyState, Origin, SigningKey},
    token::tests::{CREATED, NOW, generated, imported, material},
};

fn key(kid: &str, state: KeyState) -> SigningKey {
    let mut key = generated(kid, material(Algorithm::HS256));
    key.state = state;
    key.longest_lifetime = 21_600;
    key
}

fn one_secret(kid: &str) -> SigningKey {
    imported(kid, material(Algorithm::HS256))
}

const fn retiring(until: i64) -> KeyState {
    KeyState::Retiring { until }
}

fn of_talk(keys: &KeySet) -> Plan {
    with_site(&talk(), |site| plan(site, keys, NOW))
}

fn of_coral(keys: &KeySet) -> Plan {
    with_site(&coral(), |site| plan(site, keys, NOW))
}

fn commands(plan: &Plan) -> Vec<&str> {
    plan.steps
        .iter()
        .filter_map(|step| step.command.as_deref())
        .collect()
}

const SETTINGS: &str = "lanyard deployment settings --tenant the-post --format env";

#[test]
fn talk_is_told_of_a_key_before_it_signs_and_forgets_the_old_one_after_its_last_token() {
    let steady = of_talk(&set([key("old", KeyState::Active)]));
    let new = "2027-01-15";
    let expected = [
        &format!("lanyard key create --tenant the-post --kid {new} --alg HS256"),
        SETTINGS,
        &format!("lanyard key activate --tenant the-post {new}"),
        SETTINGS,
    ];
    assert_eq!(commands(&steady), expected);
    assert!(
        steady.steps[3].task.starts_with("7 hours after"),
        "{:?}",
        steady.steps[3]
    );

    let waiting = of_talk(&set([
        key("old", KeyState::Active),
        key("new", KeyState::Pending),
    ]));
    let expected = [
        SETTINGS,
        "lanyard key activate --tenant the-post new",
        SETTINGS,
    ];
    assert_eq!(commands(&waiting), expected);

    let begun = of_talk(&set([
        key("old", retiring(NOW + 100)),
        key("new", KeyState::Active),
    ]));
    assert_eq!(commands(&begun), [SETTINGS, SETTINGS]);
    assert_eq!(begun.steps[1].not_before, Some(NOW + 100));

    // What has run out is of no more matter.
    let over = of_talk(&set([
        key("old", retiring(NOW)),
        key("new", KeyState::Active),
    ]));
    assert_eq!(over.steps.len(), 4);
}

#[test]
fn one_secret_becomes_several_only_when_every_live_token_has_a_kid() {
    let mut secret = one_secret("brought");
    let Origin::Imported {
        accept_lifetime, ..
    } = secret.origin
    else {
        panic!("it is imported");
    };
    let plan = of_talk(&set([one_secret("brought")]));
    let until = CREATED + accept_lifetime;
    let tell = &plan.steps[2];
    let several = format!("{SETTINGS} --several");
    assert_eq!(
        (tell.not_before, tell.command.as_deref()),
        (Some(until), Some(&*several))
    );
    assert!(plan.remarks[1].contains("260 days"), "{plan:?}");
    // The old key ends as soon as the tokens have that were issued here, and not 260 days later.
    let retire = "lanyard key retire --force --tenant the-post brought";
    assert_eq!(plan.steps[4].command.as_deref(), Some(retire));
    assert_eq!(commands(&plan)[4], SETTINGS);
    // Once they have ended there is nothing to wait for, unless something else still signs.
    secret.created_at = NOW - accept_lifetime;
    let plan = of_talk(&set([secret]));
    assert_eq!(plan.steps[2].not_before, None);
    assert!(
        plan.steps[0].task.contains("nothing but Lanyard signs"),
        "{:?}",
        plan.steps[0]
    );
    // Of several secrets each token carries its kid anyway.
    let mut entry = one_secret("entry");
    entry.origin = Origin::Imported {
        accept_lifetime,
        form: TalkForm::Secrets,
    };
    assert!(!of_talk(&set([entry])).text().contains("--several"));
}

#[test]
fn a_rotation_away_from_one_secret_that_has_begun_says_what_is_lost() {
    let mut old = one_secret("old");
    old.state = retiring(NOW + 100);
    let plan = of_talk(&set([old, key("new", KeyState::Active)]));
    assert!(
        plan.text().contains("carry no `kid` are refused"),
        "{}",
        plan.text()
    );
    assert!(!plan.text().contains("--several"));
}

#[test]
fn another_algorithm_can_not_be_had_without_a_loss_and_the_plan_says_so() {
    let mut new = generated("new", material(Algorithm::ES256));
    new.state = KeyState::Pending;
    let plan = of_talk(&set([key("old", KeyState::Active), new]));
    assert!(
        plan.remarks[0].contains("can't be made without a loss"),
        "{plan:?}"
    );
    // Here first: what is signed in between is accepted once Talk follows.
    let expected = [
        "lanyard key activate --tenant the-post new",
        SETTINGS,
        "lanyard key retire --force --tenant the-post old",
    ];
    assert_eq!(commands(&plan), expected);
}

#[test]
fn what_talk_can_not_verify_is_replaced_at_once() {
    let plan = of_talk(&set([generated("odd", material(Algorithm::EdDSA))]));
    let rotate = "lanyard key rotate --tenant the-post --alg HS256";
    assert_eq!(commands(&plan), [rotate, SETTINGS]);
    let none = of_talk(&KeySet::default());
    assert_eq!(
        commands(&none),
        ["lanyard key create --tenant the-post", SETTINGS]
    );
    let waiting = of_talk(&set([key("first", KeyState::Pending)]));
    assert_eq!(
        commands(&waiting)[0],
        "lanyard key activate --tenant the-post first"
    );
}

#[test]
fn the_id_of_the_next_key_is_free() {
    let keys = set([
        key("2027-01-15", KeyState::Active),
        key("2027-01-15-2", KeyState::Revoked),
    ]);
    let plan = of_talk(&keys);
    assert!(
        commands(&plan)[0].contains("--kid 2027-01-15-3 "),
        "{plan:?}"
    );
}

#[test]
fn coral_makes_the_secret_and_forgets_the_old_one_last() {
    let options = "--tenant the-post --deployment coral";
    let import = format!("lanyard key import {options} --kid KEY_ID --file - --activate");
    let mut active = one_secret("ab12");
    active.origin = Origin::Imported {
        accept_lifetime: 21_600,
        form: TalkForm::Secret,
    };
    let steady = of_coral(&set([active]));
    assert_eq!(commands(&steady), [&import]);
    let text = steady.text();
    assert!(
        text.contains("1 day from now") && text.contains("must be `ab12`"),
        "{text}"
    );

    let mut long = one_secret("ab12");
    long.longest_lifetime = 300 * 86_400;
    let long = of_coral(&set([long]));
    assert!(long.remarks[1].contains("30 days at most"), "{long:?}");

    assert_eq!(commands(&of_coral(&KeySet::default())), [&import]);
    let begun = of_coral(&set([
        key("old", retiring(NOW + 60)),
        key("new", KeyState::Active),
    ]));
    assert_eq!(begun.steps[0].not_before, Some(NOW + 60));
    assert!(begun.steps[0].task.contains("Deactivate Now"), "{begun:?}");
    let waiting = of_coral(&set([
        key("old", KeyState::Active),
        key("new", KeyState::Pending),
    ]));
    assert_eq!(
        commands(&waiting),
        [&format!("lanyard key activate {options} new")]
    );
}

#[test]
fn no_plan_shows_a_secret() {
    let keys = set([key("old", KeyState::Active), key("new", KeyState::Pending)]);
    for plan in [of_talk(&keys), of_coral(&keys)] {
        for key in keys.iter() {
            assert!(!plan.text().contains(key.material.secret_text().unwrap()));
        }
    }
}

#[test]
fn a_plan_is_printed_in_lines_that_fit_and_its_commands_are_never_broken() {
    let plan = of_talk(&set([one_secret("brought")]));
    let text = plan.text();
    for line in text.lines().filter(|line| !line.starts_with("       ")) {
        assert!(line.chars().count() <= 100, "{line}");
    }
    let printed: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("       "))
        .collect();
    assert_eq!(printed, commands(&plan));
}
