//! Coral's own API, as far as its signing secrets go: GraphQL, with an admin's personal access token (Coral 9,
//! `schema.graphql`: `SSOAuthIntegration`, `rotateSSOSigningSecret`).

mod answer;

use std::{fmt, str::FromStr, sync::Arc};

use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::outbound::{Calls, Outbound, OutboundError, Target};

pub use answer::{Secret, Secrets};

/// Where Coral takes GraphQL, beneath its root.
const PATH: &str = "/api/graphql";
/// The longest token that is taken, in bytes; Coral's server takes 16 KiB of headers.
const MAX_TOKEN: usize = 8 << 10;

/// What is asked of the integration, wherever it stands.
const FIELDS: &str = "{ auth { integrations { sso { enabled signingSecrets { \
                      kid secret createdAt lastUsedAt rotatedAt inactiveAt } } } } }";

/// A personal access token of somebody who is an admin in Coral.
#[derive(Clone)]
pub struct AdminToken(Zeroizing<String>);

/// Why a text is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a token: visible ASCII characters, 8192 at most")]
pub struct NotAToken;

impl FromStr for AdminToken {
    type Err = NotAToken;

    fn from_str(text: &str) -> Result<Self, NotAToken> {
        let shaped = (1..=MAX_TOKEN).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        if shaped {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(NotAToken)
        }
    }
}

impl AdminToken {
    /// The token, for whoever sends or seals it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AdminToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AdminToken(..)")
    }
}

/// Why Coral doesn't do it. Nothing of what it sent is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CoralError {
    /// It isn't reached, or mustn't be.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// It doesn't take the token.
    #[error("{0}")]
    Refused(&'static str),
    /// It answers what no Coral does that this knows.
    #[error("{0}")]
    Unexpected(String),
}

impl CoralError {
    /// Whether Coral has clearly not done what it was asked.
    #[must_use]
    pub const fn means_not_done(&self) -> bool {
        match self {
            Self::Refused(_) => true,
            Self::Outbound(error) => !matches!(
                error,
                OutboundError::NoAnswer(_) | OutboundError::BadAnswer(_)
            ),
            Self::Unexpected(_) => false,
        }
    }
}

/// A Coral, and somebody who is an admin there.
#[derive(Debug)]
pub struct Coral {
    outbound: Arc<Outbound>,
    target: Target,
    token: AdminToken,
}

impl Coral {
    /// The Coral at this root.
    ///
    /// # Errors
    /// [`CoralError::Outbound`] when the URL isn't one that is called.
    pub fn at(root_url: &str, token: AdminToken, calls: &Calls) -> Result<Self, CoralError> {
        let outbound = calls.outbound()?;
        let target = outbound.target(root_url, PATH)?;
        Ok(Self {
            outbound,
            target,
            token,
        })
    }

    /// Its signing secrets.
    ///
    /// # Errors
    /// It isn't reached, refuses the token, or answers something else.
    pub async fn secrets(&self) -> Result<Secrets, CoralError> {
        let query = format!("query LanyardSecrets {{ settings {FIELDS} }}");
        let data = self.ask(json!({ "query": query })).await?;
        answer::secrets(&data["settings"])
    }

    /// Has it make a new secret, and drop those before after so many seconds. The answer may be lost though it was done.
    ///
    /// # Errors
    /// As [`Self::secrets`].
    pub async fn rotate(&self, overlap: i64, mutation_id: &str) -> Result<Secrets, CoralError> {
        let query = format!(
            "mutation LanyardRotate($input: RotateSSOSigningSecretInput!) {{ \
             rotateSSOSigningSecret(input: $input) {{ settings {FIELDS} }} }}"
        );
        let input = json!({ "inactiveIn": overlap, "clientMutationId": mutation_id });
        let body = json!({ "query": query, "variables": { "input": input } });
        let data = self.ask(body).await?;
        answer::secrets(&data["rotateSSOSigningSecret"]["settings"])
    }

    async fn ask(&self, body: Value) -> Result<Value, CoralError> {
        let token = self.token.reveal();
        let answer = self
            .outbound
            .post_json(&self.target, token, body.to_string())
            .await?;
        answer::data(answer.status, &answer.body)
    }
}
