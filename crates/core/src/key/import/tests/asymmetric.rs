//! PEM, and Talk's JSON of PEMs.

use super::*;

/// `openssl ecparam -name prime256v1 -genkey`, made for this test.
const EC_P256: &str = "\
-----BEGIN EC PARAMETERS-----
BggqhkjOPQMBBw==
-----END EC PARAMETERS-----
-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIAndAWzRCkQm9Oj7oT8baHxRJcgthfIK+PqMmb1prV1UoAoGCCqGSM49
AwEHoUQDQgAEErlINkQB9Pvt7dJMDMhEPy0TDhacyn0urSjcql1sW2vapkNoHDjB
hpWyciCbiuzCs4mMKkpJ/3YUej8aBv8R6Q==
-----END EC PRIVATE KEY-----
";

/// The compressed public half of the same.
const EC_P256_COMPRESSED: &str = "\
-----BEGIN PUBLIC KEY-----
MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgADErlINkQB9Pvt7dJMDMhEPy0TDhac
yn0urSjcql1sW2s=
-----END PUBLIC KEY-----
";

/// The same with the curve's parameters written out.
const EC_P256_EXPLICIT: &str = "\
-----BEGIN PUBLIC KEY-----
MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAA
AAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA////
///////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSd
NgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5
RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA
//////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABBK5SDZEAfT77e3STAzIRD8t
Ew4WnMp9Lq0o3KpdbFtr2qZDaBw4wYaVsnIgm4rswrOJjCpKSf92FHo/Ggb/Eek=
-----END PUBLIC KEY-----
";

/// `openssl ecparam -name secp521r1 -genkey -noout`, made for this test.
const EC_P521: &str = "\
-----BEGIN EC PRIVATE KEY-----
MIHcAgEBBEIBGMje+28E/Z7uF1dbIcY4W+qPuxnyPMA6WFTdWt7DowkclWZyTxWD
bEPkWOSVMUG/uVSXTfJnXvRHVoT9bxz4CeygBwYFK4EEACOhgYkDgYYABABS4Uvl
bLwSpi8ovflEAfKoWMSElgNpZYvRKsAny892Nebi9HDhmvi+l53YPif2H50nghvq
sHiT4EZh314/ES+/VAHeriw1zV5RPRb2gVXxvNYIPPLBjK7NtgBOk3XXv8UR8Kvz
8e9Wy85Jcn4MoRdWm7jP4pHYiKz6acQF5hMIUJhc3w==
-----END EC PRIVATE KEY-----
";

/// On secp256k1.
const EC_K256: &str = "\
-----BEGIN PRIVATE KEY-----
MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQg9DFmh1PwCjC9IoA4ld6h
ThOOAZpWJwJkUpW+iabWnoKhRANCAARmZ3Unpi6zHFyLQwNBdY2ZMpI0/EDo6C28
cBvxnI/upWndWtq65jAIBvPxCvasfhGOxMIT0HINb/omV4qS0BF6
-----END PRIVATE KEY-----
";

/// An RSA key of 1024 bits.
const RSA_1024: &str = "\
-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQD5hYf4DyfJcYBC2Bzh6bGTkFg4
oKxkgJCK7ww1mgvqkhNt7b17DduJ85GBRRDAUxxGcMCuK66PsoB8T9uAQSbzJ4vp
wtIrn6gXpECKAp8z+oi1vElAAlAXYzfTlhbk49QQMx/JT2fj//jaNLKewvIcPprf
lgN2v+K2E05tcNSghQIDAQAB
-----END PUBLIC KEY-----
";

/// The P-256 key under the passphrase `x`.
const ENCRYPTED: &str = "\
-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhCsZIUCsIiLwICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEELgOti8WiQVC2jwZOMBa+JsEgZBB
FQm4MaH1QRch0Asf6LhDH84loiwkiQmXjAycujFxo0wkPcAxxqR3xvF/nX3aOHM3
zfzu9JB7/cfS7EF57cpk/CbSTIEpOVkuHlJqAnOk9Y+SQVMTI5utSVWs2p981Zig
jDT0hKY3pL2YtDFxIypRLvnSwwj2zy8e40lMNFIru0EaqQNtPYx1MX/AvSfg2ys=
-----END ENCRYPTED PRIVATE KEY-----
";

