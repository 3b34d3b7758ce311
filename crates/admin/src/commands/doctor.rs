//! `lanyard doctor`: is everything as it has to be?

use std::{path::Path, process::ExitCode};

use lanyard_core::{id::TenantId, outbound::OutboundAllow};
use lanyard_storage::{audit, keys, tenants};
use serde_json::json;

use crate::{
    config::{Config, setting},
    output::{Failure, Outcome, Output},
    store::{DEV_FOLDER, Store},
};

/// Seconds by which this machine's clock may differ from the database's.
const MAX_DRIFT: i64 = 30;

struct Findings(Vec<(&'static str, Result<String, String>)>);

impl Findings {
    fn add(&mut self, what: &'static str, result: Result<String, impl ToString>) -> bool {
        let fine = result.is_ok();
        self.0
            .push((what, result.map_err(|error| error.to_string())));
        fine
    }
}

pub(super) async fn run(folder: Option<&Path>, output: Output) -> Outcome<ExitCode> {
    let mut findings = Findings(Vec::new());
    let on_folder = folder.is_some()
        || (setting("LANYARD_DATABASE_URL")?.is_none()
            && Path::new(DEV_FOLDER).join("master.key").is_file());
    let configured = if on_folder {
        true
    } else {
        let config = Config::from_environment();
        if let Ok(config) = &config {
            findings.add(
                "outbound calls",
                Ok::<_, String>(reach(&config.outbound_allow)),
            );
        }
        let redis = config
            .as_ref()
            .ok()
            .and_then(|config| config.redis_url.clone());
        let fine = findings.add("configuration", config.map(|_| "complete".to_owned()));
        if let Some(url) = redis {
            findings.add("Redis", lanyard_storage::ping_redis(url.reveal()).await);
        }
        fine
    };
    if configured {
        match Store::open(folder).await {
            Ok(store) => {
                findings.add(
                    "database",
                    Ok::<_, String>(format!(
                        "reached{}; migrated; row-level security in force",
                        store.database.which().await
                    )),
                );
                check_store(&store, &mut findings).await;
                store.close().await?;
            }
            Err(failure) => {
                findings.add("database", Err(failure));
            }
        }
    }
    let failed = findings.0.iter().any(|(_, result)| result.is_err());
    let lines: Vec<String> = findings
        .0
        .iter()
        .map(|(what, result)| match result {
            Ok(text) => format!("ok    {what}: {text}"),
            Err(text) => format!("FAIL  {what}: {text}"),
        })
        .collect();
    let values: Vec<_> = findings
        .0
        .iter()
        .map(|(what, result)| {
            let (Ok(text) | Err(text)) = result;
            json!({ "check": what, "ok": result.is_ok(), "detail": text })
        })
        .collect();
    output.result(
        &lines.join("\n"),
        &json!({ "ok": !failed, "checks": values }),
    )?;
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Where calls to newsrooms' URLs may go.
fn reach(allow: &OutboundAllow) -> String {
    match allow.to_string().as_str() {
        "" => "may reach public addresses only, over TLS".to_owned(),
        list => format!("may reach public addresses over TLS, and {list}"),
    }
}

async fn check_store(store: &Store, findings: &mut Findings) {
    let heard = store.database.try_listening().await;
    findings.add("changes", heard.map(|()| "are heard".to_owned()));
    let keys = keys::try_master_keys(&store.database, &store.master_keys)
        .await
        .map(|()| {
            format!(
                "`{}` seals; all that is sealed can be opened",
                store.master_keys.sealing_id()
            )
        });
    findings.add("master keys", keys);
    let chains = check_audit(store)
        .await
        .map_err(|failure| failure.to_string());
    findings.add("audit log", chains);
    let drift = match store.database.now().await {
        Ok(theirs) => match (theirs - store.clock.now()).abs() {
            drift if drift > MAX_DRIFT => Err(format!(
                "{drift} s apart from the database's; tokens would be judged wrongly"
            )),
            _ => Ok("agrees with the database's".to_owned()),
        },
        Err(error) => Err(error.to_string()),
    };
    findings.add("clock", drift);
}

/// Walks every tenant's chain of audit events.
async fn check_audit(store: &Store) -> Outcome<String> {
    let mut events = 0;
    for tenant in tenants::list(&store.database).await? {
        let mut tx = store.database.read(TenantId(tenant.id)).await?;
        match audit::verify(&mut tx, None).await? {
            Ok(head) => events += head.sequence,
            Err(fault) => {
                return Err(Failure::new(format!("tenant `{}`: {fault}", tenant.slug)));
            }
        }
    }
    Ok(format!("all {events} events are chained"))
}
