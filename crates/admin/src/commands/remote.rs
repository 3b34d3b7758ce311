//! Commands that a running server does, each as the request that it is.

use std::process::ExitCode;

use axum::http::Method;
use serde_json::{Value, json};

use super::{
    Command, api_key, audit, deployment, key, migrate_to_coral, setup, tenant, token, transfer,
    user,
};
use crate::{
    client::{Call, Client, segment},
    output::{Failure, Outcome, Output},
};

/// Entries of a list that are asked for at a time.
pub(super) const PAGE: i64 = 200;

/// Why a command can't be done on a server.
pub(super) fn no_such() -> Failure {
    Failure::new(
        "a server doesn't do this for an API key: run it where the database is, without --server",
    )
}

/// Does a command on a server.
pub(super) async fn run(client: &Client, command: &Command, output: Output) -> Outcome<ExitCode> {
    let mut most = usize::MAX;
    let call = match command {
        Command::User(user::Command::Import {
            tenant,
            file,
            strict,
        }) => {
            let path = of_tenant(tenant, "/users/import");
            return transfer::import(client, &path, file, *strict, output).await;
        }
        Command::User(user::Command::Export { tenant }) => {
            let path = of_tenant(tenant, "/users/export?format=ndjson");
            return transfer::print(client, &path)
                .await
                .map(|()| ExitCode::SUCCESS);
        }
        Command::Audit(audit::Command::Export(which)) => {
            let tenant = which.tenant.as_deref().ok_or_else(no_such)?;
            let path = of_tenant(tenant, "/audit-events/export");
            return transfer::print(client, &path)
                .await
                .map(|()| ExitCode::SUCCESS);
        }
        Command::Token(token::Command::Check(args)) => {
            return token::check(client, args, output).await;
        }
        Command::Audit(audit::Command::List(list)) => {
            most = usize::try_from(list.limit)?;
            Some(events(list)?)
        }
        Command::Tenant(tenant::Command::MigrateToCoral(args)) => {
            return migrate_to_coral::run(client, args, output).await;
        }
        Command::Tenant(command) => tenant(command)?,
        Command::Key(command) => key(command)?,
        Command::User(command) => user(command)?,
        Command::Token(command) => token(command)?,
        Command::ApiKey(command) => api_key(command),
        Command::Deployment(deployment::Command::Settings(shown)) => {
            setup::print(client, None, shown, output).await?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Deployment(command) => command.call(),
        Command::Member(command) => Some(command.call()),
        Command::Invitation(command) => Some(command.call()),
        Command::Usage { tenant, by_day } => {
            let by = if *by_day { "day" } else { "hour" };
            let path = of_tenant(tenant, &format!("/usage?by={by}"));
            Some(Call::new(Method::GET, path))
        }
        _ => None,
    };
    let call = call.ok_or_else(no_such)?;
    let answer = match call.method {
        Method::GET => client.list(&call, most).await?,
        _ => client.call(&call).await?,
    };
    show(&answer, output)?;
    Ok(ExitCode::SUCCESS)
}

/// The request for a list of events.
fn events(list: &audit::List) -> Outcome<Call> {
    let tenant = list.which.tenant.as_deref().ok_or_else(no_such)?;
    if list.before.is_some() {
        return Err(Failure::new("--before is for a list without --server"));
    }
    let time = |micros: Option<i64>| match micros {
        Some(micros) if micros % 1_000_000 != 0 => {
            Err(Failure::new("a server reads times in whole seconds"))
        }
        micros => Ok(micros.map(crate::audit::time)),
    };
    let mut path = of_tenant(
        tenant,
        &format!("/audit-events?limit={}", list.limit.min(PAGE)),
    );
    for (name, value) in [
        ("actor", list.actor.clone()),
        ("action", list.action.clone()),
        ("target", list.target.clone()),
        ("from", time(list.from)?),
        ("to", time(list.to)?),
    ] {
        if let Some(value) = value {
            path.push_str(&format!("&{name}={}", segment(&value)));
        }
    }
    Ok(Call::new(Method::GET, path))
}

/// Prints an answer: a list as a table, a thing as lines, or all as JSON.
pub(super) fn show(value: &Value, output: Output) -> Outcome {
    match (value["data"].as_array(), value) {
        (Some(list), _) => {
            let names = columns(list);
            let rows: Vec<_> = list
                .iter()
                .map(|row| names.iter().map(|name| text(&row[name.as_str()])).collect())
                .collect();
            let heads: Vec<_> = names
                .iter()
                .map(|name| name.replace('_', " ").to_uppercase())
                .collect();
            let heads: Vec<_> = heads.iter().map(String::as_str).collect();
            output.table(&heads, &rows, value)
        }
        (None, Value::Object(members)) => {
            let lines: Vec<_> = members
                .iter()
                .map(|(name, value)| format!("{}: {}", name.replace('_', " "), text(value)))
                .collect();
            output.result(&lines.join("\n"), value)
        }
        (None, Value::Null) => output.result("done", &json!({ "done": true })),
        (None, value) => output.result(&text(value), value),
    }
}

/// What is worth a column: members that every entry has, and that hold no lists of things.
fn columns(list: &[Value]) -> Vec<String> {
    let Some(Value::Object(first)) = list.first() else {
        return Vec::new();
    };
    let flat = |name: &String| list.iter().all(|row| !row[name.as_str()].is_object());
    let mut names: Vec<_> = first.keys().filter(|name| flat(name)).cloned().collect();
    // What a thing is called comes first; the rest is in the order of the alphabet.
    names.sort_by_key(|name| {
        let first = ["id", "kid", "slug", "name", "email"];
        first
            .iter()
            .position(|first| first == name)
            .unwrap_or(first.len())
    });
    names
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(", "),
        value => value.to_string(),
    }
}

