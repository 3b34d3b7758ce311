//! Signing keys opened: those that servers hold, and all.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::AtomicBool},
};

use lanyard_core::{
    id::{DeploymentId, Kid, TenantId},
    key::{Algorithm, KeyMaterial},
    seal::{MasterKeys, Sealed},
    signing_key::{KeySet, SigningKey},
    tenant::CLOCK_SKEW,
};
use sqlx::PgConnection;

use super::{origin_of, state_of};
use crate::{ReadTx, StorageError, WriteTx, error::stored};

/// Keys that have ended are opened as well, so that their tokens are told why they are refused; so many of a tenant, the last
/// to end first.
const ENDED_OPENED: i64 = 100;

/// The keys of the tenant of which a good token may be about, opened, by deployment: those that wait, sign or verify, and the
/// last of those that have ended for no longer than their tokens can live. `now` is in unix seconds.
///
/// # Errors
/// The database fails, a row is damaged, or its master key is missing.
pub async fn load(
    tx: &mut ReadTx,
    master_keys: &MasterKeys,
    now: i64,
) -> Result<HashMap<DeploymentId, KeySet>, StorageError> {
    let tenant = tx.tenant;
    open(tx.connection(), tenant, master_keys, Some(now)).await
}

/// The same, as nobody else can change them any more: a write begins with the tenant locked.
///
/// # Errors
/// As [`load`].
pub async fn load_now(
    tx: &mut WriteTx,
    master_keys: &MasterKeys,
    now: i64,
) -> Result<HashMap<DeploymentId, KeySet>, StorageError> {
    let tenant = tx.tenant;
    open(tx.connection(), tenant, master_keys, Some(now)).await
}

/// All keys that the tenant ever had, opened, by deployment.
///
/// # Errors
/// As [`load`].
pub async fn load_all(
    tx: &mut ReadTx,
    master_keys: &MasterKeys,
) -> Result<HashMap<DeploymentId, KeySet>, StorageError> {
    let tenant = tx.tenant;
    open(tx.connection(), tenant, master_keys, None).await
}

/// The same, as nobody else can change them any more.
///
/// # Errors
/// As [`load`].
pub async fn load_all_now(
    tx: &mut WriteTx,
    master_keys: &MasterKeys,
) -> Result<HashMap<DeploymentId, KeySet>, StorageError> {
    let tenant = tx.tenant;
    open(tx.connection(), tenant, master_keys, None).await
}

async fn open(
    connection: &mut PgConnection,
    tenant: TenantId,
    master_keys: &MasterKeys,
    living_at: Option<i64>,
) -> Result<HashMap<DeploymentId, KeySet>, StorageError> {
    let rows = sqlx::query!(
        r#"with own as (
               select *, case when state in ('pending', 'active') or state = 'retiring' and retires_at > to_timestamp($2::bigint)
                              then null else coalesce(ended_at, retires_at, created_at) end as gone
               from signing_keys where tenant_id = $1
           ), ranked as (
               select *, row_number() over (partition by gone is null order by gone desc, kid) as place from own
           )
           select kid as "kid!", deployment_id as "deployment_id!", algorithm as "algorithm!", state as "state!",
                  origin as "origin!", talk_form, accept_lifetime, weak as "weak!", longest_lifetime as "longest_lifetime!",
                  first_used_at is not null as "used!", master_key_id as "master_key_id!", sealed as "sealed!",
                  extract(epoch from created_at)::bigint as "created_at!",
                  extract(epoch from retiring_since)::bigint as retiring_since,
                  extract(epoch from retires_at)::bigint as retires_at
           from ranked
           where $2::bigint is null or gone is null
              or place <= $3
                 and gone + make_interval(secs => greatest(longest_lifetime, coalesce(accept_lifetime, 0)) + $4::bigint)
                     > to_timestamp($2::bigint)
           order by created_at, kid"#,
        tenant.0,
        living_at,
        ENDED_OPENED,
        CLOCK_SKEW
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
