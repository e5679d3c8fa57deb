//! The `types` apps behind the real runner: their functions called by name with JSON values.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::app::{self, App};
use crate::guests::Apps as _;
use crate::guests::Language::{self, AssemblyScript, Go};
use crate::runner::{Options, Runner};

/// A `types` app being served, and what its schema says.
pub struct Typed {
    /// The runner.
    pub runner: Runner,
    language: Language,
    /// By field of the query type.
    functions: BTreeMap<String, Function>,
    /// Types of the fields of each object type.
    objects: BTreeMap<String, BTreeMap<String, String>>,
    _app: App,
    _guard: Child,
}

struct Function {
    /// Names and types.
    arguments: Vec<(String, String)>,
    result: String,
}

/// Enough for the deepest list of the guests.
const TYPE: &str = "fragment t on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { \
                    kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }";

impl Typed {
    /// The language's app, shared by all tests of a program.
    pub fn of(language: Language) -> &'static Self {
        static SHARED: [LazyLock<Typed>; 2] =
            [LazyLock::new(|| Typed::serve(AssemblyScript)), LazyLock::new(|| Typed::serve(Go))];
        &SHARED[usize::from(language == Go)]
    }

    fn serve(language: Language) -> Self {
        let app = app::compile(&language.guest("types"), app::OPEN);
        let runner = Runner::start(&app.artifact, &Options::arguments(&["--introspection", "true"]));
        let answer = runner.query(&format!(
            "{{ __schema {{ queryType {{ fields {{ name type {{ ...t }} args {{ name type {{ ...t }} }} }} }} \
             types {{ kind name fields {{ name type {{ ...t }} }} }} }} }} {TYPE}"
        ));
        let schema = &answer["data"]["__schema"];
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let named = |entry: &Value| (text(&entry["name"]), type_text(&entry["type"]));
        let functions = list(&schema["queryType"]["fields"]).into_iter().map(|field| {
            let arguments = list(&field["args"]).iter().map(named).collect();
            (text(&field["name"]), Function { arguments, result: type_text(&field["type"]) })
        });
        let functions: BTreeMap<_, _> = functions.collect();
        let objects = list(&schema["types"]).into_iter().filter(|ty| ty["kind"] == "OBJECT");
        let objects = objects.map(|ty| (text(&ty["name"]), list(&ty["fields"]).iter().map(named).collect())).collect();
        assert!(!functions.is_empty(), "no introspection: {answer}");
        let guard = guard(&runner, &app);
        Self { runner, language, functions, objects, _app: app, _guard: guard }
    }

    /// Whether the app has such a field.
    pub fn has(&self, field: &str) -> bool {
        self.functions.contains_key(field)
    }

    /// The names of all fields of the query type.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.functions.keys().map(String::as_str)
    }

    /// Calls a function with arguments as variables; the selection takes what `shape` has. The whole answer.
    pub fn call(&self, field: &str, arguments: &[&Value], shape: &Value) -> Value {
        self.runner.ask(&self.document(field, arguments.len(), shape), &self.variables(field, arguments))
    }

    /// Calls a function with its first argument as a literal.
    pub fn call_literal(&self, field: &str, value: &Value, shape: &Value) -> Value {
        let function = self.function(field);
        let (name, _) = function.arguments.first().unwrap_or_else(|| panic!("{field} takes no argument"));
        let selection = self.selection(&function.result, &[shape]);
        self.runner.query(&format!("{{ r: {field}({name}: {}){selection} }}", literal(value)))
    }

    /// Calls a function; the answer's text, for what JSON parsers do not tell apart.
    pub fn call_text(&self, field: &str, arguments: &[&Value]) -> String {
        let document = self.document(field, arguments.len(), &Value::Null);
        let body = json!({"query": document, "variables": self.variables(field, arguments)});
        self.runner.post("/graphql", &body.to_string()).1
    }

    fn function(&self, field: &str) -> &Function {
        self.functions.get(field).unwrap_or_else(|| panic!("{:?} has no field {field}", self.language))
    }

    fn document(&self, field: &str, count: usize, shape: &Value) -> String {
        let function = self.function(field);
        let (mut definitions, mut given) = (String::new(), String::new());
        for (name, ty) in function.arguments.iter().take(count) {
            let _ = write!(definitions, "${name}: {ty} ");
            let _ = write!(given, "{name}: ${name} ");
        }
        let (open, close) = if count == 0 { ("", "") } else { ("(", ")") };
        let selection = self.selection(&function.result, &[shape]);
        format!("query{open}{definitions}{close} {{ r: {field}{open}{given}{close}{selection} }}")
    }

    fn variables(&self, field: &str, arguments: &[&Value]) -> Value {
        let names = self.function(field).arguments.iter().map(|(name, _)| name.clone());
        names.zip(arguments.iter().copied().cloned()).collect::<serde_json::Map<_, _>>().into()
    }

    /// Selects, at each level, the members that some of the values have.
    fn selection(&self, ty: &str, values: &[&Value]) -> String {
        let Some(fields) = self.objects.get(ty.trim_matches(['[', ']', '!'])) else {
            return String::new();
        };
        let mut items = Vec::new();
        values.iter().for_each(|value| flatten(value, &mut items));
        let mut chosen = String::new();
        for (name, ty) in fields {
            let inner: Vec<_> = items.iter().filter_map(|item| item.get(name)).collect();
            if !inner.is_empty() {
                let _ = write!(chosen, " {name}{}", self.selection(ty, &inner));
            }
        }
        if chosen.is_empty() { " { __typename }".to_owned() } else { format!(" {{{chosen} }}") }
    }

    /// Calls a function; what it answers must be `expected`.
    #[track_caller]
    pub fn check(&self, field: &str, arguments: &[&Value], expected: &Value) {
        let answer = self.call(field, arguments, expected);
        assert_eq!(answer["errors"], Value::Null, "{:?} {field} {arguments:?}", self.language);
        assert_eq!(&answer["data"]["r"], expected, "{:?} {field} {arguments:?}", self.language);
    }

    /// The guest answers each value as it was given.
    #[track_caller]
    pub fn echo(&self, name: &str, values: &[Value]) {
        for value in values {
            self.check(&format!("echo{name}"), &[value], value);
        }
    }

    /// All there is to a type: the guest makes `fixed`, recognises it, and answers it and the other values, which it
    /// does not take for `fixed`, as they were given.
    #[track_caller]
    pub fn both_ways(&self, name: &str, fixed: &Value, others: &[Value]) {
        self.check(&format!("make{name}"), &[], fixed);
        self.check(&format!("is{name}"), &[fixed], &json!(true));
        self.echo(name, std::slice::from_ref(fixed));
        self.echo(name, others);
        for other in others {
            self.check(&format!("is{name}"), &[other], &json!(false));
        }
    }

    /// The call is refused with a message that holds each of the parts.
    #[track_caller]
    pub fn refuses(&self, field: &str, arguments: &[&Value], parts: &[&str]) {
        let answer = self.call(field, arguments, &Value::Null);
        let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
        let all = parts.iter().all(|part| message.contains(part));
        assert!(all, "{:?} {field} {arguments:?} is to be refused with {parts:?}: {answer}", self.language);
        assert!(answer["data"]["r"].is_null(), "{:?} {field} {arguments:?}: {answer}", self.language);
    }
}

