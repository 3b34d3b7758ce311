//! `lanyard audit`: the log of who did what, and the proof that nobody changed it.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use lanyard_core::{
    audit::{Fault, Head},
    id::TenantId,
};
use lanyard_storage::{
    audit::{self, AuditEvent, Filter},
    tenants,
};
use serde_json::{Value, json};

use crate::{
    audit::{ShownEvent, time},
    output::{Outcome, Output, note},
    store::Store,
};

/// Events that an export reads at a time.
const PAGE: i64 = 1_000;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Prove that no event was changed or removed
    #[command(after_help = "\
Whoever can write to the database could cut the newest events off, or write all of them anew. To find that out too,
keep what `lanyard audit head` prints somewhere else, and name it with --expect.")]
    Verify {
        /// Newsroom [default: all]
        #[arg(long, value_name = "SLUG")]
        tenant: Option<String>,
        /// An event that the newsroom's log has to hold, as `lanyard audit head` printed it
        #[arg(long, value_name = "SEQ:HASH", requires = "tenant")]
        expect: Option<Head>,
    },
    /// Print the newest event's number and hash, to be kept elsewhere
    Head {
        /// Newsroom
        #[arg(long, value_name = "SLUG")]
        tenant: String,
    },
    /// List events, the newest first
    List(List),
    /// Print all events, the oldest first, as a line of JSON each
    Export {
        /// Newsroom
        #[arg(long, value_name = "SLUG")]
        tenant: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Newsroom
    #[arg(long, value_name = "SLUG")]
    tenant: String,
    /// Who, as the list names actors
    #[arg(long)]
    actor: Option<String>,
    /// What, such as key.rotate
    #[arg(long)]
    action: Option<String>,
    /// On which thing
    #[arg(long)]
    target: Option<String>,
    /// The earliest, such as 2026-01-31T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    from: Option<i64>,
    /// The time after the latest
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    to: Option<i64>,
    /// Only events from before this number: to go on where a list ended
    #[arg(long, value_name = "SEQ")]
    before: Option<i64>,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
}

/// A time in microseconds.
fn parse_time(text: &str) -> Result<i64, String> {
    text.parse::<jiff::Timestamp>()
        .map(|time| time.as_microsecond())
        .map_err(|_| format!("`{text}` isn't a time like 2026-01-31T12:00:00Z"))
}

pub(super) async fn run(store: &Store, command: Command, output: Output) -> Outcome<ExitCode> {
    match command {
        Command::Verify { tenant, expect } => verify(store, tenant, expect, output).await,
        Command::Head { tenant } => {
            let head = audit::head(&mut store.read(&tenant).await?).await?;
            output.result(&head.to_string(), &json!({ "head": head.to_string() }))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::List(list) => list.run(store, output).await,
        Command::Export { tenant } => export(store, &tenant, output).await,
    }
}

async fn verify(
    store: &Store,
    tenant: Option<String>,
    expected: Option<Head>,
    output: Output,
) -> Outcome<ExitCode> {
    let chains: Vec<(String, TenantId)> = match tenant {
        Some(slug) => {
            let id = store.tenant(&slug).await?;
            vec![(slug, id)]
        }
        None => {
            let all = tenants::list(&store.database).await?;
            all.into_iter()
                .map(|tenant| (tenant.slug, TenantId(tenant.id)))
                .collect()
        }
    };
    let (mut events, mut broken, mut values) = (0, false, Vec::new());
    for (slug, id) in &chains {
        let mut tx = store.database.read(*id).await?;
        let verdict = audit::verify(&mut tx, expected).await?;
        values.push(verdict_value(slug, verdict));
        match verdict {
            Ok(head) => events += head.sequence,
            Err(fault) => {
                broken = true;
                note(&format!("tenant `{slug}`: {fault}"));
            }
        }
    }
    let text = if broken {
        "the audit log is BROKEN".to_owned()
    } else {
        format!("all {events} events of {} logs are chained", chains.len())
    };
    output.result(&text, &json!({ "intact": !broken, "logs": values }))?;
    Ok(if broken {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn verdict_value(slug: &str, verdict: Result<Head, Fault>) -> Value {
    match verdict {
        Ok(head) => {
            json!({ "tenant": slug, "intact": true, "events": head.sequence, "head": head.to_string() })
        }
        Err(fault) => json!({ "tenant": slug, "intact": false, "fault": fault.to_string() }),
    }
}

impl List {
    async fn run(self, store: &Store, output: Output) -> Outcome<ExitCode> {
        let filter = Filter {
            actor: self.actor,
            action: self.action,
            target: self.target,
            from: self.from,
            to: self.to,
        };
        let mut tx = store.read(&self.tenant).await?;
        let events = audit::list(&mut tx, &filter, self.before, self.limit).await?;
        let row = |event: &AuditEvent| {
            vec![
                event.sequence.to_string(),
                time(event.at),
                event.actor.clone(),
                event.action.clone(),
                event.target.clone(),
                event.detail.clone(),
            ]
        };
        let rows: Vec<_> = events.iter().map(row).collect();
        let shown: Vec<_> = events.into_iter().map(ShownEvent::from).collect();
        output.table(
            &["SEQ", "AT", "ACTOR", "ACTION", "TARGET", "DETAIL"],
            &rows,
            &serde_json::to_value(shown)?,
        )?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn export(store: &Store, tenant: &str, output: Output) -> Outcome<ExitCode> {
    // Written first: an export that leaves no trace could be taken by anybody.
    let mut tx = store.write(tenant).await?;
    store
        .audit(&mut tx, "audit_events.export", tenant, &json!({}))
        .await?;
    tx.commit().await?.done();
    let mut tx = store.read(tenant).await?;
    let mut last = 0;
    loop {
        let events = audit::after(&mut tx, last, PAGE).await?;
        let Some(end) = events.last() else {
            return Ok(ExitCode::SUCCESS);
        };
        last = end.sequence;
        for event in events {
            let line = serde_json::to_string(&ShownEvent::from(event))?;
            if !output.line(&line)? {
                return Ok(ExitCode::SUCCESS);
            }
        }
    }
}
