//! Hashing passwords: off the async threads, a few at a time, and no endless queue. A flood of log-ins costs bounded
//! memory and leaves processors to the readers' requests.

use std::{num::NonZero, sync::Arc, thread};

use lanyard_core::password::{self, HashError, Password, Verdict};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
};

use crate::{Problem, failure::Failure};

/// How many may wait for their turn; the last of them waits for about a second.
const MAX_WAITING: usize = 32;

/// Where passwords are hashed and compared.
#[derive(Debug)]
pub struct Passwords {
    hashing: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl Default for Passwords {
    /// Takes half of the processors at the most.
    fn default() -> Self {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        let at_once = (processors / 2).max(1);
        Self {
            hashing: Arc::new(Semaphore::new(at_once)),
            places: Arc::new(Semaphore::new(at_once + MAX_WAITING)),
        }
    }
}

/// A place in the queue. Whoever has none is turned away before anything else is done for them.
#[derive(Debug)]
pub struct Turn {
    hashing: Arc<Semaphore>,
    _place: OwnedSemaphorePermit,
}

impl Passwords {
    /// Takes a place in the queue.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when there is none left.
    pub fn queue(&self) -> Result<Turn, Failure> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| busy())?;
        Ok(Turn {
            hashing: Arc::clone(&self.hashing),
            _place: place,
        })
    }
}

impl Turn {
    /// Compares a password with a stored hash; without one it takes as long, and is wrong.
    ///
    /// # Errors
    /// What is stored is no hash, or the server is stopping.
    pub async fn verify(
        &self,
        password: &Arc<Password>,
        stored: Option<String>,
    ) -> Result<Verdict, Failure> {
        let password = Arc::clone(password);
        self.run(move || password::verify(&password, stored.as_deref()))
            .await
    }

    /// Hashes a password.
    ///
    /// # Errors
    /// There are no memory or no random bytes, or the server is stopping.
    pub async fn hash(&self, password: &Arc<Password>) -> Result<String, Failure> {
        let password = Arc::clone(password);
        self.run(move || password::hash(&password)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, Failure> {
        let permit = Arc::clone(&self.hashing)
            .acquire_owned()
            .await
            .map_err(|_| busy())?;
        let hashed = spawn_blocking(move || {
            let done = work();
            // Only now: the memory is in use even when nobody waits for the answer any more.
            drop(permit);
            done
        });
        match hashed.await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(Failure::from(Problem::Internal).logged(error)),
            Err(_) => Err(busy()),
        }
    }
}

fn busy() -> Failure {
    Failure::from(Problem::Unavailable)
        .detail("Too many people log in at this moment. Try again.")
        .retry_after(1)
}
