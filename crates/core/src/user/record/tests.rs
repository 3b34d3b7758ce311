use proptest::prelude::*;

use crate::user::{MAX_RECORD_BYTES, Problem, Role, User, UserError};

fn user(text: &str) -> User {
    User::from_json(text.as_bytes()).expect(text)
}

fn error(text: &str) -> UserError {
    User::from_json(text.as_bytes()).expect_err(text)
}

fn problem(text: &str) -> (&'static str, Problem) {
    match error(text) {
        UserError::Field { field, problem } => (field, problem),
        other => panic!("{text}: {other}"),
    }
}

#[test]
fn a_record_of_the_demo_service_needs_no_extra() {
    for text in [
        r#"{"id":"1","email":"bob@coralproject.net","username":"bob"}"#,
        r#"{"id":"1","email":"email@address.com"}"#,
        r#"{"id":"1"}"#,
    ] {
        let user = user(text);
        assert_eq!(user.extra, None, "{text}");
        assert_eq!(user.body(), text);
    }
}

#[test]
fn every_known_member_is_read_and_written_in_the_standard_order() {
    let text = r#"{"id":"1","email":"a@b","username":"Ann \"A\" É","email_verified":true,"badges":["x","y"],"role":"STAFF","url":"https://a.example/1","avatar":"https://a.example/1.png","member_since":1500000000}"#;
    let user = user(text);
    assert_eq!(user.extra, None);
    assert_eq!(user.body(), text);
    assert_eq!(user.username.expect("username").as_str(), "Ann \"A\" É");
    assert_eq!(user.email_verified, Some(true));
    assert_eq!(user.badges, Some(vec!["x".into(), "y".into()]));
    assert_eq!(user.role, Some(Role::Staff));
    assert_eq!(user.member_since, Some(1_500_000_000));
}

