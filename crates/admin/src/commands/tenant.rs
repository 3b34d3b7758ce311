//! `lanyard tenant`: newsrooms.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Subcommand};
use lanyard_core::{
    id::{DeploymentId, Slug, TenantId},
    key::{self, Algorithm},
    signing_key::{KeyState, Origin, SigningKey},
    tenant::{
        ClaimPath, ClaimText, DEFAULT_TOKEN_LIFETIME, IssuingRule, Policy, TenantStatus,
        TokenProfile,
    },
};
use lanyard_storage::{StorageError, WriteTx, keys, tenants};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{demo, parse_duration};
use crate::{
    acts::signing_keys,
    output::{Failure, Outcome, Output, note, time},
    store::Store,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a newsroom with its first deployment and signing key
    #[command(
        after_help = "Example:\n  lanyard tenant create the-post --issuer https://talk.the-post.example --audience talk"
    )]
    Create(Create),
    /// List all newsrooms
    List,
    /// Show a newsroom and its deployments
    Show {
        /// Newsroom
        slug: String,
    },
    /// Change a newsroom's settings
    #[command(
        after_help = "Example:\n  lanyard tenant update the-post --accept-issuing-tokens false"
    )]
    Update {
        /// Newsroom
        slug: String,
        /// Whether issuing tokens are accepted as the demo service mints them, not only API keys
        #[arg(long, value_name = "BOOL", action = clap::ArgAction::Set)]
        accept_issuing_tokens: bool,
    },
    /// Serve a newsroom no more: its tokens and API keys are refused within a second
    Suspend {
        /// Newsroom
        slug: String,
        /// Why, for the log
        #[arg(long)]
        reason: Option<String>,
    },
    /// Serve a suspended newsroom again
    Resume {
        /// Newsroom
        slug: String,
    },
    /// Take over from the demo service (talk-token-example): its secret, settings and users
    #[command(
        after_help = "Example:\n  lanyard tenant import-demo the-post ~/talk-token-example\n\nReads .env and db.json as they are. Readers keep their tokens, and your CMS its issuing token:\nit only calls https://HOST/t/the-post/ instead."
    )]
    ImportDemo {
        /// Name of the newsroom that is made
        slug: Slug,
        /// Folder of the demo service
        folder: PathBuf,
        /// Take a secret of 16 to 31 bytes
        #[arg(long)]
        accept_weak: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// Name in URLs: a-z, 0-9 and hyphens
    slug: Slug,
    /// Name for people [default: the slug]
    #[arg(long)]
    name: Option<String>,
    /// Issuer of its tokens: the root URL of its Talk, or what TALK_JWT_ISSUER says
    #[arg(long)]
    issuer: String,
    /// Audience of its tokens: what TALK_JWT_AUDIENCE says
    #[arg(long, default_value = "talk")]
    audience: String,
    /// Where the reader's id sits in a token: what TALK_JWT_USER_ID_CLAIM says
    #[arg(long, default_value = "sub", value_name = "PATH")]
    user_id_claim: ClaimPath,
    /// Lifetime of a token, such as 6h
    #[arg(long, value_parser = parse_duration, default_value = "6h", value_name = "DURATION")]
    token_lifetime: i64,
    /// Algorithm of its first key
    #[arg(long, default_value = "HS256")]
    alg: Algorithm,
    /// Accept issuing tokens as the demo service mints them, not only API keys
    #[arg(long)]
    accept_issuing_tokens: bool,
    /// Allow readers' ids that look like e-mail addresses, although Talk takes such an id for the account that has it
    #[arg(long)]
    allow_email_ids: bool,
}

/// A newsroom that is to be made.
#[derive(Debug)]
pub struct NewTenant {
    /// Name in URLs.
    pub slug: Slug,
    /// Name for people.
    pub name: Option<String>,
    /// The rules of its first deployment; the deployment's own id is made here.
    pub policy: Policy,
}

impl Create {
    fn into_new(self) -> Outcome<NewTenant> {
        let policy = Policy {
            deployment: DeploymentId(new_id()),
            name: Slug::default_deployment(),
            profile: TokenProfile::Talk,
            issuer: ClaimText::parse("the issuer", &self.issuer)?,
            audience: ClaimText::parse("the audience", &self.audience)?,
            user_id_claim: self.user_id_claim,
            token_lifetime: self.token_lifetime,
            issuing: IssuingRule::demo(self.accept_issuing_tokens),
            allow_email_ids: self.allow_email_ids,
        };
        Ok(NewTenant {
            slug: self.slug,
            name: self.name,
            policy,
        })
    }
}

