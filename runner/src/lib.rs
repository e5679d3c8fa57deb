//! Serves a compiled Modus app: every GraphQL root field is a call in a fresh sandbox.

pub mod app;
pub mod auth;
pub mod call;
pub mod capacity;
pub mod cli;
pub mod client;
mod compute;
pub mod egress;
pub mod environment;
pub mod events;
pub mod graphql;
pub mod host_functions;
mod label;
pub mod limits;
pub mod load;
mod output;
pub mod panics;
mod private_keys;
pub mod process;
pub mod sandbox;
pub mod server;
pub mod settings;
pub mod state;
pub mod telemetry;
mod time_limit;
pub mod vectors;
