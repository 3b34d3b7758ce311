//! Imports and exports that are running on this node: few at a time, and one of each kind for a tenant, since each holds
//! a connection to the database and a place in memory for as long as its client likes.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use lanyard_core::id::TenantId;

use crate::{App, Problem, failure::Failure};

/// Seconds after which to try again.
const RETRY_AFTER: i64 = 10;

/// Which way users go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// An import. It holds a connection only while it writes.
    In,
    /// An export. It holds one from its beginning to its end.
    Out,
    /// A walk over the whole audit log. It holds one too.
    Verify,
}

impl Direction {
    const fn most(self) -> usize {
        match self {
            Self::In => 8,
            Self::Out => 3,
            Self::Verify => 2,
        }
    }
}

/// What is running.
#[derive(Debug, Default)]
pub(crate) struct Transfers(Mutex<HashSet<(TenantId, Direction)>>);

impl Transfers {
    fn running(&self) -> MutexGuard<'_, HashSet<(TenantId, Direction)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among what is running, given back when it is dropped.
#[derive(Debug)]
pub struct Slot {
    app: App,
    key: (TenantId, Direction),
}

impl Slot {
    /// Takes a place.
    ///
    /// # Errors
    /// [`Problem::RateLimited`]: one like it is running, or as many as may.
    pub fn take(app: &App, tenant: TenantId, direction: Direction) -> Result<Self, Failure> {
        let key = (tenant, direction);
        let mut running = app.transfers.running();
        let others = running.iter().filter(|(_, way)| *way == direction).count();
        if running.contains(&key) || others >= direction.most() {
            let detail = match direction {
                Direction::In => "An import is running already. Wait for its end.",
                Direction::Out => "An export is running already. Wait for its end.",
                Direction::Verify => "An audit log is being verified already. Wait for its end.",
            };
            let failure = Failure::from(Problem::RateLimited).detail(detail);
            return Err(failure.retry_after(RETRY_AFTER));
        }
        running.insert(key);
        drop(running);
        let app = app.clone();
        Ok(Self { app, key })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.app.transfers.running().remove(&self.key);
    }
}
