//! Statements that a connection keeps prepared.

use std::collections::HashMap;
use std::sync::Arc;

use super::rows::Columns;
use super::types::{Oid, Shape};

/// Longer statements are not kept.
const LONGEST: usize = 64 << 10;

/// A prepared statement.
#[derive(Debug)]
pub(super) struct Prepared {
    /// Empty where it is not kept.
    pub(super) name: String,
    pub(super) parameters: Vec<(Oid, Shape)>,
    /// None where the statement has no rows.
    pub(super) columns: Option<Columns>,
}

/// The statements by their texts; those that were not used for the longest time make room.
#[derive(Debug)]
pub(super) struct Statements {
    most: usize,
    kept: HashMap<String, Kept>,
    /// Counts uses.
    clock: u64,
}

#[derive(Debug)]
struct Kept {
    prepared: Arc<Prepared>,
    used: u64,
}

impl Statements {
    pub(super) fn new(most: usize) -> Self {
        Self { most, kept: HashMap::new(), clock: 0 }
    }

    /// Whether this statement is kept once it is prepared.
    pub(super) fn keeps(&self, statement: &str) -> bool {
        self.most > 0 && statement.len() <= LONGEST
    }

    pub(super) fn get(&mut self, statement: &str) -> Option<Arc<Prepared>> {
        self.clock += 1;
        let kept = self.kept.get_mut(statement)?;
        kept.used = self.clock;
        Some(Arc::clone(&kept.prepared))
    }

    /// A name for a statement that is to be prepared, and the name of one that has to be closed for it.
    pub(super) fn make_room(&mut self, statement: &str) -> (String, Option<Arc<Prepared>>) {
        if !self.keeps(statement) {
            return (String::new(), None);
        }
        let mut closed = None;
        if self.kept.len() >= self.most {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.used).map(|(text, _)| text.clone());
            closed = oldest.and_then(|text| self.forget(&text));
        }
        self.clock += 1;
        (format!("modus_{}", self.clock), closed)
    }

    pub(super) fn keep(&mut self, statement: &str, prepared: &Arc<Prepared>) {
        if !prepared.name.is_empty() {
            let kept = Kept { prepared: Arc::clone(prepared), used: self.clock };
            self.kept.insert(statement.to_owned(), kept);
        }
    }

    pub(super) fn forget(&mut self, statement: &str) -> Option<Arc<Prepared>> {
        self.kept.remove(statement).map(|kept| kept.prepared)
    }
}

/// Whether a statement only reads, as far as its first word tells.
pub(super) fn reads(statement: &str) -> bool {
    begins_with(statement, &["select", "values", "table", "show", "explain"])
}

/// Whether a statement does all or nothing without a transaction around it, and can do nothing else: that is so for queries
/// and changes of rows, and not for `CALL`, `VACUUM` or `BEGIN`. A change whose rows are wanted is not committed before they
/// are there.
pub(super) fn is_whole(statement: &str, only_executed: bool) -> bool {
    begins_with(statement, &["select", "values", "table"])
        || only_executed && begins_with(statement, &["insert", "update", "delete", "merge"])
}

fn begins_with(statement: &str, words: &[&str]) -> bool {
    let mut rest = statement.trim_start();
    // Comments may stand before it. One that holds another is not looked through.
    while let Some((_, after)) = rest
        .strip_prefix("--")
        .and_then(|text| text.split_once('\n'))
        .or_else(|| rest.strip_prefix("/*").and_then(|text| text.split_once("*/")))
    {
        rest = after.trim_start();
    }
    let word = rest.trim_start_matches('(').split(|char: char| !char.is_ascii_alphabetic()).next().unwrap_or_default();
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(statements: &mut Statements, text: &str) -> Option<String> {
        let (name, closed) = statements.make_room(text);
        statements.keep(text, &Arc::new(Prepared { name, parameters: Vec::new(), columns: None }));
        closed.map(|closed| closed.name.clone())
    }

    #[test]
    fn those_that_were_not_used_for_the_longest_time_make_room() {
        let mut statements = Statements::new(2);
        assert_eq!(keep(&mut statements, "a"), None);
        assert_eq!(keep(&mut statements, "b"), None);
        let name_of_b = statements.get("b").expect("it is kept").name.clone();
        assert!(statements.get("a").is_some());
        assert_eq!(keep(&mut statements, "c"), Some(name_of_b));
        assert!(statements.get("b").is_none() && statements.get("a").is_some() && statements.get("c").is_some());
    }

    #[test]
    fn long_statements_are_not_kept() {
        let mut statements = Statements::new(2);
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(keep(&mut statements, &long), None);
        assert!(statements.get(&long).is_none());
        let mut statements = Statements::new(0);
        assert_eq!(keep(&mut statements, "a"), None);
        assert!(statements.get("a").is_none());
    }

    #[test]
    fn first_words() {
        for statement in ["select 1", " SELECT(1)", "-- x\nselect 1", "/* a */ values (1)", "((select 1))", "Table t"] {
            assert!(reads(statement), "{statement}");
        }
        for statement in
            ["insert into t", "with x as (delete from t) select 1", "", "-- select", "selects", "/* select"]
        {
            assert!(!reads(statement), "{statement}");
        }
        assert!(is_whole("select 1", false) && is_whole("Insert into t", true));
        for statement in ["insert into t returning a", "call p()", "vacuum", "begin", "with x as (select 1) select 1"] {
            assert!(!is_whole(statement, false), "{statement}");
        }
    }
}
