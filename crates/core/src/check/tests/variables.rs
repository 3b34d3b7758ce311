//! Rows for Talk v4's settings.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    Row, SECRET, env, good_secret,
    talk::{asymmetric, ec, pair},
};

/// A secret that Talk loses some of.
const LOSSY: &str = "base64:/wD+gKo0Nzg5Zq4vT9xWm2LrK8sNbJ6hYd3GcPeU";

pub(super) fn rows() -> Vec<Row> {
    let mut rows = several();
    rows.extend(pairs());
    rows.extend(secrets());
    rows
}

fn list(entries: &str) -> String {
    env(&format!("TALK_JWT_SECRETS=[{entries}]"))
}

fn with(settings: impl AsRef<str>) -> Row {
    Row::talk().settings(settings)
}

fn several() -> Vec<Row> {
    let entry = format!(r#"{{"kid":"k","secret":"{SECRET}"}}"#);
    let second = |kid: &str| list(&format!(r#"{entry},{{{kid}"secret":"{SECRET}x"}}"#));
    vec![
        with(env("TALK_JWT_SECRET=")).breaks("talk-secret-set"),
        with(list(r#"{"kid":"k"}"#)).breaks("talk-secret-set"),
        with(env(&format!(
            "TALK_JWT_SECRET={SECRET}\nTALK_JWT_SECRETS=[{entry}]"
        )))
        .warns("talk-one-setting"),
        with(format!("TALK_JWT_SECRET=old\n{}", good_secret())).warns("talk-one-setting"),
        with(env("TALK_JWT_SECRETS=[{kid:k}]")).breaks("talk-secrets-list"),
        with(list("")).breaks("talk-secrets-list"),
        with(env(&format!("TALK_JWT_SECRETS={entry}"))).breaks("talk-secrets-list"),
        with(second("")).breaks("talk-secrets-kid"),
        with(second(r#""kid":7,"#)).breaks("talk-secrets-kid"),
        with(second(r#""kid":"","#)).breaks("talk-secrets-kid"),
        with(second(r#""kid":"k","#)).breaks("talk-secrets-kid-once"),
    ]
}

fn pairs() -> Vec<Row> {
    let key = ec();
    let material = &key.material;
    let public = material.public_pem().unwrap();
    let with = |secret: &str| {
        Row::talk()
            .signed_by(&key)
            .settings(asymmetric(material, secret))
    };
    let other = format!(
        "TALK_JWT_ALG=ES384\nTALK_JWT_SECRET={}",
        pair(material, "\\n")
    );
    let without_private = format!(r#"{{"public":"{}"}}"#, public.replace('\n', "\\n"));
    vec![
        with(&format!("'{public}'")).breaks("talk-secret-json"),
        with(r#"{"key":"x"}"#).breaks("talk-secret-json"),
        with(&pair(material, " ")).breaks("talk-pem-newlines"),
        with(&format!("'{}'", pair(material, "\n"))).breaks("talk-pem-newlines"),
        Row::talk()
            .signed_by(&key)
            .header("alg", "ES384")
            .settings(env(&other))
            .breaks("talk-pem"),
        with(&without_private).warns("talk-private-key"),
        // Escaped once or twice, the key is the same.
        with(&pair(material, "\\n"))
            .claim("iss", "x")
            .breaks("talk-issuer"),
        with(&pair(material, "\\\\n"))
            .claim("iss", "x")
            .breaks("talk-issuer"),
    ]
}

fn secrets() -> Vec<Row> {
    let json = r#"{"secret":"Zq4vT9xWm2LrK8sNbJ6hYd3GcPeUaQ7f"}"#;
    let bytes = STANDARD.decode(&LOSSY["base64:".len()..]).unwrap();
    let lossy = String::from_utf8_lossy(&bytes).into_owned();
    let with = |secret: &str, signed: &[u8]| {
        let settings = env(&format!("TALK_JWT_SECRET={secret}"));
        Row::talk().signed_with(signed).settings(settings)
    };
    let of_alg = |alg: &str| {
        let settings = env(&format!("TALK_JWT_ALG={alg}\nTALK_JWT_SECRET={SECRET}"));
        Row::talk().settings(settings).breaks("talk-alg-known")
    };
    vec![
        of_alg("EdDSA"),
        of_alg("ES512"),
        of_alg("PS256"),
        of_alg("hs256"),
        with(json, json.as_bytes()).warns("talk-secret-literal"),
        with(json, SECRET.as_bytes()).breaks("talk-secret-literal"),
        with(LOSSY, lossy.as_bytes()).warns("talk-secret-base64"),
        with(LOSSY, &bytes).breaks("talk-secret-base64"),
        with("password", b"password").warns("talk-secret-strength"),
        with("keyboard cat", b"keyboard cat").warns("talk-secret-strength"),
    ]
}
