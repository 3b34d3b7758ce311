//! Work that keeps a processor busy: off the async threads, a little at a time, and no endless queue. A flood of it costs
//! bounded memory and leaves processors to the readers' requests.

use std::{fmt, num::NonZero, sync::Arc, thread};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
};

use crate::{Problem, failure::Failure};

/// Where one kind of work is done. It takes half of the processors at the most.
#[derive(Debug)]
pub struct Queue {
    working: Arc<Semaphore>,
    places: Arc<Semaphore>,
    busy: &'static str,
}

/// A place in a queue. Whoever has none is turned away before anything else is done for them.
#[derive(Debug)]
pub struct Place {
    working: Arc<Semaphore>,
    busy: &'static str,
    _place: OwnedSemaphorePermit,
}

impl Queue {
    /// A queue in which so many may wait for their turn; the others are told `busy`.
    pub(crate) fn new(most_waiting: usize, busy: &'static str) -> Self {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        let at_once = (processors / 2).max(1);
        Self {
            working: Arc::new(Semaphore::new(at_once)),
            places: Arc::new(Semaphore::new(at_once + most_waiting)),
            busy,
        }
    }

    /// Takes a place.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when there is none left.
    pub fn enter(&self) -> Result<Place, Failure> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| refused(self.busy))?;
        Ok(Place {
            working: Arc::clone(&self.working),
            busy: self.busy,
            _place: place,
        })
    }
}

impl Place {
    /// Waits for its turn, and works.
    ///
    /// # Errors
    /// The work fails, which is no fault of the client's; or the server is stopping.
    pub async fn run<T, E>(
        &self,
        work: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, Failure>
    where
        T: Send + 'static,
        E: fmt::Display + Send + 'static,
    {
        let permit = Arc::clone(&self.working)
            .acquire_owned()
            .await
            .map_err(|_| refused(self.busy))?;
        let worked = spawn_blocking(move || {
            let done = work();
            // Only now: the processor is in use even when nobody waits for the answer any more.
            drop(permit);
            done
        });
        match worked.await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(Failure::from(Problem::Internal).logged(error)),
            Err(_) => Err(refused(self.busy)),
        }
    }
}

fn refused(busy: &'static str) -> Failure {
    Failure::from(Problem::Unavailable)
        .detail(busy)
        .retry_after(1)
}

#[cfg(test)]
mod tests {
    use super::Queue;

    #[test]
    fn whoever_finds_no_place_is_turned_away_until_somebody_leaves() {
        let queue = Queue::new(2, "busy");
        let mut places: Vec<_> = std::iter::from_fn(|| queue.enter().ok()).collect();
        assert!(places.len() >= 3);
        places.pop();
        assert!(queue.enter().is_ok());
    }
}
