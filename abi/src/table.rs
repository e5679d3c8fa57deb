//! Lists that an artifact holds item by item: an item is decoded when it is first asked for, so that loading an app
//! takes no longer because it has many functions.

use std::sync::OnceLock;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What a table can hold. The first field of its encoding must be the name, a `String`: it is read without the rest.
pub trait Item: Serialize + DeserializeOwned {
    /// The name by which an item is found.
    fn name(&self) -> &str;
}

/// A list of items, either made in this process or stored in an artifact.
#[derive(Clone)]
pub struct Table<T> {
    /// Empty where there is `stored`.
    made: Vec<T>,
    stored: Option<Stored<T>>,
}

/// `count` ends of items and `count` indexes in the order of the items' names, each four bytes, little end first; then
/// the items, encoded by postcard.
#[derive(Clone)]
struct Stored<T> {
    bytes: Bytes,
    count: usize,
    /// Room for decoded items, made for [`CHUNK`] neighbours at a time.
    chunks: Box<[OnceLock<Chunk<T>>]>,
}

type Chunk<T> = Box<[OnceLock<Box<T>>]>;

/// Items of a chunk: few enough to be made quickly, enough to keep the list of chunks short.
const CHUNK: usize = 64;

/// Bytes for each item besides the item itself.
const OVERHEAD: usize = 8;

/// Where a table ends that begins where its predecessor ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Items.
    pub count: u32,
    /// Bytes in total.
    pub length: u32,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { made: Vec::new(), stored: None }
    }
}

impl<T> From<Vec<T>> for Table<T> {
    fn from(items: Vec<T>) -> Self {
        Self { made: items, stored: None }
    }
}

impl<T> FromIterator<T> for Table<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self { made: items.into_iter().collect(), stored: None }
    }
}

impl<T: Item + PartialEq> PartialEq for Table<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<T: Item + std::fmt::Debug> std::fmt::Debug for Table<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Item> Table<T> {
    /// A table of an artifact; `None` where its index does not fit into `bytes`.
    pub fn stored(extent: Extent, bytes: Bytes) -> Option<Self> {
        let count = usize::try_from(extent.count).ok()?;
        let enough = bytes.len() == usize::try_from(extent.length).ok()? && count.checked_mul(OVERHEAD)? <= bytes.len();
        let chunks = || room(count.div_ceil(CHUNK));
        enough.then(|| Self { made: Vec::new(), stored: Some(Stored { bytes, count, chunks: chunks() }) })
    }

    /// Appends the table to `out` as it is stored.
    ///
    /// # Errors
    /// When an item cannot be encoded, or the table is larger than 4 GiB.
    pub fn store(&self, out: &mut Vec<u8>) -> postcard::Result<Extent> {
        let number = |value: usize| u32::try_from(value).map_err(|_| postcard::Error::SerializeBufferFull);
        let items: Vec<&T> = self.iter().collect();
        let mut encoded = Vec::new();
        let begin = out.len();
        for item in &items {
            encoded.extend(postcard::to_stdvec(item)?);
            out.extend_from_slice(&number(encoded.len())?.to_le_bytes());
        }
        let mut order: Vec<usize> = (0..items.len()).collect();
        order.sort_by_key(|at| items[*at].name());
        for at in order {
            out.extend_from_slice(&number(at)?.to_le_bytes());
        }
        out.extend_from_slice(&encoded);
        Ok(Extent { count: number(items.len())?, length: number(out.len() - begin)? })
    }

    /// The number of items.
    pub fn len(&self) -> usize {
        self.stored.as_ref().map_or(self.made.len(), |stored| stored.count)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at `index`; `None` where there is none, or where it cannot be decoded.
    pub fn get(&self, index: usize) -> Option<&T> {
        match &self.stored {
            Some(stored) => stored.get(index),
            None => self.made.get(index),
        }
    }

    /// The index and the item of this name.
    pub fn find(&self, name: &str) -> Option<(usize, &T)> {
        let index = match &self.stored {
            Some(stored) => stored.find(name),
            None => self.made.iter().position(|item| item.name() == name),
        }?;
        Some((index, self.get(index)?))
    }

    /// All items in order; of a stored table it decodes every one.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { table: self, next: 0 }
    }

