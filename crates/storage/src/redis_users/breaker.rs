//! Leaving alone what failed: for a while nobody asks, then one does for all, and only when that goes well the others.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::time::Instant;

/// How long what failed is left alone.
pub(super) const REST: Duration = Duration::from_secs(1);

/// Closed while all goes well.
#[derive(Debug)]
pub(super) struct Breaker {
    started: Instant,
    /// When the next may ask, in milliseconds after `started`; 0 while it is closed.
    rests_until: AtomicU64,
}

impl Breaker {
    pub(super) fn new() -> Self {
        Self {
            started: Instant::now(),
            rests_until: AtomicU64::new(0),
        }
    }

    /// Whether this caller may ask. Of those who come when the rest is over, one may.
    pub(super) fn lets_pass(&self) -> bool {
        let until = self.rests_until.load(Ordering::Acquire);
        if until == 0 {
            return true;
        }
        let now = self.now();
        now >= until
            && self
                .rests_until
                .compare_exchange(
                    until,
                    now + millis(REST),
                    Ordering::AcqRel,
                    Ordering::Relaxed,
                )
                .is_ok()
    }

    /// What was asked for has worked.
    pub(super) fn close(&self) {
        if self.rests_until.load(Ordering::Relaxed) != 0 {
            self.rests_until.store(0, Ordering::Release);
        }
    }

    /// It has failed; whether it worked before.
    pub(super) fn open(&self) -> bool {
        let until = self.now() + millis(REST);
        self.rests_until.swap(until, Ordering::AcqRel) == 0
    }

    fn now(&self) -> u64 {
        // Never 0, which means something else.
        millis(self.started.elapsed()) + 1
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Breaker, REST};

    #[test]
    fn after_a_rest_one_asks_for_all() {
        let mut breaker = Breaker::new();
        assert!(breaker.lets_pass() && breaker.lets_pass());
        assert!(breaker.open() && !breaker.open());
        assert!(!breaker.lets_pass());
        breaker.started = breaker
            .started
            .checked_sub(REST + Duration::from_millis(5))
            .unwrap();
        assert!(breaker.lets_pass());
        assert!(!breaker.lets_pass());
        breaker.close();
        assert!(breaker.lets_pass() && breaker.lets_pass());
    }
}
