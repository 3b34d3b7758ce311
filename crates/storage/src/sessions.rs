//! Sessions: who is logged in, on which device.

use lanyard_core::account::{AccountEmail, AccountId};
use uuid::Uuid;

use crate::{Database, StorageError, error::stored};

/// A session that isn't used for so long ends, in seconds.
pub const IDLE_TIMEOUT: i64 = 12 * 3_600;
/// A session ends after so long however much it is used, in seconds.
pub const ABSOLUTE_TIMEOUT: i64 = 7 * 86_400;

/// How often a session's use is written down, in seconds.
const TOUCH_EVERY: i64 = 60;

/// A good session and whose it is; times in unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// What it is called in lists.
    pub id: Uuid,
    /// Whose.
    pub account: AccountId,
    /// Their address.
    pub email: AccountEmail,
    /// Their name.
    pub name: String,
    /// Whether they run the platform.
    pub platform_admin: bool,
    /// Whether they log in with an authenticator app too.
    pub totp: bool,
    /// When it began.
    pub created_at: i64,
    /// When it was last used, to the minute.
    pub last_seen_at: i64,
    /// When it ends at the latest.
    pub expires_at: i64,
    /// When the password was last proved in it.
    pub proved_at: i64,
}

/// The session with this hash, unless it has ended.
///
/// # Errors
/// The database fails, or a row is damaged.
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
           from sessions join accounts on accounts.id = account_id where hash = $1"#,
        &hash[..]
    )
    .fetch_optional(&database.pool)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    if row.expires_at <= now || row.last_seen_at + IDLE_TIMEOUT <= now {
        return Ok(None);
    }
    if row.last_seen_at + TOUCH_EVERY <= now {
        sqlx::query!(
            "update sessions set last_seen_at = greatest(last_seen_at, to_timestamp($2::bigint)) where hash = $1",
            &hash[..],
            now
        )
        .execute(&database.pool)
        .await?;
    }
    Ok(Some(Session {
        id: row.id,
        account: AccountId(row.account_id),
        email: stored("an account's address", row.email.parse())?,
        name: row.name,
        platform_admin: row.platform_admin,
        totp: row.totp,
        created_at: row.created_at,
        last_seen_at: row.last_seen_at,
        expires_at: row.expires_at,
        proved_at: row.proved_at,
    }))
}
