//! Deployments over HTTP: made, changed, deleted, and what that does to tokens.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, App, claims_of};

const DEPLOYMENTS: &str = "/v1/tenants/the-post/deployments";
const DEFAULT: &str = "/v1/tenants/the-post/deployments/default";

fn sports() -> Value {
    json!({ "name": "sports", "kind": "talk", "issuer": "https://sports.example" })
}

fn lifetime_of(token: &str) -> i64 {
    let claims = claims_of(token);
    claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap()
}

#[tokio::test]
async fn a_deployment_is_made_listed_and_deleted() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let made = owner.post(DEPLOYMENTS, &sports()).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.json()["audience"], "talk");
    assert_eq!(made.json()["active_kid"], Value::Null);
    let listed = owner.get(DEPLOYMENTS).await.json();
    let names: Vec<_> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["default", "sports"]);
    assert_eq!(listed["data"][0]["verifying_keys"], 1);
    let one = owner.get(&format!("{DEPLOYMENTS}/sports")).await;
    assert_eq!(one.json(), made.json());
    assert_eq!(one.header("etag"), "\"1\"");

    let admin = app.member("the-post", "admin").await;
    let path = format!("{DEPLOYMENTS}/sports");
    assert_eq!(admin.delete(&path).await.problem(), "role-insufficient");
    assert_eq!(owner.delete(&path).await.status, 204);
    assert_eq!(owner.get(&path).await.status, 404);
    // The issuer is free again.
    let jane = app.person("jane@times.example").await;
    let body = json!({ "name": "The Times", "issuer": "https://sports.example" });
    assert_eq!(jane.post("/v1/tenants", &body).await.status, 201);
    // And the newsroom can't have it back.
    assert_eq!(
        owner.post(DEPLOYMENTS, &sports()).await.problem(),
        "issuer-taken"
    );
}

#[tokio::test]
async fn what_would_let_tokens_meet_is_refused() {
    let app = App::start().await;
    let newsroom = app.tenant("the-post").await;
    app.tenant("the-times").await;
    let admin = app.member("the-post", "admin").await;
    let create = async |name: &str, issuer: &str, audience: &str| {
        let body = json!({ "name": name, "kind": "talk", "issuer": issuer, "audience": audience });
        admin.post(DEPLOYMENTS, &body).await
    };
    let same = create("a", &newsroom.issuer, "talk").await;
    assert_eq!(
        (same.status, same.problem().as_str()),
        (409, "state-conflict")
    );
    assert!(same.json()["detail"].as_str().unwrap().contains("audience"));
    assert_eq!(create("a", &newsroom.issuer, "sports").await.status, 201);
    assert_eq!(
        create("a", "https://x.example", "x").await.problem(),
        "state-conflict"
    );
    let others = create("b", "https://talk.the-times.example", "x").await;
    assert_eq!(others.problem(), "issuer-taken");
    let issuing = create("b", "https://x.example", "TALK_TOKEN_EXAMPLE_AUDIENCE").await;
    assert_eq!(issuing.json()["errors"][0]["pointer"], "/audience");
    let patched = admin
        .patch(&format!("{DEPLOYMENTS}/a"), &json!({ "audience": "talk" }))
        .await;
    assert_eq!(patched.problem(), "state-conflict");
    let stolen = json!({ "issuer": "https://talk.the-times.example" });
    assert_eq!(
        admin.patch(DEFAULT, &stolen).await.problem(),
        "issuer-taken"
    );
}

#[tokio::test]
async fn another_issuer_ends_the_tokens_that_are_about_and_the_answer_says_so() {
    let app = App::start().await;
    let newsroom = app.tenant("the-post").await;
    let admin = app.member("the-post", "admin").await;
    let token = newsroom.token("1").await;
    let quiet = admin
        .patch(
            DEFAULT,
            &json!({ "root_url": "https://talk.the-post.example/" }),
        )
        .await;
    assert_eq!(quiet.json()["warnings"], json!([]));
    assert_eq!(newsroom.look_up(&token).await.status, 200);
    let changed = admin
        .patch(
            DEFAULT,
            &json!({ "issuer": "https://new.example", "root_url": null }),
        )
        .await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.json()["root_url"], Value::Null);
    let warnings = changed.json()["warnings"].clone();
    assert!(
        warnings[0].as_str().unwrap().contains("until 20"),
        "{warnings}"
    );
    assert_eq!(newsroom.look_up(&token).await.status, 401);
    let token = newsroom.token("1").await;
    assert_eq!(claims_of(&token)["iss"], "https://new.example");
    assert_eq!(newsroom.look_up(&token).await.status, 200);
}

