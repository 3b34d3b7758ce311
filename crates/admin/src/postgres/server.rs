//! Creates a cluster, and starts and ends its server. All of it blocks, and all of it happens
//! under the start lock.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle, sleep};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::Pid;

use super::Durability;
use super::error::{PostgresError, at, telling_line};
use super::place::{Place, random};
use super::process::{PidFile, cluster_name, living_on, signal};
use super::programs::Programs;

const TICK: Duration = Duration::from_millis(5);

/// How long a server may take to be ready. Recovery after a crash takes the longest.
const READY_WAIT: Duration = Duration::from_secs(120);

/// How long a start that failed because of an earlier server's remains is tried again.
const REMAINS_WAIT: Duration = Duration::from_secs(10);

/// A server that this process has started.
#[derive(Debug)]
pub(super) struct Server {
    pid: Pid,
    /// Spawned the server and waits for its end, so that the server gets the death signal of a
    /// thread neither too early nor never.
    keeper: JoinHandle<()>,
    /// Its lock says that somebody answers for the server.
    owner: Arc<File>,
}

impl Server {
    /// Runs `command`; `owner` is unlocked when it has ended.
    fn spawn(mut command: Command, owner: Arc<File>) -> io::Result<Server> {
        let (sender, receiver) = mpsc::channel();
        let held = Arc::clone(&owner);
        let keeper = thread::Builder::new()
            .name("postgres-keeper".to_owned())
            .spawn(move || {
                let spawned = command.spawn();
                // It holds our copies of the log.
                drop(command);
                match spawned {
                    Err(error) => drop(sender.send(Err(error))),
                    Ok(mut child) => {
                        drop(sender.send(Ok(child.id())));
                        let _status = child.wait();
                    }
                }
                // From here on, others may start a server.
                let _gone = held.unlock();
            })?;
        let gone = |_| io::Error::other("the thread that keeps Postgres is gone");
        let id = receiver.recv().map_err(gone)??;
        let pid = Pid::from_raw(i32::try_from(id).map_err(io::Error::other)?);
        Ok(Server { pid, keeper, owner })
    }

    fn ended(&self) -> bool {
        self.keeper.is_finished()
    }

    /// Asks the server to end: it breaks off what clients do, and writes everything down.
    fn ask_to_stop(&self) {
        if !self.ended() {
            signal(self.pid, Signal::SIGINT);
        }
    }

    /// Asks the server to end, and answers for it no longer: nobody joins it any more, and who
    /// starts another one waits for its end.
    pub(super) fn abandon(&self) {
        let _gone = self.owner.unlock();
        self.ask_to_stop();
    }

    /// Ends the server and waits for its end.
    pub(super) fn stop(&self, log: PathBuf) -> Result<(), PostgresError> {
        self.ask_to_stop();
        if wait(Duration::from_secs(60), || self.ended()) {
            return Ok(());
        }
        // Nothing committed is lost: the next start recovers it.
        signal(self.pid, Signal::SIGQUIT);
        if wait(Duration::from_secs(10), || self.ended()) {
            return Ok(());
        }
        let pid = self.pid.as_raw();
        Err(PostgresError::Stop { pid, log })
    }
}

/// Starts a server on the place's cluster, which is made if there is none. Only for the holder of
/// `owner`'s lock. Returns the server and its socket folder.
pub(super) fn start(
    place: &Place,
    durability: Durability,
    owner: File,
) -> Result<(Server, PathBuf), PostgresError> {
    let data = place.data();
    let owner = Arc::new(owner);
    end_remains(place)?;
    let programs = if data.exists() {
        place.account.take_over(&data).map_err(at(&data))?;
        Programs::find_for(&data)?
    } else {
        let programs = Programs::find()?;
        create(place, &programs, durability)?;
        programs
    };
    place.write_access()?;
    let begin = Instant::now();
    loop {
        match launch(place, &programs, durability, &owner) {
            Err(PostgresError::Start { line, .. })
                if is_about_remains(&line) && begin.elapsed() < REMAINS_WAIT =>
            {
                sleep(Duration::from_millis(200));
                end_remains(place)?;
            }
            done => return done,
        }
    }
}

/// Whether a start failed because of what an earlier server has left.
fn is_about_remains(line: &str) -> bool {
    line.contains("lock file") || line.contains("shared memory block")
}

/// Ends the processes of a server whose starter is dead, and removes its pid file. Postgres
/// itself would believe that file for as long as any process of the same number and user exists,
/// a zombie included.
fn end_remains(place: &Place) -> Result<(), PostgresError> {
    let data = place.data();
    for (request, seconds) in [
        (Signal::SIGINT, 30),
        (Signal::SIGQUIT, 5),
        (Signal::SIGKILL, 5),
    ] {
        let mut living = living_on(&data);
        if living.is_empty() {
            break;
        }
        if request == Signal::SIGINT {
            // To its children this means "cancel the query"; they end with the postmaster.
            let postmaster = PidFile::read(&data).map(|file| file.pid);
            living.retain(|pid| Some(*pid) == postmaster);
            if living.is_empty() {
                continue;
            }
        }
        living.iter().for_each(|pid| signal(*pid, request));
        wait(Duration::from_secs(seconds), || living_on(&data).is_empty());
    }
    if let Some(pid) = living_on(&data).first() {
        let (pid, log) = (pid.as_raw(), place.log());
        return Err(PostgresError::Stop { pid, log });
    }
    let pid_file = PidFile::path(&data);
    match fs::remove_file(&pid_file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(pid_file)(error)),
        _ => Ok(()),
    }
}

