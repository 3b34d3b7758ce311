//! Postgres and Redis: those that the environment names, else private ones of this process.

use std::{
    sync::{Arc, Weak},
    thread,
};

use lanyard_admin::postgres::{Cluster, Durability};
use tempfile::TempDir;
use tokio::sync::Mutex;

use super::redis_server::OwnRedis;

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
