//! What the environment says that cannot be used, told at the start and not by the first call that needs it.

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
