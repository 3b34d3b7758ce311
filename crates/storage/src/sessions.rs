//! Sessions of people who are logged in: the hash of the id is all that is kept of it.

use lanyard_core::account::{AccountEmail, AccountId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Database, PlatformTx, StorageError, WriteTx, error::stored};

/// How long a session lasts without a request, in seconds.
pub const IDLE_TIMEOUT: i64 = 12 * 3600;
/// How long it lasts at the most, in seconds.
pub const ABSOLUTE_TIMEOUT: i64 = 7 * 24 * 3600;
/// How old the last time of use may be before it is written anew, in seconds.
const TOUCH_INTERVAL: i64 = 60;
/// How many an account has at the most; the one that was used least recently goes first.
const MAX_SESSIONS: i64 = 50;
/// The most bytes that are kept of a browser's name.
const MAX_USER_AGENT: usize = 255;

/// A session that is good; times in unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// What it is called in lists; no secret.
    pub id: Uuid,
    /// Whose it is.
    pub account: AccountId,
    /// Their address.
    pub email: AccountEmail,
    /// Their name.
    pub name: String,
    /// Whether they run the platform.
    pub platform_admin: bool,
    /// Whether they log in with an authenticator app as well.
    pub totp: bool,
    /// When they logged in.
    pub created_at: i64,
    /// When it was last used, to the minute.
    pub last_seen_at: i64,
    /// The end that no use puts off.
    pub expires_at: i64,
    /// When the password was last proved in it.
    pub proved_at: i64,
}

/// A session as it is listed; times in unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// What it is called; no secret.
    pub id: Uuid,
    /// When it began.
    pub created_at: i64,
    /// When it was last used, to the minute.
    pub last_seen_at: i64,
    /// The end that no use puts off.
    pub expires_at: i64,
    /// What the browser called itself at the log-in.
    pub user_agent: String,
    /// The address that the log-in came from.
    pub address: String,
}

/// Finds the session of this hash, and notes that it is used; `None` when there is none, or its time is up.
///
/// # Errors
/// The database fails.
pub async fn find(
    database: &Database,
    hash: &[u8; 32],
    now: i64,
) -> Result<Option<Session>, StorageError> {
    let row = sqlx::query!(
        r#"select sessions.id, account_id, email, name, platform_admin, totp_confirmed_at is not null as "totp!",
                  extract(epoch from sessions.created_at)::bigint as "created_at!",
                  extract(epoch from last_seen_at)::bigint as "last_seen_at!",
                  extract(epoch from expires_at)::bigint as "expires_at!",
                  extract(epoch from proved_at)::bigint as "proved_at!"
           from sessions join accounts on accounts.id = account_id
           where hash = $1 and expires_at > to_timestamp($2::bigint) and last_seen_at > to_timestamp($3::bigint)"#,
        &hash[..],
        now,
        now - IDLE_TIMEOUT
    )
    .fetch_optional(&database.pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.last_seen_at <= now - TOUCH_INTERVAL {
        sqlx::query!(
            "update sessions set last_seen_at = to_timestamp($2::bigint)
             where hash = $1 and last_seen_at < to_timestamp($2::bigint)",
            &hash[..],
            now
        )
        .execute(&database.pool)
        .await?;
    }
    Ok(Some(Session {
        id: row.id,
        account: AccountId(row.account_id),
        email: stored("the address of an account", row.email.parse())?,
        name: row.name,
        platform_admin: row.platform_admin,
        totp: row.totp,
        created_at: row.created_at,
        last_seen_at: row.last_seen_at,
        expires_at: row.expires_at,
        proved_at: row.proved_at,
    }))
}

/// What may have changed about a session since it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alive {
    /// Whether its holder runs the platform.
    pub platform_admin: bool,
}

/// Whether the session of this hash is good still, asked within a change to a tenant; `None` when it isn't.
///
/// # Errors
/// The database fails.
pub async fn find_now(
    tx: &mut WriteTx,
    hash: &[u8; 32],
    now: i64,
) -> Result<Option<Alive>, StorageError> {
    alive(tx.connection(), hash, now).await
}

/// The same within a change to accounts or to the platform.
///
/// # Errors
/// The database fails.
pub async fn find_in(
    tx: &mut PlatformTx,
    hash: &[u8; 32],
    now: i64,
) -> Result<Option<Alive>, StorageError> {
    alive(tx.connection(), hash, now).await
}

