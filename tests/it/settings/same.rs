//! Whole texts, as they are kept in `snapshots/`: the core, the API and the command line give the same bytes.
//! `LANYARD_WRITE_SNAPSHOTS=1` writes them anew.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use super::{EXPORT, NASTY, SETTINGS, add_coral, bring, exported, printed, shown};
use crate::harness::{App, lanyard, run};

fn snapshot(name: &str) -> PathBuf {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/it/settings/snapshots"
    );
    PathBuf::from(folder).join(name)
}

/// A text in which times are named and not told.
fn timeless(text: &str) -> String {
    let digits = |text: &str, shape: &str| {
        text.len() >= shape.len()
            && text
                .bytes()
                .zip(shape.bytes())
                .all(|(byte, shape)| match shape {
                    b'0' => byte.is_ascii_digit(),
                    other => byte == other,
                })
    };
    let mut told = String::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let length = ["0000-00-00T00:00:00Z", "0000-00-00"]
            .into_iter()
            .find(|shape| digits(rest, shape));
        match length {
            Some(shape) => {
                told.push_str(if shape.contains('T') { "TIME" } else { "DAY" });
                rest = &rest[shape.len()..];
            }
            None => {
                told.push(character);
                rest = &rest[character.len_utf8()..];
            }
        }
    }
    told
}

/// Compares a text with the file of this name, to the letter.
#[track_caller]
fn is_as_kept(name: &str, text: &str) {
    let (path, text) = (snapshot(name), format!("{}\n", timeless(text)));
    if std::env::var_os("LANYARD_WRITE_SNAPSHOTS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        text, kept,
        "{name}; LANYARD_WRITE_SNAPSHOTS=1 writes it anew"
    );
}

