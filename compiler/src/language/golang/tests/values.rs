use super::*;
use abi::golang::helpers;
use abi::plan::ImportPlan;

#[test]
fn the_worked_example_runs() {
    let site = json!({"name": "Oslo", "x": -3, "y": 12, "at": "2025-03-01T12:00:00.5Z", "tag": "hq"});
    let arguments = json!(["7", site, [1.5, 2]]);
    let body = |guest: &mut Fake, words: &[u64]| {
        let text = guest.text("7:Oslo");
        guest.put_words(words[0] as u32, &[text, 6, 1]);
        0
    };
    let types = ["int64", "demo.Site", "[]float32"];
    let (result, guest) = call_with(&types, &["string", "bool"], &Limits::default(), &arguments, body);
    let result = result.expect("the call succeeds");
    assert_eq!(result.to_json(), json!({"item1": "7:Oslo", "item2": true}));
    let words = &guest.words;
    assert_eq!(words[1], 7);
    assert_eq!(guest.bytes(words[2], words[3]), b"Oslo");
    assert_eq!(words[4..9], [0xFFFF_FFFD, 12, 500_000_000, 63_876_427_200, 0]);
    let tag = words[9] as u32;
    assert_eq!(guest.bytes(guest.u32(tag).into(), guest.u32(tag + 4).into()), b"hq");
    assert_eq!(words[11..], [2, 2]);
    assert_eq!(guest.bytes(words[10], 8), [1.5f32.to_le_bytes(), 2f32.to_le_bytes()].concat());
}

#[test]
fn refusals_name_the_place() {
    let check = |ty: &str, value: serde_json::Value, expected: &str| {
        let error = argument(ty, value).err().unwrap_or_default();
        assert_eq!(error, format!("function parameter '{expected}"), "{ty}");
    };
    check("int8", json!(300), "a' is invalid: 300 is out of range for int8 (-128 to 127)");
    check(
        "[]int32",
        json!([0, 1, 2, 5e10]),
        "a[3]' is invalid: 50000000000 is out of range for int32 (-2147483648 to 2147483647)",
    );
    check(
        "[]demo.Seat",
        json!([{"row": 1}, {"row": 256}]),
        "a[1].row' is invalid: 256 is out of range for uint8 (0 to 255)",
    );
    check("demo.Seat", json!({}), "a.row' is invalid: a value is required but missing");
    check("demo.Seat", json!(null), "a' is invalid: expected an object for demo.Seat, got null");
    check("demo.Seat", json!({"row": 1, "pad": [1]}), "a.pad' is invalid: expected 2 items for [2]int8, got 1");
    check("time.Time", json!(5), "a' is invalid: incompatible type for timestamp: an integer");
    check(
        "map[string]int32",
        json!([{"key": "x", "value": null}]),
        "a[0].value' is invalid: a value is required but missing",
    );
    check(
        "map[string]int32",
        json!([{"key": "x", "value": 1}, {"key": "y", "value": "z"}]),
        "a[1].value' is invalid: \"z\" is not an integer; expected int32 (-2147483648 to 2147483647)",
    );
    check("map[string]int32", json!([{"value": 1}]), "a[0].key' is invalid: a value is required but missing");
    let told = "build the app with debug information, which TinyGo adds by default";
    let color = format!("a' is invalid: nothing in the module tells what demo.Color is; {told}");
    check("demo.Color", json!("red"), &color);
    check(
        "demo.Shape",
        json!(1),
        "a' is invalid: demo.Shape is a value of an interface, which cannot be passed; use a struct or a text in place of it",
    );
    check("*uint16", json!(1), "a' is invalid: the metadata gives no id for *uint16");
}

#[test]
fn nil_and_empty_differ() {
    let words = |ty: &str, value| argument(ty, value).expect("the value fits").0;
    assert_eq!(words("[]string", json!(null)), [0, 0, 0]);
    assert_eq!(words("*string", json!(null)), [0]);
    assert_eq!(words("map[string]int32", json!(null)), [0]);
    assert_eq!(words("[2]int8", json!(null)), [0, 0]);
    assert_eq!(words("string", json!("")), [0, 0]);
    let empty = words("[]string", json!([]));
    assert!(empty[0] != 0 && empty[1] == 0);
}

#[test]
fn bytes_come_as_base64_or_numbers() {
    for ty in ["[]byte", "[]uint8"] {
        for value in [json!("AQID"), json!([1, 2, 3])] {
            let (words, guest) = argument(ty, value).expect("the value fits");
            assert_eq!(guest.bytes(words[0], words[1]), [1, 2, 3]);
        }
    }
    assert_eq!(argument("[3]byte", json!("AQID")).expect("fits").0, [1, 2, 3]);
    assert!(argument("[]byte", json!("%")).is_err_and(|error| error.contains("base64")));
}

