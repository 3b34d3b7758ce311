//! The command line: one file for each noun.

mod admin;
mod api_key;
mod audit;
mod demo;
mod deployment;
mod doctor;
mod key;
mod master_key;
mod member;
mod migrate_to_coral;
mod remote;
mod setup;
mod tenant;
mod token;
mod transfer;
mod user;
mod user_import;

use std::{io, net::SocketAddr, path::PathBuf, process::ExitCode};

use axum::http::Method;
use clap::{Args, CommandFactory, Parser, Subcommand};
use lanyard_core::{
    api_key::PlainApiKey,
    talk::{self, Wanted},
};
use lanyard_storage::api_keys;
use serde_json::json;

use crate::{
    client::{Call, Client},
    config::{SETTINGS, Secret, default_listen, setting},
    dev, manage,
    output::{Failure, Outcome, Output},
    serve,
    store::{DEV_FOLDER, Store},
};

pub(crate) use api_key::create as create_api_key;
pub(crate) use tenant::{create as create_tenant, default_deployment, new_id};

/// Tokens for newsrooms' readers: issued for a CMS, verified for Talk and Coral.
#[derive(Debug, Parser)]
#[command(
    name = "lanyard",
    version,
    propagate_version = true,
    after_help = "\
Examples:
  lanyard dev                                        a server to try, with a demo tenant
  lanyard tenant create the-post --issuer https://talk.the-post.example
  lanyard user import --tenant the-post readers.csv
  lanyard key export --tenant the-post --as talk     Talk's settings as .env lines

Commands work on the folder of `lanyard dev` (--data-dir), or on the database that
LANYARD_DATABASE_URL names, with LANYARD_MASTER_KEY."
)]
pub struct Cli {
    /// Folder of `lanyard dev` to work on [default: .lanyard, unless LANYARD_DATABASE_URL is set]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long, global = true)]
    json: bool,
    /// Do it on a running server, with the API key in LANYARD_TOKEN
    #[arg(long, global = true, value_name = "URL")]
    server: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a server to try: a private Postgres, a demo tenant, nothing to configure
    Dev(Dev),
    /// Run the server, configured by LANYARD_* in the environment
    #[command(after_help = settings_help())]
    Serve,
    /// Bring the database's schema up to date
    Migrate,
    /// Newsrooms
    #[command(subcommand)]
    Tenant(tenant::Command),
    /// Signing keys of a newsroom
    #[command(subcommand)]
    Key(key::Command),
    /// Readers of a newsroom
    #[command(subcommand)]
    User(user::Command),
    /// Tokens
    #[command(subcommand)]
    Token(token::Command),
    /// API keys, with which a CMS asks for tokens
    #[command(subcommand)]
    ApiKey(api_key::Command),
    /// Talks and Corals of a newsroom
    #[command(subcommand)]
    Deployment(deployment::Command),
    /// Members of a newsroom
    #[command(subcommand)]
    Member(member::Command),
    /// Invitations to a newsroom
    #[command(subcommand)]
    Invitation(member::Invitation),
    /// Print a newsroom's usage of the last day, hour by hour
    Usage {
        /// Newsroom
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// The last thirty days, day by day
        #[arg(long)]
        by_day: bool,
    },
    /// Who runs the platform
    #[command(subcommand)]
    Admin(admin::Command),
    /// The log of who did what
    #[command(subcommand)]
    Audit(audit::Command),
    /// Make a master key (a value for LANYARD_MASTER_KEY), or put a new one in an old one's place
    MasterKey(master_key::MasterKey),
    /// Check the configuration and everything that it names
    Doctor,
    /// Call any route of the management API: here as the operator, or with --server as an API key
    #[command(
        after_help = "Examples:\n  lanyard api GET /v1/tenants/the-post/members\n  lanyard api PATCH /v1/tenants/the-post/settings '{\"name\":\"The Post\"}'\n  lanyard openapi lists all routes."
    )]
    Api {
        /// Method
        method: Method,
        /// Path, with its query
        path: String,
        /// JSON body, or - for standard input
        body: Option<String>,
    },
    /// Print the description of the API (OpenAPI 3.1)
    Openapi,
    /// Print who may call which route, as Markdown
    Permissions,
    /// Print a completion script for a shell
    #[command(after_help = "Example:\n  lanyard completions bash > /etc/bash_completion.d/lanyard")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

impl Command {
    /// Whether it is about a server that runs here, and so can't be done on another.
    fn is_local(&self) -> bool {
        matches!(
            self,
            Self::Dev(_) | Self::Serve | Self::Migrate | Self::Doctor | Self::MasterKey(_)
        )
    }
}

#[derive(Debug, Args)]
struct Dev {
    /// Address to listen on
    #[arg(long, value_name = "ADDR", default_value_t = default_listen())]
    listen: SocketAddr,
}

