//! The real binary.

use std::process::Stdio;

use serde_json::Value;
use tokio::{io::AsyncWriteExt, process::Command};

use super::MASTER_KEY;

/// What a command printed, and how it ended.
#[derive(Debug)]
pub(crate) struct CliOutput {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl CliOutput {
    /// This, if the command succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        self
    }

    /// What a successful command printed with `--json`.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        let output = self.ok();
        serde_json::from_str(&output.stdout).unwrap()
    }
}

/// The binary, with the settings of the tests and nothing of the developer's own.
pub(crate) fn lanyard(database_url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lanyard"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LANYARD_")) {
        command.env_remove(name);
    }
    command
        .env("LANYARD_DATABASE_URL", database_url)
        .env("LANYARD_MASTER_KEY", MASTER_KEY)
        .kill_on_drop(true);
    command
}

pub(crate) async fn run_cli(database_url: &str, arguments: &[&str]) -> CliOutput {
    run_cli_with_input(database_url, arguments, b"").await
}

pub(crate) async fn run_cli_with_input(
    database_url: &str,
    arguments: &[&str],
    input: &[u8],
) -> CliOutput {
    let mut command = lanyard(database_url);
    command.args(arguments);
    run(command, input).await
}

/// Runs a command to its end, with this on its standard input.
pub(crate) async fn run(mut command: Command, input: &[u8]) -> CliOutput {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that reads nothing may be gone already.
    let _ = stdin.write_all(input).await;
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    CliOutput {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
