//! What lies in the outbox.

use lanyard_core::seal::{MasterKeys, Sealed};
use lanyard_storage::outbox::Letter;
use sqlx::Row;
use uuid::Uuid;

use super::{App, MASTER_KEY};

impl App {
    /// The letters to somebody, in the order in which they were queued.
    pub(crate) async fn letters(&self, email: &str) -> Vec<Letter> {
        let keys = MasterKeys::parse(MASTER_KEY).unwrap();
        let mut connection = self.database.connect().await;
        // By place: an id has the second only, and no letter of a test's is ever changed.
        let rows = sqlx::query("select id, master_key_id, sealed from outbox order by ctid")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        let open = |row: sqlx::postgres::PgRow| {
            let id: Uuid = row.get("id");
            let sealed = Sealed {
                master_key_id: row.get("master_key_id"),
                bytes: row.get("sealed"),
            };
            let text = keys.open_for("outbox", &[id.as_bytes()], &sealed).unwrap();
            serde_json::from_slice::<Letter>(&text).unwrap()
        };
        let letters = rows.into_iter().map(open);
        letters.filter(|letter| letter.to == email).collect()
    }

    /// The secret of the link in the last letter to somebody.
    pub(crate) async fn mailed_token(&self, email: &str) -> String {
        let letters = self.letters(email).await;
        let text = &letters.last().unwrap().text;
        let link = text.lines().find(|line| line.contains("#token=")).unwrap();
        link.split_once("#token=").unwrap().1.to_owned()
    }
}
