//! What Coral answers: data, or errors that its servers and its GraphQL tell in shapes of their own.

use std::{collections::BTreeSet, fmt};

use lanyard_core::id::Kid;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

use super::CoralError;

/// One of Coral's signing secrets; times in unix seconds, by Coral's clock.
#[derive(Clone)]
pub struct Secret {
    /// Its id.
    pub kid: Kid,
    /// The secret: the text itself is the key.
    pub text: Zeroizing<String>,
    /// When it was made.
    pub created_at: i64,
    /// When Coral last saw it used, which it doesn't always write down.
    pub last_used_at: Option<i64>,
    /// When another took its place.
    pub rotated_at: Option<i64>,
    /// When Coral drops it.
    pub inactive_at: Option<i64>,
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Secret")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl Secret {
    /// Whether Coral takes tokens of it.
    #[must_use]
    pub fn is_active(&self, now: i64) -> bool {
        self.inactive_at.is_none_or(|end| end > now)
    }
}

/// What Coral's SSO is set to.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// Whether it is on.
    pub enabled: bool,
    /// All of them, the oldest first.
    pub list: Vec<Secret>,
}

impl Secrets {
    /// The one of this id.
    #[must_use]
    pub fn get(&self, kid: &str) -> Option<&Secret> {
        self.list.iter().find(|secret| secret.kid.as_str() == kid)
    }
}

fn unexpected(text: &str) -> CoralError {
    CoralError::Unexpected(text.to_owned())
}

/// The data of an answer.
pub(super) fn data(status: StatusCode, body: &[u8]) -> Result<Value, CoralError> {
    let mut answer: Value = match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => value,
        _ => return Err(no_coral(status)),
    };
    // Before GraphQL, Coral's server tells one error; GraphQL itself tells several, with 200 or 400.
    let inside = answer["errors"].as_array().into_iter().flatten();
    let code = inside
        .map(|error| &error["extensions"]["code"])
        .chain([&answer["error"]["code"]])
        .find_map(Value::as_str);
    if let Some(code) = code {
        return Err(by_code(code, status));
    }
    if answer["errors"].is_array() || !status.is_success() || !answer["data"].is_object() {
        return Err(no_coral(status));
    }
    Ok(answer["data"].take())
}

/// What Coral's names of errors mean. A name that isn't known isn't repeated: it could be anything.
fn by_code(code: &str, status: StatusCode) -> CoralError {
    match code {
        "TOKEN_INVALID" | "TOKEN_EXPIRED" | "AUTHENTICATION_ERROR" | "UNAUTHENTICATED" => {
            CoralError::Refused("Coral doesn't know the token")
        }
        "USER_NOT_ENTITLED" | "RAW_QUERY_NOT_AUTHORIZED" | "FORBIDDEN" => {
            CoralError::Refused("the token isn't one of somebody who is an admin in Coral")
        }
        "USER_BANNED" | "USER_SUSPENDED" | "USER_WARNED" => CoralError::Refused(
            "whoever the token belongs to is banned, suspended or warned in Coral",
        ),
        "TENANT_NOT_FOUND" => unexpected("there is no Coral for the host in the root URL"),
        "RATE_LIMIT_EXCEEDED" => unexpected("Coral has had too many requests"),
        "GRAPHQL_VALIDATION_FAILED" | "GRAPHQL_PARSE_FAILED" | "BAD_USER_INPUT" => unexpected(
            "this Coral doesn't know how its signing secrets are asked for: it is too old, or too new",
        ),
        "INTERNAL_ERROR" | "INTERNAL_SERVER_ERROR" => unexpected(
            "Coral failed, as it also does when the token was deactivated or its user is gone",
        ),
        _ => CoralError::Unexpected(format!(
            "Coral answers with an error that isn't known ({status})"
        )),
    }
}

