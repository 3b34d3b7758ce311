//! Serving: everything wired together, from a listener to the last answer.

use std::{process::ExitCode, sync::Arc, time::Duration};

use lanyard_api::{App, Limits, PublicUrl, Settings, log};
use lanyard_core::seal::MasterKeys;
use lanyard_storage::{
    Clock, Database, Listener, StorageError, accounts, coral_rotations, exchange_codes,
    fingerprints, idempotency, keys, outbox, revocations, usage,
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    task::JoinHandle,
    time::sleep,
};

use crate::{
    config::Config,
    heartbeat::Heartbeat,
    mail::{Mailer, Worker},
    manage,
    output::{Failure, Outcome},
};

/// How often revocations and counts that nothing needs any more are forgotten.
const PRUNE_EVERY: Duration = Duration::from_secs(600);

/// A server's parts, wired but not yet serving.
#[derive(Debug)]
pub struct Server {
    /// The state.
    pub app: App,
    mail: Option<Worker>,
    background: Vec<JoinHandle<()>>,
    heartbeat: Heartbeat,
    limits: Limits,
    drain_delay: Duration,
}

impl Server {
    /// Wires the parts and starts to listen for changes.
    ///
    /// # Errors
    /// A key is sealed with a master key that isn't there, or the URL of Redis is wrong.
    pub async fn wire(
        database: Database,
        master_keys: Arc<MasterKeys>,
        clock: Clock,
        settings: &Settings,
        limits: Limits,
        drain_delay: Duration,
    ) -> Outcome<Self> {
        let app = App::new(database.clone(), Arc::clone(&master_keys), clock, settings)?;
        // In this order: a rotation of the master key that misses the heartbeat is found out by the trial.
        let heartbeat = Heartbeat::start(&app, master_keys.fingerprints()).await?;
        if let Err(error) = keys::try_master_keys(&database, &master_keys).await {
            heartbeat.stop().await;
            return Err(error.into());
        }
        let listener = Listener::new(database.clone(), Arc::clone(&app.views));
        let usage = app.clone();
        let background = vec![
            tokio::spawn(listener.run()),
            tokio::spawn(fill_fingerprints(database.clone(), master_keys)),
            tokio::spawn(prune(database, app.clock.clone())),
            tokio::spawn(async move { usage.usage.run().await }),
        ];
        Ok(Self {
            app,
            background,
            mail: None,
            heartbeat,
            limits,
            drain_delay,
        })
    }

    /// Hands over what lies in the outbox, from now on.
    pub fn send_mail(&mut self, mailer: Mailer) {
        let app = &self.app;
        let keys = Arc::clone(&app.master_keys);
        let worker = Worker::start(mailer, app.database.clone(), keys, app.clock.clone());
        self.mail = Some(worker);
    }

    /// Serves until `stop` is done; then readiness goes first, and the rest once balancers have seen it.
    ///
    /// # Errors
    /// The listener fails.
    pub async fn run(self, listener: TcpListener, stop: impl Future<Output = ()>) -> Outcome {
        let app = self.app.clone();
        let drained = async {
            stop.await;
            app.drain();
            sleep(self.drain_delay).await;
        };
        lanyard_api::serve(
            listener,
            manage::router(self.app.clone()),
            self.limits,
            drained,
        )
        .await?;
        for task in self.background {
            task.abort();
        }
        if let Some(worker) = self.mail {
            worker.stop().await;
        }
        if let Err(error) = self.app.usage.flush(true).await {
            tracing::error!(%error, "the last usage can't be written and is lost");
        }
        self.heartbeat.stop().await;
        self.app.database.close().await;
        Ok(())
    }
}

/// Fingerprints of keys that a version stored which knew of none. Until they are there the same key may be imported twice.
async fn fill_fingerprints(database: Database, master_keys: Arc<MasterKeys>) {
    match fingerprints::fill(&database, &master_keys).await {
        Ok(0) => {}
        Ok(keys) => tracing::info!(keys, "keys have fingerprints now"),
        Err(error) => {
            tracing::warn!(%error, "keys can't be given fingerprints; the next start tries again")
        }
    }
}

async fn prune(database: Database, clock: Clock) {
    loop {
        sleep(PRUNE_EVERY).await;
        if let Err(error) = forget(&database, clock.now()).await {
            tracing::warn!(%error, "what is old can't be forgotten");
        }
    }
}

async fn forget(database: &Database, now: i64) -> Result<(), StorageError> {
    revocations::prune(database).await?;
    accounts::prune(database).await?;
    idempotency::prune(database).await?;
    coral_rotations::expire(database, now).await?;
    exchange_codes::prune(database).await?;
    usage::prune(database).await
}

/// Binds an address, or says why not.
///
/// # Errors
/// It is taken, or not ours.
pub async fn bind(address: std::net::SocketAddr) -> Outcome<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => Failure::new(format!(
            "{address} is taken by another program; stop it, or listen elsewhere with --listen 127.0.0.1:PORT"
        )),
        _ => Failure::new(format!("can't listen on {address}: {error}")),
    })
}

/// Done at SIGTERM or Ctrl-C.
///
/// # Errors
/// The signals can't be caught.
pub fn stop_signal() -> Outcome<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// `lanyard serve`.
///
/// # Errors
/// The configuration is wrong, or the database isn't as it has to be.
pub async fn serve() -> Outcome<ExitCode> {
    let config = Config::from_environment()?;
    let stop = stop_signal()?;
    let clock = Clock::default();
    let flusher = log::start(
        log::Format::Json,
        config.log_file.as_deref(),
        &config.log,
        clock.clone(),
    )?;
    // First: what is found at the port may have to be known, and one that is taken should be told at once.
    let listener = bind(config.listen).await?;
    let address = listener.local_addr()?;
    let public_url = config
        .public_url
        .unwrap_or_else(|| PublicUrl::of_listener(address));
    let mut database =
        Database::connect(config.database_url.reveal(), config.database_connections).await?;
    if let Some(url) = &config.database_listen_url {
        database = database.listen_on(url.reveal())?;
    }
    let settings = Settings {
        max_staleness: config.max_staleness,
        redis_url: config.redis_url.map(|url| url.reveal().to_owned()),
        readers_memory: config.readers_memory,
        public_url,
        registration: config.registration,
        trusted_proxies: config.trusted_proxies,
        outbound_allow: config.outbound_allow,
    };
    let limits = Limits {
        connections: config.max_connections,
        ..Limits::default()
    };
    let master_keys = Arc::new(config.master_keys);
    let mut server = Server::wire(
        database,
        master_keys,
        clock,
        &settings,
        limits,
        config.drain_delay,
    )
    .await?;
    match config.mail {
        Some(mail) => server.send_mail(Mailer::smtp(mail.server, mail.from, &settings.public_url)),
        None => {
            let (letters, _) = outbox::backlog(&server.app.database).await?;
            tracing::warn!(letters, "mail waits: LANYARD_SMTP_URL is missing");
        }
    }
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "serving");
    let served = server.run(listener, stop).await;
    tracing::info!("stopped");
    flusher.flush();
    served.map(|()| ExitCode::SUCCESS)
}
