//! The calls for a token, run as they are printed against the real server: only Lanyard's address is the test's.

use std::{fs, path::Path, process::Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

use super::{SETTINGS, shown};
use crate::harness::{App, Newsroom, PUBLIC_URL};

/// A sample in a file of its own, and what runs it.
struct Sample {
    app: App,
    post: Newsroom,
    folder: TempDir,
}

/// What a program printed, and what it said on the side.
struct Said {
    out: String,
    aside: String,
}

impl Sample {
    async fn new(language: &str, file: &str) -> Self {
        let app = App::start().await;
        let post = app.tenant("the-post").await;
        let viewer = app.member("the-post", "viewer").await;
        let texts = shown(&viewer, SETTINGS).await;
        let text = texts["exchange"][language].as_str().unwrap();
        assert_eq!(text.matches(PUBLIC_URL).count(), 1, "{text}");
        let text = text.replace(PUBLIC_URL, &app.url);
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join(file), &text).unwrap();
        Self { app, post, folder }
    }

    fn command(&self, program: &str, api_key: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env("LANYARD_API_KEY", api_key)
            .env("NO_PROXY", "*")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs something with the sample beside it.
    async fn run(&self, program: &str, arguments: &[&str], api_key: &str) -> Said {
        let mut command = self.command(program, api_key);
        let output = command.args(arguments).output().await.unwrap();
        Said {
            out: String::from_utf8(output.stdout).unwrap(),
            aside: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Its readers' tokens are good.
    async fn assert_token(&self, token: &str, reader: &str) {
        let answer = self.post.look_up(token).await;
        assert_eq!((answer.status, &answer.json()["id"]), (200, &json!(reader)));
    }

    /// What a route said to a reader, to nobody, and to a reader whom Lanyard doesn't know: status, Cache-Control, body.
    async fn assert_route(&self, said: &Value, aside: &str, api_key: &str) {
        let told: Value = serde_json::from_str(said[0][2].as_str().unwrap()).unwrap();
        let token = told["token"].as_str().unwrap();
        self.assert_token(token, "1").await;
        assert_eq!(
            (&said[0][0], &said[1][0], &said[2][0]),
            (&json!(200), &json!(204), &json!(502))
        );
        for answer in said.as_array().unwrap() {
            assert_eq!(answer[1], "no-store", "{said}");
        }
        assert_eq!((&said[1][2], &said[2][2]), (&json!(""), &json!("")));
        assert!(aside.contains("401"), "{aside}");
        for secret in [token, api_key] {
            assert!(!aside.contains(secret), "{aside}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_line_for_curl_gets_a_token() {
    let sample = Sample::new("curl", "token.sh").await;
    let said = sample
        .run("/bin/sh", &["token.sh"], &sample.post.api_key)
        .await;
    let answer: Value = serde_json::from_str(&said.out).unwrap();
    sample
        .assert_token(answer["token"].as_str().unwrap(), "1")
        .await;
    let refused = sample.run("/bin/sh", &["token.sh"], "lyd_wrong").await;
    assert_eq!(refused.out, "");
    assert!(refused.aside.contains("401"), "{}", refused.aside);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_route_for_node_gives_readers_their_tokens_and_nobody_elses() {
    let sample = Sample::new("node", "token.mjs").await;
    let runner = r#"
        import { createServer } from "node:http";
        import { commentsToken } from "./token.mjs";
        const sessions = [{ userId: "1" }, undefined, { userId: "nobody" }];
        const server = createServer((request, response) => {
          request.session = sessions[Number(request.url.slice(1))];
          commentsToken(request, response);
        });
        server.listen(0, "127.0.0.1", async () => {
          const said = [];
          for (const place of sessions.keys()) {
            const answer = await fetch(`http://127.0.0.1:${server.address().port}/${place}`);
            said.push([answer.status, answer.headers.get("cache-control"), await answer.text()]);
          }
          console.log(JSON.stringify(said));
          process.exit();
        });
    "#;
    fs::write(sample.folder.path().join("run.mjs"), runner).unwrap();
    let api_key = sample.post.api_key.clone();
    let said = sample.run("node", &["run.mjs"], &api_key).await;
    let answers = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}", said.aside));
    sample.assert_route(&answers, &said.aside, &api_key).await;
    // A key that can't stand in a header must not reach the log either.
    let odd = sample
        .run("node", &["run.mjs"], "lyd_\u{1f511}secret")
        .await;
    assert!(odd.out.is_empty() || odd.out.contains("502"), "{}", odd.out);
    assert!(!odd.aside.contains("secret"), "{}", odd.aside);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_route_for_python_gives_readers_their_tokens_and_nobody_elses() {
    let sample = Sample::new("python", "token_route.py").await;
    let runner = "
import json, wsgiref.util
from token_route import comments_token

said = []
for reader in ['1', None, 'nobody']:
    environ = {'REMOTE_USER': reader} if reader else {}
    wsgiref.util.setup_testing_defaults(environ)
    told = []
    body = comments_token(environ, lambda status, headers: told.append((status, dict(headers))))
    status, headers = told[0]
    said.append([int(status.split()[0]), headers.get('Cache-Control'), b''.join(body).decode()])
print(json.dumps(said))
";
    fs::write(sample.folder.path().join("run.py"), runner).unwrap();
    let api_key = sample.post.api_key.clone();
    let said = sample.run("python3", &["run.py"], &api_key).await;
    let answers = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}", said.aside));
    sample.assert_route(&answers, &said.aside, &api_key).await;
}

/// A session as PHP keeps it, with the reader who is logged in.
fn php_session(folder: &Path, id: &str, reader: &str) {
    let text = format!("user_id|s:{}:\"{reader}\";", reader.len());
    fs::write(folder.join(format!("sess_{id}")), text).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_route_for_php_gives_readers_their_tokens_and_nobody_elses() {
    let sample = Sample::new("php", "token.php").await;
    let folder = sample.folder.path();
    php_session(folder, "bob", "1");
    php_session(folder, "stranger", "nobody");
    let api_key = sample.post.api_key.clone();
    let save_path = format!("session.save_path={}", folder.display());
    let mut command = sample.command("php", &api_key);
    command.args(["-d", &save_path, "-S", "127.0.0.1:0", "token.php"]);
    let mut server = command
        .spawn()
        .unwrap_or_else(|error| panic!("php: {error}; run script/bootstrap --tests"));
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
    let mut said = lines.next_line().await.unwrap().unwrap();
    let url = said
        .split_once('(')
        .unwrap()
        .1
        .split(')')
        .next()
        .unwrap()
        .to_owned();
    let mut answers = Vec::new();
    for session in [Some("bob"), None, Some("stranger")] {
        let mut request = sample.app.client.get(&url);
        if let Some(session) = session {
            request = request.header("cookie", format!("PHPSESSID={session}"));
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let kept = answer.headers()["cache-control"]
            .to_str()
            .unwrap()
            .to_owned();
        answers.push(json!([status, kept, answer.text().await.unwrap()]));
    }
    server.kill().await.unwrap();
    while let Some(line) = lines.next_line().await.unwrap() {
        said.push_str(&line);
    }
    sample.assert_route(&answers.into(), &said, &api_key).await;
}
