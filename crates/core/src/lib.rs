//! Lanyard's decisions: tenants, keys, tokens, readers. No I/O, no async, no clock.
//!
//! Times are passed in, as unix seconds. In reading order:

pub mod account;
pub mod api_key;
pub mod audit;
pub mod check;
mod checksummed;
pub mod confusable;
pub mod deployment;
pub mod exchange_code;
pub mod id;
pub mod json;
pub mod key;
pub mod member;
pub mod network;
pub mod origin;
pub mod outbound;
pub mod password;
pub mod profile;
pub mod quota;
pub mod rate;
pub mod revocation;
pub mod rotation;
pub mod scope;
pub mod seal;
pub mod secret_token;
pub mod setup;
pub mod signing_key;
pub mod talk;
pub mod talk_to_coral;
pub mod tenant;
pub mod throttle;
pub mod token;
pub mod totp;
pub mod user;
