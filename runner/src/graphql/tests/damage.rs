//! A schema of which an item cannot be decoded: whoever meets it hears of a failure of the runner, not that the app has no
//! such thing.

use abi::table::{Item, Table};

use super::*;

/// The table as an artifact has it, with a byte behind the name of `item` that cannot stand there.
fn damaged<T: Item>(name: &'static str, table: &Table<T>, item: &str) -> Table<T> {
    let mut bytes = Vec::new();
    let extent = table.store(&mut bytes).expect("a table");
    let text = [&[item.len() as u8], item.as_bytes()].concat();
    let at = bytes.windows(text.len()).position(|bytes| bytes == text).expect("the item");
    bytes[at + text.len()] = 0xff;
    Table::stored(name, extent, bytes.into()).expect("a table")
}

/// Asks for what does not need the item, then for what does, then for the first again.
async fn check(change: impl FnOnce(&mut Program), sound: &str, needs: &str) {
    let mut program = program();
    change(&mut program);
    let engine = engine_of(program, Options::default(), |_, _| answer("5"));
    for (query, status) in [(sound, 200), (needs, 500), (sound, 500)] {
        let body = serde_json::json!({ "query": query }).to_string();
        let response = exchange(&engine, None, &body, Media::GraphqlResponse).await;
        let text = String::from_utf8_lossy(&response.body);
        assert_eq!(response.status, status, "{query}: {text}");
        assert!(status == 200 || !text.contains("table"), "{text}");
    }
}

#[tokio::test]
async fn what_cannot_be_decoded_is_not_missing() {
    let sound = "{ number }";
    let query = |program: &mut Program| program.schema.query = damaged("query", &program.schema.query, "max");
    check(query, sound, "{ max }").await;
    check(query, sound, "{ __schema { queryType { fields { name } } } }").await;
    let objects = |program: &mut Program| program.schema.objects = damaged("objects", &program.schema.objects, "Plot");
    check(objects, sound, "{ forest { key } }").await;
    let inputs = |program: &mut Program| program.schema.inputs = damaged("inputs", &program.schema.inputs, "TreeInput");
    check(inputs, sound, "{ any(tree: {label: \"a\"}) }").await;
}
