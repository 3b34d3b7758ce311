//! Deployments: the Talks and Corals of a tenant, and who may use which issuer.

use lanyard_core::{
    deployment::Deployment,
    id::{DeploymentId, Slug, TenantId},
    profile::{Ceiling, Claims, CoralClaims, ProfileClaims, TalkClaims, TokenProfile},
    tenant::ClaimText,
    user::Role,
};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Change, ReadTx, StorageError, WriteTx, error::stored};

/// The constraint that is broken when a tenant has a deployment of that name.
pub const NAME_TAKEN: &str = "deployments_name_key";
/// The constraint that is broken when a deployment of the tenant has that issuer and that audience.
pub const CLAIMS_TAKEN: &str = "deployments_claims_key";

/// A deployment as it is listed; times in unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentRow {
    /// Its settings.
    pub deployment: Deployment,
    /// Moves with every change of them.
    pub version: i64,
    /// When it was made.
    pub created_at: i64,
    /// The key that signs.
    pub active_kid: Option<String>,
    /// How many keys verify.
    pub verifying: i64,
    /// How many keys wait to sign.
    pub pending: i64,
    /// The longest life of a token that may be about, in seconds; 0 without a key that verifies.
    pub longest_life: i64,
}

/// Stores a deployment, whose issuer the tenant has (see [`claim_issuer`]). `now` is in unix seconds.
///
/// # Errors
/// [`StorageError::Conflict`] with [`NAME_TAKEN`] or [`CLAIMS_TAKEN`].
pub async fn insert(
    tx: &mut WriteTx,
    deployment: &Deployment,
    now: i64,
) -> Result<(), StorageError> {
    let told = Told::of(&deployment.claims);
    sqlx::query!(
        "insert into deployments (tenant_id, id, name, kind, root_url, issuer, audience, user_id_claim, token_lifetime,
                                  created_at, profile_claims, max_role, badges)
         values ($1, $2, $3, $4, $5, $6, $7, coalesce($8, 'sub'), $9, to_timestamp($10::bigint), $11, $12, $13)",
        tx.tenant.0,
        deployment.id.0,
        deployment.name.as_str(),
        deployment.kind().name(),
        deployment.root_url.as_ref().map(|url| url.as_str()),
        told.talk.map(|talk| talk.issuer.as_str()),
        told.talk.map(|talk| talk.audience.as_str()),
        told.talk.map(|talk| talk.user_id_claim.as_str()),
        deployment.token_lifetime,
        now,
        &told.profile_claims,
        told.ceiling.max_role.map(Role::as_str),
        told.ceiling.badges
    )
    .execute(tx.connection())
    .await?;
    tx.changed(Change::Tenant);
    Ok(())
}

/// All deployments' settings, the oldest first: what a node holds.
pub(crate) async fn all(tx: &mut ReadTx) -> Result<Vec<Deployment>, StorageError> {
    let rows = sqlx::query_as!(
        Stored,
        "select id, name, kind, root_url, issuer, audience, user_id_claim, token_lifetime, profile_claims,
                max_role, badges
         from deployments where tenant_id = $1 order by id",
        tx.tenant.0
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter().map(Stored::read).collect()
}

/// A page of the deployments, of these only if some are named, the oldest first, from after this one on.
///
/// # Errors
/// The database fails, or a row is damaged.
pub async fn list(
    tx: &mut ReadTx,
    only: Option<&Vec<DeploymentId>>,
    after: Option<DeploymentId>,
    limit: i64,
    now: i64,
) -> Result<Vec<DeploymentRow>, StorageError> {
    let tenant = tx.tenant;
    let which = Which {
        name: None,
        only: only.map(|only| only.iter().map(|id| id.0).collect()),
        after,
    };
    rows(tx.connection(), tenant, which, limit, now).await
}

/// The deployment of this name.
///
/// # Errors
/// The database fails, or the row is damaged.
pub async fn get(
    tx: &mut ReadTx,
    name: &Slug,
    now: i64,
) -> Result<Option<DeploymentRow>, StorageError> {
    let tenant = tx.tenant;
    Ok(rows(tx.connection(), tenant, Which::named(name), 1, now)
        .await?
        .pop())
}

/// The deployment of this name, as this transaction leaves it.
///
/// # Errors
/// The database fails, or the row is damaged.
pub async fn get_now(
    tx: &mut WriteTx,
    name: &Slug,
    now: i64,
) -> Result<Option<DeploymentRow>, StorageError> {
    let tenant = tx.tenant;
    Ok(rows(tx.connection(), tenant, Which::named(name), 1, now)
        .await?
        .pop())
}

/// Which deployments are read.
#[derive(Debug, Default)]
struct Which<'a> {
    name: Option<&'a Slug>,
    only: Option<Vec<Uuid>>,
    after: Option<DeploymentId>,
}

