//! API keys: what programs show.

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::{Path, State},
    response::Response,
};
use lanyard_api::{
    Act, App, Caller, Failure, Problem, Who,
    cursor::{List, Page, PageQuery},
    fields::{Name, Seconds, Time},
    input,
    input::{IdempotencyKey, JsonBody, Query},
};
use lanyard_core::{
    api_key::{ApiKey, PlainApiKey},
    id::{ApiKeyId, DeploymentId, Slug},
    profile::Ceiling,
    quota::Quota,
    scope::Scope,
    user::Role,
};
use lanyard_storage::api_keys::{self, ApiKeyRow};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

/// The longest life of an API key that ends, in seconds: ten years.
const MAX_LIFETIME: i64 = 10 * 366 * 86_400;
/// How long a rotated key goes on unless said, in seconds.
const OVERLAP: i64 = 7 * 86_400;

/// An API key, without the key.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKeyOut {
    /// Its id.
    id: Uuid,
    /// What its owner calls it.
    #[schema(example = "cms")]
    name: String,
    /// Its last four characters.
    #[schema(example = "x7Qd")]
    tail: String,
    /// Whether it is good.
    #[schema(value_type = String, pattern = "^(active|expired|revoked)$", example = "active")]
    state: &'static str,
    /// What it may do.
    #[schema(value_type = Vec<String>, example = json!(["tokens:issue"]))]
    scopes: BTreeSet<Scope>,
    /// The deployments that it is limited to; `null`: all.
    deployments: Option<Vec<String>>,
    /// The highest role that its tokens may carry in Coral; `null`: none.
    #[schema(value_type = Option<String>, example = "STAFF")]
    max_role: Option<Role>,
    /// Whether its tokens carry badges in Coral.
    badges: bool,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// Who made it.
    #[schema(example = "account:0198c5c0-0000-7000-8000-000000000000")]
    created_by: String,
    /// When it ends.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Time>,
    /// When it was revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Time>,
    /// When it was last used, to the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Time>,
}

/// An API key that was just made. The key itself is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewApiKeyOut {
    #[serde(flatten)]
    #[schema(inline)]
    about: ApiKeyOut,
    /// The key. It is stored as a hash and can't be shown again.
    #[schema(example = "lyd_thepost_…")]
    api_key: String,
}

impl ApiKeyOut {
    fn new(row: ApiKeyRow, now: i64) -> Self {
        let state = match (row.revoked_at, row.expires_at) {
            (Some(_), _) => "revoked",
            (None, Some(end)) if end <= now => "expired",
            _ => "active",
        };
        Self {
            id: row.id.0,
            name: row.name,
            tail: row.tail,
            state,
            scopes: row.scopes,
            deployments: row.deployments,
            max_role: row.ceiling.max_role,
            badges: row.ceiling.badges,
            created_at: Time(row.created_at),
            created_by: row.created_by,
            expires_at: row.expires_at.map(Time),
            revoked_at: row.revoked_at.map(Time),
            last_used_at: row.last_used_at.map(Time),
        }
    }
}

input! {
    /// What a new API key is to be.
    pub struct NewApiKey {
        /// What you call it.
        #[schema(value_type = String, min_length = 1, max_length = 255, example = "cms")]
        name: Name,
        /// What it may do; issue, introspect and revoke tokens unless said.
        #[schema(value_type = Option<Vec<String>>, example = json!(["tokens:issue"]))]
        scopes: Option<BTreeSet<Scope>>,
        /// The deployments that it is limited to; all unless said.
        #[schema(value_type = Option<Vec<String>>, example = json!(["default"]))]
        deployments: Option<BTreeSet<Slug>>,
        /// The highest role that its tokens may carry in Coral, where the deployment allows that much; none unless said.
        #[schema(value_type = Option<String>, pattern = "^(COMMENTER|MEMBER|STAFF|MODERATOR|ADMIN)$", example = "STAFF")]
        max_role: Option<Role>,
        /// Whether its tokens carry badges in Coral, where the deployment allows them; they don't unless said.
        badges: Option<bool>,
        /// After how many seconds it ends; never unless said. One that is made by an API key ends no later than that.
        #[schema(value_type = Option<i64>, minimum = 60, maximum = 316_224_000, example = 7_776_000)]
        expires_in: Option<Seconds<60, MAX_LIFETIME>>,
    }
}

input! {
    /// How an API key is rotated.
    pub struct Rotation {
        /// For how many seconds the old key goes on; a week unless said.
        #[schema(value_type = Option<i64>, minimum = 0, maximum = 316_224_000, example = 604_800)]
        overlap: Option<Seconds<0, MAX_LIFETIME>>,
    }
}

