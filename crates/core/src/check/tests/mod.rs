//! The table: for each rule a token, and perhaps settings, that break just that rule.

mod coral;
mod lanyard;
mod property;
mod talk;
mod variables;

use std::{collections::BTreeSet, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    Check, Deployment, Outcome, Question, Reader, Report, Section, Verdict, check,
    settings::Settings,
};
use crate::{
    key::{Algorithm, ImportOptions, KeyMaterial, import, import_coral},
    profile::{Ceiling, Claims, CoralClaims},
    revocation::{Revocation, Revocations},
    signing_key::{KeySet, KeyState, Origin, SigningKey},
    tenant::Policy,
    token::{
        self, Refusal, Verified,
        tests::{CREATED, NOW, policy},
    },
    user::{Role, User},
};

/// The secret of the Talk, and that of the Coral.
const SECRET: &str = "Zq4vT9xWm2LrK8sNbJ6hYd3GcPeUaQ7f";
const CORAL: &str = "ssosec_5f1c0d9e8b7a69584736251403f2e1d0c9b8a7968574635241302f1e0d";
const JTI: &str = "0d4f2c1e-2f6b-4b8e-9a53-6f1f0c1d2e3f";

fn secret_key(kid: &str, secret: &str) -> SigningKey {
    let options = ImportOptions {
        algorithm: Algorithm::HS256,
        accept_weak: true,
    };
    let material = match secret.starts_with("ssosec_") {
        true => import_coral(secret.as_bytes(), true).unwrap().material,
        false => import(secret.as_bytes(), options).unwrap().material,
    };
    of_material(kid, material)
}

fn of_material(kid: &str, material: KeyMaterial) -> SigningKey {
    let kid = kid.parse().unwrap();
    let mut key = SigningKey::new(kid, material, KeyState::Active, Origin::Generated, CREATED);
    key.longest_lifetime = 86_400;
    key
}

fn coral_policy() -> Policy {
    let ceiling = Ceiling {
        max_role: Some(Role::Staff),
        badges: true,
    };
    Policy {
        claims: Claims::Coral(CoralClaims { ceiling }),
        ..policy()
    }
}

/// What becomes of a token before it is pasted.
type Change = Box<dyn Fn(&str) -> String>;

/// One row: a token, what it is shown to, and what should be said of it.
struct Row {
    id: &'static str,
    outcome: Outcome,
    section: &'static str,
    policy: Policy,
    keys: Vec<SigningKey>,
    neighbour: Option<SigningKey>,
    header: Value,
    claims: Value,
    secret: Vec<u8>,
    /// What is pasted in the token's place.
    pasted: Option<Change>,
    /// What signs in the secret's place.
    signer: Option<KeyMaterial>,
    settings: Option<String>,
    revoked: Option<Revocation>,
    served: bool,
    reader: Option<(User, bool)>,
    unknown: bool,
}

impl Row {
    fn new(section: &'static str, policy: Policy, key: SigningKey, claims: Value) -> Self {
        Self {
            id: "",
            outcome: Outcome::Pass,
            section,
            policy,
            secret: key.material.secret_text().unwrap().as_bytes().to_vec(),
            keys: vec![key],
            neighbour: None,
            header: json!({ "alg": "HS256", "typ": "JWT", "kid": "k" }),
            claims,
            pasted: None,
            signer: None,
            settings: None,
            revoked: None,
            served: true,
            reader: None,
            unknown: false,
        }
    }

    /// A token of Talk's with which nothing is wrong.
    fn talk() -> Self {
        let claims = json!({
            "iat": NOW - 10, "exp": NOW + 3600, "aud": "talk", "iss": "https://talk.example", "sub": "reader-1",
            "jti": JTI,
        });
        Self::new("talk", policy(), secret_key("k", SECRET), claims)
    }

    /// The same of Coral's.
    fn coral() -> Self {
        let claims = json!({
            "iat": NOW - 10, "exp": NOW + 3600, "jti": JTI,
            "user": {
                "id": "reader-1", "email": "ann@post.example", "username": "ann", "badges": ["staff"], "role": "STAFF",
                "url": "https://post.example/ann", "avatar": "https://post.example/ann.png",
            },
        });
        Self::new("coral", coral_policy(), secret_key("k", CORAL), claims)
    }

