//! Promise: all calls together have a bounded amount of memory. Beyond it operations are refused before their first call, by
//! name, and the runner goes on.

use std::time::{Duration, Instant};

use tests::alive::{self, HELLO, PATIENCE};
use tests::crowd::Crowd;

/// Calls that wait for their model, with all the memory that they have.
const CALLS: usize = 300;
const DEADLINE: Duration = Duration::from_secs(20);

#[test]
fn memory_of_all_calls_together() {
    alive::each(|case| {
        let mut alive = case.start(&["--guest-memory", "8", "--max-calls", "1000", "--deadline", "20"]);
        let calls = Crowd::ask(&alive.runner, CALLS, r#"{ ask(prompt: "held") }"#, DEADLINE + PATIENCE);
        let end = Instant::now() + PATIENCE;
        while alive.runner.metric("runtime_refusals_num{reason=\"guest-memory\"}").is_none() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(10));
        }
        case.model.release();
        let answers = calls.answers();
        // Those that began before the memory was used up may find that they cannot have more of it.
        let with_data = alive.check("calls", &answers, DEADLINE);
        let refused = answers.iter().flatten().filter(|reply| reply.status == 503);
        let named = refused.clone().filter(|reply| reply.body.contains("limit `guest-memory`")).count();
        let refused = refused.count();
        alive.expect(with_data > 0 && with_data < CALLS, format_args!("{with_data} had data"));
        alive.expect(named == refused, format_args!("{named} of {refused} refusals name the limit"));
        let metrics = alive.runner.get("/metrics").1;
        alive.expect(metrics.contains("runtime_refusals_num{reason=\"guest-memory\"}"), "no metric");
        // All is given back.
        alive.expect(alive.runner.query(HELLO)["errors"].is_null(), "no call afterwards");
        alive.end()
    });
}