async fn alive(
    connection: &mut PgConnection,
    hash: &[u8; 32],
    now: i64,
) -> Result<Option<Alive>, StorageError> {
    Ok(sqlx::query_as!(
        Alive,
        "select platform_admin from sessions join accounts on accounts.id = account_id
         where hash = $1 and expires_at > to_timestamp($2::bigint) and last_seen_at > to_timestamp($3::bigint)",
        &hash[..],
        now,
        now - IDLE_TIMEOUT
    )
    .fetch_optional(connection)
    .await?)
}

/// A session that begins.
#[derive(Debug, Clone, Copy)]
pub struct NewSession<'a> {
    /// What it is called in lists.
    pub id: Uuid,
    /// Whose it is.
    pub account: AccountId,
    /// What the browser calls itself.
    pub user_agent: &'a str,
    /// The address that the log-in comes from.
    pub address: &'a str,
}

/// Opens a session for somebody who has just proved the password.
///
/// # Errors
/// The database fails.
pub async fn open(
    tx: &mut PlatformTx,
    hash: &[u8; 32],
    new: &NewSession<'_>,
    now: i64,
) -> Result<(), StorageError> {
    let user_agent = new.user_agent;
    sqlx::query!(
        "insert into sessions (hash, id, account_id, created_at, last_seen_at, expires_at, proved_at, user_agent, address)
         values ($1, $2, $3, to_timestamp($4::bigint), to_timestamp($4::bigint), to_timestamp($5::bigint),
                 to_timestamp($4::bigint), $6, $7)",
        &hash[..],
        new.id,
        new.account.0,
        now,
        now + ABSOLUTE_TIMEOUT,
        &user_agent[..user_agent.floor_char_boundary(MAX_USER_AGENT)],
        new.address
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "delete from sessions where hash in (
             select hash from sessions where account_id = $1 order by last_seen_at desc, id desc offset $2)",
        new.account.0,
        MAX_SESSIONS
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Ends the session of this hash, if there is one: another takes its place.
///
/// # Errors
/// The database fails.
pub async fn end_presented(tx: &mut PlatformTx, hash: &[u8; 32]) -> Result<(), StorageError> {
    sqlx::query!("delete from sessions where hash = $1", &hash[..])
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Gives a session a new secret after the password was proved in it; false when it is gone. The old secret is dead.
///
/// # Errors
/// The database fails.
pub async fn renew(
    tx: &mut PlatformTx,
    id: Uuid,
    hash: &[u8; 32],
    now: i64,
) -> Result<bool, StorageError> {
    let renewed = sqlx::query!(
        "update sessions set hash = $2, proved_at = to_timestamp($3::bigint), last_seen_at = to_timestamp($3::bigint)
         where id = $1",
        id,
        &hash[..],
        now
    )
    .execute(tx.connection())
    .await?;
    Ok(renewed.rows_affected() > 0)
}

/// The sessions of an account whose time isn't up, the newest first.
///
/// # Errors
/// The database fails.
pub async fn list(
    database: &Database,
    account: AccountId,
    now: i64,
) -> Result<Vec<SessionRow>, StorageError> {
    Ok(sqlx::query_as!(
        SessionRow,
        r#"select id, extract(epoch from created_at)::bigint as "created_at!",
                  extract(epoch from last_seen_at)::bigint as "last_seen_at!",
                  extract(epoch from expires_at)::bigint as "expires_at!", user_agent, address
           from sessions
           where account_id = $1 and expires_at > to_timestamp($2::bigint) and last_seen_at > to_timestamp($3::bigint)
           order by created_at desc, id desc"#,
        account.0,
        now,
        now - IDLE_TIMEOUT
    )
    .fetch_all(&database.pool)
    .await?)
}

/// Ends a session of an account; false when the account has none of this id.
///
/// # Errors
/// The database fails.
pub async fn end(tx: &mut PlatformTx, account: AccountId, id: Uuid) -> Result<bool, StorageError> {
    let ended = sqlx::query!(
        "delete from sessions where account_id = $1 and id = $2",
        account.0,
        id
    )
    .execute(tx.connection())
    .await?;
    Ok(ended.rows_affected() > 0)
}

/// Ends all sessions of an account but one, if one is to stay; tells how many.
///
/// # Errors
/// The database fails.
pub async fn end_all(
    tx: &mut PlatformTx,
    account: AccountId,
    but: Option<Uuid>,
) -> Result<u64, StorageError> {
    let ended = sqlx::query!(
        "delete from sessions where account_id = $1 and id is distinct from $2",
        account.0,
        but
    )
    .execute(tx.connection())
    .await?;
    Ok(ended.rows_affected())
}
