//! API keys over HTTP: made, listed, rotated, revoked.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, App};

const KEYS: &str = "/v1/tenants/the-post/api-keys";

#[tokio::test]
async fn a_key_is_shown_once_works_and_is_refused_once_it_is_revoked() {
    let app = App::start().await;
    let newsroom = app.tenant("the-post").await;
    let admin = app.member("the-post", "admin").await;
    let made = admin.post(KEYS, &json!({ "name": "second cms" })).await;
    assert_eq!(made.status, 201, "{made:?}");
    let (id, key) = (made.json()["id"].clone(), made.json()["api_key"].clone());
    let (id, key) = (id.as_str().unwrap(), key.as_str().unwrap());

    let listed = admin.get(KEYS).await;
    assert_eq!(listed.json()["data"].as_array().unwrap().len(), 2);
    assert!(!listed.text().contains(key));
    let issued = app.post_as("/t/the-post/", key, r#"{"id":"1"}"#).await;
    assert_eq!(issued.status, 201);

    assert_eq!(admin.delete(&format!("{KEYS}/{id}")).await.status, 204);
    let refused = app.post_as("/t/the-post/", key, r#"{"id":"1"}"#).await;
    assert_eq!(refused.problem(), "token-invalid");
    let one = admin.get(&format!("{KEYS}/{id}")).await;
    assert_eq!(one.json()["state"], "revoked");
    let other = app.post_as("/t/the-post/", &newsroom.api_key, r#"{"id":"1"}"#);
    assert_eq!(other.await.status, 201);
}

#[tokio::test]
async fn every_wrong_field_is_told_at_once() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let admin = app.member("the-post", "admin").await;
    let body =
        json!({ "scopes": ["all"], "expires_in": 1, "role": "owner", "deployments": ["Nope"] });
    let refused = admin.post(KEYS, &body).await;
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (422, "fields-invalid")
    );
    let errors = refused.json()["errors"].clone();
    let places: Vec<_> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(
        places,
        [
            "/name",
            "/scopes/0",
            "/deployments/0",
            "/expires_in",
            "/role"
        ]
    );
}

#[tokio::test]
async fn a_key_gives_no_more_than_it_has() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let admin = app.member("the-post", "admin").await;
    let made = admin
        .post(
            KEYS,
            &json!({ "name": "maker", "scopes": ["api-keys:write", "users:read"] }),
        )
        .await;
    let maker = made.json()["api_key"].as_str().unwrap().to_owned();
    let more = app
        .post_as(KEYS, &maker, r#"{"name":"more","scopes":["tokens:issue"]}"#)
        .await;
    assert_eq!(more.problem(), "fields-invalid");
    let same = app
        .post_as(KEYS, &maker, r#"{"name":"same","scopes":["users:read"]}"#)
        .await;
    assert_eq!(same.status, 201, "{same:?}");
    let listing = app.get_as(KEYS, &maker).await;
    assert_eq!(
        (listing.status, listing.problem().as_str()),
        (403, "scope-insufficient")
    );
}

#[tokio::test]
async fn a_key_ends_no_key_that_may_do_more_than_itself() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let admin = app.member("the-post", "admin").await;
    let made = async |scopes: &[&str], limits: Value| {
        let mut body = json!({ "name": "k", "scopes": scopes, "expires_in": 86_400 });
        if !limits.is_null() {
            body["deployments"] = limits;
        }
        let made = admin.post(KEYS, &body).await;
        assert_eq!(made.status, 201, "{made:?}");
        made.json()
    };
    let limited = json!(["default"]);
    let maker = made(&["api-keys:write", "users:read"], limited.clone()).await;
    let key = maker["api_key"].as_str().unwrap();
    let delete =
        async |path: &str| Answer::to(app.request(Method::DELETE, path).bearer_auth(key)).await;
    for (target, problem) in [
        (
            made(&["tokens:issue"], limited.clone()).await,
            "scope-insufficient",
        ),
        (
            made(&["users:read"], Value::Null).await,
            "deployment-out-of-reach",
        ),
    ] {
        let path = format!("{KEYS}/{}", target["id"].as_str().unwrap());
        let rotated = app.post_as(&format!("{path}/rotate"), key, "{}").await;
        assert_eq!((rotated.status, rotated.problem().as_str()), (403, problem));
        let revoked = delete(&path).await;
        assert_eq!((revoked.status, revoked.problem().as_str()), (403, problem));
        assert_eq!(admin.get(&path).await.json()["state"], "active");
    }
    // What it may end, it puts a key in the place of that doesn't outlive itself.
    app.clock.advance(3_600);
    let target = made(&["users:read"], limited.clone()).await;
    let path = format!("{KEYS}/{}", target["id"].as_str().unwrap());
    let rotated = app.post_as(&format!("{path}/rotate"), key, "{}").await;
    assert_eq!(rotated.status, 201, "{rotated:?}");
    let forever = app
        .post_as(KEYS, key, r#"{"name":"n","scopes":["users:read"]}"#)
        .await;
    for new in [rotated.json(), forever.json()] {
        assert_eq!(new["expires_at"], maker["expires_at"]);
        assert_eq!(new["deployments"], limited);
    }
    assert_eq!(delete(&path).await.status, 204);
    // A member rotates any key, and its limits stay.
    let path = format!("{KEYS}/{}/rotate", maker["id"].as_str().unwrap());
    let rotated = admin.post(&path, &json!({})).await.json();
    assert_eq!(rotated["deployments"], limited);
}

#[tokio::test]
async fn a_rotated_key_goes_on_for_the_overlap_and_no_longer() {
    let app = App::start().await;
    let newsroom = app.tenant("the-post").await;
    let admin = app.member("the-post", "admin").await;
    let path = format!("{KEYS}/{}/rotate", newsroom.api_key_id);
    let made = admin.post(&path, &json!({ "overlap": 3600 })).await;
    assert_eq!(made.status, 201, "{made:?}");
    let new = made.json()["api_key"].as_str().unwrap().to_owned();
    for key in [&new, &newsroom.api_key] {
        assert_eq!(
            app.post_as("/t/the-post/", key, r#"{"id":"1"}"#)
                .await
                .status,
            201
        );
    }
    app.clock.advance(3601);
    let old = app
        .post_as("/t/the-post/", &newsroom.api_key, r#"{"id":"1"}"#)
        .await;
    assert_eq!(old.status, 401);
    assert_eq!(
        app.post_as("/t/the-post/", &new, r#"{"id":"1"}"#)
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn a_repeated_request_makes_nothing_new_and_is_answered_the_same() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let admin = app.member("the-post", "admin").await;
    let create = |name: &str| {
        let request = admin
            .request(Method::POST, KEYS)
            .header("idempotency-key", "a1");
        Answer::to(request.json(&json!({ "name": name })))
    };
    let twins = tokio::join!(create("x"), create("x"));
    assert_eq!((twins.0.status, twins.1.status), (201, 201));
    assert_eq!(twins.0.json(), twins.1.json());
    assert_eq!(create("y").await.problem(), "idempotency-key-reused");
    let listed = admin.get(KEYS).await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn pages_follow_one_another_and_a_cursor_is_good_for_its_list_only() {
    let app = App::start().await;
    app.tenant("the-post").await;
    app.tenant("the-times").await;
    let admin = app.member("the-post", "admin").await;
    for name in ["a", "b", "c"] {
        assert_eq!(admin.post(KEYS, &json!({ "name": name })).await.status, 201);
    }
    let (mut names, mut path) = (Vec::new(), format!("{KEYS}?limit=2"));
    let mut cursors = Vec::new();
    loop {
        let page = admin.get(&path).await.json();
        names.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|key| key["name"].clone()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        cursors.push(cursor.to_owned());
        path = format!("{KEYS}?limit=2&cursor={cursor}");
    }
    assert_eq!(names, ["c", "b", "a", "cms"]);
    let other = app.member("the-times", "admin").await;
    let stolen = other
        .get(&format!(
            "/v1/tenants/the-times/api-keys?cursor={}",
            cursors[0]
        ))
        .await;
    assert_eq!(stolen.problem(), "cursor-invalid");
    let mut flipped = cursors[0].clone().into_bytes();
    let last = flipped.len() / 2;
    flipped[last] = if flipped[last] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    assert_eq!(
        admin
            .get(&format!("{KEYS}?cursor={flipped}"))
            .await
            .problem(),
        "cursor-invalid"
    );
    app.clock.advance(86_401);
    let late = admin.get(&format!("{KEYS}?cursor={}", cursors[0])).await;
    assert_eq!(late.problem(), "session-invalid");
}
