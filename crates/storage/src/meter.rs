//! What is counted of a tenant in memory, and its rate limits. Lives beside the tenant's view and outlives it, so that a
//! reload or an eviction loses nothing.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
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
mod tests {
    use std::sync::Arc;

    use lanyard_core::id::{ApiKeyId, TenantId};
    use uuid::Uuid;

    use super::{LATENCY_BOUNDS, MAX_REASONS, Meters, OK, Operation, TenantMeter};

    fn drained(meter: &TenantMeter) -> Vec<(&'static str, &'static str, u64)> {
        let mut all = Vec::new();
        meter.drain(|operation, reason, latencies| {
            all.push((operation.name(), reason, latencies.iter().sum()));
        });
        all
    }

    #[test]
    fn each_operation_counts_its_reasons_apart_and_draining_leaves_zeros() {
        let meter = TenantMeter::new(TenantId(Uuid::nil()));
        for _ in 0..3 {
            meter.count(Operation::Validate, OK, 10);
        }
        meter.count(Operation::Validate, "expired", 10);
        meter.count(Operation::Issue, OK, 10);
        let expected = [
            ("issue", OK, 1),
            ("validate", OK, 3),
            ("validate", "expired", 1),
        ];
        assert_eq!(drained(&meter), expected);
        assert_eq!(drained(&meter), []);
        meter.count(Operation::Validate, "expired", 10);
        assert_eq!(drained(&meter), [("validate", "expired", 1)]);
    }

    #[test]
    fn a_latency_falls_into_the_first_bucket_whose_bound_it_keeps() {
        let meter = TenantMeter::new(TenantId(Uuid::nil()));
        for microseconds in [0, 50, 51, 1_000_000, 1_000_001, u64::MAX] {
            meter.count(Operation::Issue, OK, microseconds);
        }
        meter.drain(|_, _, latencies| assert_eq!(latencies, [2, 1, 0, 0, 0, 0, 1, 2]));
        assert!(LATENCY_BOUNDS.is_sorted());
    }

    #[test]
    fn more_reasons_than_there_is_room_for_count_as_other() {
        let meter = TenantMeter::new(TenantId(Uuid::nil()));
        let reasons: Vec<&'static str> = (0..MAX_REASONS + 5)
            .map(|number| &*Box::leak(number.to_string().into_boxed_str()))
            .collect();
        for reason in reasons {
            meter.count(Operation::Manage, reason, 1);
        }
        let drained = drained(&meter);
        assert_eq!(drained.len(), MAX_REASONS + 1);
        assert_eq!(drained.last(), Some(&("manage", "other", 5)));
    }

    #[test]
    fn threads_lose_no_count_while_another_drains() {
        let meter = Arc::new(TenantMeter::new(TenantId(Uuid::nil())));
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let meter = Arc::clone(&meter);
                std::thread::spawn(move || {
                    for _ in 0..10_000 {
                        meter.count(Operation::Validate, OK, 1);
                    }
                })
            })
            .collect();
        let mut sum = 0;
        while !threads.iter().all(|thread| thread.is_finished()) {
            sum += drained(&meter)
                .iter()
                .map(|(_, _, count)| count)
                .sum::<u64>();
        }
        sum += drained(&meter)
            .iter()
            .map(|(_, _, count)| count)
            .sum::<u64>();
        assert_eq!(sum, 40_000);
    }

    #[test]
    fn a_meter_goes_only_when_nobody_holds_it_and_all_is_written() {
        let meters = Meters::default();
        let (tenant, key) = (TenantId(Uuid::nil()), ApiKeyId(Uuid::nil()));
        let meter = meters.of(tenant);
        meters.tidy();
        assert!(Arc::ptr_eq(&meter, &meters.of(tenant)));
        meter.count(Operation::Issue, OK, 1);
        meter.api_key(key).used(100);
        drop(meter);
        meters.tidy();
        let [meter] = &meters.all()[..] else {
            panic!("the counts are gone")
        };
        assert_eq!(drained(meter).len(), 1);
        meters.tidy();
        let used = meter.used_api_keys(100, false);
        assert_eq!((used.len(), used[0].used_at), (1, 100));
        used[0].wrote(100);
        drop(used);
        meter.api_key(key).used(130);
        assert!(meter.used_api_keys(159, false).is_empty());
        assert_eq!(meter.used_api_keys(159, true).len(), 1);
        let used = meter.used_api_keys(160, false);
        used[0].wrote(160);
        drop(used);
        meters.tidy();
        assert!(meter.api_keys().is_empty());
        assert_eq!(meters.all().len(), 1, "this test holds it");
    }

    #[test]
    fn an_unused_meter_is_forgotten() {
        let meters = Meters::default();
        drop(meters.of(TenantId(Uuid::nil())));
        meters.tidy();
        assert!(meters.all().is_empty());
    }
}
