//! Answers that are kept for a day, so that a request that is repeated under its key does nothing twice.

use lanyard_core::seal::{MasterKeys, Sealed};
use zeroize::Zeroizing;

use crate::{StorageError, WriteTx};

pub(crate) const PURPOSE: &str = "idempotency";

/// For how long a key is remembered, in seconds.
pub const KEPT_FOR: i64 = 86_400;

/// A request that named a key.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Who asks, as the audit log names actors.
    pub caller: &'a str,
    /// The key that the caller chose.
    pub key: &'a str,
    /// SHA-256 over the method, the path and the body.
    pub digest: &'a [u8; 32],
}

impl Request<'_> {
    fn context(&self, tx: &WriteTx) -> [Vec<u8>; 3] {
        [
            tx.tenant.0.as_bytes().to_vec(),
            self.caller.as_bytes().to_vec(),
            self.key.as_bytes().to_vec(),
        ]
    }
}

/// What was answered before under a key.
#[derive(Debug)]
pub enum Before {
    /// The same request had this answer: status and body.
    Same(u16, Zeroizing<Vec<u8>>),
    /// The key was used for another request.
    Other,
}

/// Looks for an answer that was given before. The tenant is locked, so a twin of the request has either ended or not begun.
///
/// # Errors
/// The database fails, or the answer doesn't open.
pub async fn find(
    tx: &mut WriteTx,
    request: &Request<'_>,
    master_keys: &MasterKeys,
    now: i64,
) -> Result<Option<Before>, StorageError> {
    let row = sqlx::query!(
        "select digest, status, master_key_id, sealed from idempotency_keys
         where tenant_id = $1 and caller = $2 and key = $3 and created_at > to_timestamp($4::bigint)",
        tx.tenant.0,
        request.caller,
        request.key,
        now - KEPT_FOR
    )
    .fetch_optional(tx.connection())
    .await?;
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
    sqlx::query!(
        "insert into idempotency_keys (tenant_id, caller, key, digest, status, master_key_id, sealed, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8::bigint))
         on conflict (tenant_id, caller, key) do update set
             digest = excluded.digest, status = excluded.status, master_key_id = excluded.master_key_id,
             sealed = excluded.sealed, created_at = excluded.created_at",
        tx.tenant.0,
        request.caller,
        request.key,
        &request.digest[..],
        i32::from(status),
        sealed.master_key_id,
        sealed.bytes,
        now
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
