//! A world of nodes, tenants, Postgres and Redis, and what goes on in it: all of it follows from the seed.

use std::{
    cell::{Cell, RefCell, RefMut},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use lanyard_core::{id::TenantId, signing_key::KeyState};
use tokio::{
    task::{JoinSet, spawn_local},
    time::{Instant, sleep, sleep_until, timeout},
};
use uuid::Uuid;

use super::{
    chance::Chance,
    history::{Answer, HARD_BOUND, History, PROMPT_BOUND, Shown},
    line::Line,
    node::{Node, api_key},
    postgres::{BEGINNING, Link, Postgres},
    redis::{self, Redis},
    rows::{Record, Rows, Token, reader},
};
use crate::{Clock, change::Changes};

/// How long things happen, before all is well again.
const PLAYS: Duration = Duration::from_secs(6);
/// How long a write may take before whoever asked for it gives up.
const WRITE_PATIENCE: Duration = Duration::from_secs(2);

pub(super) struct World {
    pub(super) chance: Chance,
    pub(super) postgres: Arc<Postgres>,
    pub(super) redis: Arc<Redis>,
    pub(super) links: Vec<Link>,
    pub(super) redis_links: Vec<redis::Link>,
    pub(super) history: RefCell<History>,
    pub(super) tokens: RefCell<Vec<Token>>,
    /// Whether nothing goes wrong but that Redis may, and that messages take a moment.
    pub(super) calm: bool,
    nodes: RefCell<Vec<Rc<Node>>>,
    has_redis: bool,
    max_staleness: Duration,
    clock: Clock,
    numbers: Cell<u128>,
    tasks: RefCell<JoinSet<()>>,
}

pub(super) fn slug(tenant: usize) -> String {
    format!("tenant-{tenant}")
}

impl World {
    pub(super) fn new(seed: u64, tell: bool) -> Rc<Self> {
        let chance = Chance::new(seed);
        let calm = chance.one_in(3);
        let nodes = 2 + chance.below(3);
        let tenants = *chance.pick(&[1, 2, 2, 3, 3, 12]);
        let max_staleness = Duration::from_secs(*chance.pick(&[2, 4]));
        let postgres = Arc::new(Postgres::new(tenants));
        let redis = Arc::new(Redis::default());
        let links: Vec<_> = (0..nodes)
            .map(|node| Link {
                node,
                postgres: Arc::clone(&postgres),
                line: Line::new(chance.fork()),
            })
            .collect();
        let lines = links.iter().map(|link| link.line.clone()).collect();
        let mut history = History::new(lines, tenants, max_staleness, tell);
        history.calm_from = calm.then(Instant::now);
        let world = Rc::new(Self {
            redis_links: (0..nodes)
                .map(|_| redis::Link::new(Arc::clone(&redis), chance.fork()))
                .collect(),
            has_redis: !chance.one_in(4),
            postgres,
            redis,
            links,
            history: RefCell::new(history),
            tokens: RefCell::default(),
            calm,
            nodes: RefCell::default(),
            max_staleness,
            clock: Clock::at(BEGINNING),
            numbers: Cell::new(0),
            tasks: RefCell::default(),
            chance,
        });
        for node in 0..nodes {
            let started = world.start(node);
            world.nodes.borrow_mut().push(started);
        }
        // The last one or two are made, if at all, only after somebody has asked for them.
        for tenant in 0..tenants.div_ceil(2) {
            world.create(tenant);
        }
        world
    }

    pub(super) async fn run(self: &Rc<Self>) -> Result<(), String> {
        let clock = self.clock.clone();
        let ticking = spawn_local(async move {
            loop {
                sleep(Duration::from_secs(1)).await;
                clock.advance(1);
            }
        });
        let end = Instant::now() + PLAYS;
        while Instant::now() < end && self.history().violation.is_none() {
            let pause = self.chance.millis(60);
            sleep(pause).await;
            self.step();
        }
        self.all_well().await;
        ticking.abort();
        self.history().violation.take().map_or(Ok(()), Err)
    }

    /// Once all faults end, every node is right again within the bound, and hears of what is new.
    async fn all_well(self: &Rc<Self>) {
        self.end_faults();
        let mut tasks = self.tasks.take();
        while let Some(ended) = tasks.join_next().await {
            ended.unwrap();
        }
        // A node whose connection died in silence finds out by what it misses.
        self.touch_all().await;
        sleep(HARD_BOUND + Duration::from_millis(100)).await;
        self.history().calm_from = Some(Instant::now());
        self.note(format_args!("all is well"));
        self.touch_all().await;
        sleep(PROMPT_BOUND + Duration::from_millis(400)).await;
        for tenant in 0..self.tenants() {
            for node in 0..self.links.len() {
                for shown in self.all_shown(tenant) {
                    self.request(node, tenant, shown).await;
                }
            }
        }
        let mut tasks = self.tasks.take();
        while let Some(ended) = tasks.join_next().await {
            ended.unwrap();
        }
    }

    /// Sees to it that every node holds every tenant, and changes each.
    async fn touch_all(self: &Rc<Self>) {
        let made = (0..self.tenants()).filter(|tenant| self.newest(*tenant).is_some());
        for tenant in made {
            for node in 0..self.links.len() {
                self.request(node, tenant, self.any_shown(tenant)).await;
            }
            self.act(tenant, None);
        }
    }

    pub(super) fn history(&self) -> RefMut<'_, History> {
        self.history.borrow_mut()
    }

    pub(super) fn note(&self, what: std::fmt::Arguments<'_>) {
        self.history().note(what);
    }

    pub(super) fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.tasks.borrow_mut().spawn_local(task);
    }

    pub(super) fn number(&self) -> u128 {
        self.numbers.set(self.numbers.get() + 1);
        self.numbers.get()
    }

    pub(super) fn tenants(&self) -> usize {
        self.postgres.tables().tenants.len()
    }

    pub(super) fn newest(&self, tenant: usize) -> Option<Arc<Rows>> {
        self.postgres.tables().tenants[tenant].last().cloned()
    }

    pub(super) fn node(&self, node: usize) -> Rc<Node> {
        Rc::clone(&self.nodes.borrow()[node])
    }

    fn start(&self, node: usize) -> Rc<Node> {
        let redis = self.has_redis.then(|| self.redis_links[node].clone());
        let link = &self.links[node];
        Rc::new(Node::start(link, redis, self.max_staleness, &self.clock))
    }

    pub(super) fn restart(&self, node: usize) {
        self.node(node).kill();
        self.history().restarted(node);
        let started = self.start(node);
        self.nodes.borrow_mut()[node] = started;
    }

    /// Makes a tenant with two readers, a key that signs and an API key, and tokens from before.
    pub(super) fn create(self: &Rc<Self>, tenant: usize) {
        let users: Vec<_> = (0..3).map(reader).collect();
        let kid: lanyard_core::id::Kid = format!("key-{}", self.number()).parse().unwrap();
        let record = Record {
            written: 1,
            disabled: false,
        };
        for user in &users {
            self.tokens.borrow_mut().push(Token {
                tenant,
                id: format!("token-{}", self.number()).into(),
                user: user.clone(),
                kid: kid.clone(),
                issued_at: BEGINNING - 100,
            });
        }
        let rows = Rows {
            id: TenantId(Uuid::from_u128(tenant as u128)),
            slug: slug(tenant).parse().unwrap(),
            version: 1,
            suspended: false,
            keys: vec![(kid, KeyState::Active)],
            api_keys: vec![api_key(self.number())],
            users: users[1..].iter().map(|id| (id.clone(), record)).collect(),
            revocations: Vec::new(),
        };
        self.write(tenant, "is made".to_owned(), move |postgres| {
            postgres.create(tenant, rows)
        });
    }

    /// Writes through a node, or by a command that holds no views, and looks whether what is acknowledged is honoured.
    pub(super) fn write(
        self: &Rc<Self>,
        tenant: usize,
        what: String,
        write: impl FnOnce(&Postgres) -> Option<Changes> + 'static,
    ) {
        let nodes = self.links.len();
        let number = self.chance.below(nodes + 1);
        let crashes = !self.calm && self.chance.one_in(20);
        let world = Rc::clone(self);
        if number == nodes {
            let version = write(&self.postgres).map(|changes| changes.version);
            if let Some(version) = version {
                self.note(format_args!(
                    "tenant {tenant} {what}: version {version} by a command"
                ));
                self.history().acknowledge(tenant, version, None);
                self.spawn(async move { world.probe(tenant, None).await });
            }
            return;
        }
        let (node, life) = (self.node(number), self.history().life(number));
        self.spawn(async move {
            let link = world.links[number].clone();
            let written = timeout(WRITE_PATIENCE, link.write(write)).await;
            let Ok(Ok(Some(committed))) = written else {
                return world.note(format_args!("tenant {tenant} {what} perhaps: no answer"));
            };
            let version = committed.0.version;
            world.note(format_args!(
                "tenant {tenant} {what}: version {version} on node {number}"
            ));
            if crashes {
                return world.restart(number);
            }
            node.views.apply(committed).await;
            if world.history().life(number) == life {
                world.note(format_args!(
                    "tenant {tenant}: version {version} is acknowledged"
                ));
                world.history().acknowledge(tenant, version, Some(number));
                world.probe(tenant, Some(number)).await;
            }
        });
    }

    /// Asks where and when a promise just begins to bind: at once on the node that gave it, after a bound on all.
    async fn probe(self: &Rc<Self>, tenant: usize, node: Option<usize>) {
        let acknowledged = Instant::now();
        let moment = Duration::from_millis(1);
        if let Some(node) = node {
            let shown = self.any_shown(tenant);
            self.request(node, tenant, shown).await;
        }
        for bound in [PROMPT_BOUND, HARD_BOUND] {
            sleep_until(acknowledged + bound + moment).await;
            let node = self.chance.below(self.links.len());
            let shown = self.any_shown(tenant);
            self.request(node, tenant, shown).await;
        }
    }

    /// Shows a node something, and judges the answer.
    pub(super) async fn request(&self, node: usize, tenant: usize, shown: Shown) {
        let user = match &shown {
            Shown::Token(token) => Some(&token.user),
            Shown::ApiKey(_) => None,
        };
        let newest = self.newest(tenant).map_or(0, |rows| rows.version);
        let asked = self.history().ask(node, tenant, user, newest);
        let seen = Cell::new(0);
        let takes_up = |version| {
            seen.set(version);
            self.history().takes_up(&asked, version);
        };
        let process = self.node(node);
        let outcome = process.judge(&slug(tenant), &shown, takes_up).await;
        let answer = match outcome {
            Ok(answer) => answer,
            Err(error) => {
                self.note(format_args!("node {node}: {error}"));
                Answer::Unavailable
            }
        };
        self.note(format_args!(
            "node {node}, tenant {tenant} at {}: {answer:?} to {shown:?}",
            seen.get()
        ));
        let tables = self.postgres.tables();
        let mut history = self.history();
        history.judge(&asked, &shown, answer, seen.get(), &tables.tenants[tenant]);
    }
}
