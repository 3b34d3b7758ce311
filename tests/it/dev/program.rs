//! A running `lanyard dev`, its folder, and commands beside it.

use std::{
    fs::{self, Permissions},
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use uuid::Uuid;

/// Longer than a first start takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
pub(super) const BOB: &str = r#"{"id":"1","email":"bob@newsroom.example","username":"bob"}"#;

/// A data folder that goes with the test. Others may pass through its parent, as Postgres' account has to.
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn new() -> Self {
        Self::with_mode(0o755)
    }

    pub(super) fn with_mode(mode: u32) -> Self {
        let path = std::env::temp_dir().join(format!("lanyard-{}", Uuid::new_v4().simple()));
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        Self(path)
    }

    pub(super) fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    /// What `lanyard dev` says on standard error.
    pub(super) fn stderr(&self) -> PathBuf {
        self.0.join("stderr")
    }

    /// Where the cluster lives.
    pub(super) fn cluster(&self) -> PathBuf {
        let asked = self.data().join("postgres");
        let elsewhere = fs::read_to_string(asked.join("postgres.location"));
        elsewhere.map_or(asked, |text| PathBuf::from(text.trim()))
    }

    /// Processes of the cluster's server: those that name its folder, and their children.
    pub(super) fn servers(&self) -> Vec<String> {
        let data = self.cluster().join("data");
        let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
        processes
            .filter(|process| {
                let working = fs::read_link(process.path().join("cwd"));
                let command = fs::read(process.path().join("cmdline")).unwrap_or_default();
                working.is_ok_and(|path| path == data)
                    || String::from_utf8_lossy(&command).contains(data.to_str().unwrap())
            })
            .map(|process| process.file_name().to_string_lossy().into_owned())
            .collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let cluster = self.cluster();
        // A killed server's Postgres is about to end, and still writes.
        for _ in 0..500 {
            if self.servers().is_empty() {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
        if !cluster.starts_with(&self.0) {
            let _ = fs::remove_dir_all(cluster);
        }
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The binary on this folder, with nothing of the developer's own settings.
pub(super) fn lanyard(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lanyard"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LANYARD_")) {
        command.env_remove(name);
    }
    command
        .arg("--data-dir")
        .arg(folder)
        .args(arguments)
        .stdin(Stdio::null());
    command
}

#[track_caller]
pub(super) fn run(folder: &Path, arguments: &[&str]) -> String {
    let output = lanyard(folder, arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// It failed with exit code 1, printed no result, and said why in one line.
#[track_caller]
pub(super) fn assert_refused(output: &Output, word: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(output.stdout.is_empty());
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(
        stderr.starts_with("lanyard: ") && stderr.contains(word),
        "{stderr}"
    );
}

/// Runs a line as a person pastes it, and gives what it prints.
#[track_caller]
pub(super) fn paste(line: &str) -> String {
    let output = Command::new("sh").args(["-c", line]).output().unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
pub(super) fn wait_for(what: &str, mut check: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !check() {
        assert!(begin.elapsed() < PATIENCE, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// A running `lanyard dev`, and what it printed.
pub(super) struct Dev {
    pub(super) child: Child,
    pub(super) welcome: String,
}

impl Dev {
    #[track_caller]
    pub(super) fn start(folder: &Folder) -> Self {
        let mut command = lanyard(&folder.data(), &["dev", "--listen", "127.0.0.1:0"]);
        command.stderr(fs::File::create(folder.stderr()).unwrap());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut welcome = String::new();
        while !welcome.contains("Ctrl-C") {
            let Some(line) = lines.next() else {
                panic!("{}", fs::read_to_string(folder.stderr()).unwrap());
            };
            let line = line.unwrap();
            welcome.push_str(&line);
            welcome.push('\n');
        }
        Self { child, welcome }
    }

    /// The one line of the welcome that begins so.
    #[track_caller]
    pub(super) fn line(&self, start: &str) -> &str {
        let mut lines = self.welcome.lines().filter(|line| line.starts_with(start));
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("no `{start}` in {}", self.welcome));
        assert_eq!(lines.next(), None);
        line
    }

    pub(super) fn url(&self) -> &str {
        self.line("Lanyard is ready").rsplit(' ').next().unwrap()
    }

    pub(super) fn api_key(&self) -> &str {
        let line = self.line("curl -sS -X POST");
        let start = line.find("lyd_").unwrap();
        line[start..].split('\'').next().unwrap()
    }

    /// A token for bob, by the line that is printed for that.
    #[track_caller]
    pub(super) fn issue(&self) -> String {
        let answer = paste(self.line("curl -sS -X POST"));
        let value: serde_json::Value = serde_json::from_str(&answer).unwrap();
        value["token"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer}"))
            .to_owned()
    }

    /// What the server answers about a token.
    pub(super) fn look_up(&self, slug: &str, token: &str) -> String {
        let url = self.url();
        paste(&format!(
            "curl -sS {url}/t/{slug}/ -H 'Authorization: Bearer {token}'"
        ))
    }

    fn send(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).unwrap();
        kill(Pid::from_raw(id), signal).unwrap();
    }

    /// Stops it with a signal; how it ended.
    pub(super) fn stop(mut self, signal: Signal) -> Option<i32> {
        self.send(signal);
        self.child.wait().unwrap().code()
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
