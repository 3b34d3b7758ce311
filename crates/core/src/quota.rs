//! How much a tenant may have of each thing, so that none can fill the platform.

/// The most that a tenant may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Users in the directory.
    pub users: i64,
    /// Deployments.
    pub deployments: i32,
    /// Signing keys that have not ended, of all deployments together.
    pub signing_keys: i32,
    /// API keys that have not ended.
    pub api_keys: i32,
    /// Members, and invitations that are open.
    pub members: i32,
}

impl Default for Quota {
    /// What holds where the platform set nothing.
    fn default() -> Self {
        Self {
            users: 5_000_000,
            deployments: 50,
            signing_keys: 100,
            api_keys: 100,
            members: 200,
        }
    }
}
