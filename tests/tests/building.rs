//! Promise: from nothing to a running app by `modusc new`, `modusc build` and `modusc dev`, without a key for models or with
//! one; what is missing or wrong is told with its place; a mistake does not end what is served.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tests::app::{modusc_in, new};
use tests::dev::Dev;
use tests::guests::Language;
use tests::runner::{Options, Runner};
use tests::stand_in::StandIn;

/// The file with the functions, and a line of it that answers, with what makes it another answer and a mistake.
fn source(language: Language) -> (&'static str, &'static str, &'static str, &'static str) {
    match language {
        Language::AssemblyScript => {
            ("assembly/index.ts", "`Hello, ${name || \"World\"}!`", "`Good day, ${name || \"World\"}!`", "5")
        }
        Language::Go => ("main.go", "\"Hello, \" + *name + \"!\"", "\"Good day, \" + *name + \"!\"", "5"),
    }
}

/// The variable with the key of the templates' model.
const KEY: &str = "MODUS_OPENAI_API_KEY";

/// A question to the templates' function that asks a model.
fn asking() -> String {
    "{ generateText(instruction: \"Be brief.\", prompt: \"Why?\") }".to_owned()
}

fn messages(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn edit(app: &Path, language: Language, from: &str, to: &str) {
    let path = app.join(source(language).0);
    let text = std::fs::read_to_string(&path).expect("the source");
    assert!(text.contains(from), "{text}");
    // At one go: what is empty for a moment would be built, too.
    let new = path.with_extension("new");
    std::fs::write(&new, text.replace(from, to)).expect("written");
    std::fs::rename(new, path).expect("renamed");
}

#[test]
fn a_new_app_is_built_and_served() {
    for language in Language::ALL {
        let (_folder, app) = new(language);
        let output = modusc_in(app.parent().expect("a folder"), &["build", "hello"]);
        assert!(output.status.success(), "{language:?}: {}", messages(&output));
        for file in ["app.wasm", "app.cwasm", "modus.json"] {
            assert!(app.join("build").join(file).is_file(), "{language:?}: {file}\n{}", messages(&output));
        }
        let runner = Runner::start(&app.join("build/app.cwasm"), &Options::default().env("MODUS_ENV", "dev"));
        let answer = runner.query("{ sayHello(name: \"you\") }");
        assert_eq!(answer["data"], json!({"sayHello": "Hello, you!"}), "{language:?}: {answer}");

        // With a key the model of the manifest answers. Here another server has its place.
        let provider = StandIn::start();
        let manifest = std::fs::read_to_string(app.join("modus.json")).expect("the manifest");
        let ours = app.join("ours.json");
        std::fs::write(&ours, manifest.replace("https://api.openai.com/", &provider.url)).expect("written");
        let ours = ours.to_str().expect("a path in UTF-8");
        let options = Options::arguments(&["--manifest", ours]).env("MODUS_ENV", "dev").env(KEY, "sk-test");
        let runner = Runner::start(&app.join("build/app.cwasm"), &options);
        let answer = runner.query(&asking());
        assert!(answer["data"]["generateText"].as_str().is_some_and(|text| text.contains("Why?")), "{answer}");
        assert_eq!(provider.requests()[0].header("authorization"), Some("Bearer sk-test"), "{language:?}");

        // As one executable, and as it is looked into.
        let before = std::fs::read(app.join("build/app.wasm")).expect("the module");
        let output = modusc_in(&app, &["build", "--exe", "--debug"]);
        assert!(output.status.success(), "{language:?}: {}", messages(&output));
        assert_ne!(std::fs::read(app.join("build/app.wasm")).expect("the module"), before, "{language:?}");
        let runner = Runner::start_program(&app.join("build/app"), &Options::default().env("MODUS_ENV", "dev"));
        assert_eq!(runner.query("{ sayHello }")["data"], json!({"sayHello": "Hello, World!"}), "{language:?}");
    }
}

#[test]
fn mistakes_in_the_sources_are_told_with_their_places() {
    for language in Language::ALL {
        let (_folder, app) = new(language);
        let (file, line, _, mistake) = source(language);
        edit(&app, language, line, mistake);
        let text = std::fs::read_to_string(app.join(file)).expect("the source");
        let wrong = text.lines().position(|line| line.contains("return 5")).expect("the mistake") + 1;
        let output = modusc_in(&app, &["build", "--message-format", "json", "."]);
        assert_eq!(output.status.code(), Some(1), "{language:?}: {}", messages(&output));
        let errors: Vec<Value> = String::from_utf8_lossy(&output.stderr)
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .filter(|found: &Value| found["severity"] == "error")
            .collect();
        assert!(!errors.is_empty(), "{language:?}: {}", messages(&output));
        assert_eq!(
            (&errors[0]["code"], &errors[0]["file"]),
            (&json!("MC0703"), &json!(file)),
            "{language:?}: {errors:?}"
        );
        assert_eq!(errors[0]["line"], json!(wrong), "{language:?}: {errors:?}");
        assert!(!app.join("build/app.cwasm").exists(), "{language:?}");
    }
}

#[test]
fn what_is_missing_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |arguments: &[&str], folder: &Path, path: Option<&str>, expected: &[&str]| {
        let mut command = Command::new(tests::binary("modusc"));
        command.args(arguments).current_dir(folder);
        path.map(|path| command.env("PATH", path));
        let output = command.output().expect("modusc runs");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", messages(&output));
        for part in expected {
            assert!(messages(&output).contains(part), "{arguments:?}: no {part:?} in {}", messages(&output));
        }
    };
    check(&["build"], folder.path(), None, &["MC0701", "package.json", "go.mod", "modusc new"]);
    check(&["build", "nowhere"], folder.path(), None, &["MC0701", "there is no folder nowhere"]);
    std::fs::write(folder.path().join("go.mod"), "module app\n").expect("written");
    check(&["build"], folder.path(), Some("/nowhere"), &["go is missing", "tinygo is missing", "wasm-opt is missing"]);
    check(&["build"], folder.path(), None, &["MC0702", "the Modus SDK is missing", "go get"]);
    check(&["doctor"], folder.path(), Some("/nowhere"), &["node: missing", "tinygo: missing", "Node.js"]);
    let (_folder, app) = new(Language::Go);
    check(&["new", "Hello", "--lang", "go"], app.parent().expect("a folder"), None, &["MC0705", "--dir"]);
}

