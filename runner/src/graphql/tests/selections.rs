//! What calls are asked to read.

use super::*;
use abi::selection::Selection::{self, All, Fields};

/// The selection of a query's only call.
fn selection(query: &str, variables: &str) -> Selection {
    Selection::clone(&called(query, variables).expect("a call").selection)
}

fn of(query: &str) -> Selection {
    selection(query, "")
}

#[test]
fn fields_by_index() {
    assert_eq!(of("{ sum(a: 1) }"), All);
    assert_eq!(of(r#"{ tree(label: "x") { nick label } }"#), Fields(vec![(0, All), (3, All)]));
    assert_eq!(of(r#"{ tree(label: "x") { __typename } }"#), Fields(vec![]));
    assert_eq!(of("{ trees { graft { height } } }"), Fields(vec![(2, Fields(vec![(1, All)]))]));
    assert_eq!(of("{ forest { value { label } } }"), Fields(vec![(1, Fields(vec![(0, All)]))]));
    assert_eq!(of("{ both { right left { nick } } }"), Fields(vec![(0, Fields(vec![(3, All)])), (1, All)]));
}

#[test]
fn aliases_fragments_and_conditions_add_up() {
    let query = r#"query($no: Boolean!) {
        tree(label: "x") { ...a other: graft { nick } height @include(if: $no) never: nick @skip(if: true) }
    }
    fragment a on Tree { graft { label } ... on Tree { graft { __typename } } }"#;
    let graft = Fields(vec![(0, All), (3, All)]);
    assert_eq!(selection(query, r#"{"no": false}"#), Fields(vec![(1, All), (2, graft)]));
}

/// Functions answer the selected fields only, in the order of their type.
#[test]
fn shortened_objects_are_written_in_the_order_of_the_document() {
    let graft = r#"{"label": "g", "nick": "n"}"#;
    check_outcome(
        r#"{ tree(label: "x") { b: graft { nick } height a: graft { __typename label } height2: height } }"#,
        answer(&format!(r#"{{"height": 1, "graft": {graft}}}"#)),
        r#"{"data":{"tree":{"b":{"nick":"n"},"height":1,"a":{"__typename":"Tree","label":"g"},"height2":1}}}"#,
    );
    check_outcome(
        "{ forest { value { label } } }",
        answer(r#"[{"value": {"label": "v"}}]"#),
        r#"{"data":{"forest":[{"value":{"label":"v"}}]}}"#,
    );
}

/// Operations on 2^`levels` fields of which each has conditions of its own, or on as many without conditions.
fn doubled(operations: usize, levels: usize, conditions: bool) -> String {
    let names: Vec<char> = ('a'..='z').take(levels).collect();
    let variables: String = names.iter().filter(|_| conditions).map(|name| format!("${name}: Boolean! ")).collect();
    let variables = if conditions { format!("({variables})") } else { String::new() };
    let field = r#"{agentEvent(agentId: "") {...F0}}"#;
    let operations: String = (0..operations).map(|n| format!("subscription s{n}{variables} {field} ")).collect();
    let fragment = |(n, name): (usize, &char)| match conditions {
        true => format!("...F{} @include(if: ${name}) ...F{} @skip(if: ${name})", n + 1, n + 1),
        false => format!("...F{} ...F{}", n + 1, n + 1),
    };
    let fragments = names.iter().enumerate();
    let fragments = fragments.map(|of| format!("fragment F{} on AgentEvent {{{}}} ", of.0, fragment(of)));
    format!("{operations} {} fragment F{levels} on AgentEvent {{name}}", fragments.collect::<String>())
}

/// What it takes to plan a document, and to answer it, does not grow with the square of what it selects, nor with the number
/// of operations that are not asked for.
#[test]
fn conditions_and_operations_have_limits() {
    let engine = engine_with(Options::default(), |_, _| answer("null"));
    let prepare = |text: String| {
        let (query, operation_name) = (Some(text), Some("s0".to_owned()));
        let variables = ('a'..='z').map(|name| (name.to_string(), true.into())).collect();
        let request = GraphqlRequest { query, operation_name, variables: Some(variables), ..GraphqlRequest::default() };
        let prepared = prepared(&engine, request);
        match prepared {
            Ok(_) => None,
            Err(Refusal::Invalid(errors)) => Some((errors[0].limit, errors[0].message.clone())),
            Err(other) => panic!("{other:?}"),
        }
    };
    assert_eq!(prepare(doubled(1, 6, true)), None);
    let conditions = "'name' is selected under more than 64 conditions (limit `conditions`)";
    for (operations, levels) in [(1, 7), (1, 13), (180, 13)] {
        let expected = Some((Some(LimitId::Conditions), conditions.to_owned()));
        assert_eq!(prepare(doubled(operations, levels, true)), expected, "{operations} {levels}");
    }
    assert_eq!(prepare(doubled(1, 13, false)), None);
    let message = "the operations of the document select more than 30000 fields once fragments are spread (limit \
                   `max-tokens`)";
    let expected = Some((Some(LimitId::MaxTokens), message.to_owned()));
    for operations in [2, 900] {
        assert_eq!(prepare(doubled(operations, 13, false)), expected, "{operations}");
    }
    assert_eq!(prepare(doubled(900, 2, false)), None);
}

#[test]
fn conditions_have_as_many_variables_as_an_operation_may_need() {
    let ask = |variables: usize, held: usize| {
        let engine = engine_with(Options::default(), |_, _| answer(r#"{"label": "l", "height": 1, "nick": "n"}"#));
        let list = |one: &dyn Fn(usize) -> String| (0..variables).map(one).collect::<String>();
        let definitions = list(&|n| format!("$v{n}: Boolean! "));
        let either = list(&|n| format!("nick @include(if: $v{n}) "));
        let (all, none) = (list(&|n| format!("@include(if: $v{n}) ")), list(&|n| format!("@skip(if: $v{n}) ")));
        let query =
            format!("query({definitions}) {{tree(label: \"x\") {{{either} label {all} height {none} __typename}}}}");
        let values: serde_json::Map<_, _> = (0..variables).map(|n| (format!("v{n}"), (n >= held).into())).collect();
        text(&ask(&engine, &query, &serde_json::Value::from(values).to_string()))
    };
    for (held, expected) in [
        (0, r#""nick":"n","label":"l","__typename":"Tree""#),
        (1, r#""nick":"n","__typename":"Tree""#),
        (63, r#""nick":"n","__typename":"Tree""#),
        (64, r#""height":1,"__typename":"Tree""#),
    ] {
        assert_eq!(ask(64, held), format!(r#"{{"data":{{"tree":{{{expected}}}}}}}"#), "{held}");
    }
    let refusal = ask(65, 0);
    let message = "the conditions of the operation have more than 64 variables (limit `conditions`)";
    assert!(refusal.contains(message) && !refusal.contains("\"data\""), "{refusal}");
}
