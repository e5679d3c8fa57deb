//! GraphQL: documents, arguments, execution.
mod compile;
mod error;
mod input;
mod plan;
mod root;
mod scalar;
mod selection;
