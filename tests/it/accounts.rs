//! Accounts: registering, logging in and out, passwords, authenticator apps; as people do it, and as attackers do.

mod attacks;
mod factor;
mod floods;
mod guesses;
mod passwords;
mod strangers;
mod timing;

use lanyard_core::audit::Fault;
use serde_json::{Value, json};

use crate::harness::{App, Browser, SESSION};

pub(crate) const JANE: &str = "jane@thepost.example";
pub(crate) const PASSWORD: &str = "purple otter sings at noon";
const OTHER_PASSWORD: &str = "seven lamps over the harbour";

/// Somebody who has registered, and is logged in.
pub(crate) async fn registered(app: &App, email: &str) -> Browser {
    let mut browser = Browser::new(app);
    let body = json!({ "email": email, "name": "Jane Doe" });
    let asked = browser.post("/v1/accounts", &body).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    let token = app.mailed_token(email).await;
    let body = json!({ "token": token, "password": PASSWORD });
    let made = browser.post("/v1/accounts/verify", &body).await;
    assert_eq!(made.status, 201, "{made:?}");
    browser
}

/// Another browser, logged in.
async fn logged_in(app: &App, email: &str, password: &str) -> Browser {
    let mut browser = Browser::new(app);
    let answer = browser.log_in(email, password).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    browser
}

/// The actions of the platform's audit log, and that its chain holds.
async fn actions(app: &App) -> Vec<String> {
    let database = &app.state.database;
    let everything = lanyard_storage::audit::Filter::default();
    let events = lanyard_storage::platform_events::list(database, &everything, None, 100);
    let events = events.await.unwrap();
    let verified = lanyard_storage::platform_events::verify(database, None).await;
    let head = verified.unwrap().unwrap();
    assert_eq!(head.sequence, i64::try_from(events.len()).unwrap());
    events.into_iter().rev().map(|event| event.action).collect()
}

#[tokio::test]
async fn somebody_registers_logs_out_and_in_again() {
    let app = App::start().await;
    let mut browser = registered(&app, JANE).await;
    let me = browser.get("/v1/account").await.json();
    assert_eq!(me["account"]["email"], JANE);
    assert_eq!(me["account"]["name"], "Jane Doe");
    assert_eq!(me["account"]["platform_admin"], false);
    assert_eq!(me["memberships"], json!([]));

    assert_eq!(browser.delete("/v1/sessions/current").await.status, 204);
    assert!(!browser.cookies.contains_key(SESSION));
    let out = browser.get("/v1/account").await;
    assert_eq!(out.problem(), "credentials-missing");

    let answer = browser.log_in(" Jane@ThePost.Example ", PASSWORD).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let named = browser.patch("/v1/account", &json!({ "name": "J." })).await;
    assert_eq!(named.json()["name"], "J.");
    assert_eq!(
        actions(&app).await,
        ["account.create", "account.session.end", "account.rename"]
    );
}

#[tokio::test]
async fn the_newsrooms_of_somebody_are_told() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let mut browser = registered(&app, JANE).await;
    let sql = format!(
        "insert into memberships (tenant_id, account_id, role)
         select tenants.id, accounts.id, 'viewer' from tenants, accounts where email = '{JANE}'"
    );
    app.database.execute(&sql).await;
    let me = browser.get("/v1/account").await.json();
    assert_eq!(me["memberships"][0]["tenant"], "the-post");
    assert_eq!(me["memberships"][0]["role"], "viewer");
}

#[tokio::test]
async fn the_link_to_register_is_good_once_and_for_a_day() {
    let app = App::start().await;
    let mut browser = Browser::new(&app);
    let body = json!({ "email": JANE, "name": "Jane" });
    let mut tokens = Vec::new();
    for _ in 0..2 {
        assert_eq!(browser.post("/v1/accounts", &body).await.status, 202);
        tokens.push(app.mailed_token(JANE).await);
    }
    let with = |token: &str| json!({ "token": token, "password": PASSWORD });
    let made = browser.post("/v1/accounts/verify", &with(&tokens[0])).await;
    assert_eq!(made.status, 201);
    // The other one went with it.
    for token in &tokens {
        let again = browser.post("/v1/accounts/verify", &with(token)).await;
        assert_eq!(again.problem(), "link-invalid");
    }
    let body = json!({ "email": "joe@thepost.example", "name": "Joe" });
    assert_eq!(browser.post("/v1/accounts", &body).await.status, 202);
    let token = app.mailed_token("joe@thepost.example").await;
    app.clock.advance(86_400);
    let late = Browser::new(&app)
        .post("/v1/accounts/verify", &with(&token))
        .await;
    assert_eq!(late.problem(), "link-invalid");
}

