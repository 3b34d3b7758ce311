//! Rotations of a Coral's signing secret, done at Coral itself: how far each came, and Coral's admin token, sealed, for as
//! long as it isn't at its end.

use std::str::FromStr;

use lanyard_core::{
    audit::{Actor, Event},
    id::{DeploymentId, TenantId},
    seal::{MasterKeys, Sealed},
};
use sqlx::PgConnection;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{Database, ReadTx, StorageError, WriteTx, error::stored};

/// What tokens are sealed for, together with the ids of the tenant and of the run.
pub(crate) const PURPOSE: &str = "coral_rotation";
/// The constraint that is broken when a run of the deployment isn't at its end.
pub const ONE_OPEN: &str = "coral_rotations_one_open";

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotationState {
    /// Somebody works on it, or did when the server was killed.
    Running,
    /// Something went wrong; it can go on.
    Interrupted,
    /// Both sides have the new secret, and it signs.
    Done,
    /// Somebody gave it up.
    Abandoned,
    /// Nobody came back to it in time.
    Expired,
}

impl RotationState {
    const ALL: [Self; 5] = [
        Self::Running,
        Self::Interrupted,
        Self::Done,
        Self::Abandoned,
        Self::Expired,
    ];

    /// The state's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Interrupted => "interrupted",
            Self::Done => "done",
            Self::Abandoned => "abandoned",
            Self::Expired => "expired",
        }
    }

    /// Whether it can go on.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Running | Self::Interrupted)
    }
}

impl FromStr for RotationState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|state| state.name() == text);
        found.ok_or("no state of a rotation")
    }
}

/// A run; times in unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationRow {
    /// Its id.
    pub id: Uuid,
    /// Whose secret is rotated.
    pub deployment: DeploymentId,
    /// Where it stands.
    pub state: RotationState,
    /// Where Coral is.
    pub root_url: String,
    /// Who began it, as the audit log names actors.
    pub started_by: String,
    /// For how many seconds Coral goes on taking the old secret.
    pub overlap: i64,
    /// Ids of Coral's secrets before anything was asked of it.
    pub kids_before: Vec<String>,
    /// The key that signed here.
    pub old_kid: Option<String>,
    /// Coral's new secret, once it is a key here.
    pub new_kid: Option<String>,
    /// When Coral was asked for a secret, as long as it isn't known what came of it.
    pub asked_at: Option<i64>,
    /// Until when Coral takes the old secret, as it says.
    pub old_ends_at: Option<i64>,
    /// What was odd when it began, and what came later than it should.
    pub warnings: Vec<String>,
    /// Why it was interrupted: a problem's name.
    pub error: Option<String>,
    /// The same for people.
    pub error_detail: Option<String>,
    /// Counts who works on it.
    pub attempt: i32,
    /// Until when whoever works on it has it alone.
    pub leased_until: i64,
    /// When it began.
    pub started_at: i64,
    /// When it ended.
    pub finished_at: Option<i64>,
    /// When the token is erased if the run isn't at its end until then.
    pub token_until: i64,
}

struct Columns {
    id: Uuid,
    deployment_id: Uuid,
    state: String,
    root_url: String,
    started_by: String,
    overlap: i64,
    kids_before: Vec<String>,
    old_kid: Option<String>,
    new_kid: Option<String>,
    asked_at: Option<i64>,
    old_ends_at: Option<i64>,
    warnings: Vec<String>,
    error: Option<String>,
    error_detail: Option<String>,
    attempt: i32,
    leased_until: i64,
    started_at: i64,
    finished_at: Option<i64>,
    token_until: i64,
}

/// A query for [`Columns`]: all that follows the table's name, and what is bound.
macro_rules! select_rotations {
    ($rest:tt, $($bound:expr),+ $(,)?) => {
        sqlx::query_as!(
            Columns,
            r#"select id, deployment_id, state, root_url, started_by, overlap, kids_before, old_kid, new_kid, warnings,
                      error, error_detail, attempt,
                      extract(epoch from asked_at)::bigint as asked_at,
                      extract(epoch from old_ends_at)::bigint as old_ends_at,
                      extract(epoch from leased_until)::bigint as "leased_until!",
                      extract(epoch from started_at)::bigint as "started_at!",
                      extract(epoch from finished_at)::bigint as finished_at,
                      extract(epoch from token_until)::bigint as "token_until!"
               from coral_rotations "# + $rest,
            $($bound),+
        )
    };
}

