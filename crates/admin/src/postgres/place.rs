//! Where a cluster lives, and the files around its data.
//!
//! ```text
//! <folder>/            ours; as root, others may pass through it but not list it
//!   data/              the server account's: the cluster itself
//!   socket/            the server account's, 0700; a link to a short folder if the path is long
//!   postgres.log       ours
//!   pg_hba.conf        ours: who may connect, written at each start
//!   pg_ident.conf      ours: which system user is which database user
//!   start.lock         held while somebody creates, starts or stops the server
//!   owner.lock         held while the server runs that its holder has started
//!   joined.lock        held, shared, by those who have joined a running server
//!   postgres.location  in place of all that: where the cluster lives instead
//! ```

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::unistd::Uid;

use super::account::{Account, name_of};
use super::error::{PostgresError, at};

/// The parent of clusters whose own folder the server's account cannot enter.
const ELSEWHERE: &str = "/var/lib/lanyard";

/// How long somebody may create, start or stop the server before others give up.
const LOCK_WAIT: Duration = Duration::from_secs(120);

/// The longest path of a socket folder. A socket's whole path has 107 bytes on Linux and 103 on
/// macOS, of which "/.s.PGSQL.5432" takes 14.
const LONGEST_SOCKET_FOLDER: usize = 89;

/// A cluster's place and the account that its server runs as.
#[derive(Clone, Debug)]
pub(super) struct Place {
    folder: PathBuf,
    pub(super) account: Account,
}

impl Place {
    /// Decides where the cluster for `folder` lives, and makes that folder fit.
    pub(super) fn settle(folder: &Path) -> Result<Place, PostgresError> {
        let asked = own_folder(folder)?;
        let _deciding = lock(&asked, "start.lock")?;
        let data = asked.join("data");
        let account = Account::for_data(&data)?;
        let folder = match (read_location(&asked)?, account.barrier(&asked)) {
            (Some(place), _) => own_folder(&place)?,
            (None, None) => asked,
            (None, Some(barrier)) if data.exists() => {
                return Err(PostgresError::Barred {
                    account: account.name(),
                    barrier,
                    folder: asked,
                });
            }
            (None, Some(_)) => settle_elsewhere(&asked)?,
        };
        let account = Account::for_data(&folder.join("data"))?;
        Ok(Place { folder, account })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("postgres.log")
    }

    pub(super) fn hba(&self) -> PathBuf {
        self.folder.join("pg_hba.conf")
    }

    pub(super) fn ident(&self) -> PathBuf {
        self.folder.join("pg_ident.conf")
    }

    /// Waits for the right to create, start or stop the server; it lasts until the file is closed.
    pub(super) fn lock_start(&self) -> Result<File, PostgresError> {
        lock(&self.folder, "start.lock")
    }

    /// The file whose lock says that the server's starter lives.
    pub(super) fn owner_file(&self) -> Result<File, PostgresError> {
        open_lock(&self.folder.join("owner.lock"))
    }

    /// The file whose lock says that somebody has joined the server.
    pub(super) fn joined_file(&self) -> Result<File, PostgresError> {
        open_lock(&self.folder.join("joined.lock"))
    }

    /// Says who may connect: nobody but the system user that we are, over the socket, as the
    /// database user `lanyard`. The kernel vouches for it, so there is no password to keep.
    pub(super) fn write_access(&self) -> Result<(), PostgresError> {
        let us = name_of(Uid::effective());
        let ident = format!("lanyard \"{us}\" lanyard\n");
        let hba = "local all lanyard peer map=lanyard\n";
        for (path, text) in [(self.hba(), hba), (self.ident(), ident.as_str())] {
            fs::write(&path, text)
                .and_then(|()| fs::set_permissions(&path, Permissions::from_mode(0o644)))
                .map_err(at(path))?;
        }
        Ok(())
    }

    /// Opens the server's log for appending, after moving a long one aside.
    pub(super) fn open_log(&self) -> Result<File, PostgresError> {
        const LONG: u64 = 10 * 1024 * 1024;
        let path = self.log();
        if fs::metadata(&path).is_ok_and(|found| found.len() > LONG) {
            fs::rename(&path, path.with_extension("log.1")).map_err(at(&path))?;
        }
        let mut options = OpenOptions::new();
        let opened = options.append(true).create(true).mode(0o600).open(&path);
        opened.map_err(at(path))
    }

    /// Makes a new socket folder, without what a dead server has left in the old one (its lock
    /// file may name a process number that lives again). Only while no server runs.
    pub(super) fn new_socket_folder(&self) -> Result<PathBuf, PostgresError> {
        self.remove_socket_folder()?;
        let usual = self.folder.join("socket");
        if fits_socket(&usual) {
            self.account.make_folder(&usual)?;
            return Ok(usual);
        }
        // A folder of this name made by somebody else makes the making fail; and /tmp is sticky,
        // so nobody else can put another in its place afterwards.
        let short = PathBuf::from(format!("/tmp/lanyard-{:016x}", random()));
        self.account.make_folder(&short)?;
        symlink(&short, &usual).map_err(at(usual))?;
        Ok(short)
    }

