//! Messages: what a client sends, and the summaries that a server answers with.

use super::packstream::{Malformed, Reader, Token, Writer};

/// A version of the protocol: major and minor.
pub(in super::super) type Version = (u8, u8);

/// What introduces a client, and where it may go.
pub(in super::super) struct Identity<'a> {
    pub(in super::super) username: &'a str,
    pub(in super::super) password: &'a str,
    /// What the server may use for its routing table, address first; none without routing.
    pub(in super::super) routing: Option<&'a [(String, String)]>,
}

const AGENT: &str = concat!("modus-runner/", env!("CARGO_PKG_VERSION"));

/// HELLO, and LOGON in the versions that have it: the messages that introduce a client.
pub(in super::super) fn hello(version: Version, identity: &Identity<'_>) -> Vec<Vec<u8>> {
    let has_logon = version >= (5, 1);
    let mut hello = Message::new(0x01, 1);
    let credentials = if has_logon { 0 } else { 3 };
    let has_agent = version >= (5, 3);
    hello.0.map(2 + credentials + usize::from(has_agent) + usize::from(version.0 == 4));
    hello.pair("user_agent", AGENT);
    if has_agent {
        hello.0.text("bolt_agent");
        hello.0.map(1);
        hello.pair("product", AGENT);
    }
    if version.0 == 4 {
        hello.0.text("patch_bolt");
        hello.0.list(1);
        hello.0.text("utc");
    }
    hello.0.text("routing");
    match identity.routing {
        Some(context) => hello.pairs(context),
        None => hello.0.null(),
    }
    if !has_logon {
        hello.credentials(identity);
        return vec![hello.finish()];
    }
    let mut logon = Message::new(0x6A, 1);
    logon.0.map(3);
    logon.credentials(identity);
    vec![hello.finish(), logon.finish()]
}

/// BEGIN in a database, or in the user's own where the name is empty.
pub(in super::super) fn begin(database: &str) -> Vec<u8> {
    let mut begin = Message::new(0x11, 1);
    begin.database(database);
    begin.finish()
}

/// RUN with parameters that were written as a map before.
pub(in super::super) fn run(query: &str, parameters: &[u8]) -> Vec<u8> {
    let mut run = Message::new(0x10, 3);
    run.0.text(query);
    run.0.written(parameters);
    run.0.map(0);
    run.finish()
}

/// PULL of so many records.
pub(in super::super) fn pull(records: i64) -> Vec<u8> {
    let mut pull = Message::new(0x3F, 1);
    pull.0.map(1);
    pull.0.text("n");
    pull.0.int(records);
    pull.finish()
}

/// COMMIT
pub(in super::super) fn commit() -> Vec<u8> {
    Message::new(0x12, 0).finish()
}

/// RESET
pub(in super::super) fn reset() -> Vec<u8> {
    Message::new(0x0F, 0).finish()
}

/// ROUTE: asks for the routing table of a database.
pub(in super::super) fn route(context: &[(String, String)], database: &str) -> Vec<u8> {
    let mut route = Message::new(0x66, 3);
    route.pairs(context);
    route.0.list(0);
    route.database(database);
    route.finish()
}

struct Message(Writer);

impl Message {
    fn new(tag: u8, fields: u8) -> Self {
        let mut writer = Writer::default();
        writer.structure(tag, fields);
        Self(writer)
    }

    fn pair(&mut self, name: &str, value: &str) {
        self.0.text(name);
        self.0.text(value);
    }

    fn pairs(&mut self, pairs: &[(String, String)]) {
        self.0.map(pairs.len());
        for (name, value) in pairs {
            self.pair(name, value);
        }
    }

    fn credentials(&mut self, identity: &Identity<'_>) {
        self.pair("scheme", "basic");
        self.pair("principal", identity.username);
        self.pair("credentials", identity.password);
    }

    fn database(&mut self, name: &str) {
        self.0.map(usize::from(!name.is_empty()));
        if !name.is_empty() {
            self.pair("db", name);
        }
    }

    fn finish(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// What a server answers to a message.
#[derive(Clone, Debug)]
pub(in super::super) enum Answer<'a> {
    /// A record: a reader at its values, and how many there are.
    Record(Reader<'a>, usize),
    /// It is done: a reader at the map of what there is to tell.
    Success(Reader<'a>),
    /// Not done, for a message before failed.
    Ignored,
    /// It failed.
    Failure(Failure),
}

/// Why a server did not do something, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Failure {
    /// Such as `Neo.ClientError.Statement.SyntaxError`.
    pub(in super::super) code: String,
    pub(in super::super) message: String,
}

/// Reads what a server answers.
pub(in super::super) fn answer(message: &[u8]) -> Result<Answer<'_>, Malformed> {
    let mut reader = Reader::new(message);
    match reader.token()? {
        Token::Structure(0x70, 1) => Ok(Answer::Success(reader)),
        Token::Structure(0x71, 1) => {
            let values = reader.list()?;
            Ok(Answer::Record(reader, values))
        }
        Token::Structure(0x7E, 0 | 1) => Ok(Answer::Ignored),
        Token::Structure(0x7F, 1) => Ok(Answer::Failure(failure(reader)?)),
        _ => Err(Malformed("an unknown message")),
    }
}

fn failure(reader: Reader<'_>) -> Result<Failure, Malformed> {
    let mut failure = Failure { code: String::new(), message: String::new() };
    entries(reader, |key, mut value| {
        match key {
            "code" => value.string()?.clone_into(&mut failure.code),
            "message" => value.string()?.clone_into(&mut failure.message),
            _ => {}
        }
        Ok(())
    })?;
    Ok(failure)
}

/// Goes through the entries of a map: its keys, with readers at the values.
pub(in super::super) fn entries<'a>(
    mut map: Reader<'a>,
    mut visit: impl FnMut(&'a str, Reader<'a>) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    for _ in 0..map.map()? {
        let key = map.string()?;
        let value = map;
        map.skip()?;
        visit(key, value)?;
    }
    Ok(())
}

/// A list of strings.
pub(in super::super) fn strings(mut list: Reader<'_>) -> Result<Vec<String>, Malformed> {
    let mut strings = Vec::new();
    for _ in 0..list.list()? {
        strings.push(list.string()?.to_owned());
    }
    Ok(strings)
}
