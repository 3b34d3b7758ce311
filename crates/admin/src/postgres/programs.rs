//! Where Postgres' server programs are.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::PostgresError;

/// The oldest major version that Lanyard works with.
const OLDEST: u32 = 14;

/// Where packagers put a major version's programs, which are not on `PATH`: parent, beginning of
/// the name, and the folder below it.
const PLACES: [(&str, &str, &str); 9] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/lib", "postgresql", "bin"),
    ("/usr/lib64", "postgresql", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/usr/local", "pgsql", "bin"),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// The server programs of one installed Postgres.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    folder: PathBuf,
    major: u32,
}

impl Programs {
    /// Finds the programs to make a new cluster with: those on `PATH`, else the newest that a
    /// packager has put elsewhere.
    ///
    /// # Errors
    /// [`PostgresError::Missing`], or [`PostgresError::TooOld`] when all are older than 14.
    pub fn find() -> Result<Programs, PostgresError> {
        newest_usable(installed())
    }

    /// Finds the programs that can run the cluster in `data`, which are those of its major version.
    pub(super) fn find_for(data: &Path) -> Result<Programs, PostgresError> {
        let not_a_cluster = || PostgresError::NotACluster {
            data: data.to_owned(),
        };
        let version = fs::read_to_string(data.join("PG_VERSION")).map_err(|_| not_a_cluster())?;
        let major = leading_number(version.trim()).ok_or_else(not_a_cluster)?;
        of_version(installed(), major, data)
    }

    /// The folder that holds `postgres`, `initdb` and the others.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The major version, such as 15.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.major
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The programs in `folder`, if it has those that we need. Where it only links to some of
    /// them, the folder that it links to has them all.
    fn in_folder(folder: PathBuf) -> Option<Programs> {
        let complete =
            |folder: &Path| folder.join("initdb").is_file() && folder.join("postgres").is_file();
        if !complete(&folder) {
            return None;
        }
        let target = fs::canonicalize(folder.join("postgres")).ok()?;
        let folder = match target.parent() {
            Some(parent) if complete(parent) => parent.to_owned(),
            _ => folder,
        };
        let output = Command::new(folder.join("postgres"))
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .ok()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let major = leading_number(text.split_whitespace().nth(2)?)?;
        Some(Programs { folder, major })
    }
}

/// All installed programs: those on `PATH` in its order, then the others, newest first.
fn installed() -> Vec<Programs> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut all: Vec<Programs> = std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .filter_map(Programs::in_folder)
        .collect();
    let mut others: Vec<Programs> = PLACES
        .iter()
        .flat_map(|(parent, beginning, below)| {
            let entries = fs::read_dir(parent).into_iter().flatten().flatten();
            entries
                .filter(move |entry| entry.file_name().to_string_lossy().starts_with(beginning))
                .map(move |entry| entry.path().join(below))
        })
        .filter_map(Programs::in_folder)
        .collect();
    others.sort_by_key(|programs| std::cmp::Reverse(programs.major));
    all.append(&mut others);
    all
}

fn newest_usable(all: Vec<Programs>) -> Result<Programs, PostgresError> {
    let newest = all.iter().max_by_key(|programs| programs.major).cloned();
    let usable = all.into_iter().find(|programs| programs.major >= OLDEST);
    match (usable, newest) {
        (Some(programs), _) => Ok(programs),
        (None, Some(old)) => Err(PostgresError::TooOld {
            found: old.major,
            folder: old.folder,
        }),
        (None, None) => Err(PostgresError::Missing),
    }
}

fn of_version(all: Vec<Programs>, has: u32, data: &Path) -> Result<Programs, PostgresError> {
    let mut found: Vec<u32> = all.iter().map(|programs| programs.major).collect();
    found.sort_unstable();
    found.dedup();
    let Some(programs) = all.into_iter().find(|programs| programs.major == has) else {
        let names: Vec<String> = found.iter().map(u32::to_string).collect();
        return Err(match names.len() {
            0 => PostgresError::Missing,
            n => PostgresError::OtherVersion {
                data: data.to_owned(),
                has,
                found: format!(
                    "Postgres {} {}",
                    names.join(" and "),
                    if n == 1 { "was" } else { "were" }
                ),
            },
        });
    };
    newest_usable(vec![programs])
}

/// The number that `text` begins with: 15 in "15.18", 18 in "18beta1".
fn leading_number(text: &str) -> Option<u32> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs(major: u32) -> Programs {
        Programs {
            folder: PathBuf::from(format!("/pg/{major}")),
            major,
        }
    }

    #[test]
    fn the_first_usable_programs_win_over_newer_ones_further_on() {
        let all = vec![programs(13), programs(15), programs(17)];
        assert_eq!(newest_usable(all).unwrap().major(), 15);
    }

    #[test]
    fn old_programs_alone_are_an_error_that_names_the_newest() {
        let error = newest_usable(vec![programs(9), programs(13)]).unwrap_err();
        assert!(error.to_string().contains("Postgres 13 in /pg/13"));
    }

    #[test]
    fn a_cluster_is_run_by_programs_of_its_own_version_only() {
        let data = Path::new("/d/data");
        let all = vec![programs(17), programs(15)];
        assert_eq!(of_version(all.clone(), 15, data).unwrap().major(), 15);
        let error = of_version(all, 16, data).unwrap_err().to_string();
        assert!(error.contains("made by Postgres 16, but only Postgres 15 and 17 were found"));
        assert!(matches!(
            of_version(vec![], 16, data),
            Err(PostgresError::Missing)
        ));
    }

    #[test]
    fn versions_of_betas_and_releases_are_read() {
        assert_eq!(leading_number("15.18"), Some(15));
        assert_eq!(leading_number("18beta1"), Some(18));
        assert_eq!(leading_number("devel"), None);
    }
}
