//! Accounts: who may log in, and by what.

use std::fmt;

use lanyard_core::{
    account::{AccountEmail, AccountId, PersonName},
    id::TenantId,
    seal::Sealed,
};

use crate::{Database, PlatformTx, StorageError, error::stored};

/// An account; times in unix seconds.
#[derive(Clone)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its address.
    pub email: AccountEmail,
    /// What its holder is called.
    pub name: String,
    /// Argon2id, as a PHC string.
    pub password_hash: String,
    /// Whether it runs the platform.
    pub platform_admin: bool,
    /// The authenticator app, if one was begun.
    pub totp: Option<AccountTotp>,
    /// When it was made.
    pub created_at: i64,
}

/// What an account's authenticator app shares with us.
#[derive(Clone)]
pub struct AccountTotp {
    /// The secret, bound to the account.
    pub sealed: Sealed,
    /// Whether a code of it was shown once; before that it counts for nothing.
    pub confirmed: bool,
    /// The last time step of which a code was accepted.
    pub last_step: i64,
}

impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Account").field(&self.id).finish()
    }
}

impl Account {
    /// The authenticator app that a log-in asks for.
    #[must_use]
    pub fn confirmed_totp(&self) -> Option<&AccountTotp> {
        self.totp.as_ref().filter(|totp| totp.confirmed)
    }
}

/// A tenant that somebody is a member of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The tenant.
    pub tenant: TenantId,
    /// Its name in URLs.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// `active` or `suspended`.
    pub status: String,
    /// `owner`, `admin` or `viewer`.
    pub role: String,
}

struct Row {
    id: uuid::Uuid,
    email: String,
    name: String,
    password_hash: String,
    platform_admin: bool,
    totp_master_key_id: Option<String>,
    totp_sealed: Option<Vec<u8>>,
    confirmed: bool,
    totp_last_step: i64,
    created_at: i64,
}

impl TryFrom<Row> for Account {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let sealed = row.totp_master_key_id.zip(row.totp_sealed);
        Ok(Self {
            id: AccountId(row.id),
            email: stored("the address of an account", row.email.parse())?,
            name: row.name,
            password_hash: row.password_hash,
            platform_admin: row.platform_admin,
            totp: sealed.map(|(master_key_id, bytes)| AccountTotp {
                sealed: Sealed {
                    master_key_id,
                    bytes,
                },
                confirmed: row.confirmed,
                last_step: row.totp_last_step,
            }),
            created_at: row.created_at,
        })
    }
}

/// The account of an address.
///
/// # Errors
/// The database fails.
pub async fn find(
    database: &Database,
    email: &AccountEmail,
) -> Result<Option<Account>, StorageError> {
    sqlx::query_as!(
        Row,
        r#"select id, email, name, password_hash, platform_admin, totp_master_key_id, totp_sealed,
                  totp_confirmed_at is not null as "confirmed!", totp_last_step,
                  extract(epoch from created_at)::bigint as "created_at!"
           from accounts where email = $1"#,
        email.as_str()
    )
    .fetch_optional(&database.pool)
    .await?
    .map(TryInto::try_into)
    .transpose()
}

/// An account by its id, and nobody else changes it until the transaction ends.
///
/// # Errors
/// The database fails.
pub async fn lock(tx: &mut PlatformTx, id: AccountId) -> Result<Option<Account>, StorageError> {
    sqlx::query_as!(
        Row,
        r#"select id, email, name, password_hash, platform_admin, totp_master_key_id, totp_sealed,
                  totp_confirmed_at is not null as "confirmed!", totp_last_step,
                  extract(epoch from created_at)::bigint as "created_at!"
           from accounts where id = $1 for update"#,
        id.0
    )
    .fetch_optional(tx.connection())
    .await?
    .map(TryInto::try_into)
    .transpose()
}

/// Makes an account; false when the address has one.
///
/// # Errors
/// The database fails.
pub async fn create(
    tx: &mut PlatformTx,
    id: AccountId,
    email: &AccountEmail,
    name: &PersonName,
    password_hash: &str,
    now: i64,
) -> Result<bool, StorageError> {
    let made = sqlx::query!(
        "insert into accounts (id, email, name, password_hash, password_changed_at, created_at)
         values ($1, $2, $3, $4, to_timestamp($5::bigint), to_timestamp($5::bigint))
         on conflict (email) do nothing",
        id.0,
        email.as_str(),
        name.as_str(),
        password_hash,
        now
    )
    .execute(tx.connection())
    .await?;
    Ok(made.rows_affected() > 0)
}

