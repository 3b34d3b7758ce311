//! Replacing the master key, with no pause and no loss.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use lanyard_core::seal::{MasterKeys, Sealed};
use lanyard_storage::reseal;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    desk::assert_fails,
    harness::{Answer, App, CliOutput, MASTER_KEY, TestDatabase, lanyard, run, within},
};

const NEW: &str = "new:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
const OTHER_NEW: &str = "new:HxwdHB8aGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";

fn new_first() -> String {
    format!("{NEW},{MASTER_KEY}")
}

fn old_first() -> String {
    format!("{MASTER_KEY},{NEW}")
}

async fn command(database: &TestDatabase, master_keys: &str, arguments: &[&str]) -> CliOutput {
    let mut command = lanyard(&database.url);
    command
        .env("LANYARD_MASTER_KEY", master_keys)
        .args(arguments);
    run(command, b"").await
}

async fn rotate(database: &TestDatabase, master_keys: &str) -> CliOutput {
    command(database, master_keys, &["master-key", "rotate", "--json"]).await
}

/// How many secrets of a kind a master key seals.
async fn sealed_by(database: &TestDatabase, kind: &str, id: &str) -> u64 {
    let arguments = ["master-key", "status", "--json"];
    let status = command(database, &new_first(), &arguments).await.json();
    let counts = status["sealed"].as_array().unwrap();
    let count = counts
        .iter()
        .find(|count| count["kind"] == kind && count["master_key"] == id);
    count.map_or(0, |count| count["rows"].as_u64().unwrap())
}

/// Puts letters into the outbox, sealed with the old key.
async fn write_letters(database: &TestDatabase, count: usize) {
    let keys = MasterKeys::parse(MASTER_KEY).unwrap();
    let ids: Vec<Uuid> = (0..count).map(|_| Uuid::new_v4()).collect();
    let sealed: Vec<Vec<u8>> = ids
        .iter()
        .map(|id| {
            let sealed = keys.seal_for("outbox", &[id.as_bytes()], id.to_string().as_bytes());
            sealed.unwrap().bytes
        })
        .collect();
    let mut connection = database.connect().await;
    sqlx::query(
        "insert into outbox (id, master_key_id, sealed, next_attempt_at)
         select id, 'test', sealed, now() + interval '1 day' from unnest($1::uuid[], $2::bytea[]) as new (id, sealed)",
    )
    .bind(&ids)
    .bind(&sealed)
    .execute(&mut connection)
    .await
    .unwrap();
}

