//! From a document's text to its plan. juniper parses and validates; what it leaves open is checked here.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use juniper::parser::Spanning;
use juniper::validation::{ValidatorContext, visit_all_rules};
use juniper::{Definition, InputValue, Operation as AstOperation, OperationType, Selection};

use abi::plan::{DefaultValue, Program};
use abi::schema::{Argument, TypeRef};
use abi::types::Kind;
use abi::value::Value;

use super::bounds::{Fragments, Left};
use super::error::RequestError;
use super::input::{Literal, Tables};
use super::plan::{Document, EntryKind, Operation, SelectionSet, Variable};
use super::refusal::Refusal;
use super::root::Root;
use super::scalar::Scalar;
use super::selection::Selector;
use super::{Options, bounds, findings, parse};

/// Everything a document is compiled against.
pub(crate) struct CompileContext<'s> {
    pub(crate) program: &'s Arc<Program>,
    pub(crate) root: &'s Root,
    pub(crate) tables: &'s Tables,
    pub(crate) options: &'s Options,
}

impl CompileContext<'_> {
    /// Whether null stands for a parameter's default, because it may be one that only the guest knows.
    pub(crate) fn null_is_absent(&self, function: u32, index: usize, argument: &Argument) -> bool {
        let function = self.program.functions.get(function as usize);
        let Some(parameter) = function.and_then(|function| function.parameters.get(index)) else { return false };
        match parameter.default {
            DefaultValue::None => false,
            DefaultValue::Placeholder => true,
            // The schema does not publish what the SDK may have written for something else.
            DefaultValue::Literal(_) => {
                argument.default.is_none() && !matches!(self.program.types[parameter.ty].kind, Kind::Optional(_))
            }
        }
    }
}

/// Parses, validates and plans `text`.
pub(crate) fn compile(text: &str, context: &CompileContext<'_>) -> Result<Document, Refusal> {
    let schema = &context.root.schema;
    let mut definitions = parse::parse(text, context)?;
    bounds::check(&definitions, context.options)?;
    let complete = definitions.len();
    drop_unused_fragments(&mut definitions);
    let unknown = unknown_types(&definitions, context);
    if !unknown.is_empty() {
        return Err(Refusal::Invalid(unknown));
    }

    let mut validator = ValidatorContext::new(schema, &definitions);
    findings::without_overlaps(&mut validator);
    visit_all_rules(&mut validator, &definitions);
    let errors = findings::errors(&validator.into_errors(), context.options.suggestions);
    if !errors.is_empty() {
        return Err(Refusal::Invalid(errors));
    }

    let fragments = bounds::fragments(&definitions);
    let mut left = Left::new(context.options);
    let mut operations = Vec::new();
    for definition in &definitions {
        if let Definition::Operation(operation) = definition {
            operations.push(plan(&operation.item, &fragments, context, &mut left).map_err(Refusal::Invalid)?);
        }
    }
    let introspects = operations.iter().any(|operation| operation.root.introspects());
    let introspection_text = match (introspects, definitions.len() == complete) {
        (false, _) => String::new(),
        (true, true) => text.to_owned(),
        (true, false) => text_of(text, &definitions),
    };
    Ok(Document { operations, introspection_text })
}

