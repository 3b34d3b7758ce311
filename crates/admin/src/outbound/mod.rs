//! Calls to URLs that newsrooms choose. Where they may go is judged twice: on the URL as it is written, and on the address
//! that is connected to. Nothing else is: no redirect is followed, no proxy asked, no body unpacked or shown.

mod resolve;
mod target;

use std::{
    error::Error,
    io,
    net::{SocketAddr, ToSocketAddrs},
    sync::{Arc, OnceLock},
    time::Duration,
};

use lanyard_core::outbound::OutboundAllow;
use reqwest::{
    Client, Response, StatusCode,
    header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE},
    redirect::Policy,
};
use tokio::{sync::Semaphore, task::spawn_blocking};
use zeroize::Zeroizing;

use self::resolve::{Checked, NotAllowed};

pub use self::target::Target;

/// How long a call may take, from the first question to DNS to the last byte of the answer.
const TOTAL: Duration = Duration::from_secs(10);
/// The longest answer that is read, in bytes.
pub const MAX_ANSWER: usize = 64 << 10;

/// How many names are looked up at a time. Whoever answers for a name may take minutes, and each look-up holds one of the
/// threads on which passwords are hashed, too.
const LOOKUPS: usize = 32;

/// Why there is no answer. Nothing of what the other side sent is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The URL is one that isn't called.
    #[error("{0}")]
    Forbidden(Forbidden),
    /// Nobody is reached there, so nothing was sent.
    #[error(
        "no connection can be made: its name, its port or its TLS certificate isn't good, or it is down"
    )]
    NoConnection,
    /// It was sent, and there is no whole answer.
    #[error("{0}")]
    NoAnswer(&'static str),
    /// What answers isn't what was called.
    #[error("{0}")]
    BadAnswer(&'static str),
    /// The client can't be set up: ours to mend.
    #[error("no TLS connection can be set up on this machine: are its root certificates there?")]
    Setup,
}

/// Why a URL isn't called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// It is no URL, or of another kind than the web's.
    #[error("the URL isn't one of http or https")]
    Url,
    /// It has a user or a password.
    #[error("the URL has a user name or a password in it")]
    UserInfo,
    /// It has no TLS, and the operator hasn't listed where it leads.
    #[error("the URL must begin with https://")]
    Plain,
    /// It leads to an address that isn't public, and that the operator hasn't listed.
    #[error("the URL leads to an address that isn't public")]
    Address,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its body, which may hold secrets.
    pub body: Zeroizing<Vec<u8>>,
}

/// What makes the calls.
#[derive(Debug)]
pub struct Outbound {
    allow: Arc<OutboundAllow>,
    /// For https: reaches what is public, and what the operator lists.
    tls: Client,
    /// For http: reaches what the operator lists, and nothing else.
    plain: Client,
    total: Duration,
}

/// A process's one [`Outbound`]. It is made once it is needed, since that reads the system's root certificates.
#[derive(Debug, Clone)]
pub struct Calls(Arc<(OutboundAllow, OnceLock<Arc<Outbound>>)>);

impl Calls {
    /// Calls what is public, and what is allowed beside it.
    #[must_use]
    pub fn new(allow: OutboundAllow) -> Self {
        Self(Arc::new((allow, OnceLock::new())))
    }

    /// What makes the calls.
    ///
    /// # Errors
    /// [`OutboundError::Setup`].
    pub fn outbound(&self) -> Result<Arc<Outbound>, OutboundError> {
        let (allow, made) = &*self.0;
        if let Some(outbound) = made.get() {
            return Ok(Arc::clone(outbound));
        }
        let outbound = Arc::new(Outbound::new(allow)?);
        Ok(Arc::clone(made.get_or_init(|| outbound)))
    }
}

