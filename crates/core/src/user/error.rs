//! What can be wrong with a user.

/// Why a user was refused. Names the member, never its value: a report of a failed import is read by more people
/// than the directory is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UserError {
    /// The record is longer than [`MAX_RECORD_BYTES`](super::MAX_RECORD_BYTES).
    #[error("the record is larger than 64 KiB")]
    TooLarge,
    /// The record is no UTF-8.
    #[error("the record is not valid UTF-8")]
    NotUtf8,
    /// The record is no JSON, or JSON that two readers could understand differently.
    #[error("the record is not valid JSON: {0}")]
    NotJson(String),
    /// The record is a JSON value of another kind.
    #[error("the record is not a JSON object")]
    NotAnObject,
    /// A text or a member's name, at any depth, holds U+0000, which Postgres can't store.
    #[error("the record holds the character U+0000")]
    Nul,
    /// One of the known members.
    #[error("{field}: {problem}")]
    Field {
        /// The member's name.
        field: &'static str,
        /// What is wrong with it.
        problem: Problem,
    },
}

impl UserError {
    /// The member that is wrong, when it is one.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Field { field, .. } => Some(field),
            _ => None,
        }
    }

    pub(super) fn at(field: &'static str) -> impl Fn(Problem) -> Self {
        move |problem| Self::Field { field, problem }
    }
}

/// What is wrong with one member of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The one member every record needs.
    #[error("is missing")]
    Missing,
    /// An id that isn't a text. Ids are compared as they are, so guessing a text for a number would make a user whom
    /// the newsroom's own requests with `{"id":1}` never find.
    #[error("must be a string; the number 1 and the string \"1\" are different ids")]
    IdNotString,
    /// A value of another type.
    #[error("must be a string")]
    NotString,
    /// A value of another type.
    #[error("must be true or false")]
    NotBoolean,
    /// A value of another type.
    #[error("must be a list of strings")]
    NotStringList,
    /// A text without characters.
    #[error("must not be empty")]
    Empty,
    /// More than so many characters.
    #[error("must have at most {0} characters")]
    TooLong(usize),
    /// A control character, or one of the line breaks U+2028 and U+2029.
    #[error("must not hold control characters or line breaks")]
    ControlCharacter,
    /// Not of the form `someone@somewhere`, without spaces.
    #[error("must be an e-mail address of at most 254 bytes")]
    NotEmail,
    /// Not an absolute web address.
    #[error("must be an absolute http or https URL, other characters than ASCII percent-encoded")]
    NotUrl,
    /// A role that neither Talk nor Coral has.
    #[error("must be COMMENTER, MEMBER, STAFF, MODERATOR or ADMIN")]
    UnknownRole,
    /// Neither of the two forms of a point in time.
    #[error("must be a whole number of Unix seconds or an RFC 3339 date and time")]
    NotTime,
    /// Most likely milliseconds.
    #[error("must lie in the years 1 to 9999 (in seconds, not milliseconds)")]
    TimeOutOfRange,
}
