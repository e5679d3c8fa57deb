//! Peers of the benchmarks: one function of a Modus app in wasmtime, with the settings of a program that just uses it.
//!
//! There is no GraphQL here: every request calls `sayHello` without arguments, in an instance of its own whose start
//! function runs. Instances are allocated on demand, that is without a pool. Calls can be interrupted, as a server of
//! foreign code needs it.

mod guest;
mod server;

use std::sync::Arc;
use std::time::Duration;

use wasmtime::{Config, Engine, Module};

pub use guest::App;

/// What went wrong; shown and nothing else.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How often a running call is asked whether its time is up.
const TICK: Duration = Duration::from_millis(10);

/// The engine of both peers: an artifact of the one is loaded by the other.
///
/// # Errors
/// When wasmtime refuses the configuration.
pub fn engine() -> Result<Engine> {
    let mut config = Config::new();
    // Neither is used by these apps; set, because their defaults depend on whether the compiler is built in.
    config.epoch_interruption(true).gc_support(false).concurrency_support(false);
    Ok(Engine::new(&config)?)
}

/// Serves the app on a port of this machine, for ever.
///
/// # Errors
/// When the app cannot be linked or the port not be bound.
pub fn serve(engine: &Engine, module: &Module, port: &str) -> Result<()> {
    let app = Arc::new(App::new(engine, module)?);
    let ticking = engine.clone();
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(TICK);
            ticking.increment_epoch();
        }
    });
    server::run(app, port.parse()?)
}
