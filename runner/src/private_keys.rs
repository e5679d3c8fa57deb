//! Keys by which serde_json tells its own types apart. Where its features for exact numbers and for raw JSON are on, it takes
//! an object with such a key for a number, or for the JSON in a text, whoever wrote it. So JSON of others that becomes a
//! `serde_json::Value` must not have any.

/// What they begin with.
const PRIVATE: &str = "$serde_json::private::";

/// What is said of JSON with one.
pub(crate) const REFUSED: &str = "A key that begins with `$serde_json::private::` is not supported.";

/// Whether an object in this JSON, which is well-formed, has such a key.
pub(crate) fn are_in(json: &[u8]) -> bool {
    // There is hardly ever a text that begins like one. A key may be written with escapes from its first character on.
    let begins = |pair: &[u8]| matches!(pair, [b'"', b'$' | b'\\']);
    if !json.windows(2).any(begins) {
        return false;
    }
    let mut rest = json;
    while let Some(start) = rest.iter().position(|byte| *byte == b'"') {
        let text = &rest[start + 1..];
        let Some(end) = end(text) else { return false };
        rest = &text[end + 1..];
        if rest.trim_ascii_start().first() == Some(&b':') && is_private(&text[..end]) {
            return true;
        }
    }
    false
}

/// The place of the quotation mark that ends a text.
fn end(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += match text.get(at)? {
            b'"' => return Some(at),
            b'\\' => 2,
            _ => 1,
        };
    }
}

/// Whether a key, as it is written between its quotation marks, is private.
fn is_private(key: &[u8]) -> bool {
    if !key.starts_with(b"$") && !key.starts_with(b"\\") {
        return false;
    }
    let written = [b"\"", key, b"\""].concat();
    serde_json::from_slice::<String>(&written).is_ok_and(|key| key.starts_with(PRIVATE))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn keys_are_found_wherever_they_are_and_however_they_are_written() {
        for json in [
            r#"{"$serde_json::private::RawValue":"1"}"#,
            r#"{"$serde_json::private::Number" : "1"}"#,
            r#"{"\u0024serde_json::private::Number":"1"}"#,
            r#"{"$serde\u005Fjson::private::Number":"1"}"#,
            r#"{"a": [1, "\\", {"b": {"$serde_json::private::RawValue": "\"admin\""}}]}"#,
            r#"{"$a": 1, "$serde_json::private::other": 2}"#,
        ] {
            assert!(are_in(json.as_bytes()), "{json}");
        }
        for json in [
            "1",
            "{}",
            r#"{"a": "$serde_json::private::RawValue"}"#,
            r#"{"a": "\"$serde_json::private::RawValue\": 1"}"#,
            r#"{"a": ["$serde_json::private::RawValue", "\\"], "$b": 1}"#,
            r#"{"$serde_json": 1, "x$serde_json::private::Number": 2, "\u0041": 3}"#,
            r#"{"\\u0024serde_json::private::Number": 1}"#,
        ] {
            serde_json::from_str::<Value>(json).expect("well-formed");
            assert!(!are_in(json.as_bytes()), "{json}");
        }
        // This is what they are searched for.
        let read: Value = serde_json::from_str(r#"{"$serde_json::private::RawValue":"[1]"}"#).expect("well-formed");
        assert_eq!(read, json!([1]));
    }

    #[test]
    fn broken_json_is_nothing_to_fear() {
        for json in ["\"$", "\"\\", "{\"$serde_json::private::Number", "\"\"\"$\":\""] {
            let _ = are_in(json.as_bytes());
        }
    }
}
