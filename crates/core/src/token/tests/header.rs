//! Rows 17 to 44: the choice of the key, and what else a header may say.

use std::{io::ErrorKind, net::TcpListener};

use super::*;

fn set(keys: Vec<SigningKey>) -> KeySet {
    KeySet::new(keys.into_iter().map(Arc::new).collect())
}

fn unnamed(key: &KeyMaterial) -> String {
    let header = format!(r#"{{"alg":"{}","typ":"JWT"}}"#, key.algorithm());
    sign(key, &message(header, claims().text()))
}

#[test]
fn a_token_without_a_kid_is_tried_with_imported_keys() {
    let bench = Bench::imported(Algorithm::HS256);
    bench.check_headers([
        ("17: one imported key", bench.header().without("kid"), OK),
        ("19: kid is null", bench.header().set("kid", "null"), OK),
    ]);
    let bench = Bench::generated(Algorithm::HS256);
    let missing = Err(Refusal::MissingKey);
    bench.check_headers([
        (
            "17: one generated key",
            bench.header().without("kid"),
            missing,
        ),
        (
            "19: kid is null",
            bench.header().set("kid", "null"),
            missing,
        ),
    ]);
}

#[test]
fn without_a_kid_only_active_and_retiring_keys_count() {
    for (state, expected) in [
        (KeyState::Active, OK),
        (KeyState::Retiring { until: NOW + 1 }, OK),
        (
            KeyState::Retiring { until: NOW },
            Err(Refusal::BadSignature),
        ),
        (KeyState::Pending, Err(Refusal::BadSignature)),
        (KeyState::Retired, Err(Refusal::BadSignature)),
        (KeyState::Revoked, Err(Refusal::BadSignature)),
    ] {
        let mut key = imported("k", material(Algorithm::HS256));
        key.state = state;
        let token = unnamed(&key.material);
        let keys = set(vec![imported("other", material(Algorithm::HS256)), key]);
        let got = verify(&policy(), &keys, &token, NOW).map(|_| ());
        assert_eq!(got, expected, "17: second of two keys, {state:?}");
    }
    let got = verify(
        &policy(),
        &KeySet::default(),
        &unnamed(&material(Algorithm::HS256)),
        NOW,
    );
    assert_eq!(got.unwrap_err(), Refusal::MissingKey, "17: no key at all");
}

#[test]
fn without_a_kid_eight_keys_are_tried_at_most() {
    let named: Vec<_> = (0..9)
        .map(|index| imported(&format!("k{index}"), material(Algorithm::HS256)))
        .collect();
    let tokens: Vec<_> = named.iter().map(|key| unnamed(&key.material)).collect();
    let keys = set(named);
    for (index, token) in tokens.iter().enumerate() {
        let got = verify(&policy(), &keys, token, NOW).map(|_| ());
        let expected = if index < 8 {
            OK
        } else {
            Err(Refusal::BadSignature)
        };
        assert_eq!(got, expected, "17: key {index} of nine");
    }
}

#[test]
fn a_kid_is_a_string_that_names_a_key_to_the_letter() {
    let bench = Bench::generated(Algorithm::HS256);
    let kid = |value: &str| bench.header().set("kid", value);
    let mut cases: Vec<_> = ["5", "true", r#"["k"]"#, r#"{"k":1}"#]
        .map(|value| (format!("18: {value}"), kid(value), Err(Refusal::Malformed)))
        .into();
    for (row, value) in [
        (21, "../../../../dev/null"),
        (21, "/dev/null"),
        (21, "/invalid_path"),
        (23, "$(id)"),
        (24, "*"),
        (24, "k:*"),
        (24, "{k}"),
        (27, "K"),
    ] {
        let unknown = Err(Refusal::UnknownKey);
        let header = kid(&format!("\"{value}\""));
        cases.push((format!("{row}: {value}"), header, unknown));
    }
    // What no key can be called is not even asked for.
    assert!(!Refusal::Malformed.may_be_news());
    let long = "k".repeat(5_000);
    for (row, value) in [
        (20, ""),
        (20, &long),
        (22, "x' UNION SELECT '1';--"),
        (23, "|sleep 10"),
        (24, "k\\r\\nx: y"),
        (24, "k\\u0000"),
        (27, " k"),
        (27, "\u{212a}"),
    ] {
        let header = kid(&format!("\"{value}\""));
        cases.push((format!("{row}: {value}"), header, Err(Refusal::Malformed)));
    }
    let long = format!("\"{}\"", "k".repeat(10_000));
    cases.push(("20: 10 kB".into(), kid(&long), Err(Refusal::TooLong)));
    cases.push(("27: escaped, the same".into(), kid(r#""\u006b""#), OK));
    bench.check_headers(cases);
}

#[test]
fn a_kid_that_would_lead_elsewhere_brings_no_key_along() {
    let bench = Bench::generated(Algorithm::HS256);
    bench.check(
        [
            (21, "../../../../dev/null", &b""[..], Refusal::UnknownKey),
            (21, "/dev/null", b"", Refusal::UnknownKey),
            (22, "x' UNION SELECT '1';--", b"1", Refusal::Malformed),
        ]
        .map(|(row, kid, secret, refusal)| {
            let header = bench.header().set("kid", format!("\"{kid}\"")).text();
            let token = mac(hmac::HMAC_SHA256, secret, &message(header, claims().text()));
            (format!("{row}: {kid}"), token, Err(refusal))
        }),
    );
}

#[test]
fn a_key_works_for_its_own_deployment_only() {
    let own = Bench::generated(Algorithm::ES256);
    let other = Bench::of(generated("theirs", material(Algorithm::ES256)));
    let header = other.header().set("kid", r#""theirs""#).text();
    let theirs = other.sign(header, claims().text());
    own.check([("25".into(), theirs.clone(), Err(Refusal::UnknownKey))]);
    other.check([("25".into(), theirs, OK)]);

    let twin = Bench::generated(Algorithm::ES256);
    let (a, b) = (own.good(), twin.good());
    let wrong = Err(Refusal::BadSignature);
    own.check([
        ("26: own".into(), a.clone(), OK),
        ("26".into(), b.clone(), wrong),
    ]);
    twin.check([("26: own".into(), b, OK), ("26".into(), a, wrong)]);
}

#[test]
fn a_key_in_the_header_is_not_looked_at() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let bench = Bench::generated(Algorithm::ES256);
    let attacker = material(Algorithm::ES256);
    let jwk = serde_json::to_string(&attacker.public_jwk("k").unwrap()).unwrap();
    let mut cases = Vec::new();
    for (row, name, value) in [
        (28, "jwk", jwk),
        (29, "jwk", r#"{"kty":"oct","k":"AA"}"#.into()),
        (30, "jku", format!("\"http://{address}/jwks.json\"")),
        (30, "x5u", format!("\"http://{address}/cert.pem\"")),
        (30, "jku", "\"file:///etc/passwd\"".into()),
        (30, "jku", "\"http://169.254.169.254/latest\"".into()),
        (31, "x5c", r#"["MIIB"]"#.into()),
        (31, "x5t", r#""AAAA""#.into()),
    ] {
        let header = bench.header().add(name, &value);
        let unnamed = header.clone().without("kid");
        for (header, kid) in [(header, "kid"), (unnamed, "no kid")] {
            let message = message(header.text(), claims().text());
            let name = format!("{row}: {name} {value}, {kid}");
            cases.push((name, sign(&attacker, &message), Err(Refusal::BadSignature)));
        }
        let unknown = bench.header().add(name, &value).set("kid", r#""x""#);
        let token = sign(&attacker, &message(unknown.text(), claims().text()));
        cases.push((
            format!("{row}: {name}, unknown kid"),
            token,
            Err(Refusal::UnknownKey),
        ));
    }
    bench.check(cases);
    let nobody = listener.accept().unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::WouldBlock, "30");
}

#[test]
fn extensions_are_refused_even_under_an_imported_key() {
    let refused = Err(Refusal::UnsupportedHeader);
    for bench in [
        Bench::generated(Algorithm::HS256),
        Bench::imported(Algorithm::HS256),
    ] {
        let crit = |value: &str| bench.header().add("crit", value);
        bench.check_headers([
            ("32", crit(r#"["exp2"]"#).add("exp2", "1"), refused),
            ("33: empty", crit("[]"), refused),
            ("33: alg", crit(r#"["alg"]"#), refused),
            ("33: twice", crit(r#"["x","x"]"#).add("x", "1"), refused),
            ("33: absent", crit(r#"["x"]"#), refused),
            ("33: null", crit("null"), refused),
            ("34", crit(r#""exp""#), refused),
            ("35", crit(r#"["b64"]"#).add("b64", "false"), refused),
            (
                "35: not critical",
                bench.header().add("b64", "false"),
                refused,
            ),
            ("38: cty", bench.header().add("cty", r#""JWT""#), refused),
            ("38: zip", bench.header().add("zip", r#""DEF""#), refused),
            (
                "38: enc",
                bench.header().add("enc", r#""A256GCM""#),
                refused,
            ),
        ]);
        // A raw payload may have no dot in it, or it would be another segment.
        let raw = format!(r#"{{"sub":"reader-1","exp":{}}}"#, NOW + 60);
        let header = crit(r#"["b64"]"#).add("b64", "false").text();
        let message = format!("{}.{raw}", URL_SAFE_NO_PAD.encode(header));
        let token = sign(&bench.key.material, &message);
        bench.check([("35: raw payload".into(), token, refused)]);
    }
}

#[test]
fn the_type_of_a_readers_token_is_jwt() {
    let (generated, imported) = (
        Bench::generated(Algorithm::HS256),
        Bench::imported(Algorithm::HS256),
    );
    for name in ["JWT", "jwt", "Jwt", "application/jwt", "APPLICATION/JWT"] {
        for bench in [&generated, &imported] {
            let header = bench.header().set("typ", format!("\"{name}\""));
            bench.check_headers([(format!("37: {name}"), header, OK)]);
        }
    }
    for name in [
        "at+jwt",
        "",
        "JWT ",
        "application/",
        "text/jwt",
        "application/application/jwt",
    ] {
        let header = generated.header().set("typ", format!("\"{name}\""));
        let wrong = Err(Refusal::WrongType);
        generated.check_headers([(format!("36: {name}"), header.clone(), wrong)]);
        imported.check_headers([(format!("36: {name}, imported"), header, OK)]);
    }
    for (name, header) in [
        ("missing", generated.header().without("typ")),
        ("null", generated.header().set("typ", "null")),
    ] {
        let wrong = Err(Refusal::WrongType);
        generated.check_headers([(format!("36: {name}"), header.clone(), wrong)]);
        imported.check_headers([(format!("36: {name}, imported"), header, OK)]);
    }
    for name in ["issuing+jwt", "application/Issuing+JWT"] {
        let header = generated.header().set("typ", format!("\"{name}\""));
        for bench in [&generated, &imported] {
            let wrong = Err(Refusal::WrongPurpose);
            bench.check_headers([(format!("36: {name}"), header.clone(), wrong)]);
        }
    }
    let header = generated.header().set("typ", "5");
    imported.check_headers([("36: number", header, Err(Refusal::Malformed))]);
}
