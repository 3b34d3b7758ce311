//! The checker and independent restatements of Talk's and Coral's rules say the same of tokens, good and broken.

use std::{collections::HashMap, sync::Arc};

use lanyard_core::{
    check::{Deployment, Question, Reader, Report, Verdict, check, settings::Settings},
    id::{DeploymentId, Slug},
    key::{Algorithm, ImportOptions, import},
    profile::{Ceiling, Claims, CoralClaims, ProfileClaims, TalkClaims},
    signing_key::{KeySet, KeyState, Origin, SigningKey},
    tenant::{ClaimPath, ClaimText, IssuingRule, Policy},
    token,
    user::Role,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Verifiers, read_env};
use crate::harness::sign_by_hand;

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://talk.example";
const SECRET: &str = "Zq4vT9xWm2LrK8sNbJ6hYd3GcPeUaQ7f";
const JTI: &str = "0d4f2c1e-2f6b-4b8e-9a53-6f1f0c1d2e3f";
const OTHER: &str = "xT7mQ2wLbN9sKd4RhYv6JfPa3GcUeZq8";

/// Numbers that are the same in every run (Knuth's MMIX generator).
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

fn policy(claims: Claims) -> Policy {
    Policy {
        deployment: DeploymentId(Uuid::nil()),
        name: Slug::default_deployment(),
        claims,
        token_lifetime: 21_600,
        issuing: IssuingRule::demo(false),
        allow_email_ids: false,
    }
}

fn talk() -> Policy {
    policy(Claims::Talk(TalkClaims {
        issuer: ClaimText::parse("issuer", ISSUER).unwrap(),
        audience: ClaimText::parse("audience", "talk").unwrap(),
        user_id_claim: ClaimPath::sub(),
        profile: ProfileClaims::default(),
    }))
}

fn coral() -> Policy {
    let ceiling = Ceiling {
        max_role: Some(Role::Admin),
        badges: true,
    };
    policy(Claims::Coral(CoralClaims { ceiling }))
}

fn keys() -> KeySet {
    let options = ImportOptions {
        algorithm: Algorithm::HS256,
        accept_weak: false,
    };
    let material = import(SECRET.as_bytes(), options).unwrap().material;
    let kid = "k".parse().unwrap();
    let key = SigningKey::new(kid, material, KeyState::Active, Origin::Generated, NOW - 60);
    KeySet::new(vec![Arc::new(key)])
}

fn report(policy: &Policy, settings: &str, token: &str) -> Report {
    let keys = keys();
    check(&Question {
        token,
        settings: Some(&Settings::read(settings)),
        deployment: Deployment {
            policy,
            keys: &keys,
        },
        neighbours: &[],
        verdict: &token::verify(policy, &keys, token, NOW),
        reader: Reader::NotAsked,
        now: NOW,
    })
}

fn accepts(report: &Report, section: &str) -> bool {
    report.section(section).unwrap().verdict == Verdict::Accepted
}

/// Changes up to two members of an object: each to something odd, or to nothing at all.
fn change(dice: &mut Dice, object: &mut Value, oddities: &[(&str, Vec<Value>)]) {
    for _ in 0..dice.below(3) {
        let (name, values) = dice.pick(oddities);
        let at = dice.below(values.len() + 1);
        match values.get(at) {
            Some(value) => object[*name] = value.clone(),
            None => {
                object.as_object_mut().unwrap().remove(*name);
            }
        }
    }
}

fn of_times() -> Vec<(&'static str, Vec<Value>)> {
    let times = || {
        vec![
            json!(NOW),
            json!(NOW - 1),
            json!(NOW + 1),
            json!("1"),
            json!(null),
            json!(1.8e9 + 0.5),
        ]
    };
    vec![
        ("exp", times()),
        ("nbf", times()),
        ("iat", times()),
        ("jti", vec![json!("x"), json!(7)]),
    ]
}

fn signed(dice: &mut Dice, claims: &Value, secrets: &[&str]) -> String {
    let alg = dice.pick(&["HS256", "HS256", "HS256", "HS256", "HS384", "HS512"]);
    let mut header = json!({ "alg": alg, "typ": "JWT" });
    if let Some(kid) = dice.pick(&[Some("k"), Some("k"), Some("k2"), Some("K"), None]) {
        header["kid"] = json!(kid);
    }
    let secret = dice.pick(secrets);
    sign_by_hand(secret, alg, &header, claims)
}

