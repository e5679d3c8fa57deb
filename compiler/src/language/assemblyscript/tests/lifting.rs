//! Memory dumps of real guests, and memory no guest should have.

use proptest::strategy::Strategy as _;
use serde_json::json;

use super::fake::{Fake, lift, lift_within, metadata};
use abi::guest::{CallError, Limits};
use abi::value::Value;

const STRING: &str = "~lib/string/String";

pub(super) fn string(guest: &mut Fake, address: u32, text: &str) {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    guest.put(address, 2, &units);
}

fn json(result: Result<Value, CallError>) -> serde_json::Value {
    result.unwrap().to_json()
}

pub(super) fn reason(result: Result<Value, CallError>) -> String {
    match result {
        Err(CallError::Result { path, cause }) => format!("{path}: {cause}"),
        Err(error) => panic!("lifting enters no guest and is not stopped: {error:?}"),
        Ok(value) => panic!("a value: {}", value.describe()),
    }
}

/// The array of `abi-assemblyscript` section 15.
pub(super) fn fruit() -> Fake {
    let mut guest = Fake::new();
    guest.put_words(0x8a50, 4, &[0x8a80, 0x8a80, 32, 2]);
    guest.put_words(0x8a80, 1, &[0x1f0, 0x270, 0, 0, 0, 0, 0, 0]);
    string(&mut guest, 0x1f0, "pear");
    string(&mut guest, 0x270, "fig");
    guest
}

/// The map of `abi-assemblyscript` section 15.
pub(super) fn colours() -> Fake {
    let mut guest = Fake::new();
    guest.put_words(0x8b00, 7, &[0x8b30, 3, 0x8b60, 4, 3, 3]);
    guest.put_words(0x8b30, 1, &[0, 0, 0x8b78, 0x8b6c]);
    guest.put_words(0x8b60, 1, &[0x2f0, 1, 0, 0x310, 2, 0x8b60, 0x330, 3, 0, 0, 0, 0]);
    string(&mut guest, 0x2f0, "one");
    string(&mut guest, 0x310, "red");
    string(&mut guest, 0x330, "id");
    guest
}

#[test]
fn text() {
    let mut guest = Fake::new();
    guest.put(0x20, 2, &[0x48, 0, 0x69, 0, 0xac, 0x20, 0x3d, 0xd8, 0, 0xde]);
    assert_eq!(json(lift(&guest, STRING, 0x20)), json!("Hi€😀"));
    guest.put(0x60, 2, &[0x41, 0, 0x3d, 0xd8, 0x42, 0, 0, 0]);
    assert_eq!(json(lift(&guest, STRING, 0x60)), json!("A\u{fffd}B\0"));
    guest.put(0x80, 2, &[0x41, 0, 0x42]);
    assert!(reason(lift(&guest, STRING, 0x80)).contains("not UTF-16"));
    guest.put(0xa0, 1, &[]);
    assert_eq!(reason(lift(&guest, STRING, 0xa0)), ": pointer is not to a string");
    assert_eq!(reason(lift(&guest, "~lib/arraybuffer/ArrayBuffer", 0x20)), ": pointer is not to an ArrayBuffer");
    assert_eq!(json(lift(&guest, "~lib/arraybuffer/ArrayBuffer", 0xa0)), json!(""));
    assert_eq!(reason(lift(&guest, STRING, 0)), ": unexpected null pointer for non-nullable string");
    assert_eq!(lift(&guest, "~lib/string/String | null", 0), Ok(Value::Null));
}

#[test]
fn dumps() {
    let guest = fruit();
    assert_eq!(json(lift(&guest, "~lib/array/Array<~lib/string/String>", 0x8a50)), json!(["pear", "fig"]));

    let mut guest = Fake::new();
    string(&mut guest, 0x290, "ok");
    let mut gauge = vec![1, 0, 0xfe, 0xff, 0, 0, 0, 0, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11];
    gauge.extend([0x90, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0xc0, 0x3f, 9]);
    guest.put(0x8ac0, 6, &gauge);
    let expected = json!({
        "on": true, "level": -2, "serial": 0x1122_3344_5566_7788_i64, "label": "ok", "parent": null, "ratio": 1.5,
        "kind": 9,
    });
    assert_eq!(json(lift(&guest, "assembly/index/Gauge", 0x8ac0)), expected);

    let expected = json!([{"key": "id", "value": 3}, {"key": "one", "value": 1}, {"key": "red", "value": 2}]);
    assert_eq!(json(lift(&colours(), "~lib/map/Map<~lib/string/String,u16>", 0x8b00)), expected);
}

#[test]
fn deleted_entries_are_skipped() {
    let mut guest = colours();
    guest.put_words(0x8b00, 7, &[0x8b30, 3, 0x8b60, 4, 3, 2]);
    guest.memory[0x8b68] |= 1;
    let expected = json!([{"key": "id", "value": 3}, {"key": "red", "value": 2}]);
    assert_eq!(json(lift(&guest, "~lib/map/Map<~lib/string/String,u16>", 0x8b00)), expected);
}

