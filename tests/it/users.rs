//! The directory over HTTP: readers one by one.

mod acts;
mod export;
mod ids;
mod import;
mod pages;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::harness::{Answer, App, Person};

const USERS: &str = "/v1/tenants/post/users";

/// A newsroom `post` with readers 1, 2 and 3, and an admin of it.
async fn desk() -> (App, Person) {
    let app = App::start().await;
    app.tenant("post").await;
    let admin = app.member("post", "admin").await;
    (app, admin)
}

/// An API key of `post` with these scopes.
async fn api_key(admin: &Person, scopes: &[&str]) -> String {
    let body = json!({ "name": "key", "scopes": scopes });
    let made = admin.post("/v1/tenants/post/api-keys", &body).await;
    made.json()["api_key"].as_str().unwrap().to_owned()
}

fn put(person: &Person, id: &str) -> RequestBuilder {
    person.request(Method::PUT, &format!("{USERS}/{id}"))
}

async fn json_to(request: RequestBuilder, body: &'static str) -> Answer {
    let request = request.header("content-type", "application/json");
    Answer::to(request.body(body)).await
}

/// The wrong fields of a refusal.
fn pointers(refused: &Answer) -> Vec<String> {
    assert_eq!(refused.problem(), "fields-invalid", "{refused:?}");
    let errors = refused.json()["errors"].clone();
    let pointer = |error: &Value| error["pointer"].as_str().unwrap().to_owned();
    errors.as_array().unwrap().iter().map(pointer).collect()
}

