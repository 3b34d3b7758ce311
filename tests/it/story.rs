//! The whole story over HTTP, as a new newsroom lives it: with a mail server and a Redis, and from another newsroom an
//! attacker who tries each step.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, App, Browser, Mailboxes, PUBLIC_URL, eventually, within};

const ANN: &str = "ann@the-post.example";
const BEN: &str = "ben@the-post.example";
const MALLORY: &str = "mallory@the-times.example";
const PASSWORD: &str = "purple otter sings at noon";
const READERS: usize = 10_000;
const CLIENTS: usize = 50;

/// Registers by the link that the mail server got, and is logged in.
async fn register(app: &App, mail: &Mailboxes, email: &str) -> Browser {
    let mut browser = Browser::new(app);
    let asked = browser
        .post(
            "/v1/accounts",
            &json!({ "email": email, "name": "Somebody" }),
        )
        .await;
    assert_eq!(asked.status, 202, "{asked:?}");
    let token = link_token(mail, email, "/verify", 1).await;
    let body = json!({ "token": token, "password": PASSWORD });
    let verified = browser.post("/v1/accounts/verify", &body).await;
    assert_eq!(verified.status, 201, "{verified:?}");
    browser
}

/// What the link in the newest of so many letters carries.
async fn link_token(mail: &Mailboxes, email: &str, page: &str, count: usize) -> String {
    let letter = mail.letter_to(email, count).await;
    let prefix = format!("{PUBLIC_URL}{page}#token=");
    letter.link(&prefix)[prefix.len()..].to_owned()
}

