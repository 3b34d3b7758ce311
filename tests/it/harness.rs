//! A server for a test: the one that ships, in this process, with a database of its own.

mod answer;
mod browser;
mod cli;
mod database;
mod jwt;
mod letters;
mod mailboxes;
mod newsroom;
mod person;
mod postgres_server;
mod redis_server;
mod services;

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use lanyard_admin::{
    mail::Mailer,
    output::Outcome,
    serve::{Server, bind},
};
use lanyard_api::{Limits, Registration, Settings, TrustedProxies};
use lanyard_core::{outbound::OutboundAllow, seal::MasterKeys};
use lanyard_storage::{Clock, Database};
use reqwest::{Method, RequestBuilder};
use tokio::{sync::oneshot, task::JoinHandle};

pub(crate) use answer::{Answer, raw};
pub(crate) use browser::{Browser, DEVICE, SESSION};
pub(crate) use cli::{CliOutput, lanyard, run, run_cli, run_cli_with_input};
pub(crate) use database::TestDatabase;
pub(crate) use jwt::{
    claims_of, claims_text_of, header_of, hmac_token, is_signed_with, now, sign_by_hand, unsigned,
};
pub(crate) use mailboxes::{Letter, Mailboxes};
pub(crate) use newsroom::{DEMO_SECRET, Newsroom};
pub(crate) use person::Person;
pub(crate) use postgres_server::{PostgresServer, as_server, give, run as run_program, wait};
pub(crate) use redis_server::{OwnRedis, RedisCluster, Sentinel};

/// What the servers and commands of all tests seal keys with.
pub(crate) const MASTER_KEY: &str = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// Where the servers of all tests say that they are.
pub(crate) const PUBLIC_URL: &str = "https://lanyard.example";

/// How a server is set up.
#[derive(Debug, Clone)]
pub(crate) struct Builder {
    settings: Settings,
    limits: Limits,
    shared_redis: bool,
    database: Option<Arc<TestDatabase>>,
    database_url: Option<String>,
    listen_url: Option<String>,
    connections: u32,
    clock: Clock,
    smtp_url: Option<String>,
    master_keys: String,
}

impl Default for Builder {
    fn default() -> Self {
        let settings = Settings {
            max_staleness: Duration::from_secs(30),
            redis_url: None,
            readers_memory: 16 << 20,
            public_url: PUBLIC_URL.parse().unwrap(),
            registration: Registration::Open,
            trusted_proxies: TrustedProxies::default(),
            outbound_allow: OutboundAllow::default(),
        };
        Self {
            settings,
            limits: Limits::default(),
            shared_redis: false,
            database: None,
            database_url: None,
            listen_url: None,
            connections: 4,
            clock: Clock::default(),
            smtp_url: None,
            master_keys: MASTER_KEY.to_owned(),
        }
    }
}

impl Builder {
    /// With this mail server; without any, letters wait in the outbox.
    pub(crate) fn mail(self, mailboxes: &Mailboxes) -> Self {
        self.smtp_url(&mailboxes.url())
    }

    /// The same, by its URL.
    pub(crate) fn smtp_url(mut self, url: &str) -> Self {
        self.smtp_url = Some(url.to_owned());
        self
    }

    /// With these master keys instead of those of all tests.
    pub(crate) fn master_keys(mut self, setting: &str) -> Self {
        setting.clone_into(&mut self.master_keys);
        self
    }

    /// With the Redis that all tests share; a tenant's keys there hold its random id.
    pub(crate) fn redis(mut self) -> Self {
        self.shared_redis = true;
        self
    }

    /// With this Redis, such as one that the test stops.
    pub(crate) fn redis_url(mut self, url: &str) -> Self {
        self.settings.redis_url = Some(url.to_owned());
        self
    }

    pub(crate) fn max_staleness(mut self, time: Duration) -> Self {
        self.settings.max_staleness = time;
        self
    }

    /// In bytes; 0 holds no reader in the process.
    pub(crate) fn readers_memory(mut self, bytes: u64) -> Self {
        self.settings.readers_memory = bytes;
        self
    }

    /// Whose word about a client's address counts.
    pub(crate) fn trusted_proxies(mut self, networks: &str) -> Self {
        self.settings.trusted_proxies = networks.parse().unwrap();
        self
    }

    /// What calls to newsrooms' URLs may reach although it isn't public.
    pub(crate) fn outbound_allow(mut self, list: &str) -> Self {
        self.settings.outbound_allow = list.parse().unwrap();
        self
    }

    pub(crate) fn registration(mut self, registration: Registration) -> Self {
        self.settings.registration = registration;
        self
    }

    pub(crate) fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// On a database that is there already.
    pub(crate) fn on(mut self, database: &Arc<TestDatabase>) -> Self {
        self.database = Some(Arc::clone(database));
        self
    }

    /// The server reaches its database by this URL, such as through a proxy that the test cuts.
    pub(crate) fn database_url(mut self, url: &str) -> Self {
        self.database_url = Some(url.to_owned());
        self
    }

    /// The server listens for changes by this URL.
    pub(crate) fn listen_url(mut self, url: &str) -> Self {
        self.listen_url = Some(url.to_owned());
        self
    }

    pub(crate) async fn start(self) -> App {
        self.try_start().await.unwrap()
    }

