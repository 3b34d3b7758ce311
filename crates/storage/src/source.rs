//! Where views and readers are read from: Postgres.
//!
//! These are all the questions that the hot path's knowledge hangs on. The simulation answers them in Postgres's place.

use std::{collections::HashMap, sync::Arc};

use lanyard_core::{
    api_key::{ApiKey, ApiKeyHash},
    id::{DeploymentId, TenantId},
    revocation::Revocations,
    seal::MasterKeys,
    signing_key::KeySet,
    user::UserId,
};

#[cfg(test)]
use crate::simulation::postgres::Link;
use crate::{
    Database, Reader, StorageError, api_keys, keys, revocations,
    tenants::{self, TenantRecord},
    user_cache::CachedReader,
    users,
};

#[derive(Debug, Clone)]
pub(crate) enum Source {
    Postgres(Database),
    #[cfg(test)]
    Simulated(Link),
}

/// A tenant as the hot path needs it, all from one moment.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) tenant: TenantRecord,
    pub(crate) keys: HashMap<DeploymentId, KeySet>,
    pub(crate) api_keys: HashMap<ApiKeyHash, ApiKey>,
    pub(crate) revocations: Revocations,
}

impl Source {
    /// Keeps to the primary, where there are several servers, for as long as it is polled.
    pub(crate) async fn follow_primary(&self) {
        match self {
            Self::Postgres(database) => database.follow_primary().await,
            #[cfg(test)]
            Self::Simulated(_) => {}
        }
    }

    /// The id of the tenant that has this slug.
    pub(crate) async fn find(&self, slug: &str) -> Result<Option<TenantId>, StorageError> {
        match self {
            Self::Postgres(database) => tenants::find(database, slug).await,
            #[cfg(test)]
            Self::Simulated(link) => link.find(slug).await,
        }
    }

    /// Those of the tenants whose version isn't the one known, with the version that they have.
    pub(crate) async fn behind(
        &self,
        known: &[(TenantId, i64)],
    ) -> Result<Vec<(TenantId, i64)>, StorageError> {
        match self {
            Self::Postgres(database) => behind(database, known).await,
            #[cfg(test)]
            Self::Simulated(link) => link.behind(known).await,
        }
    }

    /// A tenant whole, with the revocations that are alive at `now`.
    pub(crate) async fn snapshot(
        &self,
        id: TenantId,
        master_keys: &MasterKeys,
        now: i64,
    ) -> Result<Option<Snapshot>, StorageError> {
        match self {
            Self::Postgres(database) => snapshot(database, id, master_keys, now).await,
            #[cfg(test)]
            Self::Simulated(link) => link.snapshot(id, now).await,
        }
    }

    /// A reader's record, or that there is none, with the version that the tenant had at that moment.
    pub(crate) async fn reader(
        &self,
        tenant: TenantId,
        id: &UserId,
    ) -> Result<CachedReader, StorageError> {
        match self {
            Self::Postgres(database) => reader(database, tenant, id).await,
            #[cfg(test)]
            Self::Simulated(link) => link.reader(tenant, id).await,
        }
    }
}

async fn behind(
    database: &Database,
    known: &[(TenantId, i64)],
) -> Result<Vec<(TenantId, i64)>, StorageError> {
    let ids: Vec<_> = known.iter().map(|(id, _)| id.0).collect();
    let versions: Vec<_> = known.iter().map(|(_, version)| *version).collect();
    let rows = sqlx::query!(
        r#"select id as "id!", version as "version!" from changed_tenants($1, $2)"#,
        &ids,
        &versions
    )
    .fetch_all(&database.pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (TenantId(row.id), row.version))
        .collect())
}

async fn snapshot(
    database: &Database,
    id: TenantId,
    master_keys: &MasterKeys,
    now: i64,
) -> Result<Option<Snapshot>, StorageError> {
    let mut tx = database.read(id).await?;
    let Some(tenant) = tenants::load(&mut tx).await? else {
        return Ok(None);
    };
    let snapshot = Snapshot {
        tenant,
        keys: keys::load(&mut tx, master_keys, now).await?,
        api_keys: api_keys::usable(&mut tx).await?,
        revocations: revocations::load(&mut tx, now).await?,
    };
    tx.end().await?;
    Ok(Some(snapshot))
}

async fn reader(
    database: &Database,
    tenant: TenantId,
    id: &UserId,
) -> Result<CachedReader, StorageError> {
    let mut tx = database.read(tenant).await?;
    let as_of = sqlx::query_scalar!("select version from tenants where id = $1", tenant.0)
        .fetch_one(tx.connection())
        .await?;
    let row = users::get(&mut tx, id).await?;
    tx.end().await?;
    let reader = row.map(|row| {
        let body = row.user.body().into();
        Arc::new(Reader::new(body, row.disabled_at.is_some()))
    });
    Ok(CachedReader { as_of, reader })
}
