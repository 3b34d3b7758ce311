//! From records to rows, batch by batch: reading goes on, on a thread of its own, while the batch before is written.

use std::io::BufRead;

use lanyard_storage::users::{self, Imported};
use tokio::{
    sync::mpsc,
    task::{JoinError, spawn_blocking},
};

use super::{ImportError, Position, Reader, RecordError};

/// Bad records that are kept for the report; all are counted.
const MAX_REPORTED: usize = 1_000;
/// The most bytes of rows in a batch, bar the last of them: records may be long.
const MAX_BATCH_BYTES: usize = 8 << 20;

/// A record that wasn't taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRecord {
    /// Line that it begins on, counted from 1.
    pub line: u64,
    /// Why.
    pub error: RecordError,
}

/// Users on their way to the database.
#[derive(Debug, Default)]
pub struct Batch {
    /// Rows for [`users::import_batch`].
    pub rows: Vec<u8>,
    /// How many rows.
    pub count: u64,
    /// The records between them that aren't taken.
    pub bad: Vec<BadRecord>,
    /// Where the last record ends.
    pub end: Position,
}

/// How records are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The most records in a batch, and so in one transaction.
    pub batch: usize,
    /// Whether the first bad record ends it. What stands before is written all the same.
    pub stop_at_error: bool,
}

/// What an import did so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Good records that were handed on to be written.
    pub valid: u64,
    /// Users that are new.
    pub created: u64,
    /// Users that were there.
    pub updated: u64,
    /// Records that weren't taken.
    pub failed: u64,
    /// The first thousand of those.
    pub errors: Vec<BadRecord>,
    /// The last line of the last batch that was written.
    pub line: u64,
}

impl Report {
    /// Counts a bad record.
    pub fn note(&mut self, bad: BadRecord) {
        self.failed += 1;
        if self.errors.len() < MAX_REPORTED {
            self.errors.push(bad);
        }
    }
}

/// Why an import ended before its file did. Batches that were written stay.
#[derive(Debug)]
pub enum Interrupted<E> {
    /// The file can't be read any further.
    Reading(ImportError),
    /// A batch can't be written.
    Writing(E),
    /// The thread that reads is gone.
    Reader(JoinError),
}

/// Reads what `open` opens to its end, and hands each batch to `write`, in order. The report is kept true at each step.
///
/// `open` may block, and so may the reading: both happen on a thread for that.
///
/// # Errors
/// The first thing that fails; nothing after it is written.
pub async fn run<R: BufRead, E>(
    open: impl FnOnce() -> Result<Reader<R>, ImportError> + Send + 'static,
    options: Options,
    report: &mut Report,
    mut write: impl AsyncFnMut(&Batch) -> Result<Imported, E>,
) -> Result<(), Interrupted<E>> {
    let (sender, mut batches) = mpsc::channel(2);
    let reading = spawn_blocking(move || read(open()?, options, &sender));
    while let Some(batch) = batches.recv().await {
        let imported = write(&batch).await.map_err(Interrupted::Writing)?;
        report.valid += batch.count;
        report.created += imported.created;
        report.updated += imported.updated;
        report.line = batch.end.line;
        batch.bad.into_iter().for_each(|bad| report.note(bad));
    }
    reading
        .await
        .map_err(Interrupted::Reader)?
        .map_err(Interrupted::Reading)
}

fn read<R: BufRead>(
    reader: Reader<R>,
    options: Options,
    sender: &mpsc::Sender<Batch>,
) -> Result<(), ImportError> {
    let mut batch = Batch::default();
    let mut result = Ok(());
    for record in reader {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                result = Err(error);
                break;
            }
        };
        batch.end = record.end;
        match record.user {
            Ok(user) => {
                users::copy_row(&mut batch.rows, batch.count, &user);
                batch.count += 1;
            }
            Err(error) => {
                batch.bad.push(BadRecord {
                    line: record.line,
                    error,
                });
                if options.stop_at_error {
                    break;
                }
            }
        }
        let records = batch.bad.len() as u64 + batch.count;
        if (records >= options.batch as u64 || batch.rows.len() >= MAX_BATCH_BYTES)
            && sender.blocking_send(std::mem::take(&mut batch)).is_err()
        {
            // Writing failed, and says so itself.
            return Ok(());
        }
    }
    // Also when the rest can't be read: what was read whole is as good as the batches before.
    if batch.count > 0 || !batch.bad.is_empty() {
        let _ = sender.blocking_send(batch);
    }
    result
}
