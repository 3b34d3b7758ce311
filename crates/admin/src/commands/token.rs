//! `lanyard token`: readers' tokens and issuing tokens.

mod check;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use lanyard_core::{
    id::{Kid, TenantId},
    profile::Ceiling,
    revocation::{Revocation, Revocations, Subject},
    tenant::TenantStatus,
    token,
    user::UserId,
};
use lanyard_storage::{WriteTx, key_use, keys, revocations, tenants, users};
use serde_json::json;
use uuid::Uuid;

use super::{Place, key, parse_duration, read_input};
use crate::{
    output::{Failure, Outcome, Output, note, time},
    store::Store,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Issue a token for a reader
    Issue {
        #[command(flatten)]
        place: Place,
        /// The reader's id
        #[arg(long, value_name = "ID")]
        user: String,
    },
    /// Issue an issuing token, with which a CMS can ask for tokens as it asked the demo service
    Issuing {
        #[command(flatten)]
        place: Place,
        /// When it ends
        #[arg(long, value_parser = parse_duration, default_value = "365d", value_name = "DURATION")]
        expires_in: i64,
        /// It never ends, as the demo service's don't
        #[arg(long, conflicts_with = "expires_in")]
        no_expiry: bool,
    },
    /// Say why a token would or wouldn't be accepted by Talk or Coral and by Lanyard, rule by rule
    #[command(
        after_help = "Examples:\n  lanyard token check --tenant the-post eyJhbGciOi…\n  lanyard token check --tenant the-post - --settings talk.env < token.txt\n\nIt ends with 0 if the token is accepted, else with 1."
    )]
    Check(Check),
    /// Refuse a token, or all that a reader has, from now on
    Revoke(Revoke),
}

#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    pub(super) place: Place,
    /// The token, or - for standard input
    pub(super) token: String,
    /// What Talk or Coral is set to: a file with TALK_JWT_* in any form, or with Coral's secret; - for standard input
    #[arg(long, value_name = "FILE")]
    pub(super) settings: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Revoke {
    #[command(flatten)]
    pub(super) place: Place,
    /// The token, or - for standard input
    #[arg(required_unless_present = "user")]
    pub(super) token: Option<String>,
    /// All tokens of the reader with this id
    #[arg(long, value_name = "ID", conflicts_with = "token")]
    pub(super) user: Option<String>,
}

pub(super) use check::run as check;

pub(super) async fn run(store: &Store, command: Command, output: Output) -> Outcome<ExitCode> {
    match command {
        Command::Issue { place, user } => issue(store, &place, &user, output).await,
        Command::Issuing {
            place,
            expires_in,
            no_expiry,
        } => issuing(store, &place, (!no_expiry).then_some(expires_in), output).await,
        Command::Check(args) => {
            store.tenant(&args.place.tenant).await?;
            check::run(&store.client()?, &args, output).await
        }
        Command::Revoke(args) => revoke(store, args, output).await,
    }
}

/// What is revoked in a tenant now.
async fn load_revocations(store: &Store, tenant: TenantId) -> Outcome<Revocations> {
    let mut tx = store.database.read(tenant).await?;
    Ok(revocations::load(&mut tx, store.clock.now()).await?)
}

/// Notes that a key is about to sign, if it never did.
async fn mark_used(store: &Store, tenant: TenantId, kid: &Kid) -> Outcome {
    if keys::mark_used(&store.database, tenant, kid, store.clock.now()).await? {
        Ok(())
    } else {
        Err(Failure::new(
            "the key was replaced this very moment; try again",
        ))
    }
}

/// Issues a token for a reader who is in the directory.
///
/// # Errors
/// He isn't, or is disabled, or the deployment has no key that signs.
pub(crate) async fn issue_for(store: &Store, place: &Place, user: &str) -> Outcome<String> {
    let (policy, set) = key::load(store, place).await?;
    let id = UserId::parse(user)?;
    let tenant = store.tenant(&place.tenant).await?;
    let mut tx = store.database.read(tenant).await?;
    if tenants::load(&mut tx)
        .await?
        .is_some_and(|tenant| tenant.status == TenantStatus::Suspended)
    {
        return Err(Failure::new(format!(
            "tenant `{0}` is suspended; `lanyard tenant resume {0}` ends that",
            place.tenant
        )));
    }
    let row = users::get(&mut tx, &id).await?.ok_or_else(|| {
        Failure::new(format!(
            "there is no reader with this id in `{}`; import them with `lanyard user import`",
            place.tenant
        ))
    })?;
    tx.end().await?;
    if row.disabled_at.is_some() {
        return Err(Failure::new(
            "the reader is disabled; `lanyard user enable` lets them in again",
        ));
    }
    let signing = set.active().ok_or_else(|| {
        Failure::new("the deployment has no active key; make one with `lanyard key create`")
    })?;
    let now = store.clock.now();
    mark_used(store, tenant, &signing.kid).await?;
    let earliest = load_revocations(store, tenant)
        .await?
        .earliest_issue(&id, &signing.kid);
    let issued_at = now.max(earliest);
    let wanted = token::Wanted {
        user: &id,
        record: Some(&row.user),
        ceiling: Ceiling::OPEN,
        now: issued_at,
        token_id: Uuid::new_v4(),
    };
    let token = token::issue(&policy, signing, &wanted)?;
    let end = issued_at + policy.token_lifetime;
    key_use::count(&store.database, tenant, &signing.kid, issued_at, end).await?;
    Ok(token)
}

