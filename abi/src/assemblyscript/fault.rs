//! Errors that only this language has.

pub(super) use crate::fault::Fault;
use crate::types::{Kind, Sequence, TypePlan};

impl Fault {
    /// Null for a type that has none; `what` tells a null host value from a null address.
    pub(super) fn null(what: &str, plan: &TypePlan) -> Self {
        match &plan.kind {
            Kind::String => format!("unexpected {what} for non-nullable string"),
            Kind::List { sequence: Sequence::Buffer, .. } => format!("unexpected {what} for non-nullable ArrayBuffer"),
            _ => format!("unexpected {what} for non-nullable type {}", plan.name),
        }
        .into()
    }
}
