//! Keys that begin: made here, imported, put in the place of another, or activated.

use axum::{
    extract::{Path, State},
    response::Response,
};
use lanyard_api::{
    Act, App, Caller, Failure, Problem,
    input::{IdempotencyKey, JsonBody},
};
use lanyard_core::key::{self, Algorithm, KeyMaterial};
use lanyard_storage::keys;

use super::{
    actor, by, key_id,
    new::{self, ActivatedKeyOut, ImportedKeyOut, NewKeyOut},
    wanted::{KeyImport, NewKey, Rotation},
};
use crate::{
    acts::signing_keys::{self as acts, Seen},
    manage::key_pairs,
};

/// Looks at the deployment that a path names, if the caller may reach it.
async fn look(app: &App, caller: &Caller, deployment: &str) -> Result<Seen, Failure> {
    let seen = acts::look(&mut caller.read(app).await?, deployment).await?;
    caller.reaches(seen.policy.deployment)?;
    Ok(seen)
}

async fn generate(app: &App, algorithm: Algorithm) -> Result<KeyMaterial, Failure> {
    key_pairs::make(app, algorithm, move || key::generate(algorithm)).await
}

/// For every key that a newsroom may have, so many may begin in a day.
const BEGUN_A_DAY: i64 = 4;
/// Or so many, if that is more: a newsroom with few keys tries things out too.
const LEAST_A_DAY: i64 = 50;

/// Refuses what was begun if the tenant now has more keys than it may, or has begun more today: a key that has ended is kept
/// for ever, and its revocation by every server.
async fn within_quota(app: &App, caller: &Caller, act: &mut Act) -> Result<(), Failure> {
    let (now, most) = (app.clock.now(), caller.tenant.quota.signing_keys);
    if keys::count(&mut act.tx, now).await? > most {
        return Err(Problem::QuotaExceeded.into());
    }
    let most = most.saturating_mul(BEGUN_A_DAY).max(LEAST_A_DAY);
    if keys::begun_since(&mut act.tx, now - 86_400).await? > most {
        let detail = format!("The newsroom has begun {most} keys within a day. Go on tomorrow.");
        return Err(Failure::from(Problem::QuotaExceeded).detail(detail));
    }
    Ok(())
}

/// Make a signing key; the answer shows it
///
/// It waits as pending unless it is to sign at once, or nothing else does. Give Talk its new settings, then activate it:
/// so Talk never meets a key that it doesn't know.
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys",
    tag = "signing keys", operation_id = "create_signing_key",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("deployment" = String, Path, description = "Deployment"),
        IdempotencyKey,
    ),
    request_body = NewKey,
    responses(
        (status = 201, description = "The key", body = NewKeyOut),
        (status = 409, description = "The `kid` is taken, the newsroom has as many keys as it may, or somebody else was faster"),
    ),
)]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    Path((_, deployment)): Path<(String, String)>,
    body: JsonBody<NewKey>,
) -> Result<Response, Failure> {
    let new = body.value;
    let seen = look(&app, &caller, &deployment).await?;
    let made = generate(&app, new.algorithm.unwrap_or(Algorithm::HS256)).await?;
    let mut act = caller.act_once(&app, body.once).await?;
    let (actor, activate) = (actor(&act), new.activate.unwrap_or(false));
    let by = by(&app, &actor);
    let begun = acts::create(&mut act.tx, by, &seen, (new.kid, made), activate).await?;
    within_quota(&app, &caller, &mut act).await?;
    let answer = new::shown(&app, &caller, &mut act, &seen, begun).await?;
    act.created(&answer).await
}

/// Put a new key in the place of the one that signs; the old one goes on verifying, so nobody is logged out
///
/// Talk refuses tokens of a key that it doesn't have, so give it the new settings at once. To tell Talk first, create a
/// key, and activate it once Talk has it. Of two rotations at once, one is refused.
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/rotate",
    tag = "signing keys", operation_id = "rotate_signing_key",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("deployment" = String, Path, description = "Deployment"),
        IdempotencyKey,
    ),
    request_body = Rotation,
    responses(
        (status = 201, description = "The new key, and what became of the old one", body = NewKeyOut),
        (status = 409, description = "Nothing signs, the `kid` is taken, the newsroom has as many keys as it may, or somebody else was faster"),
    ),
)]
pub(super) async fn rotate(
    State(app): State<App>,
    caller: Caller,
    Path((_, deployment)): Path<(String, String)>,
    body: JsonBody<Rotation>,
) -> Result<Response, Failure> {
    let new = body.value;
    let seen = look(&app, &caller, &deployment).await?;
    let before = seen.active.as_ref().map(|key| key.algorithm);
    let algorithm = new.algorithm.or(before).unwrap_or(Algorithm::HS256);
    let made = generate(&app, algorithm).await?;
    let mut act = caller.act_once(&app, body.once).await?;
    let actor = actor(&act);
    let (by, overlap) = (by(&app, &actor), new.overlap.map(|overlap| overlap.0));
    let begun = acts::rotate(&mut act.tx, by, &seen, (new.kid, made), overlap).await?;
    within_quota(&app, &caller, &mut act).await?;
    let answer = new::shown(&app, &caller, &mut act, &seen, begun).await?;
    act.created(&answer).await
}

/// Import a key that Talk uses already
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/import",
    tag = "signing keys", operation_id = "import_signing_key",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("deployment" = String, Path, description = "Deployment"),
        IdempotencyKey,
    ),
    request_body = KeyImport,
    responses(
        (status = 201, description = "The key, without the key", body = ImportedKeyOut),
        (status = 409, description = "The `kid` is taken, the key is in use elsewhere, the newsroom has as many keys as it may, or somebody else was faster"),
    ),
)]
pub(super) async fn import(
    State(app): State<App>,
    caller: Caller,
    Path((_, deployment)): Path<(String, String)>,
    body: JsonBody<KeyImport>,
) -> Result<Response, Failure> {
    let seen = look(&app, &caller, &deployment).await?;
    let import = body.value.read(seen.policy.claims.kind())?;
    let warnings = import.warnings().iter().map(ToString::to_string).collect();
    let mut act = caller.act_once(&app, body.once).await?;
    let actor = actor(&act);
    let begun = acts::import(&mut act.tx, by(&app, &actor), &seen, import).await?;
    within_quota(&app, &caller, &mut act).await?;
    let answer = ImportedKeyOut::new(&mut act, &seen, begun, warnings, app.clock.now()).await?;
    act.created(&answer).await
}

/// Sign with a pending key, once Talk knows it; the key that signed goes on verifying
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}/activate",
    tag = "signing keys", operation_id = "activate_signing_key",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("deployment" = String, Path, description = "Deployment"),
        ("kid" = String, Path, description = "Id of the key, percent-encoded"),
    ),
    responses(
        (status = 200, description = "It signs from now on", body = ActivatedKeyOut),
        (status = 409, description = "It isn't pending, or somebody else was faster"),
    ),
)]
pub(super) async fn activate(
    State(app): State<App>,
    caller: Caller,
    Path((_, deployment, kid)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let kid = key_id(&kid)?;
    let seen = look(&app, &caller, &deployment).await?;
    let mut act = caller.act(&app).await?;
    let actor = actor(&act);
    let (key, replaced) = acts::activate(&mut act.tx, by(&app, &actor), &seen, &kid).await?;
    let answer = ActivatedKeyOut::new(key, replaced, &seen, app.clock.now());
    act.answer(&answer).await
}
