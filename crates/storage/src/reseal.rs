//! Rotating the master key: what older ones seal is opened and sealed anew with the first.
//!
//! Each batch is a transaction of its own, and what the first key seals already is left alone. So a run that was
//! killed loses nothing, and the next one does the rest. No version moves: what servers hold in memory stays right.

use lanyard_core::{
    id::TenantId,
    seal::{MasterKeys, SealError, Sealed},
};
use sqlx::PgConnection;

use crate::{
    Database, StorageError, coral_rotations,
    error::stored,
    fingerprints, idempotency,
    nodes::{self, Node},
    outbox,
};

/// Rows that are sealed anew in one transaction.
const BATCH: i64 = 100;

/// What the secret of an authenticator app is sealed for, together with its account's id.
pub const TOTP: &str = "totp";

/// Why nothing more is sealed anew.
#[derive(Debug, thiserror::Error)]
pub enum ResealError {
    /// These servers run without the key that is to seal. They couldn't open what it seals.
    #[error("{} running servers don't hold the new master key", .0.len())]
    Lacking(Vec<Node>),
    /// The database fails, or something doesn't open.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<sqlx::Error> for ResealError {
    fn from(error: sqlx::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl From<SealError> for ResealError {
    fn from(error: SealError) -> Self {
        Self::Storage(error.into())
    }
}

/// How many secrets of one kind a master key seals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedCount {
    /// Such as `signing_key`.
    pub kind: String,
    /// Id of the master key.
    pub master_key_id: String,
    /// How many.
    pub rows: i64,
}

/// Which master keys seal what.
///
/// # Errors
/// The database fails.
pub async fn counts(database: &Database) -> Result<Vec<SealedCount>, StorageError> {
    Ok(sqlx::query_as!(
        SealedCount,
        r#"select kind as "kind!", master_key_id as "master_key_id!", rows as "rows!" from sealed_counts()
           union all
           select 'fingerprint_key', master_key_id, 1 from fingerprint_key"#
    )
    .fetch_all(&database.pool)
    .await?)
}

/// The running servers that lack the key which seals here: another id, or other bytes under the same.
///
/// # Errors
/// The database fails.
pub async fn lacking(database: &Database, keys: &MasterKeys) -> Result<Vec<Node>, StorageError> {
    let nodes = nodes::live(database).await?;
    Ok(without(nodes, keys))
}

fn without(nodes: Vec<Node>, keys: &MasterKeys) -> Vec<Node> {
    let wanted = &keys.fingerprints()[0];
    nodes
        .into_iter()
        .filter(|node| !node.master_keys.contains(wanted))
        .collect()
}

/// Goes once over all that other master keys seal, and tells after each batch how many rows it had. Rows that somebody
/// else holds at that moment are left for the next time.
///
/// # Errors
/// [`ResealError::Lacking`] as soon as a server runs without the new key. What was committed until then stays.
pub async fn pass(
    database: &Database,
    keys: &MasterKeys,
    mut done: impl FnMut(u64),
) -> Result<(), ResealError> {
    let tenants = sqlx::query_scalar!(
        r#"select tenants_sealed_otherwise as "id!" from tenants_sealed_otherwise($1)"#,
        keys.sealing_id()
    )
    .fetch_all(&database.pool)
    .await?;
    for tenant in tenants.into_iter().map(TenantId) {
        loop {
            let mut tx = database.write_quietly(tenant).await?;
            admit(&mut tx, keys).await?;
            let rows = signing_keys(&mut tx, keys, tenant).await?
                + idempotency_keys(&mut tx, keys, tenant).await?
                + coral_tokens(&mut tx, keys, tenant).await?;
            tx.commit().await?;
            if rows == 0 {
                break;
            }
            done(rows);
        }
    }
    loop {
        let mut tx = crate::transaction::begin_for_no_tenant(database).await?;
        admit(&mut tx, keys).await?;
        let rows = account_idempotency_keys(&mut tx, keys).await?
            + totp_secrets(&mut tx, keys).await?
            + fingerprint_key(&mut tx, keys).await?
            + mail(&mut tx, keys).await?;
        tx.commit().await?;
        if rows == 0 {
            return Ok(());
        }
        done(rows);
    }
}

/// A server that starts says first that it lives and then tries its keys. With the table locked it is either seen here,
/// or finds what is sealed here and doesn't start without the key.
async fn admit(connection: &mut PgConnection, keys: &MasterKeys) -> Result<(), ResealError> {
    sqlx::query!("lock table nodes in share mode")
        .execute(&mut *connection)
        .await?;
    let lacking = without(nodes::live_on(connection).await?, keys);
    if lacking.is_empty() {
        Ok(())
    } else {
        Err(ResealError::Lacking(lacking))
    }
}

async fn signing_keys(
    connection: &mut PgConnection,
    keys: &MasterKeys,
    tenant: TenantId,
) -> Result<u64, ResealError> {
    let rows = sqlx::query!(
        "select kid, master_key_id, sealed from signing_keys where tenant_id = $1 and master_key_id <> $2
         order by kid limit $3 for update skip locked",
        tenant.0,
        keys.sealing_id(),
        BATCH
    )
    .fetch_all(&mut *connection)
    .await?;
    let (mut kids, mut resealed) = (Vec::new(), Vec::new());
    for row in rows {
        let old = Sealed {
            master_key_id: row.master_key_id,
            bytes: row.sealed,
        };
        resealed.push(
            keys.reseal(tenant, &stored("kid", row.kid.parse())?, &old)?
                .bytes,
        );
        kids.push(row.kid);
    }
    Ok(sqlx::query!(
        "update signing_keys set master_key_id = $2, sealed = new.sealed
         from unnest($3::text[], $4::bytea[]) as new (kid, sealed)
         where tenant_id = $1 and signing_keys.kid = new.kid",
        tenant.0,
        keys.sealing_id(),
        &kids,
        &resealed
    )
    .execute(connection)
    .await?
    .rows_affected())
}

async fn idempotency_keys(
    connection: &mut PgConnection,
    keys: &MasterKeys,
    tenant: TenantId,
) -> Result<u64, ResealError> {
    let rows = sqlx::query!(
        "select caller, key, master_key_id, sealed from idempotency_keys where tenant_id = $1 and master_key_id <> $2
         order by caller, key limit $3 for update skip locked",
        tenant.0,
        keys.sealing_id(),
        BATCH
    )
    .fetch_all(&mut *connection)
    .await?;
    let (mut callers, mut names, mut resealed) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let old = Sealed {
            master_key_id: row.master_key_id,
            bytes: row.sealed,
        };
        let context = idempotency::context(tenant.0, &row.caller, &row.key);
        let context = context.each_ref().map(Vec::as_slice);
        resealed.push(keys.reseal_for(idempotency::PURPOSE, &context, &old)?.bytes);
        callers.push(row.caller);
        names.push(row.key);
    }
    Ok(sqlx::query!(
        "update idempotency_keys set master_key_id = $2, sealed = new.sealed
         from unnest($3::text[], $4::text[], $5::bytea[]) as new (caller, key, sealed)
         where tenant_id = $1 and idempotency_keys.caller = new.caller and idempotency_keys.key = new.key",
        tenant.0,
        keys.sealing_id(),
        &callers,
        &names,
        &resealed
    )
    .execute(connection)
    .await?
    .rows_affected())
}

