//! What tells the others that this server lives.

use std::{sync::atomic::Ordering, time::Duration};

use lanyard_api::App;
use lanyard_storage::{StorageError, nodes};
use serde_json::{Value, json};
use tokio::{
    sync::oneshot,
    task::JoinHandle,
    time::{interval, timeout},
};
use uuid::Uuid;

/// How often it is said. A server counts as dead once it was silent four times as long.
const EVERY: Duration = Duration::from_secs(5);
/// How long a server that stops waits for the database to forget it.
const GOODBYE: Duration = Duration::from_secs(2);

/// The task of a running server, in the table of nodes until it is stopped.
#[derive(Debug)]
pub(crate) struct Heartbeat {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// One server's entry.
struct Entry {
    app: App,
    id: Uuid,
    name: String,
    master_keys: Vec<String>,
}

impl Heartbeat {
    /// Once this returns, the others see this server, with these master keys.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) async fn start(app: &App, master_keys: Vec<String>) -> Result<Self, StorageError> {
        let entry = Entry {
            app: app.clone(),
            id: Uuid::new_v4(),
            name: name(),
            master_keys,
        };
        entry.beat().await?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(entry.run(stopped));
        Ok(Self { stop, task })
    }

    /// Takes the server out of the table.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        if timeout(GOODBYE, self.task).await.is_err() {
            tracing::warn!(
                "the database doesn't take this server from its list; it does by itself"
            );
        }
    }
}

impl Entry {
    async fn run(self, mut stopped: oneshot::Receiver<()>) {
        let mut ticks = interval(EVERY);
        ticks.tick().await;
        loop {
            tokio::select! {
                _ = &mut stopped => break,
                _ = ticks.tick() => if let Err(error) = self.beat().await {
                    tracing::warn!(%error, "the other servers can't be told that this one lives");
                },
            }
        }
        if let Err(error) = nodes::remove(&self.app.database, self.id).await {
            tracing::warn!(%error, "the other servers can't be told that this one stops");
        }
    }

    async fn beat(&self) -> Result<(), StorageError> {
        let live = nodes::beat(
            &self.app.database,
            self.id,
            &self.name,
            env!("CARGO_PKG_VERSION"),
            &self.master_keys,
            &self.vitals(),
        )
        .await?;
        self.app.live_nodes.store(live, Ordering::Relaxed);
        Ok(())
    }

    fn vitals(&self) -> Value {
        let (open, idle) = self.app.database.connections();
        let from = self.app.readers.sources();
        json!({
            "ready": self.app.is_ready(),
            "tenants_held": self.app.views.count(),
            "readers_held": self.app.readers.count(),
            "readers_from_memory": from.memory,
            "readers_from_redis": from.redis,
            "readers_from_postgres": from.postgres,
            "connections": open,
            "connections_idle": idle,
        })
    }
}

/// The machine and the process.
fn name() -> String {
    let host = nix::unistd::gethostname().map_or_else(
        |_| "unknown".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    );
    format!("{host}:{}", std::process::id())
}
