//! Values of a result: texts as the server writes them become JSON (`host-functions` section 9.5). Whatever does not look as
//! it should becomes a JSON string with the text as it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::types::{Delimiter, Points, Shape};
use crate::host_functions::written::Json;

/// How deep arrays may be nested; PostgreSQL has six dimensions.
const DEPTH: u8 = 16;

/// Writes a value as JSON.
pub(super) fn write(out: &mut Json, text: &str, shape: &Shape) {
    let start = out.len();
    let written = match shape {
        Shape::Text | Shape::Other => None,
        Shape::Bool => boolean(text).map(|word| out.push_str(word)),
        Shape::Integer | Shape::Number => is_number(text).then(|| out.push_str(text)),
        // The server has checked it; an empty text would be nothing at all.
        Shape::Json => (!text.is_empty()).then(|| out.push_str(text)),
        Shape::Bytes => bytes(text).map(|bytes| out.push_text(&STANDARD.encode(bytes))),
        Shape::Date => date(text).map(|date| out.push_text(&date)),
        Shape::Timestamp => moment(text, false).map(|moment| out.push_text(&moment)),
        Shape::TimestampTz => moment(text, true).map(|moment| out.push_text(&moment)),
        Shape::Inet => inet(text).map(|inet| out.push_text(&inet)),
        Shape::Tid => members(out, text, &["BlockNumber", "OffsetNumber"]),
        Shape::Line => members(out, text, &["A", "B", "C"]),
        Shape::Points(kind) => points(out, text, *kind),
        Shape::Circle => circle(out, text),
        Shape::Array(element, delimiter) => array(out, text, element, *delimiter),
        Shape::Range(inner) => Reader(text).range(out, inner),
        Shape::Multirange(inner) => multirange(out, text, inner),
    };
    if written.is_none() {
        out.truncate(start);
        out.push_text(text);
    }
}

fn boolean(text: &str) -> Option<&'static str> {
    match text {
        "t" => Some("true"),
        "f" => Some("false"),
        _ => None,
    }
}

/// Whether it is a number in JSON. `NaN` and `Infinity` are none.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(first, last)| (first, Some(last)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(first, last)| (first, Some(last)));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)))
}

/// `\x0aff`, or `abc\\\001` where the server is set to write it so.
fn bytes(text: &str) -> Option<Vec<u8>> {
    if let Some(hex) = text.strip_prefix("\\x") {
        let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
        let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
        return rest
            .is_empty()
            .then_some(())
            .and_then(|()| pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'\\', [b'\\', after @ ..]) => {
                bytes.push(b'\\');
                rest = after;
            }
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..]) => {
                bytes.push((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'));
                rest = after;
            }
            (b'\\', _) => return None,
            _ => bytes.push(byte),
        }
    }
    Some(bytes)
}

