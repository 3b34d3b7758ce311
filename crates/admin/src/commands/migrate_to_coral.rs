//! `lanyard tenant migrate-to-coral`: the move from Talk v4 to Coral, through the management API.

use std::process::ExitCode;

use axum::http::Method;
use clap::Args;
use serde_json::{Value, json};

use super::{read_input, remote::of_tenant};
use crate::{
    client::{Call, Client, segment},
    output::{Outcome, Output, note},
};

/// What is to be done. Without an option it only looks.
#[derive(Debug, Args)]
pub(super) struct Move {
    /// Newsroom
    slug: String,
    /// The deployment of Talk
    #[arg(long, value_name = "NAME", default_value = "default")]
    from: String,
    /// The deployment of Coral
    #[arg(long, value_name = "NAME", default_value = "coral")]
    to: String,
    /// Make the deployment of Coral, which is found there
    #[arg(long, value_name = "URL")]
    coral_url: Option<String>,
    /// Import the secret that Coral's admin shows, and sign with it; - for standard input
    #[arg(long, value_name = "FILE", requires = "kid")]
    secret_file: Option<String>,
    /// The key id that Coral's admin shows beside the secret
    #[arg(long, value_name = "KID", requires = "secret_file")]
    kid: Option<String>,
    /// List the readers whom Coral would refuse or take for another, one JSON object a line
    #[arg(long, conflicts_with_all = ["coral_url", "secret_file", "cut_over", "back"])]
    unready: bool,
    /// Let Talk's key sign no more; its tokens live to their end
    #[arg(long, conflicts_with = "back")]
    cut_over: bool,
    /// Cut over although some readers aren't ready
    #[arg(long, requires = "cut_over")]
    force: bool,
    /// Let Talk's last key sign again
    #[arg(long)]
    back: bool,
}

/// Does it, and tells where the move stands.
pub(super) async fn run(client: &Client, args: &Move, output: Output) -> Outcome<ExitCode> {
    let path = of_tenant(&args.slug, "/migration-to-coral");
    if args.unready {
        return list(client, &path, output).await;
    }
    if let Some(url) = &args.coral_url {
        let body = json!({ "name": args.to, "kind": "coral", "root_url": url });
        let call = Call::new(Method::POST, of_tenant(&args.slug, "/deployments")).with(body);
        client.call(&call).await?;
        note(&format!("The deployment `{}` is made.", args.to));
    }
    if let (Some(file), Some(kid)) = (&args.secret_file, &args.kid) {
        import(client, args, file, kid).await?;
    }
    let names = json!({ "from": args.from, "to": args.to });
    let standing = if args.cut_over {
        let mut body = names;
        body["force"] = args.force.into();
        let call = Call::new(Method::POST, format!("{path}/cut-over")).with(body);
        client.call(&call).await?
    } else if args.back {
        let call = Call::new(Method::POST, format!("{path}/back")).with(names);
        client.call(&call).await?
    } else {
        let (from, to) = (segment(&args.from), segment(&args.to));
        let path = format!("{path}?from={from}&to={to}");
        client.call(&Call::new(Method::GET, path)).await?
    };
    output.result(&told(&standing), &standing)?;
    Ok(ExitCode::SUCCESS)
}

async fn import(client: &Client, args: &Move, file: &str, kid: &str) -> Outcome {
    let secret = String::from_utf8(read_input(file)?.to_vec())?;
    let path = format!("/deployments/{}/signing-keys/import", segment(&args.to));
    let body = json!({ "key": secret.trim_end(), "kid": kid, "activate": true });
    let call = Call::new(Method::POST, of_tenant(&args.slug, &path)).with(body);
    let imported = client.call(&call).await?;
    note(&format!("Key `{kid}` signs for `{}`.", args.to));
    for warning in imported["warnings"].as_array().into_iter().flatten() {
        note(&format!("note: {}", warning.as_str().unwrap_or_default()));
    }
    Ok(())
}

async fn list(client: &Client, path: &str, output: Output) -> Outcome<ExitCode> {
    let call = Call::new(Method::GET, format!("{path}/unready?limit=200"));
    let all = client.list(&call, usize::MAX).await?;
    for reader in all["data"].as_array().into_iter().flatten() {
        if !output.line(&reader.to_string())? {
            break;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What is wrong with readers, and how it is called in the answer.
const FAULTS: [(&str, &str); 6] = [
    ("no_email", "have no e-mail address"),
    ("bad_email", "have an e-mail address that Coral refuses"),
    ("no_username", "have no username"),
    ("double_email", "share an e-mail address with another"),
    (
        "email_as_id",
        "have an id that looks like an e-mail address",
    ),
    (
        "avatar_not_shown",
        "have a picture that Coral won't show (they get in all the same)",
    ),
];

fn told(standing: &Value) -> String {
    let counts = &standing["readiness"];
    let mut lines = vec![format!(
        "stage: {}",
        standing["stage"].as_str().unwrap_or_default()
    )];
    // What was just done is told without counting them.
    if counts.is_object() {
        lines.push(format!(
            "readers: {} of {} are ready for Coral",
            counts["ready"], counts["readers"]
        ));
        let wrong = FAULTS.iter().filter(|(name, _)| counts[name] != 0);
        lines.extend(wrong.map(|(name, wrong)| format!("  {} {wrong}", counts[name])));
    }
    if let Some(issued) = standing["last_talk_token_issued_at"].as_str() {
        lines.push(format!("the last token of Talk was issued: {issued}"));
    }
    if let Some(end) = standing["last_talk_token_ends_at"].as_str() {
        let when = match standing["stage"].as_str() {
            Some("cut-over") => "the last token of Talk ends",
            _ => "cut over now, the last token of Talk would end",
        };
        lines.push(format!("{when}: {end}"));
    }
    for (number, step) in (1..).zip(standing["next_steps"].as_array().into_iter().flatten()) {
        lines.push(format!("{number}. {}", step.as_str().unwrap_or_default()));
    }
    lines.join("\n")
}
