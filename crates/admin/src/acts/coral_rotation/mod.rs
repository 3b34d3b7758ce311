//! Rotating a Coral's signing secret on both sides: Coral makes a new one, it becomes a key here, and signs.
//!
//! A run looks at both sides, does the one thing that is due, and looks again. So it doesn't matter where it was cut off.

mod drive;
mod next;
mod plan;
mod steps;

pub(crate) use drive::{Site, drive, problem_of};
pub(crate) use plan::{Here, Plan, look, plan};

use lanyard_core::{
    deployment::RootUrl,
    id::{DeploymentId, Kid},
};
use lanyard_storage::{
    StorageError, WriteTx,
    coral_rotations::{self, RotationRow, RotationState},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    acts::By,
    coral::{AdminToken, Coral, CoralError, Secrets},
    outbound::Calls,
};

/// For how long a token is kept for a run that isn't at its end, in seconds. Servers look every ten minutes for what is to
/// be erased, and pass over a run that somebody works on once: so it is gone after an hour at most.
pub(crate) const TOKEN_KEPT: i64 = 2_400;
/// For how long whoever works on a run has it alone, in seconds; longer than any one step takes.
const LEASE: i64 = 60;

/// Why a run doesn't begin, go on or end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("there is no such deployment")]
    NoDeployment,
    #[error("the deployment is a Talk: only Coral's secrets are rotated so")]
    NotCoral,
    #[error("the deployment has no root URL, so it isn't known where Coral is")]
    NoRootUrl,
    /// It is another than whoever has the token takes it for.
    #[error("the deployment's root URL is {0}, so nothing was sent")]
    OtherUrl(String),
    #[error("there is no such rotation of the deployment")]
    NoRotation,
    #[error(
        "the overlap must be {0} seconds at least: readers with a token of the old secret would be refused"
    )]
    Overlap(i64),
    /// Coral takes a token whatever it calls its key, until it has two secrets.
    #[error(
        "the key `{ours}` is Coral's secret `{corals}` under another id. With a second secret Coral looks at the id, and \
         would refuse its tokens"
    )]
    OtherKid {
        ours: Kid,
        corals: Kid,
        /// When the last of these tokens ends, if no more are made.
        until: Option<i64>,
    },
    #[error("the newsroom has as many keys as it may")]
    Quota,
    #[error("another rotation of the deployment isn't at its end")]
    Open,
    #[error("the rotation is {} already", .0.name())]
    Ended(RotationState),
    #[error("somebody works on the rotation at this moment")]
    Held(i64),
    #[error("Coral's admin token isn't kept any more")]
    NoToken,
    #[error(transparent)]
    Coral(#[from] CoralError),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Asks Coral for its secrets: what every run, and every dry run, begins with. Whoever has the token says where it goes:
/// somebody who may change the deployment, and not have the token, may have changed that.
pub(crate) async fn ask(
    here: &Here,
    token: &AdminToken,
    root_url: &RootUrl,
    calls: &Calls,
) -> Result<Secrets, Refused> {
    if root_url.as_str() != here.root_url {
        return Err(Refused::OtherUrl(here.root_url.clone()));
    }
    let coral = Coral::at(&here.root_url, token.clone(), calls)?;
    Ok(coral.secrets().await?)
}

/// Writes a run down, with the token sealed. Whoever begins it works on it.
pub(crate) async fn begin(
    tx: &mut WriteTx,
    by: By<'_>,
    here: &Here,
    plan: &Plan,
    token: &AdminToken,
    id: Uuid,
) -> Result<RotationRow, Refused> {
    let now = by.clock.now();
    let kids = plan.secrets.iter().map(|secret| secret.kid.to_string());
    let row = RotationRow {
        id,
        deployment: here.policy.deployment,
        state: RotationState::Running,
        root_url: here.root_url.clone(),
        started_by: by.actor.to_owned(),
        overlap: plan.overlap,
        kids_before: kids.collect(),
        old_kid: here.active.as_ref().map(|key| key.kid.to_string()),
        new_kid: None,
        asked_at: None,
        old_ends_at: None,
        warnings: plan.warnings.clone(),
        error: None,
        error_detail: None,
        attempt: 1,
        leased_until: now + LEASE,
        started_at: now,
        finished_at: None,
        token_until: now + TOKEN_KEPT,
    };
    let token = token.reveal().as_bytes();
    match coral_rotations::insert(tx, &row, token, by.master_keys).await {
        Err(error) if error.is_conflict(coral_rotations::ONE_OPEN) => return Err(Refused::Open),
        other => other?,
    }
    let detail = json!({
        "deployment": here.policy.name, "root_url": row.root_url, "overlap": row.overlap, "old_kid": row.old_kid,
    });
    by.audit(tx, "coral_rotation.begin", &id.to_string(), &detail)
        .await?;
    Ok(row)
}

/// The run, if it is one of the deployment and can go on.
async fn open(
    tx: &mut WriteTx,
    deployment: DeploymentId,
    id: Uuid,
) -> Result<RotationRow, Refused> {
    let row = coral_rotations::get_now(tx, id).await?;
    let row = row
        .filter(|row| row.deployment == deployment)
        .ok_or(Refused::NoRotation)?;
    if row.state.is_open() {
        Ok(row)
    } else {
        Err(Refused::Ended(row.state))
    }
}

/// Takes a run up again that was interrupted, or whose server was killed; with another token if one is given.
pub(crate) async fn resume(
    tx: &mut WriteTx,
    by: By<'_>,
    deployment: DeploymentId,
    id: Uuid,
    token: Option<&AdminToken>,
) -> Result<RotationRow, Refused> {
    let now = by.clock.now();
    let mut row = open(tx, deployment, id).await?;
    if row.state == RotationState::Running && row.leased_until > now {
        return Err(Refused::Held(row.leased_until - now));
    }
    match token {
        Some(token) => {
            let (token, until) = (token.reveal().as_bytes(), now + TOKEN_KEPT);
            coral_rotations::put_token(tx, id, token, until, by.master_keys).await?;
            row.token_until = until;
        }
        None if row.token_until <= now => return Err(Refused::NoToken),
        None => {}
    }
    coral_rotations::take_over(tx, &mut row).await?;
    row.state = RotationState::Running;
    row.leased_until = now + LEASE;
    (row.error, row.error_detail) = (None, None);
    coral_rotations::save(tx, &row).await?;
    let detail = json!({ "new_token": token.is_some() });
    by.audit(tx, "coral_rotation.resume", &id.to_string(), &detail)
        .await?;
    Ok(row)
}

/// Gives a run up, and erases the token. What was done stays done.
pub(crate) async fn abandon(
    tx: &mut WriteTx,
    by: By<'_>,
    deployment: DeploymentId,
    id: Uuid,
) -> Result<RotationRow, Refused> {
    let mut row = open(tx, deployment, id).await?;
    row.state = RotationState::Abandoned;
    row.finished_at = Some(by.clock.now());
    coral_rotations::save(tx, &row).await?;
    let detail = json!({ "new_kid": row.new_kid });
    by.audit(tx, "coral_rotation.abandon", &id.to_string(), &detail)
        .await?;
    Ok(row)
}

/// What is left to do about a run, for people.
pub(crate) fn advice(row: &RotationRow, now: i64) -> Option<String> {
    let stuck = row.state == RotationState::Running && row.leased_until <= now;
    match (row.state, &row.new_kid) {
        (RotationState::Done, _) => row
            .old_kid
            .as_ref()
            .filter(|kid| row.old_ends_at.is_none() && row.kids_before.contains(kid))
            .map(|kid| {
                format!(
                    "Coral has set no end for the old secret `{kid}`. Deactivate it in Coral's admin once its last token has \
                     ended."
                )
            }),
        (RotationState::Running, _) if !stuck => None,
        (RotationState::Running | RotationState::Interrupted, _) => Some(
            "Resume it: it goes on where it stopped, and makes no second secret.".to_owned(),
        ),
        (_, Some(kid)) => Some(format!(
            "Coral has a new secret, which is the key `{kid}` here. Activate that before Coral drops the old one."
        )),
        (_, None) if row.asked_at.is_some() => Some(
            "Coral may have made a new secret. Look in its admin: if there is one that isn't here, import it and sign with \
             it before Coral drops the old one."
                .to_owned(),
        ),
        (_, None) => Some("Nothing has changed in Coral or here.".to_owned()),
    }
}