async fn issue(store: &Store, place: &Place, user: &str, output: Output) -> Outcome<ExitCode> {
    let token = issue_for(store, place, user).await?;
    output.result(&token, &json!({ "token": token }))?;
    Ok(ExitCode::SUCCESS)
}

async fn issuing(
    store: &Store,
    place: &Place,
    expires_in: Option<i64>,
    output: Output,
) -> Outcome<ExitCode> {
    let (policy, set) = key::load(store, place).await?;
    if !policy.issuing.accepted {
        return Err(Failure::new(format!(
            "tenant `{}` doesn't accept issuing tokens (tenant create --accept-issuing-tokens). An API key does the \
             same and can be revoked by itself: lanyard api-key create --tenant {} --name cms",
            place.tenant, place.tenant
        )));
    }
    let signing = set.active().ok_or_else(|| {
        Failure::new("the deployment has no active key; make one with `lanyard key create`")
    })?;
    let now = store.clock.now();
    let tenant = store.tenant(&place.tenant).await?;
    mark_used(store, tenant, &signing.kid).await?;
    let (expires_at, token_id) = (expires_in.map(|seconds| now + seconds), Uuid::new_v4());
    let token = token::issue_issuing(&policy, signing, now, expires_at, token_id)?;
    let mut tx = store.write(&place.tenant).await?;
    store
        .audit(
            &mut tx,
            "issuing_token.create",
            &token_id.to_string(),
            &json!({ "expires_at": expires_at }),
        )
        .await?;
    tx.commit().await?.done();
    output.result(
        &token,
        &json!({ "token": token, "jti": token_id, "expires_at": expires_at.map(time) }),
    )?;
    note(&format!(
        "It is good for as long as key `{}` verifies{}. An API key is the safer choice.",
        signing.kid,
        expires_at.map_or_else(String::new, |end| format!(", at most until {}", time(end)))
    ));
    Ok(ExitCode::SUCCESS)
}

/// The token that is meant, which may be on standard input.
pub(super) fn text_of(token: &str) -> Outcome<String> {
    let text = if token == "-" {
        String::from_utf8(read_input("-")?.to_vec())?
    } else {
        token.to_owned()
    };
    Ok(text.trim().to_owned())
}

async fn revoke(store: &Store, args: Revoke, output: Output) -> Outcome<ExitCode> {
    let now = store.clock.now();
    // Everything is read before the write begins: it holds up all others of the tenant.
    let (revocation, named) = match &args.user {
        Some(user) => {
            let id = UserId::parse(user)?;
            (
                Revocation::before(Subject::User(id.as_str().into()), now),
                Some(id),
            )
        }
        None => {
            let token = text_of(args.token.as_deref().unwrap_or_default())?;
            let (policy, set) = key::load(store, &args.place).await?;
            let named = token::name(&policy, &set, &token, now).map_err(|refusal| {
                Failure::new(format!(
                    "the token isn't good for anything anyway: {refusal}"
                ))
            })?;
            let token_id = named.token_id.ok_or_else(|| {
                Failure::new(
                    "the token has no `jti`, so it can't be told from others: revoke its reader's tokens (--user), or \
                     its key",
                )
            })?;
            (Revocation::token(&token_id, named.expires_at), None)
        }
    };
    let mut tx = store.write(&args.place.tenant).await?;
    revocations::add(&mut tx, &revocation).await?;
    let (action, target) = match (&named, &revocation.subject) {
        (Some(id), _) => (
            "user.revoke_tokens",
            stand_in(&mut tx, id).await?.to_string(),
        ),
        (None, subject) => ("token.revoke", subject.columns().1),
    };
    let until = revocation.expires_at.map(time);
    store
        .audit(&mut tx, action, &target, &json!({ "kept_until": until }))
        .await?;
    tx.commit().await?.done();
    let (text, value) = match named {
        Some(_) => (
            "the reader's tokens are revoked",
            json!({ "revoked": true, "before": time(now) }),
        ),
        None => (
            "the token is revoked",
            json!({ "revoked": true, "jti": target }),
        ),
    };
    output.result(text, &value)?;
    note(
        "Talk verifies alone: it goes on accepting what it knows until that expires, or the reader logs out there.",
    );
    Ok(ExitCode::SUCCESS)
}

/// What the audit log calls a reader. For one who isn't in the directory nothing is kept that says who it was.
async fn stand_in(tx: &mut WriteTx, id: &UserId) -> Outcome<Uuid> {
    let fresh = Uuid::new_v4();
    Ok(match users::current(tx, id).await? {
        Some(_) => users::surrogate(tx, id, fresh).await?,
        None => fresh,
    })
}
