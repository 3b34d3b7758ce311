//! The audit log: added to, never changed, and found out when it was.

use serde_json::Value;
use sqlx::Row;
use tokio::task::JoinSet;

use crate::{
    desk::{Desk, assert_fails},
    harness::App,
};

/// What `audit verify` says of `post`, and its exit code.
async fn verify(desk: &Desk, more: &[&str]) -> (i32, String) {
    let arguments = [&["audit", "verify", "--tenant", "post", "--json"], more].concat();
    let output = desk.run(&arguments).await;
    let value: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(value["intact"], output.code == 0, "{output:?}");
    let fault = value["logs"][0]["fault"].as_str().unwrap_or_default();
    (output.code, fault.to_owned())
}

/// Runs SQL as a superuser, who may do everything.
async fn tamper(desk: &Desk, sql: &str) {
    desk.database.execute(sql).await;
}

async fn head(desk: &Desk) -> String {
    let value = desk.post_json(&["audit", "head"]).await;
    value["head"].as_str().unwrap().to_owned()
}

/// A newsroom with six events.
async fn six_events() -> Desk {
    let desk = Desk::with_readers().await;
    for act in [
        &["key", "rotate"][..],
        &["user", "disable", "1"],
        &["user", "enable", "1"],
        &["api-key", "create", "--name", "cms"],
    ] {
        desk.post(act).await.ok();
    }
    desk
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_to_any_part_of_an_event_is_found() {
    let desk = six_events().await;
    assert_eq!(verify(&desk, &[]).await, (0, String::new()));
    tamper(
        &desk,
        "create schema aside; create table aside.kept as select * from audit_events",
    )
    .await;
    for change in [
        "at = at + 1",
        "actor = 'operator:nobody'",
        "action = 'key.revoke'",
        "target = target || ' '",
        "detail = detail || ' '",
        "hash = sha256(hash)",
    ] {
        tamper(
            &desk,
            &format!("update audit_events set {change} where sequence = 3"),
        )
        .await;
        let (code, fault) = verify(&desk, &[]).await;
        assert_eq!(code, 1, "{change}");
        assert!(fault.contains("event 3"), "{change}: {fault}");
        tamper(
            &desk,
            "delete from audit_events; insert into audit_events select * from aside.kept",
        )
        .await;
        assert_eq!(verify(&desk, &[]).await.0, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_was_removed_moved_or_put_in_is_found() {
    let desk = six_events().await;
    tamper(
        &desk,
        "create schema aside; create table aside.kept as select * from audit_events",
    )
    .await;
    let close = "update audit_events set sequence = sequence - 1 where sequence > 3";
    for (change, event) in [
        ("delete from audit_events where sequence = 3", "event 3"),
        ("delete from audit_events where sequence = 1", "event 1"),
        (
            &*format!("delete from audit_events where sequence = 3; {close}"),
            "event 3",
        ),
        (
            "update audit_events set sequence = -sequence where sequence in (3, 4);
             update audit_events set sequence = 7 + sequence where sequence < 0",
            "event 3",
        ),
        (
            "insert into audit_events select tenant_id, 7, at, actor, action, target, detail, hash
             from audit_events where sequence = 6",
            "event 7",
        ),
    ] {
        tamper(&desk, change).await;
        let (code, fault) = verify(&desk, &[]).await;
        assert_eq!(code, 1, "{change}");
        assert!(fault.contains(event), "{change}: {fault}");
        tamper(
            &desk,
            "delete from audit_events; insert into audit_events select * from aside.kept",
        )
        .await;
    }
    let all = desk.run(&["audit", "verify"]).await.ok();
    assert!(all.stdout.contains("6 events"), "{}", all.stdout);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_whose_end_was_cut_off_is_found_by_its_head() {
    let desk = six_events().await;
    let head = head(&desk).await;
    assert_eq!(verify(&desk, &["--expect", &head]).await.0, 0);
    desk.post(&["key", "rotate"]).await.ok();
    assert_eq!(verify(&desk, &["--expect", &head]).await.0, 0, "it grew");
    tamper(&desk, "delete from audit_events where sequence > 4").await;
    assert_eq!(verify(&desk, &[]).await.0, 0, "what is left is a chain");
    let (code, fault) = verify(&desk, &["--expect", &head]).await;
    assert!(
        code == 1 && fault.contains("after 4 were removed"),
        "{fault}"
    );
    for _ in 0..3 {
        desk.post(&["key", "rotate"]).await.ok();
    }
    let (code, fault) = verify(&desk, &["--expect", &head]).await;
    assert!(code == 1 && fault.contains("written anew"), "{fault}");
    let wrong = desk.post(&["audit", "verify", "--expect", "6:abc"]).await;
    assert_fails(&wrong, 2, &["64 hexadecimal digits"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_acts_at_once_make_one_chain() {
    let app = App::start().await;
    let room = app.tenant("post").await;
    let mut acts = JoinSet::new();
    for _ in 0..50 {
        let room = room.through(&app);
        acts.spawn(async move { room.revoke(&room.token("1").await).await.status });
    }
    assert!(acts.join_all().await.iter().all(|status| *status == 200));
    let output = app.cli(&["audit", "verify", "--json"]).await.json();
    let mut connection = app.database.connect().await;
    let count: i64 = sqlx::query("select count(*) from audit_events where action = 'token.revoke'")
        .fetch_one(&mut connection)
        .await
        .unwrap()
        .get(0);
    assert_eq!(count, 50);
    assert!(output["logs"][0]["events"].as_i64().unwrap() >= 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_listed_newest_first_and_by_what_is_asked() {
    let desk = six_events().await;
    let list = async |more: &[&str]| {
        let value = desk.post_json(&[&["audit", "list"], more].concat()).await;
        let events = value.as_array().unwrap().clone();
        let sequences = events
            .iter()
            .map(|event| event["sequence"].as_i64().unwrap());
        sequences.collect::<Vec<_>>()
    };
    assert_eq!(list(&[]).await, [6, 5, 4, 3, 2, 1]);
    assert_eq!(list(&["--limit", "2"]).await, [6, 5]);
    assert_eq!(list(&["--limit", "2", "--before", "5"]).await, [4, 3]);
    assert_eq!(list(&["--action", "key.rotate"]).await, [3]);
    assert_eq!(list(&["--actor", "operator:nobody-at-all"]).await.len(), 0);
    assert_eq!(list(&["--from", "2100-01-01T00:00:00Z"]).await.len(), 0);
    assert_eq!(list(&["--to", "2100-01-01T00:00:00Z"]).await.len(), 6);
    let event = &desk.post_json(&["audit", "list", "--limit", "1"]).await[0];
    assert_eq!(event["action"], "api_key.create");
    assert_eq!(event["detail"]["name"], "cms");
    let target = event["target"].as_str().unwrap();
    assert_eq!(list(&["--target", target]).await, [6]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_has_every_event_and_is_one_itself() {
    let desk = six_events().await;
    let lines = desk.post(&["audit", "export"]).await.ok().stdout;
    let events: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events.len(), 7);
    assert_eq!(events[0]["action"], "tenant.create");
    assert_eq!(events[6]["action"], "audit_events.export");
    let head = head(&desk).await;
    assert_eq!(head, format!("7:{}", events[6]["hash"].as_str().unwrap()));
    assert_eq!(verify(&desk, &[]).await.0, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_read_over_http_by_pages_and_filters() {
    let app = App::start().await;
    app.tenant("post").await;
    let admin = app.member("post", "admin").await;
    const EVENTS: &str = "/v1/tenants/post/audit-events";
    for name in ["a", "b", "c"] {
        let body = serde_json::json!({ "name": name });
        let made = admin.post("/v1/tenants/post/api-keys", &body).await;
        assert_eq!(made.status, 201, "{made:?}");
    }
    let page = admin.get(&format!("{EVENTS}?limit=2")).await.json();
    assert_eq!(page["data"][0]["detail"]["name"], "c");
    let cursor = page["next_cursor"].as_str().unwrap();
    let next = admin
        .get(&format!("{EVENTS}?limit=2&cursor={cursor}"))
        .await;
    assert_eq!(next.json()["data"][0]["detail"]["name"], "a");
    let filtered = admin
        .get(&format!(
            "{EVENTS}?limit=2&action=api_key.create&cursor={cursor}"
        ))
        .await;
    assert_eq!(filtered.problem(), "cursor-invalid", "it is another list's");
    let mine = format!(
        "{EVENTS}?actor=account:{}&from=2020-01-01T00:00:00Z",
        admin.account
    );
    let mine = admin.get(&mine).await.json();
    assert_eq!(mine["data"].as_array().unwrap().len(), 3);
    let wrong = admin
        .get(&format!("{EVENTS}?from=yesterday&nothing=1"))
        .await;
    assert_eq!(wrong.json()["errors"].as_array().unwrap().len(), 2);
    let verdict = admin.get(&format!("{EVENTS}/verify")).await.json();
    assert_eq!(verdict["intact"], true);
    let export = admin.get(&format!("{EVENTS}/export")).await;
    assert_eq!(export.header("content-type"), "application/x-ndjson");
    let last: Value = serde_json::from_str(export.text().lines().last().unwrap()).unwrap();
    assert_eq!(last["action"], "audit_events.export");
    assert_eq!(
        last["sequence"].as_i64(),
        verdict["events"].as_i64().map(|count| count + 1)
    );
    app.database
        .execute("update audit_events set detail = '{}' where sequence = 4")
        .await;
    let verdict = admin.get(&format!("{EVENTS}/verify")).await.json();
    assert_eq!(
        (&verdict["intact"], &verdict["events"]),
        (&Value::from(false), &Value::from(3))
    );
}