async fn coral_tokens(
    connection: &mut PgConnection,
    keys: &MasterKeys,
    tenant: TenantId,
) -> Result<u64, ResealError> {
    let rows = sqlx::query!(
        r#"select id, master_key_id as "master_key_id!", sealed as "sealed!" from coral_rotations
           where tenant_id = $1 and master_key_id <> $2 order by id limit $3 for update skip locked"#,
        tenant.0,
        keys.sealing_id(),
        BATCH
    )
    .fetch_all(&mut *connection)
    .await?;
    let (mut ids, mut resealed) = (Vec::new(), Vec::new());
    for row in rows {
        let old = Sealed {
            master_key_id: row.master_key_id,
            bytes: row.sealed,
        };
        let context: [&[u8]; 2] = [tenant.0.as_bytes(), row.id.as_bytes()];
        resealed.push(
            keys.reseal_for(coral_rotations::PURPOSE, &context, &old)?
                .bytes,
        );
        ids.push(row.id);
    }
    Ok(sqlx::query!(
        "update coral_rotations set master_key_id = $2, sealed = new.sealed
         from unnest($3::uuid[], $4::bytea[]) as new (id, sealed)
         where tenant_id = $1 and coral_rotations.id = new.id",
        tenant.0,
        keys.sealing_id(),
        &ids,
        &resealed
    )
    .execute(connection)
    .await?
    .rows_affected())
}

