//! Redis between memory and Postgres: it shortens the way, and may fail or forget at any time.
//!
//! No request waits for a connection: while there is none, readers come from Postgres, and a task looks for Redis again.

mod breaker;
mod target;

use std::{
    sync::{
        Arc, PoisonError, RwLock, RwLockWriteGuard,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use lanyard_core::{id::TenantId, user::UserId};
use redis::{ErrorKind, RedisError, RedisResult, Script, ServerErrorKind};
use tokio::time::{Instant, error::Elapsed, sleep, timeout};

pub(crate) use self::target::Target;
use self::{
    breaker::{Breaker, REST},
    target::Link,
};
use crate::{StorageError, retry::jitter, user_cache::CachedReader, user_cache::Reader};

/// How long Redis may take before Postgres is asked instead.
const PATIENCE: Duration = Duration::from_millis(50);
/// How long an entry lives, in seconds.
const LIFETIME: u64 = 3_600;
/// Marks of a body: a reader, a disabled one, none at all.
const PRESENT: u8 = b'+';
const DISABLED: u8 = b'-';
const ABSENT: u8 = b'0';
/// A cluster is left alone in so many parts, each of neighbouring slots: one node of it may fail alone.
const PARTS: usize = 64;
/// Failures in a row after which a cluster is looked for anew.
const MOST_FAILURES: u32 = 64;

#[derive(Debug)]
pub(crate) struct RedisUsers {
    redis: Arc<Redis>,
    put_if_newer: Script,
}

#[derive(Debug)]
struct Redis {
    target: Target,
    held: RwLock<Held>,
    looking: AtomicBool,
    parts: Vec<Breaker>,
    /// Of writes alone: a Redis that is full still reads.
    writes: Breaker,
    failures: AtomicU32,
}

/// The connection.
#[derive(Debug, Default)]
struct Held {
    /// How many there have been.
    generation: u64,
    /// The last one and its age, unless it was given up.
    link: Option<(Link, Instant)>,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Read,
    Write,
}

impl RedisUsers {
    /// Begins to look for Redis. That it is away is no error.
    pub(crate) fn new(url: &str) -> Result<Self, StorageError> {
        Ok(Self::at(Target::parse(url)?))
    }

    pub(crate) fn at(target: Target) -> Self {
        let parts = match target {
            Target::Cluster(_) => PARTS,
            _ => 1,
        };
        let redis = Arc::new(Redis {
            target,
            held: RwLock::default(),
            looking: AtomicBool::new(false),
            parts: (0..parts).map(|_| Breaker::new()).collect(),
            writes: Breaker::new(),
            failures: AtomicU32::new(0),
        });
        redis.look(Duration::ZERO);
        Self {
            redis,
            put_if_newer: Script::new(
                "local held = redis.call('HGET', KEYS[1], 'v')
                 if held and tonumber(held) >= tonumber(ARGV[1]) then return 0 end
                 redis.call('HSET', KEYS[1], 'v', ARGV[1], 'b', ARGV[2])
                 redis.call('EXPIRE', KEYS[1], ARGV[3])
                 return 1",
            ),
        }
    }

    pub(crate) async fn get(&self, tenant: TenantId, id: &UserId) -> Option<CachedReader> {
        let key = key(tenant, id);
        let mut command = redis::cmd("HMGET");
        command.arg(&key).arg("v").arg("b");
        let mut ask = self.redis.begin(&key, Way::Read)?;
        let answer = timeout(PATIENCE, command.query_async(&mut ask.link)).await;
        let (as_of, body): (Option<i64>, Option<Vec<u8>>) = ask.end(answer)?;
        let (mark, body) = body.as_deref()?.split_first()?;
        let reader = match *mark {
            ABSENT => None,
            PRESENT | DISABLED => {
                let body = body.to_vec().into();
                Some(Arc::new(Reader::new(body, *mark == DISABLED)))
            }
            _ => return None,
        };
        Some(CachedReader {
            as_of: as_of?,
            reader,
        })
    }

    pub(crate) async fn put(&self, tenant: TenantId, id: &UserId, cached: &CachedReader) {
        let mut body = Vec::new();
        match &cached.reader {
            Some(reader) => {
                body.push(if reader.disabled { DISABLED } else { PRESENT });
                body.extend_from_slice(&reader.body);
            }
            None => body.push(ABSENT),
        }
        let key = key(tenant, id);
        let mut call = self.put_if_newer.key(&key);
        call.arg(cached.as_of).arg(body).arg(LIFETIME);
        let Some(mut ask) = self.redis.begin(&key, Way::Write) else {
            return;
        };
        let answer = timeout(PATIENCE, call.invoke_async(&mut ask.link)).await;
        let _newer: Option<i64> = ask.end(answer);
    }

    /// Whether there is a sign of life.
    pub(crate) async fn answers(&self) -> bool {
        let Some((_, mut link)) = self.redis.link() else {
            return false;
        };
        let ping = redis::cmd("PING");
        let answer = timeout(PATIENCE, ping.query_async::<String>(&mut link)).await;
        matches!(answer, Ok(Ok(_)))
    }
}

impl Redis {
    /// Begins to ask; `None` while Redis is away, and for what has just failed.
    fn begin(self: &Arc<Self>, key: &str, way: Way) -> Option<Ask<'_>> {
        let Some((generation, link)) = self.link() else {
            self.look(REST);
            return None;
        };
        let part = self.part(key)?;
        let passes = part.lets_pass() && (way == Way::Read || self.writes.lets_pass());
        passes.then_some(Ask {
            redis: self,
            link,
            generation,
            part,
            way,
        })
    }

    fn part(&self, key: &str) -> Option<&Breaker> {
        let part = if self.parts.len() == 1 {
            0
        } else {
            usize::from(slot(key.as_bytes())) * self.parts.len() / SLOTS
        };
        self.parts.get(part)
    }

    fn link(&self) -> Option<(u64, Link)> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let (link, _) = held.link.as_ref()?;
        Some((held.generation, link.clone()))
    }

    fn held_mut(&self) -> RwLockWriteGuard<'_, Held> {
        self.held.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives up this connection, unless another has taken its place, and looks for Redis.
    fn lose(self: &Arc<Self>, generation: u64, problem: &str) {
        let mut held = self.held_mut();
        if held.generation != generation {
            return;
        }
        if let Some((_, since)) = held.link.take() {
            drop(held);
            tracing::warn!(problem, "Redis is away; readers come from Postgres");
            // One that failed soon after it was made may fail so again.
            let soon = since.elapsed() < 4 * REST;
            self.look(if soon { REST } else { Duration::ZERO });
        }
    }

    /// Looks for Redis until it is there, after this time for the first time. One task does, however often this is called.
    fn look(self: &Arc<Self>, after: Duration) {
        if self.looking.swap(true, Ordering::AcqRel) {
            return;
        }
        let redis = Arc::downgrade(self);
        // The loss of a connection is told when it is lost.
        let mut told = self.held_mut().generation > 0;
        tokio::spawn(async move {
            let began = Instant::now();
            // At different times on different nodes, lest all come at once.
            sleep(jitter(after)).await;
            loop {
                // Nobody wants it any more.
                let Some(redis) = redis.upgrade() else { return };
                match redis.target.connect().await {
                    Ok(link) => return redis.found(link, began),
                    Err(problem) if !told => {
                        told = true;
                        tracing::warn!(problem, "Redis is away; readers come from Postgres");
                    }
                    Err(problem) => tracing::debug!(problem, "Redis is still away"),
                }
                drop(redis);
                sleep(jitter(REST)).await;
            }
        });
    }

    fn found(&self, link: Link, since: Instant) {
        self.failures.store(0, Ordering::Relaxed);
        self.parts.iter().for_each(Breaker::close);
        self.writes.close();
        let mut held = self.held_mut();
        held.generation += 1;
        held.link = Some((link, Instant::now()));
        let again = held.generation > 1;
        drop(held);
        self.looking.store(false, Ordering::Release);
        if again {
            tracing::info!(seconds = since.elapsed().as_secs_f32(), "Redis is back");
        }
    }
}

