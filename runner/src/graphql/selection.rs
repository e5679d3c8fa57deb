//! Selection sets: fragments spread, equal response keys merged, conditions noted.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use juniper::parser::SourcePosition;
use juniper::{InputValue, OperationType, Selection};

use abi::schema::{Argument, RootField, TypeRef};
use abi::value::Value;

use super::bounds::{Fragments, Introspection, Left};
use super::collector::{Arguments, Below, Collector, Group, Selections};
use super::compile::{CompileContext, literal};
use super::error::{MOST_ERRORS, RequestError};
use super::input::{Leaf, Literal, wrong_leaf};
use super::plan::{
    ArgumentPlan, ArgumentSource, CallPlan, Conditions, Entry, EntryKind, SchemaKeys, SelectionSet, Shape, ShapeKind,
    Variable,
};
use super::reading;
use super::scalar::Scalar;
use super::subscription;
use crate::limits::{CONDITIONS, LimitId};

/// Name and arguments of each directive of a selection.
macro_rules! directives {
    ($selection:expr) => {
        $selection.item.directives.iter().flatten().map(|directive| {
            let arguments = directive.item.arguments.as_ref().map_or(&[][..], |list| &*list.item.items);
            (directive.item.name.item, arguments)
        })
    };
}

/// Plans the selections of one operation.
pub(crate) struct Selector<'d> {
    context: &'d CompileContext<'d>,
    fragments: &'d Fragments<'d>,
    variables: HashMap<&'d str, usize>,
    definitions: &'d [Variable],
    /// What the operations of the document may still select.
    left: &'d mut Left,
    pub(crate) condition_variables: Vec<usize>,
    pub(crate) introspection: Vec<SchemaKeys>,
    pub(crate) errors: Vec<RequestError>,
}

