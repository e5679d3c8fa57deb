//! Promise: what code and documents cite exists: sections of the documents in `docs/spec`, and files and headings behind
//! relative links.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use regex_lite::Regex;

/// Endings of the sources that are looked through, Markdown aside.
const CODE: [&str; 9] = ["rs", "sh", "toml", "yml", "go", "ts", "mts", "js", "mjs"];
const SPEC: &str = "docs/spec";

/// One or several sections, with the document or the RFC that they are of.
static CITATION: LazyLock<Regex> = LazyLock::new(|| {
    let one = r"\d+(?:\.\d+)*";
    pattern(&format!(
        r"(?:`([a-z][a-z0-9-]*)`,? |(RFC \d+),? )?\b([Ss]ections?) ({one})((?:(?:, and|,| and| to|–) ?{one})*)"
    ))
});
static NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\d+(?:\.\d+)*"));
/// A document by its path from the root, as comments and code spans have it.
static BY_PATH: LazyLock<Regex> = LazyLock::new(|| pattern(r"docs/spec/([A-Za-z0-9-]+)\.md(?:#([\w.-]*\w))?"));
static ID: LazyLock<Regex> = LazyLock::new(|| pattern(r#"<a id="([^"]+)">"#));
/// What begins a line of a comment.
static LEADER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*(?://[/!]?|#|\*)?\s*"));
static HEADING: LazyLock<Regex> = LazyLock::new(|| pattern(r"^##+ (\d+(?:\.\d+)*)\.? "));

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

/// A text without the leaders of comments and with spaces for line breaks.
struct Prose {
    text: String,
    /// Where each line begins.
    starts: Vec<usize>,
}

impl Prose {
    fn new(source: &str, leaders: bool) -> Self {
        let (mut text, mut starts) = (String::new(), Vec::new());
        for line in source.lines() {
            starts.push(text.len());
            text.push_str(if leaders {
                &line[LEADER.find(line).map_or(0, |found| found.end())..]
            } else {
                line.trim()
            });
            text.push(' ');
        }
        Self { text, starts }
    }

    fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at)
    }
}

/// A Markdown document: what can be linked to, and what it links to.
#[derive(Default)]
struct Document {
    anchors: BTreeSet<String>,
    links: Vec<Link>,
    /// What stands outside links, with its line: a piece for each paragraph, cell or heading.
    pieces: Vec<(usize, String)>,
}

struct Link {
    line: usize,
    target: String,
    text: String,
}

impl Document {
    fn read(source: &str) -> Self {
        let breaks: Vec<usize> = source.match_indices('\n').map(|(at, _)| at).collect();
        let line = |at: usize| breaks.partition_point(|end| *end < at) + 1;
        let mut document = Self::default();
        let mut open: Vec<Link> = Vec::new();
        let (mut heading, mut code) = (None, false);
        for (event, range) in Parser::new_ext(source, Options::ENABLE_TABLES).into_offset_iter() {
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    let line = line(range.start);
                    open.push(Link { line, target: dest_url.into_string(), text: String::new() });
                }
                Event::End(TagEnd::Link | TagEnd::Image) => document.links.extend(open.pop()),
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => document.add_heading(&heading.take().unwrap_or_default()),
                Event::Html(html) | Event::InlineHtml(html) => {
                    document.anchors.extend(ID.captures_iter(&html).map(|found| found[1].to_owned()));
                }
                Event::Start(Tag::CodeBlock(_)) => code = true,
                Event::End(TagEnd::CodeBlock) => code = false,
                Event::Text(text) | Event::Code(text) if !code => {
                    let piece = document.pieces.last_mut().filter(|_| open.is_empty()).map(|(_, piece)| piece);
                    let links = open.iter_mut().map(|link| &mut link.text);
                    links.chain(&mut heading).chain(piece).for_each(|all| all.push_str(&text));
                }
                Event::SoftBreak => {
                    document.pieces.iter_mut().next_back().into_iter().for_each(|(_, piece)| piece.push(' '))
                }
                Event::Start(_) => document.pieces.push((line(range.start), String::new())),
                _ => {}
            }
        }
        document
    }

    /// The address that hosts of repositories give a heading: letters and digits in lower case, hyphens for spaces.
    fn add_heading(&mut self, text: &str) {
        let kept = text.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        let slug: String = kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect();
        let mut free = slug.clone();
        for number in 1.. {
            if self.anchors.insert(free.clone()) {
                return;
            }
            free = format!("{slug}-{number}");
        }
    }
}

