//! Who runs the platform.

use lanyard_core::account::AccountId;
use uuid::Uuid;

use crate::{Database, PlatformTx, StorageError};

/// Somebody who runs the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformAdmin {
    /// The account.
    pub id: Uuid,
    /// Its address.
    pub email: String,
    /// What its holder is called.
    pub name: String,
    /// Whether it logs in with an authenticator app too.
    pub totp: bool,
    /// When the account was made, in unix seconds.
    pub created_at: i64,
}

/// All of them, by address.
///
/// # Errors
/// The database fails.
pub async fn list(database: &Database) -> Result<Vec<PlatformAdmin>, StorageError> {
    Ok(sqlx::query_as!(
        PlatformAdmin,
        r#"select id, email, name, totp_confirmed_at is not null as "totp!",
                  extract(epoch from created_at)::bigint as "created_at!"
           from accounts where platform_admin order by email"#
    )
    .fetch_all(&database.pool)
    .await?)
}

/// What became of a revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// It isn't one any more.
    Done,
    /// It was none.
    NotOne,
    /// It is the last, and stays.
    Last,
}

/// Makes somebody an admin no more, unless it is the last.
///
/// # Errors
/// The database fails.
pub async fn revoke(tx: &mut PlatformTx, id: AccountId) -> Result<Revoked, StorageError> {
    // All are locked in one order, so that two can't revoke each other.
    let admins =
        sqlx::query_scalar!("select id from accounts where platform_admin order by id for update")
            .fetch_all(tx.connection())
            .await?;
    if !admins.contains(&id.0) {
        return Ok(Revoked::NotOne);
    }
    if admins.len() == 1 {
        return Ok(Revoked::Last);
    }
    crate::accounts::set_platform_admin(tx, id, false).await?;
    Ok(Revoked::Done)
}
