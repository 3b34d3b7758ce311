//! What a write tells the other nodes.

use lanyard_core::{
    id::TenantId,
    revocation::{Revocation, Subject},
};
use serde::{Deserialize, Serialize};

/// The channel on which changes leave, inside the transaction that makes them.
pub(crate) const CHANNEL: &str = "lanyard_changes";

/// A notification may hold less than 8,000 bytes; what would be longer is told as [`Change::Everything`].
const MAX_PAYLOAD: usize = 7_000;

/// One thing that changed in a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// This user's record.
    User(Box<str>),
    /// So many users that they aren't named.
    Users,
    /// Something was revoked.
    Revoked(Revocation),
    /// A revocation was lifted, so what is held must be read anew.
    Lifted(Subject),
    /// Keys, settings or status.
    Tenant,
    /// Too much to say.
    Everything,
}

/// All that one transaction changed: `version` is the tenant's after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Changes {
    pub(crate) tenant: TenantId,
    pub(crate) version: i64,
    pub(crate) changes: Vec<Change>,
}

impl Changes {
    /// The text that is sent. Two transactions may carry equal texts only if they are equal: the version differs.
    pub(crate) fn payload(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        if !text.is_empty() && text.len() <= MAX_PAYLOAD {
            return text;
        }
        let coarse = Self {
            changes: vec![Change::Everything],
            ..self.clone()
        };
        serde_json::to_string(&coarse).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use lanyard_core::{id::TenantId, revocation::Revocation};
    use uuid::Uuid;

    use super::{Change, Changes};

    #[test]
    fn a_change_reads_back_and_a_long_one_is_told_coarsely() {
        let revoked = Change::Revoked(Revocation::token("a", Some(5)));
        let changes = Changes {
            tenant: TenantId(Uuid::from_u128(1)),
            version: 7,
            changes: vec![revoked, Change::Users],
        };
        assert_eq!(
            serde_json::from_str::<Changes>(&changes.payload()).unwrap(),
            changes
        );
        let many = Changes {
            changes: vec![Change::User("x".repeat(200).into()); 100],
            ..changes
        };
        let told = serde_json::from_str::<Changes>(&many.payload()).unwrap();
        assert_eq!(told.changes, [Change::Everything]);
    }
}