impl Outbound {
    /// Calls what is public, and what is allowed beside it. Names are looked up as the system does, so many at a time.
    ///
    /// # Errors
    /// [`OutboundError::Setup`].
    pub fn new(allow: &OutboundAllow) -> Result<Self, OutboundError> {
        let places = Arc::new(Semaphore::new(LOOKUPS));
        Self::with_lookup(allow, move |host| {
            let places = Arc::clone(&places);
            async move {
                let place = places.acquire_owned().await.map_err(io::Error::other)?;
                // The system's look-up can't be called off: its thread keeps its place when nobody waits for it any more.
                let look = move || {
                    let found = (host.as_str(), 0).to_socket_addrs();
                    drop(place);
                    found.map(Iterator::collect)
                };
                spawn_blocking(look).await.map_err(io::Error::other)?
            }
        })
    }

    /// The same with another way to look names up.
    ///
    /// # Errors
    /// [`OutboundError::Setup`].
    pub fn with_lookup<L, F>(allow: &OutboundAllow, lookup: L) -> Result<Self, OutboundError>
    where
        L: Fn(String) -> F + Send + Sync + 'static,
        F: Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'static,
    {
        let allow = Arc::new(allow.clone());
        let lookup = Arc::new(lookup);
        let client = |plain| {
            Client::builder()
                .dns_resolver(Checked::new(Arc::clone(&allow), Arc::clone(&lookup), plain))
                .redirect(Policy::none())
                .no_proxy()
                .referer(false)
                // Each call looks its name up, and is judged, anew.
                .pool_max_idle_per_host(0)
                .user_agent(concat!("lanyard/", env!("CARGO_PKG_VERSION")))
                .build()
                .map_err(|_| OutboundError::Setup)
        };
        Ok(Self {
            tls: client(false)?,
            plain: client(true)?,
            allow,
            total: TOTAL,
        })
    }

    /// The same with less patience.
    #[must_use]
    pub fn within(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    /// Judges a URL: a root and a path beneath it.
    ///
    /// # Errors
    /// [`OutboundError::Forbidden`].
    pub fn target(&self, root: &str, path: &str) -> Result<Target, OutboundError> {
        Target::judge(root, path, &self.allow).map_err(OutboundError::Forbidden)
    }

    /// Sends JSON with a bearer token, and reads what comes back.
    ///
    /// # Errors
    /// There is no answer, or none that is read to its end.
    pub async fn post_json(
        &self,
        target: &Target,
        bearer: &str,
        body: String,
    ) -> Result<Answer, OutboundError> {
        let client = if target.is_plain() {
            &self.plain
        } else {
            &self.tls
        };
        let call = async {
            let request = client
                .post(target.url())
                .bearer_auth(bearer)
                .header(CONTENT_TYPE, "application/json")
                .header(ACCEPT, "application/json")
                .body(body);
            read(request.send().await.map_err(|error| told(&error))?).await
        };
        tokio::time::timeout(self.total, call)
            .await
            .unwrap_or(Err(OutboundError::NoAnswer("it takes too long to answer")))
    }
}

async fn read(mut response: Response) -> Result<Answer, OutboundError> {
    const LONG: OutboundError = OutboundError::BadAnswer("its answer is longer than 64 KiB");
    // Nobody asked for it, and what is small here can be anything once it is unpacked.
    let packed = response.headers().get(CONTENT_ENCODING);
    if packed.is_some_and(|coding| coding != "identity") {
        return Err(OutboundError::BadAnswer("its answer is compressed"));
    }
    let told_length = response.content_length().unwrap_or_default();
    if told_length > MAX_ANSWER as u64 {
        return Err(LONG);
    }
    let mut body = Zeroizing::new(Vec::with_capacity(MAX_ANSWER));
    while let Some(chunk) = response.chunk().await.map_err(|error| told(&error))? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(LONG);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status: response.status(),
        body,
    })
}

/// What went wrong, without the words of the error: those can repeat what the other side sent.
fn told(error: &reqwest::Error) -> OutboundError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if inner.is::<NotAllowed>() {
            return OutboundError::Forbidden(Forbidden::Address);
        }
        cause = inner.source();
    }
    if error.is_connect() {
        OutboundError::NoConnection
    } else {
        OutboundError::NoAnswer("the connection broke before the answer was whole")
    }
}
