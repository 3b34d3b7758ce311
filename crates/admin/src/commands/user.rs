//! `lanyard user`: readers, one by one.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, Subcommand};
use lanyard_core::user::UserId;
use lanyard_storage::users;
use serde_json::{Value, json};
use uuid::Uuid;

use super::user_import;
use crate::{
    output::{Failure, Outcome, Output, note, time},
    store::Store,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create or update readers from a file: the demo service's db.json, NDJSON or CSV
    #[command(
        after_help = "Examples:\n  lanyard user import --tenant the-post db.json\n  lanyard user import --tenant the-post readers.csv --strict\n\nA bad line is reported by its number and skipped (exit code 3); with --strict nothing is written then.\nAn import that was interrupted goes on where it stopped when it is run again."
    )]
    Import {
        /// Newsroom
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// File to read
        file: PathBuf,
        /// Read the whole file first, and write nothing if a line is bad
        #[arg(long)]
        strict: bool,
    },
    /// Print all readers as NDJSON, one a line
    Export {
        /// Newsroom
        #[arg(long, value_name = "SLUG")]
        tenant: String,
    },
    /// Show a reader
    Get(Which),
    /// Refuse a reader: no new tokens, and none of the old ones
    Disable(Which),
    /// Let a disabled reader in again; tokens from before stay dead
    Enable(Which),
    /// Delete a reader and kill all tokens of theirs
    Delete(Which),
}

#[derive(Debug, Args)]
pub(super) struct Which {
    /// Newsroom
    #[arg(long, value_name = "SLUG")]
    pub(super) tenant: String,
    /// The reader's id
    #[arg(value_name = "ID", required_unless_present = "named")]
    id: Option<String>,
    /// The reader's id, as an option
    #[arg(long = "id", alias = "user", value_name = "ID", conflicts_with = "id")]
    named: Option<String>,
}

impl Which {
    pub(super) fn id(&self) -> Outcome<UserId> {
        Ok(UserId::parse(
            self.id
                .as_deref()
                .or(self.named.as_deref())
                .unwrap_or_default(),
        )?)
    }
}

/// What is done to one reader.
#[derive(Debug, Clone, Copy)]
enum Act {
    Disable,
    Enable,
    Delete,
}

pub(super) async fn run(store: &Store, command: Command, output: Output) -> Outcome<ExitCode> {
    match command {
        Command::Import {
            tenant,
            file,
            strict,
        } => {
            return user_import::run(store, &tenant, &file, strict, output).await;
        }
        Command::Export { tenant } => export(store, &tenant).await?,
        Command::Get(which) => get(store, &which, output).await?,
        Command::Disable(which) => change(store, &which, Act::Disable, output).await?,
        Command::Enable(which) => change(store, &which, Act::Enable, output).await?,
        Command::Delete(which) => change(store, &which, Act::Delete, output).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn export(store: &Store, tenant: &str) -> Outcome {
    // Personal data leaves: that is written down first.
    let mut tx = store.write(tenant).await?;
    store
        .audit(&mut tx, "user.export", tenant, &json!({}))
        .await?;
    tx.commit().await?.done();
    let mut tx = store.read(tenant).await?;
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    let mut export = async || {
        let mut rows = users::export(&mut tx).await?;
        while let Some(row) = rows.next().await? {
            writeln!(stdout, "{}", row.user.body()).map_err(ExportError::Output)?;
        }
        stdout.flush().map_err(ExportError::Output)
    };
    match export().await {
        Err(ExportError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

#[derive(Debug, thiserror::Error)]
enum ExportError {
    #[error(transparent)]
    Storage(#[from] lanyard_storage::StorageError),
    #[error("the output can't be written: {0}")]
    Output(io::Error),
}

async fn get(store: &Store, which: &Which, output: Output) -> Outcome {
    let mut tx = store.read(&which.tenant).await?;
    let row = users::get(&mut tx, &which.id()?)
        .await?
        .ok_or_else(|| missing(&which.tenant))?;
    let body = row.user.body();
    let value: Value = serde_json::from_str(&body)?;
    let mut text = body;
    if let Some(since) = row.disabled_at {
        text.push_str(&format!("\ndisabled since {}", time(since)));
    }
    output.result(
        &text,
        &json!({ "user": value, "disabled_at": row.disabled_at.map(time) }),
    )
}

fn missing(tenant: &str) -> Failure {
    Failure::new(format!("there is no reader with this id in `{tenant}`"))
}

async fn change(store: &Store, which: &Which, act: Act, output: Output) -> Outcome {
    let (id, now) = (which.id()?, store.clock.now());
    let mut tx = store.write(&which.tenant).await?;
    let (found, action, text) = match act {
        Act::Disable => (
            users::disable(&mut tx, &id, now).await?,
            "user.disable",
            "the reader is disabled",
        ),
        Act::Enable => (
            users::enable(&mut tx, &id, now).await?,
            "user.enable",
            "the reader is enabled",
        ),
        Act::Delete => (
            users::delete(&mut tx, &id, now).await?,
            "user.delete",
            "the reader is deleted",
        ),
    };
    if !found {
        return Err(missing(&which.tenant));
    }
    let surrogate = users::surrogate(&mut tx, &id, Uuid::new_v4()).await?;
    store
        .audit(&mut tx, action, &surrogate.to_string(), &json!({}))
        .await?;
    if matches!(act, Act::Delete) {
        users::forget_surrogate(&mut tx, &id).await?;
    }
    tx.commit().await?.done();
    if !matches!(act, Act::Enable) {
        note(
            "Talk verifies alone: it goes on accepting the reader's tokens until they expire. A ban there ends that.",
        );
    }
    output.result(text, &json!({ "user": id.as_str(), "done": action }))
}
