//! Deployments: the Talks and Corals of a newsroom, and what their tokens say.

mod change;
mod setup;
mod wish;

use axum::{
    Json,
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use lanyard_api::{
    App, Caller, Failure, Problem,
    cursor::{List, Page, PageQuery},
    etag::{IfMatch, etag},
    fields::{Seconds, Time},
    input,
    input::{IdempotencyKey, JsonBody, Query},
    query,
};
use lanyard_core::{
    deployment::{Deployment, RootUrl},
    id::{DeploymentId, Slug},
    profile::{ProfileClaims, TokenProfile},
    signing_key::SigningKey,
    tenant::{ClaimPath, ClaimText, MAX_TOKEN_LIFETIME},
    user::Role,
};
use lanyard_storage::{
    StorageError,
    deployments::{self, DeploymentRow},
    tenants,
};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

pub(super) use change::{__path_update, update};
pub use change::{ChangedDeploymentOut, DeploymentChange};
pub(super) use setup::{__path_show, show};
pub(super) use wish::Wish;

/// A deployment.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeploymentOut {
    /// Its id.
    id: Uuid,
    /// Its name in URLs.
    #[schema(value_type = String, example = "default")]
    name: Slug,
    /// What it is.
    #[schema(value_type = String, pattern = "^(talk|coral)$", example = "talk")]
    kind: TokenProfile,
    /// Where it is found.
    #[schema(value_type = Option<String>, example = "https://talk.the-post.example")]
    root_url: Option<RootUrl>,
    /// Issuer of its tokens; `null` for Coral, as all else that Coral's tokens don't have.
    #[schema(value_type = Option<String>, example = "https://talk.the-post.example")]
    issuer: Option<ClaimText>,
    /// Audience of its tokens.
    #[schema(value_type = Option<String>, example = "talk")]
    audience: Option<ClaimText>,
    /// Where the reader's id sits in its tokens.
    #[schema(value_type = Option<String>, example = "sub")]
    user_id_claim: Option<ClaimPath>,
    /// What its tokens tell of the reader besides the id; `null` for a Coral.
    #[schema(value_type = Option<Vec<String>>, example = json!(["username"]))]
    profile_claims: Option<Vec<&'static str>>,
    /// The highest role that its tokens may carry; Coral only.
    #[schema(value_type = Option<String>, example = "STAFF")]
    max_role: Option<Role>,
    /// Whether its tokens carry badges; `null` for a Talk.
    badges: Option<bool>,
    /// Lifetime of a token, in seconds.
    #[schema(example = 21_600)]
    token_lifetime: i64,
    /// The key that signs.
    #[schema(example = "2026-01-31-1b9d6bcd")]
    active_kid: Option<String>,
    /// How many keys verify.
    verifying_keys: i64,
    /// How many keys wait to sign.
    pending_keys: i64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
}

impl DeploymentOut {
    fn new(row: DeploymentRow) -> Self {
        Self {
            active_kid: row.active_kid,
            verifying_keys: row.verifying,
            pending_keys: row.pending,
            ..Self::first(&row.deployment, None, row.created_at)
        }
    }

    /// One that was just made, with its first key.
    pub(super) fn first(deployment: &Deployment, key: Option<&SigningKey>, now: i64) -> Self {
        let (talk, coral) = (deployment.claims.talk(), deployment.claims.coral());
        Self {
            id: deployment.id.0,
            name: deployment.name.clone(),
            kind: deployment.kind(),
            root_url: deployment.root_url.clone(),
            issuer: deployment.issuer().cloned(),
            audience: deployment.audience().cloned(),
            user_id_claim: talk.map(|talk| talk.user_id_claim.clone()),
            profile_claims: talk.map(|talk| talk.profile.names().collect()),
            max_role: coral.and_then(|coral| coral.ceiling.max_role),
            badges: coral.map(|coral| coral.ceiling.badges),
            token_lifetime: deployment.token_lifetime,
            active_kid: key.map(|key| key.kid.to_string()),
            verifying_keys: i64::from(key.is_some()),
            pending_keys: 0,
            created_at: Time(now),
        }
    }
}

query! {
    /// How it is deleted.
    pub struct DeleteQuery {
        /// Delete it although its keys still verify: its tokens are refused at once.
        #[param(nullable = false)]
        force: Option<bool>,
    }
}

