//! Promise: whatever a limit refuses or ends is told and counted under the limit's name, and nothing that a client or a
//! guest says becomes a part of the metrics.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::Apps as _;
use tests::guests::Language;
use tests::runner::{Options, Runner};

fn serve(language: Language, arguments: &[&str]) -> (App, Runner) {
    app::compile(&language.guest("faults"), app::OPEN).serve(&Options::arguments(arguments))
}

fn metrics(runner: &Runner) -> String {
    runner.get("/metrics").1
}

/// How often a limit was the reason.
fn refused(runner: &Runner, limit: &str) -> f64 {
    runner.metric(&format!("runtime_refusals_num{{reason=\"{limit}\"}}")).unwrap_or_default()
}

/// Names and labels, without the figures.
fn series(text: &str) -> BTreeSet<&str> {
    text.lines().map(|line| line.rsplit_once(' ').map_or(line, |(series, _)| series)).collect()
}

#[test]
fn what_clients_say_is_no_label() {
    for language in Language::ALL {
        let (_app, runner) = serve(language, &[]);
        let absurd = if language == Language::Go { "absurdSlice" } else { "absurdArray" };
        // Each says what would be a limit's name, where the runner quotes it.
        let say = |name: &str| {
            let text = format!("(limit `{name}`)");
            let condition = "query($b: Boolean!) { __typename @include(if: $b) }";
            let answer = runner.ask(condition, &json!({"b": text}));
            assert!(answer["errors"][0]["message"].to_string().contains(&text), "{language:?}: {answer}");
            for body in [
                json!({"query": format!("{{ {absurd}(length: \"{text}\") }}")}),
                json!({"query": format!("{{ __typename @include(if: \"{text}\") }}")}),
                json!({"query": "{ __typename }", "operationName": text}),
            ] {
                let (_, answer) = runner.post("/graphql", &body.to_string());
                assert!(answer.contains("errors"), "{language:?} {body}: {answer}");
            }
        };
        say("zzz");
        let before = metrics(&runner);
        (0..250).for_each(|number| say(&format!("zzz{number}")));
        let after = metrics(&runner);
        assert!(!after.contains("zzz"), "{after}");
        assert_eq!(series(&after), series(&before), "{language:?}");
    }
}

#[test]
fn limits_are_told_and_counted_by_their_names() {
    let of_documents =
        ["--max-aliases", "2", "--max-root-fields", "3", "--max-operation-calls", "2", "--max-tokens", "60"];
    let of_values = ["--max-values", "100", "--max-bytes", "64", "--max-depth", "3", "--max-response", "600"];
    let others = ["--max-selection-depth", "6", "--max-body", "4096", "--deadline", "5"];
    for language in Language::ALL {
        let (_app, runner) = serve(language, &[&of_documents[..], &of_values, &others].concat());
        let go = language == Language::Go;
        let text = if go { "returnsText(bytes: 65)" } else { "bigString(length: 33)" };
        let (call, takes_text) = if go { ("counter", "env(name: $v)") } else { ("count", "env(v: $v)") };
        let long = "n".repeat(300);
        for (query, variables, limit) in [
            (format!("{{ a: {call} b: {call} c: {call} }}"), json!({}), "max-aliases"),
            (format!("{{ {call} {call} {call} {call} }}"), json!({}), "max-root-fields"),
            (format!("{{ {call} random loops }}"), json!({}), "max-operation-calls"),
            (format!("{{ {call} {} }}", "@include(if: true) ".repeat(20)), json!({}), "max-tokens"),
            (format!("{{ ring {}{} }}", "{ next ".repeat(9), "}".repeat(9)), json!({}), "max-selection-depth"),
            (format!("{{ {text} }}"), json!({}), "max-bytes"),
            ("{ emptyTexts(count: 101) }".to_owned(), json!({}), "max-values"),
            ("{ mesh(size: 1) { near { near { label } } } }".to_owned(), json!({}), "max-depth"),
            (format!("{{ mesh(size: 3) {{ {long}: label }} }}"), json!({}), "max-response"),
            (format!("query($v: String!) {{ {takes_text} }}"), json!({"v": "v".repeat(65)}), "max-bytes"),
            ("{ loops }".to_owned(), json!({}), "deadline"),
        ] {
            let before = refused(&runner, limit);
            let (_, body) = runner.post("/graphql", &json!({"query": query, "variables": variables}).to_string());
            let answer: Value = serde_json::from_str(&body).unwrap_or_else(|_| panic!("{query}: {body}"));
            let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
            assert!(message.ends_with(&format!("(limit `{limit}`)")), "{language:?} {query}: {answer}");
            // A call that is late is counted when its thread hears of it, which may be after the client.
            for _ in 0..200 {
                if refused(&runner, limit) != before {
                    break;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            assert_eq!(refused(&runner, limit), before + 1.0, "{language:?} {query}");
        }
        let (status, text) = runner.post("/graphql", &" ".repeat(5000));
        assert!(status == 413 && text.contains("(limit `max-body`)"), "{status} {text}");
        assert_eq!(refused(&runner, "max-body"), 1.0);
    }
}

#[test]
fn an_operation_is_admitted_as_a_whole() {
    for language in Language::ALL {
        let (_app, runner) = serve(language, &["--max-calls", "1", "--max-waiting", "1"]);
        let call = if language == Language::Go { "counter" } else { "count" };
        let two = json!({"query": format!("{{ a: {call} b: {call} }}")}).to_string();
        assert_eq!(runner.post("/graphql", &two).0, 200, "one runs, one waits");
        let three = json!({"query": format!("{{ a: {call} b: {call} c: {call} }}")}).to_string();
        let (status, body) = runner.post("/graphql", &three);
        assert!(status == 503 && body.contains("(limit `max-waiting`)"), "{language:?}: {status} {body}");
        assert_eq!(runner.answer_headers("/graphql", &three, &[]).get("retry-after").map(String::as_str), Some("1"));
        assert_eq!(refused(&runner, "max-waiting"), 2.0);
        // What calls nothing needs no room, and what was refused leaves none taken.
        assert_eq!(runner.query("{ __typename }"), json!({"data": {"__typename": "Query"}}));
        assert_eq!(runner.post("/graphql", &two).0, 200);
    }
}
