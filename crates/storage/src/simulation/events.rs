//! What happens in a world: acts, requests and faults, as the dice fall.

use std::{rc::Rc, sync::Arc};

use lanyard_core::{
    id::Kid,
    revocation::{Revocation, Subject},
    signing_key::KeyState,
};
use tokio::time::timeout;

use super::{
    acts::Act,
    history::Shown,
    line::Weather,
    node::{api_key, revoked},
    rows::{Rows, Token, reader},
    world::{World, slug},
};

impl World {
    /// Lets one thing happen.
    pub(super) fn step(self: &Rc<Self>) {
        let tenant = self.chance.below(self.tenants());
        let dice = self.chance.below(100);
        match dice {
            0..25 if self.newest(tenant).is_some() => self.act(tenant, None),
            0..25 => {
                self.create(tenant);
                (0..self.links.len()).for_each(|node| self.ask_node(node, tenant));
            }
            25..40 => self.issue(tenant),
            40..85 => {
                let node = self.chance.below(self.links.len());
                self.ask_node(node, tenant);
            }
            85..92 => self.forget(),
            _ if self.calm => self.disturb_redis(),
            92..94 => self.disturb_redis(),
            94..98 => self.disturb_postgres(),
            98 => self.disturb_listening(),
            _ => {
                let node = self.chance.below(self.links.len());
                self.note(format_args!("node {node} is killed and started"));
                self.restart(node);
                // All its clients come back at once.
                (0..4).for_each(|_| self.ask_node(node, tenant));
            }
        }
    }

    /// Changes a tenant, by one act or two in one transaction.
    pub(super) fn act(self: &Rc<Self>, tenant: usize, wanted: Option<Act>) {
        let Some(rows) = self.newest(tenant) else {
            return;
        };
        let mut acts = vec![wanted.unwrap_or_else(|| self.any_act(&rows, tenant))];
        if self.chance.one_in(5) {
            acts.push(self.any_act(&rows, tenant));
        }
        let what = match self.history().tells() {
            true => format!("{acts:?}"),
            false => String::new(),
        };
        self.write(tenant, what, move |postgres| postgres.commit(tenant, &acts));
    }

    fn any_act(&self, rows: &Rows, tenant: usize) -> Act {
        let user = reader(self.chance.below(3));
        let token = self.any_token(tenant);
        let now = self.postgres.now();
        let kid = |wanted: fn(KeyState) -> bool| -> Option<Kid> {
            let mut keys = rows.keys.iter().filter(|(_, state)| wanted(*state));
            keys.next().map(|(kid, _)| kid.clone())
        };
        let pending = kid(|state| state == KeyState::Pending);
        let retiring = kid(|state| matches!(state, KeyState::Retiring { .. }));
        let new_key = || Act::AddKey(format!("key-{}", self.number()).parse().unwrap());
        let dice = self.chance.below(26);
        match dice {
            // Those that leave nothing alive are rare.
            6 | 7 | 21 | 24 if !self.chance.one_in(3) => Act::Put(user),
            0..4 => Act::Revoke(revoked(&token)),
            4..6 => Act::Revoke(Revocation::before(
                Subject::User(token.user.as_str().into()),
                now,
            )),
            6 => Act::Revoke(Revocation::before(Subject::Tenant, now)),
            7 => {
                let many =
                    (0..100).map(|_| Revocation::token(&format!("x{}", self.number()), None));
                Act::RevokeMany(many.chain([revoked(&token)]).collect::<Arc<[_]>>())
            }
            8..12 => Act::Put(user),
            12 => Act::Import(rows.users.keys().cloned().chain([user]).collect()),
            13 | 14 => match rows.users.get(&user) {
                Some(record) if record.disabled => Act::Enable(user),
                _ => Act::Disable(user),
            },
            15 | 16 => Act::Delete(user),
            17..21 => match (pending, retiring) {
                (Some(kid), _) => Act::Activate(kid),
                (None, Some(kid)) if self.chance.one_in(2) => Act::Retire(kid),
                _ => new_key(),
            },
            21 => Act::RevokeKey(token.kid),
            22 => match rows.api_keys.last() {
                Some(id) => Act::RevokeApiKey(*id),
                None => Act::AddApiKey(api_key(self.number())),
            },
            23 => Act::AddApiKey(api_key(self.number())),
            _ if rows.suspended => Act::Resume,
            24 => Act::Suspend,
            _ => new_key(),
        }
    }

    /// One of the tenant's tokens, one of the newest rather.
    pub(super) fn any_token(&self, tenant: usize) -> Token {
        let tokens = self.tokens.borrow();
        let own: Vec<&Token> = tokens
            .iter()
            .filter(|token| token.tenant == tenant)
            .collect();
        let back = match self.chance.one_in(3) {
            true => self.chance.below(own.len()),
            false => self.chance.below(own.len().min(6)),
        };
        own[own.len() - 1 - back].clone()
    }

