//! The Bolt protocol, versions 5.0 to 5.4 and 4.4, as far as a client needs it that runs one query in one transaction.

pub(super) mod connection;
pub(super) mod message;
pub(super) mod packstream;
mod wire;
