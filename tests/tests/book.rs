//! Promise: every command in the book works, and prints what the book says; the book has every document.
//!
//! `BOOK_PAGE=quick-start` runs one page. With `BLESS=1` what commands print is written into the pages, to be read as a diff.

#[path = "book/manifest.rs"]
mod manifest;
#[path = "book/page.rs"]
mod page;
#[path = "book/run.rs"]
mod run;

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

use page::{Action, Page, matches};
use pulldown_cmark::{Event, Parser, Tag};
use run::Installed;

/// Pages that run side by side.
const THREADS: usize = 2;

/// Documents that are no part of the book.
const OUTSIDE: [&str; 5] =
    ["benchmarks/record/", "benchmarks/results/", "compiler/templates/", "docs/SUMMARY.md", "notes/"];

/// Markdown below a folder, by its path from the root.
fn documents(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let foreign = name.starts_with('.') || ["target", "node_modules"].contains(&name.as_str());
        if path.is_dir() && !path.is_symlink() && !foreign {
            documents(&path, found);
        } else if name.ends_with(".md") {
            let path = path.strip_prefix(tests::root()).expect("below the root").to_string_lossy().into_owned();
            found.extend((!OUTSIDE.iter().any(|outside| path.starts_with(outside))).then_some(path));
        }
    }
}

fn read(path: &str) -> String {
    std::fs::read_to_string(tests::root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What the summary names, by its path from the root, in its order.
fn summary() -> Vec<String> {
    let text = read("docs/SUMMARY.md");
    let links = Parser::new(&text).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. }) => Some(dest_url.into_string()),
        _ => None,
    });
    links.map(|link| from_root(Path::new("docs"), &link)).collect()
}

fn from_root(folder: &Path, link: &str) -> String {
    let mut path = PathBuf::new();
    for part in folder.join(link).components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            other => path.push(other),
        }
    }
    path.to_string_lossy().into_owned()
}

/// The pages whose commands are run: those of users. What is for who changes the code has commands of its own.
fn pages() -> Vec<String> {
    let of_users = |path: &String| path == "README.md" || path.starts_with("docs/") && !path.starts_with("docs/spec/");
    summary().into_iter().filter(of_users).collect()
}

#[test]
fn the_book_has_every_document_once() {
    let mut all = BTreeSet::new();
    documents(&tests::root(), &mut all);
    let named = summary();
    let once: BTreeSet<String> = named.iter().cloned().collect();
    assert_eq!(named.len(), once.len(), "some document stands twice in docs/SUMMARY.md");
    let missing: Vec<_> = all.difference(&once).collect();
    let gone: Vec<_> = once.difference(&all).collect();
    assert!(missing.is_empty() && gone.is_empty(), "docs/SUMMARY.md: not in it {missing:?}; not there {gone:?}");
}

#[test]
fn the_manifests_page_is_made_from_its_schema() {
    let schema = serde_json::from_str(&read("docs/schemas/modus.json")).expect("JSON");
    let text = read("docs/manifest.md");
    let (before, rest) = text.split_once(manifest::BEGIN).expect("the beginning is marked");
    let (tables, after) = rest.split_once(manifest::END).expect("the end is marked");
    let expected = manifest::tables(&schema);
    if std::env::var_os("BLESS").is_some() && tables != expected {
        let page = [before, manifest::BEGIN, &expected, manifest::END, after].concat();
        std::fs::write(tests::root().join("docs/manifest.md"), page).expect("written");
    } else {
        assert_eq!(tables, expected, "BLESS=1 writes the tables");
    }
    for name in ["endpoints", "baseUrl", "queryParameters", "connString", "dbUri", "searchMethods", "embedder"] {
        assert!(expected.contains(&format!("| `{name}` |")), "no {name} in {expected}");
    }
}

/// Metrics that pages name exist, and so do flags of either program.
#[test]
fn what_pages_name_exists() {
    let metrics = ["mod", "models", "databases", "families"]
        .map(|name| read(&format!("runner/src/telemetry/metrics/{name}.rs")))
        .concat();
    let help = |name: &str, arguments: &[&str]| {
        let output = std::process::Command::new(tests::binary(name)).args(arguments).output().expect("it runs");
        String::from_utf8(output.stdout).expect("text")
    };
    let commands = ["", "new", "build", "dev", "check", "bench", "inspect", "schema", "man"];
    let mut flags = help("modus-runner", &["--help"]);
    for command in commands {
        flags.push_str(&help(
            "modusc",
            &[command, "--help"].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>(),
        ));
    }
    let mut named = 0;
    for path in pages() {
        let source = read(&path);
        for name in words(&source, "runtime_").filter(|name| !name.ends_with('_')) {
            named += 1;
            assert!(metrics.contains(&format!("\"{name}\"")), "{path}: there is no metric {name}");
        }
        for name in words(&source, "--").filter(|name| name.len() > 2 && !OTHER_FLAGS.contains(name)) {
            named += 1;
            assert!(flags.contains(name), "{path}: there is no flag {name}");
        }
    }
    assert!(named > 100, "only {named} were found");
}

