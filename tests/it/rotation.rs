//! Rotation with proof: what is counted of each key, when it can go, and that nobody is refused who keeps to that.

use std::time::Duration;

use lanyard_storage::usage;
use serde_json::{Value, json};
use sqlx::Connection;

use crate::{
    desk::{Desk, assert_fails},
    harness::{App, DEMO_SECRET, Person, TestDatabase, hmac_token},
};

const DEPLOYMENT: &str = "/v1/tenants/post/deployments/default";
const KEYS: &str = "/v1/tenants/post/deployments/default/signing-keys";
/// Of tokens in these newsrooms, in seconds.
const LIFETIME: i64 = 600;
/// Seconds after which all servers have written what a key signed that signs no more.
const SETTLED: i64 = 60;
const SKEW: i64 = 60;

fn time(second: i64) -> Value {
    json!(jiff::Timestamp::from_second(second).unwrap().to_string())
}

/// A server with a newsroom whose time stands still, and an admin.
async fn stage() -> (App, crate::harness::Newsroom, Person) {
    let app = App::start().await;
    let post = app.tenant_with("post", &["--token-lifetime", "10m"]).await;
    let admin = app.member("post", "admin").await;
    app.clock.stop();
    (app, post, admin)
}

async fn flush(app: &App) {
    app.state.usage.flush(true).await.unwrap();
}

