//! Promise: what the host puts into a guest is the guest's own. It lives as long as something of the guest's refers to it,
//! whenever garbage is collected, and can be changed like what the guest has made itself; with every runtime that the
//! AssemblyScript compiler offers.

use std::path::PathBuf;
use std::process::Command;

use abi::value::Value;
use runner::sandbox::Options;
use serde_json::{Value as Json, json};
use tests::guests::Apps as _;
use tests::guests::Language;
use tests::in_process::{Guest, value};

/// An item with texts of all lengths and alphabets, and with everything that an item can have.
fn item(number: usize, with_inner: bool) -> Json {
    let text = |length: usize| ["x", "é", "€", "😀"][number % 4].repeat(length);
    let tags: Vec<String> = (0..number % 5).map(|at| text(at * 7)).collect();
    let scores: Vec<f64> = (0..number % 3).map(|at| at as f64 / 2.0).collect();
    let counts: Vec<Json> = (0..number % 4).map(|at| json!({"key": format!("key {at}"), "value": at})).collect();
    let data = ["", "AQID", "AAECAwQFBgcICQoLDA0ODw=="][number % 3];
    json!({
        "id": number,
        "name": text(if number == 7 { 5000 } else { number }),
        "tags": tags,
        "scores": scores,
        "counts": counts,
        "at": "2026-03-01T12:30:15.5Z",
        "inner": with_inner.then(|| item(number + 1, false)),
        "data": data,
    })
}

fn items() -> Vec<Json> {
    (0..40).map(|number| item(number, number % 2 == 0)).collect()
}

fn push(list: &mut Json, value: Json) {
    list.as_array_mut().expect("a list").push(value);
}

/// What the guests' function of this name makes of the items.
fn changed(mut items: Vec<Json>, rounds: usize) -> Vec<Json> {
    for round in 0..rounds {
        for item in &mut items {
            let name = format!("{}.{round}", item["name"].as_str().expect("a name"));
            item["name"] = json!(name);
            push(&mut item["tags"], json!(name));
            push(&mut item["scores"], json!(round as f64));
            push(&mut item["counts"], json!({"key": format!("round {round}"), "value": round}));
            if !item["inner"].is_null() {
                push(&mut item["inner"]["tags"], json!("inner"));
            }
        }
        items.remove(0);
    }
    items
}

fn arguments(list: &[Json]) -> Vec<Value> {
    list.iter().map(Value::from).collect()
}

/// Calls, each with the collections that the guest's runtime can bear while a function runs.
fn check(name: &str, guest: &Guest, collect: bool) {
    let items = json!(items());
    let call = |function: &str, list: &[Json]| {
        let value = value(guest.call(function, &arguments(list)));
        value.unwrap_or_else(|error| panic!("{name} {function}: {error}")).to_json()
    };
    assert_eq!(call("after", &[items.clone(), json!(5), json!(collect)]), items, "{name}");
    // One digit each, so that keys come back in this order.
    let rounds = 10;
    let expected = changed(self::items(), rounds);
    assert_eq!(call("changed", &[items.clone(), json!(rounds), json!(collect)]), json!(expected), "{name}");
}

/// An instance that is kept goes on with what it was given, after the host has let go of it.
fn check_kept(name: &str, guest: &Guest, collect: bool) {
    guest.with_kept(|instance| {
        let mut call = |function: &str, list: &[Json]| {
            let value = value(instance.call(&guest.request(function, &arguments(list))));
            value.unwrap_or_else(|error| panic!("{name} {function}: {error}")).to_json()
        };
        for round in 0..5 {
            let items = json!(items()[round..]);
            assert_eq!(call("keep", std::slice::from_ref(&items)), json!(40 - round), "{name}");
            for _ in 0..3 {
                assert_eq!(call("held", &[json!(collect)]), items, "{name}");
            }
            // What was given before is garbage now, and what is given next lies in its place.
            call("after", &[items, json!(1), json!(false)]);
        }
    });
}

#[test]
fn every_language() {
    for language in Language::ALL {
        let guest = Guest::load(&language.guest("collects"), Options::default());
        for collect in [false, true] {
            check(language.name(), &guest, collect);
            check_kept(language.name(), &guest, collect);
        }
    }
}

/// What was given to an instance that is kept is garbage after the call, however much of it comes at once and however
/// little the guest allocates itself.
///
/// Maps are left out. In TinyGo a map with three entries has three bytes of random hashes side by side, which its collector
/// takes for an address in the first 16 MiB. Each keeps some list of an earlier call alive, which keeps others.
#[test]
fn garbage_is_collected() {
    let mut items = items();
    items.iter_mut().for_each(without_maps);
    let list: Vec<Json> = std::iter::repeat_n(items, 10).flatten().collect();
    for language in Language::ALL {
        let guest = Guest::load(&language.guest("collects"), Options::default());
        let request = guest.request("after", &arguments(&[json!(list), json!(0), json!(false)]));
        guest.with_kept(|instance| {
            let after_call = |_| {
                value(instance.call(&request)).unwrap_or_else(|error| panic!("{language:?}: {error}"));
                instance.memory_size()
            };
            // All of it would be more than 16 MiB.
            let sizes: Vec<usize> = (0..100).map(after_call).collect();
            assert!(sizes.iter().all(|size| *size <= 16 << 20), "{language:?}: {sizes:?}");
        });
    }
}

fn without_maps(item: &mut Json) {
    item["counts"] = json!([]);
    if !item["inner"].is_null() {
        without_maps(&mut item["inner"]);
    }
}

/// The app in AssemblyScript as `arguments` of the SDK's tool say.
fn variant(arguments: &[&str]) -> Guest {
    let folder = tests::root().join("target/guests");
    std::fs::create_dir_all(&folder).expect("target/ is writable");
    let wasm: PathBuf = folder.join(format!("collects-{}-{}.wasm", arguments.concat(), std::process::id()));
    let output = Command::new("node")
        .arg(tests::root().join("sdk/assemblyscript/bin/build.js"))
        .arg(tests::root().join("tests/guests/assemblyscript/collects"))
        .args(arguments)
        .arg("-o")
        .arg(&wasm)
        .output()
        .expect("node is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Guest::load(&wasm, Options::default())
}

#[test]
fn every_runtime() {
    // With assertions of the runtime about its lists and blocks.
    let guest = variant(&["debug"]);
    for collect in [false, true] {
        check("debug", &guest, collect);
        check_kept("debug", &guest, collect);
    }
    // This runtime does not look at what a running function still needs, so it may collect at its beginning only.
    let guest = variant(&["--target", "minimal"]);
    check("minimal", &guest, false);
    check_kept("minimal", &guest, true);
    let guest = variant(&["--target", "stub"]);
    check("stub", &guest, false);
    check_kept("stub", &guest, false);
}
