//! What was acknowledged and what was answered, held against the promises.
//!
//! Every answer has to follow from a version of the tenant that is new enough: no older than what was acknowledged more
//! than the bound ago, than what this very node has acknowledged, and than what it has answered from before.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    ops::RangeInclusive,
    sync::Arc,
    time::Duration,
};

use lanyard_core::{id::ApiKeyId, user::UserId};
use tokio::time::Instant;

use super::{
    line::Line,
    rows::{Record, Rows, Token},
};

/// While notifications arrive.
pub(super) const PROMPT_BOUND: Duration = Duration::from_secs(1);
/// While Postgres answers.
pub(super) const HARD_BOUND: Duration = Duration::from_secs(5);
/// How much is remembered of a run that is told.
const TOLD: usize = 120;

/// What a request shows.
#[derive(Clone)]
pub(super) enum Shown {
    Token(Token),
    ApiKey(ApiKeyId),
}

impl fmt::Debug for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(token) => token.fmt(formatter),
            Self::ApiKey(id) => write!(formatter, "API key {}", id.0.as_u128()),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// 503: nothing is said.
    Unavailable,
    NoTenant,
    Suspended,
    /// The key, or API key, isn't known, or doesn't sign yet. `asked`: the database was asked for news.
    Unknown {
        asked: bool,
    },
    Revoked,
    /// The token is good, but its reader isn't there.
    Gone,
    /// The token is good; this is its reader.
    Reader(Record),
    /// The API key is good.
    Welcome,
}

/// A request under way.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) node: usize,
    pub(super) tenant: usize,
    life: u64,
    at: Instant,
    /// The least version that will do, and for a reader's record.
    least: i64,
    least_record: i64,
    /// The version that was committed when the question was asked.
    newest: i64,
}

/// What a process has shown of what it knows.
#[derive(Debug, Default)]
struct Shows {
    life: u64,
    /// By tenant: the newest version that it acknowledged itself, or answered from.
    versions: BTreeMap<usize, i64>,
    /// By tenant and reader: the oldest version that explains the newest record answered.
    records: BTreeMap<(usize, UserId), i64>,
}

#[derive(Debug)]
pub(super) struct History {
    begun: Instant,
    lines: Vec<Line>,
    nodes: Vec<Shows>,
    acknowledged: Vec<Vec<(Instant, i64)>>,
    max_staleness: Duration,
    /// From when on nothing goes wrong but that messages take a moment.
    pub(super) calm_from: Option<Instant>,
    pub(super) violation: Option<String>,
    told: Option<VecDeque<String>>,
}

impl History {
    pub(super) fn new(
        lines: Vec<Line>,
        tenants: usize,
        max_staleness: Duration,
        tell: bool,
    ) -> Self {
        Self {
            begun: Instant::now(),
            nodes: lines.iter().map(|_| Shows::default()).collect(),
            lines,
            acknowledged: vec![Vec::new(); tenants],
            max_staleness,
            calm_from: None,
            violation: None,
            told: tell.then(VecDeque::new),
        }
    }

    pub(super) fn note(&mut self, what: fmt::Arguments<'_>) {
        let at = self.begun.elapsed().as_millis();
        // What came after a broken promise explains nothing.
        if let Some(told) = self.told.as_mut().filter(|_| self.violation.is_none()) {
            told.push_back(format!("{at:>6} ms  {what}"));
            if told.len() > TOLD {
                told.pop_front();
            }
        }
    }

    pub(super) fn tells(&self) -> bool {
        self.told.is_some()
    }

    pub(super) fn told(&self) -> Vec<String> {
        self.told.iter().flatten().cloned().collect()
    }

    fn violated(&mut self, asked: &Asked, what: fmt::Arguments<'_>) {
        let (node, tenant) = (asked.node, asked.tenant);
        let least = asked.least;
        let text = format!("node {node}, tenant {tenant}, at least version {least}: {what}");
        self.note(format_args!("VIOLATED: {text}"));
        self.violation.get_or_insert(text);
    }

    pub(super) fn life(&self, node: usize) -> u64 {
        self.nodes[node].life
    }

    /// A new process takes a node's place.
    pub(super) fn restarted(&mut self, node: usize) {
        let life = self.nodes[node].life + 1;
        self.nodes[node] = Shows {
            life,
            ..Shows::default()
        };
    }

    /// An act was acknowledged, by a node or by a command.
    pub(super) fn acknowledge(&mut self, tenant: usize, version: i64, node: Option<usize>) {
        self.acknowledged[tenant].push((Instant::now(), version));
        if let Some(node) = node {
            let own = self.nodes[node].versions.entry(tenant).or_default();
            *own = version.max(*own);
        }
    }

    pub(super) fn ask(
        &self,
        node: usize,
        tenant: usize,
        user: Option<&UserId>,
        newest: i64,
    ) -> Asked {
        let at = Instant::now();
        let sound_since = self.lines[node].sound_since();
        let binds = |acknowledged: Instant| {
            let calm = self.calm_from.is_some_and(|from| acknowledged >= from);
            (calm && at > acknowledged + PROMPT_BOUND)
                || sound_since.is_some_and(|since| at > acknowledged.max(since) + HARD_BOUND)
                || at > acknowledged + self.max_staleness + HARD_BOUND
        };
        let all = self.acknowledged[tenant].iter();
        let bound = all
            .filter(|(at, _)| binds(*at))
            .map(|(_, version)| *version)
            .max();
        let shows = &self.nodes[node];
        let own = shows.versions.get(&tenant).copied();
        let record = user.and_then(|user| shows.records.get(&(tenant, user.clone())).copied());
        Asked {
            node,
            tenant,
            life: shows.life,
            at,
            least: bound.max(own).unwrap_or(0),
            least_record: record.unwrap_or(0),
            newest,
        }
    }

