//! The embeds, run as they are printed in a page that is made of paper.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, process::Command};

use super::{SETTINGS, add_coral, shown};
use crate::harness::App;

/// A page with as much of a browser as the embeds use. The CMS answers as asked; what was fetched, loaded and rendered is
/// printed.
const PAGE: &str = r#"
const { html, answer } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const page = { fetched: [], loaded: [], rendered: [] };
const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)];
if (scripts.length !== 1) throw new Error("there is more than one script");
globalThis.fetch = async (...call) => {
  page.fetched.push(call);
  if (answer === null) throw new TypeError("the network is gone");
  return { status: answer.status, ok: answer.status < 300, json: async () => JSON.parse(answer.body) };
};
globalThis.document = {
  createElement: () => ({}),
  getElementById: (id) => html.includes(`id="${id}"`) ? { id } : null,
  head: { appendChild: (script) => { page.loaded.push(script.src); queueMicrotask(script.onload); } },
};
const log = (name) => (...call) => page.rendered.push([name, ...call]);
let refresh;
globalThis.Coral = {
  Talk: { render: log("Talk.render") },
  createStreamEmbed: (options) => { refresh = options.refreshAccessToken; log("createStreamEmbed")(options); },
};
(0, eval)(scripts[0][1]);
setImmediate(async () => {
  if (refresh) await new Promise((next) => refresh((token) => { page.next = token ?? null; next(); }));
  console.log(JSON.stringify(page));
});
"#;

async fn browse(html: &str, answer: &Value) -> Value {
    let mut node = Command::new("node")
        .args(["-e", PAGE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = node.stdin.take().unwrap();
    let input = json!({ "html": html, "answer": answer }).to_string();
    stdin.write_all(input.as_bytes()).await.unwrap();
    drop(stdin);
    let output = node.wait_with_output().await.unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_embed_takes_the_token_from_the_cms_and_shows_the_comments_without_one() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    add_coral(&app, &owner).await;
    let talk = shown(&owner, SETTINGS).await;
    let coral = shown(&owner, &SETTINGS.replace("default", "coral")).await;
    let good = json!({ "status": 200, "body": r#"{"token":"a.b.c"}"# });
    let asked = json!(["/comments/token", { "cache": "no-store", "credentials": "same-origin" }]);
    let anonymous = [
        json!({ "status": 204, "body": "" }),
        json!({ "status": 502, "body": "" }),
        json!({ "status": 200, "body": "<html>" }),
        Value::Null,
    ];

    let html = talk["embed"].as_str().unwrap();
    let root = "https://talk.the-post.example";
    let rendered =
        |options: Value| json!([["Talk.render", { "id": "coral_talk_stream" }, options]]);
    let page = browse(html, &good).await;
    assert_eq!(page["loaded"], json!([format!("{root}/static/embed.js")]));
    assert_eq!(page["fetched"], json!([asked]));
    assert_eq!(
        page["rendered"],
        rendered(json!({ "talk": root, "auth_token": "a.b.c" }))
    );
    for answer in &anonymous {
        let page = browse(html, answer).await;
        assert_eq!(
            page["rendered"],
            rendered(json!({ "talk": root })),
            "{answer}"
        );
    }

    let html = coral["embed"].as_str().unwrap();
    let root = "https://coral.the-post.example";
    let options = json!({ "id": "coral_thread", "rootURL": root, "autoRender": true });
    let page = browse(html, &good).await;
    assert_eq!(
        page["loaded"],
        json!([format!("{root}/assets/js/embed.js")])
    );
    assert_eq!(
        page["fetched"],
        json!([asked, asked]),
        "once at first, and once when the token has ended"
    );
    let mut with_token = options.clone();
    with_token["accessToken"] = json!("a.b.c");
    assert_eq!(page["rendered"], json!([["createStreamEmbed", with_token]]));
    assert_eq!(page["next"], "a.b.c");
    for answer in &anonymous {
        let page = browse(html, answer).await;
        assert_eq!(
            page["rendered"],
            json!([["createStreamEmbed", options]]),
            "{answer}"
        );
        assert!(page["next"].is_null(), "{answer}");
    }
}
