//! Numbers that look random and are the same in each build.

/// Splitmix64, which visits every state.
#[derive(Clone, Debug)]
pub(super) struct Numbers(u64);

impl Numbers {
    /// The numbers of one purpose: every part of it makes them others.
    pub(super) fn new(purpose: [u64; 3]) -> Self {
        purpose.into_iter().fold(Self(0), |mut numbers, part| Self(numbers.next() ^ part))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn byte(&mut self) -> u8 {
        self.next() as u8
    }

    pub(super) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.byte()).collect()
    }
}
