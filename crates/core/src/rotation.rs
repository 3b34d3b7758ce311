//! How far a rotation has come, and when a key can go without a reader being refused.
//!
//! Nothing is written per token: servers count what each key signs and write the sums down every few seconds. So numbers
//! here are "at most", and a server that is killed takes its last few seconds with it.

use crate::{
    profile::TokenProfile,
    signing_key::{KeyState, Origin},
    tenant::CLOCK_SKEW,
};

/// Within how many seconds every server has stopped signing with a key that another has taken the place of, and has
/// written down what it signed.
pub const COUNTED_WITHIN: i64 = 60;

/// What was counted of a key; times in unix seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeyUse {
    /// When it last signed here.
    pub last_issued_at: Option<i64>,
    /// When a token of it was last found good here.
    pub last_seen_at: Option<i64>,
    /// Counted tokens whose end may lie ahead.
    pub alive: i64,
}

/// A key's life so far; times in unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLife {
    /// Where it stands.
    pub state: KeyState,
    /// Where it came from.
    pub origin: Origin,
    /// When it was made or imported.
    pub created_at: i64,
    /// When it first signed here.
    pub first_used_at: Option<i64>,
    /// When it stopped signing.
    pub retiring_since: Option<i64>,
    /// The longest lifetime that a token signed by it here was ever given, in seconds.
    pub longest_lifetime: i64,
    /// From when on its tokens are counted.
    pub counted_from: i64,
    /// What was counted.
    pub usage: KeyUse,
}

/// What a key waits for before it may sign, or may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// Talk or Coral has to know it before it signs.
    ToBeKnown,
    /// The last token that was signed with it here has to end.
    LastToken,
    /// The last token that others signed with it has to end, as far as one can know.
    OthersTokens,
}

impl Waiting {
    /// The same in words.
    #[must_use]
    pub const fn text(self, profile: TokenProfile) -> &'static str {
        match (self, profile) {
            (Self::ToBeKnown, TokenProfile::Talk) => "waiting until Talk knows it",
            // Coral made it.
            (Self::ToBeKnown, TokenProfile::Coral) => "waiting to be activated",
            (Self::LastToken, _) => "waiting for the end of its last token",
            (Self::OthersTokens, _) => {
                "waiting for the end of tokens that others may have signed with it"
            }
        }
    }
}

impl KeyLife {
    /// How many tokens that were signed here may still carry the key, at most; `None` while some that weren't counted
    /// may be about. What others sign with an imported key is never counted.
    #[must_use]
    pub fn live_tokens(&self, now: i64) -> Option<i64> {
        let Some(first) = self.first_used_at else {
            return Some(0);
        };
        let dead = |last: i64| last + self.longest_lifetime <= now;
        if first < self.counted_from && !dead(self.uncounted_until()) {
            return None;
        }
        match self.usage.last_issued_at {
            Some(last) if !dead(last) => Some(self.usage.alive),
            // It did sign, and whoever knew how often was killed before saying so.
            None if !dead(first) => None,
            _ => Some(0),
        }
    }

    /// Until when it may have signed tokens that weren't counted.
    fn uncounted_until(&self) -> i64 {
        self.retiring_since
            .map_or(self.counted_from, |since| since.min(self.counted_from))
    }

    /// From when on it can be retired and no good token is refused, as far as one can know; `None` for a key that signs,
    /// and for one that has ended. A time that is past means: now.
    #[must_use]
    pub fn safe_to_retire_at(&self, now: i64) -> Option<i64> {
        match self.state.at(now) {
            // Its tokens are refused as it is.
            KeyState::Pending => Some(self.created_at),
            KeyState::Retiring { .. } => {
                let since = self.retiring_since.unwrap_or(self.created_at);
                let others = self.others_end(since);
                Some(self.own_end(since, now).max(others.unwrap_or(since)))
            }
            KeyState::Active | KeyState::Retired | KeyState::Revoked => None,
        }
    }

    /// Whether retiring it refuses no good token, as far as one can know.
    #[must_use]
    pub fn is_safe_to_retire(&self, now: i64) -> bool {
        self.safe_to_retire_at(now).is_some_and(|at| at <= now)
    }

    /// What it waits for.
    #[must_use]
    pub fn waiting(&self, now: i64) -> Option<Waiting> {
        if self.state == KeyState::Pending {
            return Some(Waiting::ToBeKnown);
        }
        let at = self.safe_to_retire_at(now).filter(|at| *at > now)?;
        let since = self.retiring_since.unwrap_or(self.created_at);
        Some(match self.others_end(since) {
            Some(others) if others == at => Waiting::OthersTokens,
            _ => Waiting::LastToken,
        })
    }

