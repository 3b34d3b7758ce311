//! The way back from a cut-over takes back the cut-over, and nothing else.

use lanyard_api::{Direction, Slot};
use serde_json::{Value, json};

use super::{MOVE, command, stage, with_coral};
use crate::harness::{Answer, App, Person, claims_of};

const KEYS: &str = "/v1/tenants/the-post/deployments/default/signing-keys";
const LIFETIME: i64 = 6 * 3_600;

async fn cut_over(owner: &Person) {
    let cut = owner
        .post(&format!("{MOVE}/cut-over"), &json!({ "force": true }))
        .await;
    assert_eq!(cut.status, 200, "{cut:?}");
}

async fn back(owner: &Person) -> Answer {
    owner.post(&format!("{MOVE}/back"), &json!({})).await
}

/// The key that is in this state.
async fn key_in(owner: &Person, state: &str) -> Option<String> {
    let listed = owner.get(KEYS).await.json();
    let keys = listed["data"].as_array().unwrap();
    let key = keys.iter().find(|key| key["state"] == state)?;
    Some(key["kid"].as_str().unwrap().to_owned())
}

async fn post_ok(owner: &Person, path: &str, body: &Value) {
    let answer = owner.post(path, body).await;
    assert!(matches!(answer.status, 200 | 201), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_key_that_was_rotated_away_comes_back_when_the_last_was_revoked() {
    let (app, post, owner) = stage().await;
    with_coral(&app).await;
    post.token("1").await;
    let second = json!({ "kid": "second" });
    post_ok(&owner, &format!("{KEYS}/rotate"), &second).await;
    post.token("1").await;
    app.clock.advance(2 * LIFETIME);
    let now = app.clock.now();
    let seen = format!("update sessions set last_seen_at = to_timestamp({now})");
    app.database.execute(&seen).await;
    cut_over(&owner).await;
    post_ok(&owner, &format!("{KEYS}/second/revoke"), &json!({})).await;
    let refused = back(&owner).await;
    assert_eq!(refused.problem(), "state-conflict", "{refused:?}");
    assert_eq!(key_in(&owner, "active").await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_never_signed_comes_back_and_one_that_only_verifies_does_not() {
    let (app, _, owner) = stage().await;
    with_coral(&app).await;
    let old = json!({ "key": "nine-wild-Otters-drum-under-7-bridges!", "kid": "old", "verify_only": true });
    post_ok(&owner, &format!("{KEYS}/import"), &old).await;
    let first = key_in(&owner, "active").await;
    cut_over(&owner).await;
    let cut_back = back(&owner).await;
    assert_eq!(cut_back.json()["stage"], "side-by-side", "{cut_back:?}");
    assert_eq!(key_in(&owner, "active").await, first);
    assert_eq!(key_in(&owner, "retiring").await.as_deref(), Some("old"));
    // Retired by hand meanwhile, it stays so.
    cut_over(&owner).await;
    let path = format!("{KEYS}/{}/revoke", first.unwrap());
    post_ok(&owner, &path, &json!({})).await;
    assert_eq!(back(&owner).await.problem(), "state-conflict");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_of_after_the_way_back_outlive_the_next_rotation() {
    let (app, post, owner) = stage().await;
    app.clock.stop();
    with_coral(&app).await;
    post.token("1").await;
    let (_, kid) = (cut_over(&owner).await, key_in(&owner, "retiring").await);
    let longer = json!({ "token_lifetime": 4 * LIFETIME });
    let changed = owner
        .patch("/v1/tenants/the-post/deployments/default", &longer)
        .await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(back(&owner).await.status, 200);
    let token = post.token("1").await;
    let end = claims_of(&token)["exp"].as_i64().unwrap();
    cut_over(&owner).await;
    app.clock.advance(end - app.clock.now() - 1);
    let known = post.look_up(&token).await;
    assert_eq!(known.status, 200, "{kid:?}: {known:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_commands_go_back_the_same_way() {
    let (app, post, owner) = stage().await;
    with_coral(&app).await;
    post.token("1").await;
    command(&app, &["--cut-over", "--force"]).await;
    let first = key_in(&owner, "retiring").await;
    assert_eq!(command(&app, &["--back"]).await["stage"], "side-by-side");
    assert_eq!(key_in(&owner, "active").await, first);
    drop::<App>(app);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_signed_since_closes_the_way_back() {
    let (app, post, owner) = stage().await;
    with_coral(&app).await;
    post.token("1").await;
    cut_over(&owner).await;
    // Somebody makes a key instead, and revokes it.
    post_ok(&owner, KEYS, &json!({ "kid": "other" })).await;
    assert_eq!(key_in(&owner, "active").await.as_deref(), Some("other"));
    post_ok(&owner, &format!("{KEYS}/other/revoke"), &json!({})).await;
    assert_eq!(back(&owner).await.problem(), "state-conflict");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cuts_over_by_force_or_goes_back_waits_for_no_count_and_others_do() {
    let (app, _, owner) = stage().await;
    with_coral(&app).await;
    let tenant = app.state.views.get("the-post").await.unwrap().unwrap();
    let counting = Slot::take(&app.state, tenant.id, Direction::Judge).unwrap();
    let refused = owner.get(MOVE).await;
    assert_eq!(refused.problem(), "rate-limited", "{refused:?}");
    assert!(!refused.header("retry-after").is_empty());
    let refused = owner.post(&format!("{MOVE}/cut-over"), &json!({})).await;
    assert_eq!(refused.problem(), "rate-limited", "{refused:?}");
    let unready = owner.get(&format!("{MOVE}/unready")).await;
    assert_eq!(unready.status, 200, "{unready:?}");
    cut_over(&owner).await;
    assert_eq!(back(&owner).await.status, 200);
    drop(counting);
    let listing = Slot::take(&app.state, tenant.id, Direction::JudgeEach).unwrap();
    let unready = owner.get(&format!("{MOVE}/unready")).await;
    assert_eq!(unready.problem(), "rate-limited", "{unready:?}");
    // Two who look at once are both answered.
    let (one, two) = tokio::join!(owner.get(MOVE), owner.get(MOVE));
    assert_eq!((one.status, two.status), (200, 200));
    drop(listing);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_key_of_corals_nobody_cuts_over() {
    let (app, _, owner) = stage().await;
    with_coral(&app).await;
    let revoke = "/v1/tenants/the-post/deployments/coral/signing-keys/5f3a9c0d1e2b4f6a/revoke";
    post_ok(&owner, revoke, &json!({})).await;
    let path = format!("{MOVE}/cut-over");
    let refused = owner.post(&path, &json!({ "force": true })).await;
    assert_eq!(refused.problem(), "state-conflict", "{refused:?}");
    assert!(key_in(&owner, "active").await.is_some());
}
