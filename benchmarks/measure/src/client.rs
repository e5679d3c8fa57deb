//! An HTTP/1.1 client that does nothing but what is measured: one request, one complete answer.

use std::io::{Read, Write};

use crate::Result;

/// The body of every request, here and in wrk.
pub(crate) const BODY: &str = r#"{"query":"{ sayHello }"}"#;

/// What every server has to answer it with.
const GREETING: &str = "Hello!";

/// The whole request; `connection` is `close` or `keep-alive`.
pub(crate) fn request(connection: &str) -> String {
    format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: {connection}\r\n\r\n{BODY}",
        BODY.len()
    )
}

/// A complete answer as it came over the wire.
pub(crate) struct Answer {
    bytes: Vec<u8>,
    body: usize,
}

/// Where an answer's body ends.
enum Framing {
    Length(usize),
    Chunked,
    Close,
}

/// Sends the request in one write and reads to the last byte of the answer.
pub(crate) fn exchange(stream: &mut (impl Read + Write), request: &str) -> Result<Answer> {
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::with_capacity(4096);
    let mut chunk = [0; 4096];
    let mut head: Option<(usize, Framing)> = None;
    loop {
        let count = stream.read(&mut chunk)?;
        bytes.extend_from_slice(&chunk[..count]);
        if head.is_none() {
            head = read_head(&bytes)?;
        }
        let complete = match head {
            Some((body, Framing::Length(length))) => bytes.len() - body >= length,
            Some((_, Framing::Chunked)) => bytes.ends_with(b"0\r\n\r\n"),
            Some((_, Framing::Close)) => count == 0,
            None => false,
        };
        match head {
            Some((body, _)) if complete => return Ok(Answer { bytes, body }),
            _ if count == 0 => return Err("the connection was closed before the answer was complete".into()),
            _ => {}
        }
    }
}

/// Where the body begins and how it ends, once all headers are there.
fn read_head(bytes: &[u8]) -> Result<Option<(usize, Framing)>> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&bytes[..end])?;
    let mut framing = Framing::Close;
    for (name, value) in head.lines().filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            framing = Framing::Length(value.trim().parse()?);
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            framing = Framing::Chunked;
        }
    }
    Ok(Some((end + 4, framing)))
}

impl Answer {
    /// Fails unless this is the greeting: a fast error must not count as a fast answer.
    pub(crate) fn check(&self) -> Result<()> {
        let body = &self.bytes[self.body..];
        // Of a chunked body, the part between the first and the last brace is the only chunk.
        let start = body.iter().position(|&byte| byte == b'{').unwrap_or(0);
        let end = body.iter().rposition(|&byte| byte == b'}').map_or(body.len(), |end| end + 1);
        let json = body.get(start..end).and_then(|json| serde_json::from_slice::<serde_json::Value>(json).ok());
        let greeted = json.is_some_and(|json| json["data"]["sayHello"] == GREETING && json.get("errors").is_none());
        if greeted && self.bytes.starts_with(b"HTTP/1.1 200") {
            return Ok(());
        }
        Err(format!("not a greeting: {}", String::from_utf8_lossy(&self.bytes)).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream that gives its answer a byte at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let Some((&first, rest)) = self.0.split_first() else { return Ok(0) };
            buffer[0] = first;
            self.0 = rest;
            Ok(1)
        }
    }

    impl Write for Slow<'_> {
        fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
            Ok(buffer.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn answers_of_each_framing_are_read_whole() {
        let json = r#"{"data":{"sayHello":"Hello!"}}"#;
        let length = json.len();
        for answer in [
            format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{json}"),
            format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n{json}\r\n0\r\n\r\n"),
            format!("HTTP/1.1 200 OK\r\n\r\n{json}"),
        ] {
            exchange(&mut Slow(answer.as_bytes()), "").unwrap().check().unwrap();
        }
    }

    #[test]
    fn errors_and_torn_answers_do_not_count() {
        let torn = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{";
        assert!(exchange(&mut Slow(torn.as_bytes()), "").is_err());
        for answer in [
            "HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{\"errors\":[]}",
            "HTTP/1.1 200 OK\r\ncontent-length: 28\r\n\r\n{\"data\":{\"sayHello\":\"Bye!\"}}",
        ] {
            assert!(exchange(&mut Slow(answer.as_bytes()), "").unwrap().check().is_err());
        }
    }
}