/// Settings with each kind of secret, and what may stand besides.
fn secrets_of_talk() -> Vec<String> {
    let entry = |kid: &str, secret: &str| format!("{{\"kid\":{kid},\"secret\":\"{secret}\"}}");
    let (one, two) = (entry("\"k\"", SECRET), entry("\"k2\"", OTHER));
    vec![
        format!("TALK_JWT_SECRET={SECRET}"),
        format!("TALK_JWT_SECRET='{{\"secret\":\"{SECRET}\"}}'"),
        "TALK_JWT_SECRET=base64:WnE0dlQ5eFdtMkxySzhzTmJKNmhZZDNHY1BlVWFRN2Y=".to_owned(),
        "TALK_JWT_SECRET=base64:/wD+gKo0Nzg5Zq4vT9xWm2LrK8sNbJ6hYd3GcPeU".to_owned(),
        format!("TALK_JWT_SECRETS='[{one}]'"),
        format!("TALK_JWT_SECRETS='[{two},{one}]'"),
        format!("TALK_JWT_SECRETS='[{one},{}]'", entry("\"k\"", OTHER)),
        format!("TALK_JWT_SECRETS='[{}]'", entry("7", SECRET)),
        format!("TALK_JWT_SECRET={SECRET}\nTALK_JWT_ALG=HS512"),
    ]
}

fn other_settings_of_talk() -> Vec<String> {
    let root = format!("TALK_ROOT_URL={ISSUER}");
    vec![
        format!("TALK_JWT_ISSUER={ISSUER}"),
        format!("TALK_JWT_ISSUER={ISSUER} # as the deployment has it"),
        root.clone(),
        format!("{root}/\nTALK_JWT_AUDIENCE=\"talk\""),
        format!("{root}\nTALK_JWT_DISABLE_ISSUER=TRUE\nTALK_JWT_DISABLE_AUDIENCE=TRUE"),
        format!("{root}\nTALK_JWT_DISABLE_ISSUER=true"),
        format!("{root}\nTALK_JWT_USER_ID_CLAIM=user.id"),
    ]
}

