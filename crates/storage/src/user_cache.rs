//! Readers on the hot path: memory, then Redis, then Postgres, with one fetch in flight per reader.
//!
//! Each cached record says from which version of the tenant it was read, and the tenant's view says which version is
//! the least that will do. So nothing needs to be evicted in time, and a slow fetch can't bring back what is old: it is
//! judged when it is used. No refusal depends on any of this, since disabling and deleting write revocations.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use lanyard_core::{
    id::TenantId,
    user::{User, UserId},
};
use moka::{
    Equivalent,
    future::Cache,
    ops::compute::{CompResult, Op},
};

use tokio::time::timeout;

use crate::{Database, StorageError, TenantView, redis_users::RedisUsers, source::Source};

/// How long a request waits for a reader's record.
const FETCH_PATIENCE: Duration = Duration::from_secs(3);

/// A reader as the broker answers.
#[derive(Debug)]
pub struct Reader {
    /// The body of `GET /t/{tenant}/`.
    pub body: Bytes,
    /// Whether no token may be issued or accepted.
    pub disabled: bool,
    /// The body, read. Most requests only answer it, so it is read when a token first needs it.
    record: OnceLock<Option<Box<User>>>,
}

impl Reader {
    pub(crate) fn new(body: Bytes, disabled: bool) -> Self {
        Self {
            body,
            disabled,
            record: OnceLock::new(),
        }
    }

    /// The reader's record, for tokens that say more of a reader than the id.
    ///
    /// # Errors
    /// [`StorageError::Corrupt`] when what is cached is no record.
    pub fn record(&self) -> Result<&User, StorageError> {
        self.record
            .get_or_init(|| {
                let mut user = User::from_json(&self.body).ok()?;
                // The text is in the body already.
                user.extra = None;
                Some(Box::new(user))
            })
            .as_deref()
            .ok_or_else(|| StorageError::Corrupt("a reader's record".to_owned()))
    }
}

/// A record, or the knowledge that there is none, with the tenant's version that it was read at.
#[derive(Debug, Clone)]
pub(crate) struct CachedReader {
    pub(crate) as_of: i64,
    pub(crate) reader: Option<Arc<Reader>>,
}

type Key = (TenantId, UserId);

/// A key as it is asked for, without a copy of the id.
#[derive(Hash)]
struct Wanted<'a>(TenantId, &'a UserId);

impl Equivalent<Key> for Wanted<'_> {
    fn equivalent(&self, (tenant, id): &Key) -> bool {
        self.0 == *tenant && self.1 == id
    }
}

/// Where readers came from since this process started.
#[derive(Debug, Default)]
struct Counts {
    memory: AtomicU64,
    redis: AtomicU64,
    postgres: AtomicU64,
}

/// How often readers were asked for since the start, by where they came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReaderSources {
    /// This process's memory.
    pub memory: u64,
    /// Redis.
    pub redis: u64,
    /// Postgres.
    pub postgres: u64,
}

/// The readers of all tenants.
#[derive(Debug)]
pub struct Readers {
    counts: Counts,
    source: Source,
    redis: Option<RedisUsers>,
    memory: Cache<Key, CachedReader>,
}

impl Readers {
    /// A cache of at most `max_bytes`, in front of Redis, if there is one, and Postgres.
    ///
    /// # Errors
    /// The URL of Redis is wrong. That Redis is away is no error.
    pub fn new(
        database: Database,
        redis_url: Option<&str>,
        max_bytes: u64,
    ) -> Result<Self, StorageError> {
        let redis = redis_url.map(RedisUsers::new).transpose()?;
        Ok(Self::of(Source::Postgres(database), redis, max_bytes))
    }

    pub(crate) fn of(source: Source, redis: Option<RedisUsers>, max_bytes: u64) -> Self {
        let memory = Cache::builder()
            .weigher(|(_, id): &Key, cached: &CachedReader| {
                // What the entry itself costs, roughly.
                let text = id.as_str().len()
                    + cached.reader.as_ref().map_or(0, |reader| reader.body.len());
                u32::try_from(text).unwrap_or(u32::MAX).saturating_add(256)
            })
            .max_capacity(max_bytes)
            .time_to_live(Duration::from_secs(3600))
            .build();
        Self {
            counts: Counts::default(),
            source,
            redis,
            memory,
        }
    }

    /// Forgets a reader in memory, as a full cache does.
    #[cfg(test)]
    pub(crate) async fn evict(&self, tenant: TenantId, id: UserId) {
        self.memory.invalidate(&(tenant, id)).await;
    }

    /// Where they came from so far.
    #[must_use]
    pub fn sources(&self) -> ReaderSources {
        ReaderSources {
            memory: self.counts.memory.load(Ordering::Relaxed),
            redis: self.counts.redis.load(Ordering::Relaxed),
            postgres: self.counts.postgres.load(Ordering::Relaxed),
        }
    }

    /// How many are held in memory, about.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.memory.entry_count()
    }

    /// Whether Redis answers; `None` where there is none.
    pub async fn ping_redis(&self) -> Option<bool> {
        match &self.redis {
            Some(redis) => Some(redis.answers().await),
            None => None,
        }
    }

    /// The reader with this id in the tenant's directory.
    ///
    /// # Errors
    /// Nothing is cached and the database fails. That Redis fails is no error.
    pub async fn get(
        &self,
        tenant: &TenantView,
        id: &UserId,
    ) -> Result<Option<Arc<Reader>>, StorageError> {
        if let Some(cached) = self.memory.get(&Wanted(tenant.id, id)).await
            && cached.as_of >= tenant.required(id)
        {
            self.counts.memory.fetch_add(1, Ordering::Relaxed);
            return Ok(cached.reader);
        }
        let key = (tenant.id, id.clone());
        // Calls for one key wait for one another here, so the second finds what the first has fetched.
        let fetch = self.memory.entry(key).and_try_compute_with(async |entry| {
            let required = tenant.required(id);
            match entry {
                Some(entry) if entry.value().as_of >= required => Ok(Op::Nop),
                _ => {
                    let fetched = self.fetch(tenant.id, id, required).await?;
                    Ok::<_, StorageError>(Op::Put(fetched))
                }
            }
        });
        let result = timeout(FETCH_PATIENCE, fetch)
            .await
            .map_err(|_| StorageError::Busy)??;
        Ok(match result {
            CompResult::Inserted(entry)
            | CompResult::ReplacedWith(entry)
            | CompResult::Unchanged(entry)
            | CompResult::Removed(entry) => entry.into_value().reader,
            CompResult::StillNone(_) => None,
        })
    }

    async fn fetch(
        &self,
        tenant: TenantId,
        id: &UserId,
        required: i64,
    ) -> Result<CachedReader, StorageError> {
        if let Some(redis) = &self.redis
            && let Some(cached) = redis.get(tenant, id).await
            && cached.as_of >= required
        {
            self.counts.redis.fetch_add(1, Ordering::Relaxed);
            return Ok(cached);
        }
        let cached = self.source.reader(tenant, id).await?;
        self.counts.postgres.fetch_add(1, Ordering::Relaxed);
        if let Some(redis) = &self.redis {
            redis.put(tenant, id, &cached).await;
        }
        Ok(cached)
    }
}
