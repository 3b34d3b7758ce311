//! Rate limits: the generic cell rate algorithm (ITU-T I.371, annex A), which needs one number per bucket.
//!
//! Not the `governor` crate: its rates are fixed when a limiter is made, and ours are a tenant's own and change with the
//! number of live nodes.

use std::sync::atomic::{AtomicI64, Ordering};

/// How many seconds' worth of requests may come at once.
pub const BURST_SECONDS: u32 = 2;

const NANOS: i64 = 1_000_000_000;

/// What a bucket gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests in [`BURST_SECONDS`], of all nodes together.
    pub quota: u64,
    /// The distance between requests that come evenly, in nanoseconds, on one of the nodes.
    interval: i64,
    /// How far ahead of that a caller may get, in nanoseconds.
    window: i64,
}

impl Rate {
    /// A rate that `nodes` nodes share evenly. Zero of either counts as one.
    #[must_use]
    pub fn new(per_second: u32, nodes: u32) -> Self {
        let per_second = per_second.max(1);
        let interval = (NANOS * i64::from(nodes.max(1)) / i64::from(per_second)).max(1);
        Self {
            quota: u64::from(per_second) * u64::from(BURST_SECONDS),
            interval,
            // However slow the rate, one request must fit.
            window: interval.max(NANOS * i64::from(BURST_SECONDS)),
        }
    }
}

/// How a bucket stands after a request that it let pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Requests that this node would let pass right now.
    pub remaining: u64,
    /// Seconds until the bucket is as good as new, rounded up.
    pub full_in: i64,
}

/// The bucket has nothing left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    /// Seconds until it lets a request pass, rounded up; one at least.
    pub retry_after: i64,
    /// Seconds until it is as good as new, rounded up.
    pub full_in: i64,
}

/// A bucket, full at first. Holds the time at which it will be full again, in unix nanoseconds.
#[derive(Debug, Default)]
pub struct Bucket(AtomicI64);

impl Bucket {
    /// Lets a request pass, or says when to come again; what is refused costs nothing. `now` is in unix microseconds.
    ///
    /// # Errors
    /// [`Exceeded`] when the rate is.
    pub fn take(&self, rate: Rate, now: i64) -> Result<Standing, Exceeded> {
        let now = now.saturating_mul(1_000);
        let after = |full_at: i64| {
            // So far ahead only when the clock was set back or the rate was raised. Threads' clocks may differ a little,
            // so a bucket that is merely empty must not count as that.
            let forgotten = full_at.saturating_sub(now) > 2 * rate.window;
            let start = if forgotten { now } else { full_at.max(now) };
            start.saturating_add(rate.interval)
        };
        let took = self
            .0
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |full_at| {
                let next = after(full_at);
                (next - now <= rate.window).then_some(next)
            });
        match took {
            Ok(before) => {
                let ahead = after(before) - now;
                Ok(Standing {
                    remaining: u64::try_from((rate.window - ahead) / rate.interval).unwrap_or(0),
                    full_in: seconds(ahead),
                })
            }
            Err(full_at) => Err(Exceeded {
                retry_after: seconds(after(full_at) - now - rate.window).max(1),
                full_in: seconds(full_at - now),
            }),
        }
    }
}

impl Bucket {
    /// Whether nothing of it is used up: a new one is as good. `now` is in unix microseconds.
    #[must_use]
    pub fn is_full(&self, now: i64) -> bool {
        self.0.load(Ordering::Acquire) <= now.saturating_mul(1_000)
    }

    /// Charges a request that was let pass for `more` than itself. It is never refused: whoever comes next waits for it, for
    /// as long as it takes to fill two buckets at most. `now` is in unix microseconds.
    pub fn owe(&self, rate: Rate, now: i64, more: u32) {
        let now = now.saturating_mul(1_000);
        let most = now.saturating_add(2 * rate.window);
        let cost = rate.interval.saturating_mul(i64::from(more));
        let charged = |full_at: i64| full_at.max(now).saturating_add(cost).min(most.max(full_at));
        // It always has a next value.
        let _ = self
            .0
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |full_at| {
                Some(charged(full_at))
            });
    }
}

