//! Which Redis the setting names: a single one, the master that sentinels watch over, or a cluster.

use std::{fmt, time::Duration};

use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ConnectionInfo, IntoConnectionInfo,
    Pipeline, RedisError, RedisFuture, RedisResult, TlsCertificates, TlsMode, Value,
    aio::{ConnectionLike, MultiplexedConnection},
    cluster::{ClusterClient, ClusterClientBuilder},
    cluster_async::ClusterConnection,
    io::tcp::TcpSettings,
    sentinel::{SentinelClientBuilder, SentinelServerType},
};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::PATIENCE;
#[cfg(test)]
use crate::simulation;
use crate::{StorageError, hosts::each_server};

/// How long a connection may take to be made and to answer for the first time.
const CONNECT_PATIENCE: Duration = Duration::from_secs(1);
/// A connection is given up whose other end acknowledges nothing for so long.
#[cfg(target_os = "linux")]
const SILENCE: Duration = Duration::from_secs(2);

const SCHEMES: [&str; 8] = [
    "redis://",
    "rediss://",
    "redis+sentinel://",
    "rediss+sentinel://",
    "redis+cluster://",
    "rediss+cluster://",
    "redis+unix://",
    "unix://",
];

/// How Redis is reached.
pub(crate) enum Target {
    Single(Client),
    Sentinel(Sentinels),
    Cluster(ClusterClient),
    #[cfg(test)]
    Simulated(simulation::redis::Link),
}

/// Those who know which Redis is the master of this name.
pub(crate) struct Sentinels {
    addresses: Vec<ConnectionAddr>,
    master: String,
    /// How the master is talked to; its address is not.
    info: ConnectionInfo,
    sentinel_password: Option<Zeroizing<String>>,
    certificates: Option<TlsCertificates>,
}

/// A connection, which many use at once.
#[derive(Clone)]
pub(crate) enum Link {
    One(MultiplexedConnection),
    Cluster(ClusterConnection),
    #[cfg(test)]
    Simulated(simulation::redis::Link),
}

/// The parts of one server's URL.
struct Parts {
    /// What the driver reads: without what is ours.
    url: Zeroizing<String>,
    /// What follows the first slash.
    path: String,
    root_certificate: Option<String>,
    sentinel_password: Option<Zeroizing<String>>,
}

impl Parts {
    fn of(url: &str, kind: &str) -> Option<Self> {
        let (base, query) = url
            .split_once('?')
            .map_or((url, ""), |(base, query)| (base, query));
        let (scheme, rest) = base.split_once("://")?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (mut kept, mut root_certificate, mut sentinel_password) = (Vec::new(), None, None);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslrootcert", path)) => root_certificate = Some(decoded(path)?),
                Some(("sentinel_password", text)) if kind == "sentinel" => {
                    sentinel_password = Some(Zeroizing::new(decoded(text)?));
                }
                _ => kept.push(pair),
            }
        }
        let mut url = Zeroizing::new(String::new());
        match kind {
            // A socket's path is part of the address.
            "unix" => url.push_str(base),
            "sentinel" => {
                let port = if has_port(authority) { "" } else { ":26379" };
                let plain = scheme.trim_end_matches("+sentinel");
                url.push_str(&Zeroizing::new(format!("{plain}://{authority}{port}")));
            }
            _ => {
                let plain = scheme.trim_end_matches("+cluster");
                url.push_str(&Zeroizing::new(format!("{plain}://{authority}/{path}")));
            }
        }
        if !kept.is_empty() {
            url.push('?');
            url.push_str(&kept.join("&"));
        }
        Some(Self {
            url,
            path: path.to_owned(),
            root_certificate,
            sentinel_password,
        })
    }
}

fn has_port(authority: &str) -> bool {
    let host = authority.rsplit('@').next().unwrap_or_default();
    let after_address = host.rsplit(']').next().unwrap_or_default();
    after_address.contains(':')
}

/// Undoes the escapes of a URL (RFC 3986, section 2.1).
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        rest = others;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, others) = rest.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        rest = others;
    }
    String::from_utf8(bytes).ok()
}

impl fmt::Debug for Target {
    /// The parts hold passwords.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Single(_) => "Single(..)",
            Self::Sentinel(_) => "Sentinel(..)",
            Self::Cluster(_) => "Cluster(..)",
            #[cfg(test)]
            Self::Simulated(_) => "Simulated(..)",
        })
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Link(..)")
    }
}

impl Target {
    /// Reads the setting.
    ///
    /// # Errors
    /// It is wrong; what it should be. It isn't repeated, because it may hold a password.
    pub(crate) fn parse(setting: &str) -> Result<Self, StorageError> {
        Self::read(setting)
            .map_err(|problem| StorageError::NotReady(format!("LANYARD_REDIS_URL {problem}")))
    }

