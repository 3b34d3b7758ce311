//! Many readers in.

use std::fmt::Write;

use reqwest::{Body, Method};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::{USERS, api_key, desk};
use crate::harness::{Answer, App, Person, within};

const NDJSON: &str = "application/x-ndjson";

async fn import(person: &Person, query: &str, kind: &str, body: impl Into<Body>) -> Answer {
    let request = person.request(Method::POST, &format!("{USERS}/import{query}"));
    Answer::to(request.header("content-type", kind).body(body)).await
}

/// Of a report: created, updated, failed.
fn counts(answer: &Answer) -> (u64, u64, u64) {
    assert_eq!(answer.status, 200, "{answer:?}");
    let report = answer.json();
    let count = |name: &str| report[name].as_u64().unwrap();
    (count("created"), count("updated"), count("failed"))
}

async fn count(app: &App) -> usize {
    let counted = app.database.texts("select count(*)::text from users").await;
    counted[0].parse().unwrap()
}

/// Records `u1` to `u{count}`, each hundredth of them bad.
fn many(count: usize) -> String {
    let mut text = String::new();
    for number in 1..=count {
        let email = if number % 100 == 0 {
            "nobody"
        } else {
            "a@post.example"
        };
        writeln!(
            text,
            "{{\"id\":\"u{number}\",\"email\":\"{email}\",\"n\":{number}}}"
        )
        .unwrap();
    }
    text
}

