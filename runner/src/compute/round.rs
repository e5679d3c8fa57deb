//! Rounds of an event loop: each thing that is ready has its turn once, and all guests together have some milliseconds of it.
//!
//! Two hundred calls that arrive at once are all short, and still take a tenth of a second together. Whoever asks for less,
//! a probe for instance, comes between them.

use std::cell::Cell;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

/// Time of guests in a round. Then the others have theirs.
const SHARE: Duration = Duration::from_millis(8);

/// A round ends after so long in any case: a thread that is no loop of its own has nobody who begins the next one.
const LONGEST: Duration = Duration::from_millis(100);

thread_local! {
    static SPENT: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    /// When the share was used up.
    static FULL: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// A call that is over within this time is light.
pub(crate) const LIGHT: Duration = Duration::from_micros(200);

/// Whether a guest may run in this round of the current loop. One that is light may go a little beyond it.
pub(super) fn has_room(is_light: bool) -> bool {
    let has_room = SPENT.get() < if is_light { 2 * SHARE } else { SHARE };
    if !has_room && FULL.get().is_none_or(|since| since.elapsed() > LONGEST) {
        SPENT.set(Duration::ZERO);
        return true;
    }
    has_room
}

/// Takes the time since `started` from this round. When it is used up, the next one begins after everything that is ready
/// now: by a task, which has its place behind them.
pub(super) fn spend(started: Instant) {
    let before = SPENT.get();
    let spent = before + started.elapsed();
    SPENT.set(spent);
    if before < SHARE && spent >= SHARE {
        FULL.set(Some(Instant::now()));
        match Handle::try_current() {
            Ok(current) => _ = current.spawn(async { SPENT.set(Duration::ZERO) }),
            // No loop, no round.
            Err(_) => SPENT.set(Duration::ZERO),
        }
    }
}