    /// The items as a list that can be changed.
    pub fn made(&mut self) -> &mut Vec<T> {
        if let Some(stored) = self.stored.take() {
            let items = 0..stored.count;
            self.made = items.filter_map(|index| postcard::from_bytes(stored.encoded(index)?).ok()).collect();
        }
        &mut self.made
    }
}

impl<T: Item> Stored<T> {
    /// The number at `index` of ends and order.
    fn number(&self, index: usize) -> Option<usize> {
        let bytes = self.bytes.get(index.checked_mul(4)?..)?.first_chunk()?;
        usize::try_from(u32::from_le_bytes(*bytes)).ok()
    }

    fn encoded(&self, index: usize) -> Option<&[u8]> {
        if index >= self.count {
            return None;
        }
        let start = if index == 0 { 0 } else { self.number(index - 1)? };
        self.bytes.get(self.count * OVERHEAD..)?.get(start..self.number(index)?)
    }

    fn get(&self, index: usize) -> Option<&T> {
        let chunk = self.chunks.get(index / CHUNK)?.get_or_init(|| room(CHUNK));
        let cell = chunk.get(index % CHUNK)?;
        if let Some(item) = cell.get() {
            return Some(item);
        }
        let item = postcard::from_bytes(self.encoded(index)?).ok()?;
        Some(cell.get_or_init(|| Box::new(item)))
    }

    fn find(&self, name: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            let index = self.number(self.count + middle)?;
            let (found, _) = postcard::take_from_bytes::<&str>(self.encoded(index)?).ok()?;
            match found.cmp(name) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(index),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

fn room<T>(count: usize) -> Box<[OnceLock<T>]> {
    (0..count).map(|_| OnceLock::new()).collect()
}

/// See [`Table::iter`].
pub struct Iter<'t, T> {
    table: &'t Table<T>,
    next: usize,
}

impl<'t, T: Item> Iterator for Iter<'t, T> {
    type Item = &'t T;

    fn next(&mut self) -> Option<&'t T> {
        while self.next < self.table.len() {
            self.next += 1;
            if let Some(item) = self.table.get(self.next - 1) {
                return Some(item);
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.table.len() - self.next))
    }
}

impl<'t, T: Item> IntoIterator for &'t Table<T> {
    type Item = &'t T;
    type IntoIter = Iter<'t, T>;

    fn into_iter(self) -> Iter<'t, T> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
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
        Table::stored(extent, out.into()).unwrap()
    }

    #[test]
    fn a_stored_table_is_the_table() {
        let many: Vec<String> = (0..3 * CHUNK).map(|at| (at * 7919 % 1000).to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        for names in [&[][..], &["a"], &["c", "a", "b", "ä", ""], &["x", "x"], &many] {
            let table = made(names);
            let mut again = stored(&table);
            assert_eq!((again.len(), again.is_empty()), (names.len(), names.is_empty()));
            for (index, name) in names.iter().enumerate() {
                assert_eq!(again.get(index), table.get(index));
                assert_eq!(again.find(name).map(|(_, item)| &*item.name), Some(*name));
            }
            assert!(again.find("d").is_none() && again.get(names.len()).is_none());
            assert_eq!(stored(&again), table);
            assert_eq!(*again.made(), *made(names).made());
        }
    }

    /// Whatever the bytes are, an item is there or it is not.
    #[test]
    fn damaged_tables_have_no_items_or_others() {
        let mut out = Vec::new();
        let extent = made(&["one", "two", "three"]).store(&mut out).unwrap();
        assert!(Table::<Named>::stored(Extent { count: 99, ..extent }, out.clone().into()).is_none());
        assert!(Table::<Named>::stored(extent, out[1..].to_vec().into()).is_none());
        for at in 0..out.len() {
            let mut changed = out.clone();
            changed[at] ^= 0xff;
            let mut table = Table::<Named>::stored(extent, changed.into()).unwrap();
            table.find("two");
            table.find("zzz");
            assert!(table.iter().count() <= 3 && table.made().len() <= 3);
        }
    }
}
