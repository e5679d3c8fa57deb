//! Promise: a name server that never answers holds up only the calls that need it, and those no longer than their
//! deadline.

use std::time::Duration;

use tests::alive::{self, PATIENCE};
use tests::crowd::Crowd;
use tests::prober::Prober;
use tests::surroundings::{self, SilentNameServer};

const CALLS: usize = 200;
const DEADLINE: Duration = Duration::from_secs(5);

#[test]
fn a_name_server_that_never_answers() {
    if !surroundings::root() {
        return;
    }
    let server = SilentNameServer::start();
    alive::each_with(
        |_| "http://models.example.com/".to_owned(),
        |case| {
            let mut alive = case.start_with_name_server(server.address, &["--deadline", "5"]);
            let hello = Prober::query(&alive.runner, alive::HELLO, alive::GREETING);
            let ask = r#"{ ask(prompt: "0") }"#;
            let answers = Crowd::ask(&alive.runner, CALLS, ask, DEADLINE + PATIENCE).answers();
            let with_data = alive.check("calls with a name", &answers, DEADLINE);
            alive.expect(with_data == 0, format_args!("{with_data} had an answer from nowhere"));
            alive.expect(server.was_asked(), "the name server was not asked");
            alive.check_probes("calls beside them", &hello.end());
            alive.end()
        },
    );
}
