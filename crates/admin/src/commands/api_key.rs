//! `lanyard api-key`: what a CMS shows.

use std::{collections::BTreeSet, process::ExitCode};

use clap::Subcommand;
use lanyard_core::{
    api_key::{ApiKey, PlainApiKey},
    id::ApiKeyId,
    profile::Ceiling,
    scope::Scope,
    user::Role,
};
use lanyard_storage::{WriteTx, api_keys};
use serde_json::json;
use uuid::Uuid;

use super::{parse_duration, remote, tenant::new_id};
use crate::{
    output::{Failure, Outcome, Output, note, time},
    store::Store,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an API key; it is printed once and never again
    Create {
        /// Newsroom
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// What it is for
        #[arg(long)]
        name: String,
        /// When it ends, such as 90d [default: never]
        #[arg(long, value_parser = parse_duration, value_name = "DURATION")]
        expires_in: Option<i64>,
        /// What it may do, such as users:read; `all` for everything [default: issue, introspect and revoke tokens]
        #[arg(long = "scope", value_name = "SCOPE", value_parser = parse_scopes)]
        scopes: Vec<BTreeSet<Scope>>,
        /// The highest role that its tokens may carry in Coral, such as STAFF [default: none]
        #[arg(long, value_name = "ROLE", value_parser = parse_role)]
        max_role: Option<Role>,
        /// Its tokens carry badges in Coral
        #[arg(long)]
        badges: bool,
    },
    /// List the API keys, without the keys
    List {
        /// Newsroom
        #[arg(long, value_name = "SLUG")]
        tenant: String,
    },
    /// Put a new API key in the place of one, which goes on for a while
    Rotate {
        /// Newsroom
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// Id of the API key, from the list
        id: Uuid,
        /// For how long the old key goes on [default: a week]
        #[arg(long, value_parser = parse_duration, value_name = "DURATION")]
        overlap: Option<i64>,
    },
    /// Refuse an API key from now on
    Revoke {
        /// Newsroom
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// Id of the API key, from the list
        id: Uuid,
    },
}

pub(super) fn parse_role(text: &str) -> Result<Role, String> {
    Role::parse(text)
        .map_err(|_| "must be one of COMMENTER, MEMBER, STAFF, MODERATOR and ADMIN".to_owned())
}

fn parse_scopes(text: &str) -> Result<BTreeSet<Scope>, String> {
    if text == "all" {
        return Ok(Scope::ALL.into());
    }
    match text.parse() {
        Ok(scope) => Ok([scope].into()),
        Err(error) => {
            let names: Vec<_> = Scope::ALL.iter().map(|scope| scope.name()).collect();
            Err(format!("{error}; there are all, {}", names.join(", ")))
        }
    }
}

/// Makes an API key within a transaction.
///
/// # Errors
/// The name is no name, or the database fails.
pub(crate) async fn create(
    store: &Store,
    tx: &mut WriteTx,
    slug: &lanyard_core::id::Slug,
    name: &str,
    expires_at: Option<i64>,
    (scopes, ceiling): (BTreeSet<Scope>, Ceiling),
) -> Outcome<(ApiKeyId, PlainApiKey)> {
    if name.trim().is_empty() || name.chars().count() > 255 || name.chars().any(char::is_control) {
        return Err(Failure::new(
            "a name has 1 to 255 characters, none of them control characters",
        ));
    }
    let plain = PlainApiKey::generate(slug)?;
    let key = ApiKey {
        id: ApiKeyId(new_id()),
        name: name.to_owned(),
        expires_at,
        scopes,
        deployments: None,
        ceiling,
    };
    api_keys::create(tx, &key, &plain, &store.actor(), store.clock.now()).await?;
    store
        .audit(
            tx,
            "api_key.create",
            &key.id.to_string(),
            &json!({ "name": name }),
        )
        .await?;
    Ok((key.id, plain))
}

pub(super) async fn run(store: &Store, command: Command, output: Output) -> Outcome<ExitCode> {
    match command {
        Command::Create {
            tenant,
            name,
            expires_in,
            scopes,
            max_role,
            badges,
        } => {
            let scopes: BTreeSet<_> = scopes.into_iter().flatten().collect();
            let scopes = if scopes.is_empty() {
                Scope::cms()
            } else {
                scopes
            };
            let mut tx = store.write(&tenant).await?;
            let expires_at = expires_in.map(|seconds| store.clock.now() + seconds);
            let power = (scopes, Ceiling { max_role, badges });
            let (id, plain) =
                create(store, &mut tx, &tenant.parse()?, &name, expires_at, power).await?;
            tx.commit().await?.done();
            let value = json!({ "id": id, "name": name, "api_key": plain.reveal(), "expires_at": expires_at.map(time) });
            output.result(plain.reveal(), &value)?;
            note("Keep it now: it is stored as a hash and can't be shown again.");
        }
        Command::List { tenant } => list(store, &tenant, output).await?,
        command @ Command::Rotate { .. } => {
            let command = super::Command::ApiKey(command);
            return remote::run(&store.client()?, &command, output).await;
        }
        Command::Revoke { tenant, id } => {
            let mut tx = store.write(&tenant).await?;
            if !api_keys::revoke(&mut tx, ApiKeyId(id), store.clock.now()).await? {
                return Err(Failure::new(format!(
                    "there is no API key {id}; `lanyard api-key list` shows them"
                )));
            }
            store
                .audit(&mut tx, "api_key.revoke", &id.to_string(), &json!({}))
                .await?;
            tx.commit().await?.done();
            output.result(
                &format!("API key {id} is revoked"),
                &json!({ "id": id, "state": "revoked" }),
            )?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(store: &Store, tenant: &str, output: Output) -> Outcome {
    let mut tx = store.read(tenant).await?;
    let keys = api_keys::list(&mut tx, None, i64::MAX).await?;
    let now = store.clock.now();
    let state = |key: &api_keys::ApiKeyRow| match (key.revoked_at, key.expires_at) {
        (Some(_), _) => "revoked",
        (None, Some(end)) if end <= now => "expired",
        _ => "active",
    };
    let rows: Vec<_> = keys
        .iter()
        .map(|key| {
            vec![
                key.id.to_string(),
                key.name.clone(),
                format!("…{}", key.tail),
                state(key).to_owned(),
                time(key.created_at),
            ]
        })
        .collect();
    let values: Vec<_> = keys
        .iter()
        .map(|key| {
            json!({
                "id": key.id, "name": key.name, "tail": key.tail, "state": state(key),
                "created_at": time(key.created_at), "expires_at": key.expires_at.map(time),
                "revoked_at": key.revoked_at.map(time),
            })
        })
        .collect();
    output.table(
        &["ID", "NAME", "ENDS IN", "STATE", "CREATED"],
        &rows,
        &json!(values),
    )
}