/// A time-ordered id.
#[expect(
    clippy::disallowed_methods,
    reason = "the ids only have to ascend; nothing is decided by their time"
)]
pub(super) fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// The rules that a new newsroom gets unless it says otherwise.
pub(crate) fn default_policy(issuer: &str) -> Outcome<Policy> {
    Ok(Policy {
        deployment: DeploymentId(new_id()),
        name: Slug::default_deployment(),
        profile: TokenProfile::Talk,
        issuer: ClaimText::parse("the issuer", issuer)?,
        audience: ClaimText::parse("the audience", "talk")?,
        user_id_claim: ClaimPath::sub(),
        token_lifetime: DEFAULT_TOKEN_LIFETIME,
        issuing: IssuingRule::demo(false),
        allow_email_ids: false,
    })
}

/// Begins to make a newsroom; its first key is `key`, or one made here. The caller commits.
///
/// # Errors
/// A setting is wrong, or the slug or the issuer is taken.
pub(crate) async fn create(
    store: &Store,
    new: NewTenant,
    key: Option<SigningKey>,
    algorithm: Algorithm,
) -> Outcome<WriteTx> {
    new.policy.check()?;
    let now = store.clock.now();
    let mut key = match key {
        Some(key) => key,
        None => SigningKey::new(
            signing_keys::new_kid(now)?,
            key::generate(algorithm)?,
            KeyState::Active,
            Origin::Generated,
            now,
        ),
    };
    key.longest_lifetime = new.policy.token_lifetime;
    let row = tenants::NewTenant {
        id: TenantId(new_id()),
        name: new.name.unwrap_or_else(|| new.slug.to_string()),
        slug: new.slug,
        policy: new.policy,
    };
    let mut tx = match tenants::create(&store.database, &row).await {
        Ok(tx) => tx,
        Err(error) => return Err(taken(store, &row, error).await),
    };
    keys::insert(&mut tx, row.policy.deployment, &key, &store.master_keys).await?;
    let detail =
        json!({ "issuer": row.policy.issuer, "audience": row.policy.audience, "kid": key.kid });
    store
        .audit(&mut tx, "tenant.create", row.slug.as_str(), &detail)
        .await?;
    Ok(tx)
}

async fn taken(store: &Store, row: &tenants::NewTenant, error: StorageError) -> Failure {
    if error.is_conflict("tenants_slug_key") {
        return Failure::new(format!(
            "there is a tenant `{}` already; choose another name",
            row.slug
        ));
    }
    if error.is_conflict("issuers_pkey") {
        let issuer = row.policy.issuer.as_str();
        let holder = tenants::issuer_holder(&store.database, issuer)
            .await
            .ok()
            .flatten()
            .unwrap_or_default();
        return Failure::new(format!(
            "the issuer `{issuer}` belongs to tenant `{holder}`: no two tenants may share one, or a token of one could \
             pass for a token of the other"
        ));
    }
    error.into()
}