/// Makes a new cluster, under another name until it is whole.
fn create(place: &Place, programs: &Programs, durability: Durability) -> Result<(), PostgresError> {
    const BEGINNING: &str = "data.new-";
    let folder = place.folder();
    for entry in fs::read_dir(folder).map_err(at(folder))?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(BEGINNING) {
            // Left by a creator that was killed. If it cannot go now, it goes next time.
            let _left = fs::remove_dir_all(entry.path());
        }
    }
    let fresh = folder.join(format!("{BEGINNING}{:016x}", random()));
    place.account.make_folder(&fresh)?;
    let made = fill(place, programs, durability, &fresh).and_then(|()| {
        fs::rename(&fresh, place.data())
            .and_then(|()| File::open(folder)?.sync_all())
            .map_err(at(folder))
    });
    if made.is_err() {
        let _left = fs::remove_dir_all(&fresh);
    }
    made
}

/// Fills the empty folder `fresh` with a cluster and its database.
fn fill(
    place: &Place,
    programs: &Programs,
    durability: Durability,
    fresh: &Path,
) -> Result<(), PostgresError> {
    let initdb = programs.program("initdb");
    let mut command = place.account.command(&initdb, "KILL");
    command.arg("-D").arg(fresh);
    command.args(["--username=lanyard", "--encoding=UTF8", "--locale=C"]);
    command.args(["--data-checksums", "--no-instructions"]);
    command.args(["--auth-local=peer", "--auth-host=reject"]);
    if durability == Durability::Fast {
        command.arg("--no-sync");
    }
    run(place, &initdb, command, "")?;

    // A server for one: no socket, so nobody else can be in there with us.
    let postgres = programs.program("postgres");
    let mut command = place.account.command(&postgres, "KILL");
    command.args(["--single", "-D"]).arg(fresh);
    command.args(durability.settings());
    command.args(["-c", "exit_on_error=on", "postgres"]);
    run(place, &postgres, command, "CREATE DATABASE lanyard;\n")
}

/// Runs a program of the making to its end, with `input`.
fn run(
    place: &Place,
    program: &Path,
    mut command: Command,
    input: &str,
) -> Result<(), PostgresError> {
    let cannot_run = |source| PostgresError::Run {
        program: program.to_owned(),
        source,
    };
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.stderr(Stdio::piped()).spawn().map_err(cannot_run)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ends before it has read this tells why by itself.
        let _unread = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().map_err(cannot_run)?;
    if output.status.success() {
        return Ok(());
    }
    Err(PostgresError::Create {
        folder: place.folder().to_owned(),
        line: telling_line(&String::from_utf8_lossy(&output.stderr)),
    })
}

/// Starts the server once and waits until it is ready.
fn launch(
    place: &Place,
    programs: &Programs,
    durability: Durability,
    owner: &Arc<File>,
) -> Result<(Server, PathBuf), PostgresError> {
    let data = place.data();
    let socket = place.new_socket_folder()?;
    let mut log = place.open_log()?;
    let log_begin = log.seek(SeekFrom::End(0)).map_err(at(place.log()))?;

    let postgres = programs.program("postgres");
    let mut command = place.account.command(&postgres, "INT");
    command.arg("-D").arg(&data).arg("-k").arg(&socket);
    for (name, value) in [
        ("hba_file", place.hba()),
        ("ident_file", place.ident()),
        (
            "cluster_name",
            cluster_name(&data).map_err(at(&data))?.into(),
        ),
    ] {
        let mut setting = std::ffi::OsString::from(format!("{name}="));
        setting.push(value);
        command.arg("-c").arg(setting);
    }
    command.args(["-p", "5432", "-c", "listen_addresses="]);
    command.args(["-c", "unix_socket_permissions=0700"]);
    command.args([
        "-c",
        "logging_collector=off",
        "-c",
        "log_destination=stderr",
    ]);
    command.args(["-c", "max_connections=200", "-c", "timezone=UTC"]);
    command.args(durability.settings());
    command.stdout(log.try_clone().map_err(at(place.log()))?);
    command.stderr(log);

    // A launch that has failed has let go of it. Nobody else wants it under the start lock.
    owner.lock().map_err(at(place.folder()))?;
    let server =
        Server::spawn(command, Arc::clone(owner)).map_err(|source| PostgresError::Run {
            program: postgres,
            source,
        })?;
    let ready =
        || PidFile::read(&data).is_some_and(|file| file.pid == server.pid && file.answers());
    let settled = wait(READY_WAIT, || server.ended() || ready());
    if server.ended() {
        return Err(PostgresError::Start {
            line: telling_line(&read_from(&place.log(), log_begin)),
            log: place.log(),
        });
    }
    if !settled {
        server.abandon();
        return Err(PostgresError::Slow {
            seconds: READY_WAIT.as_secs(),
            log: place.log(),
        });
    }
    Ok((server, socket))
}

/// The text of `path` from byte `begin` on; what cannot be read is missing.
fn read_from(path: &Path, begin: u64) -> String {
    let mut text = Vec::new();
    if let Ok(mut file) = File::open(path) {
        let _partial = file
            .seek(SeekFrom::Start(begin))
            .and_then(|_| file.read_to_end(&mut text));
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// Waits until `done`, for at most `limit`; whether it was done.
pub(super) fn wait(limit: Duration, done: impl Fn() -> bool) -> bool {
    let begin = Instant::now();
    while !done() {
        if begin.elapsed() > limit {
            return false;
        }
        sleep(TICK);
    }
    true
}
