//! What each instance of an app that was initialised at build time gets of its own, before its first call.

use serde::{Deserialize, Serialize};

use crate::guest;
use crate::table::Damage;

/// Random bytes that an instance can get, and that an initialisation at build time is given, at most.
pub const MOST_RANDOM: u32 = 1 << 16;

/// All that is written into a new instance, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    /// Contents that lie so far behind the rest that the image of the memory ends before them.
    pub far: Vec<Piece>,
    /// Random bytes that the seeds of one instance are made of, [`MOST_RANDOM`] at most.
    pub random: u32,
    /// Whether secrets may be among what they become: such bytes are fetched for the instance, and kept nowhere before.
    pub secret: bool,
    /// What differs from instance to instance.
    pub seeds: Vec<Seed>,
}

/// Bytes at an address of the first memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Where they begin.
    pub address: u32,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A place in the first memory whose value is another one in each instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Seed {
    /// Some of the instance's random bytes.
    Random {
        /// Where they go.
        address: u32,
        /// Number of the first one. Several seeds may have the same.
        from: u32,
        /// For each byte the bits of the image that stay.
        kept: Vec<u8>,
    },
    /// A time in 8 bytes.
    Time {
        /// Where it goes.
        address: u32,
        /// Whose time.
        clock: Clock,
        /// How it is written.
        form: Form,
        /// What is added to it, modulo 2^64.
        plus: u64,
    },
}

/// The clocks of WASI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Clock {
    /// Time since 1970.
    Real,
    /// Time since some moment, never set back.
    Monotonic,
}

/// How a time is written in 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// Nanoseconds.
    Nanoseconds,
    /// Whole seconds, shifted left by 30 bits, and the nanoseconds of the last one: Go's `time.Time`.
    Split,
}

const NANOSECONDS: u64 = 1_000_000_000;

impl Form {
    /// A time in nanoseconds, in this form.
    pub fn of(self, time: u64) -> u64 {
        match self {
            Self::Nanoseconds => time,
            Self::Split => (time / NANOSECONDS).wrapping_shl(30) | (time % NANOSECONDS),
        }
    }
}

impl Renewal {
    /// Writes it all. `random` has as many bytes as the instance needs; `time` answers a clock's time in nanoseconds.
    /// Nothing where a place lies outside the memory, or bytes are missing.
    pub fn write(&self, memory: &mut [u8], random: &[u8], time: &dyn Fn(Clock) -> u64) -> Option<()> {
        self.far.iter().try_for_each(|piece| guest::write(memory, piece.address, &piece.bytes))?;
        self.seeds.iter().try_for_each(|seed| seed.write(memory, random, time))
    }

    /// Whether an instance can have so many random bytes, and each seed is made of them.
    ///
    /// # Errors
    /// What is wrong first.
    pub fn check(&self) -> Result<(), Damage> {
        let damage = |index, reason| Err(Damage { table: "seeds", index, reason });
        if self.random > MOST_RANDOM {
            return damage(None, format!("they need {} random bytes, and {MOST_RANDOM} are the most", self.random));
        }
        let end = |seed: &Seed| match seed {
            Seed::Random { from, kept, .. } => (*from as usize).saturating_add(kept.len()),
            Seed::Time { .. } => 0,
        };
        match self.seeds.iter().position(|seed| end(seed) > self.random as usize) {
            Some(index) => damage(Some(index), format!("it needs more than {} random bytes", self.random)),
            None => Ok(()),
        }
    }
}

impl Seed {
    /// Where it is.
    pub fn address(&self) -> u32 {
        match self {
            Self::Random { address, .. } | Self::Time { address, .. } => *address,
        }
    }

    /// Bytes that it has.
    pub fn length(&self) -> usize {
        match self {
            Self::Random { kept, .. } => kept.len(),
            Self::Time { .. } => 8,
        }
    }

