//! Execution ids: 20 characters, unique, ordered by time (the xid format).

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::random;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

/// Random per process: five bytes for the id, three to start the counter.
struct Origin {
    process: [u8; 5],
    counter: AtomicU32,
}

/// A new id: four bytes of seconds, five of the process, three of a counter; base32hex in lower case.
pub(crate) fn new() -> String {
    static ORIGIN: OnceLock<Origin> = OnceLock::new();
    let origin = ORIGIN.get_or_init(|| {
        let random = random::seed().unwrap_or_else(|_| u64::from(std::process::id()).to_le_bytes());
        let [a, b, c, d, e, x, y, z] = random;
        Origin { process: [a, b, c, d, e], counter: AtomicU32::new(u32::from_be_bytes([0, x, y, z])) }
    });
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs()) as u32;
    let count = origin.counter.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    let mut raw = [0; 12];
    raw[..4].copy_from_slice(&seconds.to_be_bytes());
    raw[4..9].copy_from_slice(&origin.process);
    raw[9..].copy_from_slice(&count[1..]);
    encode(&raw)
}

fn encode(raw: &[u8; 12]) -> String {
    let mut text = String::with_capacity(20);
    let (mut pending, mut bits) = (0u32, 0);
    let mut push = |index: u32| text.push(char::from(ALPHABET[(index & 31) as usize]));
    for byte in raw {
        pending = (pending << 8 | u32::from(*byte)) & 0xFFFF;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(pending >> bits);
        }
    }
    // 96 bits leave one for the last character.
    push(pending << (5 - bits));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_encoding() {
        let raw = [0x4d, 0x88, 0xe1, 0x5b, 0x60, 0xf4, 0x86, 0xe4, 0x28, 0x41, 0x2d, 0xc9];
        assert_eq!(encode(&raw), "9m4e2mr0ui3e8a215n4g");
    }

    #[test]
    fn ids_are_unique_and_ordered() {
        let ids: Vec<String> = (0..100).map(|_| new()).collect();
        assert!(ids.iter().all(|id| id.len() == 20));
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
