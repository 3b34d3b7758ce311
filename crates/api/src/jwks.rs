//! Public keys (RFC 7517), for whoever wants to verify a deployment's tokens alone.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use lanyard_core::signing_key::KeyState;
use serde_json::json;

use crate::{App, Problem, caller::Target, failure::Failure};

pub(crate) async fn of_default(
    State(app): State<App>,
    Path(tenant): Path<String>,
) -> Result<Response, Failure> {
    answer(&app, &tenant, "default").await
}

pub(crate) async fn of(
    State(app): State<App>,
    Path((tenant, deployment)): Path<(String, String)>,
) -> Result<Response, Failure> {
    answer(&app, &tenant, &deployment).await
}

/// Keys that verify, and those that soon will, so that nobody meets a key that he couldn't have known.
async fn answer(app: &App, tenant: &str, deployment: &str) -> Result<Response, Failure> {
    let target = Target::find(app, tenant, deployment)
        .await?
        .ok_or(Problem::NotFound)?;
    let now = app.clock.now();
    let keys: Vec<_> = target
        .deployment()?
        .keys
        .iter()
        .filter(|key| key.state == KeyState::Pending || key.state.verifies(now))
        .filter_map(|key| key.material.public_jwk(key.kid.as_str()))
        .collect();
    Ok(Json(json!({ "keys": keys })).into_response())
}
