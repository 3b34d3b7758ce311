//! Rules about Coral's secrets, and which one signed the token.

use super::{
    super::{
        readings::{Reading, signed_with},
        rule::{Finding, Rule},
    },
    Coral, Secret,
};

pub(super) fn rules<'a>() -> [Rule<Coral<'a>>; 6] {
    [
        Rule::new(
            "coral-secret-prefix",
            "The secret is as Coral shows it, prefix and all",
            prefix,
        ),
        Rule::new(
            "coral-algorithm",
            "The token's algorithm is HS256",
            algorithm,
        ),
        Rule::new(
            "coral-kid-present",
            "It names its key, where Coral has several",
            kid_present,
        ),
        Rule::new(
            "coral-kid-known",
            "Coral has the key that it names",
            kid_known,
        ),
        Rule::new(
            "coral-signature",
            "The secret made the signature",
            signature,
        ),
        Rule::new(
            "coral-secret-own",
            "The secret is used for nothing else",
            secret_own,
        ),
    ]
}

fn prefix(coral: &Coral<'_>) -> Finding {
    if !coral.pasted {
        return Finding::skip("no secret was pasted");
    }
    if coral
        .secrets
        .iter()
        .all(|secret| secret.text.starts_with("ssosec_"))
    {
        return Finding::pass("it begins with ssosec_");
    }
    Finding::warn(
        "a pasted secret doesn't begin with `ssosec_`, as those do that Coral makes",
        "copy it from Coral's admin, prefix and all; Coral decodes nothing in it",
    )
}

fn algorithm(coral: &Coral<'_>) -> Finding {
    let token = coral.case.token;
    if !token.is_signed() {
        return Finding::skip("the token isn't signed");
    }
    match token.alg() {
        Some("HS256") => Finding::pass("it is"),
        alg => Finding::fail(
            format!(
                "its `alg` is `{}`, and Coral's single sign-on takes HS256 and nothing else",
                alg.unwrap_or("missing")
            ),
            "sign with HS256 and Coral's own secret",
        ),
    }
}

fn kid_present(coral: &Coral<'_>) -> Finding {
    match coral.case.token.header.get("kid") {
        None if coral.secrets.len() > 1 => Finding::warn(
            format!(
                "it names no key, so Coral tries all {} that are active; a later Coral may not",
                coral.secrets.len()
            ),
            "name the key in `kid`; Lanyard always does",
        ),
        None => Finding::pass("Coral has one secret, so none is needed"),
        Some(kid) => Finding::pass(format!("it names {kid}")),
    }
}

/// The secret that the token's `kid` pins, where Coral looks at it: with one active secret it doesn't.
fn pinned<'a>(coral: &'a Coral<'_>) -> Option<Option<&'a Secret>> {
    if coral.secrets.len() < 2 {
        return None;
    }
    let kid = coral.case.token.header.get("kid")?;
    let mut secrets = coral.secrets.iter();
    Some(secrets.find(|secret| secret.kid.is_some() && secret.kid.as_deref() == kid.as_str()))
}

fn kid_known(coral: &Coral<'_>) -> Finding {
    let kid = coral.case.token.kid().unwrap_or_default();
    match pinned(coral) {
        None => Finding::skip("Coral has no several secrets, or the token names none"),
        Some(Some(_)) => Finding::pass(format!("it has `{kid}`")),
        Some(None) => {
            let known: Vec<_> = coral
                .secrets
                .iter()
                .filter_map(|secret| secret.kid.as_deref())
                .collect();
            Finding::fail(
                format!(
                    "it names `{kid}`, and the active secrets are {}",
                    known.join(", ")
                ),
                "sign with one of these, or import the secret that Coral has under this id; one that has ended in Coral takes no more \
                 tokens",
            )
        }
    }
}

fn signature(coral: &Coral<'_>) -> Finding {
    let token = coral.case.token;
    if coral.secrets.is_empty() {
        return Finding::skip("no active secret of this Coral is known");
    }
    if token.alg() != Some("HS256") || !token.is_signed() {
        return Finding::skip("the algorithm has to be mended first");
    }
    let tried: Vec<_> = match pinned(coral) {
        Some(Some(secret)) => vec![secret],
        Some(None) => return Finding::skip("Coral has no key for it"),
        None => coral.secrets.iter().collect(),
    };
    let found: Vec<_> = tried
        .iter()
        .filter_map(|secret| signed_with(&secret.text, token))
        .collect();
    if found.contains(&Reading::Literal) {
        return Finding::pass("it did");
    }
    if let Some(reading) = found.first() {
        return Finding::fail(
            format!(
                "it is signed with {reading}, and Coral takes the secret's text as it is shown"
            ),
            "sign with the whole text, `ssosec_` and all, and decode nothing in it",
        );
    }
    let other = coral
        .secrets
        .iter()
        .find(|secret| signed_with(&secret.text, token) == Some(Reading::Literal));
    if let Some(other) = other {
        return Finding::fail(
            format!(
                "it is signed with the secret `{}`, which its `kid` doesn't name",
                other.kid.as_deref().unwrap_or_default()
            ),
            "name in `kid` the secret that signs",
        );
    }
    Finding::fail(
        coral.case.stranger("Coral"),
        "import Coral's secret into Lanyard, or sign with the one that Coral shows in its admin",
    )
}

fn secret_own(coral: &Coral<'_>) -> Finding {
    match (coral.case.own, coral.case.other) {
        (Some(_), Some((name, key))) => Finding::warn(
            format!(
                "the deployment `{name}` has the same secret (key `{}`), and Coral checks neither issuer nor audience: any token of \
                 that secret with a `user` logs in here",
                key.kid
            ),
            "use a secret of its own for each, and never that of Talk v4 or of issuing tokens",
        ),
        (None, _) => Finding::skip("no key of this deployment signed the token"),
        (Some(_), None) => Finding::pass("no other deployment of the newsroom has it"),
    }
}
