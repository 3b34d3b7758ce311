//! The whole way of a newsroom: from the demo service to Talk v4, Coral beside it, over to Coral, while readers come and go.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    coral::CORAL_SECRET,
    harness::{App, DEMO_SECRET, Newsroom, claims_of, eventually, hmac_token, is_signed_with, now},
};

const ISSUER: &str = "http://localhost:3000";
const READERS: usize = 6;

/// What Talk v4 checks by itself, with the demo service's secret.
fn talk_takes(token: &str) -> bool {
    let claims = claims_of(token);
    is_signed_with(token, DEMO_SECRET)
        && claims["iss"] == ISSUER
        && claims["aud"] == "talk"
        && claims["sub"].is_string()
        && claims["jti"].is_string()
        && claims["exp"].as_i64() > Some(now())
        && claims.get("pat").is_none()
}

/// What Coral checks by itself.
fn coral_takes(token: &str) -> bool {
    let claims = claims_of(token);
    let user = &claims["user"];
    is_signed_with(token, CORAL_SECRET)
        && ["id", "email", "username"]
            .iter()
            .all(|name| user[*name].as_str().is_some_and(|text| !text.is_empty()))
        && ["sub", "iss", "aud"]
            .iter()
            .all(|name| claims.get(*name).is_none())
        && claims["iat"].is_i64()
}

/// Readers who come, again and again, until the end; whoever isn't let in has said why.
struct Readers {
    coral: Arc<AtomicBool>,
    rounds: Arc<[AtomicUsize; 2]>,
    stop: Arc<AtomicBool>,
    tasks: JoinSet<()>,
}

impl Readers {
    fn come(app: &App, post: &Newsroom) -> Self {
        let mut readers = Self {
            coral: Arc::default(),
            rounds: Arc::default(),
            stop: Arc::default(),
            tasks: JoinSet::new(),
        };
        for number in 0..READERS {
            let (coral, rounds, stop) = (
                Arc::clone(&readers.coral),
                Arc::clone(&readers.rounds),
                Arc::clone(&readers.stop),
            );
            let (client, url, key) = (app.client.clone(), app.url.clone(), post.api_key.clone());
            readers.tasks.spawn(async move {
                let id = (number % 3 + 1).to_string();
                while !stop.load(Ordering::Relaxed) {
                    let to_coral = coral.load(Ordering::Relaxed);
                    let path = if to_coral {
                        "/t/post/coral/"
                    } else {
                        "/t/post/"
                    };
                    let place = format!("{url}{path}");
                    let request = client.post(&place).bearer_auth(&key);
                    let issued = request.json(&json!({ "id": id })).send().await.unwrap();
                    assert_eq!(issued.status(), 201, "{path}");
                    let issued: Value = issued.json().await.unwrap();
                    let token = issued["token"].as_str().unwrap();
                    let taken = if to_coral {
                        coral_takes(token)
                    } else {
                        talk_takes(token)
                    };
                    assert!(taken, "{path}: {}", claims_of(token));
                    let asked = client.get(&place).bearer_auth(token).send().await.unwrap();
                    assert_eq!(asked.status(), 200, "{path}");
                    rounds[usize::from(to_coral)].fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        readers
    }

    /// Waits until all have been let in once more, by Talk or by Coral.
    async fn pass(&self) {
        let rounds = &self.rounds[usize::from(self.coral.load(Ordering::Relaxed))];
        let before = rounds.load(Ordering::Relaxed);
        eventually("all readers are let in", async || {
            rounds.load(Ordering::Relaxed) >= before + 2 * READERS
        })
        .await;
    }

    async fn leave(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.tasks.join_all().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_demo_service_to_talk_to_coral_no_reader_is_refused() {
    let app = App::start().await;
    let post = Newsroom::import_demo(&app, "post", ISSUER).await;
    let old = hmac_token(
        DEMO_SECRET,
        "HS256",
        &json!({
            "iat": now() - 60, "exp": now() + 86_400, "aud": "talk", "iss": ISSUER, "sub": "1",
            "jti": "0f0e7c0a-5d0c-4a8c-9a59-6a7f3c1f7b10",
        }),
    );
    assert_eq!(post.look_up(&old).await.status, 200);
    let readers = Readers::come(&app, &post);
    readers.pass().await;

    // Coral beside it, and somebody who isn't ready.
    let folder = tempfile::TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let lacking = file("lacking.ndjson", "{\"id\":\"4\",\"username\":\"dan\"}\n");
    app.cli(&["user", "import", "--tenant", "post", &lacking])
        .await
        .ok();
    let secret = file("secret", CORAL_SECRET);
    let to_coral = async |options: &[&str]| {
        let mut arguments = vec!["tenant", "migrate-to-coral", "post", "--json"];
        arguments.extend(options);
        app.cli(&arguments).await
    };
    let begun = to_coral(&[
        "--coral-url",
        "https://coral.post.example",
        "--secret-file",
        &secret,
        "--kid",
        "5f3a9c0d1e2b4f6a",
    ])
    .await
    .json();
    assert_eq!(begun["stage"], "side-by-side");
    assert_eq!(begun["readiness"]["no_email"], 1);
    readers.pass().await;
    assert_ne!(to_coral(&["--cut-over"]).await.code, 0);

    // Mended, tried, and over.
    let whole = "{\"id\":\"4\",\"username\":\"dan\",\"email\":\"dan@post.example\"}\n";
    let mended = file("mended.ndjson", whole);
    app.cli(&["user", "import", "--tenant", "post", &mended])
        .await
        .ok();
    eventually("this server knows Coral", async || {
        let asked = app.post_as("/t/post/coral/", &post.api_key, r#"{"id":"4"}"#);
        asked.await.status == 201
    })
    .await;
    readers.coral.store(true, Ordering::Relaxed);
    readers.pass().await;
    readers.pass().await;
    let cut = to_coral(&["--cut-over"]).await.json();
    assert_eq!(cut["stage"], "cut-over");
    readers.pass().await;
    assert_eq!(post.look_up(&old).await.status, 200, "it lives to its end");
    readers.leave().await;

    // The last of Talk's tokens has ended, and its key with it.
    let end: jiff::Timestamp = cut["last_talk_token_ends_at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    app.clock.advance(end.as_second() - now() + 1);
    assert_eq!(post.look_up(&old).await.status, 401);
    let issued = app
        .post_as("/t/post/coral/", &post.api_key, r#"{"id":"1"}"#)
        .await;
    assert_eq!(issued.status, 201, "{issued:?}");
    let standing = app.member("post", "owner").await;
    let standing = standing.get("/v1/tenants/post/migration-to-coral").await;
    assert_eq!(standing.json()["stage"], "done");
}
