//! What a hot request takes from the allocator, and what a reader costs in memory: counted, so that neither creeps up.

use allocation_counter::measure;
use axum::{
    body::Body,
    http::{Request, header},
};
use lanyard_admin::manage;
use lanyard_core::user::{User, UserId};
use lanyard_storage::users;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

use crate::harness::{App, Newsroom};

/// The most allocations of a validation in whose way nothing is cold: routing, middleware, the line in the log.
const MOST_ALLOCATIONS: u64 = 42;
/// The most bytes that a reader costs in memory, over the record's own.
const MOST_OVERHEAD: usize = 400;
const READERS: usize = 5_000;

/// The counts are of one thread.
fn with_newsroom() -> (Runtime, App, Newsroom) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let (app, post) = runtime.block_on(async {
        let app = App::start().await;
        let post = app.tenant("post").await;
        (app, post)
    });
    (runtime, app, post)
}

#[test]
fn a_hot_validation_allocates_no_more_than_stated() {
    let (runtime, app, post) = with_newsroom();
    let token = runtime.block_on(post.token("1"));
    let router = manage::router(app.state.clone());
    let ask = || {
        let request = Request::get(post.path())
            .header(header::HOST, "x")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap();
        let router = router.clone();
        let mut answer = None;
        let taken = measure(|| answer = Some(runtime.block_on(router.oneshot(request))));
        assert_eq!(answer.unwrap().unwrap().status(), 200);
        taken.count_total
    };
    for _ in 0..100 {
        ask();
    }
    // Now and then something else has its turn on the thread.
    let mut counts: Vec<_> = (0..1_000).map(|_| ask()).collect();
    counts.sort_unstable();
    let median = counts[counts.len() / 2];
    assert!(median <= MOST_ALLOCATIONS, "{median} allocations");
    runtime.block_on(async { drop(app) });
}

#[test]
fn a_reader_in_memory_costs_little_more_than_the_record() {
    let (runtime, app, post) = with_newsroom();
    let view = runtime.block_on(async {
        let view = app.state.views.get(&post.slug).await.unwrap().unwrap();
        let mut tx = app.state.database.write(view.id).await.unwrap().unwrap();
        let mut rows = Vec::new();
        for number in 0..READERS {
            let id = format!("reader-{number}");
            let email = format!("{id}@readers.example");
            let record = json!({ "id": id, "username": "Reader", "email": email }).to_string();
            let place = u64::try_from(number).unwrap();
            users::copy_row(
                &mut rows,
                place,
                &User::from_json(record.as_bytes()).unwrap(),
            );
        }
        users::import_batch(&mut tx, &rows, app.clock.now())
            .await
            .unwrap();
        let committed = tx.commit().await.unwrap();
        app.state.views.apply(committed).await;
        app.state.views.get(&post.slug).await.unwrap().unwrap()
    });
    let ids: Vec<_> = (0..READERS)
        .map(|number| UserId::parse(&format!("reader-{number}")).unwrap())
        .collect();
    let mut records = 0;
    let taken = measure(|| {
        runtime.block_on(async {
            for id in &ids {
                let reader = app.state.readers.get(&view, id).await.unwrap().unwrap();
                records += reader.body.len();
            }
        });
    });
    let held = usize::try_from(taken.bytes_current).unwrap();
    let overhead = (held - records) / READERS;
    assert!(
        overhead <= MOST_OVERHEAD,
        "{overhead} bytes over each record"
    );
    runtime.block_on(async { drop(app) });
}