#[tokio::test]
async fn a_reader_is_added_read_replaced_patched_and_deleted() {
    let (app, admin) = desk().await;
    let post = admin.request(Method::POST, USERS);
    let record =
        r#"{"vip":12345678901234567890123,"id":"42","email":"ann@post.example","username":"ann"}"#;
    let made = json_to(post, record).await;
    assert_eq!(made.status, 201, "{made:?}");
    let tag = made.header("etag").to_owned();
    let path = format!("{USERS}/42");
    let read = admin.get(&path).await;
    assert!(read.text().contains(record), "{}", read.text());
    assert_eq!(read.header("etag"), tag);
    assert_eq!(read.json()["disabled_at"], Value::Null);

    let replaced = json_to(
        put(&admin, "42"),
        r#"{"id":"42","username":"anna","b":2.50}"#,
    )
    .await;
    assert_eq!(replaced.status, 200, "{replaced:?}");
    assert_ne!(replaced.header("etag"), tag);
    let patch = admin
        .request(Method::PATCH, &path)
        .header("content-type", "application/merge-patch+json");
    let patched = Answer::to(patch.body(r#"{"username":null,"email":"a@post.example"}"#)).await;
    assert_eq!(patched.status, 200, "{patched:?}");
    let now = r#"{"id":"42","b":2.50,"email":"a@post.example"}"#;
    assert!(patched.text().contains(now), "{}", patched.text());

    let deleted = admin.delete(&path).await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
    assert_eq!(deleted.json()["revoked"], true);
    assert_eq!(admin.get(&path).await.problem(), "not-found");
    assert_eq!(admin.delete(&path).await.status, 404);
    let actions = app
        .database
        .texts("select action from audit_events where action like 'user.%' order by sequence")
        .await;
    assert_eq!(
        actions[1..],
        ["user.create", "user.update", "user.update", "user.delete"]
    );
    let named = "select target from audit_events where target in ('42') or detail like '%ann%'";
    assert!(app.database.texts(named).await.is_empty());
}

#[tokio::test]
async fn an_id_that_is_taken_is_a_conflict_and_a_repeat_is_none() {
    let (_app, admin) = desk().await;
    let post = || admin.request(Method::POST, USERS);
    let taken = json_to(post(), r#"{"id":"1"}"#).await;
    assert_eq!((taken.status, &*taken.problem()), (409, "state-conflict"));
    let once = || post().header("idempotency-key", "k");
    let twins = tokio::join!(
        json_to(once(), r#"{"id":"x"}"#),
        json_to(once(), r#"{"id":"x"}"#)
    );
    assert_eq!((twins.0.status, twins.1.status), (201, 201));
    assert_eq!(twins.0.json(), twins.1.json());
    let put = json_to(put(&admin, "new"), r#"{"id":"new"}"#).await;
    assert_eq!(put.status, 201, "{put:?}");
}

#[tokio::test]
async fn who_saw_another_version_changes_nothing() {
    let (_app, admin) = desk().await;
    let tag = admin
        .get(&format!("{USERS}/1"))
        .await
        .header("etag")
        .to_owned();
    let with = |tag: &str| put(&admin, "1").header("if-match", tag);
    let first = json_to(with(&tag), r#"{"id":"1","n":1}"#).await;
    assert_eq!(first.status, 200, "{first:?}");
    let second = json_to(with(&tag), r#"{"id":"1","n":2}"#).await;
    assert_eq!(
        (second.status, &*second.problem()),
        (412, "precondition-failed")
    );
    let delete = admin.request(Method::DELETE, &format!("{USERS}/1"));
    assert_eq!(
        Answer::to(delete.header("if-match", &tag)).await.status,
        412
    );
    let any = json_to(with("*"), r#"{"id":"1","n":3}"#).await;
    assert_eq!(any.status, 200);
    let nobody = put(&admin, "nobody").header("if-match", "*");
    assert_eq!(json_to(nobody, r#"{"id":"nobody"}"#).await.status, 412);
}

#[tokio::test]
async fn every_wrong_member_is_told_at_once() {
    let (_app, admin) = desk().await;
    let refuse = async |body| json_to(admin.request(Method::POST, USERS), body).await;
    let refused = refuse(r#"{"id":1,"email":"x","role":"boss","avatar":"/a"}"#).await;
    assert_eq!(pointers(&refused), ["/id", "/email", "/role", "/avatar"]);
    assert!(!refused.text().contains("boss"));
    assert_eq!(pointers(&refuse(r#"{"email":"a@b"}"#).await), ["/id"]);
    assert_eq!(pointers(&refuse(r#"{"id":"x","y":"\u0000"}"#).await), [""]);
    for body in [
        "",
        "[]",
        "null",
        r#"{"id":"x","id":"y"}"#,
        r#"{"id":"x","a":{"b":1,"b":2}}"#,
        r#"{"id":"x","n":1e400}"#,
        r#"{"id":"\ud800"}"#,
    ] {
        let refused = refuse(body).await;
        assert_eq!(
            (refused.status, &*refused.problem()),
            (400, "body-malformed"),
            "{body}"
        );
    }
    let other = json_to(put(&admin, "1"), r#"{"id":"2"}"#).await;
    assert_eq!((other.status, &*other.problem()), (409, "state-conflict"));
    let patch = async |body: Value| admin.patch(&format!("{USERS}/1"), &body).await;
    assert_eq!(
        patch(json!({ "id": "2" })).await.problem(),
        "state-conflict"
    );
    let both = patch(json!({ "id": null, "role": "x" })).await;
    assert_eq!(pointers(&both), ["/id", "/role"]);
    let text = admin
        .request(Method::POST, USERS)
        .header("content-type", "text/plain");
    let refused = Answer::to(text.body(r#"{"id":"x"}"#)).await;
    assert_eq!(
        (refused.status, &*refused.problem()),
        (415, "json-expected")
    );
    let long = format!(r#"{{"id":"x","y":"{}"}}"#, "y".repeat(70_000));
    let long = admin
        .request(Method::POST, USERS)
        .header("content-type", "application/json")
        .body(long);
    assert_eq!(Answer::to(long).await.status, 413);
}

#[tokio::test]
async fn another_newsrooms_credentials_and_lesser_roles_are_refused() {
    let (app, admin) = desk().await;
    let times = app.tenant("times").await;
    let stranger = app.member("times", "owner").await;
    let viewer = app.member("post", "viewer").await;
    let reads = api_key(&admin, &["users:read"]).await;
    for path in [
        USERS.to_owned(),
        format!("{USERS}/1"),
        format!("{USERS}/export"),
    ] {
        assert_eq!(stranger.get(&path).await.status, 404, "{path}");
        assert_eq!(
            app.get_as(&path, &times.api_key).await.status,
            401,
            "{path}"
        );
        assert_eq!(app.get(&path).await.status, 401, "{path}");
        assert_eq!(app.get_as(&path, &reads).await.status, 200, "{path}");
    }
    assert_eq!(viewer.get(&format!("{USERS}/1")).await.status, 200);
    assert_eq!(viewer.get(&format!("{USERS}/export")).await.status, 403);
    for (method, path) in [
        (Method::POST, USERS.to_owned()),
        (Method::PUT, format!("{USERS}/1")),
        (Method::PATCH, format!("{USERS}/1")),
        (Method::DELETE, format!("{USERS}/1")),
        (Method::POST, format!("{USERS}/1/disable")),
        (Method::POST, format!("{USERS}/1/enable")),
        (Method::POST, format!("{USERS}/1/revoke-tokens")),
        (Method::POST, format!("{USERS}/import")),
    ] {
        let body = json!({ "id": "1" });
        for (person, status) in [(&viewer, 403), (&stranger, 404)] {
            let refused = person.send(method.clone(), &path, &body).await;
            assert_eq!(refused.status, status, "{method} {path} {refused:?}");
        }
        let request = app.request(method.clone(), &path).bearer_auth(&reads);
        assert_eq!(
            Answer::to(request.json(&body)).await.problem(),
            "scope-insufficient"
        );
    }
    assert!(
        admin
            .get(&format!("{USERS}/1"))
            .await
            .text()
            .contains("bob")
    );
}

#[tokio::test]
async fn a_newsroom_has_no_more_readers_than_it_may() {
    let (app, admin) = desk().await;
    app.database
        .execute("update tenants set max_users = 4")
        .await;
    let add = async |id: &str| admin.post(USERS, &json!({ "id": id })).await;
    assert_eq!(add("a").await.status, 201);
    let refused = add("b").await;
    assert_eq!(
        (refused.status, &*refused.problem()),
        (409, "quota-exceeded")
    );
    let refused = json_to(put(&admin, "b"), r#"{"id":"b"}"#).await;
    assert_eq!(refused.problem(), "quota-exceeded");
    assert_eq!(admin.get(&format!("{USERS}/b")).await.status, 404);
    let replaced = json_to(put(&admin, "a"), r#"{"id":"a","n":1}"#).await;
    assert_eq!(replaced.status, 200, "who is there may be changed");
    let import = admin.request(Method::POST, &format!("{USERS}/import"));
    let import = import.header("content-type", "application/x-ndjson");
    let refused = Answer::to(import.body("{\"id\":\"1\"}\n{\"id\":\"c\"}\n")).await;
    assert_eq!(
        (refused.status, &*refused.problem()),
        (409, "quota-exceeded")
    );
    assert_eq!(admin.delete(&format!("{USERS}/a")).await.status, 200);
    assert_eq!(add("b").await.status, 201, "there is room again");
    let counted = app
        .database
        .texts("select user_count::text from tenants")
        .await;
    assert_eq!(counted, ["4"]);
}
