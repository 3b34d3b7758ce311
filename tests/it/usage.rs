//! Usage: every request of a newsroom is counted once, whatever happens to servers and databases.

use std::{collections::BTreeMap, time::Duration};

use lanyard_storage::usage;
use reqwest::Method;
use serde_json::json;
use sqlx::Connection;

use crate::harness::{Answer, App, DEMO_SECRET, TestDatabase, hmac_token, now};

const USAGE: &str = "/v1/tenants/post/usage";

/// All that is written, as `slug operation reason` and how often.
async fn written(database: &TestDatabase) -> BTreeMap<String, i64> {
    let mut connection = database.connect().await;
    let rows: Vec<(String, i64, Vec<i64>)> = sqlx::query_as(
        "select slug || ' ' || operation || ' ' || reason, count, latency
         from usage_hourly join tenants on tenants.id = tenant_id",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    let mut sums = BTreeMap::new();
    for (name, count, latency) in rows {
        assert_eq!(latency.iter().sum::<i64>(), count, "{name}");
        *sums.entry(name).or_insert(0) += count;
    }
    sums
}

fn counts(expected: &[(&str, i64)]) -> BTreeMap<String, i64> {
    expected
        .iter()
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_request_is_counted_once_by_what_it_was_and_how_it_ended() {
    let app = App::start().await;
    let post = app.demo_tenant("post").await;
    let token = post.token("1").await;
    for _ in 0..3 {
        post.look_up(&token).await;
    }
    let head = app.request(Method::HEAD, &post.path()).bearer_auth(&token);
    assert_eq!(Answer::to(head).await.status, 200);
    let expired = json!({ "iss": post.issuer, "aud": "talk", "sub": "1", "exp": now() - 1 });
    let expired = hmac_token(DEMO_SECRET, "HS256", &expired);
    for bad in [&expired, &format!("{token}x"), "x", &expired] {
        assert_eq!(post.look_up(bad).await.status, 401);
    }
    assert_eq!(app.get(&post.path()).await.status, 401);
    assert_eq!(post.issue(&json!({ "id": "nobody" })).await.status, 401);
    let wrong_key = format!("{}x", post.api_key);
    app.post_as(&post.path(), &wrong_key, r#"{"id":"1"}"#).await;
    assert_eq!(post.introspect(&token).await.status, 200);
    assert_eq!(post.introspect(&expired).await.status, 200);
    assert_eq!(post.revoke(&token).await.status, 200);
    assert_eq!(post.look_up(&token).await.status, 401);
    // None of these is a newsroom's request.
    post.jwks().await;
    app.get("/t/nobody/").await;
    app.get_as("/t/nobody/", &token).await;
    app.get("/livez").await;
    let expected = counts(&[
        ("post issue ok", 1),
        ("post issue reader-unknown", 1),
        ("post issue unknown_api_key", 1),
        ("post validate ok", 4),
        ("post validate expired", 2),
        ("post validate bad_signature", 1),
        ("post validate malformed", 1),
        ("post validate credentials-missing", 1),
        ("post validate token_revoked", 1),
        ("post introspect ok", 1),
        ("post introspect expired", 1),
        ("post revoke ok", 1),
    ]);
    for _ in 0..2 {
        app.state.usage.flush(false).await.unwrap();
        assert_eq!(written(&app.database).await, expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_counted_is_written_when_servers_stop_and_two_add_up() {
    let mut app = App::start().await;
    let mut second = app.second_server().await;
    let (post, mail) = (app.tenant("post").await, app.tenant("mail").await);
    let through_second = post.through(&second);
    for _ in 0..3 {
        post.token("1").await;
    }
    for _ in 0..4 {
        through_second.token("1").await;
    }
    mail.token("1").await;
    app.stop().await;
    second.stop().await;
    let expected = counts(&[("mail issue ok", 1), ("post issue ok", 7)]);
    assert_eq!(written(&app.database).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_fails_is_made_good_with_the_next() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    post.token("1").await;
    let functions = "function add_usage, note_api_key_use";
    let refuse = format!("revoke execute on {functions} from lanyard_app");
    app.database.execute(&refuse).await;
    for _ in 0..2 {
        assert!(app.state.usage.flush(false).await.is_err());
        post.token("1").await;
    }
    assert_eq!(written(&app.database).await, counts(&[]));
    let allow = format!("grant execute on {functions} to lanyard_app");
    app.database.execute(&allow).await;
    app.state.usage.flush(false).await.unwrap();
    assert_eq!(
        written(&app.database).await,
        counts(&[("post issue ok", 3)])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_whose_answer_is_lost_is_not_counted_twice() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    for round in 1..=3 {
        post.token("1").await;
        let mut connection = app.database.connect().await;
        let mut holding = connection.begin().await.unwrap();
        sqlx::query("lock table usage_hourly")
            .execute(&mut *holding)
            .await
            .unwrap();
        // The statement is on its way, and waits; nobody waits for its answer any more.
        let flush = app.state.usage.flush(false);
        assert!(
            tokio::time::timeout(Duration::from_millis(200), flush)
                .await
                .is_err()
        );
        post.token("1").await;
        holding.commit().await.unwrap();
        app.state.usage.flush(false).await.unwrap();
        let expected = counts(&[("post issue ok", 2 * round)]);
        assert_eq!(written(&app.database).await, expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newsroom_that_is_read_anew_keeps_its_counts() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let token = post.token("1").await;
    app.cli(&["tenant", "suspend", "post"]).await.ok();
    crate::harness::eventually("it is suspended", async || {
        post.look_up(&token).await.status == 401
    })
    .await;
    app.state.usage.flush(false).await.unwrap();
    let written = written(&app.database).await;
    assert_eq!(written["post issue ok"], 1);
    assert!(written["post validate unknown_tenant"] >= 1, "{written:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newsrooms_usage_is_told_by_hour_and_by_day_to_its_own_people_and_programs() {
    let app = App::start().await;
    let (post, mail) = (app.tenant("post").await, app.tenant("mail").await);
    app.clock.stop();
    // To the next midnight, so that the hours below are in one day. A session would end on the way.
    let day = (app.clock.now().div_euclid(86_400) + 1) * 86_400;
    app.clock.advance(day - app.clock.now());
    let viewer = app.member("post", "viewer").await;
    for hour in 0..2 {
        mail.token("1").await;
        for _ in 0..=hour {
            post.token("1").await;
        }
        app.state.usage.flush(false).await.unwrap();
        app.clock.advance(3_600);
    }
    let time = |second: i64| jiff::Timestamp::from_second(second).unwrap().to_string();
    let told = async |query: &str| -> Vec<(String, i64)> {
        let answer = viewer.get(&format!("{USAGE}?{query}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.header("ratelimit").contains("tenant"));
        let answer = answer.json();
        let bounds = answer["latency_bounds_us"].as_array().unwrap().len();
        let rows = answer["data"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| {
                assert_eq!(
                    (&row["operation"], &row["reason"]),
                    (&json!("issue"), &json!("ok"))
                );
                assert_eq!(row["latency"].as_array().unwrap().len(), bounds + 1);
                let at = row["at"].as_str().unwrap().to_owned();
                (at, row["count"].as_i64().unwrap())
            })
            .collect()
    };
    let (first, second) = ((time(day), 1), (time(day + 3_600), 2));
    assert_eq!(told("").await, [first.clone(), second.clone()]);
    let only_first = format!("from={}&to={}", time(day), time(day + 3_600));
    assert_eq!(told(&only_first).await, [first]);
    assert_eq!(told(&format!("from={}", time(day + 3_601))).await, [second]);
    assert_eq!(told("by=day").await, [(time(day), 3)]);
    let before = format!("from={}&to={}&by=day", time(day - 86_400), time(day));
    assert_eq!(told(&before).await, []);
    // A CMS's key doesn't have the scope, and to a stranger the newsroom isn't there.
    let denied = app.get_as(USAGE, &post.api_key).await;
    assert_eq!(denied.problem(), "scope-insufficient");
    let stranger = app.member("mail", "owner").await;
    assert_eq!(stranger.get(USAGE).await.problem(), "not-found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_span_that_cannot_be_told_is_a_clear_error() {
    let app = App::start().await;
    app.tenant("post").await;
    let viewer = app.member("post", "viewer").await;
    for (query, parameter) in [
        ("from=yesterday", "from"),
        ("to=2026-13-01T00:00:00Z", "to"),
        ("by=week", "by"),
        ("day=1", "day"),
        ("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from"),
        ("from=2020-01-01T00:00:00Z", "from"),
        (
            "from=-009999-01-01T00:00:00Z&to=9999-01-01T00:00:00Z&by=day",
            "from",
        ),
    ] {
        let answer = viewer.get(&format!("{USAGE}?{query}")).await;
        assert_eq!(answer.problem(), "fields-invalid", "{query}: {answer:?}");
        assert_eq!(
            answer.json()["errors"][0]["parameter"],
            parameter,
            "{query}"
        );
    }
    let twice = viewer.get(&format!("{USAGE}?by=day&by=hour")).await;
    assert_eq!(twice.problem(), "query-malformed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_keys_last_use_is_written_at_most_once_a_minute_and_at_the_end() {
    let mut app = App::start().await;
    let post = app.tenant("post").await;
    app.clock.stop();
    let last_used = async |app: &App| -> Option<i64> {
        let mut connection = app.database.connect().await;
        let used =
            sqlx::query_scalar("select extract(epoch from last_used_at)::bigint from api_keys")
                .fetch_one(&mut connection)
                .await
                .unwrap();
        connection.close().await.unwrap();
        used
    };
    app.state.usage.flush(false).await.unwrap();
    assert_eq!(last_used(&app).await, None);
    let first = app.clock.now();
    let mut expected = first;
    for (after, writes) in [(0, true), (10, false), (49, false), (1, true), (30, false)] {
        app.clock.advance(after);
        post.introspect("x").await;
        app.state.usage.flush(false).await.unwrap();
        if writes {
            expected = app.clock.now();
        }
        assert_eq!(
            last_used(&app).await,
            Some(expected),
            "{}",
            app.clock.now() - first
        );
    }
    app.stop().await;
    assert_eq!(last_used(&app).await, Some(first + 90));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newsroom_that_was_deleted_holds_no_other_counts_up() {
    let app = App::start().await;
    let (post, mail) = (app.tenant("post").await, app.tenant("mail").await);
    for newsroom in [&post, &mail] {
        newsroom.token("1").await;
    }
    let delete = "delete from tenants where slug = 'mail'";
    app.database.execute(delete).await;
    app.state.usage.flush(false).await.unwrap();
    let written = written(&app.database).await;
    assert_eq!(written, counts(&[("post issue ok", 1)]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_are_forgotten_after_four_hundred_days() {
    let app = App::start().await;
    app.tenant("post").await;
    for days in [399, 401] {
        let insert = format!(
            "insert into usage_hourly (tenant_id, hour, operation, reason, count, latency)
             select id, now() - interval '{days} days', 'issue', '{days}', 1, array[1] from tenants"
        );
        app.database.execute(&insert).await;
    }
    usage::prune(&app.state.database).await.unwrap();
    assert_eq!(
        written(&app.database).await,
        counts(&[("post issue 399", 1)])
    );
}
