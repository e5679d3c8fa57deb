//! Promise: calls that wait need no threads: where hardly any are allowed, as many wait at once as elsewhere.

use std::time::Duration;

use tests::alive::{self, PATIENCE, PROMPT};
use tests::crowd::Crowd;
use tests::prober::Prober;
use tests::surroundings;

const CALLS: usize = 60;
const DEADLINE: Duration = Duration::from_secs(20);

#[test]
fn thirty_threads_and_sixty_calls_that_wait() {
    if !surroundings::root() {
        return;
    }
    alive::each(|case| {
        let mut alive = case.start_with_threads(30, &["--deadline", "20"]);
        let hello = Prober::query(&alive.runner, alive::HELLO, alive::GREETING);
        let calls = Crowd::ask(&alive.runner, CALLS, r#"{ ask(prompt: "held") }"#, DEADLINE + PATIENCE);
        let arrived = case.model.wait_for(CALLS, PATIENCE);
        // Somewhat longer than it takes to see that they stand still.
        std::thread::sleep(PROMPT * 5);
        case.model.release();
        let answers = calls.answers();
        alive.expect(arrived == CALLS, format_args!("{arrived} calls waited at once"));
        let with_data = alive.check("waiting calls", &answers, DEADLINE);
        alive.expect(with_data == CALLS, format_args!("{with_data} had their answer"));
        alive.check_probes("calls beside them", &hello.end());
        alive.end()
    });
}
