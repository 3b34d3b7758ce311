//! Keys that are shown, to owners who have just proved their password. That it is done is on disk before it is done.

use axum::{
    Json,
    extract::{Path, State},
};
use lanyard_api::{
    App, Caller, Failure, Problem,
    fields::{Faults, Field, OneOf},
    input,
    input::JsonBody,
};
use lanyard_core::{
    id::{Kid, Slug},
    key::Algorithm,
    setup::Form,
    signing_key::{KeySet, SigningKey},
    talk::{self, Secrets, Wanted},
    tenant::Policy,
};
use lanyard_storage::keys;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{key_id, policy, refused};
use crate::acts::signing_keys as acts;

/// A signing key, shown.
#[derive(Serialize, ToSchema)]
pub(super) struct RevealedKeyOut {
    /// Its id.
    #[schema(value_type = String)]
    kid: Kid,
    /// Its algorithm.
    #[schema(value_type = String, example = "HS256")]
    algorithm: Algorithm,
    /// The secret, to the letter; `null` for a key pair.
    secret: Option<String>,
    /// The public key as PEM; `null` for a secret.
    public_key: Option<String>,
    /// The private key as PEM; `null` for a secret, and where only the public half was imported.
    private_key: Option<String>,
}

impl RevealedKeyOut {
    fn new(key: &SigningKey) -> Self {
        Self {
            kid: key.kid.clone(),
            algorithm: key.algorithm(),
            secret: key.material.secret_text().map(str::to_owned),
            public_key: key.material.public_pem(),
            private_key: key.material.private_pem().map(|pem| pem.to_string()),
        }
    }
}

/// Show a key to an owner
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}/reveal",
    tag = "signing keys", operation_id = "reveal_signing_key",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("deployment" = String, Path, description = "Deployment"),
        ("kid" = String, Path, description = "Id of the key, percent-encoded"),
    ),
    responses((status = 200, description = "The key", body = RevealedKeyOut)),
)]
pub(super) async fn reveal(
    State(app): State<App>,
    caller: Caller,
    Path((_, name, kid)): Path<(String, String, String)>,
) -> Result<Json<RevealedKeyOut>, Failure> {
    let kid = key_id(&kid)?;
    let policy = policy(&mut caller.read(&app).await?, &caller, &name).await?;
    let mut act = caller.act(&app).await?;
    let mut sets = keys::load_all_now(&mut act.tx, &app.master_keys).await?;
    let set = sets.remove(&policy.deployment).unwrap_or_default();
    let key = set.get(kid.as_str()).ok_or(Problem::NotFound)?;
    act.audit("key.reveal", kid.as_str(), &json!({ "deployment": name }))
        .await?;
    act.done().await?;
    Ok(Json(RevealedKeyOut::new(key)))
}

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Talk's settings, written so.
    Talk(Form),
    /// Public keys as a JWK Set.
    Jwks,
    /// Keys as PEM.
    Pem,
}

impl OneOf for Format {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("talk", Self::Talk(Form::Env)),
        ("env", Self::Talk(Form::Env)),
        ("compose", Self::Talk(Form::Compose)),
        ("kubernetes", Self::Talk(Form::Kubernetes)),
        ("systemd", Self::Talk(Form::Systemd)),
        ("jwks", Self::Jwks),
        ("pem", Self::Pem),
    ];
}

impl Field for Format {
    fn read(value: &Value) -> Result<Self, Faults> {
        Self::one_of(value)
    }
}

input! {
    /// What is to be exported.
    pub(super) struct Export {
        /// `env`, or `talk`: settings for Talk v4, as lines of an .env file, with all secrets that it needs. `compose`,
        /// `kubernetes`, `systemd`: the same as a file for docker compose, a Secret, an environment file. `jwks`: the public
        /// keys as a JWK Set (RFC 7517). `pem`: the key pairs as PEM.
        #[schema(value_type = String, pattern = "^(talk|env|compose|kubernetes|systemd|jwks|pem)$", example = "env")]
        format: Format,
        /// Whether private keys go out too. Talk needs one only to sign logins of its own.
        with_private: Option<bool>,
        /// Talk takes several keys although it had one secret: every live token carries a `kid` by now. The plan among the
        /// deployment's settings says when.
        several: Option<bool>,
    }
}

/// Keys that have left.
#[derive(Serialize, ToSchema)]
pub(super) struct ExportOut {
    /// What was asked for: settings to paste, a JWK Set, or PEM blocks.
    text: String,
    /// What whoever applies it must know.
    notes: Vec<String>,
}

/// Export a deployment's keys as settings, to an owner
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/export",
    tag = "signing keys", operation_id = "export_signing_keys",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("deployment" = String, Path, description = "Deployment"),
    ),
    request_body = Export,
    responses(
        (status = 200, description = "The settings", body = ExportOut),
        (status = 409, description = "Talk can't be given these keys"),
    ),
)]
pub(super) async fn export(
    State(app): State<App>,
    caller: Caller,
    Path((_, name)): Path<(String, String)>,
    body: JsonBody<Export>,
) -> Result<Json<ExportOut>, Failure> {
    let with_private = body.value.with_private.unwrap_or(false);
    let format = body.value.format;
    let wanted = Wanted {
        several: body.value.several.unwrap_or(false),
        ..Wanted::all(with_private)
    };
    let seen = acts::look(&mut caller.read(&app).await?, &name).await?;
    let mut act = caller.act(&app).await?;
    let mut sets = keys::load_now(&mut act.tx, &app.master_keys, app.clock.now()).await?;
    let set = sets.remove(&seen.policy.deployment).unwrap_or_default();
    let answer = write(
        format,
        (&caller.tenant.slug, &seen.policy),
        &set,
        wanted,
        app.clock.now(),
    )?;
    let word = Format::WORDS.iter().find(|(_, of)| *of == format);
    let detail = json!({ "as": word.map(|(word, _)| word), "with_private": with_private });
    act.audit("key.export", &name, &detail).await?;
    act.done().await?;
    Ok(Json(answer))
}

fn write(
    format: Format,
    (tenant, policy): (&Slug, &Policy),
    set: &KeySet,
    wanted: Wanted,
    now: i64,
) -> Result<ExportOut, Failure> {
    let mut notes = Vec::new();
    let text = match format {
        Format::Talk(form) => {
            let settings = talk::settings(policy, set, wanted, now)
                .map_err(|error| refused::no_settings(&error))?;
            notes.extend(settings.notes.iter().map(|note| refused::in_json(note)));
            form.write(&settings, tenant, &policy.name).to_string()
        }
        Format::Jwks => {
            let keys: Vec<_> = set
                .published(now)
                .filter_map(|key| key.material.public_jwk(key.kid.as_str()))
                .collect();
            json!({ "keys": keys }).to_string()
        }
        Format::Pem => {
            let mut text = String::new();
            for key in set.published(now) {
                let Some(public) = key.material.public_pem() else {
                    notes.push(format!("`{}` is a secret, and has no PEM.", key.kid));
                    continue;
                };
                text.push_str(&public);
                if let Some(private) = key
                    .material
                    .private_pem()
                    .filter(|_| wanted.secrets == Secrets::WithPrivate)
                {
                    text.push_str(&private);
                }
            }
            text
        }
    };
    Ok(ExportOut { text, notes })
}
