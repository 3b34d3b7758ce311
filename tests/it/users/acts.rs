//! Disabling, revoking and deleting: on every server, whatever is cached.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::USERS;
use crate::harness::{Answer, App, Newsroom, Person, within};

/// What a server may not know yet.
const BOUND: Duration = Duration::from_secs(5);

async fn act(person: &Person, path: &str) -> Answer {
    let answer = Answer::to(person.request(Method::POST, &format!("{USERS}/{path}"))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer
}

/// Two servers with the Redis that all share, and somebody who may change the directory.
async fn two() -> (App, App, Person, Newsroom) {
    let one = App::builder().redis().start().await;
    let two = one.second_builder().redis().start().await;
    let newsroom = one.tenant("post").await;
    let admin = one.member("post", "admin").await;
    (one, two, admin, newsroom)
}

#[tokio::test]
async fn a_deleted_reader_is_gone_everywhere_and_the_next_of_that_id_is_somebody_else() {
    let (one, two, admin, newsroom) = two().await;
    let other = newsroom.through(&two);
    let token = newsroom.token("1").await;
    for room in [&newsroom, &other] {
        assert_eq!(room.look_up(&token).await.status, 200);
    }
    let deleted = admin.delete(&format!("{USERS}/1")).await.json();
    assert_eq!(deleted["issued_until"], json!(null));
    let until = deleted["accepted_by_talk_until"]
        .as_str()
        .unwrap()
        .to_owned();
    let until: jiff::Timestamp = until.parse().unwrap();
    assert!(
        until.as_second() >= one.clock.now() + 6 * 3600 - 5,
        "{until}"
    );
    assert_eq!(
        newsroom.look_up(&token).await.status,
        401,
        "at once where it was done"
    );
    within(BOUND, "the other server refuses the token", async || {
        other.look_up(&token).await.status == 401
    })
    .await;
    for room in [&newsroom, &other] {
        let refused = room.issue(&json!({ "id": "1" })).await;
        assert_eq!(refused.problem(), "reader-unknown");
    }
    assert!(
        !admin
            .get(&format!("{USERS}?search=bob"))
            .await
            .text()
            .contains("bob")
    );

    assert_eq!(
        admin
            .post(USERS, &json!({ "id": "1", "username": "other" }))
            .await
            .status,
        201
    );
    let again = newsroom.token("1").await;
    for room in [&newsroom, &other] {
        within(BOUND, "the new reader is served", async || {
            room.look_up(&again).await.text().contains("other")
        })
        .await;
        assert_eq!(room.look_up(&token).await.status, 401);
    }
}

#[tokio::test]
async fn a_disabled_reader_gets_nothing_until_enabled_and_old_tokens_stay_dead() {
    let (_one, two, admin, newsroom) = two().await;
    let other = newsroom.through(&two);
    let token = newsroom.token("2").await;
    let disabled = act(&admin, "2/disable").await.json();
    assert!(disabled["disabled_at"].is_string(), "{disabled}");
    assert_eq!(disabled["user"]["username"], "alice");
    assert!(disabled["note"].as_str().unwrap().contains("Talk"));
    assert!(disabled["accepted_by_talk_until"].is_string());
    let replaced = admin
        .send(Method::PUT, &format!("{USERS}/2"), &json!({ "id": "2" }))
        .await;
    assert!(
        replaced.json()["disabled_at"].is_string(),
        "a new record enables nobody"
    );
    for room in [&newsroom, &other] {
        within(BOUND, "the reader gets no token", async || {
            room.issue(&json!({ "id": "2" })).await.status == 401
        })
        .await;
        assert_eq!(room.look_up(&token).await.status, 401);
    }
    let enabled = act(&admin, "2/enable").await.json();
    assert_eq!(enabled["disabled_at"], json!(null));
    let again = newsroom.token("2").await;
    for room in [&newsroom, &other] {
        within(BOUND, "the new token is good", async || {
            room.look_up(&again).await.status == 200
        })
        .await;
        assert_eq!(room.look_up(&token).await.status, 401);
    }
}

#[tokio::test]
async fn all_tokens_of_a_reader_are_revoked_and_the_next_is_good() {
    let (_one, two, admin, newsroom) = two().await;
    let other = newsroom.through(&two);
    let (token, second) = (newsroom.token("3").await, newsroom.token("3").await);
    let bystander = newsroom.token("1").await;
    let revoked = act(&admin, "3/revoke-tokens").await.json();
    assert_eq!(revoked["revoked"], true);
    assert!(revoked["issued_until"].is_string());
    assert!(revoked["accepted_by_talk_until"].is_string());
    let again = newsroom.token("3").await;
    for room in [&newsroom, &other] {
        within(BOUND, "the tokens are refused", async || {
            room.look_up(&token).await.status == 401
        })
        .await;
        assert_eq!(room.look_up(&second).await.status, 401);
        assert_eq!(room.look_up(&again).await.status, 200);
        assert_eq!(room.look_up(&bystander).await.status, 200);
    }
    for path in ["nobody/revoke-tokens", "nobody/disable", "nobody/enable"] {
        let refused = Answer::to(admin.request(Method::POST, &format!("{USERS}/{path}"))).await;
        assert_eq!(refused.problem(), "not-found", "{path}");
    }
}

#[tokio::test]
async fn a_deleted_reader_does_not_come_back_from_a_kept_answer() {
    let app = App::start().await;
    app.tenant("post").await;
    let admin = app.member("post", "admin").await;
    let create = async || {
        let request = admin
            .request(Method::POST, USERS)
            .header("idempotency-key", "once");
        Answer::to(request.json(&json!({ "id": "42", "username": "zoe" }))).await
    };
    assert_eq!(create().await.status, 201);
    assert_eq!(create().await.header("idempotency-replayed"), "true");
    assert_eq!(admin.delete(&format!("{USERS}/42")).await.status, 200);
    let again = create().await;
    assert_eq!(again.status, 201, "{again:?}");
    assert_eq!(again.header("idempotency-replayed"), "");
}

#[tokio::test]
async fn kept_answers_are_forgotten_after_a_day() {
    let app = App::start().await;
    app.tenant("post").await;
    let admin = app.member("post", "admin").await;
    let request = admin
        .request(Method::POST, USERS)
        .header("idempotency-key", "once");
    let made = Answer::to(request.json(&json!({ "id": "42" }))).await;
    assert_eq!(made.status, 201);
    let database = &app.state.database;
    let count = async || {
        let mut connection = app.database.connect().await;
        let count: i64 = sqlx::query_scalar("select count(*) from idempotency_keys")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        count
    };
    lanyard_storage::idempotency::prune(database).await.unwrap();
    assert_eq!(count().await, 1);
    app.database
        .execute("update idempotency_keys set created_at = created_at - interval '25 hours'")
        .await;
    lanyard_storage::idempotency::prune(database).await.unwrap();
    assert_eq!(count().await, 0);
}
