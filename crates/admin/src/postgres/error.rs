//! What can go wrong with a private cluster: one line each, and each says what to do next.

use std::io;
use std::path::PathBuf;

/// Why a private Postgres cluster could not be found, created, started or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresError {
    /// No server programs anywhere.
    #[error(
        "Postgres is not installed: install version 14 or later (`apt-get install postgresql`, `dnf install postgresql-server`, `brew install postgresql`) or put its bin folder on PATH"
    )]
    Missing,
    /// Server programs were found, all of them too old.
    #[error("Postgres {found} in {} is too old: install version 14 or later", folder.display())]
    TooOld {
        /// The newest major version that was found.
        found: u32,
        /// The folder of its programs.
        folder: PathBuf,
    },
    /// The cluster was made by a major version that is not installed.
    #[error(
        "{} was made by Postgres {has}, but only {found} found here: install Postgres {has} (`apt-get install postgresql-{has}`) or choose another folder", data.display()
    )]
    OtherVersion {
        /// The cluster's data folder.
        data: PathBuf,
        /// The major version that made it.
        has: u32,
        /// What was found instead, ready for the sentence ("Postgres 15 was").
        found: String,
    },
    /// The data folder is there, but no cluster is in it.
    #[error("{} holds no Postgres cluster: move it away, or choose another folder", data.display())]
    NotACluster {
        /// The data folder.
        data: PathBuf,
    },
    /// The folder is somebody else's.
    #[error("{} belongs to {owner}: run this as {owner}, or choose another folder", path.display())]
    NotOurs {
        /// The folder.
        path: PathBuf,
        /// Its owner's name, or number when the number has no name.
        owner: String,
    },
    /// Run by root, and there is no account to run the server as.
    #[error(
        "Postgres does not run as root, and there is no user named postgres or nobody: add one (`useradd --system postgres`), or run this as another user"
    )]
    NoAccount,
    /// The cluster's place has become closed to the account that the server runs as.
    #[error(
        "{account} cannot enter {}, so Postgres cannot run on {}: open it (`chmod o+x`), or run this as another user", barrier.display(), folder.display()
    )]
    Barred {
        /// The account that the server runs as.
        account: String,
        /// The folder that is closed to it.
        barrier: PathBuf,
        /// The cluster's folder.
        folder: PathBuf,
    },
    /// The place that `postgres.location` names is gone.
    #[error(
        "{} names {}, where no cluster is: restore it, or remove that file to begin with an empty database", file.display(), place.display()
    )]
    Gone {
        /// The file that names the place.
        file: PathBuf,
        /// The place.
        place: PathBuf,
    },
    /// The path cannot be given to Postgres.
    #[error("{path:?} has a control character in its name: choose another folder")]
    Unspeakable {
        /// The folder.
        path: PathBuf,
    },
    /// Another process holds the cluster and does not let go.
    #[error(
        "{} is in use by another process that does not answer: wait, or end it (it may run in another container)", folder.display()
    )]
    Busy {
        /// The cluster's folder.
        folder: PathBuf,
    },
    /// A file or folder could not be used.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A program could not be run at all.
    #[error("cannot run {}: {source}: check that Postgres is installed and that the server's user may run it", program.display())]
    Run {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// `initdb`, or the making of the database after it, failed.
    #[error("cannot create a Postgres cluster in {}: {line}", folder.display())]
    Create {
        /// The cluster's folder.
        folder: PathBuf,
        /// The last line that says why.
        line: String,
    },
    /// The server ended before it was ready.
    #[error("Postgres did not start: {line} (see {})", log.display())]
    Start {
        /// The last line of the log that says why.
        line: String,
        /// The whole log.
        log: PathBuf,
    },
    /// The server is still not ready.
    #[error("Postgres is not ready after {seconds} s: see {} and try again", log.display())]
    Slow {
        /// How long was waited, in seconds.
        seconds: u64,
        /// The server's log.
        log: PathBuf,
    },
    /// The server did not end.
    #[error("Postgres (process {pid}) does not stop: see {}, then end it with `kill -QUIT {pid}`", log.display())]
    Stop {
        /// The server's process.
        pid: i32,
        /// The server's log.
        log: PathBuf,
    },
    /// The work was cut off, because the process is ending.
    #[error("the work on Postgres was cut off: try again")]
    CutOff,
}

/// Gives an I/O error the path that it is about.
pub(super) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> PostgresError {
    let path = path.into();
    move |source| PostgresError::File { path, source }
}

/// The line of a server's output that says best why it ended.
pub(super) fn telling_line(output: &str) -> String {
    const SEVERITIES: [&str; 4] = ["PANIC:", "FATAL:", "ERROR:", "error:"];
    let severe = output.lines().rev().find_map(|line| {
        SEVERITIES
            .iter()
            .find_map(|word| Some(line.get(line.find(word)? + word.len()..)?.trim()))
    });
    let line = severe.or_else(|| output.lines().rev().map(str::trim).find(|l| !l.is_empty()));
    match line {
        Some(line) => line.chars().filter(|c| !c.is_control()).take(300).collect(),
        None => "it said nothing".to_owned(),
    }
}
