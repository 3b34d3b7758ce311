//! What can go wrong below.

use lanyard_core::seal::SealError;

/// An error of the stores. A missing row is none: it is `None`.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database can't be reached, or has no connection to spare. Try again.
    #[error("the database can't be reached: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// The database takes no writes for now: it is being switched over, or was set so. Try again.
    #[error("the database takes no writes: {0}")]
    ReadOnly(#[source] sqlx::Error),
    /// None of the servers that are named is a primary. Try again.
    #[error("none of the database's servers is a primary that knows all that was promised")]
    NoPrimary,
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
        matches!(
            self,
            Self::Unavailable(_) | Self::ReadOnly(_) | Self::NoPrimary | Self::Stale | Self::Busy
        )
    }

    /// Whether a transaction that ended so before it did anything may be begun again at once: the connection was lost, or
    /// another transaction was let win.
    pub(crate) fn may_begin_again(&self) -> bool {
        match self {
            Self::NoPrimary => true,
            Self::Unavailable(sqlx::Error::Io(_) | sqlx::Error::Protocol(_)) => true,
            Self::Unavailable(sqlx::Error::Database(error)) => {
                let code = error.code().unwrap_or_default();
                // Deadlock, serialization, too many connections, shutting down, lost.
                matches!(
                    &*code,
                    "40P01" | "40001" | "53300" | "57P01" | "57P02" | "57P03"
                ) || code.starts_with("08")
            }
            _ => false,
        }
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
                "25006" => Self::ReadOnly(error),
                // Deadlock, serialization, timeout, lock timeout, a broken disk.
                "40P01" | "40001" | "57014" | "55P03" | "58030" => Self::Unavailable(error),
                // Connections (poolers report so what they can't do), who may connect and where to, resources such as disk
                // space, the operator's doing such as a shutdown.
                code if ["08", "28", "3D", "53", "57P"]
                    .iter()
                    .any(|class| code.starts_with(class)) =>
                {
                    Self::Unavailable(error)
                }
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
