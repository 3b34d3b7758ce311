//! What the command line and the management API both do, in one place: decide, store, write down who did it. Each of the
//! two only reads what was asked and prints what came of it.

pub(crate) mod coral_rotation;
pub(crate) mod signing_keys;
pub(crate) mod talk_to_coral;

use lanyard_core::{audit::Event, seal::MasterKeys};
use lanyard_storage::{Clock, StorageError, WriteTx};
use serde_json::Value;

/// Who acts, and with what.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// Who, as the audit log names actors.
    pub actor: &'a str,
    /// The time.
    pub clock: &'a Clock,
    /// What secrets are sealed with.
    pub master_keys: &'a MasterKeys,
}

impl By<'_> {
    /// Adds an event to the tenant's audit log, within the transaction.
    pub(crate) async fn audit(
        &self,
        tx: &mut WriteTx,
        action: &str,
        target: &str,
        detail: &Value,
    ) -> Result<(), StorageError> {
        let detail = detail.to_string();
        tx.audit(&Event {
            at: self.clock.micros(),
            actor: self.actor,
            action,
            target,
            detail: &detail,
        })
        .await
    }
}
