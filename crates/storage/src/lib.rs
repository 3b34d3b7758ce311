//! What Lanyard remembers: Postgres, Redis in front of it, the in-process views, and the one loop that keeps them true.
//!
//! Postgres is the truth. Redis holds nothing that can't be lost. Every function that touches a tenant's rows takes a
//! [`ReadTx`] or [`WriteTx`], which are bound to one tenant.

pub mod account_links;
pub mod accounts;
pub mod api_keys;
pub mod audit;
mod batches;
mod change;
mod clock;
pub mod coral_rotations;
mod database;
pub mod deployments;
pub mod devices;
mod error;
pub mod exchange_codes;
pub mod fingerprints;
mod held;
mod hosts;
pub mod idempotency;
pub mod imports;
pub mod invitations;
pub mod key_use;
pub mod keys;
mod listen;
pub mod memberships;
mod meter;
pub mod migrate;
pub mod nodes;
pub mod outbox;
mod platform;
pub mod platform_admins;
pub mod platform_events;
pub mod platform_tenants;
pub mod readiness;
mod redis_users;
pub mod reseal;
mod retry;
pub mod revocations;
mod servers;
pub mod sessions;
#[cfg(test)]
mod simulation;
mod source;
pub mod tenants;
pub mod throttles;
mod transaction;
pub mod usage;
mod user_cache;
pub mod users;
mod view;
mod views;

pub use change::Change;
pub use clock::Clock;
pub use database::Database;
pub use error::StorageError;
pub use listen::Listener;
pub use meter::{ApiKeyMeter, KeyMeter, LATENCY_BOUNDS, OK, OTHER, Operation, TenantMeter};
pub use platform::PlatformTx;
pub use redis_users::{check_redis_url, ping_redis};
pub use servers::check_database_url;
pub use transaction::{Committed, ReadTx, WriteTx};
pub use user_cache::{Reader, ReaderSources, Readers};
pub use view::{DeploymentView, TenantView};
pub use views::Views;