#[test]
fn lists_take_single_values_and_null_items() {
    let (words, guest) = argument("[]int", json!(-1)).expect("fits");
    assert_eq!((guest.bytes(words[0], 4), words[1]), (&[255; 4][..], 1));
    let (words, guest) = argument("[]string", json!(["ab", null, "", "c"])).expect("fits");
    let headers: Vec<_> = (0..8).map(|at| guest.u32(words[0] as u32 + at * 4)).collect();
    assert_eq!((headers[1], headers[3], headers[5], headers[7]), (2, 0, 0, 1));
    assert_eq!(guest.bytes(headers[6].into(), 1), b"c");
}

#[test]
fn maps_go_in_as_pairs_or_objects() {
    for value in [json!([{"key": "x", "value": 4}]), json!({"x": 4}), json!({"key": "x", "value": 4})] {
        let (words, guest) = argument("map[string]int32", value).expect("fits");
        let (keys, values) = (guest.u32(words[0] as u32), guest.u32(words[0] as u32 + 4));
        assert_eq!(guest.bytes(guest.u32(guest.u32(keys)).into(), 1), b"x");
        assert_eq!(guest.u32(guest.u32(values)), 4);
    }
    assert!(argument("map[string]*string", json!([{"key": "x"}])).is_ok());
}

#[test]
fn direct_results_are_truncated_and_flattened() {
    assert_eq!(answer(&["int8"], |_, _| 65780), Ok(Value::Int(-12)));
    assert_eq!(answer(&["uint64"], |_, _| u64::MAX), Ok(Value::UInt(u64::MAX)));
    assert_eq!(answer(&["[1]float32"], |_, _| 1.5f32.to_bits().into()).map(|v| v.to_json()), Ok(json!([1.5])));
    assert_eq!(answer(&["[1]byte"], |_, _| 1), Ok(Value::String("AQ==".into())));
    assert_eq!(answer(&["demo.Odd"], |_, _| 7).map(|v| v.to_json()), Ok(json!({"none": [], "flag": 7})));
    assert_eq!(answer(&["[0]int", "bool"], |_, _| 1).map(|v| v.to_json()), Ok(json!({"item1": [], "item2": true})));
    assert_eq!(answer(&[], |_, _| 9), Ok(Value::Null));
    assert!(matches!(answer(&["float64"], |_, _| f64::NAN.to_bits()), Ok(Value::Float(x)) if x.is_nan()));
}

#[test]
fn pointers_are_rooted_before_the_guest_runs_again() {
    let (result, guest) =
        call_with(&[], &["*int"], &Limits::default(), &json!([]), |guest, _| guest.block(&[u32::MAX]).into());
    assert_eq!(result, Ok(Value::Int(-1)));
    assert_eq!(guest.calls[0], (helpers::MALLOC, vec![8]));
    assert_eq!(answer(&["*int"], |_, _| 0), Ok(Value::Null));
}

/// A `map[string]int32` of these entries.
pub(super) fn map(guest: &mut Fake, entries: &[(&str, u32)]) -> u32 {
    let keys: Vec<_> = entries.iter().flat_map(|(key, _)| [guest.text(key), key.len() as u32]).collect();
    let values: Vec<_> = entries.iter().map(|(_, value)| *value).collect();
    let count = entries.len() as u32;
    let (keys, values) = (guest.block(&keys), guest.block(&values));
    let headers = (guest.block(&[keys, count, count]), guest.block(&[values, count, count]));
    guest.block(&[headers.0, headers.1])
}

#[test]
fn maps_come_out_sorted_by_the_text_of_the_key() {
    let result = answer(&["map[string]int32"], |guest, _| map(guest, &[("9", 1), ("10", 2)]).into());
    let expected = json!([{"key": "10", "value": 2}, {"key": "9", "value": 1}]);
    assert_eq!(result.map(|value| value.to_json()), Ok(expected));
    assert_eq!(answer(&["map[string]int32"], |_, _| 0), Ok(Value::Null));
    let nested = answer(&["map[string]map[string]int32"], |guest, _| {
        let inner = map(guest, &[("a", 1)]);
        map(guest, &[("y", inner), ("x", 0)]).into()
    });
    let expected = json!([{"key": "x", "value": []}, {"key": "y", "value": [{"key": "a", "value": 1}]}]);
    assert_eq!(nested.map(|value| value.to_json()), Ok(expected));
}

