//! `lanyard user import`: a file in, batch by batch, each committed with the place that it ends at.

use std::{
    fs::File,
    io::{BufReader, IsTerminal, Read, Seek},
    os::unix::fs::MetadataExt,
    path::Path,
    process::ExitCode,
};

use indicatif::{ProgressBar, ProgressStyle};
use lanyard_api::import::{
    BadRecord, Batch, Batches, Format, ImportError, Options, Position, Reader, Report,
};
use lanyard_core::profile::Ceiling;
use lanyard_storage::{
    imports::{self, Progress},
    users::{self, Imported},
};
use serde_json::{Value, json};

use crate::{
    output::{Failure, Outcome, Output, note},
    store::Store,
};

/// Users written in one transaction.
const BATCH: usize = 25_000;
/// The exit code when bad lines were skipped.
pub(super) const SKIPPED: u8 = 3;

/// What an import did, of the whole file or of what an earlier one left.
#[derive(Debug, Default)]
pub(super) struct Done {
    report: Report,
    resumed_at_line: Option<u64>,
}

impl Done {
    /// For people.
    pub(super) fn text(&self) -> String {
        format!(
            "{} created, {} updated, {} bad lines skipped",
            self.report.created, self.report.updated, self.report.failed
        )
    }

    /// For scripts, with the exit code.
    pub(super) fn summary(&self) -> (Value, ExitCode) {
        let report = &self.report;
        let error = |bad: &BadRecord| json!({ "line": bad.line, "field": bad.error.field(), "error": bad.error.to_string() });
        let value = json!({
            "created": report.created, "updated": report.updated, "skipped": report.failed,
            "errors": report.errors.iter().map(error).collect::<Vec<_>>(), "resumed_at_line": self.resumed_at_line,
        });
        (
            value,
            if report.failed > 0 {
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

fn print_bad(bad: &BadRecord, bar: &ProgressBar) {
    bar.suspend(|| note(&format!("line {}: {}", bad.line, bad.error)));
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
    if strict && let Some(code) = refuse_if_bad(&source, output)? {
        return Ok(code);
    }
    import(store, tenant, &source).await?.print(output)
}

/// Reads the whole file; if a line is bad, that is printed, and the code to exit with given back.
pub(super) fn refuse_if_bad(source: &Source, output: Output) -> Outcome<Option<ExitCode>> {
    let done = check(source)?;
    if done.report.failed == 0 {
        return Ok(None);
    }
    note(&format!(
        "nothing is written: {} lines are bad",
        done.report.failed
    ));
    done.print(output).map(Some)
}

/// A file that is to be imported.
pub(super) struct Source {
    pub(super) file: File,
    pub(super) format: Format,
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

    /// Makes sure that the file can be read as what it is.
    ///
    /// # Errors
    /// It can't.
    pub(super) fn probe(&self) -> Outcome {
        drop(self.opener(Position::START)?()?);
        Ok(())
    }

    /// What begins to read after `start`.
    fn opener(
        &self,
        start: Position,
    ) -> Outcome<impl FnOnce() -> Result<Reader<BufReader<File>>, ImportError> + Send + use<>> {
        let (mut file, format) = (self.file.try_clone()?, self.format);
        Ok(move || {
            file.rewind()?;
            Reader::new(format, BufReader::with_capacity(1 << 20, file), start)
        })
    }

    /// How far it is read, for people: `json` is for scripts.
    pub(super) fn progress_bar(&self, json: bool) -> ProgressBar {
        if json || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let style = "{bar:40} {percent:>3} %  {bytes_per_sec}  {eta} left  {msg}";
        let style =
            ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
        ProgressBar::new(self.length).with_style(style)
    }
}

/// Reads the whole file and writes nothing.
fn check(source: &Source) -> Outcome<Done> {
    let (mut done, bar) = (Done::default(), source.progress_bar(false));
    bar.set_message("checking");
    for record in source.opener(Position::START)?()? {
        let record = record?;
        if let Err(error) = record.user {
            let bad = BadRecord {
                line: record.line,
                error,
            };
            print_bad(&bad, &bar);
            done.report.note(bad);
        }
        bar.set_position(record.end.offset);
    }
    bar.finish_and_clear();
    Ok(done)
}

/// Imports a file, from where an interrupted import of it stopped.
///
/// # Errors
/// The file can't be read, or the database fails. What was committed until then stays, and the next run goes on there.
pub(super) async fn import(store: &Store, tenant: &str, source: &Source) -> Outcome<Done> {
    let mut done = Done::default();
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
        done.resumed_at_line = Some(start.line);
    }
    let bar = source.progress_bar(false);
    bar.set_position(start.offset);
    let options = Options {
        batch: BATCH,
        stop_at_error: false,
        ceiling: Ceiling::OPEN,
    };
    let mut is_audited = false;
    let mut batches = Batches::read(source.opener(start)?, options);
    while let Some(batch) = batches.next().await {
        batch.bad.iter().for_each(|bad| print_bad(bad, &bar));
        let mut imported = Imported::default();
        if batch.count > 0 {
            written += i64::try_from(batch.count).unwrap_or(i64::MAX);
            let is_first = !std::mem::replace(&mut is_audited, true);
            imported = write(store, tenant, source, &batch, written, is_first).await?;
        }
        bar.set_position(batch.end.offset);
        done.report.add(batch, imported);
    }
    batches.end().await?;
    let mut tx = store.write(tenant).await?;
    imports::forget(&mut tx, &source.fingerprint).await?;
    tx.commit().await?.done();
    bar.finish_and_clear();
    Ok(done)
}

/// Writes a batch with the place that it ends at. The first one of an import is also its event in the audit log.
async fn write(
    store: &Store,
    tenant: &str,
    source: &Source,
    batch: &Batch,
    written: i64,
    is_first: bool,
) -> Outcome<Imported> {
    let mut tx = store.write(tenant).await?;
    let imported = users::import_batch(&mut tx, &batch.rows, store.clock.now()).await?;
    let progress = Progress {
        position: serde_json::to_string(&batch.end)?,
        written,
    };
    imports::note(&mut tx, &source.fingerprint, &progress).await?;
    if is_first {
        let detail = json!({ "format": source.format.name() });
        store.audit(&mut tx, "user.import", tenant, &detail).await?;
    }
    tx.commit().await?.done();
    Ok(imported)
}
