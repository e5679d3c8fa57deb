//! Pauses before something is tried again.

use std::hash::{BuildHasher as _, RandomState};
use std::ops::Range;
use std::time::Duration;

/// A time by chance, between these multiples of another: what failed together does not come back together.
pub(super) fn scattered(time: Duration, factors: Range<f64>) -> Duration {
    // The standard library's only source of chance.
    let chance = RandomState::new().hash_one(()) as f64 / u64::MAX as f64;
    time.mul_f64(factors.start + (factors.end - factors.start) * chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_differ_and_stay_within_their_range() {
        let pauses: Vec<_> = (0..100).map(|_| scattered(Duration::from_secs(1), 0.8..1.2).as_millis()).collect();
        assert!(pauses.iter().all(|pause| (800..=1200).contains(pause)), "{pauses:?}");
        assert!(pauses.iter().any(|pause| *pause != pauses[0]));
    }
}
