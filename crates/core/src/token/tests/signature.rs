//! Rows 54 to 63: no signature passes but the right one.

use super::*;
use crate::revocation::{Revocation, Revocations};

const FAST: [Algorithm; 3] = [Algorithm::HS256, Algorithm::ES256, Algorithm::EdDSA];

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}

/// The order of P-256.
fn p256() -> Vec<u8> {
    bytes("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
}

/// `a + b`, big-endian, longer by a byte if it has to be.
pub(super) fn sum(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let mut digits: Vec<u8> = a
        .iter()
        .zip(b)
        .rev()
        .map(|(a, b)| {
            let digit = u16::from(*a) + u16::from(*b) + carry;
            carry = digit >> 8;
            digit.to_be_bytes()[1]
        })
        .collect();
    digits.extend((carry > 0).then_some(1));
    digits.reverse();
    digits
}

/// `a - b`, big-endian; `a` is the greater.
fn difference(a: &[u8], b: &[u8]) -> Vec<u8> {
    let complement: Vec<u8> = b.iter().map(|byte| !byte).collect();
    let mut one = vec![0; b.len()];
    *one.last_mut().unwrap() = 1;
    let sum = sum(&sum(a, &complement)[1..], &one);
    sum[sum.len() - a.len()..].to_vec()
}

/// `number` in `len` bytes.
fn padded(number: u8, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    bytes[len - 1] = number;
    bytes
}

/// A good token as what is signed and the signature's bytes.
fn parts(bench: &Bench) -> (String, Vec<u8>) {
    let good = bench.good();
    let (message, signature) = good.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    (message.to_owned(), signature)
}

/// All signatures in `cases` are wrong.
#[track_caller]
fn refuses(bench: &Bench, message: &str, cases: impl IntoIterator<Item = (String, Vec<u8>)>) {
    bench.check(cases.into_iter().map(|(name, signature)| {
        let token = token(message, signature);
        (name, token, Err(Refusal::BadSignature))
    }));
}

#[test]
fn no_bit_of_a_signature_can_be_flipped() {
    for algorithm in [Algorithm::RS256].into_iter().chain(FAST) {
        let bench = Bench::generated(algorithm);
        let (message, signature) = parts(&bench);
        let flipped = (0..signature.len() * 8).map(|bit| {
            let mut flipped = signature.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            (format!("54: {algorithm} bit {bit}"), flipped)
        });
        refuses(&bench, &message, flipped);
        bench.check([("54: none".into(), token(&message, &signature), OK)]);
    }
}

#[test]
fn a_signature_has_its_full_length_and_no_more() {
    for algorithm in Algorithm::ALL {
        let bench = Bench::generated(algorithm);
        let (message, signature) = parts(&bench);
        let cut = (1..signature.len()).map(|len| {
            (
                format!("55: {algorithm}, {len} bytes"),
                signature[..len].to_vec(),
            )
        });
        refuses(&bench, &message, cut);
        let tail = (1..signature.len()).map(|from| {
            (
                format!("55: {algorithm}, from byte {from}"),
                signature[from..].to_vec(),
            )
        });
        refuses(&bench, &message, tail);
        let mut longer = vec![
            ("a zero behind", [&signature[..], &[0]].concat()),
            ("a zero before", [&[0], &signature[..]].concat()),
            ("twice", signature.repeat(2)),
            ("zeros", vec![0; signature.len()]),
            ("ones", vec![0xff; signature.len()]),
            ("514 zeros", vec![0; 514]),
        ];
        let other = bench.sign(bench.header().text(), claims().set("sub", r#""x""#).text());
        let other = URL_SAFE_NO_PAD
            .decode(other.rsplit('.').next().unwrap())
            .unwrap();
        longer.push(("56: another token's", other));
        let cases = longer
            .into_iter()
            .map(|(name, signature)| (format!("55: {algorithm}, {name}"), signature));
        refuses(&bench, &message, cases);
        let empty = format!("{message}.");
        bench.check([("55: empty".into(), empty, Err(Refusal::Malformed))]);
    }
}

#[test]
fn an_rsa_signature_is_padded_in_the_one_right_way() {
    let bench = Bench::generated(Algorithm::RS256);
    let claims = URL_SAFE_NO_PAD.encode(padding::CLAIMS);
    let message = format!("{}.{claims}", bench.key.header());
    let good = format!("{message}.{}", padding::GOOD);
    assert_eq!(good, sign(&bench.key.material, &message));
    bench.check([("57: right".into(), good, OK)]);
    bench.check(padding::WRONG.iter().map(|(name, signature)| {
        let token = format!("{message}.{signature}");
        (format!("57: {name}"), token, Err(Refusal::BadSignature))
    }));
}

#[test]
fn an_rsa_signature_is_a_number_below_the_modulus() {
    let bench = Bench::generated(Algorithm::RS256);
    let jwk = serde_json::to_value(bench.key.material.public_jwk("k").unwrap()).unwrap();
    let modulus = URL_SAFE_NO_PAD.decode(jwk["n"].as_str().unwrap()).unwrap();
    let (message, signature) = parts(&bench);
    let len = modulus.len();
    let mut below = modulus.clone();
    below[len - 1] -= 1;
    refuses(
        &bench,
        &message,
        [
            ("0", padded(0, len)),
            ("1", padded(1, len)),
            ("n - 1", below),
            ("n", modulus.clone()),
            ("s + n", sum(&signature, &modulus)),
            ("n - s", difference(&modulus, &signature)),
            ("255 bytes", signature[1..].to_vec()),
        ]
        .map(|(name, signature)| (format!("58: {name}"), signature)),
    );
}

/// An integer of DER.
fn integer(number: &[u8]) -> Vec<u8> {
    let zero = usize::from(number[0] >= 0x80);
    let len = u8::try_from(number.len() + zero).unwrap();
    [&[2, len][..], &[0][..zero], number].concat()
}

#[test]
fn an_ecdsa_signature_is_two_numbers_of_32_bytes_within_the_group() {
    let bench = Bench::generated(Algorithm::ES256);
    let order = p256();
    let mut below = order.clone();
    below[31] -= 1;
    let edges = [
        ("0", padded(0, 32)),
        ("1", padded(1, 32)),
        ("n - 1", below),
        ("n", order.clone()),
    ];
    // Some signatures only have an r or an s small enough for r + n or s + n to fit, so these are of 33 bytes.
    let (message, signature) = parts(&bench);
    let (r, s) = signature.split_at(32);
    let mut cases: Vec<_> = edges
        .iter()
        .flat_map(|r| edges.iter().map(move |s| (r, s)))
        .map(|(r, s)| (format!("59: {}, {}", r.0, s.0), [&r.1[..], &s.1].concat()))
        .collect();
    let der = [integer(r), integer(s)].concat();
    let der = [&[0x30, u8::try_from(der.len()).unwrap()], &der[..]].concat();
    let others = [
        ("60: halves of 33 bytes", [&[0], r, &[0], s].concat()),
        ("60: r + 2^256", [&[1], r, &[0], s].concat()),
        ("60: s + 2^256", [&[0], r, &[1], s].concat()),
        ("60: r + n", [&sum(r, &order)[..], s].concat()),
        ("60: s + n", [r, &sum(s, &order)[..]].concat()),
        ("60: n - r", [&difference(&order, r)[..], s].concat()),
        ("60: halves swapped", [s, r].concat()),
        ("60: 514 zeros", vec![0; 514]),
        ("61: DER", der),
    ];
    cases.extend(others.map(|(name, signature)| (name.to_owned(), signature)));
    refuses(&bench, &message, cases);
}

#[test]
fn the_twin_of_an_ecdsa_signature_is_as_good_and_as_revoked() {
    let bench = Bench::generated(Algorithm::ES256);
    let (message, signature) = parts(&bench);
    let (r, s) = signature.split_at(32);
    let twin = token(&message, [r, &difference(&p256(), s)].concat());
    assert_ne!(twin, bench.good());
    let verified = bench.verify(&twin).expect("62");
    let mut revocations = Revocations::default();
    revocations.add(&Revocation::token(
        verified.token_id.as_deref().unwrap(),
        Some(NOW + 3600),
    ));
    assert_eq!(
        revocations.refusal(&verified),
        Some(Refusal::TokenRevoked),
        "62"
    );
}

#[test]
fn an_ed25519_signature_has_one_form() {
    let bench = Bench::generated(Algorithm::EdDSA);
    let (message, signature) = parts(&bench);
    let (r, s) = signature.split_at(32);
    let order = bytes("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");
    let backwards: Vec<u8> = s.iter().rev().copied().collect();
    let mut above = sum(&backwards, &order);
    above.reverse();
    let mut identity = [0; 32];
    identity[0] = 1;
    refuses(
        &bench,
        &message,
        [
            ("S + L", [r, &above].concat()),
            ("S of zeros", [r, &[0; 32]].concat()),
            ("R the neutral point", [&identity, s].concat()),
            (
                "R the neutral point and S zero",
                [identity, [0; 32]].concat(),
            ),
            ("R zero", [&[0; 32], s].concat()),
            ("halves swapped", [s, r].concat()),
            ("compressed to R", r.to_vec()),
            ("rubbish", vec![0xa5; 64]),
        ]
        .map(|(name, signature)| (format!("63: {name}"), signature)),
    );
}
