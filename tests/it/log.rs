//! What the server writes down, and what it never does.

use std::{path::Path, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::harness::{Answer, App, DEMO_SECRET, MASTER_KEY, Newsroom, hmac_token, lanyard, now};

/// `lanyard serve`, as it ships, with its log in a file.
struct Served {
    process: Child,
    url: String,
    folder: TempDir,
}

impl Served {
    async fn start(app: &App, filter: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let mut command: Command = lanyard(&app.database.url);
        command
            .arg("serve")
            .env("LANYARD_LISTEN", "127.0.0.1:0")
            .env("LANYARD_REDIS_URL", &app.database.services.redis_url)
            .env("LANYARD_LOG", filter)
            .env("LANYARD_LOG_FILE", folder.path().join("log"))
            .env("LANYARD_DRAIN_DELAY", "0");
        let process = command.spawn().unwrap();
        let log = folder.path().join("log");
        for _ in 0..1_000 {
            if let Some(line) = lines(&log).iter().find(|line| line["message"] == "serving") {
                let url = format!("http://{}", line["address"].as_str().unwrap());
                return Self {
                    process,
                    url,
                    folder,
                };
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the server doesn't start");
    }

    /// Stops it as an operator does, and tells what it wrote.
    async fn stop(mut self) -> String {
        let id = self.process.id().unwrap().to_string();
        let mut kill = Command::new("kill");
        assert!(kill.args(["-TERM", &id]).status().await.unwrap().success());
        assert!(self.process.wait().await.unwrap().success());
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }
}

/// The whole lines that are there; each must be JSON.
fn lines(log: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Requests that present codes, good and bad, and the codes.
async fn exchanging(
    app: &App,
    url: &str,
    post: &Newsroom,
) -> (Vec<reqwest::RequestBuilder>, Vec<String>) {
    let path = post.tokens_path("codes");
    let mut codes = Vec::new();
    for _ in 0..2 {
        let asked = app.post_as(&path, &post.api_key, r#"{"user":"2"}"#).await;
        codes.push(asked.json()["code"].as_str().unwrap().to_owned());
    }
    let (code, other) = (&codes[0], &codes[1]);
    let exchange = format!("{url}/t/{}/exchange", post.slug);
    let present = || {
        let request = app.client.request(Method::POST, &exchange);
        request.header("content-type", "application/json")
    };
    let good = json!({ "code": code });
    let requests = vec![
        present().body(format!("{{\"code\": {code}")),
        present().json(&json!({ "code": code, "x": other })),
        present()
            .header("origin", "https://evil.example")
            .json(&good),
        present().json(&good),
        present().json(&good),
        app.client.post(format!("{url}{path}")).bearer_auth(other),
        app.client.get(format!("{exchange}?code={other}")),
    ];
    (requests, codes)
}

/// Sends requests of all kinds, most of them with something secret. Tells the secrets, and the requests' ids.
async fn exercise(app: &App, url: &str) -> (Vec<String>, Vec<String>) {
    let post = app.demo_tenant("post").await;
    let signed = |claims: Value| hmac_token(DEMO_SECRET, "HS256", &claims);
    let (now, issuer) = (now(), &post.issuer);
    let token = post.token("1").await;
    let expired = signed(json!({ "iss": issuer, "aud": "talk", "sub": "1", "exp": now - 1 }));
    let foreign = hmac_token("x", "HS256", &json!({ "iss": issuer }));
    let issuing = signed(json!({
        "iss": issuer, "aud": "TALK_TOKEN_EXAMPLE_AUDIENCE", "sub": "TALK_TOKEN_EXAMPLE",
    }));
    let wrong_key = format!("{}x", post.api_key);
    let request = |method: Method, path: &str| app.client.request(method, format!("{url}{path}"));
    let mut requests = Vec::new();
    for bearer in [
        &token,
        &expired,
        &foreign,
        &issuing,
        &post.api_key,
        &wrong_key,
    ] {
        requests.push(request(Method::GET, "/t/post/").bearer_auth(bearer));
        requests.push(request(Method::HEAD, "/t/post").bearer_auth(bearer));
        requests.push(request(
            Method::GET,
            &format!("/t/post/?access_token={bearer}"),
        ));
        let issue = request(Method::POST, "/t/post/").bearer_auth(bearer);
        requests.push(issue.json(&json!({ "id": "2", "secret": DEMO_SECRET })));
        let broken = request(Method::POST, "/t/post/").bearer_auth(&post.api_key);
        let broken = broken.header("content-type", "application/json");
        requests.push(broken.body(format!("{{\"id\": {bearer}")));
        for act in ["introspect", "check", "revoke"] {
            let request = request(Method::POST, &post.tokens_path(act));
            requests.push(
                request
                    .bearer_auth(&post.api_key)
                    .json(&json!({ "token": bearer })),
            );
        }
    }
    for settings in [
        format!("TALK_JWT_SECRET={DEMO_SECRET}"),
        format!("TALK_JWT_SECRET='{DEMO_SECRET}"),
        DEMO_SECRET.to_owned(),
    ] {
        let check = request(Method::POST, &post.tokens_path("check")).bearer_auth(&post.api_key);
        requests.push(check.json(&json!({ "token": &token, "settings": settings })));
    }
    let (exchanges, codes) = exchanging(app, url, &post).await;
    requests.extend(exchanges);
    requests.push(request(Method::GET, "/t/%22%0a%7B/"));
    requests.push(request(Method::PUT, "/nope"));
    let mut ids = Vec::new();
    let mut secrets = vec![
        token,
        expired,
        foreign,
        issuing,
        post.api_key.clone(),
        wrong_key,
    ];
    secrets.extend(codes);
    for request in requests {
        let answer = Answer::to(request).await;
        ids.push(answer.header("x-request-id").to_owned());
        if answer.status == 201 {
            secrets.push(answer.json()["token"].as_str().unwrap().to_owned());
        }
    }
    secrets.push(DEMO_SECRET.to_owned());
    secrets.push(MASTER_KEY.split_once(':').unwrap().1.to_owned());
    (secrets, ids)
}

/// A signature alone gives a token away too.
fn check_silence(log: &str, secrets: &[String]) {
    assert!(secrets.len() > 8);
    for secret in secrets {
        for part in secret
            .split('.')
            .chain([&secret[..]])
            .filter(|part| part.len() > 20)
        {
            // All tokens of a key begin with the same header, which is no secret.
            let is_header = part.starts_with("eyJhbGci");
            assert!(
                is_header && part != secret || !log.contains(part),
                "{part} is in the log"
            );
        }
    }
    for reader in ["bob", "alice", "coralproject"] {
        assert!(!log.contains(reader), "{reader} is in the log");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_is_one_json_line_that_holds_no_secret_and_no_reader() {
    let app = App::start().await;
    let served = Served::start(&app, "info").await;
    let (secrets, ids) = exercise(&app, &served.url).await;
    let log = served.stop().await;
    check_silence(&log, &secrets);
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for id in &ids {
        let of_request: Vec<_> = lines
            .iter()
            .filter(|line| line["request_id"] == **id)
            .collect();
        assert_eq!(of_request.len(), 1, "{id}: {of_request:?}");
        let line = of_request[0];
        for name in [
            "time",
            "level",
            "method",
            "status",
            "microseconds",
            "request_id",
        ] {
            assert!(!line[name].is_null(), "{name} in {line}");
        }
    }
    let requests = lines
        .iter()
        .filter(|line| line["target"] == "lanyard::request");
    assert_eq!(requests.count(), ids.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_most_talkative_log_holds_no_secret_either() {
    let app = App::start().await;
    let served = Served::start(&app, "trace").await;
    let (secrets, _) = exercise(&app, &served.url).await;
    let log = served.stop().await;
    let keys: Vec<_> = secrets;
    check_silence(&log, &keys);
    assert!(
        log.lines()
            .all(|line| serde_json::from_str::<Value>(line).is_ok())
    );
}
