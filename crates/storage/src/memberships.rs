//! Who belongs to a newsroom.

use lanyard_core::{
    account::{AccountEmail, AccountId},
    id::TenantId,
    member::MemberRole,
};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Database, ReadTx, StorageError, WriteTx, error::stored};

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

/// A member as they are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    /// The account.
    pub account: Uuid,
    /// Its name.
    pub name: String,
    /// Its address.
    pub email: String,
    /// What it is in the newsroom.
    pub role: MemberRole,
    /// Since when, in unix seconds.
    pub since: i64,
}

/// A page of the members by account, from after this one on.
///
/// # Errors
/// The database fails, or a row is damaged.
pub async fn list(
    tx: &mut ReadTx,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<MemberRow>, StorageError> {
    let tenant = tx.tenant;
    rows(tx.connection(), tenant, None, after, limit).await
}

/// One member, while the newsroom is locked.
///
/// # Errors
/// The database fails, or the row is damaged.
pub async fn get_now(tx: &mut WriteTx, account: Uuid) -> Result<Option<MemberRow>, StorageError> {
    let tenant = tx.tenant;
    Ok(rows(tx.connection(), tenant, Some(account), None, 1)
        .await?
        .pop())
}

async fn rows(
    connection: &mut PgConnection,
    tenant: TenantId,
    account: Option<Uuid>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<MemberRow>, StorageError> {
    let rows = sqlx::query!(
        r#"select account_id, name, email, role, extract(epoch from memberships.created_at)::bigint as "since!"
           from memberships join accounts on accounts.id = account_id
           where tenant_id = $1 and ($2::uuid is null or account_id = $2) and ($3::uuid is null or account_id > $3)
           order by account_id limit $4"#,
        tenant.0,
        account,
        after,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(MemberRow {
                account: row.account_id,
                name: row.name,
                email: row.email,
                role: stored("a member's role", row.role.parse())?,
                since: row.since,
            })
        })
        .collect()
}

/// Whether somebody with this address is a member.
///
/// # Errors
/// The database fails.
pub async fn has_email(tx: &mut WriteTx, email: &AccountEmail) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from memberships join accounts on accounts.id = account_id
                          where tenant_id = $1 and email = $2) as "is!""#,
        tx.tenant.0,
        email.as_str()
    )
    .fetch_one(tx.connection())
    .await?)
}

/// The e-mail addresses of the owners.
///
/// # Errors
/// The database fails.
pub async fn owners(tx: &mut WriteTx) -> Result<Vec<String>, StorageError> {
    Ok(sqlx::query_scalar!(
        "select email from memberships join accounts on accounts.id = account_id
         where tenant_id = $1 and role = 'owner' order by email",
        tx.tenant.0
    )
    .fetch_all(tx.connection())
    .await?)
}

/// Ends a membership.
///
/// # Errors
/// The database fails.
pub async fn remove(tx: &mut WriteTx, account: Uuid) -> Result<(), StorageError> {
    sqlx::query!(
        "delete from memberships where tenant_id = $1 and account_id = $2",
        tx.tenant.0,
        account
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// How many members the newsroom has.
///
/// # Errors
/// The database fails.
pub async fn count(tx: &mut WriteTx) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from memberships where tenant_id = $1"#,
        tx.tenant.0
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Whether the newsroom has an owner beside this account.
///
/// # Errors
/// The database fails.
pub async fn has_other_owner(tx: &mut WriteTx, account: Uuid) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from memberships
                          where tenant_id = $1 and role = 'owner' and account_id <> $2) as "has!""#,
        tx.tenant.0,
        account
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Locks an account until the transaction ends, so that its owner does one thing after the other; false when it is
/// gone.
///
/// # Errors
/// The database fails.
pub async fn lock_account(tx: &mut WriteTx, account: AccountId) -> Result<bool, StorageError> {
    let locked = sqlx::query_scalar!(
        "select id from accounts where id = $1 for update",
        account.0
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(locked.is_some())
}

/// How many newsrooms an account owns.
///
/// # Errors
/// The database fails.
pub async fn count_owned(tx: &mut WriteTx, account: AccountId) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from tenants_of_account($1) where role = 'owner'"#,
        account.0
    )
    .fetch_one(tx.connection())
    .await?)
}

/// A newsroom as one of its members lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnTenantRow {
    /// Its id.
    pub id: Uuid,
    /// Its name in URLs.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// `active` or `suspended`.
    pub status: String,
    /// What the member is in it.
    pub role: MemberRole,
    /// When it was made, in unix seconds.
    pub created_at: i64,
}

/// A page of the newsrooms that an account is a member of, by slug, from after this one on.
///
/// # Errors
/// The database fails, or a row is damaged.
pub async fn tenants_of(
    database: &Database,
    account: AccountId,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<OwnTenantRow>, StorageError> {
    let rows = sqlx::query!(
        r#"select id as "id!", slug as "slug!", name as "name!", status as "status!", role as "role!",
                  extract(epoch from created_at)::bigint as "created_at!"
           from tenants_of_account($1) where $2::text is null or slug > $2 collate "C"
           order by slug collate "C" limit $3"#,
        account.0,
        after,
        limit
    )
    .fetch_all(&database.pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(OwnTenantRow {
                id: row.id,
                slug: row.slug,
                name: row.name,
                status: row.status,
                role: stored("a member's role", row.role.parse())?,
                created_at: row.created_at,
            })
        })
        .collect()
}
