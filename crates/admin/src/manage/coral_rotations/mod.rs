//! Rotations of a Coral's signing secret, done at Coral itself with an admin's token.

mod refused;
mod shown;

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use lanyard_api::{
    Act, App, Caller, Direction, Failure, Problem, Slot, Who,
    cursor::{List, Page, PageQuery},
    fields::{Faults, Field, Seconds},
    input,
    input::{IdempotencyKey, JsonBody, Query},
};
use lanyard_core::{deployment::RootUrl, id::DeploymentId, tenant::MAX_TOKEN_LIFETIME};
use lanyard_storage::coral_rotations::{self, RotationRow};
use serde_json::Value;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) use self::shown::{CoralRotationOut, CoralRotationPlanOut};
use super::signing_keys::policy;
use crate::{
    acts::{
        By,
        coral_rotation::{self as acts, Here, Site},
    },
    coral::AdminToken,
    outbound::Calls,
};

/// The longest overlap that may be wished, in seconds: the longest life of a token, and a week.
const MAX_OVERLAP: i64 = MAX_TOKEN_LIFETIME + 604_800;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get))
        .routes(routes!(resume))
        .routes(routes!(abandon))
}

input! {
    /// A rotation that is to begin.
    pub(super) struct NewCoralRotation {
        /// Personal access token of somebody who is an admin in Coral. It is sealed, and erased with the rotation's end, or
        /// after an hour.
        #[schema(value_type = String, min_length = 1, max_length = 8192, format = Password)]
        admin_token: AdminToken,
        /// Where Coral is, as you know it. The token goes nowhere else: unless it is the deployment's root URL, to the letter,
        /// this is refused, and nothing is sent.
        #[schema(value_type = String, max_length = 255, example = "https://coral.the-post.example")]
        root_url: RootUrl,
        /// For how many seconds Coral goes on taking the old secret; unless said, and at least, the longest life of its
        /// tokens and an hour.
        #[schema(value_type = Option<i64>, minimum = 60, maximum = 35_164_800, example = 604_800)]
        overlap: Option<Seconds<60, MAX_OVERLAP>>,
        /// Whether only to look, and tell what would be done. Nothing is changed and nothing kept, the token least of all.
        dry_run: Option<bool>,
    }
}

input! {
    /// How a rotation goes on.
    pub(super) struct ResumedCoralRotation {
        /// Another token of an admin in Coral, where the first isn't kept any more, or isn't good.
        #[schema(value_type = Option<String>, min_length = 1, max_length = 8192, format = Password)]
        admin_token: Option<AdminToken>,
    }
}

impl Field for AdminToken {
    fn read(value: &Value) -> Result<Self, Faults> {
        String::read(value)?
            .parse()
            .map_err(|error: crate::coral::NotAToken| Faults::one(error.to_string()))
    }
}

async fn deployment_of(app: &App, caller: &Caller, name: &str) -> Result<DeploymentId, Failure> {
    let mut tx = caller.read(app).await?;
    Ok(policy(&mut tx, caller, name).await?.deployment)
}

/// Looks at the deployment that a path names.
async fn look(app: &App, caller: &Caller, deployment: &str) -> Result<Here, Failure> {
    let mut tx = caller.read(app).await?;
    Ok(acts::look(&mut tx, &app.master_keys, deployment, app.clock.now()).await?)
}

fn by<'a>(app: &'a App, actor: &'a str) -> By<'a> {
    By {
        actor,
        clock: &app.clock,
        master_keys: &app.master_keys,
    }
}

fn id_of(text: &str) -> Result<Uuid, Failure> {
    text.parse().map_err(|_| Problem::NotFound.into())
}

