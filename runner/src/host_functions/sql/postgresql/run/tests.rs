use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::value::RawValue;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::host_functions::sql::postgresql::login::CancelKey;
use crate::host_functions::sql::postgresql::wire::Wire;

const MOST: usize = 10_000;

/// Runs an operation on a connection whose server sends these bytes, whatever it is asked, and then nothing more.
fn run(answers: &[u8], operation: &Operation) -> (Result<Done, DatabaseError>, Session) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (ours, mut theirs) = tokio::io::duplex(1 << 20);
        theirs.write_all(answers).await.expect("there is room");
        theirs.shutdown().await.expect("an end");
        let listening = tokio::spawn(async move { theirs.read_to_end(&mut Vec::new()).await });
        let mut session = Session::new(Wire::new(Box::new(ours)), CancelKey::nowhere(), BTreeMap::new(), 8);
        let result = session.run(operation, &Types::default(), MOST).await;
        listening.abort();
        (result, session)
    })
}

fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("a short body");
    [&[tag][..], &length.to_be_bytes(), body].concat()
}

fn ready(state: u8) -> Vec<u8> {
    message(b'Z', &[state])
}

fn column(name: &str, oid: Oid) -> Vec<u8> {
    [name.as_bytes(), &[0; 7], &oid.to_be_bytes(), &[0; 8]].concat()
}

fn columns(columns: &[Vec<u8>]) -> Vec<u8> {
    message(b'T', &[&u16::try_from(columns.len()).expect("few").to_be_bytes()[..], &columns.concat()].concat())
}

fn row(values: &[Option<&str>]) -> Vec<u8> {
    let mut body = u16::try_from(values.len()).expect("few").to_be_bytes().to_vec();
    for value in values {
        let length = value.map_or(-1, |text| i32::try_from(text.len()).expect("short"));
        body.extend(length.to_be_bytes());
        body.extend(value.unwrap_or_default().bytes());
    }
    message(b'D', &body)
}

fn error(code: &str) -> Vec<u8> {
    message(b'E', format!("SERROR\0C{code}\0Mno\0\0").as_bytes())
}

fn query(statement: &str) -> Operation {
    Operation { statement: statement.to_owned(), ..Operation::default() }
}

/// Within a transaction that is sent in one piece, in one that is ended when all is read, and without one around it.
const AT_ONCE: &str = "show";
const LATER: &str = "insert";
const ALONE: &str = "select";

/// BEGIN if the statement needs it, the statement that is prepared with two columns, and what follows.
fn prepared(statement: &str, rest: &[Vec<u8>]) -> Vec<u8> {
    let described = columns(&[column("b", 23), column("a", 25)]);
    let (begun, state) = match statement {
        ALONE => (Vec::new(), b'I'),
        _ => ([message(b'C', b"BEGIN\0"), ready(b'T')].concat(), b'T'),
    };
    [begun, message(b'1', &[]), message(b't', &[0, 0]), described, ready(state), rest.concat()].concat()
}