    /// Removes the socket folder, wherever it is.
    pub(super) fn remove_socket_folder(&self) -> Result<(), PostgresError> {
        let usual = self.folder.join("socket");
        if let Ok(short) = fs::read_link(&usual) {
            if self.account.owns_privately(&short) {
                fs::remove_dir_all(&short).map_err(at(short))?;
            }
            return fs::remove_file(&usual).map_err(at(usual));
        }
        if usual.exists() {
            fs::remove_dir_all(&usual).map_err(at(usual))?;
        }
        Ok(())
    }
}

/// Makes `folder` if need be, checks that it is ours, and returns its true path.
fn own_folder(folder: &Path) -> Result<PathBuf, PostgresError> {
    fs::create_dir_all(folder).map_err(at(folder))?;
    let path = fs::canonicalize(folder).map_err(at(folder))?;
    if path.as_os_str().as_bytes().iter().any(u8::is_ascii_control) {
        return Err(PostgresError::Unspeakable { path });
    }
    let found = fs::metadata(&path).map_err(at(&path))?;
    let owner = Uid::from_raw(found.uid());
    if owner != Uid::effective() {
        return Err(PostgresError::NotOurs {
            path,
            owner: name_of(owner),
        });
    }
    // Whoever can write here can make us write elsewhere. Root's server has to pass through.
    let mode = if owner.is_root() { 0o711 } else { 0o700 };
    if found.mode() & 0o777 != mode {
        fs::set_permissions(&path, Permissions::from_mode(mode)).map_err(at(&path))?;
    }
    Ok(path)
}

/// The place that `folder/postgres.location` names, if there is that file.
fn read_location(folder: &Path) -> Result<Option<PathBuf>, PostgresError> {
    let file = folder.join("postgres.location");
    let mut line = match fs::read(&file) {
        Ok(line) => line,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(file)(error)),
    };
    line.truncate(line.trim_ascii_end().len());
    let place = PathBuf::from(OsString::from_vec(line));
    if place.parent() != Some(Path::new(ELSEWHERE)) || !place.is_dir() {
        return Err(PostgresError::Gone { file, place });
    }
    Ok(Some(place))
}

/// Takes a place below [`ELSEWHERE`] for the cluster of `folder`, and notes it in `folder`.
fn settle_elsewhere(folder: &Path) -> Result<PathBuf, PostgresError> {
    own_folder(Path::new(ELSEWHERE))?;
    let name = fnv1a(folder.as_os_str().as_bytes());
    // A place with data is of an earlier folder of the same path: whoever removed that folder
    // wants a new database, and perhaps still the old data.
    let place = (0_u32..)
        .map(|n| match n {
            0 => format!("{ELSEWHERE}/{name:016x}"),
            n => format!("{ELSEWHERE}/{name:016x}-{n}"),
        })
        .map(PathBuf::from)
        .find(|place| !place.join("data").exists())
        .ok_or(PostgresError::CutOff)?;
    let place = own_folder(&place)?;
    let file = folder.join("postgres.location");
    let new = folder.join("postgres.location.new");
    fs::write(&new, format!("{}\n", place.display()))
        .and_then(|()| File::open(&new)?.sync_all())
        .and_then(|()| fs::rename(&new, &file))
        .map_err(at(file))?;
    Ok(place)
}

/// Whether Postgres takes `path` as its one socket folder: short, and without the characters that
/// part its list of folders or are trimmed from it.
fn fits_socket(path: &Path) -> bool {
    let path = path.as_os_str().as_bytes();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+=~:%".contains(byte);
    path.len() <= LONGEST_SOCKET_FOLDER && path.iter().all(plain)
}

/// Waits for the lock on a file of `folder`; it is let go when the file is closed, also by death.
fn lock(folder: &Path, name: &str) -> Result<File, PostgresError> {
    let path = folder.join(name);
    let file = open_lock(&path)?;
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(at(path)(error)),
            Err(TryLockError::WouldBlock) if start.elapsed() > LOCK_WAIT => {
                return Err(PostgresError::Busy {
                    folder: folder.to_owned(),
                });
            }
            Err(TryLockError::WouldBlock) => sleep(Duration::from_millis(20)),
        }
    }
}

fn open_lock(path: &Path) -> Result<File, PostgresError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options.mode(0o600).open(path).map_err(at(path))
}

/// A number that nobody else comes upon by chance; not a secret.
pub(super) fn random() -> u64 {
    RandomState::new().hash_one(std::process::id())
}

/// The 64-bit FNV-1a hash, which stays the same for ever (std's do not promise that).
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_place_is_stable() {
        // The algorithm's published test vectors.
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn long_or_odd_paths_are_not_used_for_the_socket() {
        assert!(fits_socket(Path::new("/srv/news/.lanyard/postgres/socket")));
        assert!(!fits_socket(Path::new(&format!("/{}", "x".repeat(89)))));
        for odd in [
            "/a,b/socket",
            "/a b/socket",
            "/a\"b/socket",
            "/\u{e4}/socket",
        ] {
            assert!(!fits_socket(Path::new(odd)), "{odd}");
        }
    }
}
