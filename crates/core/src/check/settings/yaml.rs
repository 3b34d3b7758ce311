//! As much of YAML 1.2 as compose files, Kubernetes manifests and containers' `env` lists are written in: block mappings and
//! sequences, scalars in all five styles within one line, and block scalars. Whatever else stands where a value should be is
//! said, not guessed.

use std::{iter::Peekable, vec::IntoIter};

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::{Settings, is_talks};

/// A line that isn't blank and no comment; block scalars also take the others.
#[derive(Clone, Copy)]
struct Line<'a> {
    number: usize,
    indent: usize,
    text: &'a str,
}

type Lines<'a> = Peekable<IntoIter<Line<'a>>>;

/// Reads all documents of a text.
pub(super) fn read(text: &str, settings: &mut Settings) {
    let mut document = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim_end() == "---" || line.starts_with("--- ") {
            Document::read(std::mem::take(&mut document), settings);
            continue;
        }
        let line = line.trim_end();
        let text = line.trim_start_matches(' ');
        document.push(Line {
            number: at + 1,
            indent: line.len() - text.len(),
            text,
        });
    }
    Document::read(document, settings);
}

/// An entry of a container's `env`: its name, its value and whether that comes from elsewhere, in whatever order.
#[derive(Default)]
struct Entry {
    indent: usize,
    line: usize,
    name: Option<String>,
    value: Option<Zeroizing<String>>,
    elsewhere: bool,
}

struct Document<'s> {
    /// The keys above the line, with their indents.
    parents: Vec<(usize, String)>,
    /// Indents at which the document says that it is a Secret.
    secrets: Vec<usize>,
    entry: Entry,
    settings: &'s mut Settings,
}

