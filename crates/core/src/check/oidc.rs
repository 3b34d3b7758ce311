//! Coral's precedence of OpenID Connect: while that is switched on, Coral looks whether a token is an ID token before it
//! looks whether it is one of single sign-on.

use super::{
    Question, Section, Verdict,
    case::Case,
    coral, nothing,
    rule::{Finding, Rule, try_all},
    verdict,
};

const ID: &str = "coral-oidc";
const TITLE: &str = "Coral with OpenID Connect switched on";

pub(super) fn rules<'a>() -> [Rule<Case<'a>>; 2] {
    [
        Rule::new(
            "coral-oidc-mistaken",
            "It can't be taken for an ID token",
            mistaken,
        ),
        Rule::new("coral-oidc-nonce", "An ID token has a `nonce`", nonce),
    ]
}

pub(super) fn section(question: &Question<'_>, case: Option<&Case<'_>>, readable: bool) -> Section {
    if !coral::is_asked(question) {
        return nothing(
            ID,
            TITLE,
            "the deployment isn't a Coral, and no secret of Coral's was pasted",
        );
    }
    let checks = try_all(rules(), case);
    let verdict = verdict(&checks, readable, Verdict::Refused);
    Section {
        id: ID,
        title: TITLE,
        counts: coral::counts(question),
        verdict,
        summary: match verdict {
            Verdict::Accepted => "Coral goes on to the rules of single sign-on",
            _ => "Coral takes it for an ID token and refuses it",
        }
        .to_owned(),
        checks,
    }
}

/// The claims by which Coral knows an ID token; all of them have to be there.
fn is_taken(case: &Case<'_>) -> bool {
    let token = case.token;
    let texts = ["sub", "iss", "aud"];
    texts.iter().all(|name| token.text_claim(name).is_some()) && token.number_claim("exp").is_some()
}

/// Whether it would stop Coral's process, which is worse than a refusal.
fn is_deadly(case: &Case<'_>) -> bool {
    is_taken(case) && case.token.alg() == Some("RS256") && case.token.claim("nonce").is_none()
}

fn mistaken(case: &Case<'_>) -> Finding {
    if is_deadly(case) {
        return Finding::skip("it can be, with worse consequences: see the next rule");
    }
    if is_taken(case) {
        return Finding::fail(
            "it has `sub`, `iss`, `aud` as a text, and `exp`: with OpenID Connect on, Coral takes it for an ID token and refuses it, \
             whatever its `user` says",
            "leave `sub`, `iss` and `aud` out of Coral's tokens; use one token for Talk v4 and another for Coral",
        );
    }
    if case
        .token
        .claim("aud")
        .is_some_and(serde_json::Value::is_array)
    {
        return Finding::pass("`aud` is a list, which no ID token of Coral's has");
    }
    Finding::pass("it lacks what an ID token has")
}

fn nonce(case: &Case<'_>) -> Finding {
    if is_deadly(case) {
        return Finding::fail(
            "it looks like an ID token in RS256 without `nonce`: rightly signed by an issuer that Coral trusts, it stops Coral's \
             process",
            "never send such a token to Coral",
        );
    }
    if is_taken(case) && case.token.claim("nonce").is_some() {
        return Finding::pass("it has one");
    }
    Finding::skip("Coral doesn't take it for an ID token that it could verify")
}
