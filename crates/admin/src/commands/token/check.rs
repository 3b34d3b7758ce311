//! `lanyard token check`: the checker's report, for people.

use std::process::ExitCode;

use axum::http::Method;
use serde_json::{Value, json};

use super::Check;
use crate::{
    client::{Call, Client},
    commands::{read_input, remote::of_tenant},
    output::{Failure, Outcome, Output},
};

/// Checks a token, here or on a server.
///
/// # Errors
/// There is no such deployment, or what should be checked can't be read.
pub(in crate::commands) async fn run(
    client: &Client,
    args: &Check,
    output: Output,
) -> Outcome<ExitCode> {
    let report = client.call(&call(args)?).await?;
    output.result(&text(&report), &report)?;
    Ok(if report["accepted"] == true {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn call(args: &Check) -> Outcome<Call> {
    if args.token == "-" && args.settings.as_deref() == Some("-") {
        return Err(Failure::new(
            "token and settings can't both come from standard input; put one into a file",
        ));
    }
    let settings = args.settings.as_deref().map(read_text).transpose()?;
    let token = match args.token.as_str() {
        "-" => read_text("-")?,
        token => token.to_owned(),
    };
    let path = of_tenant(&args.place.tenant, "/tokens/check");
    Ok(Call::new(Method::POST, path)
        .with(json!({ "token": token, "deployment": args.place.deployment, "settings": settings })))
}

fn read_text(path: &str) -> Outcome<String> {
    let bytes = read_input(path)?;
    let text = str::from_utf8(&bytes).map_err(|_| Failure::new("the input isn't UTF-8 text"))?;
    Ok(text.to_owned())
}

/// The report as lines: the verdict first, then each product with its rules.
fn text(report: &Value) -> String {
    let mut lines = String::new();
    let say = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let headline = match (&report["accepted"], &report["purpose"]) {
        (Value::Bool(true), purpose) if purpose == "issuing" => {
            format!("accepted: an issuing token{}", key(report))
        }
        (Value::Bool(true), _) => {
            let stranger = match report["user_known"] == false {
                true => ", who is not in the directory",
                false => "",
            };
            format!(
                "accepted: for reader {}{stranger}{}",
                say(&report["user"]),
                key(report)
            )
        }
        _ => format!("refused: {}", say(&report["detail"])),
    };
    line(&mut lines, &headline);
    settings(&mut lines, &report["settings"]);
    for section in report["sections"].as_array().into_iter().flatten() {
        let verdict = say(&section["verdict"]).replace('-', " ");
        lines.push('\n');
        line(
            &mut lines,
            &format!(
                "{}: {verdict} ({})",
                say(&section["title"]),
                say(&section["summary"])
            ),
        );
        for check in section["checks"].as_array().into_iter().flatten() {
            rule(&mut lines, check);
        }
    }
    lines
}

fn key(report: &Value) -> String {
    report["kid"]
        .as_str()
        .map_or_else(String::new, |kid| format!(", key `{kid}`"))
}

fn settings(lines: &mut String, settings: &Value) {
    let list = |name: &str| settings[name].as_array().cloned().unwrap_or_default();
    for taken in list("taken") {
        let name = taken["name"].as_str().unwrap_or_default();
        line(
            lines,
            &format!("read from the settings: {name}, line {}", taken["line"]),
        );
    }
    for unread in list("unread") {
        let reason = unread["reason"].as_str().unwrap_or_default();
        line(
            lines,
            &format!(
                "not read from the settings: line {}: {reason}",
                unread["line"]
            ),
        );
    }
}

/// A rule that was kept in one line; one that wasn't with what was found and how to mend it.
fn rule(lines: &mut String, check: &Value) {
    let member = |name: &str| check[name].as_str().unwrap_or_default();
    let mark = match member("outcome") {
        "pass" => return line(lines, &format!("  ✓ {}", member("title"))),
        "fail" => '✗',
        "warning" => '!',
        _ => return,
    };
    line(
        lines,
        &format!("  {mark} {} [{}]", member("title"), member("id")),
    );
    line(lines, &format!("      {}", member("detail")));
    if !member("mend").is_empty() {
        line(lines, &format!("      → {}", member("mend")));
    }
}

/// One line, whatever the token's own texts hold: no line break and no escape of the terminal gets through.
fn line(lines: &mut String, text: &str) {
    for c in text.chars() {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            lines.extend(c.escape_default());
        } else {
            lines.push(c);
        }
    }
    lines.push('\n');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn what_a_token_says_is_no_line_of_the_report() {
        let detail = "`sub` is `\u{1b}[2J\naccepted: for reader 1`";
        let text = super::text(&json!({ "accepted": false, "detail": detail, "sections": [] }));
        assert_eq!(
            text,
            "refused: `sub` is `\\u{1b}[2J\\naccepted: for reader 1`\n"
        );
    }
}