/// One question to Redis.
struct Ask<'a> {
    redis: &'a Arc<Redis>,
    link: Link,
    generation: u64,
    part: &'a Breaker,
    way: Way,
}

impl Ask<'_> {
    /// Takes the answer, and learns from it how Redis is.
    fn end<T>(self, answer: Result<RedisResult<T>, Elapsed>) -> Option<T> {
        let (problem, refused) = match answer {
            Ok(Ok(value)) => {
                self.part.close();
                if self.way == Way::Write {
                    self.redis.writes.close();
                }
                self.redis.failures.store(0, Ordering::Relaxed);
                return Some(value);
            }
            Ok(Err(error)) => (error.to_string(), is_refusal(&error)),
            Err(_) => ("it doesn't answer".to_owned(), false),
        };
        if refused && self.way == Way::Write {
            self.part.close();
            if self.redis.writes.open() {
                tracing::warn!(
                    problem,
                    "Redis takes no writes; readers it lacks come from Postgres"
                );
            }
            return None;
        }
        if !refused && !matches!(self.link, Link::Cluster(_)) {
            // The connection may lead to what was the master, or nowhere.
            self.redis.lose(self.generation, &problem);
            return None;
        }
        if self.part.open() {
            tracing::warn!(
                problem,
                "a part of Redis is away; its readers come from Postgres"
            );
        }
        if self.redis.failures.fetch_add(1, Ordering::Relaxed) >= MOST_FAILURES {
            self.redis.lose(self.generation, &problem);
        }
        None
    }
}

