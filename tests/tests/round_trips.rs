//! Promise: whatever a value's type, the guest gets what the host had, and the host gets it back: as argument and result
//! of an exported function, and of a host function; while the guest collects garbage, and in an instance that lives on.
//!
//! `MODUSC_SEED` makes other types (the guests are built anew), `PROPTEST_CASES` more values of each.

use std::cell::RefCell;

use abi::types::TypeId;
use abi::value::Value;
use proptest::test_runner::{Config, FileFailurePersistence, TestCaseError, TestRunner};
use runner::sandbox::Options;
use tests::generated::{self, FUNCTIONS, values};
use tests::guests::Language::{self, AssemblyScript, Go};
use tests::in_process::{Guest, value};

/// Values of each type, unless `PROPTEST_CASES` says otherwise.
const CASES: u32 = 640;

fn guest(language: Language, options: Options) -> Guest {
    let seed = std::env::var("MODUSC_SEED").map_or(1, |text| text.parse().expect("MODUSC_SEED is a number"));
    println!("{language:?}: MODUSC_SEED={seed}");
    Guest::load(&generated::build(language, seed), options)
}

/// The type that `echo<N>` takes and answers.
fn parameter(guest: &Guest, function: &str) -> TypeId {
    let plan = guest.program.functions.iter().find(|plan| plan.name == function);
    let plan = plan.unwrap_or_else(|| panic!("{function} is not there"));
    assert_eq!(plan.uncallable, None, "{function}");
    plan.parameters[0].ty
}

/// Runs `call` on values of every type; it must answer its argument.
fn check(guest: &Guest, cases: u32, call: impl Fn(&str, &Value) -> Result<Value, String>) {
    let cases = std::env::var("PROPTEST_CASES").map_or(cases, |text| text.parse().expect("PROPTEST_CASES is a number"));
    for (index, prefix) in (0..FUNCTIONS).flat_map(|index| [(index, "echo"), (index, "viaHost")]) {
        let function = format!("{prefix}{index}");
        let ty = parameter(guest, &function);
        let name = &guest.program.types[ty].name;
        let strategy = values::any_of(&guest.program.types, guest.program.language, ty);
        let persistence = Box::new(FileFailurePersistence::WithSource("regressions"));
        let file = Some(file!());
        let config = Config {
            cases,
            failure_persistence: Some(persistence),
            source_file: file,
            max_shrink_time: 20_000,
            ..Config::default()
        };
        let outcome = TestRunner::new(config).run(&strategy, |given| {
            // As it arrives from a client: in the form that its JSON has.
            let argument = Value::from(&given.to_json());
            let answer = call(&function, &argument).map_err(TestCaseError::fail)?;
            let (given, answer) = (given.to_json(), answer.to_json());
            if given == answer { Ok(()) } else { Err(TestCaseError::fail(format!("{given} became {answer}"))) }
        });
        outcome.unwrap_or_else(|error| panic!("{function}, {name}: {error}"));
    }
}

fn fresh(language: Language) {
    let guest = guest(language, Options::default());
    check(&guest, CASES, |function, argument| value(guest.call(function, std::slice::from_ref(argument))));
}

#[test]
fn fresh_instances_go() {
    fresh(Go);
}

#[test]
fn fresh_instances_assemblyscript() {
    fresh(AssemblyScript);
}

/// Anything that nothing holds is gone, and its memory used again, before the host has finished with it.
fn collecting(language: Language) {
    let guest = guest(language, Options { collect: true, ..Options::default() });
    guest.with_kept(|instance| {
        let instance = RefCell::new(instance);
        check(&guest, CASES / 8, |function, argument| {
            let request = guest.request(function, std::slice::from_ref(argument));
            value(instance.borrow_mut().call(&request))
        });
    });
}

#[test]
fn while_collecting_go() {
    collecting(Go);
}

#[test]
fn while_collecting_assemblyscript() {
    collecting(AssemblyScript);
}

#[test]
fn calls_leave_nothing_behind() {
    for language in Language::ALL {
        let guest = guest(language, Options::default());
        guest.with_kept(|instance| {
            let requests: Vec<_> = (0..FUNCTIONS)
                .flat_map(|index| [format!("echo{index}"), format!("viaHost{index}")])
                .map(|function| {
                    let ty = parameter(&guest, &function);
                    let strategy = values::any_of(&guest.program.types, guest.program.language, ty);
                    guest.request(&function, &[values::one_of(&strategy)])
                })
                .collect();
            let mut call_all = |times: usize| {
                for request in requests.iter().cycle().take(times) {
                    value(instance.call(request)).expect("an answer");
                }
                instance.memory_size()
            };
            let before = call_all(1000);
            // A collector may still double its heap once; 50 bytes left behind by each call would do so twice.
            let after = call_all(20_000);
            assert!(after <= 2 * before, "{language:?}: the guest's memory grows from {before} to {after} bytes");
        });
    }
}
