//! Why a token would or wouldn't be accepted, rule by rule. Nothing of what is pasted here is kept or logged.

use std::{fmt, time::Instant};

use axum::{Json, body::Body, extract::State, http::HeaderMap};
use lanyard_core::check::{self, Deployment, Question, Reader, Report, settings::Settings};
use lanyard_storage::{DeploymentView, TenantView};
use serde_json::Value;
use zeroize::Zeroizing;

use super::verify;
use crate::{
    App, Caller, Problem,
    body::JUDGED_FOR,
    failure::Failure,
    fields::{Faults, Field},
    input,
    presented::Target,
};

/// The longest body, in bytes: token and settings at their longest, each character escaped.
const MAX_BODY: usize = 160 * 1024;
/// The longest token that is looked at, in bytes. Coral's server takes 16 kB, and a longer one should be told so.
const MAX_TOKEN: usize = 24 * 1024;
/// The longest settings, in bytes.
const MAX_SETTINGS: usize = 32 * 1024;

/// A text that may be secret, of a bounded length.
struct Pasted<const MOST: usize>(Zeroizing<String>);

impl<const MOST: usize> fmt::Debug for Pasted<MOST> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pasted(..)")
    }
}

impl<const MOST: usize> Field for Pasted<MOST> {
    fn read(value: &Value) -> Result<Self, Faults> {
        let text = Zeroizing::new(String::read(value)?);
        if text.len() > MOST {
            return Err(Faults::one(format!("is longer than {} KiB", MOST / 1024)));
        }
        Ok(Self(text))
    }
}

crate::input! {
    /// What is to be checked.
    struct TokenCheck {
        /// The token, also with `Bearer`, quotes or line breaks around it. At most 24 KiB.
        #[schema(value_type = String, example = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln")]
        token: Pasted<MAX_TOKEN>,
        /// The deployment that it should be for; `default` unless named.
        #[schema(example = "default")]
        deployment: Option<String>,
        /// What the Talk or Coral in question is set to: `TALK_JWT_*` as an .env file, docker-compose, a Kubernetes manifest, a
        /// systemd unit or shell lines; or a secret alone, or a JSON list of `{kid, secret}`. At most 32 KiB. Used in memory
        /// only. Without it, Talk and Coral are taken to be set as they should be.
        #[schema(value_type = Option<String>, example = "TALK_JWT_ISSUER=https://talk.news.example")]
        settings: Option<Pasted<MAX_SETTINGS>>,
    }
}

/// What became of one rule.
#[derive(utoipa::ToSchema)]
#[schema(as = TokenCheckOutcome)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "it only describes the answer")]
enum OutcomeOut {
    /// Kept.
    Pass,
    /// Broken, and the product refuses the token for it.
    Fail,
    /// Broken, and the product takes the token all the same: something else will go wrong.
    Warning,
    /// The rule doesn't concern this token, or another one has to be mended first.
    NotApplicable,
}

/// What a product makes of the token.
#[derive(utoipa::ToSchema)]
#[schema(as = TokenCheckVerdict)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "it only describes the answer")]
enum VerdictOut {
    /// The reader is let in.
    Accepted,
    /// The request fails.
    Refused,
    /// The request goes on as if nobody had logged in. So Talk v4 refuses a token: it is no error there.
    Anonymous,
    /// There was nothing to judge.
    NotApplicable,
}

/// One rule, and what became of it.
#[derive(utoipa::ToSchema)]
#[schema(as = TokenCheckRule)]
#[expect(dead_code, reason = "it only describes the answer")]
struct CheckOut {
    /// The rule's name, which stays.
    #[schema(example = "talk-issuer")]
    id: String,
    /// The rule in plain words.
    title: String,
    outcome: OutcomeOut,
    /// What was found, with the values. Never a secret.
    detail: String,
    /// What to do about it.
    mend: Option<String>,
}

/// The rules of one product.
#[derive(utoipa::ToSchema)]
#[schema(as = TokenCheckSection)]
#[expect(dead_code, reason = "it only describes the answer")]
struct SectionOut {
    /// `token`, `talk`, `coral`, `coral-oidc` or `lanyard`.
    #[schema(example = "talk")]
    id: String,
    /// The product in plain words.
    title: String,
    /// Whether the verdict counts for the deployment that was asked about.
    counts: bool,
    verdict: VerdictOut,
    /// The verdict in a sentence.
    summary: String,
    /// The rules, in the order in which they are best mended.
    checks: Vec<CheckOut>,
}

/// A setting that was found.
#[derive(utoipa::ToSchema)]
#[schema(as = TokenCheckSetting)]
#[expect(dead_code, reason = "it only describes the answer")]
struct TakenOut {
    /// Its name.
    name: String,
    /// The line that it begins in, from 1.
    #[schema(minimum = 1)]
    line: u64,
    /// Its value, unless that is secret.
    value: Option<String>,
}

/// A line that couldn't be read.
#[derive(utoipa::ToSchema)]
#[schema(as = TokenCheckUnread)]
#[expect(dead_code, reason = "it only describes the answer")]
struct UnreadOut {
    /// The line, from 1.
    #[schema(minimum = 1)]
    line: u64,
    /// Why not, and what to paste instead.
    reason: String,
}

