//! Hashing passwords, in a queue: each takes memory and time on purpose.

use std::sync::Arc;

use lanyard_core::password::{self, Password, Verdict};

use crate::{
    failure::Failure,
    queue::{Place, Queue},
};

/// How many may wait for their turn; the last of them waits for about a second.
const MAX_WAITING: usize = 32;

/// Where passwords are hashed and compared.
#[derive(Debug)]
pub struct Passwords(Queue);

impl Default for Passwords {
    fn default() -> Self {
        let busy = "Too many people log in at this moment. Try again.";
        Self(Queue::new(MAX_WAITING, busy))
    }
}

/// A place in the queue. Whoever has none is turned away before anything else is done for them.
#[derive(Debug)]
pub struct Turn(Place);

impl Passwords {
    /// Takes a place in the queue.
    ///
    /// # Errors
    /// [`Problem::Unavailable`](crate::Problem::Unavailable) when there is none left.
    pub fn queue(&self) -> Result<Turn, Failure> {
        self.0.enter().map(Turn)
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
        let verify = move || password::verify(&password, stored.as_deref());
        self.0.run(verify).await
    }

    /// Hashes a password.
    ///
    /// # Errors
    /// There are no memory or no random bytes, or the server is stopping.
    pub async fn hash(&self, password: &Arc<Password>) -> Result<String, Failure> {
        let password = Arc::clone(password);
        self.0.run(move || password::hash(&password)).await
    }
}
