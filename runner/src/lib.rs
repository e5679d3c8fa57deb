//! Serves a compiled Modus app: every GraphQL root field is a call in a fresh sandbox.

pub mod call;
pub mod environment;
pub mod graphql;
pub mod hosts;
pub mod http;
pub mod load;
pub mod sandbox;
pub mod telemetry;
