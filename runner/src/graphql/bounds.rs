//! Limits on documents beyond juniper's own.

use juniper::parser::{ParseError, Spanning};
use juniper::{Definition, Selection};

use super::Options;
use super::error::RequestError;
use super::scalar::Scalar;

/// The error for a document that juniper cannot parse, or that is beyond one of its limits.
pub(crate) fn syntax(error: &Spanning<ParseError>) -> RequestError {
    let limit = match error.item {
        ParseError::DepthLimitExceeded(_) => " (limit `max-selection-depth`)",
        ParseError::TokenLimitExceeded(_) | ParseError::FieldLimitExceeded(_) => " (limit `max-tokens`)",
        _ => "",
    };
    RequestError::at(format!("{}{limit}", error.item), error.span.start)
}

/// Refuses a document with too many aliases or root fields, before any work is done for it.
pub(crate) fn check(definitions: &[Definition<'_, Scalar>], options: &Options) -> Result<(), RequestError> {
    let aliases = definitions.iter().map(|definition| aliases(selections(definition))).sum::<usize>();
    let most = options.max_aliases;
    if aliases > most {
        let message = format!("the document has {aliases} aliases; at most {most} are allowed (limit `max-aliases`)");
        return Err(RequestError::new(message));
    }
    for definition in definitions {
        let Definition::Operation(operation) = definition else { continue };
        let most = options.max_root_fields;
        if root_fields(&operation.item.selection_set, definitions, most + 1) > most {
            let message =
                format!("the operation selects more than {most} fields at its root (limit `max-root-fields`)");
            return Err(RequestError::at(message, operation.span.start));
        }
    }
    Ok(())
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
