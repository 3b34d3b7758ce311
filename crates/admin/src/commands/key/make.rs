//! Keys that begin: made here, imported, or put in the place of another.

use lanyard_core::{
    key::{self, ImportOptions},
    signing_key::{KeySet, KeyState, Origin, SigningKey},
    tenant::{CLOCK_SKEW, DEMO_ACCEPT_LIFETIME, MAX_TOKEN_LIFETIME, Policy},
};
use lanyard_storage::{WriteTx, keys};
use serde_json::json;

use super::{Create, Import, Place, Rotate, load, new_kid, read_input};
use crate::{
    output::{Failure, Outcome, Output, note, time},
    store::Store,
};

pub(super) async fn create(store: &Store, args: Create, output: Output) -> Outcome {
    let (policy, set) = load(store, &args.place).await?;
    let now = store.clock.now();
    let kid = args.kid.map_or_else(|| new_kid(now), Ok)?;
    let key = SigningKey::new(
        kid,
        key::generate(args.alg)?,
        KeyState::Pending,
        Origin::Generated,
        now,
    );
    let activate = args.activate || set.active().is_none();
    insert(
        store,
        &args.place,
        &policy,
        &set,
        key,
        activate,
        "key.create",
        output,
    )
    .await
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
    let mut key = SigningKey::new(kid, imported.material, KeyState::Pending, origin, now);
    key.weak = imported.weak;
    insert(
        store,
        &args.place,
        &policy,
        &set,
        key,
        args.activate,
        "key.import",
        output,
    )
    .await
}

/// Stores a key; with `activate` it takes the place of the active one, which goes on verifying.
#[expect(
    clippy::too_many_arguments,
    reason = "the last step of two commands, with all that they found out"
)]
async fn insert(
    store: &Store,
    place: &Place,
    policy: &Policy,
    set: &KeySet,
    mut key: SigningKey,
    activate: bool,
    action: &str,
    output: Output,
) -> Outcome {
    if activate && !key.material.can_sign() {
        return Err(Failure::new(
            "a key without its private half can't sign: import it without --activate",
        ));
    }
    key.longest_lifetime = policy.token_lifetime;
    let now = store.clock.now();
    let mut tx = store.write(&place.tenant).await?;
    let replaced = if activate {
        key.state = KeyState::Active;
        let until = now + overlap(set) + CLOCK_SKEW;
        keys::replace_active(&mut tx, policy.deployment, now, until).await?
    } else {
        None
    };
    store_key(store, &mut tx, policy, &key, action).await?;
    tx.commit().await?.done();
    let mut text = format!(
        "key `{}` ({}) is {}",
        key.kid,
        key.algorithm(),
        key.state.name()
    );
    push_replaced(&mut text, replaced.as_ref());
    let value = json!({
        "kid": key.kid, "algorithm": key.algorithm(), "state": key.state.name(), "weak": key.weak,
        "replaced": replaced.as_ref().map(|old| json!({ "kid": old.kid, "verifies_until": old.until.map(time) })),
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

fn push_replaced(text: &mut String, replaced: Option<&keys::Replaced>) {
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
    let mut key = SigningKey::new(
        kid,
        key::generate(algorithm)?,
        KeyState::Active,
        Origin::Generated,
        now,
    );
    key.longest_lifetime = policy.token_lifetime;
    let mut tx = store.write(&args.place.tenant).await?;
    let until = now + args.overlap.unwrap_or_else(|| overlap(&set)) + CLOCK_SKEW;
    let replaced = keys::replace_active(&mut tx, policy.deployment, now, until).await?;
    // Two rotations at once: the second would replace the key of the first, which nobody has seen yet.
    if replaced
        .as_ref()
        .is_none_or(|replaced| replaced.kid != old.kid.as_str())
    {
        return Err(Failure::new(
            "somebody else has just rotated this deployment's key; look with `lanyard key list`",
        ));
    }
    store_key(store, &mut tx, &policy, &key, "key.rotate").await?;
    tx.commit().await?.done();
    let mut text = format!("key `{}` ({algorithm}) signs from now on", key.kid);
    push_replaced(&mut text, replaced.as_ref());
    note(
        "Give Talk the new settings now (`lanyard key export --as talk`): it refuses tokens of a key that it doesn't have.",
    );
    let value = json!({
        "kid": key.kid, "algorithm": algorithm, "state": "active",
        "replaced": replaced.as_ref().map(|old| json!({ "kid": old.kid, "verifies_until": old.until.map(time) })),
    });
    output.result(&text, &value)
}
