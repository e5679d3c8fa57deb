//! Promise: many calls wait for a model at once, each gets its own answer, and calls that wait for nothing are answered
//! meanwhile.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::Apps as _;
use tests::guests::Language;
use tests::runner::{Options, Runner};
use tests::stand_in::{StandIn, provider};

/// Calls that wait at once: more than the default of `--max-calls`, and far more than there are cores.
const CALLS: usize = 300;
/// How long they get to arrive. No figure is checked: this only ends a test that would never end.
const PATIENCE: Duration = Duration::from_secs(40);

/// Holds back the provider's answers until it is opened.
#[derive(Default)]
struct Gate {
    state: Mutex<(usize, bool)>,
    changed: Condvar,
}

impl Gate {
    /// Counts a request and holds it.
    fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.0 += 1;
        self.changed.notify_all();
        drop(self.changed.wait_while(state, |(_, open)| !*open).unwrap());
    }

    /// Waits for as many requests as are wanted; as many as are held then.
    fn held(&self, wanted: usize) -> usize {
        let state = self.state.lock().unwrap();
        self.changed.wait_timeout_while(state, PATIENCE, |(held, _)| *held < wanted).unwrap().0.0
    }

    fn open(&self) {
        self.state.lock().unwrap().1 = true;
        self.changed.notify_all();
    }
}

/// A provider behind a gate, and an app that asks it.
fn serve(language: Language, gate: &Arc<Gate>, options: &Options) -> (StandIn, App, Runner) {
    let gate = Arc::clone(gate);
    let stand_in = StandIn::with(move |request| {
        gate.pass();
        (200, provider(request).to_string())
    });
    let manifest = app::open_with(&json!({
        "models": {"chat": {"sourceModel": "m", "connection": "provider", "path": "v1/chat/completions"}},
        "connections": {"provider": {"type": "http", "baseUrl": stand_in.url}},
    }));
    let app = app::compile(&language.guest("waiting"), &manifest.to_string());
    let runner = Runner::start(&app.artifact, options);
    (stand_in, app, runner)
}

fn check_answer(answer: &Value, number: usize) {
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    let expected = format!("You asked: number {number} ");
    assert!(answer["data"]["ask"].as_str().is_some_and(|text| text.starts_with(&expected)), "{answer}");
}

#[test]
fn many_calls_wait_at_once() {
    let room = (CALLS + 10).to_string();
    let options = Options::arguments(&["--max-calls", &room, "--deadline", "120"]);
    for language in Language::ALL {
        let gate = Arc::new(Gate::default());
        let (stand_in, _app, runner) = serve(language, &gate, &options);
        std::thread::scope(|scope| {
            let ask = |number| runner.query(&format!(r#"{{ ask(prompt: "number {number}") }}"#));
            let calls: Vec<_> = (0..CALLS).map(|number| scope.spawn(move || ask(number))).collect();
            let held = gate.held(CALLS);
            let meanwhile = runner.query("{ sayHello }");
            // Before anything is asserted: the calls must end, or the scope never does.
            gate.open();
            assert_eq!(held, CALLS, "{language:?}: so many calls reached the provider together\n{}", runner.log());
            assert_eq!(meanwhile, json!({"data": {"sayHello": "Hello!"}}), "{language:?}");
            for (number, call) in calls.into_iter().enumerate() {
                check_answer(&call.join().unwrap(), number);
            }
        });
        assert_eq!(stand_in.requests().len(), CALLS, "{language:?}");
    }
}

/// A call that waits holds no core, so those of one operation do not wait for each other.
#[test]
fn the_calls_of_an_operation_wait_at_once() {
    const FIELDS: usize = 40;
    let fields: String = (0..FIELDS).map(|number| format!("a{number}: ask(prompt: \"number {number}\") ")).collect();
    for language in Language::ALL {
        let gate = Arc::new(Gate::default());
        let (_stand_in, _app, runner) = serve(language, &gate, &Options::arguments(&["--deadline", "120"]));
        let answer = std::thread::scope(|scope| {
            let query = scope.spawn(|| runner.query(&format!("{{ {fields} }}")));
            let held = gate.held(FIELDS);
            gate.open();
            assert_eq!(held, FIELDS, "{language:?}: so many calls reached the provider together\n{}", runner.log());
            query.join().unwrap()
        });
        for number in 0..FIELDS {
            let one = json!({"errors": answer["errors"], "data": {"ask": answer["data"][format!("a{number}")]}});
            check_answer(&one, number);
        }
    }
}

/// With no more room than the calls that wait take, the next one waits for its turn and is answered, too.
#[test]
fn calls_beyond_the_room_follow() {
    const ROOM: usize = 8;
    let options = Options::arguments(&["--max-calls", "8", "--deadline", "120"]);
    for language in Language::ALL {
        let gate = Arc::new(Gate::default());
        let (stand_in, _app, runner) = serve(language, &gate, &options);
        std::thread::scope(|scope| {
            let ask = |number| runner.query(&format!(r#"{{ ask(prompt: "number {number}") }}"#));
            let calls: Vec<_> = (0..ROOM * 2).map(|number| scope.spawn(move || ask(number))).collect();
            let held = gate.held(ROOM);
            let arrived = stand_in.requests().len();
            gate.open();
            assert_eq!((held, arrived), (ROOM, ROOM), "{language:?}: as many as there is room for");
            for (number, call) in calls.into_iter().enumerate() {
                check_answer(&call.join().unwrap(), number);
            }
        });
        assert_eq!(stand_in.requests().len(), ROOM * 2, "{language:?}");
    }
}
