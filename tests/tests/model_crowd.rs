//! Promise: a thousand calls of a model at once are all answered and recorded, within a bounded amount of memory.

use std::time::Duration;

use tests::alive::{self, Alive, PATIENCE};
use tests::crowd::Crowd;
use tests::inferences::{PATH, counter};
use tests::surroundings;

const CALLS: usize = 1000;
const DEADLINE: Duration = Duration::from_secs(60);
/// KiB that each call may add to the process at most: its guest, two connections, and its record.
const KIB_OF_CALL: u64 = 512;

#[test]
fn a_thousand_at_once() {
    surroundings::open_files(8 * CALLS as u64);
    alive::each(|case| {
        let options = case.options(&["--max-calls", "1000", "--deadline", "60"]).env("MODUS_ENV", "dev");
        let mut alive = Alive::start(case, &options);
        let (before, _) = alive.runner.memory();
        let calls = Crowd::ask(&alive.runner, CALLS, r#"{ ask(prompt: "held") }"#, DEADLINE + PATIENCE);
        let arrived = case.model.wait_for(CALLS, DEADLINE / 2);
        case.model.release();
        let answers = calls.answers();
        let (_, peak) = alive.runner.memory();
        let of_call = peak.saturating_sub(before) / CALLS as u64;
        println!("{:?}, {} core(s): {of_call} KiB a call", case.language, case.cores);
        alive.expect(arrived == CALLS, format_args!("{arrived} calls waited at once"));
        let with_data = alive.check("calls", &answers, DEADLINE);
        alive.expect(with_data == CALLS, format_args!("{with_data} had data"));
        alive.expect(of_call < KIB_OF_CALL, format_args!("{of_call} KiB a call"));
        // Each is recorded, or counted as dropped: as many may wait as there are calls.
        let dropped = counter(&alive.runner, "runtime_dropped_inferences_num");
        let metrics = alive.runner.get("/metrics").1;
        let tokens = "runtime_model_tokens_num{model=\"chat\",kind=\"input\"} 20000\n";
        alive.expect(metrics.contains(tokens), "not all tokens are counted");
        let recorded = || alive.runner.get(&format!("{PATH}?limit=1000")).1.matches("\"duration_ms\"").count();
        let end = std::time::Instant::now() + DEADLINE;
        let mut found = recorded();
        while found + (dropped as usize) < CALLS && std::time::Instant::now() < end {
            std::thread::sleep(Duration::from_millis(50));
            found = recorded();
        }
        alive.expect(found == CALLS && dropped == 0, format_args!("{found} records, {dropped} dropped"));
        alive.end()
    });
}
