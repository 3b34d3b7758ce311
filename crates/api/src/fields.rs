//! Reading what clients send into types that can't be wrong, with every bad field told at once.
//!
//! [`input!`](crate::input) declares the members of a body, [`query!`](crate::query) the parameters of a URL: one
//! declaration makes the type, its description in OpenAPI, and the reader that refuses what the description doesn't have.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

/// One thing wrong with a request, and where (RFC 9457, section 3: an extension member of the problem).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// JSON pointer into the body (RFC 6901), when it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pointer: Option<String>,
    /// Name of the parameter of the query, when it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub parameter: Option<String>,
    /// What is wrong. The value itself isn't repeated.
    #[schema(value_type = String)]
    pub detail: Cow<'static, str>,
}

impl FieldError {
    /// Something wrong in the body, at this JSON pointer.
    pub fn at(pointer: impl Into<String>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            parameter: None,
            detail: detail.into(),
        }
    }

    /// Something wrong with a parameter of the query.
    pub fn parameter(name: impl Into<String>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            pointer: None,
            parameter: Some(name.into()),
            detail: detail.into(),
        }
    }
}

/// What is wrong with one value: where inside it, and what.
#[derive(Debug, Default)]
pub struct Faults(pub Vec<(String, Cow<'static, str>)>);

impl Faults {
    /// One fault of the value itself.
    pub fn one(detail: impl Into<Cow<'static, str>>) -> Self {
        Self(vec![(String::new(), detail.into())])
    }
}

/// A value that can be read from JSON, or from the text of a query.
pub trait Field: Sized {
    /// Reads a JSON value.
    ///
    /// # Errors
    /// What is wrong with it, without repeating it.
    fn read(value: &Value) -> Result<Self, Faults>;

    /// Reads a parameter of a query.
    ///
    /// # Errors
    /// As [`Self::read`].
    fn read_text(text: &str) -> Result<Self, Faults> {
        Self::read(&Value::String(text.to_owned()))
    }

    /// What it means that the member isn't there; `None` when it has to be.
    fn absent() -> Option<Self> {
        None
    }
}

/// A whole body or query.
pub trait Input: Sized {
    /// Takes the members that it knows.
    ///
    /// # Errors
    /// Everything that is wrong.
    fn take(members: Members<'_>) -> Result<Self, Faults>;
}

/// The members of an object, taken one by one.
#[derive(Debug)]
pub struct Members<'a> {
    object: &'a Map<String, Value>,
    known: Vec<&'static str>,
    faults: Faults,
    text: bool,
}

impl<'a> Members<'a> {
    /// The members of a JSON object.
    #[must_use]
    pub fn of_object(object: &'a Map<String, Value>) -> Self {
        Self {
            object,
            known: Vec::new(),
            faults: Faults::default(),
            text: false,
        }
    }

    /// The parameters of a query, all of them strings.
    #[must_use]
    pub fn of_query(parameters: &'a Map<String, Value>) -> Self {
        Self {
            text: true,
            ..Self::of_object(parameters)
        }
    }

    /// Takes one member; `None` when something is wrong with it, which [`Self::finish`] tells.
    pub fn take<T: Field>(&mut self, name: &'static str) -> Option<T> {
        self.known.push(name);
        let read = match self.object.get(name) {
            None => T::absent().ok_or_else(|| Faults::one("is missing")),
            Some(Value::String(text)) if self.text => T::read_text(text),
            Some(value) => T::read(value),
        };
        match read {
            Ok(value) => Some(value),
            Err(Faults(faults)) => {
                let deeper = faults
                    .into_iter()
                    .map(|(place, detail)| (format!("/{name}{place}"), detail));
                self.faults.0.extend(deeper);
                None
            }
        }
    }

    /// Ends the reading: members that nobody took are faults too.
    ///
    /// # Errors
    /// Everything that was wrong.
    pub fn finish(mut self) -> Result<(), Faults> {
        for name in self.object.keys() {
            if !self.known.contains(&name.as_str()) {
                let place = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
                self.faults.0.push((place, "is not known here".into()));
            }
        }
        if self.faults.0.is_empty() {
            Ok(())
        } else {
            Err(self.faults)
        }
    }
}

/// Declares the members of a JSON body.
#[macro_export]
macro_rules! input {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        $vis struct $name { $($(#[$field_meta])* $vis $field: $type),* }

        $crate::input!(@take $name { $($field),* });

        impl $crate::fields::Field for $name {
            fn read(value: &serde_json::Value) -> Result<Self, $crate::fields::Faults> {
                let object = value.as_object().ok_or_else(|| $crate::fields::Faults::one("must be an object"))?;
                <Self as $crate::fields::Input>::take($crate::fields::Members::of_object(object))
            }
        }
    };
    (@take $name:ident { $($field:ident),* }) => {
        impl $crate::fields::Input for $name {
            #[allow(unused_mut, reason = "some have no members")]
            fn take(mut members: $crate::fields::Members<'_>) -> Result<Self, $crate::fields::Faults> {
                $(let $field = members.take(stringify!($field));)*
                members.finish()?;
                // Whatever is missing made an error above.
                Ok(Self { $($field: $field.ok_or_else($crate::fields::Faults::default)?),* })
            }
        }
    };
}

/// Declares the parameters of a query.
#[macro_export]
macro_rules! query {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, utoipa::IntoParams)]
        #[into_params(parameter_in = Query)]
        $vis struct $name { $($(#[$field_meta])* $vis $field: $type),* }

        $crate::input!(@take $name { $($field),* });
    };
}

mod values;

pub use values::{Limit, Name, OneOf, Seconds, Set, Time};

#[cfg(test)]
mod tests;
