//! Metadata text in, SDL text out.

use super::*;

const ORCHARD: (&str, &str) = (include_str!("samples/orchard.json"), include_str!("samples/orchard.graphql"));
const HALL: (&str, &str) = (include_str!("samples/hall.json"), include_str!("samples/hall.graphql"));

/// The SDL and the findings of `sample` with `addition` merged into its `fnExports` and `types`.
fn generated(sample: &str, addition: &str, hidden: &[&str]) -> (String, Vec<String>) {
    let mut document: serde_json::Value = serde_json::from_str(sample).expect("the sample is JSON");
    let addition: serde_json::Value = serde_json::from_str(addition).expect("the addition is JSON");
    for (member, entries) in addition.as_object().expect("an object of members") {
        for (name, entry) in entries.as_object().expect("an object of entries") {
            document[member][name] = entry.clone();
        }
    }
    let metadata: Metadata = serde_json::from_value(document).expect("the sample is metadata");
    let language = crate::language::of_sdk(&metadata.sdk).expect("a known SDK");
    let hidden: Vec<String> = hidden.iter().map(|name| (*name).to_owned()).collect();
    let (schema, found) = generate(&metadata, language, &hidden, &BTreeSet::new(), &BTreeSet::new());
    let index: Vec<&String> = metadata.fn_exports.keys().collect();
    for field in schema.query.iter().chain(&schema.mutation) {
        let function = index[field.function as usize];
        assert!(field.name == names::field(function) || field.name == *function, "{} is {function}", field.name);
    }
    let found = found.into_iter().map(|finding| format!("{} {}", finding.code, finding.message)).collect();
    (sdl::print(&schema), found)
}

#[track_caller]
fn check(sample: &str, addition: &str, hidden: &[&str], present: &[&str], absent: &[&str], findings: &[&str]) {
    let (text, found) = generated(sample, addition, hidden);
    for part in present {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
    for part in absent {
        assert!(!text.contains(part), "{part:?} is in\n{text}");
    }
    assert_eq!(found.len(), findings.len(), "{found:#?}");
    for (finding, part) in found.iter().zip(findings) {
        assert!(finding.contains(part), "{finding:?} lacks {part:?}");
    }
}

#[test]
fn worked_samples() {
    for (metadata, expected) in [ORCHARD, HALL] {
        let (text, found) = generated(metadata, "{}", &[]);
        assert_eq!(text, expected);
        assert_eq!(found, Vec::<String>::new());
    }
}

#[test]
fn empty_app() {
    let (text, _) = generated(r#"{"sdk":"modus-sdk-go"}"#, "{}", &[]);
    let head = "# Modus GraphQL Schema (auto-generated)\n\nscalar JSON\n\ntype AgentEvent {\n";
    assert!(text.starts_with(head), "{text}");
}

#[test]
fn generic_class() {
    let addition = r#"{"fnExports": {"openBox": {"parameters": [{"name": "b", "type": "assembly/index/Box<~lib/string/String>"}]}},
        "types": {"assembly/index/Box<~lib/string/String>": {"id": 20, "fields": [{"name": "lid", "type": "i32"}]}}}"#;
    let present = ["  openBox(b: Box_StringInput!): Void\n", "input Box_StringInput {\n  lid: Int!\n}\n"];
    check(HALL.0, addition, &[], &present, &[], &[]);
}

#[test]
fn structs_of_two_packages() {
    let addition = r#"{"fnExports": {"sprout": {"parameters": [{"name": "t", "type": "orchard/nursery.Tree"}],
        "results": [{"type": "orchard/nursery.Tree"}]}},
        "types": {"orchard/nursery.Tree": {"id": 20, "fields": [{"name": "pot", "type": "int"}]}}}"#;
    let present = [
        "  sprout(t: Tree_2Input!): Tree_2!\n",
        "input Tree_2Input {\n  pot: Int!\n}\n",
        "type Tree_2 {\n  pot: Int!\n}\n",
        "  plantTree(tree: TreeInput!): Tree!\n",
    ];
    check(ORCHARD.0, addition, &[], &present, &[], &["type orchard/nursery.Tree is called Tree_2"]);
}

