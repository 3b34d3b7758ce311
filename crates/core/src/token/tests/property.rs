//! What holds for every token.

use std::sync::LazyLock;

use jsonwebtoken::{DecodingKey, Validation};
use proptest::{prelude::*, sample::select};

use super::*;
use crate::token::verify_issuing;

/// One deployment for each algorithm and origin.
static BENCHES: LazyLock<Vec<Bench>> = LazyLock::new(|| {
    Algorithm::ALL
        .into_iter()
        .flat_map(|algorithm| [Bench::generated(algorithm), Bench::imported(algorithm)])
        .collect()
});

fn bench() -> impl Strategy<Value = &'static Bench> {
    (0..BENCHES.len()).prop_map(|index| &BENCHES[index])
}

fn user_id() -> impl Strategy<Value = UserId> {
    let any = any::<String>().prop_filter_map("no id", |text| UserId::parse(&text).ok());
    let readable = "[a-z0-9\"\\\\/ é\u{202e}]{1,40}"
        .prop_filter_map("no id", |text| UserId::parse(&text).ok());
    prop_oneof![any, readable].prop_filter("an address", |id| !id.looks_like_email())
}

fn path() -> impl Strategy<Value = &'static str> {
    select(&["sub", "user.id", "a.b.c", "uid", "a.a.a.a"][..])
}

/// A JSON value, small, and now and then odd.
fn value() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| format!("{number:?}")),
        (-100..100_i64).prop_map(|offset| (NOW + offset).to_string()),
    ];
    let text = prop_oneof![
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        select(
            &[
                "talk",
                "https://talk.example",
                "JWT",
                "k",
                "reader-1",
                "HS256",
                "none"
            ][..]
        )
        .prop_map(|text| format!("\"{text}\"")),
    ];
    let leaf = prop_oneof![
        number,
        text,
        select(&["null", "true", "{}", "[]"][..]).prop_map(str::to_owned)
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((select(&["id", "a", "b"][..]), inner), 0..3).prop_map(
                |members| {
                    let members = members
                        .iter()
                        .map(|(name, value)| format!("\"{name}\":{value}"));
                    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
                }
            ),
        ]
    })
}

/// Changes to an object: a member set, added or left out.
type Changes = Vec<(&'static str, Option<String>, bool)>;

fn changes(names: &'static [&'static str]) -> impl Strategy<Value = Changes> {
    let change = (
        select(names),
        prop::option::of(value()),
        prop::bool::weighted(0.1),
    );
    prop::collection::vec(change, 0..3)
}

fn changed(object: Object, changes: Changes) -> Object {
    changes
        .into_iter()
        .fold(object, |object, change| match change {
            (name, Some(value), true) => object.add(name, value),
            (name, Some(value), false) => object.set(name, value),
            (name, None, _) => object.without(name),
        })
}

/// What the library knows of the key; `None` for ES512, which it doesn't know.
fn library(bench: &Bench) -> Option<(DecodingKey, Validation)> {
    let key = &bench.key.material;
    let pem = key.public_pem().unwrap_or_default();
    let decoding = match bench.key.algorithm() {
        Algorithm::ES512 => return None,
        Algorithm::RS256 | Algorithm::RS384 | Algorithm::RS512 => {
            DecodingKey::from_rsa_pem(pem.as_bytes()).unwrap()
        }
        Algorithm::ES256 | Algorithm::ES384 => DecodingKey::from_ec_pem(pem.as_bytes()).unwrap(),
        Algorithm::EdDSA => DecodingKey::from_ed_pem(pem.as_bytes()).unwrap(),
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => {
            DecodingKey::from_secret(key.secret_text().unwrap().as_bytes())
        }
    };
    let mut validation = Validation::new(bench.key.algorithm().name().parse().unwrap());
    validation.set_audience(&["talk"]);
    validation.set_issuer(&["https://talk.example"]);
    validation.set_required_spec_claims(&["exp", "aud", "iss"]);
    // It reads the system's clock, and this one stands still.
    validation.validate_exp = false;
    Some((decoding, validation))
}

