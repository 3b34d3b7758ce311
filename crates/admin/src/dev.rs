//! `lanyard dev`: a server to try, with nothing to configure.

use std::{net::SocketAddr, path::Path, process::ExitCode, sync::Arc, time::Duration};

use lanyard_api::{Limits, PublicUrl, Registration, Settings, TrustedProxies, log};
use lanyard_core::{id::Slug, key::Algorithm, scope::Scope, user::User};
use lanyard_storage::{tenants, users};
use serde_json::json;

use crate::{
    commands,
    mail::Mailer,
    newsroom::{self, NewTenant},
    output::{Outcome, Output},
    postgres::Durability,
    serve::{Server, bind, stop_signal},
    store::{Store, write_private},
};

/// The tenant that is there from the start.
const DEMO: &str = "demo";
/// Its readers, with the demo service's ids and names.
const READERS: [&str; 3] = [
    r#"{"id":"1","email":"bob@newsroom.example","username":"bob"}"#,
    r#"{"id":"2","email":"alice@newsroom.example","username":"alice"}"#,
    r#"{"id":"3","email":"eve@newsroom.example","username":"eve"}"#,
];

/// Runs until Ctrl-C.
///
/// # Errors
/// The port is taken, Postgres is missing, or the folder can't be used; one line says so.
pub async fn run(folder: &Path, listen: SocketAddr, output: Output) -> Outcome<ExitCode> {
    // Before Postgres starts: a port that is taken should be told at once.
    let listener = bind(listen).await?;
    let stop = stop_signal()?;
    let store = Store::open_folder(folder, Durability::Durable).await?;
    let served = async {
        let api_key = seed(&store, folder).await?;
        let flusher = log::start(log::Format::Pretty, None, "info", store.clock.clone())?;
        let settings = Settings {
            max_staleness: Duration::from_secs(30),
            redis_url: None,
            readers_memory: 64 << 20,
            public_url: PublicUrl::of_listener(listener.local_addr()?),
            registration: Registration::Open,
            trusted_proxies: TrustedProxies::default(),
        };
        let (database, keys) = (store.database.clone(), Arc::clone(&store.master_keys));
        let mut server = Server::wire(
            database,
            keys,
            store.clock.clone(),
            &settings,
            Limits::default(),
            Duration::ZERO,
        )
        .await?;
        let url = &settings.public_url;
        server.send_mail(Mailer::folder(folder.join("mail"), url)?);
        let welcome = Welcome::new(&store, url.origin(), &api_key).await;
        output.result(&welcome.text(), &welcome.value())?;
        let served = server.run(listener, stop).await;
        flusher.flush();
        served
    };
    let outcome = served.await;
    store.close().await?;
    outcome.map(|()| ExitCode::SUCCESS)
}

/// Makes the demo tenant on a first start. Its API key lies in the folder, since the database has the hash only.
async fn seed(store: &Store, folder: &Path) -> Outcome<String> {
    let path = folder.join("demo-api-key");
    let slug: Slug = DEMO.parse()?;
    if tenants::find(&store.database, DEMO).await?.is_none() {
        let deployment = commands::default_deployment("http://localhost:3000/t/demo")?;
        let key = newsroom::first_key(Algorithm::HS256, store.clock.now())?;
        let new = NewTenant {
            name: Some("Demo newsroom".to_owned()),
            ..NewTenant::new(slug.clone(), deployment, Some(key))
        };
        let mut tx = commands::create_tenant(store, new).await?;
        let mut rows = Vec::new();
        for (place, reader) in (0..).zip(READERS) {
            users::copy_row(&mut rows, place, &User::from_json(reader.as_bytes())?);
        }
        users::import_batch(&mut tx, &rows, store.clock.now()).await?;
        tx.commit().await?.done();
    }
    if let Ok(key) = std::fs::read_to_string(&path)
        && commands::api_key_is_good(store, DEMO, key.trim()).await?
    {
        return Ok(key.trim().to_owned());
    }
    let mut tx = store.write(DEMO).await?;
    let (_, key) =
        commands::create_api_key(store, &mut tx, &slug, "demo", None, Scope::cms()).await?;
    tx.commit().await?.done();
    write_private(&path, key.reveal())?;
    Ok(key.reveal().to_owned())
}

/// What a newcomer reads, ready to paste. Somebody may have disabled bob or revoked a key since the last start: then a
/// part says why it is missing.
struct Welcome {
    url: String,
    issue: String,
    look_up: String,
    settings: Vec<String>,
    embed: String,
}

impl Welcome {
    async fn new(store: &Store, url: &str, api_key: &str) -> Self {
        let settings = match commands::talk_settings(store, DEMO).await {
            Ok(settings) => settings,
            Err(failure) => vec![format!("# none: {failure}")],
        };
        let (look_up, embed) = match commands::issue_demo_token(store, DEMO, "1").await {
            Ok(token) => (
                format!("curl -sS {url}/t/{DEMO}/ -H 'Authorization: Bearer {token}'"),
                format!(
                    "Coral.Talk.render(document.getElementById('coralStreamEmbed'), {{ talk: 'http://localhost:3001/', \
                     auth_token: '{token}' }});"
                ),
            ),
            Err(failure) => (
                format!("# no token for bob: {failure}"),
                "// no token for bob".to_owned(),
            ),
        };
        let issue = format!(
            "curl -sS -X POST {url}/t/{DEMO}/ -H 'Authorization: Bearer {api_key}' \
             -H 'Content-Type: application/json' -d '{{\"id\":\"1\"}}'"
        );
        Self {
            url: url.to_owned(),
            issue,
            look_up,
            settings,
            embed,
        }
    }

    fn text(&self) -> String {
        format!(
            "Lanyard is ready on {}\n\n\
             Issue a token for bob (readers: 1 bob, 2 alice, 3 eve):\n\n{}\n\n\
             Look up whose token this is, as Talk's plugin does:\n\n{}\n\n\
             Talk's settings:\n\n{}\n\n\
             The embed, with bob logged in (use a token of your own after six hours):\n\n{}\n\n\
             Ctrl-C stops everything; the next start finds all data again.\n",
            self.url,
            self.issue,
            self.look_up,
            self.settings.join("\n"),
            self.embed
        )
    }

    fn value(&self) -> serde_json::Value {
        json!({
            "url": self.url, "issue": self.issue, "look_up": self.look_up, "talk_settings": self.settings,
            "embed": self.embed,
        })
    }
}
