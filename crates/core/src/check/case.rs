//! What is asked of the checker, and what all products' rules look at.

use std::sync::Arc;

use super::{Decoded, Refusal, TokenProfile, decoded, settings::Settings, token};
use crate::{
    revocation::Revocations,
    signing_key::{KeySet, SigningKey},
    tenant::Policy,
    token::Verified,
    user::User,
};

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
    /// What is revoked in the tenant.
    pub revocations: &'a Revocations,
    /// Whether the tenant is served; not while it is suspended.
    pub served: bool,
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

    /// Now, as tokens' own times are compared with it.
    pub(super) fn now(&self) -> f64 {
        // Exact for the next 285 million years.
        self.now as f64
    }
}

/// What Lanyard makes of the token.
pub(super) struct Judged {
    pub(super) verdict: Result<Verified, Refusal>,
}

impl Judged {
    /// Judges the token as the broker would, whichever of its two requests it is for.
    pub(super) fn of(question: &Question<'_>, token: &str) -> Self {
        let Deployment { policy, keys } = question.deployment;
        let verified = match token::verify(policy, keys, token, question.now) {
            _ if !question.served => Err(Refusal::NotServed),
            Err(Refusal::WrongPurpose) => token::verify_issuing(policy, keys, token, question.now),
            verdict => verdict,
        };
        let verdict = verified.and_then(|verified| {
            let disabled = matches!(question.reader, Reader::Known { disabled: true, .. });
            match question.revocations.refusal(&verified) {
                Some(refusal) => Err(refusal),
                None if disabled => Err(Refusal::UserDisabled),
                None => Ok(verified),
            }
        });
        Self { verdict }
    }

    /// What the token is for, if it is good for anything.
    pub(super) fn purpose(&self) -> Option<&'static str> {
        let verified = self.verdict.as_ref().ok()?;
        Some(match verified.user {
            Some(_) => "reader",
            None => "issuing",
        })
    }
}

/// A token that could be taken apart, and all that is known of it.
pub(super) struct Case<'a> {
    pub(super) question: &'a Question<'a>,
    pub(super) token: &'a Decoded,
    pub(super) judged: &'a Judged,
    /// The deployment's key that signed it, in whatever state.
    pub(super) own: Option<&'a Arc<SigningKey>>,
    /// The neighbour whose key signed it, and that key.
    pub(super) other: Option<(&'a str, &'a Arc<SigningKey>)>,
}

impl<'a> Case<'a> {
    pub(super) fn new(question: &'a Question<'a>, token: &'a Decoded, judged: &'a Judged) -> Self {
        let of_neighbour = |neighbour: &Deployment<'a>| {
            let key = signer(neighbour.keys, token)?;
            Some((neighbour.policy.name.as_str(), key))
        };
        Self {
            question,
            token,
            judged,
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
pub(super) fn signer<'a>(
    keys: &'a KeySet,
    token: &decoded::Decoded,
) -> Option<&'a Arc<SigningKey>> {
    let algorithm = token.algorithm()?;
    keys.iter().find(|key| {
        key.algorithm() == algorithm && key.material.verify(token.message(), &token.signature)
    })
}
