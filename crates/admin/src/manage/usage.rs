//! Usage: what a newsroom's requests were and how they ended, by hour or by day.

use axum::{Json, extract::State};
use lanyard_api::{
    App, Caller, Failure,
    fields::{Faults, Field, FieldError, OneOf, Time},
    input::Query,
    query,
};
use lanyard_storage::{
    LATENCY_BOUNDS,
    usage::{self, Resolution, UsageRow},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Hours or days.
#[derive(Debug, Clone, Copy)]
pub struct By(Resolution);

impl OneOf for By {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("hour", Self(Resolution::Hour)),
        ("day", Self(Resolution::Day)),
    ];
}

impl Field for By {
    fn read(value: &Value) -> Result<Self, Faults> {
        Self::one_of(value)
    }

    fn absent() -> Option<Self> {
        Some(Self(Resolution::Hour))
    }
}

impl By {
    /// Its length, what is told unless said, and the most that is told at once, in seconds.
    const fn spans(self) -> (i64, i64, i64) {
        match self.0 {
            Resolution::Hour => (HOUR, DAY, 31 * DAY),
            Resolution::Day => (DAY, 30 * DAY, 401 * DAY),
        }
    }
}

query! {
    /// Which time.
    pub struct UsageQuery {
        /// A time in the first hour or day; the day, or the thirty days, before `to` unless said.
        #[param(value_type = Option<String>, format = DateTime, nullable = false)]
        from: Option<Time>,
        /// The end; now unless said.
        #[param(value_type = Option<String>, format = DateTime, nullable = false)]
        to: Option<Time>,
        /// By `hour`, for up to 31 days at once, or by `day` of UTC; by hour unless said.
        #[param(value_type = Option<String>, pattern = "^(hour|day)$", nullable = false)]
        by: By,
    }
}

/// Requests of one kind in one hour or day.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageOut {
    /// When the hour or day begins.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// `issue`, `validate`, `introspect`, `revoke` or `manage`.
    #[schema(example = "validate")]
    operation: String,
    /// `ok`, or why they were refused, in the words of the log.
    #[schema(example = "expired")]
    reason: String,
    /// How many.
    #[schema(minimum = 1)]
    count: i64,
    /// How many took up to each of `latency_bounds_us`; the last number is of those that took longer.
    #[schema(example = json!([930, 41, 3, 0, 0, 0, 0, 0]))]
    latency: Vec<i64>,
}

/// Usage. Counts are written every ten seconds, and kept for 400 days.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsagePage {
    /// The beginning of the first hour or day.
    #[schema(value_type = String, format = DateTime)]
    from: Time,
    /// The end of the last.
    #[schema(value_type = String, format = DateTime)]
    to: Time,
    /// Upper bounds of latencies, in microseconds. A latency is the server's own, without the network.
    latency_bounds_us: Vec<u64>,
    /// In the order of time. What has no requests isn't there.
    data: Vec<UsageOut>,
}

impl From<UsageRow> for UsageOut {
    fn from(row: UsageRow) -> Self {
        Self {
            at: Time(row.at),
            operation: row.operation,
            reason: row.reason,
            count: row.count,
            latency: row.latency,
        }
    }
}

/// Read the newsroom's usage by hour or by day
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/usage", tag = "usage", operation_id = "get_usage",
    params(("tenant" = String, Path, description = "Newsroom"), UsageQuery),
    responses((status = 200, description = "Its usage", body = UsagePage)),
)]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<UsageQuery>,
) -> Result<Json<UsagePage>, Failure> {
    let (from, to) = span(&query, app.clock.now())?;
    let mut tx = caller.read(&app).await?;
    let rows = usage::between(&mut tx, from, to, query.by.0).await?;
    tx.end().await?;
    Ok(Json(UsagePage {
        from: Time(from),
        to: Time(to),
        latency_bounds_us: LATENCY_BOUNDS.to_vec(),
        data: rows.into_iter().map(Into::into).collect(),
    }))
}

/// The whole hours or days that are asked for, in unix seconds.
fn span(query: &UsageQuery, now: i64) -> Result<(i64, i64), Failure> {
    let (length, usual, most) = query.by.spans();
    let begin = |second: i64| second - second.rem_euclid(length);
    let end = query.to.map_or(now, |to| to.0);
    let to = begin(end + length - 1);
    let from = begin(query.from.map_or(end - usual, |from| from.0));
    let wrong = |detail: &'static str| Failure::fields([FieldError::parameter("from", detail)]);
    if from >= to {
        return Err(wrong("must lie before `to`"));
    }
    if to - from > most + length {
        return Err(wrong(match query.by.0 {
            Resolution::Hour => "lies more than 31 days before `to`; ask by day",
            Resolution::Day => "lies more than 401 days before `to`",
        }));
    }
    Ok((from, to))
}

#[cfg(test)]
mod tests {
    use lanyard_api::fields::Time;
    use lanyard_storage::usage::Resolution;

    use super::{By, DAY, HOUR, UsageQuery, span};

    const NOON: i64 = 1_800_000_000 / DAY * DAY + DAY / 2;

    fn asked(from: Option<i64>, to: Option<i64>, by: Resolution) -> Option<(i64, i64)> {
        let query = UsageQuery {
            from: from.map(Time),
            to: to.map(Time),
            by: By(by),
        };
        span(&query, NOON + 90).ok()
    }

    #[test]
    fn whole_hours_and_days_are_told() {
        let (hour, day) = (Resolution::Hour, Resolution::Day);
        let midnight = NOON - DAY / 2;
        assert_eq!(
            asked(None, None, hour),
            Some((NOON - DAY, NOON + HOUR)),
            "the last day"
        );
        assert_eq!(
            asked(None, None, day),
            Some((midnight - 30 * DAY, midnight + DAY))
        );
        assert_eq!(
            asked(Some(NOON + 1), Some(NOON + 2), hour),
            Some((NOON, NOON + HOUR))
        );
        assert_eq!(
            asked(Some(NOON), Some(NOON + HOUR), hour),
            Some((NOON, NOON + HOUR))
        );
    }

    #[test]
    fn no_time_that_can_be_written_is_too_much() {
        let (first, last) = (-377_705_116_800, 253_402_207_200);
        for by in [Resolution::Hour, Resolution::Day] {
            assert_eq!(asked(Some(first), Some(last), by), None);
            assert_eq!(asked(Some(last), Some(first), by), None);
            assert_eq!(
                asked(Some(NOON), Some(NOON), by).is_some(),
                by == Resolution::Day
            );
            assert!(asked(None, Some(first), by).is_some());
            assert!(asked(None, Some(last), by).is_some());
        }
        assert_eq!(asked(Some(NOON - 33 * DAY), None, Resolution::Hour), None);
        assert_eq!(asked(Some(NOON - 403 * DAY), None, Resolution::Day), None);
        assert!(asked(Some(NOON - 400 * DAY), None, Resolution::Day).is_some());
    }
}
