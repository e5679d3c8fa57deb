//! Lists that an artifact holds item by item: an item is decoded when it is first asked for, so that loading an app
//! takes no longer because it has many functions.
//!
//! An item that cannot be decoded is [`Damage`], which its table keeps: whoever used items asks for it before an answer
//! leaves ([`Program::intact`](crate::plan::Program::intact)), and [`Table::check`] looks at all of them.

#![cfg_attr(
    not(test),
    warn(clippy::indexing_slicing, clippy::cast_possible_truncation, clippy::arithmetic_side_effects)
)]

use std::cmp::Ordering;
use std::sync::OnceLock;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a table can hold. The first field of its encoding must be the name, a `String`: it is read without the rest.
pub trait Item: Serialize + DeserializeOwned {
    /// The name by which an item is found.
    fn name(&self) -> &str;
}

/// A list of items, either made in this process or stored in an artifact.
#[derive(Clone)]
pub struct Table<T> {
    items: Items<T>,
    /// What was found first.
    damage: OnceLock<Damage>,
}

#[derive(Clone)]
enum Items<T> {
    Made(Vec<T>),
    Stored(Stored<T>),
}

/// `count` ends of items and `count` indexes in the order of the items' names, each four bytes, little end first; then
/// the items, encoded by postcard.
#[derive(Clone)]
struct Stored<T> {
    name: &'static str,
    bytes: Bytes,
    count: usize,
    /// Room for decoded items, made for [`CHUNK`] neighbours at a time.
    chunks: Box<[OnceLock<Chunk<T>>]>,
}

type Chunk<T> = Box<[OnceLock<Box<T>>]>;

/// Items of a chunk: few enough to be made quickly, enough to keep the list of chunks short.
const CHUNK: usize = 64;

/// Bytes of a number.
const NUMBER: usize = size_of::<u32>();

/// Bytes for each item besides the item itself: where it ends, and which is next in the order of the names.
const OVERHEAD: usize = 2 * NUMBER;

/// The size of a table. In an artifact each one begins where the one before it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Items.
    pub count: u32,
    /// Bytes in total.
    pub length: u32,
}

/// What is wrong with a table of an artifact, although its checksum is right: it was written by another modusc than its
/// format says.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("table {table}{}: {reason}", .index.map_or_else(String::new, |index| format!(", item {index}")))]
pub struct Damage {
    /// Name of the table.
    pub table: &'static str,
    /// Which item; `None` for the table as a whole.
    pub index: Option<usize>,
    /// What is wrong.
    pub reason: String,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T> From<Vec<T>> for Table<T> {
    fn from(items: Vec<T>) -> Self {
        Self { items: Items::Made(items), damage: OnceLock::new() }
    }
}

impl<T> FromIterator<T> for Table<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        items.into_iter().collect::<Vec<T>>().into()
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
    /// A table of an artifact, called `name` where something is wrong with it. No item is decoded yet.
    ///
    /// # Errors
    /// [`Damage`] where the items do not lie side by side within `bytes`.
    pub fn stored(name: &'static str, extent: Extent, bytes: Bytes) -> Result<Self, Damage> {
        let damage = |reason: &str| Damage { table: name, index: None, reason: reason.to_owned() };
        let count = extent.count as usize;
        let stored = Stored { name, bytes, count, chunks: Box::default() };
        stored.layout(extent.length as usize).map_err(damage)?;
        // Only now is it certain that there are bytes for so many items.
        let stored = Stored { chunks: room(count.div_ceil(CHUNK)), ..stored };
        Ok(Self { items: Items::Stored(stored), damage: OnceLock::new() })
    }

