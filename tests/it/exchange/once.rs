//! A code is good once, for a minute, and for its own newsroom.

use reqwest::Method;
use serde_json::json;

use super::{CODES, EXCHANGE, SITE, Stage, present};
use crate::harness::{Answer, App, claims_of, header_of};

#[tokio::test]
async fn a_code_is_given_for_its_readers_token_once() {
    let stage = Stage::set().await;
    stage.app.clock.stop();
    let asked = stage.ask(&json!({ "user": "2" })).await;
    assert_eq!(asked.status, 201, "{asked:?}");
    assert_eq!(asked.header("cache-control"), "no-store");
    let asked = asked.json();
    assert_eq!(
        asked["exchange_url"],
        "https://lanyard.example/t/post/exchange"
    );
    let expires_at: jiff::Timestamp = asked["expires_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(expires_at.as_second(), stage.app.clock.now() + 60);

    let redeemed = stage.redeem(asked["code"].as_str().unwrap()).await;
    assert_eq!(redeemed.status, 201, "{redeemed:?}");
    let redeemed = redeemed.json();
    let token = redeemed["token"].as_str().unwrap();
    assert_eq!(claims_of(token)["sub"], "2");
    let expires_at: jiff::Timestamp = redeemed["expires_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(claims_of(token)["exp"], expires_at.as_second());
    assert_eq!(redeemed["refresh_after"], 6 * 3600 * 9 / 10);
    assert_eq!(stage.post.look_up(token).await.json()["username"], "alice");

    let again = stage.redeem(asked["code"].as_str().unwrap()).await;
    assert_eq!(
        (again.status, again.problem().as_str()),
        (400, "code-invalid")
    );
    assert_eq!(stage.codes().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_who_present_a_code_at_once_on_two_nodes_one_gets_the_token() {
    // From fifty places, so that none is slowed down.
    let app = App::builder().trusted_proxies("127.0.0.1").start().await;
    let stage = Stage::set_on(app).await;
    let other = stage.app.second_builder();
    let other = other.trusted_proxies("127.0.0.1").start().await;
    let code = stage.code("1").await;
    let presenting = (0..50).map(|turn| {
        let app = if turn % 2 == 0 { &stage.app } else { &other };
        let request = app
            .request(Method::POST, EXCHANGE)
            .header("x-forwarded-for", format!("203.0.113.{turn}"));
        Answer::to(request.json(&json!({ "code": code })))
    });
    let answers = futures_util::future::join_all(presenting).await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    let with = |status| statuses.iter().filter(|other| **other == status).count();
    assert_eq!((with(201), with(400)), (1, 49), "{statuses:?}");
}

#[tokio::test]
async fn a_code_is_good_for_sixty_seconds() {
    let stage = Stage::set().await;
    stage.app.clock.stop();
    let (first, second) = (stage.code("1").await, stage.code("1").await);
    stage.app.clock.advance(59);
    assert_eq!(stage.redeem(&first).await.status, 201);
    stage.app.clock.advance(1);
    assert_eq!(stage.redeem(&second).await.problem(), "code-invalid");
}

#[tokio::test]
async fn codes_that_nobody_redeemed_are_forgotten() {
    let stage = Stage::set().await;
    stage.app.clock.stop();
    stage.app.clock.advance(-120);
    stage.code("1").await;
    stage.app.clock.advance(120);
    let fresh = stage.code("1").await;
    lanyard_storage::exchange_codes::prune(&stage.app.state.database)
        .await
        .unwrap();
    assert_eq!(stage.codes().await, 1);
    assert_eq!(stage.redeem(&fresh).await.status, 201);
}

#[tokio::test]
async fn a_code_is_good_for_its_own_newsroom_and_not_used_up_at_another() {
    let stage = Stage::set().await;
    stage.app.tenant("times").await;
    let code = stage.code("1").await;
    for path in ["/t/times/exchange", "/t/nobody/exchange", "/t/%22/exchange"] {
        let refused = present(&stage.app, path, None, &code).await;
        assert_eq!(refused.problem(), "code-invalid", "{path}");
        let refused = present(&stage.app, path, Some(SITE), &code).await;
        assert_eq!(refused.problem(), "origin-not-allowed", "{path}");
    }
    assert_eq!(stage.redeem(&code).await.status, 201);
}

#[tokio::test]
async fn the_database_has_the_hash_and_no_code() {
    let stage = Stage::set().await;
    let code = stage.code("1").await;
    let rows = "select exchange_codes::text from exchange_codes";
    let rows = stage.app.database.texts(rows).await;
    assert!(
        !rows[0].contains(&code) && !rows[0].contains("lyx_"),
        "{rows:?}"
    );
    let hash = "select encode(hash, 'hex') from exchange_codes";
    let sum = format!("select encode(sha256('{code}'), 'hex')");
    assert_eq!(
        stage.app.database.texts(hash).await,
        stage.app.database.texts(&sum).await
    );
}

#[tokio::test]
async fn a_record_comes_along_with_a_code_and_another_node_knows_it_at_once() {
    let stage = Stage::set().await;
    let other = stage.app.second_server().await;
    let key = &stage.admin;
    for round in 0..5 {
        let id = format!("new-{round}");
        // The other node has just heard that there is no such reader.
        let unknown = stage.post.through(&other).issue(&json!({ "id": id })).await;
        assert_eq!(unknown.problem(), "reader-unknown");
        let body = json!({ "user": { "id": id, "username": "zoe" } });
        let asked = key.post(CODES, &body).await;
        assert_eq!(asked.status, 201, "{asked:?}");
        let code = asked.json()["code"].as_str().unwrap().to_owned();
        let redeemed = present(&other, EXCHANGE, Some(SITE), &code).await;
        assert_eq!(redeemed.status, 201, "{redeemed:?}");
        let token = redeemed.json()["token"].as_str().unwrap().to_owned();
        assert_eq!(claims_of(&token)["sub"], id.as_str());
    }
}

#[tokio::test]
async fn a_code_for_a_coral_gives_a_token_for_that_coral() {
    let stage = Stage::set().await;
    stage.coral().await;
    let role = "update users set role = 'STAFF', badges = array['fan'] where id = '2'";
    stage.app.database.execute(role).await;
    let body = json!({ "user": "2", "deployment": "coral" });
    let code = stage.ask(&body).await.json()["code"]
        .as_str()
        .unwrap()
        .to_owned();
    let redeemed = stage.redeem(&code).await.json();
    let token = redeemed["token"].as_str().unwrap();
    assert_eq!(header_of(token)["kid"], "coral-1");
    // The CMS' key may raise nobody; an admin may, up to what the deployment allows.
    let user = json!({ "id": "2", "email": "alice@coralproject.net", "username": "alice" });
    assert_eq!(claims_of(token)["user"], user);
    assert_eq!(claims_of(token)["sub"], json!(null));
    let code = stage.admin.post(CODES, &body).await.json()["code"]
        .as_str()
        .unwrap()
        .to_owned();
    let redeemed = stage.redeem(&code).await.json();
    let claims = claims_of(redeemed["token"].as_str().unwrap());
    assert_eq!(
        (&claims["user"]["role"], &claims["user"]["badges"]),
        (&json!("STAFF"), &json!(null))
    );
}

#[tokio::test]
async fn the_owners_hear_of_the_first_code_that_made_an_administrator() {
    let stage = Stage::set().await;
    stage.coral().await;
    let coral = "/v1/tenants/post/deployments/coral";
    let raised = stage
        .admin
        .patch(coral, &json!({ "max_role": "ADMIN" }))
        .await;
    assert_eq!(raised.status, 200, "{raised:?}");
    let role = "update users set role = 'ADMIN' where id = '2'";
    stage.app.database.execute(role).await;
    let key = [
        "api-key",
        "create",
        "--tenant",
        "post",
        "--name",
        "k",
        "--max-role",
        "ADMIN",
        "--json",
    ];
    let key = stage.app.cli(&key).await.json();
    let key = key["api_key"].as_str().unwrap();
    let body = json!({ "user": "2", "deployment": "coral" }).to_string();
    let asked = stage.app.post_as(CODES, key, &body).await.json();
    let told = "audit_events where action = 'api_key.first_admin_token'";
    assert_eq!(stage.app.database.count(told).await, 0);
    let redeemed = stage.redeem(asked["code"].as_str().unwrap()).await.json();
    let claims = claims_of(redeemed["token"].as_str().unwrap());
    assert_eq!(claims["user"]["role"], "ADMIN");
    assert_eq!(stage.app.database.count(told).await, 1);
}

#[tokio::test]
async fn who_can_have_no_token_gets_no_code_and_the_cms_hears_why() {
    let stage = Stage::set().await;
    stage.coral().await;
    let users = "/v1/tenants/post/users";
    let bare = stage.admin.post(users, &json!({ "id": "bare" })).await;
    assert_eq!(bare.status, 201);
    stage
        .admin
        .post(&format!("{users}/3/disable"), &json!({}))
        .await;
    let keyless = json!({ "name": "keyless", "kind": "coral" });
    let made = stage
        .admin
        .post("/v1/tenants/post/deployments", &keyless)
        .await;
    assert_eq!(made.status, 201);
    for (body, status, problem) in [
        (json!({ "user": "nobody" }), 404, "user-not-found"),
        (json!({ "user": "3" }), 409, "user-disabled"),
        (
            json!({ "user": "1", "deployment": "nowhere" }),
            422,
            "deployment-unknown",
        ),
        (
            json!({ "user": "1", "deployment": "keyless" }),
            409,
            "no-active-key",
        ),
        (
            json!({ "user": "bare", "deployment": "coral" }),
            422,
            "reader-unfit-for-coral",
        ),
        (json!({ "user": "a@post.example" }), 404, "user-not-found"),
        (json!({ "user": { "id": "4" } }), 403, "scope-insufficient"),
        (json!({}), 422, "fields-invalid"),
        (json!({ "user": "1", "x": 1 }), 422, "fields-invalid"),
        (json!([]), 400, "body-malformed"),
    ] {
        let refused = stage.ask(&body).await;
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (status, problem),
            "{body}"
        );
        assert_eq!(refused.header("cache-control"), "no-store");
    }
    assert_eq!(stage.codes().await, 0);
}

#[tokio::test]
async fn a_code_leaves_no_audit_event_and_counts_as_one_token() {
    let stage = Stage::set().await;
    let events = stage.app.database.count("audit_events").await;
    let code = stage.code("1").await;
    assert_eq!(stage.redeem(&code).await.status, 201);
    stage.redeem(&code).await;
    assert_eq!(stage.app.database.count("audit_events").await, events);
    stage.app.state.usage.flush(false).await.unwrap();
    let issued =
        "select reason || ' ' || count from usage_hourly where operation = 'issue' order by 1";
    let issued = stage.app.database.texts(issued).await;
    assert_eq!(issued, ["code-invalid 1", "ok 1"]);
}

#[tokio::test]
async fn no_deployment_takes_the_name_of_a_route() {
    let stage = Stage::set().await;
    for name in ["exchange", "exchanqe", "lanyard.js", "lanyard"] {
        let body = json!({ "name": name, "kind": "coral" });
        let made = stage
            .admin
            .post("/v1/tenants/post/deployments", &body)
            .await;
        let free = name == "exchanqe";
        assert_eq!(made.status, if free { 201 } else { 422 }, "{name}");
    }
    let app: &App = &stage.app;
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let answer = Answer::to(app.request(method, EXCHANGE)).await;
        assert_eq!(answer.problem(), "method-not-allowed");
    }
}
