//! Tokens made by hand, as nobody but a test or an attacker makes them.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use lanyard_storage::Clock;
use serde_json::{Value, json};

/// Now, in unix seconds.
pub(crate) fn now() -> i64 {
    Clock::default().now()
}

/// A token with this header and these claims, its HMAC by `algorithm` (HS256, HS384 or HS512).
pub(crate) fn sign_by_hand(
    secret: &str,
    algorithm: &str,
    header: &Value,
    claims: &Value,
) -> String {
    let algorithm = match algorithm {
        "HS256" => hmac::HMAC_SHA256,
        "HS384" => hmac::HMAC_SHA384,
        "HS512" => hmac::HMAC_SHA512,
        other => panic!("{other} is no HMAC"),
    };
    let message = message(header, claims);
    let signature = hmac::sign(
        &hmac::Key::new(algorithm, secret.as_bytes()),
        message.as_bytes(),
    );
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Whether a token is HS256 with this very text as its key.
pub(crate) fn is_signed_with(token: &str, secret: &str) -> bool {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    hmac::verify(&key, message.as_bytes(), &signature).is_ok()
}

/// A token as the demo service makes it: no `kid`.
pub(crate) fn hmac_token(secret: &str, algorithm: &str, claims: &Value) -> String {
    let header = json!({ "alg": algorithm, "typ": "JWT" });
    sign_by_hand(secret, algorithm, &header, claims)
}

/// A token with an empty signature.
pub(crate) fn unsigned(algorithm: &str, claims: &Value) -> String {
    let header = json!({ "alg": algorithm, "typ": "JWT" });
    format!("{}.", message(&header, claims))
}

fn message(header: &Value, claims: &Value) -> String {
    format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    )
}

/// A token's header, unverified.
pub(crate) fn header_of(token: &str) -> Value {
    serde_json::from_str(&part(token, 0)).unwrap()
}

/// A token's claims, unverified.
pub(crate) fn claims_of(token: &str) -> Value {
    serde_json::from_str(&claims_text_of(token)).unwrap()
}

/// A token's claims to the letter.
pub(crate) fn claims_text_of(token: &str) -> String {
    part(token, 1)
}

fn part(token: &str, index: usize) -> String {
    let part = token.split('.').nth(index).unwrap();
    String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
