//! `lanyard key`: signing keys.

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use lanyard_core::{
    id::Kid,
    key::{self, Algorithm, ImportOptions},
    signing_key::{KeySet, KeyState, Origin, SigningKey},
    talk,
    tenant::{CLOCK_SKEW, DEMO_ACCEPT_LIFETIME, MAX_TOKEN_LIFETIME, Policy},
};
use lanyard_storage::{WriteTx, keys, tenants};
use serde_json::{Map, Value, json};

use super::{Place, parse_duration, read_input, tenant::new_kid};
use crate::{
    output::{Failure, Outcome, Output, note, time},
    store::Store,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a key; it waits as pending unless the deployment has no active one
    Create(Create),
    /// Import a key that Talk uses already
    #[command(
        after_help = "Examples:\n  echo \"$TALK_JWT_SECRET\" | lanyard key import --tenant the-post --kid old --alg HS256 --file - --activate\n  lanyard key import --tenant the-post --alg RS256 --file talk-jwt.json\n\nFILE holds what Talk has: the text of TALK_JWT_SECRET, an entry of TALK_JWT_SECRETS, or PEMs."
    )]
    Import(Import),
    /// Make a new key and sign with it from now on; the old one goes on verifying, so nobody is logged out
    Rotate(Rotate),
    /// End a key that no longer signs, before its time
    Retire(Which),
    /// End a key at once, because somebody else may have it
    Revoke(Which),
    /// List the keys
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Print the settings that Talk needs
    #[command(
        after_help = "Example:\n  lanyard key export --tenant the-post --as talk >> talk.env"
    )]
    Export(Export),
}

#[derive(Debug, Args)]
pub(super) struct Create {
    #[command(flatten)]
    place: Place,
    /// Id of the key [default: the day and random letters]
    #[arg(long)]
    kid: Option<Kid>,
    /// Algorithm
    #[arg(long, default_value = "HS256")]
    alg: Algorithm,
    /// Sign with it from now on; the key that was active goes on verifying
    #[arg(long)]
    activate: bool,
}

#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(flatten)]
    place: Place,
    /// Id of the key [default: the one in the file, else the day and random letters]
    #[arg(long)]
    kid: Option<Kid>,
    /// Algorithm: what TALK_JWT_ALG says
    #[arg(long, default_value = "HS256")]
    alg: Algorithm,
    /// File to read, or - for standard input
    #[arg(long)]
    file: String,
    /// Sign with it from now on; the key that was active goes on verifying
    #[arg(long)]
    activate: bool,
    /// Take a secret of 16 to 31 bytes
    #[arg(long)]
    accept_weak: bool,
    /// Longest lifetime of tokens accepted under it, which others sign too
    #[arg(long, value_parser = parse_duration, value_name = "DURATION")]
    accept_lifetime: Option<i64>,
}

#[derive(Debug, Args)]
pub(super) struct Rotate {
    #[command(flatten)]
    place: Place,
    /// Id of the new key [default: the day and random letters]
    #[arg(long)]
    kid: Option<Kid>,
    /// Algorithm of the new key [default: that of the old one]
    #[arg(long)]
    alg: Option<Algorithm>,
    /// How long the old key goes on verifying [default: the longest life of its tokens]
    #[arg(long, value_parser = parse_duration, value_name = "DURATION")]
    overlap: Option<i64>,
}

#[derive(Debug, Args)]
pub(super) struct Which {
    #[command(flatten)]
    place: Place,
    /// Id of the key
    #[arg(value_name = "KID", required_unless_present = "named")]
    kid: Option<Kid>,
    /// Id of the key, as an option
    #[arg(long = "kid", value_name = "KID", conflicts_with = "kid")]
    named: Option<Kid>,
}

#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    place: Place,
    /// Form of the settings
    #[arg(long = "as", value_name = "FORM")]
    form: Form,
    /// Print private keys too, so that Talk can sign logins of its own
    #[arg(long)]
    with_private: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    /// Settings for Talk v4, as .env lines
    Talk,
    /// A JSON Web Key Set of the public keys
    Jwks,
}

