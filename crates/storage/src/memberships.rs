//! Who belongs to a newsroom.

use lanyard_core::{id::TenantId, member::MemberRole};
use uuid::Uuid;

use crate::{Database, StorageError, WriteTx, error::stored};

/// What an account is in a newsroom; `None` when it is no member.
///
/// # Errors
/// The database fails.
pub async fn role(
    database: &Database,
    tenant: TenantId,
    account: Uuid,
) -> Result<Option<MemberRole>, StorageError> {
    let role = sqlx::query_scalar!("select membership_role($1, $2) as role", tenant.0, account)
        .fetch_one(&database.pool)
        .await?;
    role.map(|role| stored("a member's role", role.parse()))
        .transpose()
}

/// The same, while the newsroom is locked: no demotion can come in between.
///
/// # Errors
/// The database fails.
pub async fn role_now(tx: &mut WriteTx, account: Uuid) -> Result<Option<MemberRole>, StorageError> {
    let role = sqlx::query_scalar!(
        "select role from memberships where tenant_id = $1 and account_id = $2",
        tx.tenant.0,
        account
    )
    .fetch_optional(tx.connection())
    .await?;
    role.map(|role| stored("a member's role", role.parse()))
        .transpose()
}

/// Makes an account a member, or gives a member another role.
///
/// # Errors
/// The database fails.
pub async fn set(tx: &mut WriteTx, account: Uuid, role: MemberRole) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into memberships (tenant_id, account_id, role) values ($1, $2, $3)
         on conflict (tenant_id, account_id) do update set role = excluded.role",
        tx.tenant.0,
        account,
        role.name()
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
