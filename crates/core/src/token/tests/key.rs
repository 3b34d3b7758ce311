//! Rows 64 to 73: keys that are never taken, so that no token can be signed with them.

use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{signature::sum, *};
use crate::key::{ImportError, JwkFault, KeyError};

const SECRET: &str = "Rk4vXo9-Tz2qLw7_Hs5yUb8nCe3pMd6jFa1gKi0tVxQhZrYuWmBcNl+OePfSaDgJ";

#[track_caller]
fn refuses(row: impl fmt::Display, algorithm: Algorithm, text: &str) -> ImportError {
    let options = ImportOptions {
        algorithm,
        accept_weak: false,
    };
    match import(text.as_bytes(), options) {
        Ok(_) => panic!("{row}: taken"),
        Err(error) => error,
    }
}

fn jwk(algorithm: Algorithm) -> Value {
    let key = material(algorithm);
    serde_json::to_value(key.public_jwk("k").unwrap()).unwrap()
}

/// The JWK with one member changed to other bytes.
fn with_bytes(algorithm: Algorithm, name: &str, bytes: &[u8]) -> String {
    let mut jwk = jwk(algorithm);
    jwk[name] = URL_SAFE_NO_PAD.encode(bytes).into();
    jwk.to_string()
}

fn with(algorithm: Algorithm, name: &str, value: Value) -> String {
    let mut jwk = jwk(algorithm);
    jwk[name] = value;
    jwk.to_string()
}

#[test]
fn a_secret_is_as_long_as_its_hash() {
    for (algorithm, least) in [
        (Algorithm::HS256, 32),
        (Algorithm::HS384, 48),
        (Algorithm::HS512, 64),
    ] {
        assert_eq!(refuses("64: empty", algorithm, ""), ImportError::Empty);
        for len in [1, 16, least - 1] {
            let error = refuses(format!("64: {algorithm}, {len}"), algorithm, &SECRET[..len]);
            assert!(
                matches!(error, ImportError::TooShort { bytes, wanted, .. } if bytes == len && wanted == least),
                "64: {algorithm}, {len}: {error}"
            );
        }
        let made = generate(algorithm).unwrap();
        assert!(made.secret_text().unwrap().len() >= least, "64: generated");
        let stored = [&[1], &SECRET.as_bytes()[..15]].concat();
        assert!(
            KeyMaterial::from_bytes(algorithm, &stored).is_err(),
            "64: stored"
        );
    }
}

#[test]
fn a_secret_is_nothing_that_everybody_knows() {
    for text in ["secret", "password", "changeme", "your-256-bit-secret"] {
        for text in [text.to_owned(), text.repeat(8)] {
            let error = refuses(format!("65: {text}"), Algorithm::HS256, &text);
            assert_eq!(error, ImportError::Common, "65: {text}");
        }
    }
    for text in ["a".repeat(64), "0123456789".repeat(7), "ab".repeat(32)] {
        let error = refuses(format!("65: {text}"), Algorithm::HS256, &text);
        assert_eq!(error, ImportError::LowVariety, "65: {text}");
    }
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let key = material(algorithm);
        let pem = key.public_pem().unwrap();
        let der = STANDARD.encode(pem::parse(&pem).unwrap().into_contents());
        for text in [&pem, &der, &jwk(algorithm).to_string()] {
            let error = refuses(format!("66: {text}"), Algorithm::HS256, text);
            let expected = ImportError::AsymmetricAsSecret(Algorithm::HS256);
            assert_eq!(error, expected, "66: {text}");
        }
    }
}

#[test]
fn an_rsa_key_has_2048_to_8192_bits_and_sound_numbers() {
    let mut short = vec![0xa7; 256];
    short[0] = 0x7f;
    for (name, modulus, bits) in [
        ("512", vec![0xa7; 64], 512),
        ("1024", vec![0xa7; 128], 1024),
        ("2047", short, 2047),
        ("8200", vec![0xa7; 1025], 8200),
        ("16384", vec![0xa7; 2048], 16384),
    ] {
        let error = refuses(
            format!("67: {name}"),
            Algorithm::RS256,
            &with_bytes(Algorithm::RS256, "n", &modulus),
        );
        assert_eq!(error, KeyError::RsaSize { bits }.into(), "67: {name}");
    }
    for exponent in [&[1][..], &[2], &[1, 0, 0], &[1, 0, 0, 0, 0, 1]] {
        let text = with_bytes(Algorithm::RS256, "e", exponent);
        let error = refuses(format!("68: e {exponent:?}"), Algorithm::RS256, &text);
        assert_eq!(error, KeyError::RsaExponent.into(), "68: e {exponent:?}");
    }
    let even = with_bytes(Algorithm::RS256, "n", &[0xa6; 256]);
    let error = refuses("68: even n", Algorithm::RS256, &even);
    assert_eq!(error, KeyError::RsaModulus.into(), "68: even n");
    // 65537 to the 128th: 65537 n is n and n shifted by two bytes.
    let power = (0..128).fold(vec![1], |power, _| {
        sum(
            &[&power[..], &[0, 0]].concat(),
            &[&[0, 0], &power[..]].concat(),
        )
    });
    let roca = with_bytes(Algorithm::RS256, "n", &power);
    let error = refuses("68: ROCA", Algorithm::RS256, &roca);
    assert_eq!(error, KeyError::RsaRoca.into(), "68: ROCA");
}

