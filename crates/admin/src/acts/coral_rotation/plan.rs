//! What both sides have before a run, and what it would do.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use lanyard_core::{
    id::Kid,
    profile::TokenProfile,
    signing_key::{KeySet, KeyState, SigningKey},
    tenant::{CLOCK_SKEW, Policy},
};
use lanyard_storage::{
    ReadTx, deployments,
    keys::{self, KeyRow},
    tenants,
};

use super::Refused;
use crate::{
    coral::{Secret, Secrets},
    output::time,
};

/// For how long after the rotation the old key may go on signing, in seconds: until the new one signs, if need be once
/// somebody has resumed the run. The token is kept for less.
const SLACK: i64 = 3_600;

/// A Coral as it is set up here.
#[derive(Debug)]
pub(crate) struct Here {
    /// Its rules.
    pub(crate) policy: Policy,
    /// The key that signs.
    pub(crate) active: Option<KeyRow>,
    /// Where it is.
    pub(crate) root_url: String,
    keys: KeySet,
    full: bool,
}

/// Looks at a deployment that has to be a Coral.
pub(crate) async fn look(
    tx: &mut ReadTx,
    master_keys: &lanyard_core::seal::MasterKeys,
    deployment: &str,
    now: i64,
) -> Result<Here, Refused> {
    let tenant = tenants::load(tx).await?.ok_or(Refused::NoDeployment)?;
    let mut policies = tenant.policies.into_iter();
    let policy = policies
        .find(|policy| policy.name.as_str() == deployment)
        .ok_or(Refused::NoDeployment)?;
    if policy.claims.kind() != TokenProfile::Coral {
        return Err(Refused::NotCoral);
    }
    let row = deployments::get(tx, &policy.name, now).await?;
    let root_url = row.and_then(|row| row.deployment.root_url);
    let root_url = root_url.ok_or(Refused::NoRootUrl)?.to_string();
    let active = keys::active(tx, policy.deployment).await?;
    let mut sets = keys::load_all(tx, master_keys).await?;
    let open = |key: &SigningKey| key.state == KeyState::Pending || key.state.verifies(now);
    let count = sets.values().flat_map(KeySet::iter);
    let count = count.filter(|key| open(key)).count();
    Ok(Here {
        keys: sets.remove(&policy.deployment).unwrap_or_default(),
        full: i64::try_from(count).unwrap_or(i64::MAX) >= tenant.quota.signing_keys,
        policy,
        active,
        root_url,
    })
}

/// One of Coral's secrets, without the secret.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) kid: Kid,
    /// Whether Coral takes its tokens.
    pub(crate) active: bool,
    /// Whether it is a key here.
    pub(crate) known: bool,
    pub(crate) created_at: i64,
    pub(crate) last_used_at: Option<i64>,
    pub(crate) inactive_at: Option<i64>,
}

/// What a run would do.
#[derive(Debug)]
pub(crate) struct Plan {
    /// For how many seconds Coral goes on taking the old secret.
    pub(crate) overlap: i64,
    /// What Coral has now.
    pub(crate) secrets: Vec<Found>,
    /// What is odd.
    pub(crate) warnings: Vec<String>,
}

impl Plan {
    /// What would be done, for people.
    pub(crate) fn steps(&self, here: &Here) -> Vec<String> {
        let old = here.active.as_ref().map_or_else(
            || "Coral makes a new secret.".to_owned(),
            |key| {
                format!(
                    "Coral makes a new secret, and drops `{}` after {} s.",
                    key.kid, self.overlap
                )
            },
        );
        vec![
            old,
            "The new secret becomes a key here, and waits.".to_owned(),
            "Coral is asked whether it shows the new secret.".to_owned(),
            "The new key signs; the old one goes on verifying until its last token has ended."
                .to_owned(),
            "Coral's admin token is erased.".to_owned(),
        ]
    }
}

