//! `path_*`: there are no directories.

use super::{Errno, GuestProcess, MOST_OF_PATH, Outcome, low};

/// Refuses a path: 37 where it is too long, 63 where it leaves its directory, 54 below a stream, 8 below anything else.
/// `descriptor` and `path` are the parameters' places.
pub(super) fn refuse(process: &mut GuestProcess<'_>, words: &[u64], descriptor: usize, path: usize) -> Outcome {
    let length = low(words[path + 1]);
    if length > MOST_OF_PATH {
        return Err(Errno::NameTooLong.into());
    }
    let bytes = process.bytes(low(words[path]), u64::from(length))?;
    if !std::str::from_utf8(bytes).is_ok_and(stays_inside) {
        return Err(Errno::Perm.into());
    }
    process.stream(words[descriptor])?;
    Err(Errno::NotDir.into())
}

fn stays_inside(path: &str) -> bool {
    let mut depth = 0u64;
    !path.starts_with('/')
        && path.split('/').all(|part| match part {
            "" | "." => true,
            ".." => depth.checked_sub(1).map(|less| depth = less).is_some(),
            _ => {
                depth += 1;
                true
            }
        })
}

#[cfg(test)]
mod tests {
    use super::stays_inside;

    #[test]
    fn escapes() {
        for path in ["a", "a/../b", "./a", ""] {
            assert!(stays_inside(path), "{path}");
        }
        for path in ["/", "..", "a/../../b", "/etc/passwd"] {
            assert!(!stays_inside(path), "{path}");
        }
    }
}
