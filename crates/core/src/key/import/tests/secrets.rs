//! HMAC secrets.

use super::*;

#[test]
fn plain_text_is_the_secret_but_for_one_newline() {
    for ending in ["", "\n", "\r\n"] {
        let imported = hs256(&format!("{SECRET}{ending}")).unwrap();
        assert_eq!(imported.material.secret_text(), Some(SECRET));
        assert_eq!(imported.form, TalkForm::Secret);
        assert_eq!(imported.kid, None);
        assert!(!imported.weak);
        assert_eq!(imported.warnings, []);
    }
    let spaced = format!(" {SECRET}\n\n");
    let imported = hs256(&spaced).unwrap();
    assert_eq!(
        imported.material.secret_text(),
        Some(&spaced[..spaced.len() - 1])
    );
    assert_eq!(imported.warnings, [ImportWarning::OuterSpace]);
    let coral = format!("ssosec_{SECRET}");
    assert_eq!(
        hs256(&coral).unwrap().material.secret_text(),
        Some(&coral[..])
    );
}

#[test]
fn json_without_a_kid_is_taken_to_the_letter_as_talk_does() {
    let text = json!({ "secret": SECRET }).to_string();
    let imported = hs256(&text).unwrap();
    assert_eq!(imported.material.secret_text(), Some(&text[..]));
    assert_eq!(imported.form, TalkForm::Secret);
    assert_eq!(imported.warnings, [ImportWarning::LiteralJson]);
    let odd = format!("{{{SECRET}");
    assert_eq!(hs256(&odd).unwrap().material.secret_text(), Some(&odd[..]));
    // The braces are known to everybody, so they add no strength.
    assert_eq!(
        hs256(r#"{"secret":"test"}"#).unwrap_err(),
        ImportError::Common
    );
    let short = json!({ "secret": &SECRET[..20] }).to_string();
    assert!(matches!(
        hs256(&short),
        Err(ImportError::TooShort { bytes: 20, .. })
    ));
}

#[test]
fn an_entry_with_a_kid_comes_from_the_array_of_secrets() {
    let entry = json!({ "kid": "2017/key one", "secret": SECRET });
    for text in [
        entry.to_string(),
        json!([entry]).to_string(),
        format!("\n[{entry}]\n"),
    ] {
        let imported = hs256(&text).unwrap();
        assert_eq!(imported.material.secret_text(), Some(SECRET), "{text}");
        assert_eq!(imported.kid.as_deref(), Some("2017/key one"));
        assert_eq!(imported.form, TalkForm::Secrets);
        assert_eq!(imported.warnings, []);
    }
    let encoded = format!("base64:{}", STANDARD.encode(SECRET));
    let imported = hs256(&json!([{ "kid": "a", "secret": encoded }]).to_string()).unwrap();
    assert_eq!(imported.material.secret_text(), Some(SECRET));
    assert_eq!(imported.warnings, [ImportWarning::Base64]);
}

#[test]
fn an_array_that_talk_would_not_start_with_is_refused() {
    let of = |value: Value| hs256(&value.to_string()).unwrap_err();
    let two = json!([{ "kid": "a", "secret": SECRET }, { "kid": "b", "secret": SECRET }]);
    assert_eq!(of(two), ImportError::ManyKeys { count: 2 });
    assert_eq!(of(json!([])), ImportError::Entry(EntryFault::Empty));
    for kid in [json!(7), json!(""), json!(null), json!(["a"])] {
        let error = of(json!([{ "kid": kid, "secret": SECRET }]));
        assert_eq!(error, ImportError::Entry(EntryFault::Kid), "{kid}");
    }
    assert_eq!(
        of(json!([{ "secret": SECRET }])),
        ImportError::Entry(EntryFault::Kid)
    );
    assert_eq!(
        of(json!([{ "kid": "a" }])),
        ImportError::Entry(EntryFault::Secret)
    );
    assert_eq!(
        of(json!({ "kid": "a", "secret": 5 })),
        ImportError::Entry(EntryFault::Secret)
    );
    let twice = format!(r#"{{"kid":"a","kid":"b","secret":"{SECRET}"}}"#);
    assert!(matches!(hs256(&twice), Err(ImportError::Json { .. })));
    let broken = format!(r#"{{"kid":"a","secret":"{SECRET}",}}"#);
    assert!(matches!(hs256(&broken), Err(ImportError::Json { .. })));
}

#[test]
fn a_base64_secret_is_decoded_to_text_as_talk_does() {
    let text = format!("base64:{}", STANDARD.encode(SECRET));
    let imported = hs256(&text).unwrap();
    assert_eq!(imported.material.secret_text(), Some(SECRET));
    assert_eq!(imported.warnings, [ImportWarning::Base64]);
    // Upper case isn't Talk's prefix.
    let upper = text.replace("base64", "BASE64");
    assert_eq!(
        hs256(&upper).unwrap().material.secret_text(),
        Some(&upper[..])
    );
    // What is guessable stays so, and what is short too.
    let word = format!("base64:{}", STANDARD.encode("keyboard cat"));
    assert_eq!(hs256(&word).unwrap_err(), ImportError::Common);
    let short = format!("base64:{}", STANDARD.encode(&SECRET[..20]));
    assert!(matches!(
        hs256(&short),
        Err(ImportError::TooShort { bytes: 20, .. })
    ));
    assert_eq!(hs256("base64:").unwrap_err(), ImportError::Empty);
    assert_eq!(
        hs256("base64:Y\u{141}").unwrap_err(),
        ImportError::Base64NotAscii
    );
}

#[test]
fn a_base64_secret_that_is_not_text_becomes_what_talk_makes_of_it() {
    let mut bytes = SECRET.as_bytes()[..30].to_vec();
    bytes.splice(10..10, [0xff, 0x00, 0xfe, 0x80, 0xaa]);
    let imported = hs256(&format!("base64:{}", STANDARD.encode(&bytes))).unwrap();
    let expected = format!(
        "{}\u{fffd}\0\u{fffd}\u{fffd}\u{fffd}{}",
        &SECRET[..10],
        &SECRET[10..30]
    );
    assert_eq!(imported.material.secret_text(), Some(&expected[..]));
    assert_eq!(
        imported.warnings,
        [ImportWarning::Base64Lossy { replaced: 4 }]
    );
    assert!(!imported.weak);
    // Stored and opened again it is the same key.
    let stored = KeyMaterial::from_bytes(Algorithm::HS256, &imported.material.to_bytes()).unwrap();
    assert_eq!(stored.secret_text(), Some(&expected[..]));
}

#[test]
fn a_base64_secret_that_loses_too_much_is_refused() {
    let of = |bytes: &[u8]| format!("base64:{}", STANDARD.encode(bytes));
    let mut bytes = vec![0xff; 28];
    bytes.extend(&SECRET.as_bytes()[..12]);
    let text = of(&bytes);
    let lost = ImportError::Base64Lost {
        bytes: 12,
        wanted: 32,
        may_accept: true,
    };
    assert_eq!(hs256(&text).unwrap_err(), lost);
    let imported = take_weak(&text, Algorithm::HS256).unwrap();
    assert!(imported.weak);
    assert!(
        imported
            .warnings
            .contains(&ImportWarning::Weak { bytes: 12 })
    );
    assert!(take_weak(&text, Algorithm::HS384).is_err());
    let text = of(&[&[0xff; 40][..], b"abcxyz7"].concat());
    assert!(matches!(
        take_weak(&text, Algorithm::HS256),
        Err(ImportError::Base64Lost { bytes: 7, .. })
    ));
}

#[test]
fn short_secrets_are_refused_and_the_message_says_what_to_do() {
    let of = |len: usize, algorithm| take(&SECRET.repeat(2).replace('-', "+")[..len], algorithm);
    assert_eq!(
        hs256("a7K_q2").unwrap_err().to_string(),
        "the secret has 6 bytes; HS256 wants at least 32. Make a new one with `openssl rand -hex 32` and give it to \
         Talk as TALK_JWT_SECRET, or pass --accept-weak (16 bytes or more)"
    );
    for (algorithm, least) in [
        (Algorithm::HS256, 32),
        (Algorithm::HS384, 48),
        (Algorithm::HS512, 64),
    ] {
        for len in [1, least - 1] {
            let error = of(len, algorithm).unwrap_err();
            assert!(
                matches!(error, ImportError::TooShort { bytes, .. } if bytes == len),
                "{error}"
            );
            assert_eq!(error.to_string().contains("--accept-weak"), least == 32);
        }
    }
    let long = "Rk4vXo9-Tz2qLw7_Hs5yUb8nCe3pMd6jFa1gKi0tVxQhZrYuWmBcNl+OePfSaDgJ";
    for (algorithm, least) in [
        (Algorithm::HS256, 32),
        (Algorithm::HS384, 48),
        (Algorithm::HS512, 64),
    ] {
        assert!(!take(&long[..least], algorithm).unwrap().weak);
        assert!(
            take_weak(&long[..least - 1], algorithm).is_ok() == (least == 32),
            "{algorithm}"
        );
    }
}

#[test]
fn accepting_weak_secrets_lowers_the_bound_of_hs256_to_16_bytes() {
    let imported = take_weak(&SECRET[..16], Algorithm::HS256).unwrap();
    assert!(imported.weak);
    assert_eq!(imported.warnings, [ImportWarning::Weak { bytes: 16 }]);
    assert!(matches!(
        take_weak(&SECRET[..15], Algorithm::HS256),
        Err(ImportError::TooShort { bytes: 15, .. })
    ));
    assert!(!take_weak(&SECRET[..32], Algorithm::HS256).unwrap().weak);
}

#[test]
fn a_guessable_secret_is_refused_whatever_is_accepted() {
    for text in [
        "secret",
        "Keyboard Cat",
        "a-string-secret-at-least-256-bits-long",
        "your-256-bit-secret",
        "passwordpasswordpasswordpassword",
    ] {
        assert_eq!(
            take_weak(text, Algorithm::HS256).unwrap_err(),
            ImportError::Common,
            "{text}"
        );
    }
    for text in ["a".repeat(64), "xy7_".repeat(16), "0123456789".repeat(7)] {
        assert_eq!(
            take_weak(&text, Algorithm::HS256).unwrap_err(),
            ImportError::LowVariety,
            "{text}"
        );
    }
    let twice = SECRET[..20].repeat(2);
    let repeats = ImportError::Repeats {
        algorithm: Algorithm::HS256,
        bytes: 20,
        wanted: 32,
        may_accept: true,
    };
    assert_eq!(hs256(&twice).unwrap_err(), repeats);
    assert!(take_weak(&twice, Algorithm::HS256).unwrap().weak);
}

#[test]
fn an_asymmetric_key_is_no_secret_in_any_dress() {
    let ec = key(Algorithm::ES256);
    let pem = ec.public_pem().unwrap();
    let jwk = serde_json::to_string(&ec.public_jwk("k").unwrap()).unwrap();
    let der = STANDARD.encode(ec.public().unwrap().to_spki());
    let as_secret = ImportError::AsymmetricAsSecret(Algorithm::HS256);
    for text in [
        pem.clone(),
        pem.replace('\n', "\\n"),
        pem.replace('\n', " "),
        format!("  {pem}"),
        ec.private_pem().unwrap().to_string(),
        json!({ "public": pem }).to_string(),
        json!({ "secret": pem }).to_string(),
        json!({ "kid": "a", "secret": pem }).to_string(),
        json!({ "kid": "a", "public": pem }).to_string(),
        json!([{ "kid": "a", "public": pem }]).to_string(),
        format!("base64:{}", STANDARD.encode(&pem)),
        format!("base64:{}", STANDARD.encode(&jwk)),
        json!({ "kid": "a", "secret": jwk }).to_string(),
        jwk,
        der.clone(),
        format!("{}\n{}", &der[..64], &der[64..]),
        STANDARD.encode(&ec.to_bytes()[1..]),
        format!("ssh-rsa {SECRET} me@example.org"),
    ] {
        assert_eq!(
            take_weak(&text, Algorithm::HS256).unwrap_err(),
            as_secret,
            "{text}"
        );
    }
    let oct = json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode(SECRET) }).to_string();
    assert_eq!(hs256(&oct).unwrap_err(), ImportError::SymmetricJwk);
    let set = json!({ "keys": [] }).to_string();
    assert_eq!(hs256(&set).unwrap_err(), ImportError::Jwk(JwkFault::Set));
}

#[test]
fn what_is_no_text_or_nothing_is_refused_for_every_algorithm() {
    for algorithm in Algorithm::ALL {
        let options = ImportOptions {
            algorithm,
            accept_weak: true,
        };
        let of = |bytes: &[u8]| super::super::import(bytes, options).unwrap_err();
        for empty in [&b""[..], b"\n", b" \r\n\t "] {
            assert_eq!(of(empty), ImportError::Empty);
        }
        assert_eq!(of(&[0xff; 40]), ImportError::NotText);
        assert_eq!(of(format!("{SECRET}\0").as_bytes()), ImportError::Nul);
        assert_eq!(
            of(format!("\u{feff}{SECRET}").as_bytes()),
            ImportError::ByteOrderMark
        );
        let large = SECRET.repeat(1600);
        assert_eq!(
            of(large.as_bytes()),
            ImportError::TooLarge { bytes: large.len() }
        );
    }
    let entry = json!({ "kid": "a", "secret": format!("{SECRET}\0") }).to_string();
    assert_eq!(hs256(&entry).unwrap_err(), ImportError::Nul);
    let entry = json!({ "kid": "a", "secret": "" }).to_string();
    assert_eq!(hs256(&entry).unwrap_err(), ImportError::Empty);
}

#[test]
fn neither_an_import_nor_a_refusal_prints_the_secret() {
    let shown = format!("{:?}", hs256(SECRET).unwrap());
    assert!(!shown.contains(&SECRET[..6]), "{shown}");
    for text in [
        &SECRET[..20],
        &format!("{{\"kid\":\"{SECRET}\",\"secret\":\"{SECRET}\",}}"),
        &format!("{SECRET}\0"),
        &json!({ "kid": 4, "secret": SECRET }).to_string(),
        &json!({ "kty": SECRET, "k": SECRET }).to_string(),
        &format!("-----BEGIN {SECRET}-----\n{SECRET}\n-----END {SECRET}-----"),
    ] {
        for algorithm in Algorithm::ALL {
            let error = refusal(text, algorithm);
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains(&SECRET[..6]), "{shown}");
        }
    }
}

#[test]
fn what_is_made_here_passes_every_test_of_what_is_brought() {
    for algorithm in Algorithm::ALL {
        let made = crate::key::generate(algorithm).unwrap();
        let pem = made.private_pem().map(|pem| pem.to_string());
        let text = pem.unwrap_or_else(|| made.secret_text().unwrap().to_owned());
        let options = ImportOptions {
            algorithm,
            accept_weak: false,
        };
        let imported = crate::key::import(text.as_bytes(), options).unwrap();
        assert!(!imported.weak, "{algorithm}");
        assert_eq!(imported.warnings, [], "{algorithm}");
    }
}
