//! `modus_secrets`: the app's own secrets (`host-functions` section 6).

use abi::value::Value;

use super::{Answer, HostFunction, Invocation, Messages, Work, text};

/// Beginning of the names of the variables that hold an app's secrets.
const PREFIX: &str = "MODUS_APP_";

pub(super) static FUNCTIONS: [HostFunction; 1] = [HostFunction {
    module: "modus_secrets",
    name: "getSecretValue",
    messages: Messages {
        starting: Some("Starting secret lookup."),
        completed: Some("Completed secret lookup."),
        cancelled: Some("Cancelled secret lookup."),
        error: Some("Error getting secret."),
    },
    detail: |arguments| Some(format!("Secret: {}", text(arguments, 0))),
    work: Work::Immediate(secret_value),
}];

fn secret_value(invocation: &mut Invocation<'_>, arguments: &[Value]) -> Answer {
    let variable = format!("{PREFIX}{}", text(arguments, 0));
    let environment = &invocation.services.environment;
    let value = environment.secret(&variable).filter(|value| !value.is_empty());
    let kind = if environment.has_secrets_folder() { "secret" } else { "environment variable" };
    value.map(Value::String).ok_or_else(|| format!("{kind} {variable} was not found").into())
}