    /// When the last token ends that was signed here.
    fn own_end(&self, since: i64, now: i64) -> i64 {
        let Some(first) = self.first_used_at else {
            return since;
        };
        let settled = since + COUNTED_WITHIN;
        // Another server may have signed with it a moment ago, and not have said so yet.
        let last = if now < settled {
            since
        } else if first < self.counted_from {
            self.uncounted_until()
                .max(self.usage.last_issued_at.unwrap_or(first))
                .min(since)
        } else {
            self.usage.last_issued_at.unwrap_or(first).min(since)
        };
        let end = last + self.longest_lifetime + CLOCK_SKEW;
        // Of tokens that had a shorter life than the longest ever, the count knows.
        if now >= settled && self.live_tokens(now) == Some(0) {
            return end.min(settled);
        }
        end
    }

    /// When the last token of an imported key ends that somebody else may have signed: as long as they are seen, others
    /// still do.
    fn others_end(&self, since: i64) -> Option<i64> {
        match self.origin {
            Origin::Generated => None,
            Origin::Imported {
                accept_lifetime, ..
            } => {
                let seen = self.usage.last_seen_at.unwrap_or(since);
                Some(since.max(seen) + accept_lifetime + CLOCK_SKEW)
            }
        }
    }
}

/// How far the rotation of a deployment's keys has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing signs.
    NoKey,
    /// One key signs, and no other is about.
    Steady,
    /// A new key waits until it may sign.
    Waiting,
    /// The new key signs; the old one is still needed.
    Overlap,
    /// The old key isn't needed any more.
    Retire,
}

impl Step {
    /// The step's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoKey => "no-key",
            Self::Steady => "steady",
            Self::Waiting => "waiting",
            Self::Overlap => "overlap",
            Self::Retire => "retire",
        }
    }

    /// What to do next, in one line. "It" is the key that [`Rotation::key`] names.
    #[must_use]
    pub const fn next(self, profile: TokenProfile) -> &'static str {
        match (self, profile) {
            (Self::NoKey, TokenProfile::Talk) => {
                "Create a key; it signs at once, since nothing else does."
            }
            (Self::NoKey, TokenProfile::Coral) => {
                "Copy a signing secret from Coral's admin, import it, and activate it."
            }
            (Self::Steady, TokenProfile::Talk) => {
                "Nothing. To rotate, create a key, and give Talk its new settings before you activate it."
            }
            (Self::Steady, TokenProfile::Coral) => {
                "Nothing. To rotate, let Coral's admin make a new secret while the old one stays active, and import it."
            }
            (Self::Waiting, TokenProfile::Talk) => {
                "Give Talk its new settings and restart it, so that it knows the key; then activate it."
            }
            (Self::Waiting, TokenProfile::Coral) => "Activate it: Coral knows it already.",
            (Self::Overlap, TokenProfile::Talk) => {
                "Wait: readers still have tokens of it. Leave it in Talk's settings until then."
            }
            (Self::Overlap, TokenProfile::Coral) => {
                "Wait: readers still have tokens of it. Leave it active in Coral's admin until then."
            }
            (Self::Retire, TokenProfile::Talk) => {
                "Retire it, and take it out of Talk's settings at the next restart."
            }
            (Self::Retire, TokenProfile::Coral) => "Deactivate it in Coral's admin, and retire it.",
        }
    }
}

/// The state of a rotation, and what is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation<K> {
    /// How far it has come.
    pub step: Step,
    /// The key that signs.
    pub signs: Option<K>,
    /// The key that the next thing is to be done to.
    pub key: Option<K>,
    /// When it can be done, in unix seconds, where that lies ahead.
    pub at: Option<i64>,
}

/// Says how far the rotation of a deployment's keys has come. A key that waits comes first, since whoever added it is in
/// the middle of it; of old keys the one that can go soonest.
#[must_use]
pub fn rotation<K: Copy>(keys: &[(K, &KeyLife)], now: i64) -> Rotation<K> {
    let in_state = |wanted: KeyState| {
        let mut all = keys.iter().filter(move |(_, life)| life.state == wanted);
        all.next().map(|(key, _)| *key)
    };
    let signs = in_state(KeyState::Active);
    let pending = in_state(KeyState::Pending);
    let oldest = keys
        .iter()
        .filter(|(_, life)| matches!(life.state.at(now), KeyState::Retiring { .. }))
        .filter_map(|(key, life)| Some((life.safe_to_retire_at(now)?, *key)))
        .min_by_key(|(at, _)| *at);
    let (step, key, at) = match (signs, pending, oldest) {
        (_, Some(pending), _) => (Step::Waiting, Some(pending), None),
        (None, None, _) => (Step::NoKey, None, None),
        (Some(_), None, None) => (Step::Steady, None, None),
        (Some(_), None, Some((at, key))) if at <= now => (Step::Retire, Some(key), None),
        (Some(_), None, Some((at, key))) => (Step::Overlap, Some(key), Some(at)),
    };
    Rotation {
        step,
        signs,
        key,
        at,
    }
}

#[cfg(test)]
mod tests;
