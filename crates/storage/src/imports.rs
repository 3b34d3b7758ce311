//! How far an import came, written with each of its batches.

use crate::{ReadTx, StorageError, WriteTx};

/// Where an interrupted import of the same file stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The reader's position, as text.
    pub position: String,
    /// Users written until then.
    pub written: i64,
}

/// The progress of the file with this fingerprint, if its import was interrupted.
///
/// # Errors
/// The database fails.
pub async fn progress(
    tx: &mut ReadTx,
    fingerprint: &[u8],
) -> Result<Option<Progress>, StorageError> {
    Ok(sqlx::query_as!(
        Progress,
        "select position, written from imports where tenant_id = $1 and fingerprint = $2",
        tx.tenant.0,
        fingerprint
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Notes the progress, with the batch that made it.
///
/// # Errors
/// The database fails.
pub async fn note(
    tx: &mut WriteTx,
    fingerprint: &[u8],
    progress: &Progress,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into imports (tenant_id, fingerprint, position, written) values ($1, $2, $3, $4)
         on conflict (tenant_id, fingerprint) do update set
             position = excluded.position, written = excluded.written, updated_at = now()",
        tx.tenant.0,
        fingerprint,
        progress.position,
        progress.written
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Forgets the progress: the import is done.
///
/// # Errors
/// The database fails.
pub async fn forget(tx: &mut WriteTx, fingerprint: &[u8]) -> Result<(), StorageError> {
    sqlx::query!(
        "delete from imports where tenant_id = $1 and fingerprint = $2",
        tx.tenant.0,
        fingerprint
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
