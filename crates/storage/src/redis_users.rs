//! Redis between memory and Postgres: it shortens the way, and may fail or forget at any time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use lanyard_core::{id::TenantId, user::UserId};
use redis::{
    Client, Cmd, Pipeline, RedisFuture, RedisResult, Script, Value,
    aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig},
};
use tokio::time::Instant;

#[cfg(test)]
use crate::simulation::redis::Link;
use crate::{StorageError, user_cache::CachedReader, user_cache::Reader};

/// How long Redis may take before Postgres is asked instead.
const PATIENCE: Duration = Duration::from_millis(50);
/// How long Redis is left alone after it failed.
const REST: Duration = Duration::from_secs(1);
/// How long an entry lives, in seconds.
const LIFETIME: u64 = 3_600;
/// Marks of a body: a reader, a disabled one, none at all.
const PRESENT: u8 = b'+';
const DISABLED: u8 = b'-';
const ABSENT: u8 = b'0';

/// What takes commands to Redis.
#[derive(Debug, Clone)]
pub(crate) enum Connection {
    Managed(ConnectionManager),
    #[cfg(test)]
    Simulated(Link),
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Managed(connection) => connection.req_packed_command(command),
            #[cfg(test)]
            Self::Simulated(link) => Box::pin(link.command(command)),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Managed(connection) => connection.req_packed_commands(pipeline, offset, count),
            #[cfg(test)]
            Self::Simulated(_) => Box::pin(std::future::pending()),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::Managed(connection) => connection.get_db(),
            #[cfg(test)]
            Self::Simulated(_) => 0,
        }
    }
}

#[derive(Debug)]
pub(crate) struct RedisUsers {
    connection: Connection,
    put_if_newer: Arc<Script>,
    started: Instant,
    /// Until when Redis is left alone, in milliseconds after `started`.
    resting_until: AtomicU64,
}

impl RedisUsers {
    pub(crate) fn new(url: &str) -> Result<Self, StorageError> {
        // The error would repeat the URL, and with it the password.
        let wrong = |_| {
            StorageError::NotReady(
                "LANYARD_REDIS_URL isn't a URL like redis://host:6379/0".to_owned(),
            )
        };
        let client = Client::open(url).map_err(wrong)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(1)))
            .set_response_timeout(Some(PATIENCE));
        let manager = ConnectionManager::new_lazy_with_config(client, config).map_err(wrong)?;
        Ok(Self::over(Connection::Managed(manager)))
    }

    pub(crate) fn over(connection: Connection) -> Self {
        Self {
            connection,
            put_if_newer: Arc::new(Script::new(
                "local held = redis.call('HGET', KEYS[1], 'v')
                 if held and tonumber(held) >= tonumber(ARGV[1]) then return 0 end
                 redis.call('HSET', KEYS[1], 'v', ARGV[1], 'b', ARGV[2])
                 redis.call('EXPIRE', KEYS[1], ARGV[3])
                 return 1",
            )),
            started: Instant::now(),
            resting_until: AtomicU64::new(0),
        }
    }

    pub(crate) async fn get(&self, tenant: TenantId, id: &UserId) -> Option<CachedReader> {
        let mut connection = self.connection.clone();
        let mut command = redis::cmd("HMGET");
        command.arg(key(tenant, id)).arg("v").arg("b");
        let (as_of, body): (Option<i64>, Option<Vec<u8>>) =
            self.patiently(command.query_async(&mut connection)).await?;
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
        let mut connection = self.connection.clone();
        let mut call = self.put_if_newer.key(key(tenant, id));
        call.arg(cached.as_of).arg(body).arg(LIFETIME);
        let _newer: Option<i64> = self.patiently(call.invoke_async(&mut connection)).await;
    }

    /// Whether there is a sign of life.
    pub(crate) async fn answers(&self) -> bool {
        let mut connection = self.connection.clone();
        let ping = redis::cmd("PING");
        let answer: Option<String> = self.patiently(ping.query_async(&mut connection)).await;
        answer.is_some()
    }

    /// Waits for Redis, but not for long, and not at all while it rests.
    async fn patiently<T>(&self, call: impl Future<Output = RedisResult<T>>) -> Option<T> {
        let now = || u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        if now() < self.resting_until.load(Ordering::Relaxed) {
            return None;
        }
        let problem = match tokio::time::timeout(PATIENCE, call).await {
            Ok(Ok(value)) => return Some(value),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "it doesn't answer".to_owned(),
        };
        let rest = u64::try_from(REST.as_millis()).unwrap_or(u64::MAX);
        self.resting_until.store(now() + rest, Ordering::Relaxed);
        tracing::warn!(problem, "Redis is away; readers come from Postgres");
        None
    }
}

/// Asks Redis for a sign of life.
///
/// # Errors
/// The URL is wrong, or there is no answer in time; the URL is not repeated.
pub async fn ping_redis(url: &str, patience: Duration) -> Result<(), StorageError> {
    let away = |problem: &str| StorageError::NotReady(problem.to_owned());
    let client = Client::open(url)
        .map_err(|_| away("LANYARD_REDIS_URL isn't a URL like redis://host:6379/0"))?;
    let ping = async {
        let mut connection = client.get_multiplexed_async_connection().await?;
        redis::cmd("PING")
            .query_async::<String>(&mut connection)
            .await
    };
    match tokio::time::timeout(patience, ping).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(away(&format!("doesn't answer: {error}"))),
        Err(_) => Err(away("doesn't answer in time")),
    }
}

/// The tenant's id has a fixed length, so no two readers share a key whatever their ids hold.
fn key(tenant: TenantId, id: &UserId) -> String {
    format!("lanyard:user:{tenant}:{id}")
}
