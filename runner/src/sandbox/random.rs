//! Random numbers of the operating system, by the system call: a container may lack `/dev/urandom`.

use std::cell::RefCell;

use rustix::io::Errno;
use rustix::rand::{GetRandomFlags, getrandom};

/// Bytes that are fetched at once for [`seed`].
const BLOCK: usize = 512;

thread_local! {
    /// A block, and how many of its bytes are left.
    static LEFT: RefCell<([u8; BLOCK], usize)> = const { RefCell::new(([0; BLOCK], 0)) };
}

/// Fills `bytes`.
///
/// # Errors
/// The system's.
pub(crate) fn fill(mut bytes: &mut [u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        match getrandom(&mut *bytes, GetRandomFlags::empty()) {
            Ok(length) => bytes = &mut bytes[length..],
            Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Eight bytes for what needs no secrecy, such as the seeds of hash tables. A system call each 64 times.
///
/// # Errors
/// The system's.
pub(crate) fn seed() -> Result<[u8; 8], Errno> {
    LEFT.with_borrow_mut(|(block, left)| {
        if *left == 0 {
            fill(block)?;
            *left = BLOCK;
        }
        *left -= 8;
        let mut seed = [0; 8];
        seed.copy_from_slice(&block[*left..*left + 8]);
        Ok(seed)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_seed_comes_twice() {
        let seeds: std::collections::HashSet<_> = (0..1000).map(|_| seed().expect("the system has some")).collect();
        assert_eq!(seeds.len(), 1000);
    }

    #[test]
    fn all_of_a_long_slice_is_filled() {
        let mut bytes = vec![0; 1 << 20];
        fill(&mut bytes).expect("the system has some");
        assert!(bytes.chunks(64).all(|chunk| chunk.iter().any(|byte| *byte != 0)));
    }
}
