//! Keys that end. Talk verifies alone, so each answer says what it goes on accepting, and what ends that.

use axum::{
    extract::{Path, State},
    response::Response,
};
use lanyard_api::{App, Caller, Failure, fields::Time, input, input::JsonBody};
use lanyard_core::{
    signing_key::{KeyState, Origin},
    tenant::Policy,
};
use lanyard_storage::keys::KeyRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::{SigningKeyOut, actor, by, key_id, policy};
use crate::acts::signing_keys as acts;

/// A key that has ended.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EndedKeyOut {
    #[serde(flatten)]
    #[schema(inline)]
    about: SigningKeyOut,
    /// What Talk still accepts, and which act there ends it.
    note: String,
    /// When the last token that was issued with it expires by itself. Talk may accept one for as long, and whoever else
    /// has the key can make more.
    #[schema(value_type = String, format = DateTime)]
    accepted_by_talk_until: Time,
    /// Whether the deployment now has no key that signs, and so issues nothing. Create or activate one.
    nothing_signs: bool,
}

const RETIRED: &str = "Lanyard refuses the key's tokens from now on. Talk verifies alone: it goes on accepting them until \
                       they expire, or until the key is taken out of its settings and Talk is restarted.";

const REVOKED: &str = "Lanyard refuses the key's tokens from now on, whoever made them. Talk verifies alone: it goes on \
                       accepting all tokens of the key, also those that somebody else makes with it, until the key is taken \
                       out of its settings and Talk is restarted. Do that now.";

impl EndedKeyOut {
    fn new(ended: &acts::Ended, policy: &Policy, note: &'static str, now: i64) -> Self {
        Self {
            about: SigningKeyOut::new(&ended.key, policy.claims.kind(), now),
            note: match policy.issuing.accepted {
                true => format!("{note} {}", acts::ISSUING_ENDS),
                false => note.to_owned(),
            },
            accepted_by_talk_until: Time(last_expiry(&ended.key.row, now)),
            nothing_signs: ended.was == KeyState::Active,
        }
    }
}

/// When the last token of a key expires, in unix seconds. Others may still sign with an imported one.
fn last_expiry(key: &KeyRow, now: i64) -> i64 {
    let last_signed = match key.origin {
        Origin::Generated => key.retiring_since.unwrap_or(now),
        Origin::Imported { .. } => now,
    };
    now.max(last_signed + key.longest_life())
}

input! {
    /// How a key is retired.
    pub(super) struct Retirement {
        /// Whether it is retired although readers may have tokens of it, which are refused from then on.
        force: Option<bool>,
    }
}

/// End a key that no longer signs, before its time
///
/// That is refused while readers may have tokens of it; `safe_to_retire_at` of the key says until when.
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}/retire",
    tag = "signing keys", operation_id = "retire_signing_key",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("deployment" = String, Path, description = "Deployment"),
        ("kid" = String, Path, description = "Id of the key, percent-encoded"),
    ),
    request_body = Retirement,
    responses(
        (status = 200, description = "It is retired", body = EndedKeyOut),
        (status = 409, description = "It signs, is revoked, or readers may have tokens of it"),
    ),
)]
pub(super) async fn retire(
    State(app): State<App>,
    caller: Caller,
    Path((_, deployment, kid)): Path<(String, String, String)>,
    body: JsonBody<Retirement>,
) -> Result<Response, Failure> {
    let kid = key_id(&kid)?;
    let policy = policy(&mut caller.read(&app).await?, &caller, &deployment).await?;
    let force = body.value.force.unwrap_or(false);
    let mut act = caller.act(&app).await?;
    let actor = actor(&act);
    let by = by(&app, &actor);
    let ended = acts::retire(&mut act.tx, by, policy.deployment, &kid, force).await?;
    let answer = EndedKeyOut::new(&ended, &policy, RETIRED, app.clock.now());
    act.answer(&answer).await
}

/// End a key at once, because somebody else may have it
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}/revoke",
    tag = "signing keys", operation_id = "revoke_signing_key",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("deployment" = String, Path, description = "Deployment"),
        ("kid" = String, Path, description = "Id of the key, percent-encoded"),
    ),
    responses((status = 200, description = "It is revoked", body = EndedKeyOut)),
)]
pub(super) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path((_, deployment, kid)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let kid = key_id(&kid)?;
    let policy = policy(&mut caller.read(&app).await?, &caller, &deployment).await?;
    let mut act = caller.act(&app).await?;
    let actor = actor(&act);
    let ended = acts::revoke(&mut act.tx, by(&app, &actor), policy.deployment, &kid).await?;
    let answer = EndedKeyOut::new(&ended, &policy, REVOKED, app.clock.now());
    act.answer(&answer).await
}