#[test]
fn a_statement_and_its_end() {
    let found = [message(b'2', &[]), row(&[Some("1"), None]), message(b'C', b"SELECT 1\0")].concat();
    let committed = message(b'C', b"COMMIT\0");
    let other_zone = message(b'S', b"TimeZone\0UTC\0");
    for statement in [AT_ONCE, LATER, ALONE] {
        let ran = |before: Vec<u8>, state| match statement {
            ALONE => run(&prepared(statement, &[found.clone(), before, ready(state)]), &query(statement)),
            _ => {
                let rest = [found.clone(), ready(b'T'), before, committed.clone(), ready(state)];
                run(&prepared(statement, &rest), &query(statement))
            }
        };
        let (result, session) = ran(Vec::new(), b'I');
        let done = Done { rows: Some(r#"[{"a":null,"b":1}]"#.to_owned()), affected: 1, last_insert_id: 0 };
        assert_eq!(result, Ok(done), "{statement}");
        assert!(session.is_clean(), "{statement}");
        // The server is still within a transaction.
        let (result, session) = ran(Vec::new(), b'T');
        assert!(result.is_ok() && !session.is_clean(), "{statement}");
        // The time zone is another.
        let (result, session) = ran(other_zone.clone(), b'I');
        assert!(result.is_ok() && !session.is_clean(), "{statement}");
    }
}

#[test]
fn transactions_that_fail() {
    let refused = Err(DatabaseError::Refused("ERROR: no (SQLSTATE 22012)".to_owned()));
    let ended = [message(b'C', b"ROLLBACK\0"), ready(b'I')].concat();
    let failing = [message(b'2', &[]), error("22012")].concat();
    let answered = [message(b'2', &[]), message(b'C', b"SELECT 0\0")].concat();
    for (statement, rest) in [
        (AT_ONCE, vec![failing.clone(), ready(b'E'), ended.clone()]),
        (LATER, vec![failing.clone(), ready(b'E'), ended.clone()]),
        (ALONE, vec![failing, ready(b'I')]),
        // A constraint that is checked at the end.
        (AT_ONCE, vec![answered.clone(), ready(b'T'), error("22012"), ready(b'I')]),
        (LATER, vec![answered.clone(), ready(b'T'), error("22012"), ready(b'I')]),
        (ALONE, vec![answered.clone(), error("22012"), ready(b'I')]),
    ] {
        let (result, session) = run(&prepared(statement, &rest), &query(statement));
        assert_eq!(result, refused, "{statement}");
        assert!(session.is_clean(), "{statement}");
    }
    let (result, _) = run(&prepared(LATER, &[answered, ready(b'T'), ended]), &query(LATER));
    assert_eq!(result, Err(DatabaseError::Refused("commit unexpectedly resulted in rollback".to_owned())));
}

#[test]
fn what_ends_a_connection() {
    let large = "x".repeat(MOST);
    for (rest, expected) in [
        (vec![message(b'2', &[])], DatabaseError::Lost("the server closed it".to_owned())),
        (vec![row(&[Some("1"), Some(&large)])], DatabaseError::TooLarge(MOST)),
        (vec![[b'D', 0x7f, 0xff, 0xff, 0xff].to_vec()], DatabaseError::TooLarge(MOST)),
        (
            vec![row(&[Some("1")])],
            DatabaseError::Lost(
                "the server sent a row of another statement where something else has to come".to_owned(),
            ),
        ),
        (
            vec![message(b'E', b"SFATAL\0C57P01\0Mbye\0\0")],
            DatabaseError::Lost("FATAL: bye (SQLSTATE 57P01)".to_owned()),
        ),
        (
            vec![message(b'G', &[0, 0, 0])],
            DatabaseError::Unusable("COPY from or to the client is not supported".to_owned()),
        ),
    ] {
        for statement in [AT_ONCE, LATER, ALONE] {
            let (result, session) = run(&prepared(statement, &rest), &query(statement));
            assert_eq!(result, Err(expected.clone()), "{statement}");
            assert!(!session.is_clean(), "{statement}: {expected}");
            assert_eq!(session.is_running(), !matches!(expected, DatabaseError::Lost(_)), "{statement}: {expected}");
        }
    }
}

#[test]
fn parameters_that_do_not_fit_end_the_transaction() {
    let rest = [message(b'C', b"ROLLBACK\0"), ready(b'I')];
    let parameters = vec![RawValue::from_string("1".to_owned()).expect("JSON")];
    for statement in [AT_ONCE, LATER, ALONE] {
        let rest = if statement == ALONE { &[][..] } else { &rest };
        let operation = Operation { parameters: parameters.clone(), ..query(statement) };
        let (result, session) = run(&prepared(statement, rest), &operation);
        assert_eq!(result, Err(DatabaseError::Unusable("expected 0 arguments, got 1".to_owned())), "{statement}");
        assert!(session.is_clean(), "{statement}");
    }
}

/// Messages of servers, more or less well-formed.
fn messages() -> impl Strategy<Value = Vec<u8>> {
    let text = "[a-z{}\\[(,\"0-9\\\\]{0,8}";
    let unknown =
        (any::<u8>(), proptest::collection::vec(any::<u8>(), 0..24)).prop_map(|(tag, body)| message(tag, &body));
    let known =
        (proptest::sample::select(b"12nCDEGHIKNRSTZst".to_vec()), proptest::collection::vec(any::<u8>(), 0..24))
            .prop_map(|(tag, body)| message(tag, &body));
    let values = proptest::collection::vec(proptest::option::of(text), 0..4);
    let oids = proptest::sample::select(vec![16_u32, 17, 20, 25, 114, 600, 602, 1007, 1114, 1184, 3904, 4451, 99_999]);
    let one = prop_oneof![
        unknown,
        known,
        proptest::sample::select(b"ITE".to_vec()).prop_map(ready),
        Just(message(b'2', &[])),
        Just(message(b'C', b"COMMIT\0")),
        Just(message(b'C', b"SELECT 1\0")),
        Just(error("26000")),
        values.prop_map(|values| row(&values.iter().map(Option::as_deref).collect::<Vec<_>>())),
        proptest::collection::vec(oids, 0..4)
            .prop_map(|oids| columns(&oids.into_iter().map(|oid| column("c", oid)).collect::<Vec<_>>())),
        proptest::collection::vec(any::<u8>(), 0..12),
    ];
    proptest::collection::vec(one, 0..16).prop_map(|messages| messages.concat())
}

proptest! {
    /// Whatever a server sends, there is a result or an error, and only a connection at rest is used again.
    #[test]
    fn any_server(
        bytes in messages(),
        statement in proptest::sample::select(vec![AT_ONCE, LATER, ALONE]),
        after_preparing in any::<bool>(),
        only_executed in any::<bool>(),
    ) {
        let bytes = if after_preparing { prepared(statement, &[bytes]) } else { bytes };
        let operation = Operation { only_executed, ..query(statement) };
        let (result, session) = run(&bytes, &operation);
        if let Ok(Done { rows: Some(rows), .. }) = &result {
            prop_assert!(rows.starts_with('[') && rows.ends_with(']'));
        }
        let at_rest = matches!(result, Ok(_) | Err(DatabaseError::Refused(_) | DatabaseError::Unusable(_)));
        prop_assert!(at_rest || !session.is_clean(), "{result:?}");
    }
}