/// A year as ISO 8601 counts, and what follows it: `-MM-DD`. `infinity` has none.
fn year_and_day(text: &str, before_christ: bool) -> Option<(String, &str)> {
    let (year, _) = text.split_once('-')?;
    let day = &text[year.len()..];
    let number: i64 = year.parse().ok().filter(|_| year.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(match before_christ {
        // There is no year 0 in PostgreSQL: 1 BC comes before 1 AD.
        true if number == 1 => ("0000".to_owned(), day),
        true => (format!("-{:04}", number.checked_sub(1)?), day),
        false => (year.to_owned(), day),
    })
}

fn without_era(text: &str) -> (&str, bool) {
    text.strip_suffix(" BC").map_or((text, false), |text| (text, true))
}

/// Midnight of a date, for it can be read into a time then.
fn date(text: &str) -> Option<String> {
    let (text, before_christ) = without_era(text);
    let (year, day) = year_and_day(text, before_christ)?;
    Some(format!("{year}{day}T00:00:00Z"))
}

/// `2024-02-03 04:05:06.789+02` in UTC. A time without a zone is called UTC, too.
fn moment(text: &str, zoned: bool) -> Option<String> {
    let (text, before_christ) = without_era(text);
    let (date, time) = text.split_once(' ')?;
    let (year, day) = year_and_day(date, before_christ)?;
    let sign = if zoned { time.find(['+', '-'])? } else { time.len() };
    let (time, offset) = time.split_at(sign);
    if offset.bytes().all(|byte| matches!(byte, b'0' | b'+' | b'-' | b':')) {
        return Some(format!("{year}{day}T{time}Z"));
    }
    let parts: Vec<i64> = offset[1..].split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    let seconds = parts
        .iter()
        .zip([3600, 60, 1])
        .try_fold(0_i64, |sum, (part, factor)| sum.checked_add(part.checked_mul(factor)?))?;
    let seconds = if offset.starts_with('-') { seconds.checked_neg()? } else { seconds };
    let local: Option<DateTime> = format!("{year}{day}T{time}").parse().ok();
    match local.and_then(|local| local.checked_sub(SignedDuration::from_secs(seconds)).ok()) {
        Some(universal) => Some(format!("{universal}Z")),
        // A year that has more than four digits.
        None => {
            Some(format!("{year}{day}T{time}{}{:02}:{:02}", &offset[..1], parts.first()?, parts.get(1).unwrap_or(&0)))
        }
    }
}

fn inet(text: &str) -> Option<String> {
    if text.contains('/') {
        return None;
    }
    Some(format!("{text}/{}", if text.contains(':') { 128 } else { 32 }))
}

/// The numbers of a geometric value, whatever stands around them.
fn numbers(text: &str) -> Option<Vec<&str>> {
    let parts = text.split(['(', ')', '[', ']', '{', '}', '<', '>', ',']).filter(|part| !part.is_empty());
    parts.map(|part| (is_number(part) || matches!(part, "NaN" | "Infinity" | "-Infinity")).then_some(part)).collect()
}

fn push_number(out: &mut Json, number: &str) {
    write(out, number, &Shape::Number);
}

/// An object whose members are the numbers of the text.
fn members(out: &mut Json, text: &str, names: &[&str]) -> Option<()> {
    let numbers = numbers(text).filter(|numbers| numbers.len() == names.len())?;
    let mut before = '{';
    for (name, number) in names.iter().zip(numbers) {
        out.push(before);
        out.push('"');
        out.push_str(name);
        out.push_str("\":");
        push_number(out, number);
        before = ',';
    }
    out.push_str(",\"Valid\":true}");
    Some(())
}

fn push_point(out: &mut Json, x: &str, y: &str) {
    out.push_str("{\"X\":");
    push_number(out, x);
    out.push_str(",\"Y\":");
    push_number(out, y);
    out.push('}');
}

fn points(out: &mut Json, text: &str, kind: Points) -> Option<()> {
    let numbers = numbers(text)?;
    let (pairs, rest) = numbers.as_chunks::<2>();
    if !rest.is_empty() || kind == Points::Two && pairs.len() != 2 {
        return None;
    }
    let mut before = "{\"P\":[";
    if pairs.is_empty() {
        out.push_str(before);
    }
    for [x, y] in pairs {
        if out.is_full() {
            break;
        }
        out.push_str(before);
        push_point(out, x, y);
        before = ",";
    }
    out.push(']');
    match (kind, text.starts_with('(')) {
        (Points::Path, true) => out.push_str(",\"Closed\":true"),
        (Points::Path, false) => out.push_str(",\"Closed\":false"),
        _ => {}
    }
    out.push_str(",\"Valid\":true}");
    Some(())
}

fn circle(out: &mut Json, text: &str) -> Option<()> {
    let [x, y, radius] = numbers(text)?.try_into().ok()?;
    out.push_str("{\"P\":");
    push_point(out, x, y);
    out.push_str(",\"R\":");
    push_number(out, radius);
    out.push_str(",\"Valid\":true}");
    Some(())
}

/// `{1,NULL,"a\"b"}`, with `[2:4]=` before it where it does not begin at 1.
fn array(out: &mut Json, text: &str, element: &Shape, delimiter: Delimiter) -> Option<()> {
    let text = if text.starts_with('[') { text.split_once('=')?.1 } else { text };
    let mut reader = Reader(text);
    reader.array(out, element, char::from(delimiter), DEPTH)?;
    reader.0.is_empty().then_some(())
}

/// `{[1,3),[5,7)}`
fn multirange(out: &mut Json, text: &str, inner: &Shape) -> Option<()> {
    let mut reader = Reader(text);
    reader.pass('{')?;
    out.push('[');
    while !reader.0.starts_with('}') && !out.is_full() {
        if !out.ends_with('[') {
            reader.pass(',')?;
            out.push(',');
        }
        reader.range(out, inner)?;
    }
    out.push(']');
    Some(())
}

/// What is left of a text.
struct Reader<'t>(&'t str);

