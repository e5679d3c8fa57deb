//! Bounds while values move: how many, how large, how deep, and how often round a cycle.

use thiserror::Error;

use crate::guest::{Limits, Pause};
use crate::types::Kind;
use crate::value::Value;

/// A limit that was reached, by its name and its figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Exceeded {
    /// Too deep.
    #[error("values are nested deeper than {0} levels (limit `max-depth`)")]
    Depth(u32),
    /// Too many.
    #[error("there are more than {0} values (limit `max-values`)")]
    Values(u64),
    /// Too large.
    #[error("there are more than {0} bytes of text and binary data (limit `max-bytes`)")]
    Bytes(u64),
    /// No limit: the host stopped the transfer, see [`Pause::Stop`].
    #[error("the values take too long to be moved at once")]
    Turn,
}

/// Work between two pauses: two to four milliseconds' worth.
const STRETCH: u64 = 1 << 15;
/// Bytes of text that take as long to move as a value.
const BYTES_OF_A_VALUE: u64 = 64;

/// The work that it takes to move so much, as [`Budget::weight`] counts it.
pub fn weight(values: u64, bytes: u64) -> u64 {
    values.saturating_add(bytes / BYTES_OF_A_VALUE)
}

/// Whether moving so much takes longer than a pause may be away.
pub fn is_long(weight: u64) -> bool {
    weight > STRETCH
}

/// Whether a value of this kind is a level of its own, with others inside: lists, sets, maps, structs and classes are, while
/// text, bytes and times are none.
pub(crate) fn is_level(kind: &Kind) -> bool {
    matches!(kind, Kind::List { bytes: false, .. } | Kind::Set(_) | Kind::Map { .. } | Kind::Struct(_))
}

/// What is left of the limits of one transfer.
#[derive(Clone, Debug)]
pub struct Budget {
    limits: Limits,
    left: Limits,
    /// Work since the last pause.
    moved: u64,
}

impl Budget {
    /// All of it.
    pub fn new(limits: &Limits) -> Self {
        Self { limits: *limits, left: *limits, moved: 0 }
    }

    /// Takes values; to be asked before there is room for them.
    ///
    /// # Errors
    /// [`Exceeded::Values`], [`Exceeded::Turn`]
    pub fn values(&mut self, values: u64) -> Result<(), Exceeded> {
        self.left.values = self.left.values.checked_sub(values).ok_or(Exceeded::Values(self.limits.values))?;
        self.work(values)
    }

    /// What was taken so far, in values' worth.
    pub fn weight(&self) -> u64 {
        let taken = |limit: u64, left: u64| limit.saturating_sub(left);
        weight(taken(self.limits.values, self.left.values), taken(self.limits.bytes, self.left.bytes))
    }

    fn work(&mut self, amount: u64) -> Result<(), Exceeded> {
        self.moved = self.moved.saturating_add(amount);
        if self.moved < STRETCH {
            return Ok(());
        }
        self.moved = 0;
        match (self.limits.pause)() {
            Pause::Over => Ok(()),
            Pause::Stop => Err(Exceeded::Turn),
        }
    }

    /// Takes bytes of text or binary data.
    ///
    /// # Errors
    /// [`Exceeded::Bytes`], [`Exceeded::Turn`]
    pub fn bytes(&mut self, bytes: u64) -> Result<(), Exceeded> {
        self.left.bytes = self.left.bytes.checked_sub(bytes).ok_or(Exceeded::Bytes(self.limits.bytes))?;
        self.work(bytes / BYTES_OF_A_VALUE)
    }

    /// Takes a whole value.
    ///
    /// # Errors
    /// [`Exceeded::Values`], [`Exceeded::Bytes`]
    pub fn whole(&mut self, value: &Value) -> Result<(), Exceeded> {
        self.values(1)?;
        match value {
            Value::String(text) | Value::Number(text) => self.bytes(text.len() as u64),
            Value::List(items) => items.iter().try_for_each(|item| self.whole(item)),
            Value::Object(entries) => entries.iter().try_for_each(|(_, item)| self.whole(item)),
            _ => Ok(()),
        }
    }

    /// Goes one level down, see [`is_level`].
    ///
    /// # Errors
    /// [`Exceeded::Depth`]
    pub fn enter(&mut self) -> Result<(), Exceeded> {
        self.left.depth = self.left.depth.checked_sub(1).ok_or(Exceeded::Depth(self.limits.depth))?;
        Ok(())
    }

