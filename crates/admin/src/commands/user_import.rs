//! `lanyard user import`: a file in, batch by batch, each committed with the place that it ends at.

use std::{
    fs::File,
    io::{BufReader, IsTerminal, Read, Seek},
    os::unix::fs::MetadataExt,
    path::Path,
    process::ExitCode,
};

use indicatif::{ProgressBar, ProgressStyle};
use lanyard_core::user::User;
use lanyard_storage::{
    imports::{self, Progress},
    users,
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::{
    import::{Format, ImportError, Position, Reader},
    output::{Failure, Outcome, Output, note},
    store::Store,
};

/// Users written in one transaction.
const BATCH: u64 = 25_000;
/// Bad lines that the JSON report names; all are counted, and printed.
const MAX_REPORTED: usize = 1_000;
/// The exit code when bad lines were skipped.
const SKIPPED: u8 = 3;

/// Users on their way to the database.
#[derive(Default)]
struct Batch {
    rows: Vec<u8>,
    count: u64,
    bad: Vec<(u64, String)>,
    end: Position,
}

/// What an import did.
#[derive(Debug, Default)]
pub(super) struct Report {
    created: u64,
    updated: u64,
    skipped: u64,
    bad: Vec<(u64, String)>,
    resumed_at_line: Option<u64>,
}

impl Report {
    fn note_bad(&mut self, line: u64, problem: String, progress: &ProgressBar) {
        progress.suspend(|| note(&format!("line {line}: {problem}")));
        self.skipped += 1;
        if self.bad.len() < MAX_REPORTED {
            self.bad.push((line, problem));
        }
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        format!(
            "{} created, {} updated, {} bad lines skipped",
            self.created, self.updated, self.skipped
        )
    }

    /// For scripts, with the exit code.
    pub(super) fn summary(&self) -> (Value, ExitCode) {
        let errors: Vec<_> = self
            .bad
            .iter()
            .map(|(line, problem)| json!({ "line": line, "error": problem }))
            .collect();
        let value = json!({
            "created": self.created, "updated": self.updated, "skipped": self.skipped, "errors": errors,
            "resumed_at_line": self.resumed_at_line,
        });
        (
            value,
            if self.skipped > 0 {
                ExitCode::from(SKIPPED)
            } else {
                ExitCode::SUCCESS
            },
        )
    }

    fn print(&self, output: Output) -> Outcome<ExitCode> {
        let (value, code) = self.summary();
        output.result(&self.text(), &value)?;
        Ok(code)
    }
}

pub(super) async fn run(
    store: &Store,
    tenant: &str,
    path: &Path,
    strict: bool,
    output: Output,
) -> Outcome<ExitCode> {
    store.tenant(tenant).await?;
    let source = Source::open(path)?;
    if strict {
        let report = check(&source)?;
        if report.skipped > 0 {
            note(&format!(
                "nothing is written: {} lines are bad",
                report.skipped
            ));
            return report.print(output);
        }
    }
    import(store, tenant, &source).await?.print(output)
}

/// A file that is to be imported.
pub(super) struct Source {
    file: File,
    format: Format,
    length: u64,
    fingerprint: [u8; 32],
}

impl Source {
    /// Opens a file and finds out what it is.
    ///
    /// # Errors
    /// It can't be read, or isn't a file of users.
    pub(super) fn open(path: &Path) -> Outcome<Self> {
        let unreadable = |error| Failure::new(format!("{} can't be read: {error}", path.display()));
        let mut file = File::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(Failure::new(format!("{} is no file", path.display())));
        }
        let mut start = Vec::new();
        file.by_ref()
            .take(Format::DETECT_BYTES as u64)
            .read_to_end(&mut start)
            .map_err(unreadable)?;
        let format = Format::detect(path, &start)?;
        // A file that was written anew since isn't the one whose import stopped half-way.
        start.extend_from_slice(&metadata.mtime().to_be_bytes());
        start.extend_from_slice(&metadata.mtime_nsec().to_be_bytes());
        start.extend_from_slice(&metadata.len().to_be_bytes());
        let fingerprint = lanyard_core::audit::digest(&start);
        Ok(Self {
            file,
            format,
            length: metadata.len(),
            fingerprint,
        })
    }

    pub(super) fn reader(&self, start: Position) -> Outcome<Reader<BufReader<File>>> {
        let mut file = self.file.try_clone()?;
        file.rewind()?;
        Ok(Reader::new(
            self.format,
            BufReader::with_capacity(1 << 20, file),
            start,
        )?)
    }

    fn progress_bar(&self) -> ProgressBar {
        if !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let style = "{bar:40} {percent:>3} %  {bytes_per_sec}  {eta} left  {msg}";
        let style =
            ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
        ProgressBar::new(self.length).with_style(style)
    }
}