input! {
    /// What a new deployment is to be.
    pub struct NewDeployment {
        /// Its name in URLs.
        #[schema(value_type = String, min_length = 1, max_length = 63, pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", example = "sports")]
        name: Slug,
        /// What it is.
        #[schema(value_type = String, pattern = "^(talk|coral)$", example = "talk")]
        kind: TokenProfile,
        /// Where it is found: what TALK_ROOT_URL says.
        #[schema(value_type = Option<String>, max_length = 255, example = "https://talk.sports.the-post.example")]
        root_url: Option<RootUrl>,
        /// Issuer of its tokens; Talk only. The root URL unless said, as Talk has it.
        #[schema(value_type = Option<String>, min_length = 1, max_length = 255, example = "https://talk.sports.the-post.example")]
        issuer: Option<ClaimText>,
        /// Audience of its tokens; Talk only. `talk` unless said, as Talk has it.
        #[schema(value_type = Option<String>, min_length = 1, max_length = 255, example = "talk")]
        audience: Option<ClaimText>,
        /// Where the reader's id sits in its tokens; Talk only. `sub` unless said, as Talk has it.
        #[schema(value_type = Option<String>, example = "sub")]
        user_id_claim: Option<ClaimPath>,
        /// What tokens tell of the reader besides the id, so that a plugin of Talk needs no look-up; Talk only.
        #[schema(value_type = Option<Vec<String>>, example = json!(["username", "email", "memberSince"]))]
        profile_claims: Option<ProfileClaims>,
        /// The highest role that a token may carry, where its reader has one; Coral only. Tokens carry none unless said.
        #[schema(value_type = Option<String>, pattern = "^(COMMENTER|MEMBER|STAFF|MODERATOR|ADMIN)$", example = "STAFF")]
        max_role: Option<Role>,
        /// Whether tokens carry badges; Coral only. They don't unless said.
        badges: Option<bool>,
        /// Lifetime of a token in seconds; six hours unless said.
        #[schema(value_type = Option<i64>, minimum = 60, maximum = 34_560_000, example = 21_600)]
        token_lifetime: Option<Seconds<60, MAX_TOKEN_LIFETIME>>,
    }
}

/// List the deployments, the oldest first
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/deployments", tag = "Deployments", operation_id = "list_deployments",
    params(("tenant" = String, Path, description = "Newsroom"), PageQuery),
    responses((status = 200, description = "A page of them", body = Page<DeploymentOut>)),
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<DeploymentOut>>, Failure> {
    let list = List {
        owner: caller.tenant.id.0.as_bytes(),
        query: "deployments",
    };
    let after = query.place(&app, &list)?.map(DeploymentId);
    let (limit, now) = (query.limit.0, app.clock.now());
    let mut tx = caller.read(&app).await?;
    let rows = deployments::list(&mut tx, caller.limits(), after, limit + 1, now).await?;
    let page = rows.into_iter().map(DeploymentOut::new).collect();
    Ok(Json(list.page(
        &app,
        page,
        limit,
        |deployment: &DeploymentOut| deployment.id.to_string(),
    )?))
}

/// One deployment
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/deployments/{deployment}", tag = "Deployments", operation_id = "get_deployment",
    params(("tenant" = String, Path, description = "Newsroom"), ("deployment" = String, Path, description = "Deployment")),
    responses((
        status = 200, description = "The deployment", body = DeploymentOut,
        headers(("ETag" = String, description = "Its version, for If-Match")),
    )),
)]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path((_, name)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let mut tx = caller.read(&app).await?;
    let row = deployments::get(&mut tx, &named(&name)?, app.clock.now()).await?;
    let row = row.ok_or(Problem::NotFound)?;
    caller.reaches(row.deployment.id)?;
    let version = [(header::ETAG, etag(row.version))];
    Ok((version, Json(DeploymentOut::new(row))).into_response())
}

fn named(text: &str) -> Result<Slug, Failure> {
    Ok(text.parse().map_err(|_| Problem::NotFound)?)
}

