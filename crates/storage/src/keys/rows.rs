//! Signing keys as they are listed and judged: all but the key itself, which stays sealed.

use lanyard_core::{
    id::{DeploymentId, Kid, TenantId},
    key::Algorithm,
    rotation::{KeyLife, KeyUse},
    signing_key::{KeyState, Origin},
};
use sqlx::PgConnection;

use super::{origin_of, state_of};
use crate::{ReadTx, StorageError, WriteTx, error::stored};

/// A signing key, unopened; times in unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Its id.
    pub kid: Kid,
    /// Its algorithm.
    pub algorithm: Algorithm,
    /// Where it stands, as it is written down: see [`KeyState::at`].
    pub state: KeyState,
    /// Where it came from.
    pub origin: Origin,
    /// Imported although it is shorter than it should be.
    pub weak: bool,
    /// The longest lifetime that a token signed by it here was ever given, in seconds.
    pub longest_lifetime: i64,
    /// When it was made or imported.
    pub created_at: i64,
    /// When it began to sign.
    pub activated_at: Option<i64>,
    /// When it first signed.
    pub first_used_at: Option<i64>,
    /// When it stopped signing.
    pub retiring_since: Option<i64>,
    /// When it ended, if somebody ended it.
    pub ended_at: Option<i64>,
    /// From when on its tokens are counted.
    pub counted_from: i64,
}

impl KeyRow {
    /// Its life, with what was counted of it.
    #[must_use]
    pub fn life(&self, usage: KeyUse) -> KeyLife {
        KeyLife {
            state: self.state,
            origin: self.origin,
            created_at: self.created_at,
            first_used_at: self.first_used_at,
            retiring_since: self.retiring_since,
            longest_lifetime: self.longest_lifetime,
            counted_from: self.counted_from,
            usage,
        }
    }

    /// The longest life of a token of this key that may be about, in seconds.
    #[must_use]
    pub fn longest_life(&self) -> i64 {
        self.origin.longest_life(self.longest_lifetime)
    }
}

struct Columns {
    kid: String,
    algorithm: String,
    state: String,
    origin: String,
    talk_form: Option<String>,
    accept_lifetime: Option<i64>,
    weak: bool,
    longest_lifetime: i64,
    created_at: i64,
    activated_at: Option<i64>,
    first_used_at: Option<i64>,
    retiring_since: Option<i64>,
    retires_at: Option<i64>,
    ended_at: Option<i64>,
    counted_from: i64,
}

/// A query for [`Columns`]: all that follows the table's name, and what is bound.
macro_rules! select_keys {
    ($rest:tt, $($bound:expr),+ $(,)?) => {
        sqlx::query_as!(
            Columns,
            r#"select kid, algorithm, state, origin, talk_form, accept_lifetime, weak, longest_lifetime,
                      extract(epoch from created_at)::bigint as "created_at!",
                      extract(epoch from activated_at)::bigint as activated_at,
                      extract(epoch from first_used_at)::bigint as first_used_at,
                      extract(epoch from retiring_since)::bigint as retiring_since,
                      extract(epoch from retires_at)::bigint as retires_at,
                      extract(epoch from ended_at)::bigint as ended_at,
                      extract(epoch from counted_from)::bigint as "counted_from!"
               from signing_keys "# + $rest,
            $($bound),+
        )
    };
}

impl TryFrom<Columns> for KeyRow {
    type Error = StorageError;

    fn try_from(row: Columns) -> Result<Self, StorageError> {
        Ok(Self {
            kid: stored("kid", row.kid.parse())?,
            algorithm: stored("algorithm", row.algorithm.parse())?,
            state: state_of(&row.state, row.retires_at),
            origin: origin_of(&row.origin, row.talk_form.as_deref(), row.accept_lifetime),
            weak: row.weak,
            longest_lifetime: row.longest_lifetime,
            created_at: row.created_at,
            activated_at: row.activated_at,
            first_used_at: row.first_used_at,
            retiring_since: row.retiring_since,
            ended_at: row.ended_at,
            counted_from: row.counted_from,
        })
    }
}

/// Where a page of keys begins: after the key that was made then and has this id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// When it was made, in unix seconds.
    pub created_at: i64,
    /// Its id.
    pub kid: String,
}

