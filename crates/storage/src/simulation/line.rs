//! A node's line to Postgres, and what may happen on it.

use std::{
    future::pending,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::time::{Instant, sleep};

use super::chance::Chance;
use crate::StorageError;

/// A leg that takes longer is no sound line any more.
const PROMPT: Duration = Duration::from_millis(150);

/// What a line is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weather {
    /// Each way takes less than so many milliseconds.
    Fine(usize),
    /// The same, but so many that patience may end.
    Slow(usize),
    Failing,
    Hanging,
    /// Any of these.
    Fickle,
}

#[derive(Debug)]
struct State {
    weather: Weather,
    chance: Chance,
    /// How many legs are in trouble, and when one last was.
    troubled: usize,
    troubled_until: Instant,
    /// The latest moment from which an answer about versions has arrived.
    reached: Instant,
}

#[derive(Debug, Clone)]
pub(super) struct Line(Arc<Mutex<State>>);

impl Line {
    pub(super) fn new(chance: Chance) -> Self {
        Self(Arc::new(Mutex::new(State {
            weather: Weather::Fine(8),
            chance,
            troubled: 0,
            troubled_until: Instant::now(),
            reached: Instant::now(),
        })))
    }

    pub(super) fn set(&self, weather: Weather) {
        self.0.lock().unwrap().weather = weather;
    }

    /// How long a notification takes, which comes by another connection.
    pub(super) fn hearing(&self) -> Duration {
        self.0.lock().unwrap().chance.millis(200)
    }

    /// Since when the line is sound; `None` while it isn't.
    pub(super) fn sound_since(&self) -> Option<Instant> {
        let state = self.0.lock().unwrap();
        (state.troubled == 0).then_some(state.troubled_until)
    }

    /// From when on nothing newer was heard of any version.
    pub(super) fn reached(&self) -> Instant {
        self.0.lock().unwrap().reached
    }

    pub(super) fn has_reached(&self, moment: Instant) {
        let mut state = self.0.lock().unwrap();
        state.reached = state.reached.max(moment);
    }

    /// One way, there or back.
    pub(super) async fn leg(&self) -> Result<(), StorageError> {
        let (delay, weather) = self.0.lock().unwrap().throw();
        let sound = matches!(weather, Weather::Fine(_)) && delay < PROMPT;
        let _trouble = (!sound).then(|| Trouble::begin(self));
        sleep(delay).await;
        match weather {
            Weather::Failing => Err(StorageError::Unavailable(sqlx::Error::PoolTimedOut)),
            Weather::Hanging => pending().await,
            _ => Ok(()),
        }
    }
}

impl State {
    fn throw(&mut self) -> (Duration, Weather) {
        let fickle = [
            Weather::Fine(20),
            Weather::Slow(2_500),
            Weather::Failing,
            Weather::Hanging,
        ];
        let weather = match self.weather {
            Weather::Fickle => *self.chance.pick(&fickle),
            steady => steady,
        };
        let longest = match weather {
            Weather::Fine(longest) | Weather::Slow(longest) => longest,
            _ => 8,
        };
        (self.chance.millis(longest), weather)
    }
}

/// Lasts until the leg has ended, or whoever waited has gone.
struct Trouble(Line);

impl Trouble {
    fn begin(line: &Line) -> Self {
        line.0.lock().unwrap().troubled += 1;
        Self(line.clone())
    }
}

impl Drop for Trouble {
    fn drop(&mut self) {
        let mut state = self.0.0.lock().unwrap();
        state.troubled -= 1;
        state.troubled_until = Instant::now();
    }
}
