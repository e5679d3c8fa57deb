//! What is kept of a document: everything that does not depend on a request, worked out once per text.

use std::collections::HashMap;
use std::sync::Arc;

use abi::schema::TypeRef;
use abi::selection::Selection;
use abi::value::Value;
use juniper::OperationType;

use super::input::{Leaf, Literal};
use crate::limits::CONDITIONS;

/// A validated document.
#[derive(Debug)]
pub(crate) struct Document {
    /// Its operations.
    pub(crate) operations: Vec<Operation>,
    /// The text without unused fragments, for juniper's introspection; empty where no operation asks for it.
    pub(crate) introspection_text: String,
}

impl Document {
    /// The index of the operation to run.
    ///
    /// # Errors
    /// The reason why there is none.
    pub(crate) fn operation(&self, name: Option<&str>) -> Result<usize, &'static str> {
        const NONE: &str = "document doesn't contain any executable operation";
        match (name, &*self.operations) {
            (None, []) => Err(NONE),
            (None, [_]) => Ok(0),
            (None, _) => Err("operation name is required when providing multiple operations"),
            (Some(name), all) => all.iter().position(|operation| operation.name.as_deref() == Some(name)).ok_or(NONE),
        }
    }
}

/// Bytes of memory for each byte of text, for what is not counted one by one: names, literals, types of variables.
const PER_BYTE: usize = 16;

impl Document {
    /// About how many bytes of memory it takes, made of a text of this length.
    pub(crate) fn size(&self, text: usize) -> usize {
        let operations = self.operations.iter().map(Operation::size).sum::<usize>();
        size_of::<Self>() + text.saturating_mul(PER_BYTE) + self.introspection_text.len() + operations
    }
}

/// An operation, ready to run.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) name: Option<String>,
    pub(crate) kind: OperationType,
    pub(crate) variables: Vec<Variable>,
    /// Variables that conditions depend on; of [`Conditions`] each is a bit.
    pub(crate) condition_variables: Vec<usize>,
    /// Root fields.
    pub(crate) root: SelectionSet,
    /// Response keys of lists that introspection shortens, for each root `__schema`.
    pub(crate) introspection: Vec<SchemaKeys>,
}

impl Operation {
    /// The root fields that are present, in response order.
    pub(crate) fn entries(&self, variables: &[Option<Value>]) -> Active<'_> {
        self.root.active(self.held(variables))
    }

    /// Which conditions hold.
    pub(crate) fn held(&self, variables: &[Option<Value>]) -> Held {
        let is_true = |variable: &usize| matches!(variables.get(*variable), Some(Some(Value::Bool(true))));
        let conditions = self.condition_variables.iter().enumerate();
        Held(conditions.filter(|(_, variable)| is_true(variable)).fold(0, |held, (index, _)| held | bit(index)))
    }

    fn size(&self) -> usize {
        let variables = self.variables.len() * size_of::<Variable>();
        let conditions = self.condition_variables.len() * size_of::<usize>();
        size_of::<Self>()
            + variables
            + conditions
            + self.introspection.len() * size_of::<SchemaKeys>()
            + self.root.size()
    }
}

/// Where a `__schema` selection shows its types and directives.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SchemaKeys {
    /// Response key of the `__schema` field.
    pub(crate) root: String,
    /// Response keys of `types` in it.
    pub(crate) types: Vec<String>,
    /// Response keys of `directives` in it.
    pub(crate) directives: Vec<String>,
}

/// A variable's definition.
#[derive(Debug)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) ty: TypeRef,
    /// Coerced already.
    pub(crate) default: Option<Value>,
}

/// The fields selected of one object, fragments spread and equal response keys merged.
#[derive(Debug, Default)]
pub(crate) struct SelectionSet {
    pub(crate) entries: Vec<Entry>,
    /// The order depends on which conditions hold.
    pub(crate) reorder: bool,
}

