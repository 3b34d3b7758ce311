//! Working on a run, from wherever it is to its end or to what stops it.

use std::{fmt, sync::Arc};

use lanyard_api::Problem;
use lanyard_core::{id::TenantId, seal::MasterKeys};
use lanyard_storage::{Clock, Database, StorageError, Views, coral_rotations::RotationRow};
use uuid::Uuid;

use super::next::{Step, Stuck, next};
use crate::{
    acts::{By, signing_keys},
    coral::{CoralError, Secrets},
    outbound::{Calls, OutboundError},
};

/// Where a run is worked on, and for whom.
pub(crate) struct Site {
    pub(crate) database: Database,
    /// A server's own views, which learn of each step before anybody else does.
    pub(crate) views: Option<Arc<Views>>,
    pub(crate) master_keys: Arc<MasterKeys>,
    pub(crate) clock: Clock,
    pub(crate) calls: Calls,
    pub(crate) tenant: TenantId,
    /// Who acts, as the audit log names actors.
    pub(crate) actor: String,
}

impl Site {
    pub(super) fn by(&self) -> By<'_> {
        By {
            actor: &self.actor,
            clock: &self.clock,
            master_keys: &self.master_keys,
        }
    }
}

/// What stops a run.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Coral.
    Coral(CoralError),
    /// What both sides show.
    Stuck(Stuck),
    /// The rules for keys here.
    Keys(signing_keys::Refused),
    /// The database. Whoever resumes the run finds how far it came.
    Storage(StorageError),
    /// Somebody else has taken it over, given it up, or deleted its deployment.
    Lost,
}

impl fmt::Display for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Coral(error) => write!(formatter, "{error}"),
            Self::Stuck(Stuck::Settling(seconds)) => write!(
                formatter,
                "Coral was asked for a new secret and the answer was lost; it may still be at it. Resume in {seconds} s"
            ),
            Self::Stuck(Stuck::NotShown(kid)) => write!(
                formatter,
                "Coral doesn't show its new secret `{kid}`: somebody has ended it there, or not all of Coral's servers \
                 know it yet"
            ),
            Self::Stuck(Stuck::Ended(kid)) => {
                write!(formatter, "somebody has ended the new key `{kid}` here")
            }
            Self::Stuck(Stuck::Other(kid)) => write!(
                formatter,
                "the key `{kid}` here isn't Coral's secret of that id: somebody has imported another text. Give the rotation \
                 up, retire that key, and begin another: Coral makes another secret then"
            ),
            Self::Keys(refused) => write!(formatter, "{refused}"),
            Self::Storage(_) => formatter.write_str("the database failed"),
            Self::Lost => {
                formatter.write_str("somebody else works on the rotation, or has ended it")
            }
        }
    }
}

impl From<CoralError> for Stop {
    fn from(error: CoralError) -> Self {
        Self::Coral(error)
    }
}

impl From<Stuck> for Stop {
    fn from(stuck: Stuck) -> Self {
        Self::Stuck(stuck)
    }
}

impl From<StorageError> for Stop {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl From<signing_keys::Refused> for Stop {
    fn from(refused: signing_keys::Refused) -> Self {
        match refused {
            signing_keys::Refused::Storage(error) => Self::Storage(error),
            refused => Self::Keys(refused),
        }
    }
}

/// The problem that an error of Coral's is.
pub(crate) const fn problem_of(error: &CoralError) -> Problem {
    match error {
        CoralError::Outbound(OutboundError::Forbidden(_)) => Problem::OutboundForbidden,
        CoralError::Outbound(OutboundError::BadAnswer(_)) | CoralError::Unexpected(_) => {
            Problem::CoralUnexpected
        }
        CoralError::Outbound(_) => Problem::CoralUnreachable,
        CoralError::Refused(_) => Problem::CoralRefused,
    }
}

impl Stop {
    /// The problem that it is.
    pub(super) const fn problem(&self) -> Problem {
        match self {
            Self::Coral(error) => problem_of(error),
            Self::Stuck(Stuck::NotShown(_)) => Problem::CoralUnexpected,
            Self::Stuck(_) | Self::Keys(_) | Self::Lost => Problem::StateConflict,
            Self::Storage(_) => Problem::Unavailable,
        }
    }
}

/// Works on a run that begin or resume gave out under this attempt, and tells after each step how far it is. Gives back
/// what became of it: done, or interrupted.
pub(crate) async fn drive(
    site: &Site,
    id: Uuid,
    attempt: i32,
    tell: &mut (dyn FnMut(&RotationRow) + Send),
) -> Result<RotationRow, Stop> {
    match steps(site, id, attempt, tell).await {
        Ok(run) => Ok(run),
        Err(Stop::Lost) => Err(Stop::Lost),
        Err(stop) => {
            if let Stop::Storage(error) = &stop {
                tracing::warn!(rotation = %id, %error, "a rotation of Coral's secret is interrupted");
            }
            site.interrupt(id, attempt, &stop).await
        }
    }
}

async fn steps(
    site: &Site,
    id: Uuid,
    attempt: i32,
    tell: &mut (dyn FnMut(&RotationRow) + Send),
) -> Result<RotationRow, Stop> {
    let coral = site.coral(id).await?;
    let mut answered: Option<Secrets> = None;
    loop {
        // What Coral answers to being asked is newer than what its next server may show.
        let secrets = match answered.take() {
            Some(secrets) => secrets,
            None => coral.secrets().await?,
        };
        let mut now = site.now(id, attempt).await?;
        match next(&now.run, &now.keys, &secrets, site.clock.now())? {
            Step::Ask => {
                site.asks(&mut now.run).await?;
                tell(&now.run);
                let asked = coral.rotate(now.run.overlap, &id.to_string()).await;
                if asked.as_ref().is_err_and(CoralError::means_not_done) {
                    site.asked_in_vain(&mut now.run).await?;
                }
                answered = Some(asked?);
            }
            Step::Import(secret) => {
                let old = now.run.old_kid.as_deref();
                let old_ends_at = old.and_then(|kid| secrets.get(kid)?.inactive_at);
                tell(&site.import(now, secret, old_ends_at).await?);
            }
            Step::Activate(kid) => {
                let run = site.finish(now, Some(&kid)).await?;
                tell(&run);
                return Ok(run);
            }
            Step::Finish => {
                let run = site.finish(now, None).await?;
                tell(&run);
                return Ok(run);
            }
        }
    }
}
