//! As much of Coral's schema as its signing secrets need, and of GraphQL as it takes to keep to it.

use serde_json::{Map, Value};

/// A selection: a field, and what is selected of it.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    selection: Vec<Field>,
}

/// The type of a field; `None`: there is no such field.
fn type_of(parent: &str, field: &str) -> Option<&'static str> {
    Some(match (parent, field) {
        ("Query", "settings") => "Settings",
        ("Mutation", "rotateSSOSigningSecret") => "RotateSSOSigningSecretPayload",
        ("RotateSSOSigningSecretPayload", "settings") => "Settings",
        ("Settings", "auth") => "Auth",
        ("Auth", "integrations") => "AuthIntegrations",
        ("AuthIntegrations", "sso") => "SSOAuthIntegration",
        ("SSOAuthIntegration", "signingSecrets") => "SigningSecret",
        ("RotateSSOSigningSecretPayload", "clientMutationId") => "",
        ("SSOAuthIntegration", "enabled" | "allowRegistration") => "",
        (
            "SigningSecret",
            "kid" | "secret" | "createdAt" | "lastUsedAt" | "rotatedAt" | "inactiveAt",
        ) => "",
        _ => return None,
    })
}

/// The operation of a document: its type, and what it selects. `None` where Coral's schema doesn't have it.
pub(super) fn operation(text: &str) -> Option<(&'static str, Field)> {
    let spaced: String = text
        .chars()
        .map(|c| match c {
            '{' | '}' | '(' | ')' => format!(" {c} "),
            ',' => " ".to_owned(),
            c => c.to_string(),
        })
        .collect();
    let mut words = spaced.split_whitespace().peekable();
    let (root, variables, arguments): (_, &[&str], &[&str]) = match words.next()? {
        "query" => ("Query", &[], &[]),
        "mutation" => (
            "Mutation",
            &["(", "$input:", "RotateSSOSigningSecretInput!", ")"],
            &["(", "input:", "$input", ")"],
        ),
        _ => return None,
    };
    words.next()?;
    let mut all = variables.iter();
    if !all.all(|expected| words.next() == Some(expected)) || words.next()? != "{" {
        return None;
    }
    let name = words.next()?.to_owned();
    let mut all = arguments.iter();
    if !all.all(|expected| words.next() == Some(expected)) {
        return None;
    }
    let of = type_of(root, &name)?;
    let selection = selection(&mut words, of)?;
    let ends = words.next()? == "}" && words.next().is_none();
    ends.then_some((root, Field { name, selection }))
}

fn selection<'a>(
    words: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>,
    of: &str,
) -> Option<Vec<Field>> {
    if of.is_empty() {
        return Some(Vec::new());
    }
    // A thing without a selection of its fields is no valid GraphQL.
    if words.next()? != "{" {
        return None;
    }
    let mut fields = Vec::new();
    loop {
        let name = words.next()?;
        if name == "}" {
            return (!fields.is_empty()).then_some(fields);
        }
        let inner = type_of(of, name)?;
        fields.push(Field {
            name: name.to_owned(),
            selection: selection(words, inner)?,
        });
    }
}

/// Of a value only what was selected.
pub(super) fn select(field: &Field, value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(|value| select(field, value)).collect(),
        Value::Object(object) if !field.selection.is_empty() => {
            let members = field.selection.iter();
            let members = members.map(|inner| {
                let value = object.get(&inner.name).unwrap_or(&Value::Null);
                (inner.name.clone(), select(inner, value))
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}
