//! Redis as the nodes know it: it may be slow, away, empty, or an older copy of itself.

use std::{
    collections::BTreeMap,
    future::pending,
    sync::{Arc, Mutex},
};

use redis::{Arg, Cmd, ErrorKind, RedisError, RedisResult, Value};
use tokio::time::sleep;

use super::{chance::Chance, line::Weather};

/// Version and body by key.
type Entries = BTreeMap<Vec<u8>, (i64, Vec<u8>)>;

#[derive(Debug, Default)]
pub(super) struct Redis(Mutex<Store>);

#[derive(Debug, Default)]
struct Store {
    entries: Entries,
    copy: Entries,
}

impl Redis {
    pub(super) fn flush(&self) {
        self.0.lock().unwrap().entries.clear();
    }

    /// A replica stops following.
    pub(super) fn copy(&self) {
        let mut store = self.0.lock().unwrap();
        store.copy = store.entries.clone();
    }

    /// That replica takes over.
    pub(super) fn fail_over(&self) {
        let mut store = self.0.lock().unwrap();
        store.entries = store.copy.clone();
    }
}

/// A node's way to Redis.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    redis: Arc<Redis>,
    line: Arc<Mutex<(Weather, Chance)>>,
}

impl Link {
    pub(super) fn new(redis: Arc<Redis>, chance: Chance) -> Self {
        let line = Arc::new(Mutex::new((Weather::Fine(8), chance)));
        Self { redis, line }
    }

    pub(super) fn set(&self, weather: Weather) {
        self.line.lock().unwrap().0 = weather;
    }

    /// Whoever stops waiting doesn't take the command back.
    pub(crate) fn command(
        &self,
        command: &Cmd,
    ) -> impl Future<Output = RedisResult<Value>> + Send + use<> {
        let words = command.args_iter().map(|word| match word {
            Arg::Simple(word) => word.to_vec(),
            _ => Vec::new(),
        });
        let (words, link) = (words.collect::<Vec<_>>(), self.clone());
        let running = tokio::spawn(async move {
            link.leg().await?;
            let answer = link.run(&words);
            link.leg().await?;
            Ok(answer)
        });
        async { running.await.unwrap_or_else(|_| Err(away())) }
    }

    fn run(&self, words: &[Vec<u8>]) -> Value {
        let entries = &mut self.redis.0.lock().unwrap().entries;
        match &*words[0] {
            b"PING" => Value::SimpleString("PONG".to_owned()),
            b"HMGET" => match entries.get(&words[1]) {
                Some((version, body)) => Value::Array(vec![
                    Value::BulkString(version.to_string().into()),
                    Value::BulkString(body.clone()),
                ]),
                None => Value::Array(vec![Value::Nil, Value::Nil]),
            },
            // The one script that there is: puts what is newer than what is held.
            b"EVALSHA" => {
                let version = String::from_utf8_lossy(&words[4]).parse().unwrap();
                let newer = entries
                    .get(&words[3])
                    .is_none_or(|(held, _)| *held < version);
                if newer {
                    entries.insert(words[3].clone(), (version, words[5].clone()));
                }
                Value::Int(newer.into())
            }
            other => panic!(
                "a command that is new here: {}",
                String::from_utf8_lossy(other)
            ),
        }
    }

    async fn leg(&self) -> RedisResult<()> {
        let (weather, delay) = {
            let line = self.line.lock().unwrap();
            let weather = line.0;
            let longest = match weather {
                Weather::Fine(longest) | Weather::Slow(longest) => longest,
                _ => 8,
            };
            (weather, line.1.millis(longest))
        };
        sleep(delay).await;
        match weather {
            Weather::Failing => Err(away()),
            Weather::Hanging => pending().await,
            _ => Ok(()),
        }
    }
}

fn away() -> RedisError {
    RedisError::from((ErrorKind::Io, "away"))
}
