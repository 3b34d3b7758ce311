//! Records in bodies: the newsroom's own JSON, of which only the known members are looked at.

use std::marker::PhantomData;

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use lanyard_core::user::{User, UserError, UserId};

use super::schema::{Patch, Record};
use crate::{
    App, Problem,
    body::{self, ContentType},
    failure::Failure,
    fields::FieldError,
    input::Once,
};

/// A kind of body: which types it may have.
pub(crate) trait Kind {
    const TYPES: &'static [ContentType];
    const EXPECTED: &'static str;
}

impl Kind for Record {
    const TYPES: &'static [ContentType] = &[ContentType::Json];
    const EXPECTED: &'static str = "Send the body as application/json.";
}

impl Kind for Patch {
    const TYPES: &'static [ContentType] = &[ContentType::MergePatch, ContentType::Json];
    const EXPECTED: &'static str = "Send the body as application/merge-patch+json.";
}

/// A body that was read, and is still text.
#[derive(Debug)]
pub(crate) struct Body<K = Record> {
    text: Bytes,
    /// The key under which the request may be repeated, if it has one.
    pub(super) once: Option<Once>,
    kind: PhantomData<K>,
}

impl<K: Kind> FromRequest<App> for Body<K> {
    type Rejection = Failure;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        if !K::TYPES.contains(&ContentType::of(&parts.headers)) {
            return Err(Failure::from(Problem::JsonExpected).detail(K::EXPECTED));
        }
        let text = body::read(body).await?;
        let once = Once::of(&parts, &text)?;
        let kind = PhantomData;
        Ok(Self { text, once, kind })
    }
}

impl Body<Record> {
    /// The user that the body is.
    pub(super) fn user(&self) -> Result<User, Failure> {
        User::parse(&self.text).map_err(refused)
    }

    /// The same, for a path that names the user.
    pub(super) fn user_of(&self, id: &UserId) -> Result<User, Failure> {
        named(self.user()?, id)
    }
}

impl Body<Patch> {
    /// The user with the body merged in.
    pub(super) fn patched(&self, user: &User) -> Result<User, Failure> {
        named(user.patched(&self.text).map_err(refused)?, &user.id)
    }
}

fn named(user: User, id: &UserId) -> Result<User, Failure> {
    if user.id == *id {
        Ok(user)
    } else {
        let other = "The record has another id than the path. An id never changes: delete the reader and add one.";
        Err(Failure::from(Problem::StateConflict).detail(other))
    }
}

/// What a client is told of a record that isn't taken.
fn refused(errors: Vec<UserError>) -> Failure {
    let unreadable = errors.iter().find_map(|error| match error {
        UserError::NotUtf8 | UserError::NotJson(_) | UserError::NotAnObject => {
            Some(Problem::BodyMalformed)
        }
        UserError::TooLarge => Some(Problem::BodyTooLarge),
        _ => None,
    });
    if let Some(problem) = unreadable {
        return problem.into();
    }
    Failure::fields(errors.into_iter().map(|error| match error {
        UserError::Field { field, problem } => {
            FieldError::at(format!("/{field}"), problem.to_string())
        }
        other => FieldError::at("", other.to_string()),
    }))
}