#[test]
fn lists_are_null_empty_or_full() {
    let list = |words: [u32; 2]| {
        answer(&["[]int"], move |guest, ret| {
            guest.put_words(ret[0] as u32, &words);
            0
        })
    };
    assert_eq!(list([0, 0]), Ok(Value::Null));
    assert_eq!(list([64, 0]), Ok(Value::List(vec![])));
    let result = answer(&["[]int"], |guest, ret| {
        let items = guest.block(&[u32::MAX, 2]);
        guest.put_words(ret[0] as u32, &[items, 2, 2]);
        0
    });
    assert_eq!(result, Ok(Value::List(vec![Value::Int(-1), Value::Int(2)])));
}

#[test]
fn times_are_read_with_and_without_a_monotonic_part() {
    let time = |wall: u64, ext: i64| {
        answer(&["time.Time"], move |guest, ret| {
            guest.put(ret[0] as u32, &[wall.to_le_bytes(), ext.to_le_bytes()].concat());
            0
        })
    };
    let shown = Ok(Value::String("2025-03-01T12:00:00.5Z".into()));
    assert_eq!(time(500_000_000, 63_876_427_200), shown);
    let seconds = 63_876_427_200u64 - 59_453_308_800;
    assert_eq!(time(1 << 63 | seconds << 30 | 500_000_000, 77), shown);
    assert_eq!(time(0, 0), Ok(Value::String("0001-01-01T00:00:00Z".into())));
    for (wall, ext) in [(0, i64::MIN), (0, i64::MAX), (0x3fff_ffff, 0)] {
        assert!(matches!(time(wall, ext), Err(CallError::Result { .. })));
    }
}

#[test]
fn malformed_memory_is_an_error() {
    for words in [[u32::MAX, 4], [64, u32::MAX], [1 << 17, 1], [u32::MAX, u32::MAX], [4, 1 << 30]] {
        for ty in ["string", "[]byte", "[]int", "[]demo.Node", "[]string"] {
            let result = answer(&[ty], move |guest, ret| {
                guest.put_words(ret[0] as u32, &words);
                0
            });
            assert!(matches!(result, Err(CallError::Result { .. })), "{ty} {words:?}: {result:?}");
        }
    }
    for address in [u32::MAX, (1 << 17) - 1, u32::MAX - 8] {
        for ty in ["*int", "*demo.Node", "*string"] {
            assert!(matches!(answer(&[ty], move |_, _| address.into()), Err(CallError::Result { .. })), "{ty}");
        }
    }
}

#[test]
fn long_pointer_chains_do_not_grow_the_stack() {
    let ty = format!("{}int", "*".repeat(4000));
    let result =
        answer(&[&ty], |guest, _| (0..3999).fold(guest.block(&[7]), |target, _| guest.block(&[target])).into());
    assert!(result.is_ok_and(|value| value == Value::Int(7)));
    let list = format!("{}int", "[]".repeat(2000));
    let result = answer(&[&list], |guest, ret| {
        let header = guest.allocate(12);
        guest.put_words(header, &[header, 1, 1]);
        guest.put_words(ret[0] as u32, &[header, 1, 1]);
        0
    });
    assert!(result.is_err_and(|error| {
        error.to_string().ends_with("values are nested deeper than 128 levels (limit `max-depth`)")
    }));
}

#[test]
fn host_functions_get_and_give_records() {
    let (metadata, mut types) = (metadata(), Types::default());
    let pointer = Go.resolve("*demo.Node", &metadata, &mut types);
    let parameter = ParameterPlan { name: "node".into(), ty: pointer, default: Default::default() };
    let import = ImportPlan {
        module: "modus_test".into(),
        name: "f".into(),
        signature: Go.import_signature(&[pointer], Some(pointer), &types),
        parameters: vec![parameter],
        result: Some(pointer),
        problem: None,
    };
    let mut guest = Fake::new(&types, |_, _| 0);
    let value = Value::from(&json!({"N": 5, "NEXT": {"n": 6}}));
    let address = Go.import_result(&types, &import, &Limits::default(), &mut guest, &value).expect("the record fits");
    assert!(guest.live.is_empty() && address != 0);
    let limits = Limits::default();
    let back = Go.import_arguments(&types, &import, &limits, &mut guest, &[address]).expect("it can be read");
    assert_eq!(back[0].to_json(), json!({"next": {"next": null, "n": 6, "all": null}, "n": 5, "all": null}));
    assert_eq!(Go.import_result(&types, &import, &Limits::default(), &mut guest, &Value::Null), Ok(0));
    assert_eq!(Go.import_arguments(&types, &import, &limits, &mut guest, &[0]), Ok(vec![Value::Null]));
    let error = Go.import_arguments(&types, &import, &limits, &mut guest, &[0xFFFF_FFF0]).map_err(|e| e.to_string());
    assert!(error.is_err_and(|text| text.contains("parameter 'node.next' is invalid")));
}
