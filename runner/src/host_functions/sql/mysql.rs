//! MySQL and MariaDB (`host-functions` sections 9.3, 9.4 and 9.6).

use super::{Done, Operation};
use crate::host_functions::HostError;
use crate::host_functions::database::DatabaseError;
use crate::limits::DatabaseLimits;

/// A MySQL database: its pool of connections.
pub(in crate::host_functions) struct Database;

impl Database {
    pub(super) fn new(_address: &str, _limits: DatabaseLimits) -> Result<Self, HostError> {
        Ok(Self)
    }

    pub(super) async fn run(&self, _operation: Operation, _most: usize) -> Result<Done, DatabaseError> {
        Err(DatabaseError::Unusable("not there yet".to_owned()))
    }
}
