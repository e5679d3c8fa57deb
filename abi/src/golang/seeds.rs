//! The seeds of TinyGo's random number generators.
//!
//! At the very start TinyGo draws 64 bits, sets the lowest, and keeps them all for one generator and the lower half for
//! another. The linker may place the two anywhere, and leaves out what the app does not use.

use crate::language::Varying;
use crate::plan::Seed;

/// Takes the words for the two seeds, or for one of them; anything else is the app's own.
pub(super) fn find(words: &[Varying]) -> Option<Vec<Seed>> {
    let lower = words.iter().find(|word| word.values.iter().all(|value| value & 1 == 1))?;
    let mut seeds: Vec<Seed> = Vec::new();
    for word in words {
        match seeds.last_mut() {
            // The upper half of the wide seed.
            Some(seed) if seed.address.is_multiple_of(8) && seed.address + 4 == word.address && seed.length == 4 => {
                seed.length = 8;
            }
            _ if word.values == lower.values => seeds.push(Seed { address: word.address, length: 4 }),
            _ => return None,
        }
    }
    let wide = seeds.iter().filter(|seed| seed.length == 8).count();
    (wide <= 1 && seeds.len() - wide <= 1).then_some(seeds)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Low and high halves of what three initialisations drew.
    const LOWER: [u32; 3] = [0x1234_5671, 0x89ab_cdef, 0x0f0f_0f0f];
    const UPPER: [u32; 3] = [0xdead_beef, 0x0bad_cafe, 0x0102_0304];

    fn word(address: u32, values: [u32; 3]) -> Varying {
        Varying { address, values: values.to_vec() }
    }

    fn check(words: &[(u32, [u32; 3])], expected: Option<&[(u32, u8)]>) {
        let words: Vec<_> = words.iter().map(|(address, values)| word(*address, *values)).collect();
        let expected = expected
            .map(|seeds| seeds.iter().map(|&(address, length)| Seed { address, length }).collect::<Vec<_>>());
        assert_eq!(find(&words), expected, "{words:x?}");
    }

    #[test]
    fn the_seeds_are_found_wherever_they_lie() {
        check(&[(1024, LOWER), (1028, UPPER)], Some(&[(1024, 8)]));
        check(&[(1020, LOWER)], Some(&[(1020, 4)]));
        check(&[(1020, LOWER), (1024, LOWER), (1028, UPPER)], Some(&[(1020, 4), (1024, 8)]));
        check(&[(1024, LOWER), (1028, UPPER), (1032, LOWER)], Some(&[(1024, 8), (1032, 4)]));
    }

    #[test]
    fn what_the_app_keeps_is_no_seed() {
        let even = LOWER.map(|value| value & !1);
        check(&[(1024, even)], None);
        check(&[(1024, LOWER), (1028, UPPER), (2048, UPPER)], None);
        check(&[(1024, LOWER), (1028, UPPER), (1032, UPPER)], None);
        // Three copies: one of them is not TinyGo's.
        check(&[(1020, LOWER), (1032, LOWER), (1040, LOWER)], None);
        check(&[(1024, LOWER), (1028, UPPER), (1032, LOWER), (1036, UPPER)], None);
        // A generator that has been used has moved on.
        check(&[(1020, UPPER), (1024, LOWER), (1028, UPPER)], None);
        check(&[], None);
    }
}
