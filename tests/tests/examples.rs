//! Promise: each example does in both languages what its README says: it is served as told there, each question is asked, and
//! the answer is the README's.

#[path = "examples/readme.rs"]
mod readme;
#[path = "examples/world.rs"]
mod world;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use readme::{Answer, Invocation, Step, fits, read_by_shell, text_fits};
use serde_json::Value;
use tests::app::{self, App};
use tests::guests::{self, Language};
use tests::runner::{Options, Runner};
use world::World;

/// A test for each example: its name, its folder, and what has to be around it.
macro_rules! examples {
    ($($name:ident $folder:literal $world:path;)*) => {
        const FOLDERS: &[&str] = &[$($folder),*];

        $(
            #[test]
            fn $name() {
                check($folder, $world);
            }
        )*
    };
}

examples! {
    hello "hello" world::empty;
    people "people" world::empty;
    excuses "excuses" world::excuses;
    http "http" world::weather_and_ntfy;
    tool_calling "tool-calling" world::orders;
    classification "classification" world::classifier;
    semantic_search "semantic-search" world::ollama;
    postgresql "postgresql" world::postgresql;
    mysql "mysql" world::mysql;
    dgraph "dgraph" world::dgraph;
    neo4j "neo4j" world::neo4j;
    graphql "graphql" world::people;
    auth "auth" world::empty;
    secrets "secrets" world::empty;
    time "time" world::empty;
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn folder(example: &str) -> PathBuf {
    tests::root().join("examples").join(example)
}

fn check(example: &str, world: fn(Language) -> Option<World>) {
    let steps = readme::steps(&read(&folder(example).join("README.md")));
    let keys = tempfile::tempdir().expect("a folder");
    let key = keys.path().join("key.pem");
    for language in Language::ALL {
        let Some(world) = world(language) else { return };
        let mut served = None;
        let mut asked = 0;
        for step in &steps {
            match step {
                Step::Serve(block) => {
                    if let Some(command) = command(example, language, read_by_shell(block, &key)) {
                        served = Some(serve(&command, &world));
                    }
                }
                Step::Ask(block, expected) => {
                    let (_, runner) = served.as_ref().expect("it is served before it is asked");
                    let [question] = &read_by_shell(block, &key)[..] else { panic!("one question: {block}") };
                    ask(runner, question, expected, &format!("{example}, {language:?}"));
                    asked += 1;
                }
            }
        }
        assert!(asked > 0, "{example}: nothing is asked");
    }
}

/// The command that serves the example in a language.
fn command(example: &str, language: Language, commands: Vec<Invocation>) -> Option<Invocation> {
    let mark = if language == Language::AssemblyScript { "package.json" } else { "go.mod" };
    commands.into_iter().find(|command| {
        let [verb, app, ..] = &command.arguments[..] else { return false };
        let app = tests::root().join(app);
        verb == "dev" && app.starts_with(folder(example)) && app.join(mark).is_file()
    })
}

/// Serves an app as `modusc dev` would.
fn serve(command: &Invocation, world: &World) -> (App, Runner) {
    let app = &command.arguments[1];
    let replaced = |text: String| world.replaced.iter().fold(text, |text, (from, to)| text.replace(from, to));
    let manifest = read(&tests::root().join(app).join("modus.json"));
    let mut everything = manifest.clone();
    let compiled = app::compile(&guests::build(app), &replaced(manifest));
    let mut options = Options::default().env("MODUS_ENV", "dev");
    if let Some((first, rest)) = command.arguments[2..].split_first() {
        assert_eq!(first, "--", "{app}: {rest:?}");
        for argument in rest {
            let file = tests::root().join(argument);
            if !file.is_file() {
                options.arguments.push(argument.clone());
                continue;
            }
            let copy = compiled.artifact.with_file_name("further.json");
            everything += &read(&file);
            std::fs::write(&copy, replaced(read(&file))).expect("a file");
            options.arguments.push(copy.to_str().expect("text").to_owned());
        }
    }
    for (from, _) in &world.replaced {
        assert!(everything.contains(from), "{app}: its files do not name {from}");
    }
    for (name, value) in &command.environment {
        let other = world.environment.iter().find(|(other, _)| other == name);
        options = options.env(name, other.map_or(value, |(_, value)| value));
    }
    for (name, _) in &world.environment {
        assert!(command.environment.iter().any(|(told, _)| told == name), "{app}: the README does not tell of {name}");
    }
    options.environment.extend(world.surroundings.iter().cloned());
    let runner = Runner::start(&compiled.artifact, &options);
    (compiled, runner)
}

fn ask(runner: &Runner, question: &Invocation, expected: &Answer, context: &str) {
    let (mut path, mut body, mut headers) = (None, None, Vec::new());
    let mut arguments = question.arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-s" => {}
            "-H" => headers.push(arguments.next().and_then(|header| header.split_once(": ")).expect("a header")),
            "-d" => body = arguments.next(),
            url => path = url.strip_prefix("localhost:8686"),
        }
    }
    let (path, body) = (path.expect("a URL"), body.expect("a body"));
    let (_, answer) = runner.send_as(path, body, &headers);
    match expected {
        Answer::Text(expected) => assert!(text_fits(expected, answer.trim()), "{context}: {body}: {answer}"),
        Answer::Json(expected) => {
            let mut found: Value = serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
            without_extensions(&mut found);
            assert!(fits(expected, &found), "{context}: {body}: {answer}\n{}", runner.log());
        }
    }
}

