//! Many users at once, through COPY.

use lanyard_core::user::{Email, Role, Url, User, Username};

use super::counted;
use crate::{Change, StorageError, WriteTx};

/// What a batch did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// Users that are new.
    pub created: u64,
    /// Users that were there.
    pub updated: u64,
}

/// Creates or updates users from rows in the text form of COPY, see [`copy_row`]; of two rows with one id the later
/// counts.
///
/// # Errors
/// The database fails, or [`StorageError::QuotaReached`]; nothing of the batch is written then.
pub async fn import_batch(
    tx: &mut WriteTx,
    rows: &[u8],
    now: i64,
) -> Result<Imported, StorageError> {
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
                               extra, version, created_at, updated_at)
            select distinct on (id) $1, id, email, email_verified, username, badges, role, url, avatar, member_since,
                   extra, $2, to_timestamp($3), to_timestamp($3)
            from staged_users order by id, place desc
            on conflict (tenant_id, id) do update set
                email = excluded.email, email_verified = excluded.email_verified, username = excluded.username,
                badges = excluded.badges, role = excluded.role, url = excluded.url, avatar = excluded.avatar,
                member_since = excluded.member_since, extra = excluded.extra, version = excluded.version,
                updated_at = excluded.updated_at
            returning (xmax = 0) as created
        )
        select count(*) filter (where created), count(*) filter (where not created) from written",
    )
    .bind(tx.tenant.0)
    .bind(version)
    .bind(now)
    .fetch_one(tx.connection())
    .await?;
    sqlx::query("truncate staged_users")
        .execute(tx.connection())
        .await?;
    tx.changed(Change::Users);
    counted(tx, created).await?;
    Ok(Imported {
        created: u64::try_from(created).unwrap_or_default(),
        updated: u64::try_from(updated).unwrap_or_default(),
    })
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
