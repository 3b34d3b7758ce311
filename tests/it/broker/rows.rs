//! The rows: what the demo service answers, with the differences that are meant.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Expected, Row};
use crate::harness::{DEMO_SECRET, hmac_token, now, unsigned};

/// The table's rows but `GET /nope`, and a few of our own at its end.
pub(super) const COUNT: usize = 56 + 8;

const OTHER_SECRET: &str = "another secret of forty characters, less";
const CREDENTIALS_MISSING: Expected = Expected::Problem(401, "credentials-missing");
const TOKEN_INVALID: Expected = Expected::Problem(401, "token-invalid");
const TOKEN_EXPIRED: Expected = Expected::Problem(401, "token-expired");
const TOKEN_NOT_ACTIVE: Expected = Expected::Problem(401, "token-not-active");
const READER_UNKNOWN: Expected = Expected::Problem(401, "reader-unknown");
const READER_GONE: Expected = Expected::Problem(404, "reader-not-found");
const BODY_MALFORMED: Expected = Expected::Problem(400, "body-malformed");

pub(super) fn all(issuer: &str) -> Vec<Row> {
    let maker = Maker { issuer };
    let mut rows = maker.issue_credentials();
    rows.extend(maker.issue_bodies());
    rows.extend(maker.look_up());
    rows.extend(maker.look_up_algorithms());
    rows.extend(maker.others());
    rows
}

/// Claims with some changed; `null` takes one away.
fn with(claims: &Value, changes: Value) -> Value {
    let mut claims = claims.clone();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

fn sign(claims: &Value) -> String {
    hmac_token(DEMO_SECRET, "HS256", claims)
}

/// The token with a signature that differs in its first character.
fn spoiled(claims: &Value) -> String {
    let token = sign(claims);
    let (message, signature) = token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { "B" } else { "A" };
    format!("{message}.{first}{}", &signature[1..])
}

struct Maker<'a> {
    issuer: &'a str,
}

