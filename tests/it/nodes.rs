//! Servers that know of one another.

use std::{sync::atomic::Ordering, time::Duration};

use lanyard_storage::nodes;

use crate::harness::{App, within};

/// Every server has said twice that it lives.
const TWO_BEATS: Duration = Duration::from_secs(12);

async fn names(app: &App) -> Vec<String> {
    let live = nodes::live(&app.state.database).await.unwrap();
    live.into_iter().map(|node| node.name).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_count_one_another_until_they_stop() {
    let one = App::start().await;
    assert_eq!(one.state.live_nodes.load(Ordering::Relaxed), 1);
    let mut two = one.second_server().await;
    assert_eq!(two.state.live_nodes.load(Ordering::Relaxed), 2);
    within(TWO_BEATS, "the first hears of the second", async || {
        one.state.live_nodes.load(Ordering::Relaxed) == 2
    })
    .await;
    assert_eq!(names(&one).await.len(), 2);
    two.stop().await;
    assert_eq!(names(&one).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_killed_counts_for_twenty_seconds_and_is_forgotten_after_a_day() {
    let app = App::start().await;
    let silent = |name: &str, time: &str| {
        format!(
            "insert into nodes (id, name, version, started_at, seen_at, master_keys)
             values (gen_random_uuid(), '{name}', '0', now(), now() - interval '{time}', '{{}}')"
        )
    };
    for (name, time) in [
        ("just now", "15 seconds"),
        ("dead", "25 seconds"),
        ("long dead", "25 hours"),
    ] {
        app.database.execute(&silent(name, time)).await;
    }
    let live = names(&app).await;
    assert!(
        live.contains(&"just now".to_owned()) && live.len() == 2,
        "{live:?}"
    );
    within(TWO_BEATS, "it is forgotten", async || {
        let mut connection = app.database.connect().await;
        let left: i64 = sqlx::query_scalar("select count(*) from nodes where name = 'long dead'")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        left == 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_tells_its_version_its_keys_and_how_it_is() {
    let app = App::start().await;
    let live = nodes::live(&app.state.database).await.unwrap();
    let node = &live[0];
    assert_eq!(node.version, env!("CARGO_PKG_VERSION"));
    assert!(node.master_keys[0].starts_with("test:"), "{node:?}");
    assert!(!node.master_keys[0].contains("AAEC"), "{node:?}");
    for none in ["held", "from_memory", "from_redis", "from_postgres"] {
        assert_eq!(node.vitals[format!("readers_{none}")], 0);
    }
    assert!(node.vitals["connections"].as_u64().unwrap() > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_are_counted_by_where_they_came_from() {
    let app = App::builder().redis().start().await;
    let post = app.tenant("post").await;
    let token = post.token("1").await;
    for _ in 0..3 {
        assert_eq!(post.look_up(&token).await.status, 200);
    }
    let from = app.state.readers.sources();
    assert_eq!((from.postgres, from.redis, from.memory), (1, 0, 3));
    let second = app.second_builder().redis().start().await;
    assert_eq!(post.through(&second).look_up(&token).await.status, 200);
    let from = second.state.readers.sources();
    assert_eq!((from.postgres, from.redis, from.memory), (0, 1, 0));
}
