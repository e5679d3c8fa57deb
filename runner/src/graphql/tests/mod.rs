//! The engine against functions that are closures.

mod arguments;
mod damage;
mod documents;
mod limits;
mod panics;
mod persisted;
mod requests;
mod results;
mod selections;
mod subscriptions;
mod unsent;

use std::sync::{Arc, Mutex};

use abi::language::Language;
use abi::manifest::Manifest;
use abi::plan::{App, DefaultValue, Entry, FunctionPlan, ParameterPlan, Program, ResultPlan, Signature};
use abi::renewal::Renewal;
use abi::schema::{Argument, ObjectField, ObjectType, RootField, Schema, TypeRef};
use abi::types::{FieldPlan, Kind, Sequence, TypeId, TypePlan, Types};
use abi::value::Value;
use futures::FutureExt as _;

use hyper::header::HeaderMap;

use super::plan::EntryKind;
use super::{Engine, GraphqlRequest, Options, Prepared, Refusal};
use crate::call::{CallRequest, Outcome};
use crate::compute;
use crate::limits::{LimitId, Limits};
use crate::server::graphql_http::accept::Media;
use crate::server::graphql_http::request;
use crate::server::graphql_http::response::Reply;

fn type_ref(text: &str) -> TypeRef {
    match text.strip_suffix('!') {
        Some(inner) => TypeRef::NonNull(Box::new(type_ref(inner))),
        None => match text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
            Some(inner) => TypeRef::List(Box::new(type_ref(inner))),
            None => TypeRef::Named(text.to_owned()),
        },
    }
}

fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(',').filter(|one| !one.is_empty()).map(|one| one.trim().split_once(": ").expect("name: Type"))
}

/// `name(arg: Type = json, arg: Type): Type`; `?` after a type marks a default that only the guest knows.
fn field(text: &str, functions: &mut Vec<FunctionPlan>) -> RootField {
    let (name, rest) = text.split_once('(').expect("an argument list");
    let (list, ty) = rest.rsplit_once("): ").expect("a type");
    let mut arguments = Vec::new();
    let mut parameters = Vec::new();
    for (name, rest) in pairs(list) {
        let (ty, default) = rest.split_once(" = ").map_or((rest, None), |(ty, json)| (ty, Some(json)));
        let default: Option<serde_json::Value> = default.map(|json| serde_json::from_str(json).expect("JSON"));
        let plan = if ty.ends_with('?') { DefaultValue::Placeholder } else { DefaultValue::None };
        let ty = type_ref(ty.trim_end_matches('?'));
        arguments.push(Argument { name: name.into(), ty, default: default.as_ref().map(Value::from) });
        parameters.push(ParameterPlan { name: name.into(), ty: TypeId(0), default: plan });
    }
    functions.push(FunctionPlan {
        name: name.into(),
        parameters,
        results: results(name),
        signature: Signature::default(),
        own: Language::ALL[0].function_part(),
        entry: Entry::default(),
        uncallable: None,
    });
    let description = (name == "tree").then(|| "Looks one tree up.\nOr not.".to_owned());
    let function = functions.len() as u32 - 1;
    RootField { name: name.into(), description, arguments, ty: type_ref(ty), function }
}

fn object(name: &str, fields: &str) -> ObjectType {
    let fields = pairs(fields).map(|(name, ty)| ObjectField { name: name.into(), description: None, ty: type_ref(ty) });
    ObjectType { name: name.into(), description: None, fields: fields.collect(), is_map_pair: false }
}

/// The guest's types behind the schema, as far as tests need them; the second is `Tree`.
fn types() -> Types {
    let plan = |kind| TypePlan {
        name: String::new(),
        class_id: 0,
        size: 0,
        align: 1,
        payload: 0,
        words: Vec::new(),
        pointers: false,
        kind,
    };
    let field = |(name, ty): (&str, u32)| FieldPlan { name: name.into(), offset: 0, ty: TypeId(ty) };
    let tree = [("label", 0), ("height", 3), ("graft", 2), ("nick", 0)].map(field).into();
    let list = |element| Kind::List { element, sequence: Sequence::Growable, bytes: false };
    let (text, node) = (TypeId(0), TypeId(1));
    let map = Kind::Map { key: text, value: node, keys: text, values: text };
    let mut types = Types::default();
    for kind in [Kind::String, Kind::Struct(tree), Kind::Optional(node), Kind::F64, list(node), map] {
        types.add(plan(kind));
    }
    types
}

/// Result types of the functions that have one; several are named after the schema.
fn results(function: &str) -> Vec<ResultPlan> {
    let list: &[_] = match function {
        "tree" => &[("item1", 2)],
        "trees" => &[("item1", 4)],
        "forest" => &[("item1", 5)],
        "both" => &[("left", 2), ("right", 0)],
        _ => &[],
    };
    list.iter().map(|(name, ty)| ResultPlan { name: (*name).into(), ty: TypeId(*ty) }).collect()
}

