//! What the hot path reads: each tenant's keys, rules, API keys and revocations, in memory and kept true.
//!
//! A view is loaded whole on first touch, in one snapshot, with the tenant's version. Each later write moves the
//! version by one, so a node that holds version 7 can add change 8 to what it has, and must read anew when it is told
//! of change 9. Nothing here trusts a notification to arrive.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use lanyard_core::{
    api_key::{ApiKey, ApiKeyHash},
    id::{Slug, TenantId},
    revocation::Revocations,
    seal::MasterKeys,
    signing_key::KeySet,
    tenant::{Policy, TenantStatus},
    user::UserId,
};
use tokio::sync::{Mutex, Semaphore};

use crate::{
    Change, Clock, Database, StorageError, api_keys, change::Changes, keys, revocations, tenants,
    transaction::Committed,
};

/// Tenants held at once; beyond that the one that was used longest ago goes.
const MAX_TENANTS: usize = 10_000;
/// Slugs remembered as unknown, and for how long, so that a flood of them doesn't reach the database.
const MAX_UNKNOWN: usize = 4_096;
const UNKNOWN_FOR: Duration = Duration::from_secs(1);
/// Changed users named one by one; beyond that all of the tenant's are read anew.
const MAX_CHANGED_USERS: usize = 1_024;
/// Loads at a time, so that a cold start leaves connections for others.
const MAX_LOADS: usize = 4;

/// A deployment as the hot path needs it.
#[derive(Debug)]
pub struct DeploymentView {
    /// Its rules.
    pub policy: Policy,
    /// Its keys, opened.
    pub keys: KeySet,
}

/// A tenant as the hot path needs it.
#[derive(Debug)]
pub struct TenantView {
    /// Its id.
    pub id: TenantId,
    /// Its name in URLs.
    pub slug: Slug,
    /// Whether it is served.
    pub status: TenantStatus,
    deployments: Vec<DeploymentView>,
    api_keys: HashMap<ApiKeyHash, ApiKey>,
    revocations: RwLock<Revocations>,
    version: AtomicI64,
    users: Arc<UserFreshness>,
    used: AtomicU64,
}

impl TenantView {
    /// The deployment of this name.
    #[must_use]
    pub fn deployment(&self, name: &str) -> Option<&DeploymentView> {
        self.deployments
            .iter()
            .find(|deployment| deployment.policy.name.as_str() == name)
    }

    /// The API key with this hash, unless it has ended.
    #[must_use]
    pub fn api_key(&self, hash: &ApiKeyHash, now: i64) -> Option<&ApiKey> {
        let key = self.api_keys.get(hash)?;
        let ended = key.expires_at.is_some_and(|end| end <= now)
            || self.read_revocations(|set| set.api_key_is_revoked(key.id));
        (!ended).then_some(key)
    }

    /// Asks the revocations something.
    pub fn read_revocations<T>(&self, ask: impl FnOnce(&Revocations) -> T) -> T {
        // A writer that panicked has added at most one mark too few, and the version tells.
        ask(&self
            .revocations
            .read()
            .unwrap_or_else(PoisonError::into_inner))
    }

    /// The tenant's version that this view stands for.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version.load(Ordering::Acquire)
    }

    /// The oldest snapshot, as a tenant's version, from which this user's record may be served.
    pub(crate) fn required(&self, user: &UserId) -> i64 {
        self.users.required(user)
    }
}

/// Which cached users are too old, said by the version from which on they are good.
#[derive(Debug)]
struct UserFreshness {
    all_from: AtomicI64,
    changed: RwLock<HashMap<Box<str>, i64>>,
}

impl UserFreshness {
    fn new(all_from: i64) -> Self {
        Self {
            all_from: AtomicI64::new(all_from),
            changed: RwLock::default(),
        }
    }

    fn required(&self, user: &UserId) -> i64 {
        let changed = self.changed.read().unwrap_or_else(PoisonError::into_inner);
        let own = if changed.is_empty() {
            None
        } else {
            changed.get(user.as_str()).copied()
        };
        own.unwrap_or(i64::MIN)
            .max(self.all_from.load(Ordering::Acquire))
    }