/// What was found in the pasted settings.
#[derive(utoipa::ToSchema)]
#[schema(as = TokenCheckSettings)]
#[expect(dead_code, reason = "it only describes the answer")]
struct SettingsOut {
    /// The form that they were taken for: `env`, `shell`, `systemd`, `yaml`, `secrets` or `unknown`.
    #[schema(example = "env")]
    form: String,
    /// What was taken from them.
    taken: Vec<TakenOut>,
    /// What couldn't be read.
    unread: Vec<UnreadOut>,
}

/// Why a token would or wouldn't be accepted.
#[derive(utoipa::ToSchema)]
#[schema(as = TokenCheckReport)]
#[expect(dead_code, reason = "it only describes the answer")]
struct ReportOut {
    /// Whether the deployment's product and Lanyard both take the token.
    accepted: bool,
    /// What it is for: `reader` or `issuing`.
    purpose: Option<String>,
    /// Why it isn't accepted, as a stable word: Lanyard's reason, or else the first rule that it breaks.
    #[schema(example = "expired")]
    reason: Option<String>,
    /// The same in a sentence.
    detail: Option<String>,
    /// The reader's id, as the deployment finds it.
    user: Option<String>,
    /// Whether the reader is in the directory; `null` where nobody looked, as for a token that the deployment's keys didn't
    /// sign.
    user_known: Option<bool>,
    /// The key that it names.
    kid: Option<String>,
    /// Its own id.
    jti: Option<String>,
    /// When it ends.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// The deployment's product: `talk` or `coral`.
    #[schema(example = "talk")]
    product: String,
    /// What was found in the pasted settings.
    settings: Option<SettingsOut>,
    /// The token's header, where it can be read.
    #[schema(value_type = Option<Object>)]
    header: Option<Value>,
    /// Its claims, where they can be read.
    #[schema(value_type = Option<Object>)]
    claims: Option<Value>,
    /// The rules, product by product.
    sections: Vec<SectionOut>,
}

/// Check a token rule by rule
///
/// It replays the rules of Talk v4, of Coral's single sign-on, of Coral's OpenID Connect precedence and of Lanyard, and says which are
/// broken, with which values, and how to mend them. A bad token is no error: the answer says what is wrong with it. Token and
/// settings are used in memory and neither kept nor logged.
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/tokens/check", tag = "tokens", operation_id = "check_token",
    params(("tenant" = String, Path, description = "Newsroom")),
    request_body = TokenCheck,
    responses(
        (status = 200, description = "What each product makes of the token", body = ReportOut),
        (status = 400, description = "The body isn't readable"),
        (status = 422, description = "There is no such deployment, or a field is wrong"),
    ),
)]
pub(crate) async fn check(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Report>, Failure> {
    let begun = Instant::now();
    let wanted: TokenCheck = input::read_up_to(&headers, body, MAX_BODY).await?;
    let name = wanted.deployment.as_deref().unwrap_or("default");
    // What was known before the body came may be out of date. A suspended newsroom has deployments too, for its operator.
    let tenant = app.views.get(caller.tenant.slug.as_str()).await?;
    let mut target = Target {
        tenant: tenant.ok_or(Problem::NotFound)?,
        deployment: name.to_owned().into(),
    };
    caller.reaches(found(&target.tenant, name)?.policy.deployment)?;
    if begun.elapsed() > JUDGED_FOR {
        caller.still(&app, &target.tenant).await?;
    }
    let now = app.clock.now();
    let token = check::cleaned(&wanted.token.0);
    let verdict = target
        .with_newest(&app, |target| verify(target, &token, now))
        .await;
    let settings = wanted.settings.map(|settings| Settings::read(&settings.0));
    let deployment = deployment(found(&target.tenant, name)?);
    let reader = match check::reader_of(deployment.policy, deployment.keys, &token) {
        Some(id) => Some(app.readers.get(&target.tenant, &id).await?),
        None => None,
    };
    let report = check::check(&Question {
        token: &wanted.token.0,
        settings: settings.as_ref(),
        deployment,
        neighbours: &neighbours(&caller, &target.tenant, name),
        verdict: &verdict,
        reader: match &reader {
            None => Reader::NotAsked,
            Some(None) => Reader::Unknown,
            Some(Some(reader)) => Reader::Known {
                user: reader.record()?,
                disabled: reader.disabled,
            },
        },
        now,
    });
    Ok(Json(report))
}

fn found<'a>(tenant: &'a TenantView, name: &str) -> Result<&'a DeploymentView, Problem> {
    tenant.deployment(name).ok_or(Problem::DeploymentUnknown)
}

const fn deployment(view: &DeploymentView) -> Deployment<'_> {
    Deployment {
        policy: &view.policy,
        keys: &view.keys,
    }
}

/// The tenant's other deployments; an API key that is limited to some learns nothing of the others' keys.
fn neighbours<'a>(caller: &Caller, tenant: &'a TenantView, name: &str) -> Vec<Deployment<'a>> {
    tenant
        .deployments()
        .filter(|view| view.policy.name.as_str() != name)
        .filter(|view| caller.reaches(view.policy.deployment).is_ok())
        .map(deployment)
        .collect()
}
