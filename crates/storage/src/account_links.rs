//! Links that are mailed: whoever opens one holds the mailbox. Each is good once, and kept as a hash.

use lanyard_core::account::{AccountEmail, AccountId};

use crate::{Database, PlatformTx, StorageError, error::stored};

/// How long an address can be verified by its link, in seconds.
pub const VERIFY_LIFETIME: i64 = 24 * 3600;
/// How long a password can be reset by its link, in seconds.
pub const RESET_LIFETIME: i64 = 3600;

/// What a link is for.
#[derive(Debug, Clone, Copy)]
pub enum Link<'a> {
    /// To make an account of this name.
    Verify {
        /// What was given at registration.
        name: &'a str,
    },
    /// To set a new password.
    Reset(AccountId),
}

/// Stores a new link.
///
/// # Errors
/// The database fails.
pub async fn create(
    tx: &mut PlatformTx,
    hash: &[u8; 32],
    email: &AccountEmail,
    link: Link<'_>,
    now: i64,
) -> Result<(), StorageError> {
    let (kind, name, account, lifetime) = match link {
        Link::Verify { name } => ("verify", Some(name), None, VERIFY_LIFETIME),
        Link::Reset(account) => ("reset", None, Some(account.0), RESET_LIFETIME),
    };
    sqlx::query!(
        "insert into account_links (hash, kind, email, name, account_id, created_at, expires_at)
         values ($1, $2, $3, $4, $5, to_timestamp($6::bigint), to_timestamp($7::bigint))",
        &hash[..],
        kind,
        email.as_str(),
        name,
        account,
        now,
        now + lifetime
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Whom a link to make an account was mailed to, without using it up.
///
/// # Errors
/// The database fails.
pub async fn peek_verification(
    database: &Database,
    hash: &[u8; 32],
    now: i64,
) -> Result<Option<AccountEmail>, StorageError> {
    let email = sqlx::query_scalar!(
        "select email from account_links where hash = $1 and kind = 'verify' and expires_at > to_timestamp($2::bigint)",
        &hash[..],
        now
    )
    .fetch_optional(&database.pool)
    .await?;
    email
        .map(|email| stored("the address of a link", email.parse()))
        .transpose()
}

/// Uses a link to make an account up, and all others to the same address; gives the address and the name.
///
/// # Errors
/// The database fails.
pub async fn take_verification(
    tx: &mut PlatformTx,
    hash: &[u8; 32],
    now: i64,
) -> Result<Option<(AccountEmail, String)>, StorageError> {
    let row = sqlx::query!(
        "delete from account_links
         where hash = $1 and kind = 'verify' and expires_at > to_timestamp($2::bigint)
         returning email, name",
        &hash[..],
        now
    )
    .fetch_optional(tx.connection())
    .await?;
    let Some(row) = row else { return Ok(None) };
    sqlx::query!(
        "delete from account_links where email = $1 and kind = 'verify'",
        row.email
    )
    .execute(tx.connection())
    .await?;
    let email = stored("the address of a link", row.email.parse())?;
    Ok(Some((email, row.name.unwrap_or_default())))
}

/// Whose password a link resets, without using it up.
///
/// # Errors
/// The database fails.
pub async fn peek_reset(
    database: &Database,
    hash: &[u8; 32],
    now: i64,
) -> Result<Option<(AccountId, AccountEmail)>, StorageError> {
    let row = sqlx::query!(
        r#"select account_id as "account_id!", email from account_links
           where hash = $1 and kind = 'reset' and expires_at > to_timestamp($2::bigint)"#,
        &hash[..],
        now
    )
    .fetch_optional(&database.pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let email = stored("the address of a link", row.email.parse())?;
    Ok(Some((AccountId(row.account_id), email)))
}

/// Uses a link to reset a password up; gives whose.
///
/// # Errors
/// The database fails.
pub async fn take_reset(
    tx: &mut PlatformTx,
    hash: &[u8; 32],
    now: i64,
) -> Result<Option<AccountId>, StorageError> {
    let account = sqlx::query_scalar!(
        r#"delete from account_links
           where hash = $1 and kind = 'reset' and expires_at > to_timestamp($2::bigint)
           returning account_id as "account_id!""#,
        &hash[..],
        now
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(account.map(AccountId))
}

/// Ends all links that reset somebody's password.
///
/// # Errors
/// The database fails.
pub async fn end_resets(tx: &mut PlatformTx, account: AccountId) -> Result<(), StorageError> {
    sqlx::query!("delete from account_links where account_id = $1", account.0)
        .execute(tx.connection())
        .await?;
    Ok(())
}
