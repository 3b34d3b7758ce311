//! Audit events as they are shown.

use lanyard_core::audit::hex;
use lanyard_storage::audit::AuditEvent;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// An event, with all that its hash covers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEvent)]
pub struct ShownEvent {
    /// Its place in the log, from one.
    #[schema(minimum = 1, example = 7)]
    pub(crate) sequence: i64,
    /// When, to the microsecond.
    #[schema(format = DateTime, example = "2026-01-31T12:00:00.000000Z")]
    at: String,
    /// Who: an account, an API key, or an operator at a terminal.
    #[schema(example = "account:0198c5c0-0000-7000-8000-000000000000")]
    actor: String,
    /// What.
    #[schema(example = "api_key.create")]
    action: String,
    /// On which thing. Readers have an id here that means nothing elsewhere.
    target: String,
    /// More about it.
    #[schema(value_type = Object)]
    // To the letter, since the hash covers it.
    detail: Box<RawValue>,
    /// SHA-256 over the event and the hash of the one before, in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
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