/// Variables of types that do not exist. juniper reports them too, but a default value ends the process before that.
fn unknown_types(definitions: &[Definition<'_, Scalar>], context: &CompileContext<'_>) -> Vec<RequestError> {
    let mut errors = Vec::new();
    for definition in definitions {
        let Definition::Operation(operation) = definition else { continue };
        for (_, variable) in operation.item.variables_definition.iter().flat_map(|list| list.item.iter()) {
            let name = variable.var_type.item.innermost_name();
            if context.root.schema.concrete_type_by_name(name).is_none() {
                errors.push(RequestError::at(format!("Unknown type \"{name}\"."), variable.var_type.span.start));
            }
        }
    }
    errors
}

/// Removes fragments that no operation uses; the rules would refuse them, clients send them.
fn drop_unused_fragments(definitions: &mut Vec<Definition<'_, Scalar>>) {
    let mut fragments = HashMap::new();
    let mut open: Vec<&[Selection<'_, Scalar>]> = Vec::new();
    for definition in &*definitions {
        match definition {
            Definition::Operation(operation) => open.push(&operation.item.selection_set),
            Definition::Fragment(fragment) => {
                fragments.insert(fragment.item.name.item, &*fragment.item.selection_set);
            }
        }
    }
    let mut used = HashSet::new();
    while let Some(selections) = open.pop() {
        for selection in selections {
            match selection {
                Selection::Field(field) => open.extend(field.item.selection_set.as_deref()),
                Selection::InlineFragment(fragment) => open.push(&fragment.item.selection_set),
                Selection::FragmentSpread(spread) => {
                    let name = spread.item.name.item;
                    if used.insert(name) {
                        open.extend(fragments.get(name));
                    }
                }
            }
        }
    }
    definitions.retain(|definition| match definition {
        Definition::Operation(_) => true,
        Definition::Fragment(fragment) => used.contains(fragment.item.name.item),
    });
}

/// The text of `definitions` alone. juniper counts positions in characters.
fn text_of(text: &str, definitions: &[Definition<'_, Scalar>]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text.chars();
    let mut position = 0;
    for definition in definitions {
        let span = match definition {
            Definition::Operation(operation) => operation.span,
            Definition::Fragment(fragment) => fragment.span,
        };
        let (start, end) = (span.start.index(), span.end.index());
        rest.by_ref().take(start.saturating_sub(position)).for_each(drop);
        result.extend(rest.by_ref().take(end.saturating_sub(start)));
        result.push('\n');
        position = end;
    }
    result
}

fn plan(
    operation: &AstOperation<'_, Scalar>,
    fragments: &Fragments<'_>,
    context: &CompileContext<'_>,
    left: &mut Left,
) -> Result<Operation, Vec<RequestError>> {
    let mut errors = Vec::new();
    let mut variables = Vec::new();
    let mut indexes = HashMap::new();
    for (name, definition) in operation.variables_definition.iter().flat_map(|list| list.item.iter()) {
        let ty = type_ref(&definition.var_type.item.to_string());
        let default = definition
            .default_value
            .as_ref()
            .and_then(|default| default_of(name.item, &ty, default, context).map_err(|error| errors.push(error)).ok());
        indexes.insert(name.item, variables.len());
        variables.push(Variable { name: name.item.to_owned(), ty, default });
    }

    let mut selector = Selector::new(context, fragments, indexes, &variables, left);
    let root = match operation.operation_type {
        OperationType::Mutation if context.tables.schema().mutation.is_empty() => {
            errors.push(RequestError::new("Schema is not configured for mutations."));
            SelectionSet::default()
        }
        kind => selector.root(kind, &operation.selection_set),
    };
    let single = matches!(&*root.entries, [entry] if matches!(entry.kind, EntryKind::Call { .. }));
    if operation.operation_type == OperationType::Subscription && !single && selector.errors.is_empty() {
        let name = operation.name.as_ref().map_or("anonymous", |name| name.item);
        errors.push(RequestError::new(format!("subscription: {name} must only have one root selection")));
    }
    errors.append(&mut selector.errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    let Selector { condition_variables, introspection, .. } = selector;
    let name = operation.name.as_ref().map(|name| name.item.to_owned());
    Ok(Operation { name, kind: operation.operation_type, variables, condition_variables, root, introspection })
}

fn default_of(
    name: &str,
    ty: &TypeRef,
    default: &Spanning<InputValue<Scalar>>,
    context: &CompileContext<'_>,
) -> Result<Value, RequestError> {
    let literal = literal(&default.item, &HashMap::new());
    match context.tables.literal(&literal, ty, None) {
        Ok(value) => Ok(value.unwrap_or(Value::Null)),
        Err(error) => {
            let message = format!("Variable \"${name}\" has invalid default value; {}", error.message);
            Err(RequestError::at(message, default.span.start))
        }
    }
}

/// A type in GraphQL's notation; juniper does not let its own form be taken apart.
fn type_ref(text: &str) -> TypeRef {
    if let Some(inner) = text.strip_suffix('!') {
        return TypeRef::NonNull(Box::new(type_ref(inner)));
    }
    match text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        Some(inner) => TypeRef::List(Box::new(type_ref(inner))),
        None => TypeRef::Named(text.to_owned()),
    }
}

/// A literal of the document; unknown variables (refused by validation) are null.
pub(crate) fn literal(value: &InputValue<Scalar>, variables: &HashMap<&str, usize>) -> Literal {
    match value {
        InputValue::Null => Literal::Value(Value::Null),
        InputValue::Scalar(Scalar::Boolean(value)) => Literal::Value(Value::Bool(*value)),
        InputValue::Scalar(Scalar::Number(text)) => Literal::Value(Value::from_number_text(text)),
        InputValue::Scalar(Scalar::Text(text)) => Literal::Value(Value::String(text.clone())),
        InputValue::Enum(name) => Literal::Enum(name.clone()),
        InputValue::Variable(name) => {
            variables.get(name.as_str()).map_or(Literal::Value(Value::Null), |index| Literal::Variable(*index))
        }
        InputValue::List(items) => Literal::List(items.iter().map(|item| literal(&item.item, variables)).collect()),
        InputValue::Object(entries) => Literal::Object(
            entries.iter().map(|(name, value)| (name.item.as_str().into(), literal(&value.item, variables))).collect(),
        ),
    }
}
