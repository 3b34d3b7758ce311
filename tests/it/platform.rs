//! Whoever runs the platform: tenants found, suspended and resumed; quotas, issuers, admins, health.

use reqwest::Method;
use serde_json::json;

use crate::{
    desk::{Desk, assert_fails},
    harness::{Answer, App, Person},
};

const TENANTS: &str = "/v1/platform/tenants";
const ADMINS: &str = "/v1/platform/admins";

/// Somebody who runs the platform.
async fn platform_admin(app: &App, email: &str) -> Person {
    let person = app.person(email).await;
    let sql = format!(
        "update accounts set platform_admin = true where id = '{}'",
        person.account
    );
    app.database.execute(&sql).await;
    person
}

async fn slugs(admin: &Person, query: &str) -> Vec<String> {
    let page = admin.get(&format!("{TENANTS}{query}")).await;
    assert_eq!(page.status, 200, "{page:?}");
    let rows = page.json()["data"].as_array().unwrap().clone();
    rows.iter()
        .map(|row| row["slug"].as_str().unwrap().to_owned())
        .collect()
}

/// What the newsroom's audit log says last: who, what, on which thing.
async fn last_event(app: &App, slug: &str) -> (String, String, String) {
    let arguments = ["audit", "list", "--tenant", slug, "--limit", "1", "--json"];
    let event = app.cli(&arguments).await.json()[0].clone();
    let text = |name: &str| event[name].as_str().unwrap().to_owned();
    (text("actor"), text("action"), text("target"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tenants_are_found_by_page_name_and_status() {
    let app = App::start().await;
    for slug in ["a-post", "b-post", "c-times"] {
        app.tenant(slug).await;
    }
    let admin = platform_admin(&app, "ops@lanyard.example").await;
    assert_eq!(slugs(&admin, "").await, ["a-post", "b-post", "c-times"]);
    assert_eq!(slugs(&admin, "?search=POST").await, ["a-post", "b-post"]);
    assert_eq!(slugs(&admin, "?search=%25").await.len(), 0);
    let first = admin.get(&format!("{TENANTS}?limit=2")).await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = slugs(&admin, &format!("?limit=2&cursor={cursor}")).await;
    assert_eq!(rest, ["c-times"]);
    let other = admin
        .get(&format!("{TENANTS}?search=a&cursor={cursor}"))
        .await;
    assert_eq!(other.problem(), "cursor-invalid");
    let body = json!({ "reason": "unpaid" });
    admin
        .post(&format!("{TENANTS}/b-post/suspend"), &body)
        .await;
    assert_eq!(slugs(&admin, "?status=suspended").await, ["b-post"]);
    let wrong = admin.get(&format!("{TENANTS}?status=gone&limit=0")).await;
    assert_eq!(wrong.json()["errors"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_newsroom_is_refused_everywhere_until_it_is_resumed() {
    let app = App::start().await;
    let room = app.tenant("post").await;
    let admin = platform_admin(&app, "ops@lanyard.example").await;
    let token = room.token("1").await;
    let body = json!({ "reason": "Unpaid since March" });
    for _ in 0..2 {
        let answer = admin.post(&format!("{TENANTS}/post/suspend"), &body).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }
    assert_eq!(room.look_up(&token).await.status, 401);
    let detail = admin.get(&format!("{TENANTS}/post")).await.json();
    assert_eq!(detail["status"], "suspended");
    assert_eq!(detail["suspended_reason"], "Unpaid since March");
    let (actor, action, _) = last_event(&app, "post").await;
    assert_eq!(actor, format!("account:{}", admin.account));
    assert_eq!(action, "tenant.suspend");
    let resume = Answer::to(admin.request(Method::POST, &format!("{TENANTS}/post/resume"))).await;
    assert_eq!(resume.status, 204, "{resume:?}");
    assert_eq!(room.look_up(&token).await.status, 200);
    let events = app
        .cli(&[
            "audit",
            "list",
            "--tenant",
            "post",
            "--action",
            "tenant.suspend",
            "--json",
        ])
        .await
        .json();
    assert_eq!(
        events.as_array().unwrap().len(),
        1,
        "the second changed nothing"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_is_shown_with_what_it_has_and_may_have() {
    let app = App::start().await;
    app.tenant("post").await;
    app.member("post", "owner").await;
    let admin = platform_admin(&app, "ops@lanyard.example").await;
    let detail = admin.get(&format!("{TENANTS}/post")).await;
    assert_eq!(detail.header("etag"), "\"1\"");
    let detail = detail.json();
    assert_eq!(
        detail["holdings"],
        json!({ "users": 3, "deployments": 1, "signing_keys": 1, "api_keys": 1, "members": 1 })
    );
    assert_eq!(detail["quota"]["deployments"], 50);
    assert_eq!(detail["deployments"][0]["name"], "default");
    assert_eq!(admin.get(&format!("{TENANTS}/nope")).await.status, 404);
    assert_eq!(admin.get(&format!("{TENANTS}/a%00b")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quota_holds_at_once_and_two_admins_do_not_overwrite_each_other() {
    let app = App::start().await;
    app.tenant("post").await;
    let owner = app.member("post", "owner").await;
    let admin = platform_admin(&app, "ops@lanyard.example").await;
    let path = format!("{TENANTS}/post/quota");
    let set = async |body, tag: &str| {
        let request = admin.request(Method::PUT, &path).header("if-match", tag);
        Answer::to(request.json(&body)).await
    };
    let done = set(json!({ "api_keys": 1 }), "\"1\"").await;
    assert_eq!(done.status, 200, "{done:?}");
    assert_eq!(done.header("etag"), "\"2\"");
    assert_eq!(done.json()["api_keys"], 1);
    assert_eq!(done.json()["users"], 5_000_000);
    let late = set(json!({ "api_keys": 9 }), "\"1\"").await;
    assert_eq!(late.problem(), "precondition-failed");
    let more = owner
        .post("/v1/tenants/post/api-keys", &json!({ "name": "more" }))
        .await;
    assert_eq!(more.problem(), "quota-exceeded");
    let wrong = set(json!({ "users": 0, "members": "many", "pets": 1 }), "*").await;
    assert_eq!(wrong.json()["errors"].as_array().unwrap().len(), 3);
    let back = set(json!({}), "*").await;
    assert_eq!(back.json()["api_keys"], 100);
    assert_eq!(last_event(&app, "post").await.1, "tenant.set_quota");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_issuer_that_was_released_is_free_for_another() {
    let app = App::start().await;
    let room = app.tenant("post").await;
    let admin = platform_admin(&app, "ops@lanyard.example").await;
    let old = room.token("1").await;
    let release = json!({ "issuer": room.issuer });
    let path = "/v1/platform/issuers/release";
    let taken = ["tenant", "create", "times", "--issuer", &room.issuer];
    assert_eq!(app.cli(&taken).await.code, 1);
    let answer = admin.post(path, &release).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["tenant"], "post");
    let now = answer.json()["now"][0].as_str().unwrap().to_owned();
    assert!(now.starts_with("urn:lanyard:released:"), "{now}");
    app.cli(&taken).await.ok();
    assert_eq!(
        room.look_up(&old).await.status,
        401,
        "its issuer is another's"
    );
    let new = room.token("1").await;
    assert_eq!(room.look_up(&new).await.status, 200);
    let (_, action, target) = last_event(&app, "post").await;
    assert_eq!((action.as_str(), &target), ("issuer.release", &room.issuer));
    let nobody = json!({ "issuer": "https://nobody.example" });
    assert_eq!(admin.post(path, &nobody).await.status, 404);
    let none = admin.post(path, &json!({ "issuer": "" })).await;
    assert_eq!(none.problem(), "fields-invalid");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admins_come_and_go_and_the_last_one_stays() {
    let app = App::start().await;
    let first = platform_admin(&app, "first@lanyard.example").await;
    let second = app.person("second@lanyard.example").await;
    assert_eq!(second.get(ADMINS).await.status, 404, "not there for others");
    let grant = json!({ "email": "Second@Lanyard.example" });
    assert_eq!(first.post(ADMINS, &grant).await.status, 204);
    let listed = second.get(ADMINS).await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    let nobody = first
        .post(ADMINS, &json!({ "email": "no@one.example" }))
        .await;
    assert_eq!(nobody.json()["errors"][0]["pointer"], "/email");
    // Each revokes the other at once: one of them remains.
    let (of_first, of_second) = (
        format!("{ADMINS}/{}", first.account),
        format!("{ADMINS}/{}", second.account),
    );
    let answers = tokio::join!(first.delete(&of_second), second.delete(&of_first));
    let statuses = [answers.0.status, answers.1.status];
    assert!(statuses.contains(&204), "{statuses:?}");
    let mut connection = app.database.connect().await;
    let left: i64 = sqlx::query_scalar("select count(*) from accounts where platform_admin")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(left, 1);
    let (who, path) = if first.get(ADMINS).await.status == 200 {
        (&first, &of_first)
    } else {
        (&second, &of_second)
    };
    let last = who.delete(path).await;
    assert_eq!(last.problem(), "state-conflict");
    let events = who.get("/v1/platform/audit-events").await.json();
    let actions: Vec<_> = events["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["action"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(actions, ["platform_admin.revoke", "platform_admin.grant"]);
    app.cli(&["audit", "verify", "--platform"]).await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_admin_is_made_at_the_terminal() {
    let desk = Desk::new().await;
    let create = ["admin", "create", "ops@lanyard.example"];
    let made = desk.run(&create).await.ok();
    let link = made.stdout.trim();
    assert!(
        link.starts_with("http://localhost:3000/reset#token="),
        "{link}"
    );
    assert_eq!(desk.count("account_links").await, 1);
    let again = desk.run(&create).await.ok();
    assert_eq!(again.stdout, "");
    let events = desk
        .run(&["audit", "list", "--platform", "--json"])
        .await
        .json();
    assert_eq!(
        events.as_array().unwrap().len(),
        1,
        "the second changed nothing"
    );
    let secret = link.split('#').nth(1).unwrap();
    assert!(!events.to_string().contains(secret));
    let last = desk.run(&["admin", "revoke", "ops@lanyard.example"]).await;
    assert_fails(&last, 1, &["last platform admin"]);
    desk.run(&["admin", "create", "more@lanyard.example"])
        .await
        .ok();
    desk.run(&["admin", "revoke", "ops@lanyard.example"])
        .await
        .ok();
    let list = desk.run(&["admin", "list", "--json"]).await.json();
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(list[0]["email"], "more@lanyard.example");
    let bad = desk.run(&["admin", "create", "no address"]).await;
    assert_fails(&bad, 2, &["no address"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_names_the_servers_and_what_they_need() {
    let app = App::builder().redis().start().await;
    let _second = app.second_server().await;
    app.tenant("post").await;
    let admin = platform_admin(&app, "ops@lanyard.example").await;
    let health = admin.get("/v1/platform/health").await.json();
    assert_eq!(health["nodes"].as_array().unwrap().len(), 2);
    let node = &health["nodes"][0];
    assert_eq!(node["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(node["master_keys"], json!(["test"]), "no fingerprint");
    assert!(node["heartbeat_age"].as_i64().unwrap() < 20);
    assert_eq!(health["postgres"]["reachable"], true);
    assert_eq!(health["redis"]["reachable"], true);
    assert_eq!(health["mail"], json!({ "waiting": 0, "oldest_at": null }));
    // The newsroom's key, and the one that keys are compared under.
    assert_eq!(health["sealed"], json!({ "test": 2 }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn usage_is_summed_over_all_newsrooms() {
    let app = App::start().await;
    for slug in ["post", "times"] {
        app.tenant(slug).await;
        let sql = format!(
            "insert into usage_hourly (tenant_id, hour, operation, reason, count, latency)
             select id, date_trunc('hour', now()), operation, reason, count, '{{}}' from tenants,
                 (values ('issue', 'ok', 5), ('validate', 'expired', 2)) as counts (operation, reason, count)
             where slug = '{slug}'"
        );
        app.database.execute(&sql).await;
    }
    let admin = platform_admin(&app, "ops@lanyard.example").await;
    let usage = admin.get("/v1/platform/usage").await.json();
    assert_eq!(
        usage["operations"],
        json!([
            { "operation": "issue", "reason": "ok", "count": 10 },
            { "operation": "validate", "reason": "expired", "count": 4 },
        ])
    );
    assert_eq!(
        usage["tenants"][0],
        json!({ "tenant": "post", "count": 7, "refused": 2 })
    );
    let detail = admin.get(&format!("{TENANTS}/times")).await.json();
    assert_eq!(
        (&detail["requests"], &detail["refused"]),
        (&json!(7), &json!(2))
    );
    let wrong = admin
        .get("/v1/platform/usage?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z")
        .await;
    assert_eq!(wrong.json()["errors"][0]["parameter"], "from");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_asks_the_same_at_the_terminal() {
    let app = App::start().await;
    app.tenant("post").await;
    let answer = app.cli(&["api", "GET", TENANTS, "--json"]).await.json();
    assert_eq!(answer["data"][0]["slug"], "post");
    let path = format!("{TENANTS}/post/suspend");
    let body = r#"{"reason":"unpaid"}"#;
    app.cli(&["api", "POST", &path, body]).await.ok();
    let (actor, action, _) = last_event(&app, "post").await;
    assert!(actor.starts_with("operator:"), "{actor}");
    assert_eq!(action, "tenant.suspend");
}
