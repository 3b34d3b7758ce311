//! Talk's settings, read back as Talk reads them.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{HIDDEN, Secrets, TalkError, TalkSettings, Wanted, env_line, settings};
use crate::{
    key::{Algorithm, ImportOptions, KeyMaterial, TalkForm, import},
    profile::{Claims, TalkClaims},
    signing_key::{KeySet, KeyState, Origin, SigningKey},
    tenant::Policy,
    token::tests::{NOW, generated, imported, material, policy, talk_claims},
};

const SECRET: &str = "Rk4vXo9-Tz2qLw7_Hs5yUb8nCe3pMd6jFa1gKi0tVxQhZrYuWmBcNl+OePfSaDgJ";

fn set(keys: impl IntoIterator<Item = SigningKey>) -> KeySet {
    KeySet::new(keys.into_iter().map(Arc::new).collect())
}

fn of(keys: &KeySet) -> Result<TalkSettings, TalkError> {
    settings(&policy(), keys, Wanted::all(false), NOW)
}

fn value<'a>(settings: &'a TalkSettings, name: &str) -> Option<&'a str> {
    let found = settings.variables.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| value.as_str())
}

fn json(settings: &TalkSettings, name: &str) -> Value {
    serde_json::from_str(value(settings, name).expect(name)).expect(name)
}

/// An HMAC key of these very bytes.
fn secret(text: &[u8]) -> KeyMaterial {
    KeyMaterial::from_bytes(Algorithm::HS256, &[&[1], text].concat()).unwrap()
}

fn in_state(kid: &str, state: KeyState) -> SigningKey {
    let mut key = generated(kid, material(Algorithm::HS256));
    key.state = state;
    key
}

/// What Talk's `SharedSecret` makes of a setting, where that is UTF-8.
fn as_talk_reads(text: &str) -> Vec<u8> {
    match text.strip_prefix("base64:") {
        Some(encoded) => STANDARD.decode(encoded).unwrap(),
        None => text.into(),
    }
}

#[test]
fn issuer_audience_and_algorithm_are_those_of_the_deployment() {
    let settings = of(&set([imported("k", secret(SECRET.as_bytes()))])).unwrap();
    let names: Vec<_> = settings.variables.iter().map(|(name, _)| *name).collect();
    let expected = [
        "TALK_JWT_ISSUER",
        "TALK_JWT_AUDIENCE",
        "TALK_JWT_ALG",
        "TALK_JWT_SECRET",
    ];
    assert_eq!(names, expected);
    assert_eq!(
        value(&settings, "TALK_JWT_ISSUER"),
        Some("https://talk.example")
    );
    assert_eq!(value(&settings, "TALK_JWT_AUDIENCE"), Some("talk"));
    assert_eq!(value(&settings, "TALK_JWT_ALG"), Some("HS256"));
}

#[test]
fn the_user_id_claim_is_told_unless_it_is_sub() {
    let keys = set([generated("k", material(Algorithm::HS256))]);
    for (path, expected) in [("sub", None), ("user.id", Some("user.id"))] {
        let policy = Policy {
            claims: Claims::Talk(TalkClaims {
                user_id_claim: path.parse().unwrap(),
                ..talk_claims()
            }),
            ..policy()
        };
        let settings = settings(&policy, &keys, Wanted::all(false), NOW).unwrap();
        assert_eq!(value(&settings, "TALK_JWT_USER_ID_CLAIM"), expected);
    }
}

#[test]
fn a_secret_that_no_env_file_can_quote_goes_in_the_form_that_talk_decodes() {
    let text = "a b#c$d\"e'f`g\\nh~ijklmnopqrstuv";
    let settings = of(&set([imported("k", secret(text.as_bytes()))])).unwrap();
    let encoded =
        value(&settings, "TALK_JWT_SECRET").and_then(|value| value.strip_prefix("base64:"));
    assert_eq!(STANDARD.decode(encoded.unwrap()).unwrap(), text.as_bytes());
}

#[test]
fn one_imported_secret_stays_to_the_letter() {
    for text in [
        SECRET,
        r#"{"secret":"Rk4vXo9-Tz2qLw7_Hs5yUb8nCe3pMd6j"}"#,
        "a b#c$d\"e.f`g\\nh~ijkl",
    ] {
        let settings = of(&set([imported("k", secret(text.as_bytes()))])).unwrap();
        assert_eq!(value(&settings, "TALK_JWT_SECRET"), Some(text));
        assert_eq!(value(&settings, "TALK_JWT_SECRETS"), None);
        assert!(settings.notes.is_empty(), "{:?}", settings.notes);
    }
}

