//! Named types of Go, of which the metadata has only the names: they are what the debug information and the table of the
//! standard library say. A field that cannot be passed costs nobody anything but those who select it.

use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests;
use tests::runner::{Options, Runner};

const GUEST: &str = "tests/guests/go/named";

static APP: LazyLock<App> = LazyLock::new(|| app::compile(&guests::build(GUEST), app::OPEN));

fn runner() -> Runner {
    Runner::start(&APP.artifact, &Options::default())
}

/// The data of an answer without errors.
#[track_caller]
fn data(runner: &Runner, query: &str) -> Value {
    let answer = runner.query(query);
    assert_eq!(answer["errors"], Value::Null, "{query}: {answer}");
    answer["data"].clone()
}

/// A field answers each of the values with itself.
#[track_caller]
fn echoes(runner: &Runner, field: &str, ty: &str, values: &[Value]) {
    let query = format!("query ($v: {ty}) {{ {field}(v: $v) }}");
    for value in values {
        let answer = runner.ask(&query, &json!({ "v": value }));
        assert_eq!(answer, json!({"data": {field: value}}), "{field}({value})");
    }
}

#[test]
fn types_of_the_app() {
    let runner = runner();
    echoes(&runner, "echoRole", "Role!", &[json!("admin"), json!("")]);
    echoes(&runner, "echoAlias", "Role!", &[json!("admin")]);
    echoes(&runner, "echoLevel", "Level!", &[json!(-128), json!(127)]);
    echoes(&runner, "echoCount", "Count!", &[json!(4_294_967_295u32)]);
    echoes(&runner, "echoAmount", "Amount!", &[json!(u64::MAX)]);
    echoes(&runner, "echoShare", "Share!", &[json!(0.25)]);
    echoes(&runner, "echoFlag", "Flag!", &[json!(true), json!(false)]);
    echoes(&runner, "echoTags", "[String!]", &[json!(["a", "b"]), json!([]), Value::Null]);
    echoes(&runner, "echoDigest", "String!", &[json!("AQIDBA==")]);
    echoes(&runner, "echoSteps", "[Level!]!", &[json!([1, -2, 3])]);
    echoes(&runner, "echoNothing", "Nothing!", &[json!({})]);
    echoes(&runner, "echoRoles", "[Role!]", &[json!(["a", "b"]), json!([]), Value::Null]);
    echoes(&runner, "echoRolePointer", "Role", &[json!("a"), Value::Null]);
    let told = data(
        &runner,
        r#"{ echoRoleMap(v: [{key: "b", value: -2}, {key: "a", value: 1}]) { key value }
             levelSum(a: 100, b: 100) crewOf(names: ["x", "y"]) { name rank } crewSize(v: [{name: "x", rank: "cook"}]) }"#,
    );
    assert_eq!(told["echoRoleMap"], json!([{"key": "a", "value": 1}, {"key": "b", "value": -2}]));
    // The sum of two of eight bits has eight bits.
    assert_eq!(told["levelSum"], json!(-56));
    assert_eq!(told["crewOf"], json!([{"name": "x", "rank": "mate"}, {"name": "y", "rank": "mate"}]));
    assert_eq!(told["crewSize"], json!("x/cook "));
    let refused = runner.query("{ echoLevel(v: 128) }");
    assert!(refused["errors"][0]["message"].to_string().contains("128 is out of range"), "{refused}");
}

#[test]
fn types_of_the_standard_library() {
    let runner = runner();
    echoes(&runner, "echoMonth", "Month!", &[json!(5)]);
    echoes(&runner, "echoSorted", "[Int!]", &[json!([-1, 2, 3]), json!([]), Value::Null]);
    let told = data(
        &runner,
        r#"{ monthName(v: 5) echoWeekdays(v: [1, 0]) { key value } kindsOf { before kind after } echoSorted(v: [3, 1, 2])
             echoValues(v: [{key: "q", value: ["a", "b"]}]) { key value }
             echoAddress(v: {scheme: "https", opaque: "", host: "example.com", path: "/p", fragment: "", rawQuery: "q=1",
                 rawPath: "", rawFragment: "", forceQuery: false, omitHost: false}) { scheme host user { username } rawQuery } }"#,
    );
    assert_eq!(told["monthName"], json!("May"));
    assert_eq!(told["echoWeekdays"], json!([{"key": 0, "value": 1}, {"key": 1, "value": 2}]));
    // TinyGo's reflect.Kind is smaller than Go's.
    assert_eq!((&told["kindsOf"]["before"], &told["kindsOf"]["after"]), (&json!(1), &json!(3)));
    assert!(told["kindsOf"]["kind"].as_u64().is_some_and(|kind| (1..40).contains(&kind)), "{told}");
    assert_eq!(told["echoSorted"], json!([1, 2, 3]));
    assert_eq!(told["echoValues"], json!([{"key": "q", "value": ["a", "b"]}]));
    let address = json!({"scheme": "https", "host": "example.com", "user": null, "rawQuery": "q=1"});
    assert_eq!(told["echoAddress"], address);
}