impl<'a> Which<'a> {
    fn named(name: &'a Slug) -> Self {
        Self {
            name: Some(name),
            ..Self::default()
        }
    }
}

async fn rows(
    connection: &mut PgConnection,
    tenant: TenantId,
    which: Which<'_>,
    limit: i64,
    now: i64,
) -> Result<Vec<DeploymentRow>, StorageError> {
    let rows = sqlx::query!(
        r#"select id, name, kind, root_url, issuer, audience, user_id_claim, token_lifetime, profile_claims,
                  max_role, badges, version,
                  extract(epoch from created_at)::bigint as "created_at!",
                  active_kid, verifying as "verifying!", pending as "pending!", longest_life as "longest_life!"
           from deployments
           cross join lateral (
               select max(kid) filter (where state = 'active') as active_kid,
                      count(*) filter (where verifies) as verifying,
                      count(*) filter (where state = 'pending') as pending,
                      coalesce(max(greatest(longest_lifetime, accept_lifetime)) filter (where verifies), 0) as longest_life
               from (select *, state = 'active' or (state = 'retiring' and retires_at > to_timestamp($5::bigint)) as verifies
                     from signing_keys where tenant_id = $1 and deployment_id = deployments.id) as keys
           ) as counts
           where tenant_id = $1 and ($2::text is null or name = $2) and ($3::uuid is null or id > $3)
             and ($6::uuid[] is null or id = any ($6))
           order by id limit $4"#,
        tenant.0,
        which.name.map(Slug::as_str),
        which.after.map(|after| after.0),
        limit,
        now,
        which.only.as_deref()
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let stored = Stored {
                id: row.id,
                name: row.name,
                kind: row.kind,
                root_url: row.root_url,
                issuer: row.issuer,
                audience: row.audience,
                user_id_claim: row.user_id_claim,
                token_lifetime: row.token_lifetime,
                profile_claims: row.profile_claims,
                max_role: row.max_role,
                badges: row.badges,
            };
            Ok(DeploymentRow {
                deployment: stored.read()?,
                version: row.version,
                created_at: row.created_at,
                active_kid: row.active_kid,
                verifying: row.verifying,
                pending: row.pending,
                longest_life: row.longest_life,
            })
        })
        .collect()
}

/// What of a deployment's claims goes into which column.
struct Told<'a> {
    talk: Option<&'a TalkClaims>,
    profile_claims: Vec<String>,
    ceiling: Ceiling,
}

impl<'a> Told<'a> {
    fn of(claims: &'a Claims) -> Self {
        let talk = claims.talk();
        let names = talk
            .into_iter()
            .flat_map(|talk| talk.profile.names())
            .map(str::to_owned);
        Self {
            talk,
            profile_claims: names.collect(),
            ceiling: claims
                .coral()
                .map_or_else(Ceiling::default, |coral| coral.ceiling),
        }
    }
}

/// A ceiling as it is stored.
pub(crate) fn ceiling(max_role: Option<&str>, badges: bool) -> Result<Ceiling, StorageError> {
    let max_role = max_role.map(|role| stored("highest role", Role::parse(role)));
    Ok(Ceiling {
        max_role: max_role.transpose()?,
        badges,
    })
}

/// The columns that hold a deployment's settings.
struct Stored {
    id: Uuid,
    name: String,
    kind: String,
    root_url: Option<String>,
    issuer: Option<String>,
    audience: Option<String>,
    user_id_claim: String,
    token_lifetime: i64,
    profile_claims: Vec<String>,
    max_role: Option<String>,
    badges: bool,
}

impl Stored {
    fn read(self) -> Result<Deployment, StorageError> {
        let text = |what, text: Option<String>| {
            stored(what, ClaimText::parse(what, &text.unwrap_or_default()))
        };
        let claims = match stored("kind", self.kind.parse())? {
            TokenProfile::Coral => Claims::Coral(CoralClaims {
                ceiling: ceiling(self.max_role.as_deref(), self.badges)?,
            }),
            TokenProfile::Talk => Claims::Talk(TalkClaims {
                issuer: text("issuer", self.issuer)?,
                audience: text("audience", self.audience)?,
                user_id_claim: stored("user id claim", self.user_id_claim.parse())?,
                profile: stored("profile claims", ProfileClaims::read(&self.profile_claims))?,
            }),
        };
        let root_url = self.root_url.map(|url| stored("root URL", url.parse()));
        Ok(Deployment {
            id: DeploymentId(self.id),
            name: stored("deployment name", self.name.parse())?,
            root_url: root_url.transpose()?,
            claims,
            token_lifetime: self.token_lifetime,
        })
    }
}

