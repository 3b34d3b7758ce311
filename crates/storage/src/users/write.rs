//! Writes of one user.

use lanyard_core::{
    revocation::{Revocation, Subject},
    tenant::{CLOCK_SKEW, MAX_TOKEN_LIFETIME, PROPAGATION},
    user::{Email, Role, Url, User, UserId, Username},
};
use uuid::Uuid;

use super::counted;
use crate::{Change, StorageError, WriteTx, idempotency, revocations};

/// What became of a user that was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// The id was free.
    Created,
    /// The record that had the id is gone; whoever was disabled still is.
    Replaced,
}

/// Stores a user under its id.
///
/// # Errors
/// The database fails, or [`StorageError::QuotaReached`].
pub async fn put(tx: &mut WriteTx, user: &User, now: i64) -> Result<Put, StorageError> {
    let created = sqlx::query_scalar!(
        r#"insert into users (tenant_id, id, email, email_verified, username, badges, role, url, avatar, member_since,
                              extra, version, created_at, updated_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text::json, $12, to_timestamp($13::bigint),
                   to_timestamp($13::bigint))
           on conflict (tenant_id, id) do update set
               email = excluded.email, email_verified = excluded.email_verified, username = excluded.username,
               badges = excluded.badges, role = excluded.role, url = excluded.url, avatar = excluded.avatar,
               member_since = excluded.member_since, extra = excluded.extra, version = excluded.version,
               updated_at = excluded.updated_at
           returning (xmax = 0) as "created!""#,
        tx.tenant.0,
        user.id.as_str(),
        user.email.as_ref().map(Email::as_str),
        user.email_verified,
        user.username.as_ref().map(Username::as_str),
        user.badges.as_deref(),
        user.role.map(Role::as_str),
        user.url.as_ref().map(Url::as_str),
        user.avatar.as_ref().map(Url::as_str),
        user.member_since,
        user.extra.as_deref(),
        tx.version,
        now
    )
    .fetch_one(tx.connection())
    .await?;
    tx.changed(Change::User(user.id.as_str().into()));
    if created {
        counted(tx, 1).await?;
        return Ok(Put::Created);
    }
    Ok(Put::Replaced)
}

/// Disables a user: no new tokens, and none of the old ones is good any more. False when there is no such user.
///
/// # Errors
/// The database fails.
pub async fn disable(tx: &mut WriteTx, id: &UserId, now: i64) -> Result<bool, StorageError> {
    let found = sqlx::query!(
        "update users set disabled_at = coalesce(disabled_at, to_timestamp($3::bigint)), version = $4,
                          updated_at = to_timestamp($3::bigint)
         where tenant_id = $1 and id = $2",
        tx.tenant.0,
        id.as_str(),
        now,
        tx.version
    )
    .execute(tx.connection())
    .await?
    .rows_affected()
        > 0;
    if found {
        revocations::add(
            tx,
            &Revocation::standing(Subject::User(id.as_str().into()), now),
        )
        .await?;
        tx.changed(Change::User(id.as_str().into()));
    }
    Ok(found)
}

/// Lets a disabled user in again; tokens from before stay dead. False when there is no such user.
///
/// # Errors
/// The database fails.
pub async fn enable(tx: &mut WriteTx, id: &UserId, now: i64) -> Result<bool, StorageError> {
    let found = sqlx::query!(
        "update users set disabled_at = null, version = $3, updated_at = to_timestamp($4::bigint)
         where tenant_id = $1 and id = $2",
        tx.tenant.0,
        id.as_str(),
        tx.version,
        now
    )
    .execute(tx.connection())
    .await?
    .rows_affected()
        > 0;
    if found {
        let subject = Subject::User(id.as_str().into());
        revocations::lift(tx, subject, now, now + MAX_TOKEN_LIFETIME + CLOCK_SKEW).await?;
        tx.changed(Change::User(id.as_str().into()));
    }
    Ok(found)
}

/// Deletes a user and kills all tokens of theirs, also for a user who gets the same id later. False when there is no
/// such user.
///
/// # Errors
/// The database fails.
pub async fn delete(tx: &mut WriteTx, id: &UserId, now: i64) -> Result<bool, StorageError> {
    let found = sqlx::query!(
        "delete from users where tenant_id = $1 and id = $2",
        tx.tenant.0,
        id.as_str()
    )
    .execute(tx.connection())
    .await?
    .rows_affected()
        > 0;
    if found {
        counted(tx, -1).await?;
        idempotency::forget_reader(tx, id.as_str()).await?;
        let subject = Subject::User(id.as_str().into());
        // A later user of that id is not the one who was disabled.
        revocations::lift(
            tx,
            subject.clone(),
            now,
            now + MAX_TOKEN_LIFETIME + CLOCK_SKEW,
        )
        .await?;
        // A node that hasn't heard yet may still issue for them; that must be dead too if the id is used again.
        revocations::add(tx, &Revocation::before(subject, now + PROPAGATION)).await?;
        tx.changed(Change::User(id.as_str().into()));
    }
    Ok(found)
}

/// Revokes all tokens that the user has now; later ones are good. It doesn't matter whether the directory has the user.
///
/// # Errors
/// The database fails.
pub async fn revoke_tokens(tx: &mut WriteTx, id: &UserId, now: i64) -> Result<(), StorageError> {
    let subject = Subject::User(id.as_str().into());
    revocations::add(tx, &Revocation::before(subject, now)).await
}

/// The name under which the audit log knows a user.
///
/// # Errors
/// The database fails.
pub async fn surrogate(tx: &mut WriteTx, id: &UserId, fresh: Uuid) -> Result<Uuid, StorageError> {
    let surrogate = sqlx::query_scalar!(
        "insert into user_surrogates (tenant_id, user_id, surrogate) values ($1, $2, $3)
         on conflict (tenant_id, user_id) do update set surrogate = user_surrogates.surrogate returning surrogate",
        tx.tenant.0,
        id.as_str(),
        fresh
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(surrogate)
}

/// Forgets which user a surrogate in the audit log stands for.
///
/// # Errors
/// The database fails.
pub async fn forget_surrogate(tx: &mut WriteTx, id: &UserId) -> Result<(), StorageError> {
    sqlx::query!(
        "delete from user_surrogates where tenant_id = $1 and user_id = $2",
        tx.tenant.0,
        id.as_str()
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
