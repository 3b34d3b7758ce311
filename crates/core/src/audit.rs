//! Audit events: who did what to what, each chained to the one before.

use aws_lc_rs::digest::{Context, SHA256};

use crate::id::TenantId;

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Somebody with the command line on the database, by the name of the system's user.
    Operator(String),
    /// Somebody who is logged in, or who proved that a mailbox is theirs.
    Account(crate::id::AccountId),
    /// A program with an API key.
    ApiKey(crate::id::ApiKeyId),
}

impl Actor {
    /// The actor as it is written down.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Operator(name) => format!("operator:{name}"),
            Self::Account(id) => format!("account:{id}"),
            Self::ApiKey(id) => format!("api_key:{id}"),
        }
    }
}

/// One act, before it has its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event<'a> {
    /// When, in unix microseconds: what Postgres keeps of a time.
    pub at: i64,
    /// Who.
    pub actor: &'a str,
    /// What, as `noun.verb`.
    pub action: &'a str,
    /// On which thing; a reader only by surrogate id.
    pub target: &'a str,
    /// More, as JSON text, kept to the letter.
    pub detail: &'a str,
}

/// The hash of an event: over the hash before, its place and all that it says (SHA-256).
///
/// Every text goes in with its length, so that no two events read alike.
#[must_use]
pub fn chain(previous: &[u8; 32], tenant: TenantId, sequence: i64, event: &Event<'_>) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(previous);
    context.update(tenant.0.as_bytes());
    context.update(&sequence.to_be_bytes());
    context.update(&event.at.to_be_bytes());
    for text in [event.actor, event.action, event.target, event.detail] {
        context.update(&(text.len() as u64).to_be_bytes());
        context.update(text.as_bytes());
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// SHA-256 of a text.
#[must_use]
pub fn digest(text: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(aws_lc_rs::digest::digest(&SHA256, text).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Event, chain};
    use crate::id::TenantId;

    #[test]
    fn any_change_changes_the_hash() {
        let event = Event {
            at: 1,
            actor: "a",
            action: "key.create",
            target: "k",
            detail: "{}",
        };
        let tenant = TenantId(Uuid::from_u128(1));
        let hash = chain(&[0; 32], tenant, 1, &event);
        assert_ne!(hash, chain(&[1; 32], tenant, 1, &event));
        assert_ne!(
            hash,
            chain(&[0; 32], TenantId(Uuid::from_u128(2)), 1, &event)
        );
        assert_ne!(hash, chain(&[0; 32], tenant, 2, &event));
        let moved = Event {
            actor: "ak",
            action: "ey.create",
            ..event.clone()
        };
        assert_ne!(hash, chain(&[0; 32], tenant, 1, &moved));
    }
}
