//! Telling the kinds of files apart.

use std::path::Path;

use lanyard_core::json;

use super::{error::ImportError, header::has_id_column, lines::BOM_BYTES};

/// How a file holds its users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The demo service's `db.json`: one JSON document, a list of users or an object with such a list as `users`.
    DemoJson,
    /// One JSON object a line.
    Ndjson,
    /// A table with a header line, of cells parted by commas, semicolons or tabs.
    Csv,
}

impl Format {
    /// How many bytes of a file [`Format::detect`] is best shown.
    pub const DETECT_BYTES: usize = 64 * 1024;

    /// The format in one word, for reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DemoJson => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }

    /// Tells a file's format by the end of its name, and where that leaves it open by how the file begins.
    ///
    /// # Errors
    /// When the content is that of a workbook, an archive or UTF-16, or nothing known.
    pub fn detect(path: &Path, first_bytes: &[u8]) -> Result<Self, ImportError> {
        if let Some(kind) = foreign_kind(first_bytes) {
            return Err(ImportError::NotText(kind));
        }
        let extension = path.extension().and_then(|extension| extension.to_str());
        match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("ndjson" | "jsonl") => return Ok(Self::Ndjson),
            Some("csv" | "tsv") => return Ok(Self::Csv),
            _ => {}
        }
        let text = first_bytes.strip_prefix(BOM_BYTES).unwrap_or(first_bytes);
        let text = text.trim_ascii_start();
        match text.first() {
            Some(b'[') => Ok(Self::DemoJson),
            Some(b'{') => Ok(Self::of_object(text)),
            Some(_) if has_id_column(text) => Ok(Self::Csv),
            _ => Err(ImportError::UnknownFormat),
        }
    }

    /// A document or the first of many lines: it is a line when the object ends where the line does.
    fn of_object(text: &[u8]) -> Self {
        let line_end = text.iter().position(|&byte| byte == b'\n');
        let (line, _) = text.split_at(line_end.unwrap_or(text.len()));
        let is_document = if json::check(line).is_ok() || line_end.is_none() {
            begins_with_users(line)
        } else {
            true
        };
        if is_document {
            Self::DemoJson
        } else {
            Self::Ndjson
        }
    }
}

/// Whether `object` begins with `{"users":[`, white space aside.
fn begins_with_users(object: &[u8]) -> bool {
    let mut rest = object;
    ["{", "\"users\"", ":", "["].iter().all(|token| {
        let found = rest.trim_ascii_start().strip_prefix(token.as_bytes());
        rest = found.unwrap_or_default();
        found.is_some()
    })
}

fn foreign_kind(first_bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 5] = [
        (b"\xff\xfe", "in UTF-16"),
        (b"\xfe\xff", "in UTF-16"),
        (b"\x1f\x8b", "compressed (gzip)"),
        (b"PK\x03\x04", "a workbook or a zip archive"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    ];
    KINDS
        .iter()
        .find(|(magic, _)| first_bytes.starts_with(magic))
        .map(|&(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Format;

    fn detect(path: &str, text: &str) -> Option<Format> {
        Format::detect(Path::new(path), text.as_bytes()).ok()
    }

    #[test]
    fn the_name_decides_where_it_can() {
        for (path, expected) in [
            ("u.ndjson", Format::Ndjson),
            ("u.JSONL", Format::Ndjson),
            ("u.csv", Format::Csv),
            ("u.tsv", Format::Csv),
        ] {
            assert_eq!(detect(path, "x"), Some(expected), "{path}");
        }
    }

    #[test]
    fn the_content_decides_elsewhere() {
        for (text, expected) in [
            ("[\n {\"id\":\"1\"}]", Some(Format::DemoJson)),
            ("\u{feff}\n[]", Some(Format::DemoJson)),
            ("{\"users\":[{\"id\":\"1\"}]}", Some(Format::DemoJson)),
            ("{\"users\" : [{\"id\":\"1\"},", Some(Format::DemoJson)),
            ("{\n  \"users\": [\n", Some(Format::DemoJson)),
            ("{\n  \"posts\": [], \"users\": [\n", Some(Format::DemoJson)),
            ("{\"id\":\"1\"}\n{\"id\":\"2\"}", Some(Format::Ndjson)),
            ("{\"id\":\"1\"}\r\n", Some(Format::Ndjson)),
            ("{\"id\":\"1\",\"users\":[]}", Some(Format::Ndjson)),
            (
                "{\"id\":\"1\",\"bio\":\"a very long li",
                Some(Format::Ndjson),
            ),
            ("id,email\n1,a@b\n", Some(Format::Csv)),
            ("\u{feff}E-Mail;\"ID\"\r\na@b;1", Some(Format::Csv)),
            ("name,email\n", None),
            ("", None),
            ("\u{feff}", None),
        ] {
            for path in ["users", "db.json", "users.txt"] {
                assert_eq!(detect(path, text), expected, "{path}: {text}");
            }
        }
    }

    #[test]
    fn a_file_of_another_kind_is_told_whatever_its_name() {
        for bytes in [&b"\xff\xfei\0d\0"[..], b"PK\x03\x04....", b"\x1f\x8b\x08"] {
            let error = Format::detect(Path::new("users.csv"), bytes).expect_err("not text");
            assert!(error.to_string().contains("UTF-8"), "{error}");
        }
    }
}
