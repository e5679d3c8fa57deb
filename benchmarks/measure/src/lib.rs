//! What the measuring programs share: samples, and servers as processes on cores of their own.

pub mod process;
pub mod samples;

/// Any failure ends a measurement: figures with missing rounds would not compare like with like.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
