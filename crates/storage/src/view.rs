//! One tenant in memory: keys, rules, API keys and revocations, as of one version of the tenant.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use lanyard_core::{
    api_key::{ApiKey, ApiKeyHash},
    id::{ApiKeyId, DeploymentId, Slug, TenantId},
    origin::Origins,
    quota::Quota,
    revocation::Revocations,
    signing_key::{KeySet, Origin, SigningKey},
    tenant::{MAX_TOKEN_LIFETIME, Policy, TenantStatus},
    user::UserId,
};
use tokio::{sync::Mutex, time::Instant};

use crate::{ApiKeyMeter, Change, KeyMeter, TenantMeter, change::Changes};

/// Changed users named one by one; beyond that all of the tenant's are read anew.
const MAX_CHANGED_USERS: usize = 1_024;

/// A deployment as the hot path needs it.
#[derive(Debug)]
pub struct DeploymentView {
    /// Its rules.
    pub policy: Policy,
    /// Its keys, opened.
    pub keys: KeySet,
    /// What is counted of each, in the same order; it outlives the view.
    pub(crate) key_meters: Vec<Arc<KeyMeter>>,
}

impl DeploymentView {
    pub(crate) fn new(policy: Policy, keys: KeySet, meter: &TenantMeter) -> Self {
        let of_key = |key: &Arc<SigningKey>| meter.key(&key.kid, policy.token_lifetime);
        Self {
            key_meters: keys.iter().map(of_key).collect(),
            policy,
            keys,
        }
    }

    /// What is counted of a key of its own.
    #[must_use]
    pub fn key_meter(&self, key: &SigningKey) -> Option<&KeyMeter> {
        let mut all = self.keys.iter().zip(&self.key_meters);
        all.find(|(own, _)| std::ptr::eq(&***own, key))
            .map(|(_, meter)| &**meter)
    }
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
    /// How much it may have.
    pub quota: Quota,
    /// The sites whose pages may exchange codes for tokens.
    pub allowed_origins: Origins,
    /// Its counts and its rate limits; they outlive the view.
    pub meter: Arc<TenantMeter>,
    pub(crate) deployments: Vec<DeploymentView>,
    pub(crate) api_keys: HashMap<ApiKeyHash, ApiKey>,
    pub(crate) api_key_meters: HashMap<ApiKeyId, Arc<ApiKeyMeter>>,
    pub(crate) revocations: RwLock<Revocations>,
    pub(crate) version: AtomicI64,
    pub(crate) users: Arc<UserFreshness>,
    /// When it was last asked for, in seconds after the start.
    pub(crate) used: AtomicU64,
    /// How its version was last compared with the database's on behalf of requests.
    pub(crate) compared: Mutex<Option<Compared>>,
}

/// A comparison that all who asked before it began share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compared {
    pub(crate) begun: Instant,
    pub(crate) answered: bool,
}

impl TenantView {
    /// The deployment of this name.
    #[must_use]
    pub fn deployment(&self, name: &str) -> Option<&DeploymentView> {
        self.deployments
            .iter()
            .find(|deployment| deployment.policy.name.as_str() == name)
    }

    /// All deployments.
    pub fn deployments(&self) -> impl Iterator<Item = &DeploymentView> {
        self.deployments.iter()
    }

    /// The deployment with this id.
    #[must_use]
    pub fn deployment_by_id(&self, id: DeploymentId) -> Option<&DeploymentView> {
        self.deployments
            .iter()
            .find(|deployment| deployment.policy.deployment == id)
    }

    /// The id of the deployment of this name.
    #[must_use]
    pub fn deployment_id(&self, name: &Slug) -> Option<DeploymentId> {
        self.deployment(name.as_str())
            .map(|deployment| deployment.policy.deployment)
    }

    /// The longest that a reader's token of any deployment lives, in seconds, as far as this platform can know.
    #[must_use]
    pub fn longest_token_lifetime(&self) -> i64 {
        let of_key = |key: &SigningKey| match key.origin {
            Origin::Imported {
                accept_lifetime, ..
            } => accept_lifetime.max(key.longest_lifetime),
            Origin::Generated => key.longest_lifetime,
        };
        let lifetimes = self.deployments.iter().flat_map(|deployment| {
            let keys = deployment.keys.iter().map(|key| of_key(key));
            keys.chain([deployment.policy.token_lifetime])
        });
        lifetimes.max().unwrap_or(MAX_TOKEN_LIFETIME)
    }

    /// The API key with this hash, unless it has ended.
    #[must_use]
    pub fn api_key(&self, hash: &ApiKeyHash, now: i64) -> Option<&ApiKey> {
        let key = self.api_keys.get(hash)?;
        let ended = key.expires_at.is_some_and(|end| end <= now)
            || self.read_revocations(|set| set.api_key_is_revoked(key.id));
        (!ended).then_some(key)
    }

    /// The limits of an API key that isn't revoked.
    #[must_use]
    pub fn api_key_meter(&self, id: ApiKeyId) -> Option<&ApiKeyMeter> {
        self.api_key_meters.get(&id).map(|meter| &**meter)
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

    /// Adds what came right after this view's version, in place; false when the tenant has to be read anew.
    pub(crate) fn add(&self, changes: &Changes) -> bool {
        let mut complete = true;
        for change in &changes.changes {
            match change {
                Change::User(id) => self.users.user_changed(id, changes.version),
                Change::Users => self.users.all_changed(changes.version),
                Change::Revoked(revocation) => {
                    self.revocations
                        .write()
                        .unwrap_or_else(PoisonError::into_inner)
                        .add(revocation);
                }
                Change::Tenant | Change::Lifted(_) => complete = false,
                Change::Everything => {
                    self.users.all_changed(changes.version);
                    complete = false;
                }
            }
        }
        if complete {
            self.version.store(changes.version, Ordering::Release);
        }
        complete
    }

    /// Forgets revoked tokens that have expired.
    pub(crate) fn prune(&self, now: i64) {
        self.revocations
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .prune(now);
    }

    /// The oldest snapshot, as a tenant's version, from which this user's record may be served.
    pub(crate) fn required(&self, user: &UserId) -> i64 {
        self.users.required(user)
    }
}

/// Which cached users are too old, said by the version from which on they are good.
#[derive(Debug)]
pub(crate) struct UserFreshness {
    all_from: AtomicI64,
    changed: RwLock<HashMap<Box<str>, i64>>,
}

impl UserFreshness {
    pub(crate) fn new(all_from: i64) -> Self {
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

    pub(crate) fn all_changed(&self, version: i64) {
        self.all_from.fetch_max(version, Ordering::AcqRel);
        self.changed
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}