/// A path of a newsroom's.
pub(super) fn of_tenant(tenant: &str, rest: &str) -> String {
    format!("/v1/tenants/{}{rest}", segment(tenant))
}

fn tenant(command: &tenant::Command) -> Outcome<Option<Call>> {
    Ok(match command {
        tenant::Command::Show { slug } => Some(Call::new(Method::GET, of_tenant(slug, ""))),
        tenant::Command::Update { slug, change } => {
            let call = Call::new(Method::PATCH, of_tenant(slug, "/settings"));
            Some(call.with(change.body()?))
        }
        _ => None,
    })
}

fn api_key(command: &api_key::Command) -> Option<Call> {
    Some(match command {
        api_key::Command::Create {
            tenant,
            name,
            expires_in,
            scopes,
            max_role,
            badges,
        } => {
            let scopes: std::collections::BTreeSet<_> = scopes.iter().flatten().collect();
            let scopes = (!scopes.is_empty()).then_some(scopes);
            Call::new(Method::POST, of_tenant(tenant, "/api-keys")).with(json!({
                "name": name, "expires_in": expires_in, "scopes": scopes, "max_role": max_role,
                "badges": badges.then_some(true),
            }))
        }
        api_key::Command::List { tenant } => Call::new(
            Method::GET,
            of_tenant(tenant, &format!("/api-keys?limit={PAGE}")),
        ),
        api_key::Command::Rotate {
            tenant,
            id,
            overlap,
        } => {
            let path = of_tenant(tenant, &format!("/api-keys/{id}/rotate"));
            Call::new(Method::POST, path).with(json!({ "overlap": overlap }))
        }
        api_key::Command::Revoke { tenant, id } => Call::new(
            Method::DELETE,
            of_tenant(tenant, &format!("/api-keys/{id}")),
        ),
    })
}

