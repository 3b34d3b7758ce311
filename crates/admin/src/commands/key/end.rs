//! Keys that end: in due course, or at once.

use lanyard_core::{id::Kid, signing_key::KeyState};
use lanyard_storage::keys;
use serde_json::json;

use super::{Which, load};
use crate::{
    output::{Failure, Outcome, Output, note},
    store::Store,
};

impl Which {
    /// The key that is meant, and the state that it is in.
    pub(super) async fn find(&self, store: &Store) -> Outcome<(Kid, KeyState)> {
        let kid = self.kid().ok_or_else(|| Failure::new("which key?"))?;
        let (_, set) = load(store, &self.place).await?;
        let key = set.get(kid.as_str()).ok_or_else(|| {
            Failure::new(format!(
                "there is no key `{kid}`; `lanyard key list` shows them"
            ))
        })?;
        Ok((key.kid.clone(), key.state.at(store.clock.now())))
    }
}

pub(super) async fn retire(store: &Store, which: Which, output: Output) -> Outcome {
    let (kid, state) = which.find(store).await?;
    if state == KeyState::Active {
        return Err(Failure::new(format!(
            "`{kid}` signs; put another in its place first with `lanyard key rotate`"
        )));
    }
    let mut tx = store.write(&which.place.tenant).await?;
    let changed = keys::retire(&mut tx, &kid, store.clock.now()).await?;
    if changed {
        store
            .audit(
                &mut tx,
                "key.retire",
                kid.as_str(),
                &json!({ "was": state.name() }),
            )
            .await?;
        tx.commit().await?.done();
    }
    output.result(
        &format!("key `{kid}` is retired"),
        &json!({ "kid": kid, "state": "retired", "changed": changed }),
    )
}

pub(super) async fn revoke(store: &Store, which: Which, output: Output) -> Outcome {
    let (kid, state) = which.find(store).await?;
    let mut tx = store.write(&which.place.tenant).await?;
    keys::revoke(&mut tx, &kid, store.clock.now()).await?;
    store
        .audit(
            &mut tx,
            "key.revoke",
            kid.as_str(),
            &json!({ "was": state.name() }),
        )
        .await?;
    tx.commit().await?.done();
    if state == KeyState::Active {
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
