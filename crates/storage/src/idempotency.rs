//! Answers that are kept for a day, so that a request that is repeated under its key does nothing twice.

use lanyard_core::{
    account::AccountId,
    seal::{MasterKeys, Sealed},
};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{Database, StorageError, WriteTx};

pub(crate) const PURPOSE: &str = "idempotency";
/// In the place of a caller where the answer is an account's own. No caller in a tenant is called so.
pub(crate) const ACCOUNT: &str = "account";

/// For how long a key is remembered, in seconds.
pub const KEPT_FOR: i64 = 86_400;

/// Among whose requests a key is unique.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// Of a caller in a tenant, as the audit log names actors.
    Tenant(&'a str),
    /// Of an account, in no tenant or before it belongs to one.
    Account(AccountId),
}

/// A request that named a key.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Who asks, and where.
    pub scope: Scope<'a>,
    /// The key that the caller chose.
    pub key: &'a str,
    /// SHA-256 over the method, the path and the body.
    pub digest: &'a [u8; 32],
    /// The reader whose record the answer holds.
    pub reader: Option<&'a str>,
}

impl Request<'_> {
    fn context(&self, tx: &WriteTx) -> [Vec<u8>; 3] {
        match self.scope {
            Scope::Tenant(caller) => context(tx.tenant.0, caller, self.key),
            Scope::Account(account) => context(account.0, ACCOUNT, self.key),
        }
    }
}

/// What an answer is bound to: a tenant and a caller there, or an account and [`ACCOUNT`]; and the key.
pub(crate) fn context(whose: Uuid, caller: &str, key: &str) -> [Vec<u8>; 3] {
    [
        whose.as_bytes().to_vec(),
        caller.as_bytes().to_vec(),
        key.as_bytes().to_vec(),
    ]
}

/// What was answered before under a key.
#[derive(Debug)]
pub enum Before {
    /// The same request had this answer: status and body.
    Same(u16, Zeroizing<Vec<u8>>),
    /// The key was used for another request.
    Other,
}

/// An answer as it is stored.
struct Kept {
    digest: Vec<u8>,
    status: i32,
    master_key_id: String,
    sealed: Vec<u8>,
}

/// Looks for an answer that was given before. The tenant or the account is locked, so a twin of the request has either
/// ended or not begun.
///
/// # Errors
/// The database fails, or the answer doesn't open.
pub async fn find(
    tx: &mut WriteTx,
    request: &Request<'_>,
    master_keys: &MasterKeys,
    now: i64,
) -> Result<Option<Before>, StorageError> {
    let since = now - KEPT_FOR;
    let row = match request.scope {
        Scope::Tenant(caller) => {
            sqlx::query_as!(
                Kept,
                "select digest, status, master_key_id, sealed from idempotency_keys
                 where tenant_id = $1 and caller = $2 and key = $3 and created_at > to_timestamp($4::bigint)",
                tx.tenant.0,
                caller,
                request.key,
                since
            )
            .fetch_optional(tx.connection())
            .await?
        }
        Scope::Account(account) => {
            sqlx::query_as!(
                Kept,
                "select digest, status, master_key_id, sealed from account_idempotency_keys
                 where account_id = $1 and key = $2 and created_at > to_timestamp($3::bigint)",
                account.0,
                request.key,
                since
            )
            .fetch_optional(tx.connection())
            .await?
        }
    };
    let Some(row) = row else {
        return Ok(None);
    };
    if row.digest != request.digest {
        return Ok(Some(Before::Other));
    }
    let context = request.context(tx);
    let sealed = Sealed {
        master_key_id: row.master_key_id,
        bytes: row.sealed,
    };
    let body = master_keys.open_for(PURPOSE, &context.each_ref().map(Vec::as_slice), &sealed)?;
    let status = u16::try_from(row.status)
        .map_err(|_| StorageError::Corrupt("the status of a kept answer".to_owned()))?;
    Ok(Some(Before::Same(status, body)))
}

/// Keeps an answer, sealed.
///
/// # Errors
/// The database fails.
pub async fn keep(
    tx: &mut WriteTx,
    request: &Request<'_>,
    master_keys: &MasterKeys,
    (status, body): (u16, &[u8]),
    now: i64,
) -> Result<(), StorageError> {
    let context = request.context(tx);
    let sealed = master_keys.seal_for(PURPOSE, &context.each_ref().map(Vec::as_slice), body)?;
    match request.scope {
        Scope::Tenant(caller) => {
            sqlx::query!(
                "insert into idempotency_keys (tenant_id, caller, key, digest, status, master_key_id, sealed, created_at, reader)
                 values ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8::bigint), $9)
                 on conflict (tenant_id, caller, key) do update set
                     digest = excluded.digest, status = excluded.status, master_key_id = excluded.master_key_id,
                     sealed = excluded.sealed, created_at = excluded.created_at, reader = excluded.reader",
                tx.tenant.0,
                caller,
                request.key,
                &request.digest[..],
                i32::from(status),
                sealed.master_key_id,
                sealed.bytes,
                now,
                request.reader
            )
            .execute(tx.connection())
            .await?
        }
        Scope::Account(account) => {
            sqlx::query!(
                "insert into account_idempotency_keys (account_id, key, digest, status, master_key_id, sealed, created_at)
                 values ($1, $2, $3, $4, $5, $6, to_timestamp($7::bigint))
                 on conflict (account_id, key) do update set
                     digest = excluded.digest, status = excluded.status, master_key_id = excluded.master_key_id,
                     sealed = excluded.sealed, created_at = excluded.created_at",
                account.0,
                request.key,
                &request.digest[..],
                i32::from(status),
                sealed.master_key_id,
                sealed.bytes,
                now
            )
            .execute(tx.connection())
            .await?
        }
    };
    Ok(())
}

/// Forgets the answers that hold a reader's record.
///
/// # Errors
/// The database fails.
pub(crate) async fn forget_reader(tx: &mut WriteTx, reader: &str) -> Result<(), StorageError> {
    sqlx::query!(
        "delete from idempotency_keys where tenant_id = $1 and reader = $2",
        tx.tenant.0,
        reader
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Forgets the answers that nobody may ask for again.
///
/// # Errors
/// The database fails.
pub async fn prune(database: &Database) -> Result<(), StorageError> {
    sqlx::query!("select prune_idempotency_keys()")
        .execute(&database.pool)
        .await?;
    Ok(())
}
