//! Logs (`wasm-host` section 6) as lines for people or JSON lines, metrics, traces.

mod filter;
mod layer;
pub mod metrics;
mod record;
pub mod traces;

use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

pub use record::{LogContext, Record, Severity};

use filter::Filter;
use traces::Service;

/// Starts logging to standard error, as the variables `RUST_LOG`, `MODUS_LOG_LEVEL` and `MODUS_DEBUG` ask for, and traces
/// where they are asked for.
///
/// A second call has no effect.
///
/// # Errors
/// A sentence when traces cannot be exported as asked for.
pub fn init(json: bool, service: Service<'_>) -> Result<(), String> {
    let (filter, fault) = Filter::from_variables(|name| std::env::var(name).ok());
    // Fails only where a subscriber exists already, which then stays.
    let _ = match traces::layer(service)? {
        None => layer::Lines::new(filter, json).try_init(),
        Some(traces) => {
            let most = filter.most();
            let rule = filter.clone();
            let events = filter_fn(move |metadata| metadata.is_event() && rule.allows(metadata));
            let lines = layer::Lines::new(filter, json).with_filter(events.with_max_level_hint(most));
            tracing_subscriber::registry().with(traces).with(lines).try_init()
        }
    };
    if let Some(fault) = fault {
        tracing::warn!(target: "modus", "{fault}");
    }
    Ok(())
}
