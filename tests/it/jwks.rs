//! Public keys, and nothing but public keys.

use serde_json::{Value, json};

use crate::harness::{App, Newsroom, eventually, header_of};

/// The members of the only key, in alphabetic order.
fn members(jwks: &Value) -> Vec<String> {
    let keys = jwks["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 1, "{jwks}");
    let mut names: Vec<_> = keys[0].as_object().unwrap().keys().cloned().collect();
    names.sort();
    names
}

async fn kids(post: &Newsroom) -> Vec<String> {
    let jwks = post.jwks().await.json();
    let keys = jwks["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_pair_is_published_with_its_public_members_only() {
    let app = App::start().await;
    let elliptic = ["alg", "crv", "kid", "kty", "use", "x", "y"];
    for (algorithm, kind, expected) in [
        ("RS256", "RSA", &["alg", "e", "kid", "kty", "n", "use"][..]),
        ("ES256", "EC", &elliptic),
        ("ES384", "EC", &elliptic),
        ("ES512", "EC", &elliptic),
        ("EdDSA", "OKP", &["alg", "crv", "kid", "kty", "use", "x"]),
    ] {
        let slug = algorithm.to_ascii_lowercase();
        let post = app.tenant_with(&slug, &["--alg", algorithm]).await;
        let answer = post.jwks().await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "application/json");
        let jwks = answer.json();
        assert_eq!(members(&jwks), expected, "{algorithm}");
        let key = &jwks["keys"][0];
        assert_eq!(
            (&key["alg"], &key["kty"], &key["use"]),
            (&json!(algorithm), &json!(kind), &json!("sig"))
        );
        assert_eq!(key["kid"], header_of(&post.token("1").await)["kid"]);
        let export = ["key", "export", "--tenant", &slug, "--as", "jwks"];
        let printed: Value = serde_json::from_str(&app.cli(&export).await.ok().stdout).unwrap();
        assert_eq!(printed, jwks);
        let path = format!("/t/{slug}/default/.well-known/jwks.json");
        assert_eq!(app.get(&path).await.json(), jwks);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_is_never_published() {
    let app = App::start().await;
    for algorithm in ["HS256", "HS384", "HS512"] {
        let slug = algorithm.to_ascii_lowercase();
        let post = app.tenant_with(&slug, &["--alg", algorithm]).await;
        post.token("1").await;
        assert_eq!(post.jwks().await.json(), json!({ "keys": [] }));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_published_before_they_sign_and_until_they_verify_no_more() {
    let app = App::start().await;
    let post = app.tenant_with("post", &["--alg", "ES256"]).await;
    let token = post.token("1").await;
    let first = header_of(&token)["kid"].as_str().unwrap().to_owned();
    let key = async |arguments: &[&str]| {
        app.cli(&[&["key"], arguments, &["--tenant", "post"]].concat())
            .await
            .ok()
    };
    key(&["create", "--alg", "ES256", "--kid", "next"]).await;
    eventually("the pending key is published", async || {
        kids(&post).await == [&first, "next"]
    })
    .await;
    key(&["rotate", "--kid", "third"]).await;
    eventually("the new key is published", async || {
        kids(&post).await.len() == 3
    })
    .await;
    assert_eq!(header_of(&post.token("1").await)["kid"], "third");
    assert_eq!(post.look_up(&token).await.status, 200);
    key(&["revoke", &first]).await;
    eventually("the revoked key is gone", async || {
        kids(&post).await == ["next", "third"]
    })
    .await;
    assert_eq!(post.look_up(&token).await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_or_deployment_that_is_not_there_has_no_keys() {
    let app = App::start().await;
    app.tenant("post").await;
    for path in ["/t/nobody", "/t/post/other", "/t/nobody/default"] {
        let answer = app.get(&format!("{path}/.well-known/jwks.json")).await;
        assert_eq!(
            (answer.status, &*answer.problem()),
            (404, "not-found"),
            "{path}"
        );
    }
}