#[test]
fn one_key_that_talk_had_in_its_array_or_never_had_goes_there() {
    let mut from_array = imported("k", secret(SECRET.as_bytes()));
    from_array.origin = Origin::Imported {
        accept_lifetime: 1,
        form: TalkForm::Secrets,
    };
    for key in [from_array, generated("k", secret(SECRET.as_bytes()))] {
        let settings = of(&set([key])).unwrap();
        assert_eq!(value(&settings, "TALK_JWT_SECRET"), None);
        let expected = serde_json::json!([{ "kid": "k", "secret": SECRET }]);
        assert_eq!(json(&settings, "TALK_JWT_SECRETS"), expected);
        assert!(settings.notes.is_empty(), "{:?}", settings.notes);
    }
}

#[test]
fn the_active_key_comes_first_then_the_retiring_and_the_pending() {
    let retiring = KeyState::Retiring { until: NOW + 1 };
    let over = KeyState::Retiring { until: NOW };
    let keys = set([
        in_state("pending", KeyState::Pending),
        in_state("revoked", KeyState::Revoked),
        in_state("retiring-1", retiring),
        in_state("over", over),
        in_state("active", KeyState::Active),
        in_state("retired", KeyState::Retired),
        in_state("retiring-2", retiring),
    ]);
    let entries = json(&of(&keys).unwrap(), "TALK_JWT_SECRETS");
    let kids: Vec<_> = entries
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["kid"].as_str().unwrap())
        .collect();
    assert_eq!(kids, ["active", "retiring-1", "retiring-2", "pending"]);
    for entry in entries.as_array().unwrap() {
        let key = keys.get(entry["kid"].as_str().unwrap()).unwrap();
        assert_eq!(entry["secret"].as_str(), key.material.secret_text());
        assert_eq!(entry.as_object().unwrap().len(), 2);
    }
}

#[test]
fn tokens_without_a_kid_are_spoken_of_when_one_secret_becomes_several() {
    let mut old = imported("old", secret(SECRET.as_bytes()));
    old.state = KeyState::Retiring { until: NOW + 1 };
    let settings = of(&set([old, generated("new", material(Algorithm::HS256))])).unwrap();
    assert_eq!(value(&settings, "TALK_JWT_SECRET"), None);
    assert_eq!(json(&settings, "TALK_JWT_SECRETS")[1]["kid"], "old");
    let [note] = &settings.notes[..] else {
        panic!("{:?}", settings.notes);
    };
    assert!(note.contains("`old`") && note.contains("`kid`"), "{note}");
    assert!(!note.contains(&SECRET[..8]), "{note}");
}

#[test]
fn without_an_active_key_there_are_no_settings() {
    assert_eq!(of(&KeySet::default()).unwrap_err(), TalkError::NoKey);
    for state in [
        KeyState::Pending,
        KeyState::Retiring { until: NOW + 1 },
        KeyState::Retired,
        KeyState::Revoked,
    ] {
        let keys = set([in_state("k", state)]);
        assert_eq!(of(&keys).unwrap_err(), TalkError::NoKey, "{state:?}");
    }
}

#[test]
fn what_talk_does_not_know_is_refused() {
    for algorithm in [Algorithm::EdDSA, Algorithm::ES512] {
        for key in [
            generated("k", material(algorithm)),
            imported("k", material(algorithm)),
        ] {
            let error = of(&set([key])).unwrap_err();
            assert_eq!(error, TalkError::UnknownAlgorithm(algorithm));
        }
    }
}

#[test]
fn a_key_of_another_algorithm_is_left_out_and_spoken_of() {
    let active = || generated("a", material(Algorithm::HS256));
    for state in [KeyState::Pending, KeyState::Retiring { until: NOW + 1 }] {
        let mut other = generated("b", material(Algorithm::ES256));
        other.state = state;
        let settings = of(&set([other, active()])).unwrap();
        let entries = json(&settings, "TALK_JWT_SECRETS");
        assert_eq!(entries.as_array().unwrap().len(), 1);
        assert_eq!(entries[0]["kid"], "a");
        let [note] = &settings.notes[..] else {
            panic!("{:?}", settings.notes);
        };
        assert!(note.contains("`b`") && note.contains("ES256"), "{note}");
    }
    let mut gone = generated("b", material(Algorithm::EdDSA));
    gone.state = KeyState::Retired;
    assert!(of(&set([gone, active()])).unwrap().notes.is_empty());
}

