//! Tenants never meet.

use serde_json::{Value, json};

use crate::harness::{
    Answer, App, DEMO_SECRET, Newsroom, claims_of, eventually, hmac_token, now, sign_by_hand,
};

/// What a client can tell two answers apart by: status, headers, body.
type Visible = (u16, Vec<(String, Vec<u8>)>, Vec<u8>);

fn visible(answer: &Answer) -> Visible {
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
        .collect();
    headers.sort();
    (answer.status, headers, answer.body.clone())
}

fn reader_claims(issuer: &str) -> Value {
    let now = now();
    json!({ "iat": now, "exp": now + 600, "aud": "talk", "iss": issuer, "sub": "1", "jti": "j" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_tenant_answers_exactly_like_a_bad_token() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let token = post.token("1").await;
    let bad = app.get_as("/t/post/", "nonsense").await;
    assert_eq!(bad.status, 401);
    for path in [
        "/t/nobody/",
        "/t/NOBODY/",
        "/t/%00/",
        "/t/post/other/",
        "/t/nobody/default/",
    ] {
        for bearer in [&*token, "nonsense", &*post.api_key] {
            let answer = app.get_as(path, bearer).await;
            assert_eq!(visible(&answer), visible(&bad), "{path}");
        }
    }
    let bad = app.post_as("/t/post/", "nonsense", r#"{"id":"1"}"#).await;
    for path in ["/t/nobody/", "/t/post/other/"] {
        let answer = app.post_as(path, &post.api_key, r#"{"id":"1"}"#).await;
        assert_eq!(visible(&answer), visible(&bad), "{path}");
    }
    let nobody = [app.get("/t/nobody/").await, app.get("/t/post/").await];
    assert_eq!(visible(&nobody[0]), visible(&nobody[1]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_tenant_answers_exactly_like_a_bad_token_until_it_is_resumed() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let token = post.token("1").await;
    let bad = post.look_up("nonsense").await;
    let bad_issue = app.post_as("/t/post/", "nonsense", r#"{"id":"1"}"#).await;
    app.cli(&["tenant", "suspend", "post"]).await.ok();
    eventually("the tenant is suspended", async || {
        visible(&post.look_up(&token).await) == visible(&bad)
    })
    .await;
    assert_eq!(
        visible(&post.issue(&json!({ "id": "1" })).await),
        visible(&bad_issue)
    );
    assert_eq!(post.introspect(&token).await.status, 401);
    assert_eq!(post.jwks().await.status, 404);
    app.cli(&["tenant", "resume", "post"]).await.ok();
    eventually("the tenant is resumed", async || {
        post.look_up(&token).await.status == 200
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_good_for_its_own_tenant_only_even_where_both_have_the_same_secret() {
    let app = App::start().await;
    let post = Newsroom::import_demo(&app, "post", "https://post.example").await;
    let times = Newsroom::import_demo(&app, "times", "https://times.example").await;
    let by_hand = hmac_token(DEMO_SECRET, "HS256", &reader_claims(&post.issuer));
    for token in [post.token("1").await, by_hand] {
        assert_eq!(post.look_up(&token).await.status, 200);
        let answer = times.look_up(&token).await;
        assert_eq!((answer.status, &*answer.problem()), (401, "token-invalid"));
        assert_eq!(
            times.introspect(&token).await.json(),
            json!({ "active": false })
        );
        assert_eq!(times.revoke(&token).await.status, 200);
        assert_eq!(post.look_up(&token).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_kid_of_another_tenant_opens_nothing() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let times = Newsroom::import_demo(&app, "times", "https://times.example").await;
    let signed = |kid: &str, issuer: &str| {
        let header = json!({ "alg": "HS256", "typ": "JWT", "kid": kid });
        sign_by_hand(DEMO_SECRET, "HS256", &header, &reader_claims(issuer))
    };
    assert_eq!(
        times.look_up(&signed("demo", &times.issuer)).await.status,
        200
    );
    let listed = app
        .cli(&["key", "list", "--tenant", "post", "--json"])
        .await
        .json();
    let kid = listed[0]["kid"].as_str().unwrap();
    for (newsroom, token) in [
        (&times, signed(kid, &times.issuer)),
        (&post, signed("demo", &post.issuer)),
        (&post, signed(kid, &post.issuer)),
    ] {
        let answer = newsroom.look_up(&token).await;
        assert_eq!((answer.status, &*answer.problem()), (401, "token-invalid"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_key_is_good_for_its_own_tenant_only() {
    let app = App::start().await;
    let (post, times) = (app.tenant("post").await, app.tenant("times").await);
    let bad = app
        .post_as(&times.path(), "nonsense", r#"{"id":"1"}"#)
        .await;
    let answer = app
        .post_as(&times.path(), &post.api_key, r#"{"id":"1"}"#)
        .await;
    assert_eq!(visible(&answer), visible(&bad));
    for act in ["introspect", "revoke"] {
        let path = times.tokens_path(act);
        let answer = app.post_as(&path, &post.api_key, r#"{"token":"x"}"#).await;
        assert_eq!(
            (answer.status, &*answer.problem()),
            (401, "token-invalid"),
            "{act}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_issuing_token_is_refused_where_the_tenant_takes_api_keys_only() {
    let app = App::start().await;
    let strict = app.tenant("post").await;
    let open = app.tenant_with("times", &["--accept-issuing-tokens"]).await;
    for (newsroom, status) in [(&strict, 401), (&open, 201)] {
        let place = [
            "--tenant",
            &newsroom.slug,
            "--kid",
            "shared",
            "--file",
            "-",
            "--activate",
            "--accept-shared",
        ];
        app.cli_with_input(
            &[&["key", "import"], &place[..]].concat(),
            DEMO_SECRET.as_bytes(),
        )
        .await
        .ok();
        let claims = json!({
            "iss": newsroom.issuer, "sub": "TALK_TOKEN_EXAMPLE", "aud": "TALK_TOKEN_EXAMPLE_AUDIENCE",
        });
        let token = hmac_token(DEMO_SECRET, "HS256", &claims);
        let answer = app.post_as(&newsroom.path(), &token, r#"{"id":"2"}"#).await;
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(newsroom.look_up(&token).await.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_issuing_token_of_the_command_line_serves_a_cms_until_it_ends() {
    let app = App::start().await;
    let post = app.tenant_with("post", &["--accept-issuing-tokens"]).await;
    let arguments = ["token", "issuing", "--tenant", "post", "--expires-in", "1h"];
    let output = app.cli(&arguments).await.ok();
    let token = output.stdout.trim();
    let answer = app.post_as(&post.path(), token, r#"{"id":"2"}"#).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let claims = claims_of(answer.json()["token"].as_str().unwrap());
    assert_eq!(
        (&claims["sub"], &claims["iss"]),
        (&json!("2"), &json!(post.issuer))
    );
    assert_eq!(post.look_up(token).await.status, 401);
    app.clock.advance(3_601);
    let answer = app.post_as(&post.path(), token, r#"{"id":"2"}"#).await;
    assert_eq!((answer.status, &*answer.problem()), (401, "token-expired"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_dies_at_its_exp_and_not_before() {
    let app = App::start().await;
    let post = app.tenant_with("post", &["--token-lifetime", "10m"]).await;
    let token = post.token("1").await;
    let expiry = claims_of(&token)["exp"].as_i64().unwrap();
    app.clock.advance(expiry - app.clock.now() - 30);
    assert_eq!(post.look_up(&token).await.status, 200);
    app.clock.advance(30);
    let answer = post.look_up(&token).await;
    assert_eq!((answer.status, &*answer.problem()), (401, "token-expired"));
}
