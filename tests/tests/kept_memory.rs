//! Promise: what the pool keeps of guests' memory between calls is bounded over all slots, and shown as a metric.

use std::time::Duration;

use tests::alive::{self, Alive, HELLO, PATIENCE};
use tests::crowd::Crowd;
use tests::runner::Runner;

/// Calls that have a slot each, because their model keeps them waiting.
const CALLS: usize = 100;
/// Slots that there are.
const SLOTS: u64 = 1600;
/// MiB of memory that all guests may have. All slots together keep an eighth of it.
const GUESTS: u64 = 100;
/// So each of them keeps at most this, in bytes: less than any guest writes to in such a call.
const OF_SLOT: u64 = (GUESTS << 20) / 8 / SLOTS;
const DEADLINE: Duration = Duration::from_secs(20);

fn kept(runner: &Runner) -> u64 {
    runner.metric("runtime_kept_memory_bytes").expect("the metric") as u64
}

#[test]
fn idle_slots_keep_little() {
    alive::each(|case| {
        let (slots, guests) = (SLOTS.to_string(), GUESTS.to_string());
        let mut alive = case.start(&["--guest-memory", &guests, "--max-calls", &slots, "--deadline", "20"]);
        // The pool is made when the first answer is out.
        std::thread::sleep(Duration::from_millis(200));
        let calls = Crowd::ask(&alive.runner, CALLS, r#"{ ask(prompt: "held") }"#, DEADLINE + PATIENCE);
        let arrived = case.model.wait_for(CALLS, PATIENCE);
        alive.expect(arrived == CALLS, format_args!("{arrived} calls waited at once"));
        case.model.release();
        let with_data = alive.check("calls", &calls.answers(), DEADLINE);
        alive.expect(with_data == CALLS, format_args!("{with_data} had data"));
        // Instances end behind their answers, and a pool that suits them better may take the place of the first.
        std::thread::sleep(Duration::from_millis(200));
        alive.expect(alive.runner.query(HELLO)["errors"].is_null(), "no call afterwards");
        std::thread::sleep(Duration::from_millis(100));
        let kept = kept(&alive.runner);
        println!("{:?}: {kept} bytes are kept", case.language);
        alive.expect(kept > 0, "nothing is kept");
        // And a page of its table.
        alive.expect(kept <= (OF_SLOT + 4096) * CALLS as u64, format_args!("{kept} bytes are kept"));
        alive.end()
    });
}

/// What the calls of an app have is known when they are over. The pool follows them.
#[test]
fn a_pool_follows_the_memory_of_calls() {
    alive::each(|case| {
        let options = case.options(&["--guest-memory", "1024", "--max-calls", "16"]).env("RUST_LOG", "modus=debug");
        let mut alive = Alive::start(case, &options);
        alive.runner.wait_for_log(|record| record["slots"] == 16);
        let filled = alive.runner.query("{ fillsRandomly(mebibytes: 4) }");
        alive.expect(filled["errors"].is_null(), &filled);
        alive.runner.wait_for_log(|record| record["slots"] == 16 && record["bytes"] == 512 << 10);
        alive.expect(alive.runner.query(HELLO)["errors"].is_null(), "no call afterwards");
        alive.end()
    });
}
