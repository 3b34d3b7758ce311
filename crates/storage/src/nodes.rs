//! The servers that run: each says every few seconds that it lives, and which master keys it holds.
//!
//! All times are the database's, so that no server's clock makes another look dead.

use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Database, StorageError};

/// A running server.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Of the process: one that is started again has another.
    pub id: Uuid,
    /// For people: the machine and the process.
    pub name: String,
    /// Of Lanyard.
    pub version: String,
    /// Unix seconds.
    pub started_at: i64,
    /// Seconds since it last said that it lives.
    pub age: i64,
    /// `id:fingerprint` of each master key; the first seals.
    pub master_keys: Vec<String>,
    /// What it tells of itself: a JSON object.
    pub vitals: Value,
}

impl Node {
    /// The ids of its master keys, without what tells keys of one id apart.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.master_keys
            .iter()
            .map(|key| key.split_once(':').map_or(&**key, |(id, _)| id))
    }
}

/// Says that a server lives, and tells how many do. Forgets those that were last seen a day ago.
///
/// # Errors
/// The database fails.
pub async fn beat(
    database: &Database,
    id: Uuid,
    name: &str,
    version: &str,
    master_keys: &[String],
    vitals: &Value,
) -> Result<u32, StorageError> {
    // All parts of a statement see the rows as they were before it, so this node is counted apart.
    let others = sqlx::query_scalar!(
        r#"with beat as (
               insert into nodes (id, name, version, started_at, seen_at, master_keys, vitals)
               values ($1, $2, $3, now(), now(), $4, $5)
               on conflict (id) do update set seen_at = now(), vitals = excluded.vitals
           ), dead as (
               delete from nodes where seen_at < now() - interval '1 day' and id <> $1
           )
           select count(*) as "count!" from nodes where seen_at > now() - interval '20 seconds' and id <> $1"#,
        id,
        name,
        version,
        master_keys,
        vitals
    )
    .fetch_one(&database.pool)
    .await?;
    Ok(u32::try_from(others).unwrap_or(u32::MAX).saturating_add(1))
}

/// Forgets a server that stops.
///
/// # Errors
/// The database fails.
pub async fn remove(database: &Database, id: Uuid) -> Result<(), StorageError> {
    sqlx::query!("delete from nodes where id = $1", id)
        .execute(&database.pool)
        .await?;
    Ok(())
}

/// The servers that were seen within the last 20 seconds, the oldest first.
///
/// # Errors
/// The database fails.
pub async fn live(database: &Database) -> Result<Vec<Node>, StorageError> {
    live_on(&mut *database.pool.acquire().await?).await
}

pub(crate) async fn live_on(connection: &mut PgConnection) -> Result<Vec<Node>, StorageError> {
    Ok(sqlx::query_as!(
        Node,
        r#"select id, name, version, extract(epoch from started_at)::bigint as "started_at!",
                  extract(epoch from now() - seen_at)::bigint as "age!", master_keys, vitals
           from nodes where seen_at > now() - interval '20 seconds' order by started_at, id"#
    )
    .fetch_all(connection)
    .await?)
}
