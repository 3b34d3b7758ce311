//! The tenants that are held, and what is known of those that aren't.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use lanyard_core::id::TenantId;
use tokio::time::Instant;

use crate::{TenantView, change::Changes};

/// Slugs remembered as unknown, and for how long, so that a flood of them doesn't reach the database.
const MAX_UNKNOWN: usize = 4_096;
const UNKNOWN_FOR: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub(crate) struct Held {
    pub(crate) by_slug: HashMap<Box<str>, Arc<TenantView>>,
    pub(crate) slugs: HashMap<TenantId, Box<str>>,
    pub(crate) unknown: HashMap<Box<str>, Instant>,
    pub(crate) unknown_order: VecDeque<Box<str>>,
    /// How many tenants are being read for the first time, and versions that were told of, or let go, meanwhile.
    pub(crate) loading: usize,
    pub(crate) heard: HashMap<TenantId, i64>,
    /// How many changes were told of so far.
    pub(crate) told: u64,
}

impl Held {
    pub(crate) fn put(&mut self, view: Arc<TenantView>) {
        self.remove(view.id);
        self.slugs.insert(view.id, view.slug.as_str().into());
        self.by_slug.insert(view.slug.as_str().into(), view);
    }

    pub(crate) fn remove(&mut self, id: TenantId) {
        let slug = self.slugs.remove(&id);
        if let Some(view) = slug.and_then(|slug| self.by_slug.remove(&slug)) {
            self.outdate(id, view.version());
        }
    }

    pub(crate) fn is_unknown(&self, slug: &str) -> bool {
        self.unknown
            .get(slug)
            .is_some_and(|seen| seen.elapsed() < UNKNOWN_FOR)
    }

    /// A tenant that was unknown may be there now, and one that is being read may have changed.
    pub(crate) fn hear(&mut self, changes: &Changes) {
        self.told += 1;
        self.unknown.clear();
        self.unknown_order.clear();
        self.outdate(changes.tenant, changes.version);
    }

    /// What is being read may be older than this version, which was known already; whoever holds it now may not hold it
    /// when the read has ended.
    fn outdate(&mut self, tenant: TenantId, version: i64) {
        if self.loading > 0 {
            let heard = self.heard.entry(tenant).or_insert(version);
            *heard = version.max(*heard);
        }
    }

    pub(crate) fn remember_unknown(&mut self, slug: &str) {
        if self.unknown_order.len() >= MAX_UNKNOWN
            && let Some(oldest) = self.unknown_order.pop_front()
        {
            self.unknown.remove(&oldest);
        }
        if self.unknown.insert(slug.into(), Instant::now()).is_none() {
            self.unknown_order.push_back(slug.into());
        }
    }
}
