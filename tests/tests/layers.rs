//! Which module may use which: each crate's modules lie in layers, and use only what lies below them.

#[path = "layers/paths.rs"]
mod paths;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use paths::{Found, Source};

/// The layers of each crate, from the lowest. A module may use those of the lines above its own.
const LAYERS: [(&str, &str); 3] = [
    (
        "abi",
        "table cpu reserved_paths endpoint_path
        value types
        schema selection
        guest
        manifest renewal
        plan
        transfer
        golang assemblyscript trial
        language
        host_functions engine
        artifact",
    ),
    (
        "compiler",
        "codes
        diagnostic progress metadata
        language
        instructions
        render inline unroll room tally json_schema
        manifest read native preinit dispatch toolchain stand_in
        schema
        plan
        pipeline
        commands
        cli",
    ),
    (
        "runner",
        "label private_keys vectors
        settings environment
        limits
        telemetry
        panics time_limit capacity compute load
        egress
        client
        call events state
        output process
        host_functions
        auth sandbox graphql
        server
        cli
        app",
    ),
];

/// Folders in which no two files use each other, one by way of others either. What a folder's own file passes on from
/// another does not count.
const WITHOUT_CIRCLES: [&str; 5] =
    ["runner/src/app", "runner/src/cli", "runner/src/settings", "compiler/src/plan", "compiler/src/commands"];

/// What uses something above it, or in a circle, for the time being: crate, who, whom, and why it is still so.
const EXCEPTIONS: &[(&str, &str, &str, &str)] = &[
    ("abi", "value", "transfer", "the budget of a transfer counts values, and values are weighed by it"),
    ("abi", "guest", "transfer", "the errors of calls stand beside the interface of a guest"),
    ("abi", "plan", "language", "plans have a part of each language in the list, which stands beside the interface"),
    ("abi", "golang", "language", "the interface of languages stands beside the list of them"),
    ("abi", "assemblyscript", "language", "the interface of languages stands beside the list of them"),
    ("abi", "trial", "language", "the interface of languages stands beside the list of them"),
];

fn sources(of: &str) -> Vec<Source> {
    let root = tests::root().join(of).join("src");
    let (mut folders, mut files) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable folder").path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|extension| extension == "rs") => files.push(path),
                false => {}
            }
        }
    }
    files.sort();
    paths::read(&root, &files)
}

/// Who uses whom, where first.
type Edges = BTreeMap<(String, String), (PathBuf, usize)>;

fn note(edges: &mut Edges, from: &str, to: &str, file: &Path, found: &Found) {
    if from != to {
        edges.entry((from.to_owned(), to.to_owned())).or_insert_with(|| (file.to_owned(), found.line));
    }
}

fn excepted(of: &str, from: &str, to: &str) -> bool {
    EXCEPTIONS.iter().any(|(name, who, whom, _)| (*name, *who, *whom) == (of, from, to))
}

/// What is wrong with the layers of one crate; what is an exception goes into `used`.
fn against_layers(of: &str, layers: &str, used: &mut BTreeSet<(String, String, String)>) -> Vec<String> {
    let level: BTreeMap<&str, usize> = layers
        .lines()
        .enumerate()
        .flat_map(|(level, line)| line.split_whitespace().map(move |name| (name, level)))
        .collect();
    let sources = sources(of);
    let modules: BTreeSet<&str> = sources.iter().filter_map(|source| Some(source.module.first()?.as_str())).collect();
    let mut wrong = Vec::new();
    wrong.extend(
        modules.iter().filter(|name| !level.contains_key(*name)).map(|name| format!("{of}: {name} is in no layer")),
    );
    wrong.extend(
        level.keys().filter(|name| !modules.contains(*name)).map(|name| format!("{of}: there is no module {name}")),
    );
    let mut edges = Edges::new();
    for source in &sources {
        let Some(from) = source.module.first() else { continue };
        for found in &source.found {
            match found.path.first() {
                Some(to) if modules.contains(to.as_str()) => note(&mut edges, from, to, &source.file, found),
                _ => {}
            }
        }
    }
    for ((from, to), (file, line)) in edges {
        if level.get(to.as_str()) < level.get(from.as_str()) {
            continue;
        }
        if excepted(of, &from, &to) {
            used.insert((of.to_owned(), from, to));
        } else {
            wrong.push(format!("{}:{line}: {from} uses {to}, which does not lie below it", file.display()));
        }
    }
    wrong
}