fn program() -> Program {
    let mut functions = Vec::new();
    let query = [
        "add(a: Int!, b: Int! = 2): Int!",
        "any(tree: TreeInput, flag: Boolean, text: String, size: Float, id: UInt64, wave: Wave, list: [Int!]): String",
        "echo(text: String!): String!",
        "fail(): Int",
        "failHard(): Int!",
        "late(neg: Int?): Int",
        "max(): UInt64!",
        "rows(rows: [[Int!]!]! = [[1]]): [[Int]]!",
        "sum(a: Int64!): Int64!",
        "tree(label: String!): Tree",
        "treeNull(): Tree",
        "trees(): [Tree!]",
        "forest(): [Plot!]",
        "both(): Both",
        "nothing(): Void",
        "number(): Float",
        "wave(): Wave!",
    ];
    let mutation = ["save(n: Int!): Int!", "slow(n: Int!): Int!"];
    let schema = Schema {
        query: query.iter().map(|text| field(text, &mut functions)).collect(),
        mutation: mutation.iter().map(|text| field(text, &mut functions)).collect(),
        scalars: ["Int64", "UInt64", "Void", "Wave"].map(String::from).into(),
        inputs: vec![object("TreeInput", "label: String!, height: Float, graft: TreeInput, cuts: [Int!]")].into(),
        objects: vec![
            object("Tree", "label: String!, height: Float!, graft: Tree, nick: String"),
            object("Plot", "key: String!, value: Tree"),
            object("Both", "left: Tree, right: String"),
        ]
        .into(),
    };
    Program {
        app: App::default(),
        language: Language::ALL[0],
        start: None,
        renewal: Renewal::default(),
        memory: None,
        types: types(),
        functions: functions.into(),
        imports: Vec::new(),
        schema,
        manifest: Manifest::default(),
    }
}

/// Answers by function name.
fn engine_with(options: Options, run: impl Fn(&str, CallRequest) -> Outcome + Send + Sync + 'static) -> Engine {
    engine_of(program(), options, run)
}

fn engine_of(
    program: Program,
    options: Options,
    run: impl Fn(&str, CallRequest) -> Outcome + Send + Sync + 'static,
) -> Engine {
    let program = Arc::new(program);
    let names: Vec<_> = program.functions.iter().map(|function| function.name.clone()).collect();
    let run = Arc::new(run);
    let call = move |request: CallRequest| {
        let (name, run) = (names[request.function as usize].clone(), Arc::clone(&run));
        async move { run(&name, request) }.boxed()
    };
    Engine::new(program, Arc::new(call), options)
}

/// An outcome with a value given as JSON.
fn answer(json: &str) -> Outcome {
    let json: serde_json::Value = serde_json::from_str(json).expect("JSON");
    value(Value::from(&json))
}

fn value(value: Value) -> Outcome {
    Outcome { execution_id: "x1".into(), value: Some(value), ..Outcome::default() }
}

/// The operation of a request.
fn prepared(engine: &Engine, request: GraphqlRequest) -> Result<Prepared, Refusal> {
    compute::at_once(engine.prepare(request))
}

/// What a client is sent.
#[derive(Debug)]
struct Response {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Asks as a client does: with a body, or with the query string of a GET.
async fn exchange(engine: &Engine, query_string: Option<&str>, body: &str, media: Media) -> Response {
    let result = async {
        let prepared = engine.prepare(request::read(query_string, body.as_bytes())?).await?;
        engine.run(prepared).await
    };
    let response = Reply::of(result.await, media).whole();
    let body = response.body().whole().expect("it is no stream").to_vec();
    Response { status: response.status().as_u16(), headers: response.headers().clone(), body }
}

fn send(engine: &Engine, body: &str) -> Response {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
    runtime.block_on(exchange(engine, None, body, Media::Unstated))
}

fn ask(engine: &Engine, query: &str, variables: &str) -> Response {
    let mut body = serde_json::json!({ "query": query });
    if !variables.is_empty() {
        body["variables"] = serde_json::from_str(variables).expect("variables are JSON");
    }
    send(engine, &body.to_string())
}

fn text(response: &Response) -> String {
    String::from_utf8(response.body.clone()).expect("UTF-8")
}

/// Answers every function the same way and compares the body.
fn check_outcome(query: &str, outcome: Outcome, expected: &str) {
    let engine = engine_with(Options::default(), move |_, _| outcome.clone());
    assert_eq!(text(&ask(&engine, query, "")), expected, "{query}");
}

/// The only call of a query, or the response of one without.
fn called(query: &str, variables: &str) -> Result<CallRequest, String> {
    let seen = Arc::new(Mutex::new(None));
    let noted = Arc::clone(&seen);
    let engine = engine_with(Options::default(), move |_, request| {
        *noted.lock().expect("not poisoned") = Some(request);
        answer("null")
    });
    let response = text(&ask(&engine, query, variables));
    let seen = seen.lock().expect("not poisoned").take();
    seen.ok_or(response)
}

/// The arguments with which a query calls its function.
fn arguments(query: &str, variables: &str) -> Result<Vec<Option<Value>>, String> {
    called(query, variables).map(|request| request.arguments)
}
