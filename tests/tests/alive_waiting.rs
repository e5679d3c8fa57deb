//! Promise: ten thousand calls wait for a model at once, with no more threads than one has, and each is answered.

use std::time::Duration;

use tests::alive::{self, Alive, PATIENCE};
use tests::crowd::Crowd;
use tests::prober::Prober;
use tests::surroundings;

/// Calls of an operation. Each client has a connection, and so has each call to its model: this spares the clients'.
const TOGETHER: usize = 50;
const OPERATIONS: usize = 200;
const CALLS: usize = OPERATIONS * TOGETHER;
/// Fewer than this.
const THREADS: u64 = 64;
const DEADLINE: Duration = Duration::from_secs(120);
/// What a process may usually open: the runner has to ask for more.
const SOFT: u64 = 1024;
/// One for each call, of the model's provider here and of the runner there; and some more.
const FILES: u64 = 12_000;
/// Eight for each call, and some more: twice as many as many systems allow.
const MAPPINGS: u64 = 100_000;

#[test]
fn ten_thousand_at_once() {
    surroundings::open_files(FILES);
    surroundings::mappings(MAPPINGS);
    let fields: String = (0..TOGETHER).map(|number| format!("a{number}: ask(prompt: \"held\") ")).collect();
    alive::each(|case| {
        let mut options = case.options(&["--max-calls", "10000", "--deadline", "120"]);
        options.surroundings.files = Some(SOFT);
        let mut alive = Alive::start(case, &options);
        let (before, _) = alive.runner.memory();
        let operations = Crowd::ask(&alive.runner, OPERATIONS, &format!("{{ {fields} }}"), DEADLINE + PATIENCE);
        let arrived = case.model.wait_for(CALLS, DEADLINE / 2);
        let (threads, (now, _)) = (alive.runner.threads(), alive.runner.memory());
        case.model.release();
        let answers = operations.answers();
        println!("{:?}: {threads} threads, {} KiB a call", case.language, (now - before) / CALLS as u64);
        alive.expect(arrived == CALLS, format_args!("{arrived} calls waited at once"));
        alive.expect(threads < THREADS, format_args!("{threads} threads"));
        let with_data = alive.check("operations", &answers, DEADLINE);
        alive.expect(with_data == OPERATIONS, format_args!("{with_data} of {OPERATIONS} had all their answers"));
        let right = answers.iter().flatten().map(|reply| reply.body.matches(":\"held\"").count()).sum::<usize>();
        alive.expect(right == CALLS, format_args!("{right} answers of the model arrived"));
        let hello = Prober::query(&alive.runner, alive::HELLO, alive::GREETING);
        std::thread::sleep(Duration::from_millis(200));
        alive.check_probes("calls afterwards", &hello.end());
        alive.end()
    });
}
