//! Rows 1 to 16: the algorithm is the key's, whatever a token says.

use std::time::{Duration, Instant};

use aws_lc_rs::{rand::SystemRandom, signature};

use super::*;

fn algorithm(value: &str) -> Object {
    Object::default()
        .add("typ", r#""JWT""#)
        .add("alg", value)
        .add("kid", r#""k""#)
}

#[test]
fn none_is_no_algorithm() {
    for bench in [
        Bench::generated(Algorithm::HS256),
        Bench::generated(Algorithm::ES256),
        Bench::imported(Algorithm::HS256),
    ] {
        let good = bench.good();
        let (_, signature) = good.rsplit_once('.').unwrap();
        for name in ["none", "None", "NONE", "nOnE", "none ", "none\\u0000"] {
            let named = algorithm(&format!("\"{name}\""));
            for header in [named.clone(), named.without("kid")] {
                let message = message(header.text(), claims().text());
                let kept = format!("{message}.{signature}");
                bench.check([
                    (
                        format!("1-2: {name}, no signature"),
                        format!("{message}."),
                        Err(Refusal::Malformed),
                    ),
                    (
                        format!("3: {name}, a good token's signature"),
                        kept,
                        Err(Refusal::WrongAlgorithm),
                    ),
                    (
                        format!("3: {name}, rightly signed"),
                        sign(&bench.key.material, &message),
                        Err(Refusal::WrongAlgorithm),
                    ),
                ]);
            }
        }
    }
}

#[test]
fn the_algorithm_is_named_to_the_letter() {
    use Refusal::{Malformed, WrongAlgorithm};
    for bench in [
        Bench::generated(Algorithm::HS256),
        Bench::imported(Algorithm::HS256),
    ] {
        bench.check_headers([
            ("4: no alg", bench.header().without("alg"), Err(Malformed)),
            ("5: empty", algorithm(r#""""#), Err(WrongAlgorithm)),
            ("5: null", algorithm("null"), Err(Malformed)),
            ("5: number", algorithm("256"), Err(Malformed)),
            ("5: array", algorithm(r#"["HS256"]"#), Err(Malformed)),
            ("5: object", algorithm("{}"), Err(Malformed)),
            (
                "6: lower case",
                algorithm(r#""hs256""#),
                Err(WrongAlgorithm),
            ),
            ("6: NUL", algorithm(r#""HS256\u0000""#), Err(WrongAlgorithm)),
            (
                "6: full width",
                algorithm("\"\u{ff28}\u{ff33}256\""),
                Err(WrongAlgorithm),
            ),
            ("6: escaped, the same", algorithm(r#""\u0048S256""#), OK),
        ]);
    }
}

/// All that an attacker may take a public key for when he signs with HMAC.
fn public_forms(key: &KeyMaterial) -> Vec<(&'static str, Vec<u8>)> {
    let pem = key.public_pem().unwrap();
    let spki = pem::parse(&pem).unwrap().into_contents();
    let jwk = serde_json::to_value(key.public_jwk("k").unwrap()).unwrap();
    let member = |name: &str| {
        URL_SAFE_NO_PAD
            .decode(jwk[name].as_str().unwrap_or_default())
            .unwrap()
    };
    let mut forms = vec![
        ("PEM", pem.clone().into_bytes()),
        ("PEM without its last newline", pem.trim().into()),
        ("SPKI DER", spki.clone()),
        ("JWK", jwk.to_string().into_bytes()),
        ("x", member("x")),
        ("x and y", [member("x"), member("y")].concat()),
        ("point", [vec![4], member("x"), member("y")].concat()),
        ("modulus", member("n")),
        ("nothing", Vec::new()),
    ];
    if key.algorithm() == Algorithm::RS256 {
        // Before the RSAPublicKey of a 2048 bit modulus stand 24 bytes.
        let pkcs1 = spki[24..].to_vec();
        let pem = pem::encode(&pem::Pem::new("RSA PUBLIC KEY", pkcs1.clone()));
        forms.push(("PKCS#1 PEM", pem.into_bytes()));
        forms.push(("PKCS#1 DER", pkcs1));
    }
    forms
}

#[test]
fn a_public_key_is_no_hmac_secret() {
    for (row, own) in [
        (7, Algorithm::RS256),
        (8, Algorithm::ES256),
        (8, Algorithm::EdDSA),
    ] {
        let bench = Bench::generated(own);
        for (form, secret) in public_forms(&bench.key.material) {
            for (name, hash) in [
                ("HS256", hmac::HMAC_SHA256),
                ("HS384", hmac::HMAC_SHA384),
                ("HS512", hmac::HMAC_SHA512),
            ] {
                let named = algorithm(&format!("\"{name}\""));
                let honest = message(bench.header().text(), claims().text());
                let lying = message(named.text(), claims().text());
                let unnamed = message(named.without("kid").text(), claims().text());
                let case = format!("{row}: {own} {form} {name}");
                bench.check([
                    (
                        case.clone(),
                        mac(hash, &secret, &lying),
                        Err(Refusal::WrongAlgorithm),
                    ),
                    (
                        format!("{case}, no kid"),
                        mac(hash, &secret, &unnamed),
                        Err(Refusal::WrongAlgorithm),
                    ),
                    (
                        format!("{case}, alg {own}"),
                        mac(hash, &secret, &honest),
                        Err(Refusal::BadSignature),
                    ),
                ]);
            }
        }
    }
}

/// PS256 with the tests' RSA key.
fn pss(message: &str) -> String {
    let der = pem::parse(RSA).unwrap().into_contents();
    let pair = signature::RsaKeyPair::from_pkcs8(&der).unwrap();
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(
        &signature::RSA_PSS_SHA256,
        &SystemRandom::new(),
        message.as_bytes(),
        &mut signature,
    )
    .unwrap();
    token(message, signature)
}

#[test]
fn a_key_works_with_one_algorithm_of_its_family_only() {
    let bench = Bench::generated(Algorithm::RS256);
    let honest = message(bench.header().text(), claims().text());
    let named = |name: &str| message(algorithm(&format!("\"{name}\"")).text(), claims().text());
    let mut cases = vec![
        (
            "9: PS256".into(),
            pss(&named("PS256")),
            Err(Refusal::WrongAlgorithm),
        ),
        (
            "10: signed as PS256".into(),
            pss(&honest),
            Err(Refusal::BadSignature),
        ),
    ];
    for other in [Algorithm::RS384, Algorithm::RS512] {
        let key = with_algorithm(&bench.key.material, other);
        cases.push((
            format!("9: {other}"),
            sign(&key, &named(other.name())),
            Err(Refusal::WrongAlgorithm),
        ));
        cases.push((
            format!("10: signed as {other}"),
            sign(&key, &honest),
            Err(Refusal::BadSignature),
        ));
    }
    bench.check(cases);

    let bench = Bench::generated(Algorithm::HS256);
    let secret = bench.key.material.secret_text().unwrap().as_bytes();
    let honest = message(bench.header().text(), claims().text());
    bench.check([
        (
            "11: HS512 with the same secret".into(),
            mac(hmac::HMAC_SHA512, secret, &named("HS512")),
            Err(Refusal::WrongAlgorithm),
        ),
        (
            "11: signed as HS512".into(),
            mac(hmac::HMAC_SHA512, secret, &honest),
            Err(Refusal::BadSignature),
        ),
    ]);

    let bench = Bench::generated(Algorithm::ES256);
    bench.check_headers(
        ["ES384", "ES512", "ES256K", "EdDSA", "Ed25519"].map(|name| {
            let header = algorithm(&format!("\"{name}\""));
            (format!("12: {name}"), header, Err(Refusal::WrongAlgorithm))
        }),
    );
}

#[test]
fn encrypted_tokens_and_json_serializations_are_malformed() {
    let bench = Bench::generated(Algorithm::RS256);
    let good = bench.good();
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else {
        panic!("{good}");
    };
    let jwe = |header: &str| {
        let part = URL_SAFE_NO_PAD.encode([7; 16]);
        let header = URL_SAFE_NO_PAD.encode(header);
        format!("{header}.{part}.{part}.{payload}.{part}")
    };
    let one = format!(r#""protected":"{header}","signature":"{signature}""#);
    let started = Instant::now();
    bench.check(
        [
            ("13: dir", jwe(r#"{"alg":"dir","enc":"A256GCM","kid":"k"}"#)),
            (
                "13: RSA-OAEP",
                jwe(r#"{"alg":"RSA-OAEP","enc":"A256GCM","kid":"k"}"#),
            ),
            (
                "14: billion hashes",
                jwe(
                    r#"{"alg":"PBES2-HS256+A128KW","enc":"A128CBC-HS256","p2s":"AA","p2c":2147483647}"#,
                ),
            ),
            ("15: flattened", format!(r#"{{"payload":"{payload}",{one}}}"#)),
            (
                "15: general",
                format!(r#"{{"payload":"{payload}","signatures":[{{{one}}}]}}"#),
            ),
            ("15: a token in JSON", format!(r#"{{"a":"{good}"}}"#)),
            ("15: a token in a string", format!("\"{good}\"")),
        ]
        .map(|(name, token)| (name.to_owned(), token, Err(Refusal::Malformed))),
    );
    assert!(started.elapsed() < Duration::from_secs(1), "14");
}

#[test]
fn a_tokens_algorithm_never_chooses_the_verifier() {
    for own in Algorithm::ALL {
        let bench = Bench::generated(own);
        assert!(bench.verify(&bench.good()).is_ok(), "{own}");
        for other in Algorithm::ALL.into_iter().filter(|other| *other != own) {
            // Both keys are there, and each is good for its own algorithm.
            let foreign = Arc::new(generated("other", material(other)));
            let keys = KeySet::new(vec![Arc::clone(&bench.key), Arc::clone(&foreign)]);
            let lying = algorithm(&format!("\"{other}\"")).text();
            let lying = message(lying, claims().text());
            let honest = message(bench.header().text(), claims().text());
            for (what, token, expected) in [
                (
                    "named",
                    sign(&foreign.material, &lying),
                    Refusal::WrongAlgorithm,
                ),
                (
                    "used",
                    sign(&foreign.material, &honest),
                    Refusal::BadSignature,
                ),
            ] {
                let got = verify(&bench.policy, &keys, &token, NOW).map(|_| ());
                assert_eq!(got, Err(expected), "16: {own} key, {other} {what}");
            }
        }
    }
}
