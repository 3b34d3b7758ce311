//! Signing keys: sealed in the row, opened in memory only, never in Redis.

mod rows;

use std::{
    collections::HashMap,
    sync::{Arc, atomic::AtomicBool},
};

use lanyard_core::{
    id::{DeploymentId, Kid, TenantId},
    key::{Algorithm, KeyMaterial, TalkForm},
    revocation::{Revocation, Subject},
    seal::{MasterKeys, SealError, Sealed},
    signing_key::{KeySet, KeyState, Origin, SigningKey},
};

pub use rows::{After, KeyRow, active, active_now, count, get, get_now, list, token_lifetime};
use sqlx::PgConnection;

use crate::{
    Change, Database, ReadTx, StorageError, WriteTx, error::stored, fingerprints, reseal,
    revocations,
};

/// The constraint that is broken when a tenant has a `kid` already.
pub const KID_TAKEN: &str = "signing_keys_pkey";

/// Seals and stores a key in the state that it has.
///
/// # Errors
/// [`StorageError::Conflict`] with [`KID_TAKEN`] when the tenant has that `kid`.
pub async fn insert(
    tx: &mut WriteTx,
    deployment: DeploymentId,
    key: &SigningKey,
    master_keys: &MasterKeys,
) -> Result<(), StorageError> {
    let sealed = master_keys.seal(tx.tenant, &key.kid, &key.material.to_bytes())?;
    let print = fingerprints::key(tx.connection(), master_keys)
        .await?
        .of(&key.material);
    let (origin, form, accept_lifetime) = match key.origin {
        Origin::Generated => ("generated", None, None),
        Origin::Imported {
            accept_lifetime,
            form,
        } => ("imported", Some(form_text(form)), Some(accept_lifetime)),
    };
    let retires_at = match key.state {
        KeyState::Retiring { until } => Some(until),
        _ => None,
    };
    sqlx::query!(
        "insert into signing_keys (tenant_id, kid, deployment_id, algorithm, state, origin, talk_form, accept_lifetime,
                                   weak, longest_lifetime, master_key_id, sealed, created_at, activated_at,
                                   retires_at, counted_from, fingerprint)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, to_timestamp($13::bigint),
                 case when $5 = 'active' then to_timestamp($13::bigint) end, to_timestamp($14::bigint),
                 to_timestamp($13::bigint), $15)",
        tx.tenant.0,
        key.kid.as_str(),
        deployment.0,
        key.algorithm().name(),
        key.state.name(),
        origin,
        form,
        accept_lifetime,
        key.weak,
        key.longest_lifetime,
        sealed.master_key_id,
        sealed.bytes,
        key.created_at,
        retires_at,
        &print.0[..]
    )
    .execute(tx.connection())
    .await?;
    tx.changed(Change::Tenant);
    Ok(())
}

/// What became of the key that was active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// Its id.
    pub kid: String,
    /// Until when it verifies, in unix seconds; `None` when it never signed and so ended at once.
    pub until: Option<i64>,
}

/// Lets the active key of a deployment sign no more, and verify until `until` what it signed.
///
/// # Errors
/// The database fails.
pub async fn replace_active(
    tx: &mut WriteTx,
    deployment: DeploymentId,
    now: i64,
    until: i64,
) -> Result<Option<Replaced>, StorageError> {
    // Others sign with an imported key too, so that it didn't sign here says nothing.
    let row = sqlx::query!(
        r#"update signing_keys set
               state = case when first_used_at is null and origin = 'generated' then 'retired' else 'retiring' end,
               retires_at = case when first_used_at is null and origin = 'generated' then null
                                 else to_timestamp($4::bigint) end,
               ended_at = case when first_used_at is null and origin = 'generated' then to_timestamp($3::bigint) end,
               retiring_since = to_timestamp($3::bigint)
           where tenant_id = $1 and deployment_id = $2 and state = 'active'
           returning kid, extract(epoch from retires_at)::bigint as until"#,
        tx.tenant.0,
        deployment.0,
        now,
        until
    )
    .fetch_optional(tx.connection())
    .await?;
    tx.changed(Change::Tenant);
    Ok(row.map(|row| Replaced {
        kid: row.kid,
        until: row.until,
    }))
}

