//! JSON Web Keys.

use super::*;

/// A private JWK of `key`, its scalar cut out of the PKCS#8 that aws-lc writes.
fn private_jwk(key: &KeyMaterial) -> Value {
    let mut jwk = serde_json::to_value(key.public_jwk("the kid").unwrap()).unwrap();
    let stored = key.to_bytes();
    let mut fields = der::sequence(&stored[1..], "").unwrap();
    fields.unsigned().unwrap();
    fields.read(der::SEQUENCE).unwrap();
    let inner = fields.read(der::OCTET_STRING).unwrap();
    let encode = |bytes: &[u8]| Value::from(URL_SAFE_NO_PAD.encode(bytes));
    if jwk["kty"] == "OKP" {
        jwk["d"] = encode(der::Reader::new(inner).read(der::OCTET_STRING).unwrap());
        return jwk;
    }
    let mut fields = der::sequence(inner, "").unwrap();
    fields.unsigned().unwrap();
    if jwk["kty"] == "EC" {
        jwk["d"] = encode(fields.read(der::OCTET_STRING).unwrap());
        return jwk;
    }
    for name in ["n", "e", "d", "p", "q", "dp", "dq", "qi"] {
        jwk[name] = encode(fields.unsigned().unwrap());
    }
    jwk
}

#[test]
fn a_jwk_is_read_with_its_kid() {
    for algorithm in asymmetric() {
        let key = key(algorithm);
        let imported = take(&private_jwk(&key).to_string(), algorithm).unwrap();
        agrees(&imported, &key);
        assert_eq!(
            (imported.kid.as_deref(), imported.form),
            (Some("the kid"), TalkForm::Secret)
        );
        let public = serde_json::to_string(&key.public_jwk("k").unwrap()).unwrap();
        assert_eq!(
            take(&public, algorithm).unwrap().warnings,
            [ImportWarning::PublicOnly]
        );
    }
}

#[test]
fn a_jwk_for_another_purpose_is_refused() {
    let key = key(Algorithm::ES256);
    let (private, public) = (
        private_jwk(&key),
        serde_json::to_value(key.public_jwk("k").unwrap()).unwrap(),
    );
    let with = |jwk: &Value, name: &str, value: Value| {
        let mut jwk = jwk.clone();
        jwk[name] = value;
        take(&jwk.to_string(), Algorithm::ES256)
            .map(|_| ())
            .map_err(|error| match error {
                ImportError::Jwk(fault) => fault,
                other => panic!("{other}"),
            })
    };
    for wrong in [json!("enc"), json!(""), json!(null), json!(["sig"])] {
        let expected = if wrong.is_null() {
            Ok(())
        } else {
            Err(JwkFault::Use)
        };
        assert_eq!(with(&public, "use", wrong), expected);
    }
    for (jwk, operations, fits) in [
        (&public, json!(["verify"]), true),
        (&public, json!(["sign"]), false),
        (&public, json!(["verify", "encrypt"]), false),
        (&public, json!([]), false),
        (&public, json!("verify"), false),
        (&private, json!(["sign"]), true),
        (&private, json!(["sign", "verify"]), true),
        (&private, json!(["verify"]), false),
        (&private, json!(["encrypt"]), false),
        (&private, json!(["sign", "deriveKey"]), false),
    ] {
        let expected = if fits {
            Ok(())
        } else {
            Err(JwkFault::Operations)
        };
        assert_eq!(
            with(jwk, "key_ops", operations.clone()),
            expected,
            "{operations}"
        );
    }
    for alg in ["A256GCM", "ES384", "es256", ""] {
        assert_eq!(
            with(&public, "alg", alg.into()),
            Err(JwkFault::Algorithm(Algorithm::ES256))
        );
    }
    for kty in ["oct", "ec", "DSA"] {
        assert_eq!(with(&public, "kty", kty.into()), Err(JwkFault::Type));
    }
    assert_eq!(with(&public, "keys", json!([])), Err(JwkFault::Set));
    assert_eq!(with(&public, "x", json!(5)), Err(JwkFault::Member("x")));
    assert_eq!(
        with(&public, "y", json!("****")),
        Err(JwkFault::Member("y"))
    );
}

#[test]
fn a_jwk_with_a_wrong_point_or_scalar_is_refused() {
    for algorithm in [Algorithm::ES256, Algorithm::ES384, Algorithm::ES512] {
        let key = key(algorithm);
        let jwk = private_jwk(&key);
        let len = algorithm.signature_len().unwrap() / 2;
        let with = |name: &str, bytes: &[u8]| {
            let mut jwk = jwk.clone();
            jwk[name] = URL_SAFE_NO_PAD.encode(bytes).into();
            refusal(&jwk.to_string(), algorithm)
        };
        for x in [vec![0; len], vec![1; len - 1], vec![1; len + 1], vec![]] {
            assert!(matches!(
                with("x", &x),
                ImportError::Key(KeyError::Point(_))
            ));
        }
        for d in [
            vec![0; len],
            vec![1; len],
            vec![0xff; len],
            vec![1; len - 1],
            vec![],
        ] {
            assert!(matches!(
                with("d", &d),
                ImportError::Key(KeyError::Inconsistent)
            ));
        }
    }
}

#[test]
fn an_rsa_jwk_without_its_primes_or_with_other_numbers_is_refused() {
    let jwk = private_jwk(&key(Algorithm::RS256));
    let mut lacking = jwk.clone();
    lacking.as_object_mut().unwrap().remove("p");
    assert_eq!(
        refusal(&lacking.to_string(), Algorithm::RS256),
        ImportError::Jwk(JwkFault::Member("p"))
    );
    let mut more = jwk.clone();
    more["oth"] = json!([]);
    assert_eq!(
        refusal(&more.to_string(), Algorithm::RS256),
        ImportError::Jwk(JwkFault::Primes)
    );
    let mut wrong = jwk.clone();
    wrong["d"] = "Aw".into();
    assert_eq!(
        refusal(&wrong.to_string(), Algorithm::RS256),
        ImportError::Key(KeyError::Inconsistent)
    );
    let mut swapped = jwk;
    swapped["dp"] = swapped["dq"].clone();
    assert_eq!(
        refusal(&swapped.to_string(), Algorithm::RS256),
        ImportError::Key(KeyError::Inconsistent)
    );
}

#[test]
fn ed25519_jwk_halves_must_belong_together() {
    let (one, two) = (
        private_jwk(&key(Algorithm::EdDSA)),
        private_jwk(&key(Algorithm::EdDSA)),
    );
    let mut mixed = one;
    mixed["d"] = two["d"].clone();
    assert_eq!(
        refusal(&mixed.to_string(), Algorithm::EdDSA),
        ImportError::Key(KeyError::Inconsistent)
    );
}
