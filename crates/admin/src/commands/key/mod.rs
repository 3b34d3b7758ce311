//! `lanyard key`: signing keys.

mod end;
mod export;
mod make;
mod status;

pub(super) use export::export_settings;

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use lanyard_core::{id::Kid, key::Algorithm, signing_key::KeySet, tenant::Policy};
use lanyard_storage::{keys, tenants};

use super::{Place, parse_duration, read_input};
use crate::{
    acts::signing_keys::{self as acts, Refused, Seen},
    output::{Failure, Outcome, Output},
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
    /// Sign with a key that was pending, once Talk knows it; the key that was active goes on verifying
    #[command(
        after_help = "Example, with which Talk never meets a key that it doesn't know:\n  lanyard key create --tenant the-post --kid new\n  lanyard key export --tenant the-post --as talk      put this into Talk's settings, restart it, then\n  lanyard key activate --tenant the-post new"
    )]
    Activate(Which),
    /// End a key that no longer signs, before its time
    Retire(Retire),
    /// End a key at once, because somebody else may have it
    Revoke(Which),
    /// List the keys: which signs, when each was last used, and when an old one can go
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Show one key
    Show(Which),
    /// Say how far a rotation has come, and what to do next
    Rotation {
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
    pub(super) place: Place,
    /// Id of the key [default: the day and random letters]
    #[arg(long)]
    pub(super) kid: Option<Kid>,
    /// Algorithm
    #[arg(long, default_value = "HS256")]
    pub(super) alg: Algorithm,
    /// Sign with it from now on; the key that was active goes on verifying
    #[arg(long)]
    pub(super) activate: bool,
}

#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(flatten)]
    pub(super) place: Place,
    /// Id of the key [default: the one in the file, else the day and random letters]
    #[arg(long)]
    pub(super) kid: Option<Kid>,
    /// Algorithm: what TALK_JWT_ALG says
    #[arg(long, default_value = "HS256")]
    pub(super) alg: Algorithm,
    /// File to read, or - for standard input
    #[arg(long)]
    pub(super) file: String,
    /// Sign with it from now on; the key that was active goes on verifying
    #[arg(long)]
    pub(super) activate: bool,
    /// Verify tokens that others sign with it, but never sign: for Talk's further secrets, or a public key
    #[arg(long, conflicts_with = "activate")]
    pub(super) verify_only: bool,
    /// Take a secret of 16 to 31 bytes
    #[arg(long)]
    pub(super) accept_weak: bool,
    /// Take a key although another deployment or newsroom has it
    #[arg(long)]
    pub(super) accept_shared: bool,
    /// Longest lifetime of tokens accepted under it, which others sign too
    #[arg(long, value_parser = parse_duration, value_name = "DURATION")]
    pub(super) accept_lifetime: Option<i64>,
}

#[derive(Debug, Args)]
pub(super) struct Rotate {
    #[command(flatten)]
    pub(super) place: Place,
    /// Id of the new key [default: the day and random letters]
    #[arg(long)]
    pub(super) kid: Option<Kid>,
    /// Algorithm of the new key [default: that of the old one]
    #[arg(long)]
    pub(super) alg: Option<Algorithm>,
    /// How long the old key goes on verifying [default: the longest life of its tokens]
    #[arg(long, value_parser = parse_duration, value_name = "DURATION")]
    pub(super) overlap: Option<i64>,
}

#[derive(Debug, Args)]
pub(super) struct Which {
    #[command(flatten)]
    pub(super) place: Place,
    /// Id of the key
    #[arg(value_name = "KID", required_unless_present = "named")]
    pub(super) kid: Option<Kid>,
    /// Id of the key, as an option
    #[arg(long = "kid", value_name = "KID", conflicts_with = "kid")]
    pub(super) named: Option<Kid>,
}

impl Which {
    /// The id that was named, either way.
    pub(super) fn kid(&self) -> Option<&Kid> {
        self.kid.as_ref().or(self.named.as_ref())
    }

    fn required(&self) -> Outcome<&Kid> {
        self.kid().ok_or_else(|| Failure::new("which key?"))
    }
}

#[derive(Debug, Args)]
pub(super) struct Retire {
    #[command(flatten)]
    pub(super) which: Which,
    /// Retire it although readers may have tokens of it, which are refused from then on
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    pub(super) place: Place,
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

/// A deployment as it is before a command changes its keys.
async fn look(store: &Store, place: &Place) -> Outcome<Seen> {
    let mut tx = store.read(&place.tenant).await?;
    let seen = acts::look(&mut tx, &place.deployment).await;
    seen.map_err(|refused| match refused {
        Refused::NoDeployment => no_deployment(place),
        refused => told(refused),
    })
}

fn no_deployment(place: &Place) -> Failure {
    Failure::new(format!(
        "tenant `{}` has no deployment `{}`",
        place.tenant, place.deployment
    ))
}

/// Why something isn't done to a key, with the command that helps.
fn told(refused: Refused) -> Failure {
    let help = match &refused {
        Refused::NoKey(_) => "; `lanyard key list` shows them",
        Refused::NoActive => "; use `lanyard key create`",
        Refused::KidTaken(_) => "; name another with --kid",
        Refused::Signs(_) => "; put another in its place first with `lanyard key rotate`",
        Refused::Needed(..) => "; --force retires it all the same",
        Refused::Reused(_) => "; or, if you know better, pass --accept-shared",
        Refused::NotPending(..) => "; only a pending key with a private half can be activated",
        Refused::Meanwhile => "; look with `lanyard key list`, and try again",
        Refused::CantSign => ": import it with --verify-only",
        Refused::OtherKid(_) => " and --kid says otherwise: Talk would refuse its tokens",
        _ => "",
    };
    Failure::new(format!("{refused}{help}"))
}

/// A deployment's rules and keys.
pub(super) async fn load(store: &Store, place: &Place) -> Outcome<(Policy, KeySet)> {
    let mut tx = store.read(&place.tenant).await?;
    let tenant = tenants::load(&mut tx)
        .await?
        .ok_or_else(|| Failure::new(format!("there is no tenant `{}`", place.tenant)))?;
    let mut sets = keys::load_all(&mut tx, &store.master_keys).await?;
    let policy = tenant
        .policies
        .into_iter()
        .find(|policy| policy.name.as_str() == place.deployment)
        .ok_or_else(|| no_deployment(place))?;
    let keys = sets.remove(&policy.deployment).unwrap_or_default();
    Ok((policy, keys))
}

pub(super) async fn run(store: &Store, command: Command, output: Output) -> Outcome<ExitCode> {
    match command {
        Command::Create(args) => make::create(store, args, output).await?,
        Command::Import(args) => make::import(store, args, output).await?,
        Command::Rotate(args) => make::rotate(store, args, output).await?,
        Command::Activate(which) => make::activate(store, &which, output).await?,
        Command::Retire(args) => end::retire(store, args, output).await?,
        Command::Revoke(which) => end::revoke(store, which, output).await?,
        Command::List { place } => status::list(store, &place, output).await?,
        Command::Show(which) => status::show(store, &which, output).await?,
        Command::Rotation { place } => status::rotation(store, &place, output).await?,
        Command::Export(args) => export::export(store, args, output).await?,
    }
    Ok(ExitCode::SUCCESS)
}
