//! A shell in which a document's commands are run as they stand there.

use std::{fs, path::Path, process::Stdio, time::Duration};

use reqwest::Method;
use serde_json::json;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::move_over::ISSUER;
use crate::harness::{Answer, DEMO_SECRET, TestDatabase, lanyard};

/// A shell in which `lanyard` is the binary, and home has the folder of the demo service.
pub(super) struct Shell {
    pub(super) home: TempDir,
    database: TestDatabase,
    pub(super) master_key: String,
}

impl Shell {
    /// With a database that has nothing in it, not even tables.
    pub(super) async fn new() -> Self {
        let home = TempDir::new().unwrap();
        let demo = home.path().join("talk-token-example");
        fs::create_dir(&demo).unwrap();
        let env = format!("SECRET={DEMO_SECRET}\nJWT_ISSUER={ISSUER}\n");
        fs::write(demo.join(".env"), env).unwrap();
        let readers = json!({ "users": [{ "id": "1", "username": "bob" }] });
        fs::write(demo.join("db.json"), readers.to_string()).unwrap();
        let database = TestDatabase::create().await;
        let empty = "drop schema public cascade; create schema public";
        database.execute(empty).await;
        Self {
            home,
            database,
            master_key: String::new(),
        }
    }

    fn command(&self, line: &str) -> Command {
        let as_tests_have_it = lanyard(&self.database.url);
        let binary = Path::new(as_tests_have_it.as_std().get_program());
        let mut path = binary.parent().unwrap().as_os_str().to_owned();
        path.push(":/usr/bin:/bin");
        let mut command = Command::new("/bin/bash");
        command
            .args(["-ec", line])
            .current_dir(self.home.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.home.path())
            .env("LANYARD_DATABASE_URL", &self.database.url)
            .env("LANYARD_MASTER_KEY", &self.master_key)
            .kill_on_drop(true);
        command
    }

    /// What a line prints, if it succeeds.
    pub(super) async fn run(&self, line: &str) -> String {
        let output = self.command(line).output().await.unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs the line that serves, at a free port instead of the usual one.
    pub(super) async fn serve(&self, line: &str) -> Served {
        let log = self.home.path().join("log");
        let process = self
            .command(&format!("exec {line}"))
            .env("LANYARD_LISTEN", "127.0.0.1:0")
            .env("LANYARD_LOG_FILE", &log)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        for _ in 0..1_000 {
            let text = fs::read_to_string(&log).unwrap_or_default();
            let address = text
                .lines()
                .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
                .find_map(|line| line["address"].as_str().map(str::to_owned));
            if let Some(address) = address {
                return Served {
                    _process: process,
                    url: format!("http://{address}/t/the-post/"),
                    client: reqwest::Client::builder().no_proxy().build().unwrap(),
                };
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("`{line}` doesn't serve");
    }
}

impl Shell {
    /// The commands of a document that stand on lines of their own, in order, each with what it continues on.
    pub(super) fn commands(text: &str) -> Vec<String> {
        let joined = text.replace("\\\n", " ");
        let lines = joined.lines().filter(|line| line.starts_with("       "));
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        lines.map(words).collect()
    }

    /// A new master key, as the documents have it made.
    pub(super) async fn make_master_key(&mut self, line: &str) {
        let script = format!("{line}\nprintf %s \"$LANYARD_MASTER_KEY\"");
        self.master_key = self.run(&script).await;
    }
}

/// A server that ends with this value, and the newsroom in it.
pub(super) struct Served {
    _process: Child,
    url: String,
    client: reqwest::Client,
}

impl Served {
    pub(super) async fn look_up(&self, token: &str) -> u16 {
        let request = self.client.get(&self.url).bearer_auth(token);
        Answer::to(request).await.status
    }

    /// Asks for bob's token as the demo service's CMS does.
    pub(super) async fn issue(&self, credentials: &str) -> String {
        self.issue_at("", credentials).await
    }

    /// The same, of a deployment: its name and a slash.
    pub(super) async fn issue_at(&self, deployment: &str, credentials: &str) -> String {
        let url = format!("{}{deployment}", self.url);
        let request = self.client.request(Method::POST, url);
        let request = request.bearer_auth(credentials).json(&json!({ "id": "1" }));
        let answer = Answer::to(request).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["token"].as_str().unwrap().to_owned()
    }

    /// Waits until Talk's tokens are issued again.
    pub(super) async fn issues_again(&self, credentials: &str) {
        for _ in 0..500 {
            let request = self.client.post(&self.url).bearer_auth(credentials);
            if Answer::to(request.json(&json!({ "id": "1" }))).await.status == 201 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no tokens are issued");
    }

    /// Waits for a change to arrive.
    pub(super) async fn serves(&self, token: &str) {
        for _ in 0..500 {
            if self.look_up(token).await == 200 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the reader isn't served");
    }
}
