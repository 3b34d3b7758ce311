//! The table of authorisation as a page for people: docs/permissions.md.

use lanyard_api::access::{Need, RULES};
use lanyard_core::{member::MemberRole, scope::Scope};

const HEAD: &str = "\
# Permissions

Who may call which route of the management API. This page is printed from the table that the server itself asks
(`crates/api/src/access.rs`), by `script/gen`; a test calls every route with every kind of credentials.

A member's role may do all that the ones before it may: viewer, admin, owner. To somebody who isn't a member a newsroom
isn't there (404); an API key is good for its own newsroom only (401 elsewhere). *Proved* means that the session has
proved its password within ten minutes (`POST /v1/account/prove`). The operator's command line on the database may do
everything.

";

/// The whole page.
#[must_use]
pub fn document() -> String {
    let mut text = HEAD.to_owned();
    text.push_str("| method | path | session | API key |\n| --- | --- | --- | --- |\n");
    for rule in RULES {
        let (session, key) = columns(rule.need);
        let line = format!(
            "| {} | `{}` | {session} | {key} |\n",
            rule.method, rule.path
        );
        text.push_str(&line);
    }
    text.push_str("\n## Scopes\n\n| scope | lets an API key |\n| --- | --- |\n");
    for scope in Scope::ALL {
        text.push_str(&format!("| `{scope}` | {} |\n", meaning(scope)));
    }
    text
}

fn columns(need: Need) -> (String, String) {
    let role = |role: MemberRole| role.name().to_owned();
    match need {
        Need::Nothing => ("not needed".into(), "not needed".into()),
        Need::Account => ("any".into(), "–".into()),
        Need::AccountProved => ("any, proved".into(), "–".into()),
        Need::Member(least, Some(scope)) => (role(least), format!("`{scope}`")),
        Need::Member(least, None) => (role(least), "–".into()),
        Need::Proved(least) => (format!("{}, proved", least.name()), "–".into()),
        Need::Platform => ("platform admin".into(), "–".into()),
        Need::PlatformProved => ("platform admin, proved".into(), "–".into()),
    }
}

const fn meaning(scope: Scope) -> &'static str {
    match scope {
        Scope::TokensIssue => "issue tokens for readers, by the broker too",
        Scope::TokensIntrospect => "ask whether a token is good",
        Scope::TokensRevoke => "revoke tokens",
        Scope::UsersRead => "read the directory of readers",
        Scope::UsersWrite => "change the directory of readers",
        Scope::SettingsRead => "read settings, deployments and signing keys, without secrets",
        Scope::SettingsWrite => "change settings and deployments",
        Scope::SigningKeysWrite => "create, import, rotate, retire and revoke signing keys",
        Scope::ApiKeysRead => "list API keys",
        Scope::ApiKeysWrite => "create and revoke API keys that may do no more than itself",
        Scope::MembersRead => "read members and invitations",
        Scope::AuditRead => "read the audit log",
        Scope::UsageRead => "read usage",
    }
}