#[test]
fn a_key_that_waits_beside_the_one_secret_changes_no_settings() {
    let one = || imported("one", secret(SECRET.as_bytes()));
    let keys = set([one(), in_state("new", KeyState::Pending)]);
    let (before, with) = (of(&set([one()])).unwrap(), of(&keys).unwrap());
    assert_eq!(before.variables, with.variables);
    assert!(with.notes[0].contains("`new`"), "{:?}", with.notes);

    let wanted = Wanted {
        several: true,
        ..Wanted::all(false)
    };
    let several = settings(&policy(), &keys, wanted, NOW).unwrap();
    let entries = json(&several, "TALK_JWT_SECRETS");
    assert_eq!(
        (&entries[0]["kid"], &entries[1]["kid"]),
        (&"one".into(), &"new".into())
    );
}

#[test]
fn hidden_settings_differ_from_shown_ones_in_nothing_but_the_secrets() {
    let retiring = KeyState::Retiring { until: NOW + 1 };
    let several = || [in_state("a", KeyState::Active), in_state("b", retiring)];
    for keys in [
        set(several()),
        set([imported("one", secret(SECRET.as_bytes()))]),
    ] {
        let hidden = settings(&policy(), &keys, Wanted::HIDDEN, NOW).unwrap();
        let mut shown = of(&keys).unwrap();
        for key in keys.iter() {
            let text = key.material.secret_text().unwrap();
            for (_, value) in &mut shown.variables {
                *value = value.replace(text, HIDDEN).into();
            }
        }
        assert_eq!(hidden.variables, shown.variables);
    }
    let pair = set([generated("k", material(Algorithm::ES256))]);
    let hidden = settings(&policy(), &pair, Wanted::HIDDEN, NOW).unwrap();
    assert_eq!(hidden.variables, of(&pair).unwrap().variables);
    assert_eq!(Wanted::HIDDEN.secrets, Secrets::Hidden);
}

/// Undoes what is done to a PEM's newlines, and takes the key as Talk does.
fn from_pem(pem: &Value, algorithm: Algorithm) -> KeyMaterial {
    let pem = pem.as_str().unwrap();
    assert!(!pem.contains('\n'), "{pem}");
    assert!(pem.contains("-----\\nM") && !pem.ends_with("\\n"), "{pem}");
    let options = ImportOptions {
        algorithm,
        accept_weak: false,
    };
    import(pem.replace("\\n", "\n").as_bytes(), options)
        .unwrap()
        .material
}

#[test]
fn an_asymmetric_key_is_json_with_pems_and_private_only_if_asked() {
    for algorithm in [
        Algorithm::RS256,
        Algorithm::RS512,
        Algorithm::ES256,
        Algorithm::ES384,
    ] {
        for with_private in [false, true] {
            let keys = set([imported("k", material(algorithm))]);
            let one = settings(&policy(), &keys, Wanted::all(with_private), NOW).unwrap();
            let members = json(&one, "TALK_JWT_SECRET");
            let key = &keys.get("k").unwrap().material;
            let read = from_pem(&members["public"], algorithm);
            assert_eq!(read.public_pem(), key.public_pem());
            assert_eq!(members.get("private").is_some(), with_private);
            assert_eq!(
                members.as_object().unwrap().len(),
                1 + usize::from(with_private)
            );
            assert_eq!(one.notes.len(), usize::from(!with_private));
            if with_private {
                let read = from_pem(&members["private"], algorithm);
                assert_eq!(*read.to_bytes(), *key.to_bytes());
            }
            assert!(!value(&one, "TALK_JWT_SECRET").unwrap().contains('\n'));

            let keys = set([generated("k", material(algorithm))]);
            let several = settings(&policy(), &keys, Wanted::all(with_private), NOW).unwrap();
            let entry = &json(&several, "TALK_JWT_SECRETS")[0];
            assert_eq!(entry["kid"], "k");
            from_pem(&entry["public"], algorithm);
            assert_eq!(entry.get("private").is_some(), with_private);
        }
    }
}

#[test]
fn a_public_key_alone_is_printed_without_private() {
    let public = material(Algorithm::ES256).public_pem().unwrap();
    let options = ImportOptions {
        algorithm: Algorithm::ES256,
        accept_weak: false,
    };
    let public = import(public.as_bytes(), options).unwrap().material;
    let keys = set([imported("k", public)]);
    let settings = settings(&policy(), &keys, Wanted::all(true), NOW).unwrap();
    let members = json(&settings, "TALK_JWT_SECRET");
    assert_eq!(members.as_object().unwrap().len(), 1);
}

