//! Keys that begin: made here, imported, or put in the place of another.

use lanyard_core::{
    id::Kid,
    key::{self, Algorithm, ImportOptions, ImportWarning, KeyMaterial},
    profile::{Claims, TokenProfile},
    signing_key::{KeyState, Origin, SigningKey},
    tenant::{CLOCK_SKEW, DEMO_ACCEPT_LIFETIME},
};
use lanyard_storage::{
    WriteTx, fingerprints,
    keys::{self, KeyRow, Replaced},
};
use serde_json::json;
use uuid::Uuid;

use super::{Refused, Seen, find};
use crate::acts::By;

/// A key that has begun, and what became of the one that signed.
#[derive(Debug)]
pub(crate) struct Begun {
    /// The key.
    pub(crate) key: SigningKey,
    /// The key that it has taken the place of.
    pub(crate) replaced: Option<Replaced>,
}

fn kid_or_new(kid: Option<Kid>, now: i64) -> Kid {
    kid.unwrap_or_else(|| Kid::dated(now, Uuid::new_v4()))
}

/// Adds a key that was made here. It signs if it is to, or if nothing else does: then it has been waited for.
pub(crate) async fn create(
    tx: &mut WriteTx,
    by: By<'_>,
    seen: &Seen,
    (kid, material): (Option<Kid>, KeyMaterial),
    activate: bool,
) -> Result<Begun, Refused> {
    made_here(seen)?;
    let now = by.clock.now();
    let state = if activate || seen.active.is_none() {
        KeyState::Active
    } else {
        KeyState::Pending
    };
    let kid = kid_or_new(kid, now);
    let key = SigningKey::new(kid, material, state, Origin::Generated, now);
    begin(tx, by, seen, key, Beginning::of("key.create")).await
}

/// Puts a key that was made here in the place of the one that signs. That one goes on verifying for `overlap` seconds:
/// for the longest life of its tokens unless said.
pub(crate) async fn rotate(
    tx: &mut WriteTx,
    by: By<'_>,
    seen: &Seen,
    (kid, material): (Option<Kid>, KeyMaterial),
    overlap: Option<i64>,
) -> Result<Begun, Refused> {
    made_here(seen)?;
    if seen.active.is_none() {
        return Err(Refused::NoActive);
    }
    let now = by.clock.now();
    let kid = kid_or_new(kid, now);
    let key = SigningKey::new(kid, material, KeyState::Active, Origin::Generated, now);
    let beginning = Beginning {
        overlap,
        ..Beginning::of("key.rotate")
    };
    begin(tx, by, seen, key, beginning).await
}

/// Goes on only where keys of ours are of use.
fn made_here(seen: &Seen) -> Result<(), Refused> {
    match seen.policy.claims {
        Claims::Talk(_) => Ok(()),
        Claims::Coral(_) => Err(Refused::CoralMakesSecrets),
    }
}

/// A key that was brought along, and what it is for.
#[derive(Debug)]
pub(crate) struct Import {
    kid: Option<Kid>,
    imported: key::Imported,
    /// Whether it signs from now on.
    pub(crate) activate: bool,
    /// Whether it never signs.
    pub(crate) verify_only: bool,
    /// Whether it is taken although it is in use elsewhere.
    pub(crate) accept_shared: bool,
    /// The longest lifetime of tokens accepted under it, in seconds. For Talk as long as the demo service's unless said,
    /// for Coral as long as the deployment's.
    pub(crate) accept_lifetime: Option<i64>,
}

impl Import {
    /// What whoever imports it must know.
    pub(crate) fn warnings(&self) -> &[ImportWarning] {
        &self.imported.warnings
    }
}

/// Reads a text as Talk, or Coral, has it.
pub(crate) fn read(
    text: &[u8],
    profile: TokenProfile,
    algorithm: Algorithm,
    accept_weak: bool,
    kid: Option<Kid>,
) -> Result<Import, Refused> {
    let options = ImportOptions {
        algorithm,
        accept_weak,
    };
    let imported = match profile {
        TokenProfile::Talk => key::import(text, options)?,
        TokenProfile::Coral if algorithm != Algorithm::HS256 => {
            return Err(Refused::CoralAlgorithm);
        }
        TokenProfile::Coral => key::import_coral(text, accept_weak)?,
    };
    let kid = match (kid, &imported.kid) {
        (Some(kid), Some(own)) if kid.as_str() != own => {
            return Err(Refused::OtherKid(own.clone()));
        }
        (None, Some(own)) => Some(own.parse()?),
        (kid, _) => kid,
    };
    Ok(Import {
        kid,
        imported,
        activate: false,
        verify_only: false,
        accept_shared: false,
        accept_lifetime: None,
    })
}

