//! Passwords: changed, proved, reset.

use serde_json::json;
use tokio::task::JoinSet;

use super::{JANE, OTHER_PASSWORD, PASSWORD, actions, logged_in, registered};
use crate::harness::{App, Browser};

#[tokio::test]
async fn another_password_ends_all_other_sessions_and_gives_this_one_a_new_id() {
    let app = App::start().await;
    let mut browser = registered(&app, JANE).await;
    let mut other = logged_in(&app, JANE, PASSWORD).await;
    let old = browser.clone();
    let wrong = json!({ "current_password": "no such thing", "new_password": OTHER_PASSWORD });
    let refused = browser.post("/v1/account/password", &wrong).await;
    assert_eq!(refused.json()["errors"][0]["pointer"], "/current_password");
    let weak = json!({ "current_password": PASSWORD, "new_password": "password1234" });
    let refused = browser.post("/v1/account/password", &weak).await;
    assert_eq!(refused.json()["errors"][0]["pointer"], "/new_password");

    let good = json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD });
    let changed = browser.post("/v1/account/password", &good).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_ne!(browser.session(), old.session());
    assert_eq!(browser.get("/v1/account").await.status, 200);
    assert_eq!(old.clone().get("/v1/account").await.status, 401);
    let second = app.second_server().await;
    assert_eq!(other.get("/v1/account").await.status, 401);
    assert_eq!(other.through(&second).get("/v1/account").await.status, 401);
    assert_eq!(
        other.log_in(JANE, PASSWORD).await.problem(),
        "login-refused"
    );
    assert_eq!(other.log_in(JANE, OTHER_PASSWORD).await.status, 201);
    assert_eq!(
        actions(&app).await.last().unwrap(),
        "account.password.change"
    );
}

#[tokio::test]
async fn a_password_that_was_proved_counts_for_ten_minutes() {
    let app = App::start().await;
    let mut browser = registered(&app, JANE).await;
    assert_eq!(browser.press("/v1/account/totp").await.status, 201);
    app.clock.advance(600);
    let stale = browser.press("/v1/account/totp").await;
    assert_eq!(stale.problem(), "password-proof-needed");
    let wrong = json!({ "password": "no such thing" });
    let refused = browser.post("/v1/account/prove", &wrong).await;
    assert_eq!(refused.json()["errors"][0]["pointer"], "/password");
    let old = browser.session();
    let good = json!({ "password": PASSWORD });
    assert_eq!(browser.post("/v1/account/prove", &good).await.status, 200);
    assert_ne!(browser.session(), old, "a new id");
    assert_eq!(browser.press("/v1/account/totp").await.status, 201);
}

#[tokio::test]
async fn a_forgotten_password_is_reset_by_a_link_that_is_good_once() {
    let app = App::start().await;
    let mut elsewhere = registered(&app, JANE).await;
    let mut browser = Browser::new(&app);
    let body = json!({ "email": JANE });
    let mut tokens = Vec::new();
    for _ in 0..2 {
        assert_eq!(browser.post("/v1/accounts/reset", &body).await.status, 202);
        tokens.push(app.mailed_token(JANE).await);
    }
    let with = |token: &str| json!({ "token": token, "password": OTHER_PASSWORD });
    let reset = browser
        .post("/v1/accounts/reset/confirm", &with(&tokens[0]))
        .await;
    assert_eq!(reset.status, 201, "{reset:?}");
    assert_eq!(browser.get("/v1/account").await.status, 200);
    assert_eq!(elsewhere.get("/v1/account").await.status, 401);
    for token in &tokens {
        let again = browser
            .post("/v1/accounts/reset/confirm", &with(token))
            .await;
        assert_eq!(again.problem(), "link-invalid");
    }
    assert_eq!(
        elsewhere.log_in(JANE, PASSWORD).await.problem(),
        "login-refused"
    );
    assert_eq!(
        actions(&app).await.last().unwrap(),
        "account.password.reset"
    );
}

#[tokio::test]
async fn a_link_to_reset_dies_after_an_hour_and_with_a_change_of_the_password() {
    let app = App::start().await;
    let mut browser = registered(&app, JANE).await;
    let body = json!({ "email": JANE });
    browser.post("/v1/accounts/reset", &body).await;
    let token = app.mailed_token(JANE).await;
    let change = json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD });
    assert_eq!(
        browser.post("/v1/account/password", &change).await.status,
        200
    );
    let with = |token: &str| json!({ "token": token, "password": PASSWORD });
    let mut thief = Browser::new(&app);
    let used = thief
        .post("/v1/accounts/reset/confirm", &with(&token))
        .await;
    assert_eq!(used.problem(), "link-invalid");

    browser.post("/v1/accounts/reset", &body).await;
    let token = app.mailed_token(JANE).await;
    app.clock.advance(3600);
    let late = thief
        .post("/v1/accounts/reset/confirm", &with(&token))
        .await;
    assert_eq!(late.problem(), "link-invalid");
}

#[tokio::test]
async fn of_ten_at_once_one_resets() {
    let app = App::start().await;
    let mut browser = registered(&app, JANE).await;
    browser
        .post("/v1/accounts/reset", &json!({ "email": JANE }))
        .await;
    let token = app.mailed_token(JANE).await;
    let body = json!({ "token": token, "password": OTHER_PASSWORD });
    let racing = (0..10).map(|_| {
        let (mut racer, body) = (Browser::new(&app), body.clone());
        async move { racer.post("/v1/accounts/reset/confirm", &body).await }
    });
    let answers = racing.collect::<JoinSet<_>>().join_all().await;
    let won = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(won, 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.problem(), "link-invalid");
    }
    assert_eq!(browser.get("/v1/account").await.status, 401);
}

#[tokio::test]
async fn of_ten_at_once_one_makes_the_account() {
    let app = App::start().await;
    let mut browser = Browser::new(&app);
    let body = json!({ "email": JANE, "name": "Jane" });
    browser.post("/v1/accounts", &body).await;
    let token = app.mailed_token(JANE).await;
    let body = json!({ "token": token, "password": PASSWORD });
    let racing = (0..10).map(|_| {
        let (mut racer, body) = (Browser::new(&app), body.clone());
        async move { racer.post("/v1/accounts/verify", &body).await.status }
    });
    let statuses = racing.collect::<JoinSet<_>>().join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1);
}

#[tokio::test]
async fn long_passwords_and_any_alphabet_are_taken_whole() {
    let app = App::start().await;
    let mut browser = registered(&app, JANE).await;
    let mut before = PASSWORD.to_owned();
    let long = "Zwölf Boxkämpfer jagen Viktor quer! ".repeat(26);
    for new in [long.clone(), "Вышел ёжик из тумана".to_owned()] {
        let body = json!({ "current_password": before, "new_password": new });
        let changed = browser.post("/v1/account/password", &body).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        before = new;
    }
    let cut: String = before.chars().take(before.chars().count() - 1).collect();
    assert_eq!(browser.log_in(JANE, &cut).await.status, 401);
    assert_eq!(browser.log_in(JANE, &before).await.status, 201);
    let huge = "x".repeat(1025);
    let refused = browser.log_in(JANE, &huge).await;
    assert_eq!(refused.json()["errors"][0]["pointer"], "/password");
    let huge = "x".repeat(1 << 20);
    assert_eq!(browser.log_in(JANE, &huge).await.status, 413);
}
