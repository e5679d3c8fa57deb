//! What comes of a value as an argument, as a variable and as a literal.

use serde_json::{Value, json};

use crate::guests::Language::{self, AssemblyScript, Go};
use crate::typed::Typed;

use Outcome::{Accepted, Invalid, Refused};

/// What comes of a value.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The guest answers this.
    Accepted(Value),
    /// By GraphQL: the message has this, and names the variable or argument.
    Invalid(&'static str),
    /// By the guest's type: the parameter's place and the reason.
    Refused(&'static str, String),
}

/// Sends the value as a variable and as a literal to `echo<name>`.
#[track_caller]
pub fn check(language: Language, name: &str, value: &Value, outcome: &Outcome) {
    let typed = Typed::of(language);
    let field = format!("echo{name}");
    let shape = if let Accepted(expected) = outcome { expected } else { &Value::Null };
    for (form, answer) in
        [("variable", typed.call(&field, &[value], shape)), ("literal", typed.call_literal(&field, value, shape))]
    {
        let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
        let case = format!("{language:?} {field}({value}) as a {form}: {answer}");
        match outcome {
            Accepted(expected) => {
                assert_eq!(answer["errors"], Value::Null, "{case}");
                assert_eq!(&answer["data"]["r"], expected, "{case}");
            }
            Invalid(part) => {
                let named = if form == "variable" { "Variable \"$v\"" } else { "v" };
                assert!(message.contains(part) && message.contains(named), "{case}");
                assert_eq!(answer["data"], Value::Null, "{case}");
            }
            Refused(place, reason) => {
                let expected = format!("function parameter '{place}' is invalid: {reason}");
                assert!(message.starts_with(&expected), "expected {expected:?}; {case}");
                assert_eq!(answer["errors"][0]["path"], json!(["r"]), "{case}");
            }
        }
    }
}

/// The same for a type in both languages; an empty name leaves one out.
#[track_caller]
pub fn both(assemblyscript: &str, go: &str, cases: &[(Value, Outcome)]) {
    for (language, name) in [(AssemblyScript, assemblyscript), (Go, go)] {
        if !name.is_empty() {
            cases.iter().for_each(|(value, outcome)| check(language, name, value, outcome));
        }
    }
}

/// The guest answers the value itself.
pub fn same(value: Value) -> (Value, Outcome) {
    (value.clone(), Accepted(value))
}
