//! Who may do what: the one table of authorisation. A route of `/v1` that isn't in it answers nobody.

use axum::http::Method;
use lanyard_core::{member::MemberRole, scope::Scope};

/// What a caller must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Anybody.
    Nothing,
    /// Somebody who is logged in.
    Account,
    /// Somebody who is logged in, and whose session has just proved its password.
    AccountProved,
    /// A member of the tenant in the path with at least this role; or one of its API keys with the scope, if one is named.
    Member(MemberRole, Option<Scope>),
    /// A member with at least this role whose session has just proved its password. No API key.
    Proved(MemberRole),
    /// A platform admin.
    Platform,
    /// A platform admin whose session has just proved its password.
    PlatformProved,
}

/// One row: a route and what it needs.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The method.
    pub method: &'static Method,
    /// The path, as routes are written.
    pub path: &'static str,
    /// Who may.
    pub need: Need,
}

const GET: &Method = &Method::GET;
const POST: &Method = &Method::POST;
const PUT: &Method = &Method::PUT;
const PATCH: &Method = &Method::PATCH;
const DELETE: &Method = &Method::DELETE;

const fn rule(method: &'static Method, path: &'static str, need: Need) -> Rule {
    Rule { method, path, need }
}

const fn viewer(scope: Scope) -> Need {
    Need::Member(MemberRole::Viewer, Some(scope))
}

const fn admin(scope: Scope) -> Need {
    Need::Member(MemberRole::Admin, Some(scope))
}

const OWNER: Need = Need::Member(MemberRole::Owner, None);
const OWNER_PROVED: Need = Need::Proved(MemberRole::Owner);

