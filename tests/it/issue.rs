//! Tokens under `/v1`: for readers in the directory, for those who come along whole, and by the batch.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, App, Newsroom, claims_of, header_of};

const TOKENS: &str = "/v1/tenants/the-post/tokens";
const BATCH: &str = "/v1/tenants/the-post/tokens/batch";

/// An API key of the newsroom with these scopes.
async fn key_with(app: &App, scopes: &[&str]) -> String {
    let mut arguments = vec![
        "api-key", "create", "--tenant", "the-post", "--name", "k", "--json",
    ];
    for scope in scopes {
        arguments.extend(["--scope", scope]);
    }
    let made = app.cli(&arguments).await.json();
    made["api_key"].as_str().unwrap().to_owned()
}

async fn stage() -> (App, Newsroom, String) {
    let app = App::start().await;
    let post = app.tenant("the-post").await;
    let key = key_with(&app, &["tokens:issue", "users:write"]).await;
    (app, post, key)
}

async fn ask(app: &App, key: &str, body: &Value) -> Answer {
    app.post_as(TOKENS, key, &body.to_string()).await
}

fn pointers(answer: &Value) -> Vec<&str> {
    let errors = answer["errors"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"));
    errors
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_token_for_a_reader_says_what_it_is() {
    let (app, post, key) = stage().await;
    let issued = ask(&app, &key, &json!({ "user": "2" })).await;
    assert_eq!(issued.status, 201, "{issued:?}");
    assert_eq!(issued.header("cache-control"), "no-store");
    let issued = issued.json();
    let token = issued["token"].as_str().unwrap();
    let claims = claims_of(token);
    assert_eq!(
        (&claims["sub"], &claims["jti"]),
        (&json!("2"), &issued["token_id"])
    );
    assert_eq!(issued["kid"], header_of(token)["kid"]);
    assert_eq!(issued["user_id"], "2");
    let expires_at: jiff::Timestamp = issued["expires_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(claims["exp"], expires_at.as_second());
    assert_eq!(post.look_up(token).await.json()["username"], "alice");
    // So may an admin by hand, and nobody of less.
    let admin = app.member("the-post", "admin").await;
    assert_eq!(
        admin.post(TOKENS, &json!({ "user": "1" })).await.status,
        201
    );
    let viewer = app.member("the-post", "viewer").await;
    let refused = viewer.post(TOKENS, &json!({ "user": "1" })).await;
    assert_eq!(refused.problem(), "role-insufficient");
    // Issuing is usage.
    let issuing = app
        .database
        .count("audit_events where action like 'token.%'")
        .await;
    assert_eq!(issuing, 0);
}

#[tokio::test]
async fn a_reader_who_comes_along_whole_is_put_into_the_directory_as_they_are() {
    let (app, post, key) = stage().await;
    let record =
        r#"{"premium":{"since":1.50},"id":"77","username":"zoë","email":"zoe@post.example"}"#;
    let issued = app
        .post_as(TOKENS, &key, &format!(r#"{{"user":{record}}}"#))
        .await;
    assert_eq!(issued.status, 201, "{issued:?}");
    let token = issued.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(post.look_up(&token).await.text(), record);

    let version = "select version::text from users where id = '77'";
    let before = app.database.texts(version).await;
    // Sent again as it is, nothing is written.
    let again = app
        .post_as(TOKENS, &key, &format!(r#"{{"user": {record} }}"#))
        .await;
    assert_eq!(again.status, 201);
    assert_eq!(app.database.texts(version).await, before);
    let changed = record.replace("zoë", "zoe");
    let updated = app
        .post_as(TOKENS, &key, &format!(r#"{{"user":{changed}}}"#))
        .await;
    assert_eq!(updated.status, 201);
    assert_ne!(app.database.texts(version).await, before);
    assert_eq!(post.look_up(&token).await.text(), changed);
}

#[tokio::test]
async fn whoever_may_not_write_users_brings_none_along() {
    let (app, _, _) = stage().await;
    let key = key_with(&app, &["tokens:issue"]).await;
    let whole = json!({ "user": { "id": "77" } });
    let refused = ask(&app, &key, &whole).await;
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (403, "scope-insufficient")
    );
    assert_eq!(ask(&app, &key, &json!({ "user": "1" })).await.status, 201);
    let body = json!({ "tokens": [whole, { "user": "1" }] }).to_string();
    let results = app.post_as(BATCH, &key, &body).await.json()["results"].clone();
    assert_eq!(
        results[0]["problem"]["type"],
        "urn:lanyard:problem:scope-insufficient"
    );
    assert!(results[1]["token"].is_string());
    assert_eq!(app.database.count("users where id = '77'").await, 0);
    let key = key_with(&app, &["users:write"]).await;
    assert_eq!(
        ask(&app, &key, &whole).await.problem(),
        "scope-insufficient"
    );
}

#[tokio::test]
async fn whoever_gets_no_token_is_not_written_either() {
    let (app, _, key) = stage().await;
    app.cli(&["user", "disable", "--tenant", "the-post", "--id", "3"])
        .await;
    let disabled = app.member("the-post", "admin").await;
    let disable = disabled
        .post("/v1/tenants/the-post/users/3/disable", &json!({}))
        .await;
    assert_eq!(disable.status, 200, "{disable:?}");
    for (user, problem) in [
        (json!("nobody"), "user-not-found"),
        (json!("3"), "user-disabled"),
        (json!({ "id": "3", "username": "evil" }), "user-disabled"),
        (
            json!({ "id": "eve@coralproject.net" }),
            "user-id-looks-like-email",
        ),
        (json!({ "id": "TALK_TOKEN_EXAMPLE" }), "user-id-reserved"),
    ] {
        let refused = ask(&app, &key, &json!({ "user": user })).await;
        assert_eq!(refused.problem(), problem, "{user} {refused:?}");
    }
    assert_eq!(app.database.count("users").await, 3);
    assert_eq!(app.database.count("users where username = 'evil'").await, 0);
    let kids = app.database.texts("select kid from signing_keys").await;
    app.cli(&["key", "revoke", "--tenant", "the-post", &kids[0]])
        .await
        .ok();
    let whole = json!({ "user": { "id": "77" } });
    crate::harness::eventually("the key is gone", || async {
        ask(&app, &key, &json!({ "user": "1" })).await.problem() == "no-active-key"
    })
    .await;
    assert_eq!(ask(&app, &key, &whole).await.problem(), "no-active-key");
    assert_eq!(app.database.count("users").await, 3);
}

#[tokio::test]
async fn every_wrong_field_is_told_with_its_place() {
    let (app, _, key) = stage().await;
    for (body, places) in [
        (json!({}), vec!["/user"]),
        (
            json!({ "user": 1, "sub": "x", "exp": 1 }),
            vec!["/exp", "/sub", "/user"],
        ),
        (
            json!({ "user": "", "deployment": 1 }),
            vec!["/deployment", "/user"],
        ),
        (json!({ "user": "a\u{0}b" }), vec!["/user"]),
        (
            json!({ "user": { "id": 1, "email": "x", "role": "KING" } }),
            vec!["/user/id", "/user/email", "/user/role"],
        ),
        (json!({ "user": {} }), vec!["/user/id"]),
        (json!({ "user": ["1"] }), vec!["/user"]),
    ] {
        let refused = ask(&app, &key, &body).await;
        assert_eq!(refused.status, 422, "{body} {refused:?}");
        assert_eq!(pointers(&refused.json()), places, "{body}");
    }
    for body in [
        "",
        "{",
        "[]",
        "\"1\"",
        r#"{"user":"1","user":"2"}"#,
        r#"{"user":{"id":"1","a":1,"a":2}}"#,
    ] {
        assert_eq!(
            app.post_as(TOKENS, &key, body).await.problem(),
            "body-malformed",
            "{body}"
        );
    }
    let form = app.request(Method::POST, TOKENS).bearer_auth(&key);
    let form = form.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(
        Answer::to(form.body("user=1")).await.problem(),
        "json-expected"
    );
    let unknown = ask(&app, &key, &json!({ "user": "1", "deployment": "nope" })).await;
    assert_eq!(unknown.problem(), "deployment-unknown");
    let long = json!({ "user": { "id": "1", "x": "x".repeat(70_000) } });
    assert_eq!(ask(&app, &key, &long).await.problem(), "body-too-large");
}

#[tokio::test]
async fn an_api_key_that_is_limited_to_a_deployment_issues_for_no_other() {
    let (app, _, key) = stage().await;
    let elsewhere = "update api_keys set deployments = array[gen_random_uuid()] where name = 'k';
                     update tenants set version = version + 1";
    app.database.execute(elsewhere).await;
    crate::harness::eventually("the limit is known", || async {
        ask(&app, &key, &json!({ "user": "1" })).await.problem() == "deployment-out-of-reach"
    })
    .await;
    let body = json!({ "tokens": [{ "user": { "id": "77" } }] }).to_string();
    let results = app.post_as(BATCH, &key, &body).await.json();
    let problem = &results["results"][0]["problem"]["type"];
    assert_eq!(problem, "urn:lanyard:problem:deployment-out-of-reach");
    assert_eq!(app.database.count("users where id = '77'").await, 0);
}

#[tokio::test]
async fn a_token_outlives_what_was_revoked_before_it() {
    let (app, post, key) = stage().await;
    let admin = app.member("the-post", "admin").await;
    let token = async || {
        let issued = ask(&app, &key, &json!({ "user": "1" })).await;
        issued.json()["token"].as_str().unwrap().to_owned()
    };
    let old = token().await;
    let revoked = admin
        .post("/v1/tenants/the-post/users/1/revoke-tokens", &json!({}))
        .await;
    assert_eq!(revoked.status, 200, "{revoked:?}");
    let new = token().await;
    assert_eq!(post.look_up(&old).await.status, 401);
    assert_eq!(post.look_up(&new).await.status, 200);
    assert!(claims_of(&new)["iat"].as_i64() > claims_of(&old)["iat"].as_i64());
}

#[tokio::test]
async fn in_a_batch_each_is_dealt_with_on_its_own() {
    let (app, post, key) = stage().await;
    let tokens = json!([
        { "user": "1" },
        { "user": "nobody" },
        { "user": { "id": "77", "username": "first" } },
        { "user": { "id": "78", "email": "x" } },
        { "user": { "id": "77", "username": "second" } },
        { "user": "2", "deployment": "nope" },
        "1",
        { "user": "2", "deployment": "default" },
    ]);
    let events = app.database.count("audit_events").await;
    let answer = app
        .post_as(BATCH, &key, &json!({ "tokens": tokens }).to_string())
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let results = answer.json()["results"].clone();
    let said: Vec<_> = results
        .as_array()
        .unwrap()
        .iter()
        .map(|result| match result["user_id"].as_str() {
            Some(id) => id.to_owned(),
            None => result["problem"]["type"]
                .as_str()
                .unwrap()
                .rsplit(':')
                .next()
                .unwrap()
                .to_owned(),
        })
        .collect();
    assert_eq!(
        said,
        [
            "1",
            "user-not-found",
            "77",
            "fields-invalid",
            "77",
            "deployment-unknown",
            "fields-invalid",
            "2"
        ]
    );
    assert_eq!(pointers(&results[3]["problem"]), ["/tokens/3/user/email"]);
    assert_eq!(pointers(&results[6]["problem"]), ["/tokens/6"]);
    for place in [0, 2, 4, 7] {
        let token = results[place]["token"].as_str().unwrap();
        assert_eq!(post.look_up(token).await.status, 200, "{place}");
    }
    let token = results[2]["token"].as_str().unwrap();
    assert_eq!(post.look_up(token).await.json()["username"], "second");
    assert_eq!(app.database.count("audit_events").await, events + 1);
    let unchanged = json!({ "tokens": [{ "user": { "id": "77", "username": "second" } }] });
    app.post_as(BATCH, &key, &unchanged.to_string()).await;
    assert_eq!(app.database.count("audit_events").await, events + 1);
}

#[tokio::test]
async fn a_batch_of_a_thousand_is_taken_and_one_more_is_not() {
    let (app, _, key) = stage().await;
    let batch = |count: usize| {
        let tokens: Vec<_> = (0..count)
            .map(|place| json!({ "user": { "id": format!("r{place}"), "username": "x".repeat(200) } }))
            .collect();
        json!({ "tokens": tokens }).to_string()
    };
    let more = app.post_as(BATCH, &key, &batch(1_001)).await;
    assert_eq!(pointers(&more.json()), ["/tokens"]);
    assert_eq!(app.database.count("users").await, 3);
    let all = app.post_as(BATCH, &key, &batch(1_000)).await;
    let results = all.json()["results"].clone();
    let issued = results
        .as_array()
        .unwrap()
        .iter()
        .filter(|result| result["token"].is_string());
    assert_eq!(issued.count(), 1_000);
    assert_eq!(app.database.count("users").await, 1_003);
    for (body, problem) in [
        ("{}".to_owned(), "fields-invalid"),
        (r#"{"tokens":{}}"#.to_owned(), "fields-invalid"),
        (r#"{"tokens":[],"scope":"x"}"#.to_owned(), "fields-invalid"),
        (
            r#"{"tokens":[{"user":"1","user":"2"}]}"#.to_owned(),
            "body-malformed",
        ),
        (
            format!("{{\"tokens\":[\"{}\"]}}", "x".repeat(4 << 20)),
            "body-too-large",
        ),
    ] {
        assert_eq!(app.post_as(BATCH, &key, &body).await.problem(), problem);
    }
}

#[tokio::test]
async fn each_token_of_a_batch_is_charged() {
    let (app, _, key) = stage().await;
    app.database
        .execute("update tenants set requests_per_second = 1")
        .await;
    let tokens = vec![json!({ "user": "1" }); 20];
    let body = json!({ "tokens": tokens }).to_string();
    let all = app.post_as(BATCH, &key, &body).await;
    assert_eq!(all.json()["results"].as_array().unwrap().len(), 20);
    let waits = ask(&app, &key, &json!({ "user": "1" })).await;
    assert_eq!(waits.problem(), "rate-limited");
    app.clock.advance(10);
    let later = ask(&app, &key, &json!({ "user": "1" })).await;
    assert_eq!(later.status, 201, "{later:?}");
}

#[tokio::test]
async fn a_full_directory_takes_nobody_more_and_loses_nothing() {
    let (app, _, key) = stage().await;
    app.database
        .execute("update tenants set max_users = 4")
        .await;
    assert_eq!(
        ask(&app, &key, &json!({ "user": { "id": "77" } }))
            .await
            .status,
        201
    );
    let full = ask(&app, &key, &json!({ "user": { "id": "78" } })).await;
    assert_eq!(full.problem(), "quota-exceeded");
    let body = json!({ "tokens": [{ "user": { "id": "78" } }, { "user": "1" }] }).to_string();
    assert_eq!(
        app.post_as(BATCH, &key, &body).await.problem(),
        "quota-exceeded"
    );
    assert_eq!(app.database.count("users").await, 4);
    assert_eq!(
        ask(&app, &key, &json!({ "user": { "id": "77", "a": 1 } }))
            .await
            .status,
        201
    );
}
