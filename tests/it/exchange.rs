//! Exchange codes: a CMS asks for one, a reader's browser gives it for a token.

mod browsers;
mod floods;
mod once;
mod revoked;
mod script;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, App, Newsroom, Person};

const CODES: &str = "/v1/tenants/post/tokens/codes";
const EXCHANGE: &str = "/t/post/exchange";
const SETTINGS: &str = "/v1/tenants/post/settings";
const SITE: &str = "https://www.post.example";

/// A newsroom whose site may exchange codes, and one of its admins.
struct Stage {
    app: App,
    post: Newsroom,
    admin: Person,
}

impl Stage {
    async fn set() -> Self {
        Self::set_on(App::start().await).await
    }

    async fn set_on(app: App) -> Self {
        let post = app.tenant("post").await;
        let admin = app.member("post", "admin").await;
        let stage = Self { app, post, admin };
        stage.allow(&json!([SITE])).await;
        stage
    }

    async fn allow(&self, origins: &Value) {
        let change = json!({ "allowed_origins": origins });
        let answer = self.admin.patch(SETTINGS, &change).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Asks for a code as the CMS does.
    async fn ask(&self, body: &Value) -> Answer {
        let key = &self.post.api_key;
        self.app.post_as(CODES, key, &body.to_string()).await
    }

    /// A code for a reader who may have a token.
    async fn code(&self, user: &str) -> String {
        let answer = self.ask(&json!({ "user": user })).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["code"].as_str().unwrap().to_owned()
    }

    /// Presents a code as the page's browser does.
    async fn redeem(&self, code: &str) -> Answer {
        present(&self.app, EXCHANGE, Some(SITE), code).await
    }

    /// How many codes there are.
    async fn codes(&self) -> i64 {
        self.app.database.count("exchange_codes").await
    }

    /// Makes a Coral with a key of its own.
    async fn coral(&self) {
        let deployments = "/v1/tenants/post/deployments";
        let coral = json!({ "name": "coral", "kind": "coral", "max_role": "STAFF" });
        let made = self.admin.post(deployments, &coral).await;
        assert_eq!(made.status, 201, "{made:?}");
        let secret = "ssosec_2c9f1b8e7d3a60f45be1c7a9d08f36e2417ab5c9d0e83f6a1b7c4d92e5f80a63";
        let key = json!({ "key": secret, "kid": "coral-1", "activate": true });
        let path = format!("{deployments}/coral/signing-keys/import");
        let imported = self.admin.post(&path, &key).await;
        assert_eq!(imported.status, 201, "{imported:?}");
    }
}

/// Presents a code from a page of an origin, or from a program that names none.
async fn present(app: &App, path: &str, origin: Option<&str>, code: &str) -> Answer {
    let mut request = app.request(Method::POST, path);
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    Answer::to(request.json(&json!({ "code": code }))).await
}
