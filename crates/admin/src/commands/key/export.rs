//! Keys that leave, as settings or public keys.

use lanyard_core::{
    setup::Form,
    talk::{self, Secrets, TalkSettings, Wanted},
};
use serde_json::{Map, Value, json};

use super::{Export, load};
use crate::{
    commands::Place,
    output::{Outcome, Output, note},
    store::Store,
};

pub(super) async fn export(store: &Store, args: Export, output: Output) -> Outcome {
    if matches!(args.form, super::Form::Jwks) {
        let (_, set) = load(store, &args.place).await?;
        let now = store.clock.now();
        let keys: Vec<_> = set
            .published(now)
            .filter_map(|key| key.material.public_jwk(key.kid.as_str()))
            .collect();
        let value = json!({ "keys": keys });
        return output.result(&value.to_string(), &value);
    }
    let wanted = Wanted::all(args.with_private);
    let settings = export_settings(store, &args.place, wanted, Form::Env).await?;
    let value: Map<String, Value> = settings
        .variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value.as_str())))
        .collect();
    output.result(&settings.env(), &Value::Object(value))
}

/// Talk's settings with their secrets. That these leave is written down before anybody sees them.
pub(in crate::commands) async fn export_settings(
    store: &Store,
    place: &Place,
    wanted: Wanted,
    form: Form,
) -> Outcome<TalkSettings> {
    let (policy, set) = load(store, place).await?;
    let settings = talk::settings(&policy, &set, wanted, store.clock.now())?;
    let mut tx = store.write(&place.tenant).await?;
    let with_private = wanted.secrets == Secrets::WithPrivate;
    let detail = json!({ "as": form.name(), "with_private": with_private });
    store
        .audit(&mut tx, "key.export", policy.name.as_str(), &detail)
        .await?;
    tx.commit().await?.done();
    for line in &settings.notes {
        note(&format!("note: {line}"));
    }
    Ok(settings)
}
