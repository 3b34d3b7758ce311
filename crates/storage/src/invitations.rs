//! Invitations to newsrooms: each is mailed as a link, and only the link's hash is kept.

use lanyard_core::{
    account::AccountEmail,
    id::{Slug, TenantId},
    member::MemberRole,
};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Database, ReadTx, StorageError, WriteTx, error::stored};

/// For how long an invitation is good, in seconds.
pub const GOOD_FOR: i64 = 7 * 86_400;

/// An invitation as whoever has its link sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The newsroom.
    pub tenant: TenantId,
    /// Its name in URLs.
    pub slug: Slug,
    /// Its name for people.
    pub name: String,
    /// Who is invited.
    pub email: AccountEmail,
    /// What they become.
    pub role: MemberRole,
}

/// An invitation as it is listed; times in unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationRow {
    /// Its id.
    pub id: Uuid,
    /// Who is invited.
    pub email: AccountEmail,
    /// What they become.
    pub role: MemberRole,
    /// Who invites, as the audit log names actors.
    pub invited_by: String,
    /// When it was made, or last renewed.
    pub created_at: i64,
    /// When it ends.
    pub expires_at: i64,
}

/// The invitation whose link has this hash, while it is good.
///
/// # Errors
/// The database fails, or a row is damaged.
pub async fn find(
    database: &Database,
    hash: &[u8; 32],
    now: i64,
) -> Result<Option<Invitation>, StorageError> {
    let Some(tenant) = tenant_of(database, hash).await? else {
        return Ok(None);
    };
    let mut tx = database.read(tenant).await?;
    let row = sqlx::query!(
        "select slug, name, email, role from invitations join tenants on tenants.id = tenant_id
         where tenant_id = $1 and hash = $2 and expires_at > to_timestamp($3::bigint)",
        tenant.0,
        &hash[..],
        now
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        Ok(Invitation {
            tenant,
            slug: stored("slug", row.slug.parse())?,
            name: row.name,
            email: stored("an invited address", row.email.parse())?,
            role: stored("an invitation's role", row.role.parse())?,
        })
    })
    .transpose()
}

/// The newsroom of the invitation whose link has this hash, good or not.
///
/// # Errors
/// The database fails.
pub async fn tenant_of(
    database: &Database,
    hash: &[u8; 32],
) -> Result<Option<TenantId>, StorageError> {
    let id = sqlx::query_scalar!("select invitation_tenant($1) as id", &hash[..])
        .fetch_one(&database.pool)
        .await?;
    Ok(id.map(TenantId))
}

/// The invitation whose link has this hash, while it is good and the newsroom locked.
///
/// # Errors
/// The database fails, or the row is damaged.
pub async fn find_now(
    tx: &mut WriteTx,
    hash: &[u8; 32],
    now: i64,
) -> Result<Option<InvitationRow>, StorageError> {
    let tenant = tx.tenant;
    let found = rows(tx.connection(), tenant, Some(hash), None, 1).await?;
    Ok(found.into_iter().find(|row| row.expires_at > now))
}

/// A page of the invitations, the newest first, from before this one on; some may have expired.
///
/// # Errors
/// The database fails, or a row is damaged.
pub async fn list(
    tx: &mut ReadTx,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<InvitationRow>, StorageError> {
    let tenant = tx.tenant;
    rows(tx.connection(), tenant, None, before, limit).await
}

async fn rows(
    connection: &mut PgConnection,
    tenant: TenantId,
    hash: Option<&[u8; 32]>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<InvitationRow>, StorageError> {
    let rows = sqlx::query!(
        r#"select id, email, role, invited_by, extract(epoch from created_at)::bigint as "created_at!",
                  extract(epoch from expires_at)::bigint as "expires_at!"
           from invitations
           where tenant_id = $1 and ($2::bytea is null or hash = $2) and ($3::uuid is null or id < $3)
           order by id desc limit $4"#,
        tenant.0,
        hash.map(|hash| &hash[..]),
        before,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(InvitationRow {
                id: row.id,
                email: stored("an invited address", row.email.parse())?,
                role: stored("an invitation's role", row.role.parse())?,
                invited_by: row.invited_by,
                created_at: row.created_at,
                expires_at: row.expires_at,
            })
        })
        .collect()
}

/// Stores an invitation. One to the same address is replaced: its link is dead.
///
/// # Errors
/// The database fails.
pub async fn put(
    tx: &mut WriteTx,
    invitation: &InvitationRow,
    hash: &[u8; 32],
) -> Result<(), StorageError> {
    sqlx::query!(
        "delete from invitations where tenant_id = $1 and email = $2",
        tx.tenant.0,
        invitation.email.as_str()
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "insert into invitations (tenant_id, id, email, role, hash, invited_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, to_timestamp($7::bigint), to_timestamp($8::bigint))",
        tx.tenant.0,
        invitation.id,
        invitation.email.as_str(),
        invitation.role.name(),
        &hash[..],
        invitation.invited_by,
        invitation.created_at,
        invitation.expires_at
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Withdraws an invitation, or uses it up; false when there is none.
///
/// # Errors
/// The database fails.
pub async fn remove(tx: &mut WriteTx, id: Uuid) -> Result<bool, StorageError> {
    let removed = sqlx::query!(
        "delete from invitations where tenant_id = $1 and id = $2",
        tx.tenant.0,
        id
    )
    .execute(tx.connection())
    .await?;
    Ok(removed.rows_affected() > 0)
}

/// Withdraws all invitations of an inviter, by the name that the audit log has; tells how many.
///
/// # Errors
/// The database fails.
pub async fn remove_of(tx: &mut WriteTx, inviter: &str) -> Result<u64, StorageError> {
    let removed = sqlx::query!(
        "delete from invitations where tenant_id = $1 and invited_by = $2",
        tx.tenant.0,
        inviter
    )
    .execute(tx.connection())
    .await?;
    Ok(removed.rows_affected())
}

/// How many invitations are open, but for one to this address.
///
/// # Errors
/// The database fails.
pub async fn count_others(
    tx: &mut WriteTx,
    email: &AccountEmail,
    now: i64,
) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from invitations
           where tenant_id = $1 and email <> $2 and expires_at > to_timestamp($3::bigint)"#,
        tx.tenant.0,
        email.as_str(),
        now
    )
    .fetch_one(tx.connection())
    .await?)
}