/// Compares both sides. For as long as tokens of the old key may live, and a while longer, is how long Coral goes on
/// taking them, unless a longer time is wished.
pub(crate) fn plan(
    here: &Here,
    secrets: &Secrets,
    overlap: Option<i64>,
    now: i64,
) -> Result<Plan, Refused> {
    if here.full {
        return Err(Refused::Quota);
    }
    let longest = here.active.as_ref().map_or(0, KeyRow::longest_life);
    let least = longest + CLOCK_SKEW + SLACK;
    let overlap = overlap.unwrap_or(least);
    if overlap < least {
        return Err(Refused::Overlap(least));
    }
    only_by_their_ids(here, secrets, now)?;
    let found = secrets.list.iter().map(|secret| Found {
        kid: secret.kid.clone(),
        active: secret.is_active(now),
        known: here.keys.get(secret.kid.as_str()).is_some(),
        created_at: secret.created_at,
        last_used_at: secret.last_used_at,
        inactive_at: secret.inactive_at,
    });
    Ok(Plan {
        overlap,
        secrets: found.collect(),
        warnings: warnings(here, secrets, overlap, now),
    })
}

/// Refuses where Coral takes tokens whose key it knows by another id: only as long as it has one secret.
fn only_by_their_ids(here: &Here, secrets: &Secrets, now: i64) -> Result<(), Refused> {
    let mut active = secrets.list.iter().filter(|secret| secret.is_active(now));
    let (Some(only), None) = (active.next(), active.next()) else {
        return Ok(());
    };
    for key in here.keys.iter().filter(|key| key.state.verifies(now)) {
        if key.kid != only.kid && is_same(key, only) {
            let until = match key.state {
                KeyState::Retiring { until } => Some(until),
                _ => None,
            };
            return Err(Refused::OtherKid {
                ours: key.kid.clone(),
                corals: only.kid.clone(),
                until,
            });
        }
    }
    Ok(())
}

/// Whether a key here is Coral's secret, whatever both are called.
pub(super) fn is_same(key: &SigningKey, secret: &Secret) -> bool {
    let ours = key.material.secret_text();
    ours.is_some_and(|ours| {
        verify_slices_are_equal(ours.as_bytes(), secret.text.as_bytes()).is_ok()
    })
}

fn warnings(here: &Here, secrets: &Secrets, overlap: i64, now: i64) -> Vec<String> {
    let mut warnings = Vec::new();
    if !secrets.enabled {
        warnings
            .push("SSO is off in Coral: it takes no token until SSO is switched on.".to_owned());
    }
    match here.keys.active() {
        None => warnings.push("Nothing signs here yet; the new secret will.".to_owned()),
        Some(key) => match secrets.get(key.kid.as_str()) {
            Some(secret) if secret.is_active(now) && is_same(key, secret) => {
                if let Some(end) = secret.inactive_at.filter(|end| *end < now + overlap) {
                    warnings.push(format!(
                        "Coral drops `{}`, which signs here, at {} already: somebody has rotated it there.",
                        key.kid,
                        time(end)
                    ));
                }
            }
            Some(secret) if secret.is_active(now) => warnings.push(format!(
                "`{}` signs here, and Coral has another secret under that id: it refuses the tokens that are made now.",
                key.kid
            )),
            _ => warnings.push(format!(
                "`{}` signs here, and Coral doesn't take it: it refuses the tokens that are made now.",
                key.kid
            )),
        },
    }
    let unknown: Vec<_> = secrets
        .list
        .iter()
        .filter(|secret| secret.is_active(now) && here.keys.get(secret.kid.as_str()).is_none())
        .map(|secret| format!("`{}`", secret.kid))
        .collect();
    if !unknown.is_empty() {
        warnings.push(format!(
            "Coral also takes secrets that aren't here: {}. It drops them with the old one. Whoever signs with them needs \
             another by then.",
            unknown.join(", ")
        ));
    }
    warnings
}
