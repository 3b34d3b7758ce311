//! The dashboard as it is served: one document under a strict policy, files that never change, and problems where
//! programs call. `tests/e2e` tells what people do with it.

use std::{collections::BTreeSet, path::Path};

use reqwest::Method;

use crate::harness::{Answer, App};

/// Whether `web/` was built. A build of Rust alone works without, and says so.
fn is_built() -> bool {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../web/dist/index.html")
        .exists()
}

/// The names that the document has between these.
fn all_between<'a>(text: &'a str, before: &str, after: &str) -> BTreeSet<&'a str> {
    let parts = text.split(before).skip(1);
    parts
        .filter_map(|part| Some(part.split_once(after)?.0))
        .collect()
}

async fn ask(app: &App, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = app.request(Method::GET, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::to(request).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_path_of_the_dashboard_is_one_document_with_a_nonce_of_its_own() {
    let app = App::start().await;
    if !is_built() {
        let answer = app.get("/").await;
        assert_eq!(answer.status, 404);
        assert!(answer.text().contains("npm run build"));
        return;
    }
    let mut nonces = BTreeSet::new();
    let paths = [
        "/",
        "/login",
        "/verify",
        "/newsrooms/demo/users/a.b",
        "/no/such/page",
    ];
    for path in paths {
        let answer = app.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        let policy = answer.header("content-security-policy");
        let allowed = all_between(policy, "'nonce-", "'");
        let used = all_between(answer.text(), "nonce=\"", "\"");
        assert_eq!(allowed.len(), 1, "{policy}");
        assert_eq!(
            used, allowed,
            "the document has the policy's nonce and no other"
        );
        nonces.extend(allowed.into_iter().map(str::to_owned));
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; "));
        for word in ["unsafe-", "http:", "https:", "*"] {
            assert!(!policy.contains(word), "{policy}");
        }
        let inline = all_between(answer.text(), "<script", "</script>");
        assert!(
            inline
                .iter()
                .all(|script| script.ends_with('>') && script.contains(" src=\"/assets/"))
        );
    }
    assert_eq!(nonces.len(), paths.len(), "no nonce comes twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_kept_for_a_year_and_compressed_for_whoever_takes_them_so() {
    let app = App::start().await;
    if !is_built() {
        return;
    }
    let document = app.get("/").await;
    let files = all_between(document.text(), "\"/assets/", "\"");
    assert!(files.iter().any(|file| file.ends_with(".js")));
    for file in files {
        let path = format!("/assets/{file}");
        let plain = ask(&app, &path, &[]).await;
        assert_eq!(plain.status, 200, "{path}");
        assert_eq!(plain.header("content-encoding"), "");
        let small = ask(&app, &path, &[("accept-encoding", "gzip, deflate, br")]).await;
        // What compression would make longer is sent as it is: fonts are compressed, and some files are a line.
        let is_longer = file.ends_with(".woff2") || plain.body.len() < 100;
        if !is_longer || !small.header("content-encoding").is_empty() {
            assert_eq!(small.header("content-encoding"), "br", "{path}");
            assert!(small.body.len() < plain.body.len());
            assert_ne!(small.header("etag"), plain.header("etag"));
        }
        let refused = ask(&app, &path, &[("accept-encoding", "gzip, br;q=0")]).await;
        assert_eq!(refused.body, plain.body);
        for answer in [&plain, &small] {
            let kept = "public, max-age=31536000, immutable";
            assert_eq!(answer.header("cache-control"), kept);
            assert_eq!(answer.header("vary"), "accept-encoding");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
        }
        let known = format!("\"other\", {}", plain.header("etag"));
        let same = ask(&app, &path, &[("if-none-match", &known)]).await;
        assert_eq!((same.status, same.body.len()), (304, 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_page_is_a_problem() {
    let app = App::start().await;
    for path in [
        "/assets/nothing.js",
        "/assets/",
        "/assets/index.html",
        "/assets/../index.html",
        "/assets/%2e%2e/index.html",
        "/index.html",
        "/robots.txt",
        "/.env",
        "/v1",
        "/v1/nothing",
        "/t/demo/nothing/at/all",
        "/docs/nothing",
        "/metrics/nothing",
    ] {
        assert_eq!(app.get(path).await.problem(), "not-found", "{path}");
    }
    let posted = Answer::to(app.request(Method::POST, "/login")).await;
    assert_eq!(posted.problem(), "not-found");
}
