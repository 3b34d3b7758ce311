//! What is counted of a tenant in memory, and its rate limits. Lives beside the tenant's view and outlives it, so that a
//! reload or an eviction loses nothing.

mod key;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use lanyard_core::{
    id::{ApiKeyId, Kid, TenantId},
    rate::Bucket,
};

pub use key::{ApiKeyMeter, KeyMeter};
pub(crate) use key::{KeyCount, Used};

/// Upper bounds of the latency buckets, in microseconds; the last bucket has none.
pub const LATENCY_BOUNDS: [u64; BUCKETS - 1] = [50, 200, 1_000, 5_000, 25_000, 100_000, 1_000_000];
pub(crate) const BUCKETS: usize = 8;

/// Reasons told apart for each operation of a tenant. More than there are; beyond it they count as [`OTHER`].
const MAX_REASONS: usize = 64;
/// The reason of what was refused without one that there is room for.
pub const OTHER: &str = "other";

/// The reason of what wasn't refused.
pub const OK: &str = "ok";

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
    /// Codes that browsers present for tokens.
    pub exchange: Bucket,
    /// Everything else.
    pub requests: Bucket,
    counts: [OnceLock<Box<Cells>>; Operation::ALL.len()],
    api_keys: Mutex<HashMap<ApiKeyId, Arc<ApiKeyMeter>>>,
    keys: Mutex<HashMap<KeyName, Arc<KeyMeter>>>,
}

/// A signing key, and the lifetime in seconds that it gives its tokens: tokens that live otherwise are counted apart.
type KeyName = (Kid, i64);

impl TenantMeter {
    fn new(tenant: TenantId) -> Self {
        Self {
            tenant,
            issue: Bucket::default(),
            validate: Bucket::default(),
            exchange: Bucket::default(),
            requests: Bucket::default(),
            counts: Default::default(),
            api_keys: Mutex::default(),
            keys: Mutex::default(),
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

    /// What is kept of a signing key while its tokens live for so many seconds.
    pub(crate) fn key(&self, kid: &Kid, lifetime: i64) -> Arc<KeyMeter> {
        let name = (kid.clone(), lifetime);
        Arc::clone(self.keys().entry(name).or_default())
    }

    /// Takes out how many tokens keys signed, with the second at which the last of them ends and when it was issued.
    pub(crate) fn drain_keys(&self, mut give: impl FnMut(&Kid, KeyCount)) {
        for ((kid, lifetime), meter) in self.keys().iter() {
            if let Some(count) = meter.drain(*lifetime) {
                give(kid, count);
            }
        }
    }

    /// The API keys that were used since that was last written, and not a moment ago; or all, if `hurry`.
    pub(crate) fn used_api_keys(&self, now: i64, hurry: bool) -> Vec<Used<ApiKeyId, ApiKeyMeter>> {
        let api_keys = self.api_keys();
        let used = api_keys.iter().filter_map(|(id, meter)| {
            let at = meter.last_use.due(now, hurry)?;
            Some(Used::new(self.tenant, *id, at, meter))
        });
        used.collect()
    }

    /// The signing keys of which a token was seen since that was last written, likewise.
    pub(crate) fn seen_keys(&self, now: i64, hurry: bool) -> Vec<Used<Kid, KeyMeter>> {
        let keys = self.keys();
        let seen = keys.iter().filter_map(|((kid, _), meter)| {
            let at = meter.seen.due(now, hurry)?;
            Some(Used::new(self.tenant, kid.clone(), at, meter))
        });
        seen.collect()
    }

    fn api_keys(&self) -> MutexGuard<'_, HashMap<ApiKeyId, Arc<ApiKeyMeter>>> {
        self.api_keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keys(&self) -> MutexGuard<'_, HashMap<KeyName, Arc<KeyMeter>>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets keys that no view holds, unless something of them is still to be written; false when none is left.
    fn tidy(&self) -> bool {
        let (mut api_keys, mut keys) = (self.api_keys(), self.keys());
        api_keys.retain(|_, meter| {
            Arc::strong_count(meter) > 1 || meter.last_use.unwritten().is_some()
        });
        keys.retain(|_, meter| Arc::strong_count(meter) > 1 || meter.has_counts());
        !(api_keys.is_empty() && keys.is_empty())
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
            let has_keys = meter.tidy();
            Arc::strong_count(meter) > 1 || meter.has_counts() || has_keys
        });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TenantId, Arc<TenantMeter>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
