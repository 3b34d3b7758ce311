//! The same settings in every form that they are pasted in.

use super::{Form, Settings};

const SECRETS: &str = r#"[{"kid":"k","secret":"a#b $c 'd"}]"#;

/// What was found of a variable.
fn get<'a>(settings: &'a Settings, name: &str) -> &'a str {
    settings.get(name).unwrap_or_default()
}

#[track_caller]
fn same(form: Form, text: &str) {
    let settings = Settings::read(text);
    let found = settings.found();
    assert_eq!(settings.form, form, "{text}");
    assert_eq!(
        get(&settings, "TALK_JWT_SECRETS"),
        SECRETS,
        "{text}\n{found:#?}"
    );
    assert_eq!(
        get(&settings, "TALK_JWT_ISSUER"),
        "https://talk.example/",
        "{text}\n{found:#?}"
    );
    assert_eq!(
        get(&settings, "TALK_JWT_DISABLE_AUDIENCE"),
        "TRUE",
        "{text}\n{found:#?}"
    );
    assert_eq!(found.taken.len(), 3, "{text}\n{found:#?}");
    for taken in &found.taken {
        let line = text.lines().nth(taken.line - 1).unwrap();
        // Kubernetes names a variable in one line and gives its value in the next.
        assert!(line.contains(&taken.name), "{}: {line}", taken.name);
        assert_eq!(taken.value.is_none(), taken.name == "TALK_JWT_SECRETS");
    }
}

#[test]
fn lines_of_an_env_file_are_read() {
    same(
        Form::Env,
        r#"# Talk
NODE_ENV=production
TALK_JWT_ISSUER = "https://talk.example/"   # not the root URL

TALK_JWT_SECRETS="[{\"kid\":\"k\",\"secret\":\"a#b $c 'd\"}]"
TALK_JWT_DISABLE_AUDIENCE=TRUE # for now
"#,
    );
    let settings = Settings::read("TALK_JWT_SECRET='one\ntwo'\r\nTALK_JWT_ALG=HS384\r\n");
    assert_eq!(get(&settings, "TALK_JWT_SECRET"), "one\ntwo");
    assert_eq!(get(&settings, "TALK_JWT_ALG"), "HS384");
    assert_eq!(settings.found().taken[1].line, 3);
    for (line, value) in [
        ("TALK_JWT_SECRET=a#b", "a#b"),
        ("TALK_JWT_SECRET=a #b", "a"),
        ("TALK_JWT_SECRET=a'b\"", "a'b\""),
        ("TALK_JWT_SECRET=\"a\\nb\"", "a\nb"),
        ("TALK_JWT_SECRET=a\\nb", "a\\nb"),
        ("TALK_JWT_SECRET='a' # b", "a"),
        ("TALK_JWT_SECRET=", ""),
    ] {
        assert_eq!(
            get(&Settings::read(line), "TALK_JWT_SECRET"),
            value,
            "{line}"
        );
    }
    let open = Settings::read("TALK_JWT_ALG=HS256\nTALK_JWT_SECRET=\"a\n");
    assert_eq!(open.unread[0].line, 2);
    assert!(open.unread[0].reason.contains("quote"));
}

