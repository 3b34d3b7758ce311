//! `lanyard dev`: a server to try, with nothing to configure.

mod history;
mod seed;

use std::{net::SocketAddr, path::Path, process::ExitCode, sync::Arc, time::Duration};

use lanyard_api::{Limits, PublicUrl, Registration, Settings, TrustedProxies, log};
use serde_json::json;

use self::seed::{DEMO, OWNER, Seed};
use crate::{
    commands,
    config::outbound_allow,
    mail::Mailer,
    output::{Outcome, Output},
    postgres::Durability,
    serve::{Server, bind, stop_signal},
    store::Store,
};

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
        let seeded = seed::seed(&store, folder).await?;
        let flusher = log::start(log::Format::Pretty, None, "info", store.clock.clone())?;
        let settings = Settings {
            max_staleness: Duration::from_secs(30),
            redis_url: None,
            readers_memory: 64 << 20,
            public_url: PublicUrl::of_listener(listener.local_addr()?),
            registration: Registration::Open,
            trusted_proxies: TrustedProxies::default(),
            outbound_allow: outbound_allow()?,
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
        let welcome = Welcome::new(&store, url.origin(), &seeded).await;
        output.result(&welcome.text(), &welcome.value())?;
        let served = server.run(listener, stop).await;
        flusher.flush();
        served
    };
    let outcome = served.await;
    store.close().await?;
    outcome.map(|()| ExitCode::SUCCESS)
}

/// What a newcomer reads, ready to paste. Somebody may have disabled bob or revoked a key since the last start: then a
/// part says why it is missing.
struct Welcome {
    url: String,
    issue: String,
    look_up: String,
    settings: Vec<String>,
    embed: String,
    password: String,
}

impl Welcome {
    async fn new(store: &Store, url: &str, seeded: &Seed) -> Self {
        let api_key = &seeded.api_key;
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
            password: seeded.password.clone(),
        }
    }

    fn text(&self) -> String {
        format!(
            "Lanyard is ready on {}\n\n\
             That is the dashboard, too. The demo newsroom's owner logs in as {OWNER}\n\
             with the password {} (unless you have changed it).\n\
             The past year in the charts is made up; what you do is added to it.\n\n\
             Issue a token for bob (readers: 1 bob, 2 alice, 3 eve):\n\n{}\n\n\
             Look up whose token this is, as Talk's plugin does:\n\n{}\n\n\
             Talk's settings:\n\n{}\n\n\
             The embed, with bob logged in (use a token of your own after six hours):\n\n{}\n\n\
             {}/docs/ has all that can be called.\n\n\
             Ctrl-C stops everything; the next start finds all data again.\n",
            self.url,
            self.password,
            self.issue,
            self.look_up,
            self.settings.join("\n"),
            self.embed,
            self.url,
        )
    }

    fn value(&self) -> serde_json::Value {
        json!({
            "url": self.url, "issue": self.issue, "look_up": self.look_up, "talk_settings": self.settings,
            "embed": self.embed, "owner": { "email": OWNER, "password": self.password },
        })
    }
}
