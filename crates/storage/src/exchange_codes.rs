//! Exchange codes: the hash is all that is kept, until somebody redeems the code or a minute has passed.

use lanyard_core::{
    exchange_code::ExchangeCode,
    id::{ApiKeyId, DeploymentId, TenantId},
    profile::Ceiling,
    revocation::Subject,
    user::{Role, UserId},
};

use crate::{Database, StorageError, WriteTx, deployments::ceiling, error::stored};

/// What a code stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The deployment that the token is for.
    pub deployment: DeploymentId,
    /// The reader whom it is for.
    pub user: UserId,
    /// How far whoever asked may raise the reader in Coral.
    pub ceiling: Ceiling,
    /// The API key that asked, if it was one.
    pub api_key: Option<ApiKeyId>,
    /// The tenant's version that the node which made the code knew of. One that knows less mustn't judge by it: it may
    /// not have heard of the reader yet.
    pub as_of: i64,
}

/// Keeps a code until `expires_at`, in unix seconds.
///
/// # Errors
/// The database fails.
pub async fn create(
    database: &Database,
    tenant: TenantId,
    code: &ExchangeCode,
    wanted: &Wanted,
    expires_at: i64,
) -> Result<(), StorageError> {
    let mut tx = database.write_quietly(tenant).await?;
    sqlx::query!(
        "insert into exchange_codes (tenant_id, hash, deployment_id, user_id, max_role, badges, api_key_id, as_of, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9::bigint))",
        tenant.0,
        &code.hash()[..],
        wanted.deployment.0,
        wanted.user.as_str(),
        wanted.ceiling.max_role.map(Role::as_str),
        wanted.ceiling.badges,
        wanted.api_key.map(|key| key.0),
        wanted.as_of,
        expires_at
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Redeems a code: of all who present it at once, one is told what it stands for. `None` when it isn't good, or isn't
/// this tenant's. `now` is in unix seconds.
///
/// # Errors
/// The database fails, or the row is damaged.
pub async fn redeem(
    database: &Database,
    tenant: TenantId,
    code: &ExchangeCode,
    now: i64,
) -> Result<Option<Wanted>, StorageError> {
    let mut tx = database.write_quietly(tenant).await?;
    let row = sqlx::query!(
        "delete from exchange_codes where tenant_id = $1 and hash = $2 and expires_at > to_timestamp($3::bigint)
         returning deployment_id, user_id, max_role, badges, api_key_id, as_of",
        tenant.0,
        &code.hash()[..],
        now
    )
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    row.map(|row| {
        Ok(Wanted {
            deployment: DeploymentId(row.deployment_id),
            user: stored("user id", UserId::parse(&row.user_id))?,
            ceiling: ceiling(row.max_role.as_deref(), row.badges)?,
            api_key: row.api_key_id.map(ApiKeyId),
            as_of: row.as_of,
        })
    })
    .transpose()
}

/// Removes the codes of what is revoked: of a reader, or of an API key that asked for them.
///
/// # Errors
/// The database fails.
pub(crate) async fn forget(tx: &mut WriteTx, revoked: &Subject) -> Result<(), StorageError> {
    let (user, api_key, all) = match revoked {
        Subject::User(id) => (Some(&**id), None, false),
        Subject::ApiKey(id) => (None, Some(id.0), false),
        Subject::Tenant => (None, None, true),
        Subject::Token(_) | Subject::Key(_) => return Ok(()),
    };
    sqlx::query!(
        "delete from exchange_codes where tenant_id = $1 and (user_id = $2 or api_key_id = $3 or $4)",
        tx.tenant.0,
        user,
        api_key,
        all
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Forgets codes that nobody has redeemed in time.
///
/// # Errors
/// The database fails.
pub async fn prune(database: &Database) -> Result<(), StorageError> {
    sqlx::query!("select prune_exchange_codes()")
        .execute(&database.pool)
        .await?;
    Ok(())
}
