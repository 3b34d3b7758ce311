//! `lanyard deployment rotate-coral`: both sides of a Coral's signing secret, from the database's side.

use std::{
    io::{BufRead, BufReader, IsTerminal},
    process::ExitCode,
    sync::Arc,
};

use clap::Args;
use lanyard_core::deployment::RootUrl;
use lanyard_storage::coral_rotations::{RotationRow, RotationState};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Place, parse_duration, read_input};
use crate::{
    acts::coral_rotation::{self as acts, Here, Plan, Refused, Site},
    commands::new_id,
    config::{OUTBOUND_ALLOW, outbound_allow},
    coral::{AdminToken, CoralError},
    manage::coral_rotations::{CoralRotationOut, CoralRotationPlanOut},
    outbound::{Calls, OutboundError},
    output::{Failure, Outcome, Output, note, time},
    store::Store,
};

#[derive(Debug, Args)]
pub(in crate::commands) struct RotateCoral {
    #[command(flatten)]
    place: Place,
    /// File with a personal access token of an admin in Coral, or - for standard input
    #[arg(long, value_name = "FILE", required_unless_present_any = ["resume", "abandon"])]
    admin_token_file: Option<String>,
    /// Where Coral is, as you know it: the token goes nowhere else [default: you are asked, at a terminal]
    #[arg(long, value_name = "URL", conflicts_with_all = ["resume", "abandon"])]
    root_url: Option<RootUrl>,
    /// How long Coral goes on taking the old secret [default: the longest life of its tokens, and an hour]
    #[arg(long, value_parser = parse_duration, value_name = "DURATION", conflicts_with_all = ["resume", "abandon"])]
    overlap: Option<i64>,
    /// Only look, and tell what would be done
    #[arg(long, conflicts_with_all = ["resume", "abandon"])]
    dry_run: bool,
    /// Go on with a rotation that was interrupted
    #[arg(long, value_name = "ID", conflicts_with = "abandon")]
    resume: Option<Uuid>,
    /// Give a rotation up, and erase its token
    #[arg(long, value_name = "ID", conflicts_with = "admin_token_file")]
    abandon: Option<Uuid>,
}

impl RotateCoral {
    fn token(&self) -> Outcome<Option<AdminToken>> {
        let Some(path) = &self.admin_token_file else {
            return Ok(None);
        };
        let bytes = read_input(path)?;
        let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
        let token = text.trim().parse();
        token.map(Some).map_err(|error: crate::coral::NotAToken| {
            Failure::new(format!("what --admin-token-file names {error}"))
        })
    }

    /// Where whoever has the token says that it goes. Somebody else may have changed what is stored.
    fn root_url(&self, here: &Here) -> Outcome<RootUrl> {
        if let Some(url) = &self.root_url {
            return Ok(url.clone());
        }
        let url = &here.root_url;
        let from_stdin = self.admin_token_file.as_deref() == Some("-");
        let mut input = std::io::stdin();
        let refused = || {
            let told =
                format!("the token would go to {url}: if that is Coral, say --root-url {url}");
            Failure::new(told)
        };
        if from_stdin || !input.is_terminal() {
            return Err(refused());
        }
        note(&format!(
            "The token goes to {url}. Is that Coral? Type yes:"
        ));
        let mut said = String::new();
        BufReader::new(&mut input).read_line(&mut said)?;
        match said.trim() {
            "yes" => Ok(url.parse()?),
            _ => Err(refused()),
        }
    }
}

pub(in crate::commands) async fn run(
    store: &Store,
    args: RotateCoral,
    output: Output,
) -> Outcome<ExitCode> {
    let (place, now) = (&args.place, store.clock.now());
    let token = args.token()?;
    let mut tx = store.read(&place.tenant).await?;
    let here = acts::look(&mut tx, &store.master_keys, &place.deployment, now).await;
    let here = here.map_err(|refused| told(refused, place))?;
    tx.end().await?;
    let row = match (args.abandon, args.resume, token) {
        (Some(id), ..) => return abandon(store, place, &here, id, output).await,
        (None, Some(id), token) => resume(store, place, &here, id, token.as_ref()).await?,
        (None, None, Some(token)) => {
            let (root_url, calls) = (args.root_url(&here)?, Calls::new(outbound_allow()?));
            let secrets = acts::ask(&here, &token, &root_url, &calls).await;
            let secrets = secrets.map_err(|refused| told(refused, place))?;
            let plan = acts::plan(&here, &secrets, args.overlap, now);
            let plan = plan.map_err(|refused| told(refused, place))?;
            if args.dry_run {
                return show_plan(&here, plan, output);
            }
            begin(store, place, &here, &plan, &token).await?
        }
        (None, None, None) => return Err(Failure::new("--admin-token-file is missing")),
    };
    drive(store, place, &row, output).await
}

async fn begin(
    store: &Store,
    place: &Place,
    here: &Here,
    plan: &Plan,
    token: &AdminToken,
) -> Outcome<RotationRow> {
    for warning in &plan.warnings {
        note(&format!("note: {warning}"));
    }
    let (mut tx, actor) = (store.write(&place.tenant).await?, store.actor());
    let row = acts::begin(&mut tx, store.by(&actor), here, plan, token, new_id()).await;
    let row = row.map_err(|refused| told(refused, place))?;
    tx.commit().await?.done();
    Ok(row)
}