/// A page of a deployment's keys, the newest first.
///
/// # Errors
/// The database fails, or a row is damaged.
pub async fn list(
    tx: &mut ReadTx,
    deployment: DeploymentId,
    after: Option<&After>,
    limit: i64,
) -> Result<Vec<KeyRow>, StorageError> {
    let tenant = tx.tenant.0;
    let rows = select_keys!(
        r#"where tenant_id = $1 and deployment_id = $2
             and ($3::bigint is null or (created_at, kid) < (to_timestamp($3::bigint), $4))
           order by created_at desc, kid desc limit $5"#,
        tenant,
        deployment.0,
        after.map(|after| after.created_at),
        after.map(|after| after.kid.as_str()),
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The key with this id, if it is the deployment's.
///
/// # Errors
/// The database fails, or the row is damaged.
pub async fn get(
    tx: &mut ReadTx,
    deployment: DeploymentId,
    kid: &str,
) -> Result<Option<KeyRow>, StorageError> {
    let tenant = tx.tenant;
    one(tx.connection(), tenant, deployment, kid).await
}

/// The same, as nobody else can change it any more: a write begins with the tenant locked.
///
/// # Errors
/// The database fails, or the row is damaged.
pub async fn get_now(
    tx: &mut WriteTx,
    deployment: DeploymentId,
    kid: &str,
) -> Result<Option<KeyRow>, StorageError> {
    let tenant = tx.tenant;
    one(tx.connection(), tenant, deployment, kid).await
}

async fn one(
    connection: &mut PgConnection,
    tenant: TenantId,
    deployment: DeploymentId,
    kid: &str,
) -> Result<Option<KeyRow>, StorageError> {
    select_keys!(
        "where tenant_id = $1 and deployment_id = $2 and kid = $3",
        tenant.0,
        deployment.0,
        kid
    )
    .fetch_optional(connection)
    .await?
    .map(TryInto::try_into)
    .transpose()
}

/// The key that signs for a deployment.
///
/// # Errors
/// The database fails, or the row is damaged.
pub async fn active(
    tx: &mut ReadTx,
    deployment: DeploymentId,
) -> Result<Option<KeyRow>, StorageError> {
    let tenant = tx.tenant;
    active_of(tx.connection(), tenant, deployment).await
}

/// The same, as nobody else can change it any more.
///
/// # Errors
/// The database fails, or the row is damaged.
pub async fn active_now(
    tx: &mut WriteTx,
    deployment: DeploymentId,
) -> Result<Option<KeyRow>, StorageError> {
    let tenant = tx.tenant;
    active_of(tx.connection(), tenant, deployment).await
}

async fn active_of(
    connection: &mut PgConnection,
    tenant: TenantId,
    deployment: DeploymentId,
) -> Result<Option<KeyRow>, StorageError> {
    select_keys!(
        "where tenant_id = $1 and deployment_id = $2 and state = 'active'",
        tenant.0,
        deployment.0
    )
    .fetch_optional(connection)
    .await?
    .map(TryInto::try_into)
    .transpose()
}

/// How many keys the tenant has that haven't ended.
///
/// # Errors
/// The database fails.
pub async fn count(tx: &mut WriteTx, now: i64) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from signing_keys
           where tenant_id = $1
             and (state in ('pending', 'active') or state = 'retiring' and retires_at > to_timestamp($2::bigint))"#,
        tx.tenant.0,
        now
    )
    .fetch_one(tx.connection())
    .await?)
}

/// How many keys of the tenant have begun since then, whatever became of them; `since` is in unix seconds.
///
/// # Errors
/// The database fails.
pub async fn begun_since(tx: &mut WriteTx, since: i64) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from signing_keys
           where tenant_id = $1 and created_at > to_timestamp($2::bigint)"#,
        tx.tenant.0,
        since
    )
    .fetch_one(tx.connection())
    .await?)
}

/// The lifetime of a deployment's new tokens in seconds, while nobody can change it; `None` when there is no such
/// deployment any more.
///
/// # Errors
/// The database fails.
pub async fn token_lifetime(
    tx: &mut WriteTx,
    deployment: DeploymentId,
) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "select token_lifetime from deployments where tenant_id = $1 and id = $2",
        tx.tenant.0,
        deployment.0
    )
    .fetch_optional(tx.connection())
    .await?)
}
