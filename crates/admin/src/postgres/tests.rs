//! Runs real servers. Each test has a folder of its own and removes it.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use nix::sys::signal::Signal;
use nix::unistd::Uid;

use super::process::{living_on, signal};
use super::server::wait;
use super::{Cluster, Durability, PidFile, PostgresError, Programs};

const FOLDER_VARIABLE: &str = "LANYARD_TEST_POSTGRES_FOLDER";

/// A folder for a cluster, removed with all that the test has left running in it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        Folder::below(&std::env::temp_dir())
    }

    fn below(parent: &Path) -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("lanyard-test-{}-{number}", std::process::id());
        Folder(parent.join(name))
    }

    /// Where the cluster really is.
    fn place(&self) -> PathBuf {
        match fs::read_to_string(self.0.join("postgres.location")) {
            Ok(line) => PathBuf::from(line.trim()),
            Err(_) => self.0.clone(),
        }
    }

    fn data(&self) -> PathBuf {
        fs::canonicalize(self.place()).unwrap().join("data")
    }

    async fn start(&self) -> Cluster {
        Cluster::start(&self.0, Durability::Fast).await.unwrap()
    }

    async fn refusal(&self) -> String {
        let refused = Cluster::start(&self.0, Durability::Fast).await;
        refused.unwrap_err().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let place = self.place();
        for pid in living_on(&place.join("data")) {
            signal(pid, Signal::SIGKILL);
        }
        if let Ok(short) = fs::read_link(place.join("socket")) {
            let _gone = fs::remove_dir_all(short);
        }
        let _gone = fs::remove_dir_all(place);
        let _gone = fs::remove_dir_all(&self.0);
    }
}

/// What `psql` answers; `None` when it fails.
fn psql(url: &str, sql: &str) -> Option<String> {
    let psql = Programs::find().unwrap().program("psql");
    let output = Command::new(psql)
        .args(["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, url])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    output.status.success().then(|| text.trim().to_owned())
}

/// What `psql` says when the system user `uid` tries to connect.
fn refusal_as(uid: u32, url: &str) -> String {
    let psql = Programs::find().unwrap().program("psql");
    let output = Command::new(psql)
        .uid(uid)
        .current_dir("/")
        .args(["-X", "-c", "SELECT 1", url])
        .output()
        .unwrap();
    String::from_utf8(output.stderr).unwrap()
}

/// Another process that starts a cluster and sleeps: this program, with only the test
/// `owner_process`. Killed at the end.
struct Other(Child);

impl Other {
    fn kill(&mut self) {
        let _dead = self.0.kill();
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        self.kill();
        let _status = self.0.wait();
    }
}

fn other_process(folder: &Folder) -> Other {
    let (_, path) = module_path!().split_once("::").unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "--nocapture"])
        .arg(format!("{path}::owner_process"))
        .env(FOLDER_VARIABLE, &folder.0)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    Other(child.unwrap())
}

