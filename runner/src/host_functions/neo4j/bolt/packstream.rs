//! PackStream: how values are written in messages of the Bolt protocol.

use std::str;

/// What is wrong with bytes that should be PackStream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is not valid PackStream: {0}")]
pub(in super::super) struct Malformed(pub(in super::super) &'static str);

/// The beginning of a value, or all of one that holds no others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) enum Token<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Bytes(&'a [u8]),
    Text(&'a str),
    /// So many values follow.
    List(usize),
    /// So many keys with their values follow.
    Map(usize),
    /// A structure with this tag, of which so many fields follow.
    Structure(u8, usize),
}

/// Reads values, one token after the other. Nothing is allocated.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(in super::super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next token.
    pub(in super::super) fn token(&mut self) -> Result<Token<'a>, Malformed> {
        self.next(|bytes| match str::from_utf8(bytes) {
            Ok(text) => Ok(Token::Text(text)),
            Err(_) => Err(Malformed("a string is not UTF-8")),
        })
    }

    /// The next token, where strings are what is made of their bytes.
    fn next(&mut self, text: fn(&'a [u8]) -> Result<Token<'a>, Malformed>) -> Result<Token<'a>, Malformed> {
        let [marker] = self.array()?;
        let low = usize::from(marker & 0x0F);
        Ok(match marker {
            0x00..=0x7F | 0xF0..=0xFF => Token::Int(i64::from(marker.cast_signed())),
            0x80..=0x8F => text(self.take(low)?)?,
            0x90..=0x9F => Token::List(self.members(low, 1)?),
            0xA0..=0xAF => Token::Map(self.members(low, 2)?),
            0xB0..=0xBF => {
                let [tag] = self.array()?;
                Token::Structure(tag, self.members(low, 1)?)
            }
            0xC0 => Token::Null,
            0xC1 => Token::Float(f64::from_be_bytes(self.array()?)),
            0xC2 => Token::Bool(false),
            0xC3 => Token::Bool(true),
            0xC8 => Token::Int(i64::from(i8::from_be_bytes(self.array()?))),
            0xC9 => Token::Int(i64::from(i16::from_be_bytes(self.array()?))),
            0xCA => Token::Int(i64::from(i32::from_be_bytes(self.array()?))),
            0xCB => Token::Int(i64::from_be_bytes(self.array()?)),
            0xCC..=0xCE => {
                let length = self.length(marker - 0xCC)?;
                Token::Bytes(self.take(length)?)
            }
            0xD0..=0xD2 => {
                let length = self.length(marker - 0xD0)?;
                text(self.take(length)?)?
            }
            0xD4..=0xD6 => {
                let length = self.length(marker - 0xD4)?;
                Token::List(self.members(length, 1)?)
            }
            0xD8..=0xDA => {
                let length = self.length(marker - 0xD8)?;
                Token::Map(self.members(length, 2)?)
            }
            _ => return Err(Malformed("an unknown marker")),
        })
    }

    /// Passes over one value with all that it holds. Strings are not looked into: whoever reads them does.
    pub(in super::super) fn skip(&mut self) -> Result<(), Malformed> {
        let mut left: u64 = 1;
        while left > 0 {
            left -= 1;
            left += match self.next(|bytes| Ok(Token::Bytes(bytes)))? {
                Token::List(members) | Token::Structure(_, members) => members as u64,
                Token::Map(members) => 2 * members as u64,
                _ => 0,
            };
        }
        Ok(())
    }

    pub(in super::super) fn int(&mut self) -> Result<i64, Malformed> {
        match self.token()? {
            Token::Int(value) => Ok(value),
            _ => Err(Malformed("no integer where one has to be")),
        }
    }

    pub(in super::super) fn float(&mut self) -> Result<f64, Malformed> {
        match self.token()? {
            Token::Float(value) => Ok(value),
            _ => Err(Malformed("no float where one has to be")),
        }
    }

    pub(in super::super) fn string(&mut self) -> Result<&'a str, Malformed> {
        match self.token()? {
            Token::Text(value) => Ok(value),
            _ => Err(Malformed("no string where one has to be")),
        }
    }

    pub(in super::super) fn bool(&mut self) -> Result<bool, Malformed> {
        match self.token()? {
            Token::Bool(value) => Ok(value),
            _ => Err(Malformed("no boolean where one has to be")),
        }
    }

    /// The number of members of a list.
    pub(in super::super) fn list(&mut self) -> Result<usize, Malformed> {
        match self.token()? {
            Token::List(members) => Ok(members),
            _ => Err(Malformed("no list where one has to be")),
        }
    }

    /// The number of entries of a map.
    pub(in super::super) fn map(&mut self) -> Result<usize, Malformed> {
        match self.token()? {
            Token::Map(members) => Ok(members),
            _ => Err(Malformed("no map where one has to be")),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (first, rest) = self.rest.split_first_chunk().ok_or(Malformed("it ends too early"))?;
        self.rest = rest;
        Ok(*first)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Malformed("it ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    /// A length of 1, 2 or 4 bytes.
    fn length(&mut self, size: u8) -> Result<usize, Malformed> {
        Ok(match size {
            0 => usize::from(u8::from_be_bytes(self.array()?)),
            1 => usize::from(u16::from_be_bytes(self.array()?)),
            _ => u32::from_be_bytes(self.array()?) as usize,
        })
    }

    /// A number of members, each of so many values, that can be there: each value has at least one byte.
    fn members(&self, members: usize, values: usize) -> Result<usize, Malformed> {
        if members.saturating_mul(values) > self.rest.len() { Err(Malformed("it ends too early")) } else { Ok(members) }
    }
}

/// Writes values.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Writer(Vec<u8>);

impl Writer {
    /// The bytes of what was written.
    pub(in super::super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    pub(in super::super) fn null(&mut self) {
        self.0.push(0xC0);
    }

    pub(in super::super) fn bool(&mut self, value: bool) {
        self.0.push(if value { 0xC3 } else { 0xC2 });
    }

    pub(in super::super) fn int(&mut self, value: i64) {
        if let Ok(small) = i8::try_from(value) {
            if small < -16 {
                self.0.push(0xC8);
            }
            self.0.push(small.cast_unsigned());
        } else if let Ok(value) = i16::try_from(value) {
            self.marked(0xC9, &value.to_be_bytes());
        } else if let Ok(value) = i32::try_from(value) {
            self.marked(0xCA, &value.to_be_bytes());
        } else {
            self.marked(0xCB, &value.to_be_bytes());
        }
    }

    pub(in super::super) fn float(&mut self, value: f64) {
        self.marked(0xC1, &value.to_be_bytes());
    }

    pub(in super::super) fn text(&mut self, value: &str) {
        self.sized(0x80, 0xD0, value.len());
        self.0.extend_from_slice(value.as_bytes());
    }

    /// A list whose members are written next.
    pub(in super::super) fn list(&mut self, members: usize) {
        self.sized(0x90, 0xD4, members);
    }

    /// A map whose keys and values are written next, in turns.
    pub(in super::super) fn map(&mut self, members: usize) {
        self.sized(0xA0, 0xD8, members);
    }

    /// A structure of at most 15 fields, which are written next.
    pub(in super::super) fn structure(&mut self, tag: u8, fields: u8) {
        self.0.extend_from_slice(&[0xB0 | (fields & 0x0F), tag]);
    }

    /// A value that was written before.
    pub(in super::super) fn written(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn marked(&mut self, marker: u8, bytes: &[u8]) {
        self.0.push(marker);
        self.0.extend_from_slice(bytes);
    }

    /// A size, behind the marker for tiny ones or the first of three for larger ones.
    fn sized(&mut self, tiny: u8, first: u8, size: usize) {
        match (u8::try_from(size), u16::try_from(size)) {
            (Ok(size @ 0..=15), _) => self.0.push(tiny | size),
            (Ok(size), _) => self.marked(first, &[size]),
            (_, Ok(size)) => self.marked(first + 1, &size.to_be_bytes()),
            // What a guest hands over is far below 4 GiB.
            _ => self.marked(first + 2, &u32::try_from(size).unwrap_or(u32::MAX).to_be_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(bytes: &[u8]) -> Result<Vec<Token<'_>>, Malformed> {
        let mut reader = Reader::new(bytes);
        let mut tokens = Vec::new();
        while !reader.rest.is_empty() {
            tokens.push(reader.token()?);
        }
        Ok(tokens)
    }

    fn written(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
        let mut writer = Writer::default();
        write(&mut writer);
        writer.into_bytes()
    }

    #[test]
    fn integers_have_the_shortest_form_and_come_back() {
        let sizes = [
            (0, 1),
            (-16, 1),
            (-17, 2),
            (127, 1),
            (128, 3),
            (-128, 2),
            (-129, 3),
            (32_767, 3),
            (32_768, 5),
            (-32_769, 5),
            (2_147_483_647, 5),
            (2_147_483_648, 9),
            (i64::MAX, 9),
            (i64::MIN, 9),
        ];
        for (value, size) in sizes {
            let bytes = written(|writer| writer.int(value));
            assert_eq!((bytes.len(), tokens(&bytes)), (size, Ok(vec![Token::Int(value)])), "{value}");
        }
    }

    #[test]
    fn texts_lists_and_maps_of_all_sizes_come_back() {
        for size in [0, 1, 15, 16, 255, 256, 65_535, 65_536] {
            let text = "x".repeat(size);
            assert_eq!(tokens(&written(|writer| writer.text(&text))), Ok(vec![Token::Text(&text)]));
            let list = written(|writer| {
                writer.list(size);
                (0..size).for_each(|_| writer.null());
            });
            assert_eq!(tokens(&list).map(|tokens| (tokens[0], tokens.len())), Ok((Token::List(size), size + 1)));
            let map = written(|writer| {
                writer.map(size);
                (0..2 * size).for_each(|_| writer.bool(true));
            });
            assert_eq!(tokens(&map).map(|tokens| (tokens[0], tokens.len())), Ok((Token::Map(size), 2 * size + 1)));
            let mut reader = Reader::new(&map);
            assert_eq!((reader.skip(), reader.rest.len()), (Ok(()), 0));
        }
    }

    #[test]
    fn the_other_values() {
        let bytes = written(|writer| {
            writer.structure(0x11, 2);
            writer.float(-0.5);
            writer.bool(false);
        });
        assert_eq!(bytes, [0xB2, 0x11, 0xC1, 0xBF, 0xE0, 0, 0, 0, 0, 0, 0, 0xC2]);
        let expected = vec![Token::Structure(0x11, 2), Token::Float(-0.5), Token::Bool(false)];
        assert_eq!(tokens(&bytes), Ok(expected));
        assert_eq!(tokens(&[0xCC, 2, 7, 8, 0xC0]), Ok(vec![Token::Bytes(&[7, 8]), Token::Null]));
    }

    #[test]
    fn bytes_that_are_no_values() {
        let cases: [&[u8]; 10] = [
            &[],
            &[0xC1, 0],
            &[0xC4],
            &[0xDF],
            &[0xD0],
            &[0x81],
            &[0xD2, 0xFF, 0xFF, 0xFF, 0xFF, 1],
            &[0xD6, 0xFF, 0xFF, 0xFF, 0xFF],
            &[0xDA, 0x80, 0, 0, 0, 1],
            &[0xB1, 0x4E],
        ];
        for bytes in cases {
            assert!(Reader::new(bytes).skip().is_err(), "{bytes:?}");
        }
        assert_eq!(Reader::new(&[0x81, 0xFF]).token(), Err(Malformed("a string is not UTF-8")));
    }

    /// Bytes at random, cut and changed: never a panic, never an endless loop, and no value beyond the end.
    #[test]
    fn any_bytes_can_be_read() {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        for _ in 0..20_000 {
            let length = (random() % 64) as usize;
            let bytes: Vec<u8> = (0..length).map(|_| (random() >> 24) as u8).collect();
            let mut reader = Reader::new(&bytes);
            let before = reader.rest.len();
            if reader.skip().is_ok() {
                assert!(reader.rest.len() < before);
            }
        }
    }
}