fn settings_help() -> String {
    let lines: Vec<String> = SETTINGS
        .iter()
        .map(|(name, what)| format!("  {name:<29} {what}"))
        .collect();
    format!(
        "Settings, from the environment or the TOML file that LANYARD_CONFIG names (there in lower case, without \
         LANYARD_):\n{}",
        lines.join("\n")
    )
}

/// The deployment that a command is about.
#[derive(Debug, Args)]
struct Place {
    /// Newsroom
    #[arg(long, value_name = "SLUG")]
    tenant: String,
    /// Deployment of the newsroom
    #[arg(long, value_name = "NAME", default_value = "default")]
    deployment: String,
}

impl Place {
    fn default_of(tenant: &str) -> Self {
        Self {
            tenant: tenant.to_owned(),
            deployment: "default".to_owned(),
        }
    }
}

/// Runs what was asked.
///
/// # Errors
/// It can't be done, and why.
pub async fn run(cli: Cli) -> Outcome<ExitCode> {
    let output = Output { json: cli.json };
    if cli.server.is_some() && cli.command.is_local() {
        return Err(remote::no_such());
    }
    if let Command::MasterKey(command) = &cli.command
        && let Some(id) = command.to_make()
    {
        return master_key::make(id, output);
    }
    match cli.command {
        Command::Dev(args) => {
            let folder = cli.data_dir.unwrap_or_else(|| PathBuf::from(DEV_FOLDER));
            return dev::run(&folder, args.listen, output).await;
        }
        Command::Serve => return serve::serve().await,
        Command::Migrate => return migrate(cli.data_dir, output).await,
        Command::Doctor => return doctor::run(cli.data_dir.as_deref(), output).await,
        Command::Openapi => {
            let document = manage::openapi::document();
            let text = manage::openapi::text(&document)?;
            output.result(text.trim_end(), &serde_json::to_value(&document)?)?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Permissions => {
            let text = manage::permissions::document();
            output.result(text.trim_end(), &json!({ "markdown": text }))?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "lanyard", &mut io::stdout());
            return Ok(ExitCode::SUCCESS);
        }
        _ => {}
    }
    if let Some(url) = &cli.server {
        let token = token_of_environment()?;
        let client = Client::remote(url, token)?;
        match &cli.command {
            Command::Api { method, path, body } => {
                api(&client, method, path, body.as_deref(), output).await?;
            }
            command => return remote::run(&client, command, output).await,
        }
        return Ok(ExitCode::SUCCESS);
    }
    let store = Store::open(cli.data_dir.as_deref()).await?;
    let outcome = match cli.command {
        Command::Tenant(command) => tenant::run(&store, command, output).await,
        Command::Key(command) => key::run(&store, command, output).await,
        Command::User(command) => user::run(&store, command, output).await,
        Command::Token(command) => token::run(&store, command, output).await,
        Command::ApiKey(command) => api_key::run(&store, command, output).await,
        Command::Deployment(deployment::Command::RotateCoral(args)) => {
            deployment::rotate_coral(&store, args, output).await
        }
        Command::Admin(command) => admin::run(&store, command, output).await,
        Command::Audit(command) => audit::run(&store, command, output).await,
        Command::MasterKey(command) => master_key::run(&store, command, output).await,
        Command::Api { method, path, body } => {
            let client = store.client()?;
            api(&client, &method, &path, body.as_deref(), output)
                .await
                .map(|()| ExitCode::SUCCESS)
        }
        Command::Deployment(deployment::Command::Settings(shown)) => {
            let client = store.client()?;
            setup::print(&client, Some(&store), &shown, output)
                .await
                .map(|()| ExitCode::SUCCESS)
        }
        // The rest are requests wherever they are done.
        command => remote::run(&store.client()?, &command, output).await,
    };
    let closed = store.close().await;
    let code = outcome?;
    closed.map(|()| code)
}

/// The API key for a server: in the environment, since the command line is for all to see.
fn token_of_environment() -> Outcome<Secret> {
    std::env::var("LANYARD_TOKEN")
        .map(Secret::new)
        .map_err(|_| Failure::new("--server needs an API key in LANYARD_TOKEN"))
}

async fn api(
    client: &Client,
    method: &Method,
    path: &str,
    body: Option<&str>,
    output: Output,
) -> Outcome {
    let mut call = Call::new(method.clone(), path.to_owned());
    if let Some(body) = body {
        let bytes = match body {
            "-" => read_at_most("-", MAX_BODY)?,
            text => text.as_bytes().to_vec().into(),
        };
        let value = serde_json::from_slice(&bytes)
            .map_err(|error| Failure::new(format!("the body isn't JSON: {error}")))?;
        call.body = Some(value);
    }
    remote::show(&client.call(&call).await?, output)
}

