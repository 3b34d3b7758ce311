//! Postgres servers over TCP that a test kills, promotes, makes read-only: a primary, and a synchronous standby of it.
//!
//! Needs nothing of the other parts of the harness.

use std::{
    fs::{self, File, Permissions},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use lanyard_admin::postgres::Programs;
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, Uid},
};
use tempfile::TempDir;

/// The name under which a standby is known to its primary.
const STANDBY: &str = "standby";

/// A server with the superuser `lanyard` and the database `lanyard`, which lets in whoever comes from this machine.
#[derive(Debug)]
pub(crate) struct PostgresServer {
    folder: TempDir,
    port: u16,
    server: Option<Child>,
}

impl PostgresServer {
    /// A new cluster, with these settings.
    pub(crate) fn start(settings: &[&str]) -> Self {
        let mut server = Self::empty();
        run(server.program("initdb").args([
            "--username=lanyard",
            "--encoding=UTF8",
            "--locale=C",
            "--auth=trust",
            "--no-sync",
            "--no-instructions",
            "-D",
            server.data(),
        ]));
        let mut config = "fsync = off\nfull_page_writes = off\n".to_owned();
        config += "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\n";
        for setting in settings {
            config += &format!("{setting}\n");
        }
        server.append("postgresql.conf", &config);
        server.restart();
        server.execute_on("postgres", "create database lanyard");
        server
    }

    /// A standby of this server, without which no write is acknowledged from now on.
    pub(crate) fn standby(&self) -> Self {
        let mut standby = Self::empty();
        let source = format!(
            "host=127.0.0.1 port={} user=lanyard application_name={STANDBY}",
            self.port
        );
        run(standby.program("pg_basebackup").args([
            "--write-recovery-conf",
            "--checkpoint=fast",
            "--no-sync",
            "--dbname",
            &source,
            "-D",
            standby.data(),
        ]));
        standby.restart();
        self.execute(&format!(
            "alter system set synchronous_standby_names = '{STANDBY}'"
        ));
        self.execute("select pg_reload_conf()");
        wait("the standby follows", || {
            self.execute("select sync_state from pg_stat_replication") == "sync"
        });
        standby
    }

    fn empty() -> Self {
        let folder = TempDir::new().unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        fs::set_permissions(&data, Permissions::from_mode(0o700)).unwrap();
        // As root the server runs as another, who has to pass.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o711)).unwrap();
        give(&data);
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        Self {
            folder,
            port: listener.local_addr().unwrap().port(),
            server: None,
        }
    }

    /// Where it is: `127.0.0.1` and a port.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// A superuser's URL of the database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://lanyard@{}/lanyard", self.address())
    }

    fn data_path(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn data(&self) -> &str {
        // Leaked: a few bytes for each server of a test.
        self.data_path().to_str().unwrap().to_owned().leak()
    }

    fn append(&self, file: &str, text: &str) {
        let path = self.data_path().join(file);
        let before = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, before + text).unwrap();
        give(&path);
    }

    /// Puts a file into the data folder that only the server may read.
    pub(crate) fn put_file(&self, name: &str, content: &[u8]) {
        let path = self.data_path().join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        give(&path);
    }

    fn program(&self, name: &str) -> Command {
        as_server(&Programs::find().unwrap().folder().join(name))
    }

    /// Runs SQL past everything, and returns what `psql` prints.
    pub(crate) fn execute(&self, sql: &str) -> String {
        self.execute_on("lanyard", sql)
    }

    fn execute_on(&self, database: &str, sql: &str) -> String {
        let port = self.port.to_string();
        let mut psql = self.program("psql");
        psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1"]);
        run(psql.args(["-U", "lanyard", "-p", &port, "-d", database, "-c", sql]))
            .trim()
            .to_owned()
    }

    /// Starts it, again if it runs, and waits until it takes connections.
    pub(crate) fn restart(&mut self) {
        self.stop();
        let log = File::create(self.folder.path().join("log")).unwrap();
        let mut command = self.program("postgres");
        command.args(["-D", self.data(), "-p", &self.port.to_string()]);
        command.stdout(log.try_clone().unwrap()).stderr(log);
        self.server = Some(command.spawn().unwrap());
        let ready = || {
            let mut psql = self.program("psql");
            psql.args([
                "-XAtq",
                "-h",
                "127.0.0.1",
                "-U",
                "lanyard",
                "-d",
                "postgres",
            ]);
            psql.args(["-p", &self.port.to_string(), "-c", "select 1"]);
            let output = psql.output().unwrap();
            output.status.success()
        };
        wait(&format!("Postgres takes connections: {self:?}"), ready);
    }

    /// Ends it at once, as a crash does: clients see their connections end.
    pub(crate) fn stop(&mut self) {
        let Some(mut server) = self.server.take() else {
            return;
        };
        let _gone = kill(pid(&server), Signal::SIGQUIT);
        server.wait().unwrap();
    }

    /// Stops all its processes where they are: connections stay, and nothing answers.
    pub(crate) fn hang(&self) {
        self.signal_all(Signal::SIGSTOP);
    }

    /// Lets them go on.
    pub(crate) fn resume(&self) {
        self.signal_all(Signal::SIGCONT);
    }

    fn signal_all(&self, signal: Signal) {
        let Some(server) = &self.server else { return };
        let postmaster = pid(server);
        // It first, so that it starts no others meanwhile.
        kill(postmaster, signal).unwrap();
        let children = format!("/proc/{postmaster}/task/{postmaster}/children");
        for child in fs::read_to_string(children).unwrap().split_whitespace() {
            let _gone = kill(Pid::from_raw(child.parse().unwrap()), signal);
        }
    }

    /// Makes a standby the primary, and returns once it takes writes; it waits for no standby of its own.
    pub(crate) fn promote(&self) {
        assert_eq!(self.execute("select pg_promote()"), "t");
    }

    /// Makes it take no writes, or take them again.
    pub(crate) fn read_only(&self, on: bool) {
        // `alter system` is no write of a transaction, and so may be undone.
        self.execute(&format!(
            "alter system set default_transaction_read_only = {on}"
        ));
        self.execute("select pg_reload_conf()");
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            // One that hangs hears nothing else.
            let _gone = kill(pid(server), Signal::SIGCONT);
            let _gone = kill(pid(server), Signal::SIGQUIT);
            let _gone = server.wait();
        }
    }
}

fn pid(server: &Child) -> Pid {
    Pid::from_raw(i32::try_from(server.id()).unwrap())
}

/// A command that runs a program as the account that a server runs as: root's servers refuse to be root's. It ends with
/// this thread.
pub(crate) fn as_server(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]);
    if Uid::effective().is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.arg("--").arg(program).current_dir("/");
    command.stdin(Stdio::null()).env("LC_ALL", "C");
    for name in ["PGHOST", "PGUSER", "PGDATABASE", "PGPORT"] {
        command.env_remove(name);
    }
    command
}

/// Gives a file to that account.
pub(crate) fn give(path: &Path) {
    if Uid::effective().is_root() {
        run(Command::new("chown").arg("postgres:postgres").arg(path));
    }
}

/// Runs a program to its end, and returns what it printed.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error} (script/bootstrap --tests)"));
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Waits for a server, which takes a while to start.
pub(crate) fn wait(what: &str, ready: impl Fn() -> bool) {
    let begin = Instant::now();
    while !ready() {
        assert!(begin.elapsed() < Duration::from_secs(30), "not so: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
