//! What the hot path reads: each tenant's keys, rules, API keys and revocations, in memory and kept true.
//!
//! A view is loaded whole on first touch, in one snapshot, with the tenant's version. Each later write moves the
//! version by one, so a node that holds version 7 can add change 8 to what it has, and must read anew when it is told
//! of change 9. Nothing here trusts a notification to arrive.

use std::{
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use lanyard_core::{
    id::{Slug, TenantId},
    seal::MasterKeys,
};
use tokio::{
    sync::{Mutex, Semaphore},
    time::{Instant, sleep_until, timeout},
};

use crate::{
    Clock, Committed, Database, DeploymentView, StorageError, TenantMeter, TenantView,
    change::Changes,
    held::Held,
    meter::Meters,
    source::{Snapshot, Source},
    view::{Compared, UserFreshness},
};

/// Tenants held at once; beyond that the one that was used longest ago goes.
const MAX_TENANTS: usize = 10_000;
/// How long the database may take for one answer. A connection that died in silence never gives one.
const QUERY_PATIENCE: Duration = Duration::from_secs(2);
/// How long a request waits for a tenant to be read.
const LOAD_PATIENCE: Duration = Duration::from_secs(3);
/// How far apart the versions of one tenant are compared on behalf of requests.
const REFRESH_DISTANCE: Duration = Duration::from_millis(20);
/// Tenants that are read anew one after the other.
const MAX_SERIAL: usize = 8;
/// Loads at a time, so that a cold start leaves connections for others.
const MAX_LOADS: usize = 4;

/// All views of this process.
#[derive(Debug)]
pub struct Views {
    source: Source,
    master_keys: Arc<MasterKeys>,
    clock: Clock,
    held: RwLock<Held>,
    pub(crate) meters: Meters,
    /// Held while something is loaded or applied, so that an older state never replaces a newer one.
    changing: Mutex<()>,
    loads: Semaphore,
    started: Instant,
    /// When the database last confirmed all that is held, in milliseconds after `started`.
    confirmed: AtomicU64,
    max_staleness: Duration,
}

impl Views {
    /// No views yet.
    #[must_use]
    pub fn new(
        database: Database,
        master_keys: Arc<MasterKeys>,
        max_staleness: Duration,
        clock: Clock,
    ) -> Self {
        Self::of(
            Source::Postgres(database),
            master_keys,
            max_staleness,
            clock,
        )
    }

    pub(crate) fn of(
        source: Source,
        master_keys: Arc<MasterKeys>,
        max_staleness: Duration,
        clock: Clock,
    ) -> Self {
        Self {
            source,
            master_keys,
            clock,
            held: RwLock::default(),
            meters: Meters::default(),
            changing: Mutex::default(),
            loads: Semaphore::new(MAX_LOADS),
            started: Instant::now(),
            confirmed: AtomicU64::new(0),
            max_staleness,
        }
    }

    /// The tenant with this slug; `None` when there is none.
    ///
    /// # Errors
    /// [`StorageError::Stale`] when what is held can't be believed any more, or the database fails on a first touch.
    pub async fn get(&self, slug: &str) -> Result<Option<Arc<TenantView>>, StorageError> {
        let elapsed = self.started.elapsed();
        let stale = self.is_stale_at(elapsed);
        {
            let held = self.held();
            if let Some(view) = held.by_slug.get(slug) {
                if stale {
                    return Err(StorageError::Stale);
                }
                view.used.store(elapsed.as_secs(), Ordering::Relaxed);
                return Ok(Some(Arc::clone(view)));
            }
            if held.is_unknown(slug) {
                return Ok(None);
            }
        }
        self.load(slug).await
    }

    /// How many tenants are held.
    #[must_use]
    pub fn count(&self) -> usize {
        self.held().by_slug.len()
    }

    /// The meter of the tenant with this slug, if the tenant is held.
    #[must_use]
    pub fn meter(&self, slug: &str) -> Option<Arc<TenantMeter>> {
        let held = self.held();
        held.by_slug.get(slug).map(|view| Arc::clone(&view.meter))
    }

    /// Whether the database was away for so long that nothing held may be believed.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.is_stale_at(self.started.elapsed())
    }

    fn is_stale_at(&self, elapsed: Duration) -> bool {
        let confirmed = Duration::from_millis(self.confirmed.load(Ordering::Acquire));
        elapsed.saturating_sub(confirmed) > self.max_staleness
    }

    /// Asks the database whether the tenant has moved on, and reads it anew if it has. Calls that come together share
    /// one query, and queries keep a distance, so that a flood of unknown keys can't become one of queries.
    ///
    /// # Errors
    /// The database fails.
    pub async fn refresh(
        &self,
        view: &TenantView,
    ) -> Result<Option<Arc<TenantView>>, StorageError> {
        let asked = Instant::now();
        let mut compared = view.compared.lock().await;
        match *compared {
            Some(last) if last.begun >= asked => {
                if !last.answered {
                    return Err(StorageError::Busy);
                }
            }
            last => {
                if let Some(last) = last {
                    sleep_until(last.begun + REFRESH_DISTANCE).await;
                }
                let begun = Instant::now();
                let outcome = self.compare_one(view).await;
                // Only now: a call that was dropped half-way has compared nothing.
                *compared = Some(Compared {
                    begun,
                    answered: outcome.is_ok(),
                });
                outcome?;
            }
        }
        Ok(self.view(view.id))
    }

    async fn compare_one(&self, view: &TenantView) -> Result<(), StorageError> {
        for (tenant, version) in self.behind(&[(view.id, view.version())]).await? {
            let _changing = self.changing.lock().await;
            if self
                .view(tenant)
                .is_none_or(|held| held.version() < version)
            {
                self.reload(tenant, true).await?;
            }
        }
        Ok(())
    }

    /// Takes in what this process has just committed, before it answers.
    pub async fn apply(&self, committed: Committed) {
        self.take_in(&committed.0).await;
    }

    /// Takes in one notification.
    pub(crate) async fn take_in(&self, changes: &Changes) {
        let _changing = self.changing.lock().await;
        self.held_mut().hear(changes);
        let Some(view) = self.view(changes.tenant) else {
            return;
        };
        let held = view.version();
        if changes.version <= held {
            return;
        }
        let next = changes.version == held + 1;
        if next && view.add(changes) {
            return;
        }
        if let Err(error) = self.reload(changes.tenant, !next).await {
            tracing::warn!(tenant = %changes.tenant, %error, "a tenant that changed can't be read anew");
            self.drop_view(changes.tenant);
        }
    }

    /// Which tenants the database has a newer version of. Whoever has taken these in calls [`Self::confirm`] with the
    /// time that comes with them.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) async fn compare(&self) -> Result<(Duration, Vec<(TenantId, i64)>), StorageError> {
        let asked = self.elapsed();
        let known: Vec<_> = self
            .held()
            .by_slug
            .values()
            .map(|view| (view.id, view.version()))
            .collect();
        Ok((asked, self.behind(&known).await?))
    }

    /// Reads tenants anew of which changes were missed. Of many at once nothing is kept: the next request reads each, side
    /// by side, and none is served old meanwhile.
    pub(crate) async fn catch_up_all(&self, behind: &[(TenantId, i64)]) {
        if behind.len() > MAX_SERIAL {
            let mut held = self.held_mut();
            for (tenant, _) in behind {
                held.remove(*tenant);
            }
            return;
        }
        for (tenant, version) in behind {
            if let Err(error) = self.catch_up(*tenant, *version).await {
                tracing::warn!(%tenant, %error, "a tenant can't be read anew");
            }
        }
    }

    /// Reads a tenant anew of which a change was missed, unless it has arrived by now.
    pub(crate) async fn catch_up(
        &self,
        tenant: TenantId,
        version: i64,
    ) -> Result<(), StorageError> {
        let _changing = self.changing.lock().await;
        if self
            .view(tenant)
            .is_some_and(|view| view.version() < version)
        {
            let reloaded = self.reload(tenant, true).await;
            if reloaded.is_err() {
                self.drop_view(tenant);
            }
            return reloaded;
        }
        Ok(())
    }

    /// Forgets revoked tokens that have expired, and tenants that nobody used for longest when there are too many.
    pub(crate) fn tidy(&self) {
        let now = self.clock.now();
        let views: Vec<_> = self.held().by_slug.values().cloned().collect();
        for view in views {
            view.prune(now);
        }
        let mut held = self.held_mut();
        let excess = held.by_slug.len().saturating_sub(MAX_TENANTS);
        if excess > 0 {
            let mut by_use: Vec<_> = held
                .by_slug
                .values()
                .map(|view| (view.used.load(Ordering::Relaxed), view.id))
                .collect();
            by_use.sort_unstable();
            for (_, id) in by_use.into_iter().take(excess) {
                held.remove(id);
            }
        }
    }

    async fn behind(
        &self,
        known: &[(TenantId, i64)],
    ) -> Result<Vec<(TenantId, i64)>, StorageError> {
        timeout(QUERY_PATIENCE, self.source.behind(known))
            .await
            .map_err(|_| StorageError::Busy)?
    }

    fn view(&self, id: TenantId) -> Option<Arc<TenantView>> {
        let held = self.held();
        held.slugs
            .get(&id)
            .and_then(|slug| held.by_slug.get(slug))
            .cloned()
    }

    fn drop_view(&self, id: TenantId) {
        self.held_mut().remove(id);
    }

    /// First touch of a slug. Tenants are read side by side; only putting them in place is serial.
    async fn load(&self, slug: &str) -> Result<Option<Arc<TenantView>>, StorageError> {
        if slug.parse::<Slug>().is_err() {
            return Ok(None);
        }
        match timeout(LOAD_PATIENCE, self.load_in_turn(slug)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(StorageError::Busy),
        }
    }

    async fn load_in_turn(&self, slug: &str) -> Result<Option<Arc<TenantView>>, StorageError> {
        let _permit = self.loads.acquire().await.map_err(|_| StorageError::Busy)?;
        if self.held().is_unknown(slug) {
            return Ok(None);
        }
        if let Some(view) = self.held().by_slug.get(slug) {
            return Ok(Some(Arc::clone(view)));
        }
        let asked = self.started.elapsed();
        let _loading = Loading::begin(self);
        let told = self.held().told;
        let Some(id) = self.source.find(slug).await? else {
            let mut held = self.held_mut();
            // It may have been made since the question was asked.
            if held.told == told {
                held.remember_unknown(slug);
            }
            return Ok(None);
        };
        loop {
            let loaded = self.read(id).await?;
            let _changing = self.changing.lock().await;
            let heard = self.held().heard.get(&id).copied();
            // More was known in between, and nobody holds the tenant any more who took it in.
            if self.view(id).is_none()
                && heard > loaded.as_ref().map(TenantView::version)
                && loaded.is_some()
            {
                continue;
            }
            self.install(id, loaded, true);
            if self.held().by_slug.len() == 1 {
                // Nothing else is held, so this answer confirms everything.
                self.confirm(asked);
            }
            return Ok(self.view(id));
        }
    }

    /// Reads a tenant anew and puts it in the place of what is held. With `gap`, changes may have been missed, so no
    /// user that was cached before is believed. The caller holds `changing`.
    async fn reload(&self, id: TenantId, gap: bool) -> Result<(), StorageError> {
        let loaded = self.read(id).await?;
        self.install(id, loaded, gap);
        Ok(())
    }

    /// Reads a tenant whole, in one snapshot, but doesn't wait for an answer that never comes.
    async fn read(&self, id: TenantId) -> Result<Option<TenantView>, StorageError> {
        let now = self.clock.now();
        let reading = self.source.snapshot(id, &self.master_keys, now);
        let snapshot = timeout(QUERY_PATIENCE, reading)
            .await
            .map_err(|_| StorageError::Busy)??;
        Ok(snapshot.map(|snapshot| self.view_of(id, snapshot)))
    }

    fn view_of(&self, id: TenantId, snapshot: Snapshot) -> TenantView {
        let Snapshot {
            tenant,
            mut keys,
            api_keys,
            revocations,
        } = snapshot;
        let meter = self.meters.of(id);
        let api_key_meters = api_keys
            .values()
            .map(|key| (key.id, meter.api_key(key.id)))
            .collect();
        let deployments = tenant
            .policies
            .into_iter()
            .map(|policy| {
                let keys = keys.remove(&policy.deployment).unwrap_or_default();
                DeploymentView::new(policy, keys, &meter)
            })
            .collect();
        TenantView {
            id,
            slug: tenant.slug,
            status: tenant.status,
            allowed_origins: tenant.allowed_origins,
            quota: tenant.quota,
            meter,
            deployments,
            api_keys,
            api_key_meters,
            revocations: RwLock::new(revocations),
            version: AtomicI64::new(tenant.version),
            users: Arc::new(UserFreshness::new(tenant.version)),
            used: AtomicU64::new(self.started.elapsed().as_secs()),
            compared: Mutex::default(),
        }
    }

    /// Puts a tenant in place, unless what is held is newer. The caller holds `changing`.
    fn install(&self, id: TenantId, loaded: Option<TenantView>, mut gap: bool) {
        let Some(mut loaded) = loaded else {
            return self.drop_view(id);
        };
        if let Some(held) = self.view(id) {
            if held.version() > loaded.version() {
                return;
            }
            loaded.users = Arc::clone(&held.users);
            // The snapshot may hold more than the change that led here, whose own notification will then say nothing.
            gap |= loaded.version() > held.version() + 1;
        }
        if gap {
            loaded.users.all_changed(loaded.version());
        }
        self.held_mut().put(Arc::new(loaded));
    }

    /// The time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Notes that what is held was true at this time after the start.
    pub(crate) fn confirm(&self, asked: Duration) {
        let milliseconds = u64::try_from(asked.as_millis()).unwrap_or(u64::MAX);
        self.confirmed.fetch_max(milliseconds, Ordering::AcqRel);
    }

    fn held(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn held_mut(&self) -> RwLockWriteGuard<'_, Held> {
        self.held.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// While one lives, changes of tenants that aren't held are remembered for whoever is reading them.
struct Loading<'a>(&'a Views);

impl<'a> Loading<'a> {
    fn begin(views: &'a Views) -> Self {
        views.held_mut().loading += 1;
        Self(views)
    }
}

impl Drop for Loading<'_> {
    fn drop(&mut self) {
        let mut held = self.0.held_mut();
        held.loading -= 1;
        if held.loading == 0 {
            held.heard.clear();
        }
    }
}
