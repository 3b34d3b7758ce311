//! The move from Talk v4 to Coral: looked at, cut over, taken back.

use lanyard_core::{
    id::DeploymentId,
    profile::TokenProfile,
    signing_key::KeyState,
    talk_to_coral::{Place, Stage, next_steps},
    tenant::{CLOCK_SKEW, Policy},
};
use lanyard_storage::{
    ReadTx, StorageError, WriteTx, key_use,
    keys::{self, KeyRow},
    readiness::Readiness,
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
    #[error("Coral would refuse readers, or take them for another: {0} in all")]
    Unready(i64),
    /// There is nothing to go back to.
    #[error(
        "there is no way back: a key of Talk signs, or what the cut-over ended was ended by hand since; make or activate one \
         instead"
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
    pub(crate) talk: DeploymentId,
    /// The deployment to move to, if there is one.
    pub(crate) coral: Option<DeploymentId>,
    /// Talk's keys, the newest first.
    talk_keys: Vec<KeyRow>,
    /// When Talk's keys last signed, in unix seconds, as far as servers have said.
    pub(crate) last_issued_at: Option<i64>,
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
}

/// How many readers would be kept out, or taken for another.
pub(crate) const fn unready(readiness: &Readiness) -> i64 {
    readiness.readers - readiness.ready
}

/// Looks at the move of one deployment to another. The readers aren't counted here, see [`lanyard_storage::readiness::count`]: of a large
/// newsroom that takes its time.
pub(crate) async fn look(
    tx: &mut ReadTx,
    (talk, coral): (&str, &str),
    readiness: Option<&Readiness>,
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
    let stage = Stage::of(talk_keys.iter().map(|key| key.state), coral_signs, now);
    let place = Place {
        tenant: tenant.slug.as_str(),
        talk,
        coral,
        unready: readiness.map(unready),
    };
    Ok(Standing {
        stage,
        talk: from.deployment,
        coral: to.map(|policy| policy.deployment),
        talk_keys,
        last_issued_at: used.values().filter_map(|key| key.last_issued_at).max(),
        next: next_steps(stage, &place),
    })
}

/// Refuses a cut-over that would keep readers out. Without a count they don't matter.
pub(crate) fn may_cut_over(
    standing: &Standing,
    coral: &str,
    readiness: Option<&Readiness>,
) -> Result<DeploymentId, Refused> {
    let to = standing.coral;
    let to = to.ok_or_else(|| Refused::NoCoral(coral.to_owned()))?;
    match standing.stage {
        Stage::Prepare => Err(Refused::NotPrepared),
        Stage::CutOver | Stage::Done => Err(Refused::CutOver),
        Stage::SideBySide => match readiness.map(unready) {
            Some(unready @ 1..) => Err(Refused::Unready(unready)),
            _ => Ok(to),
        },
    }
}

/// Lets Talk's key sign no more; what it signed lives to its end.
pub(crate) async fn cut_over(
    tx: &mut WriteTx,
    by: By<'_>,
    (from, to): (DeploymentId, DeploymentId),
    (talk, coral): (&str, &str),
    force: bool,
) -> Result<(), Refused> {
    let now = by.clock.now();
    let active = keys::active_now(tx, from).await?;
    let active = active.ok_or(Refused::CutOver)?;
    // Its key may have been revoked since somebody looked, and then neither would sign.
    if keys::active_now(tx, to).await?.is_none() {
        return Err(Refused::NotPrepared);
    }
    let until = now + active.longest_life() + CLOCK_SKEW;
    let ended = keys::cut_over(tx, from, now, until).await?;
    let until = ended.and_then(|key| key.until).unwrap_or(now);
    let detail = json!({
        "to": coral, "kid": active.kid, "last_token_ends_at": lanyard_api::fields::Time(until), "forced": force,
    });
    by.audit(tx, "deployment.cut_over", talk, &detail).await?;
    Ok(())
}

/// Lets the key sign again that the cut-over ended.
pub(crate) async fn back(
    tx: &mut WriteTx,
    by: By<'_>,
    from: DeploymentId,
    talk: &str,
) -> Result<(), Refused> {
    // Somebody else may have been faster.
    if keys::active_now(tx, from).await?.is_some() {
        return Err(Refused::NoWayBack);
    }
    let kid = keys::cut_back(tx, from).await?;
    let kid = kid.ok_or(Refused::NoWayBack)?;
    by.audit(tx, "deployment.cut_back", talk, &json!({ "kid": kid }))
        .await?;
    Ok(())
}
