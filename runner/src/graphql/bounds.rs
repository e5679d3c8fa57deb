//! Limits on documents beyond juniper's own.

use std::collections::HashMap;

use juniper::parser::{ParseError, Spanning};
use juniper::{Definition, Selection};

use super::Options;
use super::error::RequestError;
use super::scalar::Scalar;
use crate::limits::LimitId;

/// The error for a document that juniper cannot parse, or that is beyond one of its limits.
pub(crate) fn syntax(error: &Spanning<ParseError>) -> RequestError {
    let limit = match error.item {
        ParseError::DepthLimitExceeded(_) => LimitId::MaxSelectionDepth,
        ParseError::TokenLimitExceeded(_) | ParseError::FieldLimitExceeded(_) => LimitId::MaxTokens,
        _ => return RequestError::at(error.item.to_string(), error.span.start),
    };
    RequestError::beyond(limit, &error.item).located(error.span.start)
}

/// Refuses a document with too many aliases or root fields, before any work is done for it.
pub(crate) fn check(definitions: &[Definition<'_, Scalar>], options: &Options) -> Result<(), RequestError> {
    let aliases = definitions.iter().map(|definition| aliases(selections(definition))).sum::<usize>();
    let most = options.limits.max_aliases;
    if aliases > most {
        let message = format_args!("the document has {aliases} aliases; at most {most} are allowed");
        return Err(RequestError::beyond(LimitId::MaxAliases, message));
    }
    for definition in definitions {
        let Definition::Operation(operation) = definition else { continue };
        let most = options.limits.max_root_fields;
        if root_fields(&operation.item.selection_set, definitions, most + 1) > most {
            let message = format_args!("the operation selects more than {most} fields at its root");
            return Err(RequestError::beyond(LimitId::MaxRootFields, message).located(operation.span.start));
        }
    }
    Ok(())
}

/// Lists of a type in introspection. Each of them inside another multiplies the answer.
const LISTS: [&str; 4] = ["fields", "inputFields", "interfaces", "possibleTypes"];
/// How many of them may be inside each other, themselves included. No tool needs more than one.
const MOST_LISTS: usize = 3;
/// What is said of more.
pub(crate) const CIRCULAR: &str = "introspection is nested too deeply: fields of types of fields of types of fields";

/// Whether a selection of introspection goes around in circles.
pub(crate) fn is_circular(
    selections: &[Selection<'_, Scalar>],
    fragments: &HashMap<&str, &[Selection<'_, Scalar>]>,
    lists: usize,
) -> bool {
    selections.iter().any(|selection| match selection {
        Selection::Field(field) => {
            let lists = lists + usize::from(LISTS.contains(&field.item.name.item));
            let below = field.item.selection_set.as_deref().unwrap_or_default();
            lists >= MOST_LISTS || is_circular(below, fragments, lists)
        }
        Selection::InlineFragment(fragment) => is_circular(&fragment.item.selection_set, fragments, lists),
        Selection::FragmentSpread(spread) => {
            fragments.get(spread.item.name.item).is_some_and(|below| is_circular(below, fragments, lists))
        }
    })
}

fn selections<'d>(definition: &'d Definition<'_, Scalar>) -> &'d [Selection<'d, Scalar>] {
    match definition {
        Definition::Operation(operation) => &operation.item.selection_set,
        Definition::Fragment(fragment) => &fragment.item.selection_set,
    }
}

fn aliases(selections: &[Selection<'_, Scalar>]) -> usize {
    let mut open = vec![selections];
    let mut count = 0;
    while let Some(selections) = open.pop() {
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    count += usize::from(field.item.alias.is_some());
                    open.extend(field.item.selection_set.as_deref());
                }
                Selection::InlineFragment(fragment) => open.push(&fragment.item.selection_set),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    count
}

/// Fields selected at the root, those of fragments included, counted up to `most`. Each spread counts as well, so that
/// the search ends however fragments refer to each other.
fn root_fields(root: &[Selection<'_, Scalar>], definitions: &[Definition<'_, Scalar>], most: usize) -> usize {
    let mut open = vec![root];
    let mut count = 0;
    while let Some(selections) = open.pop() {
        for selection in selections {
            if count >= most {
                return count;
            }
            match selection {
                Selection::Field(_) => count += 1,
                Selection::InlineFragment(fragment) => {
                    count += usize::from(fragment.item.selection_set.is_empty());
                    open.push(&fragment.item.selection_set);
                }
                Selection::FragmentSpread(spread) => {
                    count += 1;
                    let named = definitions.iter().find_map(|definition| match definition {
                        Definition::Fragment(fragment) if fragment.item.name.item == spread.item.name.item => {
                            Some(&*fragment.item.selection_set)
                        }
                        _ => None,
                    });
                    open.extend(named);
                }
            }
        }
    }
    count
}
