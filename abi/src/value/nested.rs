//! Decoding of what can be inside itself.
//!
//! A decoder goes a level deeper on the stack for each level of what it reads. Some bytes of an artifact say how deep that
//! is: a million of them would be the end of the process.

use std::cell::Cell;

use serde::de::{Deserialize, Deserializer, Error as _};

/// Levels at most. modusc makes about half as many: a type has up to 65 levels of lists, none of which may be null, and a
/// default is read by a parser of JSON that goes 127 levels deep.
const MOST: u32 = 256;

thread_local! {
    /// Levels of what is being decoded.
    static LEVELS: Cell<u32> = const { Cell::new(0) };
}

/// A level, as long as it is being decoded.
struct Level;

impl Level {
    fn enter() -> Option<Self> {
        let levels = LEVELS.get().checked_add(1).filter(|levels| *levels <= MOST)?;
        LEVELS.set(levels);
        Some(Self)
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        LEVELS.set(LEVELS.get().saturating_sub(1));
    }
}

/// Decodes the inside of a value: one level.
///
/// # Errors
/// The decoder's, and where there are too many levels.
pub(crate) fn nested<'de, T: Deserialize<'de>, D: Deserializer<'de>>(decoder: D) -> Result<T, D::Error> {
    let _level = Level::enter().ok_or_else(|| D::Error::custom("it is nested too deeply"))?;
    T::deserialize(decoder)
}

#[cfg(test)]
mod tests {
    use super::MOST;
    use crate::schema::TypeRef;
    use crate::value::Value;

    /// So many times `around`, and `core` inside.
    fn levels(around: &[u8], levels: usize, core: &[u8]) -> Vec<u8> {
        [&around.repeat(levels), core].concat()
    }

    /// A type, and each kind of value with something inside.
    #[test]
    fn what_is_nested_too_deeply_is_refused() {
        let most = MOST as usize;
        let name = postcard::to_stdvec(&TypeRef::Named("T".to_owned())).unwrap();
        let null = postcard::to_stdvec(&Value::Null).unwrap();
        let list = postcard::to_stdvec(&TypeRef::List(Box::new(TypeRef::Named("T".to_owned())))).unwrap();
        let items = postcard::to_stdvec(&Value::List(vec![Value::Null])).unwrap();
        let object = postcard::to_stdvec(&Value::Object(vec![("n".into(), Value::Null)])).unwrap();
        let around_name = &list[..list.len() - name.len()];
        for (count, fits) in [(0, true), (most, true), (most + 1, false), (1_000_000, false), (most, true)] {
            let bytes = levels(around_name, count, &name);
            assert_eq!(postcard::from_bytes::<TypeRef>(&bytes).is_ok(), fits, "{count}");
            for whole in [&items, &object] {
                let bytes = levels(&whole[..whole.len() - null.len()], count, &null);
                assert_eq!(postcard::from_bytes::<Value>(&bytes).is_ok(), fits, "{count} {whole:?}");
            }
        }
    }

    /// Neighbours are on one level.
    #[test]
    fn only_levels_count() {
        let wide = Value::List(vec![Value::List(vec![Value::Null]); 10 * MOST as usize]);
        let bytes = postcard::to_stdvec(&wide).unwrap();
        assert_eq!(postcard::from_bytes::<Value>(&bytes).unwrap(), wide);
    }
}
