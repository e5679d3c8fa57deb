//! The HTTP server: sockets, routes, CORS, limits. What happens behind a GraphQL route is in [`crate::graphql`].

mod auth;
mod cors;
mod listen;
mod routes;
mod serve;
mod service;
#[cfg(test)]
mod tests;

pub use auth::{Authenticate, Refusal, WithoutKeys};
pub use listen::{BindError, bind, listen};
pub use routes::{Health, Routes};
pub use serve::serve;
pub use service::{Limits, Server};
