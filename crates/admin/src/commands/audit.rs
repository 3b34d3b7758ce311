//! `lanyard audit`: the logs of who did what, and the proof that nobody changed them.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use lanyard_core::{
    audit::{Fault, Head},
    id::TenantId,
};
use lanyard_storage::{
    audit::{self, AuditEvent, Filter},
    platform_events, tenants,
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
        /// Newsroom [default: all newsrooms and the platform]
        #[arg(long, value_name = "SLUG", conflicts_with = "platform")]
        tenant: Option<String>,
        /// The platform's own log
        #[arg(long)]
        platform: bool,
        /// An event that the log has to hold, as `lanyard audit head` printed it
        #[arg(long, value_name = "SEQ:HASH")]
        expect: Option<Head>,
    },
    /// Print the newest event's number and hash, to be kept elsewhere
    Head(Which),
    /// List events, the newest first
    List(List),
    /// Print all events, the oldest first, as a line of JSON each
    Export(Which),
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Which {
    /// Newsroom
    #[arg(long, value_name = "SLUG")]
    pub(super) tenant: Option<String>,
    /// The platform's own log: of accounts, and of the platform itself
    #[arg(long)]
    platform: bool,
}

#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    pub(super) which: Which,
    /// Who, as the list names actors
    #[arg(long)]
    pub(super) actor: Option<String>,
    /// What, such as key.rotate
    #[arg(long)]
    pub(super) action: Option<String>,
    /// On which thing
    #[arg(long)]
    pub(super) target: Option<String>,
    /// The earliest, such as 2026-01-31T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(super) from: Option<i64>,
    /// The time after the latest
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(super) to: Option<i64>,
    /// Only events from before this number: to go on where a list ended
    #[arg(long, value_name = "SEQ")]
    pub(super) before: Option<i64>,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    pub(super) limit: i64,
}

/// A time in microseconds.
fn parse_time(text: &str) -> Result<i64, String> {
    text.parse::<jiff::Timestamp>()
        .map(|time| time.as_microsecond())
        .map_err(|_| format!("`{text}` isn't a time like 2026-01-31T12:00:00Z"))
}

/// One chain of events.
enum Log {
    Tenant(String, TenantId),
    Platform,
}

impl Log {
    async fn of(store: &Store, which: Which) -> Outcome<Self> {
        Ok(match which.tenant {
            Some(slug) => {
                let id = store.tenant(&slug).await?;
                Self::Tenant(slug, id)
            }
            None => Self::Platform,
        })
    }

    async fn all(store: &Store) -> Outcome<Vec<Self>> {
        let tenants = tenants::list(&store.database).await?;
        let logs = tenants
            .into_iter()
            .map(|tenant| Self::Tenant(tenant.slug, TenantId(tenant.id)));
        Ok(logs.chain([Self::Platform]).collect())
    }

    fn name(&self) -> String {
        match self {
            Self::Tenant(slug, _) => format!("tenant `{slug}`"),
            Self::Platform => "the platform".to_owned(),
        }
    }

    async fn verify(&self, store: &Store, expected: Option<Head>) -> Outcome<Result<Head, Fault>> {
        let database = &store.database;
        Ok(match self {
            Self::Tenant(_, id) => audit::verify(&mut database.read(*id).await?, expected).await?,
            Self::Platform => platform_events::verify(database, expected).await?,
        })
    }

    async fn head(&self, store: &Store) -> Outcome<Head> {
        let database = &store.database;
        Ok(match self {
            Self::Tenant(_, id) => audit::head(&mut database.read(*id).await?).await?,
            Self::Platform => platform_events::head(database).await?,
        })
    }

    async fn list(
        &self,
        store: &Store,
        filter: &Filter,
        before: Option<i64>,
        limit: i64,
    ) -> Outcome<Vec<AuditEvent>> {
        let database = &store.database;
        Ok(match self {
            Self::Tenant(_, id) => {
                audit::list(&mut database.read(*id).await?, filter, before, limit).await?
            }
            Self::Platform => platform_events::list(database, filter, before, limit).await?,
        })
    }

    async fn after(&self, store: &Store, sequence: i64) -> Outcome<Vec<AuditEvent>> {
        let database = &store.database;
        Ok(match self {
            Self::Tenant(_, id) => {
                audit::after(&mut database.read(*id).await?, sequence, PAGE).await?
            }
            Self::Platform => platform_events::after(database, sequence, PAGE).await?,
        })
    }

    /// Notes that the log is about to be exported.
    async fn note_export(&self, store: &Store) -> Outcome {
        const ACTION: &str = "audit_events.export";
        match self {
            Self::Tenant(slug, _) => {
                let mut tx = store.write(slug).await?;
                store.audit(&mut tx, ACTION, slug, &json!({})).await?;
                tx.commit().await?.done();
            }
            Self::Platform => {
                let mut tx = store.database.platform().await?;
                store
                    .audit_platform(&mut tx, ACTION, "platform", &json!({}))
                    .await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }
}

pub(super) async fn run(store: &Store, command: Command, output: Output) -> Outcome<ExitCode> {
    match command {
        Command::Verify {
            tenant,
            platform,
            expect,
        } => {
            let logs = if tenant.is_some() || platform {
                vec![Log::of(store, Which { tenant, platform }).await?]
            } else if expect.is_some() {
                return Err(crate::output::Failure::new(
                    "--expect is of one log: name it with --tenant or --platform",
                ));
            } else {
                Log::all(store).await?
            };
            verify(store, &logs, expect, output).await
        }
        Command::Head(which) => {
            let head = Log::of(store, which).await?.head(store).await?;
            output.result(&head.to_string(), &json!({ "head": head.to_string() }))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::List(list) => list.run(store, output).await,
        Command::Export(which) => export(store, &Log::of(store, which).await?, output).await,
    }
}

async fn verify(
    store: &Store,
    logs: &[Log],
    expected: Option<Head>,
    output: Output,
) -> Outcome<ExitCode> {
    let (mut events, mut broken, mut values) = (0, false, Vec::new());
    for log in logs {
        let verdict = log.verify(store, expected).await?;
        values.push(verdict_value(log, verdict));
        match verdict {
            Ok(head) => events += head.sequence,
            Err(fault) => {
                broken = true;
                note(&format!("{}: {fault}", log.name()));
            }
        }
    }
    let text = if broken {
        "the audit log is BROKEN".to_owned()
    } else {
        format!("all {events} events of {} logs are chained", logs.len())
    };
    output.result(&text, &json!({ "intact": !broken, "logs": values }))?;
    Ok(if broken {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// What was found of a log; the platform's has no tenant.
fn verdict_value(log: &Log, verdict: Result<Head, Fault>) -> Value {
    let tenant = match log {
        Log::Tenant(slug, _) => Some(slug),
        Log::Platform => None,
    };
    match verdict {
        Ok(head) => {
            json!({ "tenant": tenant, "intact": true, "events": head.sequence, "head": head.to_string() })
        }
        Err(fault) => json!({ "tenant": tenant, "intact": false, "fault": fault.to_string() }),
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
        let log = Log::of(store, self.which).await?;
        let events = log.list(store, &filter, self.before, self.limit).await?;
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

async fn export(store: &Store, log: &Log, output: Output) -> Outcome<ExitCode> {
    // Written first: an export that leaves no trace could be taken by anybody.
    log.note_export(store).await?;
    let mut last = 0;
    loop {
        let events = log.after(store, last).await?;
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
