//! How a deployment gets another key, step by step, from where it stands: such that no reader is logged out; where that
//! can't be had, such that it hurts least, and saying so.

mod coral;
mod talk;

use crate::{
    profile::TokenProfile,
    signing_key::{KeySet, KeyState, SigningKey},
    tenant::CLOCK_SKEW,
};

use super::Site;

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Where the deployment stands, and what can't be avoided.
    pub remarks: Vec<String>,
    /// What is to be done, in this order.
    pub steps: Vec<Step>,
}

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Who does it.
    pub who: Who,
    /// Not before this time, in unix seconds.
    pub not_before: Option<i64>,
    /// What is done.
    pub task: String,
    /// The command that does it, if one does.
    pub command: Option<String>,
    /// What is true afterwards.
    pub then: String,
}

/// Who does a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// An admin of the newsroom, here.
    Admin,
    /// An owner of the newsroom, who may see secrets, together with whoever runs Talk.
    OwnerAndTalk,
    /// Whoever runs the CMS and all else that makes tokens.
    Cms,
    /// An admin of Coral, in its own admin.
    CoralAdmin,
}

impl Who {
    /// Words for it, to begin a sentence with.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Admin => "An admin of the newsroom",
            Self::OwnerAndTalk => "An owner of the newsroom, with whoever runs Talk",
            Self::Cms => "Whoever runs the CMS",
            Self::CoralAdmin => "An admin of Coral, in Coral's admin",
        }
    }
}

impl Plan {
    /// The plan as text, without a last line break. Commands stand on lines of their own.
    #[must_use]
    pub fn text(&self) -> String {
        let mut lines: Vec<_> = self.remarks.iter().map(|remark| wrap(remark, "")).collect();
        for (index, step) in self.steps.iter().enumerate() {
            let from = step
                .not_before
                .map_or_else(String::new, |time| format!(", not before {}", date(time)));
            let (number, who) = (index + 1, step.who.words());
            let task = wrap(&format!("{number}. {who}{from}: {}", step.task), "   ");
            lines.push(format!("\n{task}"));
            if let Some(command) = &step.command {
                lines.push(format!("       {command}"));
            }
            lines.push(wrap(&format!("   Then {}", step.then), "   "));
        }
        lines.join("\n").trim_start().to_owned()
    }
}

/// The plan for the deployment's next rotation, or for the rest of one that has begun. `now` is in unix seconds.
#[must_use]
pub fn plan(site: &Site<'_>, keys: &KeySet, now: i64) -> Plan {
    let here = Here::new(site, keys, now);
    match site.deployment.kind() {
        TokenProfile::Talk => talk::plan(&here),
        TokenProfile::Coral => coral::plan(&here),
    }
}

/// Where a deployment stands.
struct Here<'a> {
    site: &'a Site<'a>,
    keys: &'a KeySet,
    now: i64,
    /// The key that signs.
    active: Option<&'a SigningKey>,
    /// The newest key that waits.
    pending: Option<&'a SigningKey>,
    /// The keys that only verify.
    retiring: Vec<&'a SigningKey>,
}

impl<'a> Here<'a> {
    fn new(site: &'a Site<'a>, keys: &'a KeySet, now: i64) -> Self {
        let all = || keys.iter().map(AsRef::as_ref);
        let is = |state: &'static str| move |key: &&SigningKey| key.state.at(now).name() == state;
        Self {
            site,
            keys,
            now,
            active: all().find(is(KeyState::Active.name())),
            pending: all().filter(is(KeyState::Pending.name())).last(),
            retiring: all().filter(is("retiring")).collect(),
        }
    }

    fn command(&self, rest: &str) -> Option<String> {
        let (noun_and_verb, more) = rest.split_once(" -- ").unwrap_or((rest, ""));
        let options = self.site.options();
        let space = if more.is_empty() { "" } else { " " };
        Some(format!("lanyard {noun_and_verb} {options}{space}{more}"))
    }

    /// An id for a key that is still to be made: the day, and a number where the day has a key already.
    fn next_kid(&self) -> String {
        let day = date(self.now)[..10].to_owned();
        let mut others = (2_u32..).map(|number| format!("{day}-{number}"));
        let taken = |kid: &String| self.keys.get(kid).is_some();
        if !taken(&day) {
            return day;
        }
        others.find(|kid| !taken(kid)).unwrap_or(day)
    }

    /// What a key leaves behind when another takes its place now: for how long its tokens live, with the second or two by
    /// which clocks differ.
    fn life(&self, key: &SigningKey) -> i64 {
        key.longest_life() + CLOCK_SKEW
    }

    /// The last end of the tokens of keys that only verify.
    fn last_end(&self) -> Option<i64> {
        let ends = self.retiring.iter().filter_map(|key| match key.state {
            KeyState::Retiring { until } => Some(until),
            _ => None,
        });
        ends.max()
    }
}

/// The most characters of a line of text.
const WIDTH: usize = 100;

/// A paragraph in lines, of which all but the first begin so.
fn wrap(text: &str, indent: &str) -> String {
    let mut wrapped = String::new();
    let mut length = 0;
    for (index, word) in text.split(' ').enumerate() {
        let width = word.chars().count();
        if index > 0 && length + 1 + width > WIDTH {
            wrapped.push('\n');
            wrapped.push_str(indent);
            length = indent.len();
        } else if index > 0 {
            wrapped.push(' ');
            length += 1;
        }
        wrapped.push_str(word);
        length += width;
    }
    wrapped
}

/// A time for people: RFC 3339.
fn date(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .unwrap_or_default()
        .to_string()
}

/// A duration for people, rounded up.
fn duration(seconds: i64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let fit = units.into_iter().find(|(unit, _)| seconds >= 2 * unit);
    let (unit, name) = fit.unwrap_or((1, "second"));
    let count = (seconds + unit - 1) / unit;
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}

/// Ids of keys, as a sentence names them.
fn names(keys: &[&SigningKey]) -> String {
    let quoted: Vec<_> = keys.iter().map(|key| format!("`{}`", key.kid)).collect();
    quoted.join(", ")
}
