//! How keys stand, and how far a rotation has come.

use lanyard_core::{
    profile::TokenProfile,
    signing_key::{KeyState, Origin},
};
use lanyard_storage::keys;
use serde_json::{Value, json};

use super::{Place, Which, look, told};
use crate::{
    acts::signing_keys::{self as acts, Known, Refused},
    output::{Outcome, Output, ago, time},
    store::Store,
};

/// A key as scripts get it.
fn value(key: &Known, profile: TokenProfile, now: i64) -> Value {
    let Known { row, life } = key;
    json!({
        "kid": row.kid, "algorithm": row.algorithm, "state": row.state.at(now).name(), "origin": origin(key),
        "weak": row.weak, "created_at": time(row.created_at), "verifies_until": verifies_until(key, now).map(time),
        "last_issued_at": life.usage.last_issued_at.map(time), "last_seen_at": life.usage.last_seen_at.map(time),
        "live_tokens": life.live_tokens(now), "safe_to_retire_at": life.safe_to_retire_at(now).map(time),
        "waiting_for": life.waiting(now).map(|waiting| waiting.text(profile)),
    })
}

const fn origin(key: &Known) -> &'static str {
    match key.row.origin {
        Origin::Generated => "generated",
        Origin::Imported { .. } => "imported",
    }
}

fn verifies_until(key: &Known, now: i64) -> Option<i64> {
    match key.row.state.at(now) {
        KeyState::Retiring { until } => Some(until),
        _ => None,
    }
}

/// How many tokens may still carry a key, for people.
fn live_tokens(key: &Known, now: i64) -> String {
    match key.life.live_tokens(now) {
        Some(0) => "none".to_owned(),
        Some(count) => format!("at most {count}"),
        None => "not known yet".to_owned(),
    }
}

/// When a key can be retired, for people.
fn safe_to_retire(key: &Known, now: i64) -> Option<String> {
    let at = key.life.safe_to_retire_at(now)?;
    Some(if at <= now {
        "now".to_owned()
    } else {
        ago(at, now)
    })
}

pub(super) async fn list(store: &Store, place: &Place, output: Output) -> Outcome {
    let (policy, now) = (look(store, place).await?.policy, store.clock.now());
    let mut tx = store.read(&place.tenant).await?;
    let all = acts::all(&mut tx, policy.deployment, now).await?;
    let since = |at: Option<i64>| at.map(|at| ago(at, now)).unwrap_or_default();
    let rows: Vec<_> = all
        .iter()
        .map(|key| {
            vec![
                key.row.kid.to_string(),
                key.row.algorithm.to_string(),
                key.row.state.at(now).name().to_owned(),
                origin(key).to_owned(),
                since(Some(key.row.created_at)),
                since(key.life.usage.last_issued_at),
                since(key.life.usage.last_seen_at),
                live_tokens(key, now),
                safe_to_retire(key, now).unwrap_or_default(),
                since(verifies_until(key, now)),
            ]
        })
        .collect();
    let columns = [
        "KID",
        "ALG",
        "STATE",
        "ORIGIN",
        "CREATED",
        "LAST ISSUED",
        "LAST SEEN",
        "LIVE TOKENS",
        "SAFE TO RETIRE",
        "VERIFIES UNTIL",
    ];
    let profile = policy.claims.kind();
    let values: Vec<_> = all.iter().map(|key| value(key, profile, now)).collect();
    output.table(&columns, &rows, &json!(values))
}

pub(super) async fn show(store: &Store, which: &Which, output: Output) -> Outcome {
    let kid = which.required()?;
    let (policy, now) = (look(store, &which.place).await?.policy, store.clock.now());
    let mut tx = store.read(&which.place.tenant).await?;
    let row = keys::get(&mut tx, policy.deployment, kid.as_str()).await?;
    let row = row.ok_or_else(|| told(Refused::NoKey(kid.clone())))?;
    let known = acts::known(&mut tx, vec![row], now).await?;
    let Some(key) = known.first() else {
        return Err(told(Refused::NoKey(kid.clone())));
    };
    let mut lines = vec![format!(
        "key `{kid}` ({}) is {}",
        key.row.algorithm,
        key.row.state.at(now).name()
    )];
    let usage = key.life.usage;
    for (what, at) in [
        ("created", Some(key.row.created_at)),
        ("last issued", usage.last_issued_at),
        ("last seen", usage.last_seen_at),
        ("verifies until", verifies_until(key, now)),
    ] {
        if let Some(at) = at {
            lines.push(format!("{what}: {}, {}", ago(at, now), time(at)));
        }
    }
    let others = match key.row.origin {
        Origin::Generated => "",
        Origin::Imported { .. } => "; others may sign with it, and theirs aren't counted",
    };
    lines.push(format!("live tokens: {}{others}", live_tokens(key, now)));
    if let Some(safe) = safe_to_retire(key, now) {
        lines.push(format!("safe to retire: {safe}"));
    }
    let profile = policy.claims.kind();
    lines.extend(
        key.life
            .waiting(now)
            .map(|waiting| waiting.text(profile).to_owned()),
    );
    output.result(&lines.join("\n"), &value(key, profile, now))
}

pub(super) async fn rotation(store: &Store, place: &Place, output: Output) -> Outcome {
    let (policy, now) = (look(store, place).await?.policy, store.clock.now());
    let mut tx = store.read(&place.tenant).await?;
    let all = acts::all(&mut tx, policy.deployment, now).await?;
    let rotation = acts::rotation(&all, now);
    let (step, next) = (rotation.step.name(), acts::next(rotation.step, &policy));
    let mut text = match rotation.key {
        Some(key) => format!("{step}: key `{key}`"),
        None => step.to_owned(),
    };
    if let Some(at) = rotation.at {
        text.push_str(&format!(", {}, {}", ago(at, now), time(at)));
    }
    output.result(
        &format!("{text}\n{next}"),
        &json!({
            "step": step, "next": next, "signs": rotation.signs, "key": rotation.key, "at": rotation.at.map(time),
        }),
    )
}
