//! What a key that begins is to be.

use std::fmt;

use lanyard_api::{
    Failure,
    fields::{Faults, Field, Seconds},
    input,
};
use lanyard_core::{id::Kid, key::Algorithm, profile::TokenProfile, tenant::MAX_TOKEN_LIFETIME};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::acts::signing_keys as acts;

input! {
    /// What a new key is to be.
    pub(super) struct NewKey {
        /// Its id; the day and random letters unless said.
        #[schema(value_type = Option<String>, min_length = 1, max_length = 128)]
        kid: Option<Kid>,
        /// Its algorithm; HS256 unless said.
        #[schema(value_type = Option<String>, example = "HS256")]
        algorithm: Option<Algorithm>,
        /// Whether it signs from now on. The key that signed goes on verifying.
        activate: Option<bool>,
    }
}

input! {
    /// How the key that signs is replaced.
    pub(super) struct Rotation {
        /// Id of the new key; the day and random letters unless said.
        #[schema(value_type = Option<String>, min_length = 1, max_length = 128)]
        kid: Option<Kid>,
        /// Algorithm of the new key; that of the old one unless said. Talk takes one for all keys.
        #[schema(value_type = Option<String>, example = "HS256")]
        algorithm: Option<Algorithm>,
        /// For how many seconds the old key goes on verifying; the longest life of its tokens unless said. Less logs readers
        /// out.
        #[schema(value_type = Option<i64>, minimum = 0, maximum = 34_560_000, example = 21_600)]
        overlap: Option<Seconds<0, MAX_TOKEN_LIFETIME>>,
    }
}

input! {
    /// A key that Talk uses already.
    pub(super) struct KeyImport {
        /// What Talk has: the text of TALK_JWT_SECRET to the letter, an entry of TALK_JWT_SECRETS, or PEMs.
        #[schema(value_type = String, min_length = 1)]
        key: KeyText,
        /// Its id; the one in the text unless said, else the day and random letters.
        #[schema(value_type = Option<String>, min_length = 1, max_length = 128)]
        kid: Option<Kid>,
        /// Its algorithm (TALK_JWT_ALG); HS256 unless said.
        #[schema(value_type = Option<String>, example = "HS256")]
        algorithm: Option<Algorithm>,
        /// Whether it signs from now on. The key that signed goes on verifying.
        activate: Option<bool>,
        /// Whether it only verifies tokens that others sign with it: for Talk's further secrets, or a public key.
        verify_only: Option<bool>,
        /// The longest lifetime of tokens accepted under it in seconds, since others sign with it too; 260 days, as the demo
        /// service needs, unless said.
        #[schema(value_type = Option<i64>, minimum = 60, maximum = 34_560_000)]
        accept_lifetime: Option<Seconds<60, MAX_TOKEN_LIFETIME>>,
        /// Whether an HS256 secret of 16 to 31 bytes is taken.
        accept_weak: Option<bool>,
    }
}

/// The text of a key.
pub(super) struct KeyText(Zeroizing<String>);

impl fmt::Debug for KeyText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("KeyText(..)")
    }
}

impl Field for KeyText {
    fn read(value: &Value) -> Result<Self, Faults> {
        String::read(value).map(|text| Self(Zeroizing::new(text)))
    }
}

impl KeyImport {
    /// Reads the text.
    pub(super) fn read(self, profile: TokenProfile) -> Result<acts::Import, Failure> {
        let (activate, verify_only) = (
            self.activate.unwrap_or(false),
            self.verify_only.unwrap_or(false),
        );
        if activate && verify_only {
            return Err(Failure::field(
                "/verify_only",
                "a key that never signs can't be activated",
            ));
        }
        let algorithm = self.algorithm.unwrap_or(Algorithm::HS256);
        let weak = self.accept_weak.unwrap_or(false);
        let mut import = acts::read(self.key.0.as_bytes(), profile, algorithm, weak, self.kid)?;
        import.activate = activate;
        import.verify_only = verify_only;
        import.accept_lifetime = self.accept_lifetime.map(|lifetime| lifetime.0);
        Ok(import)
    }
}
