//! Signing keys of a deployment: listed, begun, ended, shown.

mod begin;
mod end;
mod key;
mod new;
pub(super) mod refused;
mod rotation;
mod shown;
mod wanted;

use axum::{
    Json,
    extract::{Path, State},
};
use lanyard_api::{
    Act, App, Caller, Failure, Problem,
    cursor::{List, Page},
    fields::Limit,
    input::Query,
    query,
};
use lanyard_core::{id::Kid, tenant::Policy};
use lanyard_storage::{
    ReadTx,
    keys::{self, After, KeyRow},
    tenants,
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub use self::key::SigningKeyOut;
use crate::acts::{By, signing_keys as acts};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, begin::create))
        .routes(routes!(begin::import))
        .routes(routes!(begin::rotate))
        .routes(routes!(rotation::get))
        .routes(routes!(shown::export))
        .routes(routes!(get))
        .routes(routes!(begin::activate))
        .routes(routes!(end::retire))
        .routes(routes!(end::revoke))
        .routes(routes!(shown::reveal))
}

query! {
    /// Which page.
    pub struct ListQuery {
        /// How many; 50 unless said.
        #[param(value_type = Option<i64>, minimum = 1, maximum = 200, nullable = false)]
        limit: Limit,
        /// Where to begin: `next_cursor` of the page before.
        #[param(nullable = false)]
        cursor: Option<String>,
    }
}

/// List a deployment's signing keys, the newest first
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys",
    tag = "signing keys", operation_id = "list_signing_keys",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("deployment" = String, Path, description = "Deployment"),
        ListQuery,
    ),
    responses((status = 200, description = "A page of them", body = Page<SigningKeyOut>)),
)]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path((_, deployment)): Path<(String, String)>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<SigningKeyOut>>, Failure> {
    let mut tx = caller.read(&app).await?;
    let policy = policy(&mut tx, &caller, &deployment).await?;
    let deployment = policy.deployment;
    let list = List {
        owner: caller.tenant.id.0.as_bytes(),
        query: &format!("signing-keys:{deployment}"),
    };
    let after = match &query.cursor {
        Some(cursor) => Some(after(&list.place(&app, cursor)?)?),
        None => None,
    };
    let rows = keys::list(&mut tx, deployment, after.as_ref(), query.limit.0 + 1).await?;
    let page = list.page(&app, rows, query.limit.0, |row: &KeyRow| {
        format!("{}:{}", row.created_at, row.kid)
    })?;
    let (profile, now) = (policy.claims.kind(), app.clock.now());
    let known = acts::known(&mut tx, page.data, now).await?;
    Ok(Json(Page {
        data: known
            .iter()
            .map(|key| SigningKeyOut::new(key, profile, now))
            .collect(),
        next_cursor: page.next_cursor,
    }))
}

fn after(place: &str) -> Result<After, Failure> {
    place
        .split_once(':')
        .and_then(|(created_at, kid)| {
            Some(After {
                created_at: created_at.parse().ok()?,
                kid: kid.to_owned(),
            })
        })
        .ok_or_else(|| Problem::CursorInvalid.into())
}

/// One signing key
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}",
    tag = "signing keys", operation_id = "get_signing_key",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("deployment" = String, Path, description = "Deployment"),
        ("kid" = String, Path, description = "Id of the key, percent-encoded"),
    ),
    responses((status = 200, description = "The key", body = SigningKeyOut)),
)]
async fn get(
    State(app): State<App>,
    caller: Caller,
    Path((_, deployment, kid)): Path<(String, String, String)>,
) -> Result<Json<SigningKeyOut>, Failure> {
    let mut tx = caller.read(&app).await?;
    let policy = policy(&mut tx, &caller, &deployment).await?;
    let row = keys::get(&mut tx, policy.deployment, key_id(&kid)?.as_str()).await?;
    let now = app.clock.now();
    let known = acts::known(&mut tx, row.into_iter().collect(), now).await?;
    let key = known.first().ok_or(Problem::NotFound)?;
    Ok(Json(SigningKeyOut::new(key, policy.claims.kind(), now)))
}

/// The rules of the deployment that a path names, if the caller may reach it.
pub(super) async fn policy(
    tx: &mut ReadTx,
    caller: &Caller,
    name: &str,
) -> Result<Policy, Failure> {
    let tenant = tenants::load(tx).await?.ok_or(Problem::NotFound)?;
    let mut policies = tenant.policies.into_iter();
    let policy = policies.find(|policy| policy.name.as_str() == name);
    let policy = policy.ok_or(Problem::NotFound)?;
    caller.reaches(policy.deployment)?;
    Ok(policy)
}

/// What can't be a key's id is none.
fn key_id(text: &str) -> Result<Kid, Failure> {
    text.parse().map_err(|_| Problem::NotFound.into())
}

pub(super) fn by<'a>(app: &'a App, actor: &'a str) -> By<'a> {
    By {
        actor,
        clock: &app.clock,
        master_keys: &app.master_keys,
    }
}

/// Who acts, to be named while the transaction is borrowed.
fn actor(act: &Act) -> String {
    act.actor().to_owned()
}