/// A deployment's rules and keys.
pub(super) async fn load(store: &Store, place: &Place) -> Outcome<(Policy, KeySet)> {
    let mut tx = store.read(&place.tenant).await?;
    let tenant = tenants::load(&mut tx)
        .await?
        .ok_or_else(|| Failure::new(format!("there is no tenant `{}`", place.tenant)))?;
    let mut sets = keys::load(&mut tx, &store.master_keys).await?;
    let policy = tenant
        .policies
        .into_iter()
        .find(|policy| policy.name.as_str() == place.deployment)
        .ok_or_else(|| {
            Failure::new(format!(
                "tenant `{}` has no deployment `{}`",
                place.tenant, place.deployment
            ))
        })?;
    let keys = sets.remove(&policy.deployment).unwrap_or_default();
    Ok((policy, keys))
}

pub(super) async fn run(store: &Store, command: Command, output: Output) -> Outcome<ExitCode> {
    match command {
        Command::Create(args) => create(store, args, output).await?,
        Command::Import(args) => import(store, args, output).await?,
        Command::Rotate(args) => rotate(store, args, output).await?,
        Command::Retire(which) => retire(store, which, output).await?,
        Command::Revoke(which) => revoke(store, which, output).await?,
        Command::List { place } => list(store, &place, output).await?,
        Command::Export(args) => export(store, args, output).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn create(store: &Store, args: Create, output: Output) -> Outcome {
    let (policy, set) = load(store, &args.place).await?;
    let now = store.clock.now();
    let kid = args.kid.map_or_else(|| new_kid(now), Ok)?;
    let key = SigningKey::new(
        kid,
        key::generate(args.alg)?,
        KeyState::Pending,
        Origin::Generated,
        now,
    );
    let activate = args.activate || set.active().is_none();
    insert(
        store,
        &args.place,
        &policy,
        &set,
        key,
        activate,
        "key.create",
        output,
    )
    .await
}

async fn import(store: &Store, args: Import, output: Output) -> Outcome {
    let (policy, set) = load(store, &args.place).await?;
    let text = read_input(&args.file)?;
    let imported = key::import(
        &text,
        ImportOptions {
            algorithm: args.alg,
            accept_weak: args.accept_weak,
        },
    )?;
    let now = store.clock.now();
    let kid = match (args.kid, &imported.kid) {
        (Some(kid), Some(own)) if kid.as_str() != own => {
            return Err(Failure::new(format!(
                "the key calls itself `{own}` and --kid says `{kid}`: Talk would refuse its tokens"
            )));
        }
        (Some(kid), _) => kid,
        (None, Some(own)) => own.parse()?,
        (None, None) => new_kid(now)?,
    };
    let accept_lifetime = args.accept_lifetime.unwrap_or(DEMO_ACCEPT_LIFETIME);
    if !(60..=MAX_TOKEN_LIFETIME).contains(&accept_lifetime) {
        return Err(Failure::new(
            "--accept-lifetime must be 60 seconds to 400 days",
        ));
    }
    for warning in &imported.warnings {
        note(&format!("note: {warning}"));
    }
    let origin = Origin::Imported {
        accept_lifetime,
        form: imported.form,
    };
    let mut key = SigningKey::new(kid, imported.material, KeyState::Pending, origin, now);
    key.weak = imported.weak;
    insert(
        store,
        &args.place,
        &policy,
        &set,
        key,
        args.activate,
        "key.import",
        output,
    )
    .await
}

/// Stores a key; with `activate` it takes the place of the active one, which goes on verifying.
#[expect(
    clippy::too_many_arguments,
    reason = "the last step of two commands, with all that they found out"
)]
async fn insert(
    store: &Store,
    place: &Place,
    policy: &Policy,
    set: &KeySet,
    mut key: SigningKey,
    activate: bool,
    action: &str,
    output: Output,
) -> Outcome {
    if activate && !key.material.can_sign() {
        return Err(Failure::new(
            "a key without its private half can't sign: import it without --activate",
        ));
    }
    key.longest_lifetime = policy.token_lifetime;
    let now = store.clock.now();
    let mut tx = store.write(&place.tenant).await?;
    let replaced = if activate {
        key.state = KeyState::Active;
        let until = now + overlap(set) + CLOCK_SKEW;
        keys::replace_active(&mut tx, policy.deployment, now, until).await?
    } else {
        None
    };
    store_key(store, &mut tx, policy, &key, action).await?;
    tx.commit().await?.done();
    let mut text = format!(
        "key `{}` ({}) is {}",
        key.kid,
        key.algorithm(),
        key.state.name()
    );
    push_replaced(&mut text, replaced.as_ref());
    let value = json!({
        "kid": key.kid, "algorithm": key.algorithm(), "state": key.state.name(), "weak": key.weak,
        "replaced": replaced.as_ref().map(|old| json!({ "kid": old.kid, "verifies_until": old.until.map(time) })),
    });
    output.result(&text, &value)
}

