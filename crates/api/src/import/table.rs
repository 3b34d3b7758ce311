//! CSV with a header line, each row read as the JSON record it stands for.

use std::io::BufRead;

use lanyard_core::user::{MAX_RECORD_BYTES, User, UserError};

use crate::csv::unmarked;

use super::{
    Record,
    cells::{Cells, Row},
    error::{ImportError, RecordError},
    header::{Column, Kind, columns, delimiter_of},
    lines::{Lines, MAX_LINE_BYTES, Position, without_end},
};

pub(super) struct Table<R> {
    rows: Rows<R>,
    columns: Vec<Column>,
    json: Vec<u8>,
}

impl<R: BufRead> Table<R> {
    /// Reads the header line, also when the rows are to be read from further on.
    pub(super) fn new(input: R, start: Position) -> Result<Self, ImportError> {
        let mut rows = Rows::new(input);
        rows.read_header()?;
        let columns = columns(&rows.cells)?;
        // The header alone was read, so that is where an import that stored nothing yet goes on.
        if start.offset > rows.lines.position().offset {
            rows.lines.skip_to(start)?;
        }
        Ok(Self {
            rows,
            columns,
            json: Vec::new(),
        })
    }

    pub(super) fn next_record(&mut self) -> Result<Option<Record>, ImportError> {
        let Some((line, row)) = self.rows.next_row()? else {
            return Ok(None);
        };
        let user = row.and_then(|()| self.user());
        Ok(Some(Record {
            line,
            end: self.rows.lines.position(),
            user,
        }))
    }

    fn user(&mut self) -> Result<User, RecordError> {
        let cells = &self.rows.cells;
        if cells.len() != self.columns.len() {
            return Err(RecordError::Ragged {
                expected: self.columns.len(),
                found: cells.len(),
            });
        }
        let texts = cells.texts().ok_or(UserError::NotUtf8)?;
        self.json.clear();
        self.json.push(b'{');
        for (at, (column, cell)) in self.columns.iter().zip(texts).enumerate() {
            let cell = unmarked(cell);
            if cell.is_empty() {
                continue;
            }
            if column.name.is_empty() {
                return Err(RecordError::Unnamed(at + 1));
            }
            if self.json.len() > 1 {
                self.json.push(b',');
            }
            write_json(&mut self.json, &column.name)?;
            self.json.push(b':');
            write_cell(&mut self.json, column.kind, cell)?;
        }
        self.json.push(b'}');
        Ok(User::from_json(&self.json)?)
    }
}

/// Writes a cell as its member's type. What isn't of the type is left a string, for the user's own check to refuse.
fn write_cell(json: &mut Vec<u8>, kind: Kind, cell: &str) -> Result<(), UserError> {
    match kind {
        Kind::Text => write_json(json, cell),
        Kind::Boolean => match cell.trim() {
            "1" => write_json(json, &true),
            "0" => write_json(json, &false),
            word if word.eq_ignore_ascii_case("true") => write_json(json, &true),
            word if word.eq_ignore_ascii_case("false") => write_json(json, &false),
            _ => write_json(json, cell),
        },
        Kind::List => {
            let badges = cell.split(';').map(str::trim);
            let badges: Vec<&str> = badges.filter(|badge| !badge.is_empty()).collect();
            write_json(json, &badges)
        }
        Kind::Time => match cell.trim().parse::<i64>() {
            Ok(seconds) => write_json(json, &seconds),
            Err(_) => write_json(json, cell.trim()),
        },
    }
}

fn write_json<T: serde::Serialize + ?Sized>(
    json: &mut Vec<u8>,
    value: &T,
) -> Result<(), UserError> {
    serde_json::to_writer(json, value).map_err(|error| UserError::NotJson(error.to_string()))
}

/// Whether a row could be split into cells.
type SplitResult = Result<(), RecordError>;

/// Rows of cells, each of one line or of several.
struct Rows<R> {
    lines: Lines<R>,
    delimiter: u8,
    raw: Vec<u8>,
    cells: Cells,
}

impl<R: BufRead> Rows<R> {
    fn new(input: R) -> Self {
        Self {
            lines: Lines::new(input),
            delimiter: b',',
            raw: Vec::new(),
            cells: Cells::default(),
        }
    }

    /// Reads the header into `cells` and learns the delimiter from it.
    fn read_header(&mut self) -> Result<(), ImportError> {
        loop {
            self.raw.clear();
            if self.lines.read(&mut self.raw, MAX_LINE_BYTES)? == 0 {
                return Err(ImportError::NoHeader);
            }
            let line = without_end(&self.raw);
            if line.trim_ascii().is_empty() {
                continue;
            }
            if line.len() > MAX_RECORD_BYTES || str::from_utf8(line).is_err() {
                return Err(ImportError::BadHeader);
            }
            self.delimiter = delimiter_of(line)?;
            self.cells.clear();
            return match self.cells.push_line(line, b"", self.delimiter) {
                Ok(Row::Complete) => Ok(()),
                _ => Err(ImportError::BadHeader),
            };
        }
    }

    /// Reads the next row that isn't empty into `cells`; the line that it begins on.
    fn next_row(&mut self) -> Result<Option<(u64, SplitResult)>, ImportError> {
        loop {
            let line = self.lines.position().line;
            self.raw.clear();
            self.cells.clear();
            if self.lines.read(&mut self.raw, MAX_LINE_BYTES)? == 0 {
                return Ok(None);
            }
            let row = self.finish_row()?;
            if row.is_err() || !self.cells.are_empty() {
                return Ok(Some((line, row)));
            }
        }
    }

    /// Splits the line in `raw`, and reads the further lines that its quotes hold.
    ///
    /// When the quotes don't work out, the row is given up and the reading goes on with its second line: one quote too
    /// many costs one row, not all the rows up to the next quote.
    fn finish_row(&mut self) -> Result<SplitResult, ImportError> {
        let (first_len, second) = (self.raw.len(), self.lines.position());
        let mut split = 0;
        let error = loop {
            let (line, end) = split_end(&self.raw[split..]);
            if split + line.len() > MAX_RECORD_BYTES {
                break RecordError::User(UserError::TooLarge);
            }
            match self.cells.push_line(line, end, self.delimiter) {
                Ok(Row::Complete) => return Ok(Ok(())),
                Ok(Row::Open) => split = self.raw.len(),
                Err(_) => break RecordError::BadQuote,
            }
            let room = MAX_LINE_BYTES.saturating_sub(split);
            if self.lines.read(&mut self.raw, room)? == 0 {
                break RecordError::BadQuote;
            }
        };
        if self.raw.len() > first_len {
            self.lines.put_back(&self.raw[first_len..], second)?;
            return Ok(Err(RecordError::BadQuote));
        }
        if !self.raw.ends_with(b"\n") {
            self.lines.skip_rest()?;
        }
        Ok(Err(error))
    }
}

/// A line and its end.
fn split_end(line: &[u8]) -> (&[u8], &[u8]) {
    line.split_at(without_end(line).len())
}
