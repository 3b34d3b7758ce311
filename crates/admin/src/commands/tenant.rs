//! `lanyard tenant`: newsrooms.

use std::{collections::BTreeSet, path::PathBuf, process::ExitCode};

use clap::{Args, Subcommand};
use lanyard_core::{
    deployment::Deployment,
    id::{DeploymentId, Slug, TenantId},
    key::Algorithm,
    origin::{Origin, Origins},
    profile::{Claims, CoralClaims, ProfileClaims, TalkClaims},
    tenant::{ClaimPath, ClaimText, IssuingRule, TenantStatus},
};
use lanyard_storage::{WriteTx, keys, tenants};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{demo, migrate_to_coral, parse_duration};
use crate::{
    newsroom::{self, NewTenant, Refusal},
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
        after_help = "Examples:\n  lanyard tenant update the-post --accept-issuing-tokens false\n  lanyard tenant update the-post --allow-origin https://www.the-post.example --allow-origin https://the-post.example"
    )]
    Update {
        /// Newsroom
        slug: String,
        #[command(flatten)]
        change: Change,
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
    /// Move from Talk v4 to Coral: what is in the way, both side by side, the cut-over, and the way back
    #[command(
        after_help = "Example:\n  lanyard tenant migrate-to-coral the-post --coral-url https://coral.the-post.example \\\n    --secret-file secret.txt --kid 5f3a9c0d1e2b4f6a\n  lanyard tenant migrate-to-coral the-post --cut-over"
    )]
    MigrateToCoral(migrate_to_coral::Move),
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
        /// Take a secret although another newsroom has it
        #[arg(long)]
        accept_shared: bool,
    },
}

/// What is to change.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(super) struct Change {
    /// Whether issuing tokens are accepted as the demo service mints them, not only API keys
    #[arg(long, value_name = "BOOL", action = clap::ArgAction::Set)]
    accept_issuing_tokens: Option<bool>,
    /// A site whose pages may exchange codes for tokens; say each, they take the place of those before
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<Origin>,
    /// No site's pages may exchange codes any more
    #[arg(long, conflicts_with = "allow_origin")]
    allow_no_origin: bool,
}

impl Change {
    /// The sites that are allowed from now on, if that changes.
    fn origins(&self) -> Outcome<Option<Origins>> {
        let changes = self.allow_no_origin || !self.allow_origin.is_empty();
        let origins: BTreeSet<_> = self.allow_origin.iter().cloned().collect();
        Ok(changes.then(|| origins.try_into()).transpose()?)
    }

    /// The change as the management API takes it.
    pub(super) fn body(&self) -> Outcome<Value> {
        let mut body = serde_json::Map::new();
        if let Some(accepted) = self.accept_issuing_tokens {
            body.insert("accept_issuing_tokens".to_owned(), json!(accepted));
        }
        if let Some(origins) = self.origins()? {
            body.insert("allowed_origins".to_owned(), json!(origins));
        }
        Ok(Value::Object(body))
    }
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// Name in URLs: a-z, 0-9 and hyphens
    slug: Slug,
    /// Name for people [default: the slug]
    #[arg(long)]
    name: Option<String>,
    /// What its first deployment is: talk (v4) or coral (5 to 9) [default: talk]
    #[arg(long, value_parser = ["talk", "coral"], hide_possible_values = true)]
    kind: Option<String>,
    /// Issuer of Talk's tokens: its root URL, or what TALK_JWT_ISSUER says
    #[arg(long, required_unless_present = "kind", required_if_eq("kind", "talk"))]
    issuer: Option<String>,
    /// Audience of Talk's tokens: what TALK_JWT_AUDIENCE says
    #[arg(long, default_value = "talk")]
    audience: String,
    /// Where the reader's id sits in Talk's tokens: what TALK_JWT_USER_ID_CLAIM says
    #[arg(long, default_value = "sub", value_name = "PATH")]
    user_id_claim: ClaimPath,
    /// Lifetime of a token, such as 6h
    #[arg(long, value_parser = parse_duration, default_value = "6h", value_name = "DURATION")]
    token_lifetime: i64,
    /// Algorithm of Talk's first key; Coral makes its own
    #[arg(long, default_value = "HS256")]
    alg: Algorithm,
    /// Accept issuing tokens as the demo service mints them, not only API keys
    #[arg(long)]
    accept_issuing_tokens: bool,
    /// Allow readers' ids that look like e-mail addresses, although Talk takes such an id for the account that has it
    #[arg(long)]
    allow_email_ids: bool,
}

impl Create {
    fn is_coral(&self) -> bool {
        self.kind.as_deref() == Some("coral")
    }

