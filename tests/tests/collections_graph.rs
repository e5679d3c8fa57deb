//! Promise: where a namespace has more than 50,000 vectors of a search method, a graph finds nearly all of the nearest: 98 of
//! 100, as measured by the method that looks at all. It is made as texts are put in, and as they are read by a new process.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::collections::{add, find, keys};
use tests::guests::{Apps as _, Language};
use tests::runner::{Options, Runner};

/// A graph is made of more than 50,000.
const TEXTS: usize = 51_000;
/// Put in at once.
const PART: usize = 1000;
const SEARCHES: usize = 100;
const WANTED: i32 = 10;
/// The machine may be busy, and the graph is made by what calls leave of it.
const PATIENCE: Duration = Duration::from_secs(600);

/// Two search methods of the same vectors: one that may have a graph, and one that looks at all.
fn compile(language: Language) -> App {
    let manifest = app::open_with(&json!({
        "collections": {"books": {"searchMethods": {
            "near": {"embedder": "embed"},
            "exact": {"embedder": "embed", "index": {"type": "sequential"}},
        }}},
    }));
    app::compile(&language.guest("collections"), &manifest.to_string())
}

/// Some letters, of which each text prefers a few: their vectors lie in clusters.
fn text(random: &mut fastrand::Rng) -> String {
    let preferred: Vec<u8> = (0..8).map(|_| random.u8(b'a'..=b'z')).collect();
    (0..60).map(|_| char::from(preferred[random.usize(..preferred.len())])).collect()
}

/// Threads that make a graph.
fn makers(runner: &Runner) -> BTreeSet<u32> {
    let threads = std::fs::read_dir(format!("/proc/{}/task", runner.id())).expect("it runs");
    let named = threads
        .flatten()
        .filter(|thread| std::fs::read_to_string(thread.path().join("comm")).is_ok_and(|name| name.trim() == "graph"));
    named.filter_map(|thread| thread.file_name().to_str()?.parse().ok()).collect()
}

fn wait(mut is_done: impl FnMut() -> bool, what: &str) {
    let end = Instant::now() + PATIENCE;
    while !is_done() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Does what leads to a graph, and waits until it is there.
fn until_graphed(runner: &Runner, lead: impl FnOnce()) {
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            // Those that help the maker are called as it is, and stay.
            let mut seen = BTreeSet::new();
            let mut begins = || {
                seen = makers(runner);
                !seen.is_empty()
            };
            wait(&mut begins, "no graph is made");
            wait(|| !seen.is_subset(&makers(runner)), "the graph is not made");
        });
        lead();
        watch.join().expect("the graph is there");
    });
}

fn distances(answer: &Value) -> Vec<f64> {
    let objects = answer["data"]["find"]["objects"].as_array().unwrap_or_else(|| panic!("{answer}"));
    objects.iter().map(|object| object["distance"].as_f64().expect("a number")).collect()
}

/// The part of the nearest that the graph finds. Those that are as near as the last one are as good.
fn recall(runner: &Runner) -> f64 {
    let mut random = fastrand::Rng::with_seed(18);
    let mut hits = 0;
    for _ in 0..SEARCHES {
        let query = text(&mut random);
        let right = distances(&find(runner, "exact", &query, WANTED, &[]));
        let found = distances(&find(runner, "near", &query, WANTED, &[]));
        let last = right.last().expect("there are enough") + 1e-6;
        assert_eq!((right.len(), found.len()), (WANTED as usize, WANTED as usize));
        hits += found.iter().filter(|distance| **distance <= last).count();
    }
    hits as f64 / (SEARCHES * WANTED as usize) as f64
}

fn serve(language: Language, folder: &Path) -> (App, Runner) {
    compile(language).serve(&Options::arguments(&["--state-dir", folder.to_str().expect("text")]))
}

fn add_all(runner: &Runner) {
    let mutation = r#"mutation ($keys: [String!]!, $texts: [String!]!) {
        addAll(collection: "books", namespace: "", keys: $keys, texts: $texts, labels: []) { status } }"#;
    let mut random = fastrand::Rng::with_seed(17);
    for first in (0..TEXTS).step_by(PART) {
        let names: Vec<String> = (first..first + PART).map(|number| number.to_string()).collect();
        let texts: Vec<String> = names.iter().map(|_| text(&mut random)).collect();
        let answer = runner.ask(mutation, &json!({"keys": names, "texts": texts}));
        assert_eq!(answer["data"]["addAll"]["status"], "success", "{answer}\n{}", runner.log());
    }
}

#[test]
fn nearly_all_of_the_nearest_are_found() {
    let folder = tempfile::tempdir().expect("a folder");
    // One language puts them in, the other reads them: each has its graph made.
    for (number, language) in Language::ALL.into_iter().enumerate() {
        let (_app, mut runner) = serve(language, folder.path());
        until_graphed(&runner, || {
            if number == 0 {
                add_all(&runner);
            }
            assert_eq!(distances(&find(&runner, "near", "abc", 1, &[])).len(), 1);
        });
        let recall = recall(&runner);
        println!("{language:?}: recall {recall}");
        assert!(recall >= 0.98, "{language:?}: {recall}");
        // What is newer than the graph is found beside it.
        let letter = char::from(b"jx"[number % 2]).to_string();
        let (key, text) = (format!("new {number}"), letter.repeat(100));
        assert_eq!(add(&runner, "", &key, &text, &[])["data"]["add"]["status"], "success");
        assert_eq!(keys(&find(&runner, "near", &text, 1, &[])), [(String::new(), key)], "{language:?}");
        assert_eq!(runner.signal("TERM"), Some(0), "{}", runner.log());
    }
}
