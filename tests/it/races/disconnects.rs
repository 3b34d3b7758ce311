//! Clients that go away, or dawdle, in the middle of a request.

use std::{net::SocketAddr, time::Duration};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    Desk, reader,
    slow_way::{TRIP, slow_way_to},
    within,
};
use crate::harness::{Answer, App, Newsroom, eventually};

const SOON: Duration = Duration::from_secs(1);
const GONE: usize = 200;

/// Looks a reader up, and goes away before the answer.
async fn ask_and_leave(address: SocketAddr, request: String, after: Duration) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_zero_linger().unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    sleep(after).await;
}

/// Looks all of these tokens up at once.
async fn look_up_all(app: &App, post: &Newsroom, tokens: &[String]) -> Vec<Answer> {
    let mut asked = JoinSet::new();
    for token in tokens {
        let (room, token) = (post.through(app), token.clone());
        asked.spawn(async move { room.look_up(&token).await });
    }
    asked.join_all().await
}

/// Connections of the servers that are inside a transaction and do nothing in it.
async fn open_transactions(app: &App) -> i64 {
    let mut connection = app.database.connect().await;
    sqlx::query_scalar(
        "select count(*) from pg_stat_activity
         where datname = current_database() and application_name = 'lanyard' and state like 'idle in transaction%'",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_are_dropped_half_way_leave_no_transaction_behind() {
    let direct = App::start().await;
    let url = slow_way_to(&direct.database.url).await;
    // Nothing is held in memory, so that every look-up reads the database.
    let app = direct
        .second_builder()
        .readers_memory(0)
        .database_url(&url)
        .start()
        .await;
    let quick = direct.tenant("post").await;
    let post = quick.through(&app);
    let desk = Desk::of(&app, &post).await;
    desk.import_readers(GONE).await;
    let mut tokens = Vec::new();
    for number in 0..GONE {
        tokens.push(quick.token(&reader(number)).await);
    }
    assert_eq!(post.look_up(&tokens[0]).await.status, 200);
    // Eight at a time, so that most are dropped at work and not in the queue; each a little later than the last, so that
    // they are dropped at every step.
    let mut after = Duration::ZERO;
    for some in tokens.chunks(8) {
        let mut leaving = JoinSet::new();
        for token in some {
            let request = format!(
                "GET {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n",
                post.path()
            );
            leaving.spawn(ask_and_leave(app.address, request, after));
            // A look-up has four trips.
            after += 4 * TRIP / u32::try_from(GONE).unwrap();
        }
        leaving.join_all().await;
    }
    eventually("no transaction is left open", async || {
        open_transactions(&app).await == 0
    })
    .await;
    let renamed = (0..GONE).map(|number| json!({ "id": reader(number), "username": "renamed" }));
    desk.import(renamed).await;
    // More at once than there are connections, so that all of them are used.
    for answer in look_up_all(&app, &post, &tokens[..16]).await {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["username"], "renamed", "{answer:?}");
    }
    app.cli(&["token", "revoke", "--tenant", "post", "--user", "r0"])
        .await
        .ok();
    within(SOON, "the revocation", async || {
        post.look_up(&tokens[0]).await.status == 401
    })
    .await;
    let many = look_up_all(&app, &post, &vec![tokens[0].clone(); 40]).await;
    assert!(many.iter().all(|answer| answer.status == 401), "{many:?}");
}

/// Longer than a verdict on credentials holds.
const SLOWLY: Duration = Duration::from_millis(1_200);

/// Asks for a token with a body that arrives byte by byte, and ends when `act` has succeeded and a quick request would be
/// answered with `expected`. The status of the answer.
async fn ask_slowly(app: &App, post: &Newsroom, act: &[&str], expected: u16) -> String {
    const BODY: &str = r#"{            "id": "1" }"#;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        post.path(),
        post.api_key,
        BODY.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let (slow, rest) = BODY.split_at(12);
    let trickling = async {
        for byte in slow.bytes() {
            stream.write_all(&[byte]).await.unwrap();
            sleep(SLOWLY / 12).await;
        }
    };
    let ((), acted) = tokio::join!(trickling, app.cli(act));
    acted.ok();
    within(SOON, "the server has heard", async || {
        post.issue(&json!({ "id": "1" })).await.status == expected
    })
    .await;
    stream.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(Duration::from_secs(5), stream.read_to_string(&mut answer))
        .await
        .unwrap()
        .unwrap();
    answer
}

/// The same for a newsroom of its own; the answer has that status too.
async fn check_slow_body(app: &App, slug: &str, act: &[&str], expected: u16) {
    let post = app.tenant(slug).await;
    // Held, and judged good, before anything is revoked.
    post.token("1").await;
    let key = &*post.api_key_id;
    let act: Vec<_> = act
        .iter()
        .map(|word| if *word == "KEY" { key } else { word })
        .collect();
    let answer = ask_slowly(app, &post, &act, expected).await;
    let status = format!("HTTP/1.1 {expected} ");
    assert!(answer.starts_with(&status), "{act:?}: {answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_revoked_while_his_body_arrives_gets_no_token() {
    let app = App::start().await;
    tokio::join!(
        check_slow_body(
            &app,
            "a",
            &["api-key", "revoke", "--tenant", "a", "KEY"],
            401
        ),
        check_slow_body(&app, "b", &["tenant", "suspend", "b"], 401),
        check_slow_body(&app, "c", &["user", "disable", "--tenant", "c", "1"], 401),
        check_slow_body(&app, "d", &["user", "delete", "--tenant", "d", "1"], 401),
        check_slow_body(&app, "e", &["key", "rotate", "--tenant", "e"], 201),
    );
}
