//! Tables as they are stored, sound and damaged.

use super::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Named {
    name: String,
    number: u64,
}

impl Item for Named {
    fn name(&self) -> &str {
        &self.name
    }
}

fn made(names: &[&str]) -> Table<Named> {
    names.iter().zip(7..).map(|(name, number)| Named { name: (*name).to_owned(), number }).collect()
}

/// The table as it is read from an artifact.
fn stored(table: &Table<Named>) -> Table<Named> {
    let mut out = Vec::new();
    let extent = table.store(&mut out).unwrap();
    Table::stored("names", extent, out.into()).unwrap()
}

#[test]
fn a_stored_table_is_the_table() {
    let many: Vec<String> = (0..3 * CHUNK).map(|at| (at * 7919 % 1000).to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for names in [&[][..], &["a"], &["c", "a", "b", "ä", ""], &["x", "x"], &many] {
        let table = made(names);
        let again = stored(&table);
        assert_eq!((again.len(), again.is_empty()), (names.len(), names.is_empty()));
        for (index, name) in names.iter().enumerate() {
            assert_eq!(again.get(index), table.get(index));
            assert_eq!(again.find(name).map(|(_, item)| &*item.name), Some(*name));
        }
        assert!(again.find("d").is_none() && again.get(names.len()).is_none());
        assert_eq!(stored(&again), table);
        assert_eq!(again.check(|_| None), Ok(()));
        assert_eq!(again.damage(), None);
    }
}

/// A table of three whose item 1 has so many bytes in place of its own.
fn damaged(item: &[u8]) -> Table<Named> {
    let encoded = ["one", "two", "three"].map(|name| postcard::to_stdvec(&made(&[name]).get(0)).unwrap()[1..].to_vec());
    let items = [&encoded[0], item, &encoded[2]];
    let ends = items.iter().scan(0, |end, item| {
        *end += item.len() as u32;
        Some(*end)
    });
    let numbers: Vec<u8> = ends.chain([0, 2, 1]).flat_map(u32::to_le_bytes).collect();
    let bytes = [numbers, items.concat()].concat();
    let extent = Extent { count: 3, length: bytes.len() as u32 };
    Table::stored("names", extent, bytes.into()).unwrap()
}

/// Something that is asked of a damaged table, and of the sound one.
type Question = fn(&Table<Named>, &Table<Named>) -> bool;

/// No item takes another's place, none is left out without a word, and the word says which one.
#[test]
fn an_item_that_cannot_be_decoded_is_damage() {
    // Sound; cut off; with a byte too many; whose name is no text; empty.
    let sound = b"\x03two\x07";
    let cut_off = "cannot be decoded (Hit the end of buffer, expected more data)";
    let cases: [(&[u8], Option<&str>); 5] = [
        (sound, None),
        (&sound[..4], Some(cut_off)),
        (b"\x03two\x07\x00", Some("it has 1 bytes too many")),
        (b"\x03tw\xff\x07", Some("cannot be decoded (Tried to parse invalid utf-8)")),
        (b"", Some(cut_off)),
    ];
    let whole: Table<_> =
        ["one", "two", "three"].map(|name| Named { name: name.to_owned(), number: 7 }).into_iter().collect();
    for (item, reason) in cases {
        let questions: [Question; 4] = [
            |table, _| table.get(1).is_some(),
            |table, _| table.find("two").is_some(),
            |table, _| table.iter().count() == 3,
            |table, whole| table == whole,
        ];
        for question in questions {
            let table = damaged(item);
            assert_eq!(table.get(2).map(|item| &*item.name), Some("three"));
            assert_eq!((table.damage(), table.get(3)), (None, None));
            let answer = question(&table, &whole);
            assert_eq!(answer, reason.is_none(), "{item:?}");
            let said = table.damage().map(ToString::to_string);
            match reason {
                None => assert_eq!(said, None),
                Some(reason) => {
                    let said = said.unwrap();
                    assert!(said.starts_with("table names, item 1: ") && said.contains(reason), "{said}");
                }
            }
        }
        assert_eq!(damaged(item).check(|_| None).err().map(|damage| damage.index), reason.map(|_| Some(1)));
    }
    let refused = damaged(sound).check(|item| (item.name == "three").then(|| "it is odd".to_owned()));
    assert_eq!(refused.unwrap_err().to_string(), "table names, item 2: it is odd");
}

/// A byte of the index that is another is found at once, one of an item when the item is asked for.
#[test]
fn any_byte_may_be_wrong() {
    let mut out = Vec::new();
    let extent = made(&["one", "two", "three"]).store(&mut out).unwrap();
    let read = |extent, bytes: &[u8]| Table::<Named>::stored("names", extent, bytes.to_vec().into());
    assert!(read(Extent { count: 99, ..extent }, &out).is_err());
    assert!(read(Extent { count: 2, ..extent }, &out).is_err());
    assert!(read(extent, &out[1..]).is_err());
    for at in 0..out.len() {
        let mut changed = out.clone();
        changed[at] ^= 0xff;
        let table = read(extent, &changed);
        assert_eq!(table.is_err(), at < 3 * OVERHEAD, "{at}");
        let Ok(table) = table else { continue };
        assert!(table.check(|_| None).is_err(), "{at}");
        table.find("zzz");
        assert!(table.iter().count() < 3 && table.damage().is_some(), "{at}");
    }
}

/// Names that are found by halves have to be in their order.
#[test]
fn a_wrong_order_is_found() {
    let mut out = Vec::new();
    let extent = made(&["one", "two"]).store(&mut out).unwrap();
    for order in [[1, 0], [0, 0], [1, 1]] {
        let mut changed = out.clone();
        changed[8..16].copy_from_slice(&order.map(u32::to_le_bytes).concat());
        let table = Table::<Named>::stored("names", extent, changed.into()).unwrap();
        assert!(table.check(|_| None).unwrap_err().reason.contains("order"), "{order:?}");
    }
}

/// KiB of memory that this process had at most.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Only what the bytes are enough for takes memory, whatever number is written.
#[test]
fn a_number_of_items_that_are_not_there_takes_no_memory() {
    let before = peak();
    let extent = Extent { count: u32::MAX, length: 8 };
    let damage = Table::<Named>::stored("names", extent, vec![0; 8].into()).err().unwrap();
    assert_eq!(damage.to_string(), "table names: it is too short");
    assert!(peak() < before + (100 << 10), "{} KiB more", peak() - before);
}