    /// Comes up again. A transfer that failed is over, so errors need not come up.
    pub fn leave(&mut self) {
        self.left.depth = self.left.depth.saturating_add(1);
    }
}

/// How often the same place may be open at once; cyclic data ends there with null.
const VISITS: usize = 5;

/// The way from the root to the value being read, by whatever tells places of a language apart.
#[derive(Debug)]
pub struct Trail<P> {
    open: Vec<P>,
    /// Types whose values were cut off.
    cut: Vec<String>,
}

impl<P: PartialEq> Trail<P> {
    /// At the root.
    pub fn new() -> Self {
        Self { open: Vec::new(), cut: Vec::new() }
    }

    /// Opens a place; false where it is open too often already and null is to be shown.
    pub fn enter(&mut self, place: P, type_name: &str) -> bool {
        if self.open.iter().filter(|open| **open == place).count() >= VISITS {
            if self.cut.iter().all(|name| name != type_name) {
                self.cut.push(type_name.to_owned());
            }
            return false;
        }
        self.open.push(place);
        true
    }

    /// Closes the place that was opened last.
    pub fn leave(&mut self) {
        self.open.pop();
    }

    /// A warning for each type that was cut off since the last time.
    pub fn warnings(&mut self) -> impl Iterator<Item = String> + use<P> {
        let warning = |name| format!("Excessive recursion detected in {name}. Stopping at depth {VISITS}.");
        std::mem::take(&mut self.cut).into_iter().map(warning)
    }
}

impl<P: PartialEq> Default for Trail<P> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "figures of the test's own")]
mod tests {
    use super::*;

    #[test]
    fn limits_have_names_and_figures() {
        let mut budget = Budget::new(&Limits { depth: 1, values: 2, bytes: 3, ..Limits::default() });
        assert_eq!(
            (budget.values(2), budget.values(0), budget.bytes(3), budget.enter()),
            (Ok(()), Ok(()), Ok(()), Ok(()))
        );
        let text = |result: Result<(), Exceeded>| result.map_err(|error| error.to_string()).unwrap_err();
        assert_eq!(text(budget.values(u64::MAX)), "there are more than 2 values (limit `max-values`)");
        assert_eq!(text(budget.bytes(1)), "there are more than 3 bytes of text and binary data (limit `max-bytes`)");
        assert_eq!(text(budget.enter()), "values are nested deeper than 1 levels (limit `max-depth`)");
        budget.leave();
        assert_eq!(budget.enter(), Ok(()));
    }

    #[test]
    fn pauses() {
        static PAUSES: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        fn pause() -> Pause {
            PAUSES.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Pause::Over
        }
        let mut budget = Budget::new(&Limits { pause, ..Limits::default() });
        assert!((0..3 * STRETCH).all(|_| budget.values(1).is_ok()) && budget.values(2 * STRETCH).is_ok());
        assert_eq!(PAUSES.load(std::sync::atomic::Ordering::Relaxed), 4);
        assert_eq!(budget.bytes(STRETCH * BYTES_OF_A_VALUE), Ok(()));
        assert_eq!(PAUSES.load(std::sync::atomic::Ordering::Relaxed), 5);
        assert_eq!(budget.weight(), 6 * STRETCH);
        let mut budget = Budget::new(&Limits { pause: || Pause::Stop, ..Limits::default() });
        assert_eq!((budget.values(STRETCH - 1), budget.values(1)), (Ok(()), Err(Exceeded::Turn)));
    }

    #[test]
    fn a_whole_value() {
        let value = Value::from(&serde_json::json!({"a": ["xy", 1, null], "b": "z"}));
        let check = |values, bytes| Budget::new(&Limits { values, bytes, ..Limits::default() }).whole(&value);
        assert_eq!(
            (check(6, 3), check(5, 3), check(6, 2)),
            (Ok(()), Err(Exceeded::Values(5)), Err(Exceeded::Bytes(2)))
        );
    }

    #[test]
    fn a_place_may_be_open_five_times() {
        let mut trail = Trail::new();
        assert!((0..5).all(|_| trail.enter(7, "Node")) && trail.enter(8, "Node"));
        assert!(!trail.enter(7, "Node") && !trail.enter(7, "Node"));
        let warnings: Vec<_> = trail.warnings().collect();
        assert_eq!(warnings, ["Excessive recursion detected in Node. Stopping at depth 5."]);
        assert_eq!(trail.warnings().count(), 0);
        trail.leave();
        trail.leave();
        assert!(trail.enter(7, "Node"));
    }
}
