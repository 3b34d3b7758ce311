//! The servers of Postgres that the settings name, and which of them is the primary.
//!
//! The pool connects to one of them. Which one is found out by asking all: at the start, when a new connection turns out
//! not to lead to a primary, when connecting fails, and when the pool's connections stop to answer. So a failover is
//! followed without a restart, and nobody reads from a standby, whose data may be old.

use std::{
    fmt,
    str::FromStr,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream::FuturesUnordered};
use sqlx::{Connection, PgConnection, PgPool, postgres::PgConnectOptions};
use tokio::{
    sync::{Mutex, Notify, watch},
    time::{sleep, timeout},
};

use crate::{StorageError, hosts::each_server};

/// How long a server may take to say what it is.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long the others may still take once one has said that it takes writes.
const GRACE: Duration = Duration::from_millis(150);
/// How often the pool's primary is asked whether it still is one.
const WATCH_EVERY: Duration = Duration::from_millis(500);
/// How often all servers are asked although nothing seems wrong.
const ASK_ALL_EVERY: Duration = Duration::from_secs(3);
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// What a server says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    standby: bool,
    read_only: bool,
    lineage: Option<Lineage>,
}

/// Which cluster a server belongs to, and how many promotions its history has seen. Engines that only speak Postgres'
/// language may have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lineage {
    system: i64,
    timeline: i32,
}

impl Lineage {
    /// Whether this server was left behind by a promotion that the other has seen.
    fn is_behind(self, other: Option<Self>) -> bool {
        other.is_some_and(|other| other.system == self.system && other.timeline > self.timeline)
    }
}

impl Standing {
    async fn of(options: &PgConnectOptions) -> Result<Self, sqlx::Error> {
        let mut connection = PgConnection::connect_with(options).await?;
        let standing = Self::ask(&mut connection).await?;
        // It has said what it had to.
        drop(connection.close().await);
        Ok(standing)
    }

    async fn ask(connection: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let row = sqlx::query!(
            r#"select pg_is_in_recovery() as "standby!", current_setting('transaction_read_only')::bool as "read_only!""#
        )
        .fetch_one(&mut *connection)
        .await?;
        let lineage = if row.standby {
            None
        } else {
            match Self::lineage(connection).await {
                Ok(lineage) => Some(lineage),
                Err(sqlx::Error::Database(_)) => None,
                Err(error) => return Err(error),
            }
        };
        Ok(Self {
            standby: row.standby,
            read_only: row.read_only,
            lineage,
        })
    }

    /// The timeline is in the name of the file that is being written. The control file learns of it later.
    async fn lineage(connection: &mut PgConnection) -> Result<Lineage, sqlx::Error> {
        sqlx::query_as!(
            Lineage,
            r#"select system_identifier as "system!",
                      ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int as "timeline!"
               from pg_control_system()"#
        )
        .fetch_one(connection)
        .await
    }
}

/// The first that takes writes; else the first that at least is no standby. One that a promotion has left behind is
/// none of them, wherever it stands in the list.
fn choose(answers: &[Option<Standing>], known: Option<Lineage>) -> Option<usize> {
    let primaries = || {
        answers.iter().enumerate().filter_map(|(index, answer)| {
            let standing = answer.filter(|standing| !standing.standby)?;
            let behind = |other| standing.lineage.is_some_and(|own| own.is_behind(other));
            let left_behind =
                behind(known) || answers.iter().flatten().any(|other| behind(other.lineage));
            (!left_behind).then_some((index, standing))
        })
    };
    primaries()
        .find(|(_, standing)| !standing.read_only)
        .or_else(|| primaries().next())
        .map(|(index, _)| index)
}

/// What the last election has brought.
#[derive(Debug, Default)]
struct Elected {
    index: usize,
    lineage: Option<Lineage>,
    /// When it ended, and whether a primary was found.
    ended: Option<(Instant, bool)>,
}

