//! Rows 84 to 101: who a claims set names, and how it is written; all rightly signed.

use super::*;

const MALFORMED: Result<(), Refusal> = Err(Refusal::Malformed);

fn benches() -> [Bench; 2] {
    [
        Bench::generated(Algorithm::HS256),
        Bench::imported(Algorithm::HS256),
    ]
}

#[test]
fn aud_holds_the_deployments_audience() {
    let aud = |value: &str| claims().set("aud", value);
    let wrong = Err(Refusal::WrongAudience);
    let purpose = Err(Refusal::WrongPurpose);
    let many = |own: &str| format!("[{}{own}]", r#""x","#.repeat(1000));
    for bench in benches() {
        bench.check_claims([
            ("84: array", aud(r#"["x","talk"]"#), OK),
            ("84: twice", aud(r#"["talk","talk"]"#), OK),
            ("84: escaped", aud(r#""\u0074alk""#), OK),
            ("85: empty array", aud("[]"), wrong),
            ("85: empty", aud(r#""""#), wrong),
            ("85: missing", claims().without("aud"), wrong),
            ("85: null", aud("null"), MALFORMED),
            ("85: number", aud("5"), MALFORMED),
            ("85: object", aud("{}"), wrong),
            ("85: object of it", aud(r#"{"talk":"talk"}"#), wrong),
            ("85: number beside", aud(r#"["talk",5]"#), MALFORMED),
            ("85: null beside", aud(r#"["talk",null]"#), MALFORMED),
            ("85: array within", aud(r#"[["talk"]]"#), MALFORMED),
            ("86: case", aud(r#""Talk""#), wrong),
            ("86: slash", aud(r#""talk/""#), wrong),
            ("86: prefix", aud(r#""talk.evil""#), wrong),
            ("86: two words", aud(r#""talk other""#), wrong),
            ("86: space", aud(r#""talk ""#), wrong),
            ("86: NUL", aud(r#""talk\u0000""#), wrong),
            ("87: 1000 others", aud(&many(r#""talk""#)), OK),
            ("87: 1001 others", aud(&many(r#""x""#)), wrong),
            (
                "102: both audiences",
                aud(r#"["talk","TALK_TOKEN_EXAMPLE_AUDIENCE"]"#),
                purpose,
            ),
        ]);
        let many = format!("[{}\"talk\"]", r#""talk","#.repeat(10_000));
        bench.check_claims([("87: 10 000 entries", aud(&many), Err(Refusal::TooLong))]);
    }
}

#[test]
fn iss_is_the_deployments_issuer_to_the_letter() {
    for bench in benches() {
        let mut cases: Vec<_> = [
            (88, r#"["https://evil.example","https://talk.example"]"#),
            (88, r#"["https://talk.example"]"#),
            (89, "5"),
            (89, "null"),
            (89, "{}"),
            (89, r#""""#),
            (89, r#""https://talk.example/""#),
            (89, r#""https://other.example""#),
            (89, r#""http://talk.example""#),
            (89, r#""https://TALK.example""#),
            (89, r#""https://talk.example ""#),
            (89, r#""https://talk.example\u0000""#),
        ]
        .map(|(row, value)| (format!("{row}: {value}"), claims().set("iss", value)))
        .into();
        cases.push(("89: missing".into(), claims().without("iss")));
        let wrong = Err(Refusal::WrongIssuer);
        bench.check_claims(
            cases
                .into_iter()
                .map(|(name, claims)| (name, claims, wrong)),
        );
    }
}

#[test]
fn the_user_id_is_a_string_that_can_be_stored() {
    let bad = Err(Refusal::BadUserId);
    let sub = |value: &str| claims().set("sub", value);
    for bench in benches() {
        bench.check_claims([
            ("90: number", sub("5"), bad),
            ("90: null", sub("null"), bad),
            ("90: true", sub("true"), bad),
            ("90: array", sub(r#"["reader-1"]"#), bad),
            ("90: object", sub("{}"), bad),
            ("90: missing", claims().without("sub"), bad),
            ("91: empty", sub(r#""""#), bad),
            ("91: 255", sub(&format!("\"{}\"", "é".repeat(255))), OK),
            ("91: 256", sub(&format!("\"{}\"", "é".repeat(256))), bad),
            ("91: NUL", sub(r#""u1\u0000""#), bad),
            ("91: newline", sub(r#""u\n1""#), bad),
            ("91: escape", sub(r#""\u001b[2J""#), bad),
            ("91: line separator", sub(r#""u\u2028""#), bad),
            (
                "102: the issuing subject",
                sub(r#""TALK_TOKEN_EXAMPLE""#),
                Err(Refusal::WrongPurpose),
            ),
        ]);
    }
}

#[test]
fn a_user_id_is_never_normalised() {
    for id in [
        "reader\u{200b}1",
        "\u{202e}reader",
        "é",
        "e\u{301}",
        "ı",
        "I",
        "i",
        "İ",
        "rеader-1",
        "READER-1",
        " reader-1",
        "reader-1 ",
    ] {
        for bench in benches() {
            let claims = claims().set("sub", format!("\"{id}\""));
            let token = bench.sign(bench.header().text(), claims.text());
            let user = bench.verify(&token).expect(id).user.unwrap();
            assert_eq!(user.as_str(), id, "92");
        }
    }
}

#[test]
fn an_id_like_an_email_address_is_taken_only_if_the_tenant_insists() {
    for mut bench in benches() {
        let claims = claims().set("sub", r#""somebody@news.example""#);
        let refused = Err(Refusal::EmailAsUserId);
        bench.check_claims([("92: refused", claims.clone(), refused)]);
        bench.policy.allow_email_ids = true;
        bench.check_claims([("92: allowed", claims, OK)]);
    }
}

#[test]
fn the_user_id_stands_at_the_path_and_nowhere_else() {
    let bad = Err(Refusal::BadUserId);
    for mut bench in benches() {
        talk_of(&mut bench.policy).user_id_claim = "user.id".parse().unwrap();
        let user = |value: &str| claims().without("sub").add("user", value);
        let good = r#"{"id":"reader-1"}"#;
        bench.check_claims([
            ("90: at the path", user(good), OK),
            (
                "90: others beside",
                user(r#"{"a":[{}],"id":"reader-1","b":{"id":5}}"#),
                OK,
            ),
            ("90: sub only", claims(), bad),
            ("90: another sub", user(good).add("sub", r#""x""#), OK),
            (
                "90: a sub that is no string",
                user(good).add("sub", "5"),
                bad,
            ),
            ("90: a string", user(r#""reader-1""#), bad),
            ("90: an array", user(r#"[{"id":"reader-1"}]"#), bad),
            ("90: null", user("null"), bad),
            ("90: no member", user("{}"), bad),
            ("90: a number", user(r#"{"id":1}"#), bad),
            ("90: deeper", user(r#"{"id":{"id":"reader-1"}}"#), bad),
            ("91: empty", user(r#"{"id":""}"#), bad),
            ("91: NUL", user(r#"{"id":"\u0000"}"#), bad),
            (
                "95: path as a name",
                claims().add("user.id", r#""x""#),
                MALFORMED,
            ),
            (
                "95: both",
                user(good).add("user.id", r#""reader-1""#),
                MALFORMED,
            ),
            (
                "95: twice",
                user(r#"{"id":"reader-1","id":"x"}"#),
                MALFORMED,
            ),
            ("95: twice above", user(good).add("user", good), MALFORMED),
            (
                "95: twice beside",
                user(r#"{"id":"reader-1","x":{"a":1,"a":1}}"#),
                MALFORMED,
            ),
        ]);
    }
}

#[test]
fn jti_is_a_string_that_can_be_stored() {
    let jti = |value: &str| claims().set("jti", value);
    let long = format!("\"{}\"", "j".repeat(256));
    let cases = [
        ("93: missing", claims().without("jti")),
        ("93: number", jti("5")),
        ("93: null", jti("null")),
        ("93: array", jti(r#"["a"]"#)),
        ("93: empty", jti(r#""""#)),
        ("93: 256 bytes", jti(&long)),
        ("93: NUL", jti(r#""a\u0000""#)),
        ("93: newline", jti(r#""a\n""#)),
    ];
    let [generated, imported] = benches();
    for (name, claims) in cases {
        let bad = Err(Refusal::BadTokenId);
        generated.check_claims([(name, claims.clone(), bad)]);
        let token = imported.sign(imported.header().text(), claims.text());
        assert_eq!(
            imported.verify(&token).expect(name).token_id,
            None,
            "{name}"
        );
    }
    for bench in [generated, imported] {
        let huge = format!("\"{}\"", "j".repeat(10_000));
        bench.check_claims([
            ("93: 10 kB", jti(&huge), Err(Refusal::TooLong)),
            ("93: 255 bytes", jti(&long.replacen('j', "", 1)), OK),
            ("93: twice", claims().add("jti", r#""a""#), MALFORMED),
        ]);
    }
}

#[test]
fn no_claim_comes_twice() {
    for bench in benches() {
        let mut cases: Vec<_> = ["exp", "iat", "iss", "sub", "aud", "jti"]
            .into_iter()
            .map(|name| {
                let value = claims()
                    .0
                    .into_iter()
                    .find(|known| known.0 == name)
                    .unwrap()
                    .1;
                (format!("94: {name}"), claims().add(name, value))
            })
            .collect();
        for name in ["nbf", "typ", "scope", "role", "x", "", "__proto__"] {
            let twice = claims().add(name, "1").add(name, "1");
            cases.push((format!("95: {name:?}"), twice));
        }
        let mut many = claims();
        for index in 0..100 {
            many = many.add(&format!("x{index}"), index);
        }
        cases.extend([
            ("94: escaped".into(), claims().add("\\u0065xp", NOW + 60)),
            ("94: and null".into(), claims().add("sub", "null")),
            ("95: among many".into(), many.clone().add("x99", "1")),
            (
                "95: early among many".into(),
                many.clone().add("sub", r#""x""#),
            ),
            (
                "95: within".into(),
                claims().add("x", r#"{"a":{"b":1,"b":1}}"#),
            ),
            (
                "95: within an array".into(),
                claims().add("x", r#"[[{"b":1,"b":1}]]"#),
            ),
            (
                "95: within exp".into(),
                claims().set("exp", r#"{"b":1,"b":1}"#),
            ),
        ]);
        bench.check_claims(
            cases
                .into_iter()
                .map(|(name, claims)| (name, claims, MALFORMED)),
        );
        bench.check_claims([("95: many, each once", many, OK)]);
    }
}

#[test]
fn a_claims_set_is_one_json_object_in_utf_8() {
    for bench in benches() {
        let text = claims().text();
        let with = |value: &str| claims().add("x", value).text().into_bytes();
        let array = format!(
            r#"[{},0,"reader-1","https://talk.example","talk"]"#,
            NOW + 60
        );
        let mut cases: Vec<(&str, Vec<u8>)> = vec![
            ("96: array", array.into()),
            ("96: array of it", format!("[{text}]").into()),
            ("97: null", "null".into()),
            ("97: string", r#""x""#.into()),
            ("97: number", "5".into()),
            ("97: twice", format!("{text}{text}").into()),
            ("97: something behind", format!("{text} x").into()),
            ("97: empty object behind", format!("{text}{{}}").into()),
            ("97: NUL behind", format!("{text}\0").into()),
            ("97: BOM", format!("\u{feff}{text}").into()),
            ("97: cut short", text[..text.len() - 1].into()),
            (
                "97: UTF-16",
                text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            ),
            ("98: lone surrogate", with(r#""\ud800""#)),
            (
                "98: lone surrogate in a name",
                claims().add("\\udc00", "1").text().into(),
            ),
            ("98: surrogates swapped", with(r#""\udc00\ud800""#)),
            ("98: lone surrogate within", with(r#"[{"a":"\ud800"}]"#)),
            (
                "99: deep arrays",
                with(&format!("{}{}", "[".repeat(2000), "]".repeat(2000))),
            ),
            (
                "99: deep objects",
                with(&format!("{}1{}", r#"{"":"#.repeat(900), "}".repeat(900))),
            ),
            (
                "99: deep in aud",
                claims().set("aud", "[".repeat(2000)).text().into(),
            ),
            (
                "99: deep in sub",
                claims().set("sub", "[".repeat(2000)).text().into(),
            ),
            ("99: never closed", "[".repeat(5000).into()),
        ];
        for value in [
            "NaN", "Infinity", "1_0", "'x'", "01", "+1", ".5", "1.", "0x1", "/**/1", "tru", "",
        ] {
            cases.push(("100", with(value)));
        }
        cases.push(("100: comment", format!("{text}// x").into()));
        cases.push(("100: trailing comma", text.replace('}', ",}").into()));
        for invalid in [
            &b"\xff"[..],
            b"\xc0\xaf",
            b"\xed\xa0\x80",
            b"\xf5\x80\x80\x80",
            b"\xc3",
        ] {
            let payload = with(r#""*""#);
            let at = payload.iter().position(|byte| *byte == b'*').unwrap();
            let (start, end) = payload.split_at(at);
            cases.push(("98: invalid UTF-8", [start, invalid, end].concat()));
        }
        bench.check(cases.into_iter().map(|(name, payload)| {
            let shown = format!("{name}: {}", String::from_utf8_lossy(&payload));
            (shown, bench.sign(bench.header().text(), payload), MALFORMED)
        }));
        let empty = bench.sign(bench.header().text(), "");
        bench.check([("97: empty".into(), empty, MALFORMED)]);
        let deep = bench.sign(bench.header().text(), "[".repeat(100_000));
        bench.check([("99: 100 000 arrays".into(), deep, Err(Refusal::TooLong))]);
    }
}

#[test]
fn other_claims_are_of_no_effect() {
    for bench in benches() {
        bench.check_claims([
            (
                "101: __proto__",
                claims().add("__proto__", r#"{"sub":"x"}"#),
                OK,
            ),
            (
                "101: constructor",
                claims().add("constructor", r#""x""#),
                OK,
            ),
            (
                "101: nested",
                claims().add("x", r#"{"__proto__":{"exp":0}}"#),
                OK,
            ),
            (
                "101: another case",
                claims().add("SUB", r#""x""#).add("Exp", "0"),
                OK,
            ),
            (
                "101: surrogate pair",
                claims().add("x", r#""\ud83d\ude00""#),
                OK,
            ),
        ]);
    }
}