    /// What it is made of, in one word, for people.
    pub fn source(&self) -> &'static str {
        match self {
            Self::Random { .. } => "random",
            Self::Time { .. } => "clock",
        }
    }

    fn write(&self, memory: &mut [u8], random: &[u8], time: &dyn Fn(Clock) -> u64) -> Option<()> {
        match self {
            Self::Random { address, from, kept } => {
                let start = usize::try_from(*address).ok()?;
                let place = memory.get_mut(start..start.checked_add(kept.len())?)?;
                let from = usize::try_from(*from).ok()?;
                let fresh = random.get(from..from.checked_add(kept.len())?)?;
                for ((byte, fresh), kept) in place.iter_mut().zip(fresh).zip(kept) {
                    *byte = (*byte & kept) | (fresh & !kept);
                }
                Some(())
            }
            Self::Time { address, clock, form, plus } => {
                let value = form.of(time(*clock)).wrapping_add(*plus);
                guest::write(memory, *address, &value.to_le_bytes())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(address: u32, from: u32, kept: &[u8]) -> Seed {
        Seed::Random { address, from, kept: kept.to_vec() }
    }

    fn now(clock: Clock) -> u64 {
        match clock {
            Clock::Real => 3_000_000_007,
            Clock::Monotonic => 5,
        }
    }

    #[test]
    fn kept_bits_stay_and_copies_are_the_same() {
        let mut memory = [0x01; 16];
        let renewal = Renewal {
            far: vec![Piece { address: 14, bytes: vec![9, 8] }],
            random: 4,
            secret: false,
            seeds: vec![random(0, 0, &[1, 0]), random(4, 2, &[0, 0xf0]), random(8, 2, &[0, 0])],
        };
        renewal.write(&mut memory, &[0xaa, 0xbb, 0xcc, 0xdd], &now).unwrap();
        assert_eq!(memory, [0xab, 0xbb, 1, 1, 0xcc, 0x0d, 1, 1, 0xcc, 0xdd, 1, 1, 1, 1, 9, 8]);
    }

    #[test]
    fn times_are_written_in_both_forms() {
        let time = |clock, form, plus| {
            let mut memory = [0; 8];
            let seeds = vec![Seed::Time { address: 0, clock, form, plus }];
            Renewal { seeds, ..Renewal::default() }.write(&mut memory, &[], &now).unwrap();
            u64::from_le_bytes(memory)
        };
        assert_eq!(time(Clock::Real, Form::Nanoseconds, u64::MAX), 3_000_000_006);
        assert_eq!(time(Clock::Monotonic, Form::Nanoseconds, 1), 6);
        assert_eq!(time(Clock::Real, Form::Split, 1 << 63), (1 << 63) | (3 << 30) | 7);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut memory = [0; 8];
        let mut write = |renewal: Renewal| renewal.write(&mut memory, &[1, 2, 3, 4], &now);
        let seeds = |seed| Renewal { seeds: vec![seed], ..Renewal::default() };
        assert_eq!(write(seeds(random(7, 0, &[0, 0]))), None);
        assert_eq!(write(seeds(random(u32::MAX, 0, &[0]))), None);
        assert_eq!(write(seeds(random(0, 3, &[0, 0]))), None);
        assert_eq!(write(seeds(Seed::Time { address: 1, clock: Clock::Real, form: Form::Split, plus: 0 })), None);
        let far = vec![Piece { address: 8, bytes: vec![1] }];
        assert_eq!(write(Renewal { far, ..Renewal::default() }), None);
    }

    #[test]
    fn seeds_have_to_find_their_random_bytes() {
        let renewal = |random_bytes, seed| Renewal { random: random_bytes, seeds: vec![seed], ..Renewal::default() };
        let time = Seed::Time { address: 0, clock: Clock::Real, form: Form::Split, plus: 0 };
        assert_eq!(renewal(0, time.clone()).check(), Ok(()));
        assert_eq!(renewal(MOST_RANDOM, random(0, MOST_RANDOM - 2, &[0, 0])).check(), Ok(()));
        let index = |renewal: Renewal| renewal.check().unwrap_err().index;
        assert_eq!(index(renewal(MOST_RANDOM + 1, time)), None);
        assert_eq!(index(renewal(3, random(0, 2, &[0, 0]))), Some(0));
        assert_eq!(index(renewal(3, random(0, u32::MAX, &[0, 0]))), Some(0));
    }
}
