use std::io::{self, BufReader, Read};

use lanyard_core::user::{MAX_RECORD_BYTES, UserError};
use proptest::prelude::*;

use super::{Format, ImportError, Position, Reader, Record, RecordError};

fn reader(format: Format, text: &[u8]) -> Result<Reader<&[u8]>, ImportError> {
    Reader::new(format, text, Position::START)
}

fn records(format: Format, text: impl AsRef<[u8]>) -> Vec<Record> {
    let reader = reader(format, text.as_ref()).expect("a file");
    reader.collect::<Result<_, _>>().expect("records")
}

/// Each record as its line and its body or error.
fn outcomes(format: Format, text: impl AsRef<[u8]>) -> Vec<(u64, String)> {
    let outcome = |record: Record| match record.user {
        Ok(user) => (record.line, user.body()),
        Err(error) => (record.line, format!("error: {error}")),
    };
    records(format, text).into_iter().map(outcome).collect()
}

fn fatal(format: Format, text: impl AsRef<[u8]>) -> ImportError {
    reader(format, text.as_ref()).err().expect("a fatal error")
}

fn lines(outcomes: &[(u64, String)]) -> Vec<(u64, &str)> {
    let plain = outcomes.iter().map(|(line, text)| (*line, text.as_str()));
    plain.collect()
}

