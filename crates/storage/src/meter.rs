//! What is counted of a tenant in memory, and its rate limits. Lives beside the tenant's view and outlives it, so that a
//! reload or an eviction loses nothing.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
};

use lanyard_core::{
    id::{ApiKeyId, TenantId},
    rate::Bucket,
};

/// Upper bounds of the latency buckets, in microseconds; the last bucket has none.
pub const LATENCY_BOUNDS: [u64; BUCKETS - 1] = [50, 200, 1_000, 5_000, 25_000, 100_000, 1_000_000];
pub(crate) const BUCKETS: usize = 8;

/// Reasons told apart for each operation of a tenant. More than there are; beyond it they count as [`OTHER`].
const MAX_REASONS: usize = 64;
/// The reason of what was refused without one that there is room for.
pub const OTHER: &str = "other";

/// The reason of what wasn't refused.
pub const OK: &str = "ok";

/// How long the last use of an API key may go unwritten, in seconds.
const KEY_USE_EVERY: i64 = 60;

/// What a request is counted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// A token was asked for.
    Issue,
    /// A reader's token was shown.
    Validate,
    /// RFC 7662.
    Introspect,
    /// RFC 7009.
    Revoke,
    /// Everything else under `/v1/tenants/{tenant}`.
    Manage,
}

impl Operation {
    const ALL: [Self; 5] = [
        Self::Issue,
        Self::Validate,
        Self::Introspect,
        Self::Revoke,
        Self::Manage,
    ];

    /// Its name in answers and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::Validate => "validate",
            Self::Introspect => "introspect",
            Self::Revoke => "revoke",
            Self::Manage => "manage",
        }
    }
}

/// Requests by latency.
pub(crate) type Latencies = [u64; BUCKETS];

/// One reason's counts.
#[derive(Debug)]
struct Cell {
    reason: &'static str,
    latencies: [AtomicU64; BUCKETS],
}

impl Cell {
    fn boxed(reason: &'static str) -> Box<Self> {
        Box::new(Self {
            reason,
            latencies: Default::default(),
        })
    }
}

/// The counts of one operation: each reason takes the first free place when it first occurs, and the last is for all
/// that come too late.
type Cells = [OnceLock<Box<Cell>>; MAX_REASONS + 1];

/// One tenant's counts and buckets.
#[derive(Debug)]
pub struct TenantMeter {
    /// The tenant.
    pub tenant: TenantId,
    /// Tokens asked for.
    pub issue: Bucket,
    /// Readers' tokens shown.
    pub validate: Bucket,
    /// Everything else.
    pub requests: Bucket,
    counts: [OnceLock<Box<Cells>>; Operation::ALL.len()],
    api_keys: Mutex<HashMap<ApiKeyId, Arc<ApiKeyMeter>>>,
}

impl TenantMeter {
    fn new(tenant: TenantId) -> Self {
        Self {
            tenant,
            issue: Bucket::default(),
            validate: Bucket::default(),
            requests: Bucket::default(),
            counts: Default::default(),
            api_keys: Mutex::default(),
        }
    }

    /// Counts a request: one addition in place. Only a reason's first time allocates.
    pub fn count(&self, operation: Operation, reason: &'static str, microseconds: u64) {
        let [places @ .., last] = &**self.counts[operation as usize]
            .get_or_init(|| Box::new([const { OnceLock::new() }; MAX_REASONS + 1]));
        let own = places.iter().find_map(|place| {
            let cell = place.get_or_init(|| Cell::boxed(reason));
            (cell.reason == reason).then_some(cell)
        });
        let cell = own.unwrap_or_else(|| last.get_or_init(|| Cell::boxed(OTHER)));
        let bucket = LATENCY_BOUNDS.partition_point(|bound| *bound < microseconds);
        cell.latencies[bucket].fetch_add(1, Ordering::Relaxed);
    }

    fn cells(&self) -> impl Iterator<Item = (Operation, &Cell)> {
        Operation::ALL.into_iter().flat_map(|operation| {
            let places = self.counts[operation as usize].get();
            places
                .into_iter()
                .flat_map(|places| places.iter())
                .filter_map(move |place| Some((operation, &**place.get()?)))
        })
    }