async fn store_key(
    store: &Store,
    tx: &mut WriteTx,
    policy: &Policy,
    key: &SigningKey,
    action: &str,
) -> Outcome {
    if let Err(error) = keys::insert(tx, policy.deployment, key, &store.master_keys).await {
        return Err(if error.is_conflict(keys::KID_TAKEN) {
            Failure::new(format!(
                "the tenant has a key `{}` already; name another with --kid",
                key.kid
            ))
        } else {
            error.into()
        });
    }
    let detail = json!({ "deployment": policy.name, "algorithm": key.algorithm(), "state": key.state.name() });
    store.audit(tx, action, key.kid.as_str(), &detail).await
}

fn push_replaced(text: &mut String, replaced: Option<&keys::Replaced>) {
    match replaced {
        Some(keys::Replaced {
            kid,
            until: Some(until),
        }) => {
            text.push_str(&format!(
                "\nkey `{kid}` signs no more, and verifies until {}",
                time(*until)
            ));
        }
        Some(keys::Replaced { kid, until: None }) => {
            text.push_str(&format!(
                "\nkey `{kid}` never signed anything, and is retired"
            ));
        }
        None => {}
    }
}

/// How long the active key has to go on verifying so that none of its tokens dies early.
fn overlap(set: &KeySet) -> i64 {
    set.active().map_or(0, |key| match key.origin {
        Origin::Generated => key.longest_lifetime,
        Origin::Imported {
            accept_lifetime, ..
        } => accept_lifetime.max(key.longest_lifetime),
    })
}

async fn rotate(store: &Store, args: Rotate, output: Output) -> Outcome {
    let (policy, set) = load(store, &args.place).await?;
    let old = set.active().ok_or_else(|| {
        Failure::new("there is no active key to rotate; use `lanyard key create`")
    })?;
    let now = store.clock.now();
    let algorithm = args.alg.unwrap_or_else(|| old.algorithm());
    if algorithm != old.algorithm() {
        note(&format!(
            "note: Talk takes one algorithm for all keys. It must not get {algorithm} while tokens of `{}` live.",
            old.kid
        ));
    }
    let kid = args.kid.map_or_else(|| new_kid(now), Ok)?;
    let mut key = SigningKey::new(
        kid,
        key::generate(algorithm)?,
        KeyState::Active,
        Origin::Generated,
        now,
    );
    key.longest_lifetime = policy.token_lifetime;
    let mut tx = store.write(&args.place.tenant).await?;
    let until = now + args.overlap.unwrap_or_else(|| overlap(&set)) + CLOCK_SKEW;
    let replaced = keys::replace_active(&mut tx, policy.deployment, now, until).await?;
    // Two rotations at once: the second would replace the key of the first, which nobody has seen yet.
    if replaced
        .as_ref()
        .is_none_or(|replaced| replaced.kid != old.kid.as_str())
    {
        return Err(Failure::new(
            "somebody else has just rotated this deployment's key; look with `lanyard key list`",
        ));
    }
    store_key(store, &mut tx, &policy, &key, "key.rotate").await?;
    tx.commit().await?.done();
    let mut text = format!("key `{}` ({algorithm}) signs from now on", key.kid);
    push_replaced(&mut text, replaced.as_ref());
    note(
        "Give Talk the new settings now (`lanyard key export --as talk`): it refuses tokens of a key that it doesn't have.",
    );
    let value = json!({
        "kid": key.kid, "algorithm": algorithm, "state": "active",
        "replaced": replaced.as_ref().map(|old| json!({ "kid": old.kid, "verifies_until": old.until.map(time) })),
    });
    output.result(&text, &value)
}

impl Which {
    /// The key that is meant, and the state that it is in.
    async fn find(&self, store: &Store) -> Outcome<(Kid, KeyState)> {
        let kid = self
            .kid
            .as_ref()
            .or(self.named.as_ref())
            .ok_or_else(|| Failure::new("which key?"))?;
        let (_, set) = load(store, &self.place).await?;
        let key = set.get(kid.as_str()).ok_or_else(|| {
            Failure::new(format!(
                "there is no key `{kid}`; `lanyard key list` shows them"
            ))
        })?;
        Ok((key.kid.clone(), key.state.at(store.clock.now())))
    }
}