#[test]
fn a_secret_that_cannot_stand_in_one_line_is_encoded() {
    for text in [
        "Rk4vXo9-Tz2qLw7_\nHs5yUb8nCe3pMd6j",
        "Rk4vXo9-Tz2qLw7_\tHs5yUb8nCe3pMd6j",
        "Rk4vXo9-Tz2qLw7_\u{7f}Hs5yUb8nCe3pMd6j",
        "Rk4vXo9-Tz2qLw7_\u{85}Hs5yUb8nCe3pMd6j",
        " Rk4vXo9-Tz2qLw7_Hs5yUb8nCe3pMd6j",
        "Rk4vXo9-Tz2qLw7_Hs5yUb8nCe3pMd6j ",
        "base64:Rk4vXo9-Tz2qLw7_Hs5yUb8nCe3pMd6j",
    ] {
        let one = of(&set([imported("k", secret(text.as_bytes()))])).unwrap();
        let one = value(&one, "TALK_JWT_SECRET").unwrap();
        assert!(one.starts_with("base64:"), "{one:?}");
        assert_eq!(as_talk_reads(one), text.as_bytes());

        let several = of(&set([generated("k", secret(text.as_bytes()))])).unwrap();
        let entry = &json(&several, "TALK_JWT_SECRETS")[0]["secret"];
        assert_eq!(as_talk_reads(entry.as_str().unwrap()), text.as_bytes());
    }
    for text in [
        "base64Rk4vXo9-Tz2qLw7_",
        "BASE64:Rk4vXo9-Tz2qLw7_",
        "Rk4vXo9-base64:Tz2qLw7_",
    ] {
        let one = of(&set([imported("k", secret(text.as_bytes()))])).unwrap();
        assert_eq!(value(&one, "TALK_JWT_SECRET"), Some(text));
    }
}

#[test]
fn a_secret_that_is_no_text_cannot_be_given_to_talk() {
    let keys = set([generated("k", secret(&[0xff; 32]))]);
    assert_eq!(of(&keys).unwrap_err(), TalkError::NotText("k".into()));
}

#[test]
fn settings_print_no_secret_by_accident() {
    let error = of(&set([generated("k", secret(&[0xff; 32]))])).unwrap_err();
    assert!(!format!("{error} {error:?}").contains('\u{fffd}'));
}

/// dotenv before version 15, as in the days of Talk v4: a quote at either end goes, paired or not; no comments.
fn old_reader(line: &str) -> String {
    let value = line.split_once('=').unwrap().1.trim();
    let unescaped = if value.len() > 1 && value.starts_with('"') && value.ends_with('"') {
        value.replace("\\n", "\n")
    } else {
        value.to_owned()
    };
    let start = unescaped.strip_prefix(['"', '\'']).unwrap_or(&unescaped);
    let middle = start.strip_suffix(['"', '\'']).unwrap_or(start);
    middle.trim().to_owned()
}

/// dotenv from version 15 on: a pair of quotes around all goes, and without one `#` begins a comment.
fn new_reader(line: &str) -> String {
    let value = line.split_once('=').unwrap().1.trim();
    for quote in ['\'', '"', '`'] {
        let quoted = value
            .strip_prefix(quote)
            .and_then(|rest| rest.split_once(quote));
        if let Some((inside, rest)) = quoted
            && (rest.trim().is_empty() || rest.trim().starts_with('#'))
        {
            return match quote {
                '"' => inside.replace("\\n", "\n"),
                _ => inside.to_owned(),
            };
        }
    }
    value.split('#').next().unwrap().trim().to_owned()
}

#[track_caller]
fn reads_back(values: &[&str]) {
    let wrong: Vec<_> = values
        .iter()
        .flat_map(|value| {
            let line = env_line("A", value);
            let read = [old_reader(&line), new_reader(&line)];
            read.map(|read| (read != *value).then(|| format!("{} is read as {read}", *line)))
        })
        .flatten()
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_line_reads_back_as_its_value() {
    assert_eq!(*env_line("A", SECRET), format!("A={SECRET}"));
    assert_eq!(*env_line("A", "a#b"), "A='a#b'");
    assert_eq!(*env_line("A", "a$b"), "A='a$b'");
    assert_eq!(*env_line("A", "a`b"), "A='a`b'");
    assert_eq!(*env_line("A", ""), "A=''");
    reads_back(&[
        SECRET,
        "https://talk.example/?a=b&c",
        "a b",
        "a=b",
        "a#b",
        "a #b",
        "$a${b}",
        "`a`",
        r#"{"public":"-----BEGIN PUBLIC KEY-----\\nMIIB\\n-----END PUBLIC KEY-----"}"#,
        r#"[{"kid":"k","secret":"a#b"}]"#,
        r#""a" b"#,
        "a\"b",
        "it's",
        "a\\nb",
    ]);
}

#[test]
fn a_line_with_apostrophes_and_signs_reads_back_too() {
    reads_back(&["it's #1", "'a' b"]);
}

#[test]
fn a_line_whose_value_ends_with_a_quote_reads_back_too() {
    reads_back(&["a\"", "a'", "a b\"", "'a'"]);
}
