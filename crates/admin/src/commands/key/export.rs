//! Keys that leave, as settings or public keys.

use lanyard_core::talk;
use serde_json::{Map, Value, json};

use super::{Export, Form, load};
use crate::{
    output::{Outcome, Output, note},
    store::Store,
};

pub(super) async fn export(store: &Store, args: Export, output: Output) -> Outcome {
    let (policy, set) = load(store, &args.place).await?;
    let now = store.clock.now();
    if matches!(args.form, Form::Jwks) {
        let keys: Vec<_> = set
            .published(now)
            .filter_map(|key| key.material.public_jwk(key.kid.as_str()))
            .collect();
        let value = json!({ "keys": keys });
        return output.result(&value.to_string(), &value);
    }
    let settings = talk::settings(&policy, &set, args.with_private, now)?;
    // Secrets leave: that is written down before anybody sees them.
    let mut tx = store.write(&args.place.tenant).await?;
    let detail = json!({ "as": "talk", "with_private": args.with_private });
    store
        .audit(&mut tx, "key.export", policy.name.as_str(), &detail)
        .await?;
    tx.commit().await?.done();
    for line in &settings.notes {
        note(&format!("note: {line}"));
    }
    let value: Map<String, Value> = settings
        .variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value.as_str())))
        .collect();
    output.result(&settings.env(), &Value::Object(value))
}
