//! Numbers of the guest's object layouts (`abi-assemblyscript` sections 2.1 and 4).

/// Class id of `ArrayBuffer`, and of every buffer behind an array or a map.
pub const BUFFER_ID: u32 = 1;
/// Class id of `String`.
pub const STRING_ID: u32 = 2;
/// Largest payload `__new` accepts.
pub(super) const MAX_PAYLOAD: u64 = (1 << 30) - 21;

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
        let value_at = key.next_multiple_of(value.max(1));
        let tag = (value_at + value).next_multiple_of(4);
        Self { value: value_at, tag, size: (tag + 4).next_multiple_of(key.max(value).max(4)) }
    }
}

/// Number of buckets and of entry slots of a fresh table for `count` keys.
pub(super) fn capacity(count: u64) -> (u64, u64) {
    let (mut buckets, mut entries) = (4u64, 4u64);
    while entries < count {
        buckets *= 2;
        entries = buckets * 8 / 3;
    }
    (buckets, entries)
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
