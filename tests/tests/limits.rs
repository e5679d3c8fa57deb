//! Promise: no result is too large, too deep or too cyclic for the runner: it is cut off or refused with the limit's
//! name, quickly, and the runner keeps serving.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::Apps as _;
use tests::guests::Language::{self, AssemblyScript, Go};
use tests::runner::{Options, Runner};

fn serve(language: Language, options: &Options) -> (App, Runner) {
    app::compile(&language.guest("faults"), app::OPEN).serve(options)
}

#[track_caller]
fn refused(runner: &Runner, query: &str, expected: &str) {
    let started = Instant::now();
    let answer = runner.query(query);
    let text = answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{query}: {answer}"));
    assert!(text.contains(expected), "{query}: {answer}");
    assert!(!text.contains("0x"), "an address reaches the client: {text}");
    assert!(started.elapsed() < Duration::from_secs(30), "{query} took {:?}", started.elapsed());
}

#[test]
fn cycles_are_cut_off_with_a_warning() {
    for (language, name) in [(Go, "faults.Reading"), (AssemblyScript, "assembly/index/Reading")] {
        let (_app, runner) = serve(language, &Options::default().env("MODUS_ENV", "dev"));
        let inner = |levels: usize| format!("label {}{}", "next { label ".repeat(levels), "} ".repeat(levels));
        let few = runner.query(&format!("{{ ring {{ {} }} }}", inner(4)));
        assert_eq!((&few["errors"], &few["extensions"]["invocations"]["ring"]["logs"]), (&Value::Null, &Value::Null));

        let many = runner.query(&format!("{{ ring {{ {} }} }}", inner(7)));
        assert_eq!(many["errors"], Value::Null, "{many}");
        let levels = {
            let (mut at, mut levels) = (&many["data"]["ring"], 0);
            while at["label"] == "ring" {
                (at, levels) = (&at["next"], levels + 1);
            }
            assert_eq!(*at, Value::Null);
            levels
        };
        // In Go the object itself is entered five times, in AssemblyScript the field that refers to it.
        assert_eq!(levels, if language == Go { 5 } else { 6 });
        let warning = format!("Excessive recursion detected in {name}. Stopping at depth 5.");
        let logs = &many["extensions"]["invocations"]["ring"]["logs"];
        assert_eq!(*logs, json!([{"level": "warning", "message": warning}]), "{language:?}");
        let record = runner.wait_for_log(|record| record["message"] == *warning);
        assert_eq!((&record["level"], &record["user_visible"]), (&json!("warn"), &json!(true)), "{record}");
        assert_eq!(record["function"], "ring");
    }
}

#[test]
fn results_have_named_limits() {
    for language in [Go, AssemblyScript] {
        let (_app, runner) = serve(language, &Options::default());
        let absurd = if language == Go { "absurdSlice" } else { "absurdArray" };
        let too_many = "there are more than 4000000 values (limit `max-values`)";
        refused(&runner, &format!("{{ {absurd}(length: 4294967295) }}"), too_many);
        refused(&runner, &format!("{{ {absurd}(length: 1073741824) }}"), too_many);
        // Few enough, but not there.
        refused(&runner, &format!("{{ {absurd}(length: 4000000) }}"), "are not all inside the guest's memory");
        refused(&runner, "{ emptyTexts(count: 4000001) }", too_many);
        // 60 to the power of four.
        let mesh = "{ mesh(size: 60) { near { near { near { label } } } } }";
        refused(&runner, mesh, too_many);
        let answer = runner.query("{ mesh(size: 2) { near { label } } }");
        assert_eq!(answer["errors"], Value::Null, "{answer}");
    }
}

#[test]
fn limits_are_settings() {
    let settings = ["--max-values", "100", "--max-bytes", "64", "--max-depth", "3", "--max-response", "600"];
    for language in [Go, AssemblyScript] {
        let (_app, runner) = serve(language, &Options::arguments(&settings));
        let text = if language == Go { "returnsText(bytes: 65)" } else { "bigString(length: 33)" };
        let too_large = "there are more than 64 bytes of text and binary data (limit `max-bytes`)";
        refused(&runner, &format!("{{ {text} }}"), too_large);
        refused(&runner, "{ emptyTexts(count: 101) }", "there are more than 100 values (limit `max-values`)");
        refused(
            &runner,
            "{ mesh(size: 1) { near { near { label } } } }",
            "values are nested deeper than 3 levels (limit `max-depth`)",
        );
        // The value is small, the name under which it is asked for is not.
        let name = "n".repeat(300);
        refused(
            &runner,
            &format!("{{ mesh(size: 3) {{ {name}: label }} }}"),
            "the response is larger than 600 bytes (limit `max-response`)",
        );
        assert_eq!(runner.query("{ mesh(size: 3) { label } }")["errors"], Value::Null);
    }
}

#[test]
fn arguments_have_the_same_limits() {
    let (_app, runner) = serve(AssemblyScript, &Options::arguments(&["--max-values", "100", "--max-bytes", "500"]));
    let query = "query($v: Int!) { indexes(v: [$v, $v, $v], index: 2) }";
    assert_eq!(runner.ask(query, &json!({"v": 7}))["data"], json!({"indexes": 7}));
    let many = format!("query($v: Int!) {{ indexes(v: [{}], index: 2) }}", "$v ".repeat(101));
    let answer = runner.ask(&many, &json!({"v": 7}));
    let text = answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{answer}"));
    assert!(text.ends_with("there are more than 100 values (limit `max-values`)"), "{answer}");
    // Deeper than anything a document or JSON may be.
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let (status, _) =
        runner.send("/graphql", &format!(r#"{{"query": "{{ ok }}", "variables": {{"v": {nested}}}}}"#), &[]);
    assert_eq!(status, 400);
    for levels in [1_000, 100_000] {
        let nested = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let query = format!("{{ indexes(v: {nested}, index: 0) }}");
        let (status, body) = runner.send("/graphql", &json!({"query": query}).to_string(), &[]);
        assert!(status == 400 && body.contains("exceeds the"), "{status} {body}");
    }
    assert_eq!(runner.query("{ ok(v: 1) }")["data"], json!({"ok": 1}));
}
