//! Promise: a value of every type crosses in all four directions: result and argument of an exported function, argument
//! and result of a host function; also while the guest collects garbage.
//!
//! The types apps have for each type `make…` (a value of the guest's own), `viaHost…` (sends its argument through a host
//! function, which here answers it) and `is…` (whether its argument is the guest's own value).

use abi::value::Value;
use runner::sandbox::Options;
use serde_json::Value as Json;
use tests::guests::Apps as _;
use tests::guests::Language;
use tests::in_process::{Guest, value};

/// Maps with composite keys come in any order, so that of all maps is made the same.
fn in_order(json: Json) -> Json {
    match json {
        Json::Array(items) => {
            let mut items: Vec<Json> = items.into_iter().map(in_order).collect();
            if items.iter().all(|item| item.get("key").is_some() && item.get("value").is_some()) {
                items.sort_by_cached_key(Json::to_string);
            }
            Json::Array(items)
        }
        Json::Object(members) => members.into_iter().map(|(name, value)| (name, in_order(value))).collect(),
        scalar => scalar,
    }
}

fn check(options: &Options) {
    for language in Language::ALL {
        let guest = Guest::load(&language.guest("types"), options.clone());
        let names = guest.program.functions.iter().map(|function| function.name.as_str());
        let types: Vec<&str> = names.filter_map(|name| name.strip_prefix("viaHost")).collect();
        assert!(types.len() > 100, "{language:?} has only {} types", types.len());
        for name in types {
            let call = |function: &str, arguments: &[Value]| {
                let function = format!("{function}{name}");
                value(guest.call(&function, arguments))
                    .unwrap_or_else(|error| panic!("{language:?} {function}: {error}"))
            };
            let made = call("make", &[]);
            let returned = call("viaHost", std::slice::from_ref(&made));
            // As JSON: floats are equal if their texts are, NaN and all.
            assert_eq!(in_order(returned.to_json()), in_order(made.to_json()), "{language:?} {name}");
            assert_eq!(call("is", &[returned]), Value::Bool(true), "{language:?} {name}");
        }
    }
}

#[test]
fn every_type() {
    check(&Options::default());
}

#[test]
fn every_type_while_collecting() {
    check(&Options { collect: true, ..Options::default() });
}