    /// Takes all counts out, leaving zeros.
    pub(crate) fn drain(&self, mut give: impl FnMut(Operation, &'static str, Latencies)) {
        for (operation, cell) in self.cells() {
            let taken = std::array::from_fn(|at| cell.latencies[at].swap(0, Ordering::Relaxed));
            if taken != [0; BUCKETS] {
                give(operation, cell.reason, taken);
            }
        }
    }

    fn has_counts(&self) -> bool {
        self.cells().any(|(_, cell)| {
            let mut latencies = cell.latencies.iter();
            latencies.any(|count| count.load(Ordering::Relaxed) > 0)
        })
    }

    /// What is kept of an API key.
    pub(crate) fn api_key(&self, id: ApiKeyId) -> Arc<ApiKeyMeter> {
        Arc::clone(self.api_keys().entry(id).or_default())
    }

    /// The API keys that were used since that was last written, and not a moment ago; or all, if `hurry`.
    pub(crate) fn used_api_keys(&self, now: i64, hurry: bool) -> Vec<UsedApiKey> {
        let api_keys = self.api_keys();
        let used = api_keys.iter().filter_map(|(id, meter)| {
            let used_at = meter.unwritten()?;
            let waited = now - meter.written_at.load(Ordering::Relaxed) >= KEY_USE_EVERY;
            (waited || hurry).then(|| UsedApiKey {
                tenant: self.tenant,
                id: *id,
                used_at,
                meter: Arc::clone(meter),
            })
        });
        used.collect()
    }

    fn api_keys(&self) -> MutexGuard<'_, HashMap<ApiKeyId, Arc<ApiKeyMeter>>> {
        self.api_keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One API key's buckets, and when it was used.
#[derive(Debug, Default)]
pub struct ApiKeyMeter {
    /// Tokens asked for.
    pub issue: Bucket,
    /// Everything else.
    pub requests: Bucket,
    /// Whether the owners know that it has had a token with the role ADMIN.
    pub gave_admin: AtomicBool,
    used_at: AtomicI64,
    /// The use that the database knows of, and when it was told.
    written: AtomicI64,
    written_at: AtomicI64,
}

impl ApiKeyMeter {
    /// Notes that the key was good at this unix second.
    pub fn used(&self, now: i64) {
        // Most requests come in a second that is noted already, and leave the number to the other cores' caches.
        if self.used_at.load(Ordering::Relaxed) < now {
            self.used_at.fetch_max(now, Ordering::Relaxed);
        }
    }

    fn unwritten(&self) -> Option<i64> {
        let used_at = self.used_at.load(Ordering::Relaxed);
        (used_at > self.written.load(Ordering::Relaxed)).then_some(used_at)
    }
}

/// A use of an API key that the database doesn't know of.
#[derive(Debug)]
pub(crate) struct UsedApiKey {
    pub(crate) tenant: TenantId,
    pub(crate) id: ApiKeyId,
    pub(crate) used_at: i64,
    meter: Arc<ApiKeyMeter>,
}

impl UsedApiKey {
    /// Notes that the database knows now.
    pub(crate) fn wrote(&self, now: i64) {
        self.meter.written.store(self.used_at, Ordering::Relaxed);
        self.meter.written_at.store(now, Ordering::Relaxed);
    }
}

/// The meters of all tenants that are held, or have counts that aren't written yet.
#[derive(Debug, Default)]
pub(crate) struct Meters(Mutex<HashMap<TenantId, Arc<TenantMeter>>>);

impl Meters {
    /// A tenant's meter; only loading a tenant asks for it, requests find it in the view.
    pub(crate) fn of(&self, tenant: TenantId) -> Arc<TenantMeter> {
        let mut meters = self.lock();
        let meter = meters.entry(tenant);
        Arc::clone(meter.or_insert_with(|| Arc::new(TenantMeter::new(tenant))))
    }

    pub(crate) fn all(&self) -> Vec<Arc<TenantMeter>> {
        self.lock().values().cloned().collect()
    }

    /// Forgets what no view and no request holds, unless something of it is still to be written.
    pub(crate) fn tidy(&self) {
        self.lock().retain(|_, meter| {
            meter.api_keys().retain(|_, api_key| {
                Arc::strong_count(api_key) > 1 || api_key.unwritten().is_some()
            });
            Arc::strong_count(meter) > 1 || meter.has_counts() || !meter.api_keys().is_empty()
        });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TenantId, Arc<TenantMeter>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
