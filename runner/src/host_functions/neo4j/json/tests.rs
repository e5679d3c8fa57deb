//! Values and their JSON. What a real server sends is tested from the outside.

use super::super::bolt::packstream::Writer;
use super::*;

fn json_of(write: impl FnOnce(&mut Writer)) -> Result<String, Unwritable> {
    let mut writer = Writer::default();
    write(&mut writer);
    let bytes = writer.into_bytes();
    json(&mut Reader::new(&bytes), 1 << 20)
}

fn structure(tag: u8, fields: &[i64]) -> Result<String, Unwritable> {
    json_of(|writer| {
        writer.structure(tag, fields.len() as u8);
        fields.iter().for_each(|field| writer.int(*field));
    })
}

fn node(writer: &mut Writer, id: i64, element: Option<&str>) {
    writer.structure(b'N', if element.is_some() { 4 } else { 3 });
    writer.int(id);
    writer.list(1);
    writer.text("Person");
    writer.map(0);
    element.into_iter().for_each(|element| writer.text(element));
}

#[test]
fn scalars() {
    assert_eq!(json_of(Writer::null).as_deref(), Ok("null"));
    assert_eq!(json_of(|writer| writer.bool(true)).as_deref(), Ok("true"));
    assert_eq!(json_of(|writer| writer.int(i64::MIN)).as_deref(), Ok("-9223372036854775808"));
    for (value, expected) in [(5.0, "5"), (0.1, "0.1"), (1e21, "1e+21"), (-2.5e-9, "-2.5e-09")] {
        assert_eq!(json_of(|writer| writer.float(value)).as_deref(), Ok(expected));
    }
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(json_of(|writer| writer.float(value)), Err(Unwritable::NotFinite));
    }
    let text = "a\"<\u{2028}\u{1F600}\n";
    assert_eq!(json_of(|writer| writer.text(text)).as_deref(), Ok("\"a\\\"<\\u2028\u{1F600}\\n\""));
    assert_eq!(json(&mut Reader::new(&[0xCC, 3, 1, 2, 255]), 99).as_deref(), Ok("\"AQL/\""));
}

