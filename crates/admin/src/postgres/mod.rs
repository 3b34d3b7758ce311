//! A private Postgres cluster in a folder: for `lanyard dev`, for commands on a stopped dev
//! folder, and for tests.
//!
//! The server listens on a Unix socket only, and lets in only the system user that started it.
//! It ends with the process that started it, also when that process is killed (where util-linux'
//! `setpriv` is installed; elsewhere the next start ends what was left).

mod account;
mod error;
mod place;
mod process;
mod programs;
mod server;
#[cfg(test)]
mod tests;

use std::fmt::Write;
use std::fs::{File, TryLockError};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use self::error::PostgresError;
use self::error::at;
use self::place::Place;
use self::process::PidFile;
pub use self::programs::Programs;
use self::server::{Server, wait};

/// How long to wait for a running server to take connections.
const JOIN_WAIT: Duration = Duration::from_secs(60);

/// How long the stop of a server waits for those who have joined it.
const JOINED_WAIT: Duration = Duration::from_secs(10);

/// What a commit is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// What is committed survives a crash of the machine.
    Durable,
    /// What is committed survives a crash of the server only; for tests.
    Fast,
}

impl Durability {
    /// The server's command-line arguments.
    fn settings(self) -> [&'static str; 6] {
        match self {
            Durability::Durable => [
                "-c",
                "fsync=on",
                "-c",
                "synchronous_commit=on",
                "-c",
                "full_page_writes=on",
            ],
            Durability::Fast => [
                "-c",
                "fsync=off",
                "-c",
                "synchronous_commit=off",
                "-c",
                "full_page_writes=off",
            ],
        }
    }
}

/// A running private cluster, with the superuser `lanyard` and the database `lanyard`.
///
/// Call [`Cluster::stop`] at the end. A cluster that is only dropped is told to end as well, but
/// nobody waits for it.
#[derive(Debug)]
pub struct Cluster {
    place: Place,
    socket: PathBuf,
    /// `None` when it was joined.
    server: Option<Server>,
    /// Tells whoever started the server that we use it.
    _joined: Option<File>,
}

impl Cluster {
    /// Creates the cluster when `folder` has none, then starts it, or joins the server that
    /// another live process (or this one) has started there. A server whose starter has died is
    /// ended first, so that the new one has an owner.
    ///
    /// `folder` is the cluster's alone, belongs to us, and is closed to others. As root the server
    /// runs as another user; when that user cannot enter `folder`, the cluster lives below
    /// `/var/lib/lanyard`, and `folder/postgres.location` says where. A joined server keeps the
    /// durability that it was started with.
    ///
    /// # Errors
    /// Any [`PostgresError`]; its one line says what to do next.
    pub async fn start(folder: &Path, durability: Durability) -> Result<Cluster, PostgresError> {
        let folder = folder.to_owned();
        let started = tokio::task::spawn_blocking(move || start(&folder, durability)).await;
        started.unwrap_or(Err(PostgresError::CutOff))
    }

    /// The URL of the database `lanyard`. It holds no secret: the kernel tells the server who
    /// connects.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_for("lanyard")
    }

    /// The URL of another database of this cluster.
    #[must_use]
    pub fn url_for(&self, database: &str) -> String {
        format!(
            "postgres://lanyard@localhost:5432/{}?host={}&sslmode=disable",
            percent_encoded(database.as_bytes()),
            percent_encoded(self.socket.as_os_str().as_bytes()),
        )
    }

    /// Whether this value started the server, and so will stop it; false when it was joined.
    #[must_use]
    pub fn started_here(&self) -> bool {
        self.server.is_some()
    }

    /// The server's log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.place.log()
    }

    /// Stops the server if it was started here, and waits for its end. Others who have joined it
    /// get ten seconds to finish; after that, their connections break. A joined server is left
    /// alone.
    ///
    /// # Errors
    /// [`PostgresError::Stop`] when the server does not end.
    pub async fn stop(mut self) -> Result<(), PostgresError> {
        let stopped = tokio::task::spawn_blocking(move || self.stop_and_wait()).await;
        stopped.unwrap_or(Err(PostgresError::CutOff))
    }

    fn stop_and_wait(&mut self) -> Result<(), PostgresError> {
        let Some(server) = self.server.take() else {
            return Ok(());
        };
        // With the lock, nobody can join a server that is about to end.
        let _stopping = self.place.lock_start();
        if let Ok(joined) = self.place.joined_file() {
            wait(JOINED_WAIT, || {
                !matches!(joined.try_lock(), Err(TryLockError::WouldBlock))
            });
        }
        server.stop(self.place.log())?;
        self.place.remove_socket_folder()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            server.abandon();
        }
    }
}

fn start(folder: &Path, durability: Durability) -> Result<Cluster, PostgresError> {
    let place = Place::settle(folder)?;
    let _starting = place.lock_start()?;
    let owner = place.owner_file()?;
    let begin = std::time::Instant::now();
    loop {
        match owner.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(error)) => return Err(at(place.folder())(error)),
            Err(TryLockError::WouldBlock) => {}
        }
        let answering = PidFile::read(&place.data())
            .filter(|file| place.account.owns_privately(&file.socket_folder) && file.answers());
        if let Some(file) = answering {
            let joined = place.joined_file()?;
            joined.lock_shared().map_err(at(place.folder()))?;
            return Ok(Cluster {
                place,
                socket: file.socket_folder,
                server: None,
                _joined: Some(joined),
            });
        }
        if begin.elapsed() > JOIN_WAIT {
            return Err(PostgresError::Busy {
                folder: place.folder().to_owned(),
            });
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let (server, socket) = server::start(&place, durability, owner)?;
    Ok(Cluster {
        place,
        socket,
        server: Some(server),
        _joined: None,
    })
}

/// `bytes` for a part of a URL: all but letters, digits and `-._~` is escaped (RFC 3986,
/// section 2.3).
fn percent_encoded(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut url, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            url.push(char::from(*byte));
        } else {
            // Writing to a String does not fail.
            let _written = write!(url, "%{byte:02X}");
        }
        url
    })
}