#[test]
fn a_record_that_the_columns_cannot_give_back_is_kept_whole() {
    for (text, body) in [
        (
            r#"{"username":"bob","id":"1"}"#,
            r#"{"username":"bob","id":"1"}"#,
        ),
        (
            r#"{ "id" : "1", "age": 1.50, "x": {"b":1, "a":[ ] } }"#,
            r#"{"id":"1","age":1.50,"x":{"b":1,"a":[]}}"#,
        ),
        (r#"{"id":"1","email":null}"#, r#"{"id":"1","email":null}"#),
        (
            r#"{"id":"1","member_since":"2018-03-01T00:00:00Z"}"#,
            r#"{"id":"1","member_since":"2018-03-01T00:00:00Z"}"#,
        ),
        (
            r#"{"id":"1","member_since":-0}"#,
            r#"{"id":"1","member_since":-0}"#,
        ),
        (
            r#"{"id":"1","n":123456789012345678901234567890}"#,
            r#"{"id":"1","n":123456789012345678901234567890}"#,
        ),
    ] {
        let user = user(text);
        assert_eq!(user.extra.as_deref(), Some(body));
        assert_eq!(user.body(), body);
    }
}

#[test]
fn layout_and_needless_escapes_are_no_reason_to_keep_a_record_whole() {
    let user = user("{\n  \"\\u0069d\": \"\\u00e9\\/\",\n  \"email\": \"a@b\"\n}\n");
    assert_eq!(user.extra, None);
    assert_eq!(user.body(), r#"{"id":"é/","email":"a@b"}"#);
}

#[test]
fn null_counts_as_absent_for_known_members() {
    let user = user(
        r#"{"id":"1","email":null,"email_verified":null,"username":null,"badges":null,"role":null,"url":null,"avatar":null,"member_since":null}"#,
    );
    assert!(user.email.is_none() && user.badges.is_none() && user.member_since.is_none());
    assert_eq!(problem(r#"{"id":null}"#), ("id", Problem::Missing));
}

#[test]
fn times_are_seconds_or_rfc_3339() {
    for (value, seconds) in [
        ("0", 0),
        ("-1", -1),
        ("\"2018-03-01T01:00:00+01:00\"", 1_519_862_400),
        ("\"2018-03-01T00:00:00.999Z\"", 1_519_862_400),
        ("253402207200", 253_402_207_200),
        ("1e9", 1_000_000_000),
        ("-5.0", -5),
        ("-0.0", 0),
    ] {
        let text = format!(r#"{{"id":"1","member_since":{value}}}"#);
        assert_eq!(user(&text).member_since, Some(seconds), "{value}");
    }
    for (value, expected) in [
        ("1500000000000", Problem::TimeOutOfRange),
        ("-62135596801", Problem::TimeOutOfRange),
        ("99999999999999999999", Problem::NotTime),
        ("1.5", Problem::NotTime),
        ("1e-1", Problem::NotTime),
        ("1e300", Problem::NotTime),
        ("true", Problem::NotTime),
        ("\"2018-03-01\"", Problem::NotTime),
        ("\"2018-03-01T00:00:00\"", Problem::NotTime),
        ("\"1500000000\"", Problem::NotTime),
    ] {
        let text = format!(r#"{{"id":"1","member_since":{value}}}"#);
        assert_eq!(problem(&text), ("member_since", expected), "{value}");
    }
}

#[test]
fn a_known_member_of_a_wrong_type_or_form_is_named() {
    for (text, field, expected) in [
        ("{}", "id", Problem::Missing),
        (r#"{"ID":"1"}"#, "id", Problem::Missing),
        (r#"{"id":1}"#, "id", Problem::IdNotString),
        (r#"{"id":{"$ne":"x"}}"#, "id", Problem::IdNotString),
        (r#"{"id":""}"#, "id", Problem::Empty),
        (r#"{"id":"a\nb"}"#, "id", Problem::ControlCharacter),
        (r#"{"id":"1","email":7}"#, "email", Problem::NotString),
        (r#"{"id":"1","email":"bob"}"#, "email", Problem::NotEmail),
        (
            r#"{"id":"1","email_verified":"true"}"#,
            "email_verified",
            Problem::NotBoolean,
        ),
        (
            r#"{"id":"1","email_verified":1}"#,
            "email_verified",
            Problem::NotBoolean,
        ),
        (
            r#"{"id":"1","username":[]}"#,
            "username",
            Problem::NotString,
        ),
        (r#"{"id":"1","username":""}"#, "username", Problem::Empty),
        (
            r#"{"id":"1","badges":"x"}"#,
            "badges",
            Problem::NotStringList,
        ),
        (
            r#"{"id":"1","badges":[1]}"#,
            "badges",
            Problem::NotStringList,
        ),
        (
            r#"{"id":"1","badges":[null]}"#,
            "badges",
            Problem::NotStringList,
        ),
        (r#"{"id":"1","badges":[""]}"#, "badges", Problem::Empty),
        (r#"{"id":"1","role":"admin"}"#, "role", Problem::UnknownRole),
        (r#"{"id":"1","url":"/u/1"}"#, "url", Problem::NotUrl),
        (
            r#"{"id":"1","avatar":"javascript:1"}"#,
            "avatar",
            Problem::NotUrl,
        ),
    ] {
        assert_eq!(problem(text), (field, expected), "{text}");
    }
    assert_eq!(
        problem(&format!(r#"{{"id":"{}"}}"#, "x".repeat(256))).1,
        Problem::TooLong(255)
    );
}

#[test]
fn what_two_readers_or_postgres_would_disagree_on_is_refused() {
    for text in [
        r#"{"id":"1","id":"2"}"#,
        r#"{"id":"1","\u0069d":"2"}"#,
        r#"{"id":"1","x":{"a":1,"a":1}}"#,
        r#"{"id":"1","x":"\ud800"}"#,
        r#"{"id":"1","x":1e400}"#,
        r#"{"id":"1"} {"id":"2"}"#,
        r#"{"id":"1",}"#,
        "\u{feff}{\"id\":\"1\"}",
        "",
    ] {
        assert!(matches!(error(text), UserError::NotJson(_)), "{text}");
    }
    assert_eq!(error(r#"{"id":"1","x":["\u0000"]}"#), UserError::Nul);
    assert_eq!(error(r#"{"id":"1\u0000"}"#), UserError::Nul);
    assert_eq!(
        User::from_json(b"{\"id\":\"\xff\"}"),
        Err(UserError::NotUtf8)
    );
    for text in ["[]", r#"["1","a@b"]"#, "null", "\"1\"", "1"] {
        assert_eq!(error(text), UserError::NotAnObject, "{text}");
    }
    let deep = format!(
        r#"{{"id":"1","x":{}{}}}"#,
        "[".repeat(1000),
        "]".repeat(1000)
    );
    assert!(matches!(error(&deep), UserError::NotJson(_)));
}

#[test]
fn a_record_holds_at_most_64_kib() {
    let of_size = |size: usize| format!(r#"{{"id":"1","x":"{}"}}"#, "a".repeat(size - 16));
    assert_eq!(of_size(MAX_RECORD_BYTES).len(), MAX_RECORD_BYTES + 1);
    assert_eq!(error(&of_size(MAX_RECORD_BYTES)), UserError::TooLarge);
    assert!(user(&of_size(MAX_RECORD_BYTES - 1)).extra.is_some());
}

#[test]
fn an_error_never_shows_the_value() {
    for text in [
        r#"{"id":"1","email":"sécret"}"#,
        r#"{"id":"1","role":"sécret"}"#,
        r#"{"id":"1","sécret":1,"sécret":2}"#,
        r#"{"id":"1","x":sécret}"#,
        r#"{"id":"1","member_since":"sécret"}"#,
        r#"["sécret"]"#,
    ] {
        assert!(!error(text).to_string().contains("cret"), "{text}");
    }
}

fn json_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::hash_map(any::<String>(), inner, 0..4)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// Records with an id, known members of good forms, and others, in any order and layout.
fn record() -> impl Strategy<Value = String> {
    let known = prop_oneof![
        Just(("email", "\"a@b.example\"")),
        Just(("email", " null ")),
        Just(("email_verified", "false")),
        Just(("username", "\"J\\u00f6rg\"")),
        Just(("badges", "[ \"a\" ]")),
        Just(("role", "\"MEMBER\"")),
        Just(("url", "\"https:\\/\\/x.example\"")),
        Just(("member_since", "1")),
        Just(("member_since", "\"2018-03-01T00:00:00Z\"")),
    ]
    .prop_map(|(name, value)| (name.to_string(), value.to_string()));
    let other = (any::<String>(), json_value()).prop_map(|(name, value)| (name, value.to_string()));
    prop::collection::vec(prop_oneof![3 => known, 1 => other], 0..6)
        .prop_map(|mut members| {
            members.push(("id".into(), "\"7\"".into()));
            members.sort();
            members.dedup_by(|a, b| a.0 == b.0);
            members
        })
        .prop_shuffle()
        .prop_map(|members| {
            let members: Vec<String> = members
                .into_iter()
                .map(|(name, value)| format!("{}\t: {value}", serde_json::Value::from(name)))
                .collect();
            format!("{{ {} }}", members.join(",\n"))
        })
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        let _ = User::from_json(&bytes);
    }

    #[test]
    fn no_text_made_of_json_pieces_makes_it_panic(text in r#"(\{"id":"1"|[,:{}\[\]"\\ ]|\\u0000|"email"|null|1e9|é){0,20}"#) {
        let _ = User::from_json(text.as_bytes());
    }

    #[test]
    fn the_body_of_a_record_is_a_record_with_the_same_body(text in record()) {
        prop_assume!(!text.contains("\\u0000"));
        let user = User::from_json(text.as_bytes()).expect("a good record");
        let body = user.body();
        prop_assert_eq!(&User::from_json(body.as_bytes()), &Ok(user));
        let before: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let after: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        prop_assert_eq!(before, after);
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let errors =
        User::parse(br#"{"id":1,"email":"x","role":"boss","badges":[""],"url":"/a","avatar":2}"#)
            .expect_err("a bad record");
    let fields: Vec<_> = errors.iter().filter_map(UserError::field).collect();
    assert_eq!(fields, ["id", "email", "badges", "role", "url", "avatar"]);
    assert_eq!(User::parse(b"[]"), Err(vec![UserError::NotAnObject]));
}
