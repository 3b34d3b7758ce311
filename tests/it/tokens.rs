//! Introspection (RFC 7662) and revocation (RFC 7009) by API key.

use reqwest::Method;
use serde_json::json;

use crate::harness::{
    Answer, App, DEMO_SECRET, Newsroom, claims_of, eventually, header_of, hmac_token, now,
};

const ACTS: [&str; 2] = ["introspect", "revoke"];

async fn form(app: &App, post: &Newsroom, act: &str, body: &str) -> Answer {
    let request = app.request(Method::POST, &post.tokens_path(act));
    let request = request.bearer_auth(&post.api_key);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    Answer::to(request.body(body.to_owned())).await
}

/// A token for bob under the demo service's secret, with some claims more.
fn by_hand(post: &Newsroom, more: &serde_json::Value) -> String {
    let now = now();
    let mut claims =
        json!({ "iat": now, "exp": now + 600, "aud": "talk", "iss": post.issuer, "sub": "1" });
    for (name, value) in more.as_object().unwrap() {
        claims[name] = value.clone();
    }
    hmac_token(DEMO_SECRET, "HS256", &claims)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn introspection_of_a_good_token_says_what_it_is() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let token = post.token("2").await;
    let (header, claims) = (header_of(&token), claims_of(&token));
    let by_json = post.introspect(&token).await;
    let by_form = form(
        &app,
        &post,
        "introspect",
        &format!("token={token}&token_type_hint=x"),
    )
    .await;
    for answer in [by_json, by_form] {
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "no-store");
        let expected = json!({
            "active": true, "iss": post.issuer, "aud": "talk", "sub": "2", "exp": claims["exp"],
            "iat": claims["iat"], "jti": claims["jti"], "kid": header["kid"], "token_type": "Bearer",
        });
        assert_eq!(answer.json(), expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_token_is_refused_from_the_answer_on() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let (token, other) = (post.token("1").await, post.token("1").await);
    assert_eq!(post.look_up(&token).await.status, 200);
    let answer = post.revoke(&token).await;
    assert_eq!(answer.status, 200);
    let said = answer.json();
    assert_eq!(said["revoked"], true);
    let until: jiff::Timestamp = said["accepted_by_talk_until"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(
        until.as_second(),
        claims_of(&token)["exp"].as_i64().unwrap()
    );
    let refused = post.look_up(&token).await;
    assert_eq!(
        (refused.status, &*refused.problem()),
        (401, "token-invalid")
    );
    assert_eq!(
        post.introspect(&token).await.json(),
        json!({ "active": false })
    );
    assert_eq!(
        post.look_up(&other).await.status,
        200,
        "another token of the same reader"
    );
    assert_eq!(post.revoke(&token).await.status, 200, "once more");
    assert_eq!(
        form(&app, &post, "revoke", &format!("token={other}"))
            .await
            .status,
        200
    );
    assert_eq!(post.look_up(&other).await.status, 401);
    assert_eq!(post.issue(&json!({ "id": "1" })).await.status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revocation_reaches_another_server_and_one_that_starts_later() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let second = app.second_server().await;
    let there = post.through(&second);
    let token = post.token("1").await;
    assert_eq!(there.look_up(&token).await.status, 200);
    assert_eq!(post.revoke(&token).await.status, 200);
    eventually("the other server refuses the token", async || {
        there.look_up(&token).await.status == 401
    })
    .await;
    let later = app.second_server().await;
    assert_eq!(post.through(&later).look_up(&token).await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_not_good_is_inactive_and_needs_no_revoking() {
    let app = App::start().await;
    let post = app.demo_tenant("post").await;
    let times = app.tenant("times").await;
    let mut tokens = vec![
        "nonsense".to_owned(),
        "a.b.c".to_owned(),
        times.token("1").await,
    ];
    tokens.push(by_hand(&post, &json!({ "exp": now() - 1 })));
    tokens.push(by_hand(&post, &json!({ "aud": "x" })));
    tokens.push(post.api_key.clone());
    for token in tokens {
        assert_eq!(
            post.introspect(&token).await.json(),
            json!({ "active": false }),
            "{token}"
        );
        assert_eq!(post.revoke(&token).await.status, 200, "{token}");
    }
    let good = post.token("1").await;
    let elsewhere = json!({ "token": good, "deployment": "nope" }).to_string();
    let answer = app
        .post_as(&post.tokens_path("introspect"), &post.api_key, &elsewhere)
        .await;
    assert_eq!(
        (answer.status, &*answer.problem()),
        (422, "deployment-unknown")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_without_jti_cannot_be_revoked_by_itself_and_the_answer_says_so() {
    let app = App::start().await;
    let post = app.demo_tenant("post").await;
    let token = by_hand(&post, &json!({}));
    let answer = post.revoke(&token).await;
    assert_eq!(
        (answer.status, &*answer.problem()),
        (400, "token-without-id")
    );
    assert_eq!(post.look_up(&token).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_issuing_token_that_was_revoked_issues_no_more() {
    let app = App::start().await;
    let post = app.tenant_with("post", &["--accept-issuing-tokens"]).await;
    let output = app
        .cli(&["token", "issuing", "--tenant", "post"])
        .await
        .ok();
    let token = output.stdout.trim();
    let issue = async || {
        app.post_as(&post.path(), token, r#"{"id":"1"}"#)
            .await
            .status
    };
    assert_eq!(issue().await, 201);
    assert_eq!(post.revoke(token).await.status, 200);
    assert_eq!(issue().await, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_an_api_key_may_ask_about_tokens() {
    let app = App::start().await;
    let post = app.demo_tenant("post").await;
    let token = post.token("1").await;
    let issuing = by_hand(
        &post,
        &json!({ "aud": "TALK_TOKEN_EXAMPLE_AUDIENCE", "sub": "TALK_TOKEN_EXAMPLE" }),
    );
    let body = json!({ "token": token }).to_string();
    for act in ACTS {
        let path = post.tokens_path(act);
        let request = app
            .request(Method::POST, &path)
            .header("content-type", "application/json");
        let answer = Answer::to(request.body(body.clone())).await;
        assert_eq!(
            (answer.status, &*answer.problem()),
            (401, "credentials-missing")
        );
        for bearer in [&token, &issuing, "lyd_post_nonsense"] {
            let answer = app.post_as(&path, bearer, &body).await;
            assert_eq!(
                (answer.status, &*answer.problem()),
                (401, "token-invalid"),
                "{act}"
            );
        }
        let unknown = format!("/v1/tenants/nobody/tokens/{act}");
        let answer = app.post_as(&unknown, &post.api_key, &body).await;
        assert_eq!(
            (answer.status, &*answer.problem()),
            (401, "token-invalid"),
            "{act}"
        );
    }
    assert_eq!(post.look_up(&token).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_api_key_is_refused_and_its_tokens_live_on() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let token = post.token("1").await;
    app.cli(&["api-key", "revoke", "--tenant", "post", &post.api_key_id])
        .await
        .ok();
    eventually("the API key is refused", async || {
        post.issue(&json!({ "id": "1" })).await.status == 401
    })
    .await;
    assert_eq!(post.introspect(&token).await.status, 401);
    assert_eq!(post.revoke(&token).await.status, 401);
    assert_eq!(post.look_up(&token).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_key_ends_when_it_should() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let arguments = [
        "api-key",
        "create",
        "--tenant",
        "post",
        "--name",
        "short",
        "--expires-in",
        "1h",
        "--json",
    ];
    let made = app.cli(&arguments).await.json();
    let key = made["api_key"].as_str().unwrap();
    let issue = async || app.post_as(&post.path(), key, r#"{"id":"1"}"#).await.status;
    eventually("the new key is known", async || issue().await == 201).await;
    app.clock.advance(3_601);
    assert_eq!(issue().await, 401);
    assert_eq!(
        post.issue(&json!({ "id": "1" })).await.status,
        201,
        "the key without an end"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_a_clear_error() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    for act in ACTS {
        let path = post.tokens_path(act);
        for (body, problem) in [
            ("{}", "parameter-missing"),
            (r#"{"token":""}"#, "parameter-missing"),
            (r#"{"token":null}"#, "parameter-missing"),
            (r#"{"token":1}"#, "body-malformed"),
            (r#"{"token":"a","token":"b"}"#, "body-malformed"),
            ("null", "body-malformed"),
            ("[]", "body-malformed"),
            ("{", "body-malformed"),
            ("", "body-malformed"),
        ] {
            let answer = app.post_as(&path, &post.api_key, body).await;
            assert_eq!(
                (answer.status, &*answer.problem()),
                (400, problem),
                "{act} {body}"
            );
        }
        for (body, problem) in [
            ("", "parameter-missing"),
            ("token=", "parameter-missing"),
            ("token=a&token=b", "body-malformed"),
        ] {
            let answer = form(&app, &post, act, body).await;
            assert_eq!(
                (answer.status, &*answer.problem()),
                (400, problem),
                "{act} {body}"
            );
        }
        let request = app.request(Method::POST, &path).bearer_auth(&post.api_key);
        let answer = Answer::to(request.header("content-type", "text/plain").body("token=a")).await;
        assert_eq!(
            (answer.status, &*answer.problem()),
            (415, "body-type-unsupported")
        );
    }
}