/// Opens all letters with the new key alone; tells how many there are.
async fn read_letters(database: &TestDatabase) -> usize {
    let keys = MasterKeys::parse(NEW).unwrap();
    let mut connection = database.connect().await;
    let rows: Vec<(Uuid, String, Vec<u8>)> =
        sqlx::query_as("select id, master_key_id, sealed from outbox")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    for (id, master_key_id, bytes) in &rows {
        let sealed = Sealed {
            master_key_id: master_key_id.clone(),
            bytes: bytes.clone(),
        };
        let text = keys.open_for("outbox", &[id.as_bytes()], &sealed).unwrap();
        assert_eq!(&text[..], id.to_string().as_bytes());
    }
    rows.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rotating_under_load_fails_no_request_and_the_new_key_alone_serves_afterwards() {
    let mut one = App::builder().master_keys(&new_first()).start().await;
    let mut two = one.second_builder().master_keys(&old_first()).start().await;
    let mut rooms = Vec::new();
    for number in 0..8 {
        rooms.push(one.tenant(&format!("post-{number}")).await);
    }
    write_letters(&one.database, 2_000).await;
    let kept = rooms[0].token("1").await;
    let stop = Arc::new(AtomicBool::new(false));
    let workers: Vec<_> = (0..4)
        .map(|worker| {
            // Some newsrooms are read for the first time while their keys are being sealed anew.
            let rooms: Vec<_> = rooms
                .iter()
                .map(|room| (room.through(&one), room.through(&two)))
                .collect();
            let stop = Arc::clone(&stop);
            tokio::spawn(async move {
                let mut count = 0;
                while !stop.load(Ordering::Relaxed) {
                    let (here, there) = &rooms[(worker + count) % rooms.len()];
                    let token = here.token("1").await;
                    let answer = there.look_up(&token).await;
                    assert_eq!(answer.status, 200, "{answer:?}");
                    count += 1;
                }
                count
            })
        })
        .collect();
    let report = rotate(&one.database, &new_first()).await.json();
    stop.store(true, Ordering::Relaxed);
    for worker in workers {
        assert!(worker.await.unwrap() > 0);
    }
    assert_eq!(report["resealed"], 2_009);
    assert_eq!(report["remaining"], 0);
    let others = report["servers_sealing_otherwise"].as_array().unwrap();
    assert_eq!(
        others.len(),
        1,
        "the second seals with the old one: {report}"
    );
    assert_eq!(read_letters(&one.database).await, 2_000);
    assert_eq!(sealed_by(&one.database, "signing_key", "test").await, 0);
    assert_eq!(sealed_by(&one.database, "signing_key", "new").await, 8);

    let third = one.second_builder().master_keys(NEW).start().await;
    one.stop().await;
    two.stop().await;
    let room = rooms[0].through(&third);
    assert_eq!(room.look_up(&kept).await.status, 200);
    room.token("2").await;
    let old = third.second_builder().try_start().await.unwrap_err();
    assert!(old.to_string().contains("master key `new`"), "{old}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_secret_is_sealed_anew() {
    let mut app = App::builder().master_keys(&old_first()).start().await;
    app.tenant("post").await;
    let admin = app.member("post", "admin").await;
    let ask = async |app: &App, path: &str, body: &Value| {
        let request = admin.request(Method::POST, "").build().unwrap();
        let request = app
            .client
            .post(format!("{}{path}", app.url))
            .headers(request.headers().clone());
        Answer::to(request.header("idempotency-key", "once").json(body)).await
    };
    let newsroom = json!({ "name": "The Gazette", "root_url": "https://talk.gazette.example" });
    let create = async |app: &App| {
        let kept = ask(app, "/v1/tenants/post/api-keys", &json!({ "name": "kept" })).await;
        let own = ask(app, "/v1/tenants", &newsroom).await;
        assert_eq!((kept.status, own.status), (201, 201), "{kept:?} {own:?}");
        (kept.json(), own.json())
    };
    let made = create(&app).await;
    let account = admin.account;
    let keys = MasterKeys::parse(MASTER_KEY).unwrap();
    let totp = keys.seal_for("totp", &[account.as_bytes()], b"seed");
    let mut connection = app.database.connect().await;
    sqlx::query("update accounts set totp_master_key_id = 'test', totp_sealed = $2 where id = $1")
        .bind(account)
        .bind(totp.unwrap().bytes)
        .execute(&mut connection)
        .await
        .unwrap();
    write_letters(&app.database, 150).await;
    let report = rotate(&app.database, &new_first()).await.json();
    assert_eq!(
        (&report["resealed"], &report["remaining"]),
        (&json!(156), &json!(0))
    );
    let sealed: Vec<u8> = sqlx::query_scalar("select totp_sealed from accounts where id = $1")
        .bind(account)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let sealed = Sealed {
        master_key_id: "new".to_owned(),
        bytes: sealed,
    };
    let new = MasterKeys::parse(NEW).unwrap();
    let opened = new.open_for("totp", &[account.as_bytes()], &sealed);
    assert_eq!(&opened.unwrap()[..], b"seed");
    assert_eq!(read_letters(&app.database).await, 150);
    let newer = app.second_builder().master_keys(NEW).start().await;
    app.stop().await;
    assert_eq!(create(&newer).await, made, "the kept answers");
    let audit = ["audit", "list", "--platform", "--json"];
    let event = command(&newer.database, NEW, &audit).await.json()[0].clone();
    assert_eq!(
        (&event["action"], &event["target"]),
        (&json!("master_key.rotate"), &json!("new"))
    );
    assert_eq!(event["detail"], json!({ "secrets": 156 }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_was_killed_goes_on_where_it_stopped() {
    let app = App::builder().master_keys(&new_first()).start().await;
    let room = app.tenant("post").await;
    write_letters(&app.database, 20_000).await;
    let mut killed = lanyard(&app.database.url)
        .env("LANYARD_MASTER_KEY", new_first())
        .args(["master-key", "rotate"])
        .spawn()
        .unwrap();
    let resealed = async || {
        let counts = reseal::counts(&app.state.database).await.unwrap();
        let count = counts
            .iter()
            .find(|count| count.kind == "mail" && count.master_key_id == "new");
        count.map_or(0, |count| count.rows)
    };
    within(
        Duration::from_secs(30),
        "some are sealed anew",
        async || resealed().await > 0,
    )
    .await;
    killed.kill().await.unwrap();
    let before = resealed().await;
    assert!(before < 20_000, "it was killed too late");
    let report = rotate(&app.database, &new_first()).await.json();
    let rest = report["resealed"].as_i64().unwrap();
    assert!(rest > 0 && rest <= 20_000 - before, "{before} and {rest}");
    assert_eq!(report["remaining"], 0);
    assert_eq!(read_letters(&app.database).await, 20_000);
    room.token("1").await;
    let again = rotate(&app.database, &new_first()).await.json();
    assert_eq!(again["resealed"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sealed_anew_while_a_server_lacks_the_new_key() {
    let mut app = App::start().await;
    app.tenant("post").await;
    let refused = rotate(&app.database, &new_first()).await;
    assert_fails(&refused, 1, &["doesn't hold `new`", "LANYARD_MASTER_KEY"]);
    assert_eq!(sealed_by(&app.database, "signing_key", "test").await, 1);
    // One that holds it is no help to the other.
    let _second = app.second_builder().master_keys(&new_first()).start().await;
    assert_eq!(rotate(&app.database, &new_first()).await.code, 1);
    app.stop().await;
    rotate(&app.database, &new_first()).await.ok();
    assert_eq!(sealed_by(&app.database, "signing_key", "new").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_key_under_the_new_ones_id_is_no_new_key() {
    let app = App::start().await;
    let app = app
        .second_builder()
        .master_keys(&format!("{MASTER_KEY},{OTHER_NEW}"))
        .start()
        .await;
    app.tenant("post").await;
    let refused = rotate(&app.database, &new_first()).await;
    assert_fails(&refused, 1, &["another key under the id `new`"]);
    assert_eq!(sealed_by(&app.database, "signing_key", "test").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_that_lacks_the_old_one_beside_it_seals_nothing() {
    let app = App::builder().master_keys(&new_first()).start().await;
    app.tenant("post").await;
    let refused = rotate(&app.database, NEW).await;
    assert_fails(&refused, 1, &["sealed with master key `test`"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_starts_is_seen_or_finds_that_it_lacks_the_key() {
    let app = App::builder().master_keys(&new_first()).start().await;
    app.tenant("post").await;
    write_letters(&app.database, 3_000).await;
    let keys = new_first();
    let (rotated, started) = tokio::join!(
        rotate(&app.database, &keys),
        app.second_builder().try_start()
    );
    match started {
        // It was seen in time: nothing that it can't open was sealed.
        Ok(_old) => assert_eq!(rotated.code, 1, "{rotated:?}"),
        Err(failure) => assert!(
            failure.to_string().contains("master key `new`"),
            "{failure}"
        ),
    }
}