    fn breaks(mut self, id: &'static str) -> Self {
        (self.id, self.outcome) = (id, Outcome::Fail);
        self
    }

    fn warns(mut self, id: &'static str) -> Self {
        (self.id, self.outcome) = (id, Outcome::Warning);
        self
    }

    fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims[name] = value.into();
        self
    }

    fn user(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims["user"][name] = value.into();
        self
    }

    fn without(mut self, name: &str) -> Self {
        let object = match name.strip_prefix("user.") {
            Some(_) => &mut self.claims["user"],
            None => &mut self.claims,
        };
        let name = name.strip_prefix("user.").unwrap_or(name);
        object.as_object_mut().unwrap().remove(name);
        self
    }

    fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header[name] = value.into();
        self
    }

    fn without_kid(mut self) -> Self {
        self.header.as_object_mut().unwrap().remove("kid");
        self
    }

    fn signed_with(mut self, secret: impl AsRef<[u8]>) -> Self {
        self.secret = secret.as_ref().to_vec();
        self
    }

    /// Signed by a key, whose algorithm and id the header names.
    fn signed_by(mut self, key: &SigningKey) -> Self {
        self.header["alg"] = json!(key.algorithm().name());
        self.header["kid"] = json!(key.kid.as_str());
        let bytes = key.material.to_bytes();
        self.signer = Some(KeyMaterial::from_bytes(key.algorithm(), &bytes).unwrap());
        self
    }

    fn pasted(mut self, change: impl Fn(&str) -> String + 'static) -> Self {
        self.pasted = Some(Box::new(change));
        self
    }

    /// Settings with what a Talk of this deployment has besides its secret.
    fn settings(mut self, lines: impl AsRef<str>) -> Self {
        self.settings = Some(lines.as_ref().to_owned());
        self
    }

    fn of(mut self, section: &'static str) -> Self {
        self.section = section;
        self
    }

    fn with_keys(mut self, keys: Vec<SigningKey>) -> Self {
        self.keys = keys;
        self
    }

    fn with_state(mut self, state: KeyState) -> Self {
        self.keys[0].state = state;
        self
    }

    fn reader(mut self, record: &Value, disabled: bool) -> Self {
        let user = User::from_json(record.to_string().as_bytes()).unwrap();
        self.reader = Some((user, disabled));
        self
    }

    fn token(&self) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&self.header), part(&self.claims));
        let signature = match &self.signer {
            Some(key) => key.sign(message.as_bytes()).unwrap().as_ref().to_vec(),
            None => mac(
                self.header["alg"].as_str().unwrap_or("HS256"),
                &self.secret,
                message.as_bytes(),
            ),
        };
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
        match &self.pasted {
            Some(change) => change(&token),
            None => token,
        }
    }

    fn report(self) -> Report {
        let token = self.token();
        let settings = self.settings.as_deref().map(Settings::read);
        let keys = KeySet::new(self.keys.into_iter().map(Arc::new).collect());
        let others = KeySet::new(self.neighbour.into_iter().map(Arc::new).collect());
        let other = Policy {
            name: "other".parse().unwrap(),
            ..policy()
        };
        let neighbours = [Deployment {
            policy: &other,
            keys: &others,
        }];
        let verdict = match self.served {
            true => verdict(&self.policy, &keys, &token, self.revoked.as_ref()),
            false => Err(Refusal::NotServed),
        };
        let reader = match &self.reader {
            Some((user, disabled)) => Reader::Known {
                user,
                disabled: *disabled,
            },
            None if self.unknown => Reader::Unknown,
            None => Reader::NotAsked,
        };
        check(&Question {
            token: &token,
            settings: settings.as_ref(),
            deployment: Deployment {
                policy: &self.policy,
                keys: &keys,
            },
            neighbours: &neighbours,
            verdict: &verdict,
            reader,
            now: NOW,
        })
    }
}

