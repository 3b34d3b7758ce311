//! Writes that belong to no tenant: to accounts, and to the platform itself.

use lanyard_core::{
    audit::{self, Event, Head},
    id::TenantId,
    seal::MasterKeys,
};
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use crate::{
    Database, StorageError,
    audit::head_of,
    outbox::{self, Letter},
};

/// What stands in the platform's chain where a tenant's has the tenant's id. No tenant has it: theirs are UUIDv7.
pub(crate) const PLATFORM: TenantId = TenantId(Uuid::nil());

/// Held by whoever appends to the platform's chain: any number that nothing else uses.
const CHAIN_LOCK: i64 = 0x1a27_a2d1;

/// A write to what belongs to no tenant. It sees no tenant's rows.
#[derive(Debug)]
pub struct PlatformTx {
    inner: Transaction<'static, Postgres>,
}

impl Database {
    /// Begins to write to accounts or to the platform.
    ///
    /// # Errors
    /// The database can't be reached.
    pub async fn platform(&self) -> Result<PlatformTx, StorageError> {
        let inner = crate::transaction::begin_for_no_tenant(self).await?;
        Ok(PlatformTx { inner })
    }
}

impl PlatformTx {
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.inner
    }

    /// Adds an event to the platform's audit chain. The last thing before [`Self::commit`]: until then nobody else can
    /// append.
    ///
    /// # Errors
    /// The database fails.
    pub async fn audit(&mut self, event: &Event<'_>) -> Result<(), StorageError> {
        sqlx::query!("select pg_advisory_xact_lock($1)", CHAIN_LOCK)
            .execute(self.connection())
            .await?;
        let last = sqlx::query!(
            "select sequence, hash from platform_events order by sequence desc limit 1"
        )
        .fetch_optional(self.connection())
        .await?;
        let head = last.map_or_else(
            || Ok(Head::default()),
            |row| head_of(row.sequence, &row.hash),
        )?;
        let sequence = head.sequence + 1;
        let hash = audit::chain(&head.hash, PLATFORM, sequence, event);
        sqlx::query!(
            "insert into platform_events (sequence, at, actor, action, target, detail, hash)
             values ($1, $2, $3, $4, $5, $6, $7)",
            sequence,
            event.at,
            event.actor,
            event.action,
            event.target,
            event.detail,
            &hash[..]
        )
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Queues a letter with the change that it tells of. `now` is in unix seconds.
    ///
    /// # Errors
    /// The database fails.
    pub async fn mail(
        &mut self,
        master_keys: &MasterKeys,
        letter: &Letter,
        now: i64,
    ) -> Result<(), StorageError> {
        outbox::insert(self.connection(), master_keys, letter, now).await
    }

    /// Commits. Once it returns, the change is on disk.
    ///
    /// # Errors
    /// Nothing was written.
    pub async fn commit(self) -> Result<(), StorageError> {
        Ok(self.inner.commit().await?)
    }
}
