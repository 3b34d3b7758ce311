//! Postgres on several servers: the one that takes writes is used, and another once that one does.

use std::{sync::Arc, time::Duration};

use serde_json::json;

use crate::harness::{Answer, App, PostgresServer, TestDatabase, eventually, run_cli, within};

/// A primary, its synchronous standby, and a server that knows of both.
struct Pair {
    primary: PostgresServer,
    standby: PostgresServer,
    url: String,
    database: Arc<TestDatabase>,
}

impl Pair {
    async fn start() -> Self {
        let primary = PostgresServer::start(&[]);
        let standby = primary.standby();
        let url = format!(
            "postgres://lanyard@{},{}/lanyard",
            primary.address(),
            standby.address()
        );
        let database = TestDatabase::elsewhere(&url).await;
        Self {
            primary,
            standby,
            url,
            database,
        }
    }

    async fn server(&self) -> App {
        App::builder().on(&self.database).start().await
    }
}

/// An API key of `post` that may write readers down.
async fn writer(app: &App) -> String {
    let create = ["api-key", "create", "--tenant", "post", "--name", "writer"];
    let scopes = [
        "--scope",
        "tokens:issue",
        "--scope",
        "users:write",
        "--json",
    ];
    let made = app.cli(&[&create[..], &scopes].concat()).await.json();
    made["api_key"].as_str().unwrap().to_owned()
}

/// Writes a reader down, by way of this server.
async fn put(app: &App, writer: &str, id: &str) -> Answer {
    let body = json!({ "user": { "id": id } }).to_string();
    app.post_as("/v1/tenants/post/tokens", writer, &body).await
}