#[test]
fn types_of_host_functions_take_no_names() {
    let addition = r#"{"types": {"github.com/x/y.Tree": {"id": 20, "fields": [{"name": "pot", "type": "int"}]}}}"#;
    check(ORCHARD.0, addition, &[], &["  plantTree(tree: TreeInput!): Tree!\n"], &["Tree_2"], &[]);
}

#[test]
fn function_called_list() {
    let addition = r#"{"fnExports": {"list": {"results": [{"type": "string"}]}}}"#;
    check(ORCHARD.0, addition, &[], &["  list: String!\n"], &[], &[]);
}

#[test]
fn functions_with_one_field_name() {
    let addition = r#"{"fnExports": {"seats": {"results": [{"type": "i32"}]}}}"#;
    let present = ["  listSeats(rows: [Int!]! = [1,2]): [Seat]!\n", "  seats: Int!\n"];
    check(HALL.0, addition, &[], &present, &[], &["function listSeats has its own name as field"]);
}

#[test]
fn query_and_mutation_may_share_a_field_name() {
    let addition =
        r#"{"fnExports": {"getAddIt": {"results": [{"type": "i32"}]}, "addIt": {"results": [{"type": "bool"}]}}}"#;
    check(HALL.0, addition, &[], &["  addIt: Int!\n", "  addIt: Boolean!\n"], &[], &[]);
}

#[test]
fn pair_names() {
    let function = |result: &str| format!(r#"{{"fnExports": {{"m": {{"results": [{{"type": "{result}"}}]}}}}}}"#);
    for (result, expected) in [
        ("map[string]float64", "[StringFloatPair!]"),
        ("map[int64]*bool", "[Int64NullableBooleanPair!]"),
        ("map[string][]string", "[StringNullableStringListPair!]"),
        ("map[string]map[uint8]time.Time", "[StringNullableIntTimestampPairListPair!]"),
        ("map[string][][]string", "[StringNullableNullableStringListListPair!]"),
        ("map[string][]*string", "[StringNullableStrinListPair!]"),
        ("map[string][2]string", "[StringStringListPair!]"),
    ] {
        check(ORCHARD.0, &function(result), &[], &[&format!("  m: {expected}\n")], &[], &[]);
    }
    let seats = "~lib/map/Map<~lib/string/String,~lib/array/Array<f64>>";
    check(HALL.0, &function(seats), &[], &["  m: [StringFloatListPair!]!\n"], &[], &[]);
}

#[test]
fn functions_left_out() {
    let function = |signature: &str| format!(r#"{{"fnExports": {{"odd": {signature}}}}}"#);
    for (signature, reason) in [
        (r#"{"results": [{"type": "any"}]}"#, "MC0313 function odd has no GraphQL field: unsupported type or missing"),
        (r#"{"parameters": [{"name": "f", "type": "func(int) int"}]}"#, "unsupported type"),
        (r#"{"parameters": [{"name": "größe", "type": "int"}]}"#, "not a GraphQL name"),
        (r#"{"parameters": [{"type": "int", "name": ""}]}"#, "not a GraphQL name"),
        (r#"{"parameters": [{"name": "a", "type": "int"}, {"name": "a", "type": "int"}]}"#, "there twice"),
    ] {
        check(ORCHARD.0, &function(signature), &[], &["  gETRaw: String!\n"], &["odd", "Odd"], &[reason]);
    }
    let named = r#"{"fnExports": {"größe": {}}}"#;
    check(ORCHARD.0, named, &[], &[], &["größe"], &["function größe has no GraphQL field"]);
    let nested = r#"{"fnExports": {"odd": {"results": [{"type": "[]orchard.Odd"}]}},
        "types": {"orchard.Odd": {"id": 20, "fields": [{"name": "x", "type": "int"}, {"name": "y", "type": "any"}]}}}"#;
    check(ORCHARD.0, nested, &[], &[], &["odd", "Odd"], &["type orchard.Odd: field y: unsupported type"]);
}

#[test]
fn named_types_are_scalars() {
    let addition = r#"{"fnExports": {"cheer": {"parameters": [{"name": "m", "type": "orchard.Mood"}],
        "results": [{"type": "orchard.Mood"}]}, "wait": {"results": [{"type": "time.Duration"}]}},
        "types": {"orchard.Mood": {"id": 20}, "time.Duration": {"id": 21}}}"#;
    let present = ["  cheer(m: Mood!): Mood!\n", "scalar Mood\n", "scalar Duration\n", "  wait: Int64!\n"];
    check(ORCHARD.0, addition, &[], &present, &[], &[]);
}

#[test]
fn reserved_and_generated_names() {
    let addition = r#"{"fnExports": {"ask": {"parameters": [{"name": "q", "type": "orchard.Query"}],
        "results": [{"type": "orchard.StringUIntPair"}]}},
        "types": {"orchard.Query": {"id": 20, "fields": [{"name": "x", "type": "int"}]},
                  "orchard.StringUIntPair": {"id": 21, "fields": [{"name": "x", "type": "int"}]}}}"#;
    let present = [
        "  ask(q: Query_2Input!): StringUIntPair!\n",
        "type StringUIntPair {\n  x: Int!\n}\n",
        "type StringUIntPair_2 {\n  key: String!\n  value: UInt!\n}\n",
        "  fruit: [StringUIntPair_2!]\n",
    ];
    check(ORCHARD.0, addition, &[], &present, &[], &["type orchard.Query is called Query_2"]);
}