/// Lets a retiring key sign again, also one whose time is over; false when it isn't one. The deployment must have no key
/// that signs.
///
/// # Errors
/// The database fails, or another key is active.
pub async fn reactivate(tx: &mut WriteTx, kid: &Kid) -> Result<bool, StorageError> {
    let changed = sqlx::query!(
        "update signing_keys set state = 'active', retiring_since = null, retires_at = null
         where tenant_id = $1 and kid = $2 and state = 'retiring'",
        tx.tenant.0,
        kid.as_str()
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    tx.changed(Change::Tenant);
    Ok(changed > 0)
}

/// Notes that the key is about to sign for the first time; false when it may sign no more. No other node needs to know.
///
/// # Errors
/// The database fails.
pub async fn mark_used(
    database: &Database,
    tenant: TenantId,
    kid: &Kid,
    now: i64,
) -> Result<bool, StorageError> {
    let mut tx = database.write_quietly(tenant).await?;
    let marked = sqlx::query!(
        "update signing_keys set first_used_at = coalesce(first_used_at, to_timestamp($3::bigint))
         where tenant_id = $1 and kid = $2 and state = 'active'",
        tenant.0,
        kid.as_str(),
        now
    )
    .execute(&mut *tx)
    .await?
    .rows_affected();
    tx.commit().await?;
    Ok(marked > 0)
}

/// Makes a pending key the active one. The deployment must have no other: see [`replace_active`].
///
/// # Errors
/// The database fails, or another key is active.
pub async fn activate(tx: &mut WriteTx, kid: &Kid, now: i64) -> Result<bool, StorageError> {
    let changed = sqlx::query!(
        "update signing_keys set state = 'active', activated_at = to_timestamp($3::bigint)
         where tenant_id = $1 and kid = $2 and state = 'pending'",
        tx.tenant.0,
        kid.as_str(),
        now
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    tx.changed(Change::Tenant);
    Ok(changed > 0)
}

/// Ends a key that is not active: it verifies no more.
///
/// # Errors
/// The database fails.
pub async fn retire(tx: &mut WriteTx, kid: &Kid, now: i64) -> Result<bool, StorageError> {
    let changed = sqlx::query!(
        "update signing_keys set state = 'retired', retires_at = null, ended_at = to_timestamp($3::bigint)
         where tenant_id = $1 and kid = $2 and state in ('pending', 'retiring')",
        tx.tenant.0,
        kid.as_str(),
        now
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    tx.changed(Change::Tenant);
    Ok(changed > 0)
}

/// Ends a key at once, whatever its state, and writes the revocation that every node honours.
///
/// # Errors
/// The database fails.
pub async fn revoke(tx: &mut WriteTx, kid: &Kid, now: i64) -> Result<bool, StorageError> {
    let found = sqlx::query!(
        "update signing_keys set state = 'revoked', retires_at = null,
                ended_at = coalesce(ended_at, to_timestamp($3::bigint))
         where tenant_id = $1 and kid = $2",
        tx.tenant.0,
        kid.as_str(),
        now
    )
    .execute(tx.connection())
    .await?
    .rows_affected()
        > 0;
    if found {
        revocations::add(
            tx,
            &Revocation::standing(Subject::Key(kid.as_str().into()), now),
        )
        .await?;
        tx.changed(Change::Tenant);
    }
    Ok(found)
}

/// All keys of the tenant, opened, by deployment.
///
/// # Errors
/// The database fails, a row is damaged, or its master key is missing.
pub async fn load(
    tx: &mut ReadTx,
    master_keys: &MasterKeys,
) -> Result<HashMap<DeploymentId, KeySet>, StorageError> {
    let tenant = tx.tenant;
    open(tx.connection(), tenant, master_keys).await
}

/// The same, as nobody else can change them any more: a write begins with the tenant locked.
///
/// # Errors
/// The database fails, a row is damaged, or its master key is missing.
pub async fn load_now(
    tx: &mut WriteTx,
    master_keys: &MasterKeys,
) -> Result<HashMap<DeploymentId, KeySet>, StorageError> {
    let tenant = tx.tenant;
    open(tx.connection(), tenant, master_keys).await
}

async fn open(
    connection: &mut PgConnection,
    tenant: TenantId,
    master_keys: &MasterKeys,
) -> Result<HashMap<DeploymentId, KeySet>, StorageError> {
    let rows = sqlx::query!(
        r#"select kid, deployment_id, algorithm, state, origin, talk_form, accept_lifetime, weak, longest_lifetime,
                  first_used_at is not null as "used!", master_key_id, sealed, extract(epoch from created_at)::bigint as "created_at!",
                  extract(epoch from retiring_since)::bigint as retiring_since,
                  extract(epoch from retires_at)::bigint as retires_at
           from signing_keys where tenant_id = $1 order by created_at, kid"#,
        tenant.0
    )
    .fetch_all(connection)
    .await?;
    let mut sets: HashMap<DeploymentId, Vec<Arc<SigningKey>>> = HashMap::new();
    for row in rows {
        let kid: Kid = stored("kid", row.kid.parse())?;
        let algorithm: Algorithm = stored("algorithm", row.algorithm.parse())?;
        let sealed = Sealed {
            master_key_id: row.master_key_id,
            bytes: row.sealed,
        };
        let bytes = master_keys.open(tenant, &kid, &sealed)?;
        let material = stored("signing key", KeyMaterial::from_bytes(algorithm, &bytes))?;
        let state = state_of(&row.state, row.retires_at);
        let origin = origin_of(&row.origin, row.talk_form.as_deref(), row.accept_lifetime);
        let mut key = SigningKey::new(kid, material, state, origin, row.created_at);
        key.weak = row.weak;
        key.retiring_since = row.retiring_since;
        key.longest_lifetime = row.longest_lifetime;
        key.used = AtomicBool::new(row.used);
        sets.entry(DeploymentId(row.deployment_id))
            .or_default()
            .push(Arc::new(key));
    }
    Ok(sets
        .into_iter()
        .map(|(deployment, keys)| (deployment, KeySet::new(keys)))
        .collect())
}

/// Opens one key for each master key in use, and makes sure that there are those which other secrets need.
///
/// # Errors
/// [`StorageError::Seal`] when a master key is missing, or has other bytes than when it sealed.
pub async fn try_master_keys(
    database: &Database,
    master_keys: &MasterKeys,
) -> Result<(), StorageError> {
    let samples = sqlx::query!(
        r#"select tenant_id as "tenant_id!", kid as "kid!", master_key_id as "master_key_id!", sealed as "sealed!"
           from sealed_samples()"#
    )
    .fetch_all(&database.pool)
    .await?;
    for row in samples {
        let sealed = Sealed {
            master_key_id: row.master_key_id,
            bytes: row.sealed,
        };
        master_keys.open(
            TenantId(row.tenant_id),
            &stored("kid", row.kid.parse())?,
            &sealed,
        )?;
    }
    for count in reseal::counts(database).await? {
        if !master_keys.has(&count.master_key_id) {
            return Err(SealError::UnknownMasterKey(count.master_key_id).into());
        }
    }
    Ok(())
}

const fn form_text(form: TalkForm) -> &'static str {
    match form {
        TalkForm::Secret => "secret",
        TalkForm::Secrets => "secrets",
    }
}

fn state_of(name: &str, retires_at: Option<i64>) -> KeyState {
    match (name, retires_at) {
        ("pending", _) => KeyState::Pending,
        ("active", _) => KeyState::Active,
        ("retiring", Some(until)) => KeyState::Retiring { until },
        ("retired", _) => KeyState::Retired,
        // Anything else is refused rather than guessed.
        _ => KeyState::Revoked,
    }
}

fn origin_of(name: &str, form: Option<&str>, accept_lifetime: Option<i64>) -> Origin {
    match accept_lifetime {
        Some(accept_lifetime) if name == "imported" => Origin::Imported {
            accept_lifetime,
            form: match form {
                Some("secret") => TalkForm::Secret,
                _ => TalkForm::Secrets,
            },
        },
        _ => Origin::Generated,
    }
}