fn pems(algorithm: Algorithm) -> (KeyMaterial, String, String) {
    let key = key(algorithm);
    let private = key.private_pem().unwrap().to_string();
    let public = key.public_pem().unwrap();
    (key, private, public)
}

#[test]
fn pem_is_read_with_any_line_ends() {
    for algorithm in asymmetric() {
        let (key, private, public) = pems(algorithm);
        for text in [
            private.clone(),
            private.replace('\n', "\r\n"),
            private.replace('\n', "\\n"),
            format!("\n{private}  \n\n"),
            format!("{private}{public}"),
            format!("{public}\n{private}"),
        ] {
            let imported = take(&text, algorithm).unwrap();
            agrees(&imported, &key);
            assert_eq!(imported.form, TalkForm::Secret);
        }
        let imported = take(&public, algorithm).unwrap();
        assert!(!imported.material.can_sign());
        assert_eq!(imported.warnings, [ImportWarning::PublicOnly]);
    }
}

#[test]
fn pem_with_anything_around_it_or_several_keys_is_refused() {
    let (_, private, public) = pems(Algorithm::ES256);
    let (_, _, other) = pems(Algorithm::ES256);
    let of = |text: &str| refusal(text, Algorithm::ES256);
    let outside = ImportError::Pem(PemError::Outside);
    assert_eq!(of(&format!("{private}junk")), outside);
    assert_eq!(of(&format!("Bag Attributes\n{private}")), outside);
    let one_line = private.replace('\n', " ");
    assert_eq!(of(&one_line), ImportError::Pem(PemError::Unclosed));
    assert_eq!(
        of(&private.replace("END PRIVATE", "END PUBLIC")),
        ImportError::Pem(PemError::Unclosed)
    );
    assert_eq!(of(&private[..60]), ImportError::Pem(PemError::Unclosed));
    assert_eq!(
        of(&private.replacen("\nM", "\n*", 1)),
        ImportError::Pem(PemError::Base64)
    );
    assert_eq!(
        of(&format!("{private}{private}")),
        ImportError::Blocks {
            private: 2,
            public: 0
        }
    );
    assert_eq!(
        of(&format!("{public}{public}")),
        ImportError::Blocks {
            private: 0,
            public: 2
        }
    );
    assert_eq!(
        of(&format!("{private}{other}")),
        ImportError::Key(KeyError::NotAPair)
    );
    assert_eq!(of(SECRET), ImportError::NotAKey(Algorithm::ES256));
}

#[test]
fn pem_of_other_things_gets_its_own_advice() {
    let of = |text: &str| refusal(text, Algorithm::ES256);
    assert_eq!(of(ENCRYPTED), ImportError::Pem(PemError::Encrypted));
    let labelled = |label| pem::encode(label, b"x").to_string();
    assert_eq!(
        of(&labelled("CERTIFICATE")),
        ImportError::Pem(PemError::Certificate)
    );
    assert_eq!(
        of(&labelled("OPENSSH PRIVATE KEY")),
        ImportError::Pem(PemError::OpenSsh)
    );
    assert_eq!(
        of(&labelled("DSA PRIVATE KEY")),
        ImportError::Pem(PemError::Label)
    );
    let old = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\nAAAA\n-----END EC PRIVATE KEY-----";
    assert_eq!(of(old), ImportError::Pem(PemError::Encrypted));
    for label in ["PUBLIC KEY", "PRIVATE KEY", "EC PRIVATE KEY"] {
        assert!(
            matches!(
                of(&labelled(label)),
                ImportError::Key(KeyError::Malformed(_))
            ),
            "{label}"
        );
    }
}