#[tokio::test]
async fn ten_thousand_readers_with_bad_lines_among_them_are_one_event() {
    let (app, admin) = desk().await;
    let answer = import(&admin, "", NDJSON, many(10_000)).await;
    assert_eq!(counts(&answer), (9_900, 0, 100));
    let report = answer.json();
    assert_eq!(
        (&report["complete"], &report["more_errors"]),
        (&json!(true), &json!(0))
    );
    let first = &report["errors"][0];
    assert_eq!(
        (&first["line"], &first["pointer"]),
        (&json!(100), &json!("/email"))
    );
    assert!(!answer.text().contains("nobody"));
    assert_eq!(count(&app).await, 9_903);
    let counted = app
        .database
        .texts("select user_count::text from tenants")
        .await;
    assert_eq!(counted, ["9903"]);
    let events = "select detail from audit_events where action = 'user.import' order by sequence";
    let events = app.database.texts(events).await;
    assert_eq!(events[1..], [r#"{"format":"ndjson"}"#]);
    let again = import(&admin, "", NDJSON, many(200)).await;
    assert_eq!(counts(&again), (0, 198, 2));
    let shown = admin.get(&format!("{USERS}/u7")).await;
    assert!(
        shown
            .text()
            .contains(r#"{"id":"u7","email":"a@post.example","n":7}"#)
    );
}

#[tokio::test]
async fn an_import_can_stop_at_the_first_bad_record_or_write_nothing() {
    let (app, admin) = desk().await;
    let dry = import(&admin, "?dry_run=true", NDJSON, many(250)).await;
    assert_eq!(counts(&dry), (0, 0, 2));
    assert_eq!(
        (
            dry.json()["valid"].as_u64(),
            dry.json()["dry_run"].as_bool()
        ),
        (Some(248), Some(true))
    );
    assert_eq!(count(&app).await, 3);
    let stopped = import(&admin, "?on_error=stop", NDJSON, many(250)).await;
    assert_eq!(counts(&stopped), (99, 0, 1));
    assert_eq!(stopped.json()["complete"], false);
    assert_eq!(stopped.json()["errors"][0]["line"], 100);
    assert_eq!(count(&app).await, 102);
    let events = "select detail from audit_events where action = 'user.import'";
    assert_eq!(
        app.database.texts(events).await.len(),
        2,
        "a dry run changes nothing"
    );
    for query in ["?on_error=maybe", "?dry_run=1", "?x=1"] {
        let refused = import(&admin, query, NDJSON, "").await;
        assert_eq!(refused.problem(), "fields-invalid", "{query}");
    }
}

#[tokio::test]
async fn the_same_readers_come_as_ndjson_csv_and_json() {
    let (_app, admin) = desk().await;
    let list = r#"[{"id":"a","username":"ann"},{"id":"b","email":"b@post.example"}]"#;
    for (kind, text, expected) in [
        (
            NDJSON,
            "{\"id\":\"a\",\"username\":\"ann\"}\n{\"id\":\"b\",\"email\":\"b@post.example\"}",
            (2, 0, 0),
        ),
        (
            "text/csv",
            "id;username;email\r\na;ann;\r\nb;;b@post.example\r\n",
            (0, 2, 0),
        ),
        (
            "text/csv; charset=utf-8",
            "\u{feff}id,username\na,ann\n",
            (0, 1, 0),
        ),
        ("application/json", list, (0, 2, 0)),
        (
            "application/json",
            "{\"users\":[{\"id\":\"c\"},{\"id\":\"c\"}]}",
            (1, 0, 1),
        ),
        (NDJSON, "", (0, 0, 0)),
    ] {
        assert_eq!(
            counts(&import(&admin, "", kind, text).await),
            expected,
            "{kind} {text}"
        );
    }
    let shown = admin.get(&format!("{USERS}/b")).await.json();
    assert_eq!(
        shown["user"],
        json!({ "id": "b", "email": "b@post.example" })
    );
}

#[tokio::test]
async fn what_is_not_of_its_type_is_a_clear_refusal() {
    let (app, admin) = desk().await;
    for (kind, text, status, word) in [
        ("text/csv", "name,email\nann,a@b\n", 400, "no column id"),
        ("text/csv", "", 400, "no header"),
        ("application/json", "[{\"id\":\"1\"},", 400, "line 1"),
        ("application/json", "{\"readers\":[]}", 400, "list of users"),
        ("text/plain", "{\"id\":\"1\"}", 415, "application/x-ndjson"),
        ("multipart/form-data; boundary=x", "", 415, "text/csv"),
        ("application/x-ndjson; charset=utf-16", "", 415, "text/csv"),
    ] {
        let refused = import(&admin, "", kind, text).await;
        assert_eq!(refused.status, status, "{kind} {text} {refused:?}");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(word), "{detail}");
    }
    let long = format!("[{}1]", "1,".repeat(9 << 20));
    assert_eq!(
        import(&admin, "", "application/json", long).await.status,
        413
    );
    assert_eq!(count(&app).await, 3);
    let hostile = "{\"id\":\"\\u0000\"}\n{\"id\":\"x\",\"x\":1,\"x\":2}\n\0\n[]\n{\"id\":\"\\ud800\"}\n{\"id\":\"ok\"}\n";
    assert_eq!(
        counts(&import(&admin, "", NDJSON, hostile).await),
        (1, 0, 5)
    );
}

#[tokio::test]
async fn an_import_whose_client_goes_away_keeps_what_was_whole() {
    let (app, admin) = desk().await;
    let key = api_key(&admin, &["users:write"]).await;
    let text = many(12_001);
    let (sent, _) = text.split_at(text.len() - 30);
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = format!(
        "POST {USERS}/import HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-type: {NDJSON}\r\n\
         content-length: {}\r\n\r\n",
        text.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    drop(stream);
    // All but the record that was cut in two, the bad ones, and the readers who were there.
    within(
        std::time::Duration::from_secs(20),
        "the rest is written",
        async || count(&app).await == 12_000 - 120 + 3,
    )
    .await;
    let again = import(&admin, "", NDJSON, text).await;
    assert_eq!(counts(&again), (1, 11_880, 120), "it can be sent again");
}

#[tokio::test]
async fn a_newsroom_imports_once_at_a_time_and_another_is_not_held_up() {
    let (app, admin) = desk().await;
    let key = api_key(&admin, &["users:write"]).await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = format!(
        "POST {USERS}/import HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-type: {NDJSON}\r\n\
         content-length: 100\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let import_empty = || import(&admin, "", NDJSON, "");
    crate::harness::eventually("the slow one has its place", || async {
        import_empty().await.problem() == "rate-limited"
    })
    .await;
    let added = admin.post(USERS, &json!({ "id": "x" })).await;
    assert_eq!(added.status, 201, "other writes go on");
    app.tenant("times").await;
    let other = app.member("times", "admin").await;
    let request = other.request(Method::POST, "/v1/tenants/times/users/import");
    let request = request
        .header("content-type", NDJSON)
        .body("{\"id\":\"y\"}");
    assert_eq!(Answer::to(request).await.status, 200);
    drop(stream);
    crate::harness::eventually("its place is free again", || async {
        import_empty().await.status == 200
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_revoked_in_the_middle_of_an_import_writes_no_more() {
    let (app, admin) = desk().await;
    let made = admin
        .post(
            "/v1/tenants/post/api-keys",
            &json!({ "name": "k", "scopes": ["users:write"] }),
        )
        .await
        .json();
    let text = |name: &str| Value::as_str(&made[name]).unwrap().to_owned();
    let (id, key) = (text("id"), text("api_key"));
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let body = many(11_000);
    let (first, second) = body.split_at(body.len() / 2 + 20_000);
    let head = format!(
        "POST {USERS}/import HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-type: {NDJSON}\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(first.as_bytes()).await.unwrap();
    within(
        std::time::Duration::from_secs(20),
        "a batch is written",
        async || count(&app).await > 3,
    )
    .await;
    let written = count(&app).await;
    assert_eq!(
        admin
            .delete(&format!("/v1/tenants/post/api-keys/{id}"))
            .await
            .status,
        204
    );
    stream.write_all(second.as_bytes()).await.unwrap();
    let mut answer = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut answer)
        .await
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert!(
        answer.contains("Before that 4950 readers were created"),
        "{answer}"
    );
    assert_eq!(count(&app).await, written);
}
