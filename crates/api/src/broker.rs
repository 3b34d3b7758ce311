//! The broker: the two requests of the demo service, with its statuses and success bodies. This is the hot file.

use std::time::Instant;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use lanyard_core::{
    json,
    token::{self, Refusal, Verified},
    user::UserId,
};
use lanyard_storage::{DeploymentView, Operation};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    App, Problem,
    body::{self, ContentType, JUDGED_FOR},
    failure::Failure,
    issuing::{self, Asker, Issued, Whom},
    limit,
    middleware::Note,
    presented::{Presented, Target},
};

/// A reader's record: the newsroom's own JSON object.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it only describes the answer")]
struct ReaderRecord {
    /// The newsroom's own id.
    #[schema(example = "1")]
    id: String,
    /// E-mail address.
    email: Option<String>,
    /// Name shown beside comments.
    username: Option<String>,
}

/// Which reader.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it only describes the body")]
struct ReaderId {
    /// The newsroom's own id.
    #[schema(example = "1")]
    id: String,
}

/// A reader's token.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it only describes the answer")]
struct ReaderToken {
    /// The token, a JWT in compact form (RFC 7519).
    token: String,
}

/// The same two requests at their other paths: without the last slash, and for a deployment that isn't `default`.
pub(crate) fn other_spellings() -> OpenApiRouter<App> {
    let both = || get(look_up).post(issue).options(options);
    OpenApiRouter::new()
        .route("/t/{tenant}", both())
        .route("/t/{tenant}/{deployment}", both())
        .route("/t/{tenant}/{deployment}/", both())
        .route("/t/{tenant}/", axum::routing::options(options))
}

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// Who is the reader that this token was issued to?
#[utoipa::path(
    get, path = "/t/{tenant}/", tag = "broker", operation_id = "look_up_reader",
    params(("tenant" = String, Path, description = "Newsroom")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The newsroom's own record of the reader", body = ReaderRecord),
        (status = 400, description = "The request contradicts itself"),
        (status = 401, description = "The token isn't good here"),
        (status = 404, description = "The token is good, but its reader is not in the directory"),
        (status = 431, description = "The token is longer than 8 KiB"),
    ),
)]
pub(crate) async fn look_up(
    State(app): State<App>,
    presented: Presented,
) -> Result<Response, Failure> {
    let Presented { mut target, bearer } = presented;
    let now = app.clock.now();
    let verified = target
        .with_newest(&app, |target| verify(target, &bearer.0, now))
        .await?;
    let user = verified.user.ok_or(Refusal::BadUserId)?;
    let note = Note {
        token_id: verified.token_id,
        ..Note::default()
    };
    limit::charge(&app, &target.tenant, Operation::Validate, None)?;
    let mut failure = match app.readers.get(&target.tenant, &user).await {
        Ok(Some(reader)) if reader.disabled => Failure::from(Refusal::UserDisabled),
        Ok(Some(reader)) => {
            let mut response = Response::new(Body::from(reader.body.clone()));
            response.headers_mut().insert(header::CONTENT_TYPE, JSON);
            response.extensions_mut().insert(note);
            return Ok(response);
        }
        Ok(None) => Failure::from(Problem::ReaderGone),
        Err(error) => error.into(),
    };
    failure.note.token_id = note.token_id;
    Err(failure)
}

/// A reader's token: a good signature, good claims, and nothing revoked.
pub(crate) fn verify(target: &Target, token: &str, now: i64) -> Result<Verified, Refusal> {
    let deployment = target.deployment()?;
    let verified = token::verify(&deployment.policy, &deployment.keys, token, now)?;
    unless_revoked(target, deployment, verified, now)
}

/// An issuing token: the same.
pub(crate) fn verify_issuing(target: &Target, token: &str, now: i64) -> Result<Verified, Refusal> {
    let deployment = target.deployment()?;
    let verified = token::verify_issuing(&deployment.policy, &deployment.keys, token, now)?;
    unless_revoked(target, deployment, verified, now)
}

/// Lets a token pass that isn't revoked, and notes that its key is in use.
fn unless_revoked(
    target: &Target,
    deployment: &DeploymentView,
    verified: Verified,
    now: i64,
) -> Result<Verified, Refusal> {
    if let Some(refusal) = target.tenant.read_revocations(|set| set.refusal(&verified)) {
        return Err(refusal);
    }
    if let Some(meter) = deployment.key_meter(&verified.key) {
        meter.seen(now);
    }
    Ok(verified)
}

