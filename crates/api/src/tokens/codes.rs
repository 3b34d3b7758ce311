//! Exchange codes: a CMS asks for one for a reader who is logged in there, and the reader's browser gives it for a token.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use lanyard_core::exchange_code::{ExchangeCode, LIFETIME};
use lanyard_storage::exchange_codes;
use serde::Serialize;

use super::issue::{Wanted, wanted};
use crate::{App, Caller, Problem, exchange, failure::Failure, fields::Time, issuing};

/// A code.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = ExchangeCode)]
pub(crate) struct CodeOut {
    /// The code. It is a secret: hand it to the reader's own browser, in an answer that no cache keeps.
    #[schema(example = "lyx_5pFQ0vJmX2TzK8cRbN4sWd7HgYeUa1LoB6iVq3")]
    code: String,
    /// When it stops being good, unless it is redeemed before.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Time,
    /// Where the browser redeems it.
    exchange_url: String,
}

/// A code that a reader's browser exchanges for a token
///
/// It is good once, and for a minute. Who can have no token gets no code either; nothing is signed yet. A whole record is
/// put into the directory as by asking for a token.
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/tokens/codes", tag = "tokens", operation_id = "create_exchange_code",
    params(("tenant" = String, Path, description = "Newsroom")),
    request_body = Wanted,
    responses(
        (status = 201, description = "The code", body = CodeOut),
        (status = 400, description = "The body isn't readable"),
        (status = 404, description = "The directory has no such reader"),
        (status = 409, description = "The reader is disabled, the deployment has no key that signs, or the directory is full"),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let (target, wish) = wanted(&app, &caller, &headers, body).await?;
    let (id, tenant) = (wish.user(), &target.tenant);
    // Before the reader is looked up: what is known later is known to be known then.
    let as_of = tenant.version();
    let reader = app.readers.get(tenant, id).await?;
    let whom = issuing::Whom {
        id,
        reader: &*reader.ok_or(Problem::UserUnknown)?,
    };
    issuing::check(&target, whom)?;
    let asker = caller.asker();
    let asked = exchange_codes::Wanted {
        deployment: target.deployment()?.policy.deployment,
        user: id.clone(),
        ceiling: asker.ceiling,
        api_key: asker.api_key,
        as_of,
    };
    let code = ExchangeCode::generate().map_err(|_| Problem::Internal)?;
    let expires_at = app.clock.now() + LIFETIME;
    exchange_codes::create(&app.database, tenant.id, &code, &asked, expires_at).await?;
    let made = CodeOut {
        code: code.reveal().to_owned(),
        expires_at: Time(expires_at),
        exchange_url: app.public_url.link(&exchange::path(&tenant.slug)),
    };
    Ok((StatusCode::CREATED, axum::Json(made)).into_response())
}
