//! Arguments that come back as results, and arguments that must not get in.

use serde_json::json;

use super::fake::{Fake, function};
use super::runtime::{RUNTIMES, Runtime};
use abi::assemblyscript::AssemblyScript;
use abi::guest::{CallError, Limits, read_u32, slice};
use abi::language::GuestLanguage as _;
use abi::selection::Selection;
use abi::transfer::budget::Exceeded;
use abi::transfer::fault::Cause;
use abi::types::Types;
use abi::value::Value;

/// Calls a function that answers its argument, in guests of every runtime; nothing stays pinned.
fn echo(type_name: &str, value: &serde_json::Value) -> (Fake, Result<Value, CallError>) {
    let mut types = Types::default();
    let function = function(&mut types, &[type_name]);
    let mut outcomes = RUNTIMES.map(|runtime| {
        let mut guest = Fake::with(runtime);
        let arguments = [Some(Value::from(value))];
        let all = Selection::All;
        let result = AssemblyScript.call(&types, &function, &Limits::default(), &all, &mut guest, &arguments);
        assert_eq!(guest.pins(), 0, "{type_name} {value}");
        guest.check();
        // All objects come from one allocation where it is known how.
        assert!(guest.news <= 1 || runtime == Runtime::Foreign, "{type_name} {value}: {}", guest.news);
        (guest, result)
    });
    let text = |outcome: &(Fake, Result<Value, CallError>)| format!("{:?}", outcome.1);
    assert!(outcomes.iter().all(|outcome| text(outcome) == text(&outcomes[0])), "{type_name} {value}");
    outcomes.swap(0, 2);
    let [collecting, ..] = outcomes;
    collecting
}

fn same(type_name: &str, value: serde_json::Value) {
    becomes(type_name, &value, &value);
}

fn becomes(type_name: &str, value: &serde_json::Value, expected: &serde_json::Value) {
    let (_, result) = echo(type_name, value);
    assert_eq!(result.map(|value| value.to_json()), Ok(expected.clone()), "{type_name} {value}");
}

fn refused(type_name: &str, value: serde_json::Value, place: &str, part: &str) {
    match echo(type_name, &value).1 {
        Err(CallError::Argument { path, cause }) => {
            assert_eq!(path.to_string(), place, "{cause}");
            assert!(cause.to_string().contains(part), "{cause}");
        }
        other => panic!("{type_name} {value}: {other:?}"),
    }
}

#[test]
fn round_trips() {
    same("i8", json!(-128));
    same("i64", json!(i64::MIN));
    same("u64", json!(u64::MAX));
    same("f64", json!(0.1));
    same("bool", json!(true));
    same("~lib/string/String", json!("Hi€😀\0"));
    same("~lib/string/String", json!(""));
    same("~lib/string/String | null", json!(null));
    same("~lib/arraybuffer/ArrayBuffer", json!("AQID"));
    same("~lib/arraybuffer/ArrayBuffer", json!(""));
    same("~lib/array/Array<u8>", json!("AQID"));
    same("~lib/array/Array<i32>", json!([1, -2, 3]));
    same("~lib/array/Array<i32>", json!([]));
    same("~lib/array/Array<~lib/string/String|null>", json!(["a", null, "b"]));
    same("~lib/staticarray/StaticArray<i16>", json!([1, -1]));
    same("~lib/staticarray/StaticArray<~lib/string/String>", json!(["a", "b"]));
    same("~lib/typedarray/Float32Array", json!([1.5, -2.0]));
    same("~lib/set/Set<~lib/string/String>", json!(["b", "a"]));
    same("Date", json!("2024-02-29T12:34:56.789Z"));
    same("assembly/index/Empty", json!({}));
    same("assembly/index/Seat", json!({"row": 3, "tags": ["x", null]}));
    let pairs = json!([{"key": 1, "value": {"row": 1, "tags": []}}, {"key": 2, "value": null}]);
    same("~lib/map/Map<i32,assembly/index/Seat|null>", pairs);
    same("~lib/map/Map<assembly/index/Empty,bool>", json!([{"key": {}, "value": true}, {"key": {}, "value": false}]));
}