impl<'s> Document<'s> {
    fn read(lines: Vec<Line<'_>>, settings: &'s mut Settings) {
        let is_secret = |line: &&Line<'_>| {
            let kind = line.text.strip_prefix("kind:").map(str::trim);
            kind.is_some_and(|kind| kind.trim_matches(['"', '\'']) == "Secret")
        };
        let secrets = lines.iter().filter(is_secret).map(|line| line.indent);
        let mut document = Self {
            parents: Vec::new(),
            secrets: secrets.collect(),
            entry: Entry::default(),
            settings,
        };
        let mut lines = lines.into_iter().peekable();
        while let Some(line) = lines.next() {
            if !line.text.is_empty() && !line.text.starts_with('#') {
                document.line(line, &mut lines);
            }
        }
        document.end_entry();
    }

    fn line(&mut self, line: Line<'_>, lines: &mut Lines<'_>) {
        let (mut indent, mut text) = (line.indent, line.text);
        if text.starts_with('\t') {
            return self
                .settings
                .unread(line.number, "a tab stands where YAML wants blanks");
        }
        let mut is_item = false;
        while let Some(rest) = text.strip_prefix("- ") {
            let rest = rest.trim_start();
            indent += text.len() - rest.len();
            text = rest;
            is_item = true;
        }
        if is_item || indent < self.entry.indent {
            self.end_entry();
        }
        // A list may stand at the indent of the key that it belongs to.
        let own = if is_item { line.indent + 1 } else { indent };
        self.parents.retain(|(parent, _)| *parent < own);
        match key(text) {
            Some((key, rest)) => self.member(&key, rest, indent, line.number, lines),
            None if is_item => self.item(text, indent, line.number, lines),
            None => {}
        }
    }

    /// `key: value`
    fn member(
        &mut self,
        key: &str,
        rest: &str,
        indent: usize,
        number: usize,
        lines: &mut Lines<'_>,
    ) {
        let known = is_talks(key);
        let of_entry = matches!(key, "name" | "value");
        if rest.is_empty() {
            if known {
                self.settings
                    .unread(number, format!("{key} has no value here"));
            }
            self.entry.elsewhere |= key == "valueFrom" && indent == self.entry.indent;
            self.parents.push((indent, key.to_owned()));
            return;
        }
        if !known && !of_entry {
            if rest.starts_with(['|', '>']) {
                block(rest, indent, lines);
            } else if rest.starts_with('{') && rest.contains("TALK_") {
                self.settings.unread(
                    number,
                    "a mapping in one line isn't read; write one variable a line",
                );
            }
            return;
        }
        let value = match scalar(rest, indent, lines) {
            Ok(value) => value,
            Err(_) if !known => return,
            Err(reason) => return self.settings.unread(number, format!("{key}: {reason}")),
        };
        if known {
            return self.variable(key, value, number);
        }
        if self.entry.name.is_none() && self.entry.value.is_none() {
            self.entry.indent = indent;
            self.entry.line = number;
        }
        if indent == self.entry.indent {
            if key == "name" {
                self.entry.name = Some(value.to_string());
            } else {
                self.entry.value = Some(value);
            }
        }
    }

    /// `- NAME=value`
    fn item(&mut self, text: &str, indent: usize, number: usize, lines: &mut Lines<'_>) {
        let Ok(text) = scalar(text, indent, lines) else {
            if text.contains("TALK_") {
                self.settings
                    .unread(number, "this entry can't be read; write it as - NAME=value");
            }
            return;
        };
        match text.split_once('=') {
            Some((name, value)) if is_talks(name) => {
                let value = Zeroizing::new(value.to_owned());
                self.variable(name, value, number);
            }
            None if is_talks(&text) => {
                let reason = format!(
                    "the value of {} comes from where compose runs; paste it too",
                    text.as_str()
                );
                self.settings.unread(number, reason);
            }
            _ => {}
        }
    }

    /// Takes a variable as its place has it: compose puts other variables in, and a Secret's `data` is base64.
    fn variable(&mut self, name: &str, value: Zeroizing<String>, number: usize) {
        let (indent, parent) = self
            .parents
            .last()
            .map_or((0, ""), |(indent, key)| (*indent, key));
        if parent == "data" && self.secrets.contains(&indent) {
            let decoded = STANDARD.decode(value.as_bytes()).ok().map(Zeroizing::new);
            let text = decoded.and_then(|bytes| {
                str::from_utf8(&bytes)
                    .ok()
                    .map(|text| Zeroizing::new(text.to_owned()))
            });
            return match text {
                Some(text) => self.settings.take(name, text, number),
                None => self.settings.unread(number, format!("{name}: the `data` of a Secret is base64 of text, and this isn't; `stringData` takes it plain")),
            };
        }
        if parent != "environment" || !value.contains('$') {
            return self.settings.take(name, value, number);
        }
        let plain = Zeroizing::new(value.replace("$$", "\0"));
        if plain.contains('$') {
            self.settings.unread(number, format!("{name} has a `$` that docker compose replaces ($$ stands for one); paste the value that comes of it"));
        } else {
            self.settings
                .take(name, Zeroizing::new(plain.replace('\0', "$")), number);
        }
    }

    fn end_entry(&mut self) {
        let entry = std::mem::take(&mut self.entry);
        let Some(name) = entry.name.filter(|name| is_talks(name)) else {
            return;
        };
        match entry.value {
            Some(value) => self.settings.take(&name, value, entry.line),
            None if entry.elsewhere => self.settings.unread(
                entry.line,
                format!("the value of {name} comes from a Secret or a ConfigMap; paste that too"),
            ),
            None => self
                .settings
                .unread(entry.line, format!("{name} has no value here")),
        }
    }
}

/// The key that a line begins with, and what follows.
fn key(text: &str) -> Option<(String, &str)> {
    let (key, rest) = match text.chars().next()? {
        quote @ ('"' | '\'') => {
            let (key, rest) = text[1..].split_once(quote)?;
            (key, rest.trim_start().strip_prefix(':')?)
        }
        _ => {
            let end = text
                .match_indices(':')
                .map(|(at, _)| at)
                .find(|at| text[at + 1..].is_empty() || text[at + 1..].starts_with([' ', '\t']))?;
            (text[..end].trim_end(), &text[end + 1..])
        }
    };
    let rest = rest.trim();
    let rest = if rest.starts_with('#') { "" } else { rest };
    // `- NAME=a: b` is no mapping that anybody meant.
    (!key.contains('=')).then(|| (key.to_owned(), rest))
}