#[test]
fn the_older_pem_forms_of_openssl_are_read() {
    let imported = take(EC_P256, Algorithm::ES256).unwrap();
    assert!(imported.material.can_sign());
    let pkcs8 = imported.material.private_pem().unwrap();
    agrees(&take(&pkcs8, Algorithm::ES256).unwrap(), &imported.material);
    assert!(take(EC_P521, Algorithm::ES512).unwrap().material.can_sign());

    let (rsa, private, _) = pems(Algorithm::RS256);
    let pkcs8 = pem::decode(&private).unwrap().remove(0).der;
    let mut fields = der::sequence(&pkcs8, "").unwrap();
    fields.unsigned().unwrap();
    fields.read(der::SEQUENCE).unwrap();
    let pkcs1 = pem::encode("RSA PRIVATE KEY", fields.read(der::OCTET_STRING).unwrap());
    let public = pem::encode("RSA PUBLIC KEY", rsa.public().unwrap().raw());
    agrees(&take(&pkcs1, Algorithm::RS256).unwrap(), &rsa);
    agrees(
        &take(&format!("{}{}", *pkcs1, *public), Algorithm::RS256).unwrap(),
        &rsa,
    );
    assert!(matches!(
        refusal(&pkcs1, Algorithm::ES256),
        ImportError::Key(KeyError::Mismatch { .. })
    ));
    assert!(matches!(
        refusal(&public, Algorithm::EdDSA),
        ImportError::Key(KeyError::Mismatch { .. })
    ));
}

#[test]
fn a_key_of_another_family_or_curve_is_refused_and_named() {
    for made_for in [
        Algorithm::RS256,
        Algorithm::ES256,
        Algorithm::ES384,
        Algorithm::ES512,
        Algorithm::EdDSA,
    ] {
        let (key, private, public) = pems(made_for);
        let jwk = serde_json::to_string(&key.public_jwk("k").unwrap()).unwrap();
        for algorithm in asymmetric() {
            let fits = made_for == algorithm
                || (made_for.name().starts_with("RS") && algorithm.name().starts_with("RS"));
            for text in [&private, &public] {
                match take(text, algorithm) {
                    Ok(_) => assert!(fits, "{made_for} for {algorithm}"),
                    Err(error) => {
                        assert!(!fits, "{made_for} for {algorithm}");
                        assert!(
                            matches!(error, ImportError::Key(KeyError::Mismatch { .. })),
                            "{error}"
                        );
                    }
                }
            }
            assert_eq!(
                take(&jwk, algorithm).is_ok(),
                made_for == algorithm,
                "{made_for} JWK for {algorithm}"
            );
        }
    }
    assert_eq!(
        refusal(EC_P521, Algorithm::ES256).to_string(),
        "ES256 wants an EC key on P-256, and this is an EC key on P-521"
    );
    for text in [EC_K256, EC_P256_EXPLICIT] {
        let error = refusal(text, Algorithm::ES256);
        assert!(
            matches!(error, ImportError::Key(KeyError::Mismatch { .. })),
            "{error}"
        );
    }
    assert_eq!(
        refusal(EC_P256_COMPRESSED, Algorithm::ES256),
        ImportError::Key(KeyError::Point("P-256"))
    );
}

