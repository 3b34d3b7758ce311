//! Usage: what nodes count in memory, added to the database every few seconds, by hour.
//!
//! A count falls into the hour in which it is gathered, which is up to [`FLUSH_EVERY`] late. Each batch has a number, and
//! the database adds a number once: when an answer is lost the same batch is sent again, so nothing is lost or counted
//! twice.

use std::{collections::HashMap, sync::Arc, time::Duration};

use lanyard_core::id::TenantId;
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};
use uuid::Uuid;

use crate::{
    Clock, Database, Operation, ReadTx, StorageError, Views,
    meter::{BUCKETS, Latencies},
};

/// How often counts are written.
const FLUSH_EVERY: Duration = Duration::from_secs(10);
/// How long the database may take to add a batch.
const PATIENCE: Duration = Duration::from_secs(5);
/// Counts in a batch at most.
const MAX_BATCH: usize = 10_000;

const HOUR: i64 = 3_600;

/// Writes what the meters of the views count.
#[derive(Debug)]
pub struct Usage {
    database: Database,
    views: Arc<Views>,
    clock: Clock,
    process: Uuid,
    unwritten: Mutex<Unwritten>,
}

type Key = (TenantId, i64, Operation, &'static str);

/// What was taken out of the meters, and isn't known to be in the database.
#[derive(Debug, Default)]
struct Unwritten {
    gathered: HashMap<Key, Latencies>,
    /// What was sent under `number`. It stays as it is until the database has it.
    sent: Vec<(Key, Latencies)>,
    number: i64,
}

impl Usage {
    /// For the tenants of these views; nothing is written yet.
    #[must_use]
    pub fn new(database: Database, views: Arc<Views>, clock: Clock) -> Self {
        Self {
            database,
            views,
            clock,
            process: Uuid::new_v4(),
            unwritten: Mutex::default(),
        }
    }

    /// Writes every few seconds until it is dropped, which may be in the middle.
    pub async fn run(&self) {
        loop {
            sleep(FLUSH_EVERY).await;
            if let Err(error) = self.flush(false).await {
                tracing::warn!(%error, "usage can't be written; it is kept");
            }
        }
    }

    /// Writes all that was counted so far. Uses of API keys too, each at most once a minute unless `last`.
    ///
    /// # Errors
    /// The database fails. What it may not have is kept for the next time.
    pub async fn flush(&self, last: bool) -> Result<(), StorageError> {
        let mut unwritten = self.unwritten.lock().await;
        let now = self.clock.now();
        let meters = self.views.meters.all();
        for meter in &meters {
            let hour = now - now.rem_euclid(HOUR);
            meter.drain(|operation, reason, latencies| {
                unwritten.add((meter.tenant, hour, operation, reason), latencies);
            });
        }
        while unwritten.next_batch() {
            timeout(PATIENCE, self.add(unwritten.number, &unwritten.sent))
                .await
                .map_err(|_| StorageError::Busy)??;
            unwritten.sent.clear();
        }
        let used: Vec<_> = meters
            .iter()
            .flat_map(|meter| meter.used_api_keys(now, last))
            .collect();
        drop(meters);
        if !used.is_empty() {
            let tenants: Vec<_> = used.iter().map(|used| used.tenant.0).collect();
            let ids: Vec<_> = used.iter().map(|used| used.id.0).collect();
            let seconds: Vec<_> = used.iter().map(|used| used.used_at).collect();
            let query = sqlx::query!(
                "select note_api_key_use($1, $2, $3)",
                &tenants,
                &ids,
                &seconds
            )
            .execute(&self.database.pool);
            timeout(PATIENCE, query)
                .await
                .map_err(|_| StorageError::Busy)??;
            for used in &used {
                used.wrote(now);
            }
        }
        drop(used);
        self.views.meters.tidy();
        Ok(())
    }

    async fn add(&self, number: i64, batch: &[(Key, Latencies)]) -> Result<(), StorageError> {
        let tenants: Vec<_> = batch.iter().map(|((tenant, ..), _)| tenant.0).collect();
        let hours: Vec<_> = batch.iter().map(|((_, hour, ..), _)| *hour).collect();
        let operations: Vec<_> = batch
            .iter()
            .map(|((_, _, operation, _), _)| operation.name().to_owned())
            .collect();
        let reasons: Vec<_> = batch
            .iter()
            .map(|((.., reason), _)| (*reason).to_owned())
            .collect();
        let latencies: Vec<_> = batch
            .iter()
            .flat_map(|(_, latencies)| latencies)
            .map(|count| i64::try_from(*count).unwrap_or(i64::MAX))
            .collect();
        sqlx::query!(
            "select add_usage($1, $2, $3, $4, $5, $6, $7)",
            self.process,
            number,
            &tenants,
            &hours,
            &operations,
            &reasons,
            &latencies
        )
        .execute(&self.database.pool)
        .await?;
        Ok(())
    }
}

impl Unwritten {
    fn add(&mut self, key: Key, latencies: Latencies) {
        let sums = self.gathered.entry(key).or_default();
        for (sum, count) in sums.iter_mut().zip(latencies) {
            *sum = sum.saturating_add(count);
        }
    }

    /// Makes a batch unless one is on its way; false when there is nothing to send.
    fn next_batch(&mut self) -> bool {
        if self.sent.is_empty() {
            let some: Vec<_> = self.gathered.keys().take(MAX_BATCH).copied().collect();
            self.sent = some
                .into_iter()
                .filter_map(|key| self.gathered.remove_entry(&key))
                .collect();
            self.number += 1;
        }
        !self.sent.is_empty()
    }
}

/// How finely usage is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// By hour.
    Hour,
    /// By day, in UTC.
    Day,
}

/// Requests of one kind in one hour or day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRow {
    /// When it begins, in unix seconds.
    pub at: i64,
    /// An [`Operation`]'s name.
    pub operation: String,
    /// `ok`, or why they were refused.
    pub reason: String,
    /// How many.
    pub count: i64,
    /// How many in each bucket of [`crate::LATENCY_BOUNDS`], and in the one beyond.
    pub latency: Vec<i64>,
}

/// The tenant's usage from `from` until before `to`, in unix seconds, in order.
///
/// # Errors
/// The database fails.
pub async fn between(
    tx: &mut ReadTx,
    from: i64,
    to: i64,
    resolution: Resolution,
) -> Result<Vec<UsageRow>, StorageError> {
    const { assert!(BUCKETS == 8, "the query sums eight") };
    let seconds = match resolution {
        Resolution::Hour => HOUR,
        Resolution::Day => 24 * HOUR,
    };
    let rows = sqlx::query_as!(
        UsageRow,
        r#"select extract(epoch from hour)::bigint / $4 * $4 as "at!", operation, reason, sum(count)::bigint as "count!",
                  array[sum(latency[1]), sum(latency[2]), sum(latency[3]), sum(latency[4]),
                        sum(latency[5]), sum(latency[6]), sum(latency[7]), sum(latency[8])]::bigint[] as "latency!"
           from usage_hourly
           where tenant_id = $1 and hour >= to_timestamp($2::bigint) and hour < to_timestamp($3::bigint)
           group by 1, 2, 3 order by 1, 2, 3"#,
        tx.tenant.0,
        from,
        to,
        seconds
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows)
}

/// Forgets counts older than 400 days.
///
/// # Errors
/// The database fails.
pub async fn prune(database: &Database) -> Result<(), StorageError> {
    sqlx::query!("select prune_usage()")
        .execute(&database.pool)
        .await?;
    Ok(())
}
