//! The pages for Talk v4 and for Coral, followed to the letter.

use std::fs;

use serde_json::{Value, json};

use super::{
    shell::{Served, Shell},
    text_of,
};
use crate::{
    coral::CORAL_SECRET,
    harness::{claims_of, header_of},
    verifiers::{Verifiers, read_env},
};

/// What somebody has who has followed a page.
struct Followed {
    shell: Shell,
    served: Served,
    page: String,
}

impl Followed {
    /// Runs every command of a page, in a folder with readers and with what Coral showed.
    async fn new(page: &str) -> Self {
        let mut shell = Shell::new().await;
        let home = shell.home.path();
        let readers = "id,email,username\n1,bob@post.example,bob\n2,alice@post.example,alice\n";
        fs::write(home.join("readers.csv"), readers).unwrap();
        fs::write(home.join("coral-secret.txt"), CORAL_SECRET).unwrap();
        shell
            .make_master_key("export LANYARD_MASTER_KEY=$(lanyard master-key)")
            .await;
        shell.run("lanyard migrate").await;
        let page = text_of(page);
        let commands = Shell::commands(&page);
        assert!(commands.len() > 8, "{commands:#?}");
        for line in commands {
            assert!(line.starts_with("lanyard "), "{line}");
            shell.run(&line.replace("KEY_ID", "9a8b7c6d5e4f3021")).await;
        }
        let served = shell.serve("lanyard serve").await;
        Self {
            shell,
            served,
            page,
        }
    }

    /// What one of the commands wrote.
    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.shell.home.path().join(name)).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newsroom_with_talk_is_set_up_as_the_page_says() {
    let followed = Followed::new("docs/talk-v4.md").await;
    let env = read_env(&followed.file("talk-jwt.env")).await;
    let api_key = followed.file("api-key");
    let token = followed.served.issue(api_key.trim()).await;
    let mut talk = Verifiers::start();
    for token in [followed.file("token").trim(), &token] {
        let said = talk.talk(&env, token).await;
        assert_eq!(said, json!({ "ok": true, "id": "1" }), "{env}");
        assert_eq!(claims_of(token)["username"], "bob");
        assert_eq!(followed.served.look_up(token).await, 200);
    }
    assert!(followed.file("token.php").contains("/t/the-post/'"));
    assert!(followed.page.contains("/t/the-post/`"));
    let embed = followed.file("comments.html");
    assert!(embed.contains("https://talk.the-post.example"), "{embed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newsroom_with_coral_is_set_up_as_the_page_says() {
    let followed = Followed::new("docs/coral.md").await;
    let api_key = followed.file("api-key");
    let token = followed.served.issue_at("coral/", api_key.trim()).await;
    for token in [followed.file("token").trim(), &token] {
        assert_eq!(header_of(token)["kid"], "9a8b7c6d5e4f3021");
        let claims = claims_of(token);
        assert_eq!(claims["user"]["email"], "bob@post.example");
        for absent in ["iss", "aud", "sub"] {
            assert_eq!(claims[absent], Value::Null, "{claims}");
        }
    }
    assert!(followed.file("token.mjs").contains("/t/the-post/coral/"));
    let embed = followed.file("comments.html");
    assert!(embed.contains("refreshAccessToken"), "{embed}");
}