    fn user_changed(&self, id: &str, version: i64) {
        let mut changed = self.changed.write().unwrap_or_else(PoisonError::into_inner);
        if changed.len() >= MAX_CHANGED_USERS {
            self.all_from.fetch_max(version, Ordering::AcqRel);
            changed.clear();
        }
        changed.insert(id.into(), version);
    }

    fn all_changed(&self, version: i64) {
        self.all_from.fetch_max(version, Ordering::AcqRel);
        self.changed
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

#[derive(Debug, Default)]
struct Held {
    by_slug: HashMap<Box<str>, Arc<TenantView>>,
    slugs: HashMap<TenantId, Box<str>>,
    unknown: HashMap<Box<str>, Instant>,
    unknown_order: VecDeque<Box<str>>,
}

/// All views of this process.
#[derive(Debug)]
pub struct Views {
    database: Database,
    master_keys: Arc<MasterKeys>,
    clock: Clock,
    held: RwLock<Held>,
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
        Self {
            database,
            master_keys,
            clock,
            held: RwLock::default(),
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
            let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(view) = held.by_slug.get(slug) {
                if stale {
                    return Err(StorageError::Stale);
                }
                view.used.store(elapsed.as_secs(), Ordering::Relaxed);
                return Ok(Some(Arc::clone(view)));
            }
            if held
                .unknown
                .get(slug)
                .is_some_and(|seen| seen.elapsed() < UNKNOWN_FOR)
            {
                return Ok(None);
            }
        }
        self.load(slug).await
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

    /// Asks the database whether the tenant has moved on, and reads it anew if it has.
    ///
    /// # Errors
    /// The database fails.
    pub async fn refresh(
        &self,
        view: &TenantView,
    ) -> Result<Option<Arc<TenantView>>, StorageError> {
        let _permit = self
            .loads
            .acquire()
            .await
            .map_err(|_| StorageError::Stale)?;
        if !self.behind(&[(view.id, view.version())]).await?.is_empty() {
            let _changing = self.changing.lock().await;
            // Another task may have been faster.
            if self
                .view(view.id)
                .is_none_or(|held| held.version() <= view.version())
            {
                self.reload(view.id, false).await?;
            }
        }
        Ok(self.view(view.id))
    }

    /// Takes in what this process has just committed, before it answers.
    pub async fn apply(&self, committed: Committed) {
        self.take_in(&committed.0).await;
    }

    /// Takes in one notification.
    pub(crate) async fn take_in(&self, changes: &Changes) {
        let _changing = self.changing.lock().await;
        self.forget_unknown();
        let Some(view) = self.view(changes.tenant) else {
            return;
        };
        let held = view.version();
        if changes.version <= held {
            return;
        }
        let next = changes.version == held + 1;
        if next && self.add_changes(&view, changes) {
            view.version.store(changes.version, Ordering::Release);
        } else if let Err(error) = self.reload(changes.tenant, !next).await {
            tracing::warn!(tenant = %changes.tenant, %error, "a tenant that changed can't be read anew");
            self.drop_view(changes.tenant);
        }
    }

    /// Adds changes to a view in place; false when it has to be read anew.
    #[expect(clippy::unused_self, reason = "reads as one of the steps of take_in")]
    fn add_changes(&self, view: &TenantView, changes: &Changes) -> bool {
        let mut complete = true;
        for change in &changes.changes {
            match change {
                Change::User(id) => view.users.user_changed(id, changes.version),
                Change::Users => view.users.all_changed(changes.version),
                Change::Revoked(revocation) => {
                    view.revocations
                        .write()
                        .unwrap_or_else(PoisonError::into_inner)
                        .add(revocation);
                }
                Change::Tenant | Change::Lifted(_) => complete = false,
                Change::Everything => {
                    view.users.all_changed(changes.version);
                    complete = false;
                }
            }
        }
        complete
    }

    /// Which tenants the database has a newer version of; at its end all others are confirmed.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) async fn poll(&self) -> Result<Vec<(TenantId, i64)>, StorageError> {
        let asked = self.started.elapsed();
        let known: Vec<_> = {
            let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
            held.by_slug
                .values()
                .map(|view| (view.id, view.version()))
                .collect()
        };
        let behind = self.behind(&known).await?;
        self.confirmed.fetch_max(
            u64::try_from(asked.as_millis()).unwrap_or(u64::MAX),
            Ordering::AcqRel,
        );
        Ok(behind)
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
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        for view in held.by_slug.values() {
            view.revocations
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .prune(now);
        }
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
        let ids: Vec<_> = known.iter().map(|(id, _)| id.0).collect();
        let versions: Vec<_> = known.iter().map(|(_, version)| *version).collect();
        let rows = sqlx::query!(
            r#"select id as "id!", version as "version!" from changed_tenants($1, $2)"#,
            &ids,
            &versions
        )
        .fetch_all(&self.database.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| (TenantId(row.id), row.version))
            .collect())
    }

