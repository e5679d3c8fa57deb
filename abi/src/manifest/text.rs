//! A manifest's bytes as text.

use thiserror::Error;

/// The bytes are no text that a manifest can be in.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotText {
    /// What some editors and shells write.
    #[error("the manifest is UTF-16 text; save it as UTF-8")]
    Utf16,
    /// No UTF-8 from this byte on.
    #[error("the manifest is not UTF-8 text (byte {0})")]
    NotUtf8(usize),
}

/// The text of a manifest.
///
/// # Errors
/// [`NotText`]
pub fn text(bytes: Vec<u8>) -> Result<String, NotText> {
    // The text begins with ASCII, so that UTF-16 without a mark shows in its first zero.
    let is_utf16 =
        matches!(bytes.as_slice(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=u8::MAX, ..] | [1..=u8::MAX, 0, ..]);
    if is_utf16 {
        return Err(NotText::Utf16);
    }
    String::from_utf8(bytes).map_err(|error| NotText::NotUtf8(error.utf8_error().valid_up_to()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        let utf16 = |order: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> {
            format!("{mark}{{\"a\": \"ä\"}}").encode_utf16().flat_map(order).collect()
        };
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            for mark in ["\u{feff}", ""] {
                assert_eq!(text(utf16(order, mark)), Err(NotText::Utf16));
            }
        }
        for good in ["", "{", "{}", "\u{feff}{}", "{\"a\": \"ä\"}"] {
            assert_eq!(text(good.as_bytes().to_vec()).as_deref(), Ok(good));
        }
        assert_eq!(text(b"{\"a\": \"\xe4\"}".to_vec()), Err(NotText::NotUtf8(7)));
    }
}
