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
