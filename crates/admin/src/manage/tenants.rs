//! Newsrooms: made by whoever has an account, and listed to their members.

use std::sync::Arc;

use axum::{Json, extract::State, response::Response};
use lanyard_api::{
    Act, App, Caller, Failure, Problem, Registration, Who,
    cursor::{List, Page, PageQuery},
    fields::{Name, Seconds, Time},
    input,
    input::{IdempotencyKey, JsonBody, Query},
    session::Person,
};
use lanyard_core::{
    api_key::ApiKey,
    confusable,
    deployment::{Deployment, RootUrl},
    id::{ApiKeyId, DeploymentId, Slug, TenantId},
    key::Algorithm,
    member::MemberRole,
    profile::{Ceiling, TokenProfile},
    quota::Quota,
    scope::Scope,
    signing_key::{KeySet, SigningKey},
    talk::{self, TalkError, Wanted},
    tenant::{ClaimPath, ClaimText, IssuingRule, MAX_TOKEN_LIFETIME},
};
use lanyard_storage::{
    memberships::{self, OwnTenantRow},
    tenants,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    api_keys::{self, NewApiKeyOut},
    deployments::{DeploymentOut, Wish},
    key_pairs,
};
use crate::{
    acts::By,
    newsroom::{self, NewTenant, Refusal},
};

/// How many newsrooms an account may own.
const MOST_OWNED: i64 = 20;
/// What the API key of a new newsroom is called.
const FIRST_API_KEY: &str = "cms";

/// A newsroom, as a member sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantOut {
    /// Its id.
    id: Uuid,
    /// Its name in URLs.
    #[schema(example = "the-post")]
    slug: String,
    /// Its name for people.
    #[schema(example = "The Post")]
    name: String,
    /// Whether it is served.
    #[schema(pattern = "^(active|suspended)$", example = "active")]
    status: String,
    /// What you are in it; `null` for an API key.
    #[schema(value_type = Option<String>, pattern = "^(owner|admin|viewer)$", example = "owner")]
    role: Option<MemberRole>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
}

/// A newsroom that was just made. The API key, and the secrets in the settings, are shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewTenantOut {
    /// The newsroom.
    tenant: TenantOut,
    /// Its first deployment.
    deployment: DeploymentOut,
    /// What its CMS shows.
    api_key: NewApiKeyOut,
    /// What its Talk is to be told, as lines of an .env file; `null` for Coral, whose secret is made there and imported
    /// here.
    #[schema(
        example = "TALK_JWT_ISSUER=https://talk.the-post.example\nTALK_JWT_AUDIENCE=talk\nTALK_JWT_ALG=HS256\nTALK_JWT_SECRETS=…"
    )]
    talk_settings: Option<String>,
}

input! {
    /// The newsroom that you want.
    pub struct NewTenantIn {
        /// Its name for people.
        #[schema(value_type = String, min_length = 1, max_length = 255, example = "The Post")]
        name: Name,
        /// Its name in URLs; made from the name unless said.
        #[schema(value_type = Option<String>, min_length = 1, max_length = 63, pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", example = "the-post")]
        slug: Option<Slug>,
        /// What its first deployment is; Talk unless said.
        #[schema(value_type = Option<String>, pattern = "^(talk|coral)$", example = "talk")]
        kind: Option<TokenProfile>,
        /// Where that is found: what TALK_ROOT_URL says.
        #[schema(value_type = Option<String>, max_length = 255, example = "https://talk.the-post.example")]
        root_url: Option<RootUrl>,
        /// Issuer of its tokens; Talk only. The root URL unless said, as Talk has it.
        #[schema(value_type = Option<String>, min_length = 1, max_length = 255, example = "https://talk.the-post.example")]
        issuer: Option<ClaimText>,
        /// Audience of its tokens; Talk only. `talk` unless said, as Talk has it.
        #[schema(value_type = Option<String>, min_length = 1, max_length = 255, example = "talk")]
        audience: Option<ClaimText>,
        /// Where the reader's id sits in its tokens; Talk only. `sub` unless said, as Talk has it.
        #[schema(value_type = Option<String>, example = "sub")]
        user_id_claim: Option<ClaimPath>,
        /// Algorithm of its first key; Talk only. HS256 unless said.
        #[schema(value_type = Option<String>, example = "HS256")]
        algorithm: Option<Algorithm>,
        /// Lifetime of a token in seconds; six hours unless said.
        #[schema(value_type = Option<i64>, minimum = 60, maximum = 34_560_000, example = 21_600)]
        token_lifetime: Option<Seconds<60, MAX_TOKEN_LIFETIME>>,
    }
}

