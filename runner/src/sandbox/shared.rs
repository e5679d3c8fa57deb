//! What all calls of an app share.

use std::sync::Arc;

use abi::plan::Program;

use super::guest::ExportTable;
use crate::hosts::Services;

/// Read-only data of a sandbox.
pub(crate) struct Shared {
    pub(crate) program: Arc<Program>,
    pub(crate) services: Services,
    pub(crate) exports: ExportTable,
    pub(crate) limits: abi::guest::Limits,
    /// See `Options::collect`.
    pub(crate) collect: bool,
}
