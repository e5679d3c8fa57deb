//! Promise: calls that compute, or move much, take turns with the others: whoever asks for little is answered at once.

use std::time::Duration;

use tests::alive::{self, Alive, GREETING, HELLO, PATIENCE};
use tests::crowd::{self, Crowd};
use tests::prober::Prober;

/// Clients of the calls whose throughput is compared.
const CLIENTS: usize = 8;
/// How long it is measured.
const DURING: Duration = Duration::from_millis(1500);

fn throughput(alive: &mut Alive) -> f64 {
    let measured = crowd::throughput(&alive.runner, CLIENTS, HELLO, GREETING, DURING);
    if let Err(error) = &measured {
        alive.expect(false, format_args!("healthy calls: {error}"));
    }
    measured.unwrap_or_default()
}

#[test]
fn two_hundred_that_compute() {
    const CALLS: usize = 200;
    const DEADLINE: Duration = Duration::from_secs(5);
    alive::each(|case| {
        let mut alive = case.start(&["--deadline", "5"]);
        // What is new to a process takes longer the first time.
        throughput(&mut alive);
        let alone = throughput(&mut alive);
        let loops = Crowd::ask(&alive.runner, CALLS, "{ loops }", DEADLINE + PATIENCE);
        let hello = Prober::query(&alive.runner, HELLO, GREETING);
        std::thread::sleep(Duration::from_millis(500));
        let beside = throughput(&mut alive);
        std::thread::sleep(Duration::from_secs(1));
        alive.check_probes("calls beside them", &hello.end());
        let answers = loops.answers();
        let with_data = alive.check("computing calls", &answers, DEADLINE);
        alive.expect(with_data == 0, format_args!("{with_data} endless loops ended"));
        alive.expect(
            beside >= alone / 2.0,
            format_args!("healthy calls: {beside:.0}/s beside them, {alone:.0}/s alone"),
        );
        alive.end()
    });
}

#[test]
fn six_operations_of_fifty_calls_that_compute() {
    const DEADLINE: Duration = Duration::from_secs(4);
    let fields: String = (0..50).map(|number| format!("a{number}: loops ")).collect();
    alive::each(|case| {
        let mut alive = case.start(&["--deadline", "4", "--max-calls", "400"]);
        let operations = Crowd::ask(&alive.runner, 6, &format!("{{ {fields} }}"), DEADLINE + PATIENCE);
        let hello = Prober::query(&alive.runner, HELLO, GREETING);
        let answers = operations.answers();
        alive.check_probes("calls beside them", &hello.end());
        alive.check("operations", &answers, DEADLINE);
        alive.end()
    });
}

/// Each query is asked three times at once, of a runner with these arguments. All are answered, and so is what is asked
/// beside them.
fn three_of_each(queries: &[&str], arguments: &[&str], deadline: Duration) {
    alive::each(|case| {
        let faults = queries.iter().map(|query| {
            let mut alive = case.start(arguments);
            let hello = Prober::query(&alive.runner, HELLO, GREETING);
            let answers = Crowd::ask(&alive.runner, 3, query, deadline + PATIENCE).answers();
            alive.check_probes("calls beside it", &hello.end());
            let with_data = alive.check("it", &answers, deadline);
            alive.expect(with_data == 3, format_args!("{with_data} of 3 were answered"));
            alive.end().into_iter().map(move |fault| format!("{query}: {fault}"))
        });
        faults.flatten().collect()
    });
}

/// What the host does for a guest at one go.
#[test]
fn much_at_once() {
    const DEADLINE: Duration = Duration::from_secs(60);
    const QUERIES: [&str; 4] = [
        "{ fillsRandomly(mebibytes: 128) }",
        "{ largeText(mebibytes: 60) }",
        "{ manyTexts(count: 1000000) }",
        "{ printsLines(count: 500000) }",
    ];
    // A text has two bytes a character in AssemblyScript.
    const ROOM: [&str; 6] = ["--memory-limit", "1024", "--max-bytes", "268435456", "--deadline", "60"];
    three_of_each(&QUERIES, &ROOM, DEADLINE);
}

/// To ask the host for little is no wait, however often it is done.
#[test]
fn little_again_and_again() {
    const DEADLINE: Duration = Duration::from_secs(60);
    const QUERIES: [&str; 2] = ["{ drawsOften(milliseconds: 1500) }", "{ looksUpOften(milliseconds: 1500) }"];
    three_of_each(&QUERIES, &["--deadline", "60"], DEADLINE);
}