async fn key(person: &Person, kid: &str) -> Value {
    let answer = person.get(&format!("{KEYS}/{kid}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

async fn active(person: &Person) -> String {
    let listed = person.get(KEYS).await.json();
    let keys = listed["data"].as_array().unwrap();
    let key = keys.iter().find(|key| key["state"] == "active").unwrap();
    key["kid"].as_str().unwrap().to_owned()
}

/// The step, the key that it is about, and when.
async fn step(person: &Person) -> (Value, Value, Value) {
    let answer = person.get(&format!("{DEPLOYMENT}/rotation")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = answer.json();
    assert!(answer["next"].as_str().unwrap().ends_with('.'), "{answer}");
    (
        answer["step"].clone(),
        answer["key"].clone(),
        answer["at"].clone(),
    )
}

async fn post_ok(person: &Person, path: &str, body: &Value) -> Value {
    let answer = person.post(path, body).await;
    assert!(matches!(answer.status, 200 | 201), "{answer:?}");
    answer.json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_is_proved_from_the_first_token_to_the_last() {
    let (app, post, admin) = stage().await;
    let first = active(&admin).await;
    assert_eq!(step(&admin).await.0, "steady");
    let made = key(&admin, &first).await;
    assert_eq!(made["live_tokens"], 0);
    assert!(made["last_issued_at"].is_null() && made["last_seen_at"].is_null());

    let issued_at = app.clock.now();
    let mut tokens = Vec::new();
    for id in ["1", "2", "3"] {
        tokens.push(post.token(id).await);
    }
    app.clock.advance(10);
    assert_eq!(post.look_up(&tokens[0]).await.status, 200);
    flush(&app).await;
    let used = key(&admin, &first).await;
    assert_eq!(used["live_tokens"], 3);
    assert_eq!(used["last_issued_at"], time(issued_at));
    assert_eq!(used["last_seen_at"], time(issued_at + 10));
    assert!(used["safe_to_retire_at"].is_null() && used["waiting_for"].is_null());

    let second = post_ok(&admin, KEYS, &json!({ "kid": "second" })).await;
    assert_eq!(second["waiting_for"], "waiting until Talk knows it");
    assert_eq!(
        step(&admin).await,
        (json!("waiting"), json!("second"), Value::Null)
    );
    app.clock.advance(90);
    post_ok(&admin, &format!("{KEYS}/second/activate"), &json!({})).await;
    app.clock.advance(SETTLED);
    let safe = issued_at + LIFETIME + SKEW;
    let old = key(&admin, &first).await;
    assert_eq!(old["safe_to_retire_at"], time(safe));
    assert_eq!(old["waiting_for"], "waiting for the end of its last token");
    assert_eq!(
        step(&admin).await,
        (json!("overlap"), json!(first), time(safe))
    );

    let retire = format!("{KEYS}/{first}/retire");
    let refused = admin.post(&retire, &json!({})).await;
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (409, "key-still-needed")
    );
    for words in ["at most 3 readers' tokens", time(safe).as_str().unwrap()] {
        assert!(refused.text().contains(words), "{words}: {refused:?}");
    }
    // All are good to their last second, and then they would be dead anyway.
    app.clock
        .advance(issued_at + LIFETIME - 1 - app.clock.now());
    for token in &tokens {
        assert_eq!(post.look_up(token).await.status, 200);
    }
    app.clock.advance(1);
    assert_eq!(key(&admin, &first).await["live_tokens"], 0);
    app.clock.advance(SKEW);
    assert_eq!(
        step(&admin).await,
        (json!("retire"), json!(first), Value::Null)
    );
    let retired = post_ok(&admin, &retire, &json!({})).await;
    assert_eq!(retired["state"], "retired");
    assert!(retired["safe_to_retire_at"].is_null());
    assert_eq!(step(&admin).await.0, "steady");
    let forced = "audit_events where action = 'key.retire' and detail like '%forced%'";
    assert_eq!(app.database.count(forced).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_readers_need_goes_by_force_only_and_the_log_says_so() {
    let (app, post, admin) = stage().await;
    let (first, token) = (active(&admin).await, post.token("1").await);
    post_ok(&admin, &format!("{KEYS}/rotate"), &json!({})).await;
    // The server hasn't written yet what it signed, and still the key doesn't go.
    let retire = format!("{KEYS}/{first}/retire");
    for body in [json!({}), json!({ "force": false })] {
        let refused = admin.post(&retire, &body).await;
        assert_eq!(refused.problem(), "key-still-needed", "{refused:?}");
    }
    assert_eq!(post.look_up(&token).await.status, 200);
    flush(&app).await;
    post_ok(&admin, &retire, &json!({ "force": true })).await;
    assert_eq!(post.look_up(&token).await.status, 401);
    let details = "select detail from audit_events where action = 'key.retire'";
    let details = app.database.texts(details).await;
    let detail: Value = serde_json::from_str(&details[0]).unwrap();
    assert_eq!(
        detail,
        json!({ "was": "retiring", "forced": true, "live_tokens": 1 })
    );
    for bad in [json!({ "force": "yes" }), json!({ "forced": true })] {
        assert_eq!(admin.post(&retire, &bad).await.status, 422, "{bad}");
    }
    // Nobody has a token of a key that never signed.
    post_ok(&admin, KEYS, &json!({ "kid": "unused" })).await;
    post_ok(&admin, &format!("{KEYS}/unused/retire"), &json!({})).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_two_servers_count_adds_up_and_a_restart_loses_nothing() {
    let (mut app, post, admin) = stage().await;
    let mut second = app.second_server().await;
    let (first, there) = (active(&admin).await, post.through(&second));
    for _ in 0..3 {
        post.token("1").await;
    }
    app.clock.advance(5);
    for _ in 0..4 {
        there.token("2").await;
    }
    let issued_at = app.clock.now();
    app.clock.advance(5);
    let token = post.token("3").await;
    assert_eq!(there.look_up(&token).await.status, 200);
    // Nothing was written yet but that it signs.
    assert_eq!(app.database.count("key_use").await, 0);
    app.stop().await;
    second.stop().await;
    let third = app.second_server().await;
    let admin = third.person("third@post.example").await;
    let join = format!(
        "insert into memberships (tenant_id, account_id, role) select id, '{}', 'admin' from tenants",
        admin.account
    );
    third.database.execute(&join).await;
    let used = key(&admin, &first).await;
    assert_eq!(used["live_tokens"], 8);
    assert_eq!(used["last_issued_at"], time(issued_at + 5));
    assert_eq!(used["last_seen_at"], time(issued_at + 5));
    // And goes on from there.
    post.through(&third).token("1").await;
    flush(&third).await;
    assert_eq!(key(&admin, &first).await["live_tokens"], 9);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_fails_keeps_the_counts_and_one_whose_answer_is_lost_counts_once() {
    let (app, post, admin) = stage().await;
    let first = active(&admin).await;
    let token = post.token("1").await;
    post.look_up(&token).await;
    let functions = "function add_key_use, note_key_seen";
    let refuse = format!("revoke execute on {functions} from lanyard_app");
    app.database.execute(&refuse).await;
    for _ in 0..2 {
        assert!(app.state.usage.flush(true).await.is_err());
        post.token("1").await;
    }
    // It has signed, and nobody knows how often.
    assert!(key(&admin, &first).await["live_tokens"].is_null());
    let allow = format!("grant execute on {functions} to lanyard_app");
    app.database.execute(&allow).await;
    flush(&app).await;
    let used = key(&admin, &first).await;
    assert_eq!(used["live_tokens"], 3);
    assert!(used["last_seen_at"].is_string());

    post.token("1").await;
    let mut connection = app.database.connect().await;
    let mut holding = connection.begin().await.unwrap();
    sqlx::query("lock table key_use_hourly")
        .execute(&mut *holding)
        .await
        .unwrap();
    // The statement is on its way, and waits; nobody waits for its answer any more.
    let flushing = app.state.usage.flush(true);
    let waited = tokio::time::timeout(Duration::from_millis(200), flushing).await;
    assert!(waited.is_err());
    post.token("1").await;
    holding.commit().await.unwrap();
    flush(&app).await;
    assert_eq!(key(&admin, &first).await["live_tokens"], 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_are_counted_by_the_life_that_they_had() {
    let (app, post, admin) = stage().await;
    let first = active(&admin).await;
    // To the beginning of an hour, so that it is plain which hours the ends fall into.
    let hour = (app.clock.now().div_euclid(3_600) + 1) * 3_600;
    app.clock.advance(hour - app.clock.now());
    let patch = async |lifetime: i64| {
        let body = json!({ "token_lifetime": lifetime });
        let request = admin.request(reqwest::Method::PATCH, DEPLOYMENT);
        let changed = crate::harness::Answer::to(request.json(&body)).await;
        assert_eq!(changed.status, 200, "{changed:?}");
    };
    patch(5 * 3_600).await;
    post.token("1").await;
    patch(LIFETIME).await;
    for _ in 0..4 {
        post.token("1").await;
    }
    flush(&app).await;
    assert_eq!(key(&admin, &first).await["live_tokens"], 5);
    app.clock.advance(3_601);
    assert_eq!(key(&admin, &first).await["live_tokens"], 1);
    app.clock.advance(5 * 3_600);
    assert_eq!(key(&admin, &first).await["live_tokens"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_others_sign_are_waited_for_though_nobody_counts_them() {
    let app = App::start().await;
    let post = app.demo_tenant("post").await;
    let admin = app.member("post", "admin").await;
    app.clock.stop();
    let token = post.token("1").await;
    let rotated_at = app.clock.now();
    post_ok(&admin, &format!("{KEYS}/rotate"), &json!({})).await;
    app.clock.advance(100);
    let claims = json!({
        "iss": post.issuer, "aud": "talk", "sub": "1", "jti": "by-hand", "iat": rotated_at,
        "exp": app.clock.now() + 3_600,
    });
    let theirs = hmac_token(DEMO_SECRET, "HS256", &claims);
    assert_eq!(post.look_up(&theirs).await.status, 200);
    flush(&app).await;
    let old = key(&admin, "demo").await;
    assert_eq!(old["live_tokens"], 1);
    let accepted = old["accept_lifetime"].as_i64().unwrap();
    let safe = rotated_at + 100 + accepted + SKEW;
    assert_eq!(old["safe_to_retire_at"], time(safe));
    let refused = admin.post(&format!("{KEYS}/demo/retire"), &json!({})).await;
    assert_eq!(refused.problem(), "key-still-needed");
    for words in ["at most one reader's token", "others may have signed"] {
        assert!(refused.text().contains(words), "{words}: {refused:?}");
    }
    assert_eq!(post.look_up(&token).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_key_from_before_counting_it_is_said_that_its_tokens_are_not_known() {
    let (app, post, admin) = stage().await;
    let first = active(&admin).await;
    post.token("1").await;
    let uncounted = "update signing_keys set counted_from = first_used_at + interval '5 minutes'";
    app.database.execute(uncounted).await;
    assert_eq!(key(&admin, &first).await["live_tokens"], Value::Null);
    app.clock.advance(400);
    post_ok(&admin, &format!("{KEYS}/rotate"), &json!({})).await;
    app.clock.advance(SETTLED);
    let refused = admin
        .post(&format!("{KEYS}/{first}/retire"), &json!({}))
        .await;
    assert!(
        refused.text().contains("nobody knows how many"),
        "{refused:?}"
    );
    app.clock.advance(300 + LIFETIME + SKEW - 400 - SETTLED);
    post_ok(&admin, &format!("{KEYS}/{first}/retire"), &json!({})).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_was_deleted_holds_no_other_counts_up_and_old_counts_are_forgotten() {
    let (app, post, admin) = stage().await;
    let first = active(&admin).await;
    let other = app.tenant("other").await;
    other.token("1").await;
    let old = post.token("1").await;
    post.look_up(&old).await;
    let delete =
        "delete from deployments where tenant_id = (select id from tenants where slug = 'other')";
    app.database.execute(delete).await;
    flush(&app).await;
    assert_eq!(app.database.count("key_use").await, 1);
    assert_eq!(key(&admin, &first).await["live_tokens"], 1);
    let age = "update key_use_hourly set expires_by = now() - interval '25 hours'";
    app.database.execute(age).await;
    usage::prune(&app.state.database).await.unwrap();
    assert_eq!(app.database.count("key_use_hourly").await, 0);
    // When it was last used stays known.
    assert!(key(&admin, &first).await["last_issued_at"].is_string());
}

async fn grants(database: &TestDatabase, function: &str) -> i64 {
    database
        .count(&format!(
            "information_schema.routine_privileges where routine_name = '{function}' and grantee = 'PUBLIC'"
        ))
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_reads_across_newsrooms_is_for_the_server_alone() {
    let database = TestDatabase::create().await;
    for function in [
        "add_key_use",
        "note_key_seen",
        "secret_in_use",
        "tenants_without_fingerprints",
        "prune_key_use",
    ] {
        assert_eq!(grants(&database, function).await, 0, "{function}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_terminal_says_how_keys_stand_and_what_to_do_next() {
    let desk = Desk::with_readers().await;
    let next = desk.post(&["key", "rotation"]).await.ok();
    assert!(next.stdout.starts_with("steady\nNothing."), "{next:?}");
    let first = desk.post_json(&["key", "list"]).await[0]["kid"].clone();
    let first = first.as_str().unwrap();
    desk.token("1").await;
    desk.token("2").await;
    let shown = desk.post_json(&["key", "show", first]).await;
    assert_eq!(shown["live_tokens"], 2);
    assert!(shown["last_issued_at"].is_string() && shown["safe_to_retire_at"].is_null());
    let listed = desk.post(&["key", "list"]).await.ok();
    for words in ["LAST ISSUED", "SAFE TO RETIRE", "at most 2"] {
        assert!(listed.stdout.contains(words), "{listed:?}");
    }
    desk.post(&["key", "create", "--kid", "second"]).await.ok();
    let text = desk.post(&["key", "show", "second"]).await.ok().stdout;
    assert!(text.contains("waiting until Talk knows it"), "{text}");
    let next = desk.post(&["key", "rotation"]).await.ok();
    assert!(
        next.stdout.starts_with("waiting: key `second`\nGive Talk"),
        "{next:?}"
    );
    desk.post(&["key", "activate", "second"]).await.ok();
    let next = desk.post_json(&["key", "rotation"]).await;
    assert_eq!(
        (&next["step"], &next["key"], &next["signs"]),
        (&json!("overlap"), &json!(first), &json!("second"))
    );
    let text = desk.post(&["key", "rotation"]).await.ok().stdout;
    assert!(
        text.contains("in 6 hours") || text.contains("in 5 hours"),
        "{text}"
    );
    let refused = desk.post(&["key", "retire", first]).await;
    assert_fails(&refused, 1, &["at most 2 readers' tokens", "--force"]);
    desk.post(&["key", "retire", first, "--force"]).await.ok();
    let refused = desk.post(&["key", "show", "nope"]).await;
    assert_fails(&refused, 1, &["there is no key `nope`"]);
}
