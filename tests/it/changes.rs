//! The change loop: what is acknowledged anywhere is honoured everywhere, soon.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use tempfile::TempDir;

use crate::harness::{App, Newsroom, within};

/// When everybody has heard of a change.
const SOON: Duration = Duration::from_secs(1);
/// When they have, though the notification was lost.
const AT_LAST: Duration = Duration::from_secs(5);

/// Two servers on one database.
struct Pair {
    one: App,
    two: App,
}

impl Pair {
    async fn start() -> Self {
        let one = App::start().await;
        let two = one.second_server().await;
        Self { one, two }
    }

    /// A newsroom through both, and a token for its reader 1 that both have seen.
    async fn tenant(&self, slug: &str) -> (Both, String) {
        let here = self.one.tenant(slug).await;
        let both = Both([here.through(&self.two), here]);
        let token = both.0[0].token("1").await;
        assert_eq!(both.statuses(&token).await, [200, 200]);
        (both, token)
    }

    /// Runs a command from outside; it succeeds.
    async fn cli(&self, arguments: &[&str]) {
        self.one.cli(arguments).await.ok();
    }

    async fn import(&self, slug: &str, text: &str) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("u.ndjson");
        std::fs::write(&path, text).unwrap();
        let path = path.to_str().unwrap();
        self.cli(&["user", "import", "--tenant", slug, path]).await;
    }
}

/// A newsroom through each of two servers.
struct Both([Newsroom; 2]);

impl Both {
    async fn statuses(&self, token: &str) -> [u16; 2] {
        let [one, two] = &self.0;
        let (one, two) = tokio::join!(one.look_up(token), two.look_up(token));
        [one.status, two.status]
    }

