//! Races: what happens at the same moment, or stops half-way, and still has to end well.

mod commands;
mod disconnects;
mod flood;
mod slow_way;
mod together;

use lanyard_core::{
    id::TenantId,
    user::{User, UserId},
};
use lanyard_storage::{Database, WriteTx, tenants, users};
use serde_json::{Value, json};

pub(crate) use crate::harness::within;
use crate::harness::{App, Newsroom, now};

/// Who writes to a newsroom beside its servers, as the commands do, but without a process for each change.
struct Desk {
    database: Database,
    tenant: TenantId,
}

impl Desk {
    async fn of(app: &App, post: &Newsroom) -> Self {
        let database = Database::connect(&app.database.url, 4).await.unwrap();
        let tenant = tenants::find(&database, &post.slug).await.unwrap().unwrap();
        Self { database, tenant }
    }

    async fn write(&self) -> WriteTx {
        self.database.write(self.tenant).await.unwrap().unwrap()
    }

    /// Writes these records in one transaction.
    async fn import(&self, records: impl IntoIterator<Item = Value>) {
        let mut rows = Vec::new();
        for (place, record) in (0..).zip(records) {
            let user = User::from_json(record.to_string().as_bytes()).unwrap();
            users::copy_row(&mut rows, place, &user);
        }
        let mut tx = self.write().await;
        users::import_batch(&mut tx, &rows, now()).await.unwrap();
        tx.commit().await.unwrap().done();
    }

    /// Readers `r0`, `r1` and so on.
    async fn import_readers(&self, count: usize) {
        self.import((0..count).map(|number| json!({ "id": reader(number) })))
            .await;
    }
}

fn reader(number: usize) -> String {
    format!("r{number}")
}

fn user_id(text: &str) -> UserId {
    UserId::parse(text).unwrap()
}
