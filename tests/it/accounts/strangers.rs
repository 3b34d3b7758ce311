//! What strangers learn of who has an account, and what they can have mailed.

use lanyard_api::Registration;
use serde_json::{Value, json};

use super::{JANE, OTHER_PASSWORD, PASSWORD, registered};
use crate::harness::{Answer, App, Browser};

const NOBODY: &str = "nobody@thepost.example";

/// What a stranger sees of an answer.
fn seen(answer: &Answer) -> (u16, String, Vec<String>) {
    let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
    names.sort();
    (answer.status, answer.text().to_owned(), names)
}

#[tokio::test]
async fn an_answer_does_not_tell_whether_an_address_has_an_account() {
    let app = App::start().await;
    registered(&app, JANE).await;
    let ask =
        async |path: &'static str, body: Value| seen(&Browser::new(&app).post(path, &body).await);
    let both = async |path, body: fn(&str) -> Value| {
        let (known, unknown) = (ask(path, body(JANE)).await, ask(path, body(NOBODY)).await);
        assert_eq!(known, unknown, "{path}");
        known
    };
    let login = both(
        "/v1/sessions",
        |email| json!({ "email": email, "password": OTHER_PASSWORD }),
    );
    assert_eq!(login.await.0, 401);
    let reset = both("/v1/accounts/reset", |email| json!({ "email": email }));
    assert_eq!(reset.await.0, 202);
    let register = both(
        "/v1/accounts",
        |email| json!({ "email": email, "name": "Eve" }),
    );
    assert_eq!(register.await.0, 202);
    // The mailbox learns it, and its owner alone reads that.
    let last = async |email| app.letters(email).await.pop().unwrap();
    assert!(!last(JANE).await.text.contains("#token="));
    assert!(last(NOBODY).await.text.contains("/verify#token="));
}

#[tokio::test]
async fn a_code_tells_nothing_to_who_has_the_wrong_password() {
    let app = App::start().await;
    registered(&app, JANE).await;
    for email in [JANE, NOBODY] {
        let body = json!({ "email": email, "password": OTHER_PASSWORD, "code": "123456" });
        let refused = Browser::new(&app).post("/v1/sessions", &body).await;
        assert_eq!(refused.problem(), "login-refused");
    }
}

#[tokio::test]
async fn a_mailbox_gets_three_letters_of_a_kind_and_nobody_is_told_that_it_gets_no_more() {
    let app = App::start().await;
    let body = json!({ "email": JANE, "name": "Jane" });
    for _ in 0..8 {
        let asked = Browser::new(&app).post("/v1/accounts", &body).await;
        assert_eq!(asked.status, 202);
        let body = json!({ "email": JANE });
        let asked = Browser::new(&app).post("/v1/accounts/reset", &body).await;
        assert_eq!(asked.status, 202);
    }
    assert_eq!(app.letters(JANE).await.len(), 6);
    app.clock.advance(600);
    Browser::new(&app).post("/v1/accounts", &body).await;
    assert_eq!(app.letters(JANE).await.len(), 7);
}

#[tokio::test]
async fn a_place_has_twenty_letters_sent_and_then_waits() {
    let app = App::start().await;
    app.clock.stop();
    let mut statuses = Vec::new();
    for count in 0..22 {
        let body = json!({ "email": format!("a{count}@thepost.example"), "name": "A" });
        let asked = Browser::new(&app).post("/v1/accounts", &body).await;
        statuses.push(asked.status);
        if asked.status == 429 {
            assert_eq!(asked.problem(), "rate-limited");
            assert_eq!(asked.header("retry-after"), "60");
        }
    }
    assert_eq!(statuses[..20], [202; 20]);
    assert_eq!(statuses[20..], [429; 2]);
}

#[tokio::test]
async fn links_are_made_from_the_configuration_and_letters_repeat_nothing_of_a_stranger_s() {
    let app = App::start().await;
    let body = json!({ "email": JANE, "name": "Win at https://evil.example" });
    let request = app
        .request(reqwest::Method::POST, "/v1/accounts")
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .json(&body);
    assert_eq!(Answer::to(request).await.status, 202);
    let letter = app.letters(JANE).await.pop().unwrap();
    assert!(!letter.text.contains("evil"), "{}", letter.text);
    let link = letter.text.lines().find(|line| line.contains("token"));
    assert!(
        link.unwrap()
            .starts_with("https://lanyard.example/verify#token="),
        "{link:?}"
    );
}

#[tokio::test]
async fn registration_is_for_whom_the_configuration_says() {
    let app = App::builder()
        .registration(Registration::Closed)
        .start()
        .await;
    let body = json!({ "email": JANE, "name": "Jane" });
    let refused = Browser::new(&app).post("/v1/accounts", &body).await;
    assert_eq!(refused.problem(), "registration-closed");

    let app = App::builder()
        .registration(Registration::Invite)
        .start()
        .await;
    app.tenant("the-post").await;
    let refused = Browser::new(&app).post("/v1/accounts", &body).await;
    assert_eq!(refused.problem(), "registration-closed");
    let invitation = lanyard_core::secret_token::SecretToken::generate().unwrap();
    let hash: String = invitation
        .hash()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let sql = format!(
        "insert into invitations (tenant_id, id, email, role, hash, invited_by, expires_at)
         select id, gen_random_uuid(), '{JANE}', 'viewer', '\\x{hash}', 'test', now() + interval '1 day' from tenants"
    );
    app.database.execute(&sql).await;
    let body = |email| json!({ "email": email, "name": "J", "invitation": *invitation.reveal() });
    let refused = Browser::new(&app).post("/v1/accounts", &body(NOBODY)).await;
    assert_eq!(refused.problem(), "registration-closed");
    let taken = Browser::new(&app).post("/v1/accounts", &body(JANE)).await;
    assert_eq!(taken.status, 202);
    let token = app.mailed_token(JANE).await;
    let body = json!({ "token": token, "password": PASSWORD });
    let made = Browser::new(&app).post("/v1/accounts/verify", &body).await;
    assert_eq!(made.status, 201);
}
