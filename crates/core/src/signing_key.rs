//! Signing keys and the states they pass through.

use std::sync::{Arc, atomic::AtomicBool};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;

use crate::{
    id::Kid,
    key::{Algorithm, KeyMaterial, TalkForm},
};

/// Where a key stands in its life. Ends are unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum KeyState {
    /// Published, but neither signs nor verifies yet.
    Pending,
    /// Signs new tokens and verifies; at most one of a deployment.
    Active,
    /// Verifies what it signed before, until this time.
    Retiring {
        /// The first second at which it no longer verifies.
        until: i64,
    },
    /// Verifies no more, in due course.
    Retired,
    /// Verifies no more, at once: somebody else may hold it.
    Revoked,
}

impl KeyState {
    /// The state's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Retiring { .. } => "retiring",
            Self::Retired => "retired",
            Self::Revoked => "revoked",
        }
    }

    /// The state at `now`: a retiring key whose time has come is retired, whether or not anybody wrote that down.
    #[must_use]
    pub const fn at(self, now: i64) -> Self {
        match self {
            Self::Retiring { until } if until <= now => Self::Retired,
            state => state,
        }
    }

    /// Whether signatures of the key count at `now`.
    #[must_use]
    pub const fn verifies(self, now: i64) -> bool {
        matches!(self.at(now), Self::Active | Self::Retiring { .. })
    }
}

/// Where a key came from, and so how strict its tokens have to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Made here: each of its tokens was issued here too, so all that we always write must be there.
    Generated,
    /// Brought along: others sign with it as well, in the demo service's way.
    Imported {
        /// The longest `exp - iat` accepted, in seconds.
        accept_lifetime: i64,
        /// The setting that Talk has it in.
        form: TalkForm,
    },
}

impl Origin {
    /// The longest life of a token that may be about, in seconds, where those issued here were given `longest_lifetime` at
    /// most: others sign with an imported key too.
    #[must_use]
    pub fn longest_life(self, longest_lifetime: i64) -> i64 {
        match self {
            Self::Generated => longest_lifetime,
            Self::Imported {
                accept_lifetime, ..
            } => accept_lifetime.max(longest_lifetime),
        }
    }
}

/// A key of a deployment, opened.
#[derive(Debug)]
pub struct SigningKey {
    /// Its id.
    pub kid: Kid,
    /// The key itself.
    pub material: KeyMaterial,
    /// Where it stands.
    pub state: KeyState,
    /// Where it came from.
    pub origin: Origin,
    /// Imported although it is shorter than it should be.
    pub weak: bool,
    /// When it was made or imported, in unix seconds.
    pub created_at: i64,
    /// When it stopped signing, in unix seconds.
    pub retiring_since: Option<i64>,
    /// Whether it has signed. One that never did can be replaced without an overlap.
    pub used: AtomicBool,
    /// The longest lifetime that a token signed by it was ever given, in seconds.
    pub longest_lifetime: i64,
    header: Box<str>,
}

impl SigningKey {
    /// Puts a key together; `header` of its tokens is fixed with it.
    #[must_use]
    pub fn new(
        kid: Kid,
        material: KeyMaterial,
        state: KeyState,
        origin: Origin,
        created_at: i64,
    ) -> Self {
        let header = format!(
            r#"{{"alg":"{}","typ":"JWT","kid":"{kid}"}}"#,
            material.algorithm()
        );
        Self {
            header: URL_SAFE_NO_PAD.encode(header).into(),
            kid,
            material,
            state,
            origin,
            weak: false,
            created_at,
            retiring_since: None,
            used: AtomicBool::new(false),
            longest_lifetime: 0,
        }
    }

    /// The key's algorithm. It decides how a signature is checked; a token's own `alg` never does.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.material.algorithm()
    }

    /// The longest life of a token of this key that may be about, in seconds.
    #[must_use]
    pub fn longest_life(&self) -> i64 {
        self.origin.longest_life(self.longest_lifetime)
    }

    /// The encoded header that every token issued with this key carries.
    #[must_use]
    pub fn header(&self) -> &str {
        &self.header
    }
}

/// The keys of one deployment.
#[derive(Debug, Default)]
pub struct KeySet {
    keys: Vec<Arc<SigningKey>>,
}

impl KeySet {
    /// A set of the given keys.
    #[must_use]
    pub fn new(keys: Vec<Arc<SigningKey>>) -> Self {
        Self { keys }
    }

    /// The key with this id, in whatever state.
    #[must_use]
    pub fn get(&self, kid: &str) -> Option<&Arc<SigningKey>> {
        self.keys.iter().find(|key| key.kid.as_str() == kid)
    }

    /// The key whose tokens carry this very header.
    #[must_use]
    pub fn by_header(&self, header: &str) -> Option<&Arc<SigningKey>> {
        self.keys.iter().find(|key| key.header() == header)
    }

    /// The key that signs.
    #[must_use]
    pub fn active(&self) -> Option<&Arc<SigningKey>> {
        self.keys
            .iter()
            .find(|key| key.state == KeyState::Active && key.material.can_sign())
    }

    /// The keys that verify at `now`, and those that soon will: nobody should meet a key that they couldn't have known.
    pub fn published(&self, now: i64) -> impl Iterator<Item = &Arc<SigningKey>> {
        self.keys
            .iter()
            .filter(move |key| key.state == KeyState::Pending || key.state.verifies(now))
    }

    /// All keys, in the order they were made.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<SigningKey>> {
        self.keys.iter()
    }
}