#[test]
fn views_start_where_they_say() {
    let mut guest = Fake::new();
    let floats: Vec<u8> = [9.0f32, 0.1, f32::NAN].iter().flat_map(|float| float.to_le_bytes()).collect();
    guest.put(0x100, 1, &floats);
    guest.put_words(0x200, 34, &[0x100, 0x104, 8]);
    let Ok(Value::List(items)) = lift(&guest, "~lib/typedarray/Float32Array", 0x200) else { panic!() };
    assert_eq!(items[0], Value::Float32(0.1));
    assert!(matches!(items[1], Value::Float32(float) if float.is_nan()));
    guest.put(0x300, 32, &[1, 0, 0xff, 0xff]);
    assert_eq!(json(lift(&guest, "~lib/staticarray/StaticArray<i16>", 0x300)), json!([1, -1]));
}

#[test]
fn dates() {
    let mut guest = Fake::new();
    let mut date = |milliseconds: i64| {
        guest.put(0x100, 35, &[[0u8; 16].as_slice(), &milliseconds.to_le_bytes()].concat());
        lift(&guest, "~lib/wasi_date/wasi_Date", 0x100)
    };
    assert_eq!(json(date(0)), json!("1970-01-01T00:00:00Z"));
    assert_eq!(json(date(-500)), json!("1969-12-31T23:59:59.5Z"));
    assert!(reason(date(i64::MAX)).contains("year"));
}

#[test]
fn scalars_ignore_high_bits() {
    let guest = Fake::new();
    assert_eq!(lift(&guest, "i8", 0xffff_ff80), Ok(Value::Int(-128)));
    assert_eq!(lift(&guest, "u16", 0xdead_0001), Ok(Value::Int(1)));
    assert_eq!(lift(&guest, "bool", 0xffff_ffff_0000_0000), Ok(Value::Bool(false)));
    assert_eq!(lift(&guest, "u64", u64::MAX), Ok(Value::UInt(u64::MAX)));
    assert!(matches!(lift(&guest, "f64", f64::NAN.to_bits()), Ok(Value::Float(float)) if float.is_nan()));
}

#[test]
fn malformed_memory_is_an_error() {
    let array = "~lib/array/Array<~lib/string/String>";
    for address in [1, 4, 7, 0xf_fffe, 0x10_0000, u32::MAX - 3, u32::MAX] {
        for name in [STRING, array, "~lib/map/Map<u8,u8>", "~lib/set/Set<f64>", "assembly/index/Gauge", "Date"] {
            let result = lift(&Fake::new(), name, address.into());
            assert!(matches!(result, Err(CallError::Result { .. })), "{name} at {address:#x}: {result:?}");
        }
    }
    let limits = Limits { values: u64::MAX, bytes: u64::MAX, ..Limits::default() };
    let lift = |guest: &Fake, name: &str, address| lift_within(guest, name, address, &limits);
    let mut guest = Fake::new();
    for length in [0x40_0000, 0x4000_0000, u32::MAX] {
        guest.put_words(0x100, 4, &[0x8a80, 0x8a80, 32, length]);
        assert!(reason(lift(&guest, array, 0x100)).contains("not all inside"));
        assert!(reason(lift(&guest, "~lib/array/Array<u8>", 0x100)).contains("not all inside"));
        guest.put_words(0x200, 27, &[0x8b30, 3, 0x8b60, length, length, length]);
        assert!(reason(lift(&guest, "~lib/map/Map<u8,u8>", 0x200)).contains("not all inside"));
    }
    guest.put_words(0x200, 27, &[0x8b30, 3, 0x8b60, 0, 0, 0]);
    assert!(reason(lift(&guest, "~lib/map/Map<u8,u8>", 0x200)).contains("cannot be"));
    guest.put_words(0x200, 27, &[0x8b30, 3, 0x8b60, 4, 5, 5]);
    assert!(reason(lift(&guest, "~lib/map/Map<u8,u8>", 0x200)).contains("cannot be"));
}

proptest::proptest! {
    /// Whatever is in memory, lifting ends, and without a panic.
    #[test]
    fn any_memory(words in proptest::collection::vec(words(), 64), address in 0u32..280) {
        let mut guest = Fake::new();
        guest.memory = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let limits = Limits { depth: 20, values: 500, bytes: 500, ..Limits::default() };
        for name in metadata().types.keys() {
            let _ = lift_within(&guest, name, address.into(), &limits);
        }
    }
}

/// Mostly small numbers, which are often addresses and lengths that fit.
fn words() -> impl proptest::strategy::Strategy<Value = u32> {
    proptest::prop_oneof![0u32..8, (0u32..70).prop_map(|at| at * 4), proptest::num::u32::ANY]
}