pub(super) async fn run(store: &Store, command: Command, output: Output) -> Outcome<ExitCode> {
    match command {
        Command::Create(args) => create_and_tell(store, args, output).await?,
        Command::List => {
            let tenants = tenants::list(&store.database).await?;
            let rows: Vec<_> = tenants
                .iter()
                .map(|tenant| {
                    vec![
                        tenant.slug.clone(),
                        tenant.status.clone(),
                        time(tenant.created_at),
                        tenant.name.clone(),
                    ]
                })
                .collect();
            let value: Vec<_> = tenants
                .iter()
                .map(|tenant| json!({ "id": tenant.id, "slug": tenant.slug, "name": tenant.name, "status": tenant.status, "created_at": time(tenant.created_at) }))
                .collect();
            output.table(&["SLUG", "STATUS", "CREATED", "NAME"], &rows, &json!(value))?;
        }
        Command::Show { slug } => {
            let value = describe(store, &slug).await?;
            output.result(&serde_json::to_string_pretty(&value)?, &value)?;
        }
        Command::Update {
            slug,
            accept_issuing_tokens,
        } => {
            let mut tx = store.write(&slug).await?;
            tenants::set_accept_issuing_tokens(&mut tx, accept_issuing_tokens).await?;
            let detail = json!({ "accept_issuing_tokens": accept_issuing_tokens });
            store
                .audit(&mut tx, "tenant.update", &slug, &detail)
                .await?;
            tx.commit().await?.done();
            output.result(
                &format!("tenant `{slug}` is updated"),
                &describe(store, &slug).await?,
            )?;
        }
        Command::Suspend { slug, reason } => {
            set_status(
                store,
                &slug,
                TenantStatus::Suspended,
                reason.as_deref(),
                output,
            )
            .await?;
            note("Talk verifies alone: it accepts tokens issued before until they expire.");
        }
        Command::Resume { slug } => {
            set_status(store, &slug, TenantStatus::Active, None, output).await?
        }
        Command::ImportDemo {
            slug,
            folder,
            accept_weak,
        } => {
            return demo::import(store, slug, &folder, accept_weak, output).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn create_and_tell(store: &Store, args: Create, output: Output) -> Outcome {
    let algorithm = args.alg;
    let new = args.into_new()?;
    let slug = new.slug.to_string();
    create(store, new, None, algorithm)
        .await?
        .commit()
        .await?
        .done();
    let value = describe(store, &slug).await?;
    output.result(&format!("made tenant `{slug}`"), &value)?;
    let next = [
        (format!("user import --tenant {slug} FILE"), "its readers"),
        (
            format!("api-key create --tenant {slug} --name cms"),
            "what its CMS shows",
        ),
        (
            format!("key export --tenant {slug} --as talk"),
            "settings for its Talk",
        ),
    ];
    let width = next
        .iter()
        .map(|(command, _)| command.len())
        .max()
        .unwrap_or_default();
    note("next:");
    for (command, what) in next {
        note(&format!("  lanyard {command:<width$}  {what}"));
    }
    Ok(())
}

async fn set_status(
    store: &Store,
    slug: &str,
    status: TenantStatus,
    reason: Option<&str>,
    output: Output,
) -> Outcome {
    let (word, action) = match status {
        TenantStatus::Active => ("active", "tenant.resume"),
        TenantStatus::Suspended => ("suspended", "tenant.suspend"),
    };
    let mut tx = store.write(slug).await?;
    let changed = tenants::set_status(&mut tx, status, reason).await?;
    if changed {
        store
            .audit(&mut tx, action, slug, &json!({ "reason": reason }))
            .await?;
        tx.commit().await?.done();
    }
    let text = if changed {
        format!("tenant `{slug}` is {word}")
    } else {
        format!("tenant `{slug}` was {word} already")
    };
    output.result(
        &text,
        &json!({ "tenant": slug, "status": word, "changed": changed }),
    )
}

/// A newsroom with its deployments and keys, as JSON.
pub(super) async fn describe(store: &Store, slug: &str) -> Outcome<Value> {
    let mut tx = store.read(slug).await?;
    let tenant = tenants::load(&mut tx)
        .await?
        .ok_or_else(|| Failure::new(format!("there is no tenant `{slug}`")))?;
    let mut sets = keys::load(&mut tx, &store.master_keys).await?;
    let deployments: Vec<_> = tenant
        .policies
        .iter()
        .map(|policy| {
            let keys = sets.remove(&policy.deployment).unwrap_or_default();
            let now = store.clock.now();
            json!({
                "name": policy.name,
                "kind": policy.profile,
                "issuer": policy.issuer,
                "audience": policy.audience,
                "user_id_claim": policy.user_id_claim,
                "token_lifetime": policy.token_lifetime,
                "keys": keys.iter().map(|key| json!({
                    "kid": key.kid, "algorithm": key.algorithm(), "state": key.state.at(now).name(),
                })).collect::<Vec<_>>(),
            })
        })
        .collect();
    let first = tenant.policies.first();
    Ok(json!({
        "id": tx.tenant,
        "slug": tenant.slug,
        "name": tenant.name,
        "status": tenant.status,
        "accept_issuing_tokens": first.is_some_and(|policy| policy.issuing.accepted),
        "allow_email_ids": first.is_some_and(|policy| policy.allow_email_ids),
        "deployments": deployments,
    }))
}
