//! Keys that begin: made here, imported, or put in the place of another.

use lanyard_core::{
    key,
    signing_key::KeyState,
    tenant::{MAX_TOKEN_LIFETIME, Policy},
};
use lanyard_storage::keys::Replaced;
use serde_json::{Value, json};

use super::{Create, Import, Rotate, Which, look, read_input, told};
use crate::{
    acts::signing_keys::{self as acts, Begun},
    output::{Failure, Outcome, Output, note, time},
    store::Store,
};

pub(super) async fn create(store: &Store, args: Create, output: Output) -> Outcome {
    let seen = look(store, &args.place).await?;
    let new = (args.kid, key::generate(args.alg)?);
    let (mut tx, actor) = (store.write(&args.place.tenant).await?, store.actor());
    let begun = acts::create(&mut tx, store.by(&actor), &seen, new, args.activate)
        .await
        .map_err(told)?;
    tx.commit().await?.done();
    print(&begun, output)
}

pub(super) async fn import(store: &Store, args: Import, output: Output) -> Outcome {
    let seen = look(store, &args.place).await?;
    let text = read_input(&args.file)?;
    let mut import = acts::read(
        &text,
        seen.policy.claims.kind(),
        args.alg,
        args.accept_weak,
        args.kid,
    )
    .map_err(told)?;
    if args
        .accept_lifetime
        .is_some_and(|lifetime| !(60..=MAX_TOKEN_LIFETIME).contains(&lifetime))
    {
        return Err(Failure::new(
            "--accept-lifetime must be 60 seconds to 400 days",
        ));
    }
    for warning in import.warnings() {
        note(&format!("note: {warning}"));
    }
    import.activate = args.activate;
    import.verify_only = args.verify_only;
    import.accept_shared = args.accept_shared;
    import.accept_lifetime = args.accept_lifetime;
    let (mut tx, actor) = (store.write(&args.place.tenant).await?, store.actor());
    let begun = acts::import(&mut tx, store.by(&actor), &seen, import)
        .await
        .map_err(told)?;
    tx.commit().await?.done();
    print(&begun, output)
}

pub(super) async fn rotate(store: &Store, args: Rotate, output: Output) -> Outcome {
    let seen = look(store, &args.place).await?;
    let old = seen
        .active
        .as_ref()
        .ok_or_else(|| told(acts::Refused::NoActive))?;
    let algorithm = args.alg.unwrap_or(old.algorithm);
    if algorithm != old.algorithm {
        note(&format!(
            "note: Talk takes one algorithm for all keys. It must not get {algorithm} while tokens of `{}` live.",
            old.kid
        ));
    }
    let new = (args.kid, key::generate(algorithm)?);
    let (mut tx, actor) = (store.write(&args.place.tenant).await?, store.actor());
    let begun = acts::rotate(&mut tx, store.by(&actor), &seen, new, args.overlap)
        .await
        .map_err(told)?;
    tx.commit().await?.done();
    print(&begun, output)?;
    note_after_rotation(&seen.policy);
    Ok(())
}

/// Lets a pending key sign: the rotation in which Talk is told first.
pub(super) async fn activate(store: &Store, which: &Which, output: Output) -> Outcome {
    let kid = which.required()?;
    let seen = look(store, &which.place).await?;
    let (mut tx, actor) = (store.write(&which.place.tenant).await?, store.actor());
    let (key, replaced) = acts::activate(&mut tx, store.by(&actor), &seen, kid)
        .await
        .map_err(told)?;
    tx.commit().await?.done();
    let value = json!({
        "kid": kid, "algorithm": key.algorithm, "state": "active", "replaced": replaced_value(replaced.as_ref()),
    });
    output.result(
        &format!("key `{kid}` ({}) signs from now on", key.algorithm),
        &value,
    )
}

fn print(Begun { key, replaced }: &Begun, output: Output) -> Outcome {
    let state = match key.state {
        KeyState::Active => "signs from now on".to_owned(),
        KeyState::Retiring { until } => format!("verifies until {}, and never signs", time(until)),
        _ => "is pending: `lanyard key activate` lets it sign".to_owned(),
    };
    let mut text = format!("key `{}` ({}) {state}", key.kid, key.algorithm());
    match replaced {
        Some(Replaced {
            kid,
            until: Some(until),
        }) => {
            text.push_str(&format!(
                "\nkey `{kid}` signs no more, and verifies until {}",
                time(*until)
            ));
        }
        Some(Replaced { kid, until: None }) => {
            text.push_str(&format!(
                "\nkey `{kid}` never signed anything, and is retired"
            ));
        }
        None => {}
    }
    let value = json!({
        "kid": key.kid, "algorithm": key.algorithm(), "state": key.state.name(), "weak": key.weak,
        "replaced": replaced_value(replaced.as_ref()),
    });
    output.result(&text, &value)
}

fn replaced_value(replaced: Option<&Replaced>) -> Option<Value> {
    replaced.map(|old| json!({ "kid": old.kid, "verifies_until": old.until.map(time) }))
}

fn note_after_rotation(policy: &Policy) {
    note(
        "Give Talk the new settings now (`lanyard key export --as talk`): it refuses tokens of a key that it doesn't \
         have. To tell it first, use `lanyard key create` and `lanyard key activate`.",
    );
    if policy.issuing.accepted {
        note(acts::ISSUING_ENDS);
    }
}
