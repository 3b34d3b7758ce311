//! How rotations end other than well, and that Coral's admin token is gone with each end.

use lanyard_storage::coral_rotations;
use serde_json::{Value, json};

use super::{
    ADMIN, Desk, KEYS, ROTATIONS,
    stand_in::Fault::{CutAfter, FailsBefore, HangsAfter, None as Well},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_abandoned_rotation_erases_its_token_at_once_and_says_what_is_left() {
    let desk = Desk::set().await;
    desk.coral.goes_wrong(&[Well, FailsBefore]);
    let run = desk.rotate().await;
    let abandoned = desk.abandon(&run).await;
    assert_eq!(abandoned.status, 200, "{abandoned:?}");
    assert_eq!(abandoned.json()["state"], "abandoned");
    assert_eq!(
        abandoned.json()["next"],
        "Nothing has changed in Coral or here."
    );
    assert_eq!(desk.tokens_kept().await, 0);
    assert_eq!(desk.abandon(&run).await.problem(), "state-conflict");
    assert_eq!(
        desk.resume(&run, json!({})).await.problem(),
        "state-conflict"
    );

    // The next one isn't in the way of anybody.
    desk.coral.goes_wrong(&[Well, Well, CutAfter]);
    let run = desk.rotate().await;
    let abandoned = desk.abandon(&run).await.json();
    assert!(
        abandoned["next"]
            .as_str()
            .unwrap()
            .contains("may have made a new secret")
    );
    desk.coral.goes_wrong(&[Well, Well, Well, CutAfter]);
    let run = desk.rotate().await;
    let abandoned = desk.abandon(&run).await.json();
    let kid = run["new_kid"].as_str().unwrap();
    assert!(
        abandoned["next"].as_str().unwrap().contains(kid),
        "{abandoned}"
    );
    let activated = desk
        .owner
        .post(&format!("{KEYS}/{kid}/activate"), &json!({}))
        .await;
    assert_eq!(activated.status, 200, "{activated:?}");
    desk.assert_taken(&[desk.token().await]);
    assert_eq!(desk.tokens_kept().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_is_abandoned_while_it_runs_does_nothing_more() {
    let desk = Desk::set().await;
    let old = desk.signs().await;
    desk.coral.goes_wrong(&[Well, Well, Well, HangsAfter]);
    let begun = desk.begin().await.json();
    desk.coral.hangs().await;
    assert_eq!(desk.abandon(&begun).await.status, 200);
    assert_eq!(desk.tokens_kept().await, 0);
    desk.coral.goes_on();
    let events = desk.audited().await;
    assert_eq!(events.last().unwrap(), "coral_rotation.abandon");
    // Another one runs to its end meanwhile; had the first gone on, it would have signed with its own key.
    let run = desk.rotate().await;
    assert_eq!(run["state"], "done", "{run}");
    assert_eq!(desk.coral.kept().secrets.len(), 3);
    assert_ne!(run["new_kid"], old.as_str());
    desk.signs_with(run["new_kid"].as_str().unwrap()).await;
    let finished = desk.audited().await;
    let count = |action: &str| finished.iter().filter(|event| *event == action).count();
    assert_eq!(
        (count("coral_rotation.finish"), count("key.activate")),
        (1, 1)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_nobody_comes_back_to_ends_and_its_token_with_it() {
    let desk = Desk::set().await;
    desk.coral.goes_wrong(&[Well, FailsBefore]);
    let run = desk.rotate().await;
    let database = &desk.app.state.database;
    let expire = async || {
        let now = desk.app.clock.now();
        coral_rotations::expire(database, now).await.unwrap()
    };
    desk.app.clock.advance(2_399);
    assert_eq!(expire().await, 0);
    assert_eq!(desk.tokens_kept().await, 1);
    desk.app.clock.advance(1);
    // Nobody uses it any more, though no server has erased it yet.
    desk.prove().await;
    let refused = desk.resume(&run, json!({})).await;
    assert_eq!(refused.problem(), "state-conflict");
    assert!(
        refused.text().contains("isn't kept any more"),
        "{}",
        refused.text()
    );
    assert_eq!(expire().await, 1);
    assert_eq!(desk.tokens_kept().await, 0);
    let path = format!("{ROTATIONS}/{}", run["id"].as_str().unwrap());
    let expired = desk.owner.get(&path).await.json();
    assert_eq!(
        (&expired["state"], &expired["token_kept_until"]),
        (&json!("expired"), &Value::Null)
    );
    let events = desk.audited().await;
    assert_eq!(events.last().unwrap(), "coral_rotation.expire");
    assert_eq!(desk.rotate().await["state"], "done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_somebody_works_on_is_not_ended_between_asking_and_noting_the_answer() {
    let desk = Desk::set().await;
    desk.coral.goes_wrong(&[Well, FailsBefore]);
    let run = desk.rotate().await;
    desk.app.clock.advance(2_399);
    desk.prove().await;
    desk.coral.goes_wrong(&[Well, HangsAfter]);
    assert_eq!(desk.resume(&run, json!({})).await.status, 200);
    desk.coral.hangs().await;
    desk.app.clock.advance(1);
    let database = &desk.app.state.database;
    let ended = coral_rotations::expire(database, desk.app.clock.now()).await;
    assert_eq!(ended.unwrap(), 0);
    desk.coral.goes_on();
    desk.assert_done(&desk.settled(&run).await, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_ends_later_than_coral_was_told_says_so() {
    let desk = Desk::set().await;
    desk.coral.goes_wrong(&[Well, Well, Well, FailsBefore]);
    let run = desk.rotate().await;
    assert_eq!(run["state"], "interrupted", "{run}");
    for _ in 0..2 {
        desk.app.clock.advance(2_300);
        desk.prove().await;
        desk.coral.goes_wrong(&[FailsBefore]);
        let resumed = desk.resume(&run, json!({ "admin_token": ADMIN })).await;
        assert_eq!(resumed.status, 200, "{resumed:?}");
        desk.settled(&run).await;
    }
    let done = desk.go_on(&run).await;
    assert_eq!(done["state"], "done", "{done}");
    let warnings = done["warnings"].to_string();
    assert!(warnings.contains("logged out early"), "{warnings}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_token_takes_the_place_of_one_that_coral_no_longer_takes() {
    let desk = Desk::set().await;
    desk.coral.goes_wrong(&[Well, Well, HangsAfter]);
    let begun = desk.begin().await.json();
    desk.coral.hangs().await;
    desk.coral.kept().tokens.remove(ADMIN);
    desk.coral.goes_on();
    let run = desk.settled(&begun).await;
    assert_eq!(run["error"]["problem"], "coral-refused", "{run}");
    let again = desk.go_on(&run).await;
    assert_eq!(again["error"]["problem"], "coral-refused", "{again}");
    let other = "another-canary-5521";
    desk.coral.kept().tokens.insert(other.to_owned(), "ADMIN");
    let resumed = desk.resume(&run, json!({ "admin_token": other })).await;
    assert_eq!(resumed.status, 200, "{resumed:?}");
    let done = desk.settled(&run).await;
    desk.assert_done(&done, &[]).await;
    assert!(!desk.stored(other).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_rotation_runs_at_a_time_and_one_works_on_it() {
    let desk = Desk::set().await;
    desk.coral.goes_wrong(&[Well, Well, HangsAfter]);
    let begun = desk.begin().await.json();
    desk.coral.hangs().await;
    let second = desk.begin().await;
    assert_eq!(
        (second.status, second.problem().as_str()),
        (409, "state-conflict")
    );
    assert!(
        second.json()["detail"]
            .as_str()
            .unwrap()
            .contains("Resume it, or abandon it")
    );
    assert_eq!(desk.resume(&begun, json!({})).await.status, 409);
    // Whoever is silent for so long is taken for dead; its late answer is worth nothing then.
    desk.app.clock.advance(61);
    let done = desk.go_on(&begun).await;
    assert_eq!(done["state"], "done", "{done}");
    desk.coral.goes_on();
    desk.assert_done(&done, &[]).await;
    assert_eq!(desk.coral.kept().secrets.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_goes_nowhere_but_to_where_the_owner_sent_it() {
    let desk = Desk::set().await;
    desk.coral.goes_wrong(&[Well, FailsBefore]);
    let run = desk.rotate().await;
    let elsewhere = super::stand_in::Coral::start(&desk.app.clock).await;
    let admin = desk.app.member("the-post", "admin").await;
    let change = json!({ "root_url": elsewhere.url });
    let path = "/v1/tenants/the-post/deployments/coral";
    assert_eq!(admin.patch(path, &change).await.status, 200);
    let done = desk.go_on(&run).await;
    assert_eq!(
        (&done["state"], &done["root_url"]),
        (&json!("done"), &json!(desk.coral.url))
    );
    assert_eq!(elsewhere.kept().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_did_by_hand_meanwhile_is_seen() {
    let desk = Desk::set().await;
    desk.coral.goes_wrong(&[Well, FailsBefore]);
    let run = desk.rotate().await;
    // In Coral's admin, and here.
    desk.coral.rotate_by_hand(super::OVERLAP);
    let new = desk.coral.kept().secrets[1].clone();
    desk.import(&new.text, &new.kid).await;
    let done = desk.go_on(&run).await;
    desk.assert_done(&done, &[]).await;

    desk.coral.goes_wrong(&[Well, Well, Well, FailsBefore]);
    let run = desk.rotate().await;
    let kid = run["new_kid"].as_str().unwrap();
    let revoked = desk
        .owner
        .post(&format!("{KEYS}/{kid}/revoke"), &json!({}))
        .await;
    assert_eq!(revoked.status, 200);
    let stuck = desk.go_on(&run).await;
    assert_eq!(stuck["error"]["problem"], "state-conflict", "{stuck}");
    assert!(
        stuck["error"]["detail"]
            .as_str()
            .unwrap()
            .contains("ended the new key")
    );
    assert_eq!(desk.abandon(&stuck).await.status, 200);
}
