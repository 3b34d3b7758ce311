//! Keys that begin: made here, imported, or put in the place of another.

use lanyard_core::{
    key::{self, ImportOptions},
    signing_key::{KeySet, KeyState, Origin, SigningKey},
    tenant::{CLOCK_SKEW, DEMO_ACCEPT_LIFETIME, MAX_TOKEN_LIFETIME, Policy},
};
use lanyard_storage::{WriteTx, keys};
use serde_json::json;

use super::{Create, Import, Place, Rotate, Which, load, new_kid, read_input};
use crate::{
    output::{Failure, Outcome, Output, note, time},
    store::Store,
};

pub(super) async fn create(store: &Store, args: Create, output: Output) -> Outcome {
    let (policy, set) = load(store, &args.place).await?;
    let now = store.clock.now();
    let kid = args.kid.map_or_else(|| new_kid(now), Ok)?;
    // A deployment without a key that signs has been waiting for this one.
    let activate = args.activate || set.active().is_none();
    let state = if activate {
        KeyState::Active
    } else {
        KeyState::Pending
    };
    let key = SigningKey::new(kid, key::generate(args.alg)?, state, Origin::Generated, now);
    let beginning = Beginning {
        place: &args.place,
        policy: &policy,
        set: &set,
        action: "key.create",
        overlap: overlap(&set),
    };
    beginning.store(store, key, output).await
}

pub(super) async fn import(store: &Store, args: Import, output: Output) -> Outcome {
    let (policy, set) = load(store, &args.place).await?;
    let text = read_input(&args.file)?;
    let imported = key::import(
        &text,
        ImportOptions {
            algorithm: args.alg,
            accept_weak: args.accept_weak,
        },
    )?;
    let now = store.clock.now();
    let kid = match (args.kid, &imported.kid) {
        (Some(kid), Some(own)) if kid.as_str() != own => {
            return Err(Failure::new(format!(
                "the key calls itself `{own}` and --kid says `{kid}`: Talk would refuse its tokens"
            )));
        }
        (Some(kid), _) => kid,
        (None, Some(own)) => own.parse()?,
        (None, None) => new_kid(now)?,
    };
    let accept_lifetime = args.accept_lifetime.unwrap_or(DEMO_ACCEPT_LIFETIME);
    if !(60..=MAX_TOKEN_LIFETIME).contains(&accept_lifetime) {
        return Err(Failure::new(
            "--accept-lifetime must be 60 seconds to 400 days",
        ));
    }
    for warning in &imported.warnings {
        note(&format!("note: {warning}"));
    }
    let origin = Origin::Imported {
        accept_lifetime,
        form: imported.form,
    };
    let state = match (args.activate, args.verify_only) {
        (true, _) => KeyState::Active,
        (false, true) => KeyState::Retiring {
            until: now + accept_lifetime + CLOCK_SKEW,
        },
        (false, false) if imported.material.can_sign() => KeyState::Pending,
        (false, false) => {
            return Err(Failure::new(
                "the key has no private half, so it can never sign: import it with --verify-only",
            ));
        }
    };
    let mut key = SigningKey::new(kid, imported.material, state, origin, now);
    key.weak = imported.weak;
    let beginning = Beginning {
        place: &args.place,
        policy: &policy,
        set: &set,
        action: "key.import",
        overlap: overlap(&set),
    };
    beginning.store(store, key, output).await
}

/// A key that is about to begin, and where.
struct Beginning<'a> {
    place: &'a Place,
    policy: &'a Policy,
    set: &'a KeySet,
    action: &'static str,
    /// How long the key that it replaces, if any, goes on verifying, in seconds.
    overlap: i64,
}

impl Beginning<'_> {
    /// Stores a key; an active one takes the place of the one that was, which goes on verifying.
    async fn store(&self, store: &Store, mut key: SigningKey, output: Output) -> Outcome {
        let active = key.state == KeyState::Active;
        if active && !key.material.can_sign() {
            return Err(Failure::new(
                "a key without its private half can't sign: import it with --verify-only",
            ));
        }
        key.longest_lifetime = self.policy.token_lifetime;
        let mut tx = store.write(&self.place.tenant).await?;
        let replaced = if active {
            self.replace(store, &mut tx).await?
        } else {
            None
        };
        store_key(store, &mut tx, self.policy, &key, self.action).await?;
        tx.commit().await?.done();
        print(&key, replaced.as_ref(), output)
    }

    /// Lets the active key sign no more. It must be the one that was there when this command looked.
    async fn replace(&self, store: &Store, tx: &mut WriteTx) -> Outcome<Option<keys::Replaced>> {
        let now = store.clock.now();
        let until = now + self.overlap + CLOCK_SKEW;
        let replaced = keys::replace_active(tx, self.policy.deployment, now, until).await?;
        let (was, expected) = (
            replaced.as_ref().map(|replaced| replaced.kid.as_str()),
            self.set
                .iter()
                .find(|key| key.state == KeyState::Active)
                .map(|key| key.kid.as_str()),
        );
        if was != expected {
            return Err(Failure::new(
                "somebody else has just changed this deployment's keys; look with `lanyard key list`, and try again",
            ));
        }
        Ok(replaced)
    }
}