const FORMS: [(&str, &str); 4] = [
    ("env", "talk.env"),
    ("compose", "compose.yaml"),
    ("kubernetes", "secret.yaml"),
    ("systemd", "jwt.env"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn talks_settings_are_the_same_bytes_everywhere() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let entry = |kid: &str| json!({ "kid": kid, "secret": format!("{NASTY}{kid}") }).to_string();
    for stage in ["one", "several"] {
        if stage == "one" {
            bring(&app, NASTY, &["--kid", "one"]).await;
        } else {
            bring(&app, &entry("other"), &[]).await;
            bring(&app, &entry("second"), &[]).await;
        }
        let everybody = shown(&owner, SETTINGS).await;
        for (form, file) in FORMS {
            let text = exported(&owner, &json!({ "format": form })).await;
            is_as_kept(&format!("{stage}-{file}"), &text);
            assert_eq!(
                printed(&app, &["--format", form]).await,
                format!("{text}\n")
            );
            let hidden = everybody["talk"][form].as_str().unwrap();
            is_as_kept(&format!("{stage}-hidden-{file}"), hidden);
        }
        assert_eq!(
            printed(&app, &[]).await,
            printed(&app, &["--format", "env"]).await
        );
        let old = exported(&owner, &json!({ "format": "talk" })).await;
        assert_eq!(old, exported(&owner, &json!({ "format": "env" })).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embed_exchange_steps_and_plan_are_the_same_bytes_everywhere() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    bring(&app, NASTY, &["--kid", "one"]).await;
    add_coral(&app, &owner).await;
    let key = app
        .cli(&[
            "api-key",
            "create",
            "--tenant",
            "the-post",
            "--name",
            "k",
            "--scope",
            "settings:read",
            "--json",
        ])
        .await
        .json();
    let key = key["api_key"].as_str().unwrap();
    for name in ["default", "coral"] {
        let path = SETTINGS.replace("default", name);
        let texts = shown(&owner, &path).await;
        let by_key = app.get_as(&path, key).await.json();
        assert_eq!(by_key, texts, "an API key sees what an owner sees");
        let text = |pointer: &str| {
            texts
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap()
                .to_owned()
        };
        let mut all = vec![
            ("embed", "", text("/embed"), "embed.html"),
            ("plan", "", text("/plan/text"), "plan.txt"),
        ];
        for (language, file) in [
            ("curl", "token.sh"),
            ("php", "token.php"),
            ("node", "token.mjs"),
            ("python", "token.py"),
        ] {
            all.push((
                "exchange",
                language,
                text(&format!("/exchange/{language}")),
                file,
            ));
        }
        if name == "coral" {
            all.push(("coral", "", text("/coral"), "coral.txt"));
        }
        for (format, language, text, file) in all {
            is_as_kept(&format!("{name}-{file}"), &text);
            let mut arguments = vec!["--deployment", name, "--format", format];
            if !language.is_empty() {
                arguments.extend(["--for-language", language]);
            }
            let text = format!("{text}\n");
            assert_eq!(printed(&app, &arguments).await, text);
            let mut remote = lanyard("");
            remote
                .env_remove("LANYARD_DATABASE_URL")
                .env_remove("LANYARD_MASTER_KEY")
                .env("LANYARD_TOKEN", key)
                .args([
                    "--server",
                    &app.url,
                    "deployment",
                    "settings",
                    "--tenant",
                    "the-post",
                ])
                .args(&arguments);
            assert_eq!(run(remote, b"").await.ok().stdout, text);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_leave_by_the_database_and_by_an_owners_export_only() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let viewer = app.member("the-post", "viewer").await;
    bring(&app, NASTY, &["--kid", "one"]).await;
    add_coral(&app, &owner).await;
    let events = "audit_events where action = 'key.export'";
    for path in [
        SETTINGS.to_owned(),
        format!("{SETTINGS}?several=true"),
        SETTINGS.replace("default", "coral"),
    ] {
        for person in [&owner, &viewer] {
            let text = person.get(&path).await.text().to_owned();
            for secret in ["Zq4vT9xW", "ssosec_9f2c"] {
                assert!(!text.contains(secret), "{path}: {text}");
            }
        }
    }
    for format in ["embed", "exchange", "plan"] {
        assert!(
            !printed(&app, &["--format", format])
                .await
                .contains("Zq4vT9xW")
        );
    }
    assert_eq!(app.database.count(events).await, 0);
    assert!(
        printed(&app, &["--format", "all"])
            .await
            .contains("Zq4vT9xW")
    );
    assert_eq!(app.database.count(events).await, 1);
    exported(&owner, &json!({ "format": "systemd" })).await;
    assert_eq!(app.database.count(events).await, 2);
    let refused = viewer.post(EXPORT, &json!({ "format": "systemd" })).await;
    assert_eq!(refused.problem(), "role-insufficient");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_not_be_printed_says_why() {
    let app = App::start().await;
    app.tenant_with("the-post", &["--alg", "EdDSA"]).await;
    let owner = app.member("the-post", "owner").await;
    add_coral(&app, &owner).await;
    let texts = shown(&owner, SETTINGS).await;
    assert!(texts["talk"].is_null(), "{texts}");
    assert!(
        texts["talk_refused"].as_str().unwrap().contains("EdDSA"),
        "{texts}"
    );
    assert!(
        texts["plan"]["text"]
            .as_str()
            .unwrap()
            .contains("--alg HS256")
    );
    let coral = shown(&owner, &SETTINGS.replace("default", "coral")).await;
    assert!(
        coral["talk"].is_null() && coral["talk_refused"].is_null(),
        "{coral}"
    );
    let settings = ["deployment", "settings", "--tenant", "the-post"];
    for (arguments, words) in [
        (&["--format", "env"][..], "EdDSA"),
        (&["--format", "coral"], "is a Talk"),
        (&["--format", "env", "--deployment", "coral"], "is a Coral"),
        (&["--deployment", "nope"], "nothing at this path"),
        (
            &["--for-language", "perl", "--format", "exchange"],
            "curl, php, node and python",
        ),
    ] {
        let output = app.cli(&[&settings, arguments].concat()).await;
        assert!(output.code != 0 && output.stdout.is_empty(), "{output:?}");
        assert!(output.stderr.contains(words), "{words}: {output:?}");
    }
    let missing = owner.get(&SETTINGS.replace("default", "nope")).await;
    assert_eq!(missing.problem(), "not-found");
    let odd = owner.get(&format!("{SETTINGS}?several=maybe")).await;
    assert_eq!(odd.status, 422, "{odd:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_key_of_one_deployment_does_not_see_the_settings_of_another() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    add_coral(&app, &owner).await;
    let body = json!({ "name": "c", "scopes": ["settings:read"], "deployments": ["coral"] });
    let made = owner
        .post("/v1/tenants/the-post/api-keys", &body)
        .await
        .json();
    let key = made["api_key"].as_str().unwrap();
    let own = app.get_as(&SETTINGS.replace("default", "coral"), key).await;
    assert_eq!(own.status, 200, "{own:?}");
    let other = app.get_as(SETTINGS, key).await;
    assert_eq!(other.status, 403, "{other:?}");
}
