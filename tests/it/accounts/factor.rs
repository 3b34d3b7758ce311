//! Authenticator apps and recovery codes.

use lanyard_core::totp::TotpSecret;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{JANE, OTHER_PASSWORD, PASSWORD, actions, registered};
use crate::harness::{Answer, App, Browser};

/// An authenticator app on a phone.
struct Phone(TotpSecret);

impl Phone {
    /// Reads a secret in base 32 (RFC 4648, section 6).
    fn type_in(secret: &str) -> Self {
        let digits = secret.bytes().map(|byte| match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => panic!("{byte} isn't base 32"),
        });
        let (mut bytes, mut bits, mut held) = (Vec::new(), 0, 0_u32);
        for digit in digits {
            held = held << 5 | u32::from(digit);
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                bytes.push((held >> bits & 0xff) as u8);
            }
        }
        Self(TotpSecret::from_bytes(Zeroizing::new(bytes)).unwrap())
    }

    fn code(&self, app: &App) -> String {
        self.0.code(app.clock.now())
    }
}

/// Turns it on; gives the phone and the recovery codes.
/// Turns the app on, at a time that stands still: a code must not change between two uses.
async fn with_totp(app: &App, browser: &mut Browser) -> (Phone, Vec<String>) {
    app.clock.stop();
    let begun = browser.press("/v1/account/totp").await;
    assert_eq!(begun.status, 201, "{begun:?}");
    let typed = begun.json()["secret"].as_str().unwrap().to_owned();
    let phone = Phone::type_in(&typed);
    let body = json!({ "code": phone.code(app) });
    let confirmed = browser.post("/v1/account/totp/confirm", &body).await;
    assert_eq!(confirmed.status, 200, "{confirmed:?}");
    let codes = confirmed.json()["recovery_codes"].clone();
    (phone, serde_json::from_value(codes).unwrap())
}

async fn log_in_with(app: &App, code: &Value) -> Answer {
    let body = json!({ "email": JANE, "password": PASSWORD, "code": code });
    Browser::new(app).post("/v1/sessions", &body).await
}

#[tokio::test]
async fn with_an_app_the_password_alone_lets_nobody_in() {
    let app = App::start().await;
    let mut browser = registered(&app, JANE).await;
    let (phone, codes) = with_totp(&app, &mut browser).await;
    assert_eq!(codes.len(), 10);
    let me = browser.get("/v1/account").await.json();
    assert_eq!(me["account"]["totp"], true);
    assert_eq!(me["recovery_codes_left"], 10);

    let without = log_in_with(&app, &Value::Null).await;
    assert_eq!(without.problem(), "code-required");
    let wrong = Browser::new(&app).log_in(JANE, OTHER_PASSWORD).await;
    assert_eq!(wrong.problem(), "login-refused", "says nothing of the app");
    let used = log_in_with(&app, &json!(phone.code(&app))).await;
    assert_eq!(used.problem(), "login-refused", "it confirmed the app");
    app.clock.advance(30);
    let code = json!(phone.code(&app));
    assert_eq!(log_in_with(&app, &code).await.status, 201);
    let again = log_in_with(&app, &code).await;
    assert_eq!(again.problem(), "login-refused", "a replay");
    app.clock.advance(90);
    let old = log_in_with(&app, &code).await;
    assert_eq!(old.problem(), "login-refused", "an old one");
    assert_eq!(actions(&app).await.last().unwrap(), "account.totp.on");
}

#[tokio::test]
async fn a_code_that_is_sent_twice_at_once_counts_once() {
    let app = App::start().await;
    let mut browser = registered(&app, JANE).await;
    let (phone, _) = with_totp(&app, &mut browser).await;
    app.clock.advance(30);
    let code = json!(phone.code(&app));
    let answers = tokio::join!(
        log_in_with(&app, &code),
        log_in_with(&app, &code),
        log_in_with(&app, &code)
    );
    let statuses = [answers.0.status, answers.1.status, answers.2.status];
    let let_in = statuses.iter().filter(|status| **status == 201).count();
    assert_eq!(let_in, 1, "{statuses:?}");
}

