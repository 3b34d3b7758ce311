//! How long an answer takes doesn't tell whether an address has an account.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{JANE, registered};
use crate::harness::{App, Browser};

const ROUNDS: usize = 24;

/// The median times for somebody known and somebody unknown, asked in turns.
async fn medians(app: &App, path: &str, body: impl Fn(&str) -> Value) -> [Duration; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        // Long enough for every bucket to have forgotten.
        app.clock.advance(2 * 86_400);
        for (times, email) in times.iter_mut().zip([JANE, "nobody@thepost.example"]) {
            let (mut browser, body) = (Browser::new(app), body(email));
            let begin = Instant::now();
            let answer = browser.post(path, &body).await;
            times.push(begin.elapsed());
            assert!([202, 401].contains(&answer.status), "{answer:?}");
        }
    }
    times.map(|mut times| {
        times.sort_unstable();
        times[ROUNDS / 2]
    })
}

#[tokio::test]
async fn an_account_makes_no_answer_slower_or_faster() {
    let app = App::start().await;
    registered(&app, JANE).await;
    let login = |email: &str| json!({ "email": email, "password": "not the password" });
    let register = |email: &str| json!({ "email": email, "name": "Eve" });
    let reset = |email: &str| json!({ "email": email });
    for (path, [known, unknown]) in [
        ("log-in", medians(&app, "/v1/sessions", login).await),
        ("register", medians(&app, "/v1/accounts", register).await),
        ("reset", medians(&app, "/v1/accounts/reset", reset).await),
    ] {
        let (less, more) = (known.min(unknown), known.max(unknown));
        // Hashing for one of the two alone would make it tenfold; writing for one alone, threefold.
        assert!(more < less * 2, "{path}: {known:?} and {unknown:?}");
    }
}
