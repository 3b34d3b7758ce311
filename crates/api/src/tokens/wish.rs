//! What a token is wanted for: a reader whom the directory has, or a whole record to put there first.

use std::{borrow::Cow, collections::BTreeMap};

use lanyard_core::user::{User, UserError, UserId};
use serde_json::value::RawValue;

use crate::{failure::Failure, fields::FieldError};

/// The reader that a token is wanted for.
#[derive(Debug)]
pub(super) enum Whom {
    /// The reader with this id.
    Known(UserId),
    /// The reader with this record.
    Whole(Box<User>),
}

/// A token that is wanted.
#[derive(Debug)]
pub(super) struct Wish {
    /// For whom.
    pub(super) whom: Whom,
    /// For which deployment, if that was said.
    deployment: Option<String>,
}

/// What is wrong with a wish: where, and what.
type Faults = Vec<FieldError>;

impl Wish {
    /// The reader's id.
    pub(super) fn user(&self) -> &UserId {
        match &self.whom {
            Whom::Known(id) => id,
            Whom::Whole(user) => &user.id,
        }
    }

    /// The record that is to be put into the directory, if there is one.
    pub(super) fn record(&self) -> Option<&User> {
        match &self.whom {
            Whom::Known(_) => None,
            Whom::Whole(user) => Some(user),
        }
    }

    /// The deployment's name.
    pub(super) fn deployment(&self) -> &str {
        self.deployment.as_deref().unwrap_or("default")
    }

    /// Reads an object that was checked to name each member once. It lies at `place` in the body, a JSON pointer.
    pub(super) fn read(text: &RawValue, place: &str) -> Result<Self, Failure> {
        let Ok(members) = serde_json::from_str::<BTreeMap<String, &RawValue>>(text.get()) else {
            return Err(Failure::field(place, "must be an object"));
        };
        let mut faults = Faults::new();
        let mut fault = |name: &str, detail: Cow<'static, str>| {
            faults.push(FieldError::at(format!("{place}/{name}"), detail));
        };
        let mut deployment = None;
        for (name, value) in &members {
            match name.as_str() {
                "user" => {}
                "deployment" => match serde_json::from_str::<Option<String>>(value.get()) {
                    Ok(name) => deployment = name,
                    Err(_) => fault(name, "must be a text".into()),
                },
                _ => {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    fault(&name, "is not known here".into());
                }
            }
        }
        let whom = match members.get("user") {
            None => {
                fault("user", "is missing".into());
                None
            }
            Some(value) => whom(value.get())
                .map_err(|wrong| {
                    for (deeper, detail) in wrong {
                        fault(&format!("user{deeper}"), detail);
                    }
                })
                .ok(),
        };
        match whom {
            Some(whom) if faults.is_empty() => Ok(Self { whom, deployment }),
            _ => Err(Failure::fields(faults)),
        }
    }
}

/// Reads an id or a record; else where inside it each fault is, and what.
fn whom(text: &str) -> Result<Whom, Vec<(String, Cow<'static, str>)>> {
    let one = |detail: Cow<'static, str>| vec![(String::new(), detail)];
    match text.as_bytes().first() {
        Some(b'{') => match User::parse(text.as_bytes()) {
            Ok(user) => Ok(Whom::Whole(Box::new(user))),
            Err(errors) => Err(errors.into_iter().map(place_of).collect()),
        },
        Some(b'"') => {
            let id: String =
                serde_json::from_str(text).map_err(|_| one("holds half a character".into()))?;
            // It is the whole of `user`, not a member of it.
            let told = |error| one(place_of(error).1);
            UserId::parse(&id).map(Whom::Known).map_err(told)
        }
        _ => Err(one("must be a reader's id, or a whole record".into())),
    }
}

fn place_of(error: UserError) -> (String, Cow<'static, str>) {
    match error {
        UserError::Field { field, problem } => (format!("/{field}"), problem.to_string().into()),
        other => (String::new(), other.to_string().into()),
    }
}
