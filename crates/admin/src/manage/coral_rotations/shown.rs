//! Rotations, and what one would do, as a client sees them: never a secret, never the token.

use lanyard_api::fields::Time;
use lanyard_core::id::Kid;
use lanyard_storage::coral_rotations::{RotationRow, RotationState};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::acts::coral_rotation::{Here, Plan, advice};

/// A rotation of a Coral's signing secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CoralRotationOut {
    /// Its id.
    id: Uuid,
    /// Where it stands. One that is `interrupted` can be resumed; the last three are ends, and with each the token is erased.
    #[schema(value_type = String, pattern = "^(running|interrupted|done|abandoned|expired)$", example = "done")]
    state: &'static str,
    /// Where Coral is, as the deployment said when it began.
    #[schema(example = "https://coral.the-post.example")]
    root_url: String,
    /// For how many seconds Coral goes on taking the old secret.
    #[schema(example = 604_800)]
    overlap: i64,
    /// The key that signed when it began.
    #[schema(example = "9f3c1a77d0e2b4c6")]
    old_kid: Option<String>,
    /// Coral's new secret, once it is a key here.
    #[schema(example = "c1d2e3f4a5b6c7d8")]
    new_kid: Option<String>,
    /// Until when Coral takes the old secret, as it says.
    #[schema(value_type = Option<String>, format = DateTime)]
    old_ends_at: Option<Time>,
    /// What was odd when it began.
    warnings: Vec<String>,
    /// Why it was interrupted.
    error: Option<RotationErrorOut>,
    /// What is left to do, for people.
    next: Option<String>,
    /// Who began it.
    #[schema(example = "account:0198c5c0-0000-7000-8000-000000000000")]
    started_by: String,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    started_at: Time,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Time>,
    /// Until when it can be resumed without another token; `null` at its end.
    #[schema(value_type = Option<String>, format = DateTime)]
    token_kept_until: Option<Time>,
}

/// Why a rotation was interrupted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RotationErrorOut {
    /// The problem's name, as docs/problems.md has it.
    #[schema(example = "coral-unreachable")]
    problem: String,
    /// What went wrong, for people.
    detail: String,
}

impl CoralRotationOut {
    pub(crate) fn new(row: RotationRow, now: i64) -> Self {
        let next = advice(&row, now);
        // Its server was killed, or can't write.
        let cut_off = row.state == RotationState::Running && row.leased_until <= now;
        let state = if cut_off {
            RotationState::Interrupted
        } else {
            row.state
        };
        Self {
            id: row.id,
            state: state.name(),
            root_url: row.root_url,
            overlap: row.overlap,
            old_kid: row.old_kid,
            new_kid: row.new_kid,
            old_ends_at: row.old_ends_at.map(Time),
            warnings: row.warnings,
            error: row.error.map(|problem| RotationErrorOut {
                problem,
                detail: row.error_detail.unwrap_or_default(),
            }),
            next,
            started_by: row.started_by,
            started_at: Time(row.started_at),
            finished_at: row.finished_at.map(Time),
            token_kept_until: row.state.is_open().then_some(Time(row.token_until)),
        }
    }

    pub(super) fn id(&self) -> String {
        self.id.to_string()
    }
}

/// What a rotation would do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CoralRotationPlanOut {
    /// Where Coral is: where the token was sent.
    #[schema(example = "https://coral.the-post.example")]
    root_url: String,
    /// The key that signs here.
    #[schema(value_type = Option<String>, example = "9f3c1a77d0e2b4c6")]
    old_kid: Option<Kid>,
    /// For how many seconds Coral would go on taking the old secret.
    #[schema(example = 604_800)]
    overlap: i64,
    /// What Coral has, the oldest first.
    coral_secrets: Vec<CoralSecretOut>,
    /// What is odd.
    warnings: Vec<String>,
    /// What would be done, in this order.
    steps: Vec<String>,
}

/// One of Coral's signing secrets, without the secret.
#[derive(Debug, Serialize, ToSchema)]
struct CoralSecretOut {
    /// Its id.
    #[schema(value_type = String, example = "9f3c1a77d0e2b4c6")]
    kid: Kid,
    /// Whether Coral takes its tokens.
    active: bool,
    /// Whether it is a key here.
    known_here: bool,
    /// When Coral made it.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When Coral last saw it used, which it doesn't always write down.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Time>,
    /// When Coral drops it.
    #[schema(value_type = Option<String>, format = DateTime)]
    inactive_at: Option<Time>,
}

impl CoralRotationPlanOut {
    pub(crate) fn new(here: &Here, plan: Plan) -> Self {
        let steps = plan.steps(here);
        Self {
            root_url: here.root_url.clone(),
            old_kid: here.active.as_ref().map(|key| key.kid.clone()),
            overlap: plan.overlap,
            coral_secrets: plan
                .secrets
                .into_iter()
                .map(|secret| CoralSecretOut {
                    kid: secret.kid,
                    active: secret.active,
                    known_here: secret.known,
                    created_at: Time(secret.created_at),
                    last_used_at: secret.last_used_at.map(Time),
                    inactive_at: secret.inactive_at.map(Time),
                })
                .collect(),
            warnings: plan.warnings,
            steps,
        }
    }
}
