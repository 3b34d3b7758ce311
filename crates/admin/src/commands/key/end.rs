//! Keys that end: in due course, or at once.

use lanyard_core::signing_key::KeyState;
use serde_json::json;

use super::{Retire, Which, look, told};
use crate::{
    acts::signing_keys as acts,
    output::{Outcome, Output, note},
    store::Store,
};

pub(super) async fn retire(store: &Store, args: Retire, output: Output) -> Outcome {
    let Retire { which, force } = args;
    let kid = which.required()?;
    let seen = look(store, &which.place).await?;
    let (mut tx, actor) = (store.write(&which.place.tenant).await?, store.actor());
    let deployment = seen.policy.deployment;
    let ended = acts::retire(&mut tx, store.by(&actor), deployment, kid, force)
        .await
        .map_err(told)?;
    tx.commit().await?.done();
    let changed = ended.was != KeyState::Retired;
    output.result(
        &format!("key `{kid}` is retired"),
        &json!({ "kid": kid, "state": "retired", "changed": changed }),
    )
}

pub(super) async fn revoke(store: &Store, which: Which, output: Output) -> Outcome {
    let kid = which.required()?;
    let seen = look(store, &which.place).await?;
    let (mut tx, actor) = (store.write(&which.place.tenant).await?, store.actor());
    let ended = acts::revoke(&mut tx, store.by(&actor), seen.policy.deployment, kid)
        .await
        .map_err(told)?;
    tx.commit().await?.done();
    if ended.was == KeyState::Active {
        note("The deployment has no key that signs now; `lanyard key create` makes one.");
    }
    note(
        "Talk verifies alone: take the key out of its settings and restart it, or it accepts tokens of this key on.",
    );
    output.result(
        &format!("key `{kid}` is revoked"),
        &json!({ "kid": kid, "state": "revoked" }),
    )
}
