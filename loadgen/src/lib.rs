//! What `modusc bench` and the benchmarks measure servers with: one client, load loops, percentiles, and the servers as
//! processes.
//!
//! It is shipped with `modusc`, and so it does not lie with the benchmarks, which are not.

pub mod client;
pub mod cores;
pub mod load;
pub mod process;
pub mod samples;
pub mod server;
