//! `modus_secrets`: the app's own secrets (`host-functions` section 6).

use std::sync::Arc;

use abi::host_functions as table;
use abi::value::Value;

use super::capability::Function;
use super::values::text;
use super::{Answer, Capability, Invocation, Messages, Setup};
use crate::environment::Environment;

/// Beginning of the names of the variables that hold an app's secrets.
const PREFIX: &str = "MODUS_APP_";

/// The capability.
pub(super) struct Secrets {
    environment: Arc<Environment>,
}

impl Capability for Secrets {
    const TABLE: &'static table::Capability = &table::SECRETS;

    const FUNCTIONS: &'static [Function<Self>] = &[Function::immediate(
        "getSecretValue",
        Messages {
            starting: Some("Starting secret lookup."),
            completed: Some("Completed secret lookup."),
            cancelled: Some("Cancelled secret lookup."),
            error: Some("Error getting secret."),
            detail: |arguments| Some(format!("Secret: {}", text(arguments, 0))),
        },
        Self::secret_value,
    )];

    fn configure(setup: &Setup<'_>) -> Self {
        Self { environment: Arc::clone(&setup.environment) }
    }
}

impl Secrets {
    fn secret_value(&self, _: &mut Invocation<'_>, arguments: &[Value]) -> Answer {
        let variable = format!("{PREFIX}{}", text(arguments, 0));
        let value = self.environment.secret(&variable).filter(|value| !value.is_empty());
        let kind = if self.environment.has_secrets_folder() { "secret" } else { "environment variable" };
        value.map(Value::String).ok_or_else(|| format!("{kind} {variable} was not found").into())
    }
}
