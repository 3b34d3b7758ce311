//! What an API key may not give, it may not write down either, for another key to give.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, App, Person, claims_of};

const DEPLOYMENTS: &str = "/v1/tenants/the-post/deployments";
const TOKENS: &str = "/v1/tenants/the-post/tokens";
const USERS: &str = "/v1/tenants/the-post/users";

/// A newsroom whose Coral takes every role, and its owner.
async fn stage() -> (App, Person) {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let coral = json!({ "name": "coral", "kind": "coral", "max_role": "ADMIN", "badges": true });
    let made = owner.post(DEPLOYMENTS, &coral).await;
    assert_eq!(made.status, 201, "{made:?}");
    let key =
        json!({ "key": crate::coral::CORAL_SECRET, "kid": "5f3a9c0d1e2b4f6a", "activate": true });
    let imported = owner
        .post(&format!("{DEPLOYMENTS}/coral/signing-keys/import"), &key)
        .await;
    assert_eq!(imported.status, 201, "{imported:?}");
    (app, owner)
}

/// An API key with this ceiling.
async fn api_key(owner: &Person, max_role: Option<&str>, badges: bool) -> String {
    let body = json!({
        "name": "sync", "scopes": ["tokens:issue", "users:read", "users:write", "settings:write", "settings:read"],
        "max_role": max_role, "badges": badges,
    });
    let made = owner.post("/v1/tenants/the-post/api-keys", &body).await;
    assert_eq!(made.status, 201, "{made:?}");
    made.json()["api_key"].as_str().unwrap().to_owned()
}

async fn send(app: &App, key: &str, method: Method, path: &str, body: &Value) -> Answer {
    Answer::to(app.request(method, path).bearer_auth(key).json(body)).await
}