/// List the API keys, the newest first
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/api-keys", tag = "API keys", operation_id = "list_api_keys",
    params(("tenant" = String, Path, description = "Newsroom"), PageQuery),
    responses((status = 200, description = "A page of them", body = Page<ApiKeyOut>)),
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ApiKeyOut>>, Failure> {
    let list = List {
        owner: caller.tenant.id.0.as_bytes(),
        query: "api-keys",
    };
    let before = query.place(&app, &list)?.map(ApiKeyId);
    let mut tx = caller.read(&app).await?;
    let rows = api_keys::list(&mut tx, before, query.limit.0 + 1).await?;
    let now = app.clock.now();
    let keys = rows
        .into_iter()
        .map(|row| ApiKeyOut::new(row, now))
        .collect();
    Ok(Json(list.page(
        &app,
        keys,
        query.limit.0,
        |key: &ApiKeyOut| key.id.to_string(),
    )?))
}

/// Make an API key; the answer is the only one that shows it
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/api-keys", tag = "API keys", operation_id = "create_api_key",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        IdempotencyKey,
    ),
    request_body = NewApiKey,
    responses(
        (status = 201, description = "The API key", body = NewApiKeyOut),
        (status = 409, description = "The newsroom has as many as it may"),
    ),
)]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    body: JsonBody<NewApiKey>,
) -> Result<Response, Failure> {
    let new = body.value;
    let now = app.clock.now();
    let scopes = new.scopes.unwrap_or_else(Scope::cms);
    if scopes.iter().any(|scope| !caller.may_grant(*scope)) {
        return Err(Failure::field(
            "/scopes",
            "an API key can't give what it doesn't have",
        ));
    }
    let ceiling = Ceiling {
        max_role: new.max_role,
        badges: new.badges.unwrap_or(false),
    };
    if ceiling.meet(caller.ceiling()) != ceiling {
        return Err(Failure::field(
            "/max_role",
            "an API key can't let another raise readers further than it may itself",
        ));
    }
    let key = ApiKey {
        id: ApiKeyId(app.new_id()),
        name: new.name.0,
        expires_at: capped(&caller, new.expires_in.map(|seconds| now + seconds.0)),
        scopes,
        deployments: deployments(&caller, new.deployments)?,
        ceiling,
    };
    let mut act = caller.act_once(&app, body.once).await?;
    let (slug, quota) = (&caller.tenant.slug, &caller.tenant.quota);
    let made = make(&app, &mut act, slug, quota, &key).await?;
    act.created(&made).await
}

/// The ids of the deployments that are named; a key that is limited itself makes no key that is less so.
fn deployments(
    caller: &Caller,
    named: Option<BTreeSet<Slug>>,
) -> Result<Option<Vec<DeploymentId>>, Failure> {
    let Some(named) = named else {
        return Ok(caller.limits().cloned());
    };
    let unknown = || {
        Failure::field(
            "/deployments",
            "names one that isn't there, or out of reach",
        )
    };
    let ids = named.iter().map(|name| {
        let deployment = caller.tenant.deployment_id(name).ok_or_else(unknown)?;
        caller.reaches(deployment).map_err(|_| unknown())?;
        Ok(deployment)
    });
    Ok(Some(ids.collect::<Result<_, Failure>>()?))
}

/// When a new key ends: a key that ends makes none that outlives it.
fn capped(caller: &Caller, wanted: Option<i64>) -> Option<i64> {
    let own = match &caller.who {
        Who::ApiKey(key) => key.expires_at,
        Who::Member(..) | Who::Operator(_) => None,
    };
    wanted.into_iter().chain(own).min()
}

/// Goes on only if the caller may end this key: an API key only those that may do no more than itself.
fn may_end(caller: &Caller, row: &ApiKeyRow) -> Result<(), Failure> {
    let more_scopes = row.scopes.iter().any(|scope| !caller.may_grant(*scope));
    if more_scopes || row.ceiling.meet(caller.ceiling()) != row.ceiling {
        return Err(Problem::ScopeInsufficient.into());
    }
    let Some(limits) = caller.limits() else {
        return Ok(());
    };
    let listed = row.deployment_ids.as_ref();
    if listed.is_some_and(|listed| listed.iter().all(|id| limits.contains(id))) {
        return Ok(());
    }
    Err(Problem::DeploymentOutOfReach.into())
}

