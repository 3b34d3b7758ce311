//! What a reader may do in the comments.

use std::fmt;

use super::error::{Problem, UserError};

/// A reader's role in Coral, the lowest first. `Admin` makes an administrator there, so a role never comes from a request that isn't
/// allowed to set one.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Role {
    /// Writes comments.
    Commenter,
    /// A commenter with a member's badge.
    Member,
    /// The newsroom's staff.
    Staff,
    /// Approves and rejects comments.
    Moderator,
    /// Administers Coral.
    Admin,
}

impl Role {
    /// The role's name as Coral writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Commenter => "COMMENTER",
            Self::Member => "MEMBER",
            Self::Staff => "STAFF",
            Self::Moderator => "MODERATOR",
            Self::Admin => "ADMIN",
        }
    }

    /// Reads a role's name, in upper case only.
    ///
    /// # Errors
    /// [`UserError::Field`] for `role` when Coral has no such role.
    pub fn parse(text: &str) -> Result<Self, UserError> {
        [
            Self::Commenter,
            Self::Member,
            Self::Staff,
            Self::Moderator,
            Self::Admin,
        ]
        .into_iter()
        .find(|role| role.as_str() == text)
        .ok_or_else(|| UserError::at("role")(Problem::UnknownRole))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Role;

    #[test]
    fn a_role_is_written_and_read_in_upper_case() {
        for name in ["COMMENTER", "MEMBER", "STAFF", "MODERATOR", "ADMIN"] {
            let role = Role::parse(name).expect(name);
            assert_eq!(role.as_str(), name);
            assert_eq!(serde_json::to_value(role).expect("JSON"), name);
        }
        for name in ["admin", "Admin", "OWNER", "", " ADMIN"] {
            assert!(Role::parse(name).is_err(), "{name}");
        }
    }
}