    /// Something to show a node: it may belong to a tenant that isn't made yet.
    pub(super) fn any_shown(&self, tenant: usize) -> Shown {
        let made = self.newest(tenant);
        let Some(rows) = made else {
            return Shown::ApiKey(api_key(0));
        };
        if self.chance.one_in(6) {
            let ids = self.postgres.tables().tenants[tenant][0].api_keys.clone();
            let all: Vec<_> = ids.iter().chain(&rows.api_keys).collect();
            return Shown::ApiKey(**self.chance.pick(&all));
        }
        Shown::Token(self.any_token(tenant))
    }

    /// All that can be shown for a tenant.
    pub(super) fn all_shown(&self, tenant: usize) -> Vec<Shown> {
        let tokens = self.tokens.borrow();
        let own = tokens.iter().filter(|token| token.tenant == tenant);
        own.rev().take(5).cloned().map(Shown::Token).collect()
    }

    fn ask_node(self: &Rc<Self>, node: usize, tenant: usize) {
        let shown = self.any_shown(tenant);
        let patience = self.chance.one_in(8).then(|| self.chance.millis(60));
        let world = Rc::clone(self);
        self.spawn(async move {
            let request = world.request(node, tenant, shown);
            match patience {
                // The client goes away.
                Some(patience) => drop(timeout(patience, request).await),
                None => request.await,
            }
        });
    }

    fn issue(self: &Rc<Self>, tenant: usize) {
        let node = self.chance.below(self.links.len());
        let user = reader(self.chance.below(3));
        let world = Rc::clone(self);
        self.spawn(async move {
            let newest = world.newest(tenant).map_or(0, |rows| rows.version);
            let asked = world.history().ask(node, tenant, None, newest);
            let issued = world.node(node).issue(&slug(tenant), &user).await;
            let Ok(Some((kid, issued_at))) = issued else {
                return;
            };
            let token = Token {
                tenant,
                id: format!("token-{}", world.number()).into(),
                user,
                kid,
                issued_at,
            };
            world.note(format_args!(
                "node {node}, tenant {tenant}: issues {token:?}"
            ));
            let tables = world.postgres.tables();
            world
                .history()
                .issues(&asked, &token, &tables.tenants[tenant]);
            world.tokens.borrow_mut().push(token);
        });
    }

    /// A node's memory was full, and let a reader go.
    fn forget(self: &Rc<Self>) {
        let node = self.chance.below(self.links.len());
        let tenant = self.chance.below(self.tenants());
        let user = reader(self.chance.below(3));
        let Some(rows) = self.newest(tenant) else {
            return;
        };
        let world = Rc::clone(self);
        self.spawn(async move { world.node(node).readers.evict(rows.id, user).await });
    }

    fn disturb_redis(&self) {
        let node = self.chance.below(self.links.len());
        let dice = self.chance.below(8);
        self.note(format_args!("Redis, node {node}: {dice}"));
        match dice {
            0 => self.redis.flush(),
            1 | 2 => self.redis.copy(),
            3 | 4 => self.redis.fail_over(),
            5 => self.redis_links[node].set(Weather::Failing),
            6 => self.redis_links[node].set(Weather::Slow(120)),
            _ => self.redis_links[node].set(Weather::Fine(8)),
        }
    }

    fn disturb_postgres(&self) {
        let (fickle, slow) = (Weather::Fickle, Weather::Slow(1_200));
        let bad = [
            fickle,
            slow,
            Weather::Failing,
            Weather::Hanging,
            Weather::Fine(70),
        ];
        let weather = match self.chance.one_in(2) {
            true => Weather::Fine(8),
            false => *self.chance.pick(&bad),
        };
        let node = self.chance.below(self.links.len());
        let all = self.chance.one_in(4);
        self.note(format_args!(
            "Postgres, node {node}, all {all}: {weather:?}"
        ));
        for link in self.links.iter().filter(|link| all || link.node == node) {
            link.line.set(weather);
        }
    }

    fn disturb_listening(&self) {
        let node = self.chance.below(self.links.len());
        let silent = self.chance.one_in(2);
        self.note(format_args!(
            "node {node} hears nothing any more; silently: {silent}"
        ));
        self.postgres.cut(node, silent);
    }

    pub(super) fn end_faults(&self) {
        self.links
            .iter()
            .for_each(|link| link.line.set(Weather::Fine(8)));
        self.redis_links
            .iter()
            .for_each(|link| link.set(Weather::Fine(8)));
    }
}
