//! Every form of Talk's settings, read by what takes it.

use lanyard_core::{setup::Form, talk::TalkSettings};
use serde_json::{Map, Value, json};
use tokio::{io::AsyncWriteExt, process::Command};
use zeroize::Zeroizing;

use super::{NASTY, bring, exported};
use crate::{
    harness::App,
    verifiers::{FOLDER, PYTHON, Verifiers, read_env},
};

/// What the readers make of texts, by form.
async fn read(texts: &Value) -> Value {
    let mut python = Command::new(PYTHON)
        .arg("forms.py")
        .current_dir(FOLDER)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = python.stdin.take().unwrap();
    stdin.write_all(texts.to_string().as_bytes()).await.unwrap();
    drop(stdin);
    let output = python.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Values with every printable sign of ASCII in every company, and some that are not ASCII.
fn values() -> Vec<String> {
    let signs: Vec<char> = (' '..='~')
        .chain(['é', '\u{a0}', '\u{2028}', '\u{feff}', '🔑'])
        .collect();
    let mut values: Vec<String> = signs
        .iter()
        .flat_map(|sign| {
            [
                format!("{sign}"),
                format!("a{sign}b"),
                format!("{sign}{sign} {sign}\\{sign}"),
            ]
        })
        .collect();
    values.extend(signs.windows(4).map(|signs| signs.iter().rev().collect()));
    values.extend(
        [
            "yes",
            "null",
            "1e3",
            "0x1f",
            "2027-01-01",
            "$(id)",
            "${A:-b}",
            "%n",
        ]
        .map(str::to_owned),
    );
    let pem = "-----BEGIN PUBLIC KEY-----\\nMIIB+/=\\n-----END PUBLIC KEY-----";
    values.push(
        json!([{ "kid": "a#$1", "public": pem }, { "kid": "b", "secret": NASTY }]).to_string(),
    );
    values
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_readers_read_back_every_value_in_every_form() {
    let (tenant, deployment) = ("the-post".parse().unwrap(), "default".parse().unwrap());
    let values = values();
    let (mut texts, mut expected) = (Map::new(), Map::new());
    for form in [Form::Compose, Form::Kubernetes, Form::Systemd] {
        let write = |value: &String| {
            let settings = TalkSettings {
                variables: vec![("TALK_JWT_SECRET", Zeroizing::new(value.clone()))],
                notes: Vec::new(),
            };
            form.write(&settings, &tenant, &deployment).to_string()
        };
        let all: Vec<_> = values.iter().map(write).collect();
        texts.insert(form.name().to_owned(), json!(all));
        let all: Vec<_> = values
            .iter()
            .map(|value| json!({ "TALK_JWT_SECRET": value }))
            .collect();
        expected.insert(form.name().to_owned(), json!(all));
    }
    assert_eq!(read(&texts.into()).await, Value::from(expected));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn talk_accepts_the_tokens_with_the_settings_in_every_form() {
    let app = App::start().await;
    let post = app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let mut talk = Verifiers::start();
    let entry = json!({ "kid": "a#$1", "secret": NASTY }).to_string();
    let pair = app.cli(&["key", "create", "--tenant", "the-post", "--alg", "RS256"]);
    pair.await.ok();
    for (key, kid) in [(NASTY, "one"), (&*entry, "a#$1")] {
        bring(&app, key, &["--kid", kid]).await;
        let token = post.token("2").await;
        let mut texts = Map::new();
        for form in ["compose", "kubernetes", "systemd"] {
            let text = exported(&owner, &json!({ "format": form })).await;
            texts.insert(form.to_owned(), json!([text]));
        }
        let env = read_env(&exported(&owner, &json!({ "format": "env" })).await).await;
        let read = read(&texts.into()).await;
        for form in ["compose", "kubernetes", "systemd"] {
            assert_eq!(read[form][0], env, "{form}");
        }
        let said = talk.talk(&env, &token).await;
        assert_eq!(said, json!({ "ok": true, "id": "2" }), "{env}");
    }
}
