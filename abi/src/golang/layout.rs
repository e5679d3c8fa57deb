//! Numbers of the guest's layouts (`abi-go` section 4).

/// Type id of `[]byte`; it has no entry in the metadata.
pub const BYTES_ID: u32 = 1;
/// Type id of `string`; it has no entry in the metadata.
pub const STRING_ID: u32 = 2;
