//! From records to rows, batch by batch: reading goes on, on a thread of its own, while the batch before is written.

use std::{
    collections::HashMap,
    io::{self, BufRead},
};

use lanyard_core::{
    profile::Ceiling,
    user::{User, UserId},
};
use lanyard_storage::users::{self, Imported, UserRow};
use tokio::{
    sync::mpsc,
    task::{JoinHandle, spawn_blocking},
};

use super::{ImportError, Position, Reader, RecordError};

/// Bad records that are kept for the report; all are counted.
const MAX_REPORTED: usize = 1_000;
/// The most bytes of rows in a batch, bar the last of them: records may be long.
const MAX_BATCH_BYTES: usize = 8 << 20;
/// The most records of a batch that have to be judged: they are held whole, and may be long.
const MAX_DOUBTFUL: usize = 500;

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
    /// Records with more than whoever imports may give: they are taken if their readers have it already, see
    /// [`Batch::judge`].
    doubtful: Vec<Doubtful>,
}

#[derive(Debug)]
struct Doubtful {
    line: u64,
    /// Among the rows, of which the later of two counts.
    place: u64,
    user: Box<User>,
}

impl Batch {
    /// How many records it has that aren't known to be bad.
    fn taken(&self) -> u64 {
        self.count + self.doubtful.len() as u64
    }

    /// The readers whose records have to be judged.
    #[must_use]
    pub fn doubtful(&self) -> Vec<&UserId> {
        self.doubtful.iter().map(|record| &record.user.id).collect()
    }

    /// Takes those of the doubtful records that give nothing new above the ceiling; `stored` is what the directory has of
    /// their readers. The others are bad.
    pub fn judge(&mut self, stored: Vec<UserRow>, ceiling: Ceiling) {
        let stored: HashMap<UserId, User> = stored
            .into_iter()
            .map(|row| (row.user.id.clone(), row.user))
            .collect();
        for Doubtful { line, place, user } in std::mem::take(&mut self.doubtful) {
            match ceiling.raised(stored.get(&user.id), &user).next() {
                Some(member) => self.bad.push(BadRecord {
                    line,
                    error: RecordError::AboveCeiling(member),
                }),
                None => {
                    users::copy_row(&mut self.rows, place, &user);
                    self.count += 1;
                }
            }
        }
        self.bad.sort_by_key(|bad| bad.line);
    }
}

/// How records are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The most records in a batch, and so in one transaction.
    pub batch: usize,
    /// Whether the first bad record ends it. What stands before is written all the same.
    pub stop_at_error: bool,
    /// How far whoever imports may raise a reader in Coral.
    pub ceiling: Ceiling,
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
    /// Adds what became of a batch.
    pub fn add(&mut self, batch: Batch, imported: Imported) {
        self.valid += batch.count;
        self.created += imported.created;
        self.updated += imported.updated;
        self.line = batch.end.line;
        batch.bad.into_iter().for_each(|bad| self.note(bad));
    }

    /// Counts a bad record.
    pub fn note(&mut self, bad: BadRecord) {
        self.failed += 1;
        if self.errors.len() < MAX_REPORTED {
            self.errors.push(bad);
        }
    }
}

/// Batches on their way from a thread that reads.
#[derive(Debug)]
pub struct Batches {
    batches: mpsc::Receiver<Batch>,
    reading: JoinHandle<Result<(), ImportError>>,
}

impl Batches {
    /// Reads what `open` opens, two batches ahead at most. `open` may block, and so may the reading.
    pub fn read<R: BufRead>(
        open: impl FnOnce() -> Result<Reader<R>, ImportError> + Send + 'static,
        options: Options,
    ) -> Self {
        let (sender, batches) = mpsc::channel(1);
        let reading = spawn_blocking(move || read(open()?, options, &sender));
        Self { batches, reading }
    }

    /// The next batch; `None` at the end, which may have come too early: see [`Self::end`].
    pub async fn next(&mut self) -> Option<Batch> {
        self.batches.recv().await
    }

    /// Ends the reading, wherever it is.
    ///
    /// # Errors
    /// Why it couldn't go on.
    pub async fn end(self) -> Result<(), ImportError> {
        drop(self.batches);
        match self.reading.await {
            Ok(outcome) => outcome,
            Err(error) => Err(ImportError::Io(io::Error::other(error))),
        }
    }
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
            Ok(user) if options.ceiling.raised(None, &user).next().is_some() => {
                let (line, place) = (record.line, batch.taken());
                let user = Box::new(user);
                batch.doubtful.push(Doubtful { line, place, user });
            }
            Ok(user) => {
                let place = batch.taken();
                users::copy_row(&mut batch.rows, place, &user);
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
        let records = batch.bad.len() as u64 + batch.taken();
        let full = records >= options.batch as u64
            || batch.rows.len() >= MAX_BATCH_BYTES
            || batch.doubtful.len() >= MAX_DOUBTFUL
            // It may be what ends the import, so nothing that stands after it may be in its batch.
            || (options.stop_at_error && !batch.doubtful.is_empty());
        if full && sender.blocking_send(std::mem::take(&mut batch)).is_err() {
            // Writing failed, and says so itself.
            return Ok(());
        }
    }
    // Also when the rest can't be read: what was read whole is as good as the batches before.
    if batch.taken() > 0 || !batch.bad.is_empty() {
        let _ = sender.blocking_send(batch);
    }
    result
}