async fn import(app: &App, key: &str, path: &str, lines: &[Value]) -> Value {
    let lines: Vec<_> = lines.iter().map(Value::to_string).collect();
    let request = app.request(Method::POST, path).bearer_auth(key);
    let request = request.header("content-type", "application/x-ndjson");
    let answer = Answer::to(request.body(lines.join("\n"))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// A record that Coral takes, with these members besides.
fn record(id: &str, more: &Value) -> Value {
    let mut record = json!({ "id": id, "email": format!("{id}@x.example"), "username": id });
    let members = record.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    record
}

/// Which fields a refusal is about.
#[track_caller]
fn pointers(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.problem(), "fields-invalid", "{answer:?}");
    let errors = answer.json()["errors"].clone();
    let pointer = |error: &Value| error["pointer"].as_str().unwrap().to_owned();
    errors.as_array().unwrap().iter().map(pointer).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_a_key_may_not_give_is_not_written_for_another_key_to_give() {
    let (app, owner) = stage().await;
    let (low, high) = (
        api_key(&owner, None, false).await,
        api_key(&owner, Some("ADMIN"), true).await,
    );
    let plain = record("mallory", &json!({}));
    let made = send(&app, &low, Method::POST, USERS, &plain).await;
    assert_eq!(made.status, 201, "{made:?}");
    let raised = record("mallory", &json!({ "role": "ADMIN", "badges": ["staff"] }));
    let path = format!("{USERS}/mallory");
    let new = record("trudy", &json!({ "role": "MEMBER" }));
    for (method, path, body, expected) in [
        (
            Method::PATCH,
            &*path,
            json!({ "role": "ADMIN" }),
            &["/role"][..],
        ),
        (
            Method::PATCH,
            &path,
            json!({ "badges": ["x"] }),
            &["/badges"],
        ),
        (Method::PUT, &path, raised.clone(), &["/badges", "/role"]),
        (
            Method::PUT,
            "/v1/tenants/the-post/users/trudy",
            new.clone(),
            &["/role"],
        ),
        (Method::POST, USERS, new.clone(), &["/role"]),
        (
            Method::POST,
            TOKENS,
            json!({ "user": raised, "deployment": "coral" }),
            &["/user/badges", "/user/role"],
        ),
        (
            Method::POST,
            TOKENS,
            json!({ "user": new, "deployment": "coral" }),
            &["/user/role"],
        ),
    ] {
        let refused = send(&app, &low, method.clone(), path, &body).await;
        assert_eq!(pointers(&refused), expected, "{method} {path}");
    }
    let batch = json!({ "tokens": [
        { "user": raised, "deployment": "coral" }, { "user": "1" }, { "user": record("peggy", &json!({})), "deployment": "coral" },
    ] });
    let batch = send(&app, &low, Method::POST, &format!("{TOKENS}/batch"), &batch).await;
    let results = batch.json()["results"].clone();
    let errors = &results[0]["problem"]["errors"];
    assert_eq!(errors[0]["pointer"], "/tokens/0/user/badges", "{results}");
    assert_eq!(errors[1]["pointer"], "/tokens/0/user/role", "{results}");
    assert!(
        results[1]["token"].is_string() && results[2]["token"].is_string(),
        "{results}"
    );
    // So the key that may give a role has none to give.
    let asked = json!({ "user": "mallory", "deployment": "coral" });
    let issued = send(&app, &high, Method::POST, TOKENS, &asked).await.json();
    let user = claims_of(issued["token"].as_str().unwrap())["user"].clone();
    assert!(
        user.get("role").is_none() && user.get("badges").is_none(),
        "{user}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_reader_has_already_is_left_alone_and_taken_away_by_any_key() {
    let (app, owner) = stage().await;
    let low = api_key(&owner, None, false).await;
    let member = api_key(&owner, Some("MEMBER"), false).await;
    let staff = record(
        "jane",
        &json!({ "role": "STAFF", "badges": ["editor", "host"] }),
    );
    assert_eq!(owner.post(USERS, &staff).await.status, 201);
    let path = format!("{USERS}/jane");
    for body in [
        json!({ "email": "other@x.example" }),
        json!({ "role": "STAFF", "username": "janet" }),
        json!({ "badges": ["editor"] }),
    ] {
        let changed = send(&app, &low, Method::PATCH, &path, &body).await;
        assert_eq!(changed.status, 200, "{changed:?}");
    }
    let issued = send(
        &app,
        &low,
        Method::POST,
        TOKENS,
        &json!({ "user": record("jane", &json!({ "role": "STAFF", "badges": ["editor"] })), "deployment": "coral" }),
    )
    .await;
    assert_eq!(issued.status, 201, "{issued:?}");
    let gone = send(&app, &low, Method::PUT, &path, &record("jane", &json!({}))).await;
    assert_eq!(gone.status, 200, "{gone:?}");
    let back = send(
        &app,
        &low,
        Method::PATCH,
        &path,
        &json!({ "role": "STAFF" }),
    )
    .await;
    assert_eq!(pointers(&back), ["/role"]);
    // As far as its ceiling a key gives.
    let given = send(
        &app,
        &member,
        Method::PATCH,
        &path,
        &json!({ "role": "MEMBER" }),
    )
    .await;
    assert_eq!(given.status, 200, "{given:?}");
    // Everybody is a commenter.
    let new = record("ann", &json!({ "role": "COMMENTER", "badges": [] }));
    let made = send(&app, &low, Method::POST, USERS, &new).await;
    assert_eq!(made.status, 201, "{made:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_skips_readers_whom_its_key_may_not_raise_line_by_line() {
    let (app, owner) = stage().await;
    let low = api_key(&owner, None, false).await;
    let staff = record("jane", &json!({ "role": "STAFF" }));
    assert_eq!(owner.post(USERS, &staff).await.status, 201);
    let lines = [
        record("a", &json!({})),
        record("b", &json!({ "role": "ADMIN" })),
        record(
            "jane",
            &json!({ "role": "STAFF", "url": "https://x.example/jane" }),
        ),
        record("c", &json!({ "badges": ["x"] })),
        record("d", &json!({ "role": "COMMENTER" })),
    ];
    let path = format!("{USERS}/import");
    for dry_run in [true, false] {
        let report = import(&app, &low, &format!("{path}?dry_run={dry_run}"), &lines).await;
        assert_eq!(
            (&report["valid"], &report["failed"]),
            (&json!(3), &json!(2)),
            "{report}"
        );
        let errors = report["errors"].as_array().unwrap();
        let places: Vec<_> = errors
            .iter()
            .map(|error| (&error["line"], &error["pointer"]))
            .collect();
        assert_eq!(
            places,
            [(&json!(2), &json!("/role")), (&json!(4), &json!("/badges"))]
        );
    }
    assert_eq!(owner.get(&format!("{USERS}/d")).await.status, 200);
    assert_eq!(owner.get(&format!("{USERS}/b")).await.status, 404);
    // The first bad one ends it, where that was asked for; what stands before is written.
    let lines = [
        record("jane", &json!({ "role": "STAFF" })),
        record("e", &json!({})),
        record("f", &json!({ "role": "MEMBER" })),
        record("g", &json!({})),
    ];
    let report = import(&app, &low, &format!("{path}?on_error=stop"), &lines).await;
    assert_eq!(
        (
            &report["complete"],
            &report["valid"],
            &report["failed"],
            &report["errors"][0]["line"]
        ),
        (&json!(false), &json!(2), &json!(1), &json!(3)),
        "{report}"
    );
    assert_eq!(owner.get(&format!("{USERS}/e")).await.status, 200);
    assert_eq!(owner.get(&format!("{USERS}/g")).await.status, 404);
    // A member's import gives what it likes.
    let request = owner
        .request(Method::POST, &path)
        .header("content-type", "application/x-ndjson");
    let answer =
        Answer::to(request.body(record("f", &json!({ "role": "ADMIN" })).to_string())).await;
    assert_eq!(answer.json()["created"], 1, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_raises_no_deployments_ceiling_above_its_own() {
    let (app, owner) = stage().await;
    let path = format!("{DEPLOYMENTS}/coral");
    let lower = json!({ "max_role": "MEMBER", "badges": false });
    assert_eq!(owner.patch(&path, &lower).await.status, 200);
    let staff = api_key(&owner, Some("STAFF"), false).await;
    let body = json!({ "max_role": "ADMIN", "badges": true });
    let refused = send(&app, &staff, Method::PATCH, &path, &body).await;
    assert_eq!(pointers(&refused), ["/badges", "/max_role"]);
    let new = json!({ "name": "two", "kind": "coral", "max_role": "MODERATOR" });
    let refused = send(&app, &staff, Method::POST, DEPLOYMENTS, &new).await;
    assert_eq!(pointers(&refused), ["/max_role"]);
    for body in [json!({ "max_role": "STAFF" }), json!({ "max_role": null })] {
        let changed = send(&app, &staff, Method::PATCH, &path, &body).await;
        assert_eq!(changed.status, 200, "{changed:?}");
    }
    // What stands above it already stands in its way for nothing else.
    assert_eq!(
        owner
            .patch(&path, &json!({ "max_role": "ADMIN" }))
            .await
            .status,
        200
    );
    let changed = send(
        &app,
        &staff,
        Method::PATCH,
        &path,
        &json!({ "token_lifetime": 3600, "max_role": "ADMIN" }),
    )
    .await;
    assert_eq!(changed.status, 200, "{changed:?}");
}
