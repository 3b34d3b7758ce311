//! Plans, followed to the letter: at every step Talk is given what is printed, and refuses nobody.

use serde_json::Value;

use super::{NASTY, SETTINGS, bring, shown};
use crate::{
    harness::{App, Newsroom, header_of},
    verifiers::{Verifiers, read_env},
};

/// A newsroom with its Talk.
struct Stage {
    app: App,
    post: Newsroom,
    talk: Verifiers,
    /// What Talk was started with.
    env: Value,
    tokens: Vec<String>,
}

impl Stage {
    /// Talk accepts every token that lives, and so does Lanyard; and one more is issued.
    async fn nobody_is_refused(&mut self, step: &str) {
        let issue = ["token", "issue", "--tenant", "the-post", "--user", "2"];
        let token = self.app.cli(&issue).await.ok().stdout.trim().to_owned();
        self.tokens.push(token);
        for token in &self.tokens {
            let said = self.talk.talk(&self.env, token).await;
            assert_eq!(said["ok"], true, "{step}: {said}");
            assert_eq!(self.post.look_up(token).await.status, 200, "{step}");
        }
    }

    async fn run(&mut self, command: &str) {
        let arguments: Vec<_> = command.split(' ').skip(1).collect();
        let printed = self.app.cli(&arguments).await.ok().stdout;
        if command.starts_with("lanyard deployment settings") {
            self.env = read_env(&printed).await;
        }
    }

    /// Follows the plan, to before its last step: that waits for tokens to end.
    async fn follow(&mut self) {
        let viewer = self.app.member("the-post", "viewer").await;
        let plan = shown(&viewer, SETTINGS).await["plan"]["steps"].clone();
        let commands: Vec<_> = plan
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|step| step["command"].as_str())
            .collect();
        for command in &commands[..3] {
            self.run(command).await;
            self.nobody_is_refused(command).await;
        }
        // The old key's tokens have ended.
        let last = self.tokens.pop().unwrap();
        let (old, new) = (
            header_of(&self.tokens[0])["kid"].clone(),
            header_of(&last)["kid"].clone(),
        );
        assert_ne!(old, new, "the new key signs");
        self.tokens = vec![last];
        let retire = format!(
            "lanyard key retire --force --tenant the-post {}",
            old.as_str().unwrap()
        );
        if commands[3] != retire {
            self.run(&retire).await;
        }
        for command in &commands[3..] {
            self.run(command).await;
            self.nobody_is_refused(command).await;
        }
        assert_eq!(
            self.env["TALK_JWT_SECRETS"]
                .as_str()
                .unwrap()
                .matches("kid")
                .count(),
            1
        );
    }

    async fn new(key: Option<&str>, arguments: &[&str]) -> Self {
        let app = App::start().await;
        let post = app.tenant_with("the-post", arguments).await;
        if let Some(key) = key {
            bring(&app, key, &["--kid", "brought"]).await;
        }
        let mut stage = Self {
            talk: Verifiers::start(),
            env: Value::Null,
            tokens: Vec::new(),
            app,
            post,
        };
        stage
            .run("lanyard deployment settings --tenant the-post --format env")
            .await;
        stage.nobody_is_refused("the start").await;
        stage
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_by_the_plan_logs_no_reader_out() {
    for algorithm in ["HS256", "ES256"] {
        Stage::new(None, &["--alg", algorithm]).await.follow().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_from_one_secret_to_several_by_the_plan_logs_no_reader_out() {
    let mut stage = Stage::new(Some(NASTY), &[]).await;
    assert!(stage.env["TALK_JWT_SECRET"].is_string(), "{}", stage.env);
    stage.follow().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_that_are_printed_between_the_steps_refuse_nobody_either() {
    let mut stage = Stage::new(Some(NASTY), &[]).await;
    stage
        .run("lanyard key create --tenant the-post --kid new")
        .await;
    stage
        .run("lanyard deployment settings --tenant the-post")
        .await;
    assert!(
        stage.env["TALK_JWT_SECRET"].is_string(),
        "a key that waits changes no form: {}",
        stage.env
    );
    stage.nobody_is_refused("after a key was made").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_algorithm_by_the_plan_loses_the_old_tokens_and_no_others() {
    let mut stage = Stage::new(None, &[]).await;
    stage
        .run("lanyard key create --tenant the-post --kid pair --alg ES256")
        .await;
    let viewer = stage.app.member("the-post", "viewer").await;
    let plan = shown(&viewer, SETTINGS).await["plan"].clone();
    assert!(
        plan["remarks"][0]
            .as_str()
            .unwrap()
            .contains("without a loss"),
        "{plan}"
    );
    let steps = plan["steps"].as_array().unwrap();
    let mut commands = steps.iter().filter_map(|step| step["command"].as_str());
    stage.run(commands.next().unwrap()).await;
    let issue = ["token", "issue", "--tenant", "the-post", "--user", "2"];
    let between = stage.app.cli(&issue).await.ok().stdout.trim().to_owned();
    stage.run(commands.next().unwrap()).await;
    assert_eq!(stage.env["TALK_JWT_ALG"], "ES256");
    let old = std::mem::replace(&mut stage.tokens, vec![between]);
    assert_eq!(stage.talk.talk(&stage.env, &old[0]).await["ok"], false);
    stage
        .nobody_is_refused("what was issued before Talk followed")
        .await;
    stage.run(commands.next().unwrap()).await;
    stage.nobody_is_refused("at the end").await;
}