/// A TinyGo refuses a Go that came after it, whatever version the app asks for.
#[test]
fn a_tinygo_that_is_older_than_go_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = folder.path().join("app");
    std::fs::create_dir(&app).expect("a folder");
    std::fs::write(app.join("go.mod"), "module app\n\ngo 1.23\n").expect("written");
    let doctor = |go: &str, tinygo: &str| {
        for (name, version) in
            [("go", format!("go version go{go} linux/amd64")), ("tinygo", format!("tinygo version {tinygo}"))]
        {
            let program = folder.path().join(name);
            // By another process: a child that another test forks now would keep a file of ours open for writing.
            let script = format!("printf '#!/bin/sh\\necho {version}\\n' >\"$0\" && chmod +x \"$0\"");
            let made = Command::new("sh").arg("-c").arg(script).arg(&program).status().expect("sh runs");
            assert!(made.success());
        }
        let mut command = Command::new(tests::binary("modusc"));
        let output = command.arg("doctor").arg(&app).env("PATH", folder.path()).output().expect("modusc runs");
        messages(&output)
    };
    let said = doctor("1.26.1", "0.39.0");
    assert!(said.contains("tinygo: 0.39.0, but 0.41 or newer, which knows Go 1.26, is needed"), "{said}");
    assert!(said.contains("go: 1.26.1\n") && said.contains("install TinyGo: sudo rm"), "{said}");
    for (go, tinygo) in [("1.26.1", "0.41.0"), ("1.25.0", "0.39.0"), ("1.24.9", "0.36.0"), ("1.23.1", "0.35.0")] {
        let said = doctor(go, tinygo);
        assert!(said.contains(&format!("tinygo: {tinygo}\n")), "Go {go}: {said}");
    }
}

