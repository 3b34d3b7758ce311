//! `lanyard tenant import-demo`: takes over from the demo service, whose folder is read as it is.

use std::{collections::HashMap, path::Path, process::ExitCode};

use lanyard_core::{
    deployment::Deployment,
    id::Slug,
    key::{self, Algorithm, ImportOptions, Imported},
    profile::{Claims, ProfileClaims, TalkClaims},
    signing_key::{KeyState, Origin, SigningKey},
    tenant::{
        ClaimPath, ClaimText, DEFAULT_TOKEN_LIFETIME, DEMO_ACCEPT_LIFETIME, IssuingRule,
        MAX_TOKEN_LIFETIME,
    },
};
use serde_json::json;

use super::{
    parse_duration,
    tenant::{create, default_deployment},
    user_import::{self, Source},
};
use crate::{
    newsroom::NewTenant,
    output::{Failure, Outcome, Output, note},
    store::Store,
};

/// What the demo service is configured with.
struct Demo {
    deployment: Deployment,
    issuing: IssuingRule,
    secret: Imported,
    accept_lifetime: i64,
}

pub(super) async fn import(
    store: &Store,
    slug: Slug,
    folder: &Path,
    (accept_weak, accept_shared): (bool, bool),
    output: Output,
) -> Outcome<ExitCode> {
    // Everything is read and checked before anything is written.
    let demo = Demo::read(folder, accept_weak)?;
    let users = folder.join("db.json");
    let source = if users.exists() {
        Some(Source::open(&users)?)
    } else {
        None
    };
    if let Some(source) = &source {
        // A document that is broken somewhere is found to be so here.
        source.probe()?;
    }
    for warning in &demo.secret.warnings {
        note(&format!("note: {warning}"));
    }
    let now = store.clock.now();
    let origin = Origin::Imported {
        accept_lifetime: demo.accept_lifetime,
        form: demo.secret.form,
    };
    let mut key = SigningKey::new(
        "demo".parse()?,
        demo.secret.material,
        KeyState::Active,
        origin,
        now,
    );
    key.weak = demo.secret.weak;
    let value = json!({
        "tenant": slug, "issuer": demo.deployment.issuer(), "audience": demo.deployment.audience(), "kid": "demo",
    });
    let new = NewTenant {
        issuing: demo.issuing,
        accept_shared,
        ..NewTenant::new(slug.clone(), demo.deployment, Some(key))
    };
    create(store, new).await?.commit().await?.done();
    let text = format!("made tenant `{slug}` from {}", folder.display());
    let code = match source {
        Some(source) => {
            let report = user_import::import(store, slug.as_str(), &source)
                .await
                .map_err(|failure| {
                    Failure::new(format!(
                        "the tenant is made, but its readers aren't all there: {failure}
Go on with: lanyard user import \
                     --tenant {slug} {}",
                        users.display()
                    ))
                })?;
            let (counts, code) = report.summary();
            let mut value = value;
            value["users"] = counts;
            output.result(&format!("{text}\n{}", report.text()), &value)?;
            code
        }
        None => {
            note("there is no db.json, so the tenant has no readers yet");
            output.result(&text, &value)?;
            ExitCode::SUCCESS
        }
    };
    note(&format!(
        "Readers keep their tokens and your CMS its issuing token: let the CMS call /t/{slug}/ here instead of /.\n\
         Talk needs no new settings."
    ));
    Ok(code)
}

