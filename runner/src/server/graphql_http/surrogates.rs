//! JSON text with escapes of half surrogate pairs, which browsers write and JSON parsers refuse.

use std::ops::RangeInclusive;

const HIGH: RangeInclusive<u16> = 0xd800..=0xdbff;
const LOW: RangeInclusive<u16> = 0xdc00..=0xdfff;
/// Bytes of an escape: `\u` and four digits.
const ESCAPE: usize = 6;

/// The text with U+FFFD for each half that stands alone; `None` where there is none.
pub(super) fn mend(json: &[u8]) -> Option<Vec<u8>> {
    let mut mended: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(distance) = json.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
        at += distance;
        at += match (unit(json, at), unit(json, at + ESCAPE)) {
            (Some(high), Some(low)) if HIGH.contains(&high) && LOW.contains(&low) => 2 * ESCAPE,
            (Some(half), _) if HIGH.contains(&half) || LOW.contains(&half) => {
                mended.get_or_insert_with(|| json.to_vec())[at + 2..at + ESCAPE].copy_from_slice(b"fffd");
                ESCAPE
            }
            // Whatever else is escaped, be it a backslash, is no start of an escape.
            _ => 2,
        };
    }
    mended
}

/// The UTF-16 code unit that is escaped at a place.
fn unit(json: &[u8], at: usize) -> Option<u16> {
    let digits = json.get(at..at + ESCAPE)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)? as u16))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &str, expected: &str) {
        let mended = mend(given.as_bytes()).unwrap_or_else(|| given.as_bytes().to_vec());
        assert_eq!(String::from_utf8_lossy(&mended), expected, "{given}");
    }

    #[test]
    fn only_halves_are_replaced() {
        check(r#"{"a": "\ud83d\ude00 \u0041"}"#, r#"{"a": "\ud83d\ude00 \u0041"}"#);
        check(r#""\ud800""#, r#""\ufffd""#);
        check(r#""\uDC00x\uD83D""#, r#""\ufffdx\ufffd""#);
        check(r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#);
        check(r#""\ude00\ud83d""#, r#""\ufffd\ufffd""#);
        check(r#""\ud83d\\ude00""#, r#""\ufffd\\ude00""#);
        check(r#""\\ud800""#, r#""\\ud800""#);
        check(r#""\\\ud800""#, r#""\\\ufffd""#);
        for broken in [r#""\u"#, r#""\ud8"#, r#""\ud800\u"#, "\\", r#""\ud8zz""#] {
            let _ = mend(broken.as_bytes());
        }
    }
}
