//! How far the rotation of a deployment's keys has come.

use axum::{
    Json,
    extract::{Path, State},
};
use lanyard_api::{App, Caller, Failure, fields::Time};
use lanyard_core::id::Kid;
use serde::Serialize;
use utoipa::ToSchema;

use super::policy;
use crate::acts::signing_keys as acts;

/// How far a rotation has come, and what to do next.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RotationOut {
    /// `no-key`: nothing signs. `steady`: one key signs, and no other is about. `waiting`: a new key waits until it may
    /// sign. `overlap`: the new key signs, and readers have tokens of the old one. `retire`: the old one can go.
    #[schema(value_type = String, pattern = "^(no-key|steady|waiting|overlap|retire)$", example = "waiting")]
    step: &'static str,
    /// What to do next, in one line.
    next: String,
    /// The key that signs.
    #[schema(value_type = Option<String>, example = "2026-11-23-1f0c9a3e")]
    signs: Option<Kid>,
    /// The key that `next` speaks of.
    #[schema(value_type = Option<String>)]
    key: Option<Kid>,
    /// When that can be done, where one has to wait.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Time>,
}

/// How far the rotation of a deployment's keys has come
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/deployments/{deployment}/rotation",
    tag = "signing keys", operation_id = "get_rotation",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("deployment" = String, Path, description = "Deployment"),
    ),
    responses((status = 200, description = "The step, and what to do next", body = RotationOut)),
)]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path((_, deployment)): Path<(String, String)>,
) -> Result<Json<RotationOut>, Failure> {
    let now = app.clock.now();
    let mut tx = caller.read(&app).await?;
    let policy = policy(&mut tx, &caller, &deployment).await?;
    let keys = acts::all(&mut tx, policy.deployment, now).await?;
    let rotation = acts::rotation(&keys, now);
    Ok(Json(RotationOut {
        step: rotation.step.name(),
        next: acts::next(rotation.step, &policy),
        signs: rotation.signs.cloned(),
        key: rotation.key.cloned(),
        at: rotation.at.map(Time),
    }))
}