impl Demo {
    fn read(folder: &Path, accept_weak: bool) -> Outcome<Self> {
        let path = folder.join(".env");
        if !path.exists() && !folder.join("db.json").exists() {
            return Err(Failure::new(format!(
                "{} has neither .env nor db.json: name the folder that the demo service runs in",
                folder.display()
            )));
        }
        let variables = if path.exists() {
            parse_env(&std::fs::read_to_string(&path).map_err(|error| {
                Failure::new(format!("{} can't be read: {error}", path.display()))
            })?)
        } else {
            HashMap::new()
        };
        let value = |name: &str, default: &str| {
            variables
                .get(name)
                .filter(|value| !value.is_empty())
                .cloned()
                .unwrap_or_else(|| default.to_owned())
        };
        let secret = value("SECRET", "secret");
        let secret = key::import(
            secret.as_bytes(),
            ImportOptions {
                algorithm: Algorithm::HS256,
                accept_weak,
            },
        )
        .map_err(|error| refused(&error, variables.contains_key("SECRET")))?;
        let issuer = value("JWT_ISSUER", "http://localhost:3000");
        let mut deployment = default_deployment(&issuer)?;
        deployment.claims = Claims::Talk(TalkClaims {
            issuer: ClaimText::parse("JWT_ISSUER", &issuer)?,
            audience: ClaimText::parse("JWT_AUDIENCE", &value("JWT_AUDIENCE", "talk"))?,
            user_id_claim: ClaimPath::sub(),
            profile: ProfileClaims::default(),
        });
        let issuing = IssuingRule {
            accepted: true,
            subject: ClaimText::parse(
                "JWT_ISSUE_SUBJECT",
                &value("JWT_ISSUE_SUBJECT", "TALK_TOKEN_EXAMPLE"),
            )?,
            audience: ClaimText::parse(
                "JWT_ISSUE_AUDIENCE",
                &value("JWT_ISSUE_AUDIENCE", "TALK_TOKEN_EXAMPLE_AUDIENCE"),
            )?,
        };
        let expiry = value("JWT_EXPIRY", "6 hours");
        deployment.token_lifetime = demo_expiry(&expiry)?;
        // The service wrote that many thousand times as long into its tokens.
        let written = deployment.token_lifetime.saturating_mul(1_000);
        if written > MAX_TOKEN_LIFETIME {
            note(&format!(
                "note: with JWT_EXPIRY={expiry} the demo service issued tokens of {} days; those of more than {} days \
                 are refused, and their readers get a new one when your CMS next asks",
                written / 86_400,
                MAX_TOKEN_LIFETIME / 86_400
            ));
        }
        let accept_lifetime = DEMO_ACCEPT_LIFETIME.max(written.min(MAX_TOKEN_LIFETIME));
        deployment.check(&issuing)?;
        Ok(Self {
            deployment,
            issuing,
            secret,
            accept_lifetime,
        })
    }
}

/// Why the secret isn't taken, and how to get one that Talk can switch to.
fn refused(error: &key::ImportError, named: bool) -> Failure {
    let origin = if named {
        "SECRET in .env"
    } else {
        "the demo service's default secret (.env sets no SECRET)"
    };
    Failure::new(format!(
        "nothing is imported: {origin} is refused: {error}\n\
         Make one that Talk can switch to:\n  \
         openssl rand -hex 32\n\
         Put it into SECRET here and into TALK_JWT_SECRET there, restart both, and import again. Readers get new tokens \
         when your CMS next asks."
    ))
}

/// `JWT_EXPIRY` as it says; a bare number is milliseconds, as the demo service's configuration has it.
fn demo_expiry(text: &str) -> Outcome<i64> {
    let lifetime = match text.trim().parse::<i64>() {
        Ok(milliseconds) => milliseconds / 1_000,
        Err(_) => parse_duration(text)
            .map_err(|problem| Failure::new(format!("JWT_EXPIRY: {problem}")))?,
    };
    if (60..=MAX_TOKEN_LIFETIME).contains(&lifetime) {
        return Ok(lifetime);
    }
    note(&format!(
        "note: JWT_EXPIRY={text} is out of range (60 seconds to 400 days); tokens live six hours instead"
    ));
    Ok(DEFAULT_TOKEN_LIFETIME)
}

/// The lines of an .env file, as the `dotenv` library of the demo service reads them.
fn parse_env(text: &str) -> HashMap<String, String> {
    let mut variables = HashMap::new();
    for line in text.trim_start_matches('\u{feff}').lines() {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        let name = name.trim();
        if name.is_empty() || name.starts_with('#') {
            continue;
        }
        variables.insert(name.to_owned(), unquote(value.trim()));
    }
    variables
}

fn unquote(value: &str) -> String {
    for quote in ['"', '\''] {
        if let Some(inner) = value
            .strip_prefix(quote)
            .and_then(|value| value.strip_suffix(quote))
        {
            return if quote == '"' {
                inner.replace("\\n", "\n")
            } else {
                inner.to_owned()
            };
        }
    }
    value.to_owned()
}

#[cfg(test)]
mod tests {
    use super::{demo_expiry, parse_env};

    #[test]
    fn an_env_file_is_read_as_the_demo_service_reads_it() {
        let variables = parse_env(
            "# comment\nSECRET=a=b#c\nexport JWT_ISSUER = 'https://x'\nEMPTY=\nnonsense\nJWT_EXPIRY=\"6 hours\"\r\n",
        );
        assert_eq!(variables["SECRET"], "a=b#c");
        assert_eq!(variables["JWT_ISSUER"], "https://x");
        assert_eq!(variables["JWT_EXPIRY"], "6 hours");
        assert_eq!(variables["EMPTY"], "");
        assert_eq!(variables.len(), 4);
    }

    #[test]
    fn the_expiry_is_the_duration_that_it_says() {
        assert_eq!(demo_expiry("6 hours").unwrap(), 21_600);
        assert_eq!(demo_expiry("12 hours").unwrap(), 43_200);
        assert_eq!(demo_expiry("21600000").unwrap(), 21_600);
        assert!(demo_expiry("soon").is_err());
    }
}
