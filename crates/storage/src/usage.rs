//! Usage: what nodes count in memory, added to the database every few seconds, by hour.
//!
//! A count falls into the hour in which it is gathered, which is up to [`FLUSH_EVERY`] late.

use std::{sync::Arc, time::Duration};

use lanyard_core::id::{ApiKeyId, TenantId};
use sqlx::PgConnection;
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};
use uuid::Uuid;

use crate::{
    ApiKeyMeter, Clock, Database, Operation, ReadTx, StorageError, TenantMeter, Views, WriteTx,
    batches::{Batch, Batches},
    key_use::{self, KeySums},
    meter::{BUCKETS, Latencies, Used},
};

/// How often counts are written.
const FLUSH_EVERY: Duration = Duration::from_secs(10);
/// How long the database may take to add a batch.
const PATIENCE: Duration = Duration::from_secs(5);

const HOUR: i64 = 3_600;

/// Writes what the meters of the views count.
#[derive(Debug)]
pub struct Usage {
    database: Database,
    views: Arc<Views>,
    clock: Clock,
    unwritten: Mutex<Unwritten>,
}

type Key = (TenantId, i64, Operation, &'static str);

/// What was taken out of the meters, and isn't known to be in the database.
#[derive(Debug, Default)]
struct Unwritten {
    requests: Batches<Key, Latencies>,
    keys: KeySums,
}

impl Usage {
    /// For the tenants of these views; nothing is written yet.
    #[must_use]
    pub fn new(database: Database, views: Arc<Views>, clock: Clock) -> Self {
        Self {
            database,
            views,
            clock,
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

    /// Writes all that was counted so far. Uses of API keys, and when tokens of signing keys were seen, too, each at most
    /// once a minute unless `last`.
    ///
    /// # Errors
    /// The database fails. What it may not have is kept for the next time.
    pub async fn flush(&self, last: bool) -> Result<(), StorageError> {
        let mut unwritten = self.unwritten.lock().await;
        let now = self.clock.now();
        let meters = self.views.meters.all();
        unwritten.gather(&meters, now);
        // Keys first: that they can go is said by these, so they wait for nothing else.
        while let Some(batch) = unwritten.keys.next() {
            patiently(key_use::add(&self.database, batch)).await?;
            unwritten.keys.arrived();
        }
        while let Some(batch) = unwritten.requests.next() {
            patiently(self.add(batch)).await?;
            unwritten.requests.arrived();
        }
        self.write_uses(&meters, now, last).await?;
        drop(meters);
        self.views.meters.tidy();
        Ok(())
    }

    async fn write_uses(
        &self,
        meters: &[Arc<TenantMeter>],
        now: i64,
        last: bool,
    ) -> Result<(), StorageError> {
        let used = meters
            .iter()
            .flat_map(|meter| meter.used_api_keys(now, last));
        let used: Vec<_> = used.collect();
        if !used.is_empty() {
            patiently(self.note_api_key_use(&used)).await?;
            for used in &used {
                used.wrote(now);
            }
        }
        let seen = meters.iter().flat_map(|meter| meter.seen_keys(now, last));
        let seen: Vec<_> = seen.collect();
        if !seen.is_empty() {
            patiently(key_use::note_seen(&self.database, &seen)).await?;
            for seen in &seen {
                seen.wrote(now);
            }
        }
        Ok(())
    }

    async fn note_api_key_use(
        &self,
        used: &[Used<ApiKeyId, ApiKeyMeter>],
    ) -> Result<(), StorageError> {
        let tenants: Vec<_> = used.iter().map(|used| used.tenant.0).collect();
        let ids: Vec<_> = used.iter().map(|used| used.id.0).collect();
        let seconds: Vec<_> = used.iter().map(|used| used.at).collect();
        sqlx::query!(
            "select note_api_key_use($1, $2, $3)",
            &tenants,
            &ids,
            &seconds
        )
        .execute(&self.database.pool)
        .await?;
        Ok(())
    }

    async fn add(&self, batch: Batch<'_, Key, Latencies>) -> Result<(), StorageError> {
        let Batch {
            process,
            number,
            sums,
        } = batch;
        let mut counts = Columns::default();
        for ((tenant, hour, operation, reason), latencies) in sums {
            let latencies = latencies.map(|count| i64::try_from(count).unwrap_or(i64::MAX));
            counts.push(*tenant, *hour, operation.name(), reason, &latencies);
        }
        let mut connection = self.database.pool.acquire().await?;
        counts.add(&mut connection, process, number).await
    }
}

/// Counts as the database takes them: arrays side by side.
#[derive(Default)]
struct Columns {
    tenants: Vec<Uuid>,
    hours: Vec<i64>,
    operations: Vec<String>,
    reasons: Vec<String>,
    latencies: Vec<i64>,
}

impl Columns {
    fn push(
        &mut self,
        tenant: TenantId,
        hour: i64,
        operation: &str,
        reason: &str,
        latencies: &[i64],
    ) {
        self.tenants.push(tenant.0);
        self.hours.push(hour);
        self.operations.push(operation.to_owned());
        self.reasons.push(reason.to_owned());
        self.latencies.extend_from_slice(latencies);
    }

    async fn add(
        &self,
        connection: &mut PgConnection,
        process: Uuid,
        number: i64,
    ) -> Result<(), StorageError> {
        sqlx::query!(
            "select add_usage($1, $2, $3, $4, $5, $6, $7)",
            process,
            number,
            &self.tenants,
            &self.hours,
            &self.operations,
            &self.reasons,
            &self.latencies
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Adds counts of the past to the tenant's, for a demonstration.
///
/// # Errors
/// The database fails.
pub async fn add_past(tx: &mut WriteTx, rows: &[UsageRow]) -> Result<(), StorageError> {
    let mut counts = Columns::default();
    for row in rows {
        counts.push(tx.tenant, row.at, &row.operation, &row.reason, &row.latency);
    }
    counts.add(tx.connection(), Uuid::new_v4(), 1).await
}

/// Waits for the database, but not for ever.
async fn patiently(
    work: impl Future<Output = Result<(), StorageError>>,
) -> Result<(), StorageError> {
    timeout(PATIENCE, work)
        .await
        .map_err(|_| StorageError::Busy)?
}

impl Unwritten {
    /// Takes everything out of the meters.
    fn gather(&mut self, meters: &[Arc<TenantMeter>], now: i64) {
        let hour = now - now.rem_euclid(HOUR);
        for meter in meters {
            meter.drain(|operation, reason, latencies| {
                let sums = self.requests.sum((meter.tenant, hour, operation, reason));
                for (sum, count) in sums.iter_mut().zip(latencies) {
                    *sum = sum.saturating_add(count);
                }
            });
            meter
                .drain_keys(|kid, count| key_use::gather(&mut self.keys, meter.tenant, kid, count));
        }
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

/// Forgets counts older than 400 days, and those of tokens that have expired.
///
/// # Errors
/// The database fails.
pub async fn prune(database: &Database) -> Result<(), StorageError> {
    sqlx::query!("select prune_usage(), prune_key_use()")
        .execute(&database.pool)
        .await?;
    Ok(())
}
