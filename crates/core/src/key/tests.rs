//! Keys of every algorithm: signing, storing, publishing, and signatures that must not pass.

use std::sync::OnceLock;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, EncodingKey};

use super::{Algorithm, KeyError, KeyMaterial, der, generate};

const MESSAGE: &[u8] = b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0";

/// A key of `algorithm`. There is one RSA key for all tests: to make one takes a second without optimisation.
pub(super) fn key(algorithm: Algorithm) -> KeyMaterial {
    static RSA: OnceLock<KeyMaterial> = OnceLock::new();
    match algorithm {
        Algorithm::RS256 | Algorithm::RS384 | Algorithm::RS512 => {
            let rsa = RSA.get_or_init(|| generate(Algorithm::RS256).unwrap());
            KeyMaterial::from_bytes(algorithm, &rsa.to_bytes()).unwrap()
        }
        _ => generate(algorithm).unwrap(),
    }
}

/// The same key without its private half.
fn public_only(key: &KeyMaterial) -> KeyMaterial {
    let spki = key.public().unwrap().to_spki();
    KeyMaterial::from_bytes(key.algorithm(), &[&[3], &spki[..]].concat()).unwrap()
}

#[test]
fn every_key_verifies_what_it_signs_before_and_after_storing() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        let signature = key.sign(MESSAGE).unwrap();
        let len = algorithm.signature_len().unwrap_or(384);
        assert_eq!(signature.as_ref().len(), len, "{algorithm}");
        assert!(key.verify(MESSAGE, signature.as_ref()), "{algorithm}");
        assert!(!key.verify(b"other", signature.as_ref()), "{algorithm}");
        let stored = KeyMaterial::from_bytes(algorithm, &key.to_bytes()).unwrap();
        assert!(stored.verify(MESSAGE, signature.as_ref()), "{algorithm}");
        assert!(stored.can_sign());
        assert_eq!(*stored.to_bytes(), *key.to_bytes());
    }
}

#[test]
fn a_public_key_verifies_and_cannot_sign() {
    for algorithm in Algorithm::ALL
        .into_iter()
        .filter(|algorithm| !algorithm.is_symmetric())
    {
        let key = key(algorithm);
        let public = public_only(&key);
        assert!(!public.can_sign());
        assert_eq!(
            public.sign(MESSAGE).unwrap_err(),
            KeyError::VerifyOnly(algorithm)
        );
        assert!(
            public.verify(MESSAGE, key.sign(MESSAGE).unwrap().as_ref()),
            "{algorithm}"
        );
        assert!(public.private_pem().is_none());
        assert_eq!(public.public_pem(), key.public_pem());
        let stored = KeyMaterial::from_bytes(algorithm, &public.to_bytes()).unwrap();
        assert!(!stored.can_sign());
    }
}

#[test]
fn made_secrets_are_printable_text_of_at_least_the_hash_size() {
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        let (one, two) = (key(algorithm), key(algorithm));
        let text = one.secret_text().unwrap();
        assert!(text.len() >= algorithm.hash_len());
        assert_eq!(
            URL_SAFE_NO_PAD.decode(text).unwrap().len(),
            algorithm.hash_len()
        );
        assert_ne!(text, two.secret_text().unwrap());
        assert!(one.public_jwk("k").is_none());
        assert!(one.public_pem().is_none());
        assert!(one.private_pem().is_none());
    }
}

#[test]
fn stored_bytes_of_another_form_or_kind_are_refused() {
    let es256 = key(Algorithm::ES256);
    for algorithm in Algorithm::ALL {
        let own = key(algorithm).to_bytes();
        assert!(KeyMaterial::from_bytes(algorithm, &[]).is_err());
        assert!(
            KeyMaterial::from_bytes(algorithm, &own[1..]).is_err(),
            "{algorithm} untagged"
        );
        assert!(KeyMaterial::from_bytes(algorithm, &[&[9], &own[1..]].concat()).is_err());
        if algorithm != Algorithm::ES256 {
            assert!(
                KeyMaterial::from_bytes(algorithm, &es256.to_bytes()).is_err(),
                "{algorithm}"
            );
        }
        if !algorithm.is_symmetric() {
            let longer = [&own[..], &[0]].concat();
            assert!(
                KeyMaterial::from_bytes(algorithm, &longer).is_err(),
                "{algorithm} with a tail"
            );
            let cut = &own[..own.len() - 1];
            assert!(
                KeyMaterial::from_bytes(algorithm, cut).is_err(),
                "{algorithm} cut short"
            );
        }
    }
    let short = [&[1][..], &[b'x'; 15]].concat();
    assert!(KeyMaterial::from_bytes(Algorithm::HS256, &short).is_err());
    let short = [&[1][..], &[b'x'; 47]].concat();
    assert!(KeyMaterial::from_bytes(Algorithm::HS384, &short).is_err());
}

