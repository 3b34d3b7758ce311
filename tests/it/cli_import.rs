//! Imports that end too early.

use std::{fmt::Write, process::Stdio, time::Duration};

use tokio::time::sleep;

use crate::{
    desk::{Desk, assert_mentions},
    harness::MASTER_KEY,
};

const READERS: usize = 300_000;

fn many(readers: usize) -> String {
    let mut text = String::new();
    for id in 0..readers {
        writeln!(text, "{{\"id\":\"{id}\",\"username\":\"reader{id}\"}}").unwrap();
    }
    text
}

/// Starts an import of this file and kills it once `enough` readers are committed.
async fn kill_midway(desk: &Desk, path: &str, enough: i64) {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_lanyard"));
    let mut import = command
        .args(["user", "import", "--tenant", "post", path])
        .env("LANYARD_DATABASE_URL", &desk.database.url)
        .env("LANYARD_MASTER_KEY", MASTER_KEY)
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    while desk.count("users").await < enough {
        assert!(import.try_wait().unwrap().is_none(), "it ended too soon");
        sleep(Duration::from_millis(5)).await;
    }
    import.kill().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_import_goes_on_where_it_stopped() {
    let desk = Desk::with_newsroom().await;
    let path = desk.file("many.ndjson", many(READERS));
    kill_midway(&desk, &path, 1).await;
    let committed = desk.count("users").await;
    let total = i64::try_from(READERS).unwrap();
    assert!(committed > 0 && committed < total, "{committed}");

    let output = desk.post(&["user", "import", &path, "--json"]).await.ok();
    assert_mentions(
        &output,
        &[
            "interrupted",
            &format!("going on at line {}", committed + 1),
        ],
    );
    let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(report["resumed_at_line"], committed + 1);
    assert_eq!(report["created"], total - committed);
    assert_eq!(desk.count("users").await, total);
    assert_eq!(desk.count("imports").await, 0);

    let output = desk.post(&["user", "import", &path]).await.ok();
    assert_eq!(
        output.stdout,
        "0 created, 300000 updated, 0 bad lines skipped\n"
    );
    assert_eq!(output.stderr, "", "a whole import is not gone on with");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_file_of_the_same_name_is_not_taken_for_the_interrupted_one() {
    let desk = Desk::with_newsroom().await;
    let path = desk.file("many.ndjson", many(100_000));
    kill_midway(&desk, &path, 1).await;
    desk.file("many.ndjson", "{\"id\":\"other\"}\n");
    let output = desk.post(&["user", "import", &path]).await.ok();
    assert_eq!(output.stdout, "1 created, 0 updated, 0 bad lines skipped\n");
    assert_eq!(output.stderr, "");
}

/// The file's beginning and length are as before, and something further on was corrected.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_was_corrected_after_the_kill_is_imported_with_its_corrections() {
    let desk = Desk::with_newsroom().await;
    let text = many(100_000);
    let path = desk.file("many.ndjson", &text);
    kill_midway(&desk, &path, 1).await;
    // Within the first batch, beyond the first 64 KiB, of the same length.
    desk.file(
        "many.ndjson",
        text.replace("reader20000\"", "Reader20000\""),
    );
    let output = desk.post(&["user", "import", &path]).await;
    assert_eq!(output.code, 0, "{output:?}");
    let shown = desk.post(&["user", "get", "20000"]).await.ok().stdout;
    assert!(shown.contains("Reader20000"), "{shown}{}", output.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_imports_at_once_lose_no_reader() {
    let desk = Desk::with_newsroom().await;
    let one = desk.file("one.ndjson", many(60_000));
    let two = desk.file("two.ndjson", many(60_001));
    let (one, two) = (["user", "import", &*one], ["user", "import", &*two]);
    let (one, two) = tokio::join!(desk.post(&one), desk.post(&two));
    one.ok();
    two.ok();
    assert_eq!(desk.count("users").await, 60_001);
}
