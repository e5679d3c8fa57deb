//! Exports of the guest's language runtime that the host calls (`abi-go` section 7).

use crate::guest::Helper;

/// All of them.
pub const ALL: [Helper; 7] = [NEW, UNPIN, MALLOC, FREE, MAKE, READ_MAP, WRITE_MAP];

/// Allocates a type by its id.
pub const NEW: Helper = Helper { index: 0, export: "__new", allocates: true };
/// Undoes one pin.
pub const UNPIN: Helper = Helper { index: 1, export: "__unpin", allocates: false };
/// Allocates a zeroed block that is scanned conservatively.
pub const MALLOC: Helper = Helper { index: 2, export: "malloc", allocates: true };
/// Releases such a block.
pub const FREE: Helper = Helper { index: 3, export: "free", allocates: false };
/// Makes a slice, string or map of n elements.
pub const MAKE: Helper = Helper { index: 4, export: "__make", allocates: true };
/// Copies a map's content into two slices.
pub const READ_MAP: Helper = Helper { index: 5, export: "__read_map", allocates: true };
/// Inserts two slices into a map.
pub const WRITE_MAP: Helper = Helper { index: 6, export: "__write_map", allocates: true };

const _: () = assert!(Helper::are_in_order(&ALL));
