//! `modus_neo4j_client`: Cypher for Neo4j (`host-functions` section 13).

use std::sync::Arc;

use abi::host_functions as table;
use abi::value::Value;

use super::capability::Function;
use super::{Capability, Invocation, Messages, Pending, Setup};

/// The capability.
pub(super) struct Neo4j;

impl Capability for Neo4j {
    const TABLE: &'static table::Capability = &table::NEO4J;

    const FUNCTIONS: &'static [Function<Self>] = &[Function::waiting("executeQuery", Messages::NONE, Self::execute)];

    fn configure(_: &Setup<'_>) -> Self {
        Self
    }
}

impl Neo4j {
    fn execute(self: &Arc<Self>, _: &Invocation<'_>, _: &[Value]) -> Pending {
        Box::pin(async { Err("not there yet".into()) })
    }
}