/// The servers, and which of them is believed to be the primary.
pub(crate) struct Servers {
    all: Vec<PgConnectOptions>,
    /// Held during an election; whoever waits for it need not hold another.
    elected: Mutex<Elected>,
    /// The primary takes no writes, and there is no other.
    read_only: AtomicBool,
    started: Instant,
    /// Connections made before this aren't used any more, in milliseconds after `started`.
    trusted_from: AtomicU64,
    suspected: Notify,
    /// Which one the pool was last led to.
    primary: watch::Sender<usize>,
    pool: RwLock<Option<PgPool>>,
}

impl fmt::Debug for Servers {
    /// The options hold passwords, and would print them.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Servers({})", self.all.len())
    }
}

impl Servers {
    /// Reads the setting of this name.
    pub(crate) fn parse(name: &str, setting: &str) -> Result<Self, StorageError> {
        let all =
            read(setting).map_err(|problem| StorageError::NotReady(format!("{name} {problem}")))?;
        Ok(Self {
            all,
            elected: Mutex::default(),
            read_only: AtomicBool::new(false),
            started: Instant::now(),
            trusted_from: AtomicU64::new(0),
            suspected: Notify::new(),
            primary: watch::Sender::new(0),
            pool: RwLock::default(),
        })
    }

    /// How to connect to the primary.
    ///
    /// # Errors
    /// No server is one; what went wrong with the first of them.
    pub(crate) async fn primary(&self) -> Result<PgConnectOptions, StorageError> {
        let index = self.elect().await?;
        self.options(index)
    }

    /// Which one is the primary, where there are several: words that follow others.
    pub(crate) async fn which(&self) -> String {
        let index = self.elected.lock().await.index;
        match self.all.get(index) {
            Some(options) if self.all.len() > 1 => format!(
                ": the primary is {}:{}, number {index} of {} servers",
                options.get_host(),
                options.get_port(),
                self.all.len(),
                index = index + 1,
            ),
            _ => String::new(),
        }
    }

    fn options(&self, index: usize) -> Result<PgConnectOptions, StorageError> {
        let options = self.all.get(index).cloned();
        options.ok_or_else(|| StorageError::NotReady("no server of Postgres is named".to_owned()))
    }

    /// From now on this pool connects to whichever is the primary.
    pub(crate) fn lead(&self, pool: Option<PgPool>) {
        *self.pool.write().unwrap_or_else(PoisonError::into_inner) = pool;
    }

    /// Asks all servers what they are, and has the pool connect to the primary. Calls that come together share one round.
    pub(crate) async fn elect(&self) -> Result<usize, StorageError> {
        let asked = Instant::now();
        let mut elected = self.elected.lock().await;
        match elected.ended {
            Some((at, true)) if at > asked => return Ok(elected.index),
            Some((at, false)) if at > asked => return Err(StorageError::NoPrimary),
            _ => {}
        }
        let (answers, error) = self.ask_all().await;
        let first = elected.ended.is_none();
        let Some(index) = choose(&answers, elected.lineage) else {
            if !first {
                elected.ended = Some((Instant::now(), false));
            }
            return Err(error.unwrap_or(StorageError::NoPrimary));
        };
        let standing = answers.get(index).copied().flatten();
        let read_only = standing.is_some_and(|standing| standing.read_only);
        let was_read_only = self.read_only.swap(read_only, Ordering::AcqRel);
        let moved = elected.index != index;
        elected.lineage = standing.and_then(|standing| standing.lineage);
        elected.index = index;
        elected.ended = Some((Instant::now(), true));
        if moved || was_read_only != read_only {
            self.distrust();
            self.primary.send_replace(index);
        }
        if !first && (moved || was_read_only != read_only) {
            let host = self.all.get(index).map(PgConnectOptions::get_host);
            tracing::warn!(server = index + 1, host, read_only, "another primary");
        }
        if let Some(pool) = &*self.pool.read().unwrap_or_else(PoisonError::into_inner) {
            pool.set_connect_options(self.options(index)?);
        }
        Ok(index)
    }