#[test]
fn jsonwebtoken_agrees_in_both_directions() {
    for algorithm in Algorithm::ALL
        .into_iter()
        .filter(|algorithm| *algorithm != Algorithm::ES512)
    {
        let key = key(algorithm);
        let theirs: jsonwebtoken::Algorithm = algorithm.name().parse().unwrap();
        let private = key.private_pem().unwrap_or_default();
        let public = key.public_pem().unwrap_or_default();
        let (private, public) = (private.as_bytes(), public.as_bytes());
        let (encoding, decoding) = match algorithm.name().split_at(2).0 {
            "HS" => {
                let secret = key.secret_text().unwrap().as_bytes();
                (
                    EncodingKey::from_secret(secret),
                    DecodingKey::from_secret(secret),
                )
            }
            "RS" => (
                EncodingKey::from_rsa_pem(private).unwrap(),
                DecodingKey::from_rsa_pem(public).unwrap(),
            ),
            "ES" => (
                EncodingKey::from_ec_pem(private).unwrap(),
                DecodingKey::from_ec_pem(public).unwrap(),
            ),
            _ => (
                EncodingKey::from_ed_pem(private).unwrap(),
                DecodingKey::from_ed_pem(public).unwrap(),
            ),
        };
        let signed = jsonwebtoken::crypto::sign(MESSAGE, &encoding, theirs).unwrap();
        assert!(
            key.verify(MESSAGE, &URL_SAFE_NO_PAD.decode(signed).unwrap()),
            "{algorithm}"
        );
        let ours = URL_SAFE_NO_PAD.encode(key.sign(MESSAGE).unwrap());
        assert!(
            jsonwebtoken::crypto::verify(&ours, MESSAGE, &decoding, theirs).unwrap(),
            "{algorithm}"
        );
        if let Some(jwk) = key.public_jwk("k") {
            let jwk = serde_json::from_value(serde_json::to_value(jwk).unwrap()).unwrap();
            let decoding = DecodingKey::from_jwk(&jwk).unwrap();
            assert!(
                jsonwebtoken::crypto::verify(&ours, MESSAGE, &decoding, theirs).unwrap(),
                "{algorithm}"
            );
        }
    }
}

#[test]
fn a_jwk_has_public_members_only() {
    for algorithm in Algorithm::ALL
        .into_iter()
        .filter(|algorithm| !algorithm.is_symmetric())
    {
        let key = key(algorithm);
        let jwk = serde_json::to_value(key.public_jwk("the kid").unwrap()).unwrap();
        let names: Vec<_> = jwk
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        for name in &names {
            assert!(
                ["kty", "crv", "x", "y", "n", "e", "kid", "use", "alg"].contains(name),
                "{name}"
            );
        }
        assert_eq!(names.len(), if jwk["kty"] == "EC" { 7 } else { 6 });
        assert_eq!(jwk["kid"], "the kid");
        assert_eq!(jwk["use"], "sig");
        assert_eq!(jwk["alg"], algorithm.name());
        if jwk["kty"] == "RSA" {
            assert_eq!(jwk["e"], "AQAB");
        }
        if algorithm == Algorithm::ES512 {
            assert_eq!(jwk["crv"], "P-521");
            assert_eq!(
                jwk["x"].as_str().unwrap().len(),
                88,
                "66 bytes, leading zeros kept"
            );
        }
    }
}

#[test]
fn no_changed_signature_passes() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        let other = key_unlike(&key);
        let signature = key.sign(MESSAGE).unwrap().as_ref().to_vec();
        // Every bit of the short ones; of the slow and long ones every 7th.
        let step = if signature.len() > 64 { 7 } else { 1 };
        for bit in (0..signature.len() * 8).step_by(step) {
            let mut flipped = signature.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(!key.verify(MESSAGE, &flipped), "{algorithm} bit {bit}");
        }
        for len in [0, 1, 16, signature.len() / 2, signature.len() - 1] {
            assert!(
                !key.verify(MESSAGE, &signature[..len]),
                "{algorithm} cut to {len}"
            );
        }
        let zero_after = [&signature[..], &[0]].concat();
        let zero_before = [&[0], &signature[..]].concat();
        for wrong in [
            zero_after,
            zero_before,
            vec![0; signature.len()],
            vec![0xff; signature.len()],
            vec![0; 514],
        ] {
            assert!(!key.verify(MESSAGE, &wrong), "{algorithm}");
        }
        assert!(
            !other.verify(MESSAGE, &signature),
            "{algorithm} with another key"
        );
    }
}

/// Another key of the same algorithm, or for RSA, of which there is one, the same key with another hash.
fn key_unlike(known: &KeyMaterial) -> KeyMaterial {
    match known.algorithm() {
        Algorithm::RS256 => key(Algorithm::RS384),
        Algorithm::RS384 => key(Algorithm::RS512),
        Algorithm::RS512 => key(Algorithm::RS256),
        other => key(other),
    }
}

