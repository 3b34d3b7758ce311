//! What a command prints: its result on standard output, everything else on standard error.

use std::{
    fmt,
    io::{self, Write},
    process::ExitCode,
};

use serde_json::Value;

/// Why a command failed, in words that say what to do.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// A failure with these words.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// The outcome of a command.
pub type Outcome<T = ()> = Result<T, Failure>;

/// Prints a failure on standard error and gives the exit code for it.
#[must_use]
pub fn report(failure: &Failure) -> ExitCode {
    note(&format!("lanyard: {failure}"));
    ExitCode::FAILURE
}

/// Prints a line for the person at the terminal.
pub fn note(line: &str) {
    // Nobody may be reading.
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// How results are printed.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// As one JSON document.
    pub json: bool,
}

impl Output {
    /// Prints the result: `text` for people, or `value` for scripts.
    ///
    /// # Errors
    /// Standard output can't be written.
    pub fn result(self, text: &str, value: &Value) -> Outcome {
        let mut stdout = io::stdout().lock();
        let written = if self.json {
            writeln!(stdout, "{value}")
        } else if text.is_empty() {
            Ok(())
        } else {
            writeln!(stdout, "{}", text.trim_end_matches('\n'))
        };
        match written {
            // The reader has what it wanted, as `head` does.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => Ok(other?),
        }
    }

    /// Prints one of many lines; false when nobody reads any more, as after `head`.
    ///
    /// # Errors
    /// Standard output can't be written.
    pub fn line(self, line: &str) -> Outcome<bool> {
        match writeln!(io::stdout().lock(), "{line}") {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            other => Ok(other.map(|()| true)?),
        }
    }

    /// Prints a table: the names of the columns, then the rows.
    ///
    /// # Errors
    /// Standard output can't be written.
    pub fn table(self, columns: &[&str], rows: &[Vec<String>], value: &Value) -> Outcome {
        let width = |index: usize| {
            rows.iter()
                .map(|row| row[index].chars().count())
                .chain([columns[index].len()])
                .max()
                .unwrap_or_default()
        };
        let line = |cells: Vec<&str>| {
            let padded: Vec<String> = cells
                .iter()
                .enumerate()
                .map(|(index, cell)| format!("{cell:<width$}", width = width(index)))
                .collect();
            padded.join("  ").trim_end().to_owned()
        };
        let mut lines = vec![line(columns.iter().map(|name| &**name).collect())];
        lines.extend(
            rows.iter()
                .map(|row| line(row.iter().map(String::as_str).collect())),
        );
        self.result(&lines.join("\n"), value)
    }
}

/// A time for people: RFC 3339.
#[must_use]
pub fn time(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

/// A time for people as they count: "3 minutes ago", "in 2 hours".
#[must_use]
pub fn ago(seconds: i64, now: i64) -> String {
    let distance = seconds.abs_diff(now);
    let (count, unit) = match distance {
        0..60 => (distance, "second"),
        60..3_600 => (distance / 60, "minute"),
        3_600..172_800 => (distance / 3_600, "hour"),
        _ => (distance / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    match (distance, seconds < now) {
        (0, _) => "now".to_owned(),
        (_, true) => format!("{count} {unit}{plural} ago"),
        (_, false) => format!("in {count} {unit}{plural}"),
    }
}

#[cfg(test)]
mod tests {
    use super::ago;

    #[test]
    fn a_distance_in_time_is_told_in_the_unit_that_people_would_use() {
        for (seconds, text) in [
            (0, "now"),
            (-1, "1 second ago"),
            (-59, "59 seconds ago"),
            (-60, "1 minute ago"),
            (-3_599, "59 minutes ago"),
            (3_600, "in 1 hour"),
            (172_799, "in 47 hours"),
            (172_800, "in 2 days"),
            (-34_560_000, "400 days ago"),
        ] {
            assert_eq!(ago(1_000_000 + seconds, 1_000_000), text);
        }
    }
}
