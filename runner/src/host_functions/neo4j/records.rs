//! The records of a query, as they are read and as guests get them.

use std::sync::Arc;

use abi::value::Value;

use super::super::database::DatabaseError;
use super::bolt::packstream::Reader;
use super::json::{Unwritable, json};

/// What a record, a key and a value take besides their texts. An answer is counted with it, so that many small records do
/// not take much more memory than an answer may have bytes.
const OVERHEAD: usize = 64;

/// Records as they are read.
pub(super) struct Records {
    keys: Vec<String>,
    /// JSON texts, in the order of the keys.
    records: Vec<Vec<String>>,
    /// Bytes so far, and how many there may be.
    bytes: usize,
    most: usize,
    error: Option<DatabaseError>,
}

/// The reason is kept by the records.
pub(super) struct Stopped;

impl Records {
    /// None yet, and at most so many bytes of them.
    pub(super) fn new(most: usize) -> Self {
        Self { keys: Vec::new(), records: Vec::new(), bytes: 0, most, error: None }
    }

    /// Reads a record of so many values.
    pub(super) fn push(&mut self, mut reader: Reader<'_>, values: usize) -> Result<(), Stopped> {
        let read = self.read(&mut reader, values);
        read.map_err(|error| {
            self.error = Some(error);
            Stopped
        })
    }

    /// Why the last record was not taken.
    pub(super) fn error(&self) -> Option<&DatabaseError> {
        self.error.as_ref()
    }

    fn read(&mut self, reader: &mut Reader<'_>, values: usize) -> Result<(), DatabaseError> {
        let mut record = Vec::new();
        self.count(OVERHEAD)?;
        for _ in 0..values {
            let text = json(reader, self.most.saturating_sub(self.bytes)).map_err(|problem| match problem {
                Unwritable::TooLarge => DatabaseError::TooLarge(self.most),
                problem => DatabaseError::Unusable(problem.to_string()),
            })?;
            self.count(2 * OVERHEAD + text.len())?;
            record.push(text);
        }
        self.records.push(record);
        Ok(())
    }

    fn count(&mut self, bytes: usize) -> Result<(), DatabaseError> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.most { Err(DatabaseError::TooLarge(self.most)) } else { Ok(()) }
    }

    /// All of them, with the names of their columns.
    ///
    /// # Errors
    /// A record has more or fewer values than there are columns; the names, which each record repeats, are too large.
    pub(super) fn finish(mut self, keys: Vec<String>) -> Result<Self, DatabaseError> {
        if self.records.iter().any(|record| record.len() != keys.len()) {
            return Err(DatabaseError::Unusable("a record does not have a value for each column".to_owned()));
        }
        let names: usize = keys.iter().map(String::len).sum();
        self.count(names.saturating_mul(self.records.len()))?;
        self.keys = keys;
        Ok(self)
    }

    /// What the guest gets, an `EagerResult`.
    pub(super) fn into_value(self) -> Value {
        let texts = |texts: Vec<String>| Value::List(texts.into_iter().map(Value::String).collect());
        let (keys, values, records): (Arc<str>, Arc<str>, Arc<str>) =
            ("keys".into(), "values".into(), "records".into());
        let names = texts(self.keys);
        let record =
            |record| Value::Object(vec![(Arc::clone(&keys), names.clone()), (Arc::clone(&values), texts(record))]);
        let list = Value::List(self.records.into_iter().map(record).collect());
        Value::Object(vec![(Arc::clone(&keys), names.clone()), (records, list)])
    }
}

#[cfg(test)]
mod tests {
    use super::super::bolt::packstream::Writer;
    use super::*;

    fn push(records: &mut Records, texts: &[&str]) -> Result<(), Stopped> {
        let mut writer = Writer::default();
        texts.iter().for_each(|text| writer.text(text));
        let bytes = writer.into_bytes();
        records.push(Reader::new(&bytes), texts.len())
    }

    #[test]
    fn a_result_has_its_keys_and_each_record_has_them_too() {
        let mut records = Records::new(10_000);
        assert!(push(&mut records, &["x", "y"]).is_ok());
        let value = records.finish(vec!["a".to_owned(), "b".to_owned()]).expect("records").into_value();
        let texts = |texts: [&str; 2]| Value::List(texts.map(|text| Value::String(text.to_owned())).to_vec());
        assert_eq!(value.get("keys"), Some(&texts(["a", "b"])));
        let Some(Value::List(records)) = value.get("records") else { panic!("{value:?}") };
        assert_eq!(records.len(), 1);
        assert_eq!(records[0].get("keys"), Some(&texts(["a", "b"])));
        assert_eq!(records[0].get("values"), Some(&texts(["\"x\"", "\"y\""])));
    }

    #[test]
    fn what_is_too_much_or_does_not_fit() {
        let mut records = Records::new(1000);
        let all = (0..100).map(|_| push(&mut records, &["x"])).take_while(Result::is_ok).count();
        assert!((3..10).contains(&all), "{all} records");
        assert_eq!(records.error(), Some(&DatabaseError::TooLarge(1000)));
        let mut records = Records::new(1000);
        assert!(push(&mut records, &["x"]).is_ok());
        assert!(matches!(records.finish(vec![]), Err(DatabaseError::Unusable(_))));
        let mut records = Records::new(1000);
        assert!(push(&mut records, &["x"]).is_ok());
        assert!(matches!(records.finish(vec!["k".repeat(1000)]), Err(DatabaseError::TooLarge(1000))));
    }
}