/// One response key.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: Arc<str>,
    /// Where the key is selected, in document order; it is present when one of them holds.
    pub(crate) occurrences: Vec<Occurrence>,
    pub(crate) kind: EntryKind,
}

/// One selection of a response key.
#[derive(Debug)]
pub(crate) struct Occurrence {
    /// Position in the selection set.
    pub(crate) sequence: usize,
    pub(crate) conditions: Conditions,
}

/// `@include` and `@skip` with variables: all of them must hold. It is looked at for each object of a list, so it is small.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Conditions {
    /// Variables that must be true.
    included: u64,
    /// Variables that must be false.
    skipped: u64,
}

/// The condition variables that are true.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held(u64);

const _: () = assert!(CONDITIONS <= u64::BITS as usize, "each variable of conditions has a bit");

fn bit(index: usize) -> u64 {
    1 << index
}

impl Conditions {
    /// With one more: a variable, by its index in [`Operation::condition_variables`], and what it must be.
    pub(crate) fn and(self, index: usize, expected: bool) -> Self {
        match expected {
            true => Self { included: self.included | bit(index), ..self },
            false => Self { skipped: self.skipped | bit(index), ..self },
        }
    }

    /// Whether each of them is one of `others`, so that they hold wherever those do.
    pub(crate) fn are_among(self, others: Self) -> bool {
        self.included & !others.included == 0 && self.skipped & !others.skipped == 0
    }

    fn hold(self, Held(held): Held) -> bool {
        self.included & !held == 0 && self.skipped & held == 0
    }
}

/// What a response key shows.
#[derive(Debug)]
pub(crate) enum EntryKind {
    /// `__typename`
    TypeName(Arc<str>),
    /// `__schema` or `__type`
    Introspection,
    /// A root field.
    Call { call: CallPlan, shape: Shape },
    /// A field of an object.
    Field {
        name: Arc<str>,
        /// Where the field usually is in the value.
        position: usize,
        shape: Shape,
    },
}

/// A root field's call.
#[derive(Debug)]
pub(crate) struct CallPlan {
    pub(crate) function: u32,
    /// Field name, for messages.
    pub(crate) field: String,
    /// One per argument of the schema.
    pub(crate) arguments: Vec<ArgumentPlan>,
    /// What is to be read of the result.
    pub(crate) selection: Arc<Selection>,
    /// See [`Shape::spread`].
    pub(crate) spread: u64,
}

impl CallPlan {
    /// What it takes beside itself. All arguments of the schema are in it, also those that the text leaves out.
    fn size(&self) -> usize {
        let arguments = self
            .arguments
            .iter()
            .map(|argument| size_of::<ArgumentPlan>() + argument.name.len() + type_size(&argument.ty));
        self.field.len() + arguments.sum::<usize>() + size_of::<Selection>() + selection_size(&self.selection)
    }
}

/// What a type takes beside itself.
fn type_size(ty: &TypeRef) -> usize {
    match ty {
        TypeRef::Named(name) => name.len(),
        TypeRef::List(inner) | TypeRef::NonNull(inner) => size_of::<TypeRef>() + type_size(inner),
    }
}

/// What a selection takes beside itself.
fn selection_size(selection: &Selection) -> usize {
    match selection {
        Selection::All => 0,
        Selection::Fields(fields) => fields.iter().map(|field| size_of_val(field) + selection_size(&field.1)).sum(),
    }
}

/// An argument of a call.
#[derive(Debug)]
pub(crate) struct ArgumentPlan {
    pub(crate) name: String,
    pub(crate) ty: TypeRef,
    /// The guest alone knows the default, and null stands for it.
    pub(crate) null_is_absent: bool,
    pub(crate) source: ArgumentSource,
}

/// Where an argument's value comes from.
#[derive(Debug)]
pub(crate) enum ArgumentSource {
    /// Not mentioned.
    Absent,
    /// A literal, coerced already.
    Constant(Value),
    /// Variables occur in it.
    Template(Literal),
}

