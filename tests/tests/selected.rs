//! Promise: only what a query selects of a result is read, so the rest costs nothing and does no harm.

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::Apps as _;
use tests::guests::Language::{self, AssemblyScript, Go};
use tests::runner::{Options, Runner};

fn serve(language: Language) -> (App, Runner) {
    app::compile(&language.guest("faults"), app::OPEN).serve(&Options::default())
}

#[track_caller]
fn check(runner: &Runner, query: &str, expected: &Value) {
    let answer = runner.query(query);
    assert_eq!(answer["errors"], Value::Null, "{query}");
    assert_eq!(&answer["data"], expected, "{query}");
}

/// The path of the only error.
#[track_caller]
fn fails(runner: &Runner, query: &str, message: &str, path: &Value) {
    let answer = runner.query(query);
    let text = answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{query}: {answer}"));
    assert!(text.contains(message), "{query}: {answer}");
    assert_eq!(&answer["errors"][0]["path"], path, "{query}: {answer}");
}

#[test]
fn what_cannot_be_shown_fails_only_where_it_is_selected() {
    for language in [Go, AssemblyScript] {
        let (_app, runner) = serve(language);
        check(
            &runner,
            "{ r: brokenReading { __typename l: label next { at } } }",
            &json!({"r": {"__typename": "Reading", "l": "broken", "next": null}}),
        );
        fails(&runner, "{ r: brokenReading { label value } }", "NaN", &json!(["r", "value"]));
        fails(&runner, "{ r: brokenReading { label t: at } }", "year", &json!(["r", "t"]));
        let aliases = "{ m: brokenReadings { a: value { label } b: value { at } } }";
        fails(&runner, aliases, "year", &json!(["m", 0, "b", "at"]));
        let query = "query($time: Boolean!) { r: brokenReading { label at @include(if: $time) } }";
        // What a condition leaves out is read all the same: it is one plan for all variables.
        let answer = runner.ask(query, &json!({"time": false}));
        assert!(answer["errors"][0]["message"].as_str().is_some_and(|text| text.contains("year")), "{answer}");
    }
}

#[test]
fn lists_maps_and_several_results() {
    for language in [Go, AssemblyScript] {
        let (_app, runner) = serve(language);
        check(&runner, "{ mesh(size: 2) { label } }", &json!({"mesh": [{"label": "mesh"}, {"label": "mesh"}]}));
        check(
            &runner,
            "{ mesh(size: 2) { near { l: label } a: near { next { label } } } }",
            &json!({"mesh": [{"near": [{"l": "mesh"}, {"l": "mesh"}], "a": [{"next": null}, {"next": null}]},
                             {"near": [{"l": "mesh"}, {"l": "mesh"}], "a": [{"next": null}, {"next": null}]}]}),
        );
        let entry = |key: &str| json!({"key": key, "value": {"label": "broken"}});
        check(&runner, "{ m: brokenReadings { key value { label } } }", &json!({"m": [entry("a"), entry("b")]}));
        check(&runner, "{ m: brokenReadings { key } }", &json!({"m": [{"key": "a"}, {"key": "b"}]}));
        fails(&runner, "{ m: brokenReadings { value { at } } }", "year", &json!(["m", 0, "value", "at"]));
    }
    let (_app, runner) = serve(Go);
    let query = r#"{ a: brokenReadingAnd(v: "x") { item2 } b: brokenReadingAnd(v: "y") { item1 { label } } }"#;
    check(&runner, query, &json!({"a": {"item2": "x"}, "b": {"item1": {"label": "broken"}}}));
    fails(&runner, r#"{ a: brokenReadingAnd(v: "x") { item1 { at } } }"#, "year", &json!(["a", "item1", "at"]));
}