/// Reads a value that begins at `text`; block scalars take the lines beneath.
fn scalar(
    text: &str,
    indent: usize,
    lines: &mut Lines<'_>,
) -> Result<Zeroizing<String>, &'static str> {
    const LONG: &str =
        "the value goes on in the next line; write it in one, in quotes, or as a block (|-)";
    let (value, rest) = match text.chars().next() {
        Some('|' | '>') => return Ok(block(text, indent, lines)),
        Some('\'') => single_quoted(&text[1..]).ok_or(LONG)?,
        Some('"') => double_quoted(&text[1..])?,
        Some('[' | '{') => {
            return Err("this is a YAML list or mapping and no text; put it in single quotes");
        }
        Some('&' | '*' | '!' | '%' | '@' | '`') => {
            return Err("anchors, aliases and tags aren't read; write the value itself");
        }
        _ => {
            let end = text.find(" #").unwrap_or(text.len());
            let plain = text[..end].trim_end();
            if plain.contains(": ") {
                return Err("a value with `: ` in it needs quotes");
            }
            (Zeroizing::new(plain.to_owned()), "")
        }
    };
    let rest = rest.trim_start();
    if !rest.is_empty() && !rest.starts_with('#') {
        return Err("something follows the closing quote");
    }
    let goes_on = lines.peek().is_some_and(|next| {
        next.indent > indent && !next.text.is_empty() && !next.text.starts_with('#')
    });
    if goes_on { Err(LONG) } else { Ok(value) }
}

fn single_quoted(text: &str) -> Option<(Zeroizing<String>, &str)> {
    let mut out = Zeroizing::new(String::new());
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('\'')?;
        out.push_str(part);
        match after.strip_prefix('\'') {
            Some(after) => {
                out.push('\'');
                rest = after;
            }
            None => return Some((out, after)),
        }
    }
}

fn double_quoted(text: &str) -> Result<(Zeroizing<String>, &str), &'static str> {
    const ESCAPE: &str = "it has an escape that YAML doesn't know";
    let mut out = Zeroizing::new(String::new());
    let mut chars = text.chars();
    loop {
        match chars.next().ok_or("its quote isn't closed in this line")? {
            '"' => return Ok((out, chars.as_str())),
            '\\' => {
                let escaped = chars.next().ok_or(ESCAPE)?;
                let digits = match escaped {
                    'n' => {
                        out.push('\n');
                        continue;
                    }
                    't' => {
                        out.push('\t');
                        continue;
                    }
                    'r' => {
                        out.push('\r');
                        continue;
                    }
                    '"' | '\\' | '/' | ' ' => {
                        out.push(escaped);
                        continue;
                    }
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    _ => return Err(ESCAPE),
                };
                let (code, rest) = chars.as_str().split_at_checked(digits).ok_or(ESCAPE)?;
                let code = u32::from_str_radix(code, 16).map_err(|_| ESCAPE)?;
                out.push(char::from_u32(code).ok_or(ESCAPE)?);
                chars = rest.chars();
            }
            other => out.push(other),
        }
    }
}

/// Takes the lines of a block scalar: as they are after `|`, folded into one after `>`.
fn block(header: &str, indent: usize, lines: &mut Lines<'_>) -> Zeroizing<String> {
    let folded = header.starts_with('>');
    let mut own = None;
    let mut out = Zeroizing::new(String::new());
    while let Some(line) = lines.next_if(|line| line.indent > indent || line.text.is_empty()) {
        if line.text.is_empty() {
            out.push('\n');
            continue;
        }
        let own = *own.get_or_insert(line.indent);
        out.extend(std::iter::repeat_n(' ', line.indent.saturating_sub(own)));
        out.push_str(line.text);
        out.push('\n');
    }
    let end = out.trim_end_matches('\n').len();
    if !header.contains('+') {
        out.truncate(end);
        if !header.contains('-') && end > 0 {
            out.push('\n');
        }
    }
    if folded {
        let end = out.trim_end_matches('\n').len();
        return Zeroizing::new(format!("{}{}", out[..end].replace('\n', " "), &out[end..]));
    }
    out
}
