//! Revocations: durable before they are acknowledged.

use lanyard_core::revocation::{Revocation, Revocations, Subject};

use crate::{Change, Database, ReadTx, StorageError, WriteTx, exchange_codes};

/// Writes a revocation; one that is there is made stronger, never weaker. The second that it names is at least the
/// database's own: a clock that is behind would spare what it is meant to kill. Codes that would still be exchanged for a
/// token go with it.
///
/// # Errors
/// The database fails.
pub async fn add(tx: &mut WriteTx, revocation: &Revocation) -> Result<(), StorageError> {
    exchange_codes::forget(tx, &revocation.subject).await?;
    let (kind, subject) = revocation.subject.columns();
    let row = sqlx::query!(
        "insert into revocations as held (tenant_id, kind, subject, standing, before, expires_at)
         values ($1, $2, $3, $4,
                 case when $5::bigint is not null
                      then greatest($5, extract(epoch from clock_timestamp())::bigint) end,
                 $6)
         on conflict (tenant_id, kind, subject) do update set
             standing = held.standing or excluded.standing,
             before = greatest(held.before, excluded.before),
             -- Null stands for ever.
             expires_at = case when held.expires_at is null or excluded.expires_at is null then null
                               else greatest(held.expires_at, excluded.expires_at) end
         returning standing, before, expires_at",
        tx.tenant.0,
        kind,
        subject,
        revocation.standing,
        revocation.before,
        revocation.expires_at
    )
    .fetch_one(tx.connection())
    .await?;
    tx.changed(Change::Revoked(Revocation {
        subject: revocation.subject.clone(),
        standing: row.standing,
        before: row.before,
        expires_at: row.expires_at,
    }));
    Ok(())
}

/// Lifts the standing mark of a subject; what was issued until now stays dead until `expires_at`. False when there was
/// no such mark.
///
/// # Errors
/// The database fails.
pub async fn lift(
    tx: &mut WriteTx,
    subject: Subject,
    now: i64,
    expires_at: i64,
) -> Result<bool, StorageError> {
    let (kind, text) = subject.columns();
    let lifted = sqlx::query!(
        "update revocations
         set standing = false, expires_at = $5,
             before = greatest(before, $4, extract(epoch from clock_timestamp())::bigint)
         where tenant_id = $1 and kind = $2 and subject = $3 and standing",
        tx.tenant.0,
        kind,
        text,
        now,
        expires_at
    )
    .execute(tx.connection())
    .await?
    .rows_affected()
        > 0;
    if lifted {
        tx.changed(Change::Lifted(subject));
    }
    Ok(lifted)
}

/// All live revocations of the tenant.
///
/// # Errors
/// The database fails, or a row is damaged.
pub async fn load(tx: &mut ReadTx, now: i64) -> Result<Revocations, StorageError> {
    let rows = sqlx::query!(
        "select kind, subject, standing, before, expires_at from revocations
         where tenant_id = $1 and (expires_at is null or expires_at > $2)",
        tx.tenant.0,
        now
    )
    .fetch_all(tx.connection())
    .await?;
    let mut set = Revocations::default();
    for row in rows {
        let subject = Subject::from_columns(&row.kind, &row.subject)
            .ok_or_else(|| StorageError::Corrupt(format!("a revocation of kind {}", row.kind)))?;
        set.add(&Revocation {
            subject,
            standing: row.standing,
            before: row.before,
            expires_at: row.expires_at,
        });
    }
    Ok(set)
}

/// Forgets what nothing alive needs any more.
///
/// # Errors
/// The database fails.
pub async fn prune(database: &Database) -> Result<i64, StorageError> {
    let pruned = sqlx::query_scalar!(r#"select prune_revocations(10000) as "count!""#)
        .fetch_one(&database.pool)
        .await?;
    Ok(pruned)
}
