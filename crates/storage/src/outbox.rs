//! Letters that are to be mailed. They are queued in the transaction that gives cause for them, and stay until a server
//! has handed them over: a letter may arrive twice after a crash, but is never lost.

use std::fmt;

use lanyard_core::seal::{MasterKeys, Sealed};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::{NoContext, Timestamp, Uuid};

use crate::{Database, StorageError, WriteTx};

/// What letters are sealed for.
pub(crate) const PURPOSE: &str = "outbox";
/// How long a server that took a letter has it to itself, in seconds; longer than handing it over may take.
pub const LEASE: i64 = 120;
/// The wait after a first failure, in seconds. It doubles with each.
const FIRST_WAIT: i64 = 30;
/// The longest wait between two attempts, in seconds.
const LONGEST_WAIT: i64 = 6 * 3_600;
/// How long a letter is tried, in seconds.
const GIVE_UP_AFTER: i64 = 3 * 86_400;
/// The most of an error that is kept, in characters.
const MAX_ERROR: usize = 300;

/// A message in plain text, to one person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The address, as `name@host`.
    pub to: String,
    /// What it is about, in one line.
    pub subject: String,
    /// The text, which may hold a link that is a secret.
    pub text: String,
}

impl fmt::Debug for Letter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Letter(..)")
    }
}

/// Queues a letter by itself. `now` is in unix seconds.
///
/// # Errors
/// The database fails.
pub async fn enqueue(
    database: &Database,
    master_keys: &MasterKeys,
    letter: &Letter,
    now: i64,
) -> Result<(), StorageError> {
    let mut connection = database.pool.acquire().await?;
    insert(&mut connection, master_keys, letter, now).await
}

/// Queues a letter with the change that it tells of: it leaves only if that is committed.
///
/// # Errors
/// The database fails.
pub async fn enqueue_in(
    tx: &mut WriteTx,
    master_keys: &MasterKeys,
    letter: &Letter,
    now: i64,
) -> Result<(), StorageError> {
    insert(tx.connection(), master_keys, letter, now).await
}

/// Queues a letter on a connection, within whatever transaction that has begun.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    master_keys: &MasterKeys,
    letter: &Letter,
    now: i64,
) -> Result<(), StorageError> {
    let seconds = u64::try_from(now).unwrap_or_default();
    let id = Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, 0));
    let text = serde_json::to_vec(letter)
        .map_err(|error| StorageError::Corrupt(format!("a letter: {error}")))?;
    let sealed = master_keys.seal_for(PURPOSE, &[id.as_bytes()], &text)?;
    sqlx::query!(
        "insert into outbox (id, master_key_id, sealed, next_attempt_at, created_at)
         values ($1, $2, $3, to_timestamp($4::bigint), to_timestamp($4::bigint))",
        id,
        sealed.master_key_id,
        sealed.bytes,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A letter that this process has to itself for [`LEASE`] seconds.
#[derive(Debug)]
pub struct Taken {
    /// Its id.
    pub id: Uuid,
    /// Which attempt this is, counted from one.
    pub attempt: i32,
    created_at: i64,
    sealed: Sealed,
}

/// What becomes of a letter that could not be handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is tried again after this many seconds.
    RetryAfter(i64),
    /// It was tried for days, and is gone.
    GivenUp,
}

impl Taken {
    /// The letter.
    ///
    /// # Errors
    /// Its master key is missing here, or the row is damaged.
    pub fn open(&self, master_keys: &MasterKeys) -> Result<Letter, StorageError> {
        let text = master_keys.open_for(PURPOSE, &[self.id.as_bytes()], &self.sealed)?;
        // The error could repeat a part of the letter.
        serde_json::from_slice(&text).map_err(|_| StorageError::Corrupt("a letter".to_owned()))
    }

    fn fate(&self, now: i64) -> Fate {
        if now - self.created_at >= GIVE_UP_AFTER {
            return Fate::GivenUp;
        }
        let doublings = u32::try_from(self.attempt - 1).unwrap_or_default().min(16);
        Fate::RetryAfter((FIRST_WAIT << doublings).min(LONGEST_WAIT))
    }
}

