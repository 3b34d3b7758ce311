//! What people and programs do to a tenant: the rows that a transaction changes, and what it tells the nodes.
//!
//! Each act says what its SQL in this crate says; see the function of the same name.

use std::sync::Arc;

use lanyard_core::{
    id::{ApiKeyId, Kid},
    revocation::{Revocation, Subject},
    signing_key::KeyState,
    tenant::PROPAGATION,
    user::UserId,
};

use super::rows::{Record, Rows};
use crate::{Change, change::Changes};

#[derive(Debug, Clone)]
pub(super) enum Act {
    /// A revocation that names a second, or stands for ever (a token's).
    Revoke(Revocation),
    /// So many at once that a notification can't name them.
    RevokeMany(Arc<[Revocation]>),
    Put(UserId),
    Import(Vec<UserId>),
    Disable(UserId),
    Enable(UserId),
    Delete(UserId),
    AddKey(Kid),
    /// The pending key signs from now on, and the one that did only verifies.
    Activate(Kid),
    Retire(Kid),
    RevokeKey(Kid),
    AddApiKey(ApiKeyId),
    RevokeApiKey(ApiKeyId),
    Suspend,
    Resume,
}

/// A transaction in the making.
pub(super) struct Write {
    pub(super) rows: Rows,
    changes: Vec<Change>,
    now: i64,
}

impl Write {
    /// Begins: the tenant's row is locked and its version moved. `now` is the database's.
    pub(super) fn begin(rows: &Rows, now: i64) -> Self {
        let mut rows = rows.clone();
        rows.version += 1;
        Self {
            rows,
            changes: Vec::new(),
            now,
        }
    }

    pub(super) fn end(self) -> (Rows, Changes) {
        let changes = Changes {
            tenant: self.rows.id,
            version: self.rows.version,
            changes: self.changes,
        };
        (self.rows, changes)
    }

    fn changed(&mut self, change: Change) {
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }

    pub(super) fn apply(&mut self, act: &Act) {
        match act {
            Act::Revoke(revocation) => self.revoke(revocation),
            Act::RevokeMany(many) => many.iter().for_each(|one| self.revoke(one)),
            Act::Put(id) => {
                self.put(id);
                self.changed(Change::User(id.as_str().into()));
            }
            Act::Import(ids) => {
                ids.iter().for_each(|id| self.put(id));
                self.changed(Change::Users);
            }
            Act::Disable(id) => self.set_disabled(id, true),
            Act::Enable(id) => self.set_disabled(id, false),
            Act::Delete(id) => self.delete(id),
            Act::AddKey(kid) => {
                self.rows.keys.push((kid.clone(), KeyState::Pending));
                self.changed(Change::Tenant);
            }
            Act::Activate(kid) => {
                for (own, state) in &mut self.rows.keys {
                    match state {
                        KeyState::Active => *state = KeyState::Retiring { until: i64::MAX },
                        KeyState::Pending if own == kid => *state = KeyState::Active,
                        _ => {}
                    }
                }
                self.changed(Change::Tenant);
            }
            Act::Retire(kid) => self.end_key(kid, KeyState::Retired),
            Act::RevokeKey(kid) => {
                let subject = Subject::Key(kid.as_str().into());
                self.revoke(&Revocation::standing(subject, self.now));
                self.end_key(kid, KeyState::Revoked);
            }
            Act::AddApiKey(id) => {
                self.rows.api_keys.push(*id);
                self.changed(Change::Tenant);
            }
            Act::RevokeApiKey(id) => {
                self.rows.api_keys.retain(|own| own != id);
                self.revoke(&Revocation::standing(Subject::ApiKey(*id), self.now));
                self.changed(Change::Tenant);
            }
            Act::Suspend | Act::Resume => {
                self.rows.suspended = matches!(act, Act::Suspend);
                self.changed(Change::Tenant);
            }
        }
    }

    fn put(&mut self, id: &UserId) {
        let disabled = self.rows.users.get(id).is_some_and(|held| held.disabled);
        let written = self.rows.version;
        let record = Record { written, disabled };
        self.rows.users.insert(id.clone(), record);
    }

    fn set_disabled(&mut self, id: &UserId, disabled: bool) {
        let Some(record) = self.rows.users.get_mut(id) else {
            return;
        };
        record.disabled = disabled;
        record.written = self.rows.version;
        let subject = Subject::User(id.as_str().into());
        match disabled {
            true => self.revoke(&Revocation::standing(subject, self.now)),
            false => self.lift(&subject),
        }
        self.changed(Change::User(id.as_str().into()));
    }

    fn delete(&mut self, id: &UserId) {
        if self.rows.users.remove(id).is_some() {
            let subject = Subject::User(id.as_str().into());
            self.lift(&subject);
            self.revoke(&Revocation::before(subject, self.now + PROPAGATION));
            self.changed(Change::User(id.as_str().into()));
        }
    }

    fn end_key(&mut self, kid: &Kid, end: KeyState) {
        for (_, state) in self.rows.keys.iter_mut().filter(|(own, _)| own == kid) {
            *state = end;
        }
        self.changed(Change::Tenant);
    }

    /// `revocations::add`: one that is there is made stronger, never weaker.
    fn revoke(&mut self, wanted: &Revocation) {
        let mut wanted = wanted.clone();
        wanted.before = wanted.before.map(|second| second.max(self.now));
        let all = &mut self.rows.revocations;
        if let Some(held) = all.iter_mut().find(|held| held.subject == wanted.subject) {
            held.standing |= wanted.standing;
            held.before = held.before.max(wanted.before);
            held.expires_at = held
                .expires_at
                .zip(wanted.expires_at)
                .map(|(a, b)| a.max(b));
            wanted = held.clone();
        } else {
            all.push(wanted.clone());
        }
        self.changed(Change::Revoked(wanted));
    }

    /// `revocations::lift`: what was issued until now stays dead.
    fn lift(&mut self, subject: &Subject) {
        let all = &mut self.rows.revocations;
        let standing = all
            .iter_mut()
            .find(|one| one.subject == *subject && one.standing);
        if let Some(held) = standing {
            held.standing = false;
            held.before = held.before.max(Some(self.now));
            held.expires_at = Some(i64::MAX);
            self.changed(Change::Lifted(subject.clone()));
        }
    }
}
