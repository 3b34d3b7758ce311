//! A signing key as it is answered.

use lanyard_api::fields::Time;
use lanyard_core::{
    id::Kid,
    key::Algorithm,
    profile::TokenProfile,
    signing_key::{KeyState, Origin},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::acts::signing_keys::Known;

/// A signing key, without the key.
#[derive(Debug, Serialize, ToSchema)]
pub struct SigningKeyOut {
    /// Its id, which every token carries that it signs.
    #[schema(value_type = String, example = "2026-11-23-1f0c9a3e")]
    kid: Kid,
    /// Its algorithm.
    #[schema(value_type = String, example = "HS256")]
    algorithm: Algorithm,
    /// Where it stands: a pending key is published and does nothing yet, the active one signs, a retiring one verifies
    /// what it signed before, and retired and revoked ones are refused.
    #[schema(value_type = String, pattern = "^(pending|active|retiring|retired|revoked)$", example = "active")]
    state: &'static str,
    /// Whether it was made here.
    #[schema(value_type = String, pattern = "^(generated|imported)$", example = "generated")]
    origin: &'static str,
    /// Whether it was imported although it is shorter than it should be.
    weak: bool,
    /// The longest lifetime of tokens that others sign with it, in seconds; `null` where it was made here.
    accept_lifetime: Option<i64>,
    /// When it was made or imported.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When it began to sign.
    #[schema(value_type = Option<String>, format = DateTime)]
    activated_at: Option<Time>,
    /// When it first signed here. A key made here that never did can be replaced without an overlap.
    #[schema(value_type = Option<String>, format = DateTime)]
    first_used_at: Option<Time>,
    /// Until when it verifies, if it signs no more.
    #[schema(value_type = Option<String>, format = DateTime)]
    verifies_until: Option<Time>,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Time>,
    /// When it last signed here. This and the next two are written every few seconds, or once a minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_issued_at: Option<Time>,
    /// When a token of it was last found good here: looked up, introspected, or used to ask for another.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_seen_at: Option<Time>,
    /// How many tokens that were signed here may still carry it, at most; what others sign with an imported key isn't
    /// counted. `null` while some may be about that a version of before didn't count.
    live_tokens: Option<i64>,
    /// From when on it can be retired and no good token is refused, as far as one can know; a time that is past means now.
    /// `null` for a key that signs or has ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    safe_to_retire_at: Option<Time>,
    /// What it waits for before it may sign, or go.
    #[schema(example = "waiting until Talk knows it")]
    waiting_for: Option<&'static str>,
}

impl SigningKeyOut {
    pub(super) fn new(key: &Known, profile: TokenProfile, now: i64) -> Self {
        let Known { row, life } = key;
        let (origin, accept_lifetime) = match row.origin {
            Origin::Generated => ("generated", None),
            Origin::Imported {
                accept_lifetime, ..
            } => ("imported", Some(accept_lifetime)),
        };
        let (verifies_until, ran_out) = match row.state {
            KeyState::Retiring { until } if until <= now => (None, Some(until)),
            KeyState::Retiring { until } => (Some(until), None),
            _ => (None, None),
        };
        Self {
            kid: row.kid.clone(),
            algorithm: row.algorithm,
            state: row.state.at(now).name(),
            origin,
            weak: row.weak,
            accept_lifetime,
            created_at: Time(row.created_at),
            activated_at: row.activated_at.map(Time),
            first_used_at: row.first_used_at.map(Time),
            verifies_until: verifies_until.map(Time),
            ended_at: row.ended_at.or(ran_out).map(Time),
            last_issued_at: life.usage.last_issued_at.map(Time),
            last_seen_at: life.usage.last_seen_at.map(Time),
            live_tokens: life.live_tokens(now),
            safe_to_retire_at: life.safe_to_retire_at(now).map(Time),
            waiting_for: life.waiting(now).map(|waiting| waiting.text(profile)),
        }
    }
}