#[test]
fn the_doctor_finds_what_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = modusc_in(folder.path(), &["doctor"]);
    assert!(output.status.success(), "{}", messages(&output));
    for part in ["AssemblyScript", "node: ", "Go", "tinygo: ", "wasm-opt: ", "modus-runner: "] {
        assert!(messages(&output).contains(part), "{part}: {}", messages(&output));
    }
}

const HELLO: &str = r#"{ sayHello(name: "you") }"#;

#[test]
fn an_app_is_built_again_when_it_changes() {
    for language in Language::ALL {
        let (_folder, app) = new(language);
        let mut dev = Dev::start(&app, &[]);
        dev.wait_for(HELLO, &json!({"sayHello": "Hello, you!"}));
        // Somebody asks without a pause, and no request is left without an answer of one app or the other.
        let asking = dev.keep_asking(HELLO);
        let answer = |text: &str| format!("200 {}", json!({ "sayHello": text }));
        let answers = |dev: &Dev, text: &str| {
            dev.wait(|| match asking.answers() {
                seen if seen.last() == Some(&answer(text)) => Ok(()),
                seen => Err(format!("{seen:?}")),
            });
        };
        answers(&dev, "Hello, you!");
        let why = "its name begins with no verb of change";
        assert!(dev.log().lines().any(|line| line.contains("sayHello") && line.ends_with(why)), "{}", dev.log());
        let (_, before, after, mistake) = source(language);
        edit(&app, language, before, after);
        answers(&dev, "Good day, you!");
        edit(&app, language, after, mistake);
        dev.wait_for_log("the app before goes on", 1);
        assert!(dev.log().contains("MC0703"), "{}", dev.log());
        assert_eq!(dev.ask(HELLO).expect("an answer")["data"]["sayHello"], "Good day, you!", "{language:?}");
        edit(&app, language, &format!("return {mistake}"), &format!("return {before}"));
        answers(&dev, "Hello, you!");
        let seen = asking.stop();
        let expected = ["Hello, you!", "Good day, you!", "Hello, you!"].map(answer);
        assert_eq!(seen, expected, "{language:?}: {}", dev.log());
        dev.signal("INT");
        assert_eq!(dev.ended(), Some(0), "{language:?}: {}", dev.log());
        without_a_key(&app);
    }
}

/// An app whose only function changes something, by its name, logs and tells a secret.
fn logging_source(language: Language) -> &'static str {
    match language {
        Language::AssemblyScript => {
            "import { secrets } from \"@hypermode/modus-sdk-as\";\n\n\
             export function addNote(text: string): string {\n  console.log(\"noted: \" + text);\n  \
             return secrets.getSecretValue(\"PLACE\");\n}\n"
        }
        Language::Go => {
            "package main\n\nimport (\n\t\"github.com/hypermodeinc/modus/sdk/go/pkg/console\"\n\t\
             \"github.com/hypermodeinc/modus/sdk/go/pkg/secrets\"\n)\n\n\
             func AddNote(text string) (string, error) {\n\tconsole.Log(\"noted: \" + text)\n\t\
             return secrets.GetSecretValue(\"PLACE\")\n}\n"
        }
    }
}

#[test]
fn the_terminal_tells_of_fields_and_logs_and_env_files_count() {
    for language in Language::ALL {
        let (_folder, app) = new(language);
        std::fs::write(app.join(source(language).0), logging_source(language)).expect("written");
        let env = |text: &str| std::fs::write(app.join(".env.dev.local"), text).expect("written");
        env("MODUS_APP_PLACE=here\n");
        let mut dev = Dev::start(&app, &[]);
        let adding = "mutation { addNote(text: \"tea\") }";
        dev.wait_for(adding, &json!({"addNote": "here"}));
        let why = "addNote: its name begins with \"add\"";
        let is_told = |line: &str| line.trim_start().starts_with("mutation addNote ") && line.ends_with(why);
        assert!(dev.log().lines().any(is_told), "{language:?}: {}", dev.log());
        dev.wait_for_log("noted: tea", 1);
        env("MODUS_APP_PLACE=there\n");
        dev.wait_for(adding, &json!({"addNote": "there"}));
        dev.signal("INT");
        assert_eq!(dev.ended(), Some(0), "{language:?}: {}", dev.log());
    }
}

