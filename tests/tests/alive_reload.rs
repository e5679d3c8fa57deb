//! Promise: a new artifact takes over while as many calls wait as there is room for: the runner answers, keeps deadlines
//! and hears signals all the while.

use std::time::{Duration, Instant};

use tests::alive::{self, HELLO, PATIENCE};
use tests::app;
use tests::crowd::Crowd;

const ROOM: usize = 40;
const DEADLINE: Duration = Duration::from_secs(4);

#[test]
fn calls_that_wait_beside_a_new_artifact() {
    alive::each(|case| {
        let mut alive = case.start(&["--max-calls", "40", "--deadline", "4", "--refresh", "50ms"]);
        let ask = |count| Crowd::ask(&alive.runner, count, r#"{ ask(prompt: "held") }"#, DEADLINE + PATIENCE);
        let first = ask(ROOM);
        let arrived = case.model.wait_for(ROOM, PATIENCE);
        app::replace(&case.app.artifact, &case.app.artifact);
        let end = Instant::now() + PATIENCE;
        while !alive.runner.log().contains("\"Reloaded.\"") && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(10));
        }
        let reloaded = alive.runner.log().contains("\"Reloaded.\"");
        let more = ask(30);
        let (first, more) = (first.answers(), more.answers());
        alive.expect(arrived == ROOM, format_args!("{arrived} calls waited"));
        alive.expect(reloaded, "the new artifact was not taken");
        alive.check("those of the old artifact", &first, DEADLINE);
        alive.check("those of the new one", &more, DEADLINE);
        // All of them are over: there is room.
        let after = Crowd::ask(&alive.runner, 1, HELLO, PATIENCE).answers();
        let answered = alive.check("afterwards", &after, DEADLINE);
        alive.expect(answered == 1, format_args!("afterwards: {after:?}"));
        alive.end()
    });
}
