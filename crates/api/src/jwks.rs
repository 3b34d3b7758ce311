//! Public keys (RFC 7517), for whoever wants to verify a deployment's tokens alone.

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{App, Problem, caller::Target, failure::Failure};

pub(crate) async fn of_default(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Failure> {
    let Path(tenant) = path.map_err(|_| Problem::PathInvalid)?;
    answer(&app, &tenant, "default").await
}

pub(crate) async fn of(
    State(app): State<App>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Failure> {
    let Path((tenant, deployment)) = path.map_err(|_| Problem::PathInvalid)?;
    answer(&app, &tenant, &deployment).await
}

async fn answer(app: &App, tenant: &str, deployment: &str) -> Result<Response, Failure> {
    let target = Target::find(app, tenant, deployment)
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