fn key(command: &key::Command) -> Outcome<Option<Call>> {
    let keys = |place: &super::Place, rest: &str| {
        let deployment = segment(&place.deployment);
        of_tenant(
            &place.tenant,
            &format!("/deployments/{deployment}/signing-keys{rest}"),
        )
    };
    let one = |which: &key::Which, rest: &str| {
        let kid = which.kid().map(|kid| segment(kid.as_str()));
        keys(&which.place, &format!("/{}{rest}", kid.unwrap_or_default()))
    };
    let act =
        |which: &key::Which, act: &str| Call::new(Method::POST, one(which, act)).with(json!({}));
    Ok(Some(match command {
        key::Command::Create(args) => Call::new(Method::POST, keys(&args.place, "")).with(
            json!({ "kid": args.kid, "algorithm": args.alg, "activate": args.activate.then_some(true) }),
        ),
        // Only where the database is does somebody know better.
        key::Command::Import(args) if args.accept_shared => return Ok(None),
        key::Command::Import(args) => {
            let bytes = super::read_input(&args.file)?;
            let text = str::from_utf8(&bytes)
                .map_err(|_| Failure::new("the key isn't UTF-8 text; import it where the database is"))?;
            Call::new(Method::POST, keys(&args.place, "/import")).with(json!({
                "key": text.trim_end_matches('\n'), "kid": args.kid, "algorithm": args.alg,
                "activate": args.activate.then_some(true), "verify_only": args.verify_only.then_some(true),
                "accept_weak": args.accept_weak.then_some(true), "accept_lifetime": args.accept_lifetime,
            }))
        }
        key::Command::Rotate(args) => Call::new(Method::POST, keys(&args.place, "/rotate"))
            .with(json!({ "kid": args.kid, "algorithm": args.alg, "overlap": args.overlap })),
        key::Command::Activate(which) => act(which, "/activate"),
        key::Command::Retire(args) => Call::new(Method::POST, one(&args.which, "/retire"))
            .with(json!({ "force": args.force.then_some(true) })),
        key::Command::Revoke(which) => act(which, "/revoke"),
        key::Command::Show(which) => Call::new(Method::GET, one(which, "")),
        key::Command::Rotation { place } => {
            let deployment = segment(&place.deployment);
            let path = format!("/deployments/{deployment}/rotation");
            Call::new(Method::GET, of_tenant(&place.tenant, &path))
        }
        key::Command::List { place } => Call::new(Method::GET, keys(place, "")),
        // Secrets leave in an owner's session only.
        key::Command::Export(_) => return Ok(None),
    }))
}

fn user(command: &user::Command) -> Outcome<Option<Call>> {
    let one = |which: &user::Which, rest: &str| -> Outcome<String> {
        let id = which.id()?;
        Ok(of_tenant(
            &which.tenant,
            &format!("/users/{}{rest}", segment(id.as_str())),
        ))
    };
    let act = |which: &user::Which, act: &str| -> Outcome<Call> {
        Ok(Call::new(Method::POST, one(which, act)?).with(json!({})))
    };
    Ok(Some(match command {
        user::Command::Get(which) => Call::new(Method::GET, one(which, "")?),
        user::Command::Disable(which) => act(which, "/disable")?,
        user::Command::Enable(which) => act(which, "/enable")?,
        user::Command::Delete(which) => Call::new(Method::DELETE, one(which, "")?),
        user::Command::Export { .. } | user::Command::Import { .. } => return Ok(None),
    }))
}

fn token(command: &token::Command) -> Outcome<Option<Call>> {
    Ok(match command {
        token::Command::Issue { place, user } => Some(
            Call::new(Method::POST, of_tenant(&place.tenant, "/tokens"))
                .with(json!({ "user": user, "deployment": place.deployment })),
        ),
        token::Command::Revoke(args) => Some(match (&args.user, &args.token) {
            (Some(user), _) => {
                let path = format!("/users/{}/revoke-tokens", segment(user));
                Call::new(Method::POST, of_tenant(&args.place.tenant, &path)).with(json!({}))
            }
            (None, token) => {
                let token = token::text_of(token.as_deref().unwrap_or_default())?;
                Call::new(
                    Method::POST,
                    of_tenant(&args.place.tenant, "/tokens/revoke"),
                )
                .with(json!({ "token": token, "deployment": args.place.deployment }))
            }
        }),
        token::Command::Check(_) | token::Command::Issuing { .. } => None,
    })
}
