//! What holds for every token.

use std::sync::LazyLock;

use proptest::{prelude::*, sample::select};
use uuid::Uuid;

use super::*;
use crate::{
    key::{TalkForm, generate},
    profile::{ProfileClaims, TalkClaims},
    setup::Form,
    talk,
    token::{self, Wanted, check_user, tests::talk_claims},
};

/// A deployment of each kind, with each algorithm that its product knows.
static TALKS: LazyLock<Vec<KeySet>> = LazyLock::new(|| {
    let known = [
        Algorithm::HS256,
        Algorithm::HS384,
        Algorithm::HS512,
        Algorithm::RS256,
        Algorithm::ES256,
        Algorithm::ES384,
    ];
    let set = |algorithm| {
        let key = of_material("k", crate::token::tests::material(algorithm));
        KeySet::new(vec![key.into()])
    };
    known.into_iter().map(set).collect()
});

static CORALS: LazyLock<Vec<KeySet>> = LazyLock::new(|| {
    let other = "ssosec_9e8b7a69584736251403f2e1d0c9b8a7968574635241302f1e0d5f1c0d";
    let mut old = secret_key("old", other);
    old.state = KeyState::Retiring { until: NOW + 60 };
    vec![
        KeySet::new(vec![secret_key("k", CORAL).into()]),
        KeySet::new(vec![secret_key("k", CORAL).into(), old.into()]),
    ]
});

/// A reader as a newsroom may have one.
fn reader() -> impl Strategy<Value = User> {
    let text = prop_oneof![
        "[A-Za-z0-9]{1,20}",
        any::<String>(),
        "[a-z@. é\u{feff}]{1,30}"
    ];
    let email = prop_oneof![
        "[a-z]{1,9}@[a-z]{1,9}\\.[a-z]{2,3}",
        "[a-zé@.\u{feff}]{3,120}"
    ];
    let url = prop_oneof![
        "https?://[a-z.:@\\[\\]0-9]{1,20}(/[a-z0-9.%]{0,12})?(\\?[a-z=]{0,5})?",
        select(
            &[
                "https://post.example/a.png",
                "http://[::1]/a.gif",
                "https://a@b@c/",
                "https://post.example/a.svg"
            ][..]
        )
        .prop_map(str::to_owned),
    ];
    let role = select(&["COMMENTER", "MEMBER", "STAFF", "MODERATOR", "ADMIN"][..]);
    let badges = prop::collection::vec("[a-zé ]{1,9}", 0..3);
    let maybe = prop::option::of::<BoxedStrategy<String>>;
    let texts = (
        text.clone(),
        maybe(email.boxed()),
        maybe(text.boxed()),
        maybe(url.clone().boxed()),
        maybe(url.boxed()),
    );
    let rest = (
        prop::option::of(role),
        prop::option::of(badges),
        prop::option::of(any::<bool>()),
        prop::option::of(0..NOW),
    );
    (texts, rest).prop_filter_map("no record", |(texts, rest)| {
        let (id, email, username, url, avatar) = texts;
        let (role, badges, verified, since) = rest;
        let record = json!({
            "id": id, "email": email, "username": username, "url": url, "avatar": avatar, "role": role, "badges": badges,
            "email_verified": verified, "member_since": since,
        });
        User::from_json(record.to_string().as_bytes()).ok()
    })
}

/// All readers that Coral takes, since most of those above have no address.
fn complete() -> impl Strategy<Value = User> {
    (reader(), "[a-z]{1,9}@[a-z]{1,9}\\.[a-z]{2,3}").prop_map(|(mut user, email)| {
        user.extra = None;
        user.email = user
            .email
            .or_else(|| crate::user::Email::parse(&email).ok());
        user.username = user
            .username
            .or_else(|| crate::user::Username::parse("ann").ok());
        user
    })
}

fn ceiling() -> impl Strategy<Value = Ceiling> {
    let roles = [
        None,
        Some(Role::Commenter),
        Some(Role::Staff),
        Some(Role::Moderator),
        Some(Role::Admin),
    ];
    (select(roles.to_vec()), any::<bool>())
        .prop_map(|(max_role, badges)| Ceiling { max_role, badges })
}

/// What the checker says of a token that was issued for a reader.
fn judged(
    policy: &Policy,
    keys: &KeySet,
    user: &User,
    ceiling: Ceiling,
    id: u128,
    age: i64,
) -> Result<Report, TestCaseError> {
    let wanted = Wanted {
        user: &user.id,
        record: Some(user),
        ceiling,
        now: NOW - age,
        token_id: Uuid::from_u128(id),
    };
    let token = token::issue(policy, keys.active().unwrap(), &wanted).unwrap();
    prop_assert_eq!(
        crate::check::reader_of(policy, keys, &token),
        Some(user.id.clone())
    );
    Ok(check(&Question {
        token: &token,
        settings: None,
        deployment: Deployment { policy, keys },
        neighbours: &[],
        verdict: &verdict(policy, keys, &token, None),
        reader: Reader::Known {
            user,
            disabled: false,
        },
        now: NOW,
    }))
}

/// Rules that warn of what the directory holds: the token isn't at fault.
const OF_RECORDS: [&str; 4] = [
    "talk-username",
    "talk-size",
    "coral-email-verified",
    "coral-id-private",
];

