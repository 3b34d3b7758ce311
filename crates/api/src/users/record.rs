//! Records in bodies: the newsroom's own JSON, of which only the known members are looked at.

use std::{collections::HashMap, marker::PhantomData};

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use lanyard_core::user::{User, UserError, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    App, Problem,
    body::{self, ContentType},
    failure::Failure,
    fields::FieldError,
    input::Once,
};

/// A reader's record. Members of other names are kept as they are, and answered in their own order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User, example = json!({"id": "42", "email": "ann@example.org", "username": "ann", "premium": true}))]
pub(crate) struct Record {
    /// The newsroom's own id, compared to the letter.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]+$"
    )]
    id: String,
    /// E-mail address.
    #[schema(max_length = 254, pattern = r"^[!-~]+@[!-~]+$")]
    email: Option<String>,
    /// Whether the newsroom has seen that the address is the reader's.
    email_verified: Option<bool>,
    /// Name shown beside comments.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]+$"
    )]
    username: Option<String>,
    /// Badges shown beside the name.
    badges: Option<Vec<String>>,
    /// Role in the comments.
    #[schema(pattern = "^(COMMENTER|MEMBER|STAFF|MODERATOR|ADMIN)$")]
    role: Option<String>,
    /// The reader's profile page.
    #[schema(max_length = 2048, pattern = "^https?://[0-9A-Za-z]")]
    url: Option<String>,
    /// The reader's picture.
    #[schema(max_length = 2048, pattern = "^https?://[0-9A-Za-z]")]
    avatar: Option<String>,
    /// When the reader joined: Unix seconds, or RFC 3339.
    #[schema(value_type = Option<Object>)]
    member_since: Option<serde_json::Value>,
    #[serde(flatten)]
    #[schema(value_type = HashMap<String, Object>)]
    own: HashMap<String, serde_json::Value>,
}

/// A merge patch of a record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserPatch, example = json!({"email": "ann@example.org", "premium": null}))]
pub(crate) struct Patch {
    #[serde(flatten)]
    #[schema(value_type = HashMap<String, Object>)]
    members: HashMap<String, serde_json::Value>,
}

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
        let detail = "must be the id in the path; an id never changes";
        Err(Failure::field("/id", detail))
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
