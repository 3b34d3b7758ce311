//! Postgres and Redis: those that the environment names, else private ones of this process.

use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::{Arc, Weak},
    thread,
    time::Duration,
};

use lanyard_admin::postgres::{Cluster, Durability};
use tempfile::TempDir;
use tokio::sync::Mutex;

/// Shared by the tests of a process while any of them runs.
static SHARED: Mutex<Weak<Services>> = Mutex::const_new(Weak::new());

/// A Postgres cluster and a Redis.
#[derive(Debug)]
pub(crate) struct Services {
    /// A superuser's URL of a database that nobody's data is in.
    pub(crate) postgres_url: String,
    pub(crate) redis_url: String,
    cluster: Option<Cluster>,
    _redis: Option<OwnRedis>,
    _folder: Option<TempDir>,
}

impl Services {
    pub(crate) async fn get() -> Arc<Self> {
        let mut shared = SHARED.lock().await;
        if let Some(services) = shared.upgrade() {
            return services;
        }
        let services = Arc::new(Self::find().await);
        *shared = Arc::downgrade(&services);
        services
    }

    async fn find() -> Self {
        let (cluster, folder, postgres_url) = match setting("LANYARD_TEST_DATABASE_URL") {
            Some(url) => (None, None, url),
            None => {
                let folder = TempDir::new().unwrap();
                let path = folder.path().join("postgres");
                let cluster = Cluster::start(&path, Durability::Fast).await.unwrap();
                let url = cluster.url();
                (Some(cluster), Some(folder), url)
            }
        };
        let (redis, redis_url) = match setting("LANYARD_TEST_REDIS_URL") {
            Some(url) => (None, url),
            None => {
                let redis = OwnRedis::start();
                let url = redis.url();
                (Some(redis), url)
            }
        };
        Self {
            postgres_url,
            redis_url,
            cluster,
            _redis: redis,
            _folder: folder,
        }
    }
}

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Drop for Services {
    fn drop(&mut self) {
        if let Some(cluster) = self.cluster.take() {
            block_on(async move { cluster.stop().await.unwrap() });
        }
    }
}

/// Waits for something in a destructor, which may run on a thread of a runtime.
pub(super) fn block_on(work: impl Future<Output = ()> + Send + 'static) {
    let thread = thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(work);
    });
    if thread.join().is_err() && !thread::panicking() {
        panic!("cleaning up failed");
    }
}

/// A Redis of one's own, to be stopped and started.
#[derive(Debug)]
pub(crate) struct OwnRedis {
    port: u16,
    server: Option<Child>,
    folder: TempDir,
}

impl OwnRedis {
    pub(crate) fn start() -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr();
        let mut redis = Self {
            port: port.unwrap().port(),
            server: None,
            folder: TempDir::new().unwrap(),
        };
        redis.restart();
        redis
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// Starts it again, empty, on the same port.
    pub(crate) fn restart(&mut self) {
        self.stop();
        let port = self.port.to_string();
        let server = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &port, "--save", ""])
            .args(["--appendonly", "no", "--dir"])
            .arg(self.folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server starts (script/bootstrap --tests installs it)");
        self.server = Some(server);
        for _ in 0..500 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("redis-server doesn't answer");
    }

    /// Kills it, with all that it holds.
    pub(crate) fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
    }
}

impl Drop for OwnRedis {
    fn drop(&mut self) {
        self.stop();
    }
}