/// Adds a key that was brought along.
pub(crate) async fn import(
    tx: &mut WriteTx,
    by: By<'_>,
    seen: &Seen,
    import: Import,
) -> Result<Begun, Refused> {
    let now = by.clock.now();
    let accept_lifetime = import.accept_lifetime.unwrap_or(match seen.policy.claims {
        Claims::Talk(_) => DEMO_ACCEPT_LIFETIME,
        Claims::Coral(_) => seen.policy.token_lifetime,
    });
    let can_sign = import.imported.material.can_sign();
    let state = match (import.activate, import.verify_only) {
        (false, true) => KeyState::Retiring {
            until: now + accept_lifetime + CLOCK_SKEW,
        },
        _ if !can_sign => return Err(Refused::CantSign),
        (true, _) => KeyState::Active,
        (false, false) => KeyState::Pending,
    };
    let origin = Origin::Imported {
        accept_lifetime,
        form: import.imported.form,
    };
    let kid = kid_or_new(import.kid, now);
    let mut key = SigningKey::new(kid, import.imported.material, state, origin, now);
    key.weak = import.imported.weak;
    let deployment = seen.policy.deployment;
    let shared = fingerprints::shared(tx, deployment, &key.material, by.master_keys).await?;
    if let Some(shared) = shared.filter(|_| !import.accept_shared) {
        return Err(Refused::Reused(shared));
    }
    let beginning = Beginning {
        shared: shared.is_some(),
        ..Beginning::of("key.import")
    };
    begin(tx, by, seen, key, beginning).await
}

/// How a key begins.
struct Beginning {
    /// The action, as the audit log has it.
    action: &'static str,
    /// For how many seconds the key verifies that it takes the place of, if that was said.
    overlap: Option<i64>,
    /// Whether it is known to be in use elsewhere.
    shared: bool,
}

impl Beginning {
    const fn of(action: &'static str) -> Self {
        Self {
            action,
            overlap: None,
            shared: false,
        }
    }
}

/// Stores a key; an active one takes the place of the one that signed.
async fn begin(
    tx: &mut WriteTx,
    by: By<'_>,
    seen: &Seen,
    mut key: SigningKey,
    beginning: Beginning,
) -> Result<Begun, Refused> {
    let deployment = seen.policy.deployment;
    key.longest_lifetime = keys::token_lifetime(tx, deployment)
        .await?
        .ok_or(Refused::NoDeployment)?;
    let replaced = if key.state == KeyState::Active {
        replace(tx, by, seen, beginning.overlap).await?
    } else {
        None
    };
    if let Err(error) = keys::insert(tx, deployment, &key, by.master_keys).await {
        return Err(if error.is_conflict(keys::KID_TAKEN) {
            Refused::KidTaken(key.kid)
        } else {
            error.into()
        });
    }
    let mut detail = json!({ "deployment": seen.policy.name, "algorithm": key.algorithm(), "state": key.state.name() });
    if beginning.shared {
        detail["shared"] = true.into();
    }
    by.audit(tx, beginning.action, key.kid.as_str(), &detail)
        .await?;
    Ok(Begun { key, replaced })
}

/// Lets the active key sign no more. It must be the one that was seen: of two who rotate at once one is told, or Talk
/// would be given the settings of whoever came first.
async fn replace(
    tx: &mut WriteTx,
    by: By<'_>,
    seen: &Seen,
    overlap: Option<i64>,
) -> Result<Option<Replaced>, Refused> {
    let deployment = seen.policy.deployment;
    let active = keys::active_now(tx, deployment).await?;
    let kid = |key: &Option<KeyRow>| key.as_ref().map(|key| key.kid.clone());
    if kid(&active) != kid(&seen.active) {
        return Err(Refused::Meanwhile);
    }
    let Some(active) = active else {
        return Ok(None);
    };
    let now = by.clock.now();
    let until = now + overlap.unwrap_or_else(|| active.longest_life()) + CLOCK_SKEW;
    Ok(keys::replace_active(tx, deployment, now, until).await?)
}

/// Lets a pending key sign: the rotation in which Talk is told first.
pub(crate) async fn activate(
    tx: &mut WriteTx,
    by: By<'_>,
    seen: &Seen,
    kid: &Kid,
) -> Result<(KeyRow, Option<Replaced>), Refused> {
    let deployment = seen.policy.deployment;
    let key = find(tx, deployment, kid).await?;
    if key.state != KeyState::Pending {
        let state = key.state.at(by.clock.now());
        return Err(Refused::NotPending(key.kid, state));
    }
    let replaced = replace(tx, by, seen, None).await?;
    keys::activate(tx, kid, by.clock.now()).await?;
    let detail = json!({ "deployment": seen.policy.name });
    by.audit(tx, "key.activate", kid.as_str(), &detail).await?;
    Ok((find(tx, deployment, kid).await?, replaced))
}
