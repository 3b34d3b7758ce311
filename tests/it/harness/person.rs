//! Somebody who is logged in, as a browser has it: a cookie, and the CSRF token with every change.

use lanyard_api::session::csrf_token;
use lanyard_core::secret_token::SecretToken;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use sqlx::Connection;
use uuid::Uuid;

use super::{Answer, App, PUBLIC_URL};

/// A person with a session.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) account: Uuid,
    pub(crate) cookie: String,
    pub(crate) csrf: String,
    url: String,
    client: reqwest::Client,
}

impl Person {
    /// Makes an account with a session that has just proved its password, past registration.
    pub(super) async fn create(app: &App, email: &str) -> Self {
        let (account, token) = (Uuid::new_v4(), SecretToken::generate().unwrap());
        let mut connection = app.database.connect().await;
        sqlx::query(
            "insert into accounts (id, email, name, password_hash) values ($1, $2, $2, '-')",
        )
        .bind(account)
        .bind(email)
        .execute(&mut connection)
        .await
        .unwrap();
        sqlx::query(
            "insert into sessions (hash, id, account_id, created_at, last_seen_at, expires_at, proved_at)
             select $1, gen_random_uuid(), $2, now, now, now + interval '7 days', now
             from to_timestamp($3::bigint) as now",
        )
        .bind(&token.hash()[..])
        .bind(account)
        .bind(app.clock.now())
        .execute(&mut connection)
        .await
        .unwrap();
        connection.close().await.unwrap();
        Self::with(app, account, &token.reveal(), &csrf_token(&token))
    }

    /// Somebody with this session.
    pub(crate) fn with(app: &App, account: Uuid, session: &str, csrf: &str) -> Self {
        Self {
            account,
            cookie: format!("__Host-lanyard_session={session}"),
            csrf: csrf.to_owned(),
            url: app.url.clone(),
            client: app.client.clone(),
        }
    }

    /// A request as one of our own pages sends it.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.url))
            .header("cookie", &self.cookie)
            .header("origin", PUBLIC_URL)
            .header("x-csrf-token", &self.csrf)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        Answer::to(self.request(method, path).json(body)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, body).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::DELETE, path)).await
    }
}
