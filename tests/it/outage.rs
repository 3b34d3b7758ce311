//! Redis and Postgres away: what goes on, what is refused, and that it comes back by itself.

mod proxy;

use std::time::{Duration, Instant};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::time::sleep;

use self::proxy::Proxy;
use crate::harness::{App, Newsroom, OwnRedis, TestDatabase, eventually};

const BOB: &str = r#"{"id":"1","email":"bob@coralproject.net","username":"bob"}"#;
/// Longer, and a reader notices that something is away.
const UNNOTICED: Duration = Duration::from_millis(200);

/// Asks Redis as its own client does; the lines of the answer.
fn redis(server: &OwnRedis, arguments: &[&str]) -> Vec<String> {
    server.ask(arguments)
}

fn process_of(server: &OwnRedis) -> Pid {
    let lines = redis(server, &["info", "server"]);
    let id = lines
        .iter()
        .find_map(|line| line.strip_prefix("process_id:"));
    Pid::from_raw(id.unwrap().parse().unwrap())
}

/// A server that holds no reader in its own memory, so that every look-up asks Redis.
async fn without_memory(redis: &OwnRedis) -> App {
    let builder = App::builder().redis_url(&redis.url()).readers_memory(0);
    builder.start().await
}

/// Looks a token up so often; each time it is good, and soon.
async fn assert_unnoticed(post: &Newsroom, token: &str, times: u32) {
    for _ in 0..times {
        let begin = Instant::now();
        let answer = post.look_up(token).await;
        assert_eq!((answer.status, answer.text()), (200, BOB));
        assert!(begin.elapsed() < UNNOTICED, "{:?}", begin.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_are_served_from_redis_where_memory_is_off() {
    let server = OwnRedis::start();
    let app = without_memory(&server).await;
    let post = app.tenant("post").await;
    let token = post.token("1").await;
    assert_unnoticed(&post, &token, 2).await;
    let keys = redis(&server, &["keys", "*"]);
    assert_eq!(keys.len(), 1, "{keys:?}");
    redis(
        &server,
        &["hset", &keys[0], "b", "+{\"id\":\"1\",\"from\":\"redis\"}"],
    );
    assert_eq!(
        post.look_up(&token).await.text(),
        "{\"id\":\"1\",\"from\":\"redis\"}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_holds_no_secret_and_no_token() {
    let server = OwnRedis::start();
    let app = without_memory(&server).await;
    let post = app.tenant("post").await;
    let token = post.token("1").await;
    assert_eq!(post.look_up(&token).await.text(), BOB);
    for key in redis(&server, &["keys", "*"]) {
        let held = redis(&server, &["hgetall", &key]).join("\n");
        assert!(
            !held.contains(&token) && !held.contains(&post.api_key),
            "{held}"
        );
        let time: i64 = redis(&server, &["ttl", &key])[0].parse().unwrap();
        assert!((1..=3_600).contains(&time), "{time}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_notices_that_redis_is_killed() {
    let mut server = OwnRedis::start();
    let app = without_memory(&server).await;
    let post = app.tenant("post").await;
    let token = post.token("1").await;
    assert_unnoticed(&post, &token, 5).await;
    server.stop();
    assert_unnoticed(&post, &token, 50).await;
    assert_eq!(app.get("/readyz").await.status, 200);
    post.token("2").await;
    server.restart();
    eventually("Redis is used again", || async {
        assert_unnoticed(&post, &token, 1).await;
        !redis(&server, &["keys", "*"]).is_empty()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_notices_that_redis_hangs() {
    let server = OwnRedis::start();
    let app = without_memory(&server).await;
    let post = app.tenant("post").await;
    let token = post.token("1").await;
    assert_unnoticed(&post, &token, 5).await;
    let process = process_of(&server);
    kill(process, Signal::SIGSTOP).unwrap();
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(3) {
        assert_unnoticed(&post, &token, 10).await;
        sleep(Duration::from_millis(20)).await;
    }
    kill(process, Signal::SIGCONT).unwrap();
    assert_unnoticed(&post, &token, 20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_starts_and_serves_without_its_redis() {
    let mut server = OwnRedis::start();
    server.stop();
    let app = without_memory(&server).await;
    let post = app.tenant("post").await;
    let token = post.token("1").await;
    assert_unnoticed(&post, &token, 20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emptied_redis_forgets_no_revocation() {
    let server = OwnRedis::start();
    let app = without_memory(&server).await;
    let post = app.tenant("post").await;
    let (one, two, three) = (
        post.token("1").await,
        post.token("2").await,
        post.token("3").await,
    );
    assert_eq!(post.revoke(&one).await.status, 200);
    app.cli(&["user", "disable", "--tenant", "post", "2"])
        .await
        .ok();
    eventually("he is refused", || async {
        post.look_up(&two).await.status == 401
    })
    .await;
    redis(&server, &["flushall"]);
    let second = app.second_builder().redis_url(&server.url()).start().await;
    for post in [&post, &post.through(&second)] {
        assert_eq!(post.look_up(&one).await.status, 401);
        assert_eq!(post.look_up(&two).await.status, 401);
        assert_eq!(post.look_up(&three).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_record_that_comes_back_in_redis_is_not_served() {
    let server = OwnRedis::start();
    let app = without_memory(&server).await;
    let post = app.tenant("post").await;
    let token = post.token("1").await;
    assert_eq!(post.look_up(&token).await.text(), BOB);
    let keys = redis(&server, &["keys", "*"]);
    let version = redis(&server, &["hget", &keys[0], "v"]).remove(0);
    let body = redis(&server, &["hget", &keys[0], "b"]).remove(0);
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("u.ndjson");
    std::fs::write(&path, "{\"id\":\"1\",\"username\":\"robert\"}\n").unwrap();
    let path = path.to_str().unwrap();
    app.cli(&["user", "import", "--tenant", "post", path])
        .await
        .ok();
    let new = "{\"id\":\"1\",\"username\":\"robert\"}";
    eventually("the new record", || async {
        post.look_up(&token).await.text() == new
    })
    .await;
    // As a Redis that was restored from a copy would have it.
    redis(&server, &["hset", &keys[0], "v", &version, "b", &body]);
    let second = app.second_builder().redis_url(&server.url()).start().await;
    for post in [&post, &post.through(&second)] {
        assert_eq!(post.look_up(&token).await.text(), new);
    }
}

/// A server that believes what it holds for two seconds, its database behind a proxy, and a reader's token that it
/// has seen.
async fn behind_proxy() -> (App, Proxy, Newsroom, String) {
    let database = std::sync::Arc::new(TestDatabase::create().await);
    let proxy = Proxy::start(&database.url).await;
    let builder = App::builder().on(&database).database_url(&proxy.url());
    let app = builder.max_staleness(Duration::from_secs(2)).start().await;
    let post = app.tenant("post").await;
    let token = post.token("1").await;
    assert_eq!(post.look_up(&token).await.text(), BOB);
    (app, proxy, post, token)
}

async fn assert_away_and_back(app: &App, proxy: &Proxy, post: &Newsroom, token: &str) {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(1) {
        assert_unnoticed(post, token, 1).await;
        post.token("1").await;
    }
    eventually("it is unsure", || async {
        post.look_up(token).await.status == 503
    })
    .await;
    let answer = post.look_up(token).await;
    assert_eq!(
        (answer.problem().as_str(), answer.header("retry-after")),
        ("unavailable", "1")
    );
    assert_eq!(
        post.issue(&serde_json::json!({ "id": "1" })).await.status,
        503
    );
    assert_eq!(app.get("/readyz").await.status, 503);
    assert_eq!(app.get("/livez").await.status, 200);
    // What happens meanwhile is known as soon as it serves again.
    let spare = app
        .cli(&["token", "issue", "--tenant", "post", "--user", "2"])
        .await
        .ok()
        .stdout;
    app.cli(&["token", "revoke", "--tenant", "post", spare.trim()])
        .await
        .ok();
    proxy.open();
    eventually("it is back", || async {
        post.look_up(token).await.status == 200
    })
    .await;
    assert_eq!(post.look_up(spare.trim()).await.status, 401);
    assert_eq!(app.get("/readyz").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_postgres_is_gone_serves_for_a_while_then_says_503_and_comes_back() {
    let (app, proxy, post, token) = behind_proxy().await;
    proxy.close();
    assert_away_and_back(&app, &proxy, &post, &token).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_postgres_hangs_serves_for_a_while_then_says_503_and_comes_back() {
    let (app, proxy, post, token) = behind_proxy().await;
    proxy.hang();
    assert_away_and_back(&app, &proxy, &post, &token).await;
}

/// The server uses Postgres again though its old connections hang for good, as after a failover behind a firewall that
/// drops what it no longer knows: no end ever comes.
async fn assert_recovers(app: &App, post: &Newsroom, token: &str) {
    let mut good = 0;
    let begin = Instant::now();
    // Longer than what it holds may be believed, so that the last answers are of a fresh connection.
    while good < 60 {
        let status = post.look_up(token).await.status;
        good = if status == 200 { good + 1 } else { 0 };
        let waited = begin.elapsed();
        assert!(
            waited < Duration::from_secs(20),
            "Postgres answers, and the server doesn't ask it"
        );
        sleep(Duration::from_millis(50)).await;
    }
    app.cli(&["token", "revoke", "--tenant", "post", token])
        .await
        .ok();
    eventually("changes are heard", || async {
        post.look_up(token).await.status == 401
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_that_hang_for_good_are_given_up() {
    let (app, proxy, post, token) = behind_proxy().await;
    proxy.hang_old_connections();
    assert_recovers(&app, &post, &token).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_whose_answer_never_comes_is_given_up() {
    let (app, proxy, post, token) = behind_proxy().await;
    let mut lock = app.database.connect().await;
    let begin = "begin; lock table tenants in access exclusive mode";
    sqlx::raw_sql(begin).execute(&mut lock).await.unwrap();
    let waiting = "select exists (select from pg_stat_activity
                   where datname = current_database() and wait_event_type = 'Lock')";
    let mut watch = app.database.connect().await;
    while !sqlx::query_scalar::<_, bool>(waiting)
        .fetch_one(&mut watch)
        .await
        .unwrap()
    {
        sleep(Duration::from_millis(10)).await;
    }
    proxy.hang_old_connections();
    sqlx::raw_sql("rollback").execute(&mut lock).await.unwrap();
    assert_recovers(&app, &post, &token).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newsroom_first_asked_for_while_postgres_is_away_is_503() {
    let (app, proxy, _, token) = behind_proxy().await;
    app.cli(&[
        "tenant",
        "create",
        "cold",
        "--issuer",
        "https://cold.example",
    ])
    .await
    .ok();
    proxy.close();
    let begin = Instant::now();
    let ask = |slug: &str| {
        let (path, token) = (format!("/t/{slug}/"), token.clone());
        let app = &app;
        async move { app.get_as(&path, &token).await }
    };
    let answers = tokio::join!(
        ask("cold"),
        ask("cold"),
        ask("unknown-1"),
        ask("unknown-2"),
        ask("cold"),
        ask("unknown-3")
    );
    for answer in [
        answers.0, answers.1, answers.2, answers.3, answers.4, answers.5,
    ] {
        assert_eq!(answer.status, 503, "{answer:?}");
        assert_eq!(answer.header("retry-after"), "1");
    }
    let took = begin.elapsed();
    assert!(
        took < Duration::from_secs(5),
        "they waited for each other: {took:?}"
    );
    proxy.open();
    eventually("it is refused for what it is", || async {
        ask("cold").await.status == 401
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_who_is_not_held_is_503_while_postgres_is_away_and_a_bad_token_is_401() {
    let (app, proxy, post, token) = behind_proxy().await;
    let cold = app
        .cli(&["token", "issue", "--tenant", "post", "--user", "3"])
        .await
        .ok()
        .stdout;
    proxy.close();
    let (cold, bad) = tokio::join!(post.look_up(cold.trim()), post.look_up("no.such.token"));
    assert_eq!((cold.status, bad.status), (503, 401));
    proxy.open();
    eventually("it is back", || async {
        post.look_up(&token).await.status == 200
    })
    .await;
}