/// Rotate a Coral's signing secret on both sides; or only look, with `dry_run`
///
/// Coral makes a new secret and goes on taking the old one for a while; the new one becomes a key here, and signs. No reader
/// is logged out. The answer comes once Coral has taken the token; ask for the rotation until its `state` is `done`, or
/// `interrupted`.
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations",
    tag = "Coral rotations", operation_id = "rotate_coral",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("deployment" = String, Path, description = "Deployment"),
        IdempotencyKey,
    ),
    request_body = NewCoralRotation,
    responses(
        (status = 200, description = "What would be done, after a dry run", body = CoralRotationPlanOut),
        (status = 201, description = "The rotation, which has begun", body = CoralRotationOut),
        (status = 409, description = "The deployment is no Coral, or has no root URL or another, another rotation of it isn't at its end, or tokens would be refused; `detail` says what helps"),
        (status = 424, description = "Coral isn't reached, or what answers isn't Coral"),
    ),
)]
async fn create(
    State(app): State<App>,
    caller: Caller,
    Extension(calls): Extension<Calls>,
    Path((_, deployment)): Path<(String, String)>,
    body: JsonBody<NewCoralRotation>,
) -> Result<Response, Failure> {
    let new = body.value;
    let here = look(&app, &caller, &deployment).await?;
    if body.once.is_some() {
        // A repeat is answered as before, and asks nothing of Coral.
        drop(caller.act_once(&app, body.once.clone()).await?);
    }
    let slot = Slot::wait(&app, caller.tenant.id, Direction::Call).await?;
    let secrets = acts::ask(&here, &new.admin_token, &new.root_url, &calls).await?;
    let overlap = new.overlap.map(|overlap| overlap.0);
    let plan = acts::plan(&here, &secrets, overlap, app.clock.now())?;
    if new.dry_run.unwrap_or(false) {
        let plan = CoralRotationPlanOut::new(&here, plan);
        return Ok((StatusCode::OK, Json(plan)).into_response());
    }
    let mut act = caller.act_once(&app, body.once).await?;
    let (actor, id) = (act.actor().to_owned(), app.new_id());
    let by = by(&app, &actor);
    let row = acts::begin(&mut act.tx, by, &here, &plan, &new.admin_token, id).await?;
    let shown = CoralRotationOut::new(row.clone(), app.clock.now());
    work((&app, slot, calls), &caller, row, act, async |act: Act| {
        act.created(&shown).await
    })
    .await
}

/// Answers, and works on the rotation: for as long as it takes, whether or not whoever asked still listens.
async fn work(
    (app, slot, calls): (&App, Slot, Calls),
    caller: &Caller,
    row: RotationRow,
    act: Act,
    answer: impl AsyncFnOnce(Act) -> Result<Response, Failure>,
) -> Result<Response, Failure> {
    let site = Site {
        database: app.database.clone(),
        views: Some(Arc::clone(&app.views)),
        master_keys: Arc::clone(&app.master_keys),
        clock: app.clock.clone(),
        calls,
        tenant: caller.tenant.id,
        actor: act.actor().to_owned(),
    };
    let answer = answer(act).await?;
    let task = tokio::spawn(async move {
        if let Err(stop) = acts::drive(&site, row.id, row.attempt, &mut |_| {}).await {
            tracing::warn!(rotation = %row.id, %stop, "a rotation of Coral's secret stops");
        }
        drop(slot);
    });
    // At a terminal the process ends with the answer.
    if matches!(caller.who, Who::Operator(_)) {
        task.await
            .map_err(|error| Failure::from(Problem::Internal).logged(error))?;
    }
    Ok(answer)
}

/// List a deployment's rotations, the newest first
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations",
    tag = "Coral rotations", operation_id = "list_coral_rotations",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("deployment" = String, Path, description = "Deployment"),
        PageQuery,
    ),
    responses((status = 200, description = "A page of them", body = Page<CoralRotationOut>)),
)]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path((_, deployment)): Path<(String, String)>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<CoralRotationOut>>, Failure> {
    let mut tx = caller.read(&app).await?;
    let deployment = policy(&mut tx, &caller, &deployment).await?.deployment;
    let list = List {
        owner: caller.tenant.id.0.as_bytes(),
        query: &format!("coral-rotations:{deployment}"),
    };
    let (before, limit, now) = (query.place(&app, &list)?, query.limit.0, app.clock.now());
    let rows = coral_rotations::list(&mut tx, deployment, before, limit + 1).await?;
    let rows = rows.into_iter().map(|row| CoralRotationOut::new(row, now));
    Ok(Json(list.page(
        &app,
        rows.collect(),
        limit,
        CoralRotationOut::id,
    )?))
}

