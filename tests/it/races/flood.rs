//! A flood of tokens that name keys nobody has heard of. Each may be news, but not each may be a query.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;
use sqlx::Connection;
use tokio::task::JoinSet;

use crate::harness::{App, Newsroom, TestDatabase, eventually, header_of, now, sign_by_hand};

const REQUESTS: u64 = 1_000;
const AT_A_TIME: u64 = 50;
/// As long as the whole flood may take.
const BOUND: Duration = Duration::from_secs(10);
/// As long as a good look-up may take beside it.
const BESIDE: Duration = Duration::from_millis(500);

fn with_unknown_key(post: &Newsroom, number: u64) -> String {
    let header = json!({ "alg": "HS256", "typ": "JWT", "kid": format!("unknown-{number}") });
    let claims =
        json!({ "iss": post.issuer, "aud": "talk", "sub": "1", "exp": now() + 60, "jti": "x" });
    sign_by_hand("nobody's", "HS256", &header, &claims)
}

/// Sends the whole flood; each token of it is refused.
async fn flood(post: &Arc<Newsroom>) {
    let (next, mut senders) = (Arc::new(AtomicU64::new(0)), JoinSet::new());
    for _ in 0..AT_A_TIME {
        let (post, next) = (Arc::clone(post), Arc::clone(&next));
        senders.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= REQUESTS {
                    return;
                }
                let answer = post.look_up(&with_unknown_key(&post, number)).await;
                assert_eq!(answer.status, 401, "{answer:?}");
            }
        });
    }
    senders.join_all().await;
}

/// Looks good tokens up until `stop`; how many, and the longest that one took.
async fn good_traffic(post: &Newsroom, token: &str, stop: &AtomicBool) -> (u32, Duration) {
    let (mut count, mut slowest) = (0, Duration::ZERO);
    while !stop.load(Ordering::Relaxed) {
        let asked = Instant::now();
        let answer = post.look_up(token).await;
        slowest = slowest.max(asked.elapsed());
        assert_eq!(answer.status, 200, "{answer:?}");
        count += 1;
    }
    (count, slowest)
}

/// How often the servers compared versions, as far as their connections have told by now.
async fn comparisons(database: &TestDatabase) -> i64 {
    let mut connection = database.connect().await;
    let calls = sqlx::query_scalar(
        "select coalesce(sum(calls), 0)::bigint from pg_stat_user_functions where funcname = 'changed_tenants'",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    calls
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_unknown_keys_becomes_few_queries_and_delays_nobody() {
    let database = Arc::new(TestDatabase::create().await);
    let count_calls = format!(
        "alter database {} set track_functions = 'all'",
        database.name
    );
    database.execute(&count_calls).await;
    let app = App::builder().on(&database).start().await;
    let post = Arc::new(app.tenant("post").await);
    let token = post.token("1").await;
    let (begin, stop) = (Instant::now(), AtomicBool::new(false));
    let flooding = async {
        flood(&post).await;
        stop.store(true, Ordering::Relaxed);
        begin.elapsed()
    };
    let (took, (count, slowest)) = tokio::join!(flooding, good_traffic(&post, &token, &stop));
    assert!(took < BOUND, "the flood took {took:?}");
    assert!(slowest < BESIDE, "one of {count} look-ups took {slowest:?}");
    eventually("the calls are counted", async || {
        comparisons(&database).await > 0
    })
    .await;
    let calls = comparisons(&database).await;
    // One in 20 ms on behalf of requests, and some by the poll.
    let bound = i64::try_from(begin.elapsed().as_millis() / 20).unwrap() + 20;
    assert!(
        calls <= bound,
        "{calls} comparisons, and {bound} are the bound"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_is_taken_at_once_in_the_middle_of_a_flood() {
    let app = App::start().await;
    let second = app.second_server().await;
    let post = Arc::new(app.tenant("post").await);
    let there = Arc::new(post.through(&second));
    let old = post.token("1").await;
    assert_eq!(there.look_up(&old).await.status, 200);
    let done = AtomicBool::new(false);
    let flooding = async {
        // Until the rotations are over, on both servers.
        while !done.load(Ordering::Relaxed) {
            tokio::join!(flood(&post), flood(&there));
        }
    };
    let rotating = async {
        for _ in 0..3 {
            app.cli(&["key", "rotate", "--tenant", "post"]).await.ok();
            let issue = ["token", "issue", "--tenant", "post", "--user", "1"];
            let new = app.cli(&issue).await.ok().stdout;
            let new = new.trim();
            assert_ne!(header_of(new)["kid"], header_of(&old)["kid"]);
            let (one, two) = tokio::join!(post.look_up(new), there.look_up(new));
            assert_eq!((one.status, two.status), (200, 200), "{one:?} {two:?}");
        }
        done.store(true, Ordering::Relaxed);
    };
    let begin = Instant::now();
    tokio::join!(flooding, rotating);
    assert!(begin.elapsed() < BOUND, "{:?}", begin.elapsed());
    assert_eq!(post.look_up(&old).await.status, 200);
}