    /// What the servers say, in their order, and the first error.
    async fn ask_all(&self) -> (Vec<Option<Standing>>, Option<StorageError>) {
        let mut answers = vec![None; self.all.len()];
        let mut first_error = None;
        let mut asked: FuturesUnordered<_> = self
            .all
            .iter()
            .enumerate()
            .map(|(index, options)| async move {
                let answer = timeout(PATIENCE, Standing::of(options)).await;
                (index, answer.map_err(|_| StorageError::Busy))
            })
            .collect();
        let mut deadline = Instant::now() + PATIENCE;
        while let Ok(Some((index, answer))) = timeout(
            deadline.saturating_duration_since(Instant::now()),
            asked.next(),
        )
        .await
        {
            match answer.and_then(|answer| answer.map_err(StorageError::from)) {
                Ok(standing) => {
                    if !standing.standby && !standing.read_only {
                        deadline = deadline.min(Instant::now() + GRACE);
                    }
                    if let Some(place) = answers.get_mut(index) {
                        *place = Some(standing);
                    }
                }
                Err(error) => {
                    first_error.get_or_insert(error);
                }
            }
        }
        (answers, first_error)
    }

    /// Lets a new connection pass that leads to a primary; for any other the primary is looked for before it is refused,
    /// so that the pool's next try goes there.
    pub(crate) async fn admit(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let standing = Standing::ask(connection).await?;
        if self.admits(standing).await {
            return Ok(());
        }
        let refusal = match self.elect().await {
            // There is no better one.
            Ok(_) if self.admits(standing).await => return Ok(()),
            Ok(_) => "the server isn't the primary any more".to_owned(),
            Err(error) => error.to_string(),
        };
        Err(sqlx::Error::Protocol(refusal))
    }

    async fn admits(&self, standing: Standing) -> bool {
        let known = self.elected.lock().await.lineage;
        !standing.standby
            && (!standing.read_only || self.read_only.load(Ordering::Acquire))
            && !standing.lineage.is_some_and(|own| own.is_behind(known))
    }

    /// Done at the next change of the primary.
    pub(crate) fn moves(&self) -> impl Future<Output = ()> + use<> {
        let mut primary = self.primary.subscribe();
        async move {
            if primary.changed().await.is_err() {
                // Nobody is left to tell.
                std::future::pending::<()>().await;
            }
        }
    }

    /// From now on no connection is used that was made before.
    fn distrust(&self) {
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.trusted_from.fetch_max(now, Ordering::AcqRel);
    }

    /// Whether a connection of this age may be used.
    pub(crate) fn trusts(&self, age: Duration) -> bool {
        let made = self.started.elapsed().saturating_sub(age);
        made >= Duration::from_millis(self.trusted_from.load(Ordering::Acquire))
    }

    /// A connection has died in silence, and those that are as old may have too.
    pub(crate) fn connection_died(&self) {
        self.distrust();
        self.suspect();
    }

    /// Something makes it doubtful that the primary still is one; [`Self::watch`] finds out.
    pub(crate) fn suspect(&self) {
        self.suspected.notify_one();
    }

    /// Makes sure twice a second that the pool's connections still lead to a primary, and every few seconds that no other
    /// server has been promoted while the old primary lives on.
    pub(crate) async fn watch(&self, pool: &PgPool) {
        let (mut asked, mut missed) = (Instant::now(), false);
        loop {
            let _early = timeout(WATCH_EVERY, self.suspected.notified()).await;
            if pool.is_closed() {
                return;
            }
            let others = self.all.len() > 1 && asked.elapsed() > ASK_ALL_EVERY;
            if !others && self.is_fine(pool).await {
                continue;
            }
            asked = Instant::now();
            match self.elect().await {
                Ok(_) => missed = false,
                Err(error) if !missed => {
                    missed = true;
                    tracing::warn!(%error, "no primary of Postgres is found");
                }
                Err(error) => tracing::debug!(%error, "there is still no primary of Postgres"),
            }
            // However many suspect it.
            sleep(WATCH_EVERY / 2).await;
        }
    }

