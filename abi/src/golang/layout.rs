//! Numbers of the guest's layouts (`abi-go` section 4).

use crate::types::Kind;

/// Type id of `[]byte`; it has no entry in the metadata.
pub const BYTES_ID: u32 = 1;
/// Type id of `string`; it has no entry in the metadata.
pub const STRING_ID: u32 = 2;

/// Whether an import passes the type as itself; everything else crosses as one address.
pub fn is_scalar(kind: &Kind) -> bool {
    matches!(kind, Kind::Bool | Kind::Int(_) | Kind::F32 | Kind::F64)
}
