//! Texts between UTF-8 and the guest's UTF-16LE (`abi-assemblyscript` section 4.1).
//!
//! Most texts are ASCII, and those are moved without looking at each character.

/// The number of code units of a text.
pub(super) fn length(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.encode_utf16().count()
}

/// Writes the code units of a text, as far as there is room.
pub(super) fn encode(text: &str, room: &mut [u8]) {
    let (units, _) = room.as_chunks_mut::<2>();
    if text.len() == units.len() {
        // As many units as bytes: it is ASCII.
        for (unit, byte) in units.iter_mut().zip(text.bytes()) {
            *unit = [byte, 0];
        }
        return;
    }
    for (unit, code) in units.iter_mut().zip(text.encode_utf16()) {
        *unit = code.to_le_bytes();
    }
}

/// The text of code units. What lacks its other half becomes U+FFFD.
pub(super) fn decode(bytes: &[u8]) -> String {
    let (units, _) = bytes.as_chunks::<2>();
    // No branch in the loop, so that it becomes instructions for many units at once.
    let bits = units.iter().fold(0, |bits, unit| bits | u16::from_le_bytes(*unit));
    if bits < 0x80 {
        let ascii = units.iter().map(|[low, _]| *low).collect();
        return String::from_utf8(ascii).expect("ASCII is UTF-8");
    }
    let mut text = String::with_capacity(units.len());
    let characters = char::decode_utf16(units.iter().map(|unit| u16::from_le_bytes(*unit)));
    text.extend(characters.map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)));
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    proptest! {
        #[test]
        fn texts_come_back(text in prop_oneof![any::<String>(), "[ -~]{0,40}", "[ -~]{0,20}.[ -~]{0,20}"]) {
            let mut room = vec![0xaa; length(&text).checked_mul(2).unwrap()];
            encode(&text, &mut room);
            prop_assert_eq!(&room, &bytes(&text));
            prop_assert_eq!(decode(&room), text);
        }

        #[test]
        fn halves_are_replaced(units in proptest::collection::vec(prop_oneof![any::<u16>(), 0xd7f0u16..0xe010], 0..20)) {
            let bytes: Vec<u8> = units.iter().copied().flat_map(u16::to_le_bytes).collect();
            prop_assert_eq!(decode(&bytes), String::from_utf16_lossy(&units));
        }
    }
}
