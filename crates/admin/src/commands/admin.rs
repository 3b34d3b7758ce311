//! `lanyard admin`: who runs the platform.

use std::process::ExitCode;

use clap::Subcommand;
use lanyard_api::PublicUrl;
use lanyard_core::{
    account::{AccountEmail, AccountId, PersonName},
    password::{self, Password},
    secret_token::SecretToken,
};
use lanyard_storage::{
    PlatformTx,
    account_links::{self, Link},
    accounts,
    platform_admins::{self, Revoked},
};
use serde_json::json;

use super::tenant::new_id;
use crate::{
    config::setting,
    output::{Failure, Outcome, Output, note, time},
    store::Store,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Let somebody run the platform; makes the account if there is none, and prints a link to set its password
    Create {
        /// Address of the account
        email: AccountEmail,
        /// What its holder is called, if the account is new [default: what stands before the @]
        #[arg(long)]
        name: Option<PersonName>,
        /// Print a link to set a password though the account has one
        #[arg(long)]
        link: bool,
    },
    /// List who runs the platform
    List,
    /// Let somebody run the platform no more; the last one stays
    Revoke {
        /// Address of the account
        email: AccountEmail,
    },
}

pub(super) async fn run(store: &Store, command: Command, output: Output) -> Outcome<ExitCode> {
    match command {
        Command::Create { email, name, link } => create(store, &email, name, link, output).await?,
        Command::List => list(store, output).await?,
        Command::Revoke { email } => revoke(store, &email, output).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn create(
    store: &Store,
    email: &AccountEmail,
    name: Option<PersonName>,
    wants_link: bool,
    output: Output,
) -> Outcome {
    let found = accounts::find(&store.database, email).await?;
    let is_new = found.is_none();
    let mut tx = store.database.platform().await?;
    let id = match &found {
        Some(account) => account.id,
        None => make_account(store, &mut tx, email, name).await?,
    };
    accounts::set_platform_admin(&mut tx, id, true).await?;
    let link = if is_new || wants_link {
        Some(password_link(store, &mut tx, email, id).await?)
    } else {
        None
    };
    if wants_link || !found.is_some_and(|account| account.platform_admin) {
        let detail = json!({ "link": link.is_some() });
        store
            .audit_platform(&mut tx, "platform_admin.grant", &id.to_string(), &detail)
            .await?;
    }
    tx.commit().await?;
    let value = json!({ "id": id, "email": email.as_str(), "link": link });
    let text = link.unwrap_or_default();
    output.result(&text, &value)?;
    note(&format!("{} runs the platform.", email.as_str()));
    if !text.is_empty() {
        note("The link sets the password; it is good once, for an hour.");
    }
    Ok(())
}

/// An account whose password nobody knows: a link is the way to one.
async fn make_account(
    store: &Store,
    tx: &mut PlatformTx,
    email: &AccountEmail,
    name: Option<PersonName>,
) -> Outcome<AccountId> {
    let name = match name {
        Some(name) => name,
        None => email.local_part().parse()?,
    };
    let nobodys = Password::parse(secret()?.reveal().to_string())
        .ok_or_else(|| Failure::new("a password can't be made"))?;
    let (id, hash) = (AccountId(new_id()), password::hash(&nobodys)?);
    if accounts::create(tx, id, email, &name, &hash, store.clock.now()).await? {
        Ok(id)
    } else {
        Err(Failure::new(
            "somebody has just registered this address; run the command again",
        ))
    }
}

async fn password_link(
    store: &Store,
    tx: &mut PlatformTx,
    email: &AccountEmail,
    id: AccountId,
) -> Outcome<String> {
    let (url, token) = (public_url()?, secret()?);
    account_links::create(tx, &token.hash(), email, Link::Reset(id), store.clock.now()).await?;
    // After the hash: browsers send it to nobody.
    Ok(url.link(&format!("/reset#token={}", *token.reveal())))
}

fn secret() -> Outcome<SecretToken> {
    SecretToken::generate().map_err(|_| Failure::new("the system has no random bytes"))
}

/// Where the server is found, by its own setting.
fn public_url() -> Outcome<PublicUrl> {
    let text = setting("LANYARD_PUBLIC_URL")?;
    let text = text
        .as_ref()
        .map_or("http://localhost:3000", |text| text.reveal());
    text.parse()
        .map_err(|_| Failure::new("LANYARD_PUBLIC_URL isn't a URL like https://lanyard.example"))
}

async fn list(store: &Store, output: Output) -> Outcome {
    let admins = platform_admins::list(&store.database).await?;
    let rows: Vec<_> = admins
        .iter()
        .map(|admin| {
            vec![
                admin.email.clone(),
                admin.name.clone(),
                if admin.totp { "yes" } else { "no" }.to_owned(),
                time(admin.created_at),
            ]
        })
        .collect();
    let values: Vec<_> = admins
        .iter()
        .map(|admin| {
            json!({
                "id": admin.id, "email": admin.email, "name": admin.name, "totp": admin.totp,
                "created_at": time(admin.created_at),
            })
        })
        .collect();
    output.table(&["EMAIL", "NAME", "TOTP", "CREATED"], &rows, &json!(values))
}

async fn revoke(store: &Store, email: &AccountEmail, output: Output) -> Outcome {
    let email = email.as_str();
    let none = || Failure::new(format!("{email} doesn't run the platform"));
    let admins = platform_admins::list(&store.database).await?;
    let admin = admins.iter().find(|admin| admin.email == email);
    let id = AccountId(admin.ok_or_else(none)?.id);
    let mut tx = store.database.platform().await?;
    match platform_admins::revoke(&mut tx, id).await? {
        Revoked::Done => {}
        Revoked::NotOne => return Err(none()),
        Revoked::Last => {
            return Err(Failure::new(format!(
                "{email} is the last platform admin; make another one first: lanyard admin create EMAIL"
            )));
        }
    }
    let target = id.to_string();
    store
        .audit_platform(&mut tx, "platform_admin.revoke", &target, &json!({}))
        .await?;
    tx.commit().await?;
    output.result(
        &format!("{email} runs the platform no more"),
        &json!({ "id": id, "email": email }),
    )
}