/// One rotation
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations/{rotation}",
    tag = "Coral rotations", operation_id = "get_coral_rotation",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("deployment" = String, Path, description = "Deployment"),
        ("rotation" = Uuid, Path, description = "Id of the rotation"),
    ),
    responses((status = 200, description = "The rotation", body = CoralRotationOut)),
)]
async fn get(
    State(app): State<App>,
    caller: Caller,
    Path((_, deployment, id)): Path<(String, String, String)>,
) -> Result<Json<CoralRotationOut>, Failure> {
    let mut tx = caller.read(&app).await?;
    let deployment = policy(&mut tx, &caller, &deployment).await?.deployment;
    let row = coral_rotations::get(&mut tx, id_of(&id)?).await?;
    let row = row
        .filter(|row| row.deployment == deployment)
        .ok_or(Problem::NotFound)?;
    Ok(Json(CoralRotationOut::new(row, app.clock.now())))
}

/// Go on with a rotation that was interrupted; a secret that Coral has made already is found, and no second one made
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations/{rotation}/resume",
    tag = "Coral rotations", operation_id = "resume_coral_rotation",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("deployment" = String, Path, description = "Deployment"),
        ("rotation" = Uuid, Path, description = "Id of the rotation"),
    ),
    request_body = ResumedCoralRotation,
    responses(
        (status = 200, description = "It goes on; ask for it until it isn't `running`", body = CoralRotationOut),
        (status = 409, description = "It has ended, somebody works on it, or its token isn't kept any more; `detail` says what helps"),
    ),
)]
async fn resume(
    State(app): State<App>,
    caller: Caller,
    Extension(calls): Extension<Calls>,
    Path((_, deployment, id)): Path<(String, String, String)>,
    body: JsonBody<ResumedCoralRotation>,
) -> Result<Response, Failure> {
    let id = id_of(&id)?;
    let deployment = deployment_of(&app, &caller, &deployment).await?;
    let slot = Slot::wait(&app, caller.tenant.id, Direction::Call).await?;
    let mut act = caller.act(&app).await?;
    let actor = act.actor().to_owned();
    let by = by(&app, &actor);
    let token = body.value.admin_token;
    let row = acts::resume(&mut act.tx, by, deployment, id, token.as_ref()).await?;
    let shown = CoralRotationOut::new(row.clone(), app.clock.now());
    work((&app, slot, calls), &caller, row, act, async |act: Act| {
        act.answer(&shown).await
    })
    .await
}

/// Give a rotation up: Coral's admin token is erased at once, and what was done stays done
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations/{rotation}/abandon",
    tag = "Coral rotations", operation_id = "abandon_coral_rotation",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("deployment" = String, Path, description = "Deployment"),
        ("rotation" = Uuid, Path, description = "Id of the rotation"),
    ),
    responses(
        (status = 200, description = "It is given up; `next` says what is left to do", body = CoralRotationOut),
        (status = 409, description = "It has ended already"),
    ),
)]
async fn abandon(
    State(app): State<App>,
    caller: Caller,
    Path((_, deployment, id)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let id = id_of(&id)?;
    let deployment = deployment_of(&app, &caller, &deployment).await?;
    let mut act = caller.act(&app).await?;
    let actor = act.actor().to_owned();
    let row = acts::abandon(&mut act.tx, by(&app, &actor), deployment, id).await?;
    let shown = CoralRotationOut::new(row, app.clock.now());
    act.answer(&shown).await
}
