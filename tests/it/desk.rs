//! An operator's desk: the command line on a database of its own, and no server.

use tempfile::TempDir;

use crate::harness::{CliOutput, TestDatabase, run_cli, run_cli_with_input};

/// Readers of the newsroom `post`.
pub(crate) const READERS: &str = r#"{"id":"1","email":"ann@post.example","username":"ann"}
{"id":"2","email":"ben@post.example","username":"ben"}
{"id":"3","email":"cat@post.example","username":"cat"}
"#;

pub(crate) struct Desk {
    pub(crate) database: TestDatabase,
    folder: TempDir,
}

impl Desk {
    /// With no newsroom.
    pub(crate) async fn new() -> Self {
        Self {
            database: TestDatabase::create().await,
            folder: TempDir::new().unwrap(),
        }
    }

    /// With the newsroom `post`, which has no readers yet.
    pub(crate) async fn with_newsroom() -> Self {
        let desk = Self::new().await;
        let issuer = "https://talk.post.example";
        desk.run(&["tenant", "create", "post", "--issuer", issuer])
            .await
            .ok();
        desk
    }

    /// With the newsroom `post` and the readers ann, ben and cat, whose ids are 1, 2 and 3.
    pub(crate) async fn with_readers() -> Self {
        let desk = Self::with_newsroom().await;
        desk.import("readers.ndjson", READERS).await.ok();
        desk
    }

    /// Writes a file and tells its path.
    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> CliOutput {
        run_cli(&self.database.url, arguments).await
    }

    /// A command on the newsroom `post`.
    pub(crate) async fn post(&self, arguments: &[&str]) -> CliOutput {
        self.run(&[arguments, &["--tenant", "post"]].concat()).await
    }

    /// The same; what it says as JSON.
    pub(crate) async fn post_json(&self, arguments: &[&str]) -> serde_json::Value {
        self.post(&[arguments, &["--json"]].concat()).await.json()
    }

    /// The same, with a text on standard input.
    pub(crate) async fn post_with_input(&self, arguments: &[&str], input: &str) -> CliOutput {
        let arguments = [arguments, &["--tenant", "post"]].concat();
        run_cli_with_input(&self.database.url, &arguments, input.as_bytes()).await
    }

    /// Imports readers of `post` from a file of this name and text.
    pub(crate) async fn import(&self, name: &str, text: impl AsRef<[u8]>) -> CliOutput {
        let path = self.file(name, text);
        self.post(&["user", "import", &path]).await
    }

    /// A token for a reader of `post`.
    pub(crate) async fn token(&self, user: &str) -> String {
        let output = self.post(&["token", "issue", "--user", user]).await.ok();
        output.stdout.trim().to_owned()
    }

    /// What `token check` says of a token of `post`.
    pub(crate) async fn check(&self, token: &str) -> serde_json::Value {
        let output = self.post(&["token", "check", token, "--json"]).await;
        let value: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
        assert_eq!(value["accepted"], output.code == 0, "{output:?}");
        value
    }

    /// How many rows a table has.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        self.database.count(table).await
    }
}

/// A command failed with this code and these words on standard error, and printed no result.
#[track_caller]
pub(crate) fn assert_fails(output: &CliOutput, code: i32, words: &[&str]) {
    assert_eq!(output.code, code, "{output:#?}");
    assert_eq!(output.stdout, "", "{output:#?}");
    assert_mentions(output, words);
}

/// These words are on standard error.
#[track_caller]
pub(crate) fn assert_mentions(output: &CliOutput, words: &[&str]) {
    for word in words {
        assert!(output.stderr.contains(word), "`{word}` lacks: {output:#?}");
    }
    assert!(!output.stderr.contains("panicked"), "{output:#?}");
}
