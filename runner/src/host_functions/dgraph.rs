//! `modus_dgraph_client`: queries and mutations of Dgraph (`host-functions` section 12).

use std::sync::Arc;

use abi::host_functions as table;
use abi::value::Value;

use super::capability::Function;
use super::{Capability, Invocation, Messages, Pending, Setup};

/// The capability.
pub(super) struct Dgraph;

impl Capability for Dgraph {
    const TABLE: &'static table::Capability = &table::DGRAPH;

    const FUNCTIONS: &'static [Function<Self>] = &[Function::waiting("executeQuery", Messages::NONE, Self::execute)];

    fn configure(_: &Setup<'_>) -> Self {
        Self
    }
}

impl Dgraph {
    fn execute(self: &Arc<Self>, _: &Invocation<'_>, _: &[Value]) -> Pending {
        Box::pin(async { Err("not there yet".into()) })
    }
}
