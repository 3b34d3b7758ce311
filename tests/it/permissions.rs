//! The table of authorisation, row by row: every route with every kind of credentials, and with another newsroom's.

use std::collections::BTreeMap;

use lanyard_api::access::{Need, RULES, Rule};
use lanyard_core::{member::MemberRole, scope::Scope};
use reqwest::Method;
use uuid::Uuid;

use crate::harness::{Answer, App, PUBLIC_URL, Person};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Nobody,
    /// Logged in, a member of nothing.
    Stranger,
    Member(MemberRole),
    /// An owner whose session hasn't proved its password of late.
    TiredOwner,
    /// The owner of another newsroom.
    OtherOwner,
    PlatformAdmin,
    /// A platform admin whose session hasn't proved its password of late.
    TiredPlatformAdmin,
    /// An API key with this scope and no other.
    KeyWith(Scope),
    /// An API key with every other scope.
    KeyWithout(Scope),
    /// An API key of another newsroom that may do everything.
    OtherKey,
}

/// What the table says of them: `None` lets them through, whatever the handler then says.
fn refusal(need: Need, who: Who) -> Option<u16> {
    use MemberRole::Owner;
    let is_key = matches!(who, Who::KeyWith(_) | Who::KeyWithout(_));
    let role = match who {
        Who::Member(role) => Some(role),
        Who::TiredOwner => Some(Owner),
        _ => None,
    };
    match (need, who) {
        (Need::Nothing, _) => None,
        (_, Who::Nobody) => Some(401),
        (_, Who::OtherKey) => Some(401),
        (Need::Account | Need::AccountProved, _) if is_key => Some(401),
        (Need::AccountProved, Who::TiredOwner | Who::TiredPlatformAdmin) => Some(403),
        (Need::Account | Need::AccountProved, _) => None,
        (Need::Platform | Need::PlatformProved, _) if is_key => Some(401),
        (Need::Platform, Who::PlatformAdmin | Who::TiredPlatformAdmin) => None,
        (Need::PlatformProved, Who::PlatformAdmin) => None,
        (Need::PlatformProved, Who::TiredPlatformAdmin) => Some(403),
        (Need::Platform | Need::PlatformProved, _) => Some(404),
        (Need::Member(_, Some(scope)), Who::KeyWith(own)) => (own != scope).then_some(403),
        (Need::Member(_, Some(scope)), Who::KeyWithout(other)) => (other == scope).then_some(403),
        (Need::Member(_, None) | Need::Proved(_), Who::KeyWith(_) | Who::KeyWithout(_)) => {
            Some(403)
        }
        (Need::Member(least, _) | Need::Proved(least), _) => match role {
            None => Some(404),
            Some(role) if role < least => Some(403),
            Some(_) if matches!(need, Need::Proved(_)) && who == Who::TiredOwner => Some(403),
            Some(_) => None,
        },
    }
}

/// Two newsrooms, and credentials of every kind for one of them.
struct Stage {
    app: App,
    with: BTreeMap<Scope, String>,
    without: BTreeMap<Scope, String>,
    other: String,
}

impl Stage {
    async fn set() -> Self {
        let app = App::start().await;
        app.tenant("the-post").await;
        app.tenant("the-times").await;
        let (mut with, mut without) = (BTreeMap::new(), BTreeMap::new());
        for scope in Scope::ALL {
            with.insert(scope, key(&app, "the-post", &[scope]).await);
            let others: Vec<_> = Scope::ALL
                .into_iter()
                .filter(|other| *other != scope)
                .collect();
            without.insert(scope, key(&app, "the-post", &others).await);
        }
        let other = key(&app, "the-times", &Scope::ALL).await;
        Self {
            app,
            with,
            without,
            other,
        }
    }

    /// Somebody new for each call: some calls end the session that they are made with.
    async fn person(&self, who: Who) -> Option<Person> {
        let email = format!("{}@people.example", Uuid::new_v4().simple());
        let person = self.app.person(&email).await;
        let account = person.account;
        let member = |slug: &str, role: &str| {
            format!(
                "insert into memberships (tenant_id, account_id, role) select id, '{account}', '{role}' from tenants where slug = '{slug}'"
            )
        };
        let tired = format!(
            "update sessions set proved_at = proved_at - interval '1 hour' where account_id = '{account}'"
        );
        let platform = format!("update accounts set platform_admin = true where id = '{account}'");
        let sql = match who {
            Who::Stranger => String::new(),
            Who::Member(role) => member("the-post", role.name()),
            Who::TiredOwner => format!("{}; {tired}", member("the-post", "owner")),
            Who::OtherOwner => member("the-times", "owner"),
            Who::PlatformAdmin => platform,
            Who::TiredPlatformAdmin => format!("{platform}; {tired}"),
            _ => return None,
        };
        self.app.database.execute(&sql).await;
        Some(person)
    }

