//! Signing keys begin, take each other's place, and end.

mod begin;
mod end;
mod refused;
mod status;

pub(crate) use begin::{Begun, Import, activate, create, import, read, rotate};
pub(crate) use end::{Ended, Needed, retire, revoke};
pub(crate) use refused::{Refused, in_use};
pub(crate) use status::{ISSUING_ENDS, Known, all, known, next, rotation};

use lanyard_core::{
    id::{DeploymentId, Kid},
    tenant::Policy,
};
use lanyard_storage::{
    ReadTx, WriteTx,
    keys::{self, KeyRow},
    tenants,
};

/// A deployment as somebody saw it before they decided what to do to its keys.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Its rules.
    pub(crate) policy: Policy,
    /// The key that signs.
    pub(crate) active: Option<KeyRow>,
}

/// Looks at a deployment.
pub(crate) async fn look(tx: &mut ReadTx, deployment: &str) -> Result<Seen, Refused> {
    let tenant = tenants::load(tx).await?.ok_or(Refused::NoDeployment)?;
    let policy = tenant
        .policies
        .into_iter()
        .find(|policy| policy.name.as_str() == deployment)
        .ok_or(Refused::NoDeployment)?;
    let active = keys::active(tx, policy.deployment).await?;
    Ok(Seen { policy, active })
}

/// The key that is meant, as nobody else can change it any more.
async fn find(tx: &mut WriteTx, deployment: DeploymentId, kid: &Kid) -> Result<KeyRow, Refused> {
    keys::get_now(tx, deployment, kid.as_str())
        .await?
        .ok_or_else(|| Refused::NoKey(kid.clone()))
}
