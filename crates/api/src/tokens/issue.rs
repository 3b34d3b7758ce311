//! A token for a reader, who may come along as a whole record.

use std::time::Instant;

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use lanyard_core::{id::Kid, json as strict, scope::Scope, token, user::User};
use lanyard_storage::users;
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{target_of, wish::Wish};
use crate::{
    App, Caller, Problem,
    body::{self, ContentType, JUDGED_FOR},
    failure::Failure,
    fields::Time,
    issuing,
    middleware::Note,
    presented::Target,
    users::Record,
};

/// A token that is wanted.
#[derive(utoipa::ToSchema)]
#[schema(as = TokenRequest)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it only describes the body")]
pub(super) struct Wanted {
    /// The newsroom's own id of a reader in the directory; or a whole record, which is put into the directory first.
    user: WantedUser,
    /// The deployment that the token is for; `default` unless named.
    #[schema(example = "default")]
    deployment: Option<String>,
}

/// A reader's id, or a whole record.
#[derive(utoipa::ToSchema)]
#[schema(as = TokenUser)]
#[serde(untagged)]
#[expect(dead_code, reason = "it only describes the body")]
pub(super) enum WantedUser {
    /// The newsroom's own id.
    Id(String),
    /// A record as the directory takes it, with an `id`.
    Record(Box<Record>),
}

/// A reader's token.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct TokenOut {
    /// The token, a JWT in compact form (RFC 7519).
    token: String,
    /// When it expires.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Time,
    /// Its own id (`jti`).
    token_id: Uuid,
    /// The id of the key that signed it.
    #[schema(value_type = String)]
    kid: Kid,
    /// The reader's id.
    user_id: String,
}

/// A token for a reader, who may come along as a whole record
///
/// A record is put into the directory as it is, if it isn't there already; that needs the scope `users:write` too. Where no
/// token can be issued, nothing is written.
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/tokens", tag = "tokens", operation_id = "issue_token",
    params(("tenant" = String, Path, description = "Newsroom")),
    request_body = Wanted,
    responses(
        (status = 201, description = "The token", body = TokenOut),
        (status = 400, description = "The body isn't readable"),
        (status = 404, description = "The directory has no such reader"),
        (status = 409, description = "The reader is disabled, the deployment has no key that signs, or the directory is full"),
    ),
)]
pub(crate) async fn one(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let (mut target, wish) = wanted(&app, &caller, &headers, body).await?;
    let issued = issue(&app, &caller, &mut target, &wish).await?;
    let token_id = issued.token_id.to_string().into();
    let mut response = (StatusCode::CREATED, axum::Json(issued)).into_response();
    response.extensions_mut().insert(Note {
        token_id: Some(token_id),
        ..Note::default()
    });
    Ok(response)
}

/// What is wanted, where it can be had; a record that came along is in the directory then.
pub(super) async fn wanted(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Target, Wish), Failure> {
    let begun = Instant::now();
    json_only(headers)?;
    let text = body::read(body).await?;
    let wish = Wish::read(checked(&text)?, "")?;
    let mut target = target_of(app, caller, wish.deployment()).await?;
    if begun.elapsed() > JUDGED_FOR {
        target.renew(app).await?;
        caller.still(app, &target.tenant).await?;
    }
    may_issue(caller, &target, &wish)?;
    if let Some(user) = wish.record()
        && put(app, caller, user).await?
    {
        target.renew(app).await?;
    }
    Ok((target, wish))
}

pub(super) fn json_only(headers: &HeaderMap) -> Result<(), Problem> {
    match ContentType::of(headers) {
        ContentType::Json => Ok(()),
        _ => Err(Problem::JsonExpected),
    }
}

/// The object that a body is, each member once at every depth.
pub(super) fn checked(text: &Bytes) -> Result<&RawValue, Problem> {
    strict::check(text).map_err(|_| Problem::BodyMalformed)?;
    let raw: &RawValue = serde_json::from_slice(text).map_err(|_| Problem::BodyMalformed)?;
    match raw.get().starts_with('{') {
        true => Ok(raw),
        false => Err(Problem::BodyMalformed),
    }
}

/// Refuses what can't end in a token, before anything is written.
pub(super) fn may_issue(caller: &Caller, target: &Target, wish: &Wish) -> Result<(), Failure> {
    if wish.record().is_some() {
        caller.needs(Scope::UsersWrite)?;
    }
    let deployment = target.deployment()?;
    if let Some(user) = wish.record() {
        token::check_user(&deployment.policy, &user.id, Some(user))?;
    }
    deployment.keys.active().ok_or(Problem::NoActiveKey)?;
    Ok(())
}

/// Puts a record into the directory, unless it is there already; false where nothing was to be done. A CMS that sends the
/// record each time costs a look and no write.
async fn put(app: &App, caller: &Caller, user: &User) -> Result<bool, Failure> {
    let before = users::get(&mut caller.read(app).await?, &user.id).await?;
    if before.as_ref().is_some_and(|row| row.disabled_at.is_some()) {
        return Err(Problem::UserDisabled.into());
    }
    if before.is_some_and(|row| row.user == *user) {
        return Ok(false);
    }
    let mut act = caller.act(app).await?;
    let before = users::current(&mut act.tx, &user.id).await?;
    caller.may_raise(before.as_ref().map(|row| &row.user), user, "/user")?;
    users::put(&mut act.tx, user, app.clock.now()).await?;
    act.done().await?;
    Ok(true)
}

/// Issues what is wanted to a reader who is in the directory, and still is at this moment.
pub(super) async fn issue(
    app: &App,
    caller: &Caller,
    target: &mut Target,
    wish: &Wish,
) -> Result<TokenOut, Failure> {
    let id = wish.user();
    let reader = app.readers.get(&target.tenant, id).await?;
    let reader = reader.ok_or(Problem::UserUnknown)?;
    let whom = issuing::Whom {
        id,
        reader: &reader,
    };
    let issued = issuing::issue(app, target, whom, caller.asker(), app.clock.now()).await?;
    let issued = issued.ok_or(Problem::UserDisabled)?;
    Ok(TokenOut {
        token: issued.token,
        expires_at: Time(issued.expires_at),
        token_id: issued.token_id,
        kid: issued.kid.clone(),
        user_id: id.as_str().to_owned(),
    })
}
