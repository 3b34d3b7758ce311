//! What browsers of which pages are told.

use reqwest::Method;
use serde_json::json;

use super::{EXCHANGE, SETTINGS, SITE, Stage, present};
use crate::harness::{Answer, App};

async fn preflight(app: &App, path: &str, origin: &str) -> Answer {
    let request = app
        .request(Method::OPTIONS, path)
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    Answer::to(request).await
}

/// No answer is kept, and none is given to pages that it isn't for.
fn is_closed(answer: &Answer, origin: &str) {
    assert_eq!(answer.header("cache-control"), "no-store", "{answer:?}");
    assert_eq!(answer.header("vary"), "Origin", "{answer:?}");
    assert_eq!(
        answer.header("referrer-policy"),
        "no-referrer",
        "{answer:?}"
    );
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(
        answer.header("access-control-allow-origin"),
        origin,
        "{answer:?}"
    );
    assert_eq!(answer.header("access-control-allow-credentials"), "");
}

#[tokio::test]
async fn a_page_of_the_newsroom_may_ask_and_read_every_answer() {
    let stage = Stage::set().await;
    let leave = preflight(&stage.app, EXCHANGE, SITE).await;
    assert_eq!(leave.status, 204);
    is_closed(&leave, SITE);
    assert_eq!(leave.header("access-control-allow-methods"), "POST");
    assert_eq!(leave.header("access-control-allow-headers"), "content-type");
    assert_eq!(leave.header("access-control-max-age"), "7200");
    let code = stage.code("1").await;
    let answer = stage.redeem(&code).await;
    assert_eq!(answer.status, 201);
    is_closed(&answer, SITE);
    is_closed(&stage.redeem(&code).await, SITE);
    for (kind, body, problem) in [
        ("application/json", "{", "body-malformed"),
        ("application/json", "{}", "fields-invalid"),
        ("application/json", r#"{"code":"lyx_1"}"#, "fields-invalid"),
        ("application/json", r#"{"code":1,"x":2}"#, "fields-invalid"),
        // What a form or a page without leave could send.
        ("text/plain", r#"{"code":"x"}"#, "json-expected"),
        (
            "application/x-www-form-urlencoded",
            "code=x",
            "json-expected",
        ),
    ] {
        let request = stage
            .app
            .request(Method::POST, EXCHANGE)
            .header("origin", SITE);
        let answer = Answer::to(request.header("content-type", kind).body(body)).await;
        assert_eq!(answer.problem(), problem, "{kind} {body}");
        is_closed(&answer, SITE);
    }
}

#[tokio::test]
async fn a_page_of_another_site_gets_nothing_and_uses_up_nothing() {
    let stage = Stage::set().await;
    let code = stage.code("1").await;
    for origin in [
        "null",
        "",
        "*",
        "http://www.post.example",
        "https://post.example",
        "https://www.post.example:8443",
        "https://www.post.example:443",
        "https://www.post.example/",
        "https://www.post.example.evil.example",
        "https://evil.example",
        "HTTPS://WWW.POST.EXAMPLE",
        "https://www.post.example, https://evil.example",
        "https://lanyard.example",
    ] {
        let refused = present(&stage.app, EXCHANGE, Some(origin), &code).await;
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (403, "origin-not-allowed")
        );
        is_closed(&refused, "");
        let refused = preflight(&stage.app, EXCHANGE, origin).await;
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (403, "origin-not-allowed")
        );
        is_closed(&refused, "");
    }
    let two = stage.app.request(Method::POST, EXCHANGE);
    let two = two
        .header("origin", SITE)
        .header("origin", "https://evil.example");
    let refused = Answer::to(two.json(&json!({ "code": code }))).await;
    assert_eq!(refused.problem(), "origin-not-allowed");
    // What names no origin is no page.
    let program = present(&stage.app, EXCHANGE, None, &code).await;
    assert_eq!(program.status, 201, "{program:?}");
    is_closed(&program, "");
}

#[tokio::test]
async fn a_newsroom_that_is_not_there_or_suspended_answers_as_one_that_allows_no_page() {
    let stage = Stage::set().await;
    stage.app.tenant("times").await;
    let code = stage.code("1").await;
    stage.app.cli(&["tenant", "suspend", "post"]).await.ok();
    crate::harness::eventually("the server knows", async || {
        let view = stage.app.state.views.get("post").await.unwrap().unwrap();
        view.status == lanyard_core::tenant::TenantStatus::Suspended
    })
    .await;
    let mut answers = Vec::new();
    for path in [
        "/t/post/exchange",
        "/t/times/exchange",
        "/t/nobody/exchange",
    ] {
        let mut all = vec![preflight(&stage.app, path, SITE).await];
        all.push(present(&stage.app, path, Some(SITE), &code).await);
        all.push(present(&stage.app, path, None, &code).await);
        let told: Vec<_> = all
            .iter()
            .map(|answer| {
                let mut headers = answer.headers.clone();
                headers.remove("x-request-id");
                headers.remove("date");
                (answer.status, answer.body.clone(), headers)
            })
            .collect();
        answers.push(told);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[1], answers[2]);
    stage.app.cli(&["tenant", "resume", "post"]).await.ok();
    crate::harness::eventually("a code that wasn't used up", async || {
        stage.redeem(&code).await.status == 201
    })
    .await;
}

#[tokio::test]
async fn the_origins_are_a_setting_that_is_read_changed_and_written_down() {
    let stage = Stage::set().await;
    let before = stage.admin.get(SETTINGS).await;
    assert_eq!(before.json()["allowed_origins"], json!([SITE]));
    let change =
        json!({ "allowed_origins": ["https://POST.example:443", "http://localhost:3000"] });
    let request = stage.admin.request(Method::PATCH, SETTINGS).json(&change);
    let stale = request.header("if-match", "\"0\"");
    assert_eq!(Answer::to(stale).await.problem(), "precondition-failed");
    let changed = stage.admin.patch(SETTINGS, &change).await;
    let kept = json!(["http://localhost:3000", "https://post.example"]);
    assert_eq!(changed.json()["allowed_origins"], kept);
    assert_ne!(changed.header("etag"), before.header("etag"));
    let logged = "select detail from audit_events where action = 'tenant.update' order by sequence desc limit 1";
    let logged = stage.app.database.texts(logged).await;
    let logged: serde_json::Value = serde_json::from_str(&logged[0]).unwrap();
    assert_eq!(logged["before"]["allowed_origins"], json!([SITE]));
    assert_eq!(logged["after"]["allowed_origins"], kept);
    // At once.
    let code = stage.code("1").await;
    assert_eq!(stage.redeem(&code).await.problem(), "origin-not-allowed");
    let local = present(&stage.app, EXCHANGE, Some("http://localhost:3000"), &code).await;
    assert_eq!(local.status, 201);
    // What isn't named stays.
    stage
        .admin
        .patch(SETTINGS, &json!({ "name": "The Post" }))
        .await;
    assert_eq!(
        stage.admin.get(SETTINGS).await.json()["allowed_origins"],
        kept
    );

    let many: Vec<_> = (0..51).map(|at| format!("https://a{at}.example")).collect();
    for (bad, pointer) in [
        (json!(["https://post.example", "*"]), "/allowed_origins/1"),
        (json!(["https://post.example/"]), "/allowed_origins/0"),
        (json!(["http://post.example"]), "/allowed_origins/0"),
        (json!(["null"]), "/allowed_origins/0"),
        (
            json!(["https://a.example", "https://A.example:443"]),
            "/allowed_origins",
        ),
        (json!(many), "/allowed_origins"),
        (json!("https://post.example"), "/allowed_origins"),
    ] {
        let refused = stage
            .admin
            .patch(SETTINGS, &json!({ "allowed_origins": bad }))
            .await;
        assert_eq!(refused.problem(), "fields-invalid", "{bad}");
        assert_eq!(refused.json()["errors"][0]["pointer"], pointer, "{bad}");
    }
}

#[tokio::test]
async fn the_command_line_sets_the_origins_too() {
    let stage = Stage::set().await;
    let update = ["tenant", "update", "post", "--json"];
    let both = [
        &update[..],
        &[
            "--allow-origin",
            "https://a.example",
            "--allow-origin",
            "HTTPS://B.example:443",
        ],
    ];
    let shown = stage.app.cli(&both.concat()).await.json();
    assert_eq!(
        shown["allowed_origins"],
        json!(["https://a.example", "https://b.example"])
    );
    let on = [&update[..], &["--accept-issuing-tokens", "true"]].concat();
    let shown = stage.app.cli(&on).await.json();
    assert_eq!(
        shown["allowed_origins"],
        json!(["https://a.example", "https://b.example"])
    );
    assert_eq!(shown["accept_issuing_tokens"], true);
    let none = [&update[..], &["--allow-no-origin"]].concat();
    assert_eq!(
        stage.app.cli(&none).await.json()["allowed_origins"],
        json!([])
    );
    let bad = [&update[..], &["--allow-origin", "http://a.example"]].concat();
    let refused = stage.app.cli(&bad).await;
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("an origin is like"), "{refused:?}");
    assert_eq!(stage.app.cli(&update).await.code, 2, "nothing to change");
    let logged = "audit_events where action = 'tenant.update' and detail like '%allowed_origins%'";
    assert_eq!(stage.app.database.count(logged).await, 3);
}
