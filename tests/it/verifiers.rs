//! Libraries that are not ours, and Talk's rules, judge our tokens; and we judge theirs.

mod check;
mod libraries;
mod talk;

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

pub(crate) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/verifiers");
pub(crate) const PYTHON: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../target/verifiers-venv/bin/python"
);

/// A running driver: a request a line, an answer a line.
struct Driver {
    _process: Child,
    requests: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Driver {
    fn start(program: &str, script: &str) -> Self {
        let mut process = Command::new(program)
            .arg(script)
            .current_dir(FOLDER)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{program}: {error}; run script/bootstrap --tests"));
        Self {
            requests: process.stdin.take().unwrap(),
            answers: BufReader::new(process.stdout.take().unwrap()).lines(),
            _process: process,
        }
    }

    async fn ask(&mut self, request: &Value) -> Value {
        let line = format!("{request}\n");
        self.requests.write_all(line.as_bytes()).await.unwrap();
        let answer = self.answers.next_line().await.unwrap();
        serde_json::from_str(&answer.expect("run script/bootstrap --tests")).unwrap()
    }
}

/// The libraries, behind their two drivers.
pub(crate) struct Verifiers {
    node: Driver,
    python: Driver,
}

impl Verifiers {
    pub(crate) fn start() -> Self {
        Self {
            node: Driver::start("node", "driver.mjs"),
            python: Driver::start(PYTHON, "driver.py"),
        }
    }

    /// The libraries that know an algorithm.
    fn of(algorithm: &str) -> &'static [&'static str] {
        match algorithm {
            "EdDSA" => &["jose", "pyjwt"],
            _ => &["jsonwebtoken", "jose", "pyjwt"],
        }
    }

    async fn ask(&mut self, library: &str, mut request: Value) -> Value {
        request["library"] = json!(library);
        let driver = if library == "pyjwt" {
            &mut self.python
        } else {
            &mut self.node
        };
        driver.ask(&request).await
    }

    /// What Talk makes of a token, given its settings.
    pub(crate) async fn talk(&mut self, env: &Value, token: &str) -> Value {
        let request = json!({ "op": "talk", "env": env, "token": token });
        self.node.ask(&request).await
    }
}

/// Runs a line of JavaScript on `input`, which it has as text, and gives what it prints as JSON.
async fn javascript(script: &str, input: &str) -> Value {
    let script = format!(
        "const input = require('node:fs').readFileSync(0, 'utf8'); const say = (value) => \
         console.log(JSON.stringify(value)); {script}"
    );
    let mut node = Command::new("node")
        .args(["-e", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = node.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).await.unwrap();
    drop(stdin);
    let output = node.wait_with_output().await.unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Settings as a reader of `.env` files takes them.
pub(crate) async fn read_env(lines: &str) -> Value {
    javascript("say(require('node:util').parseEnv(input));", lines).await
}
