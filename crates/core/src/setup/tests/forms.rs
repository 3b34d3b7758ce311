//! Every form, read back by readers that were written from the formats' own descriptions. `tests/it/settings/forms.rs`
//! has real ones read them too.

use proptest::prelude::*;
use zeroize::Zeroizing;

use crate::{
    setup::{Form, forms::NoForm},
    talk::TalkSettings,
};

/// Values that some reader would take for something else.
const NASTY: &[&str] = &[
    "Rk4vXo9-Tz2qLw7_Hs5yUb8nCe3pMd6j",
    "it's \"quoted\"",
    "$HOME ${HOME} $$ $(id) `id`",
    "100%s %n %%",
    "# no comment # here",
    "a\\b\\\\c\\n",
    "ends with \\",
    "a: b, [c], {d}, &e *f !g |h >i",
    "yes",
    "null",
    "1e3",
    "0o17",
    "-",
    "",
    "'",
    "\"",
    "Grüße \u{1f511} \u{2028}\u{2029}\u{feff}",
    r#"[{"kid":"a#1","secret":"x$y'z\"\\"},{"kid":"b","public":"-----BEGIN PUBLIC KEY-----\\nMIIB\\n-----END PUBLIC KEY-----"}]"#,
    "base64:YSBiI2MkZCJlJ2Y=",
];

fn write(form: Form, value: &str) -> String {
    let settings = TalkSettings {
        variables: vec![
            ("TALK_JWT_ALG", Zeroizing::new("HS256".to_owned())),
            ("TALK_JWT_SECRET", Zeroizing::new(value.to_owned())),
        ],
        notes: Vec::new(),
    };
    let (tenant, deployment) = ("the-post".parse().unwrap(), "sports".parse().unwrap());
    form.write(&settings, &tenant, &deployment).to_string()
}

/// What follows the name on the value's line.
fn line(text: &str, between: &str) -> String {
    let start = format!("TALK_JWT_SECRET{between}");
    let lines: Vec<_> = text
        .split('\n')
        .filter_map(|line| line.trim_start().strip_prefix(&start))
        .collect();
    assert_eq!(lines.len(), 1, "{text}");
    lines[0].to_owned()
}

/// A quoted scalar on one line (YAML 1.2, section 7.3).
fn yaml(scalar: &str) -> String {
    if let Some(single) = scalar
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
    {
        assert_eq!(
            single.replace("''", "").matches('\'').count(),
            0,
            "{scalar}"
        );
        return single.replace("''", "'");
    }
    let mut characters = scalar
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap()
        .chars();
    let mut value = String::new();
    while let Some(character) = characters.next() {
        assert_ne!(character, '"', "{scalar}");
        value.push(match character {
            '\\' => match characters.next().unwrap() {
                'u' => {
                    let digits: String = characters.by_ref().take(4).collect();
                    char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap()
                }
                escaped @ ('"' | '\\') => escaped,
                other => panic!("\\{other}"),
            },
            plain => plain,
        });
    }
    value
}

/// Compose's variables: `$$` is a dollar, and no other may stand there.
fn interpolated(value: &str) -> String {
    assert!(!value.replace("$$", "").contains('$'), "{value}");
    value.replace("$$", "$")
}

/// A double-quoted value of an environment file; `old` as before systemd 240, which drops every backslash.
fn environment_file(quoted: &str, old: bool) -> String {
    let inside = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap();
    let (mut value, mut characters) = (String::new(), inside.chars());
    while let Some(character) = characters.next() {
        assert_ne!(character, '"', "{quoted}");
        if character != '\\' {
            value.push(character);
            continue;
        }
        let next = characters.next().unwrap();
        if !old && !matches!(next, '"' | '\\' | '`' | '$') {
            value.push('\\');
        }
        value.push(next);
    }
    value
}

fn reads_back(value: &str) {
    let compose = write(Form::Compose, value);
    assert_eq!(
        interpolated(&yaml(&line(&compose, ": "))),
        value,
        "{compose}"
    );
    let kubernetes = write(Form::Kubernetes, value);
    assert_eq!(yaml(&line(&kubernetes, ": ")), value, "{kubernetes}");
    let systemd = write(Form::Systemd, value);
    for old in [false, true] {
        assert_eq!(
            environment_file(&line(&systemd, "="), old),
            value,
            "{systemd}"
        );
    }
}

#[test]
fn nasty_values_read_back_in_every_form() {
    NASTY.iter().for_each(|value| reads_back(value));
}

proptest! {
    #[test]
    fn any_value_without_control_characters_reads_back_in_every_form(value in "\\PC{0,80}") {
        reads_back(&value);
    }

    #[test]
    fn any_value_of_the_signs_that_matter_reads_back(value in "[$%#'\"\\\\`:{}\\[\\] \u{2028}a-c]{0,40}") {
        reads_back(&value);
    }
}

#[test]
fn a_form_is_known_by_its_name() {
    for form in Form::ALL {
        assert_eq!(form.name().parse(), Ok(form));
    }
    assert_eq!("toml".parse::<Form>(), Err(NoForm));
}
