//! The call of `sayHello` of whole apps: in a fresh instance, and the GraphQL request that makes it.

use std::sync::Arc;

use abi::value::Value;
use futures::FutureExt as _;
use runner::call::CallRequest;
use runner::graphql::Engine;
use runner::sandbox::Options;
use runner::server::GraphqlHandler;
use serde_json::json;
use tests::guests;
use tests::in_process::{self, Guest};

use crate::{nanoseconds, summary};

const BODY: &[u8] = br#"{"query":"{ sayHello }"}"#;
const ANSWER: &[u8] = br#"{"data":{"sayHello":"Hello!"}}"#;
/// Figures: name, and how a call is made.
const FIGURES: [&str; 2] = ["in process: call in a fresh instance", "in process: GraphQL request, document cached"];

/// An app in this process.
struct App<'a> {
    name: &'a str,
    guest: Arc<Guest>,
    request: CallRequest,
    graphql: GraphqlHandler,
    /// Nanoseconds of each figure.
    times: [Vec<f64>; 2],
}

impl<'a> App<'a> {
    fn load(name: &'a str, folder: &str) -> Self {
        let guest = Arc::new(Guest::load(&guests::build(folder), Options::default()));
        // Its only argument is not given.
        let request = CallRequest { arguments: vec![None], ..guest.request("sayHello", &[]) };
        let caller = Arc::clone(&guest);
        let call = move |request: CallRequest| {
            futures::future::ready(caller.with_kept(|instance| instance.call(&request))).boxed()
        };
        let engine = Engine::new(Arc::clone(&guest.program), Arc::new(call), runner::graphql::Options::default());
        let graphql = GraphqlHandler::alone(engine);
        Self { name, guest, request, graphql, times: Default::default() }
    }

    fn call(&self) {
        let answer = in_process::value(self.guest.with_kept(|instance| instance.call(&self.request)));
        assert_eq!(answer, Ok(Value::String("Hello!".to_owned())), "{}", self.name);
    }

    fn ask(&self) {
        // All calls are answered at once: there is nothing to wait for.
        assert_eq!(self.graphql.ask(BODY).now_or_never().as_deref(), Some(ANSWER), "{}", self.name);
    }
}

/// Measures the apps, named with their folders, and prints a line of JSON for each figure of each.
pub(crate) fn run(apps: &[(&str, &str)], rounds: usize) {
    let mut apps: Vec<App<'_>> = apps.iter().map(|(name, folder)| App::load(name, folder)).collect();
    for round in 0..rounds {
        let count = apps.len();
        for at in 0..count {
            let app = &mut apps[if round % 2 == 0 { at } else { count - 1 - at }];
            let times = [nanoseconds(|| app.call()), nanoseconds(|| app.ask())];
            app.times.iter_mut().zip(times).for_each(|(samples, time)| samples.push(time));
        }
    }
    for (at, figure) in FIGURES.into_iter().enumerate() {
        for app in &mut apps {
            let (minimum, median) = summary(&mut app.times[at]);
            let line = json!({
                "figure": figure, "subject": app.name, "unit": "µs", "minimum": minimum / 1e3, "median": median / 1e3,
            });
            println!("{line}");
        }
    }
}