/// Reads the whole file and writes nothing.
fn check(source: &Source) -> Outcome<Report> {
    let (mut report, bar) = (Report::default(), source.progress_bar());
    bar.set_message("checking");
    for record in source.reader(Position::START)? {
        let record = record?;
        if let Err(problem) = record.user {
            report.note_bad(record.line, problem.to_string(), &bar);
        }
        bar.set_position(record.end.offset);
    }
    bar.finish_and_clear();
    Ok(report)
}

/// Imports a file, from where an interrupted import of it stopped.
///
/// # Errors
/// The file can't be read, or the database fails. What was committed until then stays, and the next run goes on there.
pub(super) async fn import(store: &Store, tenant: &str, source: &Source) -> Outcome<Report> {
    let mut report = Report::default();
    let mut tx = store.read(tenant).await?;
    let before = imports::progress(&mut tx, &source.fingerprint).await?;
    tx.end().await?;
    let (mut written, start) = match before {
        Some(progress) => (progress.written, serde_json::from_str(&progress.position)?),
        None => (0, Position::START),
    };
    if written > 0 {
        note(&format!(
            "an import of this file was interrupted: going on at line {}",
            start.line
        ));
        report.resumed_at_line = Some(start.line);
    }
    let bar = source.progress_bar();
    bar.set_position(start.offset);
    let reader = source.reader(start)?;
    // Reading and parsing goes on while the database writes the batch before.
    let (sender, mut batches) = mpsc::channel(2);
    let reading = std::thread::Builder::new()
        .name("import".to_owned())
        .spawn(move || read_batches(reader, &sender))?;
    while let Some(batch) = batches.recv().await {
        for (line, problem) in batch.bad {
            report.note_bad(line, problem, &bar);
        }
        if batch.count > 0 {
            let mut tx = store.write(tenant).await?;
            let (created, updated) = users::import_batch(&mut tx, &batch.rows).await?;
            written += i64::try_from(batch.count).unwrap_or(i64::MAX);
            let progress = Progress {
                position: serde_json::to_string(&batch.end)?,
                written,
            };
            imports::note(&mut tx, &source.fingerprint, &progress).await?;
            let detail =
                json!({ "created": created, "updated": updated, "until_line": batch.end.line });
            store.audit(&mut tx, "user.import", tenant, &detail).await?;
            tx.commit().await?.done();
            report.created += created;
            report.updated += updated;
        }
        bar.set_position(batch.end.offset);
    }
    match reading.join() {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return Err(error.into()),
        Err(_) => return Err(Failure::new("reading the file failed")),
    }
    let mut tx = store.write(tenant).await?;
    imports::forget(&mut tx, &source.fingerprint).await?;
    tx.commit().await?.done();
    bar.finish_and_clear();
    Ok(report)
}

fn read_batches(
    reader: Reader<BufReader<File>>,
    sender: &mpsc::Sender<Batch>,
) -> Result<(), ImportError> {
    let mut batch = Batch::default();
    for record in reader {
        let record = record?;
        batch.end = record.end;
        match record.user {
            Ok(user) => push(&mut batch, &user),
            Err(problem) => batch.bad.push((record.line, problem.to_string())),
        }
        if batch.count + batch.bad.len() as u64 >= BATCH
            && sender.blocking_send(std::mem::take(&mut batch)).is_err()
        {
            // The database failed, and says so itself.
            return Ok(());
        }
    }
    if batch.count > 0 || !batch.bad.is_empty() {
        let _ = sender.blocking_send(batch);
    }
    Ok(())
}

fn push(batch: &mut Batch, user: &User) {
    users::copy_row(&mut batch.rows, batch.count, user);
    batch.count += 1;
}