/// Flags of other programs.
const OTHER_FLAGS: [&str; 12] = [
    "--exportRuntime",
    "--importMemory",
    "--exportStart",
    "--strip",
    "--rm",
    "--read-only",
    "--env",
    "--api-key",
    "--runtime",
    "--version",
    "--stand-in",
    "--help",
];

/// Variables that pages name are read by a program, or are secrets and apps' own of examples; those without a flag stand in
/// the table of `docs/settings.md`, which is written by hand, and nothing else does.
#[test]
fn variables_that_pages_name_exist() {
    let mut known = BTreeSet::new();
    for folder in ["abi/src", "compiler/src", "runner/src"] {
        variables_of(&tests::root().join(folder), &mut known);
    }
    let mut named = BTreeSet::new();
    for path in pages() {
        let source = read(&path);
        for name in words(&source, "MODUS_").filter(|name| !name.ends_with('_')) {
            named.insert(name.to_owned());
            assert!(known.contains(name) || OF_EXAMPLES.contains(&name), "{path}: nothing reads the variable {name}");
        }
    }
    let unused: Vec<_> = OF_EXAMPLES.iter().filter(|name| !named.contains(**name)).collect();
    assert!(unused.is_empty(), "no page names {unused:?} any more");
    let page = read("docs/settings.md");
    let missing: Vec<_> = known.iter().filter(|name| !page.contains(&format!("`{name}`"))).collect();
    let unread: Vec<_> = missing.into_iter().filter(|name| !UNREAD.contains(&name.as_str())).collect();
    assert!(unread.is_empty(), "docs/settings.md does not tell of {unread:?}");
}

/// Secrets of connections, secrets of apps and variables that functions see, as pages have them.
const OF_EXAMPLES: [&str; 15] = [
    "MODUS_APP_API_TOKEN",
    "MODUS_APP_NAME",
    "MODUS_COLOUR",
    "MODUS_CONNECTION_NAME",
    "MODUS_CRM_PASSWORD",
    "MODUS_GRAPH_PASSWORD",
    "MODUS_GREETING",
    "MODUS_HYPERMODE_KEY",
    "MODUS_HYPERMODE_NAME",
    "MODUS_NAME",
    "MODUS_OPENAI_API_KEY",
    "MODUS_OPENAI_NAME",
    "MODUS_PAGES_TOKEN",
    "MODUS_PEOPLE_PASSWORD",
    "MODUS_SHOP_PASSWORD",
];

/// The original's own. Functions do not see them, and nothing is done with them.
const UNREAD: [&str; 4] = ["MODUS_AGENT_IDLE_TIMEOUT_SECONDS", "MODUS_DEBUG_ACTORS", "MODUS_HOME", "MODUS_TRACE"];

/// Names of variables as whole strings in the code below a folder, without its tests and its comments.
fn variables_of(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            variables_of(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") && path.file_name().is_some_and(|n| n != "tests.rs") {
            let source = std::fs::read_to_string(&path).expect("text");
            let code = source.split("\nmod tests {").next().unwrap_or_default();
            let strings = words(code, "MODUS_").filter(|name| code.contains(&format!("\"{name}\"")));
            found.extend(strings.filter(|name| !name.ends_with('_')).map(str::to_owned));
        }
    }
}

/// What a page has in YAML can be read, and is what it says it is.
#[test]
fn yaml_of_pages_is_yaml() {
    let mut blocks = Vec::new();
    for path in pages() {
        let source = read(&path);
        let found = source.split("```yaml\n").skip(1).filter_map(|rest| Some(rest.split_once("\n```")?.0.to_owned()));
        blocks.extend(found.map(|text| (path.clone(), text)));
    }
    let texts: Vec<&str> = blocks.iter().map(|(_, text)| text.as_str()).collect();
    let read = tests::npm::run("yaml.mjs", &serde_json::json!(texts));
    for ((path, text), read) in blocks.iter().zip(read.as_array().expect("a list")) {
        assert_eq!(read["problems"], serde_json::json!([]), "{path}: {text}");
    }
    let of = |page: &str| -> Vec<&serde_json::Value> {
        let both = blocks.iter().zip(read.as_array().expect("a list")).filter(|((path, _), _)| path == page);
        both.flat_map(|(_, read)| read["documents"].as_array().expect("a list")).collect()
    };
    let kinds: Vec<_> = of("docs/deployment.md").iter().map(|document| document["kind"].clone()).collect();
    assert_eq!(kinds, ["Deployment", "Secret", "Service"]);
    let rules = of("docs/metrics.md")[0]["groups"][0]["rules"].as_array().expect("a list");
    assert!(rules.len() > 5 && rules.iter().all(|rule| rule["alert"].is_string() && rule["expr"].is_string()));
}

