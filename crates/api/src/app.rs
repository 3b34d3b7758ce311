//! The state of the server, one type for all handlers.

use std::{
    fmt::{self, Write},
    net::IpAddr,
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::http::HeaderValue;
use bytes::BytesMut;
use lanyard_core::{account::AccountId, id::TenantId, outbound::OutboundAllow, seal::MasterKeys};
use lanyard_storage::{Clock, Database, Readers, StorageError, Views, usage::Usage};
use uuid::Uuid;

use crate::{
    Passwords, PublicUrl, Queue, TrustedProxies,
    buckets::{Beyond, Buckets},
    users::Transfers,
};

/// Room for a request's id: two numbers in hexadecimal, and a dash.
const REQUEST_ID_LENGTH: usize = 33;

/// How many key pairs may wait to be made; one of RSA takes up to a few seconds.
const MOST_KEYS_WAITING: usize = 4;
/// How many changes an account may make in a second that belong to no newsroom; a newsroom's own limit holds for the rest.
const CHANGES_OF_ACCOUNT: u32 = 10;
/// How many codes may be presented to a newsroom in a second from one place. A house full of readers may be behind it.
const EXCHANGES_FROM_PLACE: u32 = 20;

/// Who may register an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// Anybody.
    Open,
    /// Whoever was invited to a newsroom.
    Invite,
    /// Nobody.
    Closed,
}

/// How the server is set up.
#[derive(Clone)]
pub struct Settings {
    /// How long what is held may be served while the database is away.
    pub max_staleness: Duration,
    /// Redis between memory and Postgres, if there is one.
    pub redis_url: Option<String>,
    /// The most memory for readers' records, in bytes.
    pub readers_memory: u64,
    /// Where people and browsers find this platform.
    pub public_url: PublicUrl,
    /// Who may register.
    pub registration: Registration,
    /// Proxies whose word about the client's address is taken.
    pub trusted_proxies: TrustedProxies,
    /// What calls to newsrooms' URLs may reach although it isn't public.
    pub outbound_allow: OutboundAllow,
}

impl fmt::Debug for Settings {
    /// The URL of Redis may hold a password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("max_staleness", &self.max_staleness)
            .field("redis", &self.redis_url.is_some())
            .field("readers_memory", &self.readers_memory)
            .field("public_url", &self.public_url)
            .field("registration", &self.registration)
            .field("trusted_proxies", &self.trusted_proxies)
            .field("outbound_allow", &self.outbound_allow)
            .finish()
    }
}

/// What every handler can reach.
#[derive(Debug, Clone)]
pub struct App(Arc<Inner>);

/// The parts of [`App`].
#[derive(Debug)]
pub struct Inner {
    /// Postgres.
    pub database: Database,
    /// The tenants.
    pub views: Arc<Views>,
    /// The readers.
    pub readers: Readers,
    /// The time.
    pub clock: Clock,
    /// How many servers run, this one included: what is limited for all is shared among so many.
    pub live_nodes: AtomicU32,
    /// What writes usage down.
    pub usage: Usage,
    /// What secrets are sealed with.
    pub master_keys: Arc<MasterKeys>,
    /// Where people and browsers find this platform.
    pub public_url: PublicUrl,
    /// Who may register.
    pub registration: Registration,
    /// Proxies whose word about the client's address is taken.
    pub trusted_proxies: TrustedProxies,
    /// What calls to newsrooms' URLs may reach although it isn't public.
    pub outbound_allow: OutboundAllow,
    /// Where passwords are hashed.
    pub passwords: Passwords,
    /// Where key pairs are made.
    pub key_pairs: Queue,
    pub(crate) changes: Buckets<AccountId>,
    pub(crate) exchanges: Buckets<(Option<TenantId>, IpAddr)>,
    pub(crate) transfers: Transfers,
    draining: AtomicBool,
    request_prefix: u64,
    requests: AtomicU64,
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// Puts the state together; nothing is read yet.
    ///
    /// # Errors
    /// The URL of Redis is wrong.
    pub fn new(
        database: Database,
        master_keys: Arc<MasterKeys>,
        clock: Clock,
        settings: &Settings,
    ) -> Result<Self, StorageError> {
        let views = Arc::new(Views::new(
            database.clone(),
            Arc::clone(&master_keys),
            settings.max_staleness,
            clock.clone(),
        ));
        let readers = Readers::new(
            database.clone(),
            settings.redis_url.as_deref(),
            settings.readers_memory,
        )?;
        let usage = Usage::new(database.clone(), Arc::clone(&views), clock.clone());
        let (request_prefix, _) = Uuid::new_v4().as_u64_pair();
        Ok(Self(Arc::new(Inner {
            database,
            views,
            readers,
            clock,
            live_nodes: AtomicU32::new(1),
            usage,
            master_keys,
            public_url: settings.public_url.clone(),
            registration: settings.registration,
            trusted_proxies: settings.trusted_proxies.clone(),
            outbound_allow: settings.outbound_allow.clone(),
            passwords: Passwords::default(),
            key_pairs: Queue::new(
                MOST_KEYS_WAITING,
                "Many keys are made at this moment. Try again.",
            ),
            changes: Buckets::new(CHANGES_OF_ACCOUNT, Beyond::Refused),
            // Each newsroom has a limit for all places together.
            exchanges: Buckets::new(EXCHANGES_FROM_PLACE, Beyond::Uncounted),
            transfers: Transfers::default(),
            draining: AtomicBool::new(false),
            request_prefix,
            requests: AtomicU64::new(0),
        })))
    }

    /// From now on `/readyz` says no, so that balancers send nobody new.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Whether requests should be sent here.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.draining.load(Ordering::Acquire) && !self.views.is_stale()
    }

    /// A new id, by this process' clock: ids made later sort later (UUIDv7, RFC 9562).
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        let micros = u64::try_from(self.clock.micros()).unwrap_or_default();
        let nanos = u32::try_from(micros % 1_000_000).unwrap_or_default() * 1_000;
        Uuid::new_v7(uuid::Timestamp::from_unix(
            uuid::NoContext,
            micros / 1_000_000,
            nanos,
        ))
    }

    /// The id of a new request: unique among all nodes, and no secret.
    pub(crate) fn next_request_id(&self) -> HeaderValue {
        let count = self.requests.fetch_add(1, Ordering::Relaxed);
        let mut id = BytesMut::with_capacity(REQUEST_ID_LENGTH);
        // Writing to a buffer that grows can't fail, and hexadecimal digits make a header's value.
        let _ = write!(id, "{:016x}-{count:x}", self.request_prefix);
        HeaderValue::from_maybe_shared(id.freeze()).unwrap_or(HeaderValue::from_static("0"))
    }
}