    pub(super) fn read(setting: &str) -> Result<Self, String> {
        const WRONG: &str = "isn't a URL like redis://host:6379/0, \
             redis+sentinel://host1:26379,host2:26379/mymaster/0 or redis+cluster://host1:6379,host2:6379 (rediss… for TLS)";
        let servers = each_server(setting, &SCHEMES);
        let scheme = SCHEMES
            .iter()
            .find(|scheme| setting.starts_with(**scheme))
            .ok_or(WRONG)?;
        if !servers.iter().all(|url| url.starts_with(scheme)) {
            return Err("mixes several kinds of URLs".to_owned());
        }
        let kind = match scheme.trim_end_matches("://") {
            "unix" | "redis+unix" => "unix",
            other => other.split_once('+').map_or("single", |(_, kind)| kind),
        };
        let parts = servers
            .iter()
            .map(|url| Parts::of(url, kind))
            .collect::<Option<Vec<_>>>()
            .ok_or(WRONG)?;
        let first = parts.first().ok_or(WRONG)?;
        let certificates = match &first.root_certificate {
            Some(path) => Some(read_certificate(path)?),
            None => None,
        };
        let nodes = parts
            .iter()
            .map(|part| info(&part.url))
            .collect::<RedisResult<Vec<_>>>()
            .map_err(|_| WRONG)?;
        let wrong = |_: RedisError| WRONG.to_owned();
        match (kind, <[ConnectionInfo; 1]>::try_from(nodes)) {
            ("cluster", nodes) => {
                let nodes = nodes.map_or_else(|nodes| nodes, Vec::from);
                cluster(nodes, certificates).map_err(wrong).map(Self::Cluster)
            }
            ("sentinel", nodes) => {
                let nodes = nodes.map_or_else(|nodes| nodes, Vec::from);
                Sentinels::new(&nodes, first, certificates)
                    .ok_or_else(|| {
                        "names no master: redis+sentinel://host:26379/mymaster/0".to_owned()
                    })
                    .map(Self::Sentinel)
            }
            (_, Ok([node])) => match certificates {
                Some(certificates) => Client::build_with_tls(node, certificates),
                None => Client::open(node),
            }
            .map_err(wrong)
            .map(Self::Single),
            (_, Err(_)) => Err(
                "names several servers: they are a cluster (redis+cluster://…) or sentinels (redis+sentinel://…/mymaster)"
                    .to_owned(),
            ),
        }
    }

    /// A new connection that has answered.
    ///
    /// # Errors
    /// None is to be had within a second.
    pub(crate) async fn connect(&self) -> Result<Link, String> {
        let connecting = async {
            let mut link = self.link().await?;
            redis::cmd("PING").query_async::<String>(&mut link).await?;
            Ok::<_, RedisError>(link)
        };
        match timeout(CONNECT_PATIENCE, connecting).await {
            Ok(Ok(link)) => Ok(link),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("it doesn't answer".to_owned()),
        }
    }

    async fn link(&self) -> RedisResult<Link> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        Ok(match self {
            Self::Single(client) => Link::One(
                client
                    .get_multiplexed_async_connection_with_config(&config)
                    .await?,
            ),
            Self::Sentinel(sentinels) => {
                let master = sentinels.master().await?;
                Link::One(
                    master
                        .get_multiplexed_async_connection_with_config(&config)
                        .await?,
                )
            }
            Self::Cluster(client) => Link::Cluster(client.get_async_connection().await?),
            #[cfg(test)]
            Self::Simulated(link) => Link::Simulated(link.clone()),
        })
    }

    /// What it is, for people.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Single(_) => "answers".to_owned(),
            Self::Sentinel(sentinels) => {
                format!("the master `{}` of the sentinels answers", sentinels.master)
            }
            Self::Cluster(_) => "the cluster answers".to_owned(),
            #[cfg(test)]
            Self::Simulated(_) => "is simulated".to_owned(),
        }
    }
}

fn info(url: &str) -> RedisResult<ConnectionInfo> {
    let settings = TcpSettings::default().set_nodelay(true);
    #[cfg(target_os = "linux")]
    let settings = settings.set_user_timeout(SILENCE);
    Ok(url.into_connection_info()?.set_tcp_settings(settings))
}

fn read_certificate(path: &str) -> Result<TlsCertificates, String> {
    let root = std::fs::read(path)
        .map_err(|error| format!("names a certificate that can't be read: {path}: {error}"))?;
    Ok(TlsCertificates {
        client_tls: None,
        root_cert: Some(root),
    })
}

fn cluster(
    nodes: Vec<ConnectionInfo>,
    certificates: Option<TlsCertificates>,
) -> RedisResult<ClusterClient> {
    let settings = nodes.first().map(|node| node.tcp_settings().clone());
    let mut builder = ClusterClientBuilder::new(nodes)
        .connection_timeout(CONNECT_PATIENCE)
        .response_timeout(PATIENCE)
        .tcp_settings(settings.unwrap_or_default());
    if let Some(certificates) = certificates {
        builder = builder.certs(certificates);
    }
    builder.build()
}