async fn migrate(folder: Option<PathBuf>, output: Output) -> Outcome<ExitCode> {
    let url = setting("LANYARD_DATABASE_URL")?;
    let (None, Some(url)) = (&folder, url) else {
        // A dev folder is brought up to date whenever it is opened.
        let store = Store::open(folder.as_deref()).await?;
        store.close().await?;
        output.result(
            "the dev folder is up to date",
            &json!({ "up_to_date": true }),
        )?;
        return Ok(ExitCode::SUCCESS);
    };
    let report = lanyard_storage::migrate::run(url.reveal()).await?;
    let text = match report.applied {
        0 => format!(
            "nothing to do: the database is at migration {}",
            report.version
        ),
        count => format!(
            "{count} migrations applied; the database is at migration {}",
            report.version
        ),
    };
    output.result(
        &text,
        &json!({ "applied": report.applied, "version": report.version }),
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Whether this is an API key of the tenant that has not ended.
///
/// # Errors
/// There is no such tenant, or the database fails.
pub(crate) async fn api_key_is_good(store: &Store, tenant: &str, text: &str) -> Outcome<bool> {
    let Some(key) = PlainApiKey::parse(text) else {
        return Ok(false);
    };
    let keys = api_keys::usable(&mut store.read(tenant).await?).await?;
    Ok(keys.contains_key(&key.hash()))
}

/// A token for a demo tenant's reader.
///
/// # Errors
/// The reader or a key is missing.
pub(crate) async fn issue_demo_token(store: &Store, tenant: &str, user: &str) -> Outcome<String> {
    token::issue_for(store, &Place::default_of(tenant), user).await
}

/// Talk's settings for a tenant's default deployment, as .env lines.
///
/// # Errors
/// Talk can't be given the keys.
pub(crate) async fn talk_settings(store: &Store, tenant: &str) -> Outcome<Vec<String>> {
    let (policy, set) = key::load(store, &Place::default_of(tenant)).await?;
    let settings = talk::settings(&policy, &set, Wanted::all(false), store.clock.now())?;
    Ok(settings
        .variables
        .iter()
        .map(|(name, value)| talk::env_line(name, value).to_string())
        .collect())
}

/// The longest key or token that is read, in bytes.
const MAX_INPUT: u64 = 1 << 20;
/// The longest body of a request that is read, in bytes.
const MAX_BODY: u64 = 16 << 20;

/// Reads a file, or standard input for `-`.
fn read_input(path: &str) -> Outcome<zeroize::Zeroizing<Vec<u8>>> {
    read_at_most(path, MAX_INPUT)
}

fn read_at_most(path: &str, most: u64) -> Outcome<zeroize::Zeroizing<Vec<u8>>> {
    use io::Read;
    let mut bytes = zeroize::Zeroizing::new(Vec::new());
    if path == "-" {
        io::stdin().lock().take(most + 1).read_to_end(&mut bytes)?;
    } else {
        let file = std::fs::File::open(path)
            .map_err(|error| Failure::new(format!("{path} can't be read: {error}")))?;
        file.take(most + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > most {
        return Err(Failure::new(format!(
            "the input is longer than {} MiB",
            most >> 20
        )));
    }
    Ok(bytes)
}

/// A duration as people write it, in seconds: `90s`, `30m`, `6h`, `6 hours`, `1 day`; a bare number is seconds.
fn parse_duration(text: &str) -> Result<i64, String> {
    let text = text.trim();
    let digits = text
        .find(|character: char| !character.is_ascii_digit() && character != '.')
        .unwrap_or(text.len());
    let number: f64 = text[..digits]
        .parse()
        .map_err(|_| format!("`{text}` is no duration; write 6h, 30m or 90d"))?;
    let unit = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "ms" | "millisecond" | "milliseconds" => 0.001,
        "" | "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600.0,
        "d" | "day" | "days" => 86_400.0,
        "w" | "week" | "weeks" => 604_800.0,
        _ => {
            return Err(format!(
                "`{text}` has no unit that is known; write 6h, 30m or 90d"
            ));
        }
    };
    let seconds = (number * unit).round();
    #[expect(clippy::cast_possible_truncation, reason = "bounded by the check")]
    if (1.0..1e11).contains(&seconds) {
        Ok(seconds as i64)
    } else {
        Err(format!("`{text}` is out of range"))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::{Cli, parse_duration};

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations_are_read_as_they_say() {
        for (text, seconds) in [
            ("90", 90),
            ("90s", 90),
            ("30m", 1_800),
            ("6 hours", 21_600),
            ("12h", 43_200),
            ("1 day", 86_400),
            ("2 weeks", 1_209_600),
            ("21600000ms", 21_600),
        ] {
            assert_eq!(parse_duration(text), Ok(seconds), "{text}");
        }
        for bad in ["", "h", "6 parsecs", "500ms0", "1ms", "0", "-1h", "1e9d"] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
    }
}
