//! Signing keys: sealed in the row, opened in memory only, never in Redis.

mod opened;
mod rows;

use lanyard_core::{
    id::{DeploymentId, Kid, TenantId},
    key::TalkForm,
    revocation::{Revocation, Subject},
    seal::{MasterKeys, SealError, Sealed},
    signing_key::{KeyState, Origin, SigningKey},
};

pub use opened::{load, load_all, load_all_now, load_now};
pub use rows::{
    After, KeyRow, active, active_now, begun_since, count, get, get_now, list, token_lifetime,
};

use crate::{
    Change, Database, StorageError, WriteTx, error::stored, fingerprints, reseal, revocations,
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
                                   retires_at, counted_from, fingerprint, can_sign)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, to_timestamp($13::bigint),
                 case when $5 = 'active' then to_timestamp($13::bigint) end, to_timestamp($14::bigint),
                 to_timestamp($13::bigint), $15, $16)",
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
        &print.0[..],
        key.material.can_sign()
    )
    .execute(tx.connection())
    .await?;
    if key.state == KeyState::Active {
        forget_cut_over(tx, deployment).await?;
    }
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

/// Lets the active key of a deployment sign no more, and verify until `until` what it signed, so that [`cut_back`] can take
/// it back. One that never signed verifies no more.
///
/// # Errors
/// The database fails.
pub async fn cut_over(
    tx: &mut WriteTx,
    deployment: DeploymentId,
    now: i64,
    until: i64,
) -> Result<Option<Replaced>, StorageError> {
    let row = sqlx::query!(
        r#"with ended as (
               update signing_keys set
                   state = 'retiring', retiring_since = to_timestamp($3::bigint),
                   retires_at = case when first_used_at is null and origin = 'generated' then to_timestamp($3::bigint)
                                     else to_timestamp($4::bigint) end
               where tenant_id = $1 and deployment_id = $2 and state = 'active'
               returning kid, extract(epoch from retires_at)::bigint as until
           )
           update deployments set cut_over_kid = ended.kid from ended where tenant_id = $1 and id = $2
           returning ended.kid as "kid!", ended.until"#,
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

/// Lets the key sign again that the last cut-over ended, also when its time is over; its id. `None` when nobody cut over,
/// or the key was ended by hand since, or another has signed. The deployment must have no key that signs.
///
/// # Errors
/// The database fails, or another key is active.
pub async fn cut_back(
    tx: &mut WriteTx,
    deployment: DeploymentId,
) -> Result<Option<String>, StorageError> {
    // Its tokens may live longer than before: the deployment's setting moved along with no key of this state.
    let kid = sqlx::query_scalar!(
        "update signing_keys set
             state = 'active', retiring_since = null, retires_at = null,
             longest_lifetime = greatest(longest_lifetime, deployments.token_lifetime)
         from deployments
         where signing_keys.tenant_id = $1 and deployments.tenant_id = $1 and deployments.id = $2
           and signing_keys.deployment_id = $2 and signing_keys.kid = deployments.cut_over_kid
           and signing_keys.state = 'retiring'
         returning signing_keys.kid",
        tx.tenant.0,
        deployment.0
    )
    .fetch_optional(tx.connection())
    .await?;
    forget_cut_over(tx, deployment).await?;
    tx.changed(Change::Tenant);
    Ok(kid)
}

/// A key that begins to sign closes the way back to the one before.
async fn forget_cut_over(tx: &mut WriteTx, deployment: DeploymentId) -> Result<(), StorageError> {
    sqlx::query!(
        "update deployments set cut_over_kid = null
         where tenant_id = $1 and id = $2 and cut_over_kid is not null",
        tx.tenant.0,
        deployment.0
    )
    .execute(tx.connection())
    .await?;
    Ok(())
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
    let deployment = sqlx::query_scalar!(
        "update signing_keys set state = 'active', activated_at = to_timestamp($3::bigint)
         where tenant_id = $1 and kid = $2 and state = 'pending' returning deployment_id",
        tx.tenant.0,
        kid.as_str(),
        now
    )
    .fetch_optional(tx.connection())
    .await?;
    if let Some(deployment) = deployment {
        forget_cut_over(tx, DeploymentId(deployment)).await?;
    }
    tx.changed(Change::Tenant);
    Ok(deployment.is_some())
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