fn print(key: &SigningKey, replaced: Option<&keys::Replaced>, output: Output) -> Outcome {
    let state = match key.state {
        KeyState::Active => "signs from now on".to_owned(),
        KeyState::Retiring { until } => format!("verifies until {}, and never signs", time(until)),
        _ => "is pending: `lanyard key activate` lets it sign".to_owned(),
    };
    let mut text = format!("key `{}` ({}) {state}", key.kid, key.algorithm());
    match replaced {
        Some(keys::Replaced {
            kid,
            until: Some(until),
        }) => {
            text.push_str(&format!(
                "\nkey `{kid}` signs no more, and verifies until {}",
                time(*until)
            ));
        }
        Some(keys::Replaced { kid, until: None }) => {
            text.push_str(&format!(
                "\nkey `{kid}` never signed anything, and is retired"
            ));
        }
        None => {}
    }
    let value = json!({
        "kid": key.kid, "algorithm": key.algorithm(), "state": key.state.name(), "weak": key.weak,
        "replaced": replaced.map(|old| json!({ "kid": old.kid, "verifies_until": old.until.map(time) })),
    });
    output.result(&text, &value)
}

async fn store_key(
    store: &Store,
    tx: &mut WriteTx,
    policy: &Policy,
    key: &SigningKey,
    action: &str,
) -> Outcome {
    if let Err(error) = keys::insert(tx, policy.deployment, key, &store.master_keys).await {
        return Err(if error.is_conflict(keys::KID_TAKEN) {
            Failure::new(format!(
                "the tenant has a key `{}` already; name another with --kid",
                key.kid
            ))
        } else {
            error.into()
        });
    }
    let detail = json!({ "deployment": policy.name, "algorithm": key.algorithm(), "state": key.state.name() });
    store.audit(tx, action, key.kid.as_str(), &detail).await
}

/// How long the active key has to go on verifying so that none of its tokens dies early.
fn overlap(set: &KeySet) -> i64 {
    set.active().map_or(0, |key| match key.origin {
        Origin::Generated => key.longest_lifetime,
        Origin::Imported {
            accept_lifetime, ..
        } => accept_lifetime.max(key.longest_lifetime),
    })
}

pub(super) async fn rotate(store: &Store, args: Rotate, output: Output) -> Outcome {
    let (policy, set) = load(store, &args.place).await?;
    let old = set.active().ok_or_else(|| {
        Failure::new("there is no active key to rotate; use `lanyard key create`")
    })?;
    let now = store.clock.now();
    let algorithm = args.alg.unwrap_or_else(|| old.algorithm());
    if algorithm != old.algorithm() {
        note(&format!(
            "note: Talk takes one algorithm for all keys. It must not get {algorithm} while tokens of `{}` live.",
            old.kid
        ));
    }
    let kid = args.kid.map_or_else(|| new_kid(now), Ok)?;
    let material = key::generate(algorithm)?;
    let key = SigningKey::new(kid, material, KeyState::Active, Origin::Generated, now);
    let beginning = Beginning {
        place: &args.place,
        policy: &policy,
        set: &set,
        action: "key.rotate",
        overlap: args.overlap.unwrap_or_else(|| overlap(&set)),
    };
    beginning.store(store, key, output).await?;
    note_after_rotation(&policy);
    Ok(())
}

/// Lets a pending key sign: the rotation in which Talk is told first.
pub(super) async fn activate(store: &Store, which: &Which, output: Output) -> Outcome {
    let (kid, state) = which.find(store).await?;
    let (policy, set) = load(store, &which.place).await?;
    let key = set.get(kid.as_str()).filter(|key| key.material.can_sign());
    let (Some(key), KeyState::Pending) = (key, state) else {
        return Err(Failure::new(format!(
            "key `{kid}` is {}; only a pending key with a private half can be activated",
            state.name()
        )));
    };
    let beginning = Beginning {
        place: &which.place,
        policy: &policy,
        set: &set,
        action: "key.activate",
        overlap: overlap(&set),
    };
    let mut tx = store.write(&which.place.tenant).await?;
    let replaced = beginning.replace(store, &mut tx).await?;
    if !keys::activate(&mut tx, &kid, store.clock.now()).await? {
        return Err(Failure::new(
            "somebody else has just changed this key; look with `lanyard key list`",
        ));
    }
    store
        .audit(
            &mut tx,
            beginning.action,
            kid.as_str(),
            &json!({ "deployment": policy.name }),
        )
        .await?;
    tx.commit().await?.done();
    let value = json!({
        "kid": kid, "algorithm": key.algorithm(), "state": "active",
        "replaced": replaced.as_ref().map(|old| json!({ "kid": old.kid, "verifies_until": old.until.map(time) })),
    });
    output.result(
        &format!("key `{kid}` ({}) signs from now on", key.algorithm()),
        &value,
    )
}

fn note_after_rotation(policy: &Policy) {
    note(
        "Give Talk the new settings now (`lanyard key export --as talk`): it refuses tokens of a key that it doesn't \
         have. To tell it first, use `lanyard key create` and `lanyard key activate`.",
    );
    if policy.issuing.accepted {
        note("Issuing tokens of the old key end with it; an API key outlives rotations.");
    }
}
