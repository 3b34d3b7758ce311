//! Which readers Coral would refuse, or take for one another: what a newsroom has to mend before it moves to Coral.
//!
//! The conditions are those of [`lanyard_core::token::coral_faults`], said in SQL so that a million readers are judged
//! where they lie; a test holds the two against each other. That costs some microseconds of the database's time per reader:
//! whoever asks over HTTP has to wait for a place.

use lanyard_core::user::UserId;

use crate::{ReadTx, StorageError, error::stored};

/// How many readers have which fault. Disabled readers don't count: they get no tokens anyway.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Readiness {
    /// All readers.
    pub readers: i64,
    /// Those with whom nothing is wrong.
    pub ready: i64,
    /// Without an e-mail address.
    pub no_email: i64,
    /// With an address that Coral doesn't take.
    pub bad_email: i64,
    /// Without a username.
    pub no_username: i64,
    /// With an address that another has too.
    pub double_email: i64,
    /// With an id that looks like an e-mail address.
    pub email_as_id: i64,
    /// With a picture that Coral won't show; that keeps nobody out.
    pub avatar_not_shown: i64,
}

/// A reader who isn't ready, and why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unready {
    /// The newsroom's own id.
    pub id: UserId,
    /// What is wrong: names of [`Readiness`]' counts.
    pub faults: Vec<&'static str>,
}

/// A query over the readers with their faults: all that follows the `with` clause, and what is bound after the tenant.
///
/// Coral counts UTF-16 units, of which a character has two at most. To count them costs more than all else together, so it
/// is done for long addresses only.
macro_rules! judged {
    ($row:ty, $rest:tt, $($bound:expr),+) => {
        sqlx::query_as!(
            $row,
            r#"with judged as (
                   select id, email is null as no_email,
                          email is not null and (email !~ '^.[^@]*@.{3,}$' or length(email) > 50 and length(email) + length(regexp_replace(email, '[\u0001-\uffff]', '', 'g')) > 100)
                              as bad_email,
                          username is null as no_username,
                          email_key is not null and exists (
                              select from users as other
                              where other.tenant_id = $1 and other.email_key = users.email_key
                                and other.id <> users.id and other.disabled_at is null
                          ) as double_email,
                          id ~ '.@.' and not (select allow_email_ids from tenants where id = $1) as email_as_id,
                          avatar is not null and avatar !~ '^[^?#]*://[^?#/]*/[^?#]*\.(jpg|jpeg|gif|png|webp)([?#]|$)'
                              as avatar_not_shown
                   from users where tenant_id = $1 and disabled_at is null and ($2::text is null or id > $2)
               ) "# + $rest,
            $($bound),+
        )
    };
}

/// Some millions of readers take longer than other statements may.
async fn patient(tx: &mut ReadTx) -> Result<(), StorageError> {
    sqlx::query("set local statement_timeout = '3min'")
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Judges all readers.
///
/// # Errors
/// The database fails.
pub async fn count(tx: &mut ReadTx) -> Result<Readiness, StorageError> {
    let tenant = tx.tenant.0;
    patient(tx).await?;
    Ok(judged!(
        Readiness,
        r#"select count(*) as "readers!",
                  count(*) filter (where not (no_email or bad_email or no_username or double_email or email_as_id))
                      as "ready!",
                  count(*) filter (where no_email) as "no_email!",
                  count(*) filter (where bad_email) as "bad_email!",
                  count(*) filter (where no_username) as "no_username!",
                  count(*) filter (where double_email) as "double_email!",
                  count(*) filter (where email_as_id) as "email_as_id!",
                  count(*) filter (where avatar_not_shown) as "avatar_not_shown!"
           from judged"#,
        tenant,
        None::<&str>
    )
    .fetch_one(tx.connection())
    .await?)
}

struct Row {
    id: String,
    no_email: bool,
    bad_email: bool,
    no_username: bool,
    double_email: bool,
    email_as_id: bool,
    avatar_not_shown: bool,
}

/// The readers with whom something is wrong, by id, from after this one on.
///
/// # Errors
/// The database fails, or a row is damaged.
pub async fn list(
    tx: &mut ReadTx,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Unready>, StorageError> {
    let tenant = tx.tenant.0;
    patient(tx).await?;
    let rows = judged!(
        Row,
        r#"select id, no_email as "no_email!", bad_email as "bad_email!", no_username as "no_username!",
                  double_email as "double_email!", email_as_id as "email_as_id!",
                  avatar_not_shown as "avatar_not_shown!"
           from judged
           where no_email or bad_email or no_username or double_email or email_as_id or avatar_not_shown
           order by id limit $3"#,
        tenant,
        after,
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            let faults = [
                (row.no_email, "no_email"),
                (row.bad_email, "bad_email"),
                (row.no_username, "no_username"),
                (row.double_email, "double_email"),
                (row.email_as_id, "email_as_id"),
                (row.avatar_not_shown, "avatar_not_shown"),
            ];
            Ok(Unready {
                id: stored("a reader's id", UserId::parse(&row.id))?,
                faults: faults
                    .into_iter()
                    .filter_map(|(wrong, name)| wrong.then_some(name))
                    .collect(),
            })
        })
        .collect()
}
