//! Slowing down who guesses: attempts are counted in buckets, and beyond a number the next one has to wait.

use std::net::IpAddr;

use aws_lc_rs::digest::{Context, SHA256};
use uuid::Uuid;

use crate::account::AccountEmail;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How a bucket slows down; times in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// How many attempts there are before the first wait.
    free: i32,
    /// The first wait; it doubles with every attempt after it.
    first_wait: i64,
    /// The longest.
    longest_wait: i64,
    /// After this long without an attempt all are forgotten.
    pub forget_after: i64,
}

/// Attempts on one account from one place, and in one session. A person who mistypes isn't held up for long.
const NARROW: Rule = Rule {
    free: 5,
    first_wait: 15,
    longest_wait: 15 * MINUTE,
    forget_after: DAY,
};
/// Attempts from one place, where a whole newsroom may sit.
const PLACE: Rule = Rule { free: 30, ..NARROW };
/// Attempts on one account from everywhere.
const WIDE: Rule = Rule { free: 50, ..NARROW };
/// Letters that one place may have sent.
const LETTERS_FROM: Rule = Rule {
    free: 20,
    first_wait: MINUTE,
    longest_wait: HOUR,
    forget_after: DAY,
};
/// Letters that one mailbox may get.
const LETTERS_TO: Rule = Rule {
    free: 3,
    first_wait: 10 * MINUTE,
    longest_wait: DAY,
    forget_after: DAY,
};
/// A notice that is sent once a day.
const DAILY: Rule = Rule {
    free: 1,
    first_wait: DAY,
    longest_wait: DAY,
    forget_after: DAY,
};

impl Rule {
    /// How long the next attempt has to wait after this many; zero at first.
    #[must_use]
    pub fn wait_after(&self, attempts: i32) -> i64 {
        let beyond = attempts - self.free;
        if beyond < 0 {
            return 0;
        }
        // Two to the twentieth seconds are longer than any wait.
        (self.first_wait << beyond.min(20)).min(self.longest_wait)
    }

    /// Whether this many are the first that cause a wait.
    #[must_use]
    pub const fn trips_at(&self, attempts: i32) -> bool {
        attempts == self.free
    }
}

/// Where attempts are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// A hash of what the bucket is of: no names and addresses are stored.
    pub key: [u8; 32],
    /// How it slows down.
    pub rule: Rule,
}

/// Letters that somebody can have sent to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterKind {
    /// With the link that makes an account.
    Registration,
    /// With the link that resets a password.
    Reset,
    /// With an invitation to a newsroom.
    Invitation,
}

impl Bucket {
    fn new(rule: Rule, kind: &str, parts: &[&[u8]]) -> Self {
        let mut context = Context::new(&SHA256);
        // With their lengths, so that no two rows of parts read alike.
        for part in [kind.as_bytes()].iter().chain(parts) {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut key = [0; 32];
        key.copy_from_slice(context.finish().as_ref());
        Self { key, rule }
    }

    /// Log-ins to an account from a place; whether there is such an account makes no difference.
    #[must_use]
    pub fn login_from(email: &AccountEmail, address: IpAddr) -> Self {
        let email = email.as_str().as_bytes();
        Self::new(NARROW, "login-from", &[email, &block(address)])
    }

    /// Log-ins from a place, to whatever account.
    #[must_use]
    pub fn place(address: IpAddr) -> Self {
        Self::new(PLACE, "place", &[&block(address)])
    }

    /// Log-ins to an account from everywhere.
    #[must_use]
    pub fn login(email: &AccountEmail) -> Self {
        Self::new(WIDE, "login", &[email.as_str().as_bytes()])
    }

    /// Log-ins from a browser in which the account was logged in before, by the hash of its mark.
    #[must_use]
    pub fn device(hash: &[u8; 32]) -> Self {
        Self::new(NARROW, "device", &[hash])
    }

    /// Proofs of the password, and codes, in a session.
    #[must_use]
    pub fn session(id: Uuid) -> Self {
        Self::new(NARROW, "session", &[id.as_bytes()])
    }

    /// Letters that somebody at a place asks for.
    #[must_use]
    pub fn letters_from(address: IpAddr) -> Self {
        Self::new(LETTERS_FROM, "letters-from", &[&block(address)])
    }

    /// Letters of a kind to an address. Each kind is counted alone, so that nobody keeps a password from being reset by
    /// having other letters sent.
    #[must_use]
    pub fn letters_to(email: &AccountEmail, kind: LetterKind) -> Self {
        let kind: &[u8] = match kind {
            LetterKind::Registration => b"registration",
            LetterKind::Reset => b"reset",
            LetterKind::Invitation => b"invitation",
        };
        Self::new(LETTERS_TO, "letters-to", &[email.as_str().as_bytes(), kind])
    }

    /// The letter that tells somebody of guesses.
    #[must_use]
    pub fn guesses_notice(email: &AccountEmail) -> Self {
        Self::new(DAILY, "guesses-notice", &[email.as_str().as_bytes()])
    }
}

/// What one customer of a network has: an IPv4 address, or the first half of an IPv6 address.
fn block(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets()[..8].to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Bucket, LetterKind, NARROW};

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let waits: Vec<i64> = (1..=13).map(|count| NARROW.wait_after(count)).collect();
        assert_eq!(
            waits,
            [0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 900, 900, 900]
        );
        assert_eq!(NARROW.wait_after(i32::MAX), 900);
        assert!(NARROW.trips_at(5) && !NARROW.trips_at(6));
    }

    #[test]
    fn a_place_is_what_one_customer_has() {
        let key = |address: &str| Bucket::place(address.parse().unwrap()).key;
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:ffff:ffff:1"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_eq!(key("192.0.2.1"), key("::ffff:192.0.2.1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
    }

    #[test]
    fn no_two_things_share_a_bucket() {
        let (jane, joe) = ("jane@x".parse().unwrap(), "joe@x".parse().unwrap());
        let (here, there) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let keys = [
            Bucket::login(&jane).key,
            Bucket::login(&joe).key,
            Bucket::login_from(&jane, here).key,
            Bucket::login_from(&jane, there).key,
            Bucket::login_from(&joe, here).key,
            Bucket::letters_to(&jane, LetterKind::Registration).key,
            Bucket::letters_to(&jane, LetterKind::Reset).key,
            Bucket::letters_to(&jane, LetterKind::Invitation).key,
            Bucket::guesses_notice(&jane).key,
            Bucket::place(here).key,
            Bucket::letters_from(here).key,
        ];
        for (index, key) in keys.iter().enumerate() {
            assert!(!keys[..index].contains(key), "{index}");
        }
    }
}
