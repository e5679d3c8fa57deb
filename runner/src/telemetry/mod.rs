//! Structured logs (`wasm-host` section 6): lines for people, or JSON lines.

mod filter;
mod layer;
pub mod metrics;
mod record;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

pub use record::{LogContext, Record, Severity};

use filter::Filter;

/// Starts logging to standard error, as the variables `RUST_LOG`, `MODUS_LOG_LEVEL` and `MODUS_DEBUG` ask for.
///
/// A second call has no effect.
pub fn init(json: bool) {
    let (filter, fault) = Filter::from_variables(|name| std::env::var(name).ok());
    let layer = layer::Lines::new(filter, json);
    // Fails only where a subscriber exists already, which then stays.
    let _ = tracing_subscriber::registry().with(layer).try_init();
    if let Some(fault) = fault {
        tracing::warn!(target: "modus", "{fault}");
    }
}
