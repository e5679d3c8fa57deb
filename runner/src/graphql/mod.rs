//! GraphQL: documents, arguments, execution.
mod root;
mod scalar;