    /// Both refuse the token before the time is over.
    async fn refuse_within(&self, time: Duration, token: &str, what: &str) {
        within(time, what, async || {
            self.statuses(token)
                .await
                .iter()
                .all(|status| *status == 401)
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_revoked_from_outside_is_refused_by_both_servers_within_a_second() {
    let pair = Pair::start().await;
    let acts: [(&str, &[&str]); 6] = [
        ("a", &["user", "disable", "1"]),
        ("b", &["user", "delete", "1"]),
        ("c", &["token", "revoke", "--user", "1"]),
        ("d", &["token", "revoke", "TOKEN"]),
        ("e", &["key", "revoke", "KID"]),
        ("f", &["tenant", "suspend"]),
    ];
    for (slug, act) in acts {
        let (both, token) = pair.tenant(slug).await;
        let kid = crate::harness::header_of(&token)["kid"].clone();
        let mut arguments: Vec<_> = act
            .iter()
            .map(|word| match *word {
                "TOKEN" => &*token,
                "KID" => kid.as_str().unwrap(),
                word => word,
            })
            .collect();
        match act[0] {
            "tenant" => arguments.push(slug),
            _ => arguments.extend(["--tenant", slug]),
        }
        pair.cli(&arguments).await;
        both.refuse_within(SOON, &token, &arguments.join(" ")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_revoked_through_one_server_is_refused_by_it_at_once_and_by_the_other_soon() {
    let pair = Pair::start().await;
    let (both, token) = pair.tenant("post").await;
    for server in [0, 1] {
        let token = both.0[server].token("1").await;
        let answer = both.0[server].revoke(&token).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(both.0[server].look_up(&token).await.status, 401);
        both.refuse_within(SOON, &token, "the other server").await;
    }
    assert_eq!(both.statuses(&token).await, [200, 200]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_api_key_gets_no_tokens_within_a_second() {
    let pair = Pair::start().await;
    let (both, token) = pair.tenant("post").await;
    let id = both.0[0].api_key_id.clone();
    pair.cli(&["api-key", "revoke", "--tenant", "post", &id])
        .await;
    within(SOON, "no tokens for the API key", async || {
        let body = json!({ "id": "1" });
        let (one, two) = tokio::join!(both.0[0].issue(&body), both.0[1].issue(&body));
        one.status == 401 && two.status == 401
    })
    .await;
    assert_eq!(
        both.statuses(&token).await,
        [200, 200],
        "what it got stays good"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resumed_newsroom_and_an_enabled_reader_are_served_again_within_a_second() {
    let pair = Pair::start().await;
    let (both, token) = pair.tenant("post").await;
    pair.cli(&["tenant", "suspend", "post"]).await;
    both.refuse_within(SOON, &token, "suspended").await;
    pair.cli(&["tenant", "resume", "post"]).await;
    within(SOON, "resumed", async || {
        both.statuses(&token).await == [200, 200]
    })
    .await;
    pair.cli(&["user", "disable", "--tenant", "post", "1"])
        .await;
    both.refuse_within(SOON, &token, "disabled").await;
    let body = json!({ "id": "1" });
    assert_eq!(both.0[0].issue(&body).await.status, 401);
    pair.cli(&["user", "enable", "--tenant", "post", "1"]).await;
    within(SOON, "a new token", async || {
        both.0[0].issue(&body).await.status == 201
    })
    .await;
    let new = both.0[0].token("1").await;
    within(SOON, "enabled", async || {
        both.statuses(&new).await == [200, 200]
    })
    .await;
    assert_eq!(
        both.statuses(&token).await,
        [401, 401],
        "old tokens stay dead"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_who_was_deleted_and_made_anew_has_new_tokens_only() {
    let pair = Pair::start().await;
    let (both, _) = pair.tenant("post").await;
    let old = both.0[0].token("1").await;
    pair.cli(&["user", "delete", "--tenant", "post", "1"]).await;
    pair.import("post", "{\"id\":\"1\",\"username\":\"another\"}\n")
        .await;
    let body = json!({ "id": "1" });
    for room in &both.0 {
        within(SOON, "a new token", async || {
            room.issue(&body).await.status == 201
        })
        .await;
        let new = room.token("1").await;
        within(SOON, "the new token is good on both", async || {
            both.statuses(&new).await == [200, 200]
        })
        .await;
        assert_eq!(
            room.look_up(&new).await.text(),
            "{\"id\":\"1\",\"username\":\"another\"}"
        );
    }
    assert_eq!(both.statuses(&old).await, [401, 401]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_updated_reader_is_served_new_within_a_second_and_never_old_again() {
    let pair = Pair::start().await;
    let (both, token) = pair.tenant("post").await;
    let stop = Arc::new(AtomicBool::new(false));
    let both = Arc::new(both);
    let readers: Vec<_> = [0, 1]
        .map(|server| {
            let (both, token, stop) = (Arc::clone(&both), token.clone(), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut seen = 0;
                while !stop.load(Ordering::Relaxed) {
                    let answer = both.0[server].look_up(&token).await;
                    assert_eq!(answer.status, 200, "{answer:?}");
                    let round = answer.json()["round"].as_u64().unwrap_or(0);
                    assert!(round >= seen, "{round} after {seen}");
                    seen = round;
                }
                seen
            })
        })
        .into_iter()
        .collect();
    for round in 1..=8 {
        pair.import("post", &format!("{{\"id\":\"1\",\"round\":{round}}}\n"))
            .await;
        for room in &both.0 {
            within(SOON, "the new record", async || {
                room.look_up(&token).await.json()["round"] == round
            })
            .await;
        }
    }
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        assert_eq!(reader.await.unwrap(), 8);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newsroom_that_was_unknown_is_served_within_a_second_of_its_making() {
    let pair = Pair::start().await;
    let (other, token) = pair.tenant("other").await;
    let path = "/t/post/";
    for app in [&pair.one, &pair.two] {
        assert_eq!(app.get_as(path, &token).await.status, 401);
    }
    let issuer = "https://talk.post.example";
    pair.cli(&["tenant", "create", "post", "--issuer", issuer])
        .await;
    pair.import("post", "{\"id\":\"1\"}\n").await;
    let arguments = ["token", "issue", "--tenant", "post", "--user", "1"];
    let token = pair.one.cli(&arguments).await.ok().stdout;
    for app in [&pair.one, &pair.two] {
        within(SOON, "it is served", async || {
            app.get_as(path, token.trim()).await.status == 200
        })
        .await;
    }
    drop(other);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rotating_under_load_fails_no_request() {
    let pair = Pair::start().await;
    let (both, first) = pair.tenant("post").await;
    let (both, stop) = (Arc::new(both), Arc::new(AtomicBool::new(false)));
    let workers: Vec<_> = (0..4)
        .map(|worker| {
            let (both, stop) = (Arc::clone(&both), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut pairs = 0_u32;
                while !stop.load(Ordering::Relaxed) {
                    // Issued by one server and looked up at the other, and the reverse.
                    let token = both.0[worker % 2].token("1").await;
                    let answer = both.0[(worker / 2) % 2].look_up(&token).await;
                    assert_eq!(answer.status, 200, "after {pairs}: {answer:?}");
                    pairs += 1;
                }
                pairs
            })
        })
        .collect();
    for _ in 0..10 {
        pair.cli(&["key", "rotate", "--tenant", "post"]).await;
    }
    stop.store(true, Ordering::Relaxed);
    for worker in workers {
        assert!(worker.await.unwrap() > 0);
    }
    assert_eq!(both.statuses(&first).await, [200, 200]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_heard_though_the_listening_connection_is_killed() {
    let pair = Pair::start().await;
    for slug in ["a", "b", "c"] {
        let (both, token) = pair.tenant(slug).await;
        let kill = "select pg_terminate_backend(pid) from pg_stat_activity
                    where datname = current_database() and query ilike 'listen %'";
        let revoke = ["token", "revoke", "--tenant", slug, &token];
        tokio::join!(pair.one.database.execute(kill), pair.cli(&revoke));
        both.refuse_within(AT_LAST, &token, "the notification was lost")
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_without_a_notification_is_found_by_its_version() {
    let pair = Pair::start().await;
    let (both, token) = pair.tenant("post").await;
    // As a commit looks to a node that never got its notification.
    let quietly = "begin;
        insert into revocations (tenant_id, kind, subject, standing, before)
            select id, 'user', '1', true, extract(epoch from now())::bigint from tenants where slug = 'post';
        update tenants set version = version + 1 where slug = 'post';
        commit";
    pair.one.database.execute(quietly).await;
    both.refuse_within(AT_LAST, &token, "nobody was notified")
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_changed_without_a_notification_is_served_new() {
    let pair = Pair::start().await;
    let (both, token) = pair.tenant("post").await;
    let quietly = "begin;
        update tenants set version = version + 1 where slug = 'post';
        update users set username = 'renamed', extra = null,
            version = (select version from tenants where slug = 'post') where id = '1';
        commit";
    pair.one.database.execute(quietly).await;
    for room in &both.0 {
        within(AT_LAST, "the new record", async || {
            room.look_up(&token).await.json()["username"] == "renamed"
        })
        .await;
    }
}
