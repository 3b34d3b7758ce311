//! The broker: the demo service's two requests, with its statuses and success bodies.

mod edges;
mod rows;
mod strangers;

use std::collections::HashSet;

use reqwest::Method;

use crate::harness::{Answer, App, claims_text_of, header_of, now};

/// What a row of the table expects.
enum Expected {
    /// 201 and a token for the reader with this id.
    Token(&'static str),
    /// 200 and bob.
    Bob,
    /// 200, bob's headers, and no body.
    BobWithoutBody,
    /// A problem of this status and name.
    Problem(u16, &'static str),
    /// 200 and the methods, as text.
    Methods,
}

/// A row of the table of the demo service's measured behaviour.
struct Row {
    name: &'static str,
    method: Method,
    query: &'static str,
    authorization: Option<String>,
    content_type: Option<&'static str>,
    body: String,
    expected: Expected,
}

impl Row {
    async fn ask(&self, app: &App, path: &str) -> Answer {
        let path = format!("{path}{}", self.query);
        let mut request = app.request(self.method.clone(), &path);
        if let Some(value) = &self.authorization {
            request = request.header("authorization", value);
        }
        if let Some(value) = self.content_type {
            request = request.header("content-type", value);
        }
        Answer::to(request.body(self.body.clone())).await
    }

    fn check(&self, path: &str, answer: &Answer) {
        let name = format!("{} at {path}: {answer:?}", self.name);
        assert_eq!(answer.header("cache-control"), "no-store", "{name}");
        match self.expected {
            Expected::Token(id) => {
                assert_eq!(answer.status, 201, "{name}");
                assert_eq!(answer.header("content-type"), JSON, "{name}");
                check_token(answer, id, &name);
            }
            Expected::Bob => {
                assert_eq!(answer.status, 200, "{name}");
                assert_eq!(answer.header("content-type"), JSON, "{name}");
                assert_eq!(answer.text(), BOB, "{name}");
            }
            Expected::BobWithoutBody => {
                assert_eq!(answer.status, 200, "{name}");
                assert_eq!(answer.header("content-type"), JSON, "{name}");
                assert_eq!(answer.header("content-length"), BOB.len().to_string());
                assert!(answer.body.is_empty(), "{name}");
            }
            Expected::Problem(status, problem) => {
                assert_eq!(
                    (answer.status, &*answer.problem()),
                    (status, problem),
                    "{name}"
                );
                let challenged = answer.header("www-authenticate").starts_with("Bearer ");
                assert_eq!(challenged, status == 401, "{name}");
            }
            Expected::Methods => {
                assert_eq!(answer.status, 200, "{name}");
                assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
                assert_eq!(answer.text(), "GET,HEAD,POST", "{name}");
            }
        }
    }
}

const JSON: &str = "application/json; charset=utf-8";
const BOB: &str = r#"{"id":"1","email":"bob@coralproject.net","username":"bob"}"#;

/// The demo service's claims in its order, living the six hours that it meant; and a `kid`.
fn check_token(answer: &Answer, id: &str, name: &str) {
    let body = answer.json();
    let token = body["token"].as_str().unwrap();
    assert_eq!(answer.text(), format!(r#"{{"token":"{token}"}}"#), "{name}");
    let header = serde_json::json!({ "alg": "HS256", "typ": "JWT", "kid": "demo" });
    assert_eq!(header_of(token), header, "{name}");
    let text = claims_text_of(token);
    let claims: serde_json::Value = serde_json::from_str(&text).unwrap();
    let (issued_at, token_id) = (
        claims["iat"].as_i64().unwrap(),
        claims["jti"].as_str().unwrap(),
    );
    assert!((now() - issued_at).abs() < 60, "{name}");
    assert_eq!(
        uuid::Uuid::parse_str(token_id).unwrap().get_version_num(),
        4
    );
    let expected = format!(
        r#"{{"iat":{issued_at},"exp":{},"aud":"talk","iss":"http://localhost:3000","sub":"{id}","jti":"{token_id}"}}"#,
        issued_at + 21_600
    );
    assert_eq!(text, expected, "{name}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_row_of_the_demo_services_table_is_answered_as_it_says() {
    check_table(&App::start().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_redis_instead_of_memory_every_row_is_answered_the_same() {
    check_table(&App::builder().redis().readers_memory(0).start().await).await;
}

async fn check_table(app: &App) {
    let post = app.demo_tenant("post").await;
    let paths = ["/t/post/", "/t/post", "/t/post/default/", "/t/post/default"];
    let mut request_ids = HashSet::new();
    let rows = rows::all(&post.issuer);
    assert_eq!(rows.len(), rows::COUNT);
    for path in paths {
        for row in &rows {
            let answer = row.ask(app, path).await;
            row.check(path, &answer);
            let id = answer.header("x-request-id").to_owned();
            assert!(!id.is_empty() && request_ids.insert(id), "{}", row.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_path_that_is_no_route_is_not_found() {
    let app = App::start().await;
    for path in ["/nope.php", "/t", "/t/", "/t/a/b/c", "/v1", "/v1/nope"] {
        let answer = app.get(path).await;
        assert_eq!(
            (answer.status, &*answer.problem()),
            (404, "not-found"),
            "{path}"
        );
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(!answer.header("x-request-id").is_empty());
    }
}
