//! The one change loop: notifications for speed, a poll of the tenants' versions as the net.

use std::{collections::HashMap, pin::Pin, sync::Arc, time::Duration};

use futures_util::FutureExt;
use lanyard_core::id::TenantId;
use sqlx::{PgPool, postgres::PgListener};
use tokio::{
    select,
    sync::Notify,
    time::{Instant, MissedTickBehavior, interval, sleep, timeout},
};

#[cfg(test)]
use crate::simulation::postgres::Subscription;
use crate::{
    Database, StorageError, Views,
    change::{CHANNEL, Changes},
    source::Source,
};

/// How often the versions are compared.
const POLL_EVERY: Duration = Duration::from_millis(500);
/// How often memory is tidied.
const TIDY_EVERY: Duration = Duration::from_secs(60);
/// How long the database may take to let this process listen.
const LISTEN_PATIENCE: Duration = Duration::from_secs(5);
/// How long a lost connection to the database is left alone.
const RECONNECT_AFTER: Duration = Duration::from_millis(250);

/// Keeps the views of this process true for as long as it runs.
#[derive(Debug)]
pub struct Listener {
    source: Source,
    views: Arc<Views>,
    /// Rung when a notification was missed: a connection that died in silence looks like one with nothing to say.
    missed: Notify,
}

/// Closes the listening connection's pool once nobody listens: else the connection, which is given back after that, is
/// tried out there, while the database may be stopping, and the log would warn of it.
struct ClosedOnDrop(PgPool);

impl Drop for ClosedOnDrop {
    fn drop(&mut self) {
        // It is closed from the call on; what would be awaited is the end of its connections.
        drop(self.0.close());
    }
}

/// A connection that hears of changes.
enum Notifications {
    Postgres {
        listener: PgListener,
        /// Done once another server is the primary: the old one may live on without a word.
        moved: Pin<Box<dyn Future<Output = ()> + Send>>,
        _closed: ClosedOnDrop,
    },
    #[cfg(test)]
    Simulated(Subscription),
}

impl Notifications {
    async fn begin(source: &Source) -> Result<Self, StorageError> {
        match source {
            Source::Postgres(database) => Self::connect(database).await,
            #[cfg(test)]
            Source::Simulated(link) => Ok(Self::Simulated(link.listen().await?)),
        }
    }

    async fn connect(database: &Database) -> Result<Self, StorageError> {
        // From before the connection is made: it may lead to what is no primary any more.
        let moved = Box::pin(database.primary_moves());
        let (mut listener, pool) = database.listener().await?;
        let closed = ClosedOnDrop(pool);
        listener.listen(CHANNEL).await?;
        Ok(Self::Postgres {
            listener,
            moved,
            _closed: closed,
        })
    }

    /// The next notification's payload; `None` when there will be no other on this connection.
    async fn next(&mut self) -> Result<Option<String>, StorageError> {
        match self {
            Self::Postgres {
                listener, moved, ..
            } => select! {
                received = listener.try_recv() => {
                    Ok(received?.map(|notification| notification.payload().to_owned()))
                }
                () = moved => Ok(None),
            },
            #[cfg(test)]
            Self::Simulated(subscription) => subscription.next().await,
        }
    }
}

impl Listener {
    /// A loop for these views. It has a connection of its own, since a pooled one can't listen.
    #[must_use]
    pub fn new(database: Database, views: Arc<Views>) -> Self {
        Self::of(Source::Postgres(database), views)
    }

    pub(crate) fn of(source: Source, views: Arc<Views>) -> Self {
        Self {
            source,
            views,
            missed: Notify::new(),
        }
    }

    /// Runs until it is dropped.
    pub async fn run(self) {
        tokio::join!(
            self.take_in_notifications(),
            self.poll_versions(),
            self.source.follow_primary()
        );
    }

    async fn take_in_notifications(&self) {
        loop {
            if let Err(error) = self.listen().await {
                tracing::warn!(%error, "changes aren't heard for now; versions are still compared");
                sleep(RECONNECT_AFTER).await;
            }
        }
    }

    /// Listens until the connection is lost.
    async fn listen(&self) -> Result<(), StorageError> {
        let mut notifications = timeout(LISTEN_PATIENCE, Notifications::begin(&self.source))
            .await
            .map_err(|_| StorageError::Busy)??;
        // What was missed until now isn't this connection's fault.
        let _ = self.missed.notified().now_or_never();
        // What was sent before has to be found by comparing versions.
        self.catch_up_all().await?;
        loop {
            let next = select! {
                biased;
                next = notifications.next() => next?,
                () = self.missed.notified() => {
                    tracing::warn!("a change wasn't heard; the connection that should tell is made anew");
                    return Ok(());
                }
            };
            let Some(payload) = next else { return Ok(()) };
            match serde_json::from_str::<Changes>(&payload) {
                Ok(changes) => self.views.take_in(&changes).await,
                Err(error) => {
                    tracing::warn!(%error, "a notification can't be read; versions will tell")
                }
            }
        }
    }

    async fn catch_up_all(&self) -> Result<(), StorageError> {
        let (mut asked, mut behind) = self.views.compare().await?;
        if self.views.elapsed().saturating_sub(asked) > POLL_EVERY {
            // The answer hung somewhere, and tells of a moment that is long past.
            (asked, behind) = self.views.compare().await?;
        }
        self.views.catch_up_all(&behind).await;
        self.views.confirm(asked);
        Ok(())
    }

    /// A tenant found behind twice has missed its notification; found once, that may be on its way.
    async fn poll_versions(&self) {
        let mut suspects: HashMap<TenantId, i64> = HashMap::new();
        let mut ticks = interval(POLL_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut tidied = Instant::now();
        loop {
            ticks.tick().await;
            // After an outage nothing is on its way, and nothing may be served before it is made good.
            let outcome = if self.views.is_stale() {
                suspects.clear();
                self.catch_up_all().await
            } else {
                self.compare_with(&mut suspects).await
            };
            if let Err(error) = outcome {
                tracing::warn!(%error, "versions can't be compared");
            }
            if tidied.elapsed() >= TIDY_EVERY {
                tidied = Instant::now();
                self.views.tidy();
            }
        }
    }

    async fn compare_with(
        &self,
        suspects: &mut HashMap<TenantId, i64>,
    ) -> Result<(), StorageError> {
        let (asked, behind) = self.views.compare().await?;
        if self.views.elapsed().saturating_sub(asked) > POLL_EVERY {
            return self.catch_up_all().await;
        }
        let (again, new): (Vec<_>, Vec<_>) = behind
            .into_iter()
            .partition(|(tenant, _)| suspects.contains_key(tenant));
        let missed: Vec<_> = again
            .into_iter()
            .map(|(tenant, version)| (tenant, suspects.get(&tenant).copied().unwrap_or(version)))
            .collect();
        if !missed.is_empty() {
            self.missed.notify_one();
        }
        self.views.catch_up_all(&missed).await;
        self.views.confirm(asked);
        *suspects = new.into_iter().collect();
        Ok(())
    }
}
