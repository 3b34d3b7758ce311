//! `lanyard deployment settings`: what is pasted into Talk, Coral, the CMS and its pages. On the database Talk's settings
//! have their secrets; from a server they don't.

use axum::http::Method;
use clap::{Args, ValueEnum};
use lanyard_core::{
    setup::{Form, Language},
    talk::{Secrets, Wanted},
};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{Place, key, remote::of_tenant};
use crate::{
    client::{Call, Client, segment},
    output::{Failure, Outcome, Output, note},
    store::Store,
};

/// What is printed, and how.
#[derive(Debug, Args)]
pub(super) struct Shown {
    #[command(flatten)]
    place: Place,
    /// What to print [default: env for a Talk, coral for a Coral]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// Language of the call for a token
    #[arg(long, value_name = "LANGUAGE", default_value = "curl")]
    for_language: Language,
    /// Print private keys too, so that Talk can sign logins of its own
    #[arg(long)]
    with_private: bool,
    /// Let Talk take several keys although it has one secret: only once every live token carries a `kid`, as the plan says
    #[arg(long)]
    several: bool,
}

/// What there is to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Talk's settings as lines of an .env file
    Env,
    /// Talk's settings as a file for docker compose
    Compose,
    /// Talk's settings as a Secret of Kubernetes
    Kubernetes,
    /// Talk's settings as an environment file of systemd
    Systemd,
    /// What is done in Coral's admin
    Coral,
    /// The code that shows the comments in a page
    Embed,
    /// The CMS's call for a token, in the language of --for-language
    Exchange,
    /// How the deployment gets its next key without logging a reader out
    Plan,
    /// All of it, one after another
    All,
}

impl Shown {
    fn wanted(&self, secrets: Secrets) -> Wanted {
        Wanted {
            secrets,
            several: self.several,
        }
    }
}

/// Prints it. With a store its secrets are there, and that they leave is written down before.
pub(super) async fn print(
    client: &Client,
    store: Option<&Store>,
    shown: &Shown,
    output: Output,
) -> Outcome {
    let several = if shown.several { "?several=true" } else { "" };
    let deployment = segment(&shown.place.deployment);
    let path = format!("/deployments/{deployment}/settings{several}");
    let call = Call::new(Method::GET, of_tenant(&shown.place.tenant, &path));
    let texts = client.call(&call).await?;
    if store.is_none() && shown.with_private {
        return Err(Failure::new(
            "a server shows no private keys here: an owner exports them",
        ));
    }
    let is_talk = texts["kind"] == "talk";
    let format = shown
        .format
        .unwrap_or(if is_talk { Format::Env } else { Format::Coral });
    let text = match format {
        Format::Env => settings(&texts, store, shown, Form::Env).await?,
        Format::Compose => settings(&texts, store, shown, Form::Compose).await?,
        Format::Kubernetes => settings(&texts, store, shown, Form::Kubernetes).await?,
        Format::Systemd => settings(&texts, store, shown, Form::Systemd).await?,
        Format::Coral if is_talk => {
            return Err(Failure::new("the deployment is a Talk, not a Coral"));
        }
        Format::Coral => plain(&texts["coral"]),
        Format::Embed => plain(&texts["embed"]),
        Format::Exchange => plain(&texts["exchange"][shown.for_language.name()]),
        Format::Plan => plain(&texts["plan"]["text"]),
        Format::All => all(&texts, store, shown).await?,
    };
    output.result(&text, &json!({ "text": text.as_str() }))
}

fn plain(text: &Value) -> Zeroizing<String> {
    Zeroizing::new(text.as_str().unwrap_or_default().to_owned())
}

/// Talk's settings in a form.
async fn settings(
    texts: &Value,
    store: Option<&Store>,
    shown: &Shown,
    form: Form,
) -> Outcome<Zeroizing<String>> {
    if let Some(store) = store {
        let secrets = if shown.with_private {
            Secrets::WithPrivate
        } else {
            Secrets::Shown
        };
        let settings =
            key::export_settings(store, &shown.place, shown.wanted(secrets), form).await?;
        return Ok(form.write(
            &settings,
            &shown.place.tenant.parse()?,
            &shown.place.deployment.parse()?,
        ));
    }
    if let Some(reason) = texts["talk_refused"].as_str() {
        return Err(Failure::new(reason));
    }
    let Some(text) = texts["talk"][form.name()].as_str() else {
        return Err(Failure::new(
            "the deployment is a Coral, which has no TALK_JWT_* settings",
        ));
    };
    for line in texts["notes"].as_array().into_iter().flatten() {
        note(&format!("note: {}", line.as_str().unwrap_or_default()));
    }
    Ok(Zeroizing::new(text.to_owned()))
}

/// Everything, under headings that are comments to a shell.
async fn all(texts: &Value, store: Option<&Store>, shown: &Shown) -> Outcome<Zeroizing<String>> {
    let first = if texts["kind"] == "talk" {
        let settings = settings(texts, store, shown, Form::Env).await;
        ("Talk's settings", settings?)
    } else {
        ("Coral's admin", plain(&texts["coral"]))
    };
    let language = shown.for_language.name();
    let sections = [
        first,
        ("The embed", plain(&texts["embed"])),
        (
            "The CMS's call for a token",
            plain(&texts["exchange"][language]),
        ),
        ("The next rotation", plain(&texts["plan"]["text"])),
    ];
    let mut text = Zeroizing::new(String::new());
    for (heading, section) in &sections {
        text.push_str(&format!("# ---- {heading}\n\n{}\n\n", section.as_str()));
    }
    Ok(text)
}