/// `json.RawMessage` is any JSON value, `json.Number` a number with all its digits.
#[test]
fn json_is_json() {
    let runner = runner();
    let object = json!({"z": [1, {"a": null}], "t": "line\n\"end\"", "b": true});
    let values = [object.clone(), json!([1, 2]), json!("text"), json!(1.5), json!(false), Value::Null];
    echoes(&runner, "echoRaw", "RawMessage", &values);
    echoes(&runner, "echoRawPointer", "RawMessage", &[object.clone(), json!("text")]);
    echoes(&runner, "echoRaws", "[RawMessage]", &[json!([object, null, 3]), json!([]), Value::Null]);
    echoes(&runner, "echoNumber", "Number!", &[json!(5), json!(-1.25)]);
    echoes(&runner, "echoNumbers", "[Number!]", &[json!([1, 2.5])]);
    let told = data(
        &runner,
        r#"{ written: rawText(v: {z: [1, "a"], b: null}) none: rawText(v: null) empty: makeNumber(text: "")
             made: makeRaw(text: "\n{ \"a b\" :\t[ ] }\n") nothing: makeRaw(text: "null")
             echoRawMap(v: [{key: "k", value: {n: 1}}]) { key value } }"#,
    );
    assert_eq!((&told["written"], &told["none"]), (&json!(r#"{"z":[1,"a"],"b":null} nil=false"#), &json!(" nil=true")));
    assert_eq!((&told["made"], &told["nothing"], &told["empty"]), (&json!({"a b": []}), &Value::Null, &json!(0)));
    assert_eq!(told["echoRawMap"], json!([{"key": "k", "value": {"n": 1}}]));
    // Digits that no float has, which a parsed answer may lose.
    let exact = r#"{"query": "{ echoNumber(v: 1234567890123456789012.50) makeRaw(text: \"[1.50, 2e400]\") }"}"#;
    let (_, body) = runner.post("/graphql", exact);
    assert_eq!(body, r#"{"data":{"echoNumber":1234567890123456789012.50,"makeRaw":[1.50,2e400]}}"#);
    for (query, part) in [
        (r#"{ makeRaw(text: "{") }"#, "is not JSON"),
        (r#"{ makeNumber(text: "one") }"#, "is not a number"),
        (r#"{ echoNumber(v: "one") }"#, "is not a number"),
    ] {
        let answer = runner.query(query);
        assert!(answer["errors"][0]["message"].to_string().contains(part), "{query}: {answer}");
    }
}

/// What can be had of a `User`, and what it is for a user of this name.
const FIELDS: &str = "name role level tags raw month age";

fn user(name: &str) -> Value {
    json!({"name": name, "role": "admin", "level": -3, "tags": ["a", "b"], "raw": {"n": 1.5}, "month": 5, "age": 41})
}

#[test]
fn the_other_fields_of_a_struct_answer() {
    let runner = runner();
    let query = format!(
        "{{ oneUser {{ {FIELDS} }} userPointer {{ {FIELDS} }} allUsers {{ {FIELDS} }} usersByName {{ key value {{ {FIELDS} }} }} }}"
    );
    let expected = json!({
        "oneUser": user("one"), "userPointer": user("pointer"), "allUsers": [user("first"), user("second")],
        "usersByName": [{"key": "x", "value": user("x")}],
    });
    assert_eq!(data(&runner, &query), expected);
    // In arguments the fields that nobody can write have their zero values.
    let argument = user("given");
    let answer =
        runner.ask("query ($v: UserInput!) { describe(v: $v) describeAll(v: [$v], p: $v) }", &json!({ "v": argument }));
    let text = r#"given admin -3 [a b] {"n":1.5} May true true true true true true true 41"#;
    assert_eq!(answer, json!({"data": {"describe": text, "describeAll": format!("{text}; {text}")}}));
    let mut argument = user("given");
    argument["labels"] = Value::Null;
    let query = "query ($v: UserInput!) { describe(v: $v) }";
    assert_eq!(runner.ask(query, &json!({ "v": argument })), json!({"data": {"describe": text}}));
    argument["labels"] = json!([]);
    let refused = runner.ask(query, &json!({ "v": argument }));
    assert!(refused["errors"][0]["message"].to_string().contains("named.Labels"), "{refused}");
}

#[test]
fn who_selects_a_field_that_cannot_be_passed_is_told() {
    let runner = runner();
    for (field, part) in [
        ("labels", "what named.Labels is a map of"),
        ("shape", "named.Shape is a value of an interface"),
        ("callback", "named.Callback is a function"),
    ] {
        for (root, path) in [
            ("oneUser", json!(["oneUser", field])),
            ("userPointer", json!(["userPointer", field])),
            ("allUsers", json!(["allUsers", 0, field])),
        ] {
            let answer = runner.query(&format!("{{ {root} {{ name {field} }} monthName(v: 1) }}"));
            let error = &answer["errors"][0];
            assert!(error["message"].to_string().contains(part), "{answer}");
            assert_eq!(error["path"], path, "{answer}");
            // A result that must not be null takes the answer with it.
            let others = if root == "oneUser" { Value::Null } else { json!({root: null, "monthName": "January"}) };
            assert_eq!(answer["data"], others, "{answer}");
        }
    }
    // A type without a name has none in the schema either.
    for field in ["any", "anys", "channel", "complex"] {
        let answer = runner.query(&format!("{{ oneUser {{ {field} }} }}"));
        assert!(answer["errors"][0]["message"].to_string().contains(field), "{answer}");
    }
}

#[test]
fn modusc_names_each_field_and_function() {
    let messages = &APP.messages;
    for field in ["labels", "shape", "callback", "any", "anys", "channel", "complex"] {
        let line = format!("warning[MC0305]: field {field} of named.User cannot be passed: ");
        assert_eq!(messages.matches(&line).count(), 1, "{line}\n{messages}");
    }
    for function in ["echoLabels", "echoShape"] {
        assert!(messages.contains(&format!("each call of function {function} will fail: ")), "{messages}");
    }
    assert_eq!(messages.matches("MC0305").count(), 9, "{messages}");
}

/// Without debug information the table is what there is. Behind a field of unknown size nothing is read.
#[test]
fn without_debug_information_nothing_is_guessed() {
    let folder = tempfile::tempdir().unwrap();
    let stripped = folder.path().join("stripped.wasm");
    strip(&guests::build(GUEST), &stripped);
    let app = app::compile(&stripped, app::OPEN);
    let runner = Runner::start(&app.artifact, &Options::default());
    echoes(&runner, "echoRaw", "RawMessage", &[json!({"a": 1})]);
    echoes(&runner, "echoMonth", "Month!", &[json!(5)]);
    echoes(&runner, "echoSorted", "[Int!]", &[json!([1, 2])]);
    assert_eq!(data(&runner, "{ userPointer { name } }"), json!({"userPointer": {"name": "pointer"}}));
    for (query, part) in [
        ("{ userPointer { role } }", "nothing in the module tells what named.Role is"),
        ("{ userPointer { age } }", "it lies behind field role, and nothing in the module tells what named.Role is"),
        ("{ oneUser { name } }", "named.Role"),
        ("{ allUsers { name } }", "named.Role"),
        ("{ echoRole(v: \"a\") }", "named.Role"),
        ("{ echoCount(v: 1) }", "named.Count"),
    ] {
        let answer = runner.query(query);
        assert!(answer["errors"][0]["message"].to_string().contains(part), "{query}: {answer}");
    }
    assert!(
        app.messages.contains("field age of named.User cannot be passed: it lies behind field role"),
        "{}",
        app.messages
    );
}

/// A copy of a module without its debug information.
fn strip(from: &Path, to: &Path) {
    let bytes = std::fs::read(from).unwrap();
    let (mut kept, mut at) = (bytes[..8].to_vec(), 8);
    while at < bytes.len() {
        // A number, the size in groups of seven bits, the contents, which begin with the name of a custom section.
        let groups = bytes[at + 1..].iter().position(|byte| *byte < 0x80).expect("a size") + 1;
        let size = bytes[at + 1..][..groups].iter().rev().fold(0, |size, byte| size << 7 | usize::from(byte & 0x7f));
        let start = at + 1 + groups;
        if bytes[at] != 0 || !bytes[start + 1..].starts_with(b".debug") {
            kept.extend_from_slice(&bytes[at..start + size]);
        }
        at = start + size;
    }
    assert!(kept.len() < bytes.len() / 2, "there was debug information");
    std::fs::write(to, kept).unwrap();
}
