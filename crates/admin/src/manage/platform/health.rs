//! How the platform is: its servers, what they need, what waits.

use std::{collections::BTreeMap, time::Instant};

use axum::{Json, extract::State};
use lanyard_api::{App, Failure, fields::Time};
use lanyard_storage::{nodes, outbox, reseal};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Admin;

/// A running server.
#[derive(Debug, Serialize, ToSchema)]
pub struct NodeOut {
    /// Of the process.
    id: Uuid,
    /// The machine and the process.
    #[schema(example = "web-1:4242")]
    name: String,
    /// Of Lanyard.
    #[schema(example = "0.1.0")]
    version: String,
    /// When it started.
    #[schema(value_type = String, format = DateTime)]
    started_at: Time,
    /// Seconds since it last said that it lives; it does so every five, and counts as dead after twenty.
    #[schema(example = 3)]
    heartbeat_age: i64,
    /// Ids of the master keys that it holds; it seals with the first.
    #[schema(example = json!(["k1"]))]
    master_keys: Vec<String>,
    /// What it tells of itself.
    #[schema(value_type = Object)]
    vitals: Value,
}

/// Something that the servers need, as this one sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Dependency {
    /// Whether it answers.
    reachable: bool,
    /// In how many milliseconds.
    latency_ms: Option<f64>,
}

/// Messages that wait to be mailed.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailBacklog {
    /// How many.
    waiting: i64,
    /// Since when the oldest does.
    #[schema(value_type = Option<String>, format = DateTime)]
    oldest_at: Option<Time>,
}

/// How the platform is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// The servers that run.
    nodes: Vec<NodeOut>,
    /// The database.
    postgres: Dependency,
    /// The cache; `null` where there is none.
    redis: Option<Dependency>,
    /// Messages that wait to be mailed.
    mail: MailBacklog,
    /// How many secrets each master key seals. When a key is to go, its number must be none.
    #[schema(example = json!({ "k1": 42 }))]
    sealed: BTreeMap<String, i64>,
}

/// How the platform is: its servers, what they need, what waits
#[utoipa::path(
    get, path = "/v1/platform/health", tag = "platform", operation_id = "get_platform_health",
    responses((status = 200, description = "How it is", body = Health)),
)]
pub(super) async fn get(State(app): State<App>, _admin: Admin) -> Result<Json<Health>, Failure> {
    let begin = Instant::now();
    app.database.now().await?;
    let postgres = answered(begin, true);
    let begin = Instant::now();
    let redis = app.readers.ping_redis().await;
    let redis = redis.map(|reachable| answered(begin, reachable));
    let (waiting, oldest) = outbox::backlog(&app.database).await?;
    let mut sealed = BTreeMap::new();
    for count in reseal::counts(&app.database).await? {
        *sealed.entry(count.master_key_id).or_default() += count.rows;
    }
    let live = nodes::live(&app.database).await?;
    Ok(Json(Health {
        nodes: live.into_iter().map(Into::into).collect(),
        postgres,
        redis,
        mail: MailBacklog {
            waiting,
            oldest_at: oldest.map(Time),
        },
        sealed,
    }))
}

fn answered(begin: Instant, reachable: bool) -> Dependency {
    Dependency {
        reachable,
        latency_ms: reachable.then(|| begin.elapsed().as_secs_f64() * 1_000.0),
    }
}

impl From<nodes::Node> for NodeOut {
    fn from(node: nodes::Node) -> Self {
        Self {
            master_keys: node.key_ids().map(str::to_owned).collect(),
            id: node.id,
            name: node.name,
            version: node.version,
            started_at: Time(node.started_at),
            heartbeat_age: node.age,
            vitals: node.vitals,
        }
    }
}
