//! The README's way from the demo service, followed to the letter.

use std::{fs, path::Path, process::Stdio, time::Duration};

use reqwest::Method;
use serde_json::json;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::{sections, text_of};
use crate::harness::{Answer, DEMO_SECRET, TestDatabase, hmac_token, lanyard, now};

const ISSUER: &str = "https://talk.post.example";

/// What stands between backticks, each on one line.
fn code_spans(text: &str) -> Vec<String> {
    let inline = text.split('`').skip(1).step_by(2);
    inline
        .map(|span| span.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// A shell in which `lanyard` is the binary, and home has the folder of the demo service.
struct Shell {
    home: TempDir,
    database: TestDatabase,
    master_key: String,
}

impl Shell {
    /// With a database that has nothing in it, not even tables.
    async fn new() -> Self {
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
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.home.path())
            .env("LANYARD_DATABASE_URL", &self.database.url)
            .env("LANYARD_MASTER_KEY", &self.master_key)
            .kill_on_drop(true);
        command
    }

    /// What a line prints, if it succeeds.
    async fn run(&self, line: &str) -> String {
        let output = self.command(line).output().await.unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs the line that serves, at a free port instead of the usual one.
    async fn serve(&self, line: &str) -> Served {
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

/// A server that ends with this value, and the newsroom in it.
struct Served {
    _process: Child,
    url: String,
    client: reqwest::Client,
}

impl Served {
    async fn look_up(&self, token: &str) -> u16 {
        let request = self.client.get(&self.url).bearer_auth(token);
        Answer::to(request).await.status
    }

    /// Asks for bob's token as the demo service's CMS does.
    async fn issue(&self, credentials: &str) -> String {
        let request = self.client.request(Method::POST, &self.url);
        let request = request.bearer_auth(credentials).json(&json!({ "id": "1" }));
        let answer = Answer::to(request).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["token"].as_str().unwrap().to_owned()
    }

    /// Waits for a change to arrive.
    async fn serves(&self, token: &str) {
        for _ in 0..500 {
            if self.look_up(token).await == 200 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the reader isn't served");
    }
}

/// A reader's token that the demo service made an hour ago.
fn old_token() -> String {
    let issued = now() - 3_600;
    let claims = json!({
        "iat": issued, "exp": issued + 250 * 86_400, "aud": "talk", "iss": ISSUER, "sub": "1",
        "jti": "5b6a3c3e-6c2e-4a52-9f0c-2f1d4bfa7d11",
    });
    hmac_token(DEMO_SECRET, "HS256", &claims)
}

/// What the demo service's CMS has.
fn issuing_token() -> String {
    let claims = json!({
        "iat": now() - 40 * 86_400, "aud": "TALK_TOKEN_EXAMPLE_AUDIENCE", "iss": ISSUER, "sub": "TALK_TOKEN_EXAMPLE",
    });
    hmac_token(DEMO_SECRET, "HS256", &claims)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newsroom_moves_over_as_the_readme_says() {
    let sections = sections(&text_of("README.md"), "## ");
    let is_it = |(heading, _): &&(String, String)| heading.starts_with("Move over");
    let text = &sections.iter().find(is_it).unwrap().1;
    let (old, issuing) = (old_token(), issuing_token());
    let mut shell = Shell::new().await;
    let mut served = None;
    for line in text.lines().filter(|line| line.starts_with("       ")) {
        let line = line.trim();
        if let Some(variable) = line.strip_prefix("export ") {
            // The database is the test's own.
            if variable.starts_with("LANYARD_MASTER_KEY=") {
                let script = format!("{line}\nprintf %s \"$LANYARD_MASTER_KEY\"");
                shell.master_key = shell.run(&script).await;
            }
        } else if line == "lanyard serve" {
            served = Some(shell.serve(line).await);
        } else {
            assert!(line.starts_with("lanyard "), "{line}");
            shell.run(line).await;
        }
    }
    let served = served.unwrap();
    served.serves(&old).await;
    let token = served.issue(&issuing).await;
    assert_eq!(served.look_up(&token).await, 200);

    // The sentence of step 5 puts the rotation last and says that it goes first.
    let spans = code_spans(text);
    let command = |name: &str| spans.iter().find(|span| span.starts_with(name)).unwrap();
    shell.run(command("lanyard key rotate ")).await;
    let settings = shell.run(command("lanyard key export ")).await;
    assert!(settings.contains("TALK_JWT_SECRETS="), "{settings}");
    assert!(settings.contains(DEMO_SECRET), "old tokens need the secret");
    let api_key = shell.run(command("lanyard api-key create ")).await;
    let newer = served.issue(api_key.trim()).await;
    for token in [&old, &token, &newer] {
        assert_eq!(served.look_up(token).await, 200);
    }
    served.issue(&issuing).await;
}