    /// Starts, or says why not.
    pub(crate) async fn try_start(self) -> Outcome<App> {
        let database = match self.database {
            Some(database) => database,
            None => Arc::new(TestDatabase::create().await),
        };
        let mut settings = self.settings;
        if self.shared_redis {
            settings.redis_url = Some(database.services.redis_url.clone());
        }
        let url = self.database_url.as_deref().unwrap_or(&database.url);
        let mut connected = Database::connect(url, self.connections).await.unwrap();
        if let Some(url) = &self.listen_url {
            connected = connected.listen_on(url).unwrap();
        }
        let keys = Arc::new(MasterKeys::parse(&self.master_keys).unwrap());
        let mut server = Server::wire(
            connected,
            keys,
            self.clock.clone(),
            &settings,
            self.limits,
            Duration::ZERO,
        )
        .await?;
        if let Some(smtp_url) = &self.smtp_url {
            let from = "Lanyard <no-reply@lanyard.example>".parse().unwrap();
            let smtp = smtp_url.parse().unwrap();
            server.send_mail(Mailer::smtp(smtp, from, &settings.public_url));
        }
        let state = server.app.clone();
        let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            let stopped = async {
                // Also done when the sender is dropped.
                let _ = stopped.await;
            };
            server.run(listener, stopped).await.unwrap();
        });
        Ok(App {
            url: format!("http://{address}"),
            address,
            clock: self.clock,
            client: client(),
            state,
            stop: Some(stop),
            serving,
            database,
        })
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(30))
        .build()
        .unwrap()
}

/// A running server. The database goes with the last server on it, unless the test failed.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) url: String,
    pub(crate) address: SocketAddr,
    /// The server's time; commands have the real one.
    pub(crate) clock: Clock,
    pub(crate) client: reqwest::Client,
    /// What the handlers see.
    pub(crate) state: lanyard_api::App,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
    pub(crate) database: Arc<TestDatabase>,
}

impl App {
    pub(crate) async fn start() -> Self {
        Self::builder().start().await
    }

    pub(crate) fn builder() -> Builder {
        Builder::default()
    }

    /// Another server on the same database, with the same time.
    pub(crate) async fn second_server(&self) -> Self {
        self.second_builder().start().await
    }

    /// The same, to be set up otherwise.
    pub(crate) fn second_builder(&self) -> Builder {
        let mut builder = Self::builder().on(&self.database);
        builder.clock = self.clock.clone();
        builder
    }

    /// Stops the server as SIGTERM does, and waits for its end.
    pub(crate) async fn stop(&mut self) {
        self.stop.take();
        (&mut self.serving).await.unwrap();
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    /// `GET` with a bearer token.
    pub(crate) async fn get_as(&self, path: &str, bearer: &str) -> Answer {
        Answer::to(self.request(Method::GET, path).bearer_auth(bearer)).await
    }

    /// `POST` of a JSON text, to the letter, with a bearer token or an API key.
    pub(crate) async fn post_as(&self, path: &str, bearer: &str, body: &str) -> Answer {
        let request = self.request(Method::POST, path).bearer_auth(bearer);
        let request = request.header("content-type", "application/json");
        Answer::to(request.body(body.to_owned())).await
    }

    /// Sends bytes as they are, and reads until the server closes: for what no client would send.
    pub(crate) async fn raw(&self, request: &str) -> String {
        raw(self.address, request).await
    }

    /// Runs the real binary on the test's database.
    pub(crate) async fn cli(&self, arguments: &[&str]) -> CliOutput {
        run_cli(&self.database.url, arguments).await
    }

    /// The same, with something on its standard input.
    pub(crate) async fn cli_with_input(&self, arguments: &[&str], input: &[u8]) -> CliOutput {
        run_cli_with_input(&self.database.url, arguments, input).await
    }

    /// Makes a newsroom with the readers bob (1), alice (2) and eve (3), and an API key.
    pub(crate) async fn tenant(&self, slug: &str) -> Newsroom {
        Newsroom::create(self, slug).await
    }

    /// Makes a newsroom as [`Self::tenant`], with more arguments for `lanyard tenant create`.
    pub(crate) async fn tenant_with(&self, slug: &str, arguments: &[&str]) -> Newsroom {
        Newsroom::create_with(self, slug, arguments).await
    }

    /// Somebody with an account and a session.
    pub(crate) async fn person(&self, email: &str) -> Person {
        Person::create(self, email).await
    }

    /// A member of a newsroom, logged in.
    pub(crate) async fn member(&self, slug: &str, role: &str) -> Person {
        let person = self.person(&format!("{role}@{slug}.example")).await;
        let sql = format!(
            "insert into memberships (tenant_id, account_id, role)
             select id, '{}', '{role}' from tenants where slug = '{slug}'",
            person.account
        );
        self.database.execute(&sql).await;
        person
    }

    /// Makes a newsroom with `lanyard tenant import-demo`, from a folder as the demo service has it.
    pub(crate) async fn demo_tenant(&self, slug: &str) -> Newsroom {
        Newsroom::import_demo(self, slug, "http://localhost:3000").await
    }
}

/// Asks until it is so; that must be within this time.
pub(crate) async fn within(time: Duration, what: &str, mut ask: impl AsyncFnMut() -> bool) {
    let begin = std::time::Instant::now();
    loop {
        let asked = begin.elapsed();
        if ask().await {
            return;
        }
        assert!(asked < time, "not within {time:?}: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until something is true, five seconds at most: the bound on what a server may not know yet.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut check: impl FnMut() -> F) {
    let waiting = async {
        while !check().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(5), waiting).await;
    assert!(waited.is_ok(), "not within five seconds: {what}");
}