/// What the broker makes of a token, whichever of its two requests it is for.
fn verdict(
    policy: &Policy,
    keys: &KeySet,
    pasted: &str,
    revoked: Option<&Revocation>,
) -> Result<Verified, Refusal> {
    let text = super::cleaned(pasted);
    let verified = match token::verify(policy, keys, &text, NOW) {
        Err(Refusal::WrongPurpose) => token::verify_issuing(policy, keys, &text, NOW)?,
        verdict => verdict?,
    };
    let mut revocations = Revocations::default();
    revoked
        .into_iter()
        .for_each(|revoked| revocations.add(revoked));
    revocations.refusal(&verified).map_or(Ok(verified), Err)
}

fn mac(algorithm: &str, secret: &[u8], message: &[u8]) -> Vec<u8> {
    use aws_lc_rs::hmac;
    let hash = match algorithm {
        "HS384" => hmac::HMAC_SHA384,
        "HS512" => hmac::HMAC_SHA512,
        _ => hmac::HMAC_SHA256,
    };
    hmac::sign(&hmac::Key::new(hash, secret), message)
        .as_ref()
        .to_vec()
}

/// What is wrong in a section: the rules that aren't kept.
fn broken(section: &Section) -> Vec<(&'static str, Outcome)> {
    let is_broken = |check: &&Check| matches!(check.outcome, Outcome::Fail | Outcome::Warning);
    let broken = section.checks.iter().filter(is_broken);
    broken.map(|check| (check.id, check.outcome)).collect()
}

/// Settings of a Talk that has this secret, and what the deployment has besides.
fn env(secret: &str) -> String {
    format!("TALK_JWT_ISSUER=https://talk.example\n{secret}\n")
}

fn good_secret() -> String {
    env(&format!("TALK_JWT_SECRET={SECRET}"))
}

#[test]
fn a_good_token_breaks_no_rule_at_all() {
    let record = json!({ "id": "reader-1", "username": "ann", "email": "ann@post.example", "email_verified": true });
    let secret = CORAL.to_owned();
    for row in [
        Row::talk(),
        Row::talk().reader(&record, false),
        Row::talk().settings(good_secret()),
        Row::talk()
            .without_kid()
            .settings(good_secret())
            .with_keys(Vec::new()),
        Row::coral(),
        Row::coral().reader(&record, false),
        Row::coral().settings(secret),
    ] {
        let lanyards = row.keys.is_empty();
        let report = row.report();
        let counted = |section: &&Section| !lanyards || section.id != "lanyard";
        for section in report.sections.iter().filter(counted) {
            assert_eq!(broken(section), [], "{}: {section:#?}", section.id);
            assert_ne!(section.verdict, Verdict::Refused);
            assert!(section.checks.iter().all(|check| check.mend.is_none()));
        }
        assert_eq!(report.accepted, !lanyards);
    }
}

#[test]
fn each_row_breaks_its_rule_and_no_other() {
    let mut wrong = Vec::new();
    for row in rows() {
        let (id, outcome, section) = (row.id, row.outcome, row.section);
        let report = row.report();
        let section = report.section(section).unwrap();
        let found = broken(section);
        if found != [(id, outcome)] {
            wrong.push(format!(
                "{id} ({outcome:?}): {found:?} {:?}",
                section.summary
            ));
        }
        let refused = outcome == Outcome::Fail;
        let readable = report.section("token").unwrap().first_failure().is_none();
        assert_eq!(
            section.verdict == Verdict::Accepted,
            !refused && readable,
            "{id}"
        );
        let check = section.checks.iter().find(|check| check.id == id).unwrap();
        assert!(!check.detail.is_empty() && check.mend.is_some(), "{id}");
        if refused && section.counts {
            assert!(!report.accepted, "{id}");
        }
        assert!(!format!("{report:?}").contains(SECRET), "{id}");
        assert!(!format!("{report:?}").contains(CORAL), "{id}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_rule_has_a_row_and_every_row_a_rule() {
    let rules: BTreeSet<_> = super::rules().collect();
    let count = super::rules().count();
    assert_eq!(rules.len(), count, "a name stands there twice");
    let tried: BTreeSet<_> = rows().into_iter().map(|row| row.id).collect();
    assert_eq!(rules, tried);
}

fn rows() -> Vec<Row> {
    let mut rows = talk::rows();
    rows.extend(variables::rows());
    rows.extend(coral::rows());
    rows.extend(lanyard::rows());
    rows
}
