//! What can be wrong with a file of users, and with one record in it.

use std::io;

use lanyard_core::user::UserError;

/// Why a file can't be imported, or not any further. Each prints as one line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file, or the pipe, failed.
    #[error("reading the file failed: {0}")]
    Io(#[from] io::Error),
    /// The file begins as files of another kind do.
    #[error("the file is {0}; users are imported from JSON, NDJSON or CSV, as UTF-8 text")]
    NotText(&'static str),
    /// Neither the file's name nor its first line tell what it is.
    #[error(
        "the file is neither JSON, NDJSON nor CSV with an id column; name it .json, .ndjson or .csv"
    )]
    UnknownFormat,
    /// A JSON document that would have to be held in memory.
    #[error("the JSON document is larger than 64 MiB; write it as NDJSON, one user a line")]
    DocumentTooLarge,
    /// The JSON document is broken, so nothing of it was read.
    #[error("the file is not valid JSON at line {line}, column {column}")]
    BadDocument {
        /// Line, counted from 1.
        line: usize,
        /// Column in bytes, counted from 1.
        column: usize,
    },
    /// The JSON document is of another shape than the demo service's.
    #[error(
        "the JSON document is neither a list of users nor an object with such a list as \"users\""
    )]
    NoUserList,
    /// The CSV file has no header line.
    #[error("the CSV file has no header line that names its columns")]
    NoHeader,
    /// The CSV file's header line can't be read.
    #[error("the CSV file's header line is larger than 64 KiB, not UTF-8, or has an open quote")]
    BadHeader,
    /// The CSV file's header names no id.
    #[error("the CSV file's header line has no column id")]
    NoIdColumn,
    /// Two columns of the CSV file would become the same member.
    #[error("columns {first} and {second} of the CSV file have the same name")]
    RepeatedColumn {
        /// The earlier of the two, counted from 1.
        first: usize,
        /// The later of the two.
        second: usize,
    },
    /// The place to go on from isn't the end of a record of this file.
    #[error("the file is not the one whose import was interrupted, or has changed since")]
    FileChanged,
}

/// Why one record wasn't taken. The records after it are read all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// What the record says.
    #[error(transparent)]
    User(#[from] UserError),
    /// An earlier record of the same JSON document has the id.
    #[error("the id was already seen on line {0}")]
    Repeated(u64),
    /// A CSV row of more or fewer cells than the header.
    #[error("the row has {found} cells, the header has {expected}")]
    Ragged {
        /// Cells of the header.
        expected: usize,
        /// Cells of this row.
        found: usize,
    },
    /// A quoted CSV cell that isn't closed within 64 KiB, or that goes on after its closing quote.
    #[error("a quoted cell isn't closed, or goes on after its closing quote")]
    BadQuote,
    /// A CSV cell that no column name belongs to.
    #[error("column {0} has a value, but no name in the header")]
    Unnamed(usize),
    /// A role or badges that whoever imports may not give.
    #[error("{ABOVE_CEILING}")]
    AboveCeiling(&'static str),
}

/// What is said of a role or of badges that an API key may not give.
pub(crate) const ABOVE_CEILING: &str =
    "is more than this API key may give to a reader: see its max_role and badges";

impl RecordError {
    /// The member that is wrong, when it is one.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::User(error) => error.field(),
            Self::AboveCeiling(member) => Some(member),
            _ => None,
        }
    }
}
