//! API keys and signing keys as they are used: counted beside them, and written down now and then.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
};

use lanyard_core::{
    id::{ApiKeyId, Kid, TenantId},
    rate::Bucket,
};

/// How long the last use of a key may go unwritten, in seconds.
const USE_EVERY: i64 = 60;

/// When something was last used, and what the database knows of that; in unix seconds.
#[derive(Debug, Default)]
pub(super) struct LastUse {
    at: AtomicI64,
    /// The use that the database knows of, and when it was told.
    written: AtomicI64,
    written_at: AtomicI64,
}

impl LastUse {
    fn note(&self, now: i64) {
        // Most requests come in a second that is noted already, and leave the number to the other cores' caches.
        if self.at.load(Ordering::Relaxed) < now {
            self.at.fetch_max(now, Ordering::Relaxed);
        }
    }

    pub(super) fn unwritten(&self) -> Option<i64> {
        let at = self.at.load(Ordering::Relaxed);
        (at > self.written.load(Ordering::Relaxed)).then_some(at)
    }

    /// A use that the database should be told of: it hasn't been told of one a moment ago, or there is no later.
    pub(super) fn due(&self, now: i64, hurry: bool) -> Option<i64> {
        let waited = now - self.written_at.load(Ordering::Relaxed) >= USE_EVERY;
        self.unwritten().filter(|_| waited || hurry)
    }

    fn wrote(&self, at: i64, now: i64) {
        self.written.store(at, Ordering::Relaxed);
        self.written_at.store(now, Ordering::Relaxed);
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
    pub(super) last_use: LastUse,
}

impl ApiKeyMeter {
    /// Notes that the key was good at this unix second.
    pub fn used(&self, now: i64) {
        self.last_use.note(now);
    }
}

/// What one signing key signs, and when its tokens are seen.
#[derive(Debug, Default)]
pub struct KeyMeter {
    issued: AtomicU64,
    issued_at: AtomicI64,
    pub(super) seen: LastUse,
}

impl KeyMeter {
    /// Counts a token with this `iat`, in unix seconds.
    pub fn issued(&self, at: i64) {
        if self.issued_at.load(Ordering::Relaxed) < at {
            self.issued_at.fetch_max(at, Ordering::Relaxed);
        }
        // Whoever takes the count out finds a time that is no earlier.
        self.issued.fetch_add(1, Ordering::Release);
    }

    /// Notes that a token of the key was found good at this unix second.
    pub fn seen(&self, now: i64) {
        self.seen.note(now);
    }

    /// Takes out what was counted, of tokens that live for so many seconds.
    pub(super) fn drain(&self, lifetime: i64) -> Option<KeyCount> {
        // In this order: the time is noted before the token is counted.
        let issued = self.issued.swap(0, Ordering::Acquire);
        let last_issued = self.issued_at.load(Ordering::Relaxed);
        (issued > 0).then(|| KeyCount {
            issued,
            last_issued,
            last_end: last_issued + lifetime,
        })
    }

    pub(super) fn has_counts(&self) -> bool {
        self.issued.load(Ordering::Relaxed) > 0 || self.seen.unwritten().is_some()
    }
}

/// Tokens that a key signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyCount {
    pub(crate) issued: u64,
    /// When the last of them was issued, in unix seconds.
    pub(crate) last_issued: i64,
    /// The second by which all of them have ended.
    pub(crate) last_end: i64,
}

/// A use of a key that the database doesn't know of.
#[derive(Debug)]
pub(crate) struct Used<I, M> {
    pub(crate) tenant: TenantId,
    pub(crate) id: I,
    /// When, in unix seconds.
    pub(crate) at: i64,
    meter: Arc<M>,
}

impl<I, M> Used<I, M> {
    pub(super) fn new(tenant: TenantId, id: I, at: i64, meter: &Arc<M>) -> Self {
        Self {
            tenant,
            id,
            at,
            meter: Arc::clone(meter),
        }
    }
}

impl Used<ApiKeyId, ApiKeyMeter> {
    /// Notes that the database knows now.
    pub(crate) fn wrote(&self, now: i64) {
        self.meter.last_use.wrote(self.at, now);
    }
}

impl Used<Kid, KeyMeter> {
    /// Notes that the database knows now.
    pub(crate) fn wrote(&self, now: i64) {
        self.meter.seen.wrote(self.at, now);
    }
}
