//! Cells that spreadsheets don't take for formulas. What begins like one gets an apostrophe before it, as spreadsheets
//! mark text themselves; reading takes it away again, so that an export can be imported as it was.

/// What a spreadsheet may take for the beginning of a formula, or for white space before one.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Whether a cell begins like a formula, apostrophes before it aside.
fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(FORMULA)
}

/// Appends a cell in quotes (RFC 4180, section 2).
pub(crate) fn push_cell(out: &mut Vec<u8>, cell: &str) {
    out.push(b'"');
    if is_formula(cell) {
        out.push(b'\'');
    }
    for byte in cell.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// A cell as it was before it was marked as text.
pub(crate) fn unmarked(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_formula(text) => text,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{push_cell, unmarked};

    fn written(cell: &str) -> String {
        let mut out = Vec::new();
        push_cell(&mut out, cell);
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn what_begins_like_a_formula_is_marked_as_text() {
        for (cell, expected) in [
            ("ann", "\"ann\""),
            ("", "\"\""),
            ("=1+1", "\"'=1+1\""),
            ("+49", "\"'+49\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\tx", "\"'\tx\""),
            ("\r=x", "\"'\r=x\""),
            ("＝x", "\"'＝x\""),
            ("'=x", "\"''=x\""),
            ("'tis", "\"'tis\""),
            ("a\"b,\nc", "\"a\"\"b,\nc\""),
        ] {
            assert_eq!(written(cell), expected);
        }
    }

    proptest! {
        #[test]
        fn a_cell_is_read_back_as_it_was(cell in r#"['=+@"a\t,\n-]{0,6}"#) {
            let out = written(&cell);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(out.as_bytes());
            let row = reader.records().next().expect("a row").expect("a row");
            prop_assert_eq!(unmarked(&row[0]), cell);
            prop_assert!(!row[0].starts_with(super::FORMULA));
        }
    }
}
