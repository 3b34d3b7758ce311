//! The script, in a browser's stead, on a newsroom's site behind a full-page cache: with the route and the page that the
//! documentation has, to the letter.

use std::{fs, path::Path, process::Stdio};

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, Command},
};

use super::Stage;
use crate::harness::{Answer, claims_of};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/pages");
const SCRIPT: &str = "/t/post/lanyard.js";

/// The block of code in this language under this heading of the documentation.
fn block(heading: &str, language: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/refresh.md");
    let text = fs::read_to_string(path).unwrap();
    let (_, section) = text.split_once(&format!("\n### {heading}\n")).unwrap();
    let (_, code) = section.split_once(&format!("```{language}\n")).unwrap();
    code.split_once("```").unwrap().0.to_owned()
}

/// A program with the settings that the documentation names, but for the site's origin.
fn program(stage: &Stage, name: &str) -> Command {
    let mut command = Command::new(name);
    command
        .current_dir(FOLDER)
        .env(
            "LANYARD_CODES_URL",
            format!("{}{}", stage.app.url, super::CODES),
        )
        .env("LANYARD_API_KEY", &stage.post.api_key)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// A running program, and the lines that it prints.
type Lines = tokio::io::Lines<BufReader<tokio::process::ChildStdout>>;

fn start(mut command: Command) -> (Child, Lines) {
    let mut process = command.spawn().unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    (process, lines)
}

/// A newsroom's site that waits for its page and its route.
struct Site {
    process: Child,
    lines: Lines,
    origin: String,
    lanyard: String,
}

impl Site {
    /// Starts one, and lets its pages exchange codes.
    async fn start(stage: &Stage) -> Self {
        let mut command = program(stage, "node");
        command.args(["site.mjs", &stage.app.url]);
        let (process, mut lines) = start(command);
        let places = lines.next_line().await.unwrap().expect("node runs");
        let places: Value = serde_json::from_str(&places).unwrap();
        stage.allow(&json!([places["origin"]])).await;
        Self {
            process,
            lines,
            origin: places["origin"].as_str().unwrap().to_owned(),
            lanyard: places["lanyard"].as_str().unwrap().to_owned(),
        }
    }

    /// Runs readers' browsers on it, and gives their tokens.
    async fn visit(mut self, route: &str, page: &str) -> Value {
        let script = format!("{}{SCRIPT}", self.lanyard);
        let page = page.replace("https://lanyard.example/t/the-post/lanyard.js", &script);
        assert!(page.contains(&script));
        let line = format!("{}\n", json!({ "page": page, "route": route }));
        let mut stdin = self.process.stdin.take().unwrap();
        stdin.write_all(line.as_bytes()).await.unwrap();
        let told = self.lines.next_line().await.unwrap();
        serde_json::from_str(&told.expect("what went wrong is on standard error")).unwrap()
    }
}

async fn check(stage: &Stage, tokens: &Value) {
    for (reader, id, least) in [("bob", "1", 7), ("alice", "2", 1)] {
        let tokens = tokens[reader].as_array().unwrap();
        assert!(tokens.len() >= least, "{reader}: {tokens:?}");
        let mut seen = Vec::new();
        for token in tokens {
            let token = token.as_str().unwrap();
            assert_eq!(stage.post.look_up(token).await.json()["username"], reader);
            let claims = claims_of(token);
            assert_eq!(claims["sub"], id);
            assert!(!seen.contains(&claims["jti"]), "each is a new one");
            seen.push(claims["jti"].clone());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_cached_page_each_reader_gets_tokens_and_no_cache_keeps_one_with_node_and_coral() {
    let stage = Stage::set().await;
    let folder = TempDir::new().unwrap();
    let route = folder.path().join("route.mjs");
    fs::write(&route, block("Node", "js")).unwrap();
    let site = Site::start(&stage).await;
    let tokens = site
        .visit(route.to_str().unwrap(), &block("Coral", "html"))
        .await;
    check(&stage, &tokens).await;
    assert_eq!(stage.codes().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_cached_page_each_reader_gets_tokens_and_no_cache_keeps_one_with_python_and_talk() {
    let stage = Stage::set().await;
    let folder = TempDir::new().unwrap();
    let route = folder.path().join("route.py");
    fs::write(&route, block("Python", "python")).unwrap();
    let site = Site::start(&stage).await;
    let mut command = program(&stage, "python3");
    command
        .arg("route.py")
        .arg(&route)
        .env("SITE_ORIGIN", &site.origin);
    let (_process, mut lines) = start(command);
    let port = lines.next_line().await.unwrap().expect("python runs");
    let route = format!("http://127.0.0.1:{port}/");
    let tokens = site.visit(&route, &block("Talk v4", "html")).await;
    check(&stage, &tokens).await;
}

#[tokio::test]
async fn the_script_is_small_the_same_for_all_and_may_be_kept() {
    let stage = Stage::set().await;
    let script = stage.app.get(SCRIPT).await;
    assert_eq!(script.status, 200);
    assert!(script.body.len() <= 2_048, "{}", script.body.len());
    for (name, value) in [
        ("content-type", "text/javascript; charset=utf-8"),
        ("cache-control", "public, max-age=86400"),
        ("x-content-type-options", "nosniff"),
        ("access-control-allow-origin", "*"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("set-cookie", ""),
    ] {
        assert_eq!(script.header(name), value, "{name}");
    }
    for word in [
        "eval",
        "innerHTML",
        "document.write",
        "localStorage",
        "import",
        "post.example",
    ] {
        assert!(!script.text().contains(word), "{word}");
    }
    // Whose it is says only the address that it is loaded from.
    let other = stage.app.get("/t/nobody/lanyard.js").await;
    assert_eq!((other.status, &other.body), (200, &script.body));
    let etag = script.header("etag");
    for (held, status) in [
        (etag, 304),
        (&format!("W/{etag}"), 304),
        (&format!("\"x\", {etag}"), 304),
        ("*", 304),
        ("\"x\"", 200),
        (etag.trim_matches('"'), 200),
    ] {
        let request = stage
            .app
            .request(Method::GET, SCRIPT)
            .header("if-none-match", held);
        let answer = Answer::to(request).await;
        assert_eq!(answer.status, status, "{held}");
        assert_eq!(answer.header("etag"), etag);
        assert_eq!(answer.header("cache-control"), "public, max-age=86400");
        assert_eq!(answer.body.is_empty(), status == 304);
    }
    let head = Answer::to(stage.app.request(Method::HEAD, SCRIPT)).await;
    assert_eq!((head.status, head.header("etag")), (200, etag));
    // It is nobody's request.
    stage.app.state.usage.flush(false).await.unwrap();
    let counted = stage
        .app
        .database
        .count("usage_hourly where operation = 'validate'")
        .await;
    assert_eq!(counted, 0);
}
