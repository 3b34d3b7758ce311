//! How much a tenant may have, so that none can use up what all share.

use serde::Serialize;

/// The most of each thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Quota {
    /// Readers in the directory.
    pub users: i64,
    /// Deployments.
    pub deployments: i64,
    /// Signing keys that haven't ended.
    pub signing_keys: i64,
    /// API keys that haven't ended.
    pub api_keys: i64,
    /// Members and open invitations.
    pub members: i64,
    /// Requests to the management API in a second, over a while.
    pub requests_per_second: i64,
}

impl Default for Quota {
    fn default() -> Self {
        Self {
            users: 5_000_000,
            deployments: 50,
            signing_keys: 100,
            api_keys: 100,
            members: 200,
            requests_per_second: 200,
        }
    }
}
