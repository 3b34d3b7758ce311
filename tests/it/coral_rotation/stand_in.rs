//! A Coral to rotate: a real server that keeps its signing secrets as Coral 9 does, answers as it does, and judges readers'
//! tokens by its rules.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use aws_lc_rs::hmac;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::stream;
use jiff::Timestamp;
use lanyard_storage::Clock;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};
use uuid::Uuid;

use super::schema;
use crate::harness::{claims_of, header_of};

/// The token of an admin. A canary too: it must be nowhere but here.
pub(super) const ADMIN: &str = "admin-canary-7d1f2c9b4e8a";
/// The token of a moderator.
pub(super) const MODERATOR: &str = "moderator-token";

/// What goes wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing.
    None,
    /// It fails, and does nothing.
    FailsBefore,
    /// It fails once it has done it.
    FailsAfter,
    /// It does it, and the connection is cut in the middle of the answer.
    CutAfter,
    /// The connection is cut before anything is done.
    CutBefore,
    /// It dies between the two writes of a rotation: the new secret is there, and the old one has no end.
    HalfDone,
    /// It does it, and doesn't answer until it is told to.
    HangsAfter,
}

#[derive(Debug, Clone)]
pub(super) struct Secret {
    pub(super) kid: String,
    pub(super) text: String,
    created_at: i64,
    pub(super) rotated_at: Option<i64>,
    pub(super) inactive_at: Option<i64>,
}

/// A status, headers and a body that no Coral would answer.
pub(super) type Instead = (u16, &'static [(&'static str, &'static str)], Vec<u8>);

/// What it keeps.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) secrets: Vec<Secret>,
    /// Tokens, with the roles of whose they are.
    pub(super) tokens: BTreeMap<String, &'static str>,
    /// What goes wrong with the next requests.
    pub(super) faults: VecDeque<Fault>,
    /// How many requests came.
    pub(super) requests: usize,
    /// Whether only admins may send queries that aren't known.
    pub(super) persisted_only: bool,
    /// What is answered instead of anything else.
    pub(super) instead: Option<Instead>,
    pub(super) enabled: bool,
}

pub(super) struct Coral {
    pub(super) url: String,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

struct Shared {
    kept: Mutex<Kept>,
    clock: Clock,
    go_on: Notify,
    hangs: Notify,
}

impl Drop for Coral {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn new_secret(now: i64) -> Secret {
    let random = || Uuid::new_v4().simple().to_string();
    Secret {
        kid: random()[..16].to_owned(),
        text: format!("ssosec_{}{}", random(), random()),
        created_at: now,
        rotated_at: None,
        inactive_at: None,
    }
}

impl Coral {
    /// One with a secret, by the time of the server that it is rotated from.
    pub(super) async fn start(clock: &Clock) -> Self {
        let kept = Kept {
            secrets: vec![new_secret(clock.now() - 86_400)],
            tokens: BTreeMap::from([
                (ADMIN.to_owned(), "ADMIN"),
                (MODERATOR.to_owned(), "MODERATOR"),
            ]),
            faults: VecDeque::new(),
            requests: 0,
            persisted_only: true,
            instead: None,
            enabled: true,
        };
        let shared = Arc::new(Shared {
            kept: Mutex::new(kept),
            clock: clock.clone(),
            go_on: Notify::new(),
            hangs: Notify::new(),
        });
        let router = Router::new()
            .route("/api/graphql", post(graphql))
            .with_state(Arc::clone(&shared));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        Self {
            url,
            shared,
            serving,
        }
    }

    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.shared.kept.lock().unwrap()
    }

    /// What goes wrong with the next requests, in this order.
    pub(super) fn goes_wrong(&self, faults: &[Fault]) {
        self.kept().faults = faults.iter().copied().collect();
    }

    /// Waits until a request hangs.
    pub(super) async fn hangs(&self) {
        let hangs = tokio::time::timeout(Duration::from_secs(20), self.shared.hangs.notified());
        hangs.await.unwrap();
    }

    /// Lets the request that hangs go on.
    pub(super) fn goes_on(&self) {
        self.shared.go_on.notify_one();
    }

    /// As somebody does it in Coral's admin.
    pub(super) fn rotate_by_hand(&self, inactive_in: i64) {
        let now = self.shared.clock.now();
        rotate(&mut self.kept(), now, inactive_in, true);
    }

    pub(super) fn first(&self) -> Secret {
        self.kept().secrets[0].clone()
    }

    /// Why a reader's token is refused, if it is: Coral's own rules, with the secrets that are active now.
    pub(super) fn refuses(&self, token: &str) -> Option<&'static str> {
        let now = self.shared.clock.now();
        let kept = self.kept();
        let (header, claims) = (header_of(token), claims_of(token));
        if claims["sub"].is_string() && claims["iss"].is_string() && claims["aud"].is_string() {
            return Some("an OIDC token");
        }
        let user = &claims["user"];
        let text = |name: &str| user[name].as_str().is_some_and(|text| !text.is_empty());
        if !text("id") || !text("email") || !text("username") {
            return Some("a required claim is missing");
        }
        if header["alg"] != "HS256" {
            return Some("the algorithm");
        }
        let active: Vec<_> = kept
            .secrets
            .iter()
            .filter(|secret| secret.inactive_at.is_none_or(|end| end > now))
            .collect();
        let tried: Vec<_> = match (active.len(), header["kid"].as_str()) {
            (0, _) => return Some("no active secret"),
            (1, _) | (_, None) => active,
            (_, Some(kid)) => active.into_iter().filter(|one| one.kid == kid).collect(),
        };
        if tried.is_empty() {
            return Some("kid was specified but no matching keys were found");
        }
        let (message, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let good = tried.iter().any(|secret| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.text.as_bytes());
            hmac::verify(&key, message.as_bytes(), &signature).is_ok()
        });
        if !good {
            return Some("the signature");
        }
        (claims["exp"].as_i64().unwrap() <= now).then_some("expired")
    }
}

