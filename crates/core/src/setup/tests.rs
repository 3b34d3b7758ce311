//! The texts, read back as those read them who take them.

mod forms;
mod plan;

use std::sync::Arc;

use uuid::Uuid;

use super::{Language, Site, coral_steps, embed, exchange, root_url_missing};
use crate::{
    deployment::Deployment,
    id::{DeploymentId, Slug},
    profile::{Claims, CoralClaims},
    signing_key::{KeySet, SigningKey},
    token::tests::talk_claims,
};

const URL: &str = "https://lanyard.example";

fn deployment(name: &str, claims: Claims, root_url: Option<&str>) -> Deployment {
    Deployment {
        id: DeploymentId(Uuid::nil()),
        name: name.parse().unwrap(),
        root_url: root_url.map(|url| url.parse().unwrap()),
        claims,
        token_lifetime: 21_600,
    }
}

fn talk() -> Deployment {
    let root = Some("https://talk.example");
    deployment("default", Claims::Talk(talk_claims()), root)
}

fn coral() -> Deployment {
    let root = Some("https://coral.example/");
    deployment("coral", Claims::Coral(CoralClaims::default()), root)
}

fn set(keys: impl IntoIterator<Item = SigningKey>) -> KeySet {
    KeySet::new(keys.into_iter().map(Arc::new).collect())
}

fn with_site<T>(deployment: &Deployment, make: impl FnOnce(&Site<'_>) -> T) -> T {
    let tenant: Slug = "the-post".parse().unwrap();
    make(&Site {
        url: URL,
        tenant: &tenant,
        deployment,
        issuing_tokens: false,
    })
}

#[test]
fn the_call_for_a_token_goes_to_the_deployment() {
    for (deployment, url) in [
        (talk(), "https://lanyard.example/t/the-post/"),
        (coral(), "https://lanyard.example/t/the-post/coral/"),
    ] {
        for language in Language::ALL {
            let sample = with_site(&deployment, |site| exchange(site, language));
            assert!(sample.contains(url), "{sample}");
            assert!(sample.contains("LANYARD_API_KEY"), "{sample}");
            assert_eq!(sample.matches("lanyard.example").count(), 1, "{sample}");
            assert_eq!(language.name().parse(), Ok(language));
        }
    }
}

#[test]
fn every_sample_has_a_time_limit_and_forbids_keeping_the_token() {
    for language in Language::ALL {
        let sample = with_site(&talk(), |site| exchange(site, language)).to_lowercase();
        let limits = [
            "--max-time 5",
            "curlopt_timeout => 5",
            "timeout(5000)",
            "timeout=5",
        ];
        assert!(
            limits.iter().any(|limit| sample.contains(limit)),
            "{sample}"
        );
        assert!(
            language == Language::Curl || sample.contains("no-store"),
            "{sample}"
        );
    }
}

#[test]
fn an_embed_holds_no_token_and_names_its_root_without_a_last_slash() {
    let talk = with_site(&talk(), embed);
    assert!(
        talk.contains(r#"const root = "https://talk.example";"#),
        "{talk}"
    );
    assert!(talk.contains("Coral.Talk.render") && talk.contains("auth_token: token"));
    let coral = with_site(&coral(), embed);
    assert!(
        coral.contains(r#"const root = "https://coral.example";"#),
        "{coral}"
    );
    assert!(coral.contains("accessToken: token") && coral.contains("refreshAccessToken"));
    for embed in [talk, coral] {
        assert!(
            embed.contains(r#"cache: "no-store""#) && !embed.contains("eyJ"),
            "{embed}"
        );
    }
}

#[test]
fn a_root_url_can_end_neither_a_script_nor_a_literal() {
    let odd = deployment(
        "default",
        Claims::Talk(talk_claims()),
        Some("https://talk.example/'a'&$(b)"),
    );
    let embed = with_site(&odd, embed);
    assert!(
        embed.contains(r#"const root = "https://talk.example/'a'&$(b)";"#),
        "{embed}"
    );
    assert_eq!(embed.matches("</script>").count(), 1);
    assert_eq!(
        super::javascript("</script>\"\\"),
        r#""\u003c/script\u003e\"\\""#
    );
}

#[test]
fn whoever_has_not_said_where_the_deployment_is_found_is_told_how() {
    let coral = deployment("coral", Claims::Coral(CoralClaims::default()), None);
    let note = with_site(&coral, root_url_missing).unwrap();
    assert!(
        note.contains("--tenant the-post --deployment coral --root-url"),
        "{note}"
    );
    // Talk's issuer is its root URL unless it is told otherwise.
    let talk = deployment("default", Claims::Talk(talk_claims()), None);
    assert_eq!(with_site(&talk, root_url_missing), None);
    assert!(with_site(&talk, embed).contains("https://talk.example"));
}

#[test]
fn corals_steps_name_the_key_that_signs() {
    let key = || {
        crate::token::tests::imported(
            "ab12",
            crate::token::tests::material(crate::key::Algorithm::HS256),
        )
    };
    let without = with_site(&coral(), |site| coral_steps(site, &KeySet::default()));
    let with = with_site(&coral(), |site| coral_steps(site, &set([key()])));
    assert!(without.contains("no key of this Coral yet"), "{without}");
    assert!(with.contains("key `ab12` now"), "{with}");
    assert!(
        with.contains("https://coral.example/admin/configure/auth"),
        "{with}"
    );
    assert!(
        with.contains("--tenant the-post --deployment coral --kid KEY_ID"),
        "{with}"
    );
}