#[test]
fn maps_are_sorted_and_of_equal_keys_the_last_counts() {
    let map = json_of(|writer| {
        writer.map(4);
        for (key, value) in [("b", 1), ("a", 2), ("b", 3), ("B", 4)] {
            writer.text(key);
            writer.list(1);
            writer.int(value);
        }
    });
    assert_eq!(map.as_deref(), Ok(r#"{"B":[4],"a":[2],"b":[3]}"#));
    assert_eq!(json_of(|writer| writer.map(0)).as_deref(), Ok("{}"));
    assert_eq!(json_of(|writer| writer.list(0)).as_deref(), Ok("[]"));
}

#[test]
fn times_of_both_generations_of_servers() {
    assert_eq!(structure(b'I', &[1_706_929_506, 0, 3600]).as_deref(), Ok("\"2024-02-03T04:05:06+01:00\""));
    assert_eq!(structure(b'F', &[1_706_933_106, 0, 3600]).as_deref(), Ok("\"2024-02-03T04:05:06+01:00\""));
    assert_eq!(structure(b'T', &[14_706_700_000_000, -3600]).as_deref(), Ok("\"04:05:06.7-01:00\""));
    let legacy = json_of(|writer| {
        writer.structure(b'f', 3);
        writer.int(1_706_933_106);
        writer.int(5);
        writer.text("Europe/Berlin");
    });
    assert_eq!(legacy.as_deref(), Ok("\"2024-02-03T04:05:06.000000005+01:00\""));
    let duration = r#"{"Months":1,"Days":-2,"Seconds":3,"Nanos":4}"#;
    assert_eq!(structure(b'E', &[1, -2, 3, 4]).as_deref(), Ok(duration));
}

#[test]
fn nodes_of_old_servers_have_their_number_as_element_id() {
    let expected = r#"{"Id":7,"ElementId":"7","Labels":["Person"],"Props":{}}"#;
    assert_eq!(json_of(|writer| node(writer, 7, None)).as_deref(), Ok(expected));
}

fn path(steps: &[i64]) -> Result<String, Unwritable> {
    json_of(|writer| {
        writer.structure(b'P', 3);
        writer.list(2);
        node(writer, 1, Some("n1"));
        node(writer, 2, Some("n2"));
        writer.list(1);
        writer.structure(b'r', 4);
        writer.int(9);
        writer.text("KNOWS");
        writer.map(0);
        writer.text("r9");
        writer.list(steps.len());
        steps.iter().for_each(|step| writer.int(*step));
    })
}

#[test]
fn paths_go_along_relationships_and_against_them() {
    let node = |id: i64| format!(r#"{{"Id":{id},"ElementId":"n{id}","Labels":["Person"],"Props":{{}}}}"#);
    let edge = r#"{"Id":9,"ElementId":"r9","StartId":1,"StartElementId":"n1","EndId":2,"EndElementId":"n2","Type":"KNOWS","Props":{}}"#;
    let expected = |nodes: &[i64], edges: &[&str]| {
        let nodes: Vec<String> = nodes.iter().map(|id| node(*id)).collect();
        format!(r#"{{"Nodes":[{}],"Relationships":[{}]}}"#, nodes.join(","), edges.join(","))
    };
    assert_eq!(path(&[]), Ok(expected(&[1], &[])));
    assert_eq!(path(&[1, 1]), Ok(expected(&[1, 2], &[edge])));
    assert_eq!(path(&[1, 1, -1, 0]), Ok(expected(&[1, 2, 1], &[edge, edge])));
    for steps in [[0, 1], [2, 1], [1, 2], [1, -1], [i64::MIN, 0]] {
        assert_eq!(path(&steps), Err(NO_PATH.into()), "{steps:?}");
    }
}

#[test]
fn what_cannot_be_written() {
    assert_eq!(structure(b'V', &[1]), Err(Unwritable::Unknown(b'V')));
    assert_eq!(structure(b'N', &[1]), Err(Unwritable::Unknown(b'N')));
    let nested = |depth: usize| {
        json_of(|writer| {
            (0..depth).for_each(|_| writer.list(1));
            writer.null();
        })
    };
    assert!(nested(DEPTH).is_ok());
    assert_eq!(nested(DEPTH + 1), Err(Unwritable::TooDeep));
    assert_eq!(nested(100_000), Err(Unwritable::TooDeep));
    let mut list = vec![0xD4, 200];
    list.extend([0xC0; 200]);
    assert_eq!(json(&mut Reader::new(&list), 500), Err(Unwritable::TooLarge));
}

/// Values that begin well and go wrong: an error or JSON that can be read, never a panic.
#[test]
fn any_structure_can_be_read() {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let markers = [0xB1, 0xB2, 0xB3, 0xB4, 0xB5, 0xB8, 0x91, 0x92, 0xA1, 0xA2, 0x81, 0xC0, 0xC1, 0xC9, 0xCB, 0xD0];
    let tags = *b"NRPrDtTdIiFfEXY";
    let mut written = 0;
    for _ in 0..50_000 {
        let length = 1 + random() % 40;
        let bytes: Vec<u8> = (0..length)
            .map(|_| match random() % 4 {
                0 => markers[(random() % 16) as usize],
                1 => tags[(random() % 15) as usize],
                2 => (random() % 4) as u8,
                _ => (random() >> 24) as u8,
            })
            .collect();
        if let Ok(text) = json(&mut Reader::new(&bytes), 1 << 16) {
            serde_json::from_str::<serde_json::Value>(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            written += 1;
        }
    }
    assert!(written > 1000, "only {written} were values");
}

/// Each level was once passed over before it was read: 120 levels around a list would have taken 120 times as long.
#[test]
fn what_is_deep_and_out_of_order_is_moved_so_often_only() {
    let deep = |levels: usize, most: usize| {
        let mut writer = Writer::default();
        for _ in 0..levels {
            writer.map(2);
            writer.text("b");
            writer.null();
            writer.text("a");
        }
        writer.text(&"x".repeat(1000));
        json(&mut Reader::new(&writer.into_bytes()), most)
    };
    assert!(
        deep(10, 2000).is_ok_and(|json| json.starts_with(r#"{"a":{"a":"#) && json.ends_with(r#","b":null},"b":null}"#))
    );
    assert_eq!(deep(100, 3000), Err(Unwritable::TooDeep));
}

#[test]
fn texts_are_no_longer_than_an_answer_may_be() {
    let mut writer = Writer::default();
    writer.text(&"\u{1}".repeat(1000));
    assert_eq!(json(&mut Reader::new(&writer.into_bytes()), 3000), Err(Unwritable::TooLarge));
}

#[test]
fn no_node_within_a_node() {
    let nested = json_of(|writer| {
        writer.structure(b'N', 3);
        writer.int(1);
        writer.list(0);
        writer.map(1);
        writer.text("a");
        node(writer, 2, None);
    });
    assert!(matches!(nested, Err(Unwritable::Malformed(_))), "{nested:?}");
}