/// Makes somebody an admin of the platform, or takes it away.
///
/// # Errors
/// The database fails.
pub async fn set_platform_admin(
    tx: &mut PlatformTx,
    id: AccountId,
    platform_admin: bool,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update accounts set platform_admin = $2 where id = $1",
        id.0,
        platform_admin
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Gives somebody another name.
///
/// # Errors
/// The database fails.
pub async fn rename(
    tx: &mut PlatformTx,
    id: AccountId,
    name: &PersonName,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update accounts set name = $2 where id = $1",
        id.0,
        name.as_str()
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Sets another password.
///
/// # Errors
/// The database fails.
pub async fn set_password(
    tx: &mut PlatformTx,
    id: AccountId,
    password_hash: &str,
    now: i64,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update accounts set password_hash = $2, password_changed_at = to_timestamp($3::bigint) where id = $1",
        id.0,
        password_hash,
        now
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Keeps the same password as a better hash, unless it was changed meanwhile.
///
/// # Errors
/// The database fails.
pub async fn rehash(
    tx: &mut PlatformTx,
    id: AccountId,
    old: &str,
    new: &str,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update accounts set password_hash = $3 where id = $1 and password_hash = $2",
        id.0,
        old,
        new
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Begins an authenticator app: its secret counts once a code of it was shown.
///
/// # Errors
/// The database fails.
pub async fn begin_totp(
    tx: &mut PlatformTx,
    id: AccountId,
    sealed: &Sealed,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update accounts set totp_master_key_id = $2, totp_sealed = $3, totp_confirmed_at = null, totp_last_step = 0
         where id = $1",
        id.0,
        sealed.master_key_id,
        sealed.bytes
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// From now on the authenticator app counts.
///
/// # Errors
/// The database fails.
pub async fn confirm_totp(
    tx: &mut PlatformTx,
    id: AccountId,
    now: i64,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update accounts set totp_confirmed_at = to_timestamp($2::bigint) where id = $1",
        id.0,
        now
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Uses the codes of a time step, and of all before it, up; false when they were.
///
/// # Errors
/// The database fails.
pub async fn use_totp_step(
    tx: &mut PlatformTx,
    id: AccountId,
    step: i64,
) -> Result<bool, StorageError> {
    let used = sqlx::query!(
        "update accounts set totp_last_step = $2 where id = $1 and totp_last_step < $2",
        id.0,
        step
    )
    .execute(tx.connection())
    .await?;
    Ok(used.rows_affected() > 0)
}

/// Takes the authenticator app and its recovery codes away.
///
/// # Errors
/// The database fails.
pub async fn remove_totp(tx: &mut PlatformTx, id: AccountId) -> Result<(), StorageError> {
    sqlx::query!(
        "update accounts set totp_master_key_id = null, totp_sealed = null, totp_confirmed_at = null, totp_last_step = 0
         where id = $1",
        id.0
    )
    .execute(tx.connection())
    .await?;
    replace_recovery_codes(tx, id, &[]).await
}

/// Stores recovery codes by their hashes; those before are gone.
///
/// # Errors
/// The database fails.
pub async fn replace_recovery_codes(
    tx: &mut PlatformTx,
    id: AccountId,
    hashes: &[[u8; 32]],
) -> Result<(), StorageError> {
    sqlx::query!("delete from recovery_codes where account_id = $1", id.0)
        .execute(tx.connection())
        .await?;
    let hashes: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.to_vec()).collect();
    sqlx::query!(
        "insert into recovery_codes (account_id, hash) select $1, hash from unnest($2::bytea[]) as given (hash)",
        id.0,
        &hashes
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Uses a recovery code up; false when there is none of this hash.
///
/// # Errors
/// The database fails.
pub async fn use_recovery_code(
    tx: &mut PlatformTx,
    id: AccountId,
    hash: &[u8; 32],
) -> Result<bool, StorageError> {
    let used = sqlx::query!(
        "delete from recovery_codes where account_id = $1 and hash = $2",
        id.0,
        &hash[..]
    )
    .execute(tx.connection())
    .await?;
    Ok(used.rows_affected() > 0)
}

/// How many recovery codes are left.
///
/// # Errors
/// The database fails.
pub async fn recovery_codes_left(database: &Database, id: AccountId) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "left!" from recovery_codes where account_id = $1"#,
        id.0
    )
    .fetch_one(&database.pool)
    .await?)
}

/// The tenants that somebody is a member of, by name.
///
/// # Errors
/// The database fails.
pub async fn memberships(
    database: &Database,
    id: AccountId,
) -> Result<Vec<Membership>, StorageError> {
    let rows = sqlx::query!(
        r#"select id as "id!", slug as "slug!", name as "name!", status as "status!", role as "role!"
           from tenants_of_account($1)"#,
        id.0
    )
    .fetch_all(&database.pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Membership {
            tenant: TenantId(row.id),
            slug: row.slug,
            name: row.name,
            status: row.status,
            role: row.role,
        })
        .collect())
}

/// Forgets sessions, links, devices and attempts that nothing needs any more.
///
/// # Errors
/// The database fails.
pub async fn prune(database: &Database) -> Result<(), StorageError> {
    sqlx::query!("select prune_accounts()")
        .execute(&database.pool)
        .await?;
    Ok(())
}