    /// Appends the table to `out` as it is stored.
    ///
    /// # Errors
    /// When an item cannot be encoded, or the table is larger than 4 GiB.
    pub fn store(&self, out: &mut Vec<u8>) -> postcard::Result<Extent> {
        let number = |value: usize| u32::try_from(value).map_err(|_| postcard::Error::SerializeBufferFull);
        let items = match &self.items {
            Items::Made(items) => items,
            Items::Stored(Stored { bytes, count, .. }) => {
                out.extend_from_slice(bytes);
                return Ok(Extent { count: number(*count)?, length: number(bytes.len())? });
            }
        };
        let (mut index, mut encoded) = (Vec::new(), Vec::new());
        for item in items {
            encoded.extend(postcard::to_stdvec(item)?);
            index.extend_from_slice(&number(encoded.len())?.to_le_bytes());
        }
        let mut order: Vec<(&str, u32)> = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            order.push((item.name(), number(at)?));
        }
        order.sort_by_key(|(name, _)| *name);
        index.extend(order.iter().flat_map(|(_, at)| at.to_le_bytes()));
        let length = number(index.len().saturating_add(encoded.len()))?;
        out.extend_from_slice(&index);
        out.extend_from_slice(&encoded);
        Ok(Extent { count: number(items.len())?, length })
    }

    /// The number of items.
    pub fn len(&self) -> usize {
        match &self.items {
            Items::Made(items) => items.len(),
            Items::Stored(stored) => stored.count,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at `index`; `None` where there is none, or where it cannot be decoded, which is [`Self::damage`].
    pub fn get(&self, index: usize) -> Option<&T> {
        match &self.items {
            Items::Made(items) => items.get(index),
            Items::Stored(stored) => self.noted(stored.get(index)?),
        }
    }

    /// The index and the item of this name; `None` where there is none, or for [`Self::damage`].
    pub fn find(&self, name: &str) -> Option<(usize, &T)> {
        let index = match &self.items {
            Items::Made(items) => items.iter().position(|item| item.name() == name),
            Items::Stored(stored) => self.noted(stored.find(name))?,
        }?;
        Some((index, self.get(index)?))
    }

    /// All items in order; of a stored table it decodes every one. It ends at [`Self::damage`].
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { table: self, rest: 0..self.len() }
    }

    /// The items as a list that can be changed; `None` for a table of an artifact.
    pub fn made(&mut self) -> Option<&mut Vec<T>> {
        match &mut self.items {
            Items::Made(items) => Some(items),
            Items::Stored(_) => None,
        }
    }

    /// What was found to be wrong with an item that was asked for.
    pub fn damage(&self) -> Option<&Damage> {
        self.damage.get()
    }

    /// Looks at all items, of which none is kept, and at their order. `problem` tells what else is wrong with one.
    ///
    /// # Errors
    /// The first [`Damage`].
    pub fn check(&self, problem: impl Fn(&T) -> Option<String>) -> Result<(), Damage> {
        match &self.items {
            Items::Made(items) => {
                let damage = |(index, reason)| Damage { table: "in memory", index: Some(index), reason };
                let mut problems = items.iter().enumerate().filter_map(|(index, item)| Some((index, problem(item)?)));
                problems.next().map_or(Ok(()), |found| Err(damage(found)))
            }
            Items::Stored(stored) => stored.check(problem),
        }
    }

    /// Keeps what is wrong, if it is the first.
    fn noted<A>(&self, result: Result<A, Damage>) -> Option<A> {
        result.map_err(|damage| self.damage.get_or_init(|| damage)).ok()
    }
}