async fn retire(store: &Store, which: Which, output: Output) -> Outcome {
    let (kid, state) = which.find(store).await?;
    if state == KeyState::Active {
        return Err(Failure::new(format!(
            "`{kid}` signs; put another in its place first with `lanyard key rotate`"
        )));
    }
    let mut tx = store.write(&which.place.tenant).await?;
    let changed = keys::retire(&mut tx, &kid, store.clock.now()).await?;
    if changed {
        store
            .audit(
                &mut tx,
                "key.retire",
                kid.as_str(),
                &json!({ "was": state.name() }),
            )
            .await?;
        tx.commit().await?.done();
    }
    output.result(
        &format!("key `{kid}` is retired"),
        &json!({ "kid": kid, "state": "retired", "changed": changed }),
    )
}

async fn revoke(store: &Store, which: Which, output: Output) -> Outcome {
    let (kid, state) = which.find(store).await?;
    let mut tx = store.write(&which.place.tenant).await?;
    keys::revoke(&mut tx, &kid, store.clock.now()).await?;
    store
        .audit(
            &mut tx,
            "key.revoke",
            kid.as_str(),
            &json!({ "was": state.name() }),
        )
        .await?;
    tx.commit().await?.done();
    if state == KeyState::Active {
        note("The deployment has no key that signs now; `lanyard key create` makes one.");
    }
    note(
        "Talk verifies alone: take the key out of its settings and restart it, or it accepts tokens of this key on.",
    );
    output.result(
        &format!("key `{kid}` is revoked"),
        &json!({ "kid": kid, "state": "revoked" }),
    )
}

async fn list(store: &Store, place: &Place, output: Output) -> Outcome {
    let (_, set) = load(store, place).await?;
    let now = store.clock.now();
    let mut rows = Vec::new();
    let mut values = Vec::new();
    for key in set.iter() {
        let state = key.state.at(now);
        let until = if let KeyState::Retiring { until } = state {
            Some(time(until))
        } else {
            None
        };
        let origin = if matches!(key.origin, Origin::Generated) {
            "generated"
        } else {
            "imported"
        };
        rows.push(vec![
            key.kid.to_string(),
            key.algorithm().to_string(),
            state.name().to_owned(),
            origin.to_owned(),
            time(key.created_at),
            until.clone().unwrap_or_default(),
        ]);
        values.push(json!({
            "kid": key.kid, "algorithm": key.algorithm(), "state": state.name(), "origin": origin, "weak": key.weak,
            "created_at": time(key.created_at), "verifies_until": until,
        }));
    }
    output.table(
        &["KID", "ALG", "STATE", "ORIGIN", "CREATED", "VERIFIES UNTIL"],
        &rows,
        &json!(values),
    )
}

async fn export(store: &Store, args: Export, output: Output) -> Outcome {
    let (policy, set) = load(store, &args.place).await?;
    let now = store.clock.now();
    if matches!(args.form, Form::Jwks) {
        let keys: Vec<_> = set
            .iter()
            .filter(|key| key.state == KeyState::Pending || key.state.verifies(now))
            .filter_map(|key| key.material.public_jwk(key.kid.as_str()))
            .collect();
        let value = json!({ "keys": keys });
        return output.result(&value.to_string(), &value);
    }
    let settings = talk::settings(&policy, &set, args.with_private, now)?;
    // Secrets leave: that is written down before anybody sees them.
    let mut tx = store.write(&args.place.tenant).await?;
    let detail = json!({ "as": "talk", "with_private": args.with_private });
    store
        .audit(&mut tx, "key.export", policy.name.as_str(), &detail)
        .await?;
    tx.commit().await?.done();
    for line in &settings.notes {
        note(&format!("note: {line}"));
    }
    let lines: Vec<_> = settings
        .variables
        .iter()
        .map(|(name, value)| talk::env_line(name, value))
        .collect();
    let text = zeroize::Zeroizing::new(
        lines
            .iter()
            .map(|line| line.as_str())
            .collect::<Vec<_>>()
            .join("\n"),
    );
    let value: Map<String, Value> = settings
        .variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value.as_str())))
        .collect();
    output.result(&text, &Value::Object(value))
}
