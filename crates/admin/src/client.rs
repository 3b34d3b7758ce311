//! The management API as commands call it: on a running server with an API key, or in this process on the database, as
//! the operator. Either way it is the same route, the same checks and the same audit event.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode, header},
};
use lanyard_api::Operator;
use serde_json::Value;
use tower::ServiceExt;
use zeroize::Zeroizing;

use crate::{
    config::Secret,
    output::{Failure, Outcome},
};

/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 << 20;

/// A way to the API.
pub enum Client {
    /// A server elsewhere.
    Remote {
        /// The connection.
        http: reqwest::Client,
        /// Its URL, without a last slash.
        url: String,
        /// The API key.
        token: Secret,
    },
    /// This process.
    Local {
        /// All routes.
        router: Router,
        /// Who sits at the terminal.
        operator: Operator,
    },
}

impl std::fmt::Debug for Client {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Remote { .. } => "Remote",
            Self::Local { .. } => "Local",
        })
    }
}

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// The path, with its query.
    pub path: String,
    /// A JSON body.
    pub body: Option<Value>,
}

impl Call {
    /// A request without a body.
    #[must_use]
    pub fn new(method: Method, path: String) -> Self {
        Self {
            method,
            path,
            body: None,
        }
    }

    /// The same with a body, whose `null` members are left out.
    #[must_use]
    pub fn with(mut self, mut body: Value) -> Self {
        if let Some(members) = body.as_object_mut() {
            members.retain(|_, value| !value.is_null());
        }
        self.body = Some(body);
        self
    }
}

impl Client {
    /// Speaks to a server.
    ///
    /// # Errors
    /// The URL is none, or would carry the API key in clear.
    pub fn remote(url: &str, token: Secret) -> Outcome<Self> {
        let parsed: reqwest::Url = url
            .parse()
            .map_err(|_| Failure::new("--server must be a URL such as https://lanyard.example"))?;
        let loopback = match parsed.host() {
            Some(host) => matches!(
                host.to_string().trim_matches(['[', ']']),
                "localhost" | "127.0.0.1" | "::1"
            ),
            None => false,
        };
        if parsed.scheme() != "https" && !(parsed.scheme() == "http" && loopback) {
            return Err(Failure::new(
                "--server must begin with https:// (http:// for this machine only): the API key would travel in clear",
            ));
        }
        Ok(Self::Remote {
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .timeout(std::time::Duration::from_secs(60))
                .build()?,
            url: url.trim_end_matches('/').to_owned(),
            token,
        })
    }

    /// Makes a request, and gives back what a good answer says; `null` where it says nothing.
    ///
    /// # Errors
    /// There is no answer, or it is a problem: then what the problem says.
    pub async fn call(&self, call: &Call) -> Outcome<Value> {
        let body = match &call.body {
            Some(body) => Zeroizing::new(serde_json::to_vec(body)?),
            None => Zeroizing::default(),
        };
        let (status, answer) = match self {
            Self::Remote { http, url, token } => {
                let url = format!("{url}{}", call.path);
                let mut request = http.request(call.method.clone(), url);
                if call.body.is_some() {
                    request = request.header(header::CONTENT_TYPE, "application/json");
                }
                let request = request.bearer_auth(token.reveal()).body(body.to_vec());
                let response = request.send().await.map_err(|error| {
                    Failure::new(format!(
                        "the server can't be reached: {}",
                        error.without_url()
                    ))
                })?;
                (response.status(), response.bytes().await?)
            }
            Self::Local { router, operator } => {
                let mut request = Request::builder()
                    .method(call.method.clone())
                    .uri(&call.path)
                    .header(header::HOST, "localhost");
                if call.body.is_some() {
                    request = request.header(header::CONTENT_TYPE, "application/json");
                }
                let mut request = request.body(Body::from(body.to_vec()))?;
                request.extensions_mut().insert(operator.clone());
                let response = router.clone().oneshot(request).await?;
                let status = response.status();
                (status, to_bytes(response.into_body(), MAX_ANSWER).await?)
            }
        };
        read(status, &answer)
    }
}

fn read(status: StatusCode, answer: &[u8]) -> Outcome<Value> {
    let value = match answer {
        [] => Value::Null,
        // A list of lines has no one value.
        text => serde_json::from_slice(text)
            .unwrap_or_else(|_| String::from_utf8_lossy(text).into_owned().into()),
    };
    if status.is_success() {
        return Ok(value);
    }
    let mut text = value["detail"]
        .as_str()
        .map_or_else(|| format!("the server answers {status}"), str::to_owned);
    for error in value["errors"].as_array().into_iter().flatten() {
        let place = error["pointer"].as_str().or(error["parameter"].as_str());
        let detail = error["detail"].as_str().unwrap_or_default();
        text.push_str(&format!("\n  {} {detail}", place.unwrap_or_default()));
    }
    Err(Failure::new(text))
}

/// A text as one segment of a path.
#[must_use]
pub fn segment(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~".contains(&byte);
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if plain(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::{Client, Secret, segment};

    #[test]
    fn a_segment_holds_any_id() {
        assert_eq!(segment("a/b ..é"), "a%2Fb%20%2E%2E%C3%A9");
    }

    #[test]
    fn an_api_key_never_travels_in_clear() {
        let token = || Secret::new("lyd_x".to_owned());
        for good in [
            "https://a.example",
            "http://localhost:3000/",
            "http://[::1]:3000",
        ] {
            assert!(Client::remote(good, token()).is_ok(), "{good}");
        }
        for bad in ["http://a.example", "ftp://localhost", "localhost:3000", ""] {
            assert!(Client::remote(bad, token()).is_err(), "{bad}");
        }
    }
}
