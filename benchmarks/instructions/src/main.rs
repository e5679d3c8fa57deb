//! Runs one path of the runner's library many times, so that its instructions can be counted:
//!
//!     instructions LANGUAGE|graphql TIMES
//!     instructions FOLDER TIMES           requests to the app in this folder
//!
//! Everything runs on this thread, without HTTP. What one run costs is the difference of two counts divided by the
//! difference of the times. benchmarks/instructions.sh does that.

use std::process::ExitCode;
use std::sync::Arc;

use abi::value::Value;
use futures::FutureExt as _;
use runner::call::{Call, CallRequest, Outcome};
use runner::graphql::Engine;
use runner::sandbox::Options;
use runner::server::GraphqlHandler;
use tests::guests::{self, Apps as _, Language};
use tests::in_process::{self, Guest};

const USAGE: &str = "usage: instructions LANGUAGE|graphql|FOLDER TIMES";

const PEOPLE: &str = "examples/people";
const BODY: &[u8] = br#"{"query":"{ sayHello }"}"#;
const ANSWER: &[u8] = br#"{"data":{"sayHello":"Hello!"}}"#;
const TEXT: &str = "The quick brown fox jumps over the lazy dog.";

fn load(folder: &str) -> Guest {
    Guest::load(&guests::build(folder), Options::default())
}

/// A fresh instance that answers its argument, a text.
fn echo(language: Language, times: usize) {
    let guest = load(&format!("benchmarks/values/guests/{}/values", language.folder()));
    let text = Value::String(TEXT.to_owned());
    let request = guest.request("echoText", std::slice::from_ref(&text));
    for _ in 0..times {
        let answer = in_process::value(guest.with_kept(|instance| instance.call(&request)));
        assert_eq!(answer.as_ref(), Ok(&text));
    }
}

/// GraphQL requests of one document, whose functions `call` runs.
fn graphql(guest: &Guest, call: Arc<dyn Call>, times: usize) {
    let engine = Engine::new(Arc::clone(&guest.program), call, runner::graphql::Options::default());
    let endpoint = GraphqlHandler::alone(engine);
    for _ in 0..times {
        // All calls are answered at once: there is nothing to wait for.
        assert_eq!(endpoint.ask(BODY).now_or_never().as_deref(), Some(ANSWER));
    }
}

fn run(path: &str, times: usize) -> Result<(), &'static str> {
    match path {
        // The function's answer is there already: what is counted is reading, looking up, writing.
        "graphql" => {
            let greet = |_: CallRequest| {
                let value = Some(Value::String("Hello!".to_owned()));
                futures::future::ready(Outcome { value, ..Outcome::default() }).boxed()
            };
            graphql(&load(PEOPLE), Arc::new(greet), times);
        }
        // A request, and a fresh instance of the app that greets.
        folder if folder.contains('/') => {
            let guest = Arc::new(load(folder));
            let caller = Arc::clone(&guest);
            let call = move |request: CallRequest| {
                futures::future::ready(caller.with_kept(|instance| instance.call(&request))).boxed()
            };
            graphql(&guest, Arc::new(call), times);
        }
        folder => match Language::ALL.into_iter().find(|language| language.folder() == folder) {
            Some(language) => echo(language, times),
            None => return Err(USAGE),
        },
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let ended = match arguments.as_slice() {
        [path, times] => times.parse().map_err(|_| USAGE).and_then(|times| run(path, times)),
        _ => Err(USAGE),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
