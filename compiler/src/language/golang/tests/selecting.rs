//! Only what is selected is read.

use super::values::map;
use super::*;

fn fields(list: &[(u32, Selection)]) -> Selection {
    Selection::Fields(list.to_vec())
}

fn read(
    wanted: &Selection,
    results: &[&str],
    body: impl FnMut(&mut Fake, &[u64]) -> u64 + 'static,
) -> Result<serde_json::Value, String> {
    let (result, _) = call_for(wanted, &[], results, &Limits::default(), &json!([]), body);
    result.map(|value| value.to_json()).map_err(|error| error.to_string())
}

/// A site whose name points nowhere and whose time is none.
fn broken_site(guest: &mut Fake, _: &[u64]) -> u64 {
    let site = guest.allocate(48);
    guest.put_words(site, &[u32::MAX, 9, 0x000c_fffd, 0, u32::MAX, u32::MAX, 0, 0, 0, 0, 0, 0]);
    site.into()
}

#[test]
fn fields_that_are_not_selected_are_not_read() {
    let (x, y) = ((1, Selection::All), (2, Selection::All));
    let site = |list: &[(u32, Selection)]| read(&fields(list), &["*demo.Site"], broken_site);
    assert_eq!(site(&[x.clone(), y.clone()]), Ok(json!({"x": -3, "y": 12})));
    assert_eq!(site(&[]), Ok(json!({})));
    assert!(site(&[(0, Selection::All), x]).is_err_and(|text| text.contains("at name")));
    assert!(site(&[y, (3, Selection::All)]).is_err_and(|text| text.contains("at at")));
    assert_eq!(read(&fields(&[]), &["*demo.Site"], |_, _| 0), Ok(json!(null)));
}

#[test]
fn lists_pass_the_selection_on() {
    let node = |guest: &mut Fake, ret: &[u64]| {
        let nodes = guest.allocate(32);
        guest.put_words(nodes, &[nodes, 0, 7, 0, u32::MAX, 1, 1]);
        guest.put_words(ret[0] as u32, &[nodes, 1, 1]);
        0
    };
    let n = (1, Selection::All);
    let wanted = fields(&[(0, fields(std::slice::from_ref(&n))), n]);
    assert_eq!(read(&wanted, &["[]demo.Node"], node), Ok(json!([{"next": {"n": 7}, "n": 7}])));
}

#[test]
fn entries_of_maps() {
    let (key, value) = ((Selection::KEY, Selection::All), (Selection::VALUE, Selection::All));
    let entries = |wanted: &[(u32, Selection)]| {
        read(&fields(wanted), &["map[string]int32"], |guest, _| map(guest, &[("9", 1), ("10", 2)]).into())
    };
    assert_eq!(entries(&[key]), Ok(json!([{"key": "10"}, {"key": "9"}])));
    // Sorted by keys that are not shown.
    assert_eq!(entries(&[value]), Ok(json!([{"value": 2}, {"value": 1}])));
    assert_eq!(entries(&[]), Ok(json!([{}, {}])));
}

#[test]
fn several_results() {
    let body = |guest: &mut Fake, words: &[u64]| {
        guest.put_words(words[0] as u32, &[u32::MAX, 6, 1]);
        0
    };
    let second = fields(&[(1, Selection::All)]);
    assert_eq!(read(&second, &["string", "bool"], body), Ok(json!({"item2": true})));
    assert!(read(&Selection::All, &["string", "bool"], body).is_err());
    assert_eq!(read(&fields(&[]), &["string", "bool"], body), Ok(json!({})));
    // In one word, and with nothing to be had from it.
    assert_eq!(read(&second, &["[0]int", "bool"], |_, _| 1), Ok(json!({"item2": true})));
    assert_eq!(read(&fields(&[]), &["[0]int", "bool"], |_, _| 1), Ok(json!({})));
    assert_eq!(read(&fields(&[(1, Selection::All)]), &["demo.Odd"], |_, _| 7), Ok(json!({"flag": 7})));
}
