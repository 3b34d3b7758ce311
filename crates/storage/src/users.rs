//! Users: rows, one at a time and by the batch.

use futures_util::TryStreamExt;
use lanyard_core::{
    revocation::{Revocation, Subject},
    tenant::{CLOCK_SKEW, MAX_TOKEN_LIFETIME, PROPAGATION},
    user::{Email, Role, Url, User, UserId, Username},
};
use uuid::Uuid;

use crate::{Change, ReadTx, StorageError, WriteTx, error::stored, revocations};

/// A user, and whether disabled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    /// The user.
    pub user: User,
    /// Since when the user gets no tokens, in unix seconds.
    pub disabled_at: Option<i64>,
}

struct Columns {
    id: String,
    email: Option<String>,
    email_verified: Option<bool>,
    username: Option<String>,
    badges: Option<Vec<String>>,
    role: Option<String>,
    url: Option<String>,
    avatar: Option<String>,
    member_since: Option<i64>,
    extra: Option<String>,
    disabled_at: Option<i64>,
}

impl TryFrom<Columns> for UserRow {
    type Error = StorageError;

    fn try_from(row: Columns) -> Result<Self, StorageError> {
        let user = User {
            id: stored("user id", UserId::parse(&row.id))?,
            email: stored("e-mail", row.email.as_deref().map(Email::parse).transpose())?,
            email_verified: row.email_verified,
            username: stored(
                "username",
                row.username.as_deref().map(Username::parse).transpose(),
            )?,
            badges: row.badges,
            role: stored("role", row.role.as_deref().map(Role::parse).transpose())?,
            url: stored("url", row.url.as_deref().map(Url::parse).transpose())?,
            avatar: stored("avatar", row.avatar.as_deref().map(Url::parse).transpose())?,
            member_since: row.member_since,
            extra: row.extra.map(Into::into),
        };
        Ok(Self {
            user,
            disabled_at: row.disabled_at,
        })
    }
}

/// The user with this id.
///
/// # Errors
/// The database fails, or the row is damaged.
pub async fn get(tx: &mut ReadTx, id: &UserId) -> Result<Option<UserRow>, StorageError> {
    sqlx::query_as!(
        Columns,
        r#"select id, email, email_verified, username, badges, role, url, avatar, member_since,
                  extra::text as extra, extract(epoch from disabled_at)::bigint as disabled_at
           from users where tenant_id = $1 and id = $2"#,
        tx.tenant.0,
        id.as_str()
    )
    .fetch_optional(tx.connection())
    .await?
    .map(TryInto::try_into)
    .transpose()
}

/// All users by id, handed to `each` one by one.
///
/// # Errors
/// The database fails, or `each` says so.
pub async fn export<E: From<StorageError>>(
    tx: &mut ReadTx,
    mut each: impl FnMut(UserRow) -> Result<(), E>,
) -> Result<(), E> {
    let tenant = tx.tenant.0;
    // One statement, as slow as whoever reads the output.
    sqlx::query("set local statement_timeout = 0")
        .execute(tx.connection())
        .await
        .map_err(StorageError::from)?;
    let mut rows = sqlx::query_as!(
        Columns,
        r#"select id, email, email_verified, username, badges, role, url, avatar, member_since,
                  extra::text as extra, extract(epoch from disabled_at)::bigint as disabled_at
           from users where tenant_id = $1 order by id"#,
        tenant
    )
    .fetch(tx.connection());
    while let Some(row) = rows.try_next().await.map_err(StorageError::from)? {
        each(row.try_into()?)?;
    }
    Ok(())
}