impl From<OwnTenantRow> for TenantOut {
    fn from(row: OwnTenantRow) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            name: row.name,
            status: row.status,
            role: Some(row.role),
            created_at: Time(row.created_at),
        }
    }
}

/// List the newsrooms that you are a member of, by name in URLs
#[utoipa::path(
    get, path = "/v1/tenants", tag = "Newsrooms", operation_id = "list_tenants",
    params(PageQuery),
    responses((status = 200, description = "A page of them", body = Page<TenantOut>)),
)]
pub(super) async fn list(
    State(app): State<App>,
    person: Person,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<TenantOut>>, Failure> {
    let account = person.session.account;
    let list = List {
        owner: account.0.as_bytes(),
        query: "tenants",
    };
    let after: Option<String> = query.place(&app, &list)?;
    let limit = query.limit.0;
    let rows = memberships::tenants_of(&app.database, account, after.as_deref(), limit + 1).await?;
    let tenants = rows.into_iter().map(TenantOut::from).collect();
    Ok(Json(list.page(
        &app,
        tenants,
        limit,
        |tenant: &TenantOut| tenant.slug.clone(),
    )?))
}

/// One newsroom
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}", tag = "Newsrooms", operation_id = "get_tenant",
    params(("tenant" = String, Path, description = "Newsroom")),
    responses((status = 200, description = "The newsroom", body = TenantOut)),
)]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<TenantOut>, Failure> {
    let mut tx = caller.read(&app).await?;
    let row = tenants::get(&mut tx).await?.ok_or(Problem::NotFound)?;
    let role = match &caller.who {
        Who::Member(_, role) => Some(*role),
        Who::ApiKey(_) | Who::Operator(_) => None,
    };
    Ok(Json(TenantOut {
        id: row.id,
        slug: row.slug,
        name: row.name,
        status: row.status,
        role,
        created_at: Time(row.created_at),
    }))
}

/// Make a newsroom, with all that its first deployment needs
///
/// It gets a deployment called `default`, for Talk a key that signs, and an API key for its CMS; you become its owner.
/// The answer is the only one that shows the API key, and the settings that make Talk accept the tokens.
#[utoipa::path(
    post, path = "/v1/tenants", tag = "Newsrooms", operation_id = "create_tenant",
    params(IdempotencyKey),
    request_body = NewTenantIn,
    responses(
        (status = 201, description = "The newsroom", body = NewTenantOut),
        (status = 403, description = "Only the platform's admins make newsrooms here"),
        (status = 409, description = "The name or the issuer is another newsroom's, or you own as many as you may"),
    ),
)]
pub(super) async fn create(
    State(app): State<App>,
    person: Person,
    body: JsonBody<NewTenantIn>,
) -> Result<Response, Failure> {
    let platform_admin = person.session.platform_admin;
    if app.registration != Registration::Open && !platform_admin {
        return Err(Failure::from(Problem::RegistrationClosed)
            .detail("Only the platform's admins make newsrooms here. Ask them for one."));
    }
    let algorithm = body.value.algorithm;
    let (name, slug, deployment) = read(&app, body.value)?;
    // First, so that nothing is locked while it is made.
    let key = first_key(&app, deployment.kind(), algorithm).await?;
    let tenant = TenantId(app.new_id());
    let tx = app.database.write_new(tenant).await?;
    let mut act = Act::of_person(&app, &person, tx, body.once).await?;
    let account = person.session.account;
    if !platform_admin && memberships::count_owned(&mut act.tx, account).await? >= MOST_OWNED {
        return Err(Failure::from(Problem::QuotaExceeded)
            .detail("You own as many newsrooms as you may. Ask the platform's admin for more."));
    }
    let mut new = NewTenant {
        name: Some(name.clone()),
        ..NewTenant::new(slug, deployment, key)
    };
    let actor = act.actor().to_owned();
    let by = By {
        actor: &actor,
        clock: &app.clock,
        master_keys: &app.master_keys,
    };
    new.make(&mut act.tx, by).await.map_err(refused)?;
    memberships::set(&mut act.tx, account.0, MemberRole::Owner).await?;
    let api_key = first_api_key(&app, &mut act, &new.slug).await?;
    let now = app.clock.now();
    let made = NewTenantOut {
        tenant: TenantOut {
            id: tenant.0,
            slug: new.slug.to_string(),
            name,
            status: "active".to_owned(),
            role: Some(MemberRole::Owner),
            created_at: Time(now),
        },
        deployment: DeploymentOut::first(&new.deployment, new.key.as_ref(), now),
        api_key,
        talk_settings: talk_settings(&new.deployment, &new.issuing, new.key, now)?,
    };
    act.created(&made).await
}

