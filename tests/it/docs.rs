//! The documents say what is so: the commands work as written, and what is named is there.

mod move_over;
mod set_up;
mod shell;
mod talk_to_coral;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use lanyard_api::Problem;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text_of(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The sections of a document under headings of this kind (`## `): heading and text.
fn sections(document: &str, mark: &str) -> Vec<(String, String)> {
    let starts = format!("\n{mark}");
    let sections = document.split(&starts).skip(1);
    let split = |section: &str| {
        let (heading, text) = section.split_once('\n').unwrap();
        // A greater heading ends a section too.
        let text = text.split("\n# ").next().unwrap();
        (heading.to_owned(), text.to_owned())
    };
    sections.map(split).collect()
}

/// Whether a file has a function of this name with a test's attribute, or a browser's story with this title.
fn has_test(source: &str, name: &str) -> bool {
    if source.contains(&format!("test(\"{name}\", ")) {
        return true;
    }
    let Some((before, _)) = source.split_once(&format!("fn {name}(")) else {
        return false;
    };
    let since = before.rsplit('}').next().unwrap();
    since.contains("#[test]") || since.contains("#[tokio::test")
}

#[test]
fn every_promise_names_tests_that_exist() {
    let promises = sections(&text_of("docs/promises.md"), "## ");
    assert!(!promises.is_empty());
    let mut missing = Vec::new();
    for (heading, text) in promises {
        let lines = text.lines().filter_map(|line| line.strip_prefix("- "));
        let mut named = 0;
        for line in lines {
            let (file, test) = line.trim_matches('`').split_once("::").unwrap();
            named += 1;
            if !has_test(&text_of(file), test) {
                missing.push(line.to_owned());
            }
        }
        assert!(named > 0, "`{heading}` names no test");
    }
    assert!(missing.is_empty(), "no such tests: {missing:#?}");
}

#[test]
fn every_problem_is_documented_with_its_status() {
    let documented: BTreeMap<_, _> = sections(&text_of("docs/problems.md"), "## ")
        .into_iter()
        .map(|(code, text)| {
            let says = format!("`urn:lanyard:problem:{code}`, status ");
            let rest = text.split_once(&says).map(|(_, rest)| rest);
            let status = rest.and_then(|rest| rest.split('.').next()?.parse().ok());
            (code, status.unwrap_or(0_u16))
        })
        .collect();
    let answered: BTreeMap<_, _> = Problem::ALL
        .iter()
        .map(|problem| (problem.code().to_owned(), problem.status().as_u16()))
        .collect();
    assert_eq!(documented, answered);
}

#[test]
fn what_the_documents_link_to_is_there() {
    let mut documents = vec![root().join("README.md"), root().join("ARCHITECTURE.md")];
    let folder = fs::read_dir(root().join("docs")).unwrap();
    let pages = folder.map(|entry| entry.unwrap().path());
    documents.extend(pages.filter(|path| path.is_file()));
    let mut links = 0;
    for document in documents {
        let folder = document.parent().unwrap();
        let text = fs::read_to_string(&document).unwrap();
        for rest in text.split("](").skip(1) {
            let target = rest.split([')', '#']).next().unwrap();
            links += 1;
            assert!(
                target.starts_with("https://") || folder.join(target).is_file(),
                "{} links to {target}",
                document.display()
            );
        }
    }
    assert!(links > 10, "{links} links");
}
