//! Users: rows, one at a time, by the page and by the batch.

mod batch;
mod page;
mod write;

pub use batch::{Imported, copy_row, import_batch};
pub use page::{Filter, Page, Place, page};
pub use write::{Put, delete, disable, enable, forget_surrogate, put, revoke_tokens, surrogate};

use futures_util::{TryStreamExt, stream::BoxStream};
use lanyard_core::{
    quota::Quota,
    user::{Email, Role, Url, User, UserId, Username},
};
use sqlx::PgConnection;

use crate::{ReadTx, StorageError, WriteTx, error::stored};

/// A user, and what the directory knows beside the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    /// The user.
    pub user: User,
    /// Since when the user gets no tokens, in unix seconds.
    pub disabled_at: Option<i64>,
    /// When the user came into the directory, in unix seconds.
    pub created_at: i64,
    /// When the row was last written, in unix seconds.
    pub updated_at: i64,
    /// Moves with every write of the row, and is never the same again.
    pub version: i64,
}

/// The columns of [`UserRow`], and those that are searched.
struct Columns {
    id: String,
    email: Option<String>,
    email_verified: Option<bool>,
    username: Option<String>,
    badges: Option<Vec<String>>,
    role: Option<String>,
    url: Option<String>,
    avatar: Option<String>,
    member_since: Option<i64>,
    extra: Option<String>,
    disabled_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
    version: i64,
    email_key: Option<String>,
    username_key: Option<String>,
}

/// A query for [`Columns`]: all that follows the table's name, and what is bound.
macro_rules! select_users {
    ($rest:tt, $($bound:expr),+ $(,)?) => {
        sqlx::query_as!(
            $crate::users::Columns,
            r#"select id, email, email_verified, username, badges, role, url, avatar, member_since,
                      extra::text as extra, extract(epoch from disabled_at)::bigint as disabled_at,
                      extract(epoch from created_at)::bigint as "created_at!",
                      extract(epoch from updated_at)::bigint as "updated_at!", version, email_key, username_key
               from users "# + $rest,
            $($bound),+
        )
    };
}
use select_users;

impl TryFrom<Columns> for UserRow {
    type Error = StorageError;

    fn try_from(row: Columns) -> Result<Self, StorageError> {
        let user = User {
            id: stored("user id", UserId::parse(&row.id))?,
            email: stored("e-mail", row.email.as_deref().map(Email::parse).transpose())?,
            email_verified: row.email_verified,
            username: stored(
                "username",
                row.username.as_deref().map(Username::parse).transpose(),
            )?,
            badges: row.badges,
            role: stored("role", row.role.as_deref().map(Role::parse).transpose())?,
            url: stored("url", row.url.as_deref().map(Url::parse).transpose())?,
            avatar: stored("avatar", row.avatar.as_deref().map(Url::parse).transpose())?,
            member_since: row.member_since,
            extra: row.extra.map(Into::into),
        };
        Ok(Self {
            user,
            disabled_at: row.disabled_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        })
    }
}

/// The user with this id.
///
/// # Errors
/// The database fails, or the row is damaged.
pub async fn get(tx: &mut ReadTx, id: &UserId) -> Result<Option<UserRow>, StorageError> {
    let tenant = tx.tenant.0;
    one(tx.connection(), tenant, id).await
}

/// Those of the users with these ids that there are, in no order.
///
/// # Errors
/// The database fails, or a row is damaged.
pub async fn get_many(tx: &mut ReadTx, ids: &[&UserId]) -> Result<Vec<UserRow>, StorageError> {
    let tenant = tx.tenant.0;
    many(tx.connection(), tenant, ids).await
}

/// The same, as nobody else can change them any more.
///
/// # Errors
/// The database fails, or a row is damaged.
pub async fn current_many(tx: &mut WriteTx, ids: &[&UserId]) -> Result<Vec<UserRow>, StorageError> {
    let tenant = tx.tenant.0;
    many(tx.connection(), tenant, ids).await
}

async fn many(
    connection: &mut PgConnection,
    tenant: uuid::Uuid,
    ids: &[&UserId],
) -> Result<Vec<UserRow>, StorageError> {
    let ids: Vec<String> = ids.iter().map(|id| id.as_str().to_owned()).collect();
    let rows = select_users!("where tenant_id = $1 and id = any($2)", tenant, &ids)
        .fetch_all(connection)
        .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The user with this id as nobody else can change it any more: a write begins with the tenant locked.
///
/// # Errors
/// The database fails, or the row is damaged.
pub async fn current(tx: &mut WriteTx, id: &UserId) -> Result<Option<UserRow>, StorageError> {
    let tenant = tx.tenant.0;
    one(tx.connection(), tenant, id).await
}

async fn one(
    connection: &mut PgConnection,
    tenant: uuid::Uuid,
    id: &UserId,
) -> Result<Option<UserRow>, StorageError> {
    select_users!("where tenant_id = $1 and id = $2", tenant, id.as_str())
        .fetch_optional(connection)
        .await?
        .map(TryInto::try_into)
        .transpose()
}

/// How many users there are. Read from a counter, so it costs the same for any number.
///
/// # Errors
/// The database fails.
pub async fn count(tx: &mut ReadTx) -> Result<i64, StorageError> {
    Ok(
        sqlx::query_scalar!("select user_count from tenants where id = $1", tx.tenant.0)
            .fetch_one(tx.connection())
            .await?,
    )
}

/// Adds to the counter what was written in this transaction.
///
/// # Errors
/// [`StorageError::QuotaReached`] when the tenant would have more users than it may.
async fn counted(tx: &mut WriteTx, added: i64) -> Result<(), StorageError> {
    let row = sqlx::query!(
        "update tenants set user_count = greatest(0, user_count + $2) where id = $1
         returning user_count, max_users",
        tx.tenant.0,
        added
    )
    .fetch_one(tx.connection())
    .await?;
    let most = row.max_users.unwrap_or(Quota::default().users);
    if added > 0 && row.user_count > most {
        return Err(StorageError::QuotaReached {
            what: "users",
            most,
        });
    }
    Ok(())
}

/// All users by id, all from one moment.
pub struct Export<'a>(BoxStream<'a, Result<Columns, sqlx::Error>>);

impl Export<'_> {
    /// The next user; `None` after the last. The database waits for whoever asks.
    ///
    /// # Errors
    /// The database fails, or the row is damaged.
    pub async fn next(&mut self) -> Result<Option<UserRow>, StorageError> {
        self.0.try_next().await?.map(TryInto::try_into).transpose()
    }
}

/// Begins to read all users, one by one.
///
/// # Errors
/// The database fails.
pub async fn export(tx: &mut ReadTx) -> Result<Export<'_>, StorageError> {
    let tenant = tx.tenant.0;
    // One statement, as slow as whoever reads the output.
    sqlx::query("set local statement_timeout = 0")
        .execute(tx.connection())
        .await?;
    Ok(Export(
        select_users!("where tenant_id = $1 order by id", tenant).fetch(tx.connection()),
    ))
}