#[test]
fn conversions() {
    becomes("~lib/arraybuffer/ArrayBuffer", &json!([1, 2, 3]), &json!("AQID"));
    becomes("~lib/typedarray/Uint8ClampedArray", &json!([-5, 300, 1e300, 7]), &json!("AP//Bw=="));
    becomes("~lib/typedarray/Float32Array", &json!("AADAPw=="), &json!([1.5]));
    becomes("~lib/array/Array<i32>", &json!(5), &json!([5]));
    becomes("~lib/array/Array<i32>", &json!([null]), &json!([0]));
    becomes("~lib/string/String", &json!(1.5), &json!("1.5"));
    becomes("~lib/set/Set<f64>", &json!([1.5, 2, 1.5]), &json!([1.5, 2.0]));
    becomes("assembly/index/Seat", &json!({"row": 1, "tags": "x", "more": 1}), &json!({"row": 1, "tags": ["x"]}));
    becomes(
        "~lib/map/Map<u8,u8>",
        &json!({"10": 1, "9": 2}),
        &json!([{"key": 10, "value": 1}, {"key": 9, "value": 2}]),
    );
}

#[test]
fn refusals() {
    refused("u8", json!(300), "p0", "300 is out of range for u8 (0 to 255)");
    refused("~lib/string/String", json!(null), "p0", "unexpected nil value for non-nullable string");
    refused("~lib/arraybuffer/ArrayBuffer", json!("AQI"), "p0", "failed to decode base64");
    refused("~lib/arraybuffer/ArrayBuffer", json!([256]), "p0[0]", "out of range");
    refused("~lib/typedarray/Float32Array", json!("AQID"), "p0", "not a whole number");
    refused("~lib/array/Array<~lib/string/String>", json!(["a", null]), "p0[1]", "unexpected nil value");
    refused("assembly/index/Seat", json!({"row": 256, "tags": []}), "p0.row", "out of range");
    refused("assembly/index/Seat", json!({"row": 1}), "p0.tags", "a value is required but missing");
    refused("assembly/index/Seat", json!({"Row": 1, "tags": []}), "p0.row", "required but missing");
    refused("assembly/index/Seat", json!("seat"), "p0", "a string is not an object");
    let seats = json!([{"row": 1, "tags": []}, {"row": 2, "tags": [{}]}]);
    refused("~lib/array/Array<assembly/index/Seat>", seats, "p0[1].tags[0]", "an object is not a string");
    refused("~lib/map/Map<u8,u8>", json!([{"key": 1}]), "p0[0].value", "required but missing");
    refused("~lib/map/Map<u8,u8>", json!({"x": 1}), "p0.x", "not an integer");
    refused("~lib/map/Map<u8,u8>", json!([5]), "p0[0]", "not an object with a key");
    refused("Date", json!(5), "p0", "incompatible type for timestamp");
    refused("Date", json!("soon"), "p0", "failed to parse date time string: soon");
}

