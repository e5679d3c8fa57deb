//! Logs (`wasm-host` section 6) as lines for people or JSON lines, metrics, traces.

mod filter;
mod layer;
pub mod log;
pub mod metrics;
mod queue;
mod record;
mod style;
pub mod traces;

use opentelemetry_http::HttpClient;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

pub(crate) use record::FROM_FUNCTION;
pub use record::{LogContext, Record, Severity};

use filter::Filter;
use style::Style;

/// Has a log for standard error made, as the variables `RUST_LOG`, `MODUS_LOG_LEVEL` and `MODUS_DEBUG` ask for, and traces
/// of `app` where there is a client to send them ([`traces::are_wanted`]). Lines are written from [`log::start`] on.
///
/// A second call has no effect.
///
/// # Errors
/// A sentence when traces cannot be exported as asked for.
pub fn init(json: bool, app: &str, client: Option<impl HttpClient + 'static>) -> Result<(), String> {
    let (filter, fault) = Filter::from_variables(|name| std::env::var(name).ok());
    let queue = log::queue(Style::new(json));
    // Fails only where a subscriber exists already, which then stays.
    let _ = match client.map(|client| traces::layer(app, client)).transpose()? {
        None => layer::Lines::new(filter, queue).try_init(),
        Some(traces) => {
            let most = filter.most();
            let rule = filter.clone();
            let events = filter_fn(move |metadata| metadata.is_event() && rule.allows(metadata));
            let lines = layer::Lines::new(filter, queue).with_filter(events.with_max_level_hint(most));
            tracing_subscriber::registry().with(traces).with(lines).try_init()
        }
    };
    if let Some(fault) = fault {
        tracing::warn!(target: "modus", "{fault}");
    }
    Ok(())
}