impl TryFrom<Columns> for RotationRow {
    type Error = StorageError;

    fn try_from(row: Columns) -> Result<Self, StorageError> {
        Ok(Self {
            id: row.id,
            deployment: DeploymentId(row.deployment_id),
            state: stored("state of a rotation", row.state.parse())?,
            root_url: row.root_url,
            started_by: row.started_by,
            overlap: row.overlap,
            kids_before: row.kids_before,
            old_kid: row.old_kid,
            new_kid: row.new_kid,
            asked_at: row.asked_at,
            old_ends_at: row.old_ends_at,
            warnings: row.warnings,
            error: row.error,
            error_detail: row.error_detail,
            attempt: row.attempt,
            leased_until: row.leased_until,
            started_at: row.started_at,
            finished_at: row.finished_at,
            token_until: row.token_until,
        })
    }
}

fn seal(
    tenant: TenantId,
    id: Uuid,
    token: &[u8],
    master_keys: &MasterKeys,
) -> Result<Sealed, StorageError> {
    let context: [&[u8]; 2] = [tenant.0.as_bytes(), id.as_bytes()];
    Ok(master_keys.seal_for(PURPOSE, &context, token)?)
}

/// Stores a run that begins, with Coral's admin token.
///
/// # Errors
/// [`StorageError::Conflict`] with [`ONE_OPEN`] when another of the deployment isn't at its end.
pub async fn insert(
    tx: &mut WriteTx,
    row: &RotationRow,
    token: &[u8],
    master_keys: &MasterKeys,
) -> Result<(), StorageError> {
    let sealed = seal(tx.tenant, row.id, token, master_keys)?;
    sqlx::query!(
        "insert into coral_rotations (tenant_id, id, deployment_id, state, root_url, started_by, overlap, kids_before,
                                      old_kid, warnings, attempt, leased_until, started_at, master_key_id, sealed,
                                      token_until)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, to_timestamp($12::bigint), to_timestamp($13::bigint),
                 $14, $15, to_timestamp($16::bigint))",
        tx.tenant.0,
        row.id,
        row.deployment.0,
        row.state.name(),
        row.root_url,
        row.started_by,
        row.overlap,
        &row.kids_before,
        row.old_kid,
        &row.warnings,
        row.attempt,
        row.leased_until,
        row.started_at,
        sealed.master_key_id,
        sealed.bytes,
        row.token_until
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Writes down how far a run came. At its end the token is erased. False when somebody else has it by now, or it has
/// ended: then nothing is written.
///
/// # Errors
/// The database fails.
pub async fn save(tx: &mut WriteTx, row: &RotationRow) -> Result<bool, StorageError> {
    let saved = sqlx::query!(
        "update coral_rotations set
             state = $4, new_kid = $5, asked_at = to_timestamp($6::bigint), old_ends_at = to_timestamp($7::bigint),
             error = $8, error_detail = $9, leased_until = to_timestamp($10::bigint),
             finished_at = to_timestamp($11::bigint), warnings = $13,
             sealed = case when $12 then sealed end, master_key_id = case when $12 then master_key_id end
         where tenant_id = $1 and id = $2 and attempt = $3 and state in ('running', 'interrupted')",
        tx.tenant.0,
        row.id,
        row.attempt,
        row.state.name(),
        row.new_kid,
        row.asked_at,
        row.old_ends_at,
        row.error,
        row.error_detail,
        row.leased_until,
        row.finished_at,
        row.state.is_open(),
        &row.warnings
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    Ok(saved > 0)
}

/// Takes a run that is at nobody's hands over, from whoever had it: they can write no more of it.
///
/// # Errors
/// The database fails.
pub async fn take_over(tx: &mut WriteTx, row: &mut RotationRow) -> Result<(), StorageError> {
    row.attempt = sqlx::query_scalar!(
        "update coral_rotations set attempt = attempt + 1 where tenant_id = $1 and id = $2 returning attempt",
        tx.tenant.0,
        row.id
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(())
}

/// Puts another token in the place of the one that a run has, until then.
///
/// # Errors
/// The database fails.
pub async fn put_token(
    tx: &mut WriteTx,
    id: Uuid,
    token: &[u8],
    until: i64,
    master_keys: &MasterKeys,
) -> Result<(), StorageError> {
    let sealed = seal(tx.tenant, id, token, master_keys)?;
    sqlx::query!(
        "update coral_rotations set master_key_id = $3, sealed = $4, token_until = to_timestamp($5::bigint)
         where tenant_id = $1 and id = $2 and state in ('running', 'interrupted')",
        tx.tenant.0,
        id,
        sealed.master_key_id,
        sealed.bytes,
        until
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The token of a run that isn't at its end.
///
/// # Errors
/// The database fails, or the token doesn't open.
pub async fn token(
    tx: &mut ReadTx,
    id: Uuid,
    master_keys: &MasterKeys,
) -> Result<Option<Zeroizing<Vec<u8>>>, StorageError> {
    let tenant = tx.tenant;
    let row = sqlx::query!(
        r#"select master_key_id as "master_key_id!", sealed as "sealed!" from coral_rotations
           where tenant_id = $1 and id = $2 and sealed is not null"#,
        tenant.0,
        id
    )
    .fetch_optional(tx.connection())
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let sealed = Sealed {
        master_key_id: row.master_key_id,
        bytes: row.sealed,
    };
    let context: [&[u8]; 2] = [tenant.0.as_bytes(), id.as_bytes()];
    Ok(Some(master_keys.open_for(PURPOSE, &context, &sealed)?))
}

/// A run.
///
/// # Errors
/// The database fails, or the row is damaged.
pub async fn get(tx: &mut ReadTx, id: Uuid) -> Result<Option<RotationRow>, StorageError> {
    let tenant = tx.tenant;
    one(tx.connection(), tenant, id).await
}

/// A run, as nobody else can change it any more.
///
/// # Errors
/// The database fails, or the row is damaged.
pub async fn get_now(tx: &mut WriteTx, id: Uuid) -> Result<Option<RotationRow>, StorageError> {
    let tenant = tx.tenant;
    one(tx.connection(), tenant, id).await
}

async fn one(
    connection: &mut PgConnection,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<RotationRow>, StorageError> {
    let row = select_rotations!("where tenant_id = $1 and id = $2", tenant.0, id)
        .fetch_optional(connection)
        .await?;
    row.map(RotationRow::try_from).transpose()
}

/// A page of a deployment's runs, the newest first, from before this one on.
///
/// # Errors
/// The database fails, or a row is damaged.
pub async fn list(
    tx: &mut ReadTx,
    deployment: DeploymentId,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<RotationRow>, StorageError> {
    let tenant = tx.tenant;
    let rows = select_rotations!(
        "where tenant_id = $1 and deployment_id = $2 and ($3::uuid is null or id < $3) order by id desc limit $4",
        tenant.0,
        deployment.0,
        before,
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter().map(RotationRow::try_from).collect()
}

/// Ends runs that nobody came back to in time, nor works on at this moment, erases their tokens and leaves an event of each;
/// tells how many. `now` is in unix seconds.
///
/// # Errors
/// The database fails; runs of other tenants are ended all the same.
pub async fn expire(database: &Database, now: i64) -> Result<i64, StorageError> {
    let due = sqlx::query!(
        r#"select tenant_id as "tenant_id!", id as "id!" from due_coral_rotations($1)"#,
        now
    )
    .fetch_all(&database.pool)
    .await?;
    let (mut expired, mut failed) = (0, None);
    for run in due {
        match expire_one(database, TenantId(run.tenant_id), run.id, now).await {
            Ok(ended) => expired += i64::from(ended),
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(expired), Err)
}

async fn expire_one(
    database: &Database,
    tenant: TenantId,
    id: Uuid,
    now: i64,
) -> Result<bool, StorageError> {
    let Some(mut tx) = database.write(tenant).await? else {
        return Ok(false);
    };
    // Somebody may have come back to it by now.
    let ended = sqlx::query!(
        "update coral_rotations
         set state = 'expired', sealed = null, master_key_id = null, finished_at = to_timestamp($3::bigint)
         where tenant_id = $1 and id = $2 and sealed is not null and token_until <= to_timestamp($3::bigint)
           and (state = 'interrupted' or leased_until <= to_timestamp($3::bigint))",
        tenant.0,
        id,
        now
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    if ended > 0 {
        let event = Event {
            at: now * 1_000_000,
            actor: &Actor::Server.text(),
            action: "coral_rotation.expire",
            target: &id.to_string(),
            detail: "{}",
        };
        tx.audit(&event).await?;
        tx.commit().await?.done();
    }
    Ok(ended > 0)
}
