//! Cycles, explosions, and the limits by their names.

use super::values::map;
use super::*;
use abi::plan::ImportPlan;

/// The answer of a function without parameters within limits.
fn within(limits: Limits, ty: &str, body: impl FnMut(&mut Fake, &[u64]) -> u64 + 'static) -> String {
    let (result, _) = call_with(&[], &[ty], &limits, &json!([]), body);
    result.map(|value| value.to_json()).expect_err("a limit is exceeded").to_string()
}

fn values(values: u64) -> Limits {
    Limits { values, ..Limits::default() }
}

#[test]
fn cycles_end_after_five_visits() {
    let (result, guest) = call_with(&[], &["*demo.Node"], &Limits::default(), &json!([]), |guest, _| {
        let node = guest.allocate(32);
        guest.put_words(node, &[node, 0, 7]);
        node.into()
    });
    let mut node = result.expect("a cycle is no error");
    for _ in 0..5 {
        assert_eq!(node.get("n"), Some(&Value::Int(7)));
        node = node.get("next").cloned().expect("a field");
    }
    assert_eq!(node, Value::Null);
    assert_eq!(guest.warnings, ["Excessive recursion detected in demo.Node. Stopping at depth 5."]);
}

/// A struct and its first field have the same address, and are not the same visit.
#[test]
fn a_visit_is_an_address_and_a_type() {
    let (result, guest) = call_with(&[], &["[]demo.Node"], &Limits::default(), &json!([]), |guest, ret| {
        let nodes = guest.allocate(32);
        guest.put_words(nodes, &[0, 0, 7, 0, nodes, 1, 1]);
        guest.put_words(ret[0] as u32, &[nodes, 1, 1]);
        0
    });
    let mut list = result.expect("a cycle is no error");
    for _ in 0..5 {
        let Value::List(items) = list else { panic!("a list") };
        list = items[0].get("all").cloned().expect("a field");
    }
    assert_eq!(list, Value::List(vec![Value::Null]));
    assert_eq!(guest.warnings.len(), 1);
}

#[test]
fn limits_are_named() {
    let list = |words: [u32; 2]| {
        move |guest: &mut Fake, ret: &[u64]| {
            guest.put_words(ret[0] as u32, &words);
            0
        }
    };
    let bytes = Limits { bytes: 4, ..Limits::default() };
    let large = "the function's result is invalid: there are more than 4 bytes of text and binary data \
                 (limit `max-bytes`)";
    assert_eq!(within(bytes, "string", list([64, 5])), large);
    assert_eq!(within(bytes, "[]byte", list([64, 5])), large);
    let many = "the function's result is invalid: there are more than 12 values (limit `max-values`)";
    assert_eq!(within(values(12), "[]int", list([64, 13])), many);
    assert_eq!(within(values(12), "[]string", list([64, u32::MAX])), many);
    let depth = Limits { depth: 3, ..Limits::default() };
    let text = within(depth, "*demo.Node", |guest, _| {
        (0..9)
            .fold(0, |next, _| {
                let node = guest.allocate(32);
                guest.put_words(node, &[next]);
                node
            })
            .into()
    });
    let deep = "the function's result is invalid at next.next.next: values are nested deeper than 3 levels \
                (limit `max-depth`)";
    assert_eq!(text, deep);
}

/// The most that `--max-depth` takes fits a worker's stack of 2 MiB, which a test's has, too.
#[test]
fn the_deepest_setting_fits_the_stack() {
    let depth = Limits { depth: 256, ..Limits::default() };
    let list = format!("{}int", "[]".repeat(300));
    let text = within(depth, &list, |guest, ret| {
        let header = guest.allocate(12);
        guest.put_words(header, &[header, 1, 1]);
        guest.put_words(ret[0] as u32, &[header, 1, 1]);
        0
    });
    assert!(text.ends_with("values are nested deeper than 256 levels (limit `max-depth`)"), "{text}");
    let nested = (0..300).fold(json!(null), |next, _| json!({"n": 1, "next": next}));
    let (result, _) = call_with(&["*demo.Node"], &[], &depth, &json!([nested]), |_, _| 0);
    assert!(result.is_err_and(|error| error.to_string().ends_with("(limit `max-depth`)")));
}