/// A folder with everything that may cite or be cited.
struct Repository {
    root: PathBuf,
    code: BTreeMap<PathBuf, String>,
    markdown: BTreeMap<PathBuf, String>,
    documents: BTreeMap<PathBuf, Document>,
}

impl Repository {
    fn read(root: &Path) -> Self {
        let (mut code, mut markdown) = (BTreeMap::new(), BTreeMap::new());
        let mut open = vec![root.to_owned()];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                let ending = path.extension().map(|ending| ending.to_string_lossy().into_owned()).unwrap_or_default();
                if path.is_dir() && !path.is_symlink() {
                    // What others wrote, or tools made.
                    let foreign = name.starts_with('.') || ["target", "node_modules"].contains(&name.as_str());
                    open.extend((!foreign).then_some(path));
                } else if ending == "md" {
                    markdown.insert(relative(root, &path), std::fs::read_to_string(&path).unwrap());
                } else if CODE.contains(&ending.as_str()) || name == "Makefile" {
                    code.insert(relative(root, &path), std::fs::read_to_string(&path).unwrap());
                }
            }
        }
        let documents = markdown.iter().map(|(path, text)| (path.clone(), Document::read(text))).collect();
        Self { root: root.to_owned(), code, markdown, documents }
    }

    /// File, line and fault of everything that cites what does not exist.
    fn problems(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (path, source) in &self.code {
            self.citations(path, &Prose::new(source, true), true, &mut found);
        }
        for (path, source) in &self.markdown {
            self.citations(path, &Prose::new(source, false), false, &mut found);
            let unlinked = self.documents[path].pieces.iter().flat_map(|(line, piece)| {
                let bare = CITATION.captures_iter(piece).filter(|citation| citation.get(2).is_none());
                bare.map(move |citation| (line, format!("section {} without a link", &citation[4])))
            });
            found.extend(unlinked.map(|(line, problem)| format!("{}:{line}: {problem}", path.display())));
            for link in &self.documents[path].links {
                let problem = self.link(path, link);
                found.extend(problem.map(|problem| format!("{}:{}: {problem}", path.display(), link.line)));
            }
        }
        found
    }

    /// `strict`: sections without a document are a fault, too.
    fn citations(&self, path: &Path, prose: &Prose, strict: bool, found: &mut Vec<String>) {
        let mut report = |at, problem| found.push(format!("{}:{}: {problem}", path.display(), prose.line(at)));
        for citation in CITATION.captures_iter(&prose.text) {
            let at = citation.get(3).map_or(0, |word| word.start());
            let plural = citation[3].ends_with('s');
            let more = if plural { citation.get(5).map_or("", |more| more.as_str()) } else { "" };
            let numbers = std::iter::once(&citation[4]).chain(NUMBER.find_iter(more).map(|number| number.as_str()));
            match (citation.get(1), citation.get(2)) {
                (Some(document), _) => numbers
                    .filter_map(|number| self.section(document.as_str(), number))
                    .for_each(|problem| report(at, problem)),
                (None, None) if strict => report(at, format!("section {} of which document?", &citation[4])),
                (None, _) => {}
            }
        }
        for citation in BY_PATH.captures_iter(&prose.text) {
            let anchor = citation.get(2).map(|anchor| anchor.as_str());
            let problem = self.anchor(&spec(&citation[1]), anchor);
            problem.into_iter().for_each(|problem| report(citation.get(0).map_or(0, |all| all.start()), problem));
        }
    }

    fn section(&self, document: &str, number: &str) -> Option<String> {
        self.anchor(&spec(document), Some(&format!("s{number}")))
    }

    fn link(&self, from: &Path, link: &Link) -> Option<String> {
        let target = link.target.as_str();
        if target.contains("://") || target.starts_with("mailto:") {
            return None;
        }
        let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
        let file = match path {
            "" => from.to_owned(),
            path => match normal(&from.parent()?.join(path)) {
                Some(file) => file,
                None => return Some(format!("{target} leads out of the repository")),
            },
        };
        // Who reads a number expects to get there.
        let said = CITATION.captures(&link.text).map(|citation| format!("s{}", &citation[4]));
        if file.starts_with(SPEC) && said.as_deref().is_some_and(|said| Some(said) != anchor) {
            return Some(format!("[{}] leads to {target}", link.text));
        }
        self.anchor(&file, anchor)
    }

    /// What is wrong with a file, or with an anchor of a document.
    fn anchor(&self, file: &Path, anchor: Option<&str>) -> Option<String> {
        let name = file.display();
        match (self.documents.get(file), anchor) {
            (Some(document), Some(anchor)) if !document.anchors.contains(anchor) => {
                Some(format!("no {anchor} in {name}"))
            }
            (None, _) if !self.root.join(file).exists() => Some(format!("there is no {name}")),
            _ => None,
        }
    }
}

