//! Keys that have ended are kept, and cost a server next to nothing.

use serde_json::json;

use super::KEYS;
use crate::harness::App;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_opened_no_more_once_all_of_its_tokens_have_ended() {
    let app = App::start().await;
    let post = app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let (old, listed) = (post.token("1").await, owner.get(KEYS).await.json());
    let first = listed["data"][0]["kid"].as_str().unwrap().to_owned();
    let made = owner.post(&format!("{KEYS}/rotate"), &json!({})).await;
    assert_eq!(made.status, 201, "{made:?}");
    let retired = owner
        .post(&format!("{KEYS}/{first}/retire"), &json!({ "force": true }))
        .await;
    assert_eq!(retired.status, 200, "{retired:?}");
    let reason = async |app: &App| {
        let body = json!({ "token": old }).to_string();
        let checked = app
            .post_as("/v1/tenants/the-post/tokens/check", &post.api_key, &body)
            .await;
        assert_eq!(checked.status, 200, "{checked:?}");
        checked.text().to_owned()
    };
    assert!(
        reason(&app).await.contains("key_retired"),
        "{}",
        reason(&app).await
    );
    // What can't be opened shows which keys are.
    let damage = format!("update signing_keys set sealed = 'x' where kid = '{first}'");
    app.database.execute(&damage).await;
    let early = app.second_server().await;
    assert_ne!(
        post.through(&early)
            .issue(&json!({ "id": "1" }))
            .await
            .status,
        201
    );
    app.clock.advance(6 * 3_600 + 61);
    let later = app.second_server().await;
    let post = post.through(&later);
    let token = post.token("1").await;
    assert_eq!(post.look_up(&token).await.status, 200);
    assert_eq!(post.look_up(&old).await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_are_begun_and_ended_all_day_come_to_an_end() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    app.clock.stop();
    app.database
        .execute("update tenants set max_signing_keys = 2")
        .await;
    let mut refused = None;
    for number in 0..60 {
        let made = owner
            .post(KEYS, &json!({ "kid": format!("k{number}") }))
            .await;
        if made.status != 201 {
            refused = Some((number, made));
            break;
        }
        let path = format!("{KEYS}/k{number}/revoke");
        assert_eq!(owner.post(&path, &json!({})).await.status, 200);
    }
    let (number, refused) = refused.unwrap();
    assert_eq!((number, refused.problem().as_str()), (49, "quota-exceeded"));
    assert!(refused.text().contains("within a day"), "{refused:?}");
    app.clock.advance(86_400);
    let now = app.clock.now();
    let seen = format!("update sessions set last_seen_at = to_timestamp({now})");
    app.database.execute(&seen).await;
    let made = owner.post(KEYS, &json!({ "kid": "tomorrow" })).await;
    assert_eq!(made.status, 201, "{made:?}");
}
