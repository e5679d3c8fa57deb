use super::*;

/// `-` stands for an argument that is not given; the others are JSON.
fn check(query: &str, variables: &str, expected: &str) {
    let shown = match arguments(query, variables) {
        Ok(list) => {
            let show = |one: &Option<Value>| one.as_ref().map_or("-".to_owned(), |value| value.to_json().to_string());
            list.iter().map(show).collect::<Vec<_>>().join(" ")
        }
        Err(response) => response,
    };
    assert_eq!(shown, expected, "{query} {variables}");
}

/// The request is refused; the response has no data and mentions `part`.
fn refused(query: &str, variables: &str, part: &str) {
    let response = arguments(query, variables).expect_err(query);
    let fits = response.starts_with("{\"errors\":[{\"message\":") && !response.contains("\"data\"");
    assert!(fits && response.contains(part), "{query} {variables}: {response}");
}

#[test]
fn omitted_arguments_stay_omitted() {
    check("{add(a: 1)}", "", "1 -");
    check("{add(a: 1, b: 3)}", "", "1 3");
    check("query($b: Int) {add(a: 1, b: $b)}", "", "1 -");
    check("query($b: Int) {add(a: 1, b: $b)}", "{}", "1 -");
    check("query($b: Int = 7) {add(a: 1, b: $b)}", "", "1 7");
    check("query($b: Int!) {add(a: 1, b: $b)}", r#"{"b": 4}"#, "1 4");
    check("query($f: Boolean) {any(flag: $f)}", r#"{"f": null}"#, "- null - - - - -");
    check("{any(flag: null, text: \"\")}", "", "- null \"\" - - - -");
    check("{late}", "", "-");
    check("{late(neg: null)}", "", "-");
    check("{late(neg: -3)}", "", "-3");
}

#[test]
fn a_null_variable_for_a_required_argument() {
    check(
        "query($b: Int = 1) {add(a: 1, b: $b)}",
        r#"{"b": null}"#,
        r#"{"errors":[{"message":"argument: b on field: add must not be null","path":["add"]}],"data":null}"#,
    );
}

#[test]
fn numbers_keep_their_digits() {
    check("{any(id: 18446744073709551615)}", "", "- - - - 18446744073709551615 - -");
    check("{any(id: 123456789012345678901234567890)}", "", "- - - - 123456789012345678901234567890 - -");
    check("{any(id: \"18446744073709551615\")}", "", "- - - - \"18446744073709551615\" - -");
    check("query($i: UInt64) {any(id: $i)}", r#"{"i": 18446744073709551615}"#, "- - - - 18446744073709551615 - -");
    check("{any(size: 1e-7)}", "", "- - - 1e-7 - - -");
    check("{any(size: 3)}", "", "- - - 3 - - -");
    check("{any(wave: [0.1, 2])}", "", "- - - - - [0.1,2] -");
    check("query($w: Wave) {any(wave: $w)}", r#"{"w": [0.10]}"#, "- - - - - [0.10] -");
    check("query($x: Float) {any(wave: [0.1, $x])}", r#"{"x": 2}"#, "- - - - - [0.1,2] -");
    check("{sum(a: 1e3)}", "", "1e+3");
    check("query($a: Int!) {add(a: $a)}", r#"{"a": 1.0}"#, "1 -");
}

#[test]
fn lists_and_objects() {
    check("{any(list: 3)}", "", "- - - - - - [3]");
    check("{rows(rows: [1, 2])}", "", "[[1],[2]]");
    check("query($r: [[Int!]!]!) {rows(rows: $r)}", r#"{"r": 5}"#, "[[5]]");
    check("query($n: Int!) {rows(rows: [[$n, 2]])}", r#"{"n": 1}"#, "[[1,2]]");
    let nested = "{any(tree: {graft: {label: \"b\"}, label: \"a\", height: null})}";
    check(nested, "", r#"{"graft":{"label":"b"},"height":null,"label":"a"} - - - - - -"#);
    let variables = r#"{"l": "a"}"#;
    check(
        "query($l: String!, $h: Float) {any(tree: {label: $l, height: $h})}",
        variables,
        r#"{"label":"a"} - - - - - -"#,
    );
    check(
        "query($t: TreeInput) {any(tree: $t)}",
        r#"{"t": {"label": "a", "cuts": 1}}"#,
        r#"{"cuts":[1],"label":"a"} - - - - - -"#,
    );
}

#[test]
fn literals_are_checked() {
    refused("{add(a: \"1\")}", "", "Int cannot represent non-integer value: \\\"1\\\"");
    refused("{add(a: 1.0)}", "", "Int cannot represent non-integer value: 1.0 (at a)");
    refused("{add(a: 2147483648)}", "", "Int cannot represent non 32-bit signed integer value: 2147483648");
    refused("{add(a: ONE)}", "", "Int cannot represent non-integer value: ONE");
    refused("{add}", "", "required");
    refused("{add(a: null)}", "", "null");
    refused("{add(a: 1, c: 2)}", "", "c");
    refused("{any(text: 1)}", "", "String cannot represent a non string value: 1");
    refused("{any(flag: 1)}", "", "flag");
    refused("{any(size: \"x\")}", "", "Float cannot represent non numeric value");
    refused("{any(id: FOO)}", "", "UInt64 cannot represent value: FOO");
    refused("{any(tree: {label: \"a\", wings: 2})}", "", "wings");
    refused("{any(tree: {height: 1})}", "", "label");
    refused("{any(tree: {label: 5})}", "", "String cannot represent a non string value: 5");
    refused("{any(tree: {label: \"a\", cuts: [1, null]})}", "", "null");
    refused("{any(tree: \"a\")}", "", "tree");
    refused(
        "{any(tree: {label: \"a\", graft: {label: TRUE}})}",
        "",
        "String cannot represent a non string value: TRUE",
    );
    refused("query($n: Int) {any(tree: {label: 1, cuts: [$n]})}", "", "");
    refused("query($h: Float) {any(tree: {label: 1, height: $h})}", "", "(at tree.label)");
    refused("{add(a: [1])}", "", "Int cannot represent non-integer value: a list");
    refused("{any(text: [\"a\"])}", "", "String cannot represent a non string value: a list");
    refused("query($b: Int = \"x\") {add(a: 1, b: $b)}", "", "invalid default value");
}

/// A finding of validation with its place; no syntax error.
fn misplaced(query: &str, part: &str, column: usize) {
    let response = ask(&engine_with(Options::default(), |_, _| answer("null")), query, "");
    let (status, text) = (response.status, text(&response));
    let place = format!("\"locations\":[{{\"line\":1,\"column\":{column}}}]");
    assert!(status == 200 && text.contains(part) && text.contains(&place), "{query}: {status} {text}");
}

#[test]
fn objects_and_lists_for_built_in_scalars() {
    misplaced("{any(text: {a: 1})}", "String cannot represent a non string value: an object (at text)", 12);
    misplaced("{any(text: [{a: 1}])}", "String cannot represent a non string value: a list (at text)", 12);
    misplaced("{add(a: {})}", "Int cannot represent non-integer value: an object (at a)", 9);
    misplaced("{any(list: [1, {a: 1}])}", "Int cannot represent non-integer value: an object (at list[1])", 12);
    misplaced("{any(size: {a: [1]})}", "Float cannot represent non numeric value: an object (at size)", 12);
    misplaced("{any(flag: {a: true})}", "Boolean cannot represent a non boolean value: an object (at flag)", 12);
    misplaced("{any(tree: {label: {a: 1}})}", "non string value: an object (at tree.label)", 12);
    misplaced("{max @include(if: {a: true})}", "Boolean cannot represent a non boolean value: an object (at if)", 19);
    misplaced("{max @skip(if: [false])}", "Boolean cannot represent a non boolean value: a list (at if)", 16);
    misplaced("{__type(name: [\"Tree\"]) {name}}", "non string value: a list (at name)", 15);
    let list = "{__schema {types {fields(includeDeprecated: [true]) {name}}}}";
    misplaced(list, "non boolean value: a list (at includeDeprecated)", 45);
    let default = "query($b: Int = {a: 1}) {add(a: 1, b: $b)}";
    misplaced(
        default,
        r#"Variable \"$b\" has invalid default value; Int cannot represent non-integer value: an object"#,
        17,
    );
    misplaced("query($l: [Int!] = [1, {}]) {any(list: $l)}", r#"Variable \"$l\" has invalid default value; Int"#, 24);
    misplaced("query($f: Boolean = {}) {any(flag: $f)}", r#"Variable \"$f\" has invalid default value; Boolean"#, 21);
    // What is no GraphQL stays a syntax error.
    for query in ["{any(text: {a: 1)}", "query($a: Int = 1) {{", "{any(text: {{})}", "{any(id: {a 1})}", "query Q {{"] {
        let response = ask(&engine_with(Options::default(), |_, _| answer("null")), query, "");
        assert_eq!((response.status, text(&response).contains("Unexpected")), (400, true), "{query}");
    }
}

#[test]
fn objects_and_lists_for_custom_scalars() {
    let value = r#"{"a":[1,{"b":null}],"c":"x"}"#;
    let literal = r#"{a: [1, {b: null}], c: "x"}"#;
    let expected = format!("- - - - - {value} -");
    check(&format!("{{any(wave: {literal})}}"), "", &expected);
    check("query($w: Wave) {any(wave: $w)}", &format!(r#"{{"w": {value}}}"#), &expected);
    check(&format!("query($w: Wave = {literal}) {{any(wave: $w)}}"), "", &expected);
    check(
        "query($x: Int, $y: Int) {any(wave: {a: $x, b: $y, c: [$y]})}",
        r#"{"x": 2}"#,
        r#"- - - - - {"a":2,"c":[null]} -"#,
    );
    check("{any(wave: [{a: 1.50}, true])}", "", r#"- - - - - [{"a":1.50},true] -"#);
    check("{any(wave: {a: {tree: {a: 1}}}, id: {})}", "", r#"- - - - {} {"a":{"tree":{"a":1}}} -"#);
    refused("{any(wave: {a: [1, FOO]})}", "", "Wave cannot represent value: FOO (at wave.a[1])");
    refused("{any(wave: {a: 1, a: 2})}", "", "a");
    refused("{any(wave: {a: $x})}", "", "x");
}

#[test]
fn variables_are_checked() {
    refused("query($a: Int!) {add(a: $a)}", "", "Variable \\\"$a\\\" of required type \\\"Int!\\\" was not provided.");
    let wrong = "Variable \\\"$t\\\" got invalid value 5; String cannot represent a non string value: 5";
    refused("query($t: String!) {echo(text: $t)}", r#"{"t": 5}"#, wrong);
    refused(
        "query($t: String!) {echo(text: $t)}",
        r#"{"t": null}"#,
        "Expected non-nullable type \\\"String!\\\" not to be null.",
    );
    let tree = "query($t: TreeInput) {any(tree: $t)}";
    refused(tree, r#"{"t": {"label": "a", "cuts": [1, "x"]}}"#, r#"at \"t.cuts[1]\"; Int cannot"#);
    refused(tree, r#"{"t": {}}"#, r#"Field \"TreeInput.label\" of required type \"String!\" was not provided."#);
    refused(tree, r#"{"t": {"label": "a", "x": 1}}"#, r#"Field \"x\" is not defined by type \"TreeInput\"."#);
    refused(tree, r#"{"t": {"x": 1}}"#, r#"got invalid value {\"x\":1};"#);
    refused(tree, r#"{"t": []}"#, "TreeInput");
    refused("query($a: Int!) {add(a: 1)}", r#"{"a": 1}"#, "a");
    refused("query($a: String) {add(a: $a)}", r#"{"a": "1"}"#, "a");
    refused("query($a: Int) {add(a: $a)}", "", "used in position");
    refused("query($a: Int) {rows(rows: [[$a]])}", "", "used in position");
    refused("query($a: Int) {any(tree: {label: $a})}", "", "used in position");
    refused("query($a: [Int!]!) {add(a: $a)}", r#"{"a": [1]}"#, "used in position");
    refused("query($i: Boolean) {max @include(if: $i)}", "", "used in position");
    refused("query($i: Boolean = true) {max @include(if: $i)}", r#"{"i": null}"#, "if");
}
