//! Postgres as the nodes know it: every version of every tenant, committed at one instant each, and told to whoever
//! listens in the order of the commits.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, Weak},
};

use lanyard_core::{id::TenantId, user::UserId};
use tokio::{
    sync::Notify,
    time::{Duration, Instant, timeout_at},
};

use super::{
    acts::{Act, Write},
    line::Line,
    rows::Rows,
};
use crate::{Committed, StorageError, change::Changes, source::Snapshot, user_cache::CachedReader};

/// The unix second at which each simulation begins.
pub(super) const BEGINNING: i64 = 1_800_000_000;

#[derive(Debug)]
pub(super) struct Postgres {
    begun: Instant,
    tables: Mutex<Tables>,
}

#[derive(Debug, Default)]
pub(super) struct Tables {
    /// Each tenant's versions from 1 on; none while it isn't made.
    pub(super) tenants: Vec<Vec<Arc<Rows>>>,
    queues: Vec<Weak<Queue>>,
}

/// What is on its way to a connection that listens.
#[derive(Debug)]
struct Queue {
    node: usize,
    line: Line,
    coming: Mutex<Coming>,
    bell: Notify,
}

#[derive(Debug, Default)]
struct Coming {
    messages: VecDeque<(Instant, String)>,
    /// The connection broke, and the node can notice.
    lost: bool,
    /// The connection is dead, and nobody tells the node.
    deaf: bool,
}

impl Postgres {
    pub(super) fn new(tenants: usize) -> Self {
        Self {
            begun: Instant::now(),
            tables: Mutex::new(Tables {
                tenants: vec![Vec::new(); tenants],
                queues: Vec::new(),
            }),
        }
    }

    /// The database's own time of day.
    pub(super) fn now(&self) -> i64 {
        BEGINNING + i64::try_from(self.begun.elapsed().as_secs()).unwrap()
    }

    pub(super) fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap()
    }

    /// Commits; `None` when the tenant isn't there, or already is.
    pub(super) fn commit(&self, tenant: usize, acts: &[Act]) -> Option<Changes> {
        let mut tables = self.tables();
        let mut write = Write::begin(tables.tenants[tenant].last()?, self.now());
        acts.iter().for_each(|act| write.apply(act));
        let (rows, changes) = write.end();
        tables.tenants[tenant].push(Arc::new(rows));
        tables.tell(&changes);
        Some(changes)
    }

    pub(super) fn create(&self, tenant: usize, rows: Rows) -> Option<Changes> {
        let mut tables = self.tables();
        if !tables.tenants[tenant].is_empty() {
            return None;
        }
        let changes = Changes {
            tenant: rows.id,
            version: rows.version,
            changes: vec![crate::Change::Tenant],
        };
        tables.tenants[tenant].push(Arc::new(rows));
        tables.tell(&changes);
        Some(changes)
    }

    /// Breaks the connection by which a node listens: all that is on its way is lost. `silent`: the node can't see it.
    pub(super) fn cut(&self, node: usize, silent: bool) {
        let queues: Vec<_> = self
            .tables()
            .queues
            .iter()
            .filter_map(Weak::upgrade)
            .collect();
        for queue in queues.iter().filter(|queue| queue.node == node) {
            let mut coming = queue.coming.lock().unwrap();
            coming.messages.clear();
            coming.lost |= !silent;
            coming.deaf |= silent;
            queue.bell.notify_one();
        }
    }
}

impl Tables {
    fn tell(&mut self, changes: &Changes) {
        self.queues.retain(|queue| queue.strong_count() > 0);
        for queue in self.queues.iter().filter_map(Weak::upgrade) {
            let mut coming = queue.coming.lock().unwrap();
            if coming.lost || coming.deaf {
                continue;
            }
            let soonest = Instant::now() + queue.line.hearing();
            let last = coming.messages.back().map_or(soonest, |(at, _)| *at);
            coming
                .messages
                .push_back((soonest.max(last), changes.payload()));
            queue.bell.notify_one();
        }
    }

    fn by_id(&self, id: TenantId) -> Option<&Arc<Rows>> {
        let newest = self.tenants.iter().filter_map(|versions| versions.last());
        newest.into_iter().find(|rows| rows.id == id)
    }
}