/// The compiler of AssemblyScript, which takes long to begin.
#[test]
fn a_compiler_stays_between_two_builds() {
    let language = Language::AssemblyScript;
    let (_folder, app) = new(language);
    let mut dev = Dev::start(&app, &[]);
    let compilers = |dev: &Dev| -> Vec<u32> {
        let running = dev.running().into_iter();
        running.filter(|(_, command)| command.contains("resident.js")).map(|(number, _)| number).collect()
    };
    let (_, before, after, mistake) = source(language);
    dev.wait_for(HELLO, &json!({"sayHello": "Hello, you!"}));
    let first = compilers(&dev);
    assert_eq!(first.len(), 1, "{:?}", dev.running());
    edit(&app, language, before, mistake);
    dev.wait_for_log("the app before goes on", 1);
    edit(&app, language, &format!("return {mistake}"), &format!("return {after}"));
    dev.wait_for(HELLO, &json!({"sayHello": "Good day, you!"}));
    assert_eq!(compilers(&dev), first, "{}", dev.log());

    // With other packages it is another compiler.
    let package = app.join("package.json");
    let text = std::fs::read_to_string(&package).expect("the package");
    std::fs::write(&package, format!("{text}\n")).expect("written");
    dev.wait_for_log("built in", 3);
    let second = compilers(&dev);
    assert!(second.len() == 1 && second != first, "{first:?}, {second:?}: {}", dev.log());
    dev.signal("INT");
    assert_eq!(dev.ended(), Some(0), "{}", dev.log());
}

/// By their sizes: a module of Go has another number and time in each build.
#[test]
fn a_module_is_as_fast_as_it_is_asked_to_be() {
    for language in Language::ALL {
        let (_folder, app) = new(language);
        let size = || std::fs::metadata(app.join("build/app.wasm")).expect("a module").len();
        let output = modusc_in(&app, &["build"]);
        assert!(output.status.success(), "{}", messages(&output));
        let built = size();
        for (arguments, is_larger) in [(&["--release"][..], false), (&[], language == Language::AssemblyScript)] {
            let mut dev = Dev::start(&app, arguments);
            dev.wait_for(HELLO, &json!({"sayHello": "Hello, you!"}));
            assert_eq!(size() > built + 1024, is_larger, "{language:?} {arguments:?}: {} bytes, {built} built", size());
            dev.signal("INT");
            assert_eq!(dev.ended(), Some(0), "{}", dev.log());
        }
    }
}

/// A stand-in answers for the model, wherever the manifest leads.
fn without_a_key(app: &Path) {
    let mut dev = Dev::start(app, &["--stand-in"]);
    dev.wait_for(HELLO, &json!({"sayHello": "Hello, you!"}));
    assert!(dev.log().contains("text-generator (connection openai)"), "{}", dev.log());
    let asks = || {
        let answer = dev.ask(&asking()).expect("an answer");
        assert_eq!(answer["errors"], Value::Null, "{answer}: {}", dev.log());
        answer["data"]["generateText"].as_str().expect("a text").to_owned()
    };
    let said = asks();
    assert!(said.contains("stand-in") && said.ends_with("Why?"), "{said}");
    assert_eq!(asks(), said);

    // A change of the manifest counts, and no model of it is asked.
    let manifest = std::fs::read_to_string(app.join("modus.json")).expect("the manifest");
    let changed =
        manifest.replace("\"openai\"", "\"elsewhere\"").replace("https://api.openai.com/", "http://127.0.0.1:9/");
    std::fs::write(app.join("modus.json"), changed).expect("written");
    dev.wait_for_log("text-generator (connection elsewhere)", 1);
    assert_eq!(asks(), said);
    assert!(app.join("build/modus.stand-in.json").is_file());
    dev.signal("INT");
    assert_eq!(dev.ended(), Some(0), "{}", dev.log());
    assert!(!app.join("build/modus.stand-in.json").exists());
}