    fn into_new(self, now: i64) -> Outcome<NewTenant> {
        let coral = self.is_coral();
        let (claims, key) = match &self.issuer {
            Some(issuer) if !coral => {
                let claims = TalkClaims {
                    issuer: ClaimText::parse("the issuer", issuer)?,
                    audience: ClaimText::parse("the audience", &self.audience)?,
                    user_id_claim: self.user_id_claim,
                    profile: ProfileClaims::default(),
                };
                let key = newsroom::first_key(self.alg, now)?;
                (Claims::Talk(claims), Some(key))
            }
            Some(_) => {
                return Err(Failure::new(
                    "--issuer is for Talk: Coral's tokens have none",
                ));
            }
            None => (Claims::Coral(CoralClaims::default()), None),
        };
        let deployment = Deployment {
            id: DeploymentId(new_id()),
            name: Slug::default_deployment(),
            root_url: None,
            claims,
            token_lifetime: self.token_lifetime,
        };
        Ok(NewTenant {
            name: self.name,
            issuing: IssuingRule::demo(self.accept_issuing_tokens),
            allow_email_ids: self.allow_email_ids,
            ..NewTenant::new(self.slug, deployment, key)
        })
    }
}

/// A time-ordered id.
#[expect(
    clippy::disallowed_methods,
    reason = "the ids only have to ascend; nothing is decided by their time"
)]
pub(crate) fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// The deployment that a new newsroom gets unless it says otherwise.
pub(crate) fn default_deployment(issuer: &str) -> Outcome<Deployment> {
    let issuer = ClaimText::parse("the issuer", issuer)?;
    Ok(Deployment::first_talk(DeploymentId(new_id()), issuer))
}

/// Begins to make a newsroom. The caller commits.
///
/// # Errors
/// A setting is wrong, or the slug or the issuer is taken.
pub(crate) async fn create(store: &Store, mut new: NewTenant) -> Outcome<WriteTx> {
    let mut tx = store.database.write_new(TenantId(new_id())).await?;
    let actor = store.actor();
    match new.make(&mut tx, store.by(&actor)).await {
        Ok(()) => Ok(tx),
        Err(refusal) => {
            // What it did is undone before anything else is asked.
            drop(tx);
            Err(explain(store, &new, refusal).await)
        }
    }
}

/// Who holds what was asked for: the operator may know.
async fn explain(store: &Store, new: &NewTenant, refusal: Refusal) -> Failure {
    match (refusal, new.deployment.issuer()) {
        (Refusal::SlugTaken, _) => Failure::new(format!(
            "there is a tenant `{}` already; choose another name",
            new.slug
        )),
        (Refusal::IssuerTaken, Some(issuer)) => {
            let holder = tenants::issuer_holder(&store.database, issuer.as_str())
                .await
                .ok()
                .flatten()
                .unwrap_or_default();
            Failure::new(format!(
                "the issuer `{issuer}` belongs to tenant `{holder}`: no two tenants may share one, or a token of one \
                 could pass for a token of the other"
            ))
        }
        (Refusal::Reused(shared), _) => Failure::new(format!(
            "{}; or, if you know better, pass --accept-shared",
            Refusal::Reused(shared)
        )),
        (refusal, _) => refusal.into(),
    }
}

pub(super) async fn run(store: &Store, command: Command, output: Output) -> Outcome<ExitCode> {
    match command {
        Command::Create(args) => create_and_tell(store, args, output).await?,
        Command::MigrateToCoral(args) => {
            return migrate_to_coral::run(&store.client()?, &args, output).await;
        }
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
        Command::Update { slug, change } => {
            let mut tx = store.write(&slug).await?;
            let settings = tenants::settings_now(&mut tx).await?;
            let mut settings =
                settings.ok_or_else(|| Failure::new(format!("there is no tenant `{slug}`")))?;
            settings.issuing.accepted = change
                .accept_issuing_tokens
                .unwrap_or(settings.issuing.accepted);
            if let Some(origins) = change.origins()? {
                settings.allowed_origins = origins;
            }
            tenants::set_settings(&mut tx, &settings).await?;
            store
                .audit(&mut tx, "tenant.update", &slug, &change.body()?)
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
            accept_shared,
        } => {
            let accept = (accept_weak, accept_shared);
            return demo::import(store, slug, &folder, accept, output).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn create_and_tell(store: &Store, args: Create, output: Output) -> Outcome {
    let coral = args.is_coral();
    let new = args.into_new(store.clock.now())?;
    let slug = new.slug.to_string();
    create(store, new).await?.commit().await?.done();
    let value = describe(store, &slug).await?;
    output.result(&format!("made tenant `{slug}`"), &value)?;
    let next = [
        (format!("user import --tenant {slug} FILE"), "its readers"),
        (
            format!("api-key create --tenant {slug} --name cms"),
            "what its CMS shows",
        ),
        if coral {
            (
                format!("deployment settings --tenant {slug} --format coral"),
                "the steps in its Coral",
            )
        } else {
            (
                format!("key export --tenant {slug} --as talk"),
                "settings for its Talk",
            )
        },
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
    let mut sets = keys::load_all(&mut tx, &store.master_keys).await?;
    let deployments: Vec<_> = tenant
        .policies
        .iter()
        .map(|policy| {
            let keys = sets.remove(&policy.deployment).unwrap_or_default();
            let now = store.clock.now();
            let talk = policy.claims.talk();
            json!({
                "name": policy.name,
                "kind": policy.claims.kind(),
                "issuer": talk.map(|talk| &talk.issuer),
                "audience": talk.map(|talk| &talk.audience),
                "user_id_claim": talk.map(|talk| &talk.user_id_claim),
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
        "allowed_origins": tenant.allowed_origins,
        "deployments": deployments,
    }))
}