/// Takes letters that are due, the longest waiting first. Nobody else gets them until their lease is over.
///
/// # Errors
/// The database fails.
pub async fn take(database: &Database, limit: i64, now: i64) -> Result<Vec<Taken>, StorageError> {
    let rows = sqlx::query!(
        r#"update outbox set attempts = attempts + 1, last_error = null,
                             next_attempt_at = to_timestamp($1::bigint + $2::bigint)
           where id in (select id from outbox where next_attempt_at <= to_timestamp($1::bigint)
                        order by next_attempt_at limit $3 for update skip locked)
           returning id, attempts, master_key_id, sealed, extract(epoch from created_at)::bigint as "created_at!""#,
        now,
        LEASE,
        limit
    )
    .fetch_all(&database.pool)
    .await?;
    let taken = rows.into_iter().map(|row| Taken {
        id: row.id,
        attempt: row.attempts,
        created_at: row.created_at,
        sealed: Sealed {
            master_key_id: row.master_key_id,
            bytes: row.sealed,
        },
    });
    Ok(taken.collect())
}

/// Forgets a letter that was handed over.
///
/// # Errors
/// The database fails; the letter will leave once more.
pub async fn sent(database: &Database, taken: &Taken) -> Result<(), StorageError> {
    sqlx::query!("delete from outbox where id = $1", taken.id)
        .execute(&database.pool)
        .await?;
    Ok(())
}

/// Notes that a letter could not be handed over. `error` must hold nothing of the letter.
///
/// # Errors
/// The database fails; the letter is tried again once its lease is over.
pub async fn failed(
    database: &Database,
    taken: &Taken,
    error: &str,
    now: i64,
) -> Result<Fate, StorageError> {
    let fate = taken.fate(now);
    match fate {
        Fate::GivenUp => sent(database, taken).await?,
        Fate::RetryAfter(wait) => {
            let error: String = error.chars().take(MAX_ERROR).collect();
            // Whoever took it since then decides about it.
            sqlx::query!(
                "update outbox set next_attempt_at = to_timestamp($3::bigint + $4::bigint), last_error = $5
                 where id = $1 and attempts = $2",
                taken.id,
                taken.attempt,
                now,
                wait,
                error
            )
            .execute(&database.pool)
            .await?;
        }
    }
    Ok(fate)
}

/// How many letters wait, and since when the oldest does, in unix seconds.
///
/// # Errors
/// The database fails.
pub async fn backlog(database: &Database) -> Result<(i64, Option<i64>), StorageError> {
    let row = sqlx::query!(
        r#"select count(*) as "count!", extract(epoch from min(created_at))::bigint as oldest from outbox"#
    )
    .fetch_one(&database.pool)
    .await?;
    Ok((row.count, row.oldest))
}

#[cfg(test)]
mod tests {
    use lanyard_core::seal::Sealed;
    use uuid::Uuid;

    use super::{Fate, Letter, Taken};

    fn fate(attempt: i32, age: i64) -> Fate {
        let sealed = Sealed {
            master_key_id: String::new(),
            bytes: Vec::new(),
        };
        let taken = Taken {
            id: Uuid::nil(),
            attempt,
            created_at: 1_000,
            sealed,
        };
        taken.fate(1_000 + age)
    }

    #[test]
    fn waits_double_from_half_a_minute_to_six_hours_and_end_after_three_days() {
        assert_eq!(fate(1, 0), Fate::RetryAfter(30));
        assert_eq!(fate(2, 30), Fate::RetryAfter(60));
        assert_eq!(fate(10, 16_000), Fate::RetryAfter(15_360));
        for attempt in [11, 12, 40, 1_000, i32::MAX] {
            assert_eq!(fate(attempt, 259_199), Fate::RetryAfter(21_600));
        }
        assert_eq!(fate(2, 259_200), Fate::GivenUp);
    }

    #[test]
    fn a_letter_never_prints_itself() {
        let letter = Letter {
            to: "ana@post.example".to_owned(),
            subject: "Reset".to_owned(),
            text: "https://lanyard.example/reset#secret".to_owned(),
        };
        assert_eq!(format!("{letter:?}"), "Letter(..)");
    }
}