/// By the commands as they stand, without what else the tests know of.
#[test]
fn one_is_built_as_its_readme_says() {
    let example = "hello";
    let steps = readme::steps(&read(&folder(example).join("README.md")));
    let keys = tempfile::tempdir().expect("a folder");
    let key = keys.path().join("key.pem");
    let served = steps.iter().find_map(|step| if let Step::Serve(block) = step { Some(block) } else { None });
    let asked =
        steps.iter().find_map(|step| if let Step::Ask(block, answer) = step { Some((block, answer)) } else { None });
    let (served, (question, expected)) = (served.expect("it is served"), asked.expect("it is asked"));
    let [question] = &read_by_shell(question, &key)[..] else { panic!("one question: {question}") };
    for language in Language::ALL {
        let served = command(example, language, read_by_shell(served, &key)).expect("a command for each language");
        let app = &served.arguments[1];
        // A copy of the example beside the SDK: building writes into an app's folder.
        let copy = tempfile::tempdir().expect("a folder");
        let sources = copy.path().join(app);
        std::fs::create_dir_all(&sources).expect("a folder");
        copy_sources(&tests::root().join(app), &sources);
        std::os::unix::fs::symlink(tests::root().join("sdk"), copy.path().join("sdk")).expect("a link");
        let output = app::modusc_in(copy.path(), &["build", app]);
        assert!(output.status.success(), "{app}: {}", String::from_utf8_lossy(&output.stderr));
        let runner = Runner::start(&sources.join("build/app.cwasm"), &Options::default().env("MODUS_ENV", "dev"));
        ask(&runner, question, expected, &format!("{app}, built by modusc"));
    }
}

/// Copies a folder without what is left of a build in it.
fn copy_sources(from: &Path, to: &Path) {
    let mut copy = Command::new("sh");
    let left = "--exclude=node_modules --exclude=build --exclude=package-lock.json --exclude='*_generated.go'";
    copy.args(["-c", &format!("tar -c {left} -C \"$0\" . | tar -x -C \"$1\"")]).arg(from).arg(to);
    assert!(copy.status().expect("sh runs").success());
    assert!(to.join("modus.json").is_file(), "{}", to.display());
}

/// Ids and logs are not what a README is about.
fn without_extensions(answer: &mut Value) {
    let Some(members) = answer.as_object_mut() else { return };
    members.remove("extensions");
    let errors = members.get_mut("errors").and_then(Value::as_array_mut);
    for error in errors.into_iter().flatten().filter_map(Value::as_object_mut) {
        error.remove("extensions");
    }
}

/// Names of folders in a folder.
fn folders(path: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(path).expect("a folder").flatten().filter(|entry| entry.path().is_dir());
    entries.map(|entry| entry.file_name().to_str().expect("text").to_owned()).collect()
}

#[test]
fn the_tour_has_each_example_in_both_languages() {
    let known: BTreeSet<String> = FOLDERS.iter().map(ToString::to_string).collect();
    assert_eq!(folders(&tests::root().join("examples")), known, "the folders, and those that are tested");
    let tour = read(&tests::root().join("examples/README.md"));
    for example in FOLDERS {
        let text = read(&folder(example).join("README.md"));
        let mut manifests = Vec::new();
        for mark in ["package.json", "go.mod"] {
            let places = ["", "assemblyscript", "go"].map(|place| folder(example).join(place));
            let app = places.iter().find(|place| place.join(mark).is_file());
            let app = app.unwrap_or_else(|| panic!("{example}: no folder has {mark}"));
            let name = app.strip_prefix(tests::root()).expect("within").to_str().expect("text").trim_end_matches('/');
            assert!(tour.contains(&format!("]({}/", name.trim_start_matches("examples/"))), "the tour lacks {name}");
            let served = format!("modusc dev {name}");
            assert!(text.lines().any(|line| line.contains(&served)), "{example}: nothing says {served}");
            manifests.push(read(&app.join("modus.json")));
        }
        assert_eq!(manifests[0], manifests[1], "{example}: the manifests differ");
    }
}
