//! Attacks on sessions: fixation, forged requests, tossed cookies, fields that aren't theirs.

use reqwest::Method;
use serde_json::json;

use super::{JANE, OTHER_PASSWORD, PASSWORD, registered};
use crate::harness::{Answer, App, Browser, DEVICE, PUBLIC_URL, SESSION};

#[tokio::test]
async fn a_session_that_somebody_else_planted_is_worth_nothing() {
    let app = App::start().await;
    registered(&app, JANE).await;
    let attacker = registered(&app, "eve@evil.example").await;
    // Made up, and real.
    for planted in ["A".repeat(43), attacker.session()] {
        let mut victim = Browser::new(&app);
        victim.cookies.insert(SESSION.to_owned(), planted.clone());
        let answer = victim.log_in(JANE, PASSWORD).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_ne!(victim.session(), planted);
        let mut thief = Browser::new(&app);
        thief.cookies.insert(SESSION.to_owned(), planted);
        assert_eq!(thief.get("/v1/account").await.problem(), "session-invalid");
    }
}

#[tokio::test]
async fn cookies_are_out_of_reach_of_scripts_sister_domains_and_plain_http() {
    let app = App::start().await;
    registered(&app, JANE).await;
    let mut browser = Browser::new(&app);
    let answer = browser.log_in(JANE, PASSWORD).await;
    let lines: Vec<_> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|line| line.to_str().unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    for (line, name) in lines.iter().zip([SESSION, DEVICE]) {
        assert!(line.starts_with(&format!("{name}=")), "{line}");
        for attribute in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(line.contains(attribute), "{line}");
        }
        assert!(!line.contains("Domain"), "{line}");
    }
    assert_eq!(browser.session().len(), 43, "256 bits");
    assert!(!answer.text().contains(&browser.session()));
    let sql = format!(
        "do $$ begin
             assert (select count(*) from sessions where encode(hash, 'hex') like '%{0}%') = 0;
             assert (select count(*) from sessions where hash = sha256('{0}'::bytea)) = 0;
         end $$",
        browser.session()
    );
    app.database.execute(&sql).await;
}

#[tokio::test]
async fn changes_from_other_sites_are_refused() {
    let app = App::start().await;
    let browser = registered(&app, JANE).await;
    let cookie = format!("{SESSION}={}", browser.session());
    let request = || {
        app.request(Method::PATCH, "/v1/account")
            .header("cookie", &cookie)
    };
    let body = json!({ "name": "Mallory" });
    for origin in [
        "https://evil.example",
        "https://lanyard.example.evil.example",
        "https://blog.lanyard.example",
        "http://lanyard.example",
        "null",
    ] {
        let forged = request()
            .header("origin", origin)
            .header("x-csrf-token", &browser.csrf);
        let answer = Answer::to(forged.json(&body)).await;
        assert_eq!(answer.problem(), "cross-site-request", "{origin}");
    }
    for site in ["cross-site", "same-site"] {
        let forged = request()
            .header("sec-fetch-site", site)
            .header("x-csrf-token", &browser.csrf);
        let answer = Answer::to(forged.json(&body)).await;
        assert_eq!(answer.problem(), "cross-site-request", "{site}");
    }
    let silent = Answer::to(request().header("x-csrf-token", &browser.csrf).json(&body));
    assert_eq!(silent.await.problem(), "cross-site-request");
    let ours = || request().header("origin", PUBLIC_URL);
    let without = Answer::to(ours().json(&body)).await;
    assert_eq!(without.problem(), "csrf-token-invalid");
    let stranger = registered(&app, "eve@evil.example").await;
    for token in ["", "x", &stranger.csrf, &browser.session()] {
        let answer = Answer::to(ours().header("x-csrf-token", token).json(&body)).await;
        assert_eq!(answer.problem(), "csrf-token-invalid");
    }
    let form = ours()
        .header("x-csrf-token", &browser.csrf)
        .header("content-type", "text/plain")
        .body(r#"{"name":"Mallory"}"#);
    assert_eq!(Answer::to(form).await.status, 415);
    let me = browser.clone().get("/v1/account").await.json();
    assert_eq!(me["account"]["name"], "Jane Doe");
}

#[tokio::test]
async fn nobody_is_logged_in_or_out_from_another_site() {
    let app = App::start().await;
    let browser = registered(&app, JANE).await;
    let body = json!({ "email": JANE, "password": PASSWORD });
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let forged = app
            .request(Method::POST, "/v1/sessions")
            .header(name, value);
        let answer = Answer::to(forged.json(&body)).await;
        assert_eq!(answer.problem(), "cross-site-request");
        assert_eq!(answer.header("set-cookie"), "");
        let forged = app
            .request(Method::DELETE, "/v1/sessions/current")
            .header("cookie", format!("{SESSION}={}", browser.session()))
            .header(name, value);
        assert_eq!(Answer::to(forged).await.problem(), "cross-site-request");
    }
    assert_eq!(browser.clone().get("/v1/account").await.status, 200);
    let form = app
        .request(Method::POST, "/v1/sessions")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("email={JANE}&password=x"));
    assert_eq!(Answer::to(form).await.status, 415);
}

