//! API keys: `lyd_<tenant hint>_<random><checksum>`, kept as SHA-256 only.

use std::{collections::BTreeSet, fmt};

use aws_lc_rs::{
    digest::{SHA256, digest},
    error::Unspecified,
};
use zeroize::Zeroizing;

use crate::{
    checksummed::{self, LENGTH},
    id::{ApiKeyId, DeploymentId, Slug},
    profile::Ceiling,
    scope::Scope,
};

/// An API key in clear: shown once, then forgotten.
pub struct PlainApiKey(Zeroizing<String>);

/// SHA-256 of an API key, all that is ever stored. Looked up by equality, which tells an attacker nothing: they would
/// have to choose the hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ApiKeyHash(pub [u8; 32]);

/// What an API key may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What its owner calls it.
    pub name: String,
    /// The second from which it is no longer good.
    pub expires_at: Option<i64>,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// The deployments that it may issue and check tokens for; `None`: all.
    pub deployments: Option<Vec<DeploymentId>>,
    /// How far its tokens may raise a reader in Coral.
    pub ceiling: Ceiling,
}

impl ApiKey {
    /// Whether it has a scope.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// Whether it is good for a deployment.
    #[must_use]
    pub fn reaches(&self, deployment: DeploymentId) -> bool {
        self.deployments
            .as_ref()
            .is_none_or(|listed| listed.contains(&deployment))
    }
}

impl fmt::Debug for PlainApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PlainApiKey(..)")
    }
}

impl fmt::Debug for ApiKeyHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ApiKeyHash(..)")
    }
}

impl PlainApiKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// The system has no random bytes.
    pub fn generate(tenant: &Slug) -> Result<Self, Unspecified> {
        let hint: String = tenant
            .as_str()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(8)
            .collect();
        let mut text = Zeroizing::new(format!("lyd_{hint}_"));
        checksummed::push_random(&mut text)?;
        Ok(Self(text))
    }

    /// Reads a key that somebody presents; `None` when it can't be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (hint, secret) = text.strip_prefix("lyd_")?.split_once('_')?;
        let good = hint.len() <= 8 && secret.len() == LENGTH && checksummed::is_whole(text);
        good.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The hash under which the key is stored.
    #[must_use]
    pub fn hash(&self) -> ApiKeyHash {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, self.0.as_bytes()).as_ref());
        ApiKeyHash(bytes)
    }

    /// The key itself, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The last four characters, by which people recognise it.
    #[must_use]
    pub fn tail(&self) -> &str {
        &self.0[self.0.len() - 4..]
    }
}

#[cfg(test)]
mod tests {
    use super::PlainApiKey;

    #[test]
    fn a_key_reads_back_and_a_mistyped_one_does_not() {
        let key = PlainApiKey::generate(&"the-post".parse().unwrap()).unwrap();
        let text = key.reveal().to_owned();
        assert!(text.starts_with("lyd_thepost_"), "{text}");
        assert_eq!(PlainApiKey::parse(&text).unwrap().hash(), key.hash());
        for index in 0..text.len() {
            let mut typed: Vec<char> = text.chars().collect();
            typed[index] = if typed[index] == 'x' { 'y' } else { 'x' };
            let typed: String = typed.into_iter().collect();
            assert!(PlainApiKey::parse(&typed).is_none(), "{typed}");
        }
        assert_eq!(
            format!("{key:?} {:?}", key.hash()),
            "PlainApiKey(..) ApiKeyHash(..)"
        );
    }
}