fn no_coral(status: StatusCode) -> CoralError {
    CoralError::Unexpected(match status.as_u16() {
        300..=399 => format!("it redirects ({}), which isn't followed", status.as_u16()),
        401 | 403 | 407 => format!(
            "something before Coral refuses the request ({})",
            status.as_u16()
        ),
        status => format!("what answers isn't Coral's GraphQL ({status})"),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawSecret {
    kid: String,
    secret: String,
    created_at: jiff::Timestamp,
    last_used_at: Option<jiff::Timestamp>,
    rotated_at: Option<jiff::Timestamp>,
    inactive_at: Option<jiff::Timestamp>,
}

/// The secrets in Coral's settings.
pub(super) fn secrets(settings: &Value) -> Result<Secrets, CoralError> {
    let sso = &settings["auth"]["integrations"]["sso"];
    let raw = sso["signingSecrets"].as_array();
    let raw = raw.ok_or_else(|| unexpected("Coral's answer lacks its signing secrets"))?;
    let mut kids = BTreeSet::new();
    let mut list = Vec::with_capacity(raw.len());
    for value in raw {
        // The error would repeat what it can't read.
        let unreadable = || unexpected("a signing secret in Coral's answer can't be read");
        let raw = RawSecret::deserialize(value).map_err(|_| unreadable())?;
        let kid: Kid = raw.kid.parse().map_err(|_| unreadable())?;
        if !kids.insert(kid.clone()) {
            return Err(unexpected("two of Coral's signing secrets have one id"));
        }
        // A second that has begun hasn't ended: Coral's own times have milliseconds.
        let seconds = |time: jiff::Timestamp| time.as_second();
        list.push(Secret {
            kid,
            text: Zeroizing::new(raw.secret),
            created_at: seconds(raw.created_at),
            last_used_at: raw.last_used_at.map(seconds),
            rotated_at: raw.rotated_at.map(seconds),
            inactive_at: raw.inactive_at.map(seconds),
        });
    }
    Ok(Secrets {
        enabled: sso["enabled"].as_bool().unwrap_or(true),
        list,
    })
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use serde_json::{Value, json};

    use super::{super::CoralError, data, secrets};

    fn settings(list: &Value) -> Value {
        json!({ "auth": { "integrations": { "sso": { "enabled": true, "signingSecrets": list } } } })
    }

    fn secret(kid: &str) -> Value {
        json!({
            "kid": kid, "secret": "ssosec_x", "createdAt": "2026-01-31T10:00:00.500Z", "lastUsedAt": null,
            "rotatedAt": "2026-02-01T10:00:00.000Z", "inactiveAt": "2026-02-08T10:00:00.000Z",
        })
    }

    #[test]
    fn secrets_are_read_and_never_printed() {
        let read = secrets(&settings(&json!([secret("a"), secret("b")]))).unwrap();
        assert!(read.enabled);
        let first = read.get("a").unwrap();
        assert_eq!(&**first.text, "ssosec_x");
        assert_eq!(first.created_at, 1_769_853_600);
        assert_eq!(
            first.inactive_at.unwrap() - first.rotated_at.unwrap(),
            7 * 86_400
        );
        assert!(first.is_active(first.inactive_at.unwrap() - 1));
        assert!(!first.is_active(first.inactive_at.unwrap()));
        assert!(!format!("{read:?}").contains("ssosec"));
    }

    #[test]
    fn what_is_no_list_of_secrets_is_refused() {
        for bad in [
            json!(null),
            json!({}),
            json!([null]),
            json!([{ "kid": "a" }]),
            json!([secret("")]),
            json!([secret("a\nb")]),
            json!([secret("a"), secret("a")]),
            json!([{ "kid": "a", "secret": "x", "createdAt": "yesterday" }]),
        ] {
            let refused = secrets(&settings(&bad)).unwrap_err();
            assert!(matches!(refused, CoralError::Unexpected(_)), "{bad}");
        }
    }

    #[test]
    fn errors_are_known_by_their_names_and_others_not_repeated() {
        let of_server = |code: &str| json!({ "error": { "code": code, "message": "canary" } });
        let of_graphql = |code: &str| json!({ "errors": [{ "message": "canary", "extensions": { "code": code } }], "data": null });
        for (status, answer, refused) in [
            (401, of_server("TOKEN_INVALID"), true),
            (400, of_server("RAW_QUERY_NOT_AUTHORIZED"), true),
            (200, of_graphql("USER_NOT_ENTITLED"), true),
            (200, of_graphql("USER_BANNED"), true),
            (500, of_server("INTERNAL_ERROR"), false),
            (500, of_server("TENANT_NOT_FOUND"), false),
            (400, of_graphql("GRAPHQL_VALIDATION_FAILED"), false),
            (200, of_graphql("canary"), false),
            (
                200,
                json!({ "errors": [{ "message": "canary" }], "data": {} }),
                false,
            ),
            (200, json!({ "data": null }), false),
            (404, json!({ "message": "canary" }), false),
            (302, json!({}), false),
            (200, json!([1]), false),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let error = data(status, answer.to_string().as_bytes()).unwrap_err();
            assert_eq!(matches!(error, CoralError::Refused(_)), refused, "{answer}");
            assert!(!error.to_string().contains("canary"), "{error}");
        }
        let html = data(StatusCode::OK, b"<html>canary").unwrap_err();
        assert!(
            html.to_string().contains("isn't Coral's GraphQL (200)"),
            "{html}"
        );
    }
}