#[tokio::test]
async fn a_recovery_code_stands_in_for_the_app_once() {
    let app = App::start().await;
    let mut browser = registered(&app, JANE).await;
    let (_, codes) = with_totp(&app, &mut browser).await;
    let typed = json!(codes[3].to_uppercase().replace('-', " "));
    assert_eq!(log_in_with(&app, &typed).await.status, 201);
    assert_eq!(log_in_with(&app, &typed).await.problem(), "login-refused");
    let me = browser.get("/v1/account").await.json();
    assert_eq!(me["recovery_codes_left"], 9);
    assert_eq!(
        actions(&app).await.last().unwrap(),
        "account.recovery_code.use"
    );

    let replaced = browser.press("/v1/account/recovery-codes").await;
    let new = replaced.json()["recovery_codes"][0].clone();
    let old = json!(codes[4]);
    assert_eq!(log_in_with(&app, &old).await.problem(), "login-refused");
    assert_eq!(log_in_with(&app, &new).await.status, 201);
}

#[tokio::test]
async fn the_app_is_removed_and_changed_only_where_the_password_was_just_proved() {
    let app = App::start().await;
    let mut browser = registered(&app, JANE).await;
    let (phone, _) = with_totp(&app, &mut browser).await;
    let second = browser.press("/v1/account/totp").await;
    assert_eq!(second.problem(), "state-conflict", "one is on already");
    app.clock.advance(600);
    for refused in [
        browser.delete("/v1/account/totp").await,
        browser.press("/v1/account/recovery-codes").await,
        browser.press("/v1/account/totp").await,
    ] {
        assert_eq!(refused.problem(), "password-proof-needed");
    }
    let without = json!({ "password": PASSWORD });
    let refused = browser.post("/v1/account/prove", &without).await;
    assert_eq!(refused.problem(), "code-required");
    let wrong = json!({ "password": PASSWORD, "code": "000000" });
    let refused = browser.post("/v1/account/prove", &wrong).await;
    assert_eq!(refused.json()["errors"][0]["pointer"], "/code");
    let proof = json!({ "password": PASSWORD, "code": phone.code(&app) });
    assert_eq!(browser.post("/v1/account/prove", &proof).await.status, 200);
    assert_eq!(browser.delete("/v1/account/totp").await.status, 204);
    let without = log_in_with(&app, &Value::Null).await;
    assert_eq!(without.status, 201, "{without:?}");
    let codes = browser.press("/v1/account/recovery-codes").await;
    assert_eq!(codes.problem(), "state-conflict");
}

#[tokio::test]
async fn an_app_counts_once_a_code_was_confirmed() {
    let app = App::start().await;
    let mut browser = registered(&app, JANE).await;
    let body = json!({ "code": "123456" });
    let early = browser.post("/v1/account/totp/confirm", &body).await;
    assert_eq!(early.problem(), "state-conflict");
    assert_eq!(browser.press("/v1/account/totp").await.status, 201);
    assert_eq!(log_in_with(&app, &Value::Null).await.status, 201);
    for code in ["", "12345", "abcdef", "0000000"] {
        let body = json!({ "code": code });
        let wrong = browser.post("/v1/account/totp/confirm", &body).await;
        assert_eq!(wrong.json()["errors"][0]["pointer"], "/code", "{code}");
    }
    let guessed = browser.post("/v1/account/totp/confirm", &body).await;
    assert_eq!(guessed.status, 429, "guesses are counted");
}

#[tokio::test]
async fn a_reset_does_not_get_past_the_app() {
    let app = App::start().await;
    let mut browser = registered(&app, JANE).await;
    let (phone, _) = with_totp(&app, &mut browser).await;
    let mut thief = Browser::new(&app);
    thief
        .post("/v1/accounts/reset", &json!({ "email": JANE }))
        .await;
    let token = app.mailed_token(JANE).await;
    let body = json!({ "token": token, "password": OTHER_PASSWORD });
    let reset = thief.post("/v1/accounts/reset/confirm", &body).await;
    assert_eq!(reset.status, 204, "{reset:?}");
    assert!(thief.cookies.is_empty());
    let refused = thief.log_in(JANE, OTHER_PASSWORD).await;
    assert_eq!(refused.problem(), "code-required");
    app.clock.advance(30);
    let body = json!({ "email": JANE, "password": OTHER_PASSWORD, "code": phone.code(&app) });
    assert_eq!(browser.post("/v1/sessions", &body).await.status, 201);
}

#[tokio::test]
async fn another_password_takes_a_code_too() {
    let app = App::start().await;
    let mut browser = registered(&app, JANE).await;
    let (_, codes) = with_totp(&app, &mut browser).await;
    let mut change = json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD });
    let refused = browser.post("/v1/account/password", &change).await;
    assert_eq!(refused.problem(), "code-required");
    change["code"] = codes[0].as_str().into();
    let changed = browser.post("/v1/account/password", &change).await;
    assert_eq!(changed.status, 200, "{changed:?}");
}
