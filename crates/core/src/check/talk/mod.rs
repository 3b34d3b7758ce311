//! What Talk v4 makes of the token, under the settings that were pasted or those that Lanyard prints for it.

mod claims;
mod keyring;
mod keys;
mod reader;
mod variables;

use std::borrow::Cow;

use serde_json::{Value, json};
use zeroize::Zeroizing;

pub(super) use self::claims::LEAST_ID;
use self::keyring::Keyring;
use super::{
    Deployment, Question, Section, TokenProfile, Verdict,
    case::Case,
    nothing,
    rule::{Rule, try_all},
    settings::{BareSecret, Form, Settings, Variable},
    verdict,
    wiped::Wiped,
};
use crate::{
    key::Algorithm,
    talk::{self, TalkError, Wanted},
};

const ID: &str = "talk";
const TITLE: &str = "Talk v4";

/// A token, and the settings of the Talk that it is shown to.
pub(super) struct Talk<'a> {
    case: &'a Case<'a>,
    settings: &'a Settings,
    /// Whether the keys were pasted.
    pasted: bool,
    keyring: Keyring,
}

pub(super) fn rules<'a>() -> Vec<Rule<Talk<'a>>> {
    let mut rules = Vec::from(variables::rules());
    rules.extend(keys::rules());
    rules.extend(claims::rules());
    rules.extend(reader::rules());
    rules
}

pub(super) fn section(question: &Question<'_>, case: Option<&Case<'_>>, readable: bool) -> Section {
    let pasted = question
        .settings
        .is_some_and(|settings| settings.has_talk());
    if !pasted && !question.is_for(TokenProfile::Talk) {
        return nothing(
            ID,
            TITLE,
            "the deployment isn't a Talk, and none of Talk's settings were pasted",
        );
    }
    if question.purpose() == Some("issuing") {
        return nothing(
            ID,
            TITLE,
            "an issuing token is shown to Lanyard, and never to Talk",
        );
    }
    let (settings, pasted) = match settings_of(question) {
        Ok(settings) => settings,
        Err(error) => {
            return nothing(
                ID,
                TITLE,
                &format!("Lanyard has no settings for this Talk: {error}"),
            );
        }
    };
    let talk = case.map(|case| Talk {
        case,
        settings: &settings,
        pasted,
        keyring: Keyring::read(&settings),
    });
    let checks = try_all(rules(), talk.as_ref());
    let verdict = verdict(&checks, readable, Verdict::Anonymous);
    Section {
        id: ID,
        title: TITLE,
        counts: question.is_for(TokenProfile::Talk),
        verdict,
        summary: match verdict {
            Verdict::Accepted => "the reader is logged in",
            _ => "the token is refused, which is no error there: the reader is anonymous",
        }
        .to_owned(),
        checks,
    }
}

/// The settings that count, and whether their keys were pasted: the pasted ones, with what Lanyard prints in the place of
/// keys that weren't.
fn settings_of<'a>(question: &Question<'a>) -> Result<(Cow<'a, Settings>, bool), TalkError> {
    let Some(pasted) = question.settings else {
        return Ok((Cow::Owned(printed(question)?), false));
    };
    if pasted.variables.iter().any(Variable::is_secret) {
        return Ok((Cow::Borrowed(pasted), true));
    }
    let mut settings = match printed(question) {
        Ok(printed) => printed,
        // Variables alone still say something.
        Err(_) if pasted.has_talk() => empty(),
        Err(error) => return Err(error),
    };
    if pasted.has_talk() {
        let of_keys = |variable: &Variable| {
            variable.is_secret()
                || (variable.name == "TALK_JWT_ALG" && pasted.get("TALK_JWT_ALG").is_none())
        };
        settings.variables.retain(of_keys);
        settings.variables.extend(pasted.variables.iter().cloned());
        return Ok((Cow::Owned(settings), false));
    }
    let secrets = pasted.secrets.iter().filter(|secret| !secret.is_corals());
    let secrets: Vec<_> = secrets.collect();
    if !secrets.is_empty() {
        settings.variables.retain(|variable| !variable.is_secret());
        settings.variables.push(of_bare(&secrets));
    }
    Ok((Cow::Owned(settings), !secrets.is_empty()))
}

fn empty() -> Settings {
    Settings {
        form: Form::Unknown,
        variables: Vec::new(),
        secrets: Vec::new(),
        unread: Vec::new(),
    }
}

/// What Lanyard prints for the deployment.
fn printed(question: &Question<'_>) -> Result<Settings, TalkError> {
    let Deployment { policy, keys } = question.deployment;
    let variables = match talk::settings(policy, keys, Wanted::all(false), question.now) {
        Ok(printed) => printed.variables,
        Err(TalkError::UnknownAlgorithm(algorithm)) => {
            vec![("TALK_JWT_ALG", Zeroizing::new(algorithm.name().to_owned()))]
        }
        Err(error) => return Err(error),
    };
    let variables = variables.into_iter().map(|(name, value)| Variable {
        name: name.to_owned(),
        value,
        line: 0,
    });
    Ok(Settings {
        variables: variables.collect(),
        ..empty()
    })
}

/// The variable that secrets stand in that were pasted by themselves.
fn of_bare(secrets: &[&BareSecret]) -> Variable {
    let (name, value) = match secrets {
        [only] if only.kid.is_none() => ("TALK_JWT_SECRET", only.text.clone()),
        several => {
            let entry = |secret: &&BareSecret| json!({ "kid": secret.kid, "secret": *secret.text });
            let list = Wiped::from(several.iter().map(entry).collect::<Value>());
            ("TALK_JWT_SECRETS", Zeroizing::new(list.to_string()))
        }
    };
    Variable {
        name: name.to_owned(),
        value,
        line: 0,
    }
}

impl Talk<'_> {
    /// `TALK_JWT_ALG`
    fn alg(&self) -> &str {
        self.settings.get("TALK_JWT_ALG").unwrap_or("HS256")
    }

    /// Whether a setting is switched on.
    fn is_on(&self, name: &str) -> bool {
        self.settings.get(name) == Some("TRUE")
    }

    /// Where Talk looks for the reader's id.
    fn path(&self) -> &str {
        self.settings.get("TALK_JWT_USER_ID_CLAIM").unwrap_or("sub")
    }
}

/// `TALK_JWT_ALG`, if Talk knows it.
fn algorithm(settings: &Settings) -> Option<Algorithm> {
    let name = settings.get("TALK_JWT_ALG").unwrap_or("HS256");
    let algorithm: Option<Algorithm> = name.parse().ok();
    algorithm.filter(|algorithm| algorithm.is_known_to_talk())
}