#[test]
fn lines_of_a_shell_are_read() {
    same(
        Form::Shell,
        r#"#!/bin/sh
export TALK_JWT_ISSUER=https://talk.example/
export TALK_JWT_SECRETS='[{"kid":"k","secret":"a#b $c '\''d"}]'
  export TALK_JWT_DISABLE_AUDIENCE="TRUE"
exec talk
"#,
    );
    let settings = Settings::read(r#"export TALK_JWT_SECRET="$(cat secret)""#);
    assert!(settings.unread[0].reason.contains('$'));
    let settings = Settings::read(r#"export TALK_JWT_SECRET="a\nb\"c""#);
    assert_eq!(get(&settings, "TALK_JWT_SECRET"), "a\\nb\"c");
}

#[test]
fn a_systemd_unit_is_read() {
    same(
        Form::Systemd,
        r#"[Service]
ExecStart=/usr/bin/talk
Environment="TALK_JWT_ISSUER=https://talk.example/" NODE_ENV=production TALK_JWT_DISABLE_AUDIENCE=TRUE
Environment="TALK_JWT_SECRETS=[{\"kid\":\"k\",\"secret\":\"a#b $c 'd\"}]"
"#,
    );
    let unit = "Environment=TALK_JWT_ALG=HS256 \\\n  # why\n  'TALK_JWT_SECRET=a%%b\\\\nc'\nEnvironmentFile=/etc/talk";
    let settings = Settings::read(unit);
    assert_eq!(get(&settings, "TALK_JWT_ALG"), "HS256");
    assert_eq!(get(&settings, "TALK_JWT_SECRET"), "a%b\\nc");
    assert_eq!(settings.unread.len(), 1);
    for bad in [
        "Environment=\"TALK_JWT_SECRET=a",
        "Environment=\"TALK_JWT_SECRET=a\\q\"",
    ] {
        assert_eq!(Settings::read(bad).unread.len(), 1, "{bad}");
    }
}

#[test]
fn a_compose_file_is_read_as_a_mapping_and_as_a_list() {
    same(
        Form::Yaml,
        r#"services:
  talk:
    image: coralproject/talk:4
    environment:
      TALK_JWT_ISSUER: https://talk.example/ # with a slash
      "TALK_JWT_SECRETS": '[{"kid":"k","secret":"a#b $$c ''d"}]'
      TALK_JWT_DISABLE_AUDIENCE: "TRUE"
    ports: ["3000:3000"]
"#,
    );
    same(
        Form::Yaml,
        r#"version: "2"
services:
  talk:
    environment:
    - NODE_ENV=production
    - TALK_JWT_ISSUER=https://talk.example/
    - 'TALK_JWT_SECRETS=[{"kid":"k","secret":"a#b $$c ''d"}]'
    - "TALK_JWT_DISABLE_AUDIENCE=TRUE"
    depends_on:
    - mongo
"#,
    );
    // Quotes within an entry of a list belong to the value.
    let list = Settings::read("environment:\n  - TALK_JWT_SECRET=\"a\"\n  - TALK_JWT_ALG\n");
    assert_eq!(get(&list, "TALK_JWT_SECRET"), "\"a\"");
    assert!(list.unread[0].reason.contains("where compose runs"));
}

#[test]
fn manifests_of_kubernetes_are_read() {
    same(
        Form::Yaml,
        r#"apiVersion: v1
kind: Secret
metadata:
  name: talk
type: Opaque
stringData:
  TALK_JWT_ISSUER: https://talk.example/
  TALK_JWT_SECRETS: |-
    [{"kid":"k","secret":"a#b $c 'd"}]
  TALK_JWT_DISABLE_AUDIENCE: "TRUE"
"#,
    );
    same(
        Form::Yaml,
        r#"apiVersion: v1
data:
  TALK_JWT_DISABLE_AUDIENCE: VFJVRQ==
  TALK_JWT_ISSUER: "aHR0cHM6Ly90YWxrLmV4YW1wbGUv"
  TALK_JWT_SECRETS: W3sia2lkIjoiayIsInNlY3JldCI6ImEjYiAkYyAnZCJ9XQ==
kind: Secret
---
apiVersion: v1
kind: ConfigMap
data:
  OTHER: x
"#,
    );
    same(
        Form::Yaml,
        r#"spec:
  containers:
    - name: talk
      image: coralproject/talk:4
      env:
        - name: TALK_JWT_ISSUER
          value: https://talk.example/
        - name: TALK_JWT_SECRETS
          value: '[{"kid":"k","secret":"a#b $c ''d"}]'
        - name: TALK_JWT_DISABLE_AUDIENCE
          value: "TRUE"
        - name: NODE_ENV
          value: production
"#,
    );
    let config = Settings::read("kind: ConfigMap\ndata:\n  TALK_JWT_AUDIENCE: dGFsaw==\n");
    assert_eq!(
        get(&config, "TALK_JWT_AUDIENCE"),
        "dGFsaw==",
        "only a Secret's data is base64"
    );
    let other = Settings::read(
        "env:\n- name: TALK_JWT_SECRET\n  valueFrom:\n    secretKeyRef:\n      name: talk\n      key: s\n",
    );
    assert!(
        other.unread[0].reason.contains("comes from a Secret"),
        "{:?}",
        other.unread
    );
    let bad = Settings::read("kind: Secret\ndata:\n  TALK_JWT_SECRET: not base64!\n");
    assert!(bad.unread[0].reason.contains("base64"));
}

#[test]
fn the_order_of_name_and_value_does_not_matter() {
    let text = "env:\n- value: x\n  name: TALK_JWT_SECRET\n- value: y\n  name: OTHER\n";
    assert_eq!(get(&Settings::read(text), "TALK_JWT_SECRET"), "x");
}

#[test]
fn scalars_of_yaml_are_read_in_every_style() {
    for (text, value) in [
        ("x", "x"),
        ("x # y", "x"),
        ("x#y", "x#y"),
        ("'it''s'", "it's"),
        (r#""a\n\"b\"\u00e9\\n""#, "a\n\"b\"é\\n"),
        ("|-\n    a\n     b", "a\n b"),
        ("|\n    a\n\n    b\n", "a\n\nb\n"),
        ("|+\n    a\n", "a\n\n"),
        (">-\n    a\n    b", "a b"),
        ("'x' # y", "x"),
    ] {
        let text = format!("environment:\n  TALK_JWT_SECRET: {text}\n  OTHER: z\n");
        let settings = Settings::read(&text);
        assert_eq!(
            get(&settings, "TALK_JWT_SECRET"),
            value,
            "{text} {:?}",
            settings.unread
        );
    }
    for text in [
        "*secret",
        "&a x",
        "!!str x",
        "[1, 2]",
        "{a: b}",
        "'x",
        "\"x",
        "\"\\q\"",
        "x: y",
        "'x' y",
        "x\n    y",
        "${SECRET}",
        "\"\\u12\"",
    ] {
        let text = format!("environment:\n  TALK_JWT_SECRET: {text}\n");
        let settings = Settings::read(&text);
        assert!(
            settings.variables.is_empty() && !settings.unread.is_empty(),
            "{text}"
        );
        assert_eq!(settings.unread[0].line, 2, "{text}");
    }
}

#[test]
fn secrets_by_themselves_are_read() {
    for text in [
        "ssosec_abc",
        "\n  ssosec_abc  \n",
        "\"ssosec_abc\"",
        r#"{"secret":"ssosec_abc"}"#,
    ] {
        let settings = Settings::read(text);
        assert_eq!(settings.form, Form::Secrets, "{text}");
        assert_eq!(settings.secrets[0].text.as_str(), "ssosec_abc", "{text}");
    }
    let list = r#"[{"kid":"a","secret":"1","inactiveAt":"2030-01-01T00:00:00Z"},{"kid":"b","secret":"2"},{"kid":"c"},7]"#;
    let settings = Settings::read(list);
    let kids: Vec<_> = settings
        .secrets
        .iter()
        .map(|secret| secret.kid.as_deref())
        .collect();
    assert_eq!(kids, [Some("a"), Some("b")]);
    assert_eq!(settings.secrets[0].inactive_at, Some(1_893_456_000));
    assert_eq!(settings.unread.len(), 2);
    let object = Settings::read(r#"{"TALK_JWT_SECRET":"x","TALK_JWT_ALG":256}"#);
    assert_eq!(
        (get(&object, "TALK_JWT_SECRET"), object.unread.len()),
        ("x", 1)
    );
}

#[test]
fn what_is_in_no_known_form_is_said() {
    for text in [
        "",
        "hello\nworld",
        "SECRET=x\nPORT=3000\n",
        "- a\n- b\n",
        "7",
        "# only this",
        "docker run -e TALK_JWT_SECRET=abc talk",
    ] {
        let settings = Settings::read(text);
        assert_eq!(settings.form, Form::Unknown, "{text}");
        assert!(
            !settings.unread.is_empty() && settings.secrets.is_empty(),
            "{text}"
        );
    }
}
