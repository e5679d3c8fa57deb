//! How much memory an instance begins with.
//!
//! A module asks for as much as its data and its stack need, and its allocator grows the memory, or collects, while the
//! first values are made: in every call, because each has a fresh instance. So modusc gives it more from the start.

use std::str::FromStr;

use abi::plan::Memory;
use wasmparser::{Parser, Payload};

/// Bytes of a page.
pub const PAGE: u64 = 64 << 10;
/// Bytes that are free for what a call allocates. The smallest apps have them in the two pages that they are built with.
const USUAL: u32 = 48 << 10;
/// Bytes that can be asked for.
const MOST: u64 = 64 << 20;
/// What allocators may use of the memory for themselves: a part of this many.
const OVERHEAD: u64 = 32;

/// Free memory that instances begin with, as the user sets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heap(u32);

impl FromStr for Heap {
    type Err = String;

    /// A number of bytes, or of KiB or MiB with that unit or its first letter behind it.
    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let factor = match unit.trim_start().to_ascii_lowercase().as_str() {
            "" => 1,
            "k" | "kib" => 1 << 10,
            "m" | "mib" => 1 << 20,
            _ => return Err("it is a number of bytes, as in 65536, 256KiB or 1MiB".to_owned()),
        };
        let number: u64 = number.parse().map_err(|_| "it begins with a number of bytes, KiB or MiB".to_owned())?;
        let bytes = number.checked_mul(factor).filter(|bytes| *bytes <= MOST);
        let bytes = bytes.and_then(|bytes| u32::try_from(bytes).ok());
        bytes.map(Self).ok_or_else(|| format!("there can be {} MiB at most", MOST >> 20))
    }
}

/// Bytes that are to be free: what the user asked for, or else what serves most apps.
pub(crate) fn wanted(heap: Option<Heap>) -> u32 {
    heap.map_or(USUAL, |Heap(bytes)| bytes)
}

/// How often what there is, is suggested at most: memory that is touched costs, too, and a collector that runs often does not
/// tell how much is allocated in between.
const MANIFOLD: u64 = 8;

/// Bytes of a memory that are free when a call begins; where nobody has seen it initialised, as many as there are at least.
pub(crate) fn free(memory: Option<Memory>) -> u32 {
    let Some(Memory { built, pages, free }) = memory else { return USUAL };
    // What modusc has added is free, whatever is in the rest.
    let added = u64::from(pages.saturating_sub(built)) * PAGE;
    free.unwrap_or_else(|| u32::try_from(added).unwrap_or(u32::MAX).max(USUAL))
}

/// A larger `--heap` for an app with so many bytes free, whose calls collect garbage so often and grow by so many bytes; `None`
/// where there can be no larger one.
pub(crate) fn larger(free: u32, collections: f64, grown: f64) -> Option<String> {
    let free = u64::from(free);
    // As if each collection began when all that is free has been handed out.
    let allocated = (free as f64 * (collections + 1.0) + grown).ceil() as u64;
    let bytes = allocated.clamp(2 * free, MANIFOLD * free).next_power_of_two();
    let unit = |bytes: u64| if bytes < 1 << 20 { format!("{}KiB", bytes >> 10) } else { format!("{}MiB", bytes >> 20) };
    (bytes <= MOST).then(|| unit(bytes.max(PAGE)))
}

/// The first memory of a module, in pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Declared {
    pub(crate) minimum: u32,
    maximum: Option<u32>,
}

impl Declared {
    /// That of a valid module which has one.
    pub(crate) fn of(wasm: &[u8]) -> Option<Self> {
        Parser::new(0).parse_all(wasm).find_map(|payload| match payload {
            Ok(Payload::MemorySection(memories)) => {
                let ty = memories.into_iter().next()?.ok()?;
                let maximum = ty.maximum.map(|maximum| u32::try_from(maximum).unwrap_or(u32::MAX));
                Some(Self { minimum: u32::try_from(ty.initial).ok()?, maximum })
            }
            _ => None,
        })
    }

    /// Twice as many pages as these bytes are, if the module may have them and they are not too many.
    pub(crate) fn doubled(self, bytes: u64) -> Option<u32> {
        let pages = bytes / PAGE * 2;
        let most = u64::from(self.maximum.unwrap_or(u32::MAX)).min(MOST / PAGE);
        u32::try_from(pages).ok().filter(|_| pages <= most)
    }

