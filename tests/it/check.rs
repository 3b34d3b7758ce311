//! The checker over HTTP.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    coral::CORAL_SECRET,
    harness::{Answer, App, Newsroom, Person, hmac_token, now},
};

const PATH: &str = "/v1/tenants/post/tokens/check";

/// What the checker says of a token of `post`.
async fn check(app: &App, post: &Newsroom, body: Value) -> Value {
    let answer = app.post_as(PATH, &post.api_key, &body.to_string()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json()
}

fn section<'a>(report: &'a Value, id: &str) -> &'a Value {
    let sections = report["sections"].as_array().unwrap();
    sections.iter().find(|section| section["id"] == id).unwrap()
}

/// The rules of a section that fail or warn.
fn broken(report: &Value, id: &str) -> Vec<String> {
    let checks = section(report, id)["checks"].as_array().unwrap();
    let is_broken = |check: &&Value| matches!(check["outcome"].as_str(), Some("fail" | "warning"));
    checks
        .iter()
        .filter(is_broken)
        .map(|check| check["id"].as_str().unwrap().to_owned())
        .collect()
}

/// A Coral of `post` whose secret signs.
async fn with_coral(app: &App) -> Person {
    let owner = app.member("post", "owner").await;
    let deployments = "/v1/tenants/post/deployments";
    let coral =
        json!({ "name": "coral", "kind": "coral", "root_url": "https://coral.post.example" });
    assert_eq!(owner.post(deployments, &coral).await.status, 201);
    let key = json!({ "key": CORAL_SECRET, "kid": "5f3a9c0d1e2b4f6a", "activate": true });
    let import = format!("{deployments}/coral/signing-keys/import");
    assert_eq!(owner.post(&import, &key).await.status, 201);
    owner
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_token_passes_with_and_without_settings() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let token = post.token("2").await;
    let export = ["key", "export", "--tenant", "post", "--as", "talk"];
    let settings = app.cli(&export).await.ok().stdout;
    for body in [
        json!({ "token": token }),
        json!({ "token": format!("Bearer {token}\n"), "deployment": "default" }),
        json!({ "token": token, "settings": settings }),
        json!({ "token": token, "settings": null, "deployment": null }),
    ] {
        let report = check(&app, &post, body).await;
        assert_eq!(report["accepted"], true, "{report:#}");
        assert_eq!(
            (&report["user"], &report["user_known"]),
            (&json!("2"), &json!(true))
        );
        assert_eq!(
            (&report["product"], &report["purpose"]),
            (&json!("talk"), &json!("reader"))
        );
        assert_eq!(report["claims"]["sub"], "2");
        assert_eq!(section(&report, "talk")["verdict"], "accepted");
        assert_eq!(section(&report, "coral")["verdict"], "not-applicable");
        for id in ["talk", "lanyard"] {
            assert_eq!(broken(&report, id), [""; 0], "{id}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_that_differ_are_told_and_their_secret_is_not() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let token = post.token("2").await;
    let settings =
        "TALK_ROOT_URL=https://talk.post.example/\nTALK_JWT_SECRET=canary-nWq2vXw9LmZ4tRb";
    let answer = app
        .post_as(
            PATH,
            &post.api_key,
            &json!({ "token": token, "settings": settings }).to_string(),
        )
        .await;
    assert!(!answer.text().contains("canary"));
    let report = answer.json();
    assert_eq!(
        (&report["accepted"], &report["reason"]),
        (&json!(false), &json!("talk-signature"))
    );
    assert_eq!(section(&report, "talk")["verdict"], "anonymous");
    assert_eq!(
        broken(&report, "talk"),
        ["talk-secret-strength", "talk-signature", "talk-issuer"]
    );
    let taken = json!([
        { "name": "TALK_ROOT_URL", "line": 1, "value": "https://talk.post.example/" },
        { "name": "TALK_JWT_SECRET", "line": 2, "value": null },
    ]);
    assert_eq!(report["settings"]["taken"], taken);
    assert_eq!(report["settings"]["form"], "env");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_known_for_that_of_another_deployment_unless_the_key_may_not_know() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let owner = with_coral(&app).await;
    let issued = owner
        .post(
            "/v1/tenants/post/tokens",
            &json!({ "user": "2", "deployment": "coral" }),
        )
        .await;
    let for_coral = issued.json()["token"].as_str().unwrap().to_owned();
    let report = check(
        &app,
        &post,
        json!({ "token": for_coral, "deployment": "coral" }),
    )
    .await;
    assert_eq!(report["accepted"], true, "{report:#}");
    assert_eq!(broken(&report, "coral"), [""; 0]);
    assert_eq!(broken(&report, "coral-oidc"), [""; 0]);
    let for_talk = post.token("2").await;
    let report = check(
        &app,
        &post,
        json!({ "token": for_talk, "deployment": "coral" }),
    )
    .await;
    assert_eq!(
        (&report["accepted"], &report["reason"]),
        (&json!(false), &json!("unknown_key"))
    );
    assert_eq!(
        report["user_known"],
        json!(null),
        "nobody looks for a stranger's reader"
    );
    assert_eq!(section(&report, "coral")["verdict"], "refused");
    assert_eq!(broken(&report, "coral-oidc"), ["coral-oidc-mistaken"]);
    assert!(report.to_string().contains("of the deployment `default`"));
    // A key for Coral alone learns nothing of Talk's keys.
    let limited =
        json!({ "name": "limited", "scopes": ["tokens:introspect"], "deployments": ["coral"] });
    let made = owner
        .post("/v1/tenants/post/api-keys", &limited)
        .await
        .json();
    let key = made["api_key"].as_str().unwrap();
    let ask = async |deployment: &str| {
        let body = json!({ "token": for_talk, "deployment": deployment }).to_string();
        app.post_as(PATH, key, &body).await
    };
    let answer = ask("coral").await;
    assert_eq!(answer.status, 200);
    assert!(!answer.text().contains("deployment `default`"));
    assert_eq!(ask("default").await.problem(), "deployment-out-of-reach");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_coral_refuses_is_told_with_the_secret_that_was_pasted() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let claims = json!({ "user": { "id": "1", "email": "a@post.example", "username": "a", "badges": null }, "exp": now() + 60, "jti": "0d4f2c1e-2f6b-4b8e-9a53-6f1f0c1d2e3f", "iat": now() });
    let token = hmac_token(CORAL_SECRET.trim_start_matches("ssosec_"), "HS256", &claims);
    let report = check(
        &app,
        &post,
        json!({ "token": token, "settings": CORAL_SECRET }),
    )
    .await;
    assert_eq!(
        broken(&report, "coral"),
        ["coral-signature", "coral-user-badges"]
    );
    assert_eq!(
        section(&report, "coral")["counts"],
        false,
        "the deployment is a Talk"
    );
    assert!(report.to_string().contains("without its prefix `ssosec_`"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn revoked_disabled_unknown_and_suspended_are_told_apart() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let (revoked, disabled, gone) = (
        post.token("1").await,
        post.token("2").await,
        post.token("3").await,
    );
    post.revoke(&revoked).await;
    app.cli(&["user", "disable", "--tenant", "post", "2"])
        .await
        .ok();
    let reason = async |token: &str| check(&app, &post, json!({ "token": token })).await;
    let report = reason(&revoked).await;
    assert_eq!(report["reason"], "token_revoked");
    assert_eq!(broken(&report, "lanyard"), ["lanyard-revoked"]);
    assert_eq!(
        broken(&report, "talk"),
        ["talk-revocation"],
        "Talk hears of nothing"
    );
    let disabled_here = async || reason(&disabled).await["reason"] == "user_disabled";
    crate::harness::eventually("the change has arrived", disabled_here).await;
    app.database
        .execute("delete from users where id = '3'")
        .await;
    let check = ["token", "check", "--tenant", "post", "--json"];
    let report = app.cli(&[&check[..], &[&gone]].concat()).await.json();
    assert_eq!(
        (&report["accepted"], &report["user_known"]),
        (&json!(true), &json!(false))
    );
    app.cli(&["tenant", "suspend", "post"]).await.ok();
    let output = app.cli(&[&check[..], &[&gone]].concat()).await;
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!((output.code, &report["reason"]), (1, &json!("not_served")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_leaves_no_trace_but_its_count() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let token = post.token("1").await;
    let events = app.database.count("audit_events").await;
    for token in [token.as_str(), "nonsense"] {
        check(&app, &post, json!({ "token": token })).await;
    }
    assert_eq!(app.database.count("audit_events").await, events);
    app.state.usage.flush(false).await.unwrap();
    let counted = "select operation || ' ' || reason || ' ' || sum(count) from usage_hourly \
                   where operation = 'introspect' group by operation, reason";
    assert_eq!(app.database.texts(counted).await, ["introspect ok 2"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_a_clear_error() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let long = "x".repeat(24 * 1024 + 1);
    let text = |body: Value| body.to_string();
    for (body, status, problem) in [
        ("{".to_owned(), 400, "body-malformed"),
        ("[]".to_owned(), 400, "body-malformed"),
        (
            r#"{"token":"a","token":"b"}"#.to_owned(),
            400,
            "body-malformed",
        ),
        (text(json!({})), 422, "fields-invalid"),
        (text(json!({ "token": 1 })), 422, "fields-invalid"),
        (text(json!({ "token": "a", "x": 1 })), 422, "fields-invalid"),
        (text(json!({ "token": "a\u{0}" })), 422, "fields-invalid"),
        (text(json!({ "token": long })), 422, "fields-invalid"),
        (
            text(json!({ "token": "a", "settings": "\n".repeat(32 * 1024 + 1) })),
            422,
            "fields-invalid",
        ),
        (
            text(json!({ "token": "a", "settings": ["a"] })),
            422,
            "fields-invalid",
        ),
        (
            text(json!({ "token": "a", "deployment": "nope" })),
            422,
            "deployment-unknown",
        ),
        (
            text(json!({ "token": "a", "settings": "x".repeat(200_000) })),
            413,
            "body-too-large",
        ),
    ] {
        let answer = app.post_as(PATH, &post.api_key, &body).await;
        let start: String = body.chars().take(60).collect();
        assert_eq!(
            (answer.status, &*answer.problem()),
            (status, problem),
            "{start}"
        );
    }
    let request = app.request(Method::POST, PATH).bearer_auth(&post.api_key);
    let answer = Answer::to(request.header("content-type", "text/plain").body("{}")).await;
    assert_eq!((answer.status, &*answer.problem()), (415, "json-expected"));
    // The longest that is taken is taken, escapes and all.
    let most = json!({ "token": "\n".repeat(24 * 1024), "settings": "\"".repeat(32 * 1024) });
    let report = check(&app, &post, most).await;
    assert_eq!(report["accepted"], false);
}
