//! Fingerprints of signing keys, by which a key that is in use elsewhere is known again.
//!
//! The key that they are made with belongs to the platform, is made once, and lies sealed in one row: master keys come and
//! go, and fingerprints must stay comparable.

use lanyard_core::{
    id::{DeploymentId, TenantId},
    key::{Algorithm, Fingerprint, FingerprintKey, KeyMaterial},
    seal::{MasterKeys, Sealed},
};
use sqlx::PgConnection;

use crate::{Database, StorageError, WriteTx, error::stored};

/// What the fingerprint key is sealed for.
pub(crate) const PURPOSE: &str = "fingerprint key";

/// Keys that are given a fingerprint in one transaction.
const BATCH: i64 = 100;

/// Where else a key is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shared {
    /// In another deployment of the same tenant, or in this one and revoked: a token of one would pass for one of the
    /// other, and somebody else may have what was revoked.
    Here,
    /// In another tenant, which can sign with it.
    Elsewhere,
}

/// The platform's fingerprint key, made now if there is none.
pub(crate) async fn key(
    connection: &mut PgConnection,
    master_keys: &MasterKeys,
) -> Result<FingerprintKey, StorageError> {
    for _ in 0..2 {
        let row = sqlx::query!("select master_key_id, sealed from fingerprint_key")
            .fetch_optional(&mut *connection)
            .await?;
        if let Some(row) = row {
            let sealed = Sealed {
                master_key_id: row.master_key_id,
                bytes: row.sealed,
            };
            let bytes = master_keys.open_for(PURPOSE, &[], &sealed)?;
            return Ok(FingerprintKey::new(&bytes));
        }
        let bytes = stored("fingerprint key", FingerprintKey::generate())?;
        let sealed = master_keys.seal_for(PURPOSE, &[], &bytes)?;
        // Somebody else may be faster; then theirs is read.
        sqlx::query!(
            "insert into fingerprint_key (master_key_id, sealed) values ($1, $2) on conflict do nothing",
            sealed.master_key_id,
            sealed.bytes
        )
        .execute(&mut *connection)
        .await?;
    }
    Err(StorageError::Busy)
}

/// Where else a key is in use that is to begin in a deployment. Until the end of the transaction nobody else can begin
/// the same key. A public key is everybody's: other tenants may have it, or its pair.
///
/// To whoever imports a key this tells whether another tenant has it, and so lets them try guesses. That gives nothing
/// away: secrets that can be guessed are refused before they come here (`core/src/key/lint.rs`), the others have 128 bits
/// and more, tries are limited per tenant, and each that isn't refused leaves a key and an event behind. Whoever is told
/// "yes" had the secret already.
///
/// # Errors
/// The database fails, or the fingerprint key doesn't open.
pub async fn shared(
    tx: &mut WriteTx,
    deployment: DeploymentId,
    material: &KeyMaterial,
    master_keys: &MasterKeys,
) -> Result<Option<Shared>, StorageError> {
    let tenant = tx.tenant;
    let Fingerprint(print) = key(tx.connection(), master_keys).await?.of(material);
    let (lock, _) = print.split_first_chunk().unwrap_or((&[0; 8], &[]));
    sqlx::query!(
        "select pg_advisory_xact_lock($1)",
        i64::from_be_bytes(*lock)
    )
    .execute(tx.connection())
    .await?;
    let found = sqlx::query!(
        r#"select exists (select from signing_keys
                          where tenant_id = $1 and fingerprint = $2 and (deployment_id <> $3 or state = 'revoked')) as "here!",
                  $4 and secret_in_use($2, $1) as "elsewhere!""#,
        tenant.0,
        &print[..],
        deployment.0,
        material.can_sign()
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(match (found.here, found.elsewhere) {
        (true, _) => Some(Shared::Here),
        (false, true) => Some(Shared::Elsewhere),
        (false, false) => None,
    })
}

/// Gives a fingerprint to every key that has none, and tells how many there were. Versions of before stored none.
///
/// # Errors
/// The database fails, or a key doesn't open.
pub async fn fill(database: &Database, master_keys: &MasterKeys) -> Result<u64, StorageError> {
    let tenants = sqlx::query_scalar!(
        r#"select tenants_without_fingerprints as "id!" from tenants_without_fingerprints()"#
    )
    .fetch_all(&database.pool)
    .await?;
    let mut filled = 0;
    for tenant in tenants.into_iter().map(TenantId) {
        loop {
            let rows = fill_batch(database, master_keys, tenant).await?;
            filled += rows;
            if rows == 0 {
                break;
            }
        }
    }
    Ok(filled)
}

async fn fill_batch(
    database: &Database,
    master_keys: &MasterKeys,
    tenant: TenantId,
) -> Result<u64, StorageError> {
    let mut tx = database.write_quietly(tenant).await?;
    let rows = sqlx::query!(
        "select kid, algorithm, master_key_id, sealed from signing_keys
         where tenant_id = $1 and fingerprint is null order by kid limit $2 for update skip locked",
        tenant.0,
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let key = key(&mut tx, master_keys).await?;
    let (mut kids, mut prints, mut private) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let algorithm: Algorithm = stored("algorithm", row.algorithm.parse())?;
        let sealed = Sealed {
            master_key_id: row.master_key_id,
            bytes: row.sealed,
        };
        let bytes = master_keys.open(tenant, &stored("kid", row.kid.parse())?, &sealed)?;
        let material = stored("signing key", KeyMaterial::from_bytes(algorithm, &bytes))?;
        prints.push(key.of(&material).0.to_vec());
        private.push(material.can_sign());
        kids.push(row.kid);
    }
    let filled = sqlx::query!(
        "update signing_keys set fingerprint = new.fingerprint, can_sign = new.can_sign
         from unnest($2::text[], $3::bytea[], $4::bool[]) as new (kid, fingerprint, can_sign)
         where tenant_id = $1 and signing_keys.kid = new.kid",
        tenant.0,
        &kids,
        &prints,
        &private
    )
    .execute(&mut *tx)
    .await?
    .rows_affected();
    tx.commit().await?;
    Ok(filled)
}
