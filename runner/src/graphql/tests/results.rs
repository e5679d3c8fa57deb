use std::time::Duration;

use super::*;
use crate::call::{CallFailure, Level, Message, PathSegment, Usage};

#[test]
fn numbers_have_all_their_digits() {
    check_outcome("{max}", value(Value::UInt(u64::MAX)), r#"{"data":{"max":18446744073709551615}}"#);
    check_outcome("{sum(a: 1)}", value(Value::Int(i64::MIN)), r#"{"data":{"sum":-9223372036854775808}}"#);
    check_outcome("{number}", value(Value::Float(3.0)), r#"{"data":{"number":3}}"#);
    check_outcome("{number}", value(Value::Float32(0.1)), r#"{"data":{"number":0.1}}"#);
    check_outcome("{wave}", value(Value::List(vec![Value::Float(1e-7)])), r#"{"data":{"wave":[1e-07]}}"#);
    check_outcome("{nothing}", value(Value::Null), r#"{"data":{"nothing":null}}"#);
}

const TREE: &str = r#"{"label":"a","height":1.5,"graft":{"label":"b","height":2,"graft":null,"nick":null},"nick":"n"}"#;

#[test]
fn members_follow_the_selection() {
    let tree = |query: &str, expected: &str| check_outcome(query, answer_tree(), expected);
    tree("{tree(label: \"a\") {nick label}}", r#"{"data":{"tree":{"nick":"n","label":"a"}}}"#);
    tree(
        "{t: treeNull {l: label __typename kind: __typename graft {height}}}",
        r#"{"data":{"t":{"l":"a","__typename":"Tree","kind":"Tree","graft":{"height":2}}}}"#,
    );
    tree(
        "{treeNull {...F nick} } fragment F on Tree {graft {label} ... on Tree {label ...{graft {h: height}}}}",
        r#"{"data":{"treeNull":{"graft":{"label":"b","h":2},"label":"a","nick":"n"}}}"#,
    );
    tree("{treeNull {label} treeNull {nick}}", r#"{"data":{"treeNull":{"label":"a","nick":"n"}}}"#);
    tree("{__typename}", r#"{"data":{"__typename":"Query"}}"#);
    tree("mutation {m: __typename}", r#"{"data":{"m":"Mutation"}}"#);
}

fn answer_tree() -> Outcome {
    let mut outcome = answer(TREE);
    if let Some(Value::Object(members)) = &mut outcome.value {
        members[1].1 = Value::Float(1.5);
    }
    outcome
}

fn list(json: &str) -> Outcome {
    answer(json)
}

#[test]
fn nulls_rise_to_the_next_nullable_place() {
    let null = |path: &str, keys: &str| {
        format!(
            r#"{{"message":"Cannot return null for non-nullable field '{keys}'.","path":[{path}],"extensions":{{"executionId":"x1"}}}}"#
        )
    };
    let errors = null(r#""treeNull","l""#, "Query.treeNull.l");
    check_outcome(
        "{treeNull {l: label}}",
        list(r#"{"label":null}"#),
        &format!(r#"{{"errors":[{errors}],"data":{{"treeNull":null}}}}"#),
    );
    let errors = null(r#""trees",1,"label""#, "Query.trees.label");
    check_outcome(
        "{trees {label}}",
        list(r#"[{"label":"a"},{"label":null}]"#),
        &format!(r#"{{"errors":[{errors}],"data":{{"trees":null}}}}"#),
    );
    let errors = null(r#""max""#, "Query.max");
    check_outcome("{max}", list("null"), &format!(r#"{{"errors":[{errors}],"data":null}}"#));
    check_outcome("{rows(rows: [])}", list("[[1,null],null]"), r#"{"data":{"rows":[[1,null],null]}}"#);
}

fn failing(name: &str) -> Outcome {
    let failure = |text: &str, level| CallFailure { message: text.into(), level, ..CallFailure::default() };
    match name {
        "fail" | "failHard" => Outcome {
            execution_id: "x2".into(),
            errors: vec![failure("quota", Some(Level::Error)), failure("wasm error: unreachable", None)],
            logs: vec![
                Message { level: Some(Level::Debug), text: "start".into() },
                Message { level: None, text: "s".into() },
            ],
            usage: Some(Usage { time: Duration::from_micros(1500), memory: 131_072 }),
            ..Outcome::default()
        },
        "number" => value(Value::Float(f64::NAN)),
        _ => value(Value::UInt(1)),
    }
}

fn check(query: &str, extensions: bool, expected: &str) {
    let engine = engine_with(Options { extensions, ..Options::default() }, |name, _| failing(name));
    assert_eq!(text(&ask(&engine, query, "")), expected, "{query}");
}

const QUOTA: &str = r#"{"message":"quota","path":["fail"],"extensions":{"executionId":"x2"}},{"message":"wasm error: unreachable","path":["fail"],"extensions":{"executionId":"x2"}}"#;

#[test]
fn errors_of_calls() {
    check("{fail}", false, &format!(r#"{{"errors":[{QUOTA}],"data":{{"fail":null}}}}"#));
    check("{fail max}", false, &format!(r#"{{"errors":[{QUOTA}],"data":{{"fail":null,"max":1}}}}"#));
    let hard = QUOTA;
    check("{fail: failHard}", false, &format!(r#"{{"errors":[{hard}],"data":null}}"#));
    let null = r#"{"message":"Cannot return null for non-nullable field 'Query.fail'.","path":["fail"],"extensions":{"executionId":"x2"}}"#;
    check("{fail: failHard max}", false, &format!(r#"{{"errors":[{hard},{null}],"data":null}}"#));
    let nan = r#"{"errors":[{"message":"Function completed successfully, but the result contains a NaN value that cannot be serialized to JSON.","path":["n"],"extensions":{"executionId":"x1"}}],"data":{"n":null}}"#;
    check("{n: number}", false, nan);
    check(
        "{echo(text: \"\")}",
        false,
        r#"{"errors":[{"message":"String cannot represent non-string value: \"1\"","path":["echo"],"extensions":{"executionId":"x1"}}],"data":null}"#,
    );
}

#[test]
fn extensions_in_development() {
    let level = QUOTA.replacen(r#""executionId":"x2""#, r#""executionId":"x2","level":"error""#, 1);
    check(
        "{b: max fail}",
        true,
        &format!(
            r#"{{"errors":[{level}],"data":{{"b":1,"fail":null}},"extensions":{{"invocations":{{"b":{{"executionId":"x1"}},"fail":{{"executionId":"x2","durationMs":1.500,"memoryBytes":131072,"logs":[{{"level":"debug","message":"start"}},{{"message":"s"}}]}}}}}}}}"#
        ),
    );
    check("{__typename}", true, r#"{"data":{"__typename":"Query"}}"#);
}

#[test]
fn errors_inside_a_result() {
    let path = vec![PathSegment::Index(1), PathSegment::Field("label".into())];
    let errors = vec![CallFailure { message: "bad".into(), path, ..CallFailure::default() }];
    let outcome = Outcome { execution_id: "x1".into(), errors, ..Outcome::default() };
    let expected =
        r#"{"errors":[{"message":"bad","path":["t",1,"l"],"extensions":{"executionId":"x1"}}],"data":{"t":null}}"#;
    check_outcome("{t: trees {l: label}}", outcome, expected);
}
