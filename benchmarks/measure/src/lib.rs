//! What the measuring programs share beside the load client: the load that wrk makes.

pub mod wrk;

/// Any failure ends a measurement: figures with missing rounds would not compare like with like.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
