//! JSON text as JavaScript's `JSON.stringify` lays it out, which is how the demo service answered its records.

use super::error::UserError;
use crate::json::push_string;

/// `text` without white space between its values, every string in its shortest escaping, numbers as they were
/// written, members in their own order.
///
/// `text` has passed [`json::check`](crate::json::check); of anything else the outcome is meaningless, but is one.
/// Numbers keep their text where JavaScript would round them: a 19-digit number of the newsroom's stays what it is.
pub(super) fn compact(text: &str) -> Result<String, UserError> {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    // What lies between `copied` and `at` can be taken as it is, and is, once something else comes.
    let (mut copied, mut at) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let string = string_at(bytes, at);
                if string.has_escapes {
                    out.push_str(&text[copied..at]);
                    push_string(&mut out, &decode(&text[at..string.end])?);
                    copied = string.end;
                }
                at = string.end;
            }
            b' ' | b'\t' | b'\n' | b'\r' => {
                out.push_str(&text[copied..at]);
                at += 1;
                copied = at;
            }
            _ => at += 1,
        }
    }
    out.push_str(&text[copied..]);
    Ok(out)
}

/// A string literal, quotes included.
struct StringLiteral {
    end: usize,
    has_escapes: bool,
}

fn string_at(bytes: &[u8], start: usize) -> StringLiteral {
    let mut has_escapes = false;
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let end = at + 1;
                return StringLiteral { end, has_escapes };
            }
            b'\\' => {
                has_escapes = true;
                at += 2;
            }
            _ => at += 1,
        }
    }
    let end = bytes.len();
    StringLiteral { end, has_escapes }
}

fn decode(literal: &str) -> Result<String, UserError> {
    let text: String =
        serde_json::from_str(literal).map_err(|error| UserError::NotJson(error.to_string()))?;
    // JSON can only write it escaped, so it can hide nowhere else.
    if text.contains('\0') {
        Err(UserError::Nul)
    } else {
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::compact;
    use crate::json::push_string;
    use crate::user::UserError;

    #[test]
    fn only_white_space_and_needless_escapes_go() {
        for (text, expected) in [
            (
                "{ \"b\" : [ 1 , 2 ] ,\r\n\t\"a\":null }",
                r#"{"b":[1,2],"a":null}"#,
            ),
            (
                r#"{"n":[1.0,1e2,-0,12345678901234567890]}"#,
                r#"{"n":[1.0,1e2,-0,12345678901234567890]}"#,
            ),
            (
                r#"["caf\u00e9","\/","\ud83d\ude00"," a  b "]"#,
                r#"["café","/","😀"," a  b "]"#,
            ),
            (
                r#"["\u001F\u0008\u0009\u000a\u000c\u000D\u0022\u005C"]"#,
                r#"["\u001f\b\t\n\f\r\"\\"]"#,
            ),
            (r#"{"\u0061 \\":"\\\""}"#, r#"{"a \\":"\\\""}"#),
        ] {
            assert_eq!(compact(text).expect(text), expected);
        }
    }

    #[test]
    fn nul_is_refused_in_values_and_names() {
        for text in [r#"{"a":"\u0000"}"#, r#"{"a":[{"x\u0000":1}]}"#] {
            assert_eq!(compact(text), Err(UserError::Nul), "{text}");
        }
        assert!(
            compact(r#"{"a":"\\u0000"}"#).is_ok(),
            "a backslash, then u0000"
        );
    }

    proptest! {
        #[test]
        fn a_string_is_escaped_as_serde_json_does(text: String) {
            let mut out = String::new();
            push_string(&mut out, &text);
            prop_assert_eq!(out, serde_json::to_string(&text).expect("JSON"));
        }

        #[test]
        fn no_text_makes_it_panic(text in r#"[\\"\[\]{}:, a-z\u{0}é]{0,40}"#) {
            let _ = compact(&text);
        }
    }
}
