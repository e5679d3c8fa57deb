//! Only what is selected is read.

use serde_json::json;

use super::fake::{Fake, lift_selected};
use super::lifting::colours;
use abi::guest::{CallError, Limits};
use abi::selection::Selection;
use abi::value::Value;

fn fields(list: &[(u32, Selection)]) -> Selection {
    Selection::Fields(list.to_vec())
}

fn lift(guest: &Fake, name: &str, address: u64, wanted: &Selection) -> Result<Value, CallError> {
    lift_selected(guest, name, address, &Limits::default(), wanted)
}

fn json(result: Result<Value, CallError>) -> serde_json::Value {
    result.unwrap().to_json()
}

#[test]
fn fields_that_are_not_selected_are_not_read() {
    let mut guest = Fake::new();
    // The label and the parent point nowhere.
    guest.put_words(0x100, 6, &[1, 0, 5, 0, u32::MAX, u32::MAX, 0, 0]);
    let (serial, label) = ((2, Selection::All), (3, Selection::All));
    assert_eq!(
        json(lift(&guest, "assembly/index/Gauge", 0x100, &fields(std::slice::from_ref(&serial)))),
        json!({"serial": 5})
    );
    assert!(lift(&guest, "assembly/index/Gauge", 0x100, &fields(&[serial, label])).is_err());
    assert_eq!(json(lift(&guest, "assembly/index/Gauge | null", 0x100, &fields(&[]))), json!({}));
    assert_eq!(json(lift(&guest, "assembly/index/Gauge | null", 0, &fields(&[]))), json!(null));
}

#[test]
fn lists_pass_the_selection_on() {
    let mut guest = Fake::new();
    guest.put_words(0x100, 21, &[7, 0x100]);
    guest.put_words(0x300, 36, &[0x340, 0x340, 8, 2]);
    guest.put_words(0x340, 1, &[0x100, 0x100]);
    let list = "~lib/array/Array<assembly/index/Loop>";
    let id = (0, Selection::All);
    assert_eq!(json(lift(&guest, list, 0x300, &fields(std::slice::from_ref(&id)))), json!([{"id": 7}, {"id": 7}]));
    let next = fields(&[(1, fields(&[id]))]);
    assert_eq!(json(lift(&guest, list, 0x300, &next)), json!([{"next": {"id": 7}}, {"next": {"id": 7}}]));
}

#[test]
fn entries_of_maps() {
    let (key, value) = ((Selection::KEY, Selection::All), (Selection::VALUE, Selection::All));
    let name = "~lib/map/Map<~lib/string/String,u16>";
    let guest = colours();
    let keys = json!([{"key": "id"}, {"key": "one"}, {"key": "red"}]);
    assert_eq!(json(lift(&guest, name, 0x8b00, &fields(&[key]))), keys);
    // Sorted by keys that are not shown.
    let values = json!([{"value": 3}, {"value": 1}, {"value": 2}]);
    assert_eq!(json(lift(&guest, name, 0x8b00, &fields(&[value]))), values);
    assert_eq!(json(lift(&guest, name, 0x8b00, &fields(&[]))), json!([{}, {}, {}]));
}
