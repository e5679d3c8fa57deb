//! Structured logs (`wasm-host` section 6): lines for people, or JSON lines.

mod layer;
pub mod metrics;
mod record;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

pub use record::{LogContext, Record, Severity};

use crate::environment::is_true;

/// Starts logging to standard error. `RUST_LOG` may hold a level name; `MODUS_DEBUG` means debug.
///
/// A second call has no effect.
pub fn init(json: bool) {
    let debug = std::env::var("MODUS_DEBUG").is_ok_and(|text| is_true(&text));
    let fallback = if debug { tracing::Level::DEBUG } else { tracing::Level::INFO };
    let level = std::env::var("RUST_LOG").ok().and_then(|text| text.trim().parse().ok()).unwrap_or(fallback);
    let layer = layer::Lines::new(level, json);
    // Fails only where a subscriber exists already, which then stays.
    let _ = tracing_subscriber::registry().with(layer).try_init();
}
