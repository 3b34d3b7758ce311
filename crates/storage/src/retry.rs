//! Trying again: a few times, not all at the same moment, and never so often that the tries are a load of their own.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use tokio::time::sleep;
use uuid::Uuid;

use crate::StorageError;

/// How often one thing is tried in all.
const TRIES: u32 = 3;
/// The longest wait before the second try; it doubles.
const WAIT: Duration = Duration::from_millis(20);
/// What a retry costs, and what a success brings: of ten calls one may be tried again, for long.
const COST: u32 = 10;
/// The most that is saved up.
const MOST: u32 = 20 * COST;

/// What may still be tried again.
#[derive(Debug)]
pub(crate) struct Retries(AtomicU32);

impl Default for Retries {
    fn default() -> Self {
        Self(AtomicU32::new(MOST))
    }
}

impl Retries {
    /// Begins something, again if that may help. It must do nothing that may not be done twice.
    pub(crate) async fn of<T, F: Future<Output = Result<T, StorageError>>>(
        &self,
        mut begin: impl FnMut() -> F,
    ) -> Result<T, StorageError> {
        let mut tries = 1;
        loop {
            match begin().await {
                Ok(begun) => {
                    self.earn();
                    return Ok(begun);
                }
                Err(error) if tries < TRIES && error.may_begin_again() && self.spend() => {
                    sleep(jitter(WAIT * (1 << (tries - 1)))).await;
                    tries += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn earn(&self) {
        // Full nearly always, and then there is nothing to write to memory that all cores share.
        if self.0.load(Ordering::Relaxed) < MOST {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn spend(&self) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |saved| {
                saved.checked_sub(COST)
            })
            .is_ok()
    }
}

/// Half of the time or more, up to all of it.
pub(crate) fn jitter(most: Duration) -> Duration {
    if cfg!(test) {
        // In a simulated world the seed alone decides.
        return most;
    }
    let random = f64::from(Uuid::new_v4().as_fields().0) / f64::from(u32::MAX);
    most.mul_f64(0.5 + random / 2.0)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::{COST, MOST, Retries, TRIES};
    use crate::StorageError;

    fn lost() -> StorageError {
        sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into()).into()
    }

    /// How often it was begun, each time ending with an error.
    async fn tries(retries: &Retries, error: fn() -> StorageError) -> u32 {
        let count = Cell::new(0);
        let failed = retries
            .of(|| {
                count.set(count.get() + 1);
                std::future::ready(Err::<(), _>(error()))
            })
            .await;
        assert!(failed.is_err());
        count.get()
    }

    #[tokio::test]
    async fn what_lost_its_connection_is_tried_three_times_and_what_is_wrong_once() {
        let retries = Retries::default();
        assert_eq!(tries(&retries, lost).await, TRIES);
        assert_eq!(tries(&retries, || StorageError::Busy).await, 1);
    }

    #[tokio::test]
    async fn when_all_fails_nothing_is_tried_again_after_a_while() {
        let retries = Retries::default();
        let mut total = 0;
        for _ in 0..100 {
            total += tries(&retries, lost).await;
        }
        assert_eq!(total, 100 + MOST / COST);
        for _ in 0..COST {
            retries.of(|| std::future::ready(Ok(()))).await.unwrap();
        }
        assert_eq!(tries(&retries, lost).await, 2);
    }
}
