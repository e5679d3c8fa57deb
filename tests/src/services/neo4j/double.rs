//! A stand-in for Neo4j that speaks Bolt 5.4 and does what a real server does not do on request: it goes silent, breaks off,
//! refuses for the time being, or sends what is no Bolt.

use std::collections::HashMap;
use std::io::{Read, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Tags of messages. This one stands for the handshake, which comes before them.
pub const HANDSHAKE: u8 = 0;
/// HELLO
pub const HELLO: u8 = 0x01;
/// LOGON
pub const LOGON: u8 = 0x6A;
/// BEGIN
pub const BEGIN: u8 = 0x11;
/// RUN
pub const RUN: u8 = 0x10;
/// PULL
pub const PULL: u8 = 0x3F;
/// COMMIT
pub const COMMIT: u8 = 0x12;
/// RESET
pub const RESET: u8 = 0x0F;
/// ROUTE
pub const ROUTE: u8 = 0x66;

/// A message that the double has got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Which connection it came on, counted from 0.
    pub connection: usize,
    /// What it is.
    pub tag: u8,
    /// How many of its kind came before it, on all connections.
    pub before: usize,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// What the double does about a message.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Answers with these messages.
    Messages(Vec<Vec<u8>>),
    /// The same, and then closes the connection.
    Last(Vec<Vec<u8>>),
    /// Sends these bytes, whatever they are.
    Bytes(Vec<u8>),
    /// Sends these bytes one by one, each after a pause of some milliseconds, and then nothing.
    Drip(Vec<u8>, u64),
    /// Does nothing any more until the client closes the connection.
    Silence,
    /// Closes the connection.
    Close,
}

/// A running double, until the test ends.
pub struct Double {
    /// The port of loopback.
    pub port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    ended: Arc<Mutex<Vec<usize>>>,
}

type Script = dyn Fn(&Seen) -> Option<Reply> + Send + Sync;

impl Double {
    /// Starts one. What the script does not answer is answered as a server does that has one record, the number 1.
    pub fn start(script: impl Fn(&Seen) -> Option<Reply> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (seen, ended) = (Arc::default(), Arc::default());
        let this = Self { port, seen: Arc::clone(&seen), ended: Arc::clone(&ended) };
        let script: Arc<Script> = Arc::new(script);
        std::thread::spawn(move || {
            for (connection, stream) in listener.incoming().flatten().enumerate() {
                let (seen, ended, script) = (Arc::clone(&seen), Arc::clone(&ended), Arc::clone(&script));
                std::thread::spawn(move || {
                    let _ = serve(connection, &stream, &seen, &*script, port);
                    let _ = stream.shutdown(Shutdown::Both);
                    ended.lock().expect("a list").push(connection);
                });
            }
        });
        this
    }

    /// The messages of a kind so far.
    pub fn seen(&self, tag: u8) -> Vec<Seen> {
        self.seen.lock().expect("a list").iter().filter(|seen| seen.tag == tag).cloned().collect()
    }

    /// Waits for so many messages of a kind.
    pub fn wait_for(&self, tag: u8, number: usize) {
        self.wait(|| self.seen(tag).len() >= number, "no such message");
    }

    /// Waits until a connection has ended.
    pub fn wait_for_end_of(&self, connection: usize) {
        self.wait(|| self.ended.lock().expect("a list").contains(&connection), "the connection is still there");
    }

