//! Names are looked up here, judged here, and connected to at the very addresses that were judged: whoever answers the next
//! question otherwise changes nothing.

use std::{fmt, io, net::SocketAddr, sync::Arc};

use lanyard_core::outbound::OutboundAllow;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// None of a name's addresses may be reached.
#[derive(Debug, thiserror::Error)]
#[error("no address of this host may be reached")]
pub(super) struct NotAllowed;

/// Looks names up, and hands over the addresses that may be reached.
pub(super) struct Checked<L> {
    allow: Arc<OutboundAllow>,
    lookup: Arc<L>,
    /// Whether only what the operator lists may be reached.
    listed_only: bool,
}

impl<L> Checked<L> {
    pub(super) fn new(allow: Arc<OutboundAllow>, lookup: Arc<L>, listed_only: bool) -> Self {
        Self {
            allow,
            lookup,
            listed_only,
        }
    }
}

impl<L> fmt::Debug for Checked<L> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Checked")
            .field("allow", &self.allow)
            .field("listed_only", &self.listed_only)
            .finish_non_exhaustive()
    }
}

impl<L, F> Resolve for Checked<L>
where
    L: Fn(String) -> F + Send + Sync + 'static,
    F: Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'static,
{
    fn resolve(&self, name: Name) -> Resolving {
        let (allow, lookup) = (Arc::clone(&self.allow), Arc::clone(&self.lookup));
        let listed_only = self.listed_only;
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let named = allow.lists_host(&host);
            let mut addresses = lookup(host).await?;
            addresses.retain(|address| {
                let ip = address.ip();
                named || allow.lists(ip) || (!listed_only && allow.permits(ip))
            });
            if addresses.is_empty() {
                return Err(NotAllowed.into());
            }
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}
