//! The move from Talk v4 to Coral: looked at, cut over, taken back.

use lanyard_core::{
    id::{DeploymentId, Kid},
    profile::TokenProfile,
    signing_key::KeyState,
    talk_to_coral::{Place, Stage, next_steps},
    tenant::{CLOCK_SKEW, Policy},
};
use lanyard_storage::{
    ReadTx, StorageError, WriteTx, key_use,
    keys::{self, KeyRow},
    readiness::{self, Readiness},
    tenants,
};
use serde_json::json;

use super::By;

/// Why a move isn't looked at, or goes no further.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// The deployment to move from isn't there, or is no Talk.
    #[error("there is no deployment `{0}` of Talk")]
    NoTalk(String),
    /// The deployment to move to isn't there, or is no Coral.
    #[error("there is no deployment `{0}` of Coral; make one first")]
    NoCoral(String),
    /// Nothing signs for Coral yet, so its readers would be left without tokens.
    #[error("Coral has no key that signs yet: import its secret, and activate it")]
    NotPrepared,
    /// Talk's key signs no more already.
    #[error("Talk issues no tokens any more already")]
    CutOver,
    /// Some readers would be kept out.
    #[error("Coral would refuse {0} readers, or take them for another")]
    Unready(i64),
    /// There is nothing to go back to.
    #[error(
        "there is no way back: a key of Talk signs, or the last one was ended by hand; make or activate one instead"
    )]
    NoWayBack,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Where the move stands.
#[derive(Debug)]
pub(crate) struct Standing {
    /// How far it is.
    pub(crate) stage: Stage,
    /// Talk's deployment.
    talk: DeploymentId,
    /// Talk's keys, the newest first.
    talk_keys: Vec<KeyRow>,
    /// When Talk's keys last signed, in unix seconds, as far as servers have said.
    pub(crate) last_issued_at: Option<i64>,
    /// Whether there is a deployment to move to.
    pub(crate) has_coral: bool,
    /// What would keep readers out.
    pub(crate) readiness: Readiness,
    /// What comes next.
    pub(crate) next: Vec<String>,
}

impl Standing {
    /// When the last of Talk's tokens ends, in unix seconds; while Talk issues, if it stopped now.
    pub(crate) fn last_token_ends_at(&self, now: i64) -> Option<i64> {
        let ends = self.talk_keys.iter().filter_map(|key| match key.state {
            KeyState::Active => Some(now + key.longest_life()),
            KeyState::Retiring { until } => Some(until),
            _ => None,
        });
        ends.max()
    }

    /// How many readers would be kept out, or taken for another.
    pub(crate) fn unready(&self) -> i64 {
        self.readiness.readers - self.readiness.ready
    }

    /// The key of Talk's that would sign again.
    fn last_key(&self) -> Option<&KeyRow> {
        let mut retiring = self
            .talk_keys
            .iter()
            .filter(|key| matches!(key.state, KeyState::Retiring { .. }));
        retiring
            .by_ref()
            .max_by_key(|key| key.retiring_since)
            .filter(|_| {
                self.talk_keys
                    .iter()
                    .all(|key| key.state != KeyState::Active)
            })
    }
}

/// Looks at the move of one deployment to another.
pub(crate) async fn look(
    tx: &mut ReadTx,
    (talk, coral): (&str, &str),
    now: i64,
) -> Result<Standing, Refused> {
    let no_talk = || Refused::NoTalk(talk.to_owned());
    let tenant = tenants::load(tx).await?.ok_or_else(no_talk)?;
    let find = |name: &str, kind: TokenProfile| -> Option<&Policy> {
        let mut policies = tenant.policies.iter();
        policies.find(|policy| policy.name.as_str() == name && policy.claims.kind() == kind)
    };
    let from = find(talk, TokenProfile::Talk).ok_or_else(no_talk)?;
    let to = find(coral, TokenProfile::Coral);
    let talk_keys = keys::list(tx, from.deployment, None, i64::MAX).await?;
    let used = key_use::of(tx, talk_keys.iter().map(|key| &key.kid), now).await?;
    let coral_signs = match to {
        Some(policy) => keys::active(tx, policy.deployment).await?.is_some(),
        None => false,
    };
    let readiness = readiness::count(tx).await?;
    let stage = Stage::of(talk_keys.iter().map(|key| key.state), coral_signs, now);
    let place = Place {
        tenant: tenant.slug.as_str(),
        talk,
        coral,
        unready: readiness.readers - readiness.ready,
    };
    Ok(Standing {
        stage,
        talk: from.deployment,
        talk_keys,
        last_issued_at: used.values().filter_map(|key| key.last_issued_at).max(),
        has_coral: to.is_some(),
        readiness,
        next: next_steps(stage, &place),
    })
}

/// Refuses a cut-over that would keep readers out.
pub(crate) fn may_cut_over(standing: &Standing, coral: &str, force: bool) -> Result<(), Refused> {
    if !standing.has_coral {
        return Err(Refused::NoCoral(coral.to_owned()));
    }
    match standing.stage {
        Stage::Prepare => Err(Refused::NotPrepared),
        Stage::CutOver | Stage::Done => Err(Refused::CutOver),
        Stage::SideBySide if standing.unready() > 0 && !force => {
            Err(Refused::Unready(standing.unready()))
        }
        Stage::SideBySide => Ok(()),
    }
}

/// Lets Talk's key sign no more; what it signed lives to its end, which is told in unix seconds.
pub(crate) async fn cut_over(
    tx: &mut WriteTx,
    by: By<'_>,
    standing: &Standing,
    (talk, coral): (&str, &str),
    force: bool,
) -> Result<i64, Refused> {
    let now = by.clock.now();
    let active = keys::active_now(tx, standing.talk).await?;
    let active = active.ok_or(Refused::CutOver)?;
    let until = now + active.longest_life() + CLOCK_SKEW;
    let ended = keys::replace_active(tx, standing.talk, now, until).await?;
    let until = ended.and_then(|key| key.until).unwrap_or(now);
    let detail = json!({
        "to": coral, "kid": active.kid, "last_token_ends_at": lanyard_api::fields::Time(until),
        "unready": standing.unready(), "forced": force,
    });
    by.audit(tx, "deployment.cut_over", talk, &detail).await?;
    Ok(until)
}

/// Lets Talk's last key sign again.
pub(crate) async fn back(
    tx: &mut WriteTx,
    by: By<'_>,
    standing: &Standing,
    talk: &str,
) -> Result<Kid, Refused> {
    let kid = &standing.last_key().ok_or(Refused::NoWayBack)?.kid;
    // Somebody else may have been faster.
    let none_signs = keys::active_now(tx, standing.talk).await?.is_none();
    if !none_signs || !keys::reactivate(tx, kid).await? {
        return Err(Refused::NoWayBack);
    }
    by.audit(tx, "deployment.cut_back", talk, &json!({ "kid": kid }))
        .await?;
    Ok(kid.clone())
}