/// Writes a reader until it works; nothing but 503 is said until then.
async fn assert_writes_again(app: &App, writer: &str, id: &str) {
    within(Duration::from_secs(20), "writes work again", async || {
        let answer = put(app, writer, id).await;
        match answer.status {
            201 => true,
            503 => {
                assert_eq!(answer.problem(), "unavailable");
                assert_eq!(answer.header("retry-after"), "1");
                false
            }
            _ => panic!("{answer:?}"),
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_promoted_standby_is_followed_and_an_old_primary_that_comes_back_is_not() {
    let mut pair = Pair::start().await;
    let (app, second) = (pair.server().await, pair.server().await);
    let post = app.tenant("post").await;
    let writer = writer(&app).await;
    let through_second = post.through(&second);
    let (good, revoked) = (post.token("1").await, post.token("2").await);
    assert_eq!(post.look_up(&good).await.status, 200);
    assert_eq!(put(&app, &writer, "before").await.status, 201);
    assert_eq!(post.revoke(&revoked).await.status, 200);
    pair.primary.stop();
    assert_eq!(post.look_up(&good).await.status, 200);
    pair.standby.promote();
    assert_writes_again(&app, &writer, "after").await;
    for post in [&post, &through_second] {
        assert_eq!(post.look_up(&revoked).await.status, 401);
        assert_eq!(post.look_up(&good).await.status, 200);
    }
    let before = "select count(*) from users where id = 'before'";
    assert_eq!(pair.standby.execute(before), "1");
    eventually("changes are heard from the new primary", || async {
        let token = post.token("3").await;
        assert_eq!(through_second.look_up(&token).await.status, 200);
        post.revoke(&token).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        through_second.look_up(&token).await.status == 401
    })
    .await;

    // The old one stands first in the list, takes writes, and knows nothing of what was promised since.
    pair.primary.restart();
    let late = post.token("1").await;
    assert_eq!(post.revoke(&late).await.status, 200);
    let third = pair.server().await;
    for (app, id) in [(&app, "x"), (&second, "y"), (&third, "z")] {
        assert_eq!(put(app, &writer, id).await.status, 201);
        assert_eq!(post.through(app).look_up(&late).await.status, 401);
    }
    let after = "select count(*) from users where id in ('x', 'y', 'z')";
    assert_eq!(pair.standby.execute(after), "3");
    let told = run_cli(&pair.url, &["doctor"]).await.ok().stdout;
    let address = pair.standby.address();
    let line = format!("the primary is {address}, number 2 of 2 servers");
    assert!(told.contains(&line), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_hangs_is_left_for_the_standby_that_was_promoted() {
    let pair = Pair::start().await;
    let app = pair.server().await;
    let post = app.tenant("post").await;
    let writer = writer(&app).await;
    let good = post.token("1").await;
    assert_eq!(post.look_up(&good).await.status, 200);
    pair.primary.hang();
    pair.standby.promote();
    assert_writes_again(&app, &writer, "after").await;
    assert_eq!(post.look_up(&good).await.status, 200);
    // It goes on as if nothing had been, and both take writes.
    pair.primary.resume();
    assert_eq!(put(&app, &writer, "later").await.status, 201);
    let written = "select count(*) from users where id = 'later'";
    assert_eq!(pair.standby.execute(written), "1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_reads_from_a_standby() {
    let pair = Pair::start().await;
    let told = run_cli(&pair.standby.url(), &["tenant", "list"]).await;
    assert_ne!(told.code, 0);
    assert!(told.stderr.contains("is a primary"), "{}", told.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_takes_no_writes_is_read_and_writes_are_503() {
    let server = PostgresServer::start(&[]);
    let database = TestDatabase::elsewhere(&server.url()).await;
    let app = App::builder().on(&database).start().await;
    let post = app.tenant("post").await;
    let writer = writer(&app).await;
    let (one, two) = (post.token("1").await, post.token("2").await);
    assert_eq!(post.look_up(&one).await.status, 200);
    server.read_only(true);
    eventually("writes are refused", || async {
        let answer = put(&app, &writer, "new").await;
        if answer.status != 503 {
            return false;
        }
        assert_eq!(answer.problem(), "unavailable");
        assert_eq!(answer.header("retry-after"), "1");
        assert!(answer.text().contains("takes no writes"), "{answer:?}");
        true
    })
    .await;
    for _ in 0..10 {
        assert_eq!(post.look_up(&one).await.status, 200);
        assert_eq!(post.look_up(&two).await.status, 200);
        assert_eq!(post.issue(&json!({ "id": "3" })).await.status, 201);
        assert_eq!(app.get("/readyz").await.status, 200);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    server.read_only(false);
    assert_writes_again(&app, &writer, "newer").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_postgres_has_no_connection_to_spare_nothing_is_a_500() {
    let server =
        PostgresServer::start(&["max_connections = 12", "superuser_reserved_connections = 0"]);
    let database = TestDatabase::elsewhere(&server.url()).await;
    let app = App::builder().on(&database).start().await;
    let post = app.tenant("post").await;
    let writer = writer(&app).await;
    let token = post.token("1").await;
    let mut hogs = Vec::new();
    while let Ok(hog) = <sqlx::PgConnection as sqlx::Connection>::connect(&server.url()).await {
        hogs.push(hog);
    }
    let ids: Vec<_> = (0..8).map(|id| format!("hogged-{id}")).collect();
    let answers = futures_util::future::join_all(ids.iter().map(|id| put(&app, &writer, id))).await;
    for answer in answers {
        assert!(matches!(answer.status, 201 | 503), "{answer:?}");
    }
    assert_eq!(post.look_up(&token).await.status, 200);
    drop(hogs);
    assert_writes_again(&app, &writer, "after").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_postgres_ends_cost_no_request() {
    let app = App::start().await;
    app.tenant("post").await;
    let writer = writer(&app).await;
    let end = "select pg_terminate_backend(pid) from pg_stat_activity
               where datname = current_database() and state = 'idle' and pid <> pg_backend_pid()";
    for round in 0..10 {
        app.database.execute(end).await;
        let answer = put(&app, &writer, &round.to_string()).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
}
