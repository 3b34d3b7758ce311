//! Guessing is slowed down, and whoever guesses can't lock the owner out.

use serde_json::json;
use tokio::task::JoinSet;

use super::{JANE, OTHER_PASSWORD, PASSWORD, logged_in, registered};
use crate::harness::{Answer, App, Browser, Builder};

const WRONG: &str = "not the password at all";

fn behind_proxy() -> Builder {
    App::builder().trusted_proxies("127.0.0.1")
}

async fn guess(app: &App, address: &str, email: &str) -> Answer {
    Browser::at(app, address).log_in(email, WRONG).await
}

#[tokio::test]
async fn after_five_wrong_passwords_waits_double() {
    let app = App::start().await;
    app.clock.stop();
    registered(&app, JANE).await;
    // Unknown addresses are slowed down alike.
    for email in [JANE, "nobody@thepost.example"] {
        let mut browser = Browser::new(&app);
        for _ in 0..5 {
            assert_eq!(browser.log_in(email, WRONG).await.status, 401);
        }
        for wait in [15, 30, 60, 120] {
            let blocked = browser.log_in(email, WRONG).await;
            assert_eq!(blocked.problem(), "rate-limited");
            assert_eq!(blocked.header("retry-after"), wait.to_string());
            app.clock.advance(wait);
            assert_eq!(browser.log_in(email, WRONG).await.status, 401);
        }
    }
    let right = Browser::new(&app).log_in(JANE, PASSWORD).await;
    assert_eq!(right.status, 429, "not even looked at");
    app.clock.advance(240);
    let right = Browser::new(&app).log_in(JANE, PASSWORD).await;
    assert_eq!(right.status, 201);
    let wrong = Browser::new(&app).log_in(JANE, WRONG).await;
    assert_eq!(wrong.status, 401, "forgotten");
}

#[tokio::test]
async fn waits_hold_on_all_servers_and_after_a_restart() {
    let app = App::start().await;
    registered(&app, JANE).await;
    for _ in 0..5 {
        Browser::new(&app).log_in(JANE, WRONG).await;
    }
    let second = app.second_server().await;
    let blocked = Browser::new(&second).log_in(JANE, PASSWORD).await;
    assert_eq!(blocked.status, 429);
}

#[tokio::test]
async fn a_hundred_guesses_at_once_are_a_hundred() {
    let app = App::start().await;
    registered(&app, JANE).await;
    let guesses = (0..30).map(|_| {
        let mut browser = Browser::new(&app);
        async move { browser.log_in(JANE, WRONG).await.status }
    });
    let statuses = guesses.collect::<JoinSet<_>>().join_all().await;
    let compared = statuses.iter().filter(|status| **status == 401).count();
    // The fifth makes the sixth wait; the clock may move on by a second meanwhile.
    assert!(compared <= 7, "{statuses:?}");
    assert!(
        statuses
            .iter()
            .all(|status| [401, 429, 503].contains(status))
    );
}

#[tokio::test]
async fn a_claimed_address_counts_only_from_a_proxy_and_an_ipv6_customer_is_one_place() {
    let app = App::start().await;
    for count in 0..5 {
        let address = format!("198.51.100.{count}");
        assert_eq!(guess(&app, &address, JANE).await.status, 401);
    }
    assert_eq!(guess(&app, "198.51.100.9", JANE).await.status, 429);

    let app = behind_proxy().start().await;
    for count in 0..5 {
        let address = format!("2001:db8:1:2::{count}");
        assert_eq!(guess(&app, &address, JANE).await.status, 401);
    }
    assert_eq!(guess(&app, "2001:db8:1:2:ffff::1", JANE).await.status, 429);
    assert_eq!(guess(&app, "2001:db8:1:3::1", JANE).await.status, 401);
}

#[tokio::test]
async fn one_place_that_tries_many_accounts_is_slowed_down() {
    let app = behind_proxy().start().await;
    for count in 0..30 {
        let email = format!("a{count}@thepost.example");
        assert_eq!(guess(&app, "192.0.2.1", &email).await.status, 401);
    }
    let next = guess(&app, "192.0.2.1", "b@thepost.example").await;
    assert_eq!(next.status, 429);
    let elsewhere = guess(&app, "192.0.2.2", "b@thepost.example").await;
    assert_eq!(elsewhere.status, 401);
}

#[tokio::test]
async fn guesses_from_everywhere_lock_nobody_out_and_the_owner_is_told_once() {
    let app = behind_proxy().start().await;
    let mut owner = registered(&app, JANE).await;
    owner.delete("/v1/sessions/current").await;
    for count in 0..50 {
        let address = format!("192.0.2.{count}");
        assert_eq!(guess(&app, &address, JANE).await.status, 401);
    }
    let stranger = Browser::at(&app, "203.0.113.1")
        .log_in(JANE, PASSWORD)
        .await;
    assert_eq!(stranger.status, 429, "from an unknown browser");
    let known = owner.log_in(JANE, PASSWORD).await;
    assert_eq!(known.status, 201, "from one that is known");

    crate::harness::eventually("the owner is told", async || {
        app.letters(JANE).await.len() == 2
    })
    .await;
    let notice = app.letters(JANE).await.pop().unwrap();
    assert!(
        notice.subject.contains("Failed attempts"),
        "{}",
        notice.subject
    );
    app.clock.advance(900);
    guess(&app, "192.0.2.200", JANE).await;
    assert_eq!(app.letters(JANE).await.len(), 2, "once a day");

    // And who knows no browser any more has the mailbox.
    let mut browser = Browser::at(&app, "203.0.113.1");
    browser
        .post("/v1/accounts/reset", &json!({ "email": JANE }))
        .await;
    let token = app.mailed_token(JANE).await;
    let body = json!({ "token": token, "password": OTHER_PASSWORD });
    let reset = browser.post("/v1/accounts/reset/confirm", &body).await;
    assert_eq!(reset.status, 201);
    let elsewhere = Browser::at(&app, "203.0.113.7")
        .log_in(JANE, OTHER_PASSWORD)
        .await;
    assert_eq!(elsewhere.status, 201, "a reset forgets the guesses");
}

#[tokio::test]
async fn a_known_browser_is_slowed_down_by_its_own_guesses_only_and_knows_one_account() {
    let app = App::start().await;
    registered(&app, JANE).await;
    registered(&app, "joe@thepost.example").await;
    let mut thief = logged_in(&app, "joe@thepost.example", PASSWORD).await;
    // Joe's browser is a stranger to Jane.
    for _ in 0..5 {
        assert_eq!(thief.log_in(JANE, WRONG).await.status, 401);
    }
    assert_eq!(thief.log_in(JANE, WRONG).await.status, 429);
    assert_eq!(Browser::new(&app).log_in(JANE, PASSWORD).await.status, 429);
    let own = thief.log_in("joe@thepost.example", PASSWORD).await;
    assert_eq!(own.status, 201);
}

#[tokio::test]
async fn guesses_in_a_stolen_session_are_counted() {
    let app = App::start().await;
    let mut thief = registered(&app, JANE).await;
    let mut owner = logged_in(&app, JANE, PASSWORD).await;
    let wrong = json!({ "password": WRONG });
    for _ in 0..5 {
        let refused = thief.post("/v1/account/prove", &wrong).await;
        assert_eq!(refused.status, 422);
    }
    let right = json!({ "password": PASSWORD });
    assert_eq!(thief.post("/v1/account/prove", &right).await.status, 429);
    assert_eq!(owner.post("/v1/account/prove", &right).await.status, 200);
}
