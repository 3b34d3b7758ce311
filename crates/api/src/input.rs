//! Bodies and queries of the management API, read into types; and the key under which a request may be repeated.

use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, HeaderName, request::Parts},
};
use lanyard_core::{audit, json as strict};
use serde_json::{Map, Value};

use crate::{
    App, Problem,
    body::{self, ContentType},
    failure::Failure,
    fields::{FieldError, Input, Members},
};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A request that its client may repeat without doing anything twice (the Idempotency-Key header).
#[derive(Debug, Clone)]
pub struct Once {
    /// The client's own name for the request.
    pub key: String,
    /// SHA-256 over the method, the path and the body.
    pub digest: [u8; 32],
}

/// The header under which a request may be repeated.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it only describes the header")]
pub struct IdempotencyKey {
    /// Your own name for this request: a repeat does nothing twice, and is answered as the first was.
    #[param(
        rename = "Idempotency-Key",
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = "^[!-~]+$"
    )]
    idempotency_key: Option<String>,
}

/// A JSON body.
#[derive(Debug)]
pub struct JsonBody<T> {
    /// What it says.
    pub value: T,
    /// The key under which it may be repeated, if it has one.
    pub once: Option<Once>,
}

/// The parameters of a query.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: Input + Send> FromRequest<App> for JsonBody<T> {
    type Rejection = Failure;

    async fn from_request(request: Request<Body>, _app: &App) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        if ContentType::of(&parts.headers) != ContentType::Json {
            return Err(Problem::JsonExpected.into());
        }
        let bytes = body::read(body).await?;
        let once = Once::of(&parts, &bytes)?;
        let value = read(&bytes)?;
        Ok(Self { value, once })
    }
}

/// Reads a body of its own length, for a route that takes longer ones than others.
pub(crate) async fn read_up_to<T: Input>(
    headers: &HeaderMap,
    body: Body,
    most: usize,
) -> Result<T, Failure> {
    if ContentType::of(headers) != ContentType::Json {
        return Err(Problem::JsonExpected.into());
    }
    read(&body::read_up_to(body, most).await?)
}

fn read<T: Input>(bytes: &[u8]) -> Result<T, Failure> {
    let object = object(bytes)?;
    T::take(Members::of_object(&object)).map_err(|faults| {
        let errors = faults.0.into_iter();
        Failure::fields(errors.map(|(place, detail)| FieldError::at(place, detail)))
    })
}

/// The object that a body must be, each member once.
fn object(bytes: &[u8]) -> Result<Map<String, Value>, Failure> {
    strict::check(bytes).map_err(|_| Problem::BodyMalformed)?;
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(Problem::BodyMalformed.into()),
    }
}

impl Once {
    /// The key of a request, with what it stands for.
    ///
    /// # Errors
    /// There are several, or it isn't 1 to 255 characters of visible ASCII.
    pub fn of(parts: &Parts, body: &[u8]) -> Result<Option<Self>, Failure> {
        let Some(key) = key_of(&parts.headers)? else {
            return Ok(None);
        };
        let mut text = format!("{} {}\n", parts.method, parts.uri).into_bytes();
        text.extend_from_slice(body);
        Ok(Some(Self {
            key,
            digest: audit::digest(&text),
        }))
    }
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let key = value.to_str().unwrap_or_default();
    let shaped = (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if !shaped || values.next().is_some() {
        return Err(Problem::IdempotencyKeyInvalid.into());
    }
    Ok(Some(key.to_owned()))
}

impl<T: Input> FromRequestParts<App> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Failure> {
        let text = parts.uri.query().unwrap_or_default();
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_str(text).map_err(|_| Problem::QueryMalformed)?;
        let mut parameters = Map::new();
        for (name, value) in pairs {
            // Two readers of one query could each take another of the two.
            if parameters.insert(name, Value::String(value)).is_some() {
                return Err(Problem::QueryMalformed.into());
            }
        }
        T::take(Members::of_query(&parameters))
            .map(Self)
            .map_err(|faults| {
                let errors = faults.0.into_iter();
                Failure::fields(errors.map(|(place, detail)| {
                    FieldError::parameter(place.trim_start_matches('/').to_owned(), detail)
                }))
            })
    }
}