impl<'t> Reader<'t> {
    fn pass(&mut self, char: char) -> Option<()> {
        self.0 = self.0.strip_prefix(char)?;
        Some(())
    }

    /// What stands before one of these.
    fn until(&mut self, ends: &[char]) -> Option<&'t str> {
        let (before, rest) = self.0.split_at(self.0.find(ends)?);
        self.0 = rest;
        Some(before)
    }

    /// A text between quotes, in which `\` makes the next character, and a quote another one, stand for itself.
    fn quoted(&mut self) -> Option<String> {
        self.pass('"')?;
        let mut text = String::new();
        loop {
            text.push_str(self.until(&['"', '\\'])?);
            let mut rest = self.0.chars();
            match (rest.next()?, rest.clone().next()) {
                ('"', Some('"')) => {
                    rest.next();
                    text.push('"');
                }
                ('"', _) => {
                    self.0 = rest.as_str();
                    return Some(text);
                }
                (_, escaped) => {
                    rest.next();
                    text.push(escaped?);
                }
            }
            self.0 = rest.as_str();
        }
    }

    fn array(&mut self, out: &mut Json, element: &Shape, delimiter: char, depth: u8) -> Option<()> {
        self.pass('{')?;
        out.push('[');
        if self.pass('}').is_some() {
            out.push(']');
            return Some(());
        }
        loop {
            if out.is_full() {
                return None;
            }
            match self.0.chars().next()? {
                '{' => self.array(out, element, delimiter, depth.checked_sub(1)?)?,
                '"' => write(out, &self.quoted()?, element),
                _ => match self.until(&[delimiter, '}'])? {
                    "NULL" => out.push_str("null"),
                    text => write(out, text, element),
                },
            }
            if self.pass('}').is_some() {
                out.push(']');
                return Some(());
            }
            self.pass(delimiter)?;
            out.push(',');
        }
    }

    /// `[1,5)`, `(,"a b"]` or `empty`
    fn range(&mut self, out: &mut Json, inner: &Shape) -> Option<()> {
        if let Some(rest) = self.0.strip_prefix("empty") {
            self.0 = rest;
            out.push_str(r#"{"Lower":null,"Upper":null,"LowerType":"E","UpperType":"E","Valid":true}"#);
            return Some(());
        }
        let lower_type = match self.pass('[') {
            Some(()) => "i",
            None => self.pass('(').map(|()| "e")?,
        };
        let lower = self.bound()?;
        self.pass(',')?;
        let upper = self.bound()?;
        let upper_type = match self.pass(']') {
            Some(()) => "i",
            None => self.pass(')').map(|()| "e")?,
        };
        let mut push = |name: &str, bound: &Option<String>| {
            out.push_str(name);
            match bound {
                Some(text) => write(out, text, inner),
                None => out.push_str("null"),
            }
        };
        push("{\"Lower\":", &lower);
        push(",\"Upper\":", &upper);
        out.push_str(",\"LowerType\":\"");
        out.push_str(if lower.is_some() { lower_type } else { "U" });
        out.push_str("\",\"UpperType\":\"");
        out.push_str(if upper.is_some() { upper_type } else { "U" });
        out.push_str("\",\"Valid\":true}");
        Some(())
    }

    /// None within for a side that is open.
    fn bound(&mut self) -> Option<Option<String>> {
        if self.0.starts_with('"') {
            return Some(Some(self.quoted()?));
        }
        let text = self.until(&[',', ']', ')'])?;
        Some((!text.is_empty()).then(|| text.to_owned()))
    }
}

#[cfg(test)]
mod tests;
