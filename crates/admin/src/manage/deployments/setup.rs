//! What a deployment's people paste and do, without its secrets.

use axum::{
    Json,
    extract::{Path, State},
};
use lanyard_api::{App, Caller, Failure, Problem, fields::Time, input::Query, query};
use lanyard_core::{
    profile::TokenProfile,
    setup::{self, Form, Language, Site, Step},
    signing_key::KeySet,
    talk::{self, Secrets, Wanted},
};
use lanyard_storage::{deployments, keys, tenants};
use serde::Serialize;
use utoipa::ToSchema;

use super::named;
use crate::manage::signing_keys::refused::in_json;

query! {
    /// Which settings.
    pub(in crate::manage) struct SetupQuery {
        /// Talk takes several keys although it had one secret: every live token carries a `kid` by now. The plan says when.
        #[param(nullable = false)]
        several: Option<bool>,
    }
}

/// What connects a deployment with Lanyard, ready to paste. No secret is in it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::manage) struct DeploymentSettingsOut {
    /// What the deployment is.
    #[schema(value_type = String, pattern = "^(talk|coral)$", example = "talk")]
    kind: TokenProfile,
    /// Talk's settings, with `…` for each secret; `null` for a Coral, and where Talk can't be given the keys.
    talk: Option<TalkFormsOut>,
    /// Why Talk can't be given the keys.
    talk_refused: Option<String>,
    /// What is done in Coral's admin; `null` for a Talk.
    coral: Option<String>,
    /// The code that shows the comments in a page.
    embed: String,
    /// The CMS's call for a token.
    exchange: ExchangeOut,
    /// How the deployment gets its next key without logging a reader out.
    plan: PlanOut,
    /// What whoever applies this must know.
    notes: Vec<String>,
}

/// Talk's settings in the forms that Talk is run with.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::manage) struct TalkFormsOut {
    /// Lines of an .env file.
    #[schema(example = "TALK_JWT_ISSUER=https://talk.the-post.example")]
    env: String,
    /// A file for docker compose.
    compose: String,
    /// A Secret of Kubernetes.
    kubernetes: String,
    /// An environment file of systemd.
    systemd: String,
}

/// The CMS's call for a token, by language.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::manage) struct ExchangeOut {
    /// For a shell.
    curl: String,
    /// PHP, and WordPress.
    php: String,
    /// Node.
    node: String,
    /// Python.
    python: String,
}

/// A plan.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::manage) struct PlanOut {
    /// All of it, for people.
    text: String,
    /// Where the deployment stands, and what can't be avoided.
    remarks: Vec<String>,
    /// What is to be done, in this order.
    steps: Vec<StepOut>,
}

/// A step of a plan.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::manage) struct StepOut {
    /// Who does it.
    who: &'static str,
    /// Not before this time.
    #[schema(value_type = Option<String>, format = DateTime)]
    not_before: Option<Time>,
    /// What is done.
    task: String,
    /// The command that does it, if one does.
    command: Option<String>,
    /// What is true afterwards.
    then: String,
}

impl From<Step> for StepOut {
    fn from(step: Step) -> Self {
        Self {
            who: step.who.words(),
            not_before: step.not_before.map(Time),
            task: step.task,
            command: step.command,
            then: step.then,
        }
    }
}

/// What connects a deployment with Talk or Coral and with the CMS, ready to paste
///
/// Secrets are left out: an owner exports Talk's settings with them.
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/deployments/{deployment}/settings",
    tag = "Deployments", operation_id = "get_deployment_settings",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("deployment" = String, Path, description = "Deployment"),
        SetupQuery,
    ),
    responses((status = 200, description = "The texts", body = DeploymentSettingsOut)),
)]
pub(in crate::manage) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path((_, name)): Path<(String, String)>,
    Query(query): Query<SetupQuery>,
) -> Result<Json<DeploymentSettingsOut>, Failure> {
    let now = app.clock.now();
    let mut tx = caller.read(&app).await?;
    let row = deployments::get(&mut tx, &named(&name)?, now).await?;
    let deployment = row.ok_or(Problem::NotFound)?.deployment;
    caller.reaches(deployment.id)?;
    let tenant = tenants::settings(&mut tx).await?;
    let tenant = tenant.ok_or(Problem::NotFound)?;
    let mut sets = keys::load(&mut tx, &app.master_keys, app.clock.now()).await?;
    let keys = sets.remove(&deployment.id).unwrap_or_default();
    let site = Site {
        url: app.public_url.origin(),
        tenant: &caller.tenant.slug,
        deployment: &deployment,
        issuing_tokens: tenant.issuing.accepted,
    };
    let policy = deployment.policy(&tenant.issuing, tenant.allow_email_ids);
    let wanted = Wanted {
        secrets: Secrets::Hidden,
        several: query.several.unwrap_or(false),
    };
    let settings = match deployment.kind() {
        TokenProfile::Talk => Some(talk::settings(&policy, &keys, wanted, now)),
        TokenProfile::Coral => None,
    };
    Ok(Json(texts(&site, &keys, settings, now)))
}

fn texts(
    site: &Site<'_>,
    keys: &KeySet,
    settings: Option<Result<talk::TalkSettings, talk::TalkError>>,
    now: i64,
) -> DeploymentSettingsOut {
    let kind = site.deployment.kind();
    let mut notes: Vec<_> = setup::root_url_missing(site).into_iter().collect();
    let (talk, talk_refused) = match settings {
        None => (None, None),
        Some(Err(error)) => (None, Some(error.to_string())),
        Some(Ok(settings)) => {
            let name = &site.deployment.name;
            let text = |form: Form| form.write(&settings, site.tenant, name).to_string();
            let forms = TalkFormsOut {
                env: text(Form::Env),
                compose: text(Form::Compose),
                kubernetes: text(Form::Kubernetes),
                systemd: text(Form::Systemd),
            };
            notes.extend(settings.notes.iter().map(|note| in_json(note)));
            (Some(forms), None)
        }
    };
    let call = |language| setup::exchange(site, language);
    let plan = setup::plan(site, keys, now);
    DeploymentSettingsOut {
        kind,
        talk,
        talk_refused,
        coral: (kind == TokenProfile::Coral).then(|| setup::coral_steps(site, keys)),
        embed: setup::embed(site),
        exchange: ExchangeOut {
            curl: call(Language::Curl),
            php: call(Language::Php),
            node: call(Language::Node),
            python: call(Language::Python),
        },
        plan: PlanOut {
            text: plan.text(),
            remarks: plan.remarks,
            steps: plan.steps.into_iter().map(Into::into).collect(),
        },
        notes,
    }
}