#[test]
fn ecdsa_signatures_at_the_edges_of_the_group_are_refused() {
    let key = key(Algorithm::ES256);
    let order = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    let mut below = order.clone();
    below[31] -= 1;
    let mut one = vec![0; 32];
    one[31] = 1;
    let edges = [vec![0; 32], one, below, order.clone(), vec![0xff; 32]];
    for r in &edges {
        for s in &edges {
            assert!(!key.verify(MESSAGE, &[&r[..], s].concat()));
        }
    }
    let signature = key.sign(MESSAGE).unwrap();
    let (r, s) = signature.as_ref().split_at(32);
    assert!(!key.verify(MESSAGE, &[s, r].concat()), "halves swapped");
    assert!(
        !key.verify(MESSAGE, &[&[0], r, &[0], s].concat()),
        "halves of 33 bytes"
    );
    let der = der::element(der::SEQUENCE, &[&der::unsigned(r), &der::unsigned(s)]);
    assert!(!key.verify(MESSAGE, &der), "DER");
    for (r, s) in [(sum(r, &order), s.to_vec()), (r.to_vec(), sum(s, &order))] {
        assert!(
            !key.verify(MESSAGE, &[r, s].concat()),
            "a number plus the order"
        );
    }
}

#[test]
fn rsa_signatures_at_the_edges_of_the_modulus_are_refused() {
    let key = key(Algorithm::RS256);
    let (modulus, _) = super::public::rsa_numbers(key.public().unwrap().raw()).unwrap();
    let mut below = modulus.to_vec();
    below[383] -= 1;
    let mut one = vec![0; 384];
    one[383] = 1;
    let signature = key.sign(MESSAGE).unwrap();
    let wrapped = sum(signature.as_ref(), modulus);
    for wrong in [
        vec![0; 384],
        one,
        below,
        modulus.to_vec(),
        wrapped,
        vec![1; 383],
    ] {
        assert!(!key.verify(MESSAGE, &wrong));
    }
}

#[test]
fn ed25519_refuses_another_form_of_the_same_signature() {
    let key = key(Algorithm::EdDSA);
    let signature = key.sign(MESSAGE).unwrap();
    let (r, s) = signature.as_ref().split_at(32);
    let order = hex("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");
    let reversed: Vec<u8> = s.iter().rev().copied().collect();
    let mut plus_order = sum(&reversed, &order);
    plus_order.reverse();
    assert!(!key.verify(MESSAGE, &[r, &plus_order].concat()));
}

#[test]
fn points_off_the_curve_or_of_small_order_are_no_keys() {
    use super::public::PublicKey;
    for algorithm in [Algorithm::ES256, Algorithm::ES384, Algorithm::ES512] {
        let half = algorithm.signature_len().unwrap() / 2;
        let good = key(algorithm).public().unwrap().raw().to_vec();
        assert!(PublicKey::from_raw(algorithm, &good).is_ok());
        let mut off = good.clone();
        off[half + half] ^= 1;
        let zero = [&[4][..], &vec![0; 2 * half]].concat();
        let compressed = [&[2], &good[1..=half]].concat();
        for wrong in [
            off,
            zero,
            compressed,
            vec![0],
            vec![],
            good[..2 * half].to_vec(),
        ] {
            assert!(matches!(
                PublicKey::from_raw(algorithm, &wrong),
                Err(KeyError::Point(_))
            ));
        }
    }
    for point in [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "00",
    ] {
        assert!(
            PublicKey::from_raw(Algorithm::EdDSA, &hex(point)).is_err(),
            "{point}"
        );
    }
}

#[test]
fn nothing_of_a_key_is_printed() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        let name = format!("{algorithm:?}");
        assert_eq!(
            format!("{key:?}"),
            format!("KeyMaterial {{ algorithm: {name}, .. }}")
        );
        let signature = key.sign(MESSAGE).unwrap();
        let len = signature.as_ref().len();
        assert_eq!(format!("{signature:?}"), format!("Signature({len} bytes)"));
    }
}

#[test]
fn keys_are_shared_between_threads() {
    const fn shared<T: Send + Sync>() {}
    shared::<KeyMaterial>();
}

fn hex(text: &str) -> Vec<u8> {
    let digit = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digit).collect()
}

/// The sum of two big-endian numbers of one length, longer by a byte if it has to be.
fn sum(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let mut digits = Vec::new();
    for (a, b) in a.iter().rev().zip(b.iter().rev()) {
        let digit = u16::from(*a) + u16::from(*b) + carry;
        digits.push(digit.to_be_bytes()[1]);
        carry = digit >> 8;
    }
    if carry > 0 {
        digits.push(1);
    }
    digits.reverse();
    digits
}
