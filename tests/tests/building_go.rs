//! Promise: what the tools for Go crash on, or say without a place, is told with its place and what to do. `go vet` finds nothing
//! in an app that was built, with the files that the build has written beside the author's.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tests::app::{modusc_in, new};
use tests::guests::Language;

/// A mistake: the source, the line that is meant, a part of the message, and of the help.
struct Mistake {
    source: &'static str,
    line: u64,
    message: &'static str,
    help: &'static str,
}

const MISTAKES: [Mistake; 4] = [
    Mistake {
        source: "type Point struct {\n\tX, Y int\n}\n\nfunc Origin() Point { return Point{} }\n",
        line: 4,
        message: "the fields X, Y are declared on one line",
        help: "a line of its own",
    },
    Mistake {
        source: "type point struct {\n\tX int\n}\n\nfunc Origin() point { return point{} }\n",
        line: 7,
        message: "the type point in its signature is not",
        help: "upper case",
    },
    Mistake {
        source: "import \"net\"\n\nfunc Local() string { return net.IPv4zero.String() }\n",
        line: 3,
        message: "cannot compile the package net",
        help: "the SDK's package http",
    },
    Mistake {
        source: "import \"example.com/nowhere\"\n\nfunc Local() string { return nowhere.Text }\n",
        line: 3,
        message: "example.com/nowhere",
        help: "",
    },
];

/// What a build finds, and whether it succeeds.
fn build(app: &Path) -> (bool, Vec<Value>) {
    let output = modusc_in(app, &["build", "--message-format", "json"]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

#[test]
fn what_crashes_the_tools_is_told_with_its_place() {
    let (_folder, app) = new(Language::Go);
    for Mistake { source, line, message, help } in MISTAKES {
        std::fs::write(app.join("main.go"), format!("package main\n\n{source}")).expect("written");
        let (succeeded, found) = build(&app);
        assert!(!succeeded, "{source}\n{found:#?}");
        let texts = |found: &Value, name: &str| found[name].as_str().unwrap_or_default().to_owned();
        let meant = found.iter().find(|found| {
            let is_there = found["line"] == json!(line) && found["file"] == "main.go";
            is_there && texts(found, "message").contains(message) && texts(found, "help").contains(help)
        });
        assert!(meant.is_some(), "{source}\n{found:#?}");
        assert!(!found.iter().any(|found| texts(found, "message").contains("goroutine")), "{source}\n{found:#?}");
    }
    // It builds without it, as the tool has no word about it.
    let generic = "func First[T any](all []T) T { return all[0] }\n\nfunc Local() string { return \"\" }\n";
    std::fs::write(app.join("main.go"), format!("package main\n\n{generic}")).expect("written");
    let (succeeded, found) = build(&app);
    assert!(succeeded, "{found:#?}");
    let warning = found.iter().find(|found| found["severity"] == "warning" && found["line"] == 3).expect("a warning");
    assert!(warning["message"].as_str().is_some_and(|text| text.contains("First has type parameters")), "{warning}");
}

/// Not for WebAssembly: what the SDK imports there, only TinyGo takes.
#[test]
fn vet_finds_nothing_in_an_app_that_was_built() {
    let (_folder, app) = new(Language::Go);
    let (succeeded, found) = build(&app);
    assert!(succeeded, "{found:#?}");
    let files = std::fs::read_dir(&app).expect("a folder").map(|entry| entry.expect("a file").file_name());
    let written = files.filter(|name| name.to_string_lossy().ends_with("_generated.go")).count();
    assert_eq!(written, 2, "the build tool writes its files elsewhere");
    let vet = || Command::new("go").args(["vet", "."]).current_dir(&app).output().expect("go is installed");
    let output = vet();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // It looks at these files.
    let pre = app.join("modus_pre_generated.go");
    let text = std::fs::read_to_string(&pre).expect("text");
    std::fs::write(&pre, text + "\nfunc vetted() (n int) {\n\tn = n\n\treturn n\n}\n").expect("written");
    assert!(String::from_utf8_lossy(&vet().stderr).contains("self-assignment"));
}
