//! The management API as commands call it: on a running server with an API key, or in this process on the database, as
//! the operator. Either way it is the same route, the same checks and the same audit event.

use std::time::Duration;

use axum::{
    Router,
    body::{Body, HttpBody, to_bytes},
    http::{Method, Request, Response, StatusCode, header},
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
/// How long a server may take for an answer that isn't a stream.
const PATIENCE: Duration = Duration::from_secs(60);

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
                .connect_timeout(PATIENCE)
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
        let (body, media_type) = match &call.body {
            Some(body) => (
                Zeroizing::new(serde_json::to_vec(body)?),
                Some("application/json"),
            ),
            None => (Zeroizing::default(), None),
        };
        let body = Body::from(body.to_vec());
        let request = request(&call.method, &call.path, media_type, body)?;
        let answered = async {
            let (status, answer) = self.send(request).await?;
            read(status, &to_bytes(answer, MAX_ANSWER).await?)
        };
        tokio::time::timeout(PATIENCE, answered)
            .await
            .map_err(|_| Failure::new("the server takes too long to answer"))?
    }

    /// Asks for a list, page by page to its end, or until it has `most` entries.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn list(&self, call: &Call, most: usize) -> Outcome<Value> {
        let mut whole = self.call(call).await?;
        let joint = if call.path.contains('?') { '&' } else { '?' };
        while let Some(cursor) = whole["next_cursor"].as_str().map(segment)
            && let Some(data) = whole["data"].as_array_mut()
            && data.len() < most
        {
            let path = format!("{}{joint}cursor={cursor}", call.path);
            let mut page = self.call(&Call::new(call.method.clone(), path)).await?;
            if let Some(more) = page["data"].as_array_mut() {
                data.append(more);
            }
            whole["next_cursor"] = page["next_cursor"].take();
        }
        if let Some(data) = whole["data"].as_array_mut() {
            data.truncate(most);
        }
        Ok(whole)
    }

    /// Asks for something long, and gives back the answer as it comes.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn download(&self, path: &str) -> Outcome<Body> {
        let request = request(&Method::GET, path, None, Body::empty())?;
        let (status, answer) = self.send(request).await?;
        if status.is_success() {
            return Ok(answer);
        }
        read(status, &to_bytes(answer, MAX_ANSWER).await?)?;
        Ok(Body::empty())
    }

    /// Sends something long, which may take as long as it takes.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn upload(&self, path: &str, media_type: &str, body: Body) -> Outcome<Value> {
        let request = request(&Method::POST, path, Some(media_type), body)?;
        let (status, answer) = self.send(request).await?;
        read(status, &to_bytes(answer, MAX_ANSWER).await?)
    }

    async fn send(&self, mut request: Request<Body>) -> Outcome<(StatusCode, Body)> {
        let (http, url, token) = match self {
            Self::Remote { http, url, token } => (http, url, token),
            Self::Local { router, operator } => {
                request.extensions_mut().insert(operator.clone());
                let response = router.clone().oneshot(request).await?;
                return Ok(split(response));
            }
        };
        let (mut parts, body) = request.into_parts();
        parts.headers.remove(header::HOST);
        let body = match body.size_hint().exact() {
            Some(_) => to_bytes(body, usize::MAX).await?.into(),
            None => reqwest::Body::wrap_stream(body.into_data_stream()),
        };
        let request = http.request(parts.method, format!("{url}{}", parts.uri));
        let request = request.headers(parts.headers).bearer_auth(token.reveal());
        let response = request.body(body).send().await.map_err(|error| {
            let error = error.without_url();
            Failure::new(format!("the server can't be reached: {error}"))
        })?;
        let status = response.status();
        Ok((status, Body::from_stream(response.bytes_stream())))
    }
}

fn split(response: Response<Body>) -> (StatusCode, Body) {
    (response.status(), response.into_body())
}

fn request(
    method: &Method,
    path: &str,
    media_type: Option<&str>,
    body: Body,
) -> Outcome<Request<Body>> {
    // URLs resolve these segments, encoded or not (WHATWG URL, section 4.4): the request would be for something else.
    let before_query = path.split('?').next().unwrap_or_default();
    let is_dots = |part: &str| {
        matches!(
            part.to_ascii_lowercase().replace("%2e", ".").as_str(),
            "." | ".."
        )
    };
    if before_query.split('/').any(is_dots) {
        return Err(Failure::new(
            "`.` and `..` can't stand in the path of a request; what has such an id is reached where the database is, \
             without --server",
        ));
    }
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost");
    if let Some(media_type) = media_type {
        request = request.header(header::CONTENT_TYPE, media_type);
    }
    Ok(request.body(body)?)
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
    // As plain words they name routes; so written, they are ids.
    match text {
        "import" => return "%69mport".to_owned(),
        "export" => return "%65xport".to_owned(),
        _ => {}
    }
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
    use axum::{body::Body, http::Method};

    use super::{Client, Secret, request, segment};

    #[test]
    fn a_segment_holds_any_id() {
        assert_eq!(segment("a/b ..é"), "a%2Fb%20%2E%2E%C3%A9");
        assert_eq!(
            (segment("import"), segment("export")),
            ("%69mport".into(), "%65xport".into())
        );
    }

    #[test]
    fn a_path_that_a_url_would_resolve_is_refused() {
        let request = |path| request(&Method::GET, path, None, Body::empty());
        for bad in ["/a/..", "/a/%2E/b", "/a/.%2e/b?c"] {
            assert!(request(bad).is_err(), "{bad}");
        }
        for good in ["/a/%2E%2E%2E", "/a/b%2Ec?d=../e"] {
            assert!(request(good).is_ok(), "{good}");
        }
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
