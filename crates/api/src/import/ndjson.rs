//! One JSON object a line.

use std::io::BufRead;

use lanyard_core::user::{User, UserError};

use super::{
    Record,
    error::ImportError,
    lines::{Lines, MAX_LINE_BYTES, Position, without_end},
};

pub(super) struct Ndjson<R> {
    lines: Lines<R>,
    line: Vec<u8>,
}

impl<R: BufRead> Ndjson<R> {
    pub(super) fn new(input: R, start: Position) -> Result<Self, ImportError> {
        let mut lines = Lines::new(input);
        lines.skip_to(start)?;
        Ok(Self {
            lines,
            line: Vec::new(),
        })
    }

    pub(super) fn next_record(&mut self) -> Result<Option<Record>, ImportError> {
        loop {
            let start = self.lines.position();
            self.line.clear();
            let read = self.lines.read(&mut self.line, MAX_LINE_BYTES)?;
            if read == 0 {
                return Ok(None);
            }
            let user = if read < MAX_LINE_BYTES || self.line.ends_with(b"\n") {
                let text = without_end(&self.line);
                if text.trim_ascii().is_empty() {
                    continue;
                }
                User::from_json(text)
            } else {
                self.lines.skip_rest()?;
                Err(UserError::TooLarge)
            };
            return Ok(Some(Record {
                line: start.line,
                end: self.lines.position(),
                user: user.map_err(Into::into),
            }));
        }
    }
}
