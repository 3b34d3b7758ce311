//! The cells of a CSV row (RFC 4180, section 2).

/// The cells of one row, and how far into it the reading is.
#[derive(Default)]
pub(super) struct Cells {
    text: Vec<u8>,
    /// Where in `text` each cell ends.
    ends: Vec<usize>,
    state: State,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the beginning of a cell.
    #[default]
    Start,
    /// In a cell without quotes; a quote in it is a character like others.
    Plain,
    /// Between the quotes of a cell.
    Quoted,
    /// After a quote that closes the cell, unless another follows.
    Quote,
}

/// Whether a row ends with a line, or goes on because the line end is quoted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Row {
    Complete,
    Open,
}

/// A cell that goes on after its closing quote.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadQuote;

impl Cells {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.state = State::Start;
    }

    /// Reads one more line of the row; `end` is its line end.
    pub(super) fn push_line(
        &mut self,
        line: &[u8],
        end: &[u8],
        delimiter: u8,
    ) -> Result<Row, BadQuote> {
        for &byte in line {
            self.state = match (self.state, byte) {
                (State::Quoted, b'"') => State::Quote,
                (State::Start, b'"') => State::Quoted,
                (State::Quoted, _) | (State::Quote, b'"') => {
                    self.text.push(byte);
                    State::Quoted
                }
                (_, byte) if byte == delimiter => {
                    self.ends.push(self.text.len());
                    State::Start
                }
                (State::Quote, _) => return Err(BadQuote),
                (State::Start | State::Plain, _) => {
                    self.text.push(byte);
                    State::Plain
                }
            };
        }
        if self.state == State::Quoted {
            self.text.extend_from_slice(end);
            return Ok(Row::Open);
        }
        self.ends.push(self.text.len());
        Ok(Row::Complete)
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether all cells are empty.
    pub(super) fn are_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The cells; `None` when they aren't UTF-8.
    pub(super) fn texts(&self) -> Option<impl Iterator<Item = &str>> {
        let text = str::from_utf8(&self.text).ok()?;
        let mut start = 0;
        // Delimiters are ASCII, so every cell of a UTF-8 row ends between two characters.
        Some(self.ends.iter().map(move |&end| {
            let cell = text.get(start..end).unwrap_or_default();
            start = end;
            cell
        }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BadQuote, Cells, Row};

    fn split(line: &str) -> Result<Vec<String>, BadQuote> {
        let mut cells = Cells::default();
        cells.push_line(line.as_bytes(), b"\n", b',')?;
        Ok(cells.texts().expect("UTF-8").map(Into::into).collect())
    }

    #[test]
    fn cells_are_split_at_delimiters_outside_quotes() {
        for (line, expected) in [
            ("", &[""][..]),
            ("a,b,,", &["a", "b", "", ""]),
            (r#""a,b","c ""d""",e"#, &["a,b", "c \"d\"", "e"]),
            (r#"5" disk, "x""#, &["5\" disk", " \"x\""]),
            (r#""",é"#, &["", "é"]),
        ] {
            assert_eq!(split(line).expect(line), expected, "{line}");
        }
    }

    #[test]
    fn a_cell_that_goes_on_after_its_quote_is_refused() {
        for line in [r#""a"b"#, r#"x,"a" ,"#] {
            assert_eq!(split(line), Err(BadQuote), "{line}");
        }
    }

    #[test]
    fn a_quoted_line_end_belongs_to_the_cell() {
        let mut cells = Cells::default();
        assert_eq!(cells.push_line(b"1,\"a", b"\r\n", b','), Ok(Row::Open));
        assert_eq!(cells.push_line(b"b\",2", b"\r\n", b','), Ok(Row::Complete));
        let texts: Vec<&str> = cells.texts().expect("UTF-8").collect();
        assert_eq!(texts, ["1", "a\r\nb", "2"]);
    }

    proptest! {
        #[test]
        fn rows_that_another_writer_wrote_are_read_back(
            row in prop::collection::vec(r#"[a,;"\r\n é]{0,8}"#, 2..6),
        ) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(&row).expect("a row");
            let bytes = writer.into_inner().expect("bytes");
            let text = bytes.strip_suffix(b"\n").expect("a line end");
            let mut cells = Cells::default();
            for line in text.split_inclusive(|&byte| byte == b'\n') {
                let body = line.strip_suffix(b"\n").unwrap_or(line);
                cells.push_line(body, b"\n", b',').expect("good quotes");
            }
            let texts: Vec<&str> = cells.texts().expect("UTF-8").collect();
            prop_assert_eq!(texts, row);
        }
    }
}
