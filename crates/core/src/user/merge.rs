//! JSON merge patch (RFC 7396) on text: members keep their order, and numbers their digits.

use std::{collections::HashMap, fmt};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{MAX_RECORD_BYTES, error::UserError};
use crate::json::{self, push_string};

/// The members of an object in their order.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// `record` with `patch` merged into it: a member that is `null` in the patch goes, an object is merged into the one
/// that is there, and any other value takes the old one's place. New members come last.
///
/// Both are objects; `record` has been checked before, and the outcome is as long as both together at most.
pub(super) fn merge(record: &str, patch: &[u8]) -> Result<String, UserError> {
    if patch.len() > MAX_RECORD_BYTES {
        return Err(UserError::TooLarge);
    }
    let patch = str::from_utf8(patch).map_err(|_| UserError::NotUtf8)?;
    // Bounds the nesting too, and with it the recursion below.
    json::check(patch.as_bytes()).map_err(not_json)?;
    let patch = patch.trim_ascii();
    if !is_object(patch) {
        return Err(UserError::NotAnObject);
    }
    let mut out = String::with_capacity(record.len() + patch.len());
    merge_objects(&mut out, Some(record), patch).map_err(not_json)?;
    Ok(out)
}

fn is_object(text: &str) -> bool {
    text.starts_with('{')
}

/// Writes the object `patch` merged into `target`, which counts as empty where it is no object.
fn merge_objects(
    out: &mut String,
    target: Option<&str>,
    patch: &str,
) -> Result<(), serde_json::Error> {
    let Members(targets) = match target.filter(|text| is_object(text)) {
        Some(text) => serde_json::from_str(text)?,
        None => Members(Vec::new()),
    };
    let Members(changes) = serde_json::from_str(patch)?;
    let mut left: HashMap<&str, &RawValue> = changes
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    out.push('{');
    let start = out.len();
    for (name, value) in targets {
        let change = left.remove(name.as_str());
        write_member(out, start, &name, Some(value.get()), change)?;
    }
    for (name, change) in &changes {
        if left.contains_key(name.as_str()) {
            write_member(out, start, name, None, Some(change))?;
        }
    }
    out.push('}');
    Ok(())
}

fn write_member(
    out: &mut String,
    start: usize,
    name: &str,
    value: Option<&str>,
    change: Option<&RawValue>,
) -> Result<(), serde_json::Error> {
    if change.is_some_and(|change| change.get() == "null") {
        return Ok(());
    }
    if out.len() > start {
        out.push(',');
    }
    push_string(out, name);
    out.push(':');
    match change.map(RawValue::get) {
        Some(change) if is_object(change) => merge_objects(out, value, change),
        change => {
            out.push_str(change.or(value).unwrap_or("null"));
            Ok(())
        }
    }
}

fn not_json(error: serde_json::Error) -> UserError {
    UserError::NotJson(error.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::merge;
    use crate::user::{User, UserError};

    #[test]
    fn the_examples_of_the_rfc_hold() {
        // RFC 7396, appendix A, as far as both are objects.
        for (target, patch, expected) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (
                r#"{"a":{"b":"c"}}"#,
                r#"{"a":{"b":"d","c":null}}"#,
                r#"{"a":{"b":"d"}}"#,
            ),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            assert_eq!(merge(target, patch.as_bytes()).expect(patch), expected);
        }
    }

    #[test]
    fn order_and_digits_stay() {
        let record = r#"{"zeta":12345678901234567890123,"id":"1","b":2.50}"#;
        let merged = merge(record, br#" {"id" : "1", "new": 1e30 , "b":3.0} "#).expect("JSON");
        assert_eq!(
            merged,
            r#"{"zeta":12345678901234567890123,"id":"1","b":3.0,"new":1e30}"#
        );
    }

    #[test]
    fn a_patched_user_is_one_that_could_have_been_sent() {
        let user = User::from_json(br#"{"id":"1","username":"ann","vip":true}"#).expect("a user");
        let patched = user.patched(br#"{"username":null,"email":"a@b.example"}"#);
        let patched = patched.expect("a user");
        assert_eq!(
            patched.body(),
            r#"{"id":"1","vip":true,"email":"a@b.example"}"#
        );
        assert!(patched.username.is_none());
        for (patch, field) in [
            (&br#"{"id":null}"#[..], Some("id")),
            (br#"{"email":"nobody"}"#, Some("email")),
            (br#"{"role":"boss"}"#, Some("role")),
            (b"[]", None),
            (b"null", None),
            (br#"{"a":1,"a":2}"#, None),
            (br#"{"a":"\u0000"}"#, None),
            (b"{\"a\":\"\xff\"}", None),
        ] {
            let error = user.patched(patch).expect_err("a bad patch");
            assert_eq!(error[0].field(), field, "{error:?}");
        }
        let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(70_000));
        assert_eq!(
            user.patched(long.as_bytes()),
            Err(vec![UserError::TooLarge])
        );
    }

    /// The algorithm of RFC 7396, section 2, to the letter.
    fn by_the_rfc(target: Value, patch: Value) -> Value {
        let Value::Object(patch) = patch else {
            return patch;
        };
        let mut merged = match target {
            Value::Object(members) => members,
            _ => serde_json::Map::new(),
        };
        for (name, value) in patch {
            if value.is_null() {
                merged.remove(&name);
            } else {
                let old = merged.remove(&name).unwrap_or(Value::Null);
                merged.insert(name, by_the_rfc(old, value));
            }
        }
        Value::Object(merged)
    }

    fn object() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-c\"]{0,2}".prop_map(Value::from),
        ];
        let value = leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[a-d]", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        });
        prop::collection::btree_map("[a-d]", value, 0..4)
            .prop_map(|members| Value::Object(members.into_iter().collect()))
    }

    proptest! {
        #[test]
        fn it_does_what_the_rfc_says(target in object(), patch in object()) {
            let merged = merge(&target.to_string(), patch.to_string().as_bytes()).expect("JSON");
            let merged: Value = serde_json::from_str(&merged).expect("JSON");
            prop_assert_eq!(merged, by_the_rfc(target, patch));
        }
    }
}