/// Changes a deployment's settings, and gives its new version. Keys that sign remember the longest lifetime that their
/// tokens ever had, so that a shorter one ends no token early.
///
/// # Errors
/// [`StorageError::Conflict`] with [`NAME_TAKEN`] or [`CLAIMS_TAKEN`].
pub async fn update(tx: &mut WriteTx, deployment: &Deployment) -> Result<i64, StorageError> {
    sqlx::query!(
        "update signing_keys set longest_lifetime = greatest(signing_keys.longest_lifetime, old.token_lifetime, $3)
         from deployments as old
         where old.tenant_id = $1 and old.id = $2
           and signing_keys.tenant_id = $1 and deployment_id = $2 and state in ('pending', 'active')",
        tx.tenant.0,
        deployment.id.0,
        deployment.token_lifetime
    )
    .execute(tx.connection())
    .await?;
    let told = Told::of(&deployment.claims);
    let version = sqlx::query_scalar!(
        "update deployments set name = $3, root_url = $4, issuer = $5, audience = $6, user_id_claim = coalesce($7, 'sub'),
                token_lifetime = $8, profile_claims = $9, max_role = $10, badges = $11, version = version + 1
         where tenant_id = $1 and id = $2 returning version",
        tx.tenant.0,
        deployment.id.0,
        deployment.name.as_str(),
        deployment.root_url.as_ref().map(|url| url.as_str()),
        told.talk.map(|talk| talk.issuer.as_str()),
        told.talk.map(|talk| talk.audience.as_str()),
        told.talk.map(|talk| talk.user_id_claim.as_str()),
        deployment.token_lifetime,
        &told.profile_claims,
        told.ceiling.max_role.map(Role::as_str),
        told.ceiling.badges
    )
    .fetch_one(tx.connection())
    .await?;
    tx.changed(Change::Tenant);
    Ok(version)
}

/// Deletes a deployment with its keys: its tokens are refused from then on.
///
/// # Errors
/// The database fails.
pub async fn delete(tx: &mut WriteTx, id: DeploymentId) -> Result<(), StorageError> {
    sqlx::query!(
        "delete from deployments where tenant_id = $1 and id = $2",
        tx.tenant.0,
        id.0
    )
    .execute(tx.connection())
    .await?;
    tx.changed(Change::Tenant);
    Ok(())
}

/// How many deployments the tenant has.
///
/// # Errors
/// The database fails.
pub async fn count(tx: &mut WriteTx) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from deployments where tenant_id = $1"#,
        tx.tenant.0
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Whether a deployment of the tenant has readers' tokens of this audience.
///
/// # Errors
/// The database fails.
pub async fn has_audience(tx: &mut WriteTx, audience: &ClaimText) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from deployments where tenant_id = $1 and audience = $2) as "has!""#,
        tx.tenant.0,
        audience.as_str()
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Takes an issuer for the tenant, unless it has it; false when another tenant has it.
///
/// # Errors
/// The database fails.
pub async fn claim_issuer(tx: &mut WriteTx, issuer: &ClaimText) -> Result<bool, StorageError> {
    sqlx::query!(
        "insert into issuers (issuer, tenant_id) values ($1, $2) on conflict (issuer) do nothing",
        issuer.as_str(),
        tx.tenant.0
    )
    .execute(tx.connection())
    .await?;
    // Row-level security shows it only to its holder.
    Ok(sqlx::query_scalar!(
        r#"select exists (select from issuers where issuer = $1 and tenant_id = $2) as "held!""#,
        issuer.as_str(),
        tx.tenant.0
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Lets go of the issuers that no deployment of the tenant uses any more.
///
/// # Errors
/// The database fails.
pub async fn release_issuers(tx: &mut WriteTx) -> Result<(), StorageError> {
    sqlx::query!(
        "delete from issuers where tenant_id = $1
           and not exists (select from deployments where tenant_id = $1 and deployments.issuer = issuers.issuer)",
        tx.tenant.0
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
