//! The task that empties the outbox.

use std::{sync::Arc, time::Duration};

use lanyard_core::seal::MasterKeys;
use lanyard_storage::{
    Clock, Database,
    outbox::{self, Fate, Taken},
};
use tokio::{
    sync::oneshot,
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};

use super::Mailer;

/// How often the outbox is looked into while nothing leaves.
const POLL: Duration = Duration::from_millis(500);
/// Letters that are handed over at a time.
const AT_ONCE: usize = 8;
/// How long letters on their way may take once the server is to stop. One that is cut off leaves again later.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// Hands over what lies in the outbox, until it is stopped or dropped.
#[derive(Debug)]
pub struct Worker {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Worker {
    /// Starts it.
    #[must_use]
    pub fn start(
        mailer: Mailer,
        database: Database,
        master_keys: Arc<MasterKeys>,
        clock: Clock,
    ) -> Self {
        let (stop, stopped) = oneshot::channel();
        let post = Arc::new(Post {
            mailer,
            database,
            master_keys,
            clock,
        });
        Self {
            stop,
            task: tokio::spawn(run(post, stopped)),
        }
    }

    /// Takes no more letters, and waits a little for those on their way.
    pub async fn stop(mut self) {
        drop(self.stop);
        if timeout(LAST_WAIT, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

/// What handing over a letter needs.
struct Post {
    mailer: Mailer,
    database: Database,
    master_keys: Arc<MasterKeys>,
    clock: Clock,
}

async fn run(post: Arc<Post>, mut stopped: oneshot::Receiver<()>) {
    let mut sending = JoinSet::new();
    let mut reachable = true;
    loop {
        while sending.try_join_next().is_some() {}
        match post.take(AT_ONCE - sending.len()).await {
            Ok(taken) => {
                reachable = true;
                for letter in taken {
                    let post = Arc::clone(&post);
                    sending.spawn(async move { post.deliver(&letter).await });
                }
            }
            Err(error) => {
                if std::mem::take(&mut reachable) {
                    tracing::warn!(%error, "the outbox can't be read; mail waits");
                }
            }
        }
        tokio::select! {
            // One that left makes room at once. After a failure the next wait: the mail server may be away.
            Some(Ok(true)) = sending.join_next() => {}
            () = sleep(POLL) => {}
            _ = &mut stopped => break,
        }
    }
    while sending.join_next().await.is_some() {}
}

impl Post {
    async fn take(&self, room: usize) -> Result<Vec<Taken>, lanyard_storage::StorageError> {
        let limit = i64::try_from(room).unwrap_or_default();
        outbox::take(&self.database, limit, self.clock.now()).await
    }

    /// Whether the letter left.
    async fn deliver(&self, taken: &Taken) -> bool {
        let handed_over = match taken.open(&self.master_keys) {
            Ok(letter) => {
                let micros = self.clock.micros();
                self.mailer.send(taken.id, &letter, micros).await
            }
            Err(error) => Err(error.to_string()),
        };
        let noted = match &handed_over {
            Ok(()) => {
                tracing::info!(letter = %taken.id, attempt = taken.attempt, "mail was handed over");
                outbox::sent(&self.database, taken).await
            }
            Err(problem) => self.put_off(taken, problem).await,
        };
        if let Err(error) = noted {
            tracing::warn!(letter = %taken.id, %error, "what became of a letter can't be noted; it leaves once more");
        }
        handed_over.is_ok()
    }

    async fn put_off(
        &self,
        taken: &Taken,
        problem: &str,
    ) -> Result<(), lanyard_storage::StorageError> {
        let now = self.clock.now();
        match outbox::failed(&self.database, taken, problem, now).await? {
            Fate::RetryAfter(seconds) => tracing::warn!(
                letter = %taken.id, attempt = taken.attempt, retry_after = seconds, problem, "mail can't be handed over"
            ),
            Fate::GivenUp => tracing::error!(
                letter = %taken.id, attempt = taken.attempt, problem, "a letter is given up: it could not be handed over"
            ),
        }
        Ok(())
    }
}