#[tokio::test]
async fn a_shorter_lifetime_ends_no_token_early() {
    let app = App::start().await;
    let newsroom = app.tenant("the-post").await;
    let admin = app.member("the-post", "admin").await;
    let set = async |seconds: i64| {
        let answer = admin
            .patch(DEFAULT, &json!({ "token_lifetime": seconds }))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    set(86_400).await;
    let long = newsroom.token("1").await;
    assert_eq!(lifetime_of(&long), 86_400);
    set(600).await;
    let short = newsroom.token("1").await;
    assert_eq!(lifetime_of(&short), 600);
    app.clock.advance(601);
    assert_eq!(newsroom.look_up(&short).await.status, 401);
    assert_eq!(newsroom.look_up(&long).await.status, 200);
}

#[tokio::test]
async fn the_default_deployment_stays_and_one_with_keys_goes_only_by_force() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    assert_eq!(owner.delete(DEFAULT).await.problem(), "state-conflict");
    assert_eq!(
        owner
            .delete(&format!("{DEFAULT}?force=true"))
            .await
            .problem(),
        "state-conflict"
    );
    let renamed = owner.patch(DEFAULT, &json!({ "name": "other" })).await;
    assert_eq!(renamed.problem(), "state-conflict");

    assert_eq!(owner.post(DEPLOYMENTS, &sports()).await.status, 201);
    let key = [
        "key",
        "create",
        "--tenant",
        "the-post",
        "--deployment",
        "sports",
    ];
    app.cli(&key).await.ok();
    let path = format!("{DEPLOYMENTS}/sports");
    assert_eq!(owner.get(&path).await.json()["verifying_keys"], 1);
    let renamed = owner.patch(&path, &json!({ "name": "games" })).await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
    assert!(
        renamed.json()["warnings"][0]
            .as_str()
            .unwrap()
            .contains("`games`")
    );
    let path = format!("{DEPLOYMENTS}/games");
    let refused = owner.delete(&path).await;
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (409, "state-conflict")
    );
    let request = owner.request(Method::DELETE, &format!("{path}?force=true"));
    let late = Answer::to(request.header("if-match", "\"1\"")).await;
    assert_eq!(late.problem(), "precondition-failed");
    assert_eq!(
        owner.delete(&format!("{path}?force=true")).await.status,
        204
    );
}

#[tokio::test]
async fn a_limited_key_sees_and_changes_its_own_deployments_only() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let admin = app.member("the-post", "admin").await;
    assert_eq!(admin.post(DEPLOYMENTS, &sports()).await.status, 201);
    let body = json!({
        "name": "sports", "scopes": ["settings:read", "settings:write"], "deployments": ["sports"],
    });
    let made = admin.post("/v1/tenants/the-post/api-keys", &body).await;
    let key = made.json()["api_key"].as_str().unwrap().to_owned();
    let listed = app.get_as(DEPLOYMENTS, &key).await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    assert_eq!(listed["data"][0]["name"], "sports");
    assert_eq!(
        app.get_as(DEFAULT, &key).await.problem(),
        "deployment-out-of-reach"
    );
    let patch = async |path: &str| {
        let request = app.request(Method::PATCH, path).bearer_auth(&key);
        Answer::to(request.json(&json!({}))).await
    };
    assert_eq!(patch(&format!("{DEPLOYMENTS}/sports")).await.status, 200);
    assert_eq!(patch(DEFAULT).await.problem(), "deployment-out-of-reach");
    let settings = patch("/v1/tenants/the-post/settings").await;
    assert_eq!(settings.problem(), "deployment-out-of-reach");
    let more = app.post_as(DEPLOYMENTS, &key, &sports().to_string()).await;
    assert_eq!(more.problem(), "deployment-out-of-reach");
}

#[tokio::test]
async fn a_newsroom_has_as_many_deployments_as_it_may() {
    let app = App::start().await;
    app.tenant("the-post").await;
    app.database
        .execute("update tenants set max_deployments = 2, version = version + 1")
        .await;
    let app = app.second_server().await;
    let admin = app.member("the-post", "admin").await;
    let create = |name: &str| {
        let body = json!({ "name": name, "kind": "coral" });
        let admin = admin.clone();
        async move { admin.post(DEPLOYMENTS, &body).await }
    };
    let made = tokio::join!(create("a"), create("b"), create("c"));
    let mut statuses = [made.0.status, made.1.status, made.2.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409]);
    assert_eq!(create("d").await.problem(), "quota-exceeded");
}

#[tokio::test]
async fn names_of_routes_and_what_nobody_may_set_are_refused() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let admin = app.member("the-post", "admin").await;
    for name in [".well-known", "well-known", "exchange", "A", ""] {
        let mut body = sports();
        body["name"] = json!(name);
        let refused = admin.post(DEPLOYMENTS, &body).await;
        assert_eq!(refused.json()["errors"][0]["pointer"], "/name", "{name}");
    }
    for field in [
        "id",
        "tenant_id",
        "version",
        "created_at",
        "active_kid",
        "kind",
    ] {
        let refused = admin.patch(DEFAULT, &json!({ field: "x" })).await;
        assert_eq!(refused.json()["errors"][0]["pointer"], format!("/{field}"));
    }
    let coral = json!({ "name": "coral", "kind": "coral" });
    assert_eq!(admin.post(DEPLOYMENTS, &coral).await.status, 201);
    let path = format!("{DEPLOYMENTS}/coral");
    let refused = admin.patch(&path, &json!({ "audience": "x" })).await;
    assert_eq!(refused.json()["errors"][0]["pointer"], "/audience");
    let patched = admin.patch(&path, &json!({ "token_lifetime": 60 })).await;
    assert_eq!(patched.json()["token_lifetime"], 60);
    assert_eq!(admin.get(&format!("{DEPLOYMENTS}/%00")).await.status, 404);
}