/// An output type with the selection below it.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) non_null: bool,
    pub(crate) kind: ShapeKind,
}

impl Shape {
    /// How much more is written of a value than it holds: fields are shown under several keys, and under long ones.
    pub(crate) fn spread(&self) -> u64 {
        match &self.kind {
            ShapeKind::Leaf(_) => 1,
            ShapeKind::List(element) => element.spread(),
            ShapeKind::Object(selection) => selection.spread(),
        }
    }

    fn size(&self) -> usize {
        match &self.kind {
            ShapeKind::Leaf(_) => 0,
            ShapeKind::List(element) => size_of::<Self>() + element.size(),
            ShapeKind::Object(selection) => selection.size(),
        }
    }
}

/// See [`Shape`].
#[derive(Debug)]
pub(crate) enum ShapeKind {
    Leaf(Leaf),
    List(Box<Shape>),
    Object(SelectionSet),
}

impl Entry {
    /// The position of the first selection that holds.
    pub(crate) fn holds(&self, held: Held) -> Option<usize> {
        self.occurrences.iter().find(|one| one.conditions.hold(held)).map(|one| one.sequence)
    }
}

/// Conditions that are looked at in the time of a value.
const CONDITIONS_OF_A_VALUE: u64 = 16;

impl SelectionSet {
    /// See [`Shape::spread`].
    fn spread(&self) -> u64 {
        let texts = |length: usize| abi::transfer::budget::weight(1, length as u64);
        let mut own: u64 = 1;
        let mut conditions: u64 = 0;
        let mut fields: HashMap<&str, u64> = HashMap::new();
        for entry in &self.entries {
            conditions += entry.occurrences.len().saturating_sub(1) as u64;
            match &entry.kind {
                EntryKind::Field { name, shape, .. } => {
                    let below = texts(entry.key.len()).saturating_mul(shape.spread());
                    let all = fields.entry(name).or_default();
                    *all = all.saturating_add(below);
                }
                EntryKind::TypeName(name) => own = own.saturating_add(texts(entry.key.len() + name.len())),
                EntryKind::Introspection | EntryKind::Call { .. } => {}
            }
        }
        fields.into_values().fold(own, u64::max).saturating_add(conditions / CONDITIONS_OF_A_VALUE)
    }

    fn size(&self) -> usize {
        let entry = |entry: &Entry| {
            let below = match &entry.kind {
                EntryKind::Call { call, shape } => call.size() + shape.size(),
                EntryKind::Field { name, shape, .. } => name.len() + shape.size(),
                EntryKind::TypeName(name) => name.len(),
                EntryKind::Introspection => 0,
            };
            let occurrences = entry.occurrences.len() * size_of::<Occurrence>();
            size_of::<Entry>() + entry.key.len() + occurrences + below
        };
        self.entries.iter().map(entry).sum()
    }

    /// The entries that are present, in response order.
    pub(crate) fn active(&self, held: Held) -> Active<'_> {
        if !self.reorder {
            return Active::InOrder(self.entries.iter(), held);
        }
        let mut present: Vec<_> = self.entries.iter().filter_map(|entry| Some((entry.holds(held)?, entry))).collect();
        present.sort_by_key(|(sequence, _)| *sequence);
        Active::Sorted(present.into_iter())
    }
}

/// See [`SelectionSet::active`].
pub(crate) enum Active<'a> {
    InOrder(std::slice::Iter<'a, Entry>, Held),
    Sorted(std::vec::IntoIter<(usize, &'a Entry)>),
}

impl<'a> Iterator for Active<'a> {
    type Item = &'a Entry;

    fn next(&mut self) -> Option<&'a Entry> {
        match self {
            Self::InOrder(entries, held) => entries.find(|entry| entry.holds(*held).is_some()),
            Self::Sorted(entries) => entries.next().map(|(_, entry)| entry),
        }
    }
}