#[test]
fn an_ec_key_is_a_point_on_the_curve_of_its_algorithm() {
    let es256 = Algorithm::ES256;
    for bytes in [vec![0; 32], vec![1; 32], vec![1; 31], vec![1; 33], vec![]] {
        let text = with_bytes(es256, "x", &bytes);
        let error = refuses(format!("69: x {bytes:?}"), es256, &text);
        assert_eq!(error, KeyError::Point("P-256").into(), "69: x {bytes:?}");
    }
    let mut zero = jwk(es256);
    zero["x"] = URL_SAFE_NO_PAD.encode([0; 32]).into();
    zero["y"] = zero["x"].clone();
    let error = refuses("69: (0, 0)", es256, &zero.to_string());
    assert_eq!(error, KeyError::Point("P-256").into(), "69: (0, 0)");
    for (algorithm, other) in [
        (Algorithm::ES256, Algorithm::ES384),
        (Algorithm::ES384, Algorithm::ES256),
        (Algorithm::ES512, Algorithm::ES384),
        (Algorithm::EdDSA, Algorithm::ES256),
        (Algorithm::RS256, Algorithm::ES256),
    ] {
        let mut key = jwk(other);
        key.as_object_mut().unwrap().remove("alg");
        let error = refuses(
            format!("69: {other} for {algorithm}"),
            algorithm,
            &key.to_string(),
        );
        assert!(
            matches!(error, ImportError::Key(KeyError::Mismatch { .. })),
            "69: {other} for {algorithm}: {error}"
        );
    }
    for crv in ["P-384", "secp256k1", "P-192", "Ed25519"] {
        refuses(format!("69: {crv}"), es256, &with(es256, "crv", crv.into()));
    }
    let point = with_bytes(Algorithm::EdDSA, "x", &neutral_point());
    let error = refuses("63: small order", Algorithm::EdDSA, &point);
    assert_eq!(error, KeyError::Point("Ed25519").into(), "63: small order");
}

/// The neutral point of Ed25519.
fn neutral_point() -> [u8; 32] {
    let mut point = [0; 32];
    point[0] = 1;
    point
}

#[test]
fn a_jwk_for_another_purpose_is_no_key() {
    let es256 = Algorithm::ES256;
    for (name, value, fault) in [
        ("use", json!("enc"), JwkFault::Use),
        ("use", json!(5), JwkFault::Use),
        ("key_ops", json!(["encrypt"]), JwkFault::Operations),
        (
            "key_ops",
            json!(["verify", "encrypt"]),
            JwkFault::Operations,
        ),
        ("alg", json!("A256GCM"), JwkFault::Algorithm(es256)),
        ("alg", json!("ES384"), JwkFault::Algorithm(es256)),
        ("kty", json!("DSA"), JwkFault::Type),
        ("kty", json!("oct"), JwkFault::Type),
    ] {
        let text = with(es256, name, value.clone());
        let error = refuses(format!("70: {name} {value}"), es256, &text);
        assert_eq!(error, ImportError::Jwk(fault), "70: {name} {value}");
    }
}

#[test]
fn an_import_is_one_key_in_its_own_place() {
    let es256 = Algorithm::ES256;
    let key = material(es256);
    let (private, public) = (key.private_pem().unwrap(), key.public_pem().unwrap());
    let misplaced = json!({ "public": private.as_str() }).to_string();
    let error = refuses("71: private as public", es256, &misplaced);
    assert_eq!(error, ImportError::PrivateAsPublic, "71");
    let large = " ".repeat(64 * 1024 + 1);
    let error = refuses("71: over 64 KiB", es256, &large);
    assert_eq!(error, ImportError::TooLarge { bytes: 65_537 }, "71");
    refuses("71: two blocks", es256, &format!("{public}{public}"));
    refuses("71: trailing text", es256, &format!("{public}x"));
    refuses("71: leading text", es256, &format!("x\n{public}"));
    let options = ImportOptions {
        algorithm: es256,
        accept_weak: false,
    };
    let crlf = public.replace('\n', "\r\n");
    assert!(import(crlf.as_bytes(), options).is_ok(), "71: CRLF");
}

#[test]
fn a_published_key_has_public_members_only() {
    for algorithm in Algorithm::ALL {
        let Some(jwk) = material(algorithm).public_jwk("k") else {
            assert!(algorithm.is_symmetric(), "73: {algorithm}");
            continue;
        };
        assert!(!algorithm.is_symmetric(), "73: {algorithm}");
        let jwk = serde_json::to_value(jwk).unwrap();
        for name in jwk.as_object().unwrap().keys() {
            let public = ["kty", "crv", "x", "y", "n", "e", "kid", "use", "alg"];
            assert!(public.contains(&name.as_str()), "73: {algorithm} {name}");
        }
    }
}