    async fn is_fine(&self, pool: &PgPool) -> bool {
        let ask = async {
            let mut connection = pool.acquire().await?;
            Standing::ask(&mut connection).await
        };
        match timeout(PATIENCE, ask).await {
            Ok(Ok(standing)) => {
                !standing.standby && standing.read_only == self.read_only.load(Ordering::Acquire)
            }
            _ => false,
        }
    }
}

fn read(setting: &str) -> Result<Vec<PgConnectOptions>, String> {
    // The driver's error would repeat the URL, and with it the password.
    let wrong =
        || "isn't a URL like postgres://user@host/database, or several, comma-separated".to_owned();
    each_server(setting, &SCHEMES)
        .iter()
        .map(|url| {
            let path = url
                .split('?')
                .next()
                .and_then(|base| base.splitn(4, '/').nth(3));
            // A comma there is what remains of another URL, which would be shown as the database's name.
            if path.is_some_and(|path| path.contains(','))
                || !SCHEMES.iter().any(|scheme| url.starts_with(scheme))
            {
                return Err(wrong());
            }
            let options = PgConnectOptions::from_str(url).map_err(|_| wrong())?;
            // A pooler refuses what it doesn't know, and no number of ours goes as text.
            let options = options.extra_float_digits(None);
            Ok(options.application_name("lanyard"))
        })
        .collect()
}

/// Reads the setting as [`Database`](crate::Database) does.
///
/// # Errors
/// What is wrong with it. It isn't repeated, because it may hold a password.
pub fn check_database_url(setting: &str) -> Result<(), String> {
    read(setting).map(drop)
}

#[cfg(test)]
mod tests {
    use super::{Lineage, Servers, Standing, choose};

    const STANDBY: Option<Standing> = Some(Standing {
        standby: true,
        read_only: true,
        lineage: None,
    });

    fn primary(system: i64, timeline: i32) -> Option<Standing> {
        Some(Standing {
            standby: false,
            read_only: false,
            lineage: Some(Lineage { system, timeline }),
        })
    }

    fn read_only(timeline: i32) -> Option<Standing> {
        primary(1, timeline).map(|standing| Standing {
            read_only: true,
            ..standing
        })
    }

    #[test]
    fn the_first_that_takes_writes_is_the_primary() {
        assert_eq!(choose(&[primary(1, 1), primary(1, 1)], None), Some(0));
        assert_eq!(choose(&[STANDBY, None, primary(1, 1)], None), Some(2));
        assert_eq!(choose(&[read_only(1), primary(1, 1)], None), Some(1));
        assert_eq!(choose(&[STANDBY, read_only(1)], None), Some(1));
        assert_eq!(choose(&[STANDBY, None], None), None);
    }

    #[test]
    fn an_old_primary_that_comes_back_isnt_believed() {
        assert_eq!(choose(&[primary(1, 1), primary(1, 2)], None), Some(1));
        let known = Some(Lineage {
            system: 1,
            timeline: 2,
        });
        assert_eq!(choose(&[primary(1, 1), None], known), None);
        assert_eq!(choose(&[primary(1, 1), read_only(2)], known), Some(1));
        // Another cluster, such as one of a newer version, has a history of its own.
        assert_eq!(choose(&[primary(2, 1), None], known), Some(0));
    }

    #[test]
    fn a_wrong_url_is_told_without_its_password() {
        for wrong in [
            "",
            "hunter2",
            "mysql://u:hunter2@h/d",
            "postgres://u:hunter2@h:x/d",
            "postgres://h/d,mysql:hunter2",
        ] {
            let told = Servers::parse("LANYARD_DATABASE_URL", wrong)
                .unwrap_err()
                .to_string();
            assert!(
                told.contains("LANYARD_DATABASE_URL isn't") && !told.contains("hunter2"),
                "{told}"
            );
        }
    }
}
