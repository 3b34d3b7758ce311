//! Rows 45 to 53: three segments of strict base64url.

use super::*;
use crate::token::MAX_TOKEN_LENGTH;

const MALFORMED: Result<(), Refusal> = Err(Refusal::Malformed);

/// The segments of a good token; all have `-` and `_` in them, and a last character with bits to spare.
fn segments(bench: &Bench) -> [String; 3] {
    let header = bench.header().add("x", r#""~~~~~?????~~~~~?????""#).text();
    let claims = claims().add("x", r#""~~~~~?????~~~~~?????""#).text();
    let [header, claims] = [header, claims].map(|text| match text.len() % 3 {
        0 => format!("{text} "),
        _ => text,
    });
    // Signatures differ with the claims, until one has both characters.
    let token = (0..200)
        .map(|spaces| bench.sign(&header, format!("{claims}{}", " ".repeat(3 * spaces))))
        .find(|token| {
            let signature = token.rsplit('.').next().unwrap();
            signature.contains('-') && signature.contains('_')
        })
        .unwrap();
    let segments: Vec<_> = token.split('.').map(str::to_owned).collect();
    for segment in &segments {
        assert!(segment.contains('-') && segment.contains('_'), "{segment}");
        assert_ne!(segment.len() % 4, 0);
    }
    segments.try_into().unwrap()
}

/// The token with one segment changed, signed before the change and, where that is possible, after it.
fn mutants(bench: &Bench, change: impl Fn(&str) -> String) -> Vec<String> {
    let [header, payload, signature] = segments(bench);
    let (changed_header, changed_payload) = (change(&header), change(&payload));
    vec![
        format!("{changed_header}.{payload}.{signature}"),
        format!("{header}.{changed_payload}.{signature}"),
        format!("{header}.{payload}.{}", change(&signature)),
        sign(&bench.key.material, &format!("{changed_header}.{payload}")),
        sign(&bench.key.material, &format!("{header}.{changed_payload}")),
    ]
}

/// Refused in whatever way; only a change of the payload can pass as far as the signature.
#[track_caller]
fn refuses(bench: &Bench, name: &str, change: impl Fn(&str) -> String) {
    for (index, token) in mutants(bench, change).iter().enumerate() {
        let expected = if index == 1 {
            Refusal::BadSignature
        } else {
            Refusal::Malformed
        };
        let got = bench.verify(token).map(|_| ());
        assert_eq!(got, Err(expected), "{name}, mutant {index}: {token}");
    }
}

fn benches() -> [Bench; 3] {
    [
        Bench::generated(Algorithm::HS256),
        Bench::imported(Algorithm::HS256),
        Bench::generated(Algorithm::ES256),
    ]
}

#[test]
fn a_token_has_three_segments_and_none_is_empty() {
    for bench in benches() {
        let good = bench.good();
        let [a, b, c] = good.split('.').collect::<Vec<_>>()[..] else {
            panic!("{good}");
        };
        let two = sign(&bench.key.material, a);
        bench.check(
            [
                String::new(),
                ".".into(),
                "..".into(),
                "...".into(),
                a.into(),
                format!("{a}.{b}"),
                two,
                format!("{a}.{b}.{c}."),
                format!(".{a}.{b}.{c}"),
                format!("{a}..{b}.{c}"),
                format!("{a}.{b}.{c}.{c}"),
                format!("{a}.{b}.{c}.{a}.{b}"),
                format!(".{b}.{c}"),
                format!("{a}..{c}"),
                format!("{a}.{b}."),
                sign(&bench.key.material, &format!(".{b}")),
                sign(&bench.key.material, &format!("{a}.")),
                sign(&bench.key.material, &format!("{a}.{b}.{b}")),
            ]
            .map(|token| (format!("45: {token}"), token, MALFORMED)),
        );
    }
}

#[test]
fn nothing_stands_around_a_token_or_in_it() {
    for bench in benches() {
        for extra in [
            " ", "\t", "\r", "\n", "\r\n", "\0", "\u{a0}", "\u{200b}", "\u{feff}", "\"",
        ] {
            let good = bench.good();
            bench.check([
                (
                    format!("46: {extra:?} before"),
                    format!("{extra}{good}"),
                    MALFORMED,
                ),
                (
                    format!("46: {extra:?} behind"),
                    format!("{good}{extra}"),
                    MALFORMED,
                ),
            ]);
            let row = if extra.is_ascii() { 48 } else { 52 };
            refuses(&bench, &format!("{row}: {extra:?} inside"), |segment| {
                format!("{}{extra}{}", &segment[..8], &segment[8..])
            });
        }
        for dot in ["\u{ff0e}", "\u{2024}", "\u{3002}", "%2E", ","] {
            let token = bench.good().replace('.', dot);
            bench.check([(format!("52: {dot} for a dot"), token, MALFORMED)]);
        }
    }
}

#[test]
fn base64url_has_one_form_only() {
    for bench in benches() {
        for padding in ["=", "==", "===", "%3D"] {
            refuses(&bench, &format!("47: {padding}"), |segment| {
                format!("{segment}{padding}")
            });
        }
        for junk in ["?", "####", " ", "!", "é"] {
            refuses(&bench, &format!("48: {junk} inside"), |segment| {
                format!("{}{junk}{}", &segment[..5], &segment[5..])
            });
            refuses(&bench, &format!("48: {junk} behind"), |segment| {
                format!("{segment}{junk}")
            });
        }
        refuses(&bench, "49: +", |segment| segment.replace('-', "+"));
        refuses(&bench, "49: /", |segment| segment.replace('_', "/"));
        refuses(&bench, "50: one character too many", |segment| {
            match segment.len() % 4 {
                2 => format!("{segment}AAA"),
                _ => format!("{segment}AA"),
            }
        });
        refuses(&bench, "50: unused bits", unused_bit);
    }
}

/// Sets the lowest bit of the last character, which stands for no bit of a byte.
fn unused_bit(segment: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (start, last) = segment.split_at(segment.len() - 1);
    let index = ALPHABET.find(last).unwrap();
    assert_eq!(index % 4, 0, "{segment}");
    format!("{start}{}", &ALPHABET[index + 1..index + 2])
}

#[test]
fn a_payload_is_encoded_once() {
    for bench in benches() {
        let header = URL_SAFE_NO_PAD.encode(bench.header().text());
        let claims = claims().without("iss").text();
        let once = URL_SAFE_NO_PAD.encode(&claims);
        let hex: String = claims.bytes().map(|byte| format!("{byte:02x}")).collect();
        bench.check(
            [
                ("51: twice", URL_SAFE_NO_PAD.encode(&once)),
                ("51: hexadecimal", hex),
                ("51: raw JSON", claims),
            ]
            .map(|(name, payload)| {
                let token = sign(&bench.key.material, &format!("{header}.{payload}"));
                (name.to_owned(), token, MALFORMED)
            }),
        );
    }
}

#[test]
fn a_token_of_8_kib_is_read_and_a_longer_one_is_not() {
    let bench = Bench::generated(Algorithm::HS256);
    let text = claims().text();
    let signed = |spaces: usize| {
        let padded = format!("{text}{}", " ".repeat(spaces));
        bench.sign(bench.header().text(), padded)
    };
    let first = (0..)
        .find(|spaces| signed(*spaces).len() >= MAX_TOKEN_LENGTH)
        .unwrap();
    // Three bytes make four characters, so one of these lengths isn't reached.
    let longest = (0..4)
        .filter_map(|less| first.checked_sub(less))
        .map(&signed)
        .find(|token| token.len() <= MAX_TOKEN_LENGTH)
        .unwrap();
    assert!(longest.len() > MAX_TOKEN_LENGTH - 4);
    bench.check([("53: the longest".into(), longest, OK)]);
    let size = |kib: usize| signed(kib * 1024 * 3 / 4);
    bench.check([
        (
            "53: 8 KiB and more".into(),
            signed(first + 3),
            Err(Refusal::TooLong),
        ),
        ("53: 64 KiB".into(), size(64), Err(Refusal::TooLong)),
        ("53: 1 MiB".into(), size(1024), Err(Refusal::TooLong)),
        ("53: 16 MiB".into(), size(16 * 1024), Err(Refusal::TooLong)),
        (
            "53: 8193 of anything".into(),
            "a".repeat(8193),
            Err(Refusal::TooLong),
        ),
        ("53: 8192 of anything".into(), "a".repeat(8192), MALFORMED),
    ]);
}
