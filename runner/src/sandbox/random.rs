//! Random numbers of the operating system, by the system call: a container may lack `/dev/urandom`.

use std::cell::RefCell;

use rustix::io::Errno;
use rustix::rand::{GetRandomFlags, getrandom};

/// Bytes that are fetched at once for [`draw`].
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

/// Fills `bytes`, which are few as a rule: a system call for each 512 of them. None is given twice, and what was given is not
/// kept.
///
/// # Errors
/// The system's.
pub(crate) fn draw(mut bytes: &mut [u8]) -> Result<(), Errno> {
    LEFT.with_borrow_mut(|(block, left)| {
        while !bytes.is_empty() {
            if *left == 0 {
                fill(block)?;
                *left = BLOCK;
            }
            let count = bytes.len().min(*left);
            let (now, later) = std::mem::take(&mut bytes).split_at_mut(count);
            let given = &mut block[*left - count..*left];
            now.copy_from_slice(given);
            given.fill(0);
            *left -= count;
            bytes = later;
        }
        Ok(())
    })
}

/// Eight bytes, as [`draw`] gives them.
///
/// # Errors
/// The system's.
pub(crate) fn seed() -> Result<[u8; 8], Errno> {
    let mut seed = [0; 8];
    draw(&mut seed).map(|()| seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_seed_comes_twice() {
        let seed = |number: usize| {
            let mut seed = [0; 24];
            draw(&mut seed[..8 + number % 17]).expect("the system has some");
            seed[..8].to_vec()
        };
        let seeds: std::collections::HashSet<_> = (0..1000).map(seed).collect();
        assert_eq!(seeds.len(), 1000);
    }

    #[test]
    fn more_than_a_block_is_drawn() {
        let mut bytes = vec![0; 3 * BLOCK + 5];
        draw(&mut bytes).expect("the system has some");
        assert!(bytes.chunks(64).filter(|chunk| chunk.len() == 64).all(|chunk| chunk.iter().any(|byte| *byte != 0)));
    }

    #[test]
    fn all_of_a_long_slice_is_filled() {
        let mut bytes = vec![0; 1 << 20];
        fill(&mut bytes).expect("the system has some");
        assert!(bytes.chunks(64).all(|chunk| chunk.iter().any(|byte| *byte != 0)));
    }
}
