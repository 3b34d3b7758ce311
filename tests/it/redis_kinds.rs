//! Redis as a cluster and behind sentinels, and what happens to readers when parts of it fail.

use std::time::{Duration, Instant};

use crate::harness::{App, Newsroom, OwnRedis, RedisCluster, Sentinel, eventually, within};

const BOB: &str = r#"{"id":"1","email":"bob@coralproject.net","username":"bob"}"#;
/// Longer, and a reader notices that something is away.
const UNNOTICED: Duration = Duration::from_millis(200);

/// A server that holds no reader in its own memory, so that every look-up asks Redis.
async fn without_memory(url: &str) -> App {
    App::builder()
        .redis_url(url)
        .readers_memory(0)
        .start()
        .await
}

/// Looks a token up; it is good, and soon. What is said of the reader.
async fn look_up(post: &Newsroom, token: &str) -> String {
    let begin = Instant::now();
    let answer = post.look_up(token).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(begin.elapsed() < UNNOTICED, "{:?}", begin.elapsed());
    answer.text().to_owned()
}

fn keys(redis: &OwnRedis) -> Vec<String> {
    let keys = redis.ask(&["keys", "lanyard:*"]);
    keys.into_iter().filter(|key| !key.is_empty()).collect()
}

/// Marks what Redis holds, so that it shows whether an answer came from there.
fn mark(redis: &OwnRedis) {
    for key in keys(redis) {
        redis.ask(&["hset", &key, "b", "+{\"from\":\"redis\"}"]);
    }
}

const MARKED: &str = r#"{"from":"redis"}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_of_a_cluster_that_dies_takes_only_its_part_along() {
    let mut cluster = RedisCluster::start();
    let app = without_memory(&cluster.url()).await;
    let post = app.tenant("post").await;
    let mut lines = String::new();
    for id in 0..60 {
        lines += &format!("{{\"id\":\"r{id}\"}}\n");
    }
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("readers.ndjson");
    std::fs::write(&file, lines).unwrap();
    let file = file.to_str().unwrap();
    app.cli(&["user", "import", "--tenant", "post", file])
        .await
        .ok();
    let mut tokens = Vec::new();
    for id in 0..60 {
        tokens.push(post.token(&format!("r{id}")).await);
    }
    eventually("each node holds some readers", || async {
        for token in &tokens {
            look_up(&post, token).await;
        }
        cluster.nodes.iter().all(|node| keys(node).len() > 5)
    })
    .await;
    cluster.nodes.iter().for_each(mark);
    // How many of the readers that aren't refused Redis answered for.
    let from_redis = async |tokens: &[String]| {
        let mut count = 0;
        for token in tokens {
            count += usize::from(look_up(&post, token).await == MARKED);
        }
        count
    };
    assert_eq!(from_redis(&tokens).await, tokens.len());
    let revoked = tokens.remove(0);
    assert_eq!(post.revoke(&revoked).await.status, 200);
    let lost = keys(&cluster.nodes[0]).len();
    cluster.nodes[0].stop();
    let living = tokens.len() - lost;
    eventually("the others are used", || async {
        from_redis(&tokens).await >= living
    })
    .await;
    assert_eq!(post.look_up(&revoked).await.status, 401);
    for node in &mut cluster.nodes {
        node.stop();
    }
    assert_eq!(from_redis(&tokens).await, 0);
    for node in &mut cluster.nodes {
        node.restart();
    }
    within(
        Duration::from_secs(20),
        "the cluster is used again",
        async || {
            from_redis(&tokens).await;
            cluster.nodes.iter().all(|node| !keys(node).is_empty())
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failover_by_a_sentinel_is_followed_and_no_revoked_token_comes_back() {
    let mut master = OwnRedis::start_with(&["--repl-diskless-sync-delay", "0"]);
    let port = master.port().to_string();
    let replica = OwnRedis::start_with(&["--replicaof", "127.0.0.1", &port]);
    let sentinel = Sentinel::start(&master);
    let url = format!("redis+sentinel://{}/mymaster/0", sentinel.address());
    let app = without_memory(&url).await;
    let post = app.tenant("post").await;
    let (one, two) = (post.token("1").await, post.token("2").await);
    eventually("Redis is used", || async {
        look_up(&post, &one).await;
        look_up(&post, &two).await;
        keys(&master).len() == 2
    })
    .await;
    assert_eq!(post.revoke(&two).await.status, 200);
    master.stop();
    within(
        Duration::from_secs(20),
        "the replica is the master",
        async || {
            assert_eq!(look_up(&post, &one).await, BOB);
            assert_eq!(post.look_up(&two).await.status, 401);
            sentinel.master_port() == replica.port()
        },
    )
    .await;
    eventually("the new master is used", || async {
        mark(&replica);
        look_up(&post, &one).await == MARKED
    })
    .await;
    // The old one comes back as a replica, and nothing changes.
    master.restart();
    assert_eq!(look_up(&post, &one).await, MARKED);
    assert_eq!(post.look_up(&two).await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_redis_still_answers_what_it_holds_and_the_rest_comes_from_postgres() {
    let redis = OwnRedis::start();
    let app = without_memory(&redis.url()).await;
    let post = app.tenant("post").await;
    let (one, two) = (post.token("1").await, post.token("2").await);
    eventually("Redis is used", || async {
        look_up(&post, &one).await;
        look_up(&post, &two).await;
        keys(&redis).len() == 2
    })
    .await;
    mark(&redis);
    let alice = keys(&redis).into_iter().find(|key| key.ends_with(":2"));
    redis.ask(&["del", &alice.unwrap()]);
    redis.ask(&["config", "set", "maxmemory-policy", "noeviction"]);
    redis.ask(&["config", "set", "maxmemory", "1"]);
    for _ in 0..20 {
        assert_eq!(look_up(&post, &one).await, MARKED);
        assert!(look_up(&post, &two).await.contains("alice"));
    }
    assert_eq!(keys(&redis).len(), 1);
    redis.ask(&["config", "set", "maxmemory", "0"]);
    eventually("it takes writes again", || async {
        look_up(&post, &two).await;
        keys(&redis).len() == 2
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_became_a_replica_or_lost_its_scripts_is_unnoticed() {
    let redis = OwnRedis::start();
    let app = without_memory(&redis.url()).await;
    let post = app.tenant("post").await;
    let token = post.token("1").await;
    eventually("Redis is used", || async {
        look_up(&post, &token).await;
        keys(&redis).len() == 1
    })
    .await;
    redis.ask(&["script", "flush"]);
    redis.ask(&["flushall"]);
    eventually("the script is there again", || async {
        assert_eq!(look_up(&post, &token).await, BOB);
        keys(&redis).len() == 1
    })
    .await;
    redis.ask(&["flushall"]);
    redis.ask(&["replicaof", "127.0.0.1", "1"]);
    for _ in 0..20 {
        assert_eq!(look_up(&post, &token).await, BOB);
    }
    redis.ask(&["replicaof", "no", "one"]);
    eventually("Redis is used again", || async {
        assert_eq!(look_up(&post, &token).await, BOB);
        keys(&redis).len() == 1
    })
    .await;
}