/// A newsroom of somebody's, and the API key that the answer shows.
async fn found(owner: &mut Browser, name: &str, slug: &str) -> String {
    let body = json!({ "name": name, "root_url": format!("https://talk.{slug}.example") });
    let made = owner.post("/v1/tenants", &body).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.json()["tenant"]["slug"], slug);
    made.json()["api_key"]["api_key"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn readers() -> String {
    (1..=READERS)
        .map(|n| {
            format!(
                "{{\"id\":\"r{n}\",\"username\":\"reader{n}\",\"email\":\"r{n}@mail.example\"}}\n"
            )
        })
        .collect()
}

async fn token_for(app: &App, key: &str, reader: usize) -> String {
    let body = format!("{{\"id\":\"r{reader}\"}}");
    let issued = app.post_as("/t/the-post/", key, &body).await;
    assert_eq!(issued.status, 201, "{issued:?}");
    issued.json()["token"].as_str().unwrap().to_owned()
}

/// Clients that issue and validate until they are told to stop; each counts its rounds.
fn clients(
    app: &Arc<App>,
    key: &str,
    stop: &Arc<AtomicBool>,
    rounds: &Arc<AtomicUsize>,
) -> Vec<tokio::task::JoinHandle<()>> {
    (1..=CLIENTS)
        .map(|client| {
            let (app, key) = (Arc::clone(app), key.to_owned());
            let (stop, rounds) = (Arc::clone(stop), Arc::clone(rounds));
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let token = token_for(&app, &key, client).await;
                    let looked_up = app.get_as("/t/the-post/", &token).await;
                    assert_eq!(looked_up.status, 200, "{looked_up:?}");
                    rounds.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect()
}

/// Rotates the signing key while fifty clients issue and validate; none of them fails.
async fn rotate_under_load(app: &Arc<App>, ann: &mut Browser, key: &str) {
    let before = token_for(app, key, 1).await;
    let (stop, rounds) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let running = clients(app, key, &stop, &rounds);
    // Loopback is fast, debug builds are not: what is waited for is a count, not a time.
    let reached = async |count: usize| {
        within(
            Duration::from_secs(60),
            "the clients are served",
            async || rounds.load(Ordering::Relaxed) >= count,
        )
        .await;
    };
    reached(CLIENTS).await;
    let path = "/v1/tenants/the-post/deployments/default/signing-keys/rotate";
    let rotated = ann.post(path, &json!({})).await;
    assert_eq!(rotated.status, 201, "{rotated:?}");
    let since = rounds.load(Ordering::Relaxed) + 2 * CLIENTS;
    reached(since).await;
    stop.store(true, Ordering::Relaxed);
    for client in running {
        client.await.unwrap();
    }
    assert_eq!(app.get_as("/t/the-post/", &before).await.status, 200);
    prove_rotation(app, ann).await;
}

/// Every token that was issued is counted for the key that signed it, and the old key is kept while readers need it.
async fn prove_rotation(app: &Arc<App>, ann: &mut Browser) {
    app.state.usage.flush(true).await.unwrap();
    let path = "/v1/tenants/the-post/deployments/default";
    let keys = ann.get(&format!("{path}/signing-keys")).await.json();
    let keys = keys["data"].as_array().unwrap();
    let live: Vec<_> = keys
        .iter()
        .map(|key| key["live_tokens"].as_i64().unwrap())
        .collect();
    assert!(live.iter().all(|count| *count > 0), "{keys:?}");
    let issued =
        "select sum(count)::text from usage_hourly where operation = 'issue' and reason = 'ok'";
    let issued = app.database.texts(issued).await;
    assert_eq!(live.iter().sum::<i64>().to_string(), issued[0]);
    let rotation = ann.get(&format!("{path}/rotation")).await.json();
    assert_eq!(rotation["step"], "overlap", "{rotation}");
    let old = rotation["key"].as_str().unwrap();
    let refused = ann
        .post(&format!("{path}/signing-keys/{old}/retire"), &json!({}))
        .await;
    assert_eq!(refused.problem(), "key-still-needed", "{refused:?}");
}

async fn invite_a_colleague(app: &App, mail: &Mailboxes, ann: &mut Browser) -> Browser {
    let invited = ann
        .post(
            "/v1/tenants/the-post/invitations",
            &json!({ "email": BEN, "role": "admin" }),
        )
        .await;
    assert_eq!(invited.status, 201, "{invited:?}");
    let invitation = link_token(mail, BEN, "/invitation", 1).await;
    let mut ben = Browser::new(app);
    let asked = ben
        .post("/v1/accounts", &json!({ "email": BEN, "name": "Ben" }))
        .await;
    assert_eq!(asked.status, 202);
    let token = link_token(mail, BEN, "/verify", 2).await;
    let verified = ben
        .post(
            "/v1/accounts/verify",
            &json!({ "token": token, "password": PASSWORD }),
        )
        .await;
    assert_eq!(verified.status, 201);
    let accepted = ben
        .post("/v1/invitations/accept", &json!({ "token": invitation }))
        .await;
    assert!(accepted.status < 300, "{accepted:?}");
    let members = ben.get("/v1/tenants/the-post/members").await.json();
    assert_eq!(members["data"].as_array().unwrap().len(), 2);
    ben
}

async fn actions(browser: &mut Browser) -> Vec<String> {
    let events = browser
        .get("/v1/tenants/the-post/audit-events?limit=200")
        .await;
    assert_eq!(events.status, 200, "{events:?}");
    let events = events.json()["data"].as_array().unwrap().clone();
    events
        .iter()
        .map(|event| event["action"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newsroom_registers_grows_rotates_and_leaves_with_all_that_is_its_own() {
    let mail = Mailboxes::start();
    let app = Arc::new(App::builder().redis().mail(&mail).start().await);
    let mut ann = register(&app, &mail, ANN).await;
    assert_eq!(ann.delete("/v1/sessions/current").await.status, 204);
    assert_eq!(ann.get("/v1/account").await.status, 401);
    assert_eq!(ann.log_in(ANN, PASSWORD).await.status, 201);

    let key = found(&mut ann, "The Post", "the-post").await;
    // Fifty clients at once are more than the usual share of one program.
    app.database
        .execute("update tenants set requests_per_second = 100000, version = version + 1")
        .await;
    let request = ann.request(Method::POST, "/v1/tenants/the-post/users/import");
    let request = request
        .header("content-type", "application/x-ndjson")
        .body(readers());
    let imported = Answer::to(request).await;
    assert_eq!(imported.status, 200, "{imported:?}");
    assert_eq!(imported.json()["created"], READERS);

    rotate_under_load(&app, &mut ann, &key).await;

    let token = token_for(&app, &key, 7).await;
    let revoked = app
        .post_as(
            "/v1/tenants/the-post/tokens/revoke",
            &key,
            &json!({ "token": token }).to_string(),
        )
        .await;
    assert_eq!(revoked.json()["revoked"], true, "{revoked:?}");
    assert_eq!(app.get_as("/t/the-post/", &token).await.status, 401);

    let mut ben = invite_a_colleague(&app, &mail, &mut ann).await;

    let seen = actions(&mut ben).await;
    for action in ["tenant.create", "user.import", "key.rotate", "token.revoke"] {
        assert!(
            seen.iter().any(|seen| seen == action),
            "{action} in {seen:?}"
        );
    }
    let verified = ben
        .get("/v1/tenants/the-post/audit-events/verify")
        .await
        .json();
    assert_eq!(verified["intact"], true, "{verified}");

    let other = app.second_builder().redis().start().await;
    let token = token_for(&app, &key, 8).await;
    assert_eq!(other.get_as("/t/the-post/", &token).await.status, 200);
    let deleted = ben.delete("/v1/tenants/the-post/users/r8").await;
    assert!(deleted.status < 300, "{deleted:?}");
    assert_eq!(app.get_as("/t/the-post/", &token).await.status, 401);
    eventually("the other server refuses it too", async || {
        other.get_as("/t/the-post/", &token).await.status == 401
    })
    .await;
    let again = app.post_as("/t/the-post/", &key, r#"{"id":"r8"}"#).await;
    assert_eq!(again.status, 401);
    assert_eq!(ben.get("/v1/tenants/the-post/users/r8").await.status, 404);

    let exported = ann
        .get("/v1/tenants/the-post/users/export?format=ndjson")
        .await;
    let lines: Vec<Value> = exported
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), READERS - 1);
    assert!(lines.iter().all(|line| line["id"] != "r8"));
}

/// Every step of the story, as requests to the other newsroom.
fn steps() -> Vec<(Method, &'static str, Value)> {
    let keys = "/v1/tenants/the-post/deployments/default/signing-keys";
    let of_keys =
        |rest: &str| -> &'static str { Box::leak(format!("{keys}{rest}").into_boxed_str()) };
    vec![
        (Method::GET, "/v1/tenants/the-post", Value::Null),
        (
            Method::PATCH,
            "/v1/tenants/the-post/settings",
            json!({ "name": "Mine" }),
        ),
        (
            Method::POST,
            "/v1/tenants/the-post/users/import",
            json!([{ "id": "evil" }]),
        ),
        (
            Method::POST,
            "/v1/tenants/the-post/users",
            json!({ "id": "evil" }),
        ),
        (Method::GET, "/v1/tenants/the-post/users", Value::Null),
        (Method::GET, "/v1/tenants/the-post/users/1", Value::Null),
        (Method::DELETE, "/v1/tenants/the-post/users/1", Value::Null),
        (Method::GET, of_keys(""), Value::Null),
        (Method::POST, of_keys("/rotate"), json!({})),
        (Method::POST, of_keys("/export"), json!({ "as": "talk" })),
        (
            Method::POST,
            "/v1/tenants/the-post/tokens",
            json!({ "user": "1" }),
        ),
        (
            Method::POST,
            "/v1/tenants/the-post/tokens/batch",
            json!({ "tokens": [{ "user": "1" }] }),
        ),
        (
            Method::POST,
            "/v1/tenants/the-post/tokens/introspect",
            json!({ "token": "x" }),
        ),
        (
            Method::POST,
            "/v1/tenants/the-post/tokens/revoke",
            json!({ "token": "x" }),
        ),
        (
            Method::POST,
            "/v1/tenants/the-post/users/1/revoke-tokens",
            json!({}),
        ),
        (
            Method::POST,
            "/v1/tenants/the-post/invitations",
            json!({ "email": MALLORY, "role": "owner" }),
        ),
        (Method::GET, "/v1/tenants/the-post/members", Value::Null),
        (
            Method::POST,
            "/v1/tenants/the-post/api-keys",
            json!({ "name": "mine" }),
        ),
        (Method::GET, "/v1/tenants/the-post/api-keys", Value::Null),
        (
            Method::GET,
            "/v1/tenants/the-post/audit-events",
            Value::Null,
        ),
        (Method::GET, "/v1/tenants/the-post/usage", Value::Null),
        (
            Method::GET,
            "/v1/tenants/the-post/users/export?format=ndjson",
            Value::Null,
        ),
        (
            Method::POST,
            "/v1/platform/tenants/the-post/suspend",
            json!({ "reason": "x" }),
        ),
    ]
}

/// All that a newsroom has, as the database sees it.
async fn everything(app: &App) -> Value {
    let mut connection = app.database.connect().await;
    sqlx::query_scalar(
        "select json_build_object('tenants', (select json_agg(t order by slug) from tenants t),
             'users', (select json_agg(u order by id) from users u),
             'keys', (select json_agg(k order by kid) from signing_keys k),
             'events', (select json_agg(e order by tenant_id, sequence) from audit_events e),
             'revocations', (select json_agg(r order by subject) from revocations r))",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attacker_from_another_newsroom_is_refused_at_every_step_and_changes_nothing() {
    let mail = Mailboxes::start();
    let app = App::builder().mail(&mail).start().await;
    let post = app.tenant("the-post").await;
    let token = post.token("1").await;
    let mut mallory = register(&app, &mail, MALLORY).await;
    let key = found(&mut mallory, "The Times", "the-times").await;
    let strong = mallory
        .post(
            "/v1/tenants/the-times/api-keys",
            &json!({ "name": "strong", "scopes": lanyard_core::scope::Scope::ALL }),
        )
        .await
        .json()["api_key"]
        .as_str()
        .unwrap()
        .to_owned();
    let before = everything(&app).await;
    for (method, path, body) in steps() {
        let with_body = |request: reqwest::RequestBuilder| {
            if body.is_null() {
                request
            } else {
                request.json(&body)
            }
        };
        let own = Answer::to(with_body(mallory.request(method.clone(), path))).await;
        assert_eq!(
            (own.status, own.problem().as_str()),
            (404, "not-found"),
            "{method} {path}"
        );
        for key in [&key, &strong] {
            let request = app.request(method.clone(), path).bearer_auth(key);
            let refused = Answer::to(with_body(request)).await;
            assert_eq!(refused.status, 401, "{method} {path}: {refused:?}");
        }
        let request = app.request(method.clone(), path).bearer_auth(&token);
        let refused = Answer::to(with_body(request)).await;
        assert_eq!(refused.status, 401, "{method} {path} with a reader's token");
    }
    let own_path = app.get_as("/t/the-times/", &token).await;
    assert_eq!(own_path.status, 401);
    let asked = app.post_as("/t/the-post/", &strong, r#"{"id":"1"}"#).await;
    assert_eq!(asked.status, 401);
    assert_eq!(everything(&app).await, before);
}