fn spec(document: &str) -> PathBuf {
    Path::new(SPEC).join(format!("{document}.md"))
}

fn relative(root: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(root).unwrap().to_owned()
}

/// The path without `..`; nothing where it leads out.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => normal.pop().then_some(())?,
            Component::Normal(name) => normal.push(name),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(normal)
}

/// Headings without the anchor of their number, and anchors without a heading.
fn unanchored(source: &str) -> Vec<String> {
    let (mut found, mut anchors, mut code) = (Vec::new(), Vec::new(), false);
    for (at, line) in source.lines().enumerate() {
        code ^= line.trim_start().starts_with("```");
        let anchor = ID.captures(line).filter(|_| !code && line.starts_with("<a id=\"s"));
        let heading = HEADING.captures(line).filter(|_| !code);
        match (anchor, heading) {
            (Some(anchor), _) => anchors.push(anchor[1].to_owned()),
            (None, Some(heading)) => {
                let expected = format!("s{}", &heading[1]);
                if !std::mem::take(&mut anchors).contains(&expected) {
                    found.push(format!("{}: no anchor {expected} before it", at + 1));
                }
            }
            (None, None) if !anchors.is_empty() => {
                found.push(format!("{}: no heading behind {}", at + 1, std::mem::take(&mut anchors).join(", ")));
            }
            (None, None) => {}
        }
    }
    found
}

fn repository() -> Repository {
    Repository::read(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap())
}

#[test]
fn what_is_cited_exists() {
    let repository = repository();
    assert!(repository.code.len() > 100 && repository.documents.len() > 10);
    let problems = repository.problems();
    assert!(problems.is_empty(), "{} citations of what does not exist:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn sections_have_anchors() {
    let repository = repository();
    let documents = repository.markdown.iter().filter(|(path, _)| path.starts_with(SPEC));
    let problem = |(path, source): (&PathBuf, &String)| {
        let name = path.display().to_string();
        unanchored(source).into_iter().map(move |problem| format!("{name}:{problem}"))
    };
    let problems: Vec<String> = documents.flat_map(problem).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn what_does_not_exist_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        // Citations are written so that they are none here: this file is looked through as well.
        std::fs::write(path, text.replace('§', "section").replace('@', SPEC)).unwrap();
    };
    write(
        &format!("{SPEC}/one.md"),
        "<a id=\"s1\"></a>\n## 1. First\n\n<a id=\"s1.2\"></a>\n### 1.2 `Of` it\n\n[§ 1](#s1.2)\n",
    );
    write("src/good.rs", "//! (`one` §s 1 and 1.2, RFC 1,\n//! § 9); @/one.md#s1\nfn main() {}\n");
    write("src/bad.rs", "\n/// `one` §s 1,\n/// 1.3 and `two` § 1.\n// As § 4 says.\n// See @/one.md#s3.\n");
    write(
        "README.md",
        "# A `b`, c!\n\n[a](#a-b-c) [b](#b) [c](src/good.rs) [d](src/none.rs)\n[e](@/one.md#12-of-it)\n\nSee § 7.\n",
    );
    let problems = Repository::read(folder.path()).problems();
    let expected = [
        "src/bad.rs:2: no s1.3 in @/one.md",
        "src/bad.rs:3: there is no @/two.md",
        "src/bad.rs:4: § 4 of which document?",
        "src/bad.rs:5: no s3 in @/one.md",
        "README.md:6: § 7 without a link",
        "README.md:3: no b in README.md",
        "README.md:3: there is no src/none.rs",
        "@/one.md:7: [§ 1] leads to #s1.2",
    ];
    assert_eq!(problems, expected.map(|problem| problem.replace('§', "section").replace('@', SPEC)));
    let faults = unanchored("## 1. A\n<a id=\"s2\"></a>\n## 3 B\n<a id=\"s4\"></a>\ntext\n<a id=\"s5\"></a>\n## 5 C\n");
    assert_eq!(faults, ["1: no anchor s1 before it", "3: no anchor s3 before it", "5: no heading behind s4"]);
}