#[test]
fn the_demo_services_document_is_read_in_both_shapes() {
    let list = "[\n  { \"id\": \"1\", \"email\": \"a@b.example\", \"username\": \"ann\" },\n  { \"id\": \"2\" }\n]";
    let expected = [
        (2, r#"{"id":"1","email":"a@b.example","username":"ann"}"#),
        (3, r#"{"id":"2"}"#),
    ];
    for text in [
        list.to_string(),
        format!("\u{feff}{list}\r\n"),
        format!(r#"{{"posts":[{{}}],"users":{list},"x":1}}"#),
    ] {
        assert_eq!(lines(&outcomes(Format::DemoJson, &text)), expected);
    }
    assert_eq!(records(Format::DemoJson, "[]"), []);
}

#[test]
fn a_documents_bad_records_are_told_and_passed() {
    let text = "[{\"id\":1},\n7,{\"id\":\"a\"},\n\n{\"id\":\"a\",\"x\":1},{\"id\":\"b\",\"b\":1,\"b\":2},{\"id\":\"c\"}]";
    let outcomes = outcomes(Format::DemoJson, text);
    let outcomes = lines(&outcomes);
    assert_eq!(outcomes.len(), 6);
    assert!(outcomes[0].1.starts_with("error: id: must be a string"));
    assert_eq!(outcomes[1], (2, "error: the record is not a JSON object"));
    assert_eq!(outcomes[2], (2, r#"{"id":"a"}"#));
    assert_eq!(outcomes[3], (4, "error: the id was already seen on line 2"));
    assert!(outcomes[4].1.contains("a member appears twice"));
    assert_eq!(outcomes[5], (4, r#"{"id":"c"}"#));
}

#[test]
fn a_broken_document_is_refused_before_its_first_record() {
    for (text, expected) in [
        ("[{\"id\":\"1\"},\n{\"id\":", "line 2"),
        ("[{\"id\":\"1\"}] x", "line 1, column 14"),
        ("", "line 1"),
        ("{\"users\":{}}", "neither a list"),
        ("{\"user\":[]}", "neither a list"),
        ("\"sécret\"", "neither a list"),
    ] {
        let error = fatal(Format::DemoJson, text).to_string();
        assert!(error.contains(expected), "{text}: {error}");
        assert!(!error.contains("cret"), "{error}");
    }
    let error = fatal(Format::DemoJson, b"[\n\"\xff\"]").to_string();
    assert!(error.ends_with("line 2, column 2"), "{error}");
}

#[test]
fn ndjson_is_read_line_by_line() {
    let text = "\u{feff}{\"id\":\"1\"}\r\n\n  \t\r\n{ \"id\":\"2\",\"x\":1 }\n{\"id\":\"1\"}";
    assert_eq!(
        lines(&outcomes(Format::Ndjson, text)),
        [
            (1, r#"{"id":"1"}"#),
            (4, r#"{"id":"2","x":1}"#),
            (5, r#"{"id":"1"}"#)
        ]
    );
    assert_eq!(records(Format::Ndjson, ""), []);
}

#[test]
fn a_bad_line_costs_only_itself() {
    let mut text = b"{\"id\":\"\xff\"}\n{\"id\":\"1\"\n[]\n".to_vec();
    text.extend(vec![b'x'; 3 * MAX_RECORD_BYTES]);
    text.extend(b"\n{\"id\":\"2\"}\n");
    let records = records(Format::Ndjson, &text);
    let errors: Vec<_> = records
        .iter()
        .map(|record| record.user.as_ref().err())
        .collect();
    let user = |error: UserError| RecordError::User(error);
    assert_eq!(errors[0], Some(&user(UserError::NotUtf8)));
    assert!(matches!(
        errors[1],
        Some(RecordError::User(UserError::NotJson(_)))
    ));
    assert_eq!(errors[2], Some(&user(UserError::NotAnObject)));
    assert_eq!(errors[3], Some(&user(UserError::TooLarge)));
    assert_eq!(errors[4], None);
    assert_eq!(
        (records[4].line, records[4].end.offset),
        (5, text.len() as u64)
    );
}

#[test]
fn a_line_may_be_as_long_as_a_record() {
    for (extra, is_ok) in [
        (0, true),
        (1, false),
        (2, false),
        (3, false),
        (4, false),
        (9, false),
    ] {
        for end in ["\n", "\r\n", ""] {
            for start in ["", "\u{feff}"] {
                let fill = "a".repeat(MAX_RECORD_BYTES - 17 + extra);
                let next = if end.is_empty() { "" } else { "{\"id\":\"2\"}" };
                let text = format!("{start}{{\"id\":\"1\",\"x\":\"{fill}\"}}{end}{next}");
                let records = records(Format::Ndjson, &text);
                assert_eq!(records[0].user.is_ok(), is_ok, "{extra} {end:?}");
                assert_eq!(records.len(), 1 + usize::from(!end.is_empty()));
                assert!(records.iter().skip(1).all(|record| record.user.is_ok()));
            }
        }
    }
}

#[test]
fn an_endless_line_is_not_held_in_memory() {
    let endless = io::repeat(b'x').take(50_000_000);
    let last = &b"\n{\"id\":\"1\"}"[..];
    let input = BufReader::new(endless.chain(last));
    let records: Vec<Record> = Reader::new(Format::Ndjson, input, Position::START)
        .expect("a file")
        .collect::<Result<_, _>>()
        .expect("records");
    assert!(records[0].user.is_err() && records[1].user.is_ok());
}

#[test]
fn csv_cells_become_typed_members_in_the_headers_order() {
    let text = "\u{feff}\"Id\",Section,EMAIL, username ,email_verified,badges,role,member_since,url,avatar\r\n\
        1,News,a@b.example,Ann,TRUE,staff; gold;,STAFF,1500000000,https://x.example/1,\r\n\
        2,,,,0,,,2018-03-01T00:00:00Z,,\r\n\
        ,,,,,,,,,\r\n\
        007,,,Bob,,,,,,\r\n";
    assert_eq!(
        lines(&outcomes(Format::Csv, text)),
        [
            (
                2,
                r#"{"id":"1","Section":"News","email":"a@b.example","username":"Ann","email_verified":true,"badges":["staff","gold"],"role":"STAFF","member_since":1500000000,"url":"https://x.example/1"}"#
            ),
            (
                3,
                r#"{"id":"2","email_verified":false,"member_since":"2018-03-01T00:00:00Z"}"#
            ),
            (5, r#"{"id":"007","username":"Bob"}"#),
        ]
    );
    assert_eq!(
        records(Format::Csv, text)[2]
            .user
            .as_ref()
            .map(|user| user.extra.is_none()),
        Ok(true)
    );
}

#[test]
fn csv_of_excel_in_other_countries_is_read() {
    for delimiter in [";", "\t", ","] {
        let text = "username|id|badges\r\n\"A, B;\"|1|\"x;y\"\r\n".replace('|', delimiter);
        assert_eq!(
            lines(&outcomes(Format::Csv, &text)),
            [(2, r#"{"username":"A, B;","id":"1","badges":["x","y"]}"#)]
        );
    }
}

#[test]
fn csv_rows_are_counted_in_lines_of_the_file() {
    let text = "id,bio\r\n1,\"a\r\nb \"\"c\"\"\r\n\"\r\n\r\n2,x\r\n3\r\n4,y,z\r\n5,\"\"\n6,w";
    let outcomes = outcomes(Format::Csv, text);
    assert_eq!(
        lines(&outcomes),
        [
            (2, r#"{"id":"1","bio":"a\r\nb \"c\"\r\n"}"#),
            (6, r#"{"id":"2","bio":"x"}"#),
            (7, "error: the row has 1 cells, the header has 2"),
            (8, "error: the row has 3 cells, the header has 2"),
            (9, r#"{"id":"5"}"#),
            (10, r#"{"id":"6","bio":"w"}"#),
        ]
    );
}

#[test]
fn a_quote_too_many_costs_one_row() {
    let quote = "error: a quoted cell isn't closed, or goes on after its closing quote";
    for bad in ["2,\"b", "2,\"b\"c", "2,\"", "\"2,b", "2,\"b\n"] {
        let tail = "3,c\n4,d\n".repeat(20_000);
        for tail in ["3,c\n4,\"d\"\n", "3,c\n", "\"3\",c", &tail, ""] {
            let text = format!("id,bio\n1,a\n{bad}\n{tail}");
            let outcomes = outcomes(Format::Csv, &text);
            let good = tail.lines().count();
            let errors: Vec<_> = outcomes
                .iter()
                .filter(|(_, text)| text.starts_with("error"))
                .collect();
            assert_eq!(errors, [&(3, quote.to_string())], "{bad} {good}");
            assert_eq!(outcomes.len(), good + 2, "{bad} {good}");
        }
    }
}

#[test]
fn a_csv_cell_that_is_not_of_its_columns_type_is_the_users_error() {
    for (column, cell) in [
        ("email_verified", "maybe"),
        ("member_since", "yesterday"),
        ("role", "boss"),
        ("email", "bob"),
        ("avatar", "/bob.png"),
    ] {
        let outcomes = outcomes(Format::Csv, format!("id,{column}\n1,{cell}\n2,\n"));
        assert!(
            outcomes[0].1.starts_with(&format!("error: {column}: must")),
            "{outcomes:?}"
        );
        assert_eq!(outcomes[1].1, r#"{"id":"2"}"#);
    }
    for (text, expected) in [
        (
            &b"id,x\n1,\xe9\n"[..],
            "error: the record is not valid UTF-8",
        ),
        (
            b"id,x\n1,\0\n",
            "error: the record holds the character U+0000",
        ),
        (b"id,x\n,y\n", "error: id: is missing"),
        (
            b"id,\n1,y\n",
            "error: column 2 has a value, but no name in the header",
        ),
    ] {
        assert_eq!(outcomes(Format::Csv, text), [(2, expected.to_string())]);
    }
}

#[test]
fn a_csv_file_needs_a_header_with_an_id() {
    for (text, expected) in [
        (&b""[..], "no header line"),
        (b"\r\n\n", "no header line"),
        (b"name,email\n1,2\n", "no column id"),
        (b"id,email,Email\n", "columns 2 and 3"),
        (b"id,pr\xe9nom\n", "not UTF-8"),
        (b"\"id,email\n1,2", "no column id"),
    ] {
        let error = fatal(Format::Csv, text).to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(records(Format::Csv, "\n\nid"), []);
}

#[test]
fn a_position_of_another_file_is_told() {
    for (format, text, offset) in [
        (Format::Ndjson, "{\"id\":\"1\"}\n", 12),
        (Format::Ndjson, "{\"id\":\"1\"}\n", 5),
        (Format::Csv, "id\n123\n", 5),
        (Format::Csv, "id\n123\n", 8),
        (Format::DemoJson, "[{\"id\":\"1\"}]", 5),
    ] {
        let error = Reader::new(format, text.as_bytes(), Position { offset, line: 1 }).err();
        assert!(
            matches!(error, Some(ImportError::FileChanged)),
            "{text} {offset}"
        );
    }
}

#[test]
fn what_was_appended_to_a_file_is_read_from_its_old_end() {
    let old = "{\"id\":\"1\"}";
    let end = records(Format::Ndjson, old)[0].end;
    let new = format!("{old}\n{{\"id\":\"2\"}}\n");
    let reader = Reader::new(Format::Ndjson, new.as_bytes(), end).expect("a file");
    let records: Vec<Record> = reader.collect::<Result<_, _>>().expect("records");
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].line, 2);
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

#[test]
fn nothing_follows_a_failed_read() {
    let input = BufReader::new((&b"{\"id\":\"1\"}\n{"[..]).chain(Broken));
    let mut reader = Reader::new(Format::Ndjson, input, Position::START).expect("a file");
    assert!(matches!(reader.next(), Some(Ok(_))));
    assert!(matches!(reader.next(), Some(Err(ImportError::Io(_)))));
    assert!(reader.next().is_none());
}

/// A file of each format, of good and bad records.
fn file() -> impl Strategy<Value = (Format, Vec<u8>)> {
    let record = prop_oneof![
        r#"\{"id":"[a-c]","x":[0-9]\}"#,
        Just("{\"id\":1}".to_string()),
        Just("{ \"id\": \"d\",\n\"username\" :\"é\" }".to_string()),
    ];
    let document = prop::collection::vec(record, 0..6).prop_map(|records| {
        (
            Format::DemoJson,
            format!("[{}\n]", records.join(",\r\n")).into_bytes(),
        )
    });
    let line = r#"(\{"id":"[a-c]"\}|\{|é| |)(\r?\n)"#;
    let ndjson = prop::collection::vec(line, 0..6)
        .prop_map(|lines| (Format::Ndjson, lines.concat().into_bytes()));
    let row = r#"([a-c]|""|"a|"b\r?\n","c")(,| ,)?("x\n"|é|"|y)?(\r?\n)"#;
    let csv = prop::collection::vec(row, 0..8).prop_map(|rows| {
        (
            Format::Csv,
            format!("id,bio\n{}", rows.concat()).into_bytes(),
        )
    });
    (prop_oneof![document, ndjson, csv], any::<bool>()).prop_map(|((format, mut bytes), bom)| {
        if bom {
            bytes.splice(0..0, *b"\xef\xbb\xbf");
        }
        (format, bytes)
    })
}

proptest! {
    #[test]
    fn an_import_goes_on_after_any_record((format, text) in file(), piece in 1_usize..9) {
        let all = records(format, &text);
        for (at, record) in all.iter().enumerate() {
            let input = BufReader::with_capacity(piece, text.as_slice());
            let rest: Vec<Record> = Reader::new(format, input, record.end)
                .expect("a file")
                .collect::<Result<_, _>>()
                .expect("records");
            prop_assert_eq!(&rest, &all[at + 1..]);
        }
    }

    #[test]
    fn positions_are_those_of_the_file((format, text) in file()) {
        let mut last = 0;
        for record in records(format, &text) {
            prop_assert!(record.end.offset > last && record.end.offset <= text.len() as u64);
            last = record.end.offset;
            let before = &text[..usize::try_from(last).expect("offset")];
            let ends = before.iter().filter(|&&byte| byte == b'\n').count() as u64;
            prop_assert_eq!(record.end.line, ends + 1);
        }
    }

    #[test]
    fn no_bytes_make_it_panic_or_run_on(mut text: Vec<u8>, header: bool) {
        if header {
            text.splice(0..0, *b"id,x\n");
        }
        for format in [Format::DemoJson, Format::Ndjson, Format::Csv] {
            if let Ok(reader) = reader(format, &text) {
                prop_assert!(reader.count() <= text.len());
            }
        }
        let _ = Format::detect(std::path::Path::new("users"), &text);
    }
}