fn assert_good(report: &Report) -> Result<(), TestCaseError> {
    prop_assert!(report.accepted, "{:?} {:?}", report.reason, report.detail);
    for section in &report.sections {
        for (id, outcome) in broken(section) {
            prop_assert!(
                OF_RECORDS.contains(&id) && outcome == Outcome::Warning,
                "{id} {:?}",
                report.claims
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_signed_for_a_talk_passes_its_rules(
        keys in 0..TALKS.len(), user in reader(), path in select(&["sub", "user.id", "a.b.c", "uid"][..]),
        names in prop::collection::vec(select(&ProfileClaims::NAMES[..]), 0..4), id: u128, age in 0..21_600_i64,
    ) {
        let talk = TalkClaims {
            user_id_claim: path.parse().unwrap(),
            profile: ProfileClaims::read(names).unwrap(),
            ..talk_claims()
        };
        let policy = Policy { claims: Claims::Talk(talk), ..policy() };
        prop_assume!(check_user(&policy, &user.id, Some(&user)).is_ok());
        let report = judged(&policy, &TALKS[keys], &user, Ceiling::default(), id, age)?;
        assert_good(&report)?;
        prop_assert_eq!(report.section("talk").unwrap().verdict, Verdict::Accepted);
    }

    #[test]
    fn whatever_is_signed_for_a_coral_passes_its_rules(
        keys in 0..2_usize, user in complete(), own in ceiling(), of_key in ceiling(), id: u128, age in 0..21_600_i64,
    ) {
        let policy = Policy { claims: Claims::Coral(CoralClaims { ceiling: own }), ..policy() };
        prop_assume!(check_user(&policy, &user.id, Some(&user)).is_ok());
        let report = judged(&policy, &CORALS[keys], &user, of_key, id, age)?;
        assert_good(&report)?;
        prop_assert_eq!(report.section("coral").unwrap().verdict, Verdict::Accepted);
        prop_assert_eq!(report.section("coral-oidc").unwrap().verdict, Verdict::Accepted);
    }

    #[test]
    fn settings_are_read_back_as_they_are_printed_in_every_form(
        secret in prop_oneof!["[ -~é]{24,40}", "[\"'\\\\$#`%:{}a-zA-Z0-9 ]{24,40}"], kept_as_one: bool, asymmetric in 0..4_usize,
    ) {
        let options = ImportOptions { algorithm: Algorithm::HS256, accept_weak: true };
        let imported = import(secret.as_bytes(), options).map_err(|_| TestCaseError::reject("no secret"))?;
        let mut keys = vec![of_material("k", imported.material)];
        if kept_as_one {
            let form = TalkForm::Secret;
            keys[0].origin = Origin::Imported { accept_lifetime: 1, form };
        }
        let hmac = KeySet::new(keys.into_iter().map(Arc::new).collect());
        let set = if asymmetric == 0 { &TALKS[4] } else { &hmac };
        let printed = talk::settings(&policy(), set, talk::Wanted::all(true), NOW).unwrap();
        let slug = "the-post".parse().unwrap();
        for form in Form::ALL {
            let text = form.write(&printed, &slug, &slug);
            let read = Settings::read(&text);
            let found: Vec<_> = read.variables.iter().map(|read| (read.name.as_str(), read.value.as_str())).collect();
            let wanted: Vec<_> = printed.variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
            prop_assert_eq!(found, wanted, "{}\n{:?}", *text, read.unread);
            prop_assert!(read.unread.is_empty(), "{}\n{:?}", *text, read.unread);
        }
    }

    #[test]
    fn no_text_makes_it_panic(
        any: String, dotted in "[A-Za-z0-9_=%\" {}-]{0,30}(\\.[A-Za-z0-9_-]{0,60}){0,5}", settings: String,
        lines in prop::collection::vec(
            prop_oneof![
                "[ -]{0,6}(TALK_JWT_[A-Z]{3,7}|TALK_ROOT_URL|name|value|data|kind|environment)[ :=]{0,3}[\\[{|>'\"$\\\\a-zé#]{0,9}",
                "Environment=[\"' A-Z_=\\\\a]{0,20}", "export TALK_JWT_SECRET[=S][\"'$\\\\ a]{0,12}", "[ \t|>é-]{0,5}",
            ],
            0..8,
        ),
        kind in 0..2_usize,
    ) {
        let lines = lines.join("\n");
        for (token, settings) in [(&any, &settings), (&dotted, &lines), (&lines, &any)] {
            let row = [Row::talk as fn() -> Row, Row::coral][kind]();
            let token = token.clone();
            let report = row.settings(settings).pasted(move |_| token.clone()).report();
            prop_assert!(!report.accepted);
        }
        let row = [Row::talk as fn() -> Row, Row::coral][kind]().settings(&lines).report();
        prop_assert!(!row.sections.is_empty());
    }

    #[test]
    fn arbitrary_claims_never_make_it_panic(
        name in select(&["iss", "aud", "exp", "nbf", "iat", "jti", "sub", "pat", "user"][..]),
        value in select(&["null", "true", "\"\"", "1e308", "-1", "{}", "[]", "[[]]", "\"\\u0000\"", "9007199254740993", "{\"id\":{}}"][..]),
        bytes: Vec<u8>,
    ) {
        let value: Value = serde_json::from_str(value).unwrap();
        for row in [Row::talk(), Row::coral()] {
            let report = row.claim(name, value.clone()).signed_with(&bytes).report();
            prop_assert!(!report.accepted);
        }
        for row in [Row::talk(), Row::coral()] {
            let _ = row.claim(name, value.clone()).report();
        }
    }
}

#[test]
fn a_generated_key_of_every_algorithm_is_judged_without_a_panic() {
    for algorithm in Algorithm::ALL
        .into_iter()
        .filter(|algorithm| !algorithm.name().starts_with("RS"))
    {
        let key = of_material("k", generate(algorithm).unwrap());
        for row in [Row::talk(), Row::coral()] {
            let report = row.signed_by(&key).report();
            assert!(!report.accepted);
        }
    }
}