async fn resume(
    store: &Store,
    place: &Place,
    here: &Here,
    id: Uuid,
    token: Option<&AdminToken>,
) -> Outcome<RotationRow> {
    let (mut tx, actor) = (store.write(&place.tenant).await?, store.actor());
    let (by, deployment) = (store.by(&actor), here.policy.deployment);
    let row = acts::resume(&mut tx, by, deployment, id, token).await;
    let row = row.map_err(|refused| told(refused, place))?;
    tx.commit().await?.done();
    Ok(row)
}

async fn abandon(
    store: &Store,
    place: &Place,
    here: &Here,
    id: Uuid,
    output: Output,
) -> Outcome<ExitCode> {
    let (mut tx, actor) = (store.write(&place.tenant).await?, store.actor());
    let (by, deployment) = (store.by(&actor), here.policy.deployment);
    let row = acts::abandon(&mut tx, by, deployment, id).await;
    let row = row.map_err(|refused| told(refused, place))?;
    tx.commit().await?.done();
    show(row, store.clock.now(), output)
}

/// Works on a rotation, and tells each step.
async fn drive(
    store: &Store,
    place: &Place,
    row: &RotationRow,
    output: Output,
) -> Outcome<ExitCode> {
    note(&format!("rotation {} runs", row.id));
    let site = Site {
        database: store.database.clone(),
        views: None,
        master_keys: Arc::clone(&store.master_keys),
        clock: store.clock.clone(),
        calls: Calls::new(outbound_allow()?),
        tenant: store.tenant(&place.tenant).await?,
        actor: store.actor(),
    };
    let driven = acts::drive(&site, row.id, row.attempt, &mut |run| note(&progress(run))).await;
    let row = driven.map_err(|stop| {
        Failure::new(format!(
            "{stop}; go on with `lanyard deployment rotate-coral --tenant {} --deployment {} --resume {}`",
            place.tenant, place.deployment, row.id
        ))
    })?;
    show(row, store.clock.now(), output)
}

fn progress(run: &RotationRow) -> String {
    match (run.state, &run.new_kid) {
        (RotationState::Done, Some(kid)) => {
            format!("`{kid}` signs here; Coral's admin token is erased")
        }
        (_, Some(kid)) => format!("Coral's new secret is the key `{kid}` here, and waits"),
        (_, None) => "Coral is asked for a new secret".to_owned(),
    }
}

fn show(run: RotationRow, now: i64, output: Output) -> Outcome<ExitCode> {
    let mut lines = vec![format!("rotation {} is {}", run.id, run.state.name())];
    if let Some(detail) = &run.error_detail {
        lines.push(format!("it was interrupted: {detail}"));
    }
    if let Some(end) = run.old_ends_at {
        lines.push(format!("Coral takes the old secret until {}", time(end)));
    }
    lines.extend(run.warnings.iter().map(|text| format!("note: {text}")));
    lines.extend(acts::advice(&run, now));
    let ended_well = matches!(run.state, RotationState::Done | RotationState::Abandoned);
    let value = serde_json::to_value(CoralRotationOut::new(run, now))?;
    output.result(&lines.join("\n"), &value)?;
    Ok(if ended_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn show_plan(here: &Here, plan: Plan, output: Output) -> Outcome<ExitCode> {
    let mut lines = vec![format!("Coral at {} has:", here.root_url)];
    lines.extend(plan.secrets.iter().map(|secret| {
        let active = if secret.active { "active" } else { "expired" };
        let known = if secret.known {
            "a key here"
        } else {
            "not here"
        };
        format!("  {}  {active}, {known}", secret.kid)
    }));
    lines.extend(plan.warnings.iter().map(|text| format!("note: {text}")));
    lines.push("It would be done so:".to_owned());
    let steps = plan.steps(here);
    let numbered = steps.iter().zip(1..);
    lines.extend(numbered.map(|(step, number)| format!("  {number}. {step}")));
    let value = serde_json::to_value(CoralRotationPlanOut::new(here, plan))?;
    output.result(&lines.join("\n"), &value)?;
    Ok(ExitCode::SUCCESS)
}

/// Why it isn't done, with what helps.
fn told(refused: Refused, place: &Place) -> Failure {
    let help = match &refused {
        Refused::NoDeployment => format!(": `{}` has no `{}`", place.tenant, place.deployment),
        Refused::NoRootUrl => "; set it with `lanyard deployment update --root-url`".to_owned(),
        Refused::OtherKid {
            until: Some(until), ..
        } => format!("; wait until its last token has ended, at {}", time(*until)),
        Refused::OtherKid { corals, .. } => format!(
            "; import the secret again with `lanyard key import --kid {corals} --activate`, and rotate once the old key has \
             ended"
        ),
        Refused::OtherUrl(_) => "; `lanyard audit list` says who changed it".to_owned(),
        Refused::Open => "; go on with --resume, or give it up with --abandon".to_owned(),
        Refused::Held(seconds) => format!("; try again in {seconds} s"),
        Refused::NoToken => "; name another with --admin-token-file".to_owned(),
        Refused::Coral(CoralError::Outbound(OutboundError::Forbidden(_))) => format!(
            "; correct it with `lanyard deployment update --root-url`, or list where Coral is in {OUTBOUND_ALLOW}"
        ),
        Refused::Coral(CoralError::Refused(_)) => {
            "; make a personal access token of an admin in Coral".to_owned()
        }
        Refused::Coral(_) => "; see whether the root URL is right".to_owned(),
        _ => String::new(),
    };
    Failure::new(format!("{refused}{help}"))
}
