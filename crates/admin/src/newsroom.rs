//! How a newsroom begins, whoever makes it: the tenant, its first deployment, its first key and the first entry of its
//! audit log, all in one transaction.

use lanyard_core::{
    deployment::Deployment,
    id::{Kid, Slug},
    key::{self, Algorithm, KeyError},
    signing_key::{KeyState, Origin, SigningKey},
    tenant::{IssuingRule, SettingError},
};
use lanyard_storage::{
    StorageError, WriteTx,
    fingerprints::{self, Shared},
    keys, tenants,
};
use serde_json::json;
use uuid::Uuid;

use crate::acts::{By, signing_keys};

/// A newsroom that is to be made.
#[derive(Debug)]
pub struct NewTenant {
    /// Name in URLs.
    pub slug: Slug,
    /// Name for people; the slug unless it is said.
    pub name: Option<String>,
    /// Its first deployment.
    pub deployment: Deployment,
    /// Its first key, if it has one.
    pub key: Option<SigningKey>,
    /// How issuing tokens are told from readers' tokens.
    pub issuing: IssuingRule,
    /// Whether readers' ids may look like e-mail addresses.
    pub allow_email_ids: bool,
    /// Whether its first key is taken although it is in use elsewhere.
    pub accept_shared: bool,
}

/// Why a newsroom can't be made.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// A tenant has the slug.
    #[error("there is a tenant of this name already; choose another name")]
    SlugTaken,
    /// A tenant's slug looks like this one.
    #[error("there is a tenant whose name looks like this one; choose another name")]
    LookTaken,
    /// Another tenant has the issuer.
    #[error(
        "the issuer belongs to another tenant: no two may share one, or a token of one could pass for a token of the other"
    )]
    IssuerTaken,
    /// The first key is in use elsewhere.
    #[error("{}", signing_keys::in_use(*.0))]
    Reused(Shared),
    /// The settings don't go together.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The database fails.
    #[error(transparent)]
    Storage(StorageError),
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        if error.is_conflict(tenants::SLUG_TAKEN) {
            Self::SlugTaken
        } else if error.is_conflict(tenants::LOOK_TAKEN) {
            Self::LookTaken
        } else {
            Self::Storage(error)
        }
    }
}

impl NewTenant {
    /// A newsroom with this first deployment and key, and all else as it is unless said.
    #[must_use]
    pub fn new(slug: Slug, deployment: Deployment, key: Option<SigningKey>) -> Self {
        Self {
            slug,
            name: None,
            deployment,
            key,
            issuing: IssuingRule::demo(false),
            allow_email_ids: false,
            accept_shared: false,
        }
    }

    /// Stores it all, in a transaction that `Database::write_new` has begun; the caller commits.
    ///
    /// # Errors
    /// A setting is wrong, or the slug or the issuer is taken. Nothing may be committed then.
    pub async fn make(&mut self, tx: &mut WriteTx, by: By<'_>) -> Result<(), Refusal> {
        self.deployment.check(&self.issuing)?;
        let row = tenants::NewTenant {
            slug: self.slug.clone(),
            name: self.name.clone().unwrap_or_else(|| self.slug.to_string()),
            deployment: self.deployment.clone(),
            issuing: self.issuing.clone(),
            allow_email_ids: self.allow_email_ids,
        };
        if !tenants::create(tx, &row, by.clock.now()).await? {
            return Err(Refusal::IssuerTaken);
        }
        let mut shared = None;
        if let Some(key) = &mut self.key {
            let deployment = self.deployment.id;
            shared = fingerprints::shared(tx, deployment, &key.material, by.master_keys).await?;
            if let Some(shared) = shared.filter(|_| !self.accept_shared) {
                return Err(Refusal::Reused(shared));
            }
            key.longest_lifetime = self.deployment.token_lifetime;
            keys::insert(tx, self.deployment.id, key, by.master_keys).await?;
        }
        let mut detail = json!({
            "kind": self.deployment.kind(), "issuer": self.deployment.issuer(), "audience": self.deployment.audience(),
            "kid": self.key.as_ref().map(|key| &key.kid),
        });
        if shared.is_some() {
            detail["shared"] = true.into();
        }
        by.audit(tx, "tenant.create", self.slug.as_str(), &detail)
            .await?;
        Ok(())
    }
}

/// A new key that signs, named after the day. Making one of RSA takes a good part of a second.
///
/// # Errors
/// The system has no random bytes.
pub fn first_key(algorithm: Algorithm, now: i64) -> Result<SigningKey, KeyError> {
    let kid = Kid::dated(now, Uuid::new_v4());
    let material = key::generate(algorithm)?;
    Ok(SigningKey::new(
        kid,
        material,
        KeyState::Active,
        Origin::Generated,
        now,
    ))
}
