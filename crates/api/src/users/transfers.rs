//! Imports, exports and walks over all of a tenant's rows that are running on this node: few at a time, and one of each
//! kind for a tenant, since each holds a connection to the database for long, or as long as its client likes.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use lanyard_core::id::TenantId;

use crate::{App, Problem, failure::Failure};

/// Seconds after which to try again.
const RETRY_AFTER: i64 = 10;
/// How often, and after what time each, it is looked whether there is a place by now.
const WAITS: u32 = 20;
const WAIT: Duration = Duration::from_millis(50);

/// Which way users go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// An import. It holds a connection only while it writes.
    In,
    /// An export. It holds one from its beginning to its end.
    Out,
    /// A walk over the whole audit log. It holds one too.
    Verify,
    /// A count of the readers whom Coral would refuse. It holds one too.
    Judge,
    /// A page of them. It holds one too.
    JudgeEach,
    /// Calls to a URL that a tenant has chosen, which answers when it likes.
    Call,
}

impl Direction {
    const fn most(self) -> usize {
        match self {
            Self::In => 8,
            Self::Call => 16,
            Self::Out => 3,
            Self::Verify | Self::Judge | Self::JudgeEach => 2,
        }
    }

    /// How many of one tenant.
    const fn most_of_tenant(self) -> usize {
        match self {
            Self::Call => 2,
            _ => 1,
        }
    }
}

/// What is running.
#[derive(Debug, Default)]
pub(crate) struct Transfers(Mutex<Vec<(TenantId, Direction)>>);

impl Transfers {
    fn running(&self) -> MutexGuard<'_, Vec<(TenantId, Direction)>> {
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
        let own = running.iter().filter(|other| **other == key).count();
        if own >= direction.most_of_tenant() || others >= direction.most() {
            let detail = match direction {
                Direction::In => "An import is running already. Wait for its end.",
                Direction::Out => "An export is running already. Wait for its end.",
                Direction::Verify => "An audit log is being verified already. Wait for its end.",
                Direction::Judge | Direction::JudgeEach => {
                    "Readers are being judged already. Wait for its end."
                }
                Direction::Call => "Many calls are being made already. Wait for their end.",
            };
            let failure = Failure::from(Problem::RateLimited).detail(detail);
            return Err(failure.retry_after(RETRY_AFTER));
        }
        running.push(key);
        drop(running);
        let app = app.clone();
        Ok(Self { app, key })
    }

    /// The same for what is soon done in all but the largest tenants: two who ask at once needn't be told to come again.
    ///
    /// # Errors
    /// As [`Self::take`], a second later.
    pub async fn wait(app: &App, tenant: TenantId, direction: Direction) -> Result<Self, Failure> {
        for _ in 0..WAITS {
            if let Ok(slot) = Self::take(app, tenant, direction) {
                return Ok(slot);
            }
            tokio::time::sleep(WAIT).await;
        }
        Self::take(app, tenant, direction)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut running = self.app.transfers.running();
        if let Some(place) = running.iter().position(|key| *key == self.key) {
            running.swap_remove(place);
        }
    }
}
