//! Which server processes live on a data folder, and what `postmaster.pid` says of them.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// What a server has written into `postmaster.pid`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PidFile {
    pub(super) pid: Pid,
    pub(super) socket_folder: PathBuf,
    ready: bool,
}

impl PidFile {
    /// The file's path in `data`.
    pub(super) fn path(data: &Path) -> PathBuf {
        data.join("postmaster.pid")
    }

    /// Reads the file; `None` when there is none, or the server has not finished writing it.
    pub(super) fn read(data: &Path) -> Option<PidFile> {
        Self::parse(&fs::read(Self::path(data)).ok()?)
    }

    fn parse(content: &[u8]) -> Option<PidFile> {
        let lines: Vec<&[u8]> = content.split(|byte| *byte == b'\n').collect();
        let pid: i32 = std::str::from_utf8(lines.first()?)
            .ok()?
            .trim()
            .parse()
            .ok()?;
        // A standalone backend writes its number with a minus, which kill() takes for a group.
        if pid <= 1 {
            return None;
        }
        Some(PidFile {
            pid: Pid::from_raw(pid),
            socket_folder: PathBuf::from(OsStr::from_bytes(lines.get(4)?)),
            ready: lines
                .get(7)
                .is_some_and(|line| line.trim_ascii() == b"ready"),
        })
    }

    /// Whether the server says that it is ready, and takes connections. A file alone proves
    /// nothing: a dead server's says "ready" too.
    pub(super) fn answers(&self) -> bool {
        self.ready && UnixStream::connect(self.socket_folder.join(".s.PGSQL.5432")).is_ok()
    }
}

/// The name by which the server's processes show, in `ps`, which folder they work on. Made of the
/// folder's identity and not of its path, so that a folder moved under a running server is known.
pub(super) fn cluster_name(data: &Path) -> std::io::Result<String> {
    let metadata = fs::metadata(data)?;
    Ok(format!(
        "lanyard-{:x}-{:016x}",
        metadata.dev(),
        metadata.ino()
    ))
}

/// All live processes of a server on `data`: the postmaster and its children, also those that
/// have outlived it. Zombies are dead.
pub(super) fn living_on(data: &Path) -> Vec<Pid> {
    let (Ok(metadata), Ok(name)) = (fs::metadata(data), cluster_name(data)) else {
        return Vec::new();
    };
    if !Path::new("/proc/self/stat").exists() {
        let postmaster = PidFile::read(data).map(|file| file.pid);
        return postmaster
            .into_iter()
            .filter(|pid| kill(*pid, None).is_ok())
            .collect();
    }
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| works_on(*pid, data, metadata.uid(), &name))
        .map(Pid::from_raw)
        .collect()
}

/// Whether `pid` is a live server process of user `uid` on `data`. The command line is read as
/// well as the working folder, because root without `CAP_SYS_PTRACE` (in a container) may not
/// see the latter.
fn works_on(pid: i32, data: &Path, uid: u32, name: &str) -> bool {
    let proc = PathBuf::from(format!("/proc/{pid}"));
    if !fs::metadata(&proc).is_ok_and(|metadata| metadata.uid() == uid) {
        return false;
    }
    let Ok(stat) = fs::read(proc.join("stat")) else {
        return false;
    };
    if !is_live_postgres(&stat) {
        return false;
    }
    let line = fs::read(proc.join("cmdline")).unwrap_or_default();
    line.windows(name.len()).any(|part| part == name.as_bytes())
        || line
            .split(|byte| *byte == 0)
            .any(|word| word == data.as_os_str().as_bytes())
        || fs::read_link(proc.join("cwd")).is_ok_and(|folder| folder == data)
}

/// Whether a line of `/proc/PID/stat`, "pid (name) state …", is of a live server process.
fn is_live_postgres(stat: &[u8]) -> bool {
    let open = stat.iter().position(|byte| *byte == b'(');
    let close = stat.iter().rposition(|byte| *byte == b')');
    let (Some(open), Some(close)) = (open, close) else {
        return false;
    };
    let name = stat.get(open + 1..close).unwrap_or_default();
    let state = stat.get(close + 2).copied().unwrap_or(b'X');
    (name == b"postgres" || name == b"postmaster") && !matches!(state, b'Z' | b'X' | b'x')
}

/// Sends `signal`; a process that has just gone is no error.
pub(super) fn signal(pid: Pid, signal: Signal) {
    let _gone = kill(pid, signal);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ready_pid_file_gives_pid_and_socket_folder() {
        let text = b"4711\n/d/data\n1700000000\n5432\n/d/socket\n\n  123  4\nready   \n";
        let file = PidFile::parse(text).unwrap();
        assert_eq!(file.pid, Pid::from_raw(4711));
        assert_eq!(file.socket_folder, Path::new("/d/socket"));
        assert!(file.ready);
    }

    #[test]
    fn a_pid_file_is_not_ready_before_its_last_line_says_so() {
        let starting = b"4711\n/d\n17\n5432\n/d/socket\n\n1 2\nstarting\n";
        assert!(!PidFile::parse(starting).unwrap().ready);
        assert!(
            !PidFile::parse(b"4711\n/d\n17\n5432\n/d/socket\n")
                .unwrap()
                .ready
        );
        assert_eq!(PidFile::parse(b"4711\n/d\n17\n"), None);
    }

    #[test]
    fn a_pid_file_never_makes_us_signal_a_group_or_init() {
        for pid in ["-5", "0", "1", "", "x"] {
            let text = format!("{pid}\n/d\n17\n5432\n/s\n\n1 2\nready\n");
            assert_eq!(PidFile::parse(text.as_bytes()), None);
        }
    }

    #[test]
    fn zombies_and_other_programs_are_no_servers() {
        assert!(is_live_postgres(b"7 (postgres) S 1 7"));
        assert!(!is_live_postgres(b"7 (postgres) Z 1 7"));
        assert!(!is_live_postgres(b"7 (sh) (postgres) S 1 7"));
        assert!(!is_live_postgres(b""));
    }
}
