//! Users in: files read record by record, each record with its place and its own error.

mod cells;
mod chunks;
mod document;
mod error;
mod format;
mod header;
mod lines;
mod ndjson;
mod run;
mod table;

use std::io::BufRead;

use lanyard_core::user::User;

use self::{document::Document, ndjson::Ndjson, table::Table};

pub(crate) use self::{chunks::Chunks, error::ABOVE_CEILING};
pub use self::{
    error::{ImportError, RecordError},
    format::Format,
    lines::Position,
    run::{BadRecord, Batch, Batches, Options, Report},
};

/// One record of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Record {
    /// Line that it begins on, counted from 1.
    pub line: u64,
    /// Where it ends: the place from which an interrupted import goes on, and how far the reading is.
    pub end: Position,
    /// The user, or why there is none.
    pub user: Result<User, RecordError>,
}

/// The records of a file, in their order.
///
/// A bad record is an item like others and the next one is read all the same; only what ends the reading is an `Err`,
/// and nothing follows it. NDJSON and CSV are read in constant memory, a JSON document whole.
///
/// Of several records with the same id in a JSON document the first counts, as it did in the demo service, and the
/// others are errors. In NDJSON and CSV all of them are given, so the last one written stands.
pub struct Reader<R> {
    source: Source<R>,
    is_over: bool,
}

enum Source<R> {
    Document(Document),
    Ndjson(Ndjson<R>),
    Table(Table<R>),
}

impl<R: BufRead> Reader<R> {
    /// Begins to read after `start`. `input` is the whole file from its first byte, whatever `start` says: what lies
    /// before is passed over here, and a CSV file's header is read first.
    ///
    /// # Errors
    /// When the file can't be read, isn't of the format, or isn't the one that `start` was taken from.
    pub fn new(format: Format, input: R, start: Position) -> Result<Self, ImportError> {
        let source = match format {
            Format::DemoJson => Source::Document(Document::new(input, start)?),
            Format::Ndjson => Source::Ndjson(Ndjson::new(input, start)?),
            Format::Csv => Source::Table(Table::new(input, start)?),
        };
        Ok(Self {
            source,
            is_over: false,
        })
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Record, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let item = match &mut self.source {
            Source::Document(document) => Ok(document.next_record()),
            Source::Ndjson(lines) => lines.next_record(),
            Source::Table(table) => table.next_record(),
        };
        self.is_over = !matches!(item, Ok(Some(_)));
        item.transpose()
    }
}

#[cfg(test)]
mod tests;
