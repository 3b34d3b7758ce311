//! The pool of connections to Postgres.

use std::{fmt, sync::Arc, time::Duration};

use sqlx::{
    Connection, Executor, PgConnection, PgPool,
    pool::PoolConnectionMetadata,
    postgres::{PgListener, PgPoolOptions},
};
use tokio::time::timeout;
use uuid::Uuid;

use crate::{StorageError, migrate, retry::Retries, servers::Servers};

/// How long a connection that nobody used may take to show that it lives.
const PING_PATIENCE: Duration = Duration::from_millis(750);
/// Nobody listens there but whoever tries whether it can be done.
const TRIAL_CHANNEL: &str = "lanyard_trial";

/// Connections to Postgres, each in the role `lanyard_app`, which row-level security binds.
#[derive(Clone)]
pub struct Database {
    pub(crate) pool: PgPool,
    pub(crate) servers: Arc<Servers>,
    pub(crate) retries: Arc<Retries>,
    /// Where the listening connection goes, if elsewhere than the others.
    listen: Option<Arc<Servers>>,
}

impl fmt::Debug for Database {
    /// The options hold a password, and would print it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Database(..)")
    }
}

impl Database {
    /// Connects, and makes sure that the schema is ours and that row-level security is in force. The URL may be several,
    /// comma-separated: the first that leads to a primary is used, and another once that one is.
    ///
    /// # Errors
    /// The URL is wrong, the database can't be reached, migrations are pending, or the schema isn't as it has to be.
    pub async fn connect(url: &str, connections: u32) -> Result<Self, StorageError> {
        let servers = Arc::new(Servers::parse("LANYARD_DATABASE_URL", url)?);
        let primary = servers.primary().await?;
        migrate::check(&primary).await?;
        let admitting = Arc::clone(&servers);
        let (testing, testing_after) = (Arc::clone(&servers), Arc::clone(&servers));
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .min_connections(1)
            .acquire_timeout(Duration::from_secs(2))
            .test_before_acquire(false)
            .before_acquire(move |connection, age| {
                let servers = Arc::clone(&testing);
                Box::pin(async move { Ok(is_usable(&servers, connection, age).await) })
            })
            // The driver's own test at this point has no end, and would keep the place of a connection that hangs for good.
            .after_release(move |connection, age| {
                let servers = Arc::clone(&testing_after);
                Box::pin(async move { Ok(is_usable(&servers, connection, age).await) })
            })
            .after_connect(move |connection, _| {
                let servers = Arc::clone(&admitting);
                Box::pin(async move {
                    servers.admit(connection).await?;
                    take_role(connection).await
                })
            })
            .connect_with(primary)
            .await?;
        servers.lead(Some(pool.clone()));
        let database = Self {
            pool,
            servers,
            retries: Arc::default(),
            listen: None,
        };
        database.check_row_level_security().await?;
        Ok(database)
    }

    /// Listens by this URL instead: a pooler in front of the others may not hand notifications on.
    ///
    /// # Errors
    /// The URL is wrong.
    pub fn listen_on(mut self, url: &str) -> Result<Self, StorageError> {
        let servers = Servers::parse("LANYARD_DATABASE_LISTEN_URL", url)?;
        self.listen = Some(Arc::new(servers));
        Ok(self)
    }

    /// Listens as [`Listener`](crate::Listener) does, and sends something by a connection of the pool.
    ///
    /// # Errors
    /// It isn't heard, because the listening connection leads elsewhere, or through a pooler that hands nothing on.
    pub async fn try_listening(&self) -> Result<(), StorageError> {
        let text = Uuid::new_v4().to_string();
        let (mut listener, _pool) = self.listener().await?;
        listener.listen(TRIAL_CHANNEL).await?;
        sqlx::query!("select pg_notify($1, $2)", TRIAL_CHANNEL, text)
            .execute(&self.pool)
            .await?;
        let heard = async {
            while listener.recv().await?.payload() != text {}
            Ok(())
        };
        timeout(Duration::from_secs(2), heard).await.map_err(|_| {
            StorageError::NotReady(
                "what is notified isn't heard: LANYARD_DATABASE_LISTEN_URL (or LANYARD_DATABASE_URL without it) must lead \
                 to the same database, and past any pooler that shares connections among transactions"
                    .to_owned(),
            )
        })?
    }

    /// A connection to listen on, and its own pool. When it is lost it is not made anew by itself.
    pub(crate) async fn listener(&self) -> Result<(PgListener, PgPool), StorageError> {
        let primary = self
            .listen
            .as_ref()
            .unwrap_or(&self.servers)
            .primary()
            .await?;
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .after_connect(|connection, _| Box::pin(take_role(connection)))
            .connect_with(primary)
            .await?;
        let mut listener = PgListener::connect_with(&pool).await?;
        // Whoever listens comes back by way of the primary that is one then.
        listener.eager_reconnect(false);
        Ok((listener, pool))
    }

    /// Which server is the primary, where there are several: words that follow others.
    pub async fn which(&self) -> String {
        self.servers.which().await
    }

    /// Done once another server is the primary than when this was called.
    pub(crate) fn primary_moves(&self) -> impl Future<Output = ()> + use<> {
        self.servers.moves()
    }

    /// Keeps the pool on the primary for as long as it is polled.
    pub(crate) async fn follow_primary(&self) {
        self.servers.watch(&self.pool).await;
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
        // The pool's own hooks hold the servers.
        self.servers.lead(None);
        self.pool.close().await;
    }
}

/// Whether a connection of the pool still leads to a server that is trusted. One that died in silence, as behind a
/// firewall that forgot it, would hold up whoever got it; those as old as it aren't even tried.
async fn is_usable(
    servers: &Servers,
    connection: &mut PgConnection,
    about: PoolConnectionMetadata,
) -> bool {
    if !servers.trusts(about.age) {
        return false;
    }
    match timeout(PING_PATIENCE, connection.ping()).await {
        Ok(answer) => answer.is_ok(),
        Err(_) => {
            servers.connection_died();
            false
        }
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
