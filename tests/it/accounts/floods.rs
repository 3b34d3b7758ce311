//! A flood of log-ins costs bounded memory, and readers don't feel it.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::JANE;
use crate::harness::{App, Browser};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_log_ins_at_once_are_turned_away_and_readers_are_served() {
    let app = App::builder().trusted_proxies("127.0.0.1").start().await;
    let newsroom = app.tenant("the-post").await;
    let token = newsroom.token("1").await;
    let flood = (0..200).map(|count| {
        let mut browser = Browser::at(&app, &format!("198.18.{}.{}", count / 100, count % 100));
        async move { browser.log_in(JANE, "whatever it may be").await }
    });
    let readers = async {
        let mut times = Vec::new();
        for _ in 0..40 {
            let begin = Instant::now();
            assert_eq!(app.get("/livez").await.status, 200);
            assert_eq!(newsroom.look_up(&token).await.status, 200);
            times.push(begin.elapsed());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        times.sort_unstable();
        times
    };
    let (answers, times) = tokio::join!(flood.collect::<JoinSet<_>>().join_all(), readers);
    let turned_away: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 503)
        .collect();
    assert!(!turned_away.is_empty());
    for answer in &turned_away {
        assert_eq!(answer.problem(), "unavailable");
        assert_eq!(answer.header("retry-after"), "1");
    }
    assert!(
        answers
            .iter()
            .all(|answer| [401, 429, 503].contains(&answer.status))
    );
    let median = times[times.len() / 2];
    assert!(median < Duration::from_millis(500), "{times:?}");
}
