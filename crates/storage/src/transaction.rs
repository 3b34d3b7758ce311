//! Transactions bound to one tenant: row-level security shows them that tenant's rows and no others.

use lanyard_core::{
    audit::{self, Event},
    id::TenantId,
};
use sqlx::{AssertSqlSafe, PgConnection, Postgres, Transaction};

use crate::{
    Change, Database, StorageError,
    audit::head_on,
    change::{CHANNEL, Changes},
};

/// Reads of one tenant, all from one moment.
#[derive(Debug)]
pub struct ReadTx {
    inner: Transaction<'static, Postgres>,
    /// The tenant.
    pub tenant: TenantId,
}

/// Writes of one tenant. They are serial: the tenant's row is locked and its version moved at the start.
#[derive(Debug)]
pub struct WriteTx {
    inner: Transaction<'static, Postgres>,
    changes: Vec<Change>,
    /// The tenant.
    pub tenant: TenantId,
    /// The tenant's version once this is committed.
    pub version: i64,
    /// Whether the tenant was suspended when it was locked.
    pub suspended: bool,
}

async fn begin(
    database: &Database,
    tenant: TenantId,
    mode: &str,
) -> Result<Transaction<'static, Postgres>, StorageError> {
    // One trip instead of two. The text is safe: a UUID has no quotes.
    let text = format!("begin {mode}; set local app.tenant = '{tenant}'");
    begin_with(database, text).await
}

/// Begins a transaction that sees no tenant's rows.
pub(crate) async fn begin_for_no_tenant(
    database: &Database,
) -> Result<Transaction<'static, Postgres>, StorageError> {
    let begin = || begin_with(database, "begin".to_owned());
    database.retries.of(begin).await
}

async fn begin_with(
    database: &Database,
    text: String,
) -> Result<Transaction<'static, Postgres>, StorageError> {
    let pool = database.pool.clone();
    // In a task of its own: a caller that is dropped in the middle would give a connection back with the transaction
    // still open. The task ends, and what it began is rolled back.
    let begun = tokio::spawn(async move { pool.begin_with(AssertSqlSafe(text)).await });
    let begun = begun.await.map_err(|_| StorageError::Busy)?;
    begun.map_err(|error| {
        database.servers.suspect();
        error.into()
    })
}

impl Database {
    /// Begins to read a tenant.
    ///
    /// # Errors
    /// The database can't be reached.
    pub async fn read(&self, tenant: TenantId) -> Result<ReadTx, StorageError> {
        let begin = || begin(self, tenant, "isolation level repeatable read read only");
        let inner = self.retries.of(begin).await?;
        Ok(ReadTx { inner, tenant })
    }

    /// Begins to write to a tenant; `None` when there is no such tenant.
    ///
    /// # Errors
    /// The database can't be reached.
    pub async fn write(&self, tenant: TenantId) -> Result<Option<WriteTx>, StorageError> {
        // Nothing is done yet, so a lost connection or a deadlock here is made good by beginning again.
        self.retries.of(|| self.lock_and_move(tenant)).await
    }

    async fn lock_and_move(&self, tenant: TenantId) -> Result<Option<WriteTx>, StorageError> {
        let mut inner = begin(self, tenant, "").await?;
        let row = sqlx::query!(
            r#"update tenants set version = version + 1 where id = $1
               returning version, status <> 'active' as "suspended!""#,
            tenant.0
        )
        .fetch_optional(&mut *inner)
        .await
        .map_err(|error| {
            let error = StorageError::from(error);
            if matches!(error, StorageError::ReadOnly(_)) {
                self.servers.suspect();
            }
            error
        })?;
        Ok(row.map(|row| WriteTx {
            inner,
            changes: Vec::new(),
            tenant,
            version: row.version,
            suspended: row.suspended,
        }))
    }

    /// Begins a write that changes nothing that any node holds: the version stays.
    pub(crate) async fn write_quietly(
        &self,
        tenant: TenantId,
    ) -> Result<Transaction<'static, Postgres>, StorageError> {
        self.retries.of(|| begin(self, tenant, "")).await
    }

    /// Begins to write to a tenant that this very transaction makes.
    ///
    /// # Errors
    /// The database can't be reached.
    pub async fn write_new(&self, tenant: TenantId) -> Result<WriteTx, StorageError> {
        let inner = self.write_quietly(tenant).await?;
        Ok(WriteTx {
            inner,
            changes: vec![Change::Tenant],
            tenant,
            version: 1,
            suspended: false,
        })
    }
}

impl ReadTx {
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.inner
    }

    /// Ends it. Dropping does too, one trip later.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn end(self) -> Result<(), StorageError> {
        Ok(self.inner.commit().await?)
    }
}

impl WriteTx {
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.inner
    }

    /// Notes what the other nodes must learn.
    pub(crate) fn changed(&mut self, change: Change) {
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }

    /// Adds an event to the tenant's audit chain.
    ///
    /// # Errors
    /// The database fails.
    pub async fn audit(&mut self, event: &Event<'_>) -> Result<(), StorageError> {
        // The tenant's row is locked, so nobody else appends between these two statements.
        let tenant = self.tenant;
        let head = head_on(self.connection(), tenant).await?;
        let sequence = head.sequence + 1;
        let hash = audit::chain(&head.hash, tenant, sequence, event);
        sqlx::query!(
            "insert into audit_events (tenant_id, sequence, at, actor, action, target, detail, hash)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            tenant.0,
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

    /// Commits, and with that tells the other nodes. Once it returns, the change is on disk.
    ///
    /// # Errors
    /// Nothing was written.
    pub async fn commit(mut self) -> Result<Committed, StorageError> {
        let changes = Changes {
            tenant: self.tenant,
            version: self.version,
            changes: std::mem::take(&mut self.changes),
        };
        sqlx::query!("select pg_notify($1, $2)", CHANNEL, changes.payload())
            .execute(self.connection())
            .await?;
        self.inner.commit().await?;
        Ok(Committed(changes))
    }
}

/// What was committed; a server hands it to its own views before it answers.
#[derive(Debug)]
#[must_use = "a server's own views learn of it from `Views::apply`"]
pub struct Committed(pub(crate) Changes);

impl Committed {
    /// For a process that holds no views, such as a command.
    pub fn done(self) {}
}