fn rotate(kept: &mut Kept, now: i64, inactive_in: i64, ends_old: bool) {
    kept.secrets.push(new_secret(now));
    let last = kept.secrets.len() - 1;
    if ends_old {
        for secret in &mut kept.secrets[..last] {
            if secret.rotated_at.is_none() {
                secret.rotated_at = Some(now);
                secret.inactive_at = Some(now + inactive_in);
            }
        }
    }
}

/// An error of the server, before GraphQL has a say.
fn server_error(status: u16, code: &str) -> Response {
    let body = json!({
        "error": { "id": "x", "traceID": "x", "code": code, "type": "INVALID_REQUEST_ERROR", "message": "canary-message" }
    });
    json_answer(status, &body)
}

fn graphql_error(status: u16, code: &str) -> Response {
    let error = json!({
        "message": "canary-message", "locations": [{ "line": 1, "column": 1 }], "path": ["settings"],
        "extensions": { "code": code, "id": "x", "traceID": "x", "message": "canary-message" },
    });
    json_answer(status, &json!({ "errors": [error], "data": null }))
}

fn json_answer(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    let kind = [("content-type", "application/json; charset=utf-8")];
    (status, kind, body.to_string()).into_response()
}

/// An answer that promises more than comes.
fn cut(text: &str) -> Response {
    let half = Bytes::copy_from_slice(&text.as_bytes()[..text.len() / 2]);
    let broken = std::io::Error::other("cut");
    let parts = stream::iter([Ok(half), Err(broken)]);
    let length = [("content-length", text.len().to_string())];
    (length, Body::from_stream(parts)).into_response()
}

async fn graphql(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let fault = {
        let mut kept = shared.kept.lock().unwrap();
        kept.requests += 1;
        if let Some((status, headers, body)) = kept.instead.clone() {
            let status = StatusCode::from_u16(status).unwrap();
            return (
                status,
                axum::response::AppendHeaders(headers.iter().copied()),
                body,
            )
                .into_response();
        }
        kept.faults.pop_front().unwrap_or(Fault::None)
    };
    match fault {
        Fault::FailsBefore => return server_error(500, "INTERNAL_ERROR"),
        Fault::CutBefore => return cut("{\"data\":{\"settings\":null}}"),
        _ => {}
    }
    let answer = execute(&shared, &headers, &body, fault == Fault::HalfDone);
    match (fault, answer) {
        (Fault::None, Ok(data)) => json_answer(200, &json!({ "data": data })),
        (Fault::None, Err(refused)) => *refused,
        (Fault::CutAfter, Ok(data)) => cut(&json!({ "data": data }).to_string()),
        (Fault::HangsAfter, Ok(data)) => {
            shared.hangs.notify_one();
            shared.go_on.notified().await;
            json_answer(200, &json!({ "data": data }))
        }
        _ => server_error(500, "INTERNAL_ERROR"),
    }
}

fn execute(
    shared: &Shared,
    headers: &HeaderMap,
    body: &[u8],
    half: bool,
) -> Result<Value, Box<Response>> {
    let mut kept = shared.kept.lock().unwrap();
    let bearer = headers.get("authorization").and_then(|value| {
        let token = value.to_str().ok()?.strip_prefix("Bearer ")?;
        Some(token.to_owned())
    });
    let role = match &bearer {
        None => None,
        Some(token) => Some(
            *kept
                .tokens
                .get(token)
                .ok_or_else(|| Box::new(server_error(401, "TOKEN_INVALID")))?,
        ),
    };
    if kept.persisted_only && role != Some("ADMIN") {
        return Err(Box::new(server_error(400, "RAW_QUERY_NOT_AUTHORIZED")));
    }
    let body: Value =
        serde_json::from_slice(body).map_err(|_| Box::new(server_error(500, "INTERNAL_ERROR")))?;
    let invalid = || Box::new(graphql_error(400, "GRAPHQL_VALIDATION_FAILED"));
    let query = body["query"].as_str().unwrap_or_default();
    let (root, field) = schema::operation(query).ok_or_else(invalid)?;
    if role != Some("ADMIN") {
        return Err(Box::new(graphql_error(200, "USER_NOT_ENTITLED")));
    }
    let mut value = json!({});
    if root == "Mutation" {
        let input = &body["variables"]["input"];
        let id = input["clientMutationId"].as_str().ok_or_else(invalid)?;
        let inactive_in = input["inactiveIn"].as_i64().ok_or_else(invalid)?;
        i32::try_from(inactive_in).map_err(|_| invalid())?;
        rotate(&mut kept, shared.clock.now(), inactive_in, !half);
        value["clientMutationId"] = json!(id);
    }
    let settings = settings(&kept);
    if root == "Mutation" {
        value["settings"] = settings;
    } else {
        value = settings;
    }
    Ok(json!({ field.name.clone(): schema::select(&field, &value) }))
}

fn settings(kept: &Kept) -> Value {
    let time = |seconds: i64| {
        let time = Timestamp::from_second(seconds).unwrap();
        time.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
    };
    let secrets: Vec<Value> = kept
        .secrets
        .iter()
        .map(|secret| {
            json!({
                "kid": secret.kid, "secret": secret.text, "createdAt": time(secret.created_at), "lastUsedAt": null,
                "rotatedAt": secret.rotated_at.map(time), "inactiveAt": secret.inactive_at.map(time),
            })
        })
        .collect();
    json!({ "auth": { "integrations": { "sso": {
        "enabled": kept.enabled, "allowRegistration": true, "signingSecrets": secrets,
    } } } })
}