#[test]
fn input_types_written_by_hand() {
    let addition = r#"{"fnExports": {"addPot": {"parameters": [{"name": "p", "type": "orchard.Pot"}],
        "results": [{"type": "orchard.PotInput"}]}},
        "types": {"orchard.Pot": {"id": 20, "fields": [{"name": "x", "type": "int"}]},
                  "orchard.PotInput": {"id": 21, "fields": [{"name": "y", "type": "int"}]}}}"#;
    let present = ["  addPot(p: PotInput!): Pot_2Input!\n", "input PotInput {\n  y: Int!\n}\n", "type Pot_2Input {\n"];
    check(ORCHARD.0, addition, &[], &present, &[], &["output type PotInput is called Pot_2Input"]);
}

#[test]
fn several_results() {
    let addition = r#"{"fnExports": {
        "measureAgain": {"results": [{"type": "float64"}, {"type": "string"}]},
        "pairUp": {"results": [{"name": "key", "type": "string"}, {"name": "value", "type": "uint32"}]}}}"#;
    let present = ["  measureAgain: _type1\n", "  pairUp: _type2\n", "  prune(job: PruneInput!): _type3\n"];
    check(ORCHARD.0, addition, &[], &present, &[], &[]);
}

#[test]
fn embedders_are_hidden() {
    let findings = ["MC0314 function addFruit", "MC0314 function measure "];
    check(ORCHARD.0, "{}", &["measure", "addFruit"], &[], &["  measure", "addFruit"], &findings);
}

#[test]
fn quotes_in_descriptions() {
    let addition = r#"{"fnExports": {"q": {"docs": {"lines": ["Say \"\"\"x\"\"\".", "", "End."]}}, "r": {"docs": {"lines": []}}}}"#;
    let present = ["  \"\"\"\n  Say \\\"\"\"x\\\"\"\".\n  \n  End.\n  \"\"\"\n  q: Void\n  r: Void\n"];
    check(ORCHARD.0, addition, &[], &present, &[], &[]);
}
