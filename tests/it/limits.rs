//! Rate limits: what a tenant and an API key may ask for, and that nobody else pays for it.

use std::sync::atomic::Ordering;

use lanyard_core::quota::Quota;
use reqwest::Method;
use serde_json::json;

use crate::harness::{Answer, App, Newsroom, eventually};

/// Gives a newsroom a quota, and waits until the server knows.
async fn set_quota(app: &App, slug: &str, per_second: i64) {
    let update = format!(
        "update tenants set requests_per_second = {per_second}, version = version + 1 where slug = '{slug}'"
    );
    app.database.execute(&update).await;
    knows_quota(app, slug, per_second).await;
}

async fn knows_quota(app: &App, slug: &str, per_second: i64) {
    eventually("the server knows the quota", async || {
        let view = app.state.views.get(slug).await.unwrap().unwrap();
        view.quota.requests_per_second == per_second
    })
    .await;
}

/// How many of these requests in a row pass; then one must be refused.
async fn passing(mut ask: impl AsyncFnMut() -> Answer, most: usize) -> usize {
    for count in 0..=most {
        let answer = ask().await;
        if answer.status == 429 {
            assert_eq!(answer.problem(), "rate-limited");
            return count;
        }
        assert!(answer.status < 300, "{answer:?}");
    }
    panic!("more than {most} pass");
}

fn limit_headers(answer: &Answer) -> [&str; 3] {
    ["ratelimit-policy", "ratelimit", "retry-after"].map(|name| answer.header(name))
}