#[tokio::test]
#[ignore = "is run by other tests, as a process to be killed"]
async fn owner_process() {
    if let Some(folder) = std::env::var_os(FOLDER_VARIABLE) {
        let started = Cluster::start(Path::new(&folder), Durability::Durable).await;
        let _cluster = started.unwrap();
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
}

/// Starts [`other_process`] and waits until its server answers.
fn owner_with_server(folder: &Folder) -> (Other, PidFile) {
    let owner = other_process(folder);
    let answering = || {
        let data = folder.place().join("data");
        PidFile::read(&data).filter(PidFile::answers)
    };
    assert!(wait(Duration::from_secs(30), || answering().is_some()));
    (owner, answering().unwrap())
}

#[tokio::test]
async fn a_cluster_is_ours_alone_and_a_second_start_finds_what_the_first_has_written() {
    let folder = Folder::new();
    let cluster = folder.start().await;
    assert!(cluster.started_here());
    let settings = "SELECT current_user, current_database(), getdatabaseencoding(), \
         current_setting('data_checksums'), current_setting('listen_addresses'), \
         current_setting('fsync'), datcollate FROM pg_database WHERE datname = 'lanyard'";
    assert_eq!(
        psql(&cluster.url(), settings).unwrap(),
        "lanyard|lanyard|UTF8|on||off|C"
    );
    psql(&cluster.url(), "CREATE TABLE kept AS SELECT 7 AS n").unwrap();
    psql(&cluster.url(), "CREATE DATABASE \"other db\"").unwrap();
    let other = psql(&cluster.url_for("other db"), "SELECT current_database()");
    assert_eq!(other.unwrap(), "other db");
    let account = fs::metadata(folder.data()).unwrap().uid();
    if Uid::effective().as_raw() != account {
        let told = refusal_as(account, &cluster.url());
        assert!(told.contains("Peer authentication failed"), "{told}");
    }
    cluster.stop().await.unwrap();
    assert!(living_on(&folder.data()).is_empty());

    let started = Cluster::start(&folder.0, Durability::Durable).await;
    let cluster = started.unwrap();
    let kept = "SELECT n, current_setting('fsync') FROM kept";
    assert_eq!(psql(&cluster.url(), kept).unwrap(), "7|on");
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn two_starts_at_once_make_one_cluster_and_its_owner_stops_it_last() {
    let folder = Folder::new();
    let (one, two) = tokio::join!(folder.start(), folder.start());
    let (owner, joined) = if one.started_here() {
        (one, two)
    } else {
        (two, one)
    };
    assert!(owner.started_here() && !joined.started_here());
    let url = owner.url();
    assert_eq!(joined.url(), url);
    joined.stop().await.unwrap();
    assert_eq!(psql(&url, "SELECT 1").unwrap(), "1");

    let joined = folder.start().await;
    let stopping = tokio::spawn(owner.stop());
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(psql(&url, "SELECT 1").unwrap(), "1");
    drop(joined);
    stopping.await.unwrap().unwrap();
    assert_eq!(psql(&url, "SELECT 1"), None);
}

#[tokio::test]
async fn nothing_is_lost_when_the_owner_is_killed() {
    let folder = Folder::new();
    let (mut owner, _) = owner_with_server(&folder);
    let joined = folder.start().await;
    assert!(!joined.started_here());
    psql(&joined.url(), "CREATE TABLE kept AS SELECT 7 AS n").unwrap();
    drop(joined);
    owner.kill();
    let cluster = folder.start().await;
    assert!(cluster.started_here());
    assert_eq!(psql(&cluster.url(), "SELECT n FROM kept").unwrap(), "7");
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn nothing_is_lost_when_all_are_killed_and_a_backend_lives_on() {
    let folder = Folder::new();
    let (mut owner, file) = owner_with_server(&folder);
    let joined = folder.start().await;
    let url = joined.url();
    drop(joined);
    psql(&url, "CREATE TABLE kept AS SELECT 7 AS n").unwrap();
    let busy = std::thread::spawn(move || {
        let forever = "SELECT count(*) FROM generate_series(1, 1000000000000)";
        psql(&url, forever)
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    // Stopped first, so that it cannot get the death signal before it is killed.
    signal(file.pid, Signal::SIGSTOP);
    owner.kill();
    signal(file.pid, Signal::SIGKILL);
    let cluster = folder.start().await;
    assert!(cluster.started_here());
    assert_eq!(psql(&cluster.url(), "SELECT n FROM kept").unwrap(), "7");
    assert_eq!(busy.join().unwrap(), None);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn what_an_earlier_maker_or_server_has_left_is_no_obstacle() {
    let folder = Folder::new();
    let half = folder.0.join("data.new-1");
    fs::create_dir_all(&half).unwrap();
    fs::write(half.join("PG_VERSION"), "15\n").unwrap();
    let cluster = folder.start().await;
    assert_eq!(psql(&cluster.url(), "SELECT 1").unwrap(), "1");
    assert!(!half.exists());
    cluster.stop().await.unwrap();

    // The number of the dead server is that of another process by now, here our own.
    let data = folder.data();
    let text = format!(
        "{}\n{}\n1700000000\n5432\n{}\n\n  1  1\nready   \n",
        std::process::id(),
        data.display(),
        folder.place().join("socket").display()
    );
    fs::write(PidFile::path(&data), text).unwrap();
    let cluster = folder.start().await;
    assert!(cluster.started_here());

    // One that is on its way out is not joined.
    drop(cluster);
    let cluster = folder.start().await;
    assert!(cluster.started_here());
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_long_path_gets_a_short_private_socket_folder() {
    let parent = Folder::new();
    let folder = Folder::below(&parent.0.join("a long, \"odd\" name".repeat(6)));
    let cluster = folder.start().await;
    assert!(cluster.socket.starts_with("/tmp"));
    let mode = fs::metadata(&cluster.socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    assert_eq!(psql(&cluster.url(), "SELECT 1").unwrap(), "1");
    let joined = folder.start().await;
    assert_eq!(joined.url(), cluster.url());
    drop(joined);
    let socket = cluster.socket.clone();
    cluster.stop().await.unwrap();
    assert!(!socket.exists());
}

#[tokio::test]
async fn root_keeps_a_cluster_elsewhere_when_the_server_cannot_enter() {
    if !Uid::effective().is_root() {
        return;
    }
    let parent = Folder::new();
    fs::create_dir(&parent.0).unwrap();
    fs::set_permissions(&parent.0, fs::Permissions::from_mode(0o700)).unwrap();
    let folder = Folder::below(&parent.0);
    let cluster = folder.start().await;
    psql(&cluster.url(), "CREATE TABLE kept AS SELECT 7 AS n").unwrap();
    cluster.stop().await.unwrap();
    let place = folder.place();
    assert!(place.starts_with("/var/lib/lanyard"));

    // A copy that root makes is root's.
    let mine = fs::metadata(&parent.0).unwrap().uid();
    std::os::unix::fs::chown(place.join("data"), Some(mine), None).unwrap();
    let cluster = folder.start().await;
    assert_eq!(psql(&cluster.url(), "SELECT n FROM kept").unwrap(), "7");
    cluster.stop().await.unwrap();

    fs::remove_dir_all(&place).unwrap();
    assert!(folder.refusal().await.contains("where no cluster is"));
}

#[tokio::test]
async fn refusals_are_one_line_that_says_what_to_do() {
    let folder = Folder::new();
    folder.start().await.stop().await.unwrap();
    let data = folder.data();

    let version = fs::read_to_string(data.join("PG_VERSION")).unwrap();
    fs::write(data.join("PG_VERSION"), "99\n").unwrap();
    let newer = folder.refusal().await;
    assert!(newer.contains("was made by Postgres 99"), "{newer}");
    assert!(newer.contains("install Postgres 99"), "{newer}");
    fs::write(data.join("PG_VERSION"), version).unwrap();

    let settings = data.join("postgresql.auto.conf");
    fs::write(&settings, "no_such_setting = 1\n").unwrap();
    let broken = folder.refusal().await;
    assert!(broken.contains("postgres.log"), "{broken}");
    assert!(broken.contains("contains errors"), "{broken}");
    fs::remove_file(&settings).unwrap();

    fs::remove_file(data.join("PG_VERSION")).unwrap();
    let empty = folder.refusal().await;
    assert!(empty.contains("holds no Postgres cluster"), "{empty}");
    for text in [newer, broken, empty] {
        assert_eq!(text.lines().count(), 1, "{text}");
    }
}

#[tokio::test]
async fn a_folder_of_another_user_is_refused() {
    if !Uid::effective().is_root() {
        return;
    }
    let folder = Folder::new();
    fs::create_dir(&folder.0).unwrap();
    std::os::unix::fs::chown(&folder.0, Some(65534), None).unwrap();
    let refused = Cluster::start(&folder.0, Durability::Fast).await;
    assert!(matches!(refused, Err(PostgresError::NotOurs { .. })));
}
