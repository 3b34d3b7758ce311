//! What is done to one reader. Talk verifies alone, so each answer says what it goes on accepting, and until when.

use axum::{
    extract::{Path, State},
    response::Response,
};
use lanyard_core::user::UserId;
use lanyard_storage::users;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{UserOut, surrogate, tagged, user_id, written};
use crate::{App, Caller, Problem, etag::IfMatch, failure::Failure, fields::Time};

/// A reader's tokens are refused from now on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokensRevoked {
    /// Always.
    revoked: bool,
    /// Up to which second tokens were issued that are refused; `null` where none is good any more, whenever issued.
    #[schema(value_type = Option<String>, format = DateTime)]
    issued_until: Option<Time>,
    /// What that means, and what ends the rest.
    note: &'static str,
    /// The latest second to which Talk may go on accepting one of those tokens.
    #[schema(value_type = String, format = DateTime)]
    accepted_by_talk_until: Time,
}

impl TokensRevoked {
    fn new(caller: &Caller, issued_until: Option<i64>, now: i64, note: &'static str) -> Self {
        Self {
            revoked: true,
            issued_until: issued_until.map(Time),
            note,
            accepted_by_talk_until: Time(now + caller.tenant.longest_token_lifetime()),
        }
    }
}

/// Delete a reader, and refuse all tokens of theirs
///
/// Whoever gets the same id later is somebody else: the old tokens stay dead.
#[utoipa::path(
    delete, path = "/v1/tenants/{tenant}/users/{user}", tag = "users", operation_id = "delete_user",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("user" = String, Path, description = "The newsroom's own id of the reader, percent-encoded"),
        ("If-Match" = Option<String>, Header, description = "The version that you saw; `*` for any"),
    ),
    responses(
        (status = 200, description = "The reader is deleted", body = TokensRevoked),
        (status = 412, description = "The reader has changed since you saw them"),
    ),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
    if_match: IfMatch,
) -> Result<Response, Failure> {
    let (id, now) = (user_id(&id)?, app.clock.now());
    let mut act = caller.act(&app).await?;
    let row = users::current(&mut act.tx, &id).await?;
    if_match.check(row.ok_or(Problem::NotFound)?.version)?;
    users::delete(&mut act.tx, &id, now).await?;
    let surrogate = surrogate(&mut act, &id).await?;
    act.audit("user.delete", &surrogate, &json!({})).await?;
    // With that the event stands for nobody.
    users::forget_surrogate(&mut act.tx, &id).await?;
    let answer = act.answer(&TokensRevoked::new(
        &caller,
        None,
        now,
        "The reader is deleted, and Lanyard refuses all their tokens. Talk verifies alone, and keeps its own copy of the \
         reader: it goes on accepting a token until it expires, or until the reader logs out there. Ban or delete the \
         reader in Talk to end that.",
    ))
    .await?;
    // What is cached here and in Redis is overwritten by what the database knows now: nobody.
    if let Some(tenant) = app.views.get(caller.tenant.slug.as_str()).await? {
        let _ = app.readers.get(&tenant, &id).await;
    }
    Ok(answer)
}

/// A reader who is disabled.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Disabled {
    #[serde(flatten)]
    #[schema(inline)]
    about: UserOut,
    #[serde(flatten)]
    #[schema(inline)]
    tokens: TokensRevoked,
}

/// Give a reader no more tokens, and refuse those they have
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/users/{user}/disable", tag = "users", operation_id = "disable_user",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("user" = String, Path, description = "The newsroom's own id of the reader, percent-encoded"),
    ),
    responses((status = 200, description = "The reader is disabled", body = Disabled, headers(("ETag" = String, description = "The version")))),
)]
pub(crate) async fn disable(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (id, now) = (user_id(&id)?, app.clock.now());
    let mut act = caller.act(&app).await?;
    found(users::disable(&mut act.tx, &id, now).await?)?;
    let row = written(&mut act, &id, "user.disable").await?;
    let answer = Disabled {
        about: UserOut::new(&row)?,
        tokens: TokensRevoked::new(
            &caller,
            None,
            now,
            "Lanyard gives the reader no tokens and refuses those they have. Talk verifies alone: it goes on accepting a \
             token until it expires, or until the reader logs out there. Ban the reader in Talk to end that.",
        ),
    };
    Ok(tagged(act.answer(&answer).await?, &row))
}

/// Let a disabled reader in again; tokens from before stay dead
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/users/{user}/enable", tag = "users", operation_id = "enable_user",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("user" = String, Path, description = "The newsroom's own id of the reader, percent-encoded"),
    ),
    responses((status = 200, description = "The reader gets tokens", body = UserOut, headers(("ETag" = String, description = "The version")))),
)]
pub(crate) async fn enable(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (id, now) = (user_id(&id)?, app.clock.now());
    let mut act = caller.act(&app).await?;
    found(users::enable(&mut act.tx, &id, now).await?)?;
    let row = written(&mut act, &id, "user.enable").await?;
    Ok(tagged(act.answer(&UserOut::new(&row)?).await?, &row))
}

/// Refuse all tokens that a reader has now; later ones are good
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/users/{user}/revoke-tokens", tag = "users", operation_id = "revoke_user_tokens",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("user" = String, Path, description = "The newsroom's own id of the reader, percent-encoded"),
    ),
    responses((status = 200, description = "They are refused", body = TokensRevoked)),
)]
pub(crate) async fn revoke_tokens(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (id, now): (UserId, i64) = (user_id(&id)?, app.clock.now());
    let mut act = caller.act(&app).await?;
    found(users::current(&mut act.tx, &id).await?.is_some())?;
    users::revoke_tokens(&mut act.tx, &id, now).await?;
    let surrogate = surrogate(&mut act, &id).await?;
    act.audit("user.revoke_tokens", &surrogate, &json!({}))
        .await?;
    act.answer(&TokensRevoked::new(
        &caller,
        Some(now),
        now,
        "Lanyard refuses the tokens that the reader has now. Talk verifies alone: it goes on accepting each until it \
         expires, or until the reader logs out there.",
    ))
    .await
}

fn found(found: bool) -> Result<(), Failure> {
    if found {
        Ok(())
    } else {
        Err(Problem::NotFound.into())
    }
}
