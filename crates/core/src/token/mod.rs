//! Tokens: JSON Web Tokens (RFC 7519) in the compact form of JWS (RFC 7515).
//!
//! Read in this order: [`claims`] parses, [`verify`] judges, [`issue`] makes.

mod claims;
mod coral;
mod header;
mod issue;
mod refusal;
mod verify;

pub use coral::{CoralFault, coral_faults, coral_shows_avatar};
pub(crate) use coral::{MAX_EMAIL, coral_takes_uri, looks_like_email};
pub use issue::{ISSUING_TYPE, IssueError, Wanted, check_user, issue, issue_issuing};
pub use refusal::Refusal;
pub use verify::{MAX_TOKEN_LENGTH, Named, Verified, name, verify, verify_issuing};

#[cfg(test)]
pub(crate) mod tests;
