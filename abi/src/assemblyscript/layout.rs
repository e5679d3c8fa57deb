//! Numbers of the guest's object layouts (`abi-assemblyscript` sections 2.1 and 4).

use crate::transfer::fault::{Cause, Fault};
use crate::types::{Kind, Sequence, TypePlan};

/// Class id of `Object`.
pub(super) const OBJECT_ID: u32 = 0;
/// Class id of `ArrayBuffer`, and of every buffer behind an array or a map.
pub const BUFFER_ID: u32 = 1;
/// Class id of `String`.
pub const STRING_ID: u32 = 2;
/// Largest payload `__new` accepts.
pub(super) const MAX_PAYLOAD: u64 = (1 << 30) - 21;

/// The memory manager's own number before a block.
pub(super) const BLOCK_OVERHEAD: u32 = 4;
/// All that is before an object: the memory manager's number, two links, class id, payload length.
pub(super) const HEADER: u32 = 20;
/// So far before the payload is the class id.
pub(super) const HEADER_CLASS: u32 = 8;

/// Bytes that an object takes with its header. The header begins 4 bytes before a multiple of 16, and so does the next.
pub(super) fn block_size(payload: u32) -> u32 {
    payload.saturating_add(HEADER).checked_next_multiple_of(16).unwrap_or(u32::MAX)
}

/// Payload of an `Array`: buffer, data start, capacity in bytes, length.
pub const ARRAY_SIZE: u32 = 16;
/// Payload of a typed array: buffer, data start, bytes in view.
pub const VIEW_SIZE: u32 = 12;
/// Payload of a `Map` or `Set`: buckets, mask, entries, capacity, slots used, live entries.
pub const TABLE_SIZE: u32 = 24;
/// Payload of a `Date`: year, month, day, padding, milliseconds.
pub const DATE_SIZE: u32 = 24;

/// Where the parts of an entry of a `Map` or `Set` are; the key is at 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EntryLayout {
    /// Value (equals `tag` for a `Set`).
    pub(super) value: u32,
    /// Link to the next entry of the bucket; bit 0 marks a deleted entry.
    pub(super) tag: u32,
    /// Size of an entry.
    pub(super) size: u32,
}

impl EntryLayout {
    /// For a key slot of `key` bytes and a value slot of `value` bytes; 0 = no value (`Set`).
    pub(super) fn new(key: u32, value: u32) -> Self {
        // Slots have 8 bytes at most, so nothing comes near to 32 bits.
        let up = |size: u32, align: u32| size.checked_next_multiple_of(align).unwrap_or(u32::MAX);
        let value_at = up(key, value.max(1));
        let tag = up(value_at.saturating_add(value), 4);
        Self { value: value_at, tag, size: up(tag.saturating_add(4), key.max(value).max(4)) }
    }
}

/// Number of buckets and of entry slots of a fresh table for `count` keys.
pub(super) fn capacity(count: u64) -> (u64, u64) {
    let (mut buckets, mut entries) = (4u64, 4u64);
    while entries < count {
        buckets = buckets.saturating_mul(2);
        entries = buckets.saturating_mul(8) / 3;
    }
    (buckets, entries)
}

/// The number of elements in so many bytes.
pub(super) fn count(bytes: u32, element: &TypePlan) -> u32 {
    bytes.checked_div(element.size).unwrap_or(bytes)
}

/// Null for a type that has none; `given` tells a null host value from a null address.
pub(super) fn null(given: &str, plan: &TypePlan) -> Fault {
    let text = match &plan.kind {
        Kind::String => format!("{given} for non-nullable string"),
        Kind::List { sequence: Sequence::Buffer, .. } => format!("{given} for non-nullable ArrayBuffer"),
        _ => format!("{given} for non-nullable type {}", plan.name),
    };
    Cause::Null(text).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries() {
        let layout = |key, value| {
            let layout = EntryLayout::new(key, value);
            (layout.value, layout.tag, layout.size)
        };
        assert_eq!(layout(4, 4), (4, 8, 12));
        assert_eq!(layout(4, 1), (4, 8, 12));
        assert_eq!(layout(1, 1), (1, 4, 8));
        assert_eq!(layout(2, 1), (2, 4, 8));
        assert_eq!(layout(4, 8), (8, 16, 24));
        assert_eq!(layout(1, 8), (8, 16, 24));
        assert_eq!(layout(8, 1), (8, 12, 16));
        assert_eq!(layout(4, 2), (4, 8, 12));
        assert_eq!(layout(8, 0), (8, 8, 16));
        assert_eq!(layout(1, 0), (1, 4, 8));
        assert_eq!([0, 4, 5, 22, 43].map(capacity), [(4, 4), (4, 4), (8, 21), (16, 42), (32, 85)]);
    }
}