#[test]
fn rsa_keys_that_are_too_short_or_broken_are_refused() {
    assert_eq!(
        refusal(RSA_1024, Algorithm::RS256),
        ImportError::Key(KeyError::RsaSize { bits: 1024 })
    );
    let (key, _, _) = pems(Algorithm::RS256);
    let jwk = serde_json::to_value(key.public_jwk("k").unwrap()).unwrap();
    let with = |name: &str, bytes: &[u8]| {
        let mut jwk = jwk.clone();
        jwk[name] = URL_SAFE_NO_PAD.encode(bytes).into();
        refusal(&jwk.to_string(), Algorithm::RS256)
    };
    assert_eq!(with("e", &[1]), ImportError::Key(KeyError::RsaExponent));
    assert_eq!(
        with("e", &[1, 0, 0]),
        ImportError::Key(KeyError::RsaExponent)
    );
    assert_eq!(
        with("n", &[0xa6; 256]),
        ImportError::Key(KeyError::RsaModulus)
    );
    assert_eq!(
        with("n", &[0xa7; 255]),
        ImportError::Key(KeyError::RsaSize { bits: 2040 })
    );
    assert_eq!(
        with("n", &[0xa7; 1025]),
        ImportError::Key(KeyError::RsaSize { bits: 8200 })
    );
    // A private key is judged by the same numbers before anything is computed with them.
    let short = [&[0][..], &[0xa7; 128], &[1, 0, 1], &[5]].map(der::unsigned);
    let short = der::element(
        der::SEQUENCE,
        &short.each_ref().map(|number| number.as_slice()),
    );
    let error = refusal(&pem::encode("RSA PRIVATE KEY", &short), Algorithm::RS256);
    assert_eq!(error, ImportError::Key(KeyError::RsaSize { bits: 1024 }));
}

#[test]
fn talks_json_of_pems_is_read_with_escaped_newlines() {
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::ES384] {
        let (key, private, public) = pems(algorithm);
        let escaped = |pem: &str| pem.replace('\n', "\\n");
        for (public, private) in [
            (public.clone(), private.clone()),
            (escaped(&public), escaped(&private)),
        ] {
            let both = json!({ "public": public, "private": private });
            let imported = take(&both.to_string(), algorithm).unwrap();
            agrees(&imported, &key);
            assert_eq!((imported.kid, imported.form), (None, TalkForm::Secret));
            let mut entry = both.clone();
            entry["kid"] = "a".into();
            for text in [entry.to_string(), json!([entry]).to_string()] {
                let imported = take(&text, algorithm).unwrap();
                agrees(&imported, &key);
                assert_eq!(
                    (imported.kid.as_deref(), imported.form),
                    (Some("a"), TalkForm::Secrets)
                );
            }
            for half in [
                json!({ "public": public }),
                json!({ "public": public, "private": "" }),
            ] {
                let imported = take(&half.to_string(), algorithm).unwrap();
                assert!(!imported.material.can_sign());
                assert_eq!(imported.warnings, [ImportWarning::PublicOnly]);
            }
            agrees(
                &take(&json!({ "private": private }).to_string(), algorithm).unwrap(),
                &key,
            );
        }
    }
}

#[test]
fn a_pem_in_the_wrong_member_is_refused() {
    let (_, private, public) = pems(Algorithm::ES256);
    let (_, _, other) = pems(Algorithm::ES256);
    let of = |value: Value| refusal(&value.to_string(), Algorithm::ES256);
    assert_eq!(
        of(json!({ "public": private })),
        ImportError::PrivateAsPublic
    );
    assert_eq!(
        of(json!({ "public": private, "private": private })),
        ImportError::PrivateAsPublic
    );
    assert_eq!(
        of(json!({ "public": public, "private": public })),
        ImportError::PublicAsPrivate
    );
    assert_eq!(
        of(json!({ "public": other, "private": private })),
        ImportError::Key(KeyError::NotAPair)
    );
    let two = ImportError::Blocks {
        private: 1,
        public: 1,
    };
    assert_eq!(of(json!({ "public": format!("{public}{private}") })), two);
    assert_eq!(
        of(json!({ "public": 5 })),
        ImportError::Entry(EntryFault::Pems)
    );
    assert_eq!(
        of(json!({ "public": "" })),
        ImportError::Entry(EntryFault::Pems)
    );
    assert_eq!(of(json!({})), ImportError::Entry(EntryFault::Pems));
    assert_eq!(
        of(json!({ "secret": SECRET })),
        ImportError::NotAKey(Algorithm::ES256)
    );
    assert_eq!(
        of(json!([{ "public": public }])),
        ImportError::Entry(EntryFault::Kid)
    );
    assert_eq!(of(json!([1])), ImportError::NotAKey(Algorithm::ES256));
}