    /// Whether whoever asked is still there to be answered.
    fn is_alive(&self, asked: &Asked) -> bool {
        self.nodes[asked.node].life == asked.life
    }

    /// A node has taken up the tenant at this version, to answer from it.
    pub(super) fn takes_up(&mut self, asked: &Asked, version: i64) {
        if !self.is_alive(asked) {
            return;
        }
        let shown = self.nodes[asked.node]
            .versions
            .entry(asked.tenant)
            .or_default();
        let least = asked.least.max(*shown);
        *shown = version.max(*shown);
        if version < least {
            self.violated(
                asked,
                format_args!("version {version} is served, and {least} is due"),
            );
        }
        if asked.at > self.lines[asked.node].reached() + self.max_staleness {
            self.violated(
                asked,
                format_args!("served although Postgres is long out of reach"),
            );
        }
    }

    /// Judges an answer; `versions` are all of the tenant's by now, and `seen` is the one taken up.
    pub(super) fn judge(
        &mut self,
        asked: &Asked,
        shown: &Shown,
        answer: Answer,
        seen: i64,
        versions: &[Arc<Rows>],
    ) {
        if !self.is_alive(asked) {
            return;
        }
        let least = asked.least.max(seen);
        let newest = i64::try_from(versions.len()).unwrap();
        let known = |range: RangeInclusive<i64>| {
            range.map(|version| &*versions[usize::try_from(version - 1).unwrap()])
        };
        match answer {
            Answer::Unavailable => {
                if !self.may_be_away(asked) {
                    self.violated(asked, format_args!("no answer, although nothing is wrong"));
                }
                return;
            }
            Answer::NoTenant => {
                if asked.least > 0 {
                    self.violated(
                        asked,
                        format_args!("no such tenant is known, but there is one"),
                    );
                }
                return;
            }
            _ => {}
        }
        let from = match answer {
            Answer::Unknown { asked: true } => least.max(asked.newest),
            _ => least,
        };
        if !follows(known(from.max(1)..=newest), shown, answer) {
            self.violated(
                asked,
                format_args!("{answer:?} to {shown:?} follows from no version from {from} on"),
            );
        }
        let record = match answer {
            Answer::Gone => None,
            Answer::Reader(record) => Some(record),
            _ => return,
        };
        let Shown::Token(Token { user, .. }) = shown else {
            return;
        };
        let from = least.max(asked.least_record).max(1);
        let explains = |rows: &&Rows| rows.users.get(user).copied() == record;
        match known(from..=newest).find(explains) {
            Some(rows) => {
                let key = (asked.tenant, user.clone());
                let held = self.nodes[asked.node].records.entry(key).or_default();
                *held = rows.version.max(*held);
            }
            None => self.violated(
                asked,
                format_args!("{user} is {record:?} in no version from {from} on"),
            ),
        }
    }

    /// A token is issued: none is dead at birth, by all that its node may know.
    pub(super) fn issues(&mut self, asked: &Asked, token: &Token, versions: &[Arc<Rows>]) {
        let least = usize::try_from(asked.least.max(1)).unwrap();
        let mut known = versions[least - 1..].iter();
        let dead = known.all(|rows| rows.refuses(token));
        if dead && self.is_alive(asked) {
            self.violated(asked, format_args!("{token:?} is issued, and dead already"));
        }
    }

    /// Whether something went wrong so lately that a node may say nothing.
    fn may_be_away(&self, asked: &Asked) -> bool {
        let sound_since = self.lines[asked.node].sound_since();
        let calm = self.calm_from.is_some_and(|from| asked.at >= from);
        !calm && sound_since.is_none_or(|since| asked.at < since + HARD_BOUND)
    }
}

/// Whether an answer follows from what a node may know of a tenant. A revocation is heeded before all else of the same
/// version has been read, so each part may come from a version of its own.
fn follows<'a>(
    known: impl Iterator<Item = &'a Rows> + Clone,
    shown: &Shown,
    answer: Answer,
) -> bool {
    let any = |is: &dyn Fn(&Rows) -> bool| known.clone().any(is);
    if answer == Answer::Suspended {
        return any(&|rows| rows.suspended);
    }
    let served = any(&|rows| !rows.suspended);
    let unknown = matches!(answer, Answer::Unknown { .. });
    served
        && match shown {
            Shown::ApiKey(id) => any(&|rows| rows.api_keys.contains(id) != unknown),
            Shown::Token(token) if unknown => any(&|rows| rows.awaits_key(&token.kid)),
            Shown::Token(token) => {
                let revoked = answer == Answer::Revoked;
                any(&|rows| !rows.awaits_key(&token.kid))
                    && any(&|rows| rows.refuses(token) == revoked)
            }
        }
}