impl Maker<'_> {
    fn issuing(&self) -> Value {
        let now = now();
        json!({
            "iat": now, "exp": now + 600, "aud": "TALK_TOKEN_EXAMPLE_AUDIENCE", "iss": self.issuer,
            "sub": "TALK_TOKEN_EXAMPLE",
        })
    }

    fn reader(&self) -> Value {
        let now = now();
        json!({
            "iat": now, "exp": now + 600, "aud": "talk", "iss": self.issuer, "sub": "1",
            "jti": "5d9d3c0e-7f3f-4b6e-9c38-5a4c2a3b0d11",
        })
    }

    fn issue(&self, name: &'static str, authorization: Option<String>, expected: Expected) -> Row {
        Row {
            name,
            method: Method::POST,
            query: "",
            authorization,
            content_type: Some("application/json"),
            body: json!({ "id": "1" }).to_string(),
            expected,
        }
    }

    fn issue_by(&self, name: &'static str, token: &str, expected: Expected) -> Row {
        self.issue(name, Some(format!("Bearer {token}")), expected)
    }

    fn issue_with(&self, name: &'static str, changes: Value, expected: Expected) -> Row {
        self.issue_by(name, &sign(&with(&self.issuing(), changes)), expected)
    }

    fn issue_credentials(&self) -> Vec<Row> {
        use Expected::Token;
        let claims = self.issuing();
        let token = sign(&claims);
        let past = now() - 1;
        let mut second = self.issue_with(
            "no exp in the issuing token",
            json!({ "exp": null }),
            Token("2"),
        );
        second.body = json!({ "id": "2" }).to_string();
        let mut third = self.issue_by("extra body fields are ignored", &token, Token("3"));
        third.body = json!({ "role": "ADMIN", "id": "3", "sub": "1", "n": [1, {}] }).to_string();
        let other = hmac_token(OTHER_SECRET, "HS256", &claims);
        let audiences = json!({ "aud": ["x", "TALK_TOKEN_EXAMPLE_AUDIENCE"] });
        vec![
            self.issue_by("good", &token, Token("1")),
            second,
            third,
            self.issue("missing Authorization", None, CREDENTIALS_MISSING),
            self.issue(
                "Bearer with no token",
                Some("Bearer".into()),
                CREDENTIALS_MISSING,
            ),
            self.issue(
                "scheme Token",
                Some(format!("Token {token}")),
                CREDENTIALS_MISSING,
            ),
            self.issue(
                "bearer in lower case",
                Some(format!("bearer {token}")),
                Token("1"),
            ),
            self.issue_by("not a JWT", "nonsense", TOKEN_INVALID),
            self.issue_by("bad signature", &spoiled(&claims), TOKEN_INVALID),
            self.issue_by("other secret", &other, TOKEN_INVALID),
            self.issue_with("wrong aud", json!({ "aud": "x" }), TOKEN_INVALID),
            self.issue_by("a user token", &sign(&self.reader()), TOKEN_INVALID),
            self.issue_with("aud as an array that has it", audiences, Token("1")),
            self.issue_with(
                "wrong iss",
                json!({ "iss": "http://localhost:3001" }),
                TOKEN_INVALID,
            ),
            self.issue_with("wrong sub", json!({ "sub": "1" }), TOKEN_INVALID),
            self.issue_with(
                "expired issuing token",
                json!({ "exp": past }),
                TOKEN_EXPIRED,
            ),
            self.issue_with(
                "nbf in the future",
                json!({ "nbf": past + 900 }),
                TOKEN_NOT_ACTIVE,
            ),
            self.issue_by("alg none", &unsigned("none", &claims), TOKEN_INVALID),
            self.issue_by(
                "HS256, empty signature",
                &unsigned("HS256", &claims),
                TOKEN_INVALID,
            ),
            // The algorithm is the key's; the demo service took any HMAC.
            self.issue_by(
                "HS384",
                &hmac_token(DEMO_SECRET, "HS384", &claims),
                TOKEN_INVALID,
            ),
            self.issue_by(
                "HS512",
                &hmac_token(DEMO_SECRET, "HS512", &claims),
                TOKEN_INVALID,
            ),
        ]
    }

    fn issue_bodies(&self) -> Vec<Row> {
        let token = sign(&self.issuing());
        let body = |name, content_type, body: &str, expected| Row {
            content_type,
            body: body.to_owned(),
            ..self.issue_by(name, &token, expected)
        };
        let json = Some("application/json");
        let form = Some("application/x-www-form-urlencoded");
        let long = json!({ "id": "1", "pad": "x".repeat(100 << 10) }).to_string();
        let too_large = Expected::Problem(413, "body-too-large");
        let mut strangers = body("non-JSON, no Authorization", json, "{", CREDENTIALS_MISSING);
        strangers.authorization = None;
        vec![
            body("unknown id", json, r#"{"id":"99"}"#, READER_UNKNOWN),
            body("id is a number", json, r#"{"id":1}"#, READER_UNKNOWN),
            body("no id", json, "{}", READER_UNKNOWN),
            body("no body", None, "", READER_UNKNOWN),
            body("no Content-Type", None, r#"{"id":"1"}"#, READER_UNKNOWN),
            body("form body", form, "id=1", READER_UNKNOWN),
            // The demo service answered 500 to these, and looked at them before the credentials.
            body("non-JSON", json, "{", BODY_MALFORMED),
            strangers,
            body("JSON null", json, "null", BODY_MALFORMED),
            body("JSON array", json, r#"["id"]"#, READER_UNKNOWN),
            body("over 64 KiB", json, &long, too_large),
        ]
    }

    fn look_up_by(&self, name: &'static str, token: &str, expected: Expected) -> Row {
        Row {
            name,
            method: Method::GET,
            query: "",
            authorization: Some(format!("Bearer {token}")),
            content_type: None,
            body: String::new(),
            expected,
        }
    }

    fn look_up_with(&self, name: &'static str, changes: Value, expected: Expected) -> Row {
        self.look_up_by(name, &sign(&with(&self.reader(), changes)), expected)
    }

    fn look_up(&self) -> Vec<Row> {
        let claims = self.reader();
        let past = now() - 1;
        let mut missing = self.look_up_by("missing Authorization", "", CREDENTIALS_MISSING);
        missing.authorization = None;
        let other = hmac_token(OTHER_SECRET, "HS256", &claims);
        vec![
            self.look_up_by("good", &sign(&claims), Expected::Bob),
            // The demo service took a token that never ends.
            self.look_up_with("good, no exp", json!({ "exp": null }), TOKEN_INVALID),
            self.look_up_with("good, no jti", json!({ "jti": null }), Expected::Bob),
            missing,
            self.look_up_by("not a JWT", "nonsense", TOKEN_INVALID),
            self.look_up_by("bad signature", &spoiled(&claims), TOKEN_INVALID),
            self.look_up_by("other secret", &other, TOKEN_INVALID),
            self.look_up_with("wrong aud", json!({ "aud": "x" }), TOKEN_INVALID),
            self.look_up_by("the issuing token", &sign(&self.issuing()), TOKEN_INVALID),
            self.look_up_with("wrong iss", json!({ "iss": "x" }), TOKEN_INVALID),
            self.look_up_with("no aud", json!({ "aud": null }), TOKEN_INVALID),
            self.look_up_with("no iss", json!({ "iss": null }), TOKEN_INVALID),
            self.look_up_with("expired", json!({ "exp": past }), TOKEN_EXPIRED),
            self.look_up_with(
                "nbf in the future",
                json!({ "nbf": past + 900 }),
                TOKEN_NOT_ACTIVE,
            ),
            self.look_up_with("unknown sub", json!({ "sub": "99" }), READER_GONE),
            // The demo service looked for the reader `undefined`.
            self.look_up_with("no sub", json!({ "sub": null }), TOKEN_INVALID),
        ]
    }

    fn look_up_algorithms(&self) -> Vec<Row> {
        let claims = self.reader();
        let hmac = |algorithm| hmac_token(DEMO_SECRET, algorithm, &claims);
        let mut head = self.look_up_by("HEAD", &hmac("HS256"), Expected::BobWithoutBody);
        head.method = Method::HEAD;
        let mut in_query = self.look_up_by("token in the query", "", CREDENTIALS_MISSING);
        in_query.authorization = None;
        in_query.query = "?access_token=eyJhbGciOiJIUzI1NiJ9.e30.AAAA";
        vec![
            self.look_up_by("alg none", &unsigned("none", &claims), TOKEN_INVALID),
            self.look_up_by("alg None", &unsigned("None", &claims), TOKEN_INVALID),
            self.look_up_by("HS384", &hmac("HS384"), TOKEN_INVALID),
            self.look_up_by("HS512", &hmac("HS512"), TOKEN_INVALID),
            in_query,
            head,
        ]
    }

    /// Methods, and what the table doesn't have.
    fn others(&self) -> Vec<Row> {
        let token = sign(&self.reader());
        let now = now();
        let by_method = |name, method, expected| Row {
            method,
            ..self.look_up_by(name, &token, expected)
        };
        let wrong_method = || Expected::Problem(405, "method-not-allowed");
        let mut unknown_options = by_method("OPTIONS", Method::OPTIONS, Expected::Methods);
        unknown_options.authorization = None;
        let issued_there = json!({ "iat": now - 60, "exp": now - 60 + 21_600_000 });
        let mut charset = self.issue_by("charset", &sign(&self.issuing()), Expected::Token("1"));
        charset.content_type = Some("Application/JSON; charset=UTF-8");
        vec![
            // The demo service knew no such route; OPTIONS it answered as we do.
            by_method("PUT", Method::PUT, wrong_method()),
            unknown_options,
            by_method("DELETE", Method::DELETE, wrong_method()),
            by_method("PATCH", Method::PATCH, wrong_method()),
            self.look_up_with(
                "a token of the demo service: 250 days",
                issued_there,
                Expected::Bob,
            ),
            self.look_up_with(
                "401 days",
                json!({ "exp": now + 401 * 86_400 }),
                TOKEN_INVALID,
            ),
            self.look_up_with("exp as text", json!({ "exp": "9999999999" }), TOKEN_INVALID),
            self.look_up_with("sub is empty", json!({ "sub": "" }), TOKEN_INVALID),
            self.look_up_with("sub is a number", json!({ "sub": 1 }), TOKEN_INVALID),
            charset,
        ]
    }
}