/// Make a deployment; it has no key yet
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/deployments", tag = "Deployments", operation_id = "create_deployment",
    params(("tenant" = String, Path, description = "Newsroom"), IdempotencyKey),
    request_body = NewDeployment,
    responses(
        (status = 201, description = "The deployment", body = DeploymentOut),
        (status = 409, description = "The name, or the issuer with its audience, is taken; or the newsroom has as many as it may"),
    ),
)]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    body: JsonBody<NewDeployment>,
) -> Result<Response, Failure> {
    not_limited(&caller)?;
    let new = body.value;
    let wish = Wish {
        kind: new.kind,
        root_url: new.root_url,
        issuer: new.issuer,
        audience: new.audience,
        user_id_claim: new.user_id_claim,
        profile_claims: new.profile_claims,
        max_role: new.max_role,
        badges: new.badges,
        token_lifetime: new.token_lifetime.map(|seconds| seconds.0),
    };
    let mut act = caller.act_once(&app, body.once).await?;
    let settings = tenants::settings_now(&mut act.tx).await?;
    let settings = settings.ok_or(Problem::NotFound)?;
    let deployment = wish.read(DeploymentId(app.new_id()), new.name, &settings.issuing)?;
    wish::may_lift(&caller, None, &deployment.claims)?;
    if deployments::count(&mut act.tx).await? >= caller.tenant.quota.deployments {
        return Err(Problem::QuotaExceeded.into());
    }
    if let Some(issuer) = deployment.issuer()
        && !deployments::claim_issuer(&mut act.tx, issuer).await?
    {
        return Err(Problem::IssuerTaken.into());
    }
    deployments::insert(&mut act.tx, &deployment, app.clock.now())
        .await
        .map_err(taken)?;
    let detail = json!({
        "kind": deployment.kind(), "claims": change::told(&deployment.claims),
        "token_lifetime": deployment.token_lifetime,
    });
    act.audit("deployment.create", deployment.name.as_str(), &detail)
        .await?;
    let made = DeploymentOut::first(&deployment, None, app.clock.now());
    act.created(&made).await
}

/// An API key that is limited to some deployments changes nothing that all have in common.
pub(super) fn not_limited(caller: &Caller) -> Result<(), Failure> {
    match caller.limits() {
        Some(_) => Err(Problem::DeploymentOutOfReach.into()),
        None => Ok(()),
    }
}

fn taken(error: StorageError) -> Failure {
    if error.is_conflict(deployments::NAME_TAKEN) {
        return Failure::from(Problem::StateConflict)
            .detail("There is a deployment of this name already.");
    }
    if error.is_conflict(deployments::CLAIMS_TAKEN) {
        return Failure::from(Problem::StateConflict).detail(
            "Another deployment of the newsroom has this issuer and this audience: a token of one could pass for a \
             token of the other. Give one of them another audience.",
        );
    }
    error.into()
}

/// Delete a deployment with its keys
///
/// While keys of it verify that is refused unless forced, since it logs readers out.
#[utoipa::path(
    delete, path = "/v1/tenants/{tenant}/deployments/{deployment}", tag = "Deployments", operation_id = "delete_deployment",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("deployment" = String, Path, description = "Deployment"),
        ("If-Match" = Option<String>, Header, description = "The version that you saw", nullable = false),
        DeleteQuery,
    ),
    responses(
        (status = 204, description = "It is gone, and its tokens are refused here. Talk and Coral verify alone: they accept them until they expire, or until their own secret is changed"),
        (status = 409, description = "It is `default`, or keys of it verify"),
        (status = 412, description = "It has changed since"),
    ),
)]
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path((_, name)): Path<(String, String)>,
    if_match: IfMatch,
    Query(query): Query<DeleteQuery>,
) -> Result<Response, Failure> {
    let name = named(&name)?;
    let mut act = caller.act(&app).await?;
    let row = deployments::get_now(&mut act.tx, &name, app.clock.now()).await?;
    let row = row.ok_or(Problem::NotFound)?;
    if_match.check(row.version)?;
    let conflict = |detail| Err(Failure::from(Problem::StateConflict).detail(detail));
    if name == Slug::default_deployment() {
        return conflict("A newsroom keeps its deployment `default`.");
    }
    if row.verifying > 0 && !query.force.unwrap_or(false) {
        return conflict(
            "Keys of the deployment verify tokens. Retire them first, or delete it with `force=true`, which logs its \
             readers out.",
        );
    }
    deployments::delete(&mut act.tx, row.deployment.id).await?;
    deployments::release_issuers(&mut act.tx).await?;
    let detail = json!({ "kind": row.deployment.kind(), "verifying_keys": row.verifying });
    act.audit("deployment.delete", name.as_str(), &detail)
        .await?;
    act.done().await
}