/// Whether the server understood and said no, such as when it is full. Any other error may mean that this isn't the server
/// to ask.
fn is_refusal(error: &RedisError) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Extension
            | ErrorKind::Server(
                ServerErrorKind::ResponseError
                    | ServerErrorKind::NoPerm
                    | ServerErrorKind::ExecAbort
            )
    )
}

/// Asks Redis for a sign of life; what there is, in words.
///
/// # Errors
/// The URL is wrong, or there is no answer in time; the URL is not repeated.
pub async fn ping_redis(url: &str) -> Result<String, StorageError> {
    let away = |problem: String| StorageError::NotReady(problem);
    let target = Target::parse(url)?;
    let mut link = target
        .connect()
        .await
        .map_err(|problem| away(format!("doesn't answer: {problem}")))?;
    if let Target::Cluster(_) = target {
        let state: RedisResult<String> = redis::cmd("CLUSTER")
            .arg("INFO")
            .query_async(&mut link)
            .await;
        if !state.is_ok_and(|state| state.contains("cluster_state:ok")) {
            return Err(away("the cluster isn't whole: see CLUSTER INFO".to_owned()));
        }
    }
    Ok(target.describe())
}

/// Reads the setting as [`Readers`](crate::Readers) does.
///
/// # Errors
/// What is wrong with it. It isn't repeated, because it may hold a password.
pub fn check_redis_url(setting: &str) -> Result<(), String> {
    Target::read(setting).map(drop)
}

/// How many slots a cluster has.
const SLOTS: usize = 16_384;

/// The slot that a cluster keeps a key in: CRC-16/XMODEM, as Redis' cluster specification has it. Ids in braces are sorted
/// in otherwise by Redis; they only rest with another part.
fn slot(key: &[u8]) -> u16 {
    let crc = key.iter().fold(0_u16, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 {
                crc << 1
            } else {
                (crc << 1) ^ 0x1021
            }
        })
    });
    crc % 16_384
}

/// The tenant's id has a fixed length, so no two readers share a key whatever their ids hold.
fn key(tenant: TenantId, id: &UserId) -> String {
    format!("lanyard:user:{tenant}:{id}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn slots_are_those_of_redis() {
        // CLUSTER KEYSLOT says so.
        assert_eq!(super::slot(b"123456789"), 12_739);
        assert_eq!(super::slot(b"somekey"), 11_058);
    }
}
