//! `fd_*`: the three standard streams.

use abi::guest;

use super::{Errno, GuestProcess, MOST_ITEMS, Outcome, low};
use crate::output::{STRETCH, Stream};

/// `fd_write`: of what is printed lines are made and logged, which takes turns where it is much.
pub(super) async fn write(mut process: GuestProcess<'_>, words: Vec<u64>) -> Outcome {
    let stream = match process.stream(words[0])? {
        1 => Stream::Stdout,
        2 => Stream::Stderr,
        _ => return Err(Errno::Badf.into()),
    };
    let (vectors, count) = (low(words[1]), low(words[2]));
    if count > MOST_ITEMS {
        return Err(Errno::Inval.into());
    }
    process.bytes(vectors, u64::from(count) * 8)?;
    let (mut total, mut turn) = (0u32, STRETCH);
    for index in 0..count {
        let vector = process.bytes(vectors.checked_add(index * 8).ok_or(Errno::Fault)?, 8)?;
        // Both words lie inside the eight bytes.
        let (address, length) = (guest::read_u32(vector, 0).unwrap_or(0), guest::read_u32(vector, 4).unwrap_or(0));
        let mut written = 0;
        loop {
            let (memory, state) = process.parts();
            let bytes = guest::slice(memory, address, u64::from(length)).ok_or(Errno::Fault)?;
            written += state.output.write(stream, &bytes[written..], &mut turn, &state.log);
            if written == bytes.len() {
                break;
            }
            process.pause().await?;
            turn = STRETCH;
        }
        total = total.checked_add(length).ok_or(Errno::Inval)?;
    }
    process.store(low(words[3]), &total.to_le_bytes())
}

/// `fd_read`: standard input is at its end.
pub(super) fn read(process: &mut GuestProcess<'_>, words: &[u64]) -> Outcome {
    match process.stream(words[0])? {
        0 => process.store(low(words[3]), &0u32.to_le_bytes()),
        _ => Err(Errno::Badf.into()),
    }
}

/// `fd_fdstat_get`: a block device with all rights of a stream.
pub(super) fn fdstat_get(process: &mut GuestProcess<'_>, words: &[u64]) -> Outcome {
    const RIGHTS: u64 = 0x08E0_01FF;
    process.stream(words[0])?;
    let mut stat = [0; 24];
    stat[0] = 1;
    stat[8..16].copy_from_slice(&RIGHTS.to_le_bytes());
    process.store(low(words[1]), &stat)
}

/// `fd_filestat_get`
pub(super) fn filestat_get(process: &mut GuestProcess<'_>, words: &[u64]) -> Outcome {
    process.stream(words[0])?;
    let mut stat = [0; 64];
    stat[16] = 1; // file type
    stat[24] = 1; // links
    process.store(low(words[1]), &stat)
}

/// `fd_prestat_get`
pub(super) fn prestat_get(process: &mut GuestProcess<'_>, words: &[u64]) -> Outcome {
    process.stream(words[0])?;
    process.store(low(words[1]), &[0; 8])
}

/// `fd_prestat_dir_name`
pub(super) fn prestat_dir_name(process: &mut GuestProcess<'_>, words: &[u64]) -> Outcome {
    process.stream(words[0])?;
    if low(words[2]) == 0 { Ok(()) } else { Err(Errno::NameTooLong.into()) }
}

/// `fd_close`
pub(super) fn close(process: &mut GuestProcess<'_>, words: &[u64]) -> Outcome {
    let stream = process.stream(words[0])?;
    process.parts().1.closed[stream] = true;
    Ok(())
}

/// `fd_renumber`
pub(super) fn renumber(process: &mut GuestProcess<'_>, words: &[u64]) -> Outcome {
    process.stream(words[0])?;
    process.stream(words[1])?;
    Err(Errno::NotSup.into())
}

/// What a stream accepts without effect.
pub(super) fn ignored(process: &mut GuestProcess<'_>, words: &[u64]) -> Outcome {
    process.stream(words[0]).map(|_| ())
}

/// What a stream cannot do.
pub(super) fn unsupported(process: &mut GuestProcess<'_>, words: &[u64]) -> Outcome {
    process.stream(words[0])?;
    Err(Errno::NoSys.into())
}

/// What no stream is open for.
pub(super) fn bad(_: &mut GuestProcess<'_>, _: &[u64]) -> Outcome {
    Err(Errno::Badf.into())
}
