//! The JSON Schema of what modusc prints for programs: each line of `--message-format json`, and the one object that `check`,
//! `inspect` and `bench` print with `--json`. `tests/tests/json_schemas.rs` compares it with what they print.

use serde_json::{Map, Value, json};

use super::{DIALECT, reference};

/// The schema: one of the definitions.
pub(super) fn schema() -> Value {
    let definitions = [
        ("diagnostic", diagnostic()),
        ("check", check()),
        ("inspect", inspect()),
        ("bench", bench()),
        ("parameter", parameter()),
        ("latency", latency()),
    ];
    let printed = ["diagnostic", "check", "inspect", "bench"];
    json!({
        "$schema": DIALECT,
        "title": "What modusc prints for programs",
        "description": "A line of --message-format json (diagnostic), or what check, inspect and bench print with --json.",
        "anyOf": printed.map(reference),
        "definitions": Map::from_iter(definitions.map(|(name, schema)| (name.to_owned(), schema))),
    })
}

fn text() -> Value {
    json!({"type": "string"})
}

fn integer() -> Value {
    json!({"type": "integer", "minimum": 0})
}

fn number() -> Value {
    json!({"type": "number"})
}

/// The same, or null where there is nothing to tell.
fn maybe(schema: Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}

fn list(of: Value) -> Value {
    json!({"type": "array", "items": of})
}

fn texts() -> Value {
    list(text())
}

/// An object that has these members and no others.
fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    partial(members, &[])
}

