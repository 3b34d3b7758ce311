//! What is asked of the checker, and what all products' rules look at.

use std::sync::Arc;

use super::{Decoded, Refusal, TokenProfile, settings::Settings};
use crate::{
    signing_key::{KeySet, SigningKey},
    tenant::Policy,
    token::Verified,
    user::User,
};

/// The most keys of a deployment that are tried on one token.
const MAX_TRIES: usize = 100;

/// A deployment: its rules and its keys.
#[derive(Debug, Clone, Copy)]
pub struct Deployment<'a> {
    /// Its rules.
    pub policy: &'a Policy,
    /// Its keys, in whatever state.
    pub keys: &'a KeySet,
}

/// What the directory says of the reader whom the token names.
#[derive(Debug, Clone, Copy)]
pub enum Reader<'a> {
    /// Nobody asked: the token names none, or the deployment's keys didn't sign it ([`super::reader_of`]).
    NotAsked,
    /// There is no such reader.
    Unknown,
    /// There is.
    Known {
        /// The record.
        user: &'a User,
        /// Whether they may have no tokens.
        disabled: bool,
    },
}

/// What is asked of the checker.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The token as it was pasted.
    pub token: &'a str,
    /// The settings that were pasted besides, if any.
    pub settings: Option<&'a Settings>,
    /// The deployment that the token should be for.
    pub deployment: Deployment<'a>,
    /// The tenant's other deployments, so that a token of theirs is known for what it is.
    pub neighbours: &'a [Deployment<'a>],
    /// What Lanyard makes of the token ([`super::cleaned`]): its rules, whether it is revoked, and whether the tenant is served.
    pub verdict: &'a Result<Verified, Refusal>,
    /// The reader.
    pub reader: Reader<'a>,
    /// Now, in unix seconds.
    pub now: i64,
}

impl Question<'_> {
    /// Whether the deployment runs this product.
    pub(super) fn is_for(&self, product: TokenProfile) -> bool {
        self.deployment.policy.claims.kind() == product
    }

    /// What Lanyard makes of the token, the reader considered.
    pub(super) fn verdict(&self) -> Result<&Verified, Refusal> {
        match (self.verdict, self.reader) {
            (Err(refusal), _) => Err(*refusal),
            (Ok(_), Reader::Known { disabled: true, .. }) => Err(Refusal::UserDisabled),
            (Ok(verified), _) => Ok(verified),
        }
    }

    /// What the token is for, if it is good for anything.
    pub(super) fn purpose(&self) -> Option<&'static str> {
        let verified = self.verdict().ok()?;
        Some(match verified.user {
            Some(_) => "reader",
            None => "issuing",
        })
    }

    /// Now, as tokens' own times are compared with it.
    pub(super) fn now(&self) -> f64 {
        // Exact for the next 285 million years.
        self.now as f64
    }
}

/// A token that could be taken apart, and all that is known of it.
pub(super) struct Case<'a> {
    pub(super) question: &'a Question<'a>,
    pub(super) token: &'a Decoded,
    /// The deployment's key that signed it, in whatever state.
    pub(super) own: Option<&'a Arc<SigningKey>>,
    /// The neighbour whose key signed it, and that key.
    pub(super) other: Option<(&'a str, &'a Arc<SigningKey>)>,
}

impl<'a> Case<'a> {
    pub(super) fn new(question: &'a Question<'a>, token: &'a Decoded) -> Self {
        let of_neighbour = |neighbour: &Deployment<'a>| {
            let key = signer(neighbour.keys, token)?;
            Some((neighbour.policy.name.as_str(), key))
        };
        Self {
            question,
            token,
            own: signer(question.deployment.keys, token),
            other: question.neighbours.iter().find_map(of_neighbour),
        }
    }

    /// Who signed the token, where that isn't who should have.
    pub(super) fn stranger(&self, product: &str) -> String {
        match (self.own, self.other) {
            (Some(key), _) => format!(
                "it is signed by this deployment's key `{}`, and {product} doesn't have that key in these settings",
                key.kid
            ),
            (None, Some((name, key))) => {
                format!(
                    "it is signed by key `{}` of the deployment `{name}`, not by one of this deployment's",
                    key.kid
                )
            }
            (None, None) => "no secret and no key that is known here made the signature".to_owned(),
        }
    }
}

/// The key of a set that made a token's signature, in whatever state.
pub(super) fn signer<'a>(keys: &'a KeySet, token: &Decoded) -> Option<&'a Arc<SigningKey>> {
    let algorithm = token.algorithm()?;
    let keys = keys.iter().filter(|key| key.algorithm() == algorithm);
    keys.take(MAX_TRIES)
        .find(|key| key.material.verify(token.message(), &token.signature))
}