/// A type by its names in both languages and its values; an empty name leaves the language out.
pub type Row<'a> = (&'a str, &'a str, Value, Vec<Value>);

/// Runs [`Typed::both_ways`] for each row in each language.
#[track_caller]
pub fn both_ways(rows: &[Row<'_>]) {
    for language in Language::ALL {
        let typed = Typed::of(language);
        for (assemblyscript, go, fixed, others) in rows {
            let name = if language == AssemblyScript { assemblyscript } else { go };
            if !name.is_empty() {
                typed.both_ways(name, fixed, others);
            }
        }
    }
}

/// Ends the runner and removes the app with this process: what is in a static is never dropped. The guard's standard
/// input closes when this process is gone.
fn guard(runner: &Runner, app: &App) -> Child {
    Command::new("sh")
        .args(["-c", "cat; kill \"$1\"; rm -r \"$2\"", "guard", &runner.id().to_string()])
        .arg(app.artifact.parent().expect("the artifact lies in a folder"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("sh runs")
}

/// JSON as a literal of a document.
fn literal(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}: {}", literal(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        scalar => scalar.to_string(),
    }
}

fn flatten<'v>(value: &'v Value, items: &mut Vec<&'v Value>) {
    match value {
        Value::Array(list) => list.iter().for_each(|item| flatten(item, items)),
        other => items.push(other),
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a name").to_owned()
}

fn type_text(ty: &Value) -> String {
    match ty["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", type_text(&ty["ofType"])),
        Some("LIST") => format!("[{}]", type_text(&ty["ofType"])),
        _ => text(&ty["name"]),
    }
}
