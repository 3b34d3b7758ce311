//! What is pasted so that a deployment and Lanyard work together: the same everywhere, and right.

mod embed;
mod forms;
mod plan;
mod same;
mod samples;

use serde_json::{Value, json};

use crate::harness::{App, PUBLIC_URL, Person};

/// A secret with what `.env`, YAML, compose and systemd each take for something else.
const NASTY: &str = r#"Zq4vT9xW#m2Lr K8s$N{b}J6%hY\d3G"cP:eUaQ7"#;

const SETTINGS: &str = "/v1/tenants/the-post/deployments/default/settings";
const EXPORT: &str = "/v1/tenants/the-post/deployments/default/signing-keys/export";

/// The settings as everybody of the newsroom sees them.
async fn shown(person: &Person, path: &str) -> Value {
    let answer = person.get(path).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// Talk's settings as an owner exports them.
async fn exported(owner: &Person, body: &Value) -> String {
    let answer = owner.post(EXPORT, body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["text"].as_str().unwrap().to_owned()
}

/// What `lanyard deployment settings` prints on the database, to the letter.
async fn printed(app: &App, arguments: &[&str]) -> String {
    let mut command = crate::harness::lanyard(&app.database.url);
    let head = ["deployment", "settings", "--tenant", "the-post"];
    command
        .env("LANYARD_PUBLIC_URL", PUBLIC_URL)
        .args(head)
        .args(arguments);
    crate::harness::run(command, b"").await.ok().stdout
}

/// Gives the newsroom this active key instead of the first one, which never signed and so is gone.
async fn bring(app: &App, key: &str, arguments: &[&str]) {
    let import = ["key", "import", "--tenant", "the-post", "--file", "-"];
    let import = [&import[..], &["--activate"], arguments].concat();
    app.cli_with_input(&import, key.as_bytes()).await.ok();
}

/// Adds a Coral to the newsroom, with a secret as Coral makes them.
async fn add_coral(app: &App, owner: &Person) {
    let coral =
        json!({ "name": "coral", "kind": "coral", "root_url": "https://coral.the-post.example" });
    let made = owner.post("/v1/tenants/the-post/deployments", &coral).await;
    assert_eq!(made.status, 201, "{made:?}");
    let secret = "ssosec_9f2c7b1e5d8a4f60c3b2a1908f7e6d5c4b3a29181706f5e4d3c2b1a0998877665";
    let place = ["--deployment", "coral", "--kid", "5c1e9a7b3d2f4860"];
    bring(app, secret, &place).await;
}
