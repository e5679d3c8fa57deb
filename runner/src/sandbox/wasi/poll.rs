//! `poll_oneoff`: sleeping, and streams that are always ready.

use std::time::Duration;

use abi::guest;

use super::{Errno, Failure, GuestProcess, MOST_ITEMS, Outcome, Unwind, low};

const SUBSCRIPTION: usize = 48;
const EVENT: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subscription {
    Clock { userdata: u64, timeout: u64 },
    Stream { userdata: u64, write: bool, descriptor: u32 },
}

/// `poll_oneoff`
pub(super) async fn oneoff(mut process: GuestProcess<'_>, words: Vec<u64>) -> Outcome {
    let (input, output, count) = (low(words[0]), low(words[1]), low(words[2]));
    if !(1..=MOST_ITEMS).contains(&count) {
        return Err(Errno::Inval.into());
    }
    let count = u64::from(count);
    process.bytes(output, count * EVENT as u64)?;
    let subscriptions = parse(process.bytes(input, count * SUBSCRIPTION as u64)?)?;
    let mut events = stream_events(&process, &subscriptions);
    if events.is_empty() {
        let timeout = subscriptions.iter().filter_map(|subscription| match subscription {
            Subscription::Clock { timeout, .. } => Some(*timeout),
            Subscription::Stream { .. } => None,
        });
        sleep(&mut process, timeout.min().unwrap_or(0)).await?;
        for subscription in &subscriptions {
            if let Subscription::Clock { userdata, .. } = subscription {
                events.extend_from_slice(&event(*userdata, 0, 0));
            }
        }
    }
    process.store(output, &events)?;
    let reported = u32::try_from(events.len() / EVENT).unwrap_or(u32::MAX);
    process.store(low(words[3]), &reported.to_le_bytes())
}

async fn sleep(process: &mut GuestProcess<'_>, nanoseconds: u64) -> Outcome {
    let state = process.parts().1;
    if state.helping.is_some() {
        return Err(Failure::End(Unwind::WaitingHelper("poll_oneoff".to_owned())));
    }
    state.check()?;
    state.deadline.bound(tokio::time::sleep(Duration::from_nanos(nanoseconds))).await?;
    process.waited();
    Ok(())
}

/// Streams never wait: input is at its end, output is captured.
fn stream_events(process: &GuestProcess<'_>, subscriptions: &[Subscription]) -> Vec<u8> {
    let mut events = Vec::new();
    for subscription in subscriptions {
        if let Subscription::Stream { userdata, write, descriptor } = *subscription {
            let fits = process.stream(u64::from(descriptor)).is_ok() && (descriptor == 0) != write;
            let errno = if fits { 0 } else { Errno::Badf as u16 };
            events.extend_from_slice(&event(userdata, errno, if write { 2 } else { 1 }));
        }
    }
    events
}

fn event(userdata: u64, errno: u16, kind: u8) -> [u8; EVENT] {
    let mut event = [0; EVENT];
    event[..8].copy_from_slice(&userdata.to_le_bytes());
    event[8..10].copy_from_slice(&errno.to_le_bytes());
    event[10] = kind;
    event
}

fn parse(bytes: &[u8]) -> Result<Vec<Subscription>, Failure> {
    bytes.chunks_exact(SUBSCRIPTION).map(parse_one).collect()
}

fn parse_one(bytes: &[u8]) -> Result<Subscription, Failure> {
    let long = |at| guest::read(bytes, at).map_or(0, u64::from_le_bytes);
    let userdata = long(0);
    match bytes[8] {
        0 => {
            let clock = guest::read_u32(bytes, 16).unwrap_or(0);
            let flags = guest::read(bytes, 40).map_or(0, u16::from_le_bytes);
            match (clock, flags) {
                (0 | 1, 0) => Ok(Subscription::Clock { userdata, timeout: long(24) }),
                (0 | 1, 1) => Err(Errno::NotSup.into()),
                _ => Err(Errno::Inval.into()),
            }
        }
        kind @ (1 | 2) => {
            let descriptor = guest::read_u32(bytes, 16).unwrap_or(0);
            Ok(Subscription::Stream { userdata, write: kind == 2, descriptor })
        }
        _ => Err(Errno::Inval.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(kind: u8, id: u32, timeout: u64, flags: u16) -> [u8; SUBSCRIPTION] {
        let mut bytes = [0; SUBSCRIPTION];
        bytes[..8].copy_from_slice(&77u64.to_le_bytes());
        bytes[8] = kind;
        bytes[16..20].copy_from_slice(&id.to_le_bytes());
        bytes[24..32].copy_from_slice(&timeout.to_le_bytes());
        bytes[40..42].copy_from_slice(&flags.to_le_bytes());
        bytes
    }

    #[test]
    fn subscriptions() {
        let both = [subscription(0, 1, 5_000, 0), subscription(2, 1, 0, 0)].concat();
        let parsed = parse(&both).ok().expect("valid");
        assert_eq!(
            parsed,
            [
                Subscription::Clock { userdata: 77, timeout: 5_000 },
                Subscription::Stream { userdata: 77, write: true, descriptor: 1 },
            ]
        );
        assert!(matches!(parse(&subscription(0, 0, 1, 1)), Err(Failure::Errno(Errno::NotSup))));
        assert!(matches!(parse(&subscription(0, 9, 1, 0)), Err(Failure::Errno(Errno::Inval))));
        assert!(matches!(parse(&subscription(3, 0, 1, 0)), Err(Failure::Errno(Errno::Inval))));
    }
}