    fn view(&self, id: TenantId) -> Option<Arc<TenantView>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.slugs
            .get(&id)
            .and_then(|slug| held.by_slug.get(slug))
            .cloned()
    }

    fn drop_view(&self, id: TenantId) {
        self.held
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(id);
    }

    fn forget_unknown(&self) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.unknown.clear();
        held.unknown_order.clear();
    }

    /// First touch of a slug.
    async fn load(&self, slug: &str) -> Result<Option<Arc<TenantView>>, StorageError> {
        let _permit = self
            .loads
            .acquire()
            .await
            .map_err(|_| StorageError::Stale)?;
        let _changing = self.changing.lock().await;
        if let Some(view) = self
            .held
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .by_slug
            .get(slug)
        {
            return Ok(Some(Arc::clone(view)));
        }
        let asked = self.started.elapsed();
        let id = if slug.parse::<Slug>().is_ok() {
            tenants::find(&self.database, slug).await?
        } else {
            None
        };
        let Some(id) = id else {
            self.held
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .remember_unknown(slug);
            return Ok(None);
        };
        self.reload(id, true).await?;
        if self
            .held
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .by_slug
            .len()
            == 1
        {
            // Nothing else is held, so this answer confirms everything.
            self.confirmed.fetch_max(
                u64::try_from(asked.as_millis()).unwrap_or(u64::MAX),
                Ordering::AcqRel,
            );
        }
        Ok(self.view(id))
    }

    /// Reads a tenant whole and puts it in the place of what is held. With `gap`, changes may have been missed, so no
    /// user that was cached before is believed.
    async fn reload(&self, id: TenantId, gap: bool) -> Result<(), StorageError> {
        let mut tx = self.database.read(id).await?;
        let Some(tenant) = tenants::load(&mut tx).await? else {
            self.drop_view(id);
            return Ok(());
        };
        let mut sets = keys::load(&mut tx, &self.master_keys).await?;
        let api_keys = api_keys::load(&mut tx).await?;
        let revocations = revocations::load(&mut tx, self.clock.now()).await?;
        tx.end().await?;
        let users = match self.view(id) {
            Some(old) => Arc::clone(&old.users),
            None => Arc::new(UserFreshness::new(tenant.version)),
        };
        if gap {
            users.all_changed(tenant.version);
        }
        let deployments = tenant
            .policies
            .into_iter()
            .map(|policy| {
                let keys = sets.remove(&policy.deployment).unwrap_or_default();
                DeploymentView { policy, keys }
            })
            .collect();
        let view = Arc::new(TenantView {
            id,
            slug: tenant.slug,
            status: tenant.status,
            deployments,
            api_keys,
            revocations: RwLock::new(revocations),
            version: AtomicI64::new(tenant.version),
            users,
            used: AtomicU64::new(self.started.elapsed().as_secs()),
        });
        self.held
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .put(view);
        Ok(())
    }
}

impl Held {
    fn put(&mut self, view: Arc<TenantView>) {
        self.remove(view.id);
        self.slugs.insert(view.id, view.slug.as_str().into());
        self.by_slug.insert(view.slug.as_str().into(), view);
    }

    fn remove(&mut self, id: TenantId) {
        if let Some(slug) = self.slugs.remove(&id) {
            self.by_slug.remove(&slug);
        }
    }

    fn remember_unknown(&mut self, slug: &str) {
        if slug.len() > 63 {
            return;
        }
        if self.unknown_order.len() >= MAX_UNKNOWN
            && let Some(oldest) = self.unknown_order.pop_front()
        {
            self.unknown.remove(&oldest);
        }
        if self.unknown.insert(slug.into(), Instant::now()).is_none() {
            self.unknown_order.push_back(slug.into());
        }
    }
}
