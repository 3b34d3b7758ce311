//! The account that the server runs as: ours, or another one when we are root.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::unistd::{Gid, Uid, User};

use super::error::{PostgresError, at};

/// The account that the server runs as, and how to run programs as it.
#[derive(Clone, Debug)]
pub(super) struct Account {
    uid: Uid,
    gid: Gid,
    /// `setpriv` of util-linux, if it is here and can tie a program's life to ours.
    setpriv: Option<PathBuf>,
}

impl Account {
    /// The account for the cluster in `data`. Postgres refuses to run as root, so root runs it as
    /// the owner of `data`, and a new cluster as `postgres` or `nobody`.
    pub(super) fn for_data(data: &Path) -> Result<Account, PostgresError> {
        let us = Uid::effective();
        let owner = fs::symlink_metadata(data).ok().map(|found| {
            let (uid, gid) = (found.uid(), found.gid());
            (Uid::from_raw(uid), Gid::from_raw(gid))
        });
        let (uid, gid) = match owner {
            _ if !us.is_root() => (us, Gid::effective()),
            Some((uid, gid)) if !uid.is_root() => (uid, gid),
            // No cluster yet, or a copy that root has made, which `take_over` gives away.
            _ => ["postgres", "nobody"]
                .iter()
                .find_map(|name| User::from_name(name).ok().flatten())
                .filter(|user| !user.uid.is_root())
                .map(|user| (user.uid, user.gid))
                .ok_or(PostgresError::NoAccount)?,
        };
        Ok(Account {
            uid,
            gid,
            setpriv: find_setpriv(),
        })
    }

    /// The account's name, or its number when it has none.
    pub(super) fn name(&self) -> String {
        name_of(self.uid)
    }

    /// A command that runs `program` as this account, with nothing of our environment (it may
    /// hold secrets) but the paths to find programs and libraries.
    ///
    /// The program gets the signal `on_death` (such as `INT`) when the THREAD that spawns it
    /// ends, so that thread must live as long as the program is wanted.
    pub(super) fn command(&self, program: &Path, on_death: &str) -> Command {
        let drops = self.uid != Uid::effective();
        let mut command = match &self.setpriv {
            Some(setpriv) => {
                let mut command = Command::new(setpriv);
                // setpriv changes the user first: a change of user would clear the death signal.
                command.args(["--pdeathsig", on_death]);
                if drops {
                    command.arg(format!("--reuid={}", self.uid));
                    command.arg(format!("--regid={}", self.gid));
                    command.arg("--clear-groups");
                }
                command.arg("--").arg(program);
                command
            }
            None => {
                let mut command = Command::new(program);
                if drops {
                    // As root, this clears the supplementary groups too.
                    command.uid(self.uid.as_raw()).gid(self.gid.as_raw());
                }
                command
            }
        };
        command.env_clear().env("LC_ALL", "C").env("TZ", "UTC");
        for name in ["PATH", "LD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        // Ours may be a folder that the account cannot enter.
        command.current_dir("/").stdin(Stdio::null());
        // Ctrl-C in a terminal goes to the whole group, and only we decide when the server ends.
        command.process_group(0);
        command
    }

    /// Makes an empty folder that only this account may enter. Fails when `path` exists.
    pub(super) fn make_folder(&self, path: &Path) -> Result<(), PostgresError> {
        use std::os::unix::fs::DirBuilderExt;
        fs::DirBuilder::new()
            .mode(0o700)
            .create(path)
            .and_then(|()| self.give(path))
            .map_err(at(path))
    }

    /// Gives `path` itself to this account.
    fn give(&self, path: &Path) -> io::Result<()> {
        lchown(path, Some(self.uid.as_raw()), Some(self.gid.as_raw()))
    }

    /// Gives the cluster in `data` to this account if it is root's, as a copy made by root is.
    pub(super) fn take_over(&self, data: &Path) -> io::Result<()> {
        let owner = Uid::from_raw(fs::symlink_metadata(data)?.uid());
        if owner.is_root() && !self.uid.is_root() {
            self.give_all(data)?;
        }
        Ok(())
    }

    /// Gives `path` to this account after all that is below it, so that a take-over that was cut
    /// off is done again.
    fn give_all(&self, path: &Path) -> io::Result<()> {
        if fs::symlink_metadata(path)?.is_dir() {
            for entry in fs::read_dir(path)? {
                self.give_all(&entry?.path())?;
            }
        }
        self.give(path)
    }

    /// Whether `path` is a real folder, of this account, and closed to all others.
    pub(super) fn owns_privately(&self, path: &Path) -> bool {
        fs::symlink_metadata(path).is_ok_and(|found| {
            found.is_dir() && found.uid() == self.uid.as_raw() && found.mode() & 0o077 == 0
        })
    }

    /// The first folder on the way to `path` that this account cannot enter.
    pub(super) fn barrier(&self, path: &Path) -> Option<PathBuf> {
        let closed = |folder: &&Path| {
            let Ok(found) = fs::metadata(folder) else {
                return true;
            };
            let bit = if found.uid() == self.uid.as_raw() {
                0o100
            } else if found.gid() == self.gid.as_raw() {
                0o010
            } else {
                0o001
            };
            found.mode() & bit == 0
        };
        path.ancestors().find(closed).map(Path::to_owned)
    }
}

/// The name of user `uid`, or its number when it has none.
pub(super) fn name_of(uid: Uid) -> String {
    match User::from_uid(uid) {
        Ok(Some(user)) => user.name,
        _ => uid.to_string(),
    }
}

fn find_setpriv() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .chain([PathBuf::from("/usr/bin")])
        .map(|folder| folder.join("setpriv"))
        .find(|program| {
            // Busybox has a setpriv without this option.
            let help = Command::new(program).arg("--help").output();
            help.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("--pdeathsig"))
        })
}
