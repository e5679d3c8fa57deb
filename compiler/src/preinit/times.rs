//! The times that clocks show while an app is initialised.
//!
//! What is the same at all of these times is taken for constant. So they are far apart, and every year counts in which the
//! app may run.

use super::numbers::Numbers;

const SECOND: u64 = 1_000_000_000;
const DAY: u64 = 24 * 3600 * SECOND;
const YEAR: u64 = 31_556_952 * SECOND;
/// The beginning of 2024.
const PRESENT: u64 = 1_704_067_200 * SECOND;
/// Years from then on, of which each has its turn.
const YEARS: u64 = 16;
/// Bits of a time: it ends in 2116, and a sum of two still fits into 63.
const BITS: u32 = 62;
/// The initialisation at the beginning of 1970.
const EARLIEST: u64 = 1;
/// The initialisation at the end of all times.
const LATEST: u64 = 3;

/// Nanoseconds since 1970, in the initialisation of this number. Half of them are of the present, the first one among them.
pub(super) fn real(draw: u64, numbers: &mut Numbers) -> u64 {
    let number = numbers.next();
    match draw {
        // Whatever compares the time with another one decides differently in these two.
        EARLIEST => number % DAY + 1,
        LATEST => (1 << BITS) - 1 - number % DAY,
        _ if draw.is_multiple_of(2) => PRESENT + draw / 2 % YEARS * YEAR + number % YEAR,
        _ => number >> (u64::BITS - BITS),
    }
}

/// Nanoseconds since some moment, seconds as well as years.
pub(super) fn monotonic(numbers: &mut Numbers) -> u64 {
    const SHORTEST: u64 = 8;
    const LONGEST: u64 = 56;
    let digits = SHORTEST + numbers.next() % (LONGEST - SHORTEST + 1);
    // Never 0, which apps take for no time.
    (numbers.next() >> (u64::from(u64::BITS) - digits)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_far_apart() {
        let numbers = |draw| Numbers::new([1, 2, draw]);
        let times: Vec<u64> = (0..40).map(|draw| real(draw, &mut numbers(draw))).collect();
        for year in 0..YEARS {
            let start = PRESENT + year * YEAR;
            assert!(times.iter().any(|time| (start..start + YEAR).contains(time)), "{year}");
        }
        assert!(times.iter().any(|time| *time < DAY + 1) && times.iter().any(|time| *time > (1 << BITS) - DAY - 1));
        assert!((PRESENT..PRESENT + YEAR).contains(&times[0]));
        let others: Vec<u64> = (0..40).map(|draw| monotonic(&mut numbers(draw))).collect();
        assert!(others.iter().any(|time| *time < SECOND) && others.iter().any(|time| *time > DAY));
        for (time, other) in times.iter().zip(others) {
            assert!(i64::try_from(time + time).is_ok() && i64::try_from(time + other).is_ok());
        }
    }
}
