//! The only place that reads the time of day.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

/// The time of day. Copies tell the same time; a test moves or stops it, and nothing has to sleep.
#[derive(Debug, Clone, Default)]
pub struct Clock(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    ahead: AtomicI64,
    /// The unix microsecond at which it stands still; 0 while it runs.
    stopped: AtomicI64,
}

impl Clock {
    /// Unix seconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.micros().div_euclid(1_000_000)
    }

    /// Unix microseconds.
    #[must_use]
    pub fn micros(&self) -> i64 {
        let base = match self.0.stopped.load(Ordering::Relaxed) {
            0 => Self::system(),
            stopped => stopped,
        };
        base + self.0.ahead.load(Ordering::Relaxed) * 1_000_000
    }

    /// A clock that stands at this second until it is moved.
    #[cfg(test)]
    pub(crate) fn at(second: i64) -> Self {
        let clock = Self::default();
        clock.0.stopped.store(second * 1_000_000, Ordering::Relaxed);
        clock
    }

    fn system() -> i64 {
        #[expect(
            clippy::disallowed_methods,
            reason = "the clock that everything else is handed"
        )]
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    }

    /// Moves the time, for all copies.
    pub fn advance(&self, seconds: i64) {
        self.0.ahead.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Stops the time, for all copies; [`Self::advance`] still moves it.
    pub fn stop(&self) {
        self.0.stopped.store(Self::system(), Ordering::Relaxed);
    }
}
