//! What an API key may do.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::Serialize;

/// One thing that an API key may do (the scope of RFC 6749, section 3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Issue tokens for readers.
    TokensIssue,
    /// Ask whether a token is good.
    TokensIntrospect,
    /// Revoke tokens.
    TokensRevoke,
    /// Read the directory of readers.
    UsersRead,
    /// Change the directory of readers.
    UsersWrite,
    /// Read settings, deployments and signing keys, without secrets.
    SettingsRead,
    /// Change settings and deployments.
    SettingsWrite,
    /// Create, rotate, retire and revoke signing keys.
    SigningKeysWrite,
    /// List API keys.
    ApiKeysRead,
    /// Create and revoke API keys that may do no more than this one.
    ApiKeysWrite,
    /// Read members and invitations.
    MembersRead,
    /// Read the audit log.
    AuditRead,
    /// Read usage.
    UsageRead,
}

/// Not a scope's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such scope")]
pub struct NoScope;

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 13] = [
        Self::TokensIssue,
        Self::TokensIntrospect,
        Self::TokensRevoke,
        Self::UsersRead,
        Self::UsersWrite,
        Self::SettingsRead,
        Self::SettingsWrite,
        Self::SigningKeysWrite,
        Self::ApiKeysRead,
        Self::ApiKeysWrite,
        Self::MembersRead,
        Self::AuditRead,
        Self::UsageRead,
    ];

    /// What a CMS needs, and what an API key gets unless more is asked for.
    #[must_use]
    pub fn cms() -> BTreeSet<Self> {
        [
            Self::TokensIssue,
            Self::TokensIntrospect,
            Self::TokensRevoke,
        ]
        .into()
    }

    /// The scope's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TokensIssue => "tokens:issue",
            Self::TokensIntrospect => "tokens:introspect",
            Self::TokensRevoke => "tokens:revoke",
            Self::UsersRead => "users:read",
            Self::UsersWrite => "users:write",
            Self::SettingsRead => "settings:read",
            Self::SettingsWrite => "settings:write",
            Self::SigningKeysWrite => "signing-keys:write",
            Self::ApiKeysRead => "api-keys:read",
            Self::ApiKeysWrite => "api-keys:write",
            Self::MembersRead => "members:read",
            Self::AuditRead => "audit:read",
            Self::UsageRead => "usage:read",
        }
    }
}

impl FromStr for Scope {
    type Err = NoScope;

    fn from_str(text: &str) -> Result<Self, NoScope> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.name() == text)
            .ok_or(NoScope)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Serialize for Scope {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
