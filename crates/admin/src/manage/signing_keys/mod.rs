//! Signing keys of a deployment: listed, begun, ended, shown.

mod begin;
mod end;
mod new;
pub(super) mod refused;
mod shown;
mod wanted;

use axum::{
    Json,
    extract::{Path, State},
};
use lanyard_api::{
    Act, App, Caller, Failure, Problem,
    cursor::{List, Page},
    fields::{Limit, Time},
    input::Query,
    query,
};
use lanyard_core::{
    id::{DeploymentId, Kid},
    key::Algorithm,
    signing_key::{KeyState, Origin},
};
use lanyard_storage::{
    ReadTx,
    keys::{self, After, KeyRow},
    tenants,
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::acts::By;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, begin::create))
        .routes(routes!(begin::import))
        .routes(routes!(begin::rotate))
        .routes(routes!(shown::export))
        .routes(routes!(get))
        .routes(routes!(begin::activate))
        .routes(routes!(end::retire))
        .routes(routes!(end::revoke))
        .routes(routes!(shown::reveal))
}

/// A signing key, without the key.
#[derive(Debug, Serialize, ToSchema)]
pub struct SigningKeyOut {
    /// Its id, which every token carries that it signs.
    #[schema(value_type = String, example = "2026-11-23-1f0c9a3e")]
    kid: Kid,
    /// Its algorithm.
    #[schema(value_type = String, example = "HS256")]
    algorithm: Algorithm,
    /// Where it stands: a pending key is published and does nothing yet, the active one signs, a retiring one verifies
    /// what it signed before, and retired and revoked ones are refused.
    #[schema(value_type = String, pattern = "^(pending|active|retiring|retired|revoked)$", example = "active")]
    state: &'static str,
    /// Whether it was made here.
    #[schema(value_type = String, pattern = "^(generated|imported)$", example = "generated")]
    origin: &'static str,
    /// Whether it was imported although it is shorter than it should be.
    weak: bool,
    /// The longest lifetime of tokens that others sign with it, in seconds; `null` where it was made here.
    accept_lifetime: Option<i64>,
    /// When it was made or imported.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When it began to sign.
    #[schema(value_type = Option<String>, format = DateTime)]
    activated_at: Option<Time>,
    /// When it first signed here. A key made here that never did can be replaced without an overlap.
    #[schema(value_type = Option<String>, format = DateTime)]
    first_used_at: Option<Time>,
    /// Until when it verifies, if it signs no more.
    #[schema(value_type = Option<String>, format = DateTime)]
    verifies_until: Option<Time>,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Time>,
}

impl SigningKeyOut {
    fn new(row: &KeyRow, now: i64) -> Self {
        let (origin, accept_lifetime) = match row.origin {
            Origin::Generated => ("generated", None),
            Origin::Imported {
                accept_lifetime, ..
            } => ("imported", Some(accept_lifetime)),
        };
        let (verifies_until, ran_out) = match row.state {
            KeyState::Retiring { until } if until <= now => (None, Some(until)),
            KeyState::Retiring { until } => (Some(until), None),
            _ => (None, None),
        };
        Self {
            kid: row.kid.clone(),
            algorithm: row.algorithm,
            state: row.state.at(now).name(),
            origin,
            weak: row.weak,
            accept_lifetime,
            created_at: Time(row.created_at),
            activated_at: row.activated_at.map(Time),
            first_used_at: row.first_used_at.map(Time),
            verifies_until: verifies_until.map(Time),
            ended_at: row.ended_at.or(ran_out).map(Time),
        }
    }
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
    let deployment = deployment_id(&mut tx, &caller, &deployment).await?;
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
    let now = app.clock.now();
    Ok(Json(Page {
        data: page
            .data
            .iter()
            .map(|row| SigningKeyOut::new(row, now))
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
    let deployment = deployment_id(&mut tx, &caller, &deployment).await?;
    let row = keys::get(&mut tx, deployment, key_id(&kid)?.as_str()).await?;
    let row = row.ok_or(Problem::NotFound)?;
    Ok(Json(SigningKeyOut::new(&row, app.clock.now())))
}

/// The deployment that a path names, if the caller may reach it.
async fn deployment_id(
    tx: &mut ReadTx,
    caller: &Caller,
    name: &str,
) -> Result<DeploymentId, Failure> {
    let tenant = tenants::load(tx).await?.ok_or(Problem::NotFound)?;
    let mut policies = tenant.policies.iter();
    let policy = policies.find(|policy| policy.name.as_str() == name);
    let id = policy.ok_or(Problem::NotFound)?.deployment;
    caller.reaches(id)?;
    Ok(id)
}

/// What can't be a key's id is none.
fn key_id(text: &str) -> Result<Kid, Failure> {
    text.parse().map_err(|_| Problem::NotFound.into())
}

fn by<'a>(app: &'a App, actor: &'a str) -> By<'a> {
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
