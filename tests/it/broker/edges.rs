//! Requests that no honest client sends, and limits.

use reqwest::Method;
use serde_json::json;

use crate::harness::{Answer, App, DEMO_SECRET, hmac_token, now};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_authorization_headers_contradict_each_other() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let token = post.token("1").await;
    for method in [Method::GET, Method::POST] {
        for other in ["Bearer x".to_owned(), format!("Bearer {token}")] {
            let request = app
                .request(method.clone(), &post.path())
                .bearer_auth(&token);
            let answer = Answer::to(request.header("authorization", other)).await;
            assert_eq!(
                (answer.status, &*answer.problem()),
                (400, "request-invalid")
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authorization_header_that_is_no_text_is_a_bad_request() {
    let app = App::start().await;
    let request = app.request(Method::GET, "/t/post/");
    let answer = Answer::to(request.header("authorization", b"Bearer \xff".as_slice())).await;
    assert_eq!(
        (answer.status, &*answer.problem()),
        (400, "request-invalid")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_over_eight_kibibytes_is_refused_although_it_is_good() {
    let app = App::start().await;
    let post = app.demo_tenant("post").await;
    let token = |padding: usize| {
        let now = now();
        let claims = json!({
            "iat": now, "exp": now + 600, "aud": "talk", "iss": post.issuer, "sub": "1",
            "padding": "x".repeat(padding),
        });
        hmac_token(DEMO_SECRET, "HS256", &claims)
    };
    let (fits, too_long) = (token(5_900), token(6_200));
    assert!(fits.len() <= 8_192 && too_long.len() > 8_192);
    assert_eq!(post.look_up(&fits).await.status, 200);
    let answer = post.look_up(&too_long).await;
    assert_eq!((answer.status, &*answer.problem()), (431, "token-too-long"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_over_sixteen_kibibytes_are_too_large() {
    let app = App::start().await;
    let long = "x".repeat(17 << 10);
    let request = format!("GET /livez HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {long}\r\n\r\n");
    let answer = app.raw(&request).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_without_a_stated_length_is_bounded_too() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
    let request = format!(
        "POST {} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n{}0\r\n\r\n",
        post.path(),
        post.api_key,
        chunk.repeat(17)
    );
    let answer = app.raw(&request).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_sends_too_much_still_reads_the_answer() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let long = "x".repeat(300 << 10);
    for (bearer, status) in [(&*post.api_key, 413), ("nonsense", 401)] {
        for _ in 0..50 {
            let answer = app.post_as(&post.path(), bearer, &long).await;
            assert_eq!(answer.status, status);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_of_just_sixty_four_kibibytes_is_read() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let body = |length: usize| {
        let empty = r#"{"id":"1","pad":""}"#;
        format!(
            r#"{{"id":"1","pad":"{}"}}"#,
            "x".repeat(length - empty.len())
        )
    };
    let fits = app
        .post_as(&post.path(), &post.api_key, &body(64 << 10))
        .await;
    assert_eq!(fits.status, 201, "{fits:?}");
    let over = app
        .post_as(&post.path(), &post.api_key, &body((64 << 10) + 1))
        .await;
    assert_eq!((over.status, &*over.problem()), (413, "body-too-large"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_with_a_member_twice_is_malformed() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    for body in [
        r#"{"id":"1","id":"2"}"#,
        r#"{"id":"1"} x"#,
        r#""1""#,
        "1",
        "\u{feff}{}",
    ] {
        let answer = app.post_as(&post.path(), &post.api_key, body).await;
        assert_eq!(
            (answer.status, &*answer.problem()),
            (400, "body-malformed"),
            "{body}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_wrong_method_is_told_which_are_right() {
    let app = App::start().await;
    for (path, method, allowed) in [
        ("/t/post/", Method::PUT, "GET,HEAD,POST"),
        ("/t/post", Method::DELETE, "GET,HEAD,POST"),
        ("/t/post/default/", Method::PATCH, "GET,HEAD,POST"),
        ("/t/post/.well-known/jwks.json", Method::POST, "GET,HEAD"),
        ("/v1/tenants/post/tokens/revoke", Method::GET, "POST"),
        ("/v1/tenants/post/tokens/introspect", Method::GET, "POST"),
        ("/livez", Method::POST, "GET,HEAD"),
        ("/readyz", Method::POST, "GET,HEAD"),
    ] {
        let answer = Answer::to(app.request(method.clone(), path)).await;
        assert_eq!(
            (answer.status, &*answer.problem()),
            (405, "method-not-allowed"),
            "{path}"
        );
        let mut named: Vec<_> = answer.header("allow").split(',').map(str::trim).collect();
        named.retain(|name| *name != "OPTIONS");
        assert_eq!(named.join(","), allowed, "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_head_has_the_headers_of_the_refused_get() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    for bearer in ["nonsense", &*post.api_key] {
        let get = app.get_as(&post.path(), bearer).await;
        let request = app.request(Method::HEAD, &post.path()).bearer_auth(bearer);
        let head = Answer::to(request).await;
        assert_eq!((get.status, head.status), (401, 401));
        assert_eq!(head.header("content-type"), "application/problem+json");
        assert_eq!(head.header("content-length"), get.header("content-length"));
        assert!(head.body.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn liveness_and_readiness_are_told_to_anybody() {
    let app = App::start().await;
    for path in ["/livez", "/readyz"] {
        assert_eq!(app.get(path).await.status, 200, "{path}");
    }
    app.state.drain();
    assert_eq!(app.get("/livez").await.status, 200);
    assert_eq!(app.get("/readyz").await.status, 503);
}
