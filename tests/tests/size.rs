//! Promise: the runner has at most 16 MiB, with the clients of all databases in it.

use tests::binary;

#[test]
fn the_runner_is_small() {
    if std::env::var("MODUSC_TEST_PROFILE").is_ok_and(|profile| profile == "debug") {
        return; // Only what is shipped is small.
    }
    let size = std::fs::metadata(binary("modus-runner")).expect("a file").len();
    assert!(size <= 16 << 20, "{size} bytes");
}
