//! Limits on documents beyond juniper's own.

use std::collections::HashMap;

use juniper::parser::{ParseError, Spanning};
use juniper::{Definition, Selection};

use super::Options;
use super::error::RequestError;
use super::scalar::Scalar;
use crate::limits::{INTROSPECTED, LimitId};

/// The selections of fragments by their names.
pub(crate) type Fragments<'d> = HashMap<&'d str, &'d [Selection<'d, Scalar>]>;

/// Those of a document.
pub(crate) fn fragments<'d>(definitions: &'d [Definition<'d, Scalar>]) -> Fragments<'d> {
    let fragments = definitions.iter().filter_map(|definition| match definition {
        Definition::Fragment(fragment) => Some((fragment.item.name.item, &*fragment.item.selection_set)),
        Definition::Operation(_) => None,
    });
    fragments.collect()
}

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
    let fragments = fragments(definitions);
    let aliases = definitions.iter().map(|definition| aliases(selections(definition))).sum::<usize>();
    let most = options.limits.max_aliases;
    if aliases > most {
        let message = format_args!("the document has {aliases} aliases; at most {most} are allowed");
        return Err(RequestError::beyond(LimitId::MaxAliases, message));
    }
    for definition in definitions {
        let Definition::Operation(operation) = definition else { continue };
        let most = options.limits.max_root_fields;
        if root_fields(&operation.item.selection_set, &fragments, most + 1) > most {
            let message = format_args!("the operation selects more than {most} fields at its root");
            return Err(RequestError::beyond(LimitId::MaxRootFields, message).located(operation.span.start));
        }
    }
    Ok(())
}

/// Selections that the operations of a document may have together for each of its tokens. One alone may have as many fields
/// as there may be tokens.
const SELECTIONS_OF_A_TOKEN: usize = 2;

/// What the operations of a document may still select, those of fragments counted each time: the plan of each says all of
/// it.
pub(crate) struct Left {
    selections: usize,
    most: usize,
}

impl Left {
    /// All of it.
    pub(crate) fn new(options: &Options) -> Self {
        let most = options.limits.max_tokens.saturating_mul(SELECTIONS_OF_A_TOKEN);
        Self { selections: most, most }
    }

    /// Takes one.
    ///
    /// # Errors
    /// Where there is none.
    pub(crate) fn take(&mut self) -> Result<(), RequestError> {
        let beyond = || {
            let message = format_args!(
                "the operations of the document select more than {} fields once fragments are spread",
                self.most
            );
            RequestError::beyond(LimitId::MaxTokens, message)
        };
        self.selections = self.selections.checked_sub(1).ok_or_else(beyond)?;
        Ok(())
    }
}

/// Lists of a type in introspection. Each of them inside another multiplies the answer.
const LISTS: [&str; 4] = ["fields", "inputFields", "interfaces", "possibleTypes"];
/// How many of them may be inside each other, themselves included. No tool needs more than one.
const MOST_LISTS: usize = 3;
/// What is said of more.
const CIRCULAR: &str = "introspection is nested too deeply: fields of types of fields of types of fields";
/// How many fields one counts for in each list within another: about as many as there are in a list.
const IN_A_LIST: usize = 10;

/// What an operation selects of the schema. Fragments multiply it within the document, and lists multiply it in the answer.
pub(crate) struct Introspection {
    /// Fields that may still be selected.
    left: usize,
}

impl Introspection {
    /// Nothing so far.
    pub(crate) fn new() -> Self {
        Self { left: INTROSPECTED }
    }

    /// Counts the selection below `__schema` or `__type`.
    ///
    /// # Errors
    /// Where it is too large, or goes around in circles.
    pub(crate) fn select(
        &mut self,
        selections: &[Selection<'_, Scalar>],
        fragments: &Fragments<'_>,
        left: &mut Left,
    ) -> Result<(), RequestError> {
        self.below(selections, fragments, left, 0, 0)
    }

    /// `lists` are those of [`LISTS`] around it, `levels` all that multiply it.
    fn below(
        &mut self,
        selections: &[Selection<'_, Scalar>],
        fragments: &Fragments<'_>,
        left: &mut Left,
        lists: usize,
        levels: u32,
    ) -> Result<(), RequestError> {
        for selection in selections {
            let (cost, below, name) = match selection {
                Selection::Field(field) => {
                    let below = field.item.selection_set.as_deref().unwrap_or_default();
                    (IN_A_LIST.saturating_pow(levels.saturating_sub(1)), below, field.item.name.item)
                }
                Selection::InlineFragment(fragment) => (1, &*fragment.item.selection_set, ""),
                Selection::FragmentSpread(spread) => {
                    (1, fragments.get(spread.item.name.item).copied().unwrap_or_default(), "")
                }
            };
            self.take(cost)?;
            left.take()?;
            let list = LISTS.contains(&name);
            let lists = lists + usize::from(list);
            if lists >= MOST_LISTS {
                return Err(RequestError::new(CIRCULAR));
            }
            self.below(below, fragments, left, lists, levels + u32::from(list || name == "types"))?;
        }
        Ok(())
    }

    fn take(&mut self, fields: usize) -> Result<(), RequestError> {
        let beyond = || {
            let message = format_args!("the operation selects more of the schema than {INTROSPECTED} fields");
            RequestError::beyond(LimitId::Introspected, message)
        };
        self.left = self.left.checked_sub(fields).ok_or_else(beyond)?;
        Ok(())
    }
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
fn root_fields<'d>(root: &'d [Selection<'d, Scalar>], fragments: &Fragments<'d>, most: usize) -> usize {
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
                    open.extend(fragments.get(spread.item.name.item));
                }
            }
        }
    }
    count
}
