//! What can go wrong below.

use lanyard_core::seal::SealError;

/// An error of the stores. A missing row is none: it is `None`.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database can't be reached, or has no connection to spare. Try again.
    #[error("the database can't be reached: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// A row with this key exists, or a rule between rows is broken; the constraint's name says which.
    #[error("conflicts with what is stored ({0})")]
    Conflict(String),
    /// The database refused a value that should have been refused before.
    #[error("the database refused a value: {0}")]
    BadValue(#[source] sqlx::Error),
    /// A row holds what it can't hold. Nothing is guessed.
    #[error("a stored row is damaged: {0}")]
    Corrupt(String),
    /// A sealed secret doesn't open.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// This node hasn't reached the database for longer than it may serve what it holds.
    #[error("what this node knows may be out of date, and the database can't be reached")]
    Stale,
    /// The database isn't as it has to be.
    #[error("{0}")]
    NotReady(String),
    /// So much is asked at once that this has to wait its turn for too long. Try again.
    #[error("too much is asked of the database at once")]
    Busy,
    /// The tenant has as many of something as it may; the platform's admins can raise that.
    #[error("the tenant may have at most {most} {what}")]
    QuotaReached {
        /// Of what.
        what: &'static str,
        /// How many.
        most: i64,
    },
    /// Everything else.
    #[error("the database failed: {0}")]
    Database(#[source] sqlx::Error),
}

impl StorageError {
    /// Whether the same request may well succeed a little later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Stale | Self::Busy)
    }

    /// Whether the constraint of this name was broken.
    #[must_use]
    pub fn is_conflict(&self, constraint: &str) -> bool {
        matches!(self, Self::Conflict(name) if name == constraint)
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error::{Io, PoolClosed, PoolTimedOut, Protocol, Tls, WorkerCrashed};
        match &error {
            Io(_) | PoolTimedOut | PoolClosed | Protocol(_) | Tls(_) | WorkerCrashed => {
                Self::Unavailable(error)
            }
            sqlx::Error::Database(inner) => match inner.code().as_deref().unwrap_or_default() {
                // Unique, exclusion.
                "23505" | "23P01" => {
                    Self::Conflict(inner.constraint().unwrap_or("unnamed").to_owned())
                }
                // Text, number or date that Postgres can't hold; checks.
                "22021" | "22P05" | "22P02" | "22003" | "22008" | "54001" | "23514" => {
                    Self::BadValue(error)
                }
                // Shutting down, starting, too many connections, read-only, deadlock, serialization, disk full, timeout, lock
                // timeout.
                "57P01" | "57P02" | "57P03" | "53300" | "25006" | "40P01" | "40001" | "53100"
                | "57014" | "55P03" => Self::Unavailable(error),
                _ => Self::Database(error),
            },
            _ => Self::Database(error),
        }
    }
}

/// Reads a column that was parsed before it was written.
pub(crate) fn stored<T, E: std::fmt::Display>(
    what: &str,
    value: Result<T, E>,
) -> Result<T, StorageError> {
    value.map_err(|error| StorageError::Corrupt(format!("{what}: {error}")))
}
