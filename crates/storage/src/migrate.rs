//! Migrations: forward only, run by `lanyard migrate`, checked by everything else.

use sqlx::{
    Connection, Executor, PgConnection,
    migrate::{Migrate, Migrator},
    postgres::PgConnectOptions,
};

use crate::{StorageError, servers::Servers};

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// What a run of the migrations did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// How many were applied now.
    pub applied: usize,
    /// The number of the newest.
    pub version: i64,
}

fn newest() -> i64 {
    MIGRATOR
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or_default()
}

/// Applies all pending migrations.
///
/// # Errors
/// The database can't be reached, the account may not, or the schema is newer than this binary.
pub async fn run(url: &str) -> Result<Report, StorageError> {
    let primary = Servers::parse("LANYARD_DATABASE_URL", url)?
        .primary()
        .await?;
    let mut connection = PgConnection::connect_with(&primary).await?;
    // A migration that waits for a lock holds up everybody behind it.
    connection.execute("set lock_timeout = '5s'").await?;
    let before = applied(&mut connection).await?;
    refuse_newer(&before)?;
    MIGRATOR
        .run_direct(None, &mut connection, false)
        .await
        .map_err(|error| {
            StorageError::NotReady(format!(
                "a migration failed, and nothing of it remains: {error}"
            ))
        })?;
    let after = applied(&mut connection).await?;
    connection.close().await?;
    Ok(Report {
        applied: after.len() - before.len(),
        version: newest(),
    })
}

/// Refuses a database whose migrations aren't exactly those that this binary can serve.
pub(crate) async fn check(options: &PgConnectOptions) -> Result<(), StorageError> {
    let mut connection = PgConnection::connect_with(options).await?;
    let version: i32 =
        sqlx::query_scalar!(r#"select current_setting('server_version_num')::int as "version!""#)
            .fetch_one(&mut connection)
            .await?;
    if version < 140_000 {
        return Err(StorageError::NotReady(format!(
            "Postgres {} is too old: Lanyard needs 14 or later",
            version / 10_000
        )));
    }
    let applied = applied(&mut connection).await?;
    let pending = MIGRATOR
        .iter()
        .filter(|migration| !applied.contains(&migration.version))
        .count();
    if pending > 0 {
        return Err(StorageError::NotReady(format!(
            "{pending} migrations are pending: run `lanyard migrate` first"
        )));
    }
    if applied.iter().any(|version| *version > newest()) {
        let oldest = sqlx::query_scalar!("select oldest_migration from schema_compatibility")
            .fetch_one(&mut connection)
            .await?;
        if oldest > newest() {
            return refuse_newer(&applied);
        }
    }
    connection.close().await?;
    Ok(())
}

fn refuse_newer(applied: &[i64]) -> Result<(), StorageError> {
    match applied.iter().max() {
        Some(version) if *version > newest() => Err(StorageError::NotReady(format!(
            "the database is from a newer version of Lanyard (migration {version}; this one knows {}): use that version",
            newest()
        ))),
        _ => Ok(()),
    }
}

async fn applied(connection: &mut PgConnection) -> Result<Vec<i64>, StorageError> {
    let table =
        sqlx::query_scalar!(r#"select to_regclass('_sqlx_migrations') is not null as "exists!""#)
            .fetch_one(&mut *connection)
            .await?;
    if !table {
        return Ok(Vec::new());
    }
    let migrations = connection
        .list_applied_migrations("_sqlx_migrations")
        .await
        .map_err(|error| {
            StorageError::NotReady(format!("the list of migrations can't be read: {error}"))
        })?;
    Ok(migrations
        .into_iter()
        .map(|migration| migration.version)
        .collect())
}
