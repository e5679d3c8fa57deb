//! Exports of the guest's language runtime that the host calls (`abi-assemblyscript` section 5).

use crate::guest::Helper;

/// All of them.
pub const ALL: [Helper; 4] = [NEW, PIN, UNPIN, SET_ARGUMENTS_LENGTH];

/// Allocates an object: size, class id.
pub const NEW: Helper = Helper { index: 0, export: "__new", allocates: true };
/// Makes an object a root.
pub const PIN: Helper = Helper { index: 1, export: "__pin", allocates: false };
/// Undoes one pin.
pub const UNPIN: Helper = Helper { index: 2, export: "__unpin", allocates: false };
/// Announces the argument count.
pub const SET_ARGUMENTS_LENGTH: Helper = Helper { index: 3, export: "__setArgumentsLength", allocates: false };

const _: () = assert!(Helper::are_in_order(&ALL));
