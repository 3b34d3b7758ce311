//! Rows 74 to 83: the times in a claims set, all rightly signed.

use super::*;

const BAD_EXPIRY: Result<(), Refusal> = Err(Refusal::BadExpiry);
const MALFORMED: Result<(), Refusal> = Err(Refusal::Malformed);

fn benches() -> [Bench; 2] {
    [
        Bench::generated(Algorithm::HS256),
        Bench::imported(Algorithm::HS256),
    ]
}

fn exp(value: impl fmt::Display) -> Object {
    claims().set("exp", value)
}

#[test]
fn exp_is_a_time_within_reason() {
    let digits = "9".repeat(5000);
    for bench in benches() {
        bench.check_claims([
            ("74: string", exp(r#""99999999999""#), BAD_EXPIRY),
            ("74: true", exp("true"), BAD_EXPIRY),
            ("74: null", exp("null"), BAD_EXPIRY),
            ("74: array", exp("[]"), BAD_EXPIRY),
            (
                "74: array of it",
                exp(format!("[{}]", NOW + 60)),
                BAD_EXPIRY,
            ),
            ("74: object", exp("{}"), BAD_EXPIRY),
            ("75: -1", exp("-1"), BAD_EXPIRY),
            ("75: -0.5", exp("-0.5"), BAD_EXPIRY),
            ("75: 0", exp("0"), Err(Refusal::Expired)),
            ("75: -0", exp("-0"), Err(Refusal::Expired)),
            ("76: fraction", exp("1500000000.5"), Err(Refusal::Expired)),
            ("76: fraction ahead", exp("1800000060.5"), OK),
            ("76: exponent", exp("1.80000006e9"), OK),
            ("76: 1e10", exp("1e10"), BAD_EXPIRY),
            ("76: 1e19", exp("1e19"), BAD_EXPIRY),
            ("77: 2^63", exp(1_u64 << 63), BAD_EXPIRY),
            ("77: 2^63 - 1", exp(i64::MAX), BAD_EXPIRY),
            ("77: 2^64 - 1", exp(u64::MAX), BAD_EXPIRY),
            ("77: milliseconds", exp((NOW + 60) * 1000), BAD_EXPIRY),
            ("77: year 10000", exp(253_402_300_800_i64), BAD_EXPIRY),
            ("77: year 9999", exp(253_402_300_799_i64), BAD_EXPIRY),
            ("78: 2^64", exp("18446744073709551616"), BAD_EXPIRY),
            ("78: 1e400", exp("1e400"), MALFORMED),
            ("78: 5000 digits", exp(digits.as_str()), MALFORMED),
            (
                "78: 10 000 digits",
                exp(digits.repeat(2)),
                Err(Refusal::TooLong),
            ),
            ("79: missing", claims().without("exp"), BAD_EXPIRY),
            (
                "79: nothing at all",
                Object::default(),
                Err(Refusal::WrongIssuer),
            ),
        ]);
    }
}

#[test]
fn exp_and_nbf_count_to_the_second() {
    use Refusal::{BadNotBefore, Expired, NotYetValid};
    let nbf = |value: &str| claims().add("nbf", value);
    let at = |seconds: i64| claims().add("nbf", NOW + seconds);
    for bench in benches() {
        bench.check_claims([
            ("80: now + 1", exp(NOW + 1), OK),
            ("80: now + 0.5", exp("1800000000.5"), Err(Expired)),
            ("80: now", exp(NOW), Err(Expired)),
            ("80: now - 1", exp(NOW - 1), Err(Expired)),
            ("80: now - 60", exp(NOW - 60), Err(Expired)),
            ("80: now - 61", exp(NOW - 61), Err(Expired)),
            ("81: now + 1", at(1), Err(NotYetValid)),
            ("81: now + 60", at(60), Err(NotYetValid)),
            ("81: now", at(0), OK),
            ("81: now - 1", at(-1), OK),
            ("81: year 9999", nbf("253402300799"), Err(NotYetValid)),
            ("82: string", nbf(r#""0""#), Err(BadNotBefore)),
            ("82: null", nbf("null"), Err(BadNotBefore)),
            ("82: -1", nbf("-1"), Err(BadNotBefore)),
            ("82: array", nbf("[]"), Err(BadNotBefore)),
            (
                "82: 2^64 - 1",
                nbf("18446744073709551615"),
                Err(BadNotBefore),
            ),
            ("82: 0", nbf("0"), OK),
        ]);
        // Only a token that would be good otherwise is told that it is out of time.
        let expired = exp(NOW - 1);
        bench.check_claims([
            (
                "80: audience",
                expired.clone().set("aud", r#""x""#),
                Err(Refusal::WrongAudience),
            ),
            (
                "80: issuer",
                expired.clone().set("iss", r#""x""#),
                Err(Refusal::WrongIssuer),
            ),
        ]);
        let message = message(bench.header().text(), expired.text());
        let forged = token(&message, [7; 32]);
        bench.check([("80: signature".into(), forged, Err(Refusal::BadSignature))]);
    }
}

#[test]
fn a_token_under_a_generated_key_lives_no_longer_than_it_was_given() {
    let bench = Bench::generated(Algorithm::HS256);
    let lasting = |seconds: i64| claims().set("iat", NOW - 10).set("exp", NOW - 10 + seconds);
    bench.check_claims([
        ("77: lifetime", lasting(DEFAULT_TOKEN_LIFETIME), OK),
        (
            "77: a second more",
            lasting(DEFAULT_TOKEN_LIFETIME + 1),
            BAD_EXPIRY,
        ),
        ("77: 250 days", lasting(250 * 86_400), BAD_EXPIRY),
    ]);
    // The setting was 12 hours once.
    let mut key = generated("k", material(Algorithm::HS256));
    key.longest_lifetime = 2 * DEFAULT_TOKEN_LIFETIME;
    Bench::of(key).check_claims([
        ("77: once allowed", lasting(2 * DEFAULT_TOKEN_LIFETIME), OK),
        (
            "77: never allowed",
            lasting(2 * DEFAULT_TOKEN_LIFETIME + 1),
            BAD_EXPIRY,
        ),
    ]);
}

#[test]
fn a_token_under_an_imported_key_lives_as_long_as_is_accepted() {
    let bench = Bench::imported(Algorithm::HS256);
    let long = DEMO_ACCEPT_LIFETIME;
    let span = |iat: i64, exp: i64| claims().set("iat", iat).set("exp", exp);
    bench.check_claims([
        ("77: all of it", span(NOW - 10, NOW - 10 + long), OK),
        (
            "77: a second more",
            span(NOW - 10, NOW - 10 + long + 1),
            BAD_EXPIRY,
        ),
        ("77: nearly over", span(NOW - long + 1, NOW + 1), OK),
        (
            "77: nearly over, too long",
            span(NOW - long, NOW + 1),
            BAD_EXPIRY,
        ),
        ("77: no iat", exp(NOW + long).without("iat"), OK),
        (
            "77: no iat, too far",
            exp(NOW + long + 1).without("iat"),
            BAD_EXPIRY,
        ),
        ("77: iat ahead", span(NOW + 5000, NOW + 5001), OK),
        (
            "77: iat far ahead",
            span(NOW + long, NOW + long + 1),
            BAD_EXPIRY,
        ),
    ]);
}

#[test]
fn iat_fits_the_key_that_was_made_here() {
    let bad = Err(Refusal::BadIssuedAt);
    let iat = |value: &str| claims().set("iat", value);
    let at = |seconds: i64| {
        claims()
            .set("iat", seconds)
            .set("exp", seconds + 2 * 86_400)
    };
    let cases = [
        ("83: now + 60", claims().set("iat", NOW + 60), OK),
        ("83: now + 61", claims().set("iat", NOW + 61), bad),
        ("83: a year ahead", at(NOW + 365 * 86_400), bad),
        ("83: after exp", exp(NOW + 1).set("iat", NOW + 2), bad),
        ("83: at exp", exp(NOW + 1).set("iat", NOW + 1), OK),
        ("83: string", iat(r#""1800000000""#), bad),
        ("83: null", iat("null"), bad),
        ("83: negative", iat("-1"), bad),
        ("83: 2^64 - 1", iat("18446744073709551615"), bad),
        ("83: missing", claims().without("iat"), bad),
        ("83: fraction", iat("1799999999.5"), OK),
        ("83: before the key was made", at(CREATED - 61), bad),
        ("83: as the key was made", at(CREATED - 60), OK),
    ];
    let mut key = generated("k", material(Algorithm::HS256));
    key.longest_lifetime = 3 * 86_400;
    Bench::of(key).check_claims(cases.clone());
    let imported = Bench::imported(Algorithm::HS256);
    for (name, claims, _) in cases {
        // A year ahead is more than is accepted.
        let expected = if name == "83: a year ahead" {
            BAD_EXPIRY
        } else {
            OK
        };
        imported.check_claims([(format!("{name}, imported"), claims, expected)]);
    }
}