fn library_accepts(bench: &Bench, token: &str) -> bool {
    library(bench).is_none_or(|(key, validation)| {
        jsonwebtoken::decode::<serde_json::Value>(token, &key, &validation).is_ok()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_issued_verifies_and_says_the_same(
        bench in bench(), user in user_id(), path in path(), id: u128, age in 0..DEFAULT_TOKEN_LIFETIME,
    ) {
        let mut policy = policy();
        talk_of(&mut policy).user_id_claim = path.parse().unwrap();
        let id = Uuid::from_u128(id);
        let issued_at = NOW - age;
        let token = issue(&policy, &bench.key, &user, issued_at, id).unwrap();
        let verified = verify(&policy, &bench.keys, &token, NOW).unwrap();
        prop_assert_eq!(verified.user, Some(user));
        prop_assert_eq!(verified.token_id, Some(id.to_string().into()));
        prop_assert_eq!(verified.issued_at, Some(issued_at));
        prop_assert_eq!(verified.expires_at, Some(issued_at + DEFAULT_TOKEN_LIFETIME));
        prop_assert_eq!(&verified.key.kid, &bench.key.kid);
        prop_assert!(library_accepts(bench, &token));
        prop_assert!(verify_issuing(&policy, &bench.keys, &token, NOW).is_err());
    }

    #[test]
    fn no_character_of_a_token_can_be_changed(
        bench in bench(), user in user_id(), at: prop::sample::Index, with in any::<char>(),
        plain in select(b"ABCXYZabcxyz0189-_.=".as_slice()),
    ) {
        let token = issue(&policy(), &bench.key, &user, NOW, Uuid::nil()).unwrap();
        prop_assert!(bench.verify(&token).is_ok());
        let at = at.index(token.len());
        for with in [with, char::from(plain)] {
            let mut changed = token.clone();
            changed.replace_range(at..=at, with.encode_utf8(&mut [0; 4]));
            prop_assert_eq!(bench.verify(&changed).is_ok(), changed == token, "{}", changed);
            changed.insert(at, with);
            prop_assert!(bench.verify(&changed).is_err(), "{}", changed);
        }
        let mut shorter = token;
        shorter.remove(at);
        prop_assert!(bench.verify(&shorter).is_err(), "{}", shorter);
    }

    #[test]
    fn no_text_makes_it_panic_or_passes(
        bench in bench(), any: String, dotted in "[A-Za-z0-9_-]{0,30}(\\.[A-Za-z0-9_-]{0,60}){0,4}",
        bytes: Vec<u8>,
    ) {
        let lossy = String::from_utf8_lossy(&bytes);
        let after_header = format!("{}.{any}", bench.key.header());
        let after_both = format!("{}.{dotted}", bench.key.header());
        for token in [any.as_str(), &dotted, &lossy, &after_header, &after_both] {
            prop_assert!(bench.verify(token).is_err());
            prop_assert!(verify_issuing(&bench.policy, &bench.keys, token, NOW).is_err());
        }
    }

    #[test]
    fn signed_bytes_never_make_it_panic(bench in bench(), header: Vec<u8>, claims: Vec<u8>) {
        let bare = bench.sign(&header, &claims);
        let message = message("", &claims);
        let own = sign(&bench.key.material, &format!("{}{message}", bench.key.header()));
        for token in [bare, own] {
            prop_assert!(bench.verify(&token).is_err());
            prop_assert!(verify_issuing(&bench.policy, &bench.keys, &token, NOW).is_err());
        }
    }

    #[test]
    fn arbitrary_json_never_makes_it_panic(bench in bench(), header in value(), claims in value()) {
        let token = bench.sign(&header, &claims);
        prop_assert!(bench.verify(&token).is_err());
        let token = bench.sign(bench.header().text(), &claims);
        prop_assert!(bench.verify(&token).is_err());
    }

    #[test]
    fn what_is_accepted_another_library_accepts_too(
        bench in bench(), path in path(),
        header in changes(&["alg", "typ", "kid", "crit", "b64", "x"]),
        changes in changes(&["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "x", "uid", "user", "a"]),
    ) {
        let mut policy = policy();
        talk_of(&mut policy).user_id_claim = path.parse().unwrap();
        let header = changed(bench.header(), header);
        let user = r#"{"id":"reader-1"}"#;
        let deep = r#"{"b":{"c":"reader-1"},"a":{"a":{"a":"reader-1"}}}"#;
        let claims = claims().add("user", user).add("uid", r#""reader-1""#).add("a", deep);
        let claims = changed(claims, changes);
        let token = bench.sign(header.text(), claims.text());
        let judged = verify(&policy, &bench.keys, &token, NOW);
        if judged.is_ok() {
            prop_assert!(library_accepts(bench, &token), "{} {}", header.text(), claims.text());
        }
        let _ = verify_issuing(&policy, &bench.keys, &token, NOW);
    }
}
