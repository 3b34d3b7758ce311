//! The pool of connections to Postgres.

use std::{fmt, str::FromStr, time::Duration};

use sqlx::{
    Executor, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{StorageError, migrate};

/// Connections to Postgres, each in the role `lanyard_app`, which row-level security binds.
#[derive(Clone)]
pub struct Database {
    pub(crate) pool: PgPool,
    pub(crate) options: PgConnectOptions,
}

impl fmt::Debug for Database {
    /// The options hold a password, and would print it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Database(..)")
    }
}

impl Database {
    /// Connects, and makes sure that the schema is ours and that row-level security is in force.
    ///
    /// # Errors
    /// The URL is wrong, the database can't be reached, migrations are pending, or the schema isn't as it has to be.
    pub async fn connect(url: &str, connections: u32) -> Result<Self, StorageError> {
        let options = parse_url(url)?;
        migrate::check(&options).await?;
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .min_connections(1)
            .acquire_timeout(Duration::from_secs(2))
            .after_connect(|connection, _| Box::pin(take_role(connection)))
            .connect_with(options.clone())
            .await?;
        let database = Self { pool, options };
        database.check_row_level_security().await?;
        Ok(database)
    }

    /// Refuses a role that could see other tenants' rows.
    async fn check_row_level_security(&self) -> Result<(), StorageError> {
        let row = sqlx::query!(
            r#"select (rolsuper or rolbypassrls) as "bypasses!",
                      (select bool_and(relrowsecurity and relowner <> pg_roles.oid)
                       from pg_class
                       where oid = 'tenants'::regclass
                          or oid in (select attrelid from pg_attribute
                                     where attname = 'tenant_id' and not attisdropped)
                             and relkind = 'r' and relnamespace = 'public'::regnamespace
                      ) as "secured!"
               from pg_roles where rolname = current_user"#
        )
        .fetch_one(&self.pool)
        .await?;
        if row.bypasses || !row.secured {
            return Err(StorageError::NotReady(
                "row-level security isn't in force for the role lanyard_app; run `lanyard migrate` with an account that \
                 may create roles, and make sure that lanyard_app owns no table"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    /// The database's own time, in unix seconds.
    ///
    /// # Errors
    /// The database doesn't answer.
    pub async fn now(&self) -> Result<i64, StorageError> {
        Ok(
            sqlx::query_scalar!(
                r#"select extract(epoch from clock_timestamp())::bigint as "now!""#
            )
            .fetch_one(&self.pool)
            .await?,
        )
    }

    /// How many connections are open, and how many of them nobody uses.
    #[must_use]
    pub fn connections(&self) -> (u32, usize) {
        (self.pool.size(), self.pool.num_idle())
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Every connection but that of the migrations takes the role that row-level security binds.
pub(crate) async fn take_role(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    connection
        .execute(
            "set role lanyard_app; set statement_timeout = '30s'; set lock_timeout = '2s'; \
             set idle_in_transaction_session_timeout = '60s'",
        )
        .await?;
    Ok(())
}

pub(crate) fn parse_url(url: &str) -> Result<PgConnectOptions, StorageError> {
    // The error would repeat the URL, and with it the password.
    PgConnectOptions::from_str(url)
        .map(|options| options.application_name("lanyard"))
        .map_err(|_| {
            StorageError::NotReady(
                "LANYARD_DATABASE_URL isn't a URL like postgres://user@host/database".into(),
            )
        })
}
