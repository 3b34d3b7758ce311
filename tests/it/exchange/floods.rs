//! Who presents codes too fast waits, and nobody else.

use super::{EXCHANGE, SITE, Stage, present};
use crate::harness::{Answer, App};
use reqwest::Method;
use serde_json::json;

/// A code that was never made.
fn guess() -> String {
    let code = lanyard_core::exchange_code::ExchangeCode::generate().unwrap();
    code.reveal().to_owned()
}

/// Presents one from this address, as a trusted proxy says.
async fn from(app: &App, address: &str, path: &str) -> Answer {
    let request = app
        .request(Method::POST, path)
        .header("x-forwarded-for", address);
    Answer::to(request.json(&json!({ "code": guess() }))).await
}

#[tokio::test]
async fn whoever_guesses_is_slowed_down_alone_at_any_newsroom() {
    let app = App::builder().trusted_proxies("127.0.0.1").start().await;
    let stage = Stage::set_on(app).await;
    stage.app.clock.stop();
    stage.app.clock.advance(10);
    for path in [EXCHANGE, "/t/nobody/exchange"] {
        for _ in 0..40 {
            let refused = from(&stage.app, "203.0.113.9", path).await;
            assert_eq!(refused.problem(), "code-invalid");
        }
        let refused = from(&stage.app, "203.0.113.9", path).await;
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (429, "rate-limited")
        );
        assert_eq!(refused.header("retry-after"), "1");
        let neighbour = from(&stage.app, "203.0.113.10", path).await;
        assert_eq!(neighbour.problem(), "code-invalid");
    }
    // One place has a whole /64.
    for turn in 0..40 {
        from(&stage.app, &format!("2001:db8::{turn}"), EXCHANGE).await;
    }
    let refused = from(&stage.app, "2001:db8::ffff", EXCHANGE).await;
    assert_eq!(refused.problem(), "rate-limited");
    // A page is told, too.
    let told = stage
        .app
        .request(Method::POST, EXCHANGE)
        .header("origin", SITE);
    let told = told.header("x-forwarded-for", "203.0.113.9");
    let told = Answer::to(told.json(&json!({ "code": guess() }))).await;
    assert_eq!(
        (told.status, told.header("access-control-allow-origin")),
        (429, SITE)
    );
    stage.app.clock.advance(1);
    assert_eq!(
        from(&stage.app, "203.0.113.9", EXCHANGE).await.problem(),
        "code-invalid"
    );
}

#[tokio::test]
async fn a_crowd_that_guesses_uses_up_neither_the_newsrooms_tokens_nor_anothers_codes() {
    let app = App::builder().trusted_proxies("127.0.0.1").start().await;
    let stage = Stage::set_on(app).await;
    let times = stage.app.tenant("times").await;
    let quota =
        "update tenants set requests_per_second = 4, version = version + 1 where slug = 'post'";
    stage.app.database.execute(quota).await;
    crate::harness::eventually("the server knows the quota", async || {
        let view = stage.app.state.views.get("post").await.unwrap().unwrap();
        view.quota.requests_per_second == 4
    })
    .await;
    stage.app.clock.stop();
    stage.app.clock.advance(10);
    let code = stage.code("1").await;
    let mut passed = 0;
    for place in 0..60 {
        let answer = from(&stage.app, &format!("198.51.100.{place}"), EXCHANGE).await;
        passed += usize::from(answer.problem() == "code-invalid");
    }
    assert_eq!(passed, 40);
    stage.post.token("1").await;
    let path = "/t/times/exchange";
    assert_eq!(
        from(&stage.app, "198.51.100.1", path).await.problem(),
        "code-invalid"
    );
    times.token("1").await;
    // Not even the code is lost.
    assert_eq!(
        present(&stage.app, EXCHANGE, None, &code).await.problem(),
        "rate-limited"
    );
    stage.app.clock.advance(2);
    assert_eq!(present(&stage.app, EXCHANGE, None, &code).await.status, 201);
}

#[tokio::test]
async fn a_code_is_charged_as_the_token_that_it_stands_for() {
    let stage = Stage::set().await;
    let asked = stage.ask(&json!({ "user": "1" })).await;
    let policy = asked.header("ratelimit-policy");
    assert!(
        policy.contains("\"api-key-issue\"") && policy.contains("\"tenant-issue\""),
        "{policy}"
    );
}
