//! `lanyard master-key`: what seals everything else.

use std::{io::IsTerminal, process::ExitCode, time::Duration};

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use lanyard_core::seal::MasterKeys;
use lanyard_storage::{
    keys,
    nodes::{self, Node},
    reseal::{self, ResealError},
};
use serde_json::json;
use tokio::time::sleep;

use crate::{
    output::{Failure, Outcome, Output, note},
    store::Store,
};

/// How long rows that others hold are waited for, and how often they are looked at.
const ATTEMPTS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(200);

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct MasterKey {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    new: New,
}

#[derive(Debug, Args)]
struct New {
    /// Name of the key, kept with everything that is sealed with it
    #[arg(long, default_value = "k1")]
    id: String,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a master key: a value for LANYARD_MASTER_KEY (the same without `new`)
    New(New),
    /// Show which master keys seal how much, and which servers hold which
    Status,
    /// Seal everything anew with the first key of LANYARD_MASTER_KEY
    #[command(after_help = "\
How a master key is replaced, with no pause in service:
  1. lanyard master-key new --id NEW, and add it as the last entry on every server:
     LANYARD_MASTER_KEY=old:…,new:…   Restart them, one after the other.
  2. Make it the first on every server: LANYARD_MASTER_KEY=new:…,old:…   Restart them again.
  3. lanyard master-key rotate, with the setting of step 2. It can be run again if it was interrupted.
  4. Once nothing is sealed with the old key (lanyard master-key status), take it out everywhere.
     Keep it as long as you keep backups from before.")]
    Rotate,
}

impl MasterKey {
    /// The name of the key to make, if that is what was asked.
    pub(super) fn to_make(&self) -> Option<&str> {
        match &self.command {
            None => Some(&self.new.id),
            Some(Command::New(new)) => Some(&new.id),
            Some(_) => None,
        }
    }
}

/// Prints a new key.
///
/// # Errors
/// The id is none.
pub(super) fn make(id: &str, output: Output) -> Outcome<ExitCode> {
    let key = MasterKeys::generate(id)?;
    MasterKeys::parse(&key)?;
    output.result(&key, &json!({ "master_key": *key }))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn run(store: &Store, command: MasterKey, output: Output) -> Outcome<ExitCode> {
    match command.command {
        Some(Command::Rotate) => rotate(store, output).await,
        _ => status(store, output).await,
    }
}

async fn status(store: &Store, output: Output) -> Outcome<ExitCode> {
    let sealing = store.master_keys.sealing_id();
    let counts = reseal::counts(&store.database).await?;
    let nodes = nodes::live(&store.database).await?;
    let ids = |node: &Node| node.key_ids().map(str::to_owned).collect::<Vec<_>>();
    let rows: Vec<_> = counts
        .iter()
        .map(|count| {
            vec![
                count.master_key_id.clone(),
                count.kind.clone(),
                count.rows.to_string(),
            ]
        })
        .collect();
    let value = json!({
        "seals": sealing,
        "sealed": counts.iter().map(|count| json!({
            "master_key": count.master_key_id, "kind": count.kind, "rows": count.rows,
        })).collect::<Vec<_>>(),
        "remaining": remaining(store).await?,
        "servers": nodes.iter().map(|node| json!({
            "name": node.name, "version": node.version, "master_keys": ids(node),
        })).collect::<Vec<_>>(),
    });
    output.table(&["MASTER KEY", "KIND", "ROWS"], &rows, &value)?;
    for node in &nodes {
        note(&format!("{} holds {}", node.name, ids(node).join(", ")));
    }
    Ok(ExitCode::SUCCESS)
}

async fn rotate(store: &Store, output: Output) -> Outcome<ExitCode> {
    let (database, keys) = (&store.database, &store.master_keys);
    keys::try_master_keys(database, keys).await?;
    let lacking = reseal::lacking(database, keys).await?;
    if !lacking.is_empty() {
        return Err(refusal(&lacking, keys));
    }
    let total = remaining(store).await?;
    if total > 0 {
        let mut tx = database.platform().await?;
        let detail = json!({ "secrets": total });
        store
            .audit_platform(&mut tx, "master_key.rotate", keys.sealing_id(), &detail)
            .await?;
        tx.commit().await?;
    }
    let bar = progress_bar(total);
    let (mut resealed, mut attempts) = (0, 0);
    let left = loop {
        let before = resealed;
        let pass = reseal::pass(database, keys, |rows| {
            resealed += rows;
            bar.set_position(resealed);
        });
        match pass.await {
            Ok(()) => {}
            Err(ResealError::Lacking(nodes)) => return Err(refusal(&nodes, keys)),
            Err(ResealError::Storage(error)) => return Err(error.into()),
        }
        let left = remaining(store).await?;
        // A server that seals with another key would go on making work for ever.
        if left == 0 || !sealing_otherwise(store).await?.is_empty() {
            break left;
        }
        attempts = if resealed > before { 0 } else { attempts + 1 };
        if attempts > ATTEMPTS {
            return Err(Failure::new(format!(
                "{left} secrets are held by others and weren't sealed anew; run `lanyard master-key rotate` again"
            )));
        }
        sleep(PAUSE).await;
    };
    bar.finish_and_clear();
    let id = keys.sealing_id();
    let others = sealing_otherwise(store).await?;
    output.result(
        &format!("{resealed} secrets sealed anew with `{id}`; {left} remain"),
        &json!({ "master_key": id, "resealed": resealed, "remaining": left, "servers_sealing_otherwise": others }),
    )?;
    for name in others {
        note(&format!(
            "{name} still seals with another key: put `{id}` first in its LANYARD_MASTER_KEY, restart it, and run \
             `lanyard master-key rotate` again before you take the old key out"
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// How much other keys seal than the first.
async fn remaining(store: &Store) -> Outcome<u64> {
    let sealing = store.master_keys.sealing_id();
    let counts = reseal::counts(&store.database).await?;
    let others = counts.iter().filter(|count| count.master_key_id != sealing);
    Ok(others
        .map(|count| u64::try_from(count.rows).unwrap_or_default())
        .sum())
}

/// The names of the running servers whose first key is another.
async fn sealing_otherwise(store: &Store) -> Outcome<Vec<String>> {
    let wanted = store.master_keys.fingerprints();
    let nodes = nodes::live(&store.database).await?;
    Ok(nodes
        .into_iter()
        .filter(|node| node.master_keys.first() != wanted.first())
        .map(|node| node.name)
        .collect())
}

fn refusal(lacking: &[Node], keys: &MasterKeys) -> Failure {
    let id = keys.sealing_id();
    let mut lines = vec![format!(
        "servers run that couldn't open what `{id}` seals, so nothing more is sealed with it:"
    )];
    for node in lacking {
        let problem = if node.key_ids().any(|other| other == id) {
            format!("holds another key under the id `{id}`")
        } else {
            format!("doesn't hold `{id}`")
        };
        lines.push(format!(
            "  {} (last seen {} s ago) {problem}",
            node.name, node.age
        ));
    }
    lines.push(format!(
        "Add `{id}` to LANYARD_MASTER_KEY there, with the same bytes as here, and restart; a server that was killed is \
         forgotten after 20 s. Then run `lanyard master-key rotate` again (its --help has all steps)."
    ));
    Failure::new(lines.join("\n"))
}

fn progress_bar(total: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len}  {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total).with_style(style)
}
