//! Rows 39 to 44: a header is one JSON object that every parser reads alike.

use super::*;

#[test]
fn no_member_of_a_header_comes_twice() {
    let bench = Bench::imported(Algorithm::HS256);
    let twice = |name: &str, value: &str| bench.header().add(name, value);
    bench.check_headers([
        (
            "39: alg",
            twice("alg", r#""HS256""#),
            Err(Refusal::Malformed),
        ),
        (
            "39: alg none",
            twice("alg", r#""none""#),
            Err(Refusal::Malformed),
        ),
        (
            "39: alg, escaped",
            twice("\\u0061lg", r#""HS256""#),
            Err(Refusal::Malformed),
        ),
        ("39: kid", twice("kid", r#""k""#), Err(Refusal::Malformed)),
        (
            "39: kid null",
            twice("kid", "null"),
            Err(Refusal::Malformed),
        ),
        ("39: typ", twice("typ", r#""JWT""#), Err(Refusal::Malformed)),
        (
            "40: unknown",
            twice("x", "1").add("x", "1"),
            Err(Refusal::Malformed),
        ),
        (
            "40: within",
            twice("x", r#"[{"a":1,"a":1}]"#),
            Err(Refusal::Malformed),
        ),
        ("40: once", twice("x", r#"[{"a":1},{"a":1}]"#), OK),
        ("40: another case", twice("ALG", r#""none""#), OK),
    ]);
}

#[test]
fn a_header_is_one_json_object_in_utf_8() {
    let bench = Bench::imported(Algorithm::HS256);
    let text = bench.header().text();
    let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut cases: Vec<(&str, Vec<u8>)> = vec![
        ("41: array", format!("[{text}]").into()),
        ("41: array of values", r#"["HS256","k","JWT"]"#.into()),
        ("41: string", r#""HS256""#.into()),
        ("41: null", "null".into()),
        ("41: number", "1".into()),
        ("41: empty", Vec::new()),
        ("41: empty object", "{}".into()),
        ("42: BOM", format!("\u{feff}{text}").into()),
        ("42: UTF-16", utf_16(&text)),
        ("42: trailing x", format!("{text}x").into()),
        ("42: twice", format!("{text}{text}").into()),
        ("42: cut short", text[..text.len() - 1].into()),
        ("42: NUL behind", format!("{text}\0").into()),
        (
            "42: a raw newline in a string",
            text.replace("JWT", "J\nWT").into(),
        ),
        (
            "42: a lone surrogate",
            text.replace("JWT", "\\ud800").into(),
        ),
        ("42: single quotes", text.replace('"', "'").into()),
        ("42: trailing comma", text.replace('}', ",}").into()),
        (
            "44: deep nesting",
            text.replace('}', &format!(",\"x\":{}", "[".repeat(3000)))
                .into(),
        ),
        ("44: nothing but nesting", "[".repeat(3000).into()),
        (
            "44: deep nesting, closed",
            text.replace(
                '}',
                &format!(",\"x\":{}{}}}", "[".repeat(2000), "]".repeat(2000)),
            )
            .into(),
        ),
    ];
    for byte in [b"\xff".as_slice(), b"\xc3", b"\xed\xa0\x80", b"\xc0\xaf"] {
        for name in ["JWT", "typ"] {
            let at = text.find(name).unwrap();
            let (start, end) = text.as_bytes().split_at(at);
            cases.push(("42: invalid UTF-8", [start, byte, end].concat()));
        }
    }
    bench.check(cases.into_iter().map(|(name, header)| {
        let token = bench.sign(header, claims().text());
        (name.to_owned(), token, Err(Refusal::Malformed))
    }));
    let nested = bench.sign("[".repeat(200_000), claims().text());
    bench.check([("44: 200 000 arrays".into(), nested, Err(Refusal::TooLong))]);
}

#[test]
fn white_space_between_members_is_fine() {
    for bench in [
        Bench::generated(Algorithm::ES256),
        Bench::imported(Algorithm::HS256),
    ] {
        let text = bench.header().text();
        bench.check(
            [
                ("43: spaces", text.replace(',', " , ")),
                ("43: newlines", text.replace([','], ",\r\n")),
                ("43: tabs", text.replace(':', "\t:\t")),
                ("43: around", format!(" \n{text}\t ")),
            ]
            .map(|(name, header)| (name.to_owned(), bench.sign(header, claims().text()), OK)),
        );
    }
}
