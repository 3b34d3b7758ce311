//! What a year of a newsroom would have counted, made up: a newcomer sees what the dashboard's charts are like.

use lanyard_storage::{Operation, usage::UsageRow};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// So many days back, each has its hours; further back, to a year, each day stands as one hour.
const DAYS_BY_HOUR: i64 = 31;
const DAYS: i64 = 365;

/// What comes in at an hour of usual traffic.
const USUAL: [(Operation, &str, i64); 8] = [
    (Operation::Validate, "ok", 5_200),
    (Operation::Validate, "expired", 240),
    (Operation::Validate, "token_revoked", 26),
    (Operation::Validate, "user_disabled", 9),
    (Operation::Validate, "wrong_audience", 4),
    (Operation::Issue, "ok", 900),
    (Operation::Issue, "user-not-found", 14),
    (Operation::Manage, "ok", 30),
];

/// How busy each hour of a day (UTC) is, in percent: breakfast, lunch, evening.
const HOURS: [i64; 24] = [
    22, 14, 9, 8, 12, 34, 78, 120, 134, 118, 104, 112, 138, 126, 108, 104, 116, 138, 158, 166, 150,
    122, 82, 44,
];
/// How busy each day of a week is, in percent; the unix time began on a Thursday.
const WEEKDAYS: [i64; 7] = [106, 98, 72, 80, 112, 108, 110];
/// Of a thousand requests, how many are in each bucket of latency.
const LATENCIES: [i64; 8] = [905, 72, 16, 5, 2, 0, 0, 0];

/// Counts for a year, up to the hour before `now`; the same for the same hour.
pub(super) fn made_up(now: i64) -> Vec<UsageRow> {
    let end = now - now.rem_euclid(HOUR);
    let by_hour_from = end - DAYS_BY_HOUR * DAY;
    let days = (DAYS_BY_HOUR + 1..=DAYS)
        .rev()
        .map(|back| (end - back * DAY, 24));
    let hours = (by_hour_from..end).step_by(3_600).map(|at| (at, 1));
    days.chain(hours)
        .flat_map(|(at, hours)| USUAL.into_iter().map(move |kind| row(at, hours, end, kind)))
        .filter(|row| row.count > 0)
        .collect()
}

fn row(
    at: i64,
    hours: i64,
    end: i64,
    (operation, reason, usual): (Operation, &str, i64),
) -> UsageRow {
    let (day, hour) = (at.div_euclid(DAY), at.rem_euclid(DAY) / HOUR);
    // Of a whole day, the hours' mean is a hundred percent.
    let of_hour = if hours == 1 {
        percent(&HOURS, hour)
    } else {
        100
    };
    // Readers doubled within the year.
    let growth = 100 - (end - at) / DAY * 50 / DAYS;
    let busy = of_hour * percent(&WEEKDAYS, day) * growth;
    let expected = usual * hours * busy / 1_000_000;
    let count = expected * (85 + noise(at, reason) % 31) / 100;
    let mut latency: Vec<i64> = LATENCIES
        .iter()
        .map(|share| count * share / 1_000)
        .collect();
    let told: i64 = latency.iter().sum();
    if let Some(first) = latency.first_mut() {
        *first += count - told;
    }
    UsageRow {
        at,
        operation: operation.name().to_owned(),
        reason: reason.to_owned(),
        count,
        latency,
    }
}

fn percent(of: &[i64], place: i64) -> i64 {
    let place = usize::try_from(place).unwrap_or_default() % of.len();
    of.get(place).copied().unwrap_or(100)
}

/// Something irregular from 0 on.
fn noise(at: i64, reason: &str) -> i64 {
    let seed = reason.bytes().fold(at / HOUR, |sum, byte| {
        sum.wrapping_mul(31) + i64::from(byte)
    });
    (seed.wrapping_mul(6_364_136_223_846_793_005) >> 33).rem_euclid(1_000)
}

#[cfg(test)]
mod tests {
    use super::{DAY, HOUR, made_up};

    #[test]
    fn a_year_ends_before_this_hour_and_each_row_adds_up() {
        let now = 1_790_000_123;
        let rows = made_up(now);
        assert!(
            rows.iter()
                .all(|row| row.latency.iter().sum::<i64>() == row.count)
        );
        assert!(
            rows.iter()
                .all(|row| row.at % HOUR == 0 && row.at + HOUR <= now)
        );
        assert!(rows.iter().any(|row| row.at <= now - 364 * DAY));
        assert!(rows.len() < 10_000, "{}", rows.len());
    }
}