/// Judges who asks for a token: a program with an API key, or with an issuing token.
async fn judge(app: &App, presented: &mut Presented) -> Result<Asker, Failure> {
    let now = app.clock.now();
    if let Some(outcome) = presented.api_key(app, now).await {
        return outcome;
    }
    let Presented { target, bearer } = presented;
    target
        .with_newest(app, |target| verify_issuing(target, &bearer.0, now))
        .await?;
    Ok(Asker::default())
}

/// A token for the reader with this id. The bearer is an API key, or an issuing token where the newsroom accepts them.
/// Other bodies than JSON are read as having no id.
// The credentials are judged before the body is read.
#[utoipa::path(
    post, path = "/t/{tenant}/", tag = "broker", operation_id = "exchange_reader_id",
    params(("tenant" = String, Path, description = "Newsroom")),
    security(("bearer" = [])),
    request_body(content = ReaderId),
    responses(
        (status = 201, description = "The reader's token", body = ReaderToken),
        (status = 400, description = "The body isn't readable"),
        (status = 401, description = "The credentials aren't good here, or there is no such reader"),
        (status = 409, description = "The deployment has no key that signs"),
        (status = 422, description = "The reader's id can't be in a token"),
        (status = 431, description = "The bearer is longer than 8 KiB"),
    ),
)]
pub(crate) async fn issue(
    State(app): State<App>,
    mut presented: Presented,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let mut asker = judge(&app, &mut presented).await?;
    limit::charge(
        &app,
        &presented.target.tenant,
        Operation::Issue,
        asker.api_key,
    )?;
    let judged = Instant::now();
    let id = match ContentType::of(&headers) {
        ContentType::Json => requested_id(&body::read(body).await?)?,
        // The demo service doesn't read other bodies, and so finds no id in them.
        _ => {
            body::read(body).await?;
            None
        }
    };
    if judged.elapsed() > JUDGED_FOR {
        // The body took its time, and the credentials may have been revoked meanwhile.
        presented.target.renew(&app).await?;
        asker = judge(&app, &mut presented).await?;
    }
    let (mut target, now) = (presented.target, app.clock.now());
    let id = id.ok_or(Problem::ReaderUnknown)?;
    let reader = app
        .readers
        .get(&target.tenant, &id)
        .await?
        .ok_or(Problem::ReaderUnknown)?;
    let whom = Whom {
        id: &id,
        reader: &reader,
    };
    let issued = issuing::issue(&app, &mut target, whom, asker, now).await?;
    let Issued {
        token, token_id, ..
    } = issued.ok_or_else(|| {
        let mut failure = Failure::from(Problem::ReaderUnknown);
        failure.note.reason = Some(Refusal::UserDisabled.reason());
        failure
    })?;
    // A compact JWS has no character that JSON would escape.
    let mut response = (StatusCode::CREATED, format!("{{\"token\":\"{token}\"}}")).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response.extensions_mut().insert(Note {
        token_id: Some(token_id.to_string().into()),
        ..Note::default()
    });
    Ok(response)
}

/// The id in a body; `None` where the demo service would find nobody: no body, no id, or one that isn't a string.
fn requested_id(body: &[u8]) -> Result<Option<UserId>, Problem> {
    #[derive(Deserialize)]
    struct Request<'a> {
        #[serde(borrow, default)]
        id: Option<&'a serde_json::value::RawValue>,
    }
    if body.is_empty() {
        return Ok(None);
    }
    json::check(body).map_err(|_| Problem::BodyMalformed)?;
    // An array is JSON too, and has no id.
    match body.trim_ascii_start().first() {
        Some(b'{') => {}
        Some(b'[') => return Ok(None),
        _ => return Err(Problem::BodyMalformed),
    }
    let request: Request<'_> = serde_json::from_slice(body).map_err(|_| Problem::BodyMalformed)?;
    let text = request
        .id
        .and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
    Ok(text.and_then(|text| UserId::parse(&text).ok()))
}

/// `OPTIONS /t/{tenant}/`, as the demo service answers it.
pub(crate) async fn options() -> Response {
    const METHODS: HeaderValue = HeaderValue::from_static("GET,HEAD,POST");
    let mut response = METHODS
        .to_str()
        .unwrap_or_default()
        .to_owned()
        .into_response();
    response.headers_mut().insert(header::ALLOW, METHODS);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    response
}