/// The same; some members may be missing.
fn partial<const N: usize>(members: [(&str, Value); N], optional: &[&str]) -> Value {
    let needed = members.iter().map(|(name, _)| *name).filter(|name| !optional.contains(name));
    let required: Vec<&str> = needed.collect();
    let properties = Map::from_iter(members.map(|(name, schema)| (name.to_owned(), schema)));
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn described(mut schema: Value, about: &str) -> Value {
    schema["description"] = about.into();
    schema
}

fn diagnostic() -> Value {
    let members = [
        ("code", described(json!({"type": "string", "pattern": "^MC[0-9]{4}$"}), "Its meaning never changes.")),
        (
            "severity",
            described(
                json!({"type": "string", "enum": ["note", "warning", "error"]}),
                "With an error nothing is written.",
            ),
        ),
        ("message", described(text(), "One sentence, for people.")),
        ("file", described(text(), "The file as it was named.")),
        ("line", described(json!({"type": "integer", "minimum": 1}), "From 1.")),
        ("column", described(json!({"type": "integer", "minimum": 1}), "From 1, in characters.")),
        ("pointer", described(text(), "JSON pointer into a manifest.")),
        ("help", described(text(), "What to do about it, for people.")),
    ];
    described(partial(members, &["file", "line", "column", "pointer", "help"]), "Something found in an app.")
}

fn check() -> Value {
    let members = [
        ("errors", integer()),
        ("warnings", integer()),
        ("manifest", described(maybe(text()), "The file of the manifest.")),
        ("module", described(maybe(text()), "The file of the module.")),
        (
            "endpoints",
            described(maybe(texts()), "Names, in the order of the text. Null where the manifest is unusable."),
        ),
        ("models", maybe(texts())),
        ("connections", maybe(texts())),
        ("variables", described(maybe(texts()), "Variables that the templates of the manifest name.")),
        ("fields", described(maybe(integer()), "How many GraphQL fields the module has.")),
        ("diagnostics", list(reference("diagnostic"))),
    ];
    described(object(members), "What `modusc check --json` prints.")
}

fn app() -> Value {
    object([
        ("name", text()),
        ("version", text()),
        ("sdk", text()),
        ("buildId", text()),
        ("buildTime", text()),
        ("gitRepo", text()),
        ("gitCommit", text()),
    ])
}

fn parameter() -> Value {
    object([("name", text()), ("type", text()), ("optional", json!({"type": "boolean"}))])
}

fn function() -> Value {
    object([
        ("name", text()),
        ("root", maybe(json!({"type": "string", "enum": ["Query", "Mutation"]}))),
        ("field", described(maybe(text()), "Null where the function is no field.")),
        ("parameters", list(reference("parameter"))),
        ("results", list(object([("name", text()), ("type", text())]))),
        ("signature", described(text(), "Its type in WebAssembly.")),
        ("uncallable", described(maybe(text()), "Why each call fails.")),
    ])
}

fn import() -> Value {
    object([
        ("module", text()),
        ("name", text()),
        ("parameters", list(reference("parameter"))),
        ("result", maybe(text())),
        ("signature", text()),
        ("problem", described(maybe(text()), "Why calls of it fail.")),
    ])
}

fn header() -> Value {
    object([
        ("producer", described(text(), "Version of modusc.")),
        ("target", text()),
        ("cpu", text()),
        ("cpuFeatures", texts()),
        ("wasmtime", text()),
        ("bounds", text()),
        ("settings", text()),
        ("sourceSha256", text()),
        ("sourceLength", integer()),
        ("codeSha256", text()),
        ("codeLength", integer()),
        ("programLength", integer()),
    ])
}

fn inspect() -> Value {
    let seed = partial([("random", integer()), ("clock", integer()), ("length", integer())], &["random", "clock"]);
    let endpoint = object([("name", text()), ("path", text()), ("auth", text())]);
    let memory = object([("built", integer()), ("initial", integer()), ("free", maybe(integer()))]);
    let section = object([("name", text()), ("offset", integer()), ("length", integer())]);
    let members = [
        ("app", app()),
        ("language", text()),
        (
            "start",
            described(maybe(text()), "The export that each call begins with. Null where the app began at build time."),
        ),
        ("seeds", described(list(seed), "Addresses of what is made anew in each call.")),
        ("memory", described(maybe(memory), "In bytes.")),
        ("schemaLength", integer()),
        ("functions", list(function())),
        ("imports", list(import())),
        ("endpoints", list(endpoint)),
        ("models", texts()),
        ("connections", texts()),
        ("embedders", texts()),
        ("length", described(integer(), "Of the file, in bytes.")),
        ("header", described(maybe(header()), "Null where the file is a module.")),
        ("sections", list(section)),
    ];
    // Of a damaged artifact only the header is told.
    let of_program = &members.each_ref().map(|(name, _)| *name)[..12];
    described(partial(members, of_program), "What `modusc inspect --json` prints.")
}

fn latency() -> Value {
    object([
        ("requests", integer()),
        ("minimumUs", number()),
        ("medianUs", number()),
        ("p95Us", number()),
        ("p99Us", number()),
    ])
}

fn bench() -> Value {
    let members = [
        (
            "app",
            object([("name", text()), ("version", text()), ("buildId", text()), ("sdk", text()), ("language", text())]),
        ),
        ("file", object([("path", text()), ("sizeBytes", integer())])),
        ("runner", maybe(object([("path", text()), ("sizeBytes", integer())]))),
        (
            "machine",
            object([
                ("processor", maybe(text())),
                ("architecture", text()),
                ("system", text()),
                ("cores", integer()),
                ("loadAverage1Min", maybe(number())),
            ]),
        ),
        ("settings", bench_settings()),
        ("coldStart", list(cold_start())),
        ("calls", list(bench_call())),
        ("skippedFields", list(object([("field", text()), ("reason", text())]))),
        ("floor", maybe(object([("path", text()), ("latency", reference("latency"))]))),
        ("memory", maybe(object([("residentAfterFirstAnswerBytes", integer()), ("peakResidentBytes", integer())]))),
        ("notes", texts()),
    ];
    described(object(members), "What `modusc bench --json` prints. Names tell the units.")
}

fn bench_settings() -> Value {
    object([
        ("rounds", integer()),
        ("connections", integer()),
        ("secondsOfLoad", number()),
        ("serverCore", maybe(integer())),
        ("endpointPath", text()),
        ("environment", text()),
        ("runnerArguments", texts()),
    ])
}

fn cold_start() -> Value {
    object([
        ("label", text()),
        ("query", text()),
        ("variables", json!({"type": "object"})),
        ("rounds", integer()),
        ("minimumMs", number()),
        ("medianMs", number()),
        ("p95Ms", number()),
    ])
}

fn bench_call() -> Value {
    let memory = object([("collectionsPerCall", maybe(number())), ("grownBytesPerCall", number())]);
    let load = object([
        ("requestsPerSecond", number()),
        ("succeeded", integer()),
        ("failed", integer()),
        ("firstFailure", maybe(text())),
        ("tookSeconds", number()),
    ]);
    object([
        ("label", text()),
        ("query", text()),
        ("variables", json!({"type": "object"})),
        ("given", json!({"type": "boolean"})),
        ("error", described(maybe(text()), "Why there are no figures.")),
        ("latency", maybe(reference("latency"))),
        ("memory", maybe(memory)),
        ("load", maybe(load)),
    ])
}
