//! Host functions: one file for each capability, and one line of a list.

mod capability;
mod collections;
mod connection;
mod database;
mod dgraph;
mod graphql;
mod history;
mod http;
mod json;
mod masked;
mod metadata;
mod models;
mod neo4j;
mod own;
mod pauses;
mod secrets;
mod sql;
mod system;
mod template;
mod thread;
mod turns;
mod values;
mod written;

use std::sync::Arc;

use abi::plan::ImportPlan;
use futures::future::BoxFuture;

use capability::Bound;
pub use capability::{
    About, Answer, Called, Capability, HostError, HostFunction, Invocation, Messages, Pending, Setup,
};
pub use history::{History, HistoryError, Wanted as WantedHistory, flush as flush_history};
pub use models::HostedModels;
pub use own::OwnFunctions;

/// All capabilities, one line for each.
const CAPABILITIES: &[Listed] = &[
    // Sorted by module.
    listed::<collections::Collections>(),
    listed::<dgraph::Dgraph>(),
    listed::<graphql::GraphQl>(),
    listed::<http::Http>(),
    listed::<models::Models>(),
    listed::<neo4j::Neo4j>(),
    listed::<secrets::Secrets>(),
    listed::<sql::Sql>(),
    listed::<system::System>(),
];

/// A capability, whatever its type is.
struct Listed {
    module: &'static str,
    bind: fn(&[ImportPlan], &Setup<'_>, &mut Slots),
    check: fn(&Setup<'_>, bool) -> BoxFuture<'static, Vec<String>>,
}

/// What stands behind each import.
type Slots = Box<[Option<Box<dyn HostFunction>>]>;

const fn listed<C: Capability>() -> Listed {
    Listed { module: C::TABLE.module, bind: bind::<C>, check: C::check }
}

/// Configures a capability, and puts its functions behind the imports that name them.
fn bind<C: Capability>(imports: &[ImportPlan], setup: &Setup<'_>, slots: &mut Slots) {
    let state = Arc::new(C::configure(setup));
    for (import, slot) in imports.iter().zip(slots).filter(|(import, _)| import.module == C::TABLE.module) {
        if let Some(function) = C::FUNCTIONS.iter().find(|function| function.about.name == import.name) {
            *slot = Some(Box::new(Bound { state: Arc::clone(&state), function }));
        }
    }
}

/// What stands behind an app's imports, in the order of the program's.
#[derive(Debug)]
pub struct HostFunctions(Slots);

impl HostFunctions {
    /// Configures the capabilities that an app imports functions of.
    pub fn configure(imports: &[ImportPlan], setup: &Setup<'_>) -> Self {
        let mut slots: Slots = imports.iter().map(|_| None).collect();
        let is_imported = |listed: &&Listed| imports.iter().any(|import| import.module == listed.module);
        CAPABILITIES.iter().filter(is_imported).for_each(|listed| (listed.bind)(imports, setup, &mut slots));
        Self(slots)
    }

    /// With host functions of whoever embeds the runner, which go before the built-in ones.
    #[must_use]
    pub fn with(mut self, imports: &[ImportPlan], find: impl Fn(&ImportPlan) -> Option<Box<dyn HostFunction>>) -> Self {
        for (import, slot) in imports.iter().zip(&mut self.0) {
            *slot = find(import).or_else(|| slot.take());
        }
        self
    }

    /// What stands behind an import of the program.
    pub(crate) fn get(&self, import: usize) -> Option<&dyn HostFunction> {
        self.0.get(import)?.as_deref()
    }
}

/// What is wrong with the connections of a manifest, whether or not the app uses them, and with the metadata database. With
/// `connect` their servers are tried.
pub async fn check(setup: &Setup<'_>, connect: bool) -> Vec<String> {
    let checks: Vec<_> = CAPABILITIES.iter().map(|listed| (listed.check)(setup, connect)).collect();
    let of_metadata = metadata::check(setup, connect);
    let (mut faults, of_metadata) = futures::future::join(futures::future::join_all(checks), of_metadata).await;
    faults.push(of_metadata);
    faults.concat()
}

#[cfg(test)]
mod tests {
    use abi::host_functions;

    use super::*;

    #[test]
    fn the_table_says_that_each_capability_is_there() {
        for listed in CAPABILITIES {
            let mut known = host_functions::CAPABILITIES.iter();
            assert!(known.any(|known| known.module == listed.module && known.is_available), "{}", listed.module);
        }
    }
}
