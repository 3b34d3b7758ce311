//! Sums that are on their way to the database, in numbered batches. The database adds a number once: when an answer is lost
//! the same batch is sent again, so nothing is lost or counted twice.

use std::{collections::HashMap, hash::Hash};

use uuid::Uuid;

/// Sums in a batch at most.
const MAX_BATCH: usize = 10_000;

/// What was taken out of the meters, and isn't known to be in the database.
#[derive(Debug)]
pub(crate) struct Batches<K, V> {
    /// By whose numbers the database tells batches apart.
    process: Uuid,
    gathered: HashMap<K, V>,
    /// What was sent under `number`. It stays as it is until the database has it.
    sent: Vec<(K, V)>,
    number: i64,
}

/// A batch as it is sent.
#[derive(Debug)]
pub(crate) struct Batch<'a, K, V> {
    /// Whose it is.
    pub(crate) process: Uuid,
    /// Its number among those of the process.
    pub(crate) number: i64,
    /// The sums by their keys.
    pub(crate) sums: &'a [(K, V)],
}

impl<K, V> Default for Batches<K, V> {
    fn default() -> Self {
        Self {
            process: Uuid::new_v4(),
            gathered: HashMap::new(),
            sent: Vec::new(),
            number: 0,
        }
    }
}

impl<K: Clone + Eq + Hash, V: Default> Batches<K, V> {
    /// The sum under this key, to be added to.
    pub(crate) fn sum(&mut self, key: K) -> &mut V {
        self.gathered.entry(key).or_default()
    }

    /// The batch to send: one that may not have arrived, else a new one; `None` when there is nothing.
    pub(crate) fn next(&mut self) -> Option<Batch<'_, K, V>> {
        if self.sent.is_empty() {
            let some: Vec<_> = self.gathered.keys().take(MAX_BATCH).cloned().collect();
            self.sent = some
                .into_iter()
                .filter_map(|key| self.gathered.remove_entry(&key))
                .collect();
            self.number += 1;
        }
        (!self.sent.is_empty()).then_some(Batch {
            process: self.process,
            number: self.number,
            sums: &self.sent,
        })
    }

    /// The database has the batch.
    pub(crate) fn arrived(&mut self) {
        self.sent.clear();
    }
}
