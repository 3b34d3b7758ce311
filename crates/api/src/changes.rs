//! How fast an account may change things that belong to no newsroom. A newsroom's own limit holds for the rest.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use lanyard_core::{
    account::AccountId,
    rate::{Bucket, Rate},
};

use crate::{Problem, failure::Failure};

/// How many changes an account may make in a second, of all nodes together; two seconds' worth may come at once.
const PER_SECOND: u32 = 10;
/// The most accounts that are counted at a time. Each is forgotten two seconds after its last change at the latest.
const MOST_ACCOUNTS: usize = 10_000;

/// Counts the changes by accounts.
#[derive(Debug, Default)]
pub(crate) struct Changes(Mutex<HashMap<AccountId, Bucket>>);

impl Changes {
    /// Charges an account for a change. `now` is in unix microseconds.
    ///
    /// # Errors
    /// [`Problem::RateLimited`].
    pub(crate) fn charge(&self, account: AccountId, nodes: u32, now: i64) -> Result<(), Failure> {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_ACCOUNTS && !buckets.contains_key(&account) {
            buckets.retain(|_, bucket| !bucket.is_full(now));
            if buckets.len() >= MOST_ACCOUNTS {
                return Err(refused(1));
            }
        }
        let bucket = buckets.entry(account).or_default();
        match bucket.take(Rate::new(PER_SECOND, nodes), now) {
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
    use lanyard_core::account::AccountId;
    use uuid::Uuid;

    use super::{Changes, MOST_ACCOUNTS};

    const NOW: i64 = 1_800_000_000_000_000;

    #[test]
    fn an_account_is_slowed_down_alone() {
        let (changes, jane, joe) = (
            Changes::default(),
            AccountId(Uuid::from_u128(1)),
            AccountId(Uuid::from_u128(2)),
        );
        let passed = (0..100).filter(|_| changes.charge(jane, 1, NOW).is_ok());
        assert_eq!(passed.count(), 20);
        assert!(changes.charge(joe, 1, NOW).is_ok());
        assert!(changes.charge(jane, 1, NOW + 100_000).is_ok());
    }

    #[test]
    fn no_more_accounts_are_held_than_fit_and_idle_ones_make_room() {
        let changes = Changes::default();
        let account = |number: usize| AccountId(Uuid::from_u128(number as u128));
        for number in 0..MOST_ACCOUNTS {
            changes.charge(account(number), 1, NOW).unwrap();
        }
        assert!(changes.charge(account(MOST_ACCOUNTS), 1, NOW).is_err());
        let later = NOW + 3_000_000;
        assert!(changes.charge(account(MOST_ACCOUNTS), 1, later).is_ok());
        assert_eq!(changes.0.lock().unwrap().len(), 1);
    }
}