async fn account_idempotency_keys(
    connection: &mut PgConnection,
    keys: &MasterKeys,
) -> Result<u64, ResealError> {
    let rows = sqlx::query!(
        "select account_id, key, master_key_id, sealed from account_idempotency_keys where master_key_id <> $1
         order by account_id, key limit $2 for update skip locked",
        keys.sealing_id(),
        BATCH
    )
    .fetch_all(&mut *connection)
    .await?;
    let (mut accounts, mut names, mut resealed) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let old = Sealed {
            master_key_id: row.master_key_id,
            bytes: row.sealed,
        };
        let context = idempotency::context(row.account_id, idempotency::ACCOUNT, &row.key);
        let context = context.each_ref().map(Vec::as_slice);
        resealed.push(keys.reseal_for(idempotency::PURPOSE, &context, &old)?.bytes);
        accounts.push(row.account_id);
        names.push(row.key);
    }
    Ok(sqlx::query!(
        "update account_idempotency_keys set master_key_id = $1, sealed = new.sealed
         from unnest($2::uuid[], $3::text[], $4::bytea[]) as new (account_id, key, sealed)
         where account_idempotency_keys.account_id = new.account_id and account_idempotency_keys.key = new.key",
        keys.sealing_id(),
        &accounts,
        &names,
        &resealed
    )
    .execute(connection)
    .await?
    .rows_affected())
}

async fn fingerprint_key(
    connection: &mut PgConnection,
    keys: &MasterKeys,
) -> Result<u64, ResealError> {
    let row = sqlx::query!(
        "select master_key_id, sealed from fingerprint_key where master_key_id <> $1 for update skip locked",
        keys.sealing_id()
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else {
        return Ok(0);
    };
    let old = Sealed {
        master_key_id: row.master_key_id,
        bytes: row.sealed,
    };
    let resealed = keys.reseal_for(fingerprints::PURPOSE, &[], &old)?;
    Ok(sqlx::query!(
        "update fingerprint_key set master_key_id = $1, sealed = $2",
        resealed.master_key_id,
        resealed.bytes
    )
    .execute(connection)
    .await?
    .rows_affected())
}

async fn totp_secrets(
    connection: &mut PgConnection,
    keys: &MasterKeys,
) -> Result<u64, ResealError> {
    let rows = sqlx::query!(
        r#"select id, totp_master_key_id as "master_key_id!", totp_sealed as "sealed!" from accounts
           where totp_master_key_id <> $1 order by id limit $2 for update skip locked"#,
        keys.sealing_id(),
        BATCH
    )
    .fetch_all(&mut *connection)
    .await?;
    let (mut ids, mut resealed) = (Vec::new(), Vec::new());
    for row in rows {
        let old = Sealed {
            master_key_id: row.master_key_id,
            bytes: row.sealed,
        };
        resealed.push(keys.reseal_for(TOTP, &[row.id.as_bytes()], &old)?.bytes);
        ids.push(row.id);
    }
    Ok(sqlx::query!(
        "update accounts set totp_master_key_id = $1, totp_sealed = new.sealed
         from unnest($2::uuid[], $3::bytea[]) as new (id, sealed) where accounts.id = new.id",
        keys.sealing_id(),
        &ids,
        &resealed
    )
    .execute(connection)
    .await?
    .rows_affected())
}

async fn mail(connection: &mut PgConnection, keys: &MasterKeys) -> Result<u64, ResealError> {
    let rows = sqlx::query!(
        "select id, master_key_id, sealed from outbox where master_key_id <> $1 order by id limit $2
         for update skip locked",
        keys.sealing_id(),
        BATCH
    )
    .fetch_all(&mut *connection)
    .await?;
    let (mut ids, mut resealed) = (Vec::new(), Vec::new());
    for row in rows {
        let old = Sealed {
            master_key_id: row.master_key_id,
            bytes: row.sealed,
        };
        resealed.push(
            keys.reseal_for(outbox::PURPOSE, &[row.id.as_bytes()], &old)?
                .bytes,
        );
        ids.push(row.id);
    }
    Ok(sqlx::query!(
        "update outbox set master_key_id = $1, sealed = new.sealed
         from unnest($2::uuid[], $3::bytea[]) as new (id, sealed) where outbox.id = new.id",
        keys.sealing_id(),
        &ids,
        &resealed
    )
    .execute(connection)
    .await?
    .rows_affected())
}