#[tokio::test]
async fn tossed_and_broken_cookies_are_refused() {
    let app = App::start().await;
    let browser = registered(&app, JANE).await;
    let (session, big) = (browser.session(), "A".repeat(8 << 10));
    for cookie in [
        format!("{SESSION}={session}; {SESSION}={session}"),
        format!("{SESSION}=\"{session}\""),
        format!("{SESSION}={big}"),
        format!("{SESSION}="),
        format!("{SESSION}={}", &session[1..]),
        format!("{SESSION}={session}="),
    ] {
        let request = app
            .request(Method::GET, "/v1/account")
            .header("cookie", &cookie);
        assert_eq!(Answer::to(request).await.problem(), "session-invalid");
    }
    let twice = app
        .request(Method::GET, "/v1/account")
        .header("cookie", format!("{SESSION}={session}"))
        .header("cookie", format!("{SESSION}={session}"));
    assert_eq!(Answer::to(twice).await.status, 401);
    let lower = format!("{}={session}", SESSION.to_lowercase());
    let request = app
        .request(Method::GET, "/v1/account")
        .header("cookie", lower);
    assert_eq!(Answer::to(request).await.problem(), "credentials-missing");
}

#[tokio::test]
async fn nobody_gives_themselves_more_by_fields_that_are_not_theirs() {
    let app = App::start().await;
    let mut browser = registered(&app, JANE).await;
    let fields = [
        "platform_admin",
        "id",
        "role",
        "created_at",
        "password_hash",
    ];
    for field in fields {
        let pointer = format!("/{field}");
        let mut bodies = vec![
            ("/v1/accounts", json!({ "email": "eve@x", "name": "Eve" })),
            (
                "/v1/sessions",
                json!({ "email": JANE, "password": PASSWORD }),
            ),
            (
                "/v1/account/password",
                json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD }),
            ),
        ];
        for (path, body) in &mut bodies {
            body[field] = json!(true);
            let refused = browser.post(path, body).await;
            assert_eq!(refused.status, 422, "{path} {field}");
            assert_eq!(refused.json()["errors"][0]["pointer"], pointer.as_str());
        }
        let mut body = json!({ "name": "J" });
        body[field] = json!(true);
        assert_eq!(browser.patch("/v1/account", &body).await.status, 422);
    }
}

#[tokio::test]
async fn every_wrong_field_is_told_and_none_is_repeated() {
    let app = App::start().await;
    let mut browser = Browser::new(&app);
    let body = json!({ "email": "no address", "name": "a\u{202e}b", "invitation": "short" });
    let refused = browser.post("/v1/accounts", &body).await;
    let errors = refused.json()["errors"].clone();
    let pointers: Vec<_> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(pointers, ["/email", "/name", "/invitation"]);
    assert!(!refused.text().contains("no address"));
    for body in [r#"{"email":"a@b","email":"c@d"}"#, "[]", "{", ""] {
        let request = browser
            .request(Method::POST, "/v1/accounts")
            .header("content-type", "application/json");
        assert_eq!(Answer::to(request.body(body)).await.status, 400);
    }
}