impl<'d> Selector<'d> {
    pub(crate) fn new(
        context: &'d CompileContext<'d>,
        fragments: &'d Fragments<'d>,
        variables: HashMap<&'d str, usize>,
        definitions: &'d [Variable],
        left: &'d mut Left,
    ) -> Self {
        Self {
            context,
            fragments,
            variables,
            definitions,
            left,
            condition_variables: Vec::new(),
            introspection: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// Plans the root selection set of an operation.
    pub(crate) fn root(&mut self, kind: OperationType, selections: Selections<'d>) -> SelectionSet {
        let schema = self.context.tables.schema();
        let (type_name, fields) = match kind {
            OperationType::Query => ("Query", Some(&schema.query)),
            OperationType::Mutation => ("Mutation", Some(&schema.mutation)),
            OperationType::Subscription => ("Subscription", None),
        };
        let find = |name: &str| match fields {
            Some(fields) => fields.find(name).map(|(_, field)| field),
            None => Some(&*subscription::FIELD).filter(|field| field.name == name),
        };
        let groups = self.groups(&[(selections, Conditions::default())]);
        let mut introspection = Introspection::new();
        let mut entries = Vec::with_capacity(groups.len());
        for group in groups {
            let kind = match group.name {
                "__typename" => EntryKind::TypeName(type_name.into()),
                "__schema" | "__type" => {
                    for (below, _) in &group.below {
                        if let Err(error) = introspection.select(below, self.fragments, self.left) {
                            self.errors.push(error.located(group.position));
                            break;
                        }
                    }
                    self.check_introspection(&group);
                    self.note_schema_keys(&group);
                    EntryKind::Introspection
                }
                name => match find(name) {
                    Some(field) => {
                        let mut shape = self.shape(&field.ty, &group.below);
                        EntryKind::Call { call: self.call(field, &group, &mut shape), shape }
                    }
                    None => {
                        self.unknown_field(name, type_name, group.position);
                        continue;
                    }
                },
            };
            entries.push(Entry { key: group.key.into(), occurrences: group.occurrences, kind });
        }
        SelectionSet::of(entries)
    }

    fn object(&mut self, type_name: &str, below: &[Below<'d>]) -> SelectionSet {
        let context = self.context;
        let fields = context.tables.object(type_name).map_or(&[][..], |object| &*object.fields);
        let groups = self.groups(below);
        let mut entries = Vec::with_capacity(groups.len());
        for group in groups {
            let kind = if group.name == "__typename" {
                EntryKind::TypeName(type_name.into())
            } else if let Some(position) = fields.iter().position(|field| field.name == group.name) {
                let shape = self.shape(&fields[position].ty, &group.below);
                EntryKind::Field { name: group.name.into(), position, shape }
            } else {
                self.unknown_field(group.name, type_name, group.position);
                continue;
            };
            entries.push(Entry { key: group.key.into(), occurrences: group.occurrences, kind });
        }
        SelectionSet::of(entries)
    }

    fn shape(&mut self, ty: &TypeRef, below: &[Below<'d>]) -> Shape {
        let kind = match ty.nullable() {
            TypeRef::List(inner) => ShapeKind::List(Box::new(self.shape(inner, below))),
            named if below.is_empty() => ShapeKind::Leaf(Leaf::of(named.name())),
            named => ShapeKind::Object(self.object(named.name(), below)),
        };
        Shape { non_null: matches!(ty, TypeRef::NonNull(_)), kind }
    }

    /// Validation has refused it already; without it the plan would have a hole.
    fn unknown_field(&mut self, name: &str, type_name: &str, position: SourcePosition) {
        let message = format!("Cannot query field \"{name}\" on type \"{type_name}\".");
        self.errors.push(RequestError::at(message, position));
    }

    fn call(&mut self, field: &RootField, group: &Group<'d>, shape: &mut Shape) -> CallPlan {
        let arguments = field
            .arguments
            .iter()
            .enumerate()
            .map(|(index, argument)| ArgumentPlan {
                name: argument.name.clone(),
                ty: argument.ty.clone(),
                null_is_absent: self.context.null_is_absent(field.function, index, argument),
                source: self.argument(argument, group),
            })
            .collect();
        let program = self.context.program;
        let function = program.functions.get(field.function as usize);
        let selection = function.map(|function| reading::selection(&program.types, function, shape));
        let selection = Arc::new(selection.unwrap_or_default());
        let spread = shape.spread();
        CallPlan { function: field.function, field: field.name.clone(), arguments, selection, spread }
    }

    fn argument(&mut self, argument: &Argument, group: &Group<'d>) -> ArgumentSource {
        let Some((_, given)) = group.arguments.iter().find(|(given, _)| *given.item == *argument.name) else {
            return ArgumentSource::Absent;
        };
        let literal = literal(&given.item, &self.variables);
        if literal.has_variables() {
            let position = given.span.start;
            self.check_variables(&literal, &argument.ty, argument.default.is_some(), position);
        }
        // Without values for the variables this checks the rest.
        match self.context.tables.literal(&literal, &argument.ty, None) {
            Err(error) => {
                let message = format!("{} (at {}{})", error.message, argument.name, error.path());
                self.errors.push(RequestError::at(message, given.span.start));
                ArgumentSource::Absent
            }
            Ok(_) if literal.has_variables() => ArgumentSource::Template(literal),
            Ok(value) => value.map_or(ArgumentSource::Absent, ArgumentSource::Constant),
        }
    }

    /// Whether each variable has a type that fits where it is used.
    fn check_variables(&mut self, literal: &Literal, ty: &TypeRef, has_default: bool, position: SourcePosition) {
        match (literal, ty.nullable()) {
            (Literal::Variable(index), _) => self.check_variable(*index, ty, has_default, position),
            (Literal::List(items), TypeRef::List(inner)) => {
                items.iter().for_each(|item| self.check_variables(item, inner, false, position));
            }
            (_, TypeRef::List(inner)) => self.check_variables(literal, inner, false, position),
            (Literal::Object(entries), TypeRef::Named(name)) => {
                let context = self.context;
                let Some(object) = context.tables.input(name) else { return };
                for (name, value) in entries {
                    if let Some(field) = object.fields.iter().find(|field| *field.name == **name) {
                        self.check_variables(value, &field.ty, false, position);
                    }
                }
            }
            // What is inside a custom scalar has no type.
            _ => {}
        }
    }

    fn check_variable(&mut self, index: usize, ty: &TypeRef, has_default: bool, position: SourcePosition) {
        let Some(variable) = self.definitions.get(index) else { return };
        let has_default = has_default || variable.default.as_ref().is_some_and(|default| *default != Value::Null);
        // With a default on either side, null is caught when the variable has a value.
        let wanted = if has_default { ty.nullable() } else { ty };
        if !fits(&variable.ty, wanted) {
            let (name, given) = (&variable.name, &variable.ty);
            let message = format!("Variable \"${name}\" of type \"{given}\" used in position expecting type \"{ty}\".");
            self.errors.push(RequestError::at(message, position));
        }
    }

    fn groups(&mut self, below: &[Below<'d>]) -> Vec<Group<'d>> {
        let mut collector = Collector::default();
        for (selections, conditions) in below {
            if let Err(error) = self.collect(selections, *conditions, &mut collector) {
                self.errors.push(error);
                break;
            }
        }
        collector.groups
    }

    /// Adds the fields of `selections` to those in `collector`.
    ///
    /// # Errors
    /// Beyond a limit, where the search ends.
    fn collect(
        &mut self,
        selections: Selections<'d>,
        outer: Conditions,
        collector: &mut Collector<'d>,
    ) -> Result<(), RequestError> {
        for selection in selections {
            // More are not told. In a fragment, the same is wrong each time, and a name in it may be long.
            if self.errors.len() >= MOST_ERRORS {
                break;
            }
            self.left.take()?;
            match selection {
                Selection::Field(field) => {
                    let Some(conditions) = self.conditions(directives!(field), outer)? else { continue };
                    let name = field.item.name.item;
                    let key = field.item.alias.as_ref().map_or(name, |alias| alias.item);
                    let arguments = field.item.arguments.as_ref().map_or(&[][..], |list| &*list.item.items);
                    let Some(group) = collector.group(key, name, arguments, field.span.start) else {
                        let message = format!("differing fields for objectName '{key}' on (potentially) same type");
                        self.errors.push(RequestError::at(message, field.span.start));
                        continue;
                    };
                    if let Some(below) = field.item.selection_set.as_deref() {
                        group.below.push((below, conditions));
                    }
                    if !collector.occurs(key, conditions) {
                        let message = format_args!("'{key}' is selected under more than {CONDITIONS} conditions");
                        return Err(RequestError::beyond(LimitId::Conditions, message).located(field.span.start));
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let Some(conditions) = self.conditions(directives!(spread), outer)? else { continue };
                    // There are only object types, so validation has matched the type condition already.
                    if let Some(selections) = self.fragments.get(spread.item.name.item) {
                        self.collect(selections, conditions, collector)?;
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let Some(conditions) = self.conditions(directives!(fragment), outer)? else { continue };
                    self.collect(&fragment.item.selection_set, conditions, collector)?;
                }
            }
        }
        Ok(())
    }

    /// The conditions of a selection, those of its surroundings included; `None` where it is always left out.
    fn conditions(
        &mut self,
        directives: impl Iterator<Item = (&'d str, &'d Arguments<'d>)>,
        outer: Conditions,
    ) -> Result<Option<Conditions>, RequestError> {
        let mut conditions = outer;
        for (name, arguments) in directives {
            self.left.take()?;
            let expected = match name {
                "include" => true,
                "skip" => false,
                _ => continue,
            };
            let Some((_, given)) = arguments.iter().find(|(name, _)| name.item == "if") else { continue };
            match &given.item {
                InputValue::Scalar(Scalar::Boolean(value)) if *value != expected => return Ok(None),
                InputValue::Variable(name) => {
                    let Some(&variable) = self.variables.get(name.as_str()) else { return Ok(None) };
                    let boolean = TypeRef::NonNull(Box::new(TypeRef::Named("Boolean".to_owned())));
                    self.check_variable(variable, &boolean, false, given.span.start);
                    conditions = conditions.and(self.condition_variable(variable, given.span.start)?, expected);
                }
                other => self.check_built_in("Boolean", "if", other, given.span.start),
            }
        }
        Ok(Some(conditions))
    }

    /// The index of a variable among those that conditions depend on.
    fn condition_variable(&mut self, variable: usize, position: SourcePosition) -> Result<usize, RequestError> {
        let known = &mut self.condition_variables;
        if let Some(index) = known.iter().position(|one| *one == variable) {
            return Ok(index);
        }
        if known.len() >= CONDITIONS {
            let message = format_args!("the conditions of the operation have more than {CONDITIONS} variables");
            return Err(RequestError::beyond(LimitId::Conditions, message).located(position));
        }
        known.push(variable);
        Ok(known.len() - 1)
    }

    /// Whether a literal is one of a built-in scalar, where juniper's finding is not taken.
    fn check_built_in(&mut self, ty: &str, name: &str, given: &InputValue<Scalar>, position: SourcePosition) {
        if let given @ (InputValue::List(_) | InputValue::Object(_)) = given {
            let message = wrong_leaf(ty, &literal(given, &self.variables)).message;
            self.errors.push(RequestError::at(format!("{message} (at {name})"), position));
        }
    }

    /// Checks the arguments of the introspection: `name` of `__type`, and `includeDeprecated` below.
    fn check_introspection(&mut self, group: &Group<'d>) {
        for (name, given) in group.arguments {
            self.check_built_in("String", name.item, &given.item, given.span.start);
        }
        let mut open: Vec<Selections<'d>> = group.below.iter().map(|(selections, _)| *selections).collect();
        let mut spread_before = BTreeSet::new();
        while let Some(selections) = open.pop() {
            for selection in selections {
                if let Err(error) = self.left.take() {
                    self.errors.push(error);
                    return;
                }
                match selection {
                    Selection::Field(field) => {
                        for (name, given) in field.item.arguments.iter().flat_map(|list| &list.item.items) {
                            self.check_built_in("Boolean", name.item, &given.item, given.span.start);
                        }
                        open.extend(field.item.selection_set.as_deref());
                    }
                    Selection::InlineFragment(fragment) => open.push(&fragment.item.selection_set),
                    Selection::FragmentSpread(spread) => {
                        let name = spread.item.name.item;
                        open.extend(self.fragments.get(name).filter(|_| spread_before.insert(name)));
                    }
                }
            }
        }
    }

    /// Checks that the fields of one response key are the same below, where there is no plan of it.
    fn check_overlaps(&mut self, below: &[Below<'d>]) {
        if !below.is_empty() {
            self.groups(below).iter().for_each(|group| self.check_overlaps(&group.below));
        }
    }

    fn note_schema_keys(&mut self, group: &Group<'d>) {
        let mut keys = SchemaKeys { root: group.key.to_owned(), types: Vec::new(), directives: Vec::new() };
        let below: Vec<_> = group.below.iter().map(|(selections, _)| (*selections, Conditions::default())).collect();
        for member in self.groups(&below) {
            self.check_overlaps(&member.below);
            match member.name {
                "types" if group.name == "__schema" => keys.types.push(member.key.to_owned()),
                "directives" if group.name == "__schema" => keys.directives.push(member.key.to_owned()),
                _ => {}
            }
        }
        self.introspection.push(keys);
    }
}

/// Whether a variable of type `given` may stand where `wanted` is expected.
fn fits(given: &TypeRef, wanted: &TypeRef) -> bool {
    match (given, wanted) {
        (TypeRef::NonNull(given), TypeRef::NonNull(wanted)) => fits(given, wanted),
        (_, TypeRef::NonNull(_)) => false,
        (TypeRef::NonNull(given), wanted) => fits(given, wanted),
        (TypeRef::List(given), TypeRef::List(wanted)) => fits(given, wanted),
        (given, wanted) => given == wanted,
    }
}

impl SelectionSet {
    fn of(entries: Vec<Entry>) -> Self {
        let reorder = entries.len() > 1 && entries.iter().any(|entry| entry.occurrences.len() > 1);
        Self { entries, reorder }
    }

    /// Whether `__schema` or `__type` is selected.
    pub(crate) fn introspects(&self) -> bool {
        self.entries.iter().any(|entry| matches!(entry.kind, EntryKind::Introspection))
    }
}
