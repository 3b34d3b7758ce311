use std::sync::Arc;

use lanyard_core::id::{ApiKeyId, Kid, TenantId};
use uuid::Uuid;

use super::{KeyCount, LATENCY_BOUNDS, MAX_REASONS, Meters, OK, Operation, TenantMeter};

fn drained(meter: &TenantMeter) -> Vec<(&'static str, &'static str, u64)> {
    let mut all = Vec::new();
    meter.drain(|operation, reason, latencies| {
        all.push((operation.name(), reason, latencies.iter().sum()));
    });
    all
}

#[test]
fn each_operation_counts_its_reasons_apart_and_draining_leaves_zeros() {
    let meter = TenantMeter::new(TenantId(Uuid::nil()));
    for _ in 0..3 {
        meter.count(Operation::Validate, OK, 10);
    }
    meter.count(Operation::Validate, "expired", 10);
    meter.count(Operation::Issue, OK, 10);
    let expected = [
        ("issue", OK, 1),
        ("validate", OK, 3),
        ("validate", "expired", 1),
    ];
    assert_eq!(drained(&meter), expected);
    assert_eq!(drained(&meter), []);
    meter.count(Operation::Validate, "expired", 10);
    assert_eq!(drained(&meter), [("validate", "expired", 1)]);
}

#[test]
fn a_latency_falls_into_the_first_bucket_whose_bound_it_keeps() {
    let meter = TenantMeter::new(TenantId(Uuid::nil()));
    for microseconds in [0, 50, 51, 1_000_000, 1_000_001, u64::MAX] {
        meter.count(Operation::Issue, OK, microseconds);
    }
    meter.drain(|_, _, latencies| assert_eq!(latencies, [2, 1, 0, 0, 0, 0, 1, 2]));
    assert!(LATENCY_BOUNDS.is_sorted());
}

#[test]
fn more_reasons_than_there_is_room_for_count_as_other() {
    let meter = TenantMeter::new(TenantId(Uuid::nil()));
    let reasons: Vec<&'static str> = (0..MAX_REASONS + 5)
        .map(|number| &*Box::leak(number.to_string().into_boxed_str()))
        .collect();
    for reason in reasons {
        meter.count(Operation::Manage, reason, 1);
    }
    let drained = drained(&meter);
    assert_eq!(drained.len(), MAX_REASONS + 1);
    assert_eq!(drained.last(), Some(&("manage", "other", 5)));
}

#[test]
fn threads_lose_no_count_while_another_drains() {
    let meter = Arc::new(TenantMeter::new(TenantId(Uuid::nil())));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let meter = Arc::clone(&meter);
            std::thread::spawn(move || {
                for _ in 0..10_000 {
                    meter.count(Operation::Validate, OK, 1);
                }
            })
        })
        .collect();
    let mut sum = 0;
    while !threads.iter().all(|thread| thread.is_finished()) {
        sum += drained(&meter)
            .iter()
            .map(|(_, _, count)| count)
            .sum::<u64>();
    }
    sum += drained(&meter)
        .iter()
        .map(|(_, _, count)| count)
        .sum::<u64>();
    assert_eq!(sum, 40_000);
}

#[test]
fn a_meter_goes_only_when_nobody_holds_it_and_all_is_written() {
    let meters = Meters::default();
    let (tenant, key) = (TenantId(Uuid::nil()), ApiKeyId(Uuid::nil()));
    let meter = meters.of(tenant);
    meters.tidy();
    assert!(Arc::ptr_eq(&meter, &meters.of(tenant)));
    meter.count(Operation::Issue, OK, 1);
    meter.api_key(key).used(100);
    drop(meter);
    meters.tidy();
    let [meter] = &meters.all()[..] else {
        panic!("the counts are gone")
    };
    assert_eq!(drained(meter).len(), 1);
    meters.tidy();
    let used = meter.used_api_keys(100, false);
    assert_eq!((used.len(), used[0].at), (1, 100));
    used[0].wrote(100);
    drop(used);
    meter.api_key(key).used(130);
    assert!(meter.used_api_keys(159, false).is_empty());
    assert_eq!(meter.used_api_keys(159, true).len(), 1);
    let used = meter.used_api_keys(160, false);
    used[0].wrote(160);
    drop(used);
    meters.tidy();
    assert!(meter.api_keys().is_empty());
    assert_eq!(meters.all().len(), 1, "this test holds it");
}

#[test]
fn an_unused_meter_is_forgotten() {
    let meters = Meters::default();
    drop(meters.of(TenantId(Uuid::nil())));
    meters.tidy();
    assert!(meters.all().is_empty());
}

#[test]
fn what_a_key_signs_is_taken_out_once_with_the_end_of_the_last_of_it() {
    let meter = TenantMeter::new(TenantId(Uuid::nil()));
    let kid: Kid = "a".parse().unwrap();
    let taken = |meter: &TenantMeter| {
        let mut all = Vec::new();
        meter.drain_keys(|kid, count| all.push((kid.to_string(), count)));
        all.sort_by_key(|(_, count)| count.issued);
        all
    };
    let (long, short) = (meter.key(&kid, 3_600), meter.key(&kid, 60));
    long.issued(100);
    long.issued(90);
    short.issued(110);
    let count = |issued, last_issued, last_end| KeyCount {
        issued,
        last_issued,
        last_end,
    };
    let name = || "a".to_owned();
    assert_eq!(
        taken(&meter),
        [(name(), count(1, 110, 170)), (name(), count(2, 100, 3_700))]
    );
    assert_eq!(taken(&meter), []);
    short.issued(110);
    assert_eq!(taken(&meter), [(name(), count(1, 110, 170))]);
}

#[test]
fn a_signing_key_is_held_until_its_counts_and_its_last_sight_are_written() {
    let meters = Meters::default();
    let (tenant, kid) = (TenantId(Uuid::nil()), "a".parse().unwrap());
    meters.of(tenant).key(&kid, 60).issued(100);
    meters.tidy();
    let meter = meters.of(tenant);
    let mut issued = 0;
    meter.drain_keys(|_, count| issued += count.issued);
    assert_eq!(issued, 1);
    meter.key(&kid, 60).seen(100);
    meters.tidy();
    let seen = meter.seen_keys(100, false);
    assert_eq!((seen.len(), seen[0].at), (1, 100));
    seen[0].wrote(100);
    drop(seen);
    meter.key(&kid, 60).seen(130);
    assert!(meter.seen_keys(159, false).is_empty());
    assert_eq!(meter.seen_keys(159, true).len(), 1);
}

#[test]
fn threads_lose_no_token_while_another_takes_counts_out() {
    let meter = TenantMeter::new(TenantId(Uuid::nil()));
    let kid = "a".parse().unwrap();
    let (key, mut issued) = (meter.key(&kid, 60), 0);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let key = &key;
            scope.spawn(move || (0..10_000).for_each(|second| key.issued(second * 4 + thread)));
        }
        for _ in 0..1_000 {
            meter.drain_keys(|_, count| issued += count.issued);
        }
    });
    meter.drain_keys(|_, count| issued += count.issued);
    assert_eq!(issued, 40_000);
}