/// Nanoseconds as seconds, rounded up.
fn seconds(nanos: i64) -> i64 {
    nanos.div_euclid(NANOS) + i64::from(nanos.rem_euclid(NANOS) > 0)
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, thread};

    use proptest::{collection::vec, prelude::*};

    use super::{BURST_SECONDS, Bucket, Exceeded, Rate, Standing};

    const NOW: i64 = 1_800_000_000_000_000;

    #[test]
    fn what_is_owed_is_waited_for_and_then_forgotten() {
        let (bucket, rate) = (Bucket::default(), Rate::new(10, 1));
        bucket.take(rate, NOW).unwrap();
        bucket.owe(rate, NOW, 39);
        let refused = bucket.take(rate, NOW).unwrap_err();
        assert_eq!((refused.retry_after, refused.full_in), (3, 4));
        assert!(bucket.take(rate, NOW + 2_100_000).is_ok());
        bucket.owe(rate, NOW + 2_100_000, 1_000_000);
        let refused = bucket.take(rate, NOW + 2_100_000).unwrap_err();
        assert_eq!(refused.full_in, 4);
        assert!(bucket.take(rate, NOW + 4_200_000).is_ok());
    }

    fn passed(bucket: &Bucket, rate: Rate, now: i64, asked: u32) -> u32 {
        (0..asked)
            .filter(|_| bucket.take(rate, now).is_ok())
            .count() as u32
    }

    #[test]
    fn two_seconds_worth_pass_at_once_and_not_one_more() {
        for per_second in [1, 3, 7, 50, 200, 999, 30_000] {
            let bucket = Bucket::default();
            let rate = Rate::new(per_second, 1);
            let quota = per_second * BURST_SECONDS;
            assert_eq!(rate.quota, u64::from(quota));
            assert_eq!(
                passed(&bucket, rate, NOW, quota + 10),
                quota,
                "{per_second}"
            );
        }
    }

    #[test]
    fn the_answer_says_what_is_left_and_when_to_come_again() {
        let (bucket, rate) = (Bucket::default(), Rate::new(2, 1));
        let standing = |remaining, full_in| Ok(Standing { remaining, full_in });
        assert_eq!(bucket.take(rate, NOW), standing(3, 1));
        assert_eq!(bucket.take(rate, NOW), standing(2, 1));
        assert_eq!(bucket.take(rate, NOW), standing(1, 2));
        assert_eq!(bucket.take(rate, NOW), standing(0, 2));
        let exceeded = Exceeded {
            retry_after: 1,
            full_in: 2,
        };
        assert_eq!(bucket.take(rate, NOW), Err(exceeded));
        assert_eq!(bucket.take(rate, NOW + 499_999), Err(exceeded));
        assert_eq!(bucket.take(rate, NOW + 500_000), standing(0, 2));
        assert_eq!(bucket.take(rate, NOW + 10_000_000), standing(3, 1));
    }

    #[test]
    fn nodes_share_a_rate_and_each_lets_at_least_one_pass() {
        let rate = Rate::new(10, 4);
        assert_eq!(passed(&Bucket::default(), rate, NOW, 100), 5);
        let (slow, bucket) = (Rate::new(1, 8), Bucket::default());
        assert_eq!(passed(&bucket, slow, NOW, 100), 1);
        assert_eq!(bucket.take(slow, NOW).unwrap_err().retry_after, 8);
        assert_eq!(passed(&bucket, slow, NOW + 8_000_000, 100), 1);
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let (bucket, rate) = (Bucket::default(), Rate::new(5, 1));
        assert_eq!(passed(&bucket, rate, NOW, 100), 10);
        assert!(bucket.take(rate, NOW - 1).is_err());
        assert!(bucket.take(rate, NOW - 3_600_000_000).is_ok());
    }

    #[test]
    fn threads_together_get_no_more_than_one_alone() {
        let (bucket, rate) = (Arc::new(Bucket::default()), Rate::new(1_000, 1));
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                let bucket = Arc::clone(&bucket);
                thread::spawn(move || passed(&bucket, rate, NOW + thread, 1_000))
            })
            .collect();
        let all: u32 = threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum();
        assert_eq!(all, 2_000);
    }

    proptest! {
        #[test]
        fn no_pattern_gets_more_than_the_burst_and_the_rate(
            per_second in 1_u32..5_000, nodes in 1_u32..9, gaps in vec(0_i64..200_000, 1..400)
        ) {
            let (bucket, rate) = (Bucket::default(), Rate::new(per_second, nodes));
            let (mut now, mut count) = (NOW, 0_i64);
            for gap in gaps {
                now += gap;
                count += i64::from(bucket.take(rate, now).is_ok());
                let most = (rate.window + (now - NOW) * 1_000) / rate.interval;
                prop_assert!(count <= most, "{count} of at most {most}");
            }
        }

        #[test]
        fn whoever_keeps_to_the_rate_is_never_refused(
            per_second in 1_u32..5_000, nodes in 1_u32..9, delays in vec(0_i64..1_000_000, 1..200)
        ) {
            let (bucket, rate) = (Bucket::default(), Rate::new(per_second, nodes));
            let mut now = NOW;
            for delay in delays {
                prop_assert!(bucket.take(rate, now).is_ok());
                now += rate.interval / 1_000 + 1 + delay;
            }
        }

        #[test]
        fn whoever_waits_as_told_gets_in(per_second in 1_u32..5_000, nodes in 1_u32..9, asked in 0_u32..20_000) {
            let (bucket, rate) = (Bucket::default(), Rate::new(per_second, nodes));
            passed(&bucket, rate, NOW, asked);
            if let Err(exceeded) = bucket.take(rate, NOW) {
                prop_assert!(bucket.take(rate, NOW + exceeded.retry_after * 1_000_000).is_ok());
            }
        }

        #[test]
        fn no_time_makes_it_panic(times in vec(any::<i64>(), 1..50), per_second: u32, nodes: u32) {
            let (bucket, rate) = (Bucket::default(), Rate::new(per_second, nodes));
            for now in times {
                let _ = bucket.take(rate, now);
            }
        }
    }
}
