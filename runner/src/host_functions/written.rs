//! JSON as it is written, within the bytes that an answer may have.

/// What comes after the limit is not kept, so that nobody has to look at each step: see [`Json::is_full`].
pub(in crate::host_functions) struct Json {
    text: String,
    most: usize,
    is_full: bool,
}

impl Json {
    pub(in crate::host_functions) fn new(most: usize) -> Self {
        Self { text: String::new(), most, is_full: false }
    }

    /// Whether it would have been longer than it may be. It is of no use then.
    pub(in crate::host_functions) fn is_full(&self) -> bool {
        self.is_full
    }

    pub(in crate::host_functions) fn len(&self) -> usize {
        self.text.len()
    }

    pub(in crate::host_functions) fn truncate(&mut self, len: usize) {
        self.text.truncate(len);
    }

    /// Takes out what comes behind so many bytes.
    pub(in crate::host_functions) fn split_off(&mut self, len: usize) -> String {
        self.text.split_off(len)
    }

    pub(in crate::host_functions) fn ends_with(&self, end: char) -> bool {
        self.text.ends_with(end)
    }

    pub(in crate::host_functions) fn push(&mut self, char: char) {
        self.push_str(char.encode_utf8(&mut [0; 4]));
    }

    pub(in crate::host_functions) fn push_str(&mut self, text: &str) {
        self.is_full |= self.text.len().saturating_add(text.len()) > self.most;
        if !self.is_full {
            self.text.push_str(text);
        }
    }

    /// A text between quotes.
    pub(in crate::host_functions) fn push_text(&mut self, text: &str) {
        self.push('"');
        let mut rest = text;
        while let Some(place) = rest.find(|char| matches!(char, '"' | '\\' | '\0'..='\x1f' | '\u{2028}' | '\u{2029}'))
            && !self.is_full
        {
            let (plain, special) = rest.split_at(place);
            let mut chars = special.chars();
            let escaped = chars.next().map_or(0, u32::from);
            self.push_str(plain);
            match escaped {
                0x22 => self.push_str("\\\""),
                0x5c => self.push_str("\\\\"),
                0x0a => self.push_str("\\n"),
                0x0d => self.push_str("\\r"),
                0x09 => self.push_str("\\t"),
                code => self.push_str(&format!("\\u{code:04x}")),
            }
            rest = chars.as_str();
        }
        self.push_str(rest);
        self.push('"');
    }

    pub(in crate::host_functions) fn finish(self) -> String {
        self.text
    }
}

impl std::fmt::Write for Json {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.push_str(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_not_kept() {
        let mut json = Json::new(20);
        json.push_text("\u{1}");
        assert!(!json.is_full());
        json.push_text(&"\u{1}".repeat(1_000_000));
        assert!(json.is_full() && json.text.capacity() < 100);
        json.truncate(0);
        json.push('x');
        assert!(json.is_full(), "it is of no use any more");
    }

    #[test]
    fn texts() {
        let mut json = Json::new(100);
        json.push_text("a\"b\\\n\r\t\u{1}\u{2028}ü");
        assert_eq!(json.finish(), r#""a\"b\\\n\r\t\u0001\u2028ü""#);
    }
}