    /// Calls a route: with a body that nobody can read, so that whoever is let in changes nothing.
    async fn call(&self, rule: &Rule, who: Who) -> Answer {
        let person = self.person(who).await;
        // Whoever calls may leave; otherwise a thing that isn't there.
        let member = person
            .as_ref()
            .map_or_else(Uuid::new_v4, |person| person.account);
        let path = rule
            .path
            .replace("/platform/tenants/{tenant}", "/platform/tenants/not-there")
            .replace("{tenant}", "the-post")
            .replace(
                "{deployment}",
                if *rule.method == Method::DELETE {
                    "not-there"
                } else {
                    "default"
                },
            )
            .replace("{member}", &member.to_string());
        let path = path
            .split('/')
            .map(|part| {
                if part.starts_with('{') {
                    Uuid::new_v4().to_string()
                } else {
                    part.to_owned()
                }
            })
            .collect::<Vec<_>>()
            .join("/");
        let request = match (&person, who) {
            (Some(person), _) => person.request(rule.method.clone(), &path),
            (None, Who::KeyWith(scope)) => self.bearer(rule, &path, &self.with[&scope]),
            (None, Who::KeyWithout(scope)) => self.bearer(rule, &path, &self.without[&scope]),
            (None, Who::OtherKey) => self.bearer(rule, &path, &self.other),
            (None, _) => self
                .app
                .request(rule.method.clone(), &path)
                .header("origin", PUBLIC_URL),
        };
        let request = request.header("content-type", "application/json");
        let reads = *rule.method == Method::GET || *rule.method == Method::DELETE;
        Answer::to(if reads { request } else { request.body("{") }).await
    }

    fn bearer(&self, rule: &Rule, path: &str, key: &str) -> reqwest::RequestBuilder {
        self.app.request(rule.method.clone(), path).bearer_auth(key)
    }
}

async fn key(app: &App, slug: &str, scopes: &[Scope]) -> String {
    let mut arguments = vec![
        "api-key", "create", "--tenant", slug, "--name", "k", "--json",
    ];
    for scope in scopes {
        arguments.extend(["--scope", scope.name()]);
    }
    let made = app.cli(&arguments).await.json();
    made["api_key"].as_str().unwrap().to_owned()
}

fn everybody(rule: &Rule) -> Vec<Who> {
    let mut all = vec![
        Who::Nobody,
        Who::Stranger,
        Who::Member(MemberRole::Viewer),
        Who::Member(MemberRole::Admin),
        Who::Member(MemberRole::Owner),
        Who::TiredOwner,
        Who::OtherOwner,
        Who::PlatformAdmin,
        Who::TiredPlatformAdmin,
        Who::OtherKey,
    ];
    match rule.need {
        Need::Member(_, Some(scope)) => all.extend([Who::KeyWith(scope), Who::KeyWithout(scope)]),
        _ => all.extend([
            Who::KeyWith(Scope::SettingsWrite),
            Who::KeyWithout(Scope::SettingsWrite),
        ]),
    }
    all
}

/// A quarter of the table: rows side by side, each on newsrooms of its own.
async fn check(quarter: usize) {
    let stage = Stage::set().await;
    // An owner who stays, so that others can leave.
    stage.app.member("the-post", "owner").await;
    let mut wrong = Vec::new();
    for rule in RULES.iter().skip(quarter).step_by(4) {
        for who in everybody(rule) {
            let answer = stage.call(rule, who).await;
            let good = match refusal(rule.need, who) {
                Some(status) => answer.status == status,
                None => !matches!(answer.status, 401 | 403) && answer.status < 500,
            };
            if !good {
                wrong.push(format!(
                    "{} {} by {who:?}: {} {}",
                    rule.method,
                    rule.path,
                    answer.status,
                    answer.problem()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn the_first_quarter_of_the_table_is_kept() {
    check(0).await;
}

#[tokio::test]
async fn the_second_quarter_of_the_table_is_kept() {
    check(1).await;
}

#[tokio::test]
async fn the_third_quarter_of_the_table_is_kept() {
    check(2).await;
}

#[tokio::test]
async fn the_last_quarter_of_the_table_is_kept() {
    check(3).await;
}
