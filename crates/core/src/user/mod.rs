//! Users: the readers in a tenant's directory.
//!
//! A user record is the newsroom's own JSON object. The members that tokens are made of are checked and kept in
//! columns; the record as a whole is kept beside them wherever the columns alone wouldn't answer it unchanged.

mod compact;
mod error;
mod merge;
mod record;
mod role;
mod text;

pub use error::{Problem, UserError};
pub use role::Role;
pub use text::{Email, MAX_EMAIL_BYTES, MAX_NAME_CHARS, MAX_URL_CHARS, Url, UserId, Username};

/// Most bytes of one record's JSON text.
pub const MAX_RECORD_BYTES: usize = 64 * 1024;

/// A reader of a tenant.
///
/// Whoever changes a member of a user that has `extra` must write the change there too, or [`User::body`] goes on
/// answering the old value; to change the body and read it again with [`User::from_json`] does both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The newsroom's own id.
    pub id: UserId,
    /// E-mail address.
    pub email: Option<Email>,
    /// Whether the newsroom has seen that the address is the reader's.
    pub email_verified: Option<bool>,
    /// Name shown beside comments.
    pub username: Option<Username>,
    /// Badges shown beside the name. Coral takes an empty list for "none any more", and none for "as they were".
    pub badges: Option<Vec<String>>,
    /// Role in the comments.
    pub role: Option<Role>,
    /// The reader's profile page.
    pub url: Option<Url>,
    /// The reader's picture.
    pub avatar: Option<Url>,
    /// When the reader joined the newsroom, in Unix seconds.
    pub member_since: Option<i64>,
    /// The record's own compact JSON text, where the other fields can't give it back byte for byte.
    pub extra: Option<Box<str>>,
}

impl User {
    /// Parses one user record: a JSON object of at most 64 KiB with a string `id`.
    ///
    /// A known member that is `null` counts as absent. `member_since` is a whole number of Unix seconds or an RFC 3339
    /// text. Members of other names are kept as they are, without a look inside.
    ///
    /// # Errors
    /// The first thing that is wrong; a repeated member, a lone surrogate and U+0000 are refused at every depth.
    pub fn from_json(text: &[u8]) -> Result<Self, UserError> {
        Self::parse(text)
            .map_err(|errors| errors.into_iter().next().unwrap_or(UserError::NotAnObject))
    }

    /// The same for somebody who wants to hear of everything at once.
    ///
    /// # Errors
    /// Each known member that is wrong, or the one reason why the record can't be read at all; never none.
    pub fn parse(text: &[u8]) -> Result<Self, Vec<UserError>> {
        record::parse(text)
    }

    /// The body that a request for this user is answered with: the record with its own members, values and order, as
    /// `JSON.stringify` would lay it out; for a user that was never a record the known members, absent ones left out.
    #[must_use]
    pub fn body(&self) -> String {
        match &self.extra {
            Some(record) => record.to_string(),
            None => record::from_columns(self),
        }
    }
    /// The user after a JSON merge patch (RFC 7396) of the record, read anew as any other record is: order and numbers
    /// of what isn't patched stay to the letter.
    ///
    /// # Errors
    /// As [`User::parse`], for the patch and for what becomes of the record.
    pub fn patched(&self, patch: &[u8]) -> Result<Self, Vec<UserError>> {
        let merged = merge::merge(&self.body(), patch).map_err(|error| vec![error])?;
        Self::parse(merged.as_bytes())
    }
}