/// Nothing that takes room or time in the host is free, however little of the guest's memory it takes.
#[test]
fn nothing_is_free() {
    let many = "there are more than 100 values (limit `max-values`)";
    let repeated = |words: [u32; 2], length: u32| {
        move |guest: &mut Fake, ret: &[u64]| {
            let items = guest.block(&words.repeat(length as usize));
            guest.put_words(ret[0] as u32, &[items, length, length]);
            0
        }
    };
    // Elements without a size, empty texts, nil.
    assert!(within(values(100), "[][0]int", repeated([0, 0], 101)).ends_with(many));
    assert!(within(values(100), "[]string", repeated([0, 0], 101)).ends_with(many));
    assert!(within(values(100), "[]*string", repeated([0, 0], 101)).ends_with(many));
    // Chains of pointers.
    let chains = within(values(100), "[]****int", |guest, ret| {
        let chain = (0..3).fold(guest.block(&[7]), |target, _| guest.block(&[target]));
        let items = guest.block(&[chain; 26]);
        guest.put_words(ret[0] as u32, &[items, 26, 26]);
        0
    });
    assert!(chains.ends_with(many), "{chains}");
    // A map counts its entries and what is in them.
    let entries: Vec<_> = (0..34).map(|_| ("", 1)).collect();
    let text = within(values(100), "map[string]int32", move |guest, _| map(guest, &entries).into());
    assert!(text.ends_with(many), "{text}");
    // Two nodes in each other's lists.
    let text = within(values(10_000), "[]demo.Node", |guest, ret| {
        let nodes = guest.allocate(64);
        let node = [nodes, 0, 7, 0, nodes, 2, 2, 0];
        guest.put_words(nodes, &[node, node].concat());
        guest.put_words(ret[0] as u32, &[nodes, 2, 2]);
        0
    });
    assert!(text.ends_with("there are more than 10000 values (limit `max-values`)"), "{text}");
}

#[test]
fn arguments_have_the_same_limits() {
    let nested = (0..9).fold(json!(null), |next, _| json!({"n": 1, "next": next}));
    let depth = Limits { depth: 3, ..Limits::default() };
    let (result, _) = call_with(&["*demo.Node"], &[], &depth, &json!([nested]), |_, _| 0);
    let text = result.expect_err("too deep").to_string();
    let expected = "function parameter 'a.next.next.next.next' is invalid: values are nested deeper than 3 levels \
                    (limit `max-depth`)";
    assert_eq!(text, expected);

    let (metadata, mut types) = (metadata(), Types::default());
    let ty = Go.resolve("*demo.Node", &metadata, &mut types);
    let import = ImportPlan {
        module: "modus_test".into(),
        name: "f".into(),
        signature: Go.import_signature(&[ty], None, &types),
        parameters: vec![ParameterPlan { name: "node".into(), ty, default: Default::default() }],
        result: None,
        problem: None,
    };
    let mut guest = Fake::new(&types, |_, _| 0);
    let node = guest.allocate(32);
    guest.put_words(node, &[node, 0, 7]);
    let read = |guest: &mut Fake, limits| Go.import_arguments(&types, &import, &limits, guest, &[node.into()]);
    assert!(read(&mut guest, Limits::default()).is_ok());
    assert_eq!(guest.warnings, ["Excessive recursion detected in demo.Node. Stopping at depth 5."]);
    let text = read(&mut guest, values(5)).expect_err("too many").to_string();
    assert_eq!(text, "function parameter 'node.next' is invalid: there are more than 5 values (limit `max-values`)");
}