/// The name, the slug and the first deployment that are asked for.
fn read(app: &App, new: NewTenantIn) -> Result<(String, Slug, Deployment), Failure> {
    if confusable::is_reserved(&new.name.0) {
        return Err(Failure::field("/name", "this name is reserved"));
    }
    let slug = match new.slug {
        Some(slug) => slug,
        None => confusable::slug_text(&new.name.0).parse().map_err(|_| {
            Failure::field("/slug", "can't be made from the name; say what it is to be")
        })?,
    };
    let wish = Wish {
        kind: new.kind.unwrap_or(TokenProfile::Talk),
        root_url: new.root_url,
        issuer: new.issuer,
        audience: new.audience,
        user_id_claim: new.user_id_claim,
        profile_claims: None,
        max_role: None,
        badges: None,
        token_lifetime: new.token_lifetime.map(|seconds| seconds.0),
    };
    if wish.kind == TokenProfile::Coral && new.algorithm.is_some() {
        return Err(Failure::field(
            "/algorithm",
            "is for Talk only: a Coral's secret is made there and imported here",
        ));
    }
    let id = DeploymentId(app.new_id());
    let deployment = wish.read(id, Slug::default_deployment(), &IssuingRule::demo(false))?;
    Ok((new.name.0, slug, deployment))
}

/// The key that signs from the start; a Coral's is imported later.
async fn first_key(
    app: &App,
    kind: TokenProfile,
    algorithm: Option<Algorithm>,
) -> Result<Option<SigningKey>, Failure> {
    if kind == TokenProfile::Coral {
        return Ok(None);
    }
    let (algorithm, now) = (algorithm.unwrap_or(Algorithm::HS256), app.clock.now());
    let make = move || newsroom::first_key(algorithm, now);
    Ok(Some(key_pairs::make(app, algorithm, make).await?))
}

fn refused(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::SlugTaken | Refusal::LookTaken => Problem::SlugTaken.into(),
        Refusal::IssuerTaken => Problem::IssuerTaken.into(),
        Refusal::Reused(_) => Problem::KeyReused.into(),
        Refusal::Setting(error) => Failure::field("", error.to_string()),
        Refusal::Storage(error) => error.into(),
    }
}

async fn first_api_key(app: &App, act: &mut Act, slug: &Slug) -> Result<NewApiKeyOut, Failure> {
    let key = ApiKey {
        id: ApiKeyId(app.new_id()),
        name: FIRST_API_KEY.to_owned(),
        expires_at: None,
        scopes: Scope::cms(),
        deployments: None,
        ceiling: Ceiling::default(),
    };
    api_keys::make(app, act, slug, &Quota::default(), &key).await
}

/// What Talk is to be told about its first key, private half and all: this is the answer that makes it. With one key of
/// ours there is nothing to note.
fn talk_settings(
    deployment: &Deployment,
    issuing: &IssuingRule,
    key: Option<SigningKey>,
    now: i64,
) -> Result<Option<String>, Failure> {
    let Some(key) = key else {
        return Ok(None);
    };
    let policy = deployment.policy(issuing, false);
    let keys = KeySet::new(vec![Arc::new(key)]);
    let settings =
        talk::settings(&policy, &keys, Wanted::all(true), now).map_err(|error| match error {
            TalkError::UnknownAlgorithm(_) => {
                let detail =
                    "Talk v4 doesn't know it: take HS256 to HS512, RS256 to RS512, ES256 or ES384";
                Failure::field("/algorithm", detail)
            }
            error => Failure::from(Problem::Internal).logged(error),
        })?;
    Ok(Some(settings.env().to_string()))
}
