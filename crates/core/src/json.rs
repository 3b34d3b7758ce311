//! JSON that every parser reads alike: one value, no member twice, no lone surrogate, no deep nesting.
//!
//! `serde_json` lets the last of two equal members win and skips over what a type does not name without
//! decoding it. Two readers of one document can then disagree on what it says (RFC 8725, section 2.4; RFC 8259,
//! section 4), so everything that is signed or stored passes through [`Checked`].

use std::{collections::HashSet, fmt};

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Any JSON value, walked to its end and forgotten; an object with a repeated member is an error at every depth.
///
/// Nesting is bounded by `serde_json`'s own limit of 128.
#[derive(Debug, Clone, Copy)]
pub struct Checked;

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CheckedVisitor)
    }
}

/// Reads `text` to its end as one JSON value and keeps nothing of it.
///
/// # Errors
/// What is wrong and where, in `serde_json`'s words; never the text itself.
pub fn check(text: &[u8]) -> Result<(), serde_json::Error> {
    serde_json::from_slice::<Checked>(text).map(|_| ())
}

/// Writes `text` as a JSON string, byte for byte as `JSON.stringify` does.
pub(crate) fn push_string(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c| c < ' ' || c == '"' || c == '\\') {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = special.chars();
        if let Some(c) = chars.next() {
            push_escape(out, c);
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

fn push_escape(out: &mut String, c: char) {
    out.push('\\');
    match c {
        '"' | '\\' => out.push(c),
        '\u{8}' => out.push('b'),
        '\t' => out.push('t'),
        '\n' => out.push('n'),
        '\u{c}' => out.push('f'),
        '\r' => out.push('r'),
        _ => {
            out.push_str("u00");
            for shift in [4, 0] {
                let digit = (u32::from(c) >> shift) & 0xf;
                out.extend(char::from_digit(digit, 16));
            }
        }
    }
}

struct CheckedVisitor;

impl<'de> Visitor<'de> for CheckedVisitor {
    type Value = Checked;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_str<E>(self, _: &str) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_unit<E>(self) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Checked, A::Error> {
        while items.next_element::<Checked>()?.is_some() {}
        Ok(Checked)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Checked, A::Error> {
        let mut seen = HashSet::with_capacity(16);
        while let Some(name) = members.next_key::<String>()? {
            if !seen.insert(name) {
                return Err(A::Error::custom("a member appears twice"));
            }
            members.next_value::<Checked>()?;
        }
        Ok(Checked)
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_plain_document_passes() {
        assert!(check(br#"{"a":[1,2.5,null,true,{"b":"\u00e9"}]}"#).is_ok());
    }

    #[test]
    fn a_repeated_member_is_refused_at_every_depth() {
        assert!(check(br#"{"a":1,"a":2}"#).is_err());
        assert!(check(br#"[{"x":{"a":1,"\u0061":2}}]"#).is_err());
    }

    #[test]
    fn what_postgres_or_another_parser_would_choke_on_is_refused() {
        assert!(check(br#"{"a":"\ud800"}"#).is_err(), "lone surrogate");
        assert!(check(b"{\"a\":\"\xff\"}").is_err(), "invalid UTF-8");
        assert!(check(&[b'['; 100_000]).is_err(), "deep nesting");
        assert!(check(b"{} {}").is_err(), "two values");
        assert!(check(b"[NaN]").is_err(), "not a number");
    }
}
