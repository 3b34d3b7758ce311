//! Public keys (RFC 7517), for whoever wants to verify a deployment's tokens alone.

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{App, Problem, failure::Failure, presented::Target};

/// A JSON Web Key Set.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it only describes the answer")]
struct KeySet {
    /// The keys (RFC 7517, section 4).
    keys: Vec<serde_json::Value>,
}

/// Public keys of the `default` deployment. Shared secrets aren't among them.
#[utoipa::path(
    get, path = "/t/{tenant}/.well-known/jwks.json", tag = "discovery", operation_id = "public_keys",
    params(("tenant" = String, Path, description = "Newsroom")),
    security(()),
    responses((status = 200, description = "The keys", body = KeySet), (status = 404, description = "There is no such newsroom")),
)]
pub(crate) async fn of_default(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Failure> {
    let Path(tenant) = path.map_err(|_| Problem::PathInvalid)?;
    answer(&app, &tenant, "default").await
}

/// Public keys of a deployment.
#[utoipa::path(
    get, path = "/t/{tenant}/{deployment}/.well-known/jwks.json", tag = "discovery", operation_id = "public_keys_of_deployment",
    params(("tenant" = String, Path, description = "Newsroom"), ("deployment" = String, Path, description = "Deployment")),
    security(()),
    responses((status = 200, description = "The keys", body = KeySet), (status = 404, description = "There is no such deployment")),
)]
pub(crate) async fn of(
    State(app): State<App>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Failure> {
    let Path((tenant, deployment)) = path.map_err(|_| Problem::PathInvalid)?;
    answer(&app, &tenant, &deployment).await
}

async fn answer(app: &App, tenant: &str, deployment: &str) -> Result<Response, Failure> {
    let target = Target::find(app, tenant, deployment.to_owned())
        .await?
        .ok_or(Problem::NotFound)?;
    let now = app.clock.now();
    let keys: Vec<_> = target
        .deployment()?
        .keys
        .published(now)
        .filter_map(|key| key.material.public_jwk(key.kid.as_str()))
        .collect();
    Ok(Json(json!({ "keys": keys })).into_response())
}
