//! Audit events: who did what to what, each chained to the one before.

use std::{
    fmt::{self, Write},
    str::FromStr,
};

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
    /// A server by itself, because the time for something has come.
    Server,
}

impl Actor {
    /// The actor as it is written down.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Operator(name) => format!("operator:{name}"),
            Self::Account(id) => format!("account:{id}"),
            Self::ApiKey(id) => format!("api_key:{id}"),
            Self::Server => "server".to_owned(),
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

/// The last event of a chain: with it kept elsewhere, a chain that was cut or written anew is found out.
///
/// As text: the sequence, a colon, and the hash in hexadecimal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Head {
    /// Place of the event, from one; 0 where there is none.
    pub sequence: i64,
    /// Its hash.
    pub hash: [u8; 32],
}

impl fmt::Display for Head {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.sequence, hex(&self.hash))
    }
}

impl FromStr for Head {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "a head is a number, a colon and 64 hexadecimal digits";
        let (sequence, digits) = text.split_once(':').ok_or(WRONG)?;
        let sequence = sequence.parse().map_err(|_| WRONG)?;
        let digits = digits.as_bytes();
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(WRONG);
        }
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(digits.chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| WRONG)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| WRONG)?;
        }
        Ok(Self { sequence, hash })
    }
}

/// Where a chain doesn't hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The first event that doesn't fit the one before.
    #[error("event {0} was changed, or the one before it removed")]
    Event(i64),
    /// The last event, which lies before the one that is expected.
    #[error("the events after {0} were removed")]
    Cut(i64),
    /// An event that isn't the one that is expected in its place.
    #[error("event {0} isn't the one that stood there: the chain was written anew")]
    Replaced(i64),
}

impl Fault {
    /// The place of the first event that isn't there as it was.
    #[must_use]
    pub const fn place(self) -> i64 {
        match self {
            Self::Event(place) | Self::Replaced(place) => place,
            Self::Cut(last) => last + 1,
        }
    }
}

/// Goes along a chain, event by event from the first.
#[derive(Debug)]
pub struct Walk {
    tenant: TenantId,
    head: Head,
    expected: Option<Head>,
}

impl Walk {
    /// At the start; `expected` is an event that the chain has to hold.
    #[must_use]
    pub fn new(tenant: TenantId, expected: Option<Head>) -> Self {
        Self {
            tenant,
            head: Head::default(),
            expected,
        }
    }

    /// How far it came.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// Takes the next event, with the sequence and the hash that it is stored with.
    ///
    /// # Errors
    /// It doesn't fit.
    pub fn step(&mut self, sequence: i64, event: &Event<'_>, hash: &[u8]) -> Result<(), Fault> {
        let next = self.head.sequence + 1;
        let expected = chain(&self.head.hash, self.tenant, next, event);
        if sequence != next || hash != expected {
            return Err(Fault::Event(next));
        }
        self.head = Head {
            sequence: next,
            hash: expected,
        };
        match self.expected {
            Some(other) if other.sequence == next && other != self.head => {
                Err(Fault::Replaced(next))
            }
            _ => Ok(()),
        }
    }

    /// Ends where there are no more events.
    ///
    /// # Errors
    /// The chain should be longer.
    pub fn end(self) -> Result<Head, Fault> {
        match self.expected {
            Some(expected) if expected.sequence > self.head.sequence => {
                Err(Fault::Cut(self.head.sequence))
            }
            _ => Ok(self.head),
        }
    }
}

/// Bytes in lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string doesn't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
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

    use super::{Event, Fault, Head, Walk, chain};
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

    #[test]
    fn a_head_is_read_as_it_is_written() {
        let head = Head {
            sequence: 12,
            hash: [0xa5; 32],
        };
        assert_eq!(head.to_string().parse(), Ok(head));
        for bad in [
            "",
            "12",
            "12:a5",
            &format!("x:{}", "a5".repeat(32)),
            &format!("1:{}", "+5".repeat(32)),
        ] {
            assert!(bad.parse::<Head>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_chain_that_was_cut_or_written_anew_is_found_by_its_head() {
        let tenant = TenantId(Uuid::from_u128(1));
        fn event(actor: &str) -> Event<'_> {
            Event {
                at: 1,
                actor,
                action: "key.create",
                target: "k",
                detail: "{}",
            }
        }
        let walk = |actors: &[&str], expected| {
            let mut walk = Walk::new(tenant, expected);
            for (sequence, actor) in (1..).zip(actors) {
                let hash = chain(&walk.head().hash, tenant, sequence, &event(actor));
                walk.step(sequence, &event(actor), &hash)?;
            }
            walk.end()
        };
        let head = walk(&["a", "b"], None).unwrap();
        assert_eq!(walk(&["a", "b"], Some(head)), Ok(head));
        assert_eq!(walk(&["a", "b", "c"], Some(head)).unwrap().sequence, 3);
        assert_eq!(walk(&["a"], Some(head)), Err(Fault::Cut(1)));
        assert_eq!(walk(&["a", "c"], Some(head)), Err(Fault::Replaced(2)));
        let mut walk = Walk::new(tenant, None);
        assert_eq!(walk.step(1, &event("a"), &head.hash), Err(Fault::Event(1)));
    }
}
