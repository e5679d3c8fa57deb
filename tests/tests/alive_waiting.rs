//! Promise: ten thousand calls wait for a model at once, with no more threads than one has, and each is answered.

use std::time::Duration;

use tests::alive::{self, Alive, PATIENCE};
use tests::crowd::Crowd;
use tests::prober::Prober;
use tests::surroundings;

const CALLS: usize = 10_000;
/// Fewer than this.
const THREADS: u64 = 64;
const DEADLINE: Duration = Duration::from_secs(120);
/// Two for each call: of a client and of the model's provider here, of both on the runner's side.
const FILES: u64 = 25_000;

#[test]
fn ten_thousand_at_once() {
    surroundings::open_files(FILES);
    alive::each(|case| {
        // Some more, for those who look at it.
        let arguments = ["--max-calls", "10000", "--max-connections", "10100", "--deadline", "120"];
        let mut options = case.options(&arguments);
        options.surroundings.files = Some(FILES);
        let mut alive = Alive::start(case, &options);
        let (before, _) = alive.runner.memory();
        // One on each connection; the last ones, when the others are there already.
        let calls = Crowd::ask(&alive.runner, CALLS, r#"{ ask(prompt: "held") }"#, DEADLINE + PATIENCE);
        let arrived = case.model.wait_for(CALLS, DEADLINE / 2);
        let (threads, (now, _)) = (alive.runner.threads(), alive.runner.memory());
        case.model.release();
        let answers = calls.answers();
        println!("{:?}: {threads} threads, {} KiB a call", case.language, (now - before) / CALLS as u64);
        alive.expect(arrived == CALLS, format_args!("{arrived} calls waited at once"));
        alive.expect(threads < THREADS, format_args!("{threads} threads"));
        let with_data = alive.check("waiting calls", &answers, DEADLINE);
        alive.expect(with_data == CALLS, format_args!("{with_data} had their answer"));
        let hello = Prober::query(&alive.runner, alive::HELLO, alive::GREETING);
        std::thread::sleep(Duration::from_millis(200));
        alive.check_probes("calls afterwards", &hello.end());
        alive.end()
    });
}
