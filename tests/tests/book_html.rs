//! Promise: the book that `scripts/book.sh` makes is whole: what its pages link to is a page of it, or a file that is copied into it.
//!
//! The HTML is looked through where mdbook is there already: building it takes minutes. `scripts/book.sh` builds it once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use pulldown_cmark::{Event, Options, Parser, Tag};
use regex_lite::Regex;

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Where a relative link leads from a file, without its anchor; nothing for links out of the book and within the page.
fn target(from: &str, link: &str) -> Option<(String, Option<String>)> {
    if link.contains("://") || link.starts_with("mailto:") || link.starts_with("data:") {
        return None;
    }
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor.to_owned())));
    let folder = Path::new(from).parent().unwrap_or(Path::new(""));
    let whole = if path.is_empty() { PathBuf::from(from) } else { folder.join(path) };
    let mut normal = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::ParentDir => drop(normal.pop()),
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    Some((normal.to_string_lossy().into_owned(), anchor))
}

/// What the pages of a text link to, images included.
fn links(source: &str) -> Vec<String> {
    let events = Parser::new_ext(source, Options::ENABLE_TABLES);
    let links = events.filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.into_string()),
        _ => None,
    });
    links.collect()
}

/// The pages by their paths from the root.
fn pages() -> BTreeSet<String> {
    let summary = "docs/SUMMARY.md";
    let links = links(&read(&tests::root().join(summary))).into_iter();
    links.filter_map(|link| Some(target(summary, &link)?.0)).collect()
}

/// Files and folders that the script copies beside the pages.
fn copied() -> Vec<String> {
    let script = read(&tests::root().join("scripts/book.sh"));
    let list =
        script.split_once("-T - ").and_then(|(_, rest)| rest.split_once(" |")).expect("the script packs files").0;
    list.split(' ').map(str::to_owned).collect()
}

#[test]
fn pages_link_to_what_the_book_has() {
    let (pages, copied) = (pages(), copied());
    assert!(pages.len() > 80 && copied.len() >= 4, "{pages:?} {copied:?}");
    // The script leads links to the summary to the first page.
    let is_there = |path: &str| {
        let is_copied = !path.ends_with(".md") && copied.iter().any(|part| Path::new(path).starts_with(part));
        pages.contains(path) || path == "docs/SUMMARY.md" || is_copied && tests::root().join(path).is_file()
    };
    let mut dead = Vec::new();
    for page in &pages {
        for link in links(&read(&tests::root().join(page))) {
            let Some((path, _)) = target(page, &link) else { continue };
            if !is_there(&path) {
                dead.push(format!("{page}: {link}"));
            }
        }
    }
    assert!(dead.is_empty(), "these lead out of the book; name a page or a file of it:\n{}", dead.join("\n"));
}

/// The program that makes the book, where it has been built.
fn mdbook() -> Option<PathBuf> {
    let script = ". scripts/toolchain-env.sh && echo \"$MODUSC_CACHE/mdbook-$MDBOOK_VERSION/bin/mdbook\"";
    let output = Command::new("bash").args(["-c", script]).current_dir(tests::root()).output().expect("bash runs");
    let path = PathBuf::from(String::from_utf8(output.stdout).expect("a path").trim_end());
    path.is_file().then_some(path)
}

/// A page of HTML: what can be linked to, and what it links to.
struct Html {
    ids: BTreeSet<String>,
    links: Vec<String>,
}

impl Html {
    fn read(path: &Path) -> Self {
        let text = read(path);
        let all = |pattern: &str, text: &str| -> Vec<String> {
            let pattern = Regex::new(pattern).expect("a pattern");
            pattern.captures_iter(text).map(|found| found[1].replace("&amp;", "&")).collect()
        };
        let main = text.split_once("<main>").and_then(|(_, rest)| rest.split_once("</main>"));
        let main = main.unwrap_or_else(|| panic!("{}: it has no text", path.display())).0;
        Self {
            ids: all(r#"\bid="([^"]*)""#, &text).into_iter().collect(),
            links: all(r#"\b(?:href|src)="([^"]*)""#, main),
        }
    }
}

#[test]
fn links_of_the_html_resolve() {
    if mdbook().is_none() {
        eprintln!("left out, for mdbook is not built: scripts/book.sh builds it");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new(tests::root().join("scripts/book.sh")).arg(folder.path()).output().expect("bash runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let name = |page: &String| {
        let page = page.strip_suffix("README.md").map_or_else(|| page.clone(), |folder| format!("{folder}index.md"));
        page.replace(".md", ".html")
    };
    let html: BTreeMap<String, Html> =
        pages().iter().map(name).map(|name| (name.clone(), Html::read(&folder.path().join(&name)))).collect();
    let mut dead = Vec::new();
    for (page, Html { links, .. }) in &html {
        for link in links {
            let Some((path, anchor)) = target(page, link) else { continue };
            let is_there = match (html.get(&path), anchor.filter(|anchor| !anchor.is_empty())) {
                (Some(other), Some(anchor)) => other.ids.contains(&anchor),
                (Some(_), None) => true,
                (None, _) => folder.path().join(&path).is_file(),
            };
            if !is_there {
                dead.push(format!("{page}: {link}"));
            }
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}
