//! The demo service's `db.json`: one JSON document, read whole.

use std::{
    collections::{HashMap, hash_map::Entry},
    io::{BufRead, Read},
    ops::Range,
};

use lanyard_core::user::{User, UserId};
use serde::Deserialize;
use serde_json::{error::Category, value::RawValue};

use super::{
    Record,
    error::{ImportError, RecordError},
    lines::{BOM, Position},
};

/// Most bytes of a document; the demo service itself would be slow long before.
const MAX_DOCUMENT_BYTES: usize = 64 * 1024 * 1024;

/// The document as a small file database writes it; other members are other tables.
#[derive(Deserialize)]
struct Database<'a> {
    #[serde(borrow)]
    users: Vec<&'a RawValue>,
}

pub(super) struct Document {
    text: String,
    /// Where in `text` the records stand.
    records: std::vec::IntoIter<Range<usize>>,
    /// Bytes of the file before `text`.
    skipped: u64,
    /// How far line ends are counted: a place in `text`, and its line.
    counted: (usize, u64),
    first_lines: HashMap<UserId, u64>,
}

impl Document {
    /// Checks the document as a whole, so that a file cut short is refused before its first user is stored.
    pub(super) fn new(input: impl BufRead, start: Position) -> Result<Self, ImportError> {
        let mut text = read_text(input)?;
        let skipped = text
            .strip_prefix(BOM)
            .map_or(0, |rest| text.len() - rest.len());
        text.drain(..skipped);
        let records = find_records(&text)?;
        let mut document = Self {
            text,
            records: records.into_iter(),
            skipped: skipped as u64,
            counted: (0, 1),
            first_lines: HashMap::new(),
        };
        document.skip_to(start)?;
        Ok(document)
    }

    pub(super) fn next_record(&mut self) -> Option<Record> {
        let range = self.records.next()?;
        let line = self.line_at(range.start);
        let user = User::from_json(self.text.as_bytes().get(range.clone()).unwrap_or_default());
        let user = user.map_err(RecordError::from).and_then(|user| {
            // The demo service finds the first of several, so the others were never anybody's.
            match self.first_lines.entry(user.id.clone()) {
                Entry::Occupied(first) => Err(RecordError::Repeated(*first.get())),
                Entry::Vacant(entry) => {
                    entry.insert(line);
                    Ok(user)
                }
            }
        });
        let end = Position {
            offset: self.skipped + range.end as u64,
            line: self.line_at(range.end),
        };
        Some(Record { line, end, user })
    }

    /// Reads again, for their ids, the records that end before or at `start`.
    fn skip_to(&mut self, start: Position) -> Result<(), ImportError> {
        let mut at = 0;
        while let Some(range) = self.records.as_slice().first() {
            if self.skipped + range.end as u64 > start.offset {
                break;
            }
            at = self.next_record().map_or(at, |record| record.end.offset);
        }
        if at == start.offset {
            Ok(())
        } else {
            Err(ImportError::FileChanged)
        }
    }

    fn line_at(&mut self, place: usize) -> u64 {
        let (from, line) = self.counted;
        let between = self.text.as_bytes().get(from..place).unwrap_or_default();
        let ends = between.iter().filter(|&&byte| byte == b'\n').count();
        self.counted = (place, line + ends as u64);
        self.counted.1
    }
}

fn read_text(input: impl BufRead) -> Result<String, ImportError> {
    let mut bytes = Vec::new();
    input
        .take(MAX_DOCUMENT_BYTES as u64 + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() > MAX_DOCUMENT_BYTES {
        return Err(ImportError::DocumentTooLarge);
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..good).unwrap_or_default();
        let line_start = before.iter().rposition(|&byte| byte == b'\n');
        ImportError::BadDocument {
            line: 1 + before.iter().filter(|&&byte| byte == b'\n').count(),
            column: good - line_start.map_or(0, |at| at + 1) + 1,
        }
    })
}

/// The places of the users' own texts in `text`.
fn find_records(text: &str) -> Result<Vec<Range<usize>>, ImportError> {
    let records: Vec<&RawValue> = if text.trim_ascii_start().starts_with('[') {
        serde_json::from_str(text).map_err(bad_document)?
    } else {
        let database: Database<'_> = serde_json::from_str(text).map_err(bad_document)?;
        database.users
    };
    let base = text.as_ptr().addr();
    let range = |record: &&RawValue| {
        let start = record.get().as_ptr().addr() - base;
        start..start + record.get().len()
    };
    Ok(records.iter().map(range).collect())
}

/// Only the place of what `serde_json` complains about: its words can quote the document.
fn bad_document(error: serde_json::Error) -> ImportError {
    match error.classify() {
        Category::Data => ImportError::NoUserList,
        _ => ImportError::BadDocument {
            line: error.line(),
            column: error.column(),
        },
    }
}