/// The words of a text that begin so.
fn words<'t>(text: &'t str, start: &'t str) -> impl Iterator<Item = &'t str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    let starts = text.match_indices(start).filter(move |(at, _)| !text[..*at].ends_with(is_part));
    starts.map(move |(at, _)| {
        let rest = &text[at..];
        let word = &rest[..rest.find(|letter| !is_part(letter)).unwrap_or(rest.len())];
        if start == "--" { word.trim_end_matches('-') } else { word.split('-').next().unwrap_or(word) }
    })
}

#[test]
fn every_page_of_a_code_has_an_example_and_advice() {
    let codes: Vec<String> = pages().into_iter().filter(|page| page.starts_with("docs/diagnostics/MC")).collect();
    assert!(codes.len() > 40);
    let list = read("docs/diagnostics/README.md");
    for path in codes {
        let source = read(&path);
        let code = Path::new(&path).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        assert!(source.contains("\n## What to do\n"), "{path}");
        let shown = source.split("\n## Example\n").nth(1).unwrap_or_default();
        assert!(shown.contains(&format!("[{code}]: ")), "{path}: the example does not show {code}");
        assert!(list.contains(&format!("- [{code}]({code}.md): ")), "docs/diagnostics/README.md: no {code}");
    }
}

#[test]
fn the_commands_of_all_pages_work() {
    let wanted = std::env::var("BOOK_PAGE").unwrap_or_default();
    let pages: Vec<String> = pages().into_iter().filter(|path| path.contains(&wanted)).collect();
    let open = Mutex::new(pages.into_iter().rev().collect::<Vec<_>>());
    let problems = Mutex::new(Vec::new());
    let installed = Installed::new();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let next = open.lock().unwrap().pop();
                    let Some(path) = next else { break };
                    let source = read(&path);
                    let ran = run::run(&source, &installed);
                    if std::env::var_os("BLESS").is_some() && ran.mended != source {
                        std::fs::write(tests::root().join(&path), &ran.mended).expect("written");
                    }
                    let found = ran.problems.into_iter().map(|problem| format!("{path}:{problem}"));
                    problems.lock().unwrap().extend(found);
                }
            });
        }
    });
    let problems = problems.into_inner().unwrap();
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn what_does_not_work_is_found() {
    let installed = Installed::new();
    let problems = |source: &str| run::run(source, &installed).problems;
    let page = |blocks: &[(&str, &str)]| -> String {
        blocks.iter().map(|(info, text)| format!("```{info}\n{text}\n```\n\n")).collect()
    };
    let good = [
        ("sh", "mkdir inner\ncd inner"),
        ("console", "$ echo a \\\n  b\na b\n$ cat nowhere\nerror … \n…"),
        ("sh not run: it is an example", "false"),
        ("text file=x/y", "in a file"),
    ];
    // What `cat` says of a file that is not there does not begin with "error".
    assert_eq!(problems(&page(&good)).len(), 1);
    assert_eq!(
        problems(&page(&[good[0], good[2], good[3], ("console", "$ basename \"$PWD\"\ninner")])),
        Vec::<String>::new()
    );
    for (blocks, part) in [
        (&[("sh", "true\nfalse\ntrue")][..], "2: it "),
        (&[("sh", "true"), ("console", "$ echo a\nb")], "the page has\nb\nand it printed\na\n"),
        (&[("console", "$ true\nerror: none")], "it ended with 0"),
        (&[("console", "$ false")], "it ended with 1"),
        (&[("sh server", "false")], "nobody listens"),
        (&[("bash", "true")], "nothing is known of \"bash\""),
        (&[("sh not run", "true")], "nothing is known of"),
    ] {
        let found = problems(&page(blocks));
        assert!(found.len() == 1 && found[0].contains(part), "{part}: {found:?}");
    }
    assert!(problems("text\n\n    modusc\n")[0].contains("without fences"));
    let before = Page::read("<!-- before\na\n\nb\n-->\n\n<!-- after -->\n");
    assert!(
        matches!(&before.steps[..], [step] if matches!(&step.action, Action::Commands(text) if text == "a\n\nb\n"))
    );
    for (expected, actual, fits) in [
        ("a…c\n", "abc\n", true),
        ("a…c\n", "ab\n", false),
        ("a\n…\nd\n", "a\nb\nc\nd\n", true),
        ("a\n…\nd\n", "a\nd\n", true),
        ("a\n", "a\nb\n", false),
        ("…\n", "", true),
    ] {
        assert_eq!(matches(expected, actual), fits, "{expected:?} {actual:?}");
    }
}
