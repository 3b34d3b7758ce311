//! Audit events as they are shown.

use lanyard_core::audit::hex;
use lanyard_storage::audit::AuditEvent;
use serde::Serialize;
use serde_json::value::RawValue;

/// An event as commands print it and the API answers it. With what it says the hash can be reckoned again.
#[derive(Debug, Serialize)]
pub(crate) struct ShownEvent {
    sequence: i64,
    at: String,
    actor: String,
    action: String,
    target: String,
    /// To the letter, since the hash covers it.
    detail: Box<RawValue>,
    hash: String,
}

impl From<AuditEvent> for ShownEvent {
    fn from(event: AuditEvent) -> Self {
        Self {
            sequence: event.sequence,
            at: time(event.at),
            actor: event.actor,
            action: event.action,
            target: event.target,
            detail: RawValue::from_string(event.detail)
                .unwrap_or_else(|_| RawValue::NULL.to_owned()),
            hash: hex(&event.hash),
        }
    }
}

/// RFC 3339, to the microsecond.
pub(crate) fn time(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros)
        .map_or_else(|_| micros.to_string(), |time| format!("{time:.6}"))
}