/// Every route of `/v1`.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    rule(POST, "/v1/accounts", Need::Nothing),
    rule(POST, "/v1/accounts/verify", Need::Nothing),
    rule(POST, "/v1/accounts/reset", Need::Nothing),
    rule(POST, "/v1/accounts/reset/confirm", Need::Nothing),
    rule(POST, "/v1/sessions", Need::Nothing),
    rule(GET, "/v1/sessions", Need::Account),
    rule(DELETE, "/v1/sessions", Need::Account),
    rule(DELETE, "/v1/sessions/{session}", Need::Account),
    rule(GET, "/v1/account", Need::Account),
    rule(PATCH, "/v1/account", Need::Account),
    rule(POST, "/v1/account/password", Need::Account),
    rule(POST, "/v1/account/prove", Need::Account),
    rule(POST, "/v1/account/totp", Need::AccountProved),
    rule(DELETE, "/v1/account/totp", Need::AccountProved),
    rule(POST, "/v1/account/totp/confirm", Need::AccountProved),
    rule(POST, "/v1/account/recovery-codes", Need::AccountProved),
    rule(POST, "/v1/invitations/accept", Need::Account),

    rule(GET, "/v1/tenants", Need::Account),
    rule(POST, "/v1/tenants", Need::Account),
    rule(GET, "/v1/tenants/{tenant}", viewer(Scope::SettingsRead)),
    rule(GET, "/v1/tenants/{tenant}/settings", viewer(Scope::SettingsRead)),
    rule(PATCH, "/v1/tenants/{tenant}/settings", admin(Scope::SettingsWrite)),

    rule(GET, "/v1/tenants/{tenant}/deployments", viewer(Scope::SettingsRead)),
    rule(POST, "/v1/tenants/{tenant}/deployments", admin(Scope::SettingsWrite)),
    rule(GET, "/v1/tenants/{tenant}/deployments/{deployment}", viewer(Scope::SettingsRead)),
    rule(PATCH, "/v1/tenants/{tenant}/deployments/{deployment}", admin(Scope::SettingsWrite)),
    rule(DELETE, "/v1/tenants/{tenant}/deployments/{deployment}", OWNER),
    rule(GET, "/v1/tenants/{tenant}/deployments/{deployment}/settings", viewer(Scope::SettingsRead)),

    rule(GET, "/v1/tenants/{tenant}/migration-to-coral", viewer(Scope::SettingsRead)),
    rule(GET, "/v1/tenants/{tenant}/migration-to-coral/unready", viewer(Scope::UsersRead)),
    rule(POST, "/v1/tenants/{tenant}/migration-to-coral/cut-over", admin(Scope::SigningKeysWrite)),
    rule(POST, "/v1/tenants/{tenant}/migration-to-coral/back", admin(Scope::SigningKeysWrite)),

    rule(GET, "/v1/tenants/{tenant}/deployments/{deployment}/rotation", viewer(Scope::SettingsRead)),
    rule(GET, "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys", viewer(Scope::SettingsRead)),
    rule(POST, "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys", admin(Scope::SigningKeysWrite)),
    rule(POST, "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/import", admin(Scope::SigningKeysWrite)),
    rule(POST, "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/rotate", admin(Scope::SigningKeysWrite)),
    rule(POST, "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/export", OWNER_PROVED),
    rule(GET, "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}", viewer(Scope::SettingsRead)),
    rule(POST, "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}/activate", admin(Scope::SigningKeysWrite)),
    rule(POST, "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}/retire", admin(Scope::SigningKeysWrite)),
    rule(POST, "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}/revoke", admin(Scope::SigningKeysWrite)),
    rule(POST, "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}/reveal", OWNER_PROVED),

    rule(GET, "/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations", viewer(Scope::SettingsRead)),
    rule(POST, "/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations", OWNER_PROVED),
    rule(GET, "/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations/{rotation}", viewer(Scope::SettingsRead)),
    rule(POST, "/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations/{rotation}/resume", OWNER_PROVED),
    rule(POST, "/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations/{rotation}/abandon", OWNER),

    rule(GET, "/v1/tenants/{tenant}/api-keys", viewer(Scope::ApiKeysRead)),
    rule(POST, "/v1/tenants/{tenant}/api-keys", admin(Scope::ApiKeysWrite)),
    rule(GET, "/v1/tenants/{tenant}/api-keys/{api_key}", viewer(Scope::ApiKeysRead)),
    rule(POST, "/v1/tenants/{tenant}/api-keys/{api_key}/rotate", admin(Scope::ApiKeysWrite)),
    rule(DELETE, "/v1/tenants/{tenant}/api-keys/{api_key}", admin(Scope::ApiKeysWrite)),

    rule(GET, "/v1/tenants/{tenant}/users", viewer(Scope::UsersRead)),
    rule(POST, "/v1/tenants/{tenant}/users", admin(Scope::UsersWrite)),
    rule(POST, "/v1/tenants/{tenant}/users/import", admin(Scope::UsersWrite)),
    rule(GET, "/v1/tenants/{tenant}/users/export", admin(Scope::UsersRead)),
    rule(GET, "/v1/tenants/{tenant}/users/{user}", viewer(Scope::UsersRead)),
    rule(PUT, "/v1/tenants/{tenant}/users/{user}", admin(Scope::UsersWrite)),
    rule(PATCH, "/v1/tenants/{tenant}/users/{user}", admin(Scope::UsersWrite)),
    rule(DELETE, "/v1/tenants/{tenant}/users/{user}", admin(Scope::UsersWrite)),
    rule(POST, "/v1/tenants/{tenant}/users/{user}/disable", admin(Scope::UsersWrite)),
    rule(POST, "/v1/tenants/{tenant}/users/{user}/enable", admin(Scope::UsersWrite)),
    rule(POST, "/v1/tenants/{tenant}/users/{user}/revoke-tokens", admin(Scope::TokensRevoke)),

    rule(POST, "/v1/tenants/{tenant}/tokens", admin(Scope::TokensIssue)),
    rule(POST, "/v1/tenants/{tenant}/tokens/codes", admin(Scope::TokensIssue)),
    rule(POST, "/v1/tenants/{tenant}/tokens/batch", admin(Scope::TokensIssue)),
    rule(POST, "/v1/tenants/{tenant}/tokens/introspect", viewer(Scope::TokensIntrospect)),
    rule(POST, "/v1/tenants/{tenant}/tokens/check", viewer(Scope::TokensIntrospect)),
    rule(POST, "/v1/tenants/{tenant}/tokens/revoke", admin(Scope::TokensRevoke)),

    rule(GET, "/v1/tenants/{tenant}/members", viewer(Scope::MembersRead)),
    rule(PATCH, "/v1/tenants/{tenant}/members/{member}", OWNER),
    rule(DELETE, "/v1/tenants/{tenant}/members/{member}", Need::Member(MemberRole::Viewer, None)),
    rule(GET, "/v1/tenants/{tenant}/invitations", viewer(Scope::MembersRead)),
    rule(POST, "/v1/tenants/{tenant}/invitations", OWNER),
    rule(DELETE, "/v1/tenants/{tenant}/invitations/{invitation}", OWNER),

    rule(GET, "/v1/tenants/{tenant}/audit-events", admin(Scope::AuditRead)),
    rule(GET, "/v1/tenants/{tenant}/audit-events/export", admin(Scope::AuditRead)),
    rule(GET, "/v1/tenants/{tenant}/audit-events/verify", admin(Scope::AuditRead)),
    rule(GET, "/v1/tenants/{tenant}/usage", viewer(Scope::UsageRead)),

    rule(GET, "/v1/platform/tenants", Need::Platform),
    rule(GET, "/v1/platform/tenants/{tenant}", Need::Platform),
    rule(POST, "/v1/platform/tenants/{tenant}/suspend", Need::PlatformProved),
    rule(POST, "/v1/platform/tenants/{tenant}/resume", Need::PlatformProved),
    rule(PUT, "/v1/platform/tenants/{tenant}/quota", Need::Platform),
    rule(POST, "/v1/platform/issuers/release", Need::PlatformProved),
    rule(GET, "/v1/platform/admins", Need::Platform),
    rule(POST, "/v1/platform/admins", Need::PlatformProved),
    rule(DELETE, "/v1/platform/admins/{admin}", Need::PlatformProved),
    rule(GET, "/v1/platform/health", Need::Platform),
    rule(GET, "/v1/platform/usage", Need::Platform),
    rule(GET, "/v1/platform/audit-events", Need::Platform),
];

/// What a route needs; `None` for one that isn't in the table.
#[must_use]
pub fn need(method: &Method, path: &str) -> Option<Need> {
    // HEAD is GET without the body.
    let method = if method == Method::HEAD { GET } else { method };
    RULES
        .iter()
        .find(|rule| rule.path == path && rule.method == method)
        .map(|rule| rule.need)
}

/// For how long a password that was proved opens the doors that ask for it, in seconds.
pub const PROVED_FOR: i64 = 600;