#[tokio::test]
async fn a_weak_password_is_refused_and_the_link_stays_good() {
    let app = App::start().await;
    let mut browser = Browser::new(&app);
    let body = json!({ "email": JANE, "name": "Jane" });
    browser.post("/v1/accounts", &body).await;
    let token = app.mailed_token(JANE).await;
    for weak in [
        "short",
        "password1234",
        "qwertyuiop12",
        "jane@thepost.example",
        "T7#qLm!x02vR\u{0}",
    ] {
        let body = json!({ "token": token, "password": weak });
        let refused = browser.post("/v1/accounts/verify", &body).await;
        assert_eq!(refused.problem(), "fields-invalid", "{weak}");
        assert_eq!(refused.json()["errors"][0]["pointer"], "/password");
        assert!(!refused.text().contains(weak));
    }
    let body = json!({ "token": token, "password": PASSWORD });
    assert_eq!(browser.post("/v1/accounts/verify", &body).await.status, 201);
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let app = App::start().await;
    let mut first = registered(&app, JANE).await;
    let mut second = logged_in(&app, JANE, PASSWORD).await;
    let mut third = logged_in(&app, JANE, PASSWORD).await;
    let mut stranger = registered(&app, "joe@thepost.example").await;
    let listed = first.get("/v1/sessions").await.json();
    let entries = listed["data"].as_array().unwrap().clone();
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[0]["user_agent"], "Browser/1");
    assert_eq!(entries[0]["address"], "127.0.0.1");
    let current: Vec<&Value> = entries
        .iter()
        .filter(|entry| entry["current"] == true)
        .collect();
    assert_eq!(current.len(), 1);
    let me = second.get("/v1/account").await.json();
    let id = me["session_id"].as_str().unwrap();

    let path = format!("/v1/sessions/{id}");
    assert_eq!(stranger.delete(&path).await.status, 404);
    assert_eq!(second.get("/v1/account").await.status, 200);
    assert_eq!(first.delete(&path).await.status, 204);
    assert_eq!(second.get("/v1/account").await.problem(), "session-invalid");
    assert_eq!(first.delete(&path).await.status, 404);

    assert_eq!(first.delete("/v1/sessions").await.status, 204);
    assert_eq!(third.get("/v1/account").await.status, 401);
    assert_eq!(first.get("/v1/account").await.status, 200);
    assert_eq!(stranger.get("/v1/account").await.status, 200);
}

#[tokio::test]
async fn a_session_ends_when_it_idles_and_in_any_case_after_a_week() {
    let app = App::start().await;
    let mut browser = registered(&app, JANE).await;
    app.clock.advance(12 * 3600 - 60);
    assert_eq!(browser.get("/v1/account").await.status, 200);
    app.clock.advance(12 * 3600 - 60);
    assert_eq!(browser.get("/v1/account").await.status, 200, "used since");
    app.clock.advance(12 * 3600);
    assert_eq!(browser.get("/v1/account").await.status, 401, "idle");

    browser.log_in(JANE, PASSWORD).await;
    for _ in 0..14 {
        app.clock.advance(11 * 3600);
        assert_eq!(browser.get("/v1/account").await.status, 200);
    }
    app.clock.advance(14 * 3600);
    assert_eq!(browser.get("/v1/account").await.status, 401, "a week");
}

#[tokio::test]
async fn an_account_has_fifty_sessions_at_the_most() {
    let app = App::start().await;
    let mut first = registered(&app, JANE).await;
    // Past the log-in, which would hash fifty times.
    let sql = "insert into sessions (hash, id, account_id, created_at, last_seen_at, expires_at, proved_at)
               select sha256(n::text::bytea), gen_random_uuid(), account_id, created_at,
                      last_seen_at - interval '1 minute', expires_at, proved_at
               from sessions, generate_series(1, 60) n;
               update sessions set last_seen_at = last_seen_at - interval '1 hour' where user_agent <> ''";
    app.database.execute(sql).await;
    let mut browser = logged_in(&app, JANE, PASSWORD).await;
    let listed = browser.get("/v1/sessions").await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 50);
    assert_eq!(first.get("/v1/account").await.status, 401);
}

#[tokio::test]
async fn the_platform_s_log_is_only_added_to_and_a_change_is_found() {
    let app = App::start().await;
    registered(&app, JANE).await;
    registered(&app, "joe@thepost.example").await;
    assert_eq!(actions(&app).await.len(), 2);
    let as_server = "do $$ begin
         set local role lanyard_app;
         begin update platform_events set actor = 'x'; raise exception 'updated';
         exception when insufficient_privilege then null; end;
         begin delete from platform_events; raise exception 'deleted';
         exception when insufficient_privilege then null; end;
     end $$";
    app.database.execute(as_server).await;
    let change = "update platform_events set actor = 'nobody' where sequence = 2";
    app.database.execute(change).await;
    let verified = lanyard_storage::platform_events::verify(&app.state.database, None).await;
    assert_eq!(verified.unwrap(), Err(Fault::Event(2)));
}

#[tokio::test]
async fn what_is_over_is_forgotten() {
    let app = App::start().await;
    let mut browser = registered(&app, JANE).await;
    let body = json!({ "email": "joe@thepost.example", "name": "Joe" });
    browser.post("/v1/accounts", &body).await;
    browser
        .log_in("joe@thepost.example", "whatever it is")
        .await;
    let sql = "update sessions set expires_at = now() - interval '1 second';
               update account_links set expires_at = now() - interval '1 second';
               update throttles set last_failure_at = now() - interval '8 days';";
    app.database.execute(sql).await;
    lanyard_storage::accounts::prune(&app.state.database)
        .await
        .unwrap();
    let sql = "do $$ begin
         assert not exists (select from sessions);
         assert not exists (select from account_links);
         assert not exists (select from throttles);
         assert exists (select from accounts);
     end $$";
    app.database.execute(sql).await;
}