/// The files of a folder, and who uses whom. The folder's own file is `mod`.
fn within(folder: &str) -> Edges {
    let (of, below) = folder.split_once("/src/").expect("a folder of a crate");
    let prefix: Vec<&str> = below.split('/').collect();
    let depth = prefix.len();
    let sources: Vec<Source> = sources(of)
        .into_iter()
        .filter(|source| source.module.iter().map(String::as_str).take(depth).eq(prefix.iter().copied()))
        .collect();
    let files: BTreeSet<&str> = sources.iter().filter_map(|source| Some(source.module.get(depth)?.as_str())).collect();
    assert!(files.len() > 1, "{folder} is no folder of modules");
    // What the folder's own file passes on belongs to the file that has it.
    let passed_on: BTreeMap<&str, &str> = sources
        .iter()
        .filter(|source| source.module.len() == depth)
        .flat_map(|source| &source.found)
        .filter(|found| found.is_passed_on)
        .filter_map(|found| Some((found.path.last()?.as_str(), found.path.get(depth)?.as_str())))
        .collect();
    let mut edges = Edges::new();
    for source in &sources {
        let from = source.module.get(depth).map_or("mod", String::as_str);
        for found in source.found.iter().filter(|found| !(from == "mod" && found.is_passed_on)) {
            if !found.path.iter().map(String::as_str).take(depth).eq(prefix.iter().copied()) {
                continue;
            }
            let to = match found.path.get(depth).map(String::as_str) {
                Some(name) if files.contains(name) => name,
                Some(name) => passed_on.get(name).copied().unwrap_or("mod"),
                None => "mod",
            };
            note(&mut edges, from, to, &source.file, found);
        }
    }
    edges
}

/// A circle that begins and ends with `start`, as its edges.
fn circle(edges: &Edges, start: &str) -> Option<Vec<(String, String)>> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut next = vec![start];
    while let Some(here) = next.pop() {
        for (from, to) in edges.keys().filter(|(from, _)| from == here) {
            if to == start {
                let mut path = vec![(from.clone(), to.clone())];
                let mut at = from.as_str();
                while at != start {
                    let before = came_from[at];
                    path.push((before.to_owned(), at.to_owned()));
                    at = before;
                }
                path.reverse();
                return Some(path);
            }
            if !came_from.contains_key(to.as_str()) {
                came_from.insert(to, from);
                next.push(to);
            }
        }
    }
    None
}

#[test]
fn modules_use_only_what_lies_below_them() {
    let mut used = BTreeSet::new();
    let mut wrong: Vec<String> = LAYERS.iter().flat_map(|(of, layers)| against_layers(of, layers, &mut used)).collect();
    for folder in WITHOUT_CIRCLES {
        let mut edges = within(folder);
        edges.retain(|(from, to), _| {
            let excepted = excepted(folder, from, to);
            if excepted {
                used.insert((folder.to_owned(), from.clone(), to.clone()));
            }
            !excepted
        });
        let starts: BTreeSet<&String> = edges.keys().map(|(from, _)| from).collect();
        if let Some(circle) = starts.iter().find_map(|start| circle(&edges, start)) {
            for edge in circle {
                let (file, line) = &edges[&edge];
                wrong.push(format!("{}:{line}: {} uses {}, in a circle", file.display(), edge.0, edge.1));
            }
        }
    }
    for (of, from, to, _) in EXCEPTIONS {
        if !used.contains(&((*of).to_owned(), (*from).to_owned(), (*to).to_owned())) {
            wrong.push(format!("{of}: {from} does not use {to} any more; the exception is to go"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
