//! Every algorithm, both ways.

use serde_json::{Value, json};

use super::{Verifiers, javascript};
use crate::harness::{App, Newsroom, claims_of, header_of, now};

const ALGORITHMS: [&str; 10] = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA",
];

/// What others verify the newsroom's tokens with: the secret from the settings for Talk, or the published key as PEM.
async fn verification_key(app: &App, post: &Newsroom, algorithm: &str) -> String {
    if algorithm.starts_with("HS") {
        let export = [
            "key", "export", "--tenant", &post.slug, "--as", "talk", "--json",
        ];
        let settings = app.cli(&export).await.json();
        let entries = settings["TALK_JWT_SECRETS"].as_str().unwrap();
        let entries: Value = serde_json::from_str(entries).unwrap();
        return entries[0]["secret"].as_str().unwrap().to_owned();
    }
    let script = "const key = JSON.parse(input).keys[0]; const crypto = require('node:crypto'); \
                  say(crypto.createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' }));";
    let pem = javascript(script, post.jwks().await.text()).await;
    pem.as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_library_accepts_what_lanyard_signs() {
    let app = App::start().await;
    let mut verifiers = Verifiers::start();
    for algorithm in ALGORITHMS {
        let slug = algorithm.to_ascii_lowercase();
        let post = app.tenant_with(&slug, &["--alg", algorithm]).await;
        let token = post.token("2").await;
        assert_eq!(header_of(&token)["alg"], algorithm);
        let key = verification_key(&app, &post, algorithm).await;
        for library in Verifiers::of(algorithm) {
            let mut request = json!({
                "op": "verify", "algorithm": algorithm, "key": key, "token": token,
                "issuer": post.issuer, "audience": "talk",
            });
            let said = verifiers.ask(library, request.clone()).await;
            let expected = json!({ "ok": true, "claims": claims_of(&token) });
            assert_eq!(said, expected, "{library} {algorithm}");
            request["token"] = json!(format!(
                "{}A{}",
                &token[..token.len() - 20],
                &token[token.len() - 19..]
            ));
            let said = verifiers.ask(library, request).await;
            let unchanged = token.as_bytes()[token.len() - 20] == b'A';
            assert_eq!(said["ok"], unchanged, "{library} {algorithm}");
        }
    }
}

/// Key pairs that OpenSSL made, as PEM, by algorithm.
async fn foreign_pairs() -> Value {
    let script = "const pem = (type, options) => require('node:crypto').generateKeyPairSync(type, { ...options, \
        publicKeyEncoding: { type: 'spki', format: 'pem' }, \
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' } }).privateKey; \
        const rsa = pem('rsa', { modulusLength: 2048 }); const ec = (namedCurve) => pem('ec', { namedCurve }); \
        say({ RS256: rsa, RS384: rsa, RS512: rsa, ES256: ec('P-256'), ES384: ec('P-384'), ES512: ec('P-521'), \
        EdDSA: pem('ed25519') });";
    javascript(script, "").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lanyard_accepts_what_every_library_signs_with_an_imported_key() {
    let app = App::start().await;
    let mut verifiers = Verifiers::start();
    let pairs = foreign_pairs().await;
    // Of the keys that still verify, only eight are tried for a token without a kid.
    let newsrooms = [app.tenant("post").await, app.tenant("times").await];
    let secret = "Zq4vT9xWm2LrK8sNbJ6hYd3GcPeUaQ7foViB1TnR5kXwE0tyMCu4HgSpDzAjI2lO";
    for (index, algorithm) in ALGORITHMS.into_iter().enumerate() {
        let post = &newsrooms[index / 5];
        let key = pairs[algorithm].as_str().unwrap_or(secret);
        let import = [
            "key", "import", "--tenant", &post.slug, "--kid", algorithm, "--alg", algorithm,
        ];
        let import = [
            &import[..],
            &["--file", "-", "--activate", "--accept-shared"],
        ]
        .concat();
        app.cli_with_input(&import, key.as_bytes()).await.ok();
        let now = now();
        let claims = json!({
            "iss": post.issuer, "aud": "talk", "sub": "3", "iat": now, "exp": now + 600,
            "jti": format!("by-{algorithm}"),
        });
        for library in Verifiers::of(algorithm) {
            let mut request =
                json!({ "op": "sign", "algorithm": algorithm, "key": key, "claims": claims });
            for kid in [Some(algorithm), None] {
                request["kid"] = json!(kid);
                let signed = verifiers.ask(library, request.clone()).await;
                let token = signed["token"]
                    .as_str()
                    .unwrap_or_else(|| panic!("{signed}"));
                let answer = post.look_up(token).await;
                assert_eq!(answer.status, 200, "{library} {algorithm} {kid:?}");
                assert_eq!(answer.json()["username"], "eve");
            }
        }
        assert_eq!(header_of(&post.token("1").await)["kid"], algorithm);
    }
}