impl<T: Item> Stored<T> {
    /// Whether index and items fill the bytes, which are `length`.
    fn layout(&self, length: usize) -> Result<(), &'static str> {
        let index = self.count.checked_mul(OVERHEAD).filter(|index| *index <= self.bytes.len());
        let items = index.and_then(|index| self.bytes.len().checked_sub(index));
        let items = items.filter(|_| self.bytes.len() == length).ok_or("it is too short")?;
        let mut last = 0;
        for end in (0..self.count).filter_map(|index| self.end(index)) {
            if end < last {
                return Err("its items overlap");
            }
            last = end;
        }
        if last != items {
            return Err("its items do not fill it");
        }
        if (0..self.count).any(|place| self.place(place).is_none_or(|index| index >= self.count)) {
            return Err("its order names an item that is not there");
        }
        Ok(())
    }

    /// The number at `index` of the index.
    fn number(&self, index: usize) -> Option<usize> {
        let (numbers, _) = self.bytes.as_chunks::<NUMBER>();
        numbers.get(index).map(|bytes| u32::from_le_bytes(*bytes) as usize)
    }

    /// Where an item ends.
    fn end(&self, index: usize) -> Option<usize> {
        self.number(Some(index).filter(|index| *index < self.count)?)
    }

    /// Which item is at a place of the order.
    fn place(&self, place: usize) -> Option<usize> {
        self.number(Some(place).filter(|place| *place < self.count)?.checked_add(self.count)?)
    }

    /// The bytes of an item; `None` where there is none.
    fn encoded(&self, index: usize) -> Option<&[u8]> {
        let start = index.checked_sub(1).map_or(Some(0), |before| self.end(before))?;
        let items = self.bytes.get(self.count.checked_mul(OVERHEAD)?..)?;
        items.get(start..self.end(index)?)
    }

    fn damage(&self, index: usize, reason: impl std::fmt::Display) -> Damage {
        Damage { table: self.name, index: Some(index), reason: reason.to_string() }
    }

    /// Decodes an item; `None` where there is none.
    fn decode(&self, index: usize) -> Option<Result<T, Damage>> {
        let decoded = match postcard::take_from_bytes(self.encoded(index)?) {
            Ok((item, [])) => Ok(item),
            Ok((_, rest)) => Err(self.damage(index, format_args!("it has {} bytes too many", rest.len()))),
            Err(error) => Err(self.damage(index, format_args!("it cannot be decoded ({error})"))),
        };
        Some(decoded)
    }

    fn get(&self, index: usize) -> Option<Result<&T, Damage>> {
        let chunk = self.chunks.get(index.div_euclid(CHUNK))?.get_or_init(|| room(CHUNK));
        let cell = chunk.get(index.rem_euclid(CHUNK))?;
        if let Some(item) = cell.get() {
            return Some(Ok(item));
        }
        Some(self.decode(index)?.map(|item| &**cell.get_or_init(|| Box::new(item))))
    }

    /// The name of an item of the order.
    fn name(&self, place: usize) -> Result<(usize, &str), Damage> {
        let index = self.place(place).unwrap_or(self.count);
        let name = postcard::take_from_bytes::<&str>(self.encoded(index).unwrap_or_default());
        let (name, _) =
            name.map_err(|error| self.damage(index, format_args!("its name cannot be decoded ({error})")))?;
        Ok((index, name))
    }

    fn find(&self, name: &str) -> Result<Option<usize>, Damage> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            let (index, found) = self.name(middle)?;
            match found.cmp(name) {
                Ordering::Less => low = middle.saturating_add(1),
                Ordering::Equal => return Ok(Some(index)),
                Ordering::Greater => high = middle,
            }
        }
        Ok(None)
    }

    /// See [`Table::check`].
    fn check(&self, problem: impl Fn(&T) -> Option<String>) -> Result<(), Damage> {
        let mut index = 0..self.count;
        index.try_for_each(|index| match self.decode(index) {
            Some(item) => problem(&item?).map_or(Ok(()), |reason| Err(self.damage(index, reason))),
            None => Err(self.damage(index, "it is not there")),
        })?;
        let mut previous: Option<(&str, usize)> = None;
        for place in 0..self.count {
            let (index, name) = self.name(place)?;
            // Of equal names the first comes first: so no item is in the order twice.
            if previous.replace((name, index)).is_some_and(|previous| previous >= (name, index)) {
                return Err(self.damage(index, "it is not where its name belongs in the order"));
            }
        }
        Ok(())
    }
}

fn room<T>(count: usize) -> Box<[OnceLock<T>]> {
    (0..count).map(|_| OnceLock::new()).collect()
}

/// See [`Table::iter`].
pub struct Iter<'t, T> {
    table: &'t Table<T>,
    rest: std::ops::Range<usize>,
}

impl<'t, T: Item> Iterator for Iter<'t, T> {
    type Item = &'t T;

    fn next(&mut self) -> Option<&'t T> {
        let item = self.rest.next().and_then(|index| self.table.get(index));
        if item.is_none() {
            self.rest = 0..0;
        }
        item
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.rest.len()))
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
mod tests;
