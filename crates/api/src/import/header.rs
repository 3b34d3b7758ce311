//! The header line of a CSV file.

use super::{
    cells::{Cells, Row},
    error::ImportError,
    lines::without_end,
};

/// What a column's cells become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Boolean,
    List,
    Time,
}

/// A column: the member's name, and its type. Known members are named in any case and become lower case.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
}

const KNOWN: [(&str, Kind); 9] = [
    ("id", Kind::Text),
    ("email", Kind::Text),
    ("username", Kind::Text),
    ("email_verified", Kind::Boolean),
    ("badges", Kind::List),
    ("role", Kind::Text),
    ("url", Kind::Text),
    ("avatar", Kind::Text),
    ("member_since", Kind::Time),
];

impl Column {
    fn named(name: &str) -> Self {
        let name = name.trim();
        KNOWN
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map_or_else(
                || Self {
                    name: name.to_owned(),
                    kind: Kind::Text,
                },
                |&(known, kind)| Self {
                    name: known.to_owned(),
                    kind,
                },
            )
    }
}

/// Whether the first line of `text` is a header that names an id.
pub(super) fn has_id_column(text: &[u8]) -> bool {
    let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    delimiter_of(without_end(line)).is_ok()
}

/// The delimiter that `header` shows an id column with, and the most columns: Excel writes semicolons where the comma
/// parts decimals, and tabs when asked for text.
pub(super) fn delimiter_of(header: &[u8]) -> Result<u8, ImportError> {
    b",;\t"
        .iter()
        .rev()
        .filter_map(|&delimiter| {
            let mut cells = Cells::default();
            let row = cells.push_line(header, b"", delimiter);
            (row == Ok(Row::Complete) && names_id(&cells)).then_some((cells.len(), delimiter))
        })
        .max_by_key(|&(count, _)| count)
        .map(|(_, delimiter)| delimiter)
        .ok_or(ImportError::NoIdColumn)
}

fn names_id(cells: &Cells) -> bool {
    cells
        .texts()
        .is_some_and(|mut names| names.any(|name| Column::named(name).name == "id"))
}

/// The columns that a header names.
pub(super) fn columns(header: &Cells) -> Result<Vec<Column>, ImportError> {
    let names = header.texts().ok_or(ImportError::BadHeader)?;
    let columns: Vec<Column> = names.map(Column::named).collect();
    for (at, column) in columns.iter().enumerate() {
        let earlier = columns[..at]
            .iter()
            .position(|other| other.name == column.name);
        if let Some(first) = earlier.filter(|_| !column.name.is_empty()) {
            return Err(ImportError::RepeatedColumn {
                first: first + 1,
                second: at + 1,
            });
        }
    }
    if columns.iter().any(|column| column.name == "id") {
        Ok(columns)
    } else {
        Err(ImportError::NoIdColumn)
    }
}
