//! `lanyard user`: readers in and out.

use serde_json::Value;

use crate::{
    desk::{Desk, READERS, assert_fails, assert_mentions},
    harness::App,
};

/// The export of `post`.
async fn export(desk: &Desk) -> String {
    desk.post(&["user", "export"]).await.ok().stdout
}

#[tokio::test]
async fn the_same_readers_come_from_json_ndjson_and_csv() {
    let db = r#"{"posts": [], "users": [
      {"id":"1","email":"ann@post.example","username":"ann"},
      {"id":"2","email":"ben@post.example","username":"ben"},
      {"id":"3","email":"cat@post.example","username":"cat"}
    ]}"#;
    let csv = "id,email,username\n1,ann@post.example,ann\n2,ben@post.example,ben\n3,cat@post.example,cat\n";
    for (name, text) in [("db.json", db), ("u.ndjson", READERS), ("u.csv", csv)] {
        let desk = Desk::with_newsroom().await;
        let output = desk.import(name, text).await.ok();
        assert_eq!(output.stdout, "3 created, 0 updated, 0 bad lines skipped\n");
        assert_eq!(output.stderr, "");
        assert_eq!(export(&desk).await, READERS, "{name}");
    }
}

#[tokio::test]
async fn bad_lines_are_reported_by_number_and_the_good_ones_written() {
    let desk = Desk::with_newsroom().await;
    let text = "{\"id\":\"1\"}\n{\"id\":2}\n\nnonsense\n{\"id\":\"3\",\"email\":\"no-address\"}\n{\"id\":\"4\"}\n";
    let output = desk.import("u.ndjson", text).await;
    assert_eq!(output.code, 3, "{output:?}");
    assert_eq!(output.stdout, "2 created, 0 updated, 3 bad lines skipped\n");
    assert_mentions(
        &output,
        &[
            "line 2: id: must be a string",
            "line 4: ",
            "line 5: email: ",
        ],
    );
    assert_eq!(output.stderr.lines().count(), 3);
    assert!(!output.stderr.contains("no-address"));
    assert_eq!(export(&desk).await, "{\"id\":\"1\"}\n{\"id\":\"4\"}\n");

    let csv = "id,email\n5,e@post.example\n6\n,f@post.example\n7,\n";
    let path = desk.file("u.csv", csv);
    let output = desk.post(&["user", "import", &path, "--json"]).await;
    assert_eq!(output.code, 3, "{output:?}");
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(
        (&report["created"], &report["skipped"]),
        (&2.into(), &2.into())
    );
    let lines: Vec<_> = report["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["line"])
        .collect();
    assert_eq!(lines, [3, 4]);
}

#[tokio::test]
async fn a_strict_import_writes_all_or_nothing() {
    let desk = Desk::with_newsroom().await;
    let bad = desk.file("bad.ndjson", "{\"id\":\"1\"}\n{\"id\":2}\n");
    let output = desk.post(&["user", "import", &bad, "--strict"]).await;
    assert_eq!(output.code, 3, "{output:?}");
    assert_mentions(&output, &["line 2: ", "nothing is written"]);
    assert_eq!(desk.count("users").await, 0);
    let good = desk.file("good.ndjson", READERS);
    desk.post(&["user", "import", &good, "--strict"]).await.ok();
    assert_eq!(desk.count("users").await, 3);
}

#[tokio::test]
async fn an_import_updates_readers_that_are_there_and_of_two_records_the_later_counts() {
    let desk = Desk::with_readers().await;
    let text = "{\"id\":\"2\",\"username\":\"benjamin\"}\n{\"id\":\"4\",\"username\":\"x\"}\n{\"id\":\"4\",\"username\":\"dan\"}\n";
    let output = desk.import("more.ndjson", text).await.ok();
    assert!(output.stdout.contains("1 updated"), "{output:?}");
    let expected = "{\"id\":\"1\",\"email\":\"ann@post.example\",\"username\":\"ann\"}\n\
                    {\"id\":\"2\",\"username\":\"benjamin\"}\n\
                    {\"id\":\"3\",\"email\":\"cat@post.example\",\"username\":\"cat\"}\n\
                    {\"id\":\"4\",\"username\":\"dan\"}\n";
    assert_eq!(export(&desk).await, expected);
}

#[tokio::test]
async fn an_import_counts_each_record_once() {
    let desk = Desk::with_newsroom().await;
    let path = desk.file(
        "u.ndjson",
        "{\"id\":\"1\"}\n{\"id\":\"1\"}\n{\"id\":\"2\"}\n",
    );
    let report = desk.post_json(&["user", "import", &path]).await;
    let count = |name: &str| report[name].as_u64().unwrap();
    assert_eq!((count("created"), count("skipped")), (2, 0), "{report}");
}

#[tokio::test]
async fn files_that_hold_no_readers_are_refused_in_a_line() {
    let desk = Desk::with_newsroom().await;
    for (name, bytes, word) in [
        ("book.csv", &b"PK\x03\x04...."[..], "workbook"),
        ("u.csv", b"name,email\nann,a@b\n", "no column id"),
        ("u.txt", b"hello\n", "neither JSON, NDJSON nor CSV"),
        ("db.json", b"[{\"id\":\"1\"},", "not valid JSON at line 1"),
        ("db.json", b"{\"readers\":[\n]}", "neither a list of users"),
    ] {
        let output = desk.import(name, bytes).await;
        assert_fails(&output, 1, &[word]);
        assert_eq!(output.stderr.lines().count(), 1, "{output:?}");
    }
    let output = desk.post(&["user", "import", "/nowhere"]).await;
    assert_fails(&output, 1, &["/nowhere can't be read"]);
    let output = desk.post(&["user", "import", "/tmp"]).await;
    assert_fails(&output, 1, &["/tmp is no file"]);
    assert_eq!(desk.count("users").await, 0);
}

#[tokio::test]
async fn an_empty_file_of_readers_is_an_import_of_nobody() {
    let desk = Desk::with_newsroom().await;
    for (name, text) in [("u.ndjson", ""), ("db.json", "[]"), ("u.csv", "id,email\n")] {
        let output = desk.import(name, text).await.ok();
        assert_eq!(
            output.stdout, "0 created, 0 updated, 0 bad lines skipped\n",
            "{name}"
        );
    }
}

#[tokio::test]
async fn an_imported_record_is_answered_to_the_letter() {
    let records = [
        r#"{"zeta":[1,2.50,{"b":null,"a":1e3}],"id":"1","username":"ann","nick":"Änn \"q\" \\ \n / 😀"}"#,
        r#"{"username":"ben","id":"a/b c?d","badges":["x","y"],"role":"MEMBER"}"#,
        r#"{"id":"ünï","email":"cat@post.example","big":12345678901234567890123}"#,
    ];
    let app = App::start().await;
    let post = app.tenant("post").await;
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("u.ndjson");
    std::fs::write(&path, records.join("\n")).unwrap();
    let path = path.to_str().unwrap();
    let output = app
        .cli(&["user", "import", "--tenant", "post", path])
        .await
        .ok();
    assert_eq!(output.stderr, "");
    for (record, id) in records.iter().zip(["1", "a/b c?d", "ünï"]) {
        let token = post.token(id).await;
        assert_eq!(post.look_up(&token).await.text(), *record);
        let output = app.cli(&["user", "get", "--tenant", "post", id]).await.ok();
        assert_eq!(output.stdout.trim_end(), *record);
    }
}

#[tokio::test]
async fn an_export_is_imported_elsewhere_as_it_was() {
    let desk = Desk::with_readers().await;
    let more = "{\"own\":true,\"id\":\"5\"}\n{\"id\":\"tab\\tno\"}\n{\"id\":\"6\",\"url\":\"https://a.example/?x=%C3%A4\",\"note\":\"a\\nb\\\\c\\td\"}\n";
    let output = desk.import("more.ndjson", more).await;
    assert_eq!(output.code, 3, "a tab is no part of an id: {output:?}");
    let before = export(&desk).await;
    assert_eq!(before.lines().count(), 5);
    let other = Desk::with_newsroom().await;
    other.import("export.ndjson", &before).await.ok();
    assert_eq!(export(&other).await, before);
}

#[tokio::test]
async fn a_reader_is_shown_disabled_enabled_and_deleted() {
    let desk = Desk::with_readers().await;
    let token = desk.token("1").await;
    let shown = desk.post(&["user", "get", "1"]).await.ok().stdout;
    assert_eq!(shown.lines().next(), READERS.lines().next());
    desk.post(&["user", "disable", "--id", "1"]).await.ok();
    let shown = desk.post(&["user", "get", "1"]).await.ok().stdout;
    assert!(shown.contains("disabled since"), "{shown}");
    assert_eq!(desk.check(&token).await["reason"], "user_disabled");
    let output = desk.post(&["token", "issue", "--user", "1"]).await;
    assert_fails(&output, 1, &["disabled", "user enable"]);
    desk.post(&["user", "enable", "1"]).await.ok();
    assert_eq!(desk.check(&token).await["reason"], "user_tokens_revoked");
    let token = desk.token("1").await;
    assert_eq!(desk.check(&token).await["accepted"], true);
    desk.post(&["user", "delete", "1"]).await.ok();
    assert_eq!(desk.check(&token).await["accepted"], false);
    for act in ["get", "disable", "enable", "delete"] {
        let output = desk.post(&["user", act, "1"]).await;
        assert_fails(&output, 1, &["there is no reader with this id in `post`"]);
    }
    desk.import("again.ndjson", "{\"id\":\"1\"}\n").await.ok();
    let again = desk.token("1").await;
    assert_eq!(desk.check(&again).await["accepted"], true);
    assert_eq!(desk.check(&token).await["accepted"], false);
}

#[tokio::test]
async fn a_disabled_reader_stays_disabled_through_an_import() {
    let desk = Desk::with_readers().await;
    desk.post(&["user", "disable", "1"]).await.ok();
    desk.import("readers.ndjson", READERS).await.ok();
    let output = desk.post(&["token", "issue", "--user", "1"]).await;
    assert_fails(&output, 1, &["disabled"]);
}

#[tokio::test]
async fn the_audit_log_holds_no_name_of_a_deleted_reader() {
    let desk = Desk::with_newsroom().await;
    desk.import("u.ndjson", "{\"id\":\"reader-jane-doe\"}\n")
        .await
        .ok();
    for act in ["disable", "enable", "delete"] {
        desk.post(&["user", act, "reader-jane-doe"]).await.ok();
    }
    let named = "audit_events where concat(actor, action, target, detail) like '%jane-doe%'";
    assert_eq!(desk.count(named).await, 0);
    assert_eq!(desk.count("user_surrogates").await, 0);
}
