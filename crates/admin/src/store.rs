//! How a command reaches what is stored: a dev folder, or the database that the environment names.

use std::{
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use lanyard_api::{App, Operator, Registration, Settings, TrustedProxies};
use lanyard_core::{audit::Event, id::TenantId, seal::MasterKeys};
use lanyard_storage::{Clock, Database, PlatformTx, ReadTx, WriteTx, migrate, tenants};
use zeroize::Zeroizing;

use crate::{
    acts::By,
    client::Client,
    config::{LISTEN_URL, Secret, outbound_allow, setting},
    manage,
    output::{Failure, Outcome},
    postgres::{Cluster, Durability},
};

/// The folder of `lanyard dev` unless it is told another.
pub const DEV_FOLDER: &str = ".lanyard";

/// An open database, and what belongs to it.
#[derive(Debug)]
pub struct Store {
    /// Postgres.
    pub database: Database,
    /// What keys are sealed with.
    pub master_keys: Arc<MasterKeys>,
    /// The time.
    pub clock: Clock,
    cluster: Option<Cluster>,
}

impl Store {
    /// Opens the dev folder that is named, else the database of the environment, else the dev folder that lies here.
    ///
    /// # Errors
    /// There is none of them, or it can't be opened.
    pub async fn open(folder: Option<&Path>) -> Outcome<Self> {
        if let Some(folder) = folder {
            if !folder.join("master.key").is_file() {
                return Err(Failure::new(format!(
                    "{} is no folder of `lanyard dev`; start it once with --data-dir {}",
                    folder.display(),
                    folder.display()
                )));
            }
            return Self::open_folder(folder, Durability::Durable).await;
        }
        match setting("LANYARD_DATABASE_URL")? {
            Some(url) => {
                let keys = setting("LANYARD_MASTER_KEY")?.ok_or_else(|| {
                    Failure::new("LANYARD_MASTER_KEY is missing: keys can't be opened without it")
                })?;
                let master_keys = MasterKeys::parse(keys.reveal())
                    .map_err(|error| Failure::new(format!("LANYARD_MASTER_KEY: {error}")))?;
                let master_keys = Arc::new(master_keys);
                let mut database = Database::connect(url.reveal(), 4).await?;
                if let Some(url) = setting(LISTEN_URL)? {
                    database = database.listen_on(url.reveal())?;
                }
                Ok(Self {
                    database,
                    master_keys,
                    clock: Clock::default(),
                    cluster: None,
                })
            }
            None if Path::new(DEV_FOLDER).join("master.key").is_file() => {
                Self::open_folder(Path::new(DEV_FOLDER), Durability::Durable).await
            }
            None => Err(Failure::new(
                "nothing to work on: name a folder of `lanyard dev` with --data-dir, or set LANYARD_DATABASE_URL and \
                 LANYARD_MASTER_KEY",
            )),
        }
    }

    /// Opens a dev folder and makes what it lacks; its cluster runs until [`Self::close`].
    ///
    /// # Errors
    /// Postgres is missing or doesn't start, or the folder is from a newer version.
    pub async fn open_folder(folder: &Path, durability: Durability) -> Outcome<Self> {
        let folder = make_folder(folder)?;
        let master_keys = Arc::new(MasterKeys::parse(&master_key(&folder.join("master.key"))?)?);
        let cluster = Cluster::start(&folder.join("postgres"), durability).await?;
        let opened = async {
            migrate::run(&cluster.url()).await?;
            Database::connect(&cluster.url(), 10).await
        };
        match opened.await {
            Ok(database) => Ok(Self {
                database,
                master_keys,
                clock: Clock::default(),
                cluster: Some(cluster),
            }),
            Err(error) => {
                cluster.stop().await?;
                Err(error.into())
            }
        }
    }

    /// The management API on this database, as the operator.
    ///
    /// # Errors
    /// A setting is wrong.
    pub fn client(&self) -> Outcome<Client> {
        let url = setting("LANYARD_PUBLIC_URL")?;
        let settings = Settings {
            max_staleness: Duration::from_secs(30),
            redis_url: None,
            readers_memory: 0,
            public_url: url
                .as_ref()
                .map_or("http://localhost:3000", Secret::reveal)
                .parse()?,
            registration: Registration::Closed,
            trusted_proxies: TrustedProxies::default(),
            outbound_allow: outbound_allow()?,
        };
        let keys = Arc::clone(&self.master_keys);
        let app = App::new(self.database.clone(), keys, self.clock.clone(), &settings)?;
        Ok(Client::Local {
            router: manage::router(app),
            operator: Operator(operator()),
        })
    }

    /// Closes the connections and stops the cluster, if this process started it.
    ///
    /// # Errors
    /// The cluster doesn't stop.
    pub async fn close(self) -> Outcome {
        self.database.close().await;
        if let Some(cluster) = self.cluster {
            cluster.stop().await?;
        }
        Ok(())
    }

    /// The id of a tenant that has to exist.
    ///
    /// # Errors
    /// It doesn't.
    pub async fn tenant(&self, slug: &str) -> Outcome<TenantId> {
        tenants::find(&self.database, slug).await?.ok_or_else(|| {
            Failure::new(format!(
                "there is no tenant `{slug}`; `lanyard tenant list` shows them"
            ))
        })
    }

    /// Begins to read a tenant.
    ///
    /// # Errors
    /// There is no such tenant, or the database fails.
    pub async fn read(&self, slug: &str) -> Outcome<ReadTx> {
        Ok(self.database.read(self.tenant(slug).await?).await?)
    }

    /// Begins to write to a tenant.
    ///
    /// # Errors
    /// There is no such tenant, or the database fails.
    pub async fn write(&self, slug: &str) -> Outcome<WriteTx> {
        let tenant = self.tenant(slug).await?;
        let tx = self.database.write(tenant).await?;
        tx.ok_or_else(|| Failure::new(format!("there is no tenant `{slug}`")))
    }

    /// Who sits at this terminal, as the audit log names actors.
    #[must_use]
    pub fn actor(&self) -> String {
        lanyard_core::audit::Actor::Operator(operator()).text()
    }

    /// The person at this terminal, named so, as somebody who acts.
    pub(crate) fn by<'a>(&'a self, actor: &'a str) -> By<'a> {
        By {
            actor,
            clock: &self.clock,
            master_keys: &self.master_keys,
        }
    }

    /// Notes in the tenant's audit log what the person at this terminal does.
    ///
    /// # Errors
    /// The database fails.
    pub async fn audit(
        &self,
        tx: &mut WriteTx,
        action: &str,
        target: &str,
        detail: &serde_json::Value,
    ) -> Outcome {
        let (actor, detail) = (self.actor(), detail.to_string());
        Ok(tx
            .audit(&self.event(&actor, action, target, &detail))
            .await?)
    }

    /// Notes in the platform's audit log what the person at this terminal does. The last thing before the commit.
    ///
    /// # Errors
    /// The database fails.
    pub async fn audit_platform(
        &self,
        tx: &mut PlatformTx,
        action: &str,
        target: &str,
        detail: &serde_json::Value,
    ) -> Outcome {
        let (actor, detail) = (self.actor(), detail.to_string());
        Ok(tx
            .audit(&self.event(&actor, action, target, &detail))
            .await?)
    }

    fn event<'a>(
        &self,
        actor: &'a str,
        action: &'a str,
        target: &'a str,
        detail: &'a str,
    ) -> Event<'a> {
        Event {
            at: self.clock.micros(),
            actor,
            action,
            target,
            detail,
        }
    }
}

/// Who sits at the terminal, by the name that the system has.
fn operator() -> String {
    nix::unistd::User::from_uid(nix::unistd::getuid())
        .ok()
        .flatten()
        .map_or_else(
            || format!("uid-{}", nix::unistd::getuid()),
            |user| user.name,
        )
}

fn make_folder(folder: &Path) -> Outcome<PathBuf> {
    let wrong = |error| {
        Failure::new(format!(
            "the folder {} can't be used: {error}",
            folder.display()
        ))
    };
    std::fs::create_dir_all(folder).map_err(wrong)?;
    folder.canonicalize().map_err(wrong)
}

/// Reads the master key of a dev folder, or makes one that only this user can read.
fn master_key(path: &Path) -> Outcome<Zeroizing<String>> {
    if path.exists() {
        return Ok(Zeroizing::new(std::fs::read_to_string(path)?));
    }
    let key = MasterKeys::generate("dev")?;
    write_private(path, &key)?;
    Ok(key)
}

/// Writes a file that only this user can read, whole or not at all.
pub(crate) fn write_private(path: &Path, text: &str) -> Outcome {
    let half = path.with_extension("half");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&half)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(std::fs::rename(&half, path)?)
}
