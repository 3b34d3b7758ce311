//! A mail server, and what arrived there.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use serde::Deserialize;
use tempfile::TempDir;

use super::eventually;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/verifiers");
const PYTHON: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../target/verifiers-venv/bin/python"
);

/// A letter as the mail server understood it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Letter {
    /// Whom it was delivered to, whatever its headers say.
    pub(crate) recipients: Vec<String>,
    pub(crate) sender: String,
    pub(crate) authenticated: bool,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) subject: String,
    pub(crate) text: String,
}

impl Letter {
    /// All values of a header.
    pub(crate) fn header(&self, name: &str) -> Vec<&str> {
        let same = |(other, value)| (other == name).then_some(value);
        let pairs = self.headers.iter();
        pairs
            .filter_map(|(other, value)| same((other.as_str(), value.as_str())))
            .collect()
    }

    /// Its one line that begins so, such as with the server's URL.
    #[track_caller]
    pub(crate) fn link(&self, prefix: &str) -> &str {
        let mut links = self.text.lines().filter(|line| line.starts_with(prefix));
        let link = links
            .next()
            .unwrap_or_else(|| panic!("no {prefix} in {self:?}"));
        assert_eq!(links.next(), None, "{self:?}");
        link
    }
}

/// A real SMTP server. It takes letters to everybody but `nobody@...`.
#[derive(Debug)]
pub(crate) struct Mailboxes {
    port: u16,
    server: Option<Child>,
    folder: TempDir,
}

impl Mailboxes {
    pub(crate) fn start() -> Self {
        let mut mailboxes = Self {
            port: 0,
            server: None,
            folder: TempDir::new().unwrap(),
        };
        mailboxes.restart();
        mailboxes
    }

    /// Starts it again, on the same port and with the letters that it has.
    pub(crate) fn restart(&mut self) {
        self.stop();
        let mut server = Command::new(PYTHON)
            .arg("mailbox.py")
            .arg(self.port.to_string())
            .arg(self.folder.path())
            .current_dir(FOLDER)
            // It ends with this process: nobody holds the other end any more.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{PYTHON}: {error}; run script/bootstrap --tests"));
        let mut line = String::new();
        let mut stdout = BufReader::new(server.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        self.port = line.trim().parse().expect("run script/bootstrap --tests");
        self.server = Some(server);
    }

    pub(crate) fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
    }

    /// What `LANYARD_SMTP_URL` is for it.
    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// All that arrived, in order.
    pub(crate) fn letters(&self) -> Vec<Letter> {
        let files = fs::read_dir(self.folder.path()).unwrap();
        let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
        paths.sort();
        let read = |path| serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        paths.into_iter().map(read).collect()
    }

    /// What arrived for an address.
    pub(crate) fn letters_to(&self, address: &str) -> Vec<Letter> {
        let mut letters = self.letters();
        letters.retain(|letter| letter.recipients.iter().any(|to| to == address));
        letters
    }

    /// The newest for an address, once there are so many.
    pub(crate) async fn letter_to(&self, address: &str, count: usize) -> Letter {
        eventually(&format!("{count} letters to {address}"), async || {
            self.letters_to(address).len() >= count
        })
        .await;
        self.letters_to(address).pop().unwrap()
    }
}

impl Drop for Mailboxes {
    fn drop(&mut self) {
        self.stop();
    }
}
