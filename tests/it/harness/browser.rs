//! A browser: keeps cookies, says where its pages are from, and sends the CSRF token that it was told.

use std::collections::BTreeMap;

use reqwest::{Method, RequestBuilder, header::SET_COOKIE};
use serde_json::{Value, json};

use super::{Answer, App, PUBLIC_URL};

pub(crate) const SESSION: &str = "__Host-lanyard_session";
pub(crate) const DEVICE: &str = "__Host-lanyard_device";

#[derive(Debug, Clone)]
pub(crate) struct Browser {
    client: reqwest::Client,
    url: String,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) csrf: String,
    /// Where it is, if the server trusts this machine as a proxy.
    pub(crate) address: Option<String>,
}

impl Browser {
    pub(crate) fn new(app: &App) -> Self {
        Self {
            client: app.client.clone(),
            url: app.url.clone(),
            cookies: BTreeMap::new(),
            csrf: String::new(),
            address: None,
        }
    }

    /// A browser somewhere else.
    pub(crate) fn at(app: &App, address: &str) -> Self {
        let mut browser = Self::new(app);
        browser.address = Some(address.to_owned());
        browser
    }

    /// The same browser, as another server sees it.
    pub(crate) fn through(&self, app: &App) -> Self {
        Self {
            url: app.url.clone(),
            ..self.clone()
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.url))
            .header("origin", PUBLIC_URL)
            .header("user-agent", "Browser/1");
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header("cookie", pairs.join("; "));
        }
        if !self.csrf.is_empty() {
            request = request.header("x-csrf-token", &self.csrf);
        }
        if let Some(address) = &self.address {
            request = request.header("x-forwarded-for", address);
        }
        request
    }

    /// Sends a request, and takes from the answer what a browser would.
    pub(crate) async fn take(&mut self, request: RequestBuilder) -> Answer {
        let answer = Answer::to(request).await;
        for line in answer.headers.get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (pair, attributes) = line.split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        if let Ok(body) = serde_json::from_slice::<Value>(&answer.body)
            && let Some(csrf) = body["csrf_token"].as_str()
        {
            csrf.clone_into(&mut self.csrf);
        }
        answer
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.take(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.take(self.request(Method::POST, path).json(body)).await
    }

    /// `POST` without a body.
    pub(crate) async fn press(&mut self, path: &str) -> Answer {
        self.take(self.request(Method::POST, path)).await
    }

    pub(crate) async fn patch(&mut self, path: &str, body: &Value) -> Answer {
        self.take(self.request(Method::PATCH, path).json(body))
            .await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Answer {
        self.take(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn log_in(&mut self, email: &str, password: &str) -> Answer {
        let body = json!({ "email": email, "password": password });
        self.post("/v1/sessions", &body).await
    }

    /// The secret of its session.
    pub(crate) fn session(&self) -> String {
        self.cookies[SESSION].clone()
    }
}
