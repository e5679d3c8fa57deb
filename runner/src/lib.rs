//! Serves a compiled Modus app: every GraphQL root field is a call in a fresh sandbox.

pub mod app;
pub mod auth;
pub mod call;
pub mod capacity;
pub mod cli;
mod compute;
pub mod environment;
pub mod events;
pub mod graphql;
pub mod hosts;
mod label;
pub mod limits;
pub mod load;
pub mod panics;
pub mod sandbox;
pub mod server;
pub mod settings;
pub mod telemetry;