impl Sentinels {
    fn new(
        nodes: &[ConnectionInfo],
        first: &Parts,
        certificates: Option<TlsCertificates>,
    ) -> Option<Self> {
        let (master, database) = first
            .path
            .split_once('/')
            .unwrap_or((first.path.as_str(), ""));
        let database = match database.trim_matches('/') {
            "" => 0,
            number => number.parse().ok()?,
        };
        let info = nodes.first()?.clone();
        let settings = info.redis_settings().clone().set_db(database);
        (!master.is_empty()).then_some(Self {
            addresses: nodes.iter().map(|node| node.addr().clone()).collect(),
            master: master.to_owned(),
            info: info.set_redis_settings(settings),
            sentinel_password: first.sentinel_password.clone(),
            certificates,
        })
    }

    /// Asks one after the other who the master is. Made anew each time: a client keeps connections to sentinels, and would
    /// ask one that hangs again and again.
    async fn master(&self) -> RedisResult<Client> {
        let redis = self.info.redis_settings();
        let tcp = self.info.tcp_settings().clone();
        let mut builder = SentinelClientBuilder::new(
            self.addresses.clone(),
            &self.master,
            SentinelServerType::Master,
        )?
        .set_client_to_redis_db(redis.db())
        .set_client_to_redis_tcp_settings(tcp.clone())
        .set_client_to_sentinel_tcp_settings(tcp);
        if let Some(name) = redis.username() {
            builder = builder.set_client_to_redis_username(name);
        }
        if let Some(password) = redis.password() {
            builder = builder.set_client_to_redis_password(password);
        }
        if let Some(password) = &self.sentinel_password {
            builder = builder.set_client_to_sentinel_password(password.as_str());
        }
        if matches!(self.info.addr(), ConnectionAddr::TcpTls { .. }) {
            builder = builder.set_client_to_redis_tls_mode(TlsMode::Secure);
            if let Some(certificates) = &self.certificates {
                builder = builder
                    .set_client_to_redis_certificates(certificates.clone())
                    .set_client_to_sentinel_certificates(certificates.clone());
            }
        }
        builder.build()?.async_get_client().await
    }
}

impl ConnectionLike for Link {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::One(connection) => connection.req_packed_command(cmd),
            Self::Cluster(connection) => connection.req_packed_command(cmd),
            #[cfg(test)]
            Self::Simulated(link) => Box::pin(link.command(cmd)),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::One(connection) => connection.req_packed_commands(pipeline, offset, count),
            Self::Cluster(connection) => connection.req_packed_commands(pipeline, offset, count),
            #[cfg(test)]
            Self::Simulated(_) => Box::pin(std::future::pending()),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::One(connection) => connection.get_db(),
            Self::Cluster(connection) => connection.get_db(),
            #[cfg(test)]
            Self::Simulated(_) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    fn kind(setting: &str) -> String {
        match Target::parse(setting) {
            Ok(target) => format!("{target:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_scheme_says_which_redis_is_meant() {
        for (setting, found) in [
            ("redis://h", "Single(..)"),
            ("redis://u:p@h:1/3", "Single(..)"),
            ("redis+unix:///run/redis.sock", "Single(..)"),
            ("redis+sentinel://h1,h2:1/mymaster", "Sentinel(..)"),
            (
                "redis+sentinel://:p@[::1]/m/2?sentinel_password=q",
                "Sentinel(..)",
            ),
            ("redis+cluster://u:p@h1:1,h2", "Cluster(..)"),
            ("redis+cluster://h1:1,redis+cluster://h2:1", "Cluster(..)"),
            ("rediss+cluster://h1", "Cluster(..)"),
        ] {
            assert_eq!(kind(setting), found, "{setting}");
        }
    }

    #[test]
    fn a_wrong_url_is_told_without_its_password() {
        for (setting, problem) in [
            ("hunter2", "isn't a URL like"),
            ("http://:hunter2@h", "isn't a URL like"),
            ("redis://:hunter2@h1,h2", "several servers"),
            ("redis://:hunter2@h/first", "isn't a URL like"),
            ("redis+sentinel://:hunter2@h1", "names no master"),
            ("redis+sentinel://:hunter2@h1/m/first", "names no master"),
            ("redis+cluster://:hunter2@h,redis://h", "mixes"),
            (
                "rediss://:hunter2@h?sslrootcert=/nowhere.pem",
                "/nowhere.pem",
            ),
        ] {
            let told = kind(setting);
            assert!(
                told.contains(problem) && told.contains("LANYARD_REDIS_URL"),
                "{told}"
            );
            assert!(!told.contains("hunter2"), "{told}");
        }
    }

    #[test]
    fn sentinels_are_looked_for_at_their_own_port() {
        let Ok(Target::Sentinel(sentinels)) =
            Target::parse("redis+sentinel://a,b:1,[::1],[::1]:2/mymaster/3")
        else {
            panic!("no sentinels");
        };
        let addresses: Vec<_> = sentinels
            .addresses
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(addresses, ["a:26379", "b:1", "::1:26379", "::1:2"]);
        assert_eq!(
            (
                sentinels.master.as_str(),
                sentinels.info.redis_settings().db()
            ),
            ("mymaster", 3)
        );
    }
}
