//! How fast one of many may ask for what no newsroom's own limit holds for: a bucket for each that asked of late.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

use lanyard_core::rate::{Bucket, Rate};

use crate::{Problem, failure::Failure};

/// The most that are counted at a time. Each is forgotten once its bucket is full again, within two seconds.
const MOST: usize = 10_000;

/// What becomes of somebody for whom there is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beyond {
    /// Nobody else is let in.
    Refused,
    /// Nobody is counted: another limit holds for all together.
    Uncounted,
}

/// Counts what each asks for.
#[derive(Debug)]
pub(crate) struct Buckets<K> {
    per_second: u32,
    beyond: Beyond,
    held: Mutex<HashMap<K, Bucket>>,
}

impl<K: Eq + Hash> Buckets<K> {
    /// Buckets that give each so many requests in a second, of all nodes together; two seconds' worth may come at once.
    pub(crate) fn new(per_second: u32, beyond: Beyond) -> Self {
        Self {
            per_second,
            beyond,
            held: Mutex::default(),
        }
    }

    /// Charges one for a request. `now` is in unix microseconds.
    ///
    /// # Errors
    /// [`Problem::RateLimited`].
    pub(crate) fn charge(&self, who: K, nodes: u32, now: i64) -> Result<(), Failure> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MOST && !held.contains_key(&who) {
            held.retain(|_, bucket| !bucket.is_full(now));
            if held.len() >= MOST {
                return match self.beyond {
                    Beyond::Refused => Err(refused(1)),
                    Beyond::Uncounted => Ok(()),
                };
            }
        }
        let bucket = held.entry(who).or_default();
        match bucket.take(Rate::new(self.per_second, nodes), now) {
            Ok(_) => Ok(()),
            Err(exceeded) => Err(refused(exceeded.retry_after)),
        }
    }
}

fn refused(wait: i64) -> Failure {
    Failure::from(Problem::RateLimited).retry_after(wait)
}

#[cfg(test)]
mod tests {
    use super::{Beyond, Buckets, MOST};

    const NOW: i64 = 1_800_000_000_000_000;

    #[test]
    fn one_is_slowed_down_alone() {
        let buckets = Buckets::new(10, Beyond::Refused);
        let passed = (0..100).filter(|_| buckets.charge("jane", 1, NOW).is_ok());
        assert_eq!(passed.count(), 20);
        assert!(buckets.charge("joe", 1, NOW).is_ok());
        assert!(buckets.charge("jane", 1, NOW + 100_000).is_ok());
    }

    #[test]
    fn no_more_are_held_than_fit_and_idle_ones_make_room() {
        for beyond in [Beyond::Refused, Beyond::Uncounted] {
            let buckets = Buckets::new(10, beyond);
            for number in 0..MOST {
                buckets.charge(number, 1, NOW).unwrap();
            }
            let late = buckets.charge(MOST, 1, NOW).is_ok();
            assert_eq!(late, beyond == Beyond::Uncounted);
            assert_eq!(buckets.held.lock().unwrap().len(), MOST);
            assert!(buckets.charge(MOST, 1, NOW + 3_000_000).is_ok());
            assert_eq!(buckets.held.lock().unwrap().len(), 1);
        }
    }
}
