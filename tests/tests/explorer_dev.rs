//! Promise: while an app is worked on with `modusc dev`, the explorer's page tells when it was built again and reads its functions
//! anew, and shows why it could not be built until that is mended; the app before goes on meanwhile.

use std::path::Path;

use serde_json::{Value, json};
use tests::dev::Dev;
use tests::guests::Language;
use tests::{app, npm};

/// What the page is told.
fn status(dev: &Dev) -> Option<Value> {
    let mut answer = ureq::get(format!("{}/explorer/api/status", dev.url())).call().ok()?;
    serde_json::from_str(&answer.body_mut().read_to_string().ok()?).ok()
}

fn line_of(path: &Path, part: &str) -> usize {
    let text = std::fs::read_to_string(path).expect("the source");
    text.lines().position(|line| line.contains(part)).expect("the line") + 1
}

#[test]
fn a_page_follows_what_is_built() {
    for language in Language::ALL {
        let (_folder, app) = app::new(language);
        let mut dev = Dev::start(&app, &[]);
        dev.wait(|| status(&dev).ok_or_else(|| "no status".to_owned()));
        let (name, before, after, mistake) = match language {
            Language::Go => (
                "main.go",
                "return \"Hello, \" + *name + \"!\"\n}",
                "return \"Good day, \" + *name + \"!\"\n}\n\nfunc SayMore() string {\n\treturn \"more\"\n}",
                "return 5\n}",
            ),
            _ => (
                "assembly/index.ts",
                "return `Hello, ${name || \"World\"}!`;\n}",
                "return `Good day, ${name || \"World\"}!`;\n}\n\nexport function sayMore(): string {\n  return \"more\";\n}",
                "return 5;\n}",
            ),
        };
        let file = app.join(name);
        let line = line_of(&file, before.lines().next().expect("a line"));
        let input = json!({
            "url": dev.url(), "scenario": "development", "file": file,
            "before": before, "after": after, "mistake": mistake,
        });
        let seen = npm::run("explorer.mjs", &input);
        assert_eq!(seen["failed"], Value::Null, "{seen:#}\n{}", dev.log());
        assert_eq!((&seen["violations"], &seen["outside"], &seen["console"]), (&json!([]), &json!([]), &json!([])));
        assert_eq!((&seen["first"], &seen["second"]), (&json!("Hello, you!"), &json!("Good day, you!")));
        assert_eq!((&seen["meanwhile"], &seen["mended"]), (&seen["second"], &seen["first"]), "{language:?}");
        assert_eq!(seen["kept"], "you");
        let banner = seen["banner"].as_str().unwrap_or_default();
        for part in ["could not be built", "MC0703", &format!("{name}:{line}")] {
            assert!(banner.contains(part), "{language:?}: no {part:?} in {banner}");
        }
        assert_eq!(
            status(&dev).expect("an answer")["report"],
            json!({"state": "built", "findings": []}),
            "{language:?}"
        );

        // Nothing is left behind.
        dev.signal("INT");
        assert_eq!(dev.ended(), Some(0), "{language:?}: {}", dev.log());
        assert!(!app.join("build/.report.json").exists(), "{language:?}");
    }
}
