//! What the environment says that cannot be used, told soon after the start and not by the first call that needs it.

use std::sync::Arc;

use crate::client;
use crate::environment::Environment;

/// Everything that is wrong, a sentence for each. The start goes on without these settings.
pub(super) fn faults(environment: &Environment) -> Vec<String> {
    let zone = environment.unknown_time_zone().map(|value| {
        let instead = environment.host_time_zone();
        format!("TZ is {value:?}, which means no time zone; {instead} counts. Name one, as in TZ=Europe/Berlin")
    });
    zone.into_iter().chain(client::root_faults()).collect()
}

/// Logs everything that is wrong.
pub(super) fn warn(environment: &Environment) {
    for fault in faults(environment) {
        tracing::warn!(target: "modus", "A setting of the environment cannot be used: {fault}.");
    }
}

/// The same in a thread of its own, where there is one: files may be slow, and nobody waits for this.
pub(super) fn warn_soon(environment: Arc<Environment>) {
    let again = Arc::clone(&environment);
    if std::thread::Builder::new().name("surroundings".to_owned()).spawn(move || warn(&environment)).is_err() {
        warn(&again);
    }
}