    fn wait(&self, mut done: impl FnMut() -> bool, otherwise: &str) {
        let end = Instant::now() + Duration::from_secs(30);
        while !done() {
            assert!(Instant::now() < end, "{otherwise}: {:?}", self.seen.lock().expect("a list"));
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn serve(
    connection: usize,
    mut stream: &TcpStream,
    seen: &Mutex<Vec<Seen>>,
    script: &Script,
    port: u16,
) -> std::io::Result<()> {
    let note = |tag: u8, bytes: Vec<u8>| {
        let mut seen = seen.lock().expect("a list");
        let before = seen.iter().filter(|seen| seen.tag == tag).count();
        let noted = Seen { connection, tag, before, bytes };
        seen.push(noted.clone());
        noted
    };
    let mut handshake = [0; 20];
    stream.read_exact(&mut handshake)?;
    let mut noted = note(HANDSHAKE, handshake.to_vec());
    // After a refusal nothing is done until the connection is reset.
    let mut has_refused = false;
    loop {
        let reply = match noted.tag {
            RESET => script(&noted),
            _ if has_refused => Some(Reply::Messages(vec![ignored()])),
            _ => script(&noted),
        };
        has_refused &= noted.tag != RESET;
        let usual = || match noted.tag {
            HANDSHAKE => Reply::Bytes(vec![0, 0, 4, 5]),
            tag => Reply::Messages(usual(tag, port)),
        };
        match reply.unwrap_or_else(usual) {
            Reply::Messages(messages) => {
                has_refused |= messages.iter().any(|message| message.get(1) == Some(&0x7F));
                messages.iter().try_for_each(|message| stream.write_all(&chunks(message)))?;
            }
            Reply::Last(messages) => {
                return messages.iter().try_for_each(|message| stream.write_all(&chunks(message)));
            }
            Reply::Bytes(bytes) => stream.write_all(&bytes)?,
            Reply::Drip(bytes, pause) => {
                for byte in bytes {
                    stream.write_all(&[byte])?;
                    std::thread::sleep(Duration::from_millis(pause));
                }
                return silence(stream);
            }
            Reply::Silence => return silence(stream),
            Reply::Close => return Ok(()),
        }
        let bytes = message(stream)?;
        noted = note(bytes.get(1).copied().unwrap_or_default(), bytes);
    }
}

/// Reads until the client closes the connection.
fn silence(mut stream: &TcpStream) -> std::io::Result<()> {
    while stream.read(&mut [0; 1024])? > 0 {}
    Ok(())
}

fn message(mut stream: &TcpStream) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let mut size = [0; 2];
        stream.read_exact(&mut size)?;
        match usize::from(u16::from_be_bytes(size)) {
            0 if bytes.is_empty() => {}
            0 => return Ok(bytes),
            size => {
                let start = bytes.len();
                bytes.resize(start + size, 0);
                stream.read_exact(&mut bytes[start..])?;
            }
        }
    }
}

/// A message in chunks, behind one without content, as servers send them to show that they are alive.
pub fn chunks(message: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0];
    for chunk in message.chunks(60_000) {
        bytes.extend((chunk.len() as u16).to_be_bytes());
        bytes.extend(chunk);
    }
    bytes.extend([0, 0]);
    bytes
}

fn usual(tag: u8, port: u16) -> Vec<Vec<u8>> {
    match tag {
        RUN => vec![success(&[("fields", list(&[text("n")]))])],
        PULL => vec![record(&[vec![1]]), success(&[])],
        ROUTE => vec![table(&[port], 300)],
        _ => vec![success(&[])],
    }
}

/// SUCCESS with these members.
pub fn success(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    [&[0xB1, 0x70][..], &map(members)].concat()
}

/// RECORD of these values.
pub fn record(values: &[Vec<u8>]) -> Vec<u8> {
    [&[0xB1, 0x71][..], &list(values)].concat()
}

/// FAILURE
pub fn failure(code: &str, message: &str) -> Vec<u8> {
    [&[0xB1, 0x7F][..], &map(&[("code", text(code)), ("message", text(message))])].concat()
}

/// IGNORED
pub fn ignored() -> Vec<u8> {
    vec![0xB0, 0x7E]
}

/// The answer to ROUTE: these ports write, and this double tells tables.
pub fn table(writers: &[u16], seconds: u16) -> Vec<u8> {
    let address = |port: &u16| text(&format!("127.0.0.1:{port}"));
    let server = |role: &str, addresses: Vec<Vec<u8>>| map(&[("addresses", list(&addresses)), ("role", text(role))]);
    let servers = list(&[server("WRITE", writers.iter().map(address).collect())]);
    success(&[("rt", map(&[("ttl", [&[0xC9][..], &seconds.to_be_bytes()].concat()), ("servers", servers)]))])
}

/// A string.
pub fn text(text: &str) -> Vec<u8> {
    [&[0xD1][..], &(text.len() as u16).to_be_bytes(), text.as_bytes()].concat()
}

/// A list.
pub fn list(values: &[Vec<u8>]) -> Vec<u8> {
    [vec![0xD4, values.len() as u8], values.concat()].concat()
}

/// A map.
pub fn map(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let members: HashMap<_, _> = members.iter().cloned().collect();
    let all: Vec<u8> = members.iter().flat_map(|(name, value)| [text(name), value.clone()].concat()).collect();
    [vec![0xD8, members.len() as u8], all].concat()
}
