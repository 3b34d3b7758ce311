//! What a newsroom pastes and does so that a deployment and Lanyard work together. The API, the command line and the
//! dashboard show these very texts.

mod coral;
mod embed;
mod exchange;
mod forms;
mod plan;

pub use coral::steps as coral_steps;
pub use embed::embed;
pub use exchange::{Language, exchange};
pub use forms::Form;
pub use plan::{Plan, Step, plan};

use crate::{deployment::Deployment, id::Slug};

/// Where the texts are used.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// Where Lanyard is found: an origin without a last slash.
    pub url: &'a str,
    /// The newsroom.
    pub tenant: &'a Slug,
    /// Its Talk or Coral.
    pub deployment: &'a Deployment,
    /// Whether the newsroom accepts issuing tokens, which end with their key.
    pub issuing_tokens: bool,
}

/// The path on the CMS's own site under which a page gets the token of its reader.
const TOKEN_PATH: &str = "/comments/token";

impl Site<'_> {
    /// Where the CMS exchanges a reader's id for a token.
    fn exchange_url(&self) -> String {
        let url = format!("{}/t/{}/", self.url, self.tenant);
        match self.other_deployment() {
            Some(name) => format!("{url}{name}/"),
            None => url,
        }
    }

    /// Where the Talk or Coral is found, without a last slash; an example where nobody has said.
    fn root(&self) -> &str {
        let root = match (&self.deployment.root_url, self.deployment.issuer()) {
            (Some(root), _) => root.as_str(),
            // Talk's issuer is its root URL unless it is told otherwise.
            (None, Some(issuer)) if is_url(issuer.as_str()) => issuer.as_str(),
            (None, Some(_)) => "https://talk.example",
            (None, None) => "https://coral.example",
        };
        root.trim_end_matches('/')
    }

    /// The deployment's name, unless it is the one that is meant when none is named.
    fn other_deployment(&self) -> Option<&Slug> {
        Some(&self.deployment.name).filter(|name| **name != Slug::default_deployment())
    }

    /// The options of a command that is about this deployment.
    fn options(&self) -> String {
        match self.other_deployment() {
            Some(name) => format!("--tenant {} --deployment {name}", self.tenant),
            None => format!("--tenant {}", self.tenant),
        }
    }
}

fn is_url(text: &str) -> bool {
    text.parse::<crate::deployment::RootUrl>().is_ok()
}

/// What to do about a deployment whose place nobody has told.
#[must_use]
pub fn root_url_missing(site: &Site<'_>) -> Option<String> {
    let known = match (&site.deployment.root_url, site.deployment.issuer()) {
        (Some(_), _) => true,
        (None, issuer) => issuer.is_some_and(|issuer| is_url(issuer.as_str())),
    };
    (!known).then(|| {
        format!(
            "Nobody has said where the deployment is found, so `{}` stands for it: `lanyard deployment update {} \
             --root-url URL`.",
            site.root(),
            site.options()
        )
    })
}

/// A text as a literal of JavaScript that may stand in a `<script>` of a page.
fn javascript(text: &str) -> String {
    let literal = serde_json::Value::from(text).to_string();
    literal.replace('<', "\\u003c").replace('>', "\\u003e")
}

#[cfg(test)]
mod tests;
