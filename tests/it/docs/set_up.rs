//! The pages for Talk v4 and for Coral, followed to the letter.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::text_of;
use crate::{
    harness::{App, PUBLIC_URL, claims_of, header_of, lanyard, run},
    verifiers::{Verifiers, read_env},
};

/// A shell in a folder with readers, in which `lanyard` is the binary. A page's commands are run there.
struct Shell {
    app: App,
    folder: TempDir,
}

impl Shell {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let readers = "id,email,username\n1,bob@post.example,bob\n2,alice@post.example,alice\n";
        fs::write(folder.path().join("readers.csv"), readers).unwrap();
        Self {
            app: App::start().await,
            folder,
        }
    }

    /// What a line prints, if it succeeds.
    async fn run(&self, line: &str, input: &str) -> String {
        let as_tests_have_it = lanyard(&self.app.database.url);
        let binary = Path::new(as_tests_have_it.as_std().get_program());
        let mut path = binary.parent().unwrap().as_os_str().to_owned();
        path.push(":/usr/bin:/bin");
        let mut command = tokio::process::Command::new("/bin/bash");
        command
            .args(["-ec", line])
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", path)
            .env("LANYARD_DATABASE_URL", &self.app.database.url)
            .env("LANYARD_MASTER_KEY", crate::harness::MASTER_KEY)
            .env("LANYARD_PUBLIC_URL", PUBLIC_URL)
            .kill_on_drop(true);
        let output = run(command, input.as_bytes()).await;
        assert_eq!(output.code, 0, "{line}: {}", output.stderr);
        output.stdout
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    /// Runs all commands of a page, with what stands in it for something replaced.
    async fn follow(&self, page: &str, replace: (&str, &str), input: &str) {
        let text = text_of(page);
        let mut commands = 0;
        for line in text.lines().filter_map(|line| line.strip_prefix("       ")) {
            assert!(line.starts_with("lanyard "), "{line}");
            self.run(&line.replace(replace.0, replace.1), input).await;
            commands += 1;
        }
        assert!(commands > 8, "{page} has {commands} commands");
    }

    /// A token that the CMS gets with the API key that it was given.
    async fn token(&self, path: &str) -> String {
        let key = self.file("api-key");
        let answer = self.app.post_as(path, key.trim(), r#"{"id":"2"}"#).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["token"].as_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newsroom_with_talk_is_set_up_as_the_page_says() {
    let shell = Shell::new().await;
    shell.follow("docs/talk-v4.md", ("", ""), "").await;
    let env = read_env(&shell.file("talk-jwt.env")).await;
    let mut talk = Verifiers::start();
    let token = shell.token("/t/the-post/").await;
    for (token, id) in [(shell.file("token").trim(), "1"), (&token, "2")] {
        let said = talk.talk(&env, token).await;
        assert_eq!(said, json!({ "ok": true, "id": id }), "{env}");
    }
    assert_eq!(claims_of(&token)["username"], "alice");
    let url = format!("{PUBLIC_URL}/t/the-post/");
    assert!(shell.file("token.php").contains(&url));
    assert!(text_of("docs/talk-v4.md").contains(&url));
    assert!(shell.file("comments.html").contains("https://talk.the-post.example"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newsroom_with_coral_is_set_up_as_the_page_says() {
    let shell = Shell::new().await;
    let secret = "ssosec_1f0e9d8c7b6a59483726150493827160f5e4d3c2b1a0998877665544332211ab";
    shell
        .follow("docs/coral.md", ("KEY_ID", "9a8b7c6d5e4f3021"), secret)
        .await;
    let token = shell.token("/t/the-post/coral/").await;
    for token in [shell.file("token").trim(), &token] {
        assert_eq!(header_of(token)["kid"], "9a8b7c6d5e4f3021");
        let claims = claims_of(token);
        assert!(claims["user"]["email"].is_string(), "{claims}");
        for absent in ["iss", "aud", "sub"] {
            assert_eq!(claims[absent], Value::Null, "{claims}");
        }
    }
    assert!(shell.file("token.mjs").contains("/t/the-post/coral/"));
    assert!(shell.file("comments.html").contains("refreshAccessToken"));
}
