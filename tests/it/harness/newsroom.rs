//! A newsroom with readers and an API key, and what its CMS and its Talk ask for.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Answer, App};

/// The secret of an imported demo service.
pub(crate) const DEMO_SECRET: &str = "K7fq2vXw9LmZ4tRbN8sJhYd3GcPeUaQx5oViB1Tn";

/// The demo service's `db.json`.
const DB: &str = r#"{
  "users": [
    { "id": "1", "email": "bob@coralproject.net", "username": "bob" },
    { "id": "2", "email": "alice@coralproject.net", "username": "alice" },
    { "id": "3", "email": "eve@coralproject.net", "username": "eve" }
  ]
}
"#;

/// A newsroom, seen through one server.
#[derive(Debug)]
pub(crate) struct Newsroom {
    pub(crate) slug: String,
    pub(crate) issuer: String,
    pub(crate) api_key: String,
    pub(crate) api_key_id: String,
    url: String,
    client: reqwest::Client,
}

impl Newsroom {
    pub(super) async fn create(app: &App, slug: &str) -> Self {
        Self::create_with(app, slug, &[]).await
    }

    pub(super) async fn create_with(app: &App, slug: &str, arguments: &[&str]) -> Self {
        let issuer = format!("https://talk.{slug}.example");
        let mut all = vec!["tenant", "create", slug, "--issuer", &issuer];
        all.extend(arguments);
        app.cli(&all).await.ok();
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("db.json");
        std::fs::write(&file, DB).unwrap();
        app.cli(&["user", "import", "--tenant", slug, path(&file)])
            .await
            .ok();
        Self::with_api_key(app, slug, issuer).await
    }

    /// Takes over from a demo service with [`DEMO_SECRET`] and this issuer.
    pub(crate) async fn import_demo(app: &App, slug: &str, issuer: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let env = format!("SECRET={DEMO_SECRET}\nJWT_ISSUER={issuer}\n");
        std::fs::write(folder.path().join(".env"), env).unwrap();
        std::fs::write(folder.path().join("db.json"), DB).unwrap();
        // A test may have several with the same secret.
        let folder = path(folder.path());
        app.cli(&["tenant", "import-demo", slug, folder, "--accept-shared"])
            .await
            .ok();
        Self::with_api_key(app, slug, issuer.to_owned()).await
    }

    async fn with_api_key(app: &App, slug: &str, issuer: String) -> Self {
        let arguments = [
            "api-key", "create", "--tenant", slug, "--name", "cms", "--json",
        ];
        let made = app.cli(&arguments).await.json();
        Self {
            slug: slug.to_owned(),
            issuer,
            api_key: made["api_key"].as_str().unwrap().to_owned(),
            api_key_id: made["id"].as_str().unwrap().to_owned(),
            url: app.url.clone(),
            client: app.client.clone(),
        }
    }

    /// The same newsroom through another server.
    pub(crate) fn through(&self, app: &App) -> Self {
        Self {
            slug: self.slug.clone(),
            issuer: self.issuer.clone(),
            api_key: self.api_key.clone(),
            api_key_id: self.api_key_id.clone(),
            url: app.url.clone(),
            client: app.client.clone(),
        }
    }

    /// `/t/{slug}/`
    pub(crate) fn path(&self) -> String {
        format!("/t/{}/", self.slug)
    }

    /// `/v1/tenants/{slug}/tokens/{act}`
    pub(crate) fn tokens_path(&self, act: &str) -> String {
        format!("/v1/tenants/{}/tokens/{act}", self.slug)
    }

    /// Asks for a token with the API key, as a CMS does.
    pub(crate) async fn issue(&self, body: &Value) -> Answer {
        self.post(&self.path(), body).await
    }

    /// A token for a reader who may have one.
    pub(crate) async fn token(&self, id: &str) -> String {
        let answer = self.issue(&json!({ "id": id })).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["token"].as_str().unwrap().to_owned()
    }

    /// Asks whose token it is, as Talk's plugin does.
    pub(crate) async fn look_up(&self, token: &str) -> Answer {
        let request = self.client.get(format!("{}{}", self.url, self.path()));
        Answer::to(request.bearer_auth(token)).await
    }

    pub(crate) async fn introspect(&self, token: &str) -> Answer {
        self.post(&self.tokens_path("introspect"), &json!({ "token": token }))
            .await
    }

    pub(crate) async fn revoke(&self, token: &str) -> Answer {
        self.post(&self.tokens_path("revoke"), &json!({ "token": token }))
            .await
    }

    pub(crate) async fn jwks(&self) -> Answer {
        let path = format!("{}.well-known/jwks.json", self.path());
        Answer::to(self.client.get(format!("{}{path}", self.url))).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = self.client.post(format!("{}{path}", self.url));
        Answer::to(request.bearer_auth(&self.api_key).json(body)).await
    }
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