/// Stores a new key, and shows it.
pub(super) async fn make(
    app: &App,
    act: &mut Act,
    slug: &Slug,
    quota: &Quota,
    key: &ApiKey,
) -> Result<NewApiKeyOut, Failure> {
    let now = app.clock.now();
    if api_keys::count(&mut act.tx, now).await? >= quota.api_keys {
        return Err(Problem::QuotaExceeded.into());
    }
    let plain = PlainApiKey::generate(slug).map_err(|_| Problem::Internal)?;
    let by = act.actor().to_owned();
    api_keys::create(&mut act.tx, key, &plain, &by, now).await?;
    let detail = json!({
        "name": key.name, "scopes": key.scopes, "expires_at": key.expires_at.map(Time),
        "max_role": key.ceiling.max_role, "badges": key.ceiling.badges,
    });
    act.audit("api_key.create", &key.id.to_string(), &detail)
        .await?;
    let row = api_keys::get_now(&mut act.tx, key.id)
        .await?
        .ok_or(Problem::Internal)?;
    Ok(NewApiKeyOut {
        about: ApiKeyOut::new(row, now),
        api_key: plain.reveal().to_owned(),
    })
}

/// One API key
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/api-keys/{api_key}", tag = "API keys", operation_id = "get_api_key",
    params(("tenant" = String, Path, description = "Newsroom"), ("api_key" = Uuid, Path, description = "Id of the API key")),
    responses((status = 200, description = "The API key", body = ApiKeyOut)),
)]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<ApiKeyOut>, Failure> {
    let mut tx = caller.read(&app).await?;
    let row = api_keys::get(&mut tx, key_id(&id)?).await?;
    let row = row.ok_or(Problem::NotFound)?;
    Ok(Json(ApiKeyOut::new(row, app.clock.now())))
}

fn key_id(text: &str) -> Result<ApiKeyId, Failure> {
    let id = text.parse().map_err(|_| Problem::NotFound)?;
    Ok(ApiKeyId(id))
}

/// Put a new API key in the place of one; the old one goes on for a while
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/api-keys/{api_key}/rotate", tag = "API keys", operation_id = "rotate_api_key",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("api_key" = Uuid, Path, description = "Id of the API key"),
        IdempotencyKey,
    ),
    request_body = Rotation,
    responses(
        (status = 201, description = "The new API key, with the old one's name, scopes and limits", body = NewApiKeyOut),
        (status = 409, description = "The key has ended already, or the newsroom has as many as it may"),
    ),
)]
pub(super) async fn rotate(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
    body: JsonBody<Rotation>,
) -> Result<Response, Failure> {
    let (old, now) = (key_id(&id)?, app.clock.now());
    let mut act = caller.act_once(&app, body.once).await?;
    let row = api_keys::get_now(&mut act.tx, old)
        .await?
        .ok_or(Problem::NotFound)?;
    may_end(&caller, &row)?;
    let ended = row.revoked_at.is_some() || row.expires_at.is_some_and(|end| end <= now);
    if ended {
        return Err(Failure::from(Problem::StateConflict).detail("The API key has ended already."));
    }
    let key = ApiKey {
        id: ApiKeyId(app.new_id()),
        name: row.name,
        // As long a life as the old one had.
        expires_at: capped(
            &caller,
            row.expires_at.map(|end| now + (end - row.created_at)),
        ),
        scopes: row.scopes,
        deployments: row.deployment_ids,
        ceiling: row.ceiling,
    };
    let (slug, quota) = (&caller.tenant.slug, &caller.tenant.quota);
    let made = make(&app, &mut act, slug, quota, &key).await?;
    let until = now + body.value.overlap.map_or(OVERLAP, |overlap| overlap.0);
    api_keys::expire(&mut act.tx, old, until).await?;
    let detail = json!({ "by": key.id, "until": Time(until) });
    act.audit("api_key.replace", &old.to_string(), &detail)
        .await?;
    act.created(&made).await
}

/// Refuse an API key from now on
#[utoipa::path(
    delete, path = "/v1/tenants/{tenant}/api-keys/{api_key}", tag = "API keys", operation_id = "revoke_api_key",
    params(("tenant" = String, Path, description = "Newsroom"), ("api_key" = Uuid, Path, description = "Id of the API key")),
    responses((status = 204, description = "It is refused")),
)]
pub(super) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let id = key_id(&id)?;
    let mut act = caller.act(&app).await?;
    let row = api_keys::get_now(&mut act.tx, id).await?;
    may_end(&caller, &row.ok_or(Problem::NotFound)?)?;
    if !api_keys::revoke(&mut act.tx, id, app.clock.now()).await? {
        return Err(Problem::NotFound.into());
    }
    act.audit("api_key.revoke", &id.to_string(), &json!({}))
        .await?;
    act.done().await
}
