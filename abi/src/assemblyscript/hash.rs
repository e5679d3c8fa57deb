//! Key hashes of the guest's `Map` and `Set` (`abi-assemblyscript` section 4.7): xxHash32 with seed 0.
//!
//! Keys of 1 and 2 bytes are hashed as if they were extended to 32 bits, with their own length.

use crate::transfer::scalar::low_word;
use crate::types::Kind;

const P1: u32 = 2_654_435_761;
const P2: u32 = 2_246_822_519;
const P3: u32 = 3_266_489_917;
const P4: u32 = 668_265_263;
const P5: u32 = 374_761_393;

fn finish(mut hash: u32) -> u32 {
    hash ^= hash >> 15;
    hash = hash.wrapping_mul(P2);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(P3);
    hash ^ (hash >> 16)
}

fn word(hash: u32, word: u32) -> u32 {
    hash.wrapping_add(word.wrapping_mul(P3)).rotate_left(17).wrapping_mul(P4)
}

/// Hash of a key of at most 4 bytes, extended to 32 bits.
pub(super) fn short(key: u32, length: u32) -> u32 {
    finish(word(P5.wrapping_add(length), key))
}

/// Hash of an 8-byte key.
pub(super) fn long(key: u64) -> u32 {
    let low = word(P5.wrapping_add(8), low_word(key));
    finish(word(low, low_word(key >> 32)))
}

/// Hash of a scalar key from its bits as [`scalar::encode`](crate::transfer::scalar::encode) gives them.
pub(super) fn scalar(kind: &Kind, bits: u64) -> u32 {
    match kind {
        Kind::Bool => short(low_word(bits), 1),
        Kind::Int(int) if int.bits < 64 => short(low_word(bits), u32::from(int.bits / 8)),
        Kind::F32 => short(low_word(bits), 4),
        _ => long(bits),
    }
}

/// Hash of a string's UTF-16LE bytes.
pub(super) fn bytes(bytes: &[u8]) -> u32 {
    // The hash counts in 32 bits.
    let length = low_word(bytes.len() as u64);
    let (blocks, rest) = bytes.as_chunks::<16>();
    let mut hash = if blocks.is_empty() { P5 } else { stripes(blocks) }.wrapping_add(length);
    let (words, tail) = rest.as_chunks::<4>();
    for chunk in words {
        hash = word(hash, u32::from_le_bytes(*chunk));
    }
    for byte in tail {
        hash = hash.wrapping_add(u32::from(*byte).wrapping_mul(P5)).rotate_left(11).wrapping_mul(P1);
    }
    finish(hash)
}

fn stripes(blocks: &[[u8; 16]]) -> u32 {
    let mut lanes = [P1.wrapping_add(P2), P2, 0, 0u32.wrapping_sub(P1)];
    for block in blocks {
        for (lane, chunk) in lanes.iter_mut().zip(block.as_chunks::<4>().0) {
            let mixed = lane.wrapping_add(u32::from_le_bytes(*chunk).wrapping_mul(P2));
            *lane = mixed.rotate_left(13).wrapping_mul(P1);
        }
    }
    let [a, b, c, d] = lanes;
    a.rotate_left(1).wrapping_add(b.rotate_left(7)).wrapping_add(c.rotate_left(12)).wrapping_add(d.rotate_left(18))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::IntKind;

    #[test]
    fn check_values() {
        let text = |text: &str| bytes(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
        assert_eq!(text(""), 0x02cc_5d05);
        assert_eq!(text("one"), 0xd72d_8593);
        assert_eq!(text("red"), 0xcf3d_6d6f);
        assert_eq!(text("id"), 0x3443_5436);
        assert_eq!(text("hello world hello world"), 0x3af6_a312);
        let int = |bits, signed, value: u64| scalar(&Kind::Int(IntKind { bits, signed }), value);
        assert_eq!(int(32, true, 42), 0x4542_35d1);
        assert_eq!(int(8, false, 1), 0x3230_1292);
        assert_eq!(scalar(&Kind::Bool, 1), 0x3230_1292);
        assert_eq!(int(16, true, u64::from(u32::MAX)), 0xb55b_0e8e);
        assert_eq!(int(64, true, 1), 0x08ed_6331);
        assert_eq!(scalar(&Kind::F64, 1.5f64.to_bits()), 0xfb2f_2c63);
        assert_eq!(bytes(&42u32.to_le_bytes()), int(32, false, 42));
    }
}