    /// Pages with which `wanted` bytes are free beside those that are `used`.
    ///
    /// They are the module's own, doubled as often as is needed: so an allocator that doubles its memory goes through the
    /// same sizes as without them, and gets as far as before under any limit.
    pub(crate) fn pages(self, used: u64, wanted: u32) -> u32 {
        let most = u64::from(self.maximum.unwrap_or(u32::MAX)).min((MOST + used) / PAGE * 2);
        let is_enough = |pages: u64| {
            let bytes = pages * PAGE;
            bytes - bytes / OVERHEAD >= used + u64::from(wanted)
        };
        let mut pages = u64::from(self.minimum);
        // Nobody can use a module without memory.
        if wanted == 0 || pages == 0 {
            return self.minimum;
        }
        while !is_enough(pages) && pages * 2 <= most {
            pages *= 2;
        }
        u32::try_from(pages).unwrap_or(self.minimum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_have_units() {
        let bytes = |text: &str| text.parse::<Heap>().map(|heap| heap.0);
        assert_eq!(bytes("0"), Ok(0));
        assert_eq!(bytes("65536"), Ok(65536));
        assert_eq!(bytes("256KiB"), Ok(256 << 10));
        assert_eq!(bytes("256k"), Ok(256 << 10));
        assert_eq!(bytes("1 MiB"), Ok(1 << 20));
        assert_eq!(bytes("64m"), Ok(64 << 20));
        for wrong in
            ["", "k", "-1", "1.5MiB", "65MiB", "1GiB", "99999999999999999999", "18446744073709551615m", "1 k b"]
        {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn more_room_is_suggested_up_to_what_there_can_be() {
        assert_eq!(larger(USUAL, 1.0, 0.0).as_deref(), Some("128KiB"));
        assert_eq!(larger(100, 0.0, 0.0).as_deref(), Some("64KiB"));
        assert_eq!(larger(60 << 10, 0.0, 300_000.0).as_deref(), Some("512KiB"));
        assert_eq!(larger(60 << 10, 1e9, 0.0).as_deref(), Some("512KiB"));
        assert_eq!(larger(20 << 20, 1.0, 0.0).as_deref(), Some("64MiB"));
        assert_eq!(larger(40 << 20, 1.0, 0.0), None);
        let suggested = larger(3 << 20, 2.0, 0.0).unwrap();
        assert!(suggested.parse::<Heap>().is_ok(), "{suggested}");
    }

    /// Of an app that each call initialises, what was asked for is known to be free.
    #[test]
    fn nothing_smaller_is_suggested_than_what_there_is() {
        let declared = Declared { minimum: 2, maximum: None };
        for wanted in [1 << 20, 3 << 20, 8 << 20] {
            let pages = declared.pages(2 * PAGE, wanted);
            let there = free(Some(Memory { built: 2, pages, free: None }));
            assert!(there >= wanted, "{there} of {wanted}");
            let suggested: Heap = larger(there, 1.0, 0.0).unwrap().parse().unwrap();
            assert!(suggested.0 > wanted, "{suggested:?} for {wanted}");
        }
        assert_eq!(free(Some(Memory { built: 2, pages: 2, free: None })), USUAL);
        assert_eq!(free(Some(Memory { built: 2, pages: 4, free: Some(7) })), 7);
        assert_eq!(free(None), USUAL);
    }

    #[test]
    fn a_memory_is_doubled_until_it_is_enough() {
        let declared = |minimum, maximum| Declared { minimum, maximum };
        let used = 130 << 10;
        assert_eq!(declared(2, None).pages(used, 0), 2);
        assert_eq!(declared(2, None).pages(used, 64 << 10), 4);
        assert_eq!(declared(2, None).pages(used, 256 << 10), 8);
        assert_eq!(declared(3, None).pages(used, 256 << 10), 12);
        assert_eq!(declared(2, Some(7)).pages(used, 256 << 10), 4);
        assert_eq!(declared(2, Some(2)).pages(used, 256 << 10), 2);
        assert_eq!(declared(0, None).pages(0, 1), 0);
        assert_eq!(declared(100, None).pages(used, 1), 100);
    }

    #[test]
    fn a_memory_is_doubled_as_far_as_it_may() {
        let declared = |maximum| Declared { minimum: 2, maximum };
        assert_eq!(declared(None).doubled(3 * PAGE), Some(6));
        assert_eq!(declared(Some(6)).doubled(3 * PAGE), Some(6));
        assert_eq!(declared(Some(5)).doubled(3 * PAGE), None);
        assert_eq!(declared(None).doubled(MOST), None);
    }

    proptest! {
        #[test]
        fn any_text_is_a_size_or_refused(text in "[0-9a-zA-Z .é-]{0,12}") {
            if let Ok(Heap(bytes)) = text.parse() {
                prop_assert!(u64::from(bytes) <= MOST);
            }
        }

        #[test]
        fn limits_of_the_module_hold(minimum in 0_u32..200, more in 0_u32..200, used in 0_u64..8 << 20, wanted in 0_u32..64 << 20) {
            let declared = Declared { minimum, maximum: Some(minimum + more) };
            let pages = declared.pages(used, wanted);
            prop_assert!((minimum..=minimum + more).contains(&pages));
            prop_assert!(pages == minimum || (pages / minimum.max(1)).is_power_of_two());
        }
    }
}