/// A node's way to Postgres.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(super) node: usize,
    pub(super) postgres: Arc<Postgres>,
    pub(super) line: Line,
}

impl Link {
    /// Asks something that is answered from one instant, somewhere between the question and the answer.
    async fn ask<T>(&self, question: impl FnOnce(&mut Tables) -> T) -> Result<T, StorageError> {
        self.line.leg().await?;
        let answer = question(&mut self.postgres.tables());
        self.line.leg().await?;
        Ok(answer)
    }

    pub(crate) async fn find(&self, slug: &str) -> Result<Option<TenantId>, StorageError> {
        let found = self.ask(|tables| {
            let mut newest = tables.tenants.iter().filter_map(|versions| versions.last());
            let found = newest.find(|rows| rows.slug.as_str() == slug);
            (Instant::now(), found.map(|rows| rows.id))
        });
        let (moment, found) = found.await?;
        self.line.has_reached(moment);
        Ok(found)
    }

    pub(crate) async fn behind(
        &self,
        known: &[(TenantId, i64)],
    ) -> Result<Vec<(TenantId, i64)>, StorageError> {
        let behind = self.ask(|tables| {
            let newest = known.iter().filter_map(|(id, version)| {
                let rows = tables.by_id(*id)?;
                (rows.version != *version).then_some((*id, rows.version))
            });
            let mut behind: Vec<_> = newest.collect();
            behind.sort_unstable_by_key(|(id, _)| id.0);
            (Instant::now(), behind)
        });
        let (moment, behind) = behind.await?;
        self.line.has_reached(moment);
        Ok(behind)
    }

    pub(crate) async fn snapshot(
        &self,
        id: TenantId,
        now: i64,
    ) -> Result<Option<Snapshot>, StorageError> {
        self.ask(|tables| tables.by_id(id).map(|rows| rows.snapshot(now)))
            .await
    }

    pub(crate) async fn reader(
        &self,
        tenant: TenantId,
        id: &UserId,
    ) -> Result<CachedReader, StorageError> {
        let found = self.ask(|tables| tables.by_id(tenant).map(|rows| rows.reader(id)));
        found.await?.ok_or(StorageError::Busy)
    }

    /// Commits what `write` makes; the answer may be lost although it is committed.
    pub(super) async fn write(
        &self,
        write: impl FnOnce(&Postgres) -> Option<Changes>,
    ) -> Result<Option<Committed>, StorageError> {
        self.line.leg().await?;
        let committed = write(&self.postgres).map(Committed);
        self.line.leg().await?;
        Ok(committed)
    }

    pub(crate) async fn listen(&self) -> Result<Subscription, StorageError> {
        let queue = Arc::new(Queue {
            node: self.node,
            line: self.line.clone(),
            coming: Mutex::default(),
            bell: Notify::new(),
        });
        let listening = Arc::downgrade(&queue);
        self.ask(|tables| tables.queues.push(listening)).await?;
        let link = self.clone();
        Ok(Subscription { link, queue })
    }
}

/// A connection that listens.
#[derive(Debug)]
pub(crate) struct Subscription {
    link: Link,
    queue: Arc<Queue>,
}

impl Subscription {
    /// As `PgListener::try_recv`: `None` when the connection was lost and is back.
    pub(crate) async fn next(&mut self) -> Result<Option<String>, StorageError> {
        loop {
            let next = {
                let mut coming = self.queue.coming.lock().unwrap();
                if coming.lost {
                    None
                } else if coming
                    .messages
                    .front()
                    .is_some_and(|(at, _)| *at <= Instant::now())
                {
                    return Ok(coming.messages.pop_front().map(|(_, message)| message));
                } else {
                    let far = Instant::now() + Duration::from_secs(3_600);
                    Some(coming.messages.front().map_or(far, |(at, _)| *at))
                }
            };
            let Some(next) = next else {
                let queue = &self.queue;
                self.link
                    .ask(|_| *queue.coming.lock().unwrap() = Coming::default())
                    .await?;
                return Ok(None);
            };
            // Either is a reason to look again.
            let _ = timeout_at(next, self.queue.bell.notified()).await;
        }
    }
}