fn oddities_of_talk() -> Vec<(&'static str, Vec<Value>)> {
    let mut oddities = of_times();
    oddities.extend([
        (
            "iss",
            vec![json!(format!("{ISSUER}/")), json!([ISSUER]), json!(null)],
        ),
        (
            "aud",
            vec![
                json!("other"),
                json!(["x", "talk"]),
                json!([]),
                json!(null),
                json!({ "talk": 1 }),
            ],
        ),
        (
            "sub",
            vec![
                json!(""),
                json!(7),
                json!({ "$ne": "x" }),
                json!(null),
                json!("a@b.example"),
            ],
        ),
        (
            "user",
            vec![
                json!({ "id": "7" }),
                json!({ "id": 7 }),
                json!("x"),
                json!({}),
            ],
        ),
        ("user.id", vec![json!("8"), json!(null)]),
        ("pat", vec![json!(true), json!(false)]),
    ]);
    oddities
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn talk_s_rules_restated_say_what_the_checker_says() {
    let mut verifiers = Verifiers::start();
    let mut dice = Dice(4);
    let (secrets, others, oddities) = (
        secrets_of_talk(),
        other_settings_of_talk(),
        oddities_of_talk(),
    );
    // Settings as Node reads them: a process each, so each once.
    let mut read = HashMap::new();
    let (mut good, mut bad) = (0, 0);
    for round in 0..600 {
        let mut claims = json!({
            "iss": ISSUER, "aud": "talk", "sub": "reader-1", "iat": NOW - 10, "exp": NOW + 3600, "jti": JTI,
        });
        change(&mut dice, &mut claims, &oddities);
        let token = signed(&mut dice, &claims, &[SECRET, SECRET, SECRET, SECRET, OTHER]);
        let settings = format!("{}\n{}\n", dice.pick(&others), dice.pick(&secrets));
        if !read.contains_key(&settings) {
            let env = read_env(&settings).await;
            read.insert(settings.clone(), env);
        }
        let request = json!({ "op": "talk", "env": read[&settings], "token": token, "now": NOW });
        let said = verifiers.node.ask(&request).await;
        let report = report(&talk(), &settings, &token);
        let accepted = accepts(&report, "talk");
        let first = report.section("talk").unwrap().first_failure();
        assert_eq!(
            said["ok"], accepted,
            "{round}: {claims}\n{settings}{said}\n{first:?}"
        );
        if accepted { good += 1 } else { bad += 1 }
    }
    assert!(good > 50 && bad > 50, "{good} {bad}");
}

fn addresses() -> Vec<Value> {
    let texts = [
        "https://a.example/b.png",
        "/b",
        "mailto:ann",
        "https://é.example",
        "http://a[b/",
        "http://a@b@c/",
        "x:",
        "https://a?b=[c]",
        "http://[::1]:80/%zz",
        "javascript:alert(1)",
        "",
    ];
    texts
        .iter()
        .map(|address| json!(address))
        .chain([json!(null), json!(7)])
        .collect()
}

fn emails() -> Vec<Value> {
    let texts = [
        "",
        "ann",
        "a@b",
        "a@b c",
        "a b@c.de",
        "Ann@Post.Example",
        "a@\u{feff}b.c",
    ];
    let long = format!("{}@post.example", "é".repeat(88));
    texts
        .iter()
        .map(|email| json!(email))
        .chain([json!(null), json!(long)])
        .collect()
}

fn oddities_of_readers() -> Vec<(&'static str, Vec<Value>)> {
    vec![
        ("id", vec![json!(""), json!(7), json!(null), json!("ann")]),
        ("email", emails()),
        ("username", vec![json!(""), json!(7), json!(null)]),
        (
            "role",
            vec![
                json!("ADMIN"),
                json!("admin"),
                json!(null),
                json!(""),
                json!(["STAFF"]),
            ],
        ),
        (
            "badges",
            vec![
                json!([]),
                json!(["a"]),
                json!(null),
                json!(["a", ""]),
                json!([7]),
                json!("a"),
                json!({}),
            ],
        ),
        ("url", addresses()),
        ("avatar", addresses()),
    ]
}

fn oddities_of_coral() -> Vec<(&'static str, Vec<Value>)> {
    let mut oddities = of_times();
    oddities.extend([
        ("user", vec![json!(null), json!([]), json!("x"), json!({})]),
        ("iss", vec![json!(ISSUER)]),
        ("sub", vec![json!("1"), json!(7)]),
        ("aud", vec![json!("talk"), json!(["talk"])]),
    ]);
    oddities
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn coral_s_rules_restated_say_what_the_checker_says() {
    let mut verifiers = Verifiers::start();
    let mut dice = Dice(9);
    let (one, two) = (format!("ssosec_{SECRET}"), format!("ssosec_{OTHER}"));
    let secrets = [
        json!([{ "kid": "k", "secret": one }]),
        json!([{ "kid": "k", "secret": one }, { "kid": "k2", "secret": two }]),
    ];
    let (of_reader, of_token) = (oddities_of_readers(), oddities_of_coral());
    let (mut good, mut bad) = (0, 0);
    for round in 0..600 {
        let mut reader =
            json!({ "id": "reader-1", "email": "ann@post.example", "username": "ann" });
        change(&mut dice, &mut reader, &of_reader);
        let mut claims = json!({ "iat": NOW - 10, "exp": NOW + 3600, "jti": JTI, "user": reader });
        if dice.below(3) == 0 {
            claims["iss"] = json!(ISSUER);
            claims["sub"] = json!("1");
            claims["aud"] = json!("talk");
        }
        change(&mut dice, &mut claims, &of_token);
        let token = signed(
            &mut dice,
            &claims,
            &[&one, &one, &one, &one, &one, &two, SECRET],
        );
        let secrets = dice.pick(&secrets);
        let request = json!({ "op": "coral", "secrets": secrets, "token": token, "now": NOW });
        let said = verifiers.node.ask(&request).await;
        let report = report(&coral(), &secrets.to_string(), &token);
        let accepted = accepts(&report, "coral");
        let first = report.section("coral").unwrap().first_failure();
        assert_eq!(said["ok"], accepted, "{round}: {claims}\n{said}\n{first:?}");
        let taken = verifiers
            .node
            .ask(&json!({ "op": "id-token", "token": token }))
            .await;
        assert_eq!(
            taken["taken"],
            !accepts(&report, "coral-oidc"),
            "{round}: {claims}"
        );
        if accepted { good += 1 } else { bad += 1 }
    }
    assert!(good > 50 && bad > 50, "{good} {bad}");
}
