//! What all calls of an app share.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use abi::plan::Program;

use super::lazy::Lazy;
use crate::hosts::Services;
use crate::telemetry::metrics::HostFunctionMetrics;

/// Read-only data of a sandbox.
pub(crate) struct Shared {
    pub(crate) program: Arc<Program>,
    pub(crate) services: Arc<Services>,
    pub(crate) limits: abi::guest::Limits,
    /// See `Options::collect`.
    pub(crate) collect: bool,
    /// What is measured about the imports, in the order of the program.
    pub(crate) metrics: Vec<HostFunctionMetrics>,
    /// Whether the last call of each function took so long that it left its event loop, in the order of the program.
    pub(crate) long: Lazy<AtomicBool>,
}