/// Disables a user: no new tokens, and none of the old ones is good any more. False when there is no such user.
///
/// # Errors
/// The database fails.
pub async fn disable(tx: &mut WriteTx, id: &UserId, now: i64) -> Result<bool, StorageError> {
    let found = sqlx::query!(
        "update users set disabled_at = coalesce(disabled_at, to_timestamp($3::bigint)), version = $4
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
        "update users set disabled_at = null, version = $3 where tenant_id = $1 and id = $2",
        tx.tenant.0,
        id.as_str(),
        tx.version
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

/// Creates or updates users from rows in the text form of COPY, see [`copy_row`]; of two rows with one id the later
/// counts. How many were new, and how many were updated.
///
/// # Errors
/// The database fails; nothing of the batch is written then.
pub async fn import_batch(tx: &mut WriteTx, rows: &[u8]) -> Result<(u64, u64), StorageError> {
    let version = tx.version;
    sqlx::query("set local statement_timeout = 0")
        .execute(tx.connection())
        .await?;
    // Not checked at build, since the table doesn't outlive the transaction.
    sqlx::query(
        "create temporary table if not exists staged_users (
            place bigint, id text collate \"C\", email text, email_verified bool, username text, badges text[], role text,
            url text, avatar text, member_since bigint, extra json) on commit drop",
    )
    .execute(tx.connection())
    .await?;
    let mut copy = tx
        .connection()
        .copy_in_raw(
            "copy staged_users (place, id, email, email_verified, username, badges, role, url, avatar, member_since, extra)
             from stdin",
        )
        .await?;
    copy.send(rows).await?;
    copy.finish().await?;
    let (created, updated): (i64, i64) = sqlx::query_as(
        "with written as (
            insert into users (tenant_id, id, email, email_verified, username, badges, role, url, avatar, member_since,
                               extra, version)
            select distinct on (id) $1, id, email, email_verified, username, badges, role, url, avatar, member_since,
                   extra, $2
            from staged_users order by id, place desc
            on conflict (tenant_id, id) do update set
                email = excluded.email, email_verified = excluded.email_verified, username = excluded.username,
                badges = excluded.badges, role = excluded.role, url = excluded.url, avatar = excluded.avatar,
                member_since = excluded.member_since, extra = excluded.extra, version = excluded.version
            returning (xmax = 0) as created
        )
        select count(*) filter (where created), count(*) filter (where not created) from written",
    )
    .bind(tx.tenant.0)
    .bind(version)
    .fetch_one(tx.connection())
    .await?;
    sqlx::query("truncate staged_users")
        .execute(tx.connection())
        .await?;
    tx.changed(Change::Users);
    Ok((
        u64::try_from(created).unwrap_or_default(),
        u64::try_from(updated).unwrap_or_default(),
    ))
}

/// Appends a user as a row in the text form of COPY; `place` orders rows with one id.
pub fn copy_row(out: &mut Vec<u8>, place: u64, user: &User) {
    use std::io::Write;
    // Writing to a Vec can't fail.
    let _ = write!(out, "{place}");
    let mut text = |value: Option<&str>| {
        out.push(b'\t');
        match value {
            Some(value) => value.bytes().for_each(|byte| push_escaped(out, byte)),
            None => out.extend_from_slice(b"\\N"),
        }
    };
    text(Some(user.id.as_str()));
    text(user.email.as_ref().map(Email::as_str));
    text(
        user.email_verified
            .map(|verified| if verified { "t" } else { "f" }),
    );
    text(user.username.as_ref().map(Username::as_str));
    text(
        user.badges
            .as_ref()
            .map(|badges| array_literal(badges))
            .as_deref(),
    );
    text(user.role.map(Role::as_str));
    text(user.url.as_ref().map(Url::as_str));
    text(user.avatar.as_ref().map(Url::as_str));
    text(
        user.member_since
            .map(|seconds| seconds.to_string())
            .as_deref(),
    );
    text(user.extra.as_deref());
    out.push(b'\n');
}

/// COPY's own escapes: a backslash, and the bytes that would end a field or a row.
fn push_escaped(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        plain => out.push(plain),
    }
}

/// An array of texts as Postgres reads one.
fn array_literal(items: &[String]) -> String {
    let quoted: Vec<String> = items
        .iter()
        .map(|item| format!("\"{}\"", item.replace('\\', "\\\\").replace('"', "\\\"")))
        .collect();
    format!("{{{}}}", quoted.join(","))
}
