//! PostgreSQL (`host-functions` sections 9.2 to 9.5).
//!
//! The messages are those of postgres-protocol. The client is our own, for values are wanted as the texts that the server
//! itself writes, whatever their types: that is the only form that every type has.

mod address;
mod login;
mod parameters;
mod pool;
mod rows;
mod run;
mod session;
mod statements;
mod tls;
mod types;
mod values;
mod wire;

use super::{Done, Operation};
use crate::client::Clients;
use crate::environment::Environment;
use crate::host_functions::HostError;
use crate::host_functions::database::{Behind, DatabaseError};
use crate::limits::DatabaseLimits;
use address::Address;
use pool::Pool;
use types::Types;

/// A PostgreSQL database: its pool of connections, and the types that it has.
pub(in crate::host_functions) struct Database {
    pool: Pool,
    types: Types,
}

impl Behind for Database {
    const SYSTEM: &'static str = "postgresql";
}

impl Database {
    /// `address` is a connection string; what it lacks may stand in `PG*` variables of the environment.
    pub(super) fn new(
        address: &str,
        environment: &Environment,
        clients: Clients,
        limits: DatabaseLimits,
    ) -> Result<Self, HostError> {
        let address = Address::parse(address, |name| environment.get(name))?;
        Ok(Self { pool: Pool::new(address, clients, limits), types: Types::default() })
    }

    /// What of the environment the address rests on, for [`Doors::open`](crate::host_functions::database::Doors::open).
    pub(super) fn surroundings(environment: &Environment) -> String {
        let values =
            address::VARIABLES.iter().filter_map(|(name, _)| Some(format!("\n{name}={}", environment.get(name)?)));
        values.collect()
    }

    /// Runs a statement; its answer may have so many bytes.
    pub(super) async fn run(&self, operation: Operation, most: usize) -> Result<Done, DatabaseError> {
        let mut session = self.pool.get().await?;
        session.run(&operation, &self.types, most).await
    }
}
