//! A database for each test, copied from a template that has the migrations applied.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    thread,
};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

use super::services::{Services, block_on};

/// Held while the template is made: any number that nothing else uses.
const TEMPLATE_LOCK: i64 = 0x1a27_a2d0;

const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");

/// A migrated, empty database, dropped with this value unless the test failed.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    pub(crate) url: String,
    pub(crate) name: String,
    pub(crate) services: Arc<Services>,
    /// It goes with the server that it is on.
    elsewhere: bool,
}

impl TestDatabase {
    pub(crate) async fn create() -> Self {
        let services = Services::get().await;
        let mut connection = connect(&services.postgres_url).await;
        let template = make_template(&mut connection, &services.postgres_url).await;
        let name = format!("it_{}", Uuid::new_v4().simple());
        execute(
            &mut connection,
            format!("create database {name} template {template}"),
        )
        .await;
        connection.close().await.unwrap();
        Self {
            url: with_name(&services.postgres_url, &name),
            name,
            services,
            elsewhere: false,
        }
    }

    /// The database of a server of one's own, which this migrates. The URL may be several.
    pub(crate) async fn elsewhere(url: &str) -> Arc<Self> {
        lanyard_storage::migrate::run(url).await.unwrap();
        Arc::new(Self {
            url: url.to_owned(),
            name: "lanyard".to_owned(),
            services: Services::get().await,
            elsewhere: true,
        })
    }

    /// Runs SQL as superuser, past the server and its row-level security.
    pub(crate) async fn execute(&self, sql: &str) {
        let mut connection = self.connect().await;
        execute(&mut connection, sql.to_owned()).await;
        connection.close().await.unwrap();
    }

    /// A superuser's connection.
    pub(crate) async fn connect(&self) -> PgConnection {
        connect(&self.url).await
    }

    /// How many rows there are in a table, or of it under a condition.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        let mut connection = self.connect().await;
        sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(&mut connection)
            .await
            .unwrap()
    }

    /// The only column, a text, of what a query finds.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        let mut connection = self.connect().await;
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
            .fetch_all(&mut connection)
            .await
            .unwrap()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if self.elsewhere {
            return;
        }
        if thread::panicking() {
            eprintln!("the database {} is kept", self.name);
            return;
        }
        let (url, name) = (self.services.postgres_url.clone(), self.name.clone());
        block_on(async move {
            let mut connection = connect(&url).await;
            execute(
                &mut connection,
                format!("drop database {name} with (force)"),
            )
            .await;
        });
    }
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

async fn execute(connection: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .unwrap();
}

/// Makes the template unless a test before, perhaps of another process, has made it. It gets its name only when it is
/// whole.
async fn make_template(connection: &mut PgConnection, url: &str) -> String {
    let name = format!("lanyard_template_{:016x}", hash_of_migrations());
    let half = format!("{name}_half");
    execute(
        connection,
        format!("select pg_advisory_lock({TEMPLATE_LOCK})"),
    )
    .await;
    let made: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(&name)
            .fetch_one(&mut *connection)
            .await
            .unwrap();
    if !made {
        execute(
            connection,
            format!("drop database if exists {half} with (force)"),
        )
        .await;
        execute(connection, format!("create database {half}")).await;
        lanyard_storage::migrate::run(&with_name(url, &half))
            .await
            .unwrap();
        execute(
            connection,
            format!("alter database {half} rename to {name}"),
        )
        .await;
    }
    execute(
        connection,
        format!("select pg_advisory_unlock({TEMPLATE_LOCK})"),
    )
    .await;
    name
}

fn hash_of_migrations() -> u64 {
    let entries = std::fs::read_dir(MIGRATIONS).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        std::fs::read(file).unwrap().hash(&mut hasher);
    }
    hasher.finish()
}

/// The URL of another database of the same server.
fn with_name(url: &str, name: &str) -> String {
    let (base, query) = url
        .split_once('?')
        .map_or((url, None), |(base, query)| (base, Some(query)));
    let (scheme, rest) = base.split_once("://").unwrap();
    let server = rest.split('/').next().unwrap();
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{scheme}://{server}/{name}{query}")
}