/// The newsroom with another API key.
async fn with_another_key(app: &App, post: &Newsroom) -> Newsroom {
    let arguments = [
        "api-key", "create", "--tenant", &post.slug, "--name", "other", "--json",
    ];
    let made = app.cli(&arguments).await.json();
    let mut other = post.through(app);
    other.api_key = made["api_key"].as_str().unwrap().to_owned();
    other.api_key_id = made["id"].as_str().unwrap().to_owned();
    eventually("the server knows the key", async || {
        other.introspect("x").await.status == 200
    })
    .await;
    other
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_then_its_tenant_is_held_up_at_the_exact_request_and_told_until_when() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let (second, third) = (
        with_another_key(&app, &post).await,
        with_another_key(&app, &post).await,
    );
    set_quota(&app, "post", 4).await;
    app.clock.stop();
    app.clock.advance(60);
    let answer = post.introspect("x").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        limit_headers(&answer),
        [
            r#""api-key";q=4;w=2, "tenant";q=8;w=2"#,
            r#""api-key";r=3;t=1, "tenant";r=7;t=1"#,
            ""
        ]
    );
    assert_eq!(passing(async || post.introspect("x").await, 4).await, 3);
    let refused = post.introspect("x").await;
    assert_eq!(refused.status, 429);
    assert_eq!(
        limit_headers(&refused),
        [r#""api-key";q=4;w=2"#, r#""api-key";r=0;t=2"#, "1"]
    );
    assert_eq!(passing(async || second.introspect("x").await, 9).await, 4);
    let refused = third.introspect("x").await;
    assert_eq!(
        limit_headers(&refused),
        [r#""tenant";q=8;w=2"#, r#""tenant";r=0;t=2"#, "1"]
    );
    app.clock.advance(1);
    assert_eq!(passing(async || post.introspect("x").await, 9).await, 2);
    assert_eq!(passing(async || second.introspect("x").await, 9).await, 2);
    app.clock.advance(60);
    assert_eq!(passing(async || post.introspect("x").await, 9).await, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_brokers_requests_have_limits_of_their_own_and_no_headers_until_they_are_hit() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    set_quota(&app, "post", 1).await;
    let token = post.token("1").await;
    app.clock.stop();
    app.clock.advance(60);
    let first = post.look_up(&token).await;
    assert_eq!((first.status, limit_headers(&first)), (200, ["", "", ""]));
    assert_eq!(passing(async || post.look_up(&token).await, 60).await, 49);
    let refused = post.look_up(&token).await;
    assert_eq!(
        limit_headers(&refused),
        [
            r#""tenant-validate";q=50;w=2"#,
            r#""tenant-validate";r=0;t=2"#,
            "1"
        ]
    );
    let body = json!({ "id": "1" });
    assert_eq!(passing(async || post.issue(&body).await, 60).await, 4);
    let refused = post.issue(&body).await;
    assert_eq!(
        limit_headers(&refused),
        [
            r#""api-key-issue";q=4;w=2"#,
            r#""api-key-issue";r=0;t=2"#,
            "1"
        ]
    );
    assert_eq!(passing(async || post.introspect(&token).await, 60).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_newsroom_at_its_limit_holds_no_other_up() {
    let app = App::start().await;
    let (greedy, modest) = (app.tenant("greedy").await, app.tenant("modest").await);
    for slug in ["greedy", "modest"] {
        set_quota(&app, slug, 1).await;
    }
    let (token, other) = (greedy.token("1").await, modest.token("1").await);
    app.clock.stop();
    app.clock.advance(60);
    for _ in 0..3 {
        passing(async || greedy.look_up(&token).await, 60).await;
        passing(async || greedy.issue(&json!({ "id": "1" })).await, 60).await;
        passing(async || greedy.introspect(&token).await, 60).await;
    }
    assert_eq!(passing(async || modest.look_up(&other).await, 60).await, 50);
    assert_eq!(
        passing(async || modest.issue(&json!({ "id": "1" })).await, 60).await,
        4
    );
    assert_eq!(
        passing(async || modest.introspect(&other).await, 60).await,
        2
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_use_up_nobodys_share() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    set_quota(&app, "post", 1).await;
    let token = post.token("1").await;
    app.clock.stop();
    app.clock.advance(60);
    let wrong_key = format!("{}x", post.api_key);
    for _ in 0..70 {
        let answer = post.look_up("not.a.token").await;
        assert_eq!((answer.status, limit_headers(&answer)), (401, ["", "", ""]));
        let issue = app.post_as(&post.path(), &wrong_key, r#"{"id":"1"}"#).await;
        assert_eq!(issue.status, 401);
        let introspect = app
            .post_as(&post.tokens_path("introspect"), &wrong_key, "{}")
            .await;
        assert_eq!(
            (introspect.status, limit_headers(&introspect)),
            (401, ["", "", ""])
        );
    }
    assert_eq!(passing(async || post.look_up(&token).await, 60).await, 50);
    assert_eq!(passing(async || post.introspect(&token).await, 60).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_share_a_limit() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    set_quota(&app, "post", 10).await;
    let mut second = app.second_server().await;
    knows_quota(&second, "post", 10).await;
    for server in [&app, &second] {
        server.state.live_nodes.store(2, Ordering::Relaxed);
    }
    app.clock.stop();
    let through_second = post.through(&second);
    assert_eq!(passing(async || post.introspect("x").await, 30).await, 5);
    assert_eq!(
        passing(async || through_second.introspect("x").await, 30).await,
        5
    );
    second.stop().await;
    app.state.live_nodes.store(1, Ordering::Relaxed);
    app.clock.advance(60);
    assert_eq!(passing(async || post.introspect("x").await, 30).await, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_that_is_hit_stays_hit_when_the_newsroom_is_read_anew() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    set_quota(&app, "post", 3).await;
    app.clock.stop();
    assert_eq!(passing(async || post.introspect("x").await, 30).await, 2);
    let version = app
        .state
        .views
        .get("post")
        .await
        .unwrap()
        .unwrap()
        .version();
    app.cli(&["tenant", "suspend", "post"]).await.ok();
    app.cli(&["tenant", "resume", "post"]).await.ok();
    eventually("the newsroom is read anew", async || {
        let view = app.state.views.get("post").await.unwrap().unwrap();
        view.version() >= version + 2
    })
    .await;
    assert_eq!(post.introspect("x").await.status, 429);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newsroom_without_a_quota_has_the_platforms() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let answer = post.introspect("x").await;
    let quota = 2 * Quota::default().requests_per_second;
    let policy = format!(r#""api-key";q={};w=2, "tenant";q={quota};w=2"#, quota / 2);
    assert_eq!(answer.header("ratelimit-policy"), policy);
    // Whatever the answer is, it says how the limits stand.
    let wrong = app.request(Method::POST, &post.tokens_path("introspect"));
    let wrong = Answer::to(wrong.bearer_auth(&post.api_key).body("x")).await;
    assert_eq!(
        (wrong.status, wrong.header("ratelimit-policy")),
        (415, &*policy)
    );
}