#[test]
fn deep_values_are_refused() {
    let mut value = json!(null);
    for id in 0..200 {
        value = json!({"id": id, "next": value});
    }
    match echo("assembly/index/Loop", &value).1 {
        Err(CallError::Argument { cause, .. }) => assert!(matches!(cause, Cause::Limit(Exceeded::Depth(_))), "{cause}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn empty_arrays_have_a_buffer() {
    let (guest, _) = echo("~lib/array/Array<i32>", &json!([]));
    let address = guest.words[0] as u32;
    let buffer = read_u32(&guest.memory, address).unwrap();
    assert_ne!(buffer, 0);
    assert_eq!(read_u32(&guest.memory, address + 4), Some(buffer));
    assert_eq!(read_u32(&guest.memory, buffer - 8), Some(1));
}

#[test]
fn gauge_is_written_as_the_guest_would() {
    let value = json!({
        "on": true, "level": -2, "serial": "1234605616436508552", "label": "ok", "parent": null, "ratio": 1.5,
        "kind": 9,
    });
    let (guest, _) = echo("assembly/index/Gauge", &value);
    let address = guest.words[0] as u32;
    assert_eq!((read_u32(&guest.memory, address - 8), read_u32(&guest.memory, address - 4)), (Some(6), Some(29)));
    let payload = slice(&guest.memory, address, 29).unwrap();
    assert_eq!(payload[..16], [1, 0, 0xfe, 0xff, 0, 0, 0, 0, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11]);
    assert_eq!(payload[20..], [0, 0, 0, 0, 0, 0, 0xc0, 0x3f, 9]);
}

#[test]
fn date_caches_its_day() {
    let (guest, _) = echo("Date", &json!("1969-12-31T23:59:59.9999Z"));
    let address = guest.words[0] as u32;
    let words: Vec<_> = (0..3).map(|at| read_u32(&guest.memory, address + 4 * at)).collect();
    assert_eq!(words, [Some(1969), Some(12), Some(31)]);
    assert_eq!(slice(&guest.memory, address + 16, 8).unwrap(), (-1i64).to_le_bytes());
}

/// The hash of a key of one byte, as the guest computes it: xxHash32 with seed 0 of one word, but of one byte's length.
fn hash(key: u8) -> u32 {
    let word = u32::from(key).wrapping_mul(3_266_489_917);
    let mut hash = 374_761_393u32.wrapping_add(1).wrapping_add(word).rotate_left(17).wrapping_mul(668_265_263);
    hash = (hash ^ (hash >> 15)).wrapping_mul(2_246_822_519);
    hash = (hash ^ (hash >> 13)).wrapping_mul(3_266_489_917);
    hash ^ (hash >> 16)
}

/// Looks a key up as the guest does.
fn find(guest: &Fake, map: u32, hash: u32, tag: u32, matches: impl Fn(&[u8], u32) -> bool) -> Option<u32> {
    let word = |address| read_u32(&guest.memory, address).unwrap();
    let mut entry = word(word(map) + 4 * (hash & word(map + 4)));
    while entry != 0 {
        if matches(&guest.memory, entry) {
            return Some(entry);
        }
        entry = word(entry + tag) & !1;
    }
    None
}

#[test]
fn map_keys_can_be_found() {
    let pairs: Vec<_> = (0..100).map(|key| json!({"key": key, "value": key + 1})).collect();
    let (guest, _) = echo("~lib/map/Map<u8,u8>", &json!(pairs));
    let map = guest.words[0] as u32;
    for key in 0..100u8 {
        let at = find(&guest, map, hash(key), 4, |memory, entry| memory[entry as usize] == key);
        assert_eq!(at.map(|entry| guest.memory[entry as usize + 1]), Some(key + 1));
    }
    assert_eq!(read_u32(&guest.memory, map + 4), Some(63));
    assert_eq!(read_u32(&guest.memory, map + 12), Some(170));

    let pairs = json!([{"key": "one", "value": 1}, {"key": "red", "value": 0}, {"key": "id", "value": 3},
        {"key": "red", "value": 2}]);
    let (guest, _) = echo("~lib/map/Map<~lib/string/String,u16>", &pairs);
    let map = guest.words[0] as u32;
    let words: Vec<u32> = (0..6).map(|at| read_u32(&guest.memory, map + 4 * at).unwrap()).collect();
    assert_eq!([words[1], words[3], words[4], words[5]], [3, 4, 3, 3]);
    let bucket = |at: u32| read_u32(&guest.memory, words[0] + 4 * at);
    assert_eq!([bucket(0), bucket(1), bucket(2), bucket(3)], [0, 0, words[2] + 24, words[2] + 12].map(Some));
    assert_eq!(read_u32(&guest.memory, words[2] + 20), Some(words[2]));
    assert_eq!(guest.memory[words[2] as usize + 16], 2);
}
