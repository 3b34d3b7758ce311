//! Physical lines of a file, with their places, in bounded memory.

use std::io::{self, BufRead, Cursor, Read};

use lanyard_core::user::MAX_RECORD_BYTES;
use serde::{Deserialize, Serialize};

use super::error::ImportError;

/// The byte order mark that some editors put before UTF-8 text.
pub(super) const BOM: char = '\u{feff}';
/// Its UTF-8 form.
pub(super) const BOM_BYTES: &[u8] = b"\xef\xbb\xbf";
/// What a line is read up to: a byte order mark, one byte more than a record may have, and a line end.
pub(super) const MAX_LINE_BYTES: usize = BOM.len_utf8() + MAX_RECORD_BYTES + 1 + 2;

/// A place between two records of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Bytes before it.
    pub offset: u64,
    /// Number of the line that it lies on, counted from 1.
    pub line: u64,
}

impl Position {
    /// The beginning of a file.
    pub const START: Self = Self { offset: 0, line: 1 };
}

impl Default for Position {
    fn default() -> Self {
        Self::START
    }
}

/// A file read line by line, with a way back over lines that were read too far.
pub(super) struct Lines<R> {
    /// What was put back; read before `input`.
    back: Cursor<Vec<u8>>,
    input: R,
    at: Position,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            back: Cursor::default(),
            input,
            at: Position::START,
        }
    }

    /// Where the next line begins.
    pub(super) fn position(&self) -> Position {
        self.at
    }

    /// Appends the next line, its end included, or its first `limit` bytes; how many bytes were read, 0 at the end.
    /// A byte order mark at the file's beginning is left out.
    pub(super) fn read(&mut self, line: &mut Vec<u8>, limit: usize) -> io::Result<usize> {
        let limit = limit as u64;
        let from = line.len();
        let mut read = (&mut self.back).take(limit).read_until(b'\n', line)?;
        if read == 0 || !line.ends_with(b"\n") {
            let rest = limit.saturating_sub(read as u64);
            read += (&mut self.input).take(rest).read_until(b'\n', line)?;
        }
        if self.at.offset == 0 && line[from..].starts_with(BOM_BYTES) {
            line.drain(from..from + BOM_BYTES.len());
        }
        self.at.offset += read as u64;
        if line.len() > from && line.ends_with(b"\n") {
            self.at.line += 1;
        }
        Ok(read)
    }

    /// Passes over what is left of a line that was cut short.
    pub(super) fn skip_rest(&mut self) -> io::Result<()> {
        // Lines that were put back end in a line end, or where `input` goes on.
        let back = self.back.fill_buf()?;
        let ends_here = back.contains(&b'\n');
        let mut skipped = self.back.skip_until(b'\n')?;
        if !ends_here {
            skipped += self.input.skip_until(b'\n')?;
        }
        self.at.offset += skipped as u64;
        self.at.line += 1;
        Ok(())
    }

    /// Puts `bytes`, the last that were read, back; they begin at `at`.
    pub(super) fn put_back(&mut self, bytes: &[u8], at: Position) -> io::Result<()> {
        let mut back = bytes.to_vec();
        back.extend_from_slice(self.back.fill_buf()?);
        self.back = Cursor::new(back);
        self.at = at;
        Ok(())
    }

    /// Goes forward to `position`, the end of a record that was read earlier from the same file.
    pub(super) fn skip_to(&mut self, position: Position) -> Result<(), ImportError> {
        let mut last = b'\n';
        while self.at.offset < position.offset {
            let bytes = self.input.fill_buf()?;
            let missing = position.offset - self.at.offset;
            let take = bytes
                .len()
                .min(usize::try_from(missing).unwrap_or(usize::MAX));
            last = match bytes[..take].last() {
                Some(&byte) => byte,
                None => return Err(ImportError::FileChanged),
            };
            self.input.consume(take);
            self.at.offset += take as u64;
        }
        // A last line without an end may have got one since.
        let next = self.input.fill_buf()?.first();
        if last != b'\n' && !matches!(next, None | Some(b'\r' | b'\n')) {
            return Err(ImportError::FileChanged);
        }
        self.at = position;
        Ok(())
    }
}

/// `line` without the line feed, or carriage return and line feed, that ends it.
pub(super) fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
